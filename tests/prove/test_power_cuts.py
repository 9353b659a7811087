"""The power goes at any write: SQLite under the house's own pragmas keeps what it has promised.

A house is at work once on a real file, and its transactions are written down. They are then done
again on a disk that loses its power (`tests.prove.faults.powerless`), by SQLite itself, with the
pragmas of `crm.kit.db`. What is found afterwards must be sound and hold all that was committed.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw
import pytest
from sqlalchemy import event

from crm.complaints import service as complaints
from crm.complaints.schemas import ComplaintOpen
from crm.complaints.terms import CaseSource, Severity
from crm.guests import parts
from crm.guests import service as guests
from crm.guests.schemas import ContactIn, GuestRegister, NameIn
from crm.guests.terms import ContactKind, NameKind
from crm.kit import jobs
from crm.kit.db import SQLITE_PRAGMAS, Database
from crm.loyalty import ledger
from crm.loyalty.service import enrol
from crm.staff.actor import system
from tests import factories
from tests.prove.faults import handlers
from tests.prove.faults.powerless import NAME, Disk, PowerCut, Vfs

PROMISE = "power cuts"
ROUNDS = 8
EACH_RUN = 5
"""How many transactions are begun before a cut at most."""

SHARES = 2
Statement = tuple[str, Any]


@dataclass
class Story:
    """The transactions of a house, the file before each, and the rows of each table after each."""

    transactions: list[list[Statement]] = field(default_factory=list)
    files: list[bytes] = field(default_factory=list)
    counts: list[tuple[int, ...]] = field(default_factory=list)
    deeds: list[int] = field(default_factory=list)
    counting: str = ""


@pytest.fixture(scope="session")
def disks() -> Iterator[Vfs]:
    vfs = Vfs()
    yield vfs
    vfs.unregister()


@pytest.fixture
def story(new_database: Callable[[str], Database], disks: Vfs) -> Story:
    database = new_database("sqlite")
    before = Path(str(database.url.database)).read_bytes()
    told = Story(transactions=_written_down(database))
    _tell_undisturbed(told, before, disks)
    return told


def _written_down(database: Database) -> list[list[Statement]]:
    """What a working house sends to SQLite, transaction by transaction."""
    transactions: list[list[Statement]] = []
    current: list[Statement] = []

    def note(_c: object, _cur: object, sql: str, params: Any, _ctx: object, many: bool) -> None:
        if sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE", "REPLACE")):
            current.extend((sql, each) for each in (params if many else [params]))

    def keep(_: object) -> None:
        if current:
            transactions.append(current.copy())
            current.clear()

    event.listen(database.engine, "before_cursor_execute", note)
    event.listen(database.engine, "commit", keep)
    _work(database)
    return transactions


def _work(database: Database) -> None:
    by = system("proof")
    with database.writing() as db:
        hotel_id = factories.a_hotel(db, "PRF")
    for no in range(ROUNDS):
        with database.writing() as db:
            name = NameIn(kind=NameKind.LATIN, full=f"Proof Number {no}")
            contact = ContactIn(kind=ContactKind.EMAIL, raw=f"proof{no}@example.com")
            made = guests.register_guest(
                db, GuestRegister(names=[name], contacts=[contact]), by=by, source="desk"
            )
        with database.writing() as db:
            more = ContactIn(kind=ContactKind.EMAIL, raw=f"second{no}@example.com")
            parts.add_contact(db, made.id, more, by=by)
            member = enrol(db, made.id, by=by)
        with database.writing() as db:
            ledger.earn(db, member, 10 + no, source=ledger.Source("proof", str(no)), by=by)
        with database.writing() as db:
            opening = ComplaintOpen(
                source=CaseSource.IN_HOUSE, category="noise", severity=Severity.MINOR,
                headline=f"Proof {no}", words=("A long story. " * 140).strip(),
            )  # fmt: skip
            complaints.open_complaint(db, hotel_id, opening, by=by)
            jobs.enqueue(db, handlers.MARK, {"no": no})
        claimed = jobs.claim(database, "proof")
        assert claimed is not None
        jobs.run(database, claimed)


# ---------------------------------------------------------------- the same on our own disk
def _open(pragmas: Sequence[str]) -> apsw.Connection:
    connection = apsw.Connection("keshi.db", vfs=NAME)
    # the disk has one user, so the index of the log is kept in memory instead of a shared file
    connection.execute("PRAGMA locking_mode=EXCLUSIVE")
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}").fetchall()
    return connection


def _do(connection: apsw.Connection, transaction: Sequence[Statement]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for sql, params in transaction:
        connection.execute(sql, params).fetchall()
    connection.execute("COMMIT")


def _tell_undisturbed(story: Story, file: bytes, disks: Vfs) -> None:
    disks.disk = disk = Disk({"keshi.db": file})
    connection = _open(SQLITE_PRAGMAS)
    tables = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'guest_words%' "
        "AND name NOT LIKE 'sqlite_%' ORDER BY name"
    )
    story.counting = " UNION ALL ".join(f'SELECT count(*) FROM "{name}"' for (name,) in tables)
    story.counts.append(_counts(connection, story))
    for transaction in story.transactions:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        story.files.append(bytes(disk.files["keshi.db"].seen))
        before = disk.deeds
        _do(connection, transaction)
        story.deeds.append(disk.deeds - before)
        story.counts.append(_counts(connection, story))
    connection.close()


def _counts(connection: apsw.Connection, story: Story) -> tuple[int, ...]:
    return tuple(number for (number,) in connection.execute(story.counting))


def cut(story: Story, disks: Vfs, chance: random.Random, pragmas: Sequence[str]) -> list[str]:
    """One cut at a place of chance; what is wrong afterwards."""
    first = chance.randrange(len(story.transactions))
    last = min(len(story.transactions), first + EACH_RUN)
    disks.disk = disk = Disk({"keshi.db": story.files[first]})
    connection = _open(pragmas)
    connection.execute(f"PRAGMA wal_autocheckpoint={chance.choice([8, 30, 1000])}").fetchall()
    disk.cut_at = disk.deeds + chance.randint(1, int(sum(story.deeds[first:last]) * 1.2))
    promised = first
    try:
        for transaction in story.transactions[first:last]:
            _do(connection, transaction)
            promised += 1
    except (apsw.Error, PowerCut):
        assert disk.is_off
    disk.leave()
    connection.close(force=True)
    disks.disk = disk.after_cut(chance)
    return _found(story, pragmas, promised)


def _found(story: Story, pragmas: Sequence[str], promised: int) -> list[str]:
    """Sound, and exactly as many transactions as were promised, or the one in flight more."""
    try:
        connection = _open(pragmas)
        said = connection.execute("PRAGMA integrity_check").fetchall()
        if said != [("ok",)]:
            return [f"corrupt: {said[:2]}"]
        counts = _counts(connection, story)
        connection.close()
    except apsw.Error as error:
        return [f"cannot be opened: {type(error).__name__}"]
    if counts not in story.counts[promised : promised + 2]:
        there = story.counts.index(counts) if counts in story.counts else "half of one"
        return [f"{promised} transactions were promised, found: {there}"]
    return []


@pytest.mark.parametrize("share", range(SHARES))
def test_a_power_cut_loses_nothing_that_was_committed(
    story: Story, disks: Vfs, share: int, tally: Any, budget: Callable[..., int]
) -> None:
    trials = budget(PROMISE, share=SHARES)
    chance = random.Random(share)
    wrong = [found for _ in range(trials) for found in cut(story, disks, chance, SQLITE_PRAGMAS)]
    tally(PROMISE, trials, wrong=len(wrong))
    assert not wrong, wrong[:10]


@pytest.mark.parametrize(("mode", "shows"), [("NORMAL", "were promised"), ("OFF", "")])
def test_a_weaker_promise_to_the_disk_is_found(
    story: Story, disks: Vfs, mode: str, shows: str, tally: Any
) -> None:
    """The planted flaw: the log is synced at a checkpoint only, or never."""
    weaker = [p.replace("synchronous=FULL", f"synchronous={mode}") for p in SQLITE_PRAGMAS]
    assert weaker != list(SQLITE_PRAGMAS)
    chance = random.Random(7)
    wrong = [found for _ in range(60) for found in cut(story, disks, chance, weaker)]
    assert any(shows in found for found in wrong)
    tally.flaw_found(PROMISE, f"synchronous {mode}")
