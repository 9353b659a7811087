"""Pictures of rows: what was written goes back, what somebody else wrote since stays."""

from datetime import UTC, date, datetime, time
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update
from sqlmodel import Session, col

from crm.guests.tables import Guest, GuestName
from crm.guests.terms import NameKind
from crm.kit import images
from crm.kit.images import Change, packed, unpacked
from tests import factories

VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.uuids(), st.dates(),
    st.times(), st.datetimes(timezones=st.just(UTC)), st.binary(max_size=5),
    st.lists(st.text(max_size=2), max_size=2),
)  # fmt: skip


@given(VALUES)
def test_every_kind_of_value_survives(value: object) -> None:
    assert unpacked(packed(value)) == value


def test_an_enum_is_kept_by_its_value() -> None:
    assert packed(NameKind.NATIVE) == "native"
    assert packed(datetime(2026, 1, 2, tzinfo=UTC)) != packed(date(2026, 1, 2)) != packed(time(1))


OWNED = {"guest": "id", "guest_name": "guest_id"}


class TestTakingBack:
    def changes(self, db: Session) -> tuple[list[Change], object]:
        """A guest is renamed, gets a job, loses a name and gains another."""
        guest = factories.a_guest(db)
        before = images.picture(db, OWNED, [guest])
        db.connection().execute(
            update(Guest).where(col(Guest.id) == guest).values(occupation="Judge", position="Chief")
        )
        db.delete(db.get(GuestName, (guest, 2)))
        factories.put(db, GuestName(guest_id=guest, no=3, kind=NameKind.ALIAS, full="Anna"))
        db.flush()
        self.before = before
        return list(images.changes_between(before, images.picture(db, OWNED, [guest]))), guest

    def test_everything_goes_back(self, db: Session) -> None:
        changes, guest = self.changes(db)
        assert {c.table for c in changes} == {"guest", "guest_name"}
        for change in reversed(changes):
            assert images.take_back(db, change)
        assert images.picture(db, OWNED, [guest]) == self.before

    def test_a_column_that_somebody_changed_since_stays(self, db: Session) -> None:
        changes, guest = self.changes(db)
        db.connection().execute(
            update(Guest).where(col(Guest.id) == guest).values(occupation="Doctor")
        )
        change = next(c for c in changes if c.table == "guest")
        assert not images.take_back(db, change)
        now = images.current(db, "guest", change.key)
        assert now is not None
        assert (now["occupation"], now["position"]) == ("Doctor", None)

    def test_a_new_row_that_somebody_changed_since_stays(self, db: Session) -> None:
        changes, guest = self.changes(db)
        db.connection().execute(
            update(GuestName)
            .where(col(GuestName.guest_id) == guest, col(GuestName.no) == 3)
            .values(full="Anne")
        )
        change = next(c for c in changes if c.before is None)
        assert not images.take_back(db, change)
        assert images.current(db, "guest_name", change.key) is not None

    def test_sums_lose_their_own_part_only(self, db: Session) -> None:
        guest = factories.a_guest(db, birth_year=1900)
        before = {"id": packed(guest), "birth_year": 1900}
        change = Change("guest", {"id": packed(guest)}, before, before | {"birth_year": 1950})
        db.connection().execute(update(Guest).where(col(Guest.id) == guest).values(birth_year=1980))
        assert images.take_back(db, change, running=["guest.birth_year"])
        now = images.current(db, "guest", change.key)
        assert now is not None
        assert now["birth_year"] == 1930


class TestChildren:
    def test_every_table_that_points_at_a_guest_is_known(self) -> None:
        found = images.children_of("guest")
        assert {
            ("stay", "guest_id"),
            ("complaint", "guest_id"),
            ("guest", "merged_into_id"),
        } <= set(found)

    def test_are_counted_and_removed(self, db: Session) -> None:
        one, other = factories.a_guest(db), factories.a_guest(db)
        children = images.children_of("guest")
        counts = images.count_children(db, children, [one, other, uuid4()])
        assert counts[one] == counts[other] == {"guest_name.guest_id": 2}
        images.remove_children(db, ["guest_name.guest_id"], [one])
        assert images.count_children(db, children, [one, other])[one] == {}

    def test_an_unknown_table_is_an_error(self) -> None:
        with pytest.raises(KeyError):
            images.table_named("no_such_table")
