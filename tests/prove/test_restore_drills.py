"""Backups made under load hold exactly what was acknowledged; damaged ones are refused whole."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col

from crm.guests.tables import Guest, GuestName
from crm.kit.db import Database, sqlite_module
from crm.kit.errors import RuleBroken
from crm.safekeeping.archive import ArchiveWriter, opened
from crm.safekeeping.schemas import Manifest
from tests import factories
from tests.crm.safekeeping import saving
from tests.flawed import careless_backup

WRITERS = 2
DRILLS, DAMAGES = "restore drills", "damaged backups"


# ---------------------------------------------------------------- under load
@dataclass
class Load:
    """Writers who put guests of three rows each, and note what was acknowledged."""

    database: Database
    acknowledged: list[list[UUID]] = field(default_factory=lambda: [[] for _ in range(WRITERS)])
    _stop: threading.Event = field(default_factory=threading.Event)

    def write(self, number: int) -> None:
        while not self._stop.is_set():
            with self.database.writing() as db:
                guest = factories.a_guest(db, latin=f"Writer {number}")
            self.acknowledged[number].append(guest)
            time.sleep(0.002)

    @contextmanager
    def running(self) -> Iterator["Load"]:
        threads = [threading.Thread(target=self.write, args=(no,)) for no in range(WRITERS)]
        for thread in threads:
            thread.start()
        try:
            until = time.monotonic() + 20
            while min(map(len, self.acknowledged)) < 5 and time.monotonic() < until:
                time.sleep(0.005)
            yield self
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def counts(self) -> list[int]:
        return [len(written) for written in self.acknowledged]


def wrongs(came: Database, load: Load, before: list[int], after: list[int]) -> list[str]:
    """What a restored database has not, has too much of, or has by halves."""
    try:
        with came.reading() as db:
            connection = db.connection()
            if came.is_sqlite:
                sound = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
                if sound != "ok":
                    return [f"unsound: {sound}"]
            guests = set(connection.execute(select(col(Guest.id))).scalars())
            names = connection.scalar(select(func.count()).select_from(GuestName))
    except (SQLAlchemyError, sqlite_module().Error) as error:  # what cannot be read at all
        return [f"unreadable: {type(error).__name__}"]
    found = [] if names == 2 * len(guests) else ["a half transaction"]
    for writer, written in enumerate(load.acknowledged):
        here = [guest in guests for guest in written]
        length = sum(here)
        if not all(here[:length]):
            found.append("a later commit without an earlier one")
        if length < before[writer]:
            found.append(f"{before[writer] - length} commits acknowledged before are lost")
        if length > after[writer] + 1:
            found.append("commits from after the end")
    return found


@pytest.fixture
def empty_url(request, tmp_path, backend) -> Iterator[Callable[[], str]]:
    made: list[str] = []

    def make() -> str:
        made.append(f"keshi_restored_{len(made)}")
        if backend == "sqlite":
            return f"sqlite:///{tmp_path / made[-1]}.db"
        return request.getfixturevalue("postgres_server").create(made[-1])

    yield make
    for name in made if backend == "postgres" else ():
        request.getfixturevalue("postgres_server").drop(name)


def test_a_backup_under_load_is_one_state_of_the_house(
    database, tmp_path, empty_url, tally, budget
):
    wrong = 0
    trials = budget(DRILLS, share=2)
    notes = []
    for no in range(trials):
        with Load(database).running() as load:
            before = load.counts()
            made = saving.backed_up(database, tmp_path / str(no))
            after = load.counts()
        url = empty_url()
        saving.brought_back(made.path, url, tmp_path / str(no))
        came = Database(url)
        found = wrongs(came, load, before, after)
        facts = saving.facts_of(came)
        changed = {"job", "house", "staff_session", "audit"}
        found += [
            f"checksum of {name}"
            for name, saved in made.manifest.tables.items()
            if name not in changed and facts[name] != saved
        ]
        came.dispose()
        wrong += bool(found)
        notes += found
        assert sum(after) > sum(before), "nobody wrote meanwhile: no load, no proof"
    tally(DRILLS, trials, wrong=wrong)
    assert not notes


def test_a_copied_file_is_noticed(new_database, tmp_path, tally):
    database = new_database("sqlite")
    with Load(database).running() as load:
        before = load.counts()
        copied = careless_backup.copy_the_live_file(database, tmp_path)
        after = load.counts()
    came = Database(f"sqlite:///{copied}")
    found = wrongs(came, load, before, after)
    came.dispose()
    assert found
    tally.flaw_found(DRILLS, found[0])


# ---------------------------------------------------------------- damaged
@dataclass(frozen=True)
class Damage:
    """One damaged backup, and how it must be refused."""

    name: str
    codes: tuple[str, ...]
    file: Path
    secret: str = saving.SECRET


def rewritten(source: Path, target: Path, change: Callable[[Manifest, dict], Manifest]) -> Path:
    """The same backup made anew under the right key by somebody who changes something."""
    with opened(source, saving.SECRET) as archive, target.open("wb") as file:
        tables = {name: b"".join(archive.lines(name)) for name in archive.manifest.tables}
        blocks = {name: b"".join(archive.blocks(name)) for name in archive.manifest.files}
        manifest = change(archive.manifest, tables)
        writer = ArchiveWriter(file, saving.SECRET, sealed=archive.sealed)
        for name, lines in tables.items():
            for _ in writer.put_table(name, [], [(lines.count(b"\n"), lines)]):
                pass
        for name, content in blocks.items():
            writer.put_file(name, BytesIO(content))
        writer.finish(manifest)
    return target


def newer(manifest: Manifest, _: dict) -> Manifest:
    return manifest.model_copy(update={"revision": "9999"})


def swapped(manifest: Manifest, tables: dict) -> Manifest:
    lines = tables["guest"].split(b"\n")
    tables["guest"] = b"\n".join([lines[1], lines[0], *lines[2:]])
    return manifest


def fewer(manifest: Manifest, tables: dict) -> Manifest:
    tables["contact_point"] = b""
    return manifest


def edited(manifest: Manifest, _: dict) -> Manifest:
    facts = manifest.tables["guest"].model_copy(update={"rows": 19})
    return manifest.model_copy(update={"tables": manifest.tables | {"guest": facts}})


def other_file(manifest: Manifest, _: dict) -> Manifest:
    name = next(iter(manifest.files))
    facts = manifest.files[name].model_copy(update={"sha256": "0" * 64})
    return manifest.model_copy(update={"files": {name: facts}})


def outside(manifest: Manifest, _: dict) -> Manifest:
    name, facts = next(iter(manifest.files.items()))
    return manifest.model_copy(update={"files": {f"../{name}": facts}})


INSIDE = {
    newer: "backup_newer",
    swapped: "backup_damaged",
    fewer: "backup_damaged",
    edited: "backup_damaged",
    other_file: "backup_damaged",
    outside: "backup_damaged",
}


def damages(source: Path, folder: Path, chance: random.Random, number: int) -> Iterator[Damage]:
    """``number`` damaged copies: bytes flipped, tails cut, chunks swapped, another key, edits."""
    whole = source.read_bytes()
    anything = ("backup_damaged", "backup_other_key", "backup_foreign")
    for no in range(number):
        content = bytearray(whole)
        target = folder / f"{no}{source.suffix}"
        match no % 4:
            case 0 | 1:
                at = chance.randrange(len(content))
                content[at] ^= 1 << chance.randrange(8)
                name = f"byte {at} flipped"
            case 2:
                keep = chance.randrange(len(content))
                del content[keep:]
                name = f"cut after {keep}"
            case _:
                half = len(content) // 2
                size = chance.randrange(1, 4096)
                content[half : half + size], content[-size:] = (
                    content[-size:],
                    content[half : half + size],
                )
                name = f"{size} bytes swapped"
        target.write_bytes(content)
        yield Damage(name, anything, target)
    yield Damage("another key", ("backup_other_key",), source, "another-secret-key" * 3)


def accepted(damage: Damage, url: str, tmp_path: Path) -> str:
    """Empty when it was refused as it must be, else what went wrong."""
    try:
        saving.brought_back(damage.file, url, tmp_path, secret=damage.secret)
    except RuleBroken as refusal:
        if refusal.code in damage.codes and len(refusal.message) > 20:
            return ""
        return f"{damage.name}: {refusal.code}"
    except Exception as error:  # noqa: BLE001 - any other end is what is looked for
        return f"{damage.name}: {type(error).__name__}"
    return f"{damage.name}: accepted"


def untouched(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def victim(database, tmp_path, empty_url) -> tuple[str, Callable[[], object]]:
    """Where the damaged backups are to go, and how to see that nothing there changed."""
    url = empty_url()
    target = tmp_path / "keshi_restored_0.db"
    if database.is_sqlite:
        with Database(url).engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE ours (id INTEGER)")

    def state() -> object:
        came = tmp_path / "came"
        files = untouched(came) if came.exists() else {}
        if database.is_sqlite:
            return (target.read_bytes(), sorted(p.name for p in tmp_path.glob("*.db*")), files)
        other = Database(url)
        with other.engine.connect() as connection:
            tables = connection.exec_driver_sql(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            ).all()
        other.dispose()
        return (tables, files)

    return url, state


def test_a_damaged_backup_is_refused_and_nothing_is_touched(
    database, tmp_path, victim, tally, budget
):
    saving.furnish(database, tmp_path / "files")
    url, state = victim
    seed = random.randrange(10**9)
    chance = random.Random(seed)
    (tmp_path / "damaged").mkdir()
    trials, notes = 0, []
    # Connections of before are gone: the first refusal must not be "somebody has it open".
    database.dispose()
    target = budget(DAMAGES, share=4)
    for sealed in (True, False):
        source = saving.backed_up(database, tmp_path / str(sealed), sealed=sealed,
                                  data_dir=tmp_path / "files").path  # fmt: skip
        by_chance = max(8, target - len(INSIDE) - 1)
        candidates = [*damages(source, tmp_path / "damaged", chance, by_chance)]
        for change, code in INSIDE.items():
            made = rewritten(source, tmp_path / change.__name__, change)
            candidates.append(Damage(change.__name__, (code,), made))
        for damage in candidates:
            before = state()
            if said := accepted(damage, url, tmp_path):
                notes.append(said)
            if state() != before:
                notes.append(f"{damage.name}: something was touched")
            trials += 1
    tally(DAMAGES, trials, wrong=len(notes))
    assert not notes, f"seed {seed}: {notes}"


def test_a_restore_that_does_not_look_is_noticed(new_database, tmp_path, tally, monkeypatch):
    database = new_database("sqlite")
    saving.furnish(database, tmp_path / "files")
    source = saving.backed_up(database, tmp_path, sealed=False).path
    url = f"sqlite:///{tmp_path / 'came.db'}"
    damage = Damage("swapped", ("backup_damaged",), rewritten(source, tmp_path / "x", swapped))
    assert accepted(damage, url, tmp_path) == ""
    careless_backup.do_not_look(monkeypatch)
    found = accepted(damage, url, tmp_path)
    assert found == "swapped: accepted"
    tally.flaw_found(DAMAGES, found)
