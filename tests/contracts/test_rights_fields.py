"""Every field of a guest, by every role and channel, shows exactly as the policy says.

Two ways of looking. *Needles*: each field holds words found nowhere else, and every page and
every JSON answer is searched for them. *Differing houses*: for each role a second house is made
in which every column that is hidden from that role holds something else; the role must not be
able to tell the two apart by any answer, whatever it asks.
"""

import re
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from string import ascii_letters, digits
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from crm.kit.ids import new_id
from crm.kit.metadata import all_tables
from crm.preferences.terms import Sensitivity
from crm.staff.policy import policy
from crm.staff.terms import Channel, Role, Sight
from tests.conftest import Client
from tests.contracts.asking import HOLDERS, Asking
from tests.contracts.houses import Planted
from tests.contracts.planted import (
    LEFT_BY_A_MASK,
    NEEDLES,
    STRANGERS,
    WITHOUT_NEEDLE,
    House,
)
from tests.contracts.walking import (
    STREAMS,
    Route,
    channel_of,
    concrete,
    readable,
    routes,
)

MASTER_DATA = {"GET /api/v1/preferences/codes"}
"""Catalogues that name no guest: they hold the words of fields, and nobody's fields."""

BROUGHT_ALONG = {
    ("GET /api/v1/imports/{import_id}", "guest.phone"),
    ("GET /imports/{import_id}", "guest.phone"),
}
"""Samples of a file, shown to those who bring it in: its words, not the guest file's."""

CANNOT_BE_PLANTED = {
    "guest.merged_into_id",  # a merged file is no longer shown
    "relation.other_id",  # the relation is to somebody without a file
    "preference.retired_at",  # a retired preference is no longer shown
    "complaint.closed_at",  # the case is open
    "document.company_id",  # the document is a guest's
}


class TestPolicyIsComplete:
    def test_every_column_of_the_guest_file_is_named(self) -> None:
        tables = all_tables().tables
        columns = {
            f"{name}.{column.name}"
            for name in policy().guest_file_tables
            for column in tables[name].columns
        }
        named = {column for rule in policy().fields.values() for column in rule.columns}
        internal = {
            column
            for column in columns
            for pattern in policy().internal
            if column == pattern or (pattern.startswith("*.") and column.endswith(pattern[1:]))
        }
        assert not columns - named - internal, "name the field in crm/staff/policy.yaml"
        assert not named - columns, "the policy names columns that are not there"

    def test_every_table_that_hangs_on_a_guest_is_a_guest_file_table(self) -> None:
        hanging = {
            table.name
            for table in all_tables().tables.values()
            for key in table.foreign_keys
            if key.column.table.name in {"guest", "stay", "membership", "complaint"}
        }
        assert not hanging - set(policy().guest_file_tables)

    def test_every_field_can_be_recognised(self) -> None:
        assert set(NEEDLES) | set(WITHOUT_NEEDLE) == set(policy().fields)
        assert not set(NEEDLES) & set(WITHOUT_NEEDLE)

    def test_every_column_is_planted(self, planted: Planted) -> None:
        tables = all_tables().tables
        with planted.fork().reading() as db:
            bare = [
                f"{name}.{column.name}"
                for name in policy().guest_file_tables
                for column in tables[name].columns
                if not db.connection().scalar(
                    sa.select(sa.func.count()).select_from(tables[name]).where(column.is_not(None))
                )
            ]
        assert set(bare) <= CANNOT_BE_PLANTED


class TestNeedles:
    @pytest.mark.parametrize("holder", HOLDERS)
    def test_field_shows_only_where_the_policy_says_clear(
        self, asking: Asking, holder: str
    ) -> None:
        leaks: set[str] = set()
        for answer in asking.answers(holder):
            assert answer.status < 500, f"{answer.route.key} {answer.query}"
            if answer.route.key in MASTER_DATA:
                continue
            for field, needles in NEEDLES.items():
                if (answer.route.key, field) in BROUGHT_ALONG:
                    continue
                sight = policy().sight([holder], field, channel_of(answer.route))
                left = LEFT_BY_A_MASK.get(field, ()) if sight is Sight.MASKED else ()
                if sight is not Sight.CLEAR:
                    leaks |= {
                        f"{answer.route.key} shows {needle} ({field}, {sight}) to {holder}"
                        for needle in answer.shows(needles)
                        if needle not in left
                    }
        assert not leaks, "\n".join(sorted(leaks))

    def test_needles_can_be_found_at_all(self, asking: Asking) -> None:
        """What is clear to somebody is seen by somebody: else the test above looks at nothing."""
        found = {
            field
            for holder in HOLDERS
            for answer in asking.answers(holder)
            for field, needles in NEEDLES.items()
            if answer.shows(needles)
        }
        clear_to_somebody = {
            field
            for field in NEEDLES
            for holder in HOLDERS
            if policy().sight([holder], field, Channel.PAGE) is Sight.CLEAR
        }
        assert clear_to_somebody - found == set()

    def test_housekeeper_sees_no_phone_on_any_page(self, asking: Asking) -> None:
        for answer in asking.answers(Role.HOUSEKEEPING.value):
            assert not answer.shows((*NEEDLES["guest.phone"], "0431")), answer.route.key

    def test_incognito_guest_is_found_by_the_real_name_and_shown_by_the_alias(
        self, asking: Asking
    ) -> None:
        asked = [
            answer
            for answer in asking.answers("front_desk")
            if "Ouyinmiao" in answer.query.values() and answer.status == 200
        ]
        assert any(answer.shows(["Plumwick Hidden"]) for answer in asked)
        for answer in asked:
            assert not answer.shows(["欧隐淼"]), answer.route.key


