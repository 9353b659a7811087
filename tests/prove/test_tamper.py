"""Whatever one who can write the database does to the audit, ``keshi audit verify`` finds it.

Each trial edits the database as an attacker would, with the triggers gone, verifies, and takes
the edit back. What the attacker does not have is the secret key and the witness outside.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from crm.audit import sealing, service, verifying, witness
from crm.audit.digests import Keyring, key_of
from crm.audit.tables import AuditRow, AuditSeal
from crm.audit.terms import Deed
from crm.kit.db import Database
from crm.kit.ids import new_id
from crm.kit.settings import in_force
from crm.staff.actor import system
from migrations import append_only
from tests.factories import an_actor
from tests.flawed import chain as flawed_chain

ROWS, SEALS = AuditRow.__table__, AuditSeal.__table__
FORGER = "the-secret-key-that-the-forger-made-up-0123456789"
PROMISE = "tamper edits"
ADOPTED, SEALED, WAITING = 6, 40, 3

Edit = Callable[[Session, random.Random, "Victims"], set[str]]
"""Changes something; returns names of rows or seals of which at least one must be in the answer."""


@dataclass
class Victims:
    sealed: list[UUID]
    waiting: list[UUID]
    told: list[witness.Witnessed]
    keys: Keyring

    @property
    def all(self) -> list[UUID]:
        return self.sealed + self.waiting

    @property
    def newest(self) -> int:
        return self.told[-1].no


@pytest.fixture
def victims(database: Database, tmp_path: Path) -> Victims:
    return furnish(database, tmp_path)


def furnish(database: Database, data_dir: Path) -> Victims:
    """An audit with rows of every deed and kind of actor, adopted ones, seals, and rows waiting."""
    rng = random.Random(7)
    with database.writing() as db:
        names = [write(db, no) for no in range(ADOPTED)]
        append_only.drop(db.connection())
        db.connection().execute(ROWS.update().values(digest=None))
        append_only.create(db.connection())
    while len(names) < SEALED:
        with database.writing() as db:
            sealing.keep(db, data_dir)
        with database.writing() as db:
            names += [write(db, len(names) + no) for no in range(rng.randint(3, 9))]
    with database.writing() as db:
        sealing.keep(db, data_dir)
    with database.writing() as db:
        waiting = [write(db, no) for no in range(WAITING)]
    keys = Keyring([in_force().secret()])
    told = witness.read(witness.folder_of(data_dir), keys)
    return Victims(names, waiting, told, keys)


def write(db: Session, no: int) -> UUID:
    deeds = list(Deed)
    by = system() if no % 7 == 0 else an_actor("front_desk", new_id(), new_id())
    return service.note(
        db,
        deeds[no % len(deeds)],
        by=replace(by, address="10.0.0.7", request_id=f"request-{no}"),
        subject="guest",
        subject_id=new_id(),
        guest_id=new_id(),
        fields=["guest.phone:1", "guest.name"][: no % 3],
        purpose=f"call back {no}" if no % 2 else None,
    )


# ---------------------------------------------------------------- the edits
def other(column: sa.Column[Any], value: Any, rng: random.Random) -> Any:
    """Another value that the column takes."""
    kind = type(column.type).__name__
    if kind == "Key":
        flipped = UUID(int=value.int ^ (1 << rng.randrange(120))) if value else new_id()
        return rng.choice([flipped, new_id()])
    if kind == "JsonDoc":
        return rng.choice([["guest.email:1"], [*value, "x"], [*value, *value, ""]])
    if kind == "UTCDateTime":
        return value + timedelta(microseconds=rng.choice([1, -1, 1000, 3_600_000_000]))
    if kind == "StrEnumText":
        return rng.choice([member for member in column.type.enum if member != value])
    if kind == "LargeBinary":
        return flip(value, rng) if value else b"\x00" * 36
    if isinstance(value, int):
        return value + rng.choice([1, -1, 1000])
    if not value:
        return rng.choice(["x", "0"])
    at = rng.randrange(len(value))
    return value[:at] + rng.choice([c for c in "xyz0" if c != value[at]]) + value[at + 1 :]


def flip(value: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(value))
    return value[:at] + bytes([value[at] ^ (1 << rng.randrange(8))]) + value[at + 1 :]


def row_of(db: Session, name: UUID) -> dict[str, Any]:
    found = db.connection().execute(sa.select(ROWS).where(ROWS.c.id == name)).one()
    return dict(found._mapping)


def change(db: Session, name: UUID, **values: Any) -> None:
    db.connection().execute(ROWS.update().where(ROWS.c.id == name).values(**values))


def change_column(column: str) -> Edit:
    def edit(db: Session, rng: random.Random, who: Victims) -> set[str]:
        name = rng.choice(who.all)
        change(db, name, **{column: other(ROWS.c[column], row_of(db, name)[column], rng)})
        return {str(name)}

    return edit


def blank_column(column: str) -> Edit:
    def edit(db: Session, rng: random.Random, who: Victims) -> set[str]:
        query = sa.select(ROWS.c.id).where(ROWS.c[column].isnot(None))
        name = rng.choice(db.connection().execute(query).scalars().all())
        change(db, name, **{column: None})
        return {str(name)}

    return edit


def change_seal(column: str) -> Edit:
    def edit(db: Session, rng: random.Random, who: Victims) -> set[str]:
        no = rng.randint(1, who.newest)
        query = sa.select(SEALS.c[column]).where(SEALS.c.no == no)
        value = other(SEALS.c[column], db.connection().execute(query).scalar_one(), rng)
        value = 900 + no if column == "no" else value
        db.connection().execute(SEALS.update().where(SEALS.c.no == no).values(**{column: value}))
        return {str(no)}

    return edit


def delete_row(db: Session, rng: random.Random, who: Victims) -> set[str]:
    gone = rng.sample(who.sealed, rng.randint(1, 5))
    db.connection().execute(ROWS.delete().where(ROWS.c.id.in_(gone)))
    return {str(name) for name in gone}


def delete_seal(db: Session, rng: random.Random, who: Victims) -> set[str]:
    no = rng.randint(1, who.newest)
    db.connection().execute(SEALS.delete().where(SEALS.c.no == no))
    return {str(no)}


def swap_values(db: Session, rng: random.Random, who: Victims) -> set[str]:
    """Everything but the id of two rows, digests and all."""
    one, two = rng.sample(who.all, 2)
    first, second = row_of(db, one), row_of(db, two)
    change(db, one, **{**second, "id": one})
    change(db, two, **{**first, "id": two})
    return {str(one), str(two)}


def swap_ids(db: Session, rng: random.Random, who: Victims) -> set[str]:
    one, two = rng.sample(who.all, 2)
    away = new_id()
    for old, new in ((one, away), (two, one), (away, two)):
        change(db, old, id=new)
    return {str(one), str(two)}


def swap_digests(db: Session, rng: random.Random, who: Victims) -> set[str]:
    one, two = rng.sample(who.sealed[ADOPTED:], 2)
    first, second = row_of(db, one), row_of(db, two)
    change(db, one, digest=second["digest"])
    change(db, two, digest=first["digest"])
    return {str(one), str(two)}


def insert_made_up(db: Session, rng: random.Random, who: Victims) -> set[str]:
    made = row_of(db, rng.choice(who.all)) | {"id": near(rng.choice(who.all), rng)}
    made["digest"] = rng.choice([None, made["digest"], bytes(36), key_of(FORGER).digest(b"x")])
    db.connection().execute(ROWS.insert().values(**made))
    return {str(made["id"])}


def near(name: UUID, rng: random.Random) -> UUID:
    return UUID(int=name.int + rng.choice([1, -1]) * rng.randrange(1, 1 << 60))


def move_row(db: Session, rng: random.Random, who: Victims) -> set[str]:
    name = rng.choice(who.sealed)
    change(db, name, id=near(name, rng))
    return {str(name)}


def sign_as_forger(db: Session, rng: random.Random, who: Victims) -> set[str]:
    name = rng.choice(who.all)
    row = row_of(db, name) | {"subject": "staff"}
    change(db, name, subject="staff", digest=key_of(FORGER).digest(sealing.ROW_FORM.of(row)))
    return {str(name)}


def cut_tail(db: Session, rng: random.Random, who: Victims) -> set[str]:
    """The last seals with their rows and all that waits: what is left is a sound chain."""
    first = rng.randint(1, who.newest)
    query = sa.select(SEALS.c.members).where(SEALS.c.no >= first)
    gone = {UUID(bytes=each) for m in db.connection().execute(query).scalars() for each in
            sealing.split(m)}  # fmt: skip
    db.connection().execute(ROWS.delete().where(ROWS.c.id.in_(gone | set(who.waiting))))
    db.connection().execute(SEALS.delete().where(SEALS.c.no >= first))
    return {str(no) for no in range(first, who.newest + 1)}


def forge_seal(db: Session, rng: random.Random, who: Victims) -> set[str]:
    """Leave a row out of a seal and sign both anew, with a key of one's own."""
    no = rng.randint(1, who.newest)
    seal = dict(db.connection().execute(sa.select(SEALS).where(SEALS.c.no == no)).one()._mapping)
    gone = UUID(bytes=next(sealing.split(seal["members"])))
    seal["members"] = seal["members"][16:]
    seal["rows"] -= 1
    seal["digest"] = key_of(FORGER).digest(sealing.SEAL_FORM.of(seal))
    db.connection().execute(ROWS.delete().where(ROWS.c.id == gone))
    db.connection().execute(SEALS.update().where(SEALS.c.no == no).values(**seal))
    return {str(no)}


