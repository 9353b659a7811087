"""An import that is killed with -9 at any place and resumed ends as if nothing had happened."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from crm.intake.terms import ImportState
from tests.conftest import SECRET
from tests.crm.intake.conftest import House, counts

ROOT = Path(__file__).parents[3]

CHILD = textwrap.dedent("""
    import os, signal, sys
    from pathlib import Path
    from uuid import UUID
    from crm.intake import change_log, committing, undoing
    from crm.intake.running import Imports
    from crm.kit.db import Database
    from crm.staff.actor import system

    url, folder, import_id, deed, place, after = sys.argv[1:]
    left = int(after)

    def die(module, name):
        real = getattr(module, name)
        def doomed(*args, **more):
            global left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **more)
        setattr(module, name, doomed)

    die({"committing": committing, "change_log": change_log, "undoing": undoing}[
        place.split(".")[0]], place.split(".")[1])
    committing.BATCH_ROWS, undoing.BATCH = 50, 30
    imports = Imports(Database(url), Path(folder))
    getattr(imports, deed)(UUID(import_id), by=system("test"))
    print("went to the end")
""")

ROWS = 170
TEXT = "id,name,phone,company\n" + "".join(
    f"{n},客人{n},139{n:08d},单位{n % 7}\n" for n in range(ROWS)
)


def killed(house: House, import_id: object, deed: str, place: str, after: int) -> None:
    """Run the deed in a process that dies at the place, ``after`` visits later."""
    url = house.database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", CHILD, url, str(house.folder), str(import_id), deed, place]
    done = subprocess.run(
        [*command, str(after)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "KESHI_SECRET_KEY": SECRET},
        timeout=300,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr[-2000:]


@pytest.fixture
def undisturbed(house: House) -> dict[str, list[str]]:
    """What the house looks like after an import that nobody disturbed; then it is taken back."""
    done = house.run("guests", TEXT)
    assert done.new == ROWS
    seen = _without_keys(house)
    assert house.undo(done.id) == 0
    return seen


def _without_keys(house: House) -> dict[str, list[str]]:
    """Names, contacts, companies and ids of the other system: what was made up is left out."""
    guests = {g["id"]: g["name_native"] for g in house.rows("guest")}
    companies = {c["id"]: c["name"] for c in house.rows("company")}
    return {
        "guests": sorted(
            f"{g['name_native']} {companies[g['company_id']]}" for g in house.rows("guest")
        ),
        "contacts": sorted(
            f"{guests[c['guest_id']]} {c['norm']}" for c in house.rows("contact_point")
        ),
        "refs": sorted(
            f"{guests[r['our_id']]} {r['external_id']}" for r in house.rows("external_ref")
        ),
        "search": sorted(s["name_key"] for s in house.rows("guest_search")),
        "companies": sorted(companies.values()),
    }


def test_a_commit_killed_at_several_places(house: House, undisturbed: dict[str, list[str]]) -> None:
    empty = house.dump()
    import_id = house.receive("guests", TEXT)
    for place, after in (
        ("change_log.keep", 0),  # the rows are written, their record is not
        ("committing._keep_reviews", 0),  # all but the import's own row
        ("committing.save_job", 1),  # in the second batch, at its very end
    ):
        killed(house, import_id, "commit", place, after)
        sheet = house.sheet(import_id)
        assert sheet.state is ImportState.COMMITTING
        assert house.count("guest") == sheet.rows_done == sum(counts(sheet).values())
    house.imports.commit(import_id, by=house.by)
    assert counts(house.sheet(import_id))["new"] == ROWS
    assert _without_keys(house) == undisturbed
    killed(house, import_id, "undo", "undoing._refresh", 1)
    assert 0 < house.count("guest") < ROWS
    killed(house, import_id, "undo", "undoing.save_job", 1)  # at its very end
    house.imports.undo(import_id, by=house.by)
    assert house.dump() == empty
