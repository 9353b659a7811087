"""The corpus of hostile input, at every field and address there is, on both databases at once.

The answers are those that stand beside each input, no refusal changes anything or quotes what
was typed, what is shown is what was typed, and both databases answer the same.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from crm.kit.db import Database
from tests import capabilities
from tests.flawed import brittle
from tests.hostile import doors
from tests.hostile.corpus import Asker, Observed, dealt
from tests.hostile.entries import EXPECTED, Entry, entries, files
from tests.hostile.houses import ALL_ROLES, ALL_SCOPES, build
from tests.hostile.places import Bodies, Field
from tests.hostile.samples import BY_KEY, client_of
from tests.proving import Tally

EACH = {"text": 2, "naughty": 1, "numbers": 6, "dates": 4}
"""To how many fields an entry goes in the small budget; those marked everywhere go to all."""
FILES_OF = {
    "text": ("text", "naughty"),
    "code": ("text",),
    "choice": ("text",),
    "number": ("numbers",),
    "date": ("dates",),
}
NEVER_TAKEN = {
    "POST /api/v1/reviews/{review_id}/decide",
    "POST /api/v1/preferences/observations/{observation_id}/accept",
    "POST /api/v1/preferences/observations/{observation_id}/reject",
    "POST /api/v1/preferences/observations/{observation_id}/merge",
    "POST /api/v1/preferences/{preference_id}/retire",
    "POST /api/v1/notes/{note_id}/strike",
    "POST /api/v1/lost-property/{item_id}/settle",
    "POST /api/v1/guests/{guest_id}/alerts",
    "POST /api/v1/complaints/{complaint_id}/close",
    "POST /api/v1/complaints/{complaint_id}/reopen",
    "POST /api/v1/complaints/{complaint_id}/check-done",
    "POST /api/v1/complaints/{complaint_id}/resume",
    "POST /api/v1/complaints/{complaint_id}/letters/{no}/sent",
    "POST /api/v1/complaints/{complaint_id}/move",
}
"""Operations of which no second request is taken, so that no field can be asked alone."""
PARTS = 3

Ask = Callable[[Asker], None]


@pytest.fixture
def backends() -> list[str]:
    return ["sqlite"] + ([] if capabilities.missing("postgres") else ["postgres"])


def both(
    backends: list[str],
    new_database: Callable[[str], Database],
    folder: Path,
    ask: Ask,
    tally: Tally,
    who: str = ALL_ROLES,
) -> None:
    """Ask the same of a house on each database; compare, count, and fail with what was wrong."""
    observed: dict[str, Observed] = {}
    for backend in backends:
        (folder / backend).mkdir(exist_ok=True)
        standing = build(new_database(backend), folder / backend)
        with client_of(standing, who) as asker:
            ask(asker)
            observed[backend] = asker.observed
    for backend, found in observed.items():
        tally(f"corpus requests, {backend}", len(found.statuses), wrong=len(found.wrong))
    for backend, found in observed.items():
        assert not found.wrong, f"{backend}\n" + shown(found)
    first, *others = observed.values()
    for other in others:
        differing = {
            key: (status, other.statuses.get(key))
            for key, status in first.statuses.items()
            if other.statuses.get(key) != status
        }
        assert not differing, differing


def shown(found: Observed) -> str:
    return "\n".join(f"{' at '.join(key)}\n    {how}" for key, how in sorted(found.wrong.items()))


def fields_and_entries(fields: list[Field], *, small: bool) -> Iterator[tuple[Field, list[Entry]]]:
    """Each field with the entries meant for its kind."""
    for kind, names in FILES_OF.items():
        places = [field for field in fields if field.kind == kind]
        for name in names:
            each = EACH[name] if small else None
            chosen = [entry for entry in entries(name) if kind == "text" or entry.everywhere]
            chosen = chosen if kind in ("text", "code", "choice") else list(entries(name))
            yield from zip(places, dealt(chosen, len(places), each), strict=True)


@pytest.mark.parametrize("part", range(PARTS))
def test_every_field_of_every_body(
    part: int,
    backends: list[str],
    new_database: Callable[[str], Database],
    tmp_path: Path,
    request: pytest.FixtureRequest,
    tally: Tally,
) -> None:
    small = request.config.getoption("--budget") == "small"

    def ask(asker: Asker) -> None:
        fields = [
            field
            for field in asker.bodies.fields()
            if BY_KEY not in field.operation and field.operation not in NEVER_TAKEN
        ]
        asked = list(fields_and_entries(fields, small=small))
        asker.put_in(sorted(asked[part::PARTS], key=lambda pair: pair[0].operation))
        assert part or len(asker.seen) > 5

    both(backends, new_database, tmp_path, ask, tally)


def test_every_field_of_a_message(
    backends: list[str],
    new_database: Callable[[str], Database],
    tmp_path: Path,
    request: pytest.FixtureRequest,
    tally: Tally,
) -> None:
    small = request.config.getoption("--budget") == "small"

    def ask(asker: Asker) -> None:
        fields = [field for field in asker.bodies.fields() if BY_KEY in field.operation]
        asker.put_in(fields_and_entries(fields, small=small))

    both(backends, new_database, tmp_path, ask, tally, who=ALL_SCOPES)


@pytest.mark.parametrize("door", doors.DOORS)
def test_every_address(
    door: str,
    backends: list[str],
    new_database: Callable[[str], Database],
    tmp_path: Path,
    tally: Tally,
) -> None:
    both(backends, new_database, tmp_path, doors.DOORS[door], tally)


def test_the_corpus_is_whole() -> None:
    found = [entry for name in files() for entry in entries(name)]
    assert len(found) >= 1_000
    assert len({(entry.place, entry.id) for entry in found}) == len(found)
    for entry in found:
        assert isinstance(entry.expect, list) or entry.expect in EXPECTED, entry


@pytest.fixture
def brittle_asker() -> Iterator[Asker]:
    """The same asking at the door of the app that is flawed on purpose."""
    app = brittle.create_app()
    samples = {"POST /guests name": "Zq 7", "note": "Zq 7"}
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Asker(
            client,
            Bodies(app.openapi(), samples),
            lambda path: path.replace("{guest_id}", "1"),
            app.state.rows,
            {},
        )


FOUND_BY = {
    "server_error": ("numbers", "score", "1e309", "answered 500"),
    "echoed": ("text", "name", "drop-table", "echoes what was typed|tells what goes on inside"),
    "sql_told": ("text", "name", "obrien", "tells what goes on inside"),
    "loose": ("numbers", "age", "true", "answered 201"),
    "controls": ("text", "note", "nul", "answered 201"),
    "half_change": ("text", "name", "(all refused)", "a refusal changed something"),
    "changed_text": ("text", "name", "vietnamese", "what is shown is not what was typed"),
}


@pytest.mark.parametrize("flaw", FOUND_BY)
def test_it_finds_what_is_planted(brittle_asker: Asker, flaw: str, tally: Tally) -> None:
    name, field_name, entry_id, how = FOUND_BY[flaw]
    field = next(f for f in brittle_asker.bodies.fields() if f.pointer == f"/{field_name}")
    brittle_asker.put_in([(field, list(entries(name)))])
    found = {entry: wrong for (entry, _), wrong in brittle_asker.observed.wrong.items()}
    assert any(part in found[entry_id] for part in how.split("|")), found
    for backend in ("sqlite", "postgres"):
        tally.flaw_found(f"corpus requests, {backend}", brittle.FLAWS[flaw])


@pytest.mark.parametrize(("flaw", "entry_id"), [("twins", "twins"), ("deep", "deep-21")])
def test_it_finds_what_bodies_do(
    brittle_asker: Asker, flaw: str, entry_id: str, tally: Tally
) -> None:
    doors.bodies_of(brittle_asker, ["POST /guests"])
    assert entry_id in {entry for entry, _ in brittle_asker.observed.wrong}
    for backend in ("sqlite", "postgres"):
        tally.flaw_found(f"corpus requests, {backend}", brittle.FLAWS[flaw])


def test_it_finds_a_wildcard(brittle_asker: Asker, tally: Tally) -> None:
    doors.search_box(brittle_asker, "GET /guests?q=")
    assert (
        "finds what it does not name" in brittle_asker.observed.wrong["percent", "GET /guests?q="]
    )
    for backend in ("sqlite", "postgres"):
        tally.flaw_found(f"corpus requests, {backend}", brittle.FLAWS["wildcard"])