def copy_seal(db: Session, rng: random.Random, who: Victims) -> set[str]:
    no = rng.randint(1, who.newest)
    seal = dict(db.connection().execute(sa.select(SEALS).where(SEALS.c.no == no)).one()._mapping)
    db.connection().execute(SEALS.insert().values(**seal | {"no": who.newest + 1}))
    return {str(who.newest + 1)}


def swap_seals(db: Session, rng: random.Random, who: Victims) -> set[str]:
    one, two = rng.sample(range(1, who.newest + 1), 2)
    for old, new in ((one, 999), (two, one), (999, two)):
        db.connection().execute(SEALS.update().where(SEALS.c.no == old).values(no=new))
    return {str(one), str(two)}


def start_over(db: Session, rng: random.Random, who: Victims) -> set[str]:
    """No seals at all any more, and rows without digests, as if there had never been a chain."""
    db.connection().execute(SEALS.delete())
    db.connection().execute(ROWS.update().values(digest=None, subject="staff"))
    return {"1"}


def raw_sqlite(statement: str) -> Edit:
    """What only a hand with the file can put there."""

    def edit(db: Session, rng: random.Random, who: Victims) -> set[str]:
        name = rng.choice(who.all)
        db.connection().execute(sa.text(statement), {"id": name.bytes})
        return {str(name)}

    return edit


