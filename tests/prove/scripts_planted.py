"""Writes script payloads into every text column of the house, past every check at the door.

What a page does with hostile words must not depend on what the forms let in, so the payloads are
put straight into the database. Each carries a number of its own (``zq17``) by which it is
recognised on a page; a long column holds many of them.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Table, and_, insert, select, text, update
from sqlmodel import Session
from sqlmodel.sql.sqltypes import AutoString

from crm.audit.tables import AuditRow
from crm.audit.terms import ActorKind, Deed
from crm.guests.naming import list_latin, parts_of
from crm.kit import clock
from crm.kit.ids import new_id
from crm.kit.metadata import all_tables
from tests.contracts.planted_house import House

FILE = Path(__file__).parents[1] / "data" / "script_payloads.jsonl"
PAYLOADS: list[str] = [json.loads(line)[1] for line in FILE.read_text("utf-8").splitlines()]
MARK = re.compile(r"zq(\d+)")
SMALLEST = "<b>zq§"
SHORTEST = len("<b>zq9999")
MOST_IN_A_CELL = 12

KEPT = {
    "hotel.code": "names the hotel in addresses",
    "hotel.time_zone": "a name of the zone database, computed with",
    "room_type.code": "a key of rates",
    "document_kind.code": "a key of the catalogue",
    "preference_code.code": "a key of the catalogue",
    "preference_code.group_code": "a key of the catalogue",
    "preference_code.occasion": "a word of the catalogue",
    "preference.code": "a key of the catalogue",
    "document.kind_code": "a key of the catalogue",
    "staff.language": "chooses the catalogue of words",
    "staff.password_hash": "a hash",
    "staff_session.token_hash": "a hash, the way in",
    "staff_session.csrf": "the token of the forms",
    "api_key.token_hash": "a hash",
    "import_job.sha256": "a hash",
    "import_job_change.table_name": "a table of the house",
    "document.sha256": "a hash, the name of the file",
    "complaint_attachment.sha256": "a hash, the name of the file",
    "observation.digest": "a hash",
    "identity_document.number_index": "a keyed hash",
    "remembered_answer.request_hash": "a hash",
    "event.kind": "the name of a class",
    "audit.subject": "a word of the code",
    "job.name": "the name of a function",
    "lease.name": "a word of the code",
    "import_job.encoding": "the name of a codec",
    "complaint.category": "a key of the catalogue",
    "case_word.code": "a key of the catalogue",
    "case_word.parent": "a key of the catalogue",
    "prevention.category": "a key of the catalogue",
    "complaint_escalation.told_role": "a word of the code",
    "company_contact.birth_calendar": "solar or lunar",
    "guest_search.name_key": "a search key, made of the name",
    "guest_search.pinyin": "a search key, made of the name",
    "guest_search.pinyin_initials": "a search key, made of the name",
    "guest_search.doc": "search keys, made of the file",
    "company.name_key": "a search key, made of the name",
}
"""Text that stays as it is, and why: the house could not open its doors with another."""


@dataclass
class Sown:
    """What was planted: by number, the column and the whole words of the payload."""

    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    column: dict[int, str] = field(default_factory=dict)
    words: dict[int, str] = field(default_factory=dict)
    payload: dict[int, str] = field(default_factory=dict)
    listed: dict[int, str] = field(default_factory=dict)
    """By number, the whole Latin name as lists write it: the family name before the given one."""
    turn: int = 0

    def one(self, column: str, most: int = 4000, *, one_line: bool = False) -> str:
        """The next payload that fits into ``most`` characters, as a box of one line keeps it."""
        number = next(self.numbers)
        for _ in PAYLOADS:
            payload = PAYLOADS[self.turn % len(PAYLOADS)]
            self.turn += 1
            words = payload.replace("§", str(number))
            words = words.replace("\n", " ") if one_line else words
            if len(words) <= most:
                break
        else:
            payload = SMALLEST
            words = payload.replace("§", str(number))
        self.column[number], self.words[number], self.payload[number] = column, words, payload
        return words

    def many(self, column: str, most: int) -> str:
        """As many payloads as fit, one behind the other."""
        found = self.one(column, most)
        for _ in range(MOST_IN_A_CELL - 1):
            if most - len(found) < 40:
                break
            found += " " + self.one(column, most - len(found) - 1)
        return found

    def list_name(self, latin: str | None) -> None:
        """Keep how lists write a Latin name, for every payload in it."""
        for number in MARK.findall(latin or ""):
            self.listed[int(number)] = list_latin(parts_of(latin or ""))


def text_columns() -> Iterator[tuple[str, Column[Any]]]:
    """Every column of words in the house, as ``table.column``.

    Left out are codes of a few letters and what points at another row, for those are no words.
    """
    for table in all_tables().sorted_tables:
        for column in table.columns:
            length = getattr(column.type, "length", None) or 4000
            name = f"{table.name}.{column.name}"
            if column.foreign_keys or name in KEPT:
                continue
            if isinstance(column.type, AutoString) and length >= SHORTEST:
                yield name, column


def sow(db: Session, house: House, *, turn: int) -> Sown:
    """Plant payloads everywhere, beginning with number ``turn`` of the list."""
    sown = Sown(turn=turn)
    _open_what_is_append_only(db)
    _audit_rows(db, house, sown)
    columns: dict[Table, list[tuple[str, Column[Any]]]] = {}
    for name, column in text_columns():
        columns.setdefault(column.table, []).append((name, column))
    for table, own in columns.items():
        keys = list(table.primary_key.columns)
        for row in db.connection().execute(select(*keys)).all():
            values = {
                column.name: sown.many(name, getattr(column.type, "length", None) or 4000)
                for name, column in own
                if column.name != "login"
            }
            sown.list_name(values.get("name_latin") or values.get("full"))
            here = and_(*(column == value for column, value in zip(keys, row, strict=True)))
            db.connection().execute(update(table).where(here).values(**values))
    return sown


def _open_what_is_append_only(db: Session) -> None:
    """Triggers hold rows that may not be changed; this house is thrown away."""
    triggers = db.connection().execute(
        text("select name from sqlite_master where type = 'trigger' and tbl_name = 'audit'")
    )
    for name in triggers.scalars().all():
        db.connection().execute(text(f'drop trigger "{name}"'))


def _audit_rows(db: Session, house: House, sown: Sown) -> None:
    """What people looked at, one row a deed, of the guest in house."""
    who = next(iter(house.staff.values()))
    rows = [
        {
            "id": new_id(),
            "at": clock.now(),
            "deed": deed,
            "actor_kind": ActorKind.STAFF,
            "actor_id": who,
            "hotel_id": house.here,
            "subject": "guest",
            "guest_id": house.guest,
            "fields": [sown.one("audit.fields", 60)],
            "purpose": "planted",
            "address": "planted",
        }
        for deed in Deed
    ]
    db.connection().execute(insert(AuditRow), rows)
