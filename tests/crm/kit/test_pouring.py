"""Rows that are poured in stand there as if SQLAlchemy had inserted them, on both databases."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from crm.guests.bulk import address_row
from crm.guests.tables import Address, Guest, GuestSearch
from crm.guests.terms import Calendar, GuestIdentity, VipLevel
from crm.kit.ids import new_id
from crm.kit.pouring import let_planner_know, pour
from tests import factories

NOW = datetime(2026, 2, 3, 4, 5, 6, 789, tzinfo=UTC)


def guest(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": new_id(), "ref": f"G-{number:06}", "name_native": "陈静怡", "vip": None,
        "created_at": NOW, "updated_at": NOW, "birth_calendar": None, "birth_month": None,
        "languages": ["zh", "en"], "is_incognito": False, **more,
    }  # fmt: skip


def stored(db: Session, *ids: object) -> list[dict[str, Any]]:
    table = Guest.__table__  # type: ignore[attr-defined]
    rows = db.connection().execute(
        select(table).where(col(Guest.id).in_(ids)).order_by(table.c.ref)
    )
    return [dict(row._mapping) for row in rows]


def test_rows_are_those_that_an_insert_makes(db: Session) -> None:
    ways = [
        {"vip": VipLevel.V1, "birth_calendar": Calendar.LUNAR, "birth_month": 8},
        {"vip": VipLevel.V1.value, "is_incognito": True},
        {"vip_until": date(2026, 3, 1), "name_native": "a\tb\n\\N 'q' \"\\\""},
    ]
    for number, more in enumerate(ways):
        inserted, poured = guest(number * 2, **more), guest(number * 2 + 1, **more)
        db.connection().execute(insert(Guest), [inserted])
        pour(db, Guest, [poured])
        one, two = stored(db, inserted["id"], poured["id"])
        for row in (one, two):
            del row["id"], row["ref"]
        assert one == two
        assert two["identity"] is GuestIdentity.INDIVIDUAL  # a default that the row left out


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=80), max_size=5))
def test_every_text_comes_back_as_it_was(db: Session, texts: list[str]) -> None:
    owner = factories.a_guest(db)
    rows = [address_row(owner, no, {"street": text}) for no, text in enumerate(texts, 1)]
    pour(db, Address, rows)
    found = db.connection().execute(
        select(col(Address.street)).where(col(Address.guest_id) == owner).order_by(col(Address.no))
    )
    assert list(found.scalars()) == texts


def test_a_number_that_the_database_gives_is_given(db: Session) -> None:
    guests = [factories.a_guest(db) for _ in range(3)]
    table = GuestSearch.__table__  # type: ignore[attr-defined]
    db.connection().execute(table.delete().where(table.c.guest_id.in_(guests)))
    row = {"name_key": "x", "pinyin": "", "pinyin_initials": "", "doc": "x", "version": 1}
    pour(db, GuestSearch, [{"guest_id": one, **row} for one in guests])
    numbers = db.connection().execute(select(table.c.id).where(table.c.guest_id.in_(guests)))
    assert len(set(numbers.scalars())) == 3


def test_a_row_too_many_is_the_usual_error_and_nothing_came_in(db: Session) -> None:
    twin = guest(1)
    with pytest.raises(IntegrityError), db.begin_nested():
        pour(db, Guest, [guest(2), twin, twin])
    assert stored(db, twin["id"]) == []


def test_the_planner_is_told_where_it_needs_to_be(db: Session, backend: str, queries: Any) -> None:
    with queries(1) as seen:
        let_planner_know(db, ["guest", "stay"])
    assert len(seen) == (0 if backend == "sqlite" else 1)


def test_nothing_is_no_statement(db: Session, queries: Any) -> None:
    with queries(0):
        pour(db, Guest, [])