def raw_postgres(statement: str) -> Edit:
    def edit(db: Session, rng: random.Random, who: Victims) -> set[str]:
        name = rng.choice(who.all)
        db.connection().execute(sa.text(statement), {"id": str(name)})
        return {str(name)}

    return edit


ANYWHERE: dict[str, Edit] = {
    **{f"row {c.name}": change_column(c.name) for c in ROWS.columns if c.name != "id"},
    **{f"row {c.name} blank": blank_column(c.name) for c in ROWS.columns if c.nullable},
    **{f"seal {c.name}": change_seal(c.name) for c in SEALS.columns},
    "delete rows": delete_row,
    "delete a seal": delete_seal,
    "swap values": swap_values,
    "swap ids": swap_ids,
    "swap digests": swap_digests,
    "insert a row": insert_made_up,
    "move a row": move_row,
    "sign as forger": sign_as_forger,
    "cut the tail": cut_tail,
    "forge a seal": forge_seal,
    "copy a seal": copy_seal,
    "swap seals": swap_seals,
    "start over": start_over,
}
BY_HAND: dict[str, dict[str, Edit]] = {
    "sqlite": {
        "text as blob": raw_sqlite(
            "UPDATE audit SET subject = CAST(subject AS BLOB) WHERE id = :id"
        ),
        "no text": raw_sqlite("UPDATE audit SET subject = CAST(x'ff' AS TEXT) WHERE id = :id"),
        "no instant": raw_sqlite("UPDATE audit SET at = 'yesterday' WHERE id = :id"),
        "another spelling": raw_sqlite("UPDATE audit SET at = at || '0' WHERE id = :id"),
        "no list": raw_sqlite("UPDATE audit SET fields = '[' WHERE id = :id"),
        "another space": raw_sqlite("UPDATE audit SET fields = fields || ' ' WHERE id = :id"),
        "no deed": raw_sqlite("UPDATE audit SET deed = 'peeked' WHERE id = :id"),
        "short key": raw_sqlite("UPDATE audit SET guest_id = x'01' WHERE id = :id"),
        "short id": raw_sqlite("UPDATE audit SET id = x'01' WHERE id = :id"),
        "id as text": raw_sqlite("UPDATE audit SET id = 'me' WHERE id = :id"),
        "id no text": raw_sqlite("UPDATE audit SET id = CAST(x'fffe' AS TEXT) WHERE id = :id"),
    },
    "postgres": {
        "no instant": raw_postgres("UPDATE audit SET at = 'infinity' WHERE id = :id"),
        "far instant": raw_postgres("UPDATE audit SET at = '200000-01-01 UTC' WHERE id = :id"),
        "no list": raw_postgres("UPDATE audit SET fields = '\"a\"' WHERE id = :id"),
        "no deed": raw_postgres("UPDATE audit SET deed = 'peeked' WHERE id = :id"),
    },
}