class TestEveryGetIsLookedAt:
    def test_somebody_can_open_it(self, asking: Asking) -> None:
        """A page that nobody opens in these tests is a page where nothing was looked for."""
        answers = [answer for holder in HOLDERS for answer in asking.answers(holder)]
        opened = {answer.route.key for answer in answers if answer.status in {200, 303}}
        assert {answer.route.key for answer in answers} - opened == NOTHING_PLANTED_THERE


NOTHING_PLANTED_THERE: set[str] = set()
"""GETs of things that the planted house does not have; their own tests look at them."""


class TestReach:
    @pytest.mark.parametrize("holder", HOLDERS)
    def test_guests_out_of_reach_are_never_named(self, asking: Asking, holder: str) -> None:
        reach = policy().reach_of([holder])
        named = {
            f"{answer.route.key} {answer.query} names {needle} to {holder}"
            for answer in asking.answers(holder)
            for who in STRANGERS
            if not _reaches(reach, who)
            for needle in answer.shows(STRANGERS[who])
        }
        assert not named

    @pytest.mark.parametrize("holder", HOLDERS)
    def test_out_of_reach_answers_like_not_there(self, asking: Asking, holder: str) -> None:
        reach = policy().reach_of([holder])
        client = asking.as_(holder)
        differing: list[str] = []
        for route in routes(asking.app):
            if "guest_id" not in route.places or route.key in STREAMS:
                continue
            for who in STRANGERS:
                if _reaches(reach, who):
                    continue
                there = _knock(client, route, asking.house, getattr(asking.house, who))
                nowhere = _knock(client, route, asking.house, new_id())
                if there != nowhere:
                    differing.append(f"{route.key} for {who}: {there[0]} and {nowhere[0]}")
        assert not differing


def _reaches(reach: str, who: str) -> bool:
    return reach == "group" or (reach == "hotel" and who == "past")


def _knock(client: Client, route: Route, house: House, guest_id: UUID) -> tuple[int, str]:
    address = concrete(route, house, guest_id=guest_id)
    answer = client.request(route.method, address, headers={"If-Match": "*"})
    return answer.status_code, _steady(
        readable(answer.text, answer.headers.get("content-type", ""))
    )


class TestDifferingHouses:
    """Sights are decided above the database: one kind of it is enough to tell houses apart."""

    @pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
    @pytest.mark.parametrize("holder", HOLDERS)
    def test_hidden_fields_change_nothing_that_is_seen(
        self, planted: Planted, asking: Asking, holder: str
    ) -> None:
        house = planted.house
        changed = planted.fork()
        hidden = _hidden_from(holder)
        with changed.writing() as db:
            touched = _change(db.connection(), hidden, house)
        assert touched or not hidden
        told_apart: list[str] = []
        with Client(planted.shared_app(changed), changed) as client:
            other = Asking(client, house)
            for one, two in zip(asking.answers(holder), other.answers(holder), strict=True):
                if {"audit", "keys"} & set(one.route.path.split("/")):
                    continue  # tell who came when, which differs by itself; needles look there
                if (one.status, _steady(one.text)) != (two.status, _steady(two.text)):
                    differing = _difference(one.text, two.text)
                    told_apart.append(f"{one.route.key} {one.about} {one.query}: {differing}")
        assert not told_apart, "\n".join(told_apart)


def _hidden_from(holder: str) -> list[str]:
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
    "guest.state", "contact_point.kind", "note.level", "note.department", "document.kind_code",
    "preference.code", "preference.status", "preference.retired_at", "stay.status",
    "guest.is_incognito", "guest_name.kind", "guest_spend.year", "guest_spend.category",
    "guest_spend.currency", "guest_outlet.outlet", "guest_outlet.currency", "special_datum.kind",
    # or how whole the file is
    "contact_point.is_valid",
    "complaint.status", "complaint.kind", "complaint.is_sensitive", "membership.state",
    "point_entry.source", "point_entry.source_id", "point_entry.kind",
}  # fmt: skip


def _change(connection: sa.Connection, hidden: list[str], house: House) -> int:
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
        return {"birth_month": value % 12 + 1, "birth_day": value % 28 + 1}.get(
            column.name, value + 1
        )
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


def _steady(text: str) -> str:
    """Without what differs from answer to answer by itself."""
    return re.sub(r'"request_id": "[^"]*"|\b[0-9a-f]{16}\b', "", text)


def _difference(first: str, second: str) -> str:
    for one, other in zip(first.splitlines(), second.splitlines(), strict=False):
        if _steady(one) != _steady(other):
            at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
            return f"{one[max(0, at - 60) : at + 60]!r} and {other[max(0, at - 60) : at + 60]!r}"
    return "one is longer"
