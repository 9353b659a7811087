"""A second house, in which every column that is hidden from somebody holds something else."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from string import ascii_letters, digits
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from crm.kit.ids import new_id
from crm.kit.metadata import all_tables
from crm.preferences.terms import Sensitivity
from crm.staff.policy import policy
from crm.staff.terms import Channel, Sight
from tests.contracts.asking import Answer, Asking, seen_of
from tests.contracts.planted_house import House


def hidden_from(holder: str) -> list[str]:
    """The fields that a holder sees by no channel at all."""
    return [
        field
        for field in policy().fields
        if all(policy().sight([holder], field, channel) is Sight.NONE for channel in Channel)
    ]


# Fields that share a table with others, told apart by their rows.
ROWS: dict[str, tuple[str, str]] = {
    "guest.phone": ("contact_point", "kind = 'phone'"),
    "guest.email": ("contact_point", "kind <> 'phone'"),
    "guest.true_name": ("guest_name", "kind <> 'alias'"),
    "note.service": ("note", "level = 'service'"),
    "note.department": ("note", "level = 'department'"),
    "note.management": ("note", "level = 'management'"),
    "note.restricted": ("note", "level = 'restricted'"),
    "preference.normal": ("preference", f"sensitivity = '{Sensitivity.NORMAL}'"),
    "preference.special": ("preference", f"sensitivity = '{Sensitivity.SPECIAL}'"),
    "preference.restricted": ("preference", f"sensitivity = '{Sensitivity.RESTRICTED}'"),
    "document.identity": ("document", "kind_code = 'passport'"),
    "document.other": ("document", "kind_code <> 'passport'"),
}
SHARED_COLUMNS = {
    "guest.email": "guest.phone",
    "note.department": "note.service",
    "note.management": "note.service",
    "note.restricted": "note.service",
    "preference.special": "preference.normal",
    "preference.restricted": "preference.normal",
    "document.other": "document.identity",
}
SORTS_ROWS = {
    # what decides which row is which, or whether it is there at all
    "guest.state", "contact_point.kind", "note.level", "note.department",
    "note_version.level", "note_version.department", "note.struck_at", "trace.department",
    "trace.put_department", "trace.state", "document.kind_code",
    "preference.code", "preference.status", "preference.retired_at", "stay.status",
    "guest.is_incognito", "guest_name.kind", "guest_spend.year", "guest_spend.category",
    "guest_spend.currency", "guest_outlet.outlet", "guest_outlet.currency", "special_datum.kind",
    # or how whole the file is
    "contact_point.is_valid",
    "complaint.status", "complaint.kind", "complaint.is_sensitive", "membership.state",
    "point_entry.source", "point_entry.source_id", "point_entry.kind",
}  # fmt: skip


def change(connection: sa.Connection, hidden: list[str], house: House) -> int:
    """Put something else into every column of the hidden fields; returns how many were changed."""
    tables = all_tables().tables
    touched = 0
    for field in hidden:
        columns = policy().fields[SHARED_COLUMNS.get(field, field)].columns
        if field == "guest.true_name":
            columns = (
                "guest_name.full",
                "guest_name.family",
                "guest_name.given",
                "guest.name_native",
                "guest.name_latin",
            )
        for name in columns:
            table_name, column_name = name.split(".")
            column = tables[table_name].columns[column_name]
            if name in SORTS_ROWS or column.foreign_keys or column.primary_key:
                continue
            touched += _alter(connection, column, _where(field, column, house))
    return touched


def _where(field: str, column: sa.Column[Any], house: House) -> Any:
    table = column.table
    if field == "guest.true_name":
        key = table.columns.id if table.name == "guest" else table.columns.guest_id
        rows = key == house.hidden
        return rows & sa.text(ROWS[field][1]) if table.name == "guest_name" else rows
    if field.startswith("preference."):
        codes = sa.text(f"code in (select code from preference_code where {ROWS[field][1]})")
        return sa.and_(codes)
    if field in ROWS:
        return sa.text(ROWS[field][1])
    if table.name == "stay" and field == "stay.history":
        return sa.text("status in ('checked_out', 'cancelled')")
    return sa.true()


def _alter(connection: sa.Connection, column: sa.Column[Any], where: Any) -> int:
    """Another value of the same kind in every row that has one; NULL stays NULL."""
    table = column.table
    keys = list(table.primary_key.columns)
    changed = 0
    for row in connection.execute(sa.select(*keys, column.label("value")).where(where)).all():
        if row.value is None:
            continue
        same = sa.and_(*(key == getattr(row, key.name) for key in keys))
        connection.execute(sa.update(table).where(same).values({column: _other(column, row.value)}))
        changed += 1
    return changed


def _other(column: sa.Column[Any], value: Any) -> Any:
    if isinstance(value, StrEnum):
        members = list(type(value))
        return members[(members.index(value) + 1) % len(members)]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return {
            "birth_month": value % 12 + 1,
            "birth_day": value % 28 + 1,
            "number": value + 5000,  # a neighbour has the next one
        }.get(column.name, value + 1)
    if isinstance(value, datetime | date):
        return value + timedelta(days=1)
    if isinstance(value, time):
        return value.replace(hour=(value.hour + 1) % 24)
    if isinstance(value, list):
        return ["fi"]
    if isinstance(value, bytes):
        return value[::-1]
    if isinstance(value, UUID):
        return new_id()
    if column.name in {"nationality", "country"}:
        return "FI"
    if column.name == "currency":
        return "EUR"
    if column.name == "sha256":
        return value[::-1]
    return "".join(_next(char) for char in value)


def _next(char: str) -> str:
    """Another letter or digit for each, so that what was unique stays unique."""
    if char in ascii_letters:
        return ascii_letters[(ascii_letters.index(char) + 1) % len(ascii_letters)]
    if char in digits:
        return digits[(digits.index(char) + 1) % len(digits)]
    return chr(ord(char) + 1) if char >= "\u4e00" else char


OF_THE_DAY = {"audit", "keys", "viewing", "metrics"}
"""Parts of addresses that tell who came when, which differs by itself; needles look there."""


BY_LINK = {"GET /survey/{token}"}
"""Opened by whoever holds the link, which is the guest, whatever role somebody has besides."""


def told_apart(
    asking: Asking, other: Asking, holder: str
) -> tuple[list[Answer], list[tuple[Answer, str]]]:
    """What was compared, and by which answers somebody can tell the two houses apart."""
    compared, apart = [], []
    for one, two in zip(asking.answers(holder), other.answers(holder), strict=True):
        if OF_THE_DAY & set(one.route.path.split("/")) or one.route.key in BY_LINK:
            continue
        compared.append(one)
        if one.digest == two.digest:
            continue
        question = (one.route, one.about, dict(one.query))
        texts = []
        for each in (asking, other):
            each.as_(holder)
            texts.append(seen_of(each.response(*question)))
        if texts[0] != texts[1]:
            what = f"{one.route.key} {one.about} {dict(one.query)}: {_difference(*texts)}"
            apart.append((one, what))
    return compared, apart


def _difference(first: str, second: str) -> str:
    for one, other in zip(first.splitlines(), second.splitlines(), strict=False):
        if one != other:
            at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
            return f"{one[max(0, at - 60) : at + 60]!r} and {other[max(0, at - 60) : at + 60]!r}"
    return "one is longer"