# ---------------------------------------------------------------- the proof
def trials(
    database: Database, who: Victims, edits: dict[str, Edit], number: int
) -> Iterator[tuple[str, bool]]:
    """Every edit once, then by chance; says of each whether it was found and named."""
    rng = random.Random(20261124)
    order = [*edits, *rng.choices(list(edits), k=max(0, number - len(edits)))]
    for kind in order:
        with database.engine.connect() as connection:
            outer = connection.begin()
            with Session(connection, join_transaction_mode="create_savepoint") as db:
                append_only.drop(db.connection())
                expected = edits[kind](db, rng, who)
                found = verifying.verify(db, keys=who.keys, witnessed=who.told, shown_max=1000)
            outer.rollback()
        if expected & {str(name) for name in who.sealed[:ADOPTED]}:
            expected |= {"1"}  # rows without a digest of their own are known by their seal
        named = " ".join(each.name for each in found.differences)
        yield kind, not found.is_sound and any(name in named.split() for name in expected)


def test_every_edit_is_found_and_named(
    database: Database, backend: str, victims: Victims, tally, budget
) -> None:
    with database.reading() as db:
        untouched = verifying.verify(db, keys=victims.keys, witnessed=victims.told)
    assert untouched.is_sound
    assert (untouched.rows, untouched.waiting) == (len(victims.all), WAITING)
    edits = ANYWHERE | BY_HAND[backend]
    done = list(trials(database, victims, edits, budget(PROMISE, share=2)))
    missed = [kind for kind, is_found in done if not is_found]
    tally(PROMISE, len(done), wrong=len(missed))
    assert not missed


@pytest.mark.parametrize("skipped", ["purpose", "at", "guest_id"])
def test_a_chain_that_skips_a_column_is_noticed(
    new_database: Callable[[str], Database], tmp_path: Path, monkeypatch, tally, skipped: str
) -> None:
    flawed_chain.plant(monkeypatch, skipped)
    database = new_database("sqlite")
    victims = furnish(database, tmp_path)
    edits = {name: edit for name, edit in ANYWHERE.items() if name.startswith("row ")}
    missed = {kind for kind, is_found in trials(database, victims, edits, 0) if not is_found}
    assert f"row {skipped}" in missed
    assert not {kind for kind in missed if not kind.startswith(f"row {skipped}")}
    tally.flaw_found(PROMISE, f"the column {skipped} is not in the digests")
