"""Unusual viewing is found from the audit, told once, and looked into by a manager."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from crm.audit import service as audit
from crm.audit import unusual
from crm.audit.schemas import LookedInto
from crm.audit.tables import UnusualViewing, ViewingDay
from crm.audit.terms import Deed, Unusual
from crm.guests.terms import VipLevel
from crm.kit import clock
from crm.kit.errors import Conflict, Invalid, NotAllowed, NotFound
from crm.kit.ids import new_id
from crm.kit.tables import EventRow
from crm.profile import watching
from crm.staff.actor import Actor
from crm.staff.terms import Role
from tests.factories import TODAY, a_guest, a_hotel, a_staff, a_stay, an_actor

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)  # in Hangzhou
FOUND = UnusualViewing.__table__


@pytest.fixture
def hotel(db: Session) -> UUID:
    return a_hotel(db)


@pytest.fixture
def desk(db: Session, hotel: UUID) -> Actor:
    return an_actor(Role.FRONT_DESK, hotel, a_staff(db, "front_desk", hotel, name="Lin Xia"))


@pytest.fixture
def manager(db: Session, hotel: UUID) -> Actor:
    return an_actor(Role.DUTY_MANAGER, hotel, a_staff(db, "duty_manager", hotel, name="Mr Gu"))


def opened(
    db: Session, by: Actor, guests: Sequence[UUID], at: datetime = NOON, deed: Deed = Deed.VIEWED
) -> None:
    """Rows as they would stand in the audit at ``at``; ids carry that time too."""
    rows = []
    for no, guest_id in enumerate(guests):
        with clock.frozen(at + timedelta(milliseconds=no)):
            row = audit.audit_values(
                deed, by=by, subject="guest", subject_id=guest_id, guest_id=guest_id
            )
        stamp = int((at + timedelta(milliseconds=no)).timestamp() * 1000)
        row["id"] = UUID(int=(stamp << 80) | (row["id"].int & (2**80 - 1)))
        rows.append(row)
    audit.note_many(db, rows)


def watch(db: Session, at: datetime = NOON + timedelta(hours=1)) -> list[sa.Row]:
    with clock.frozen(at):
        watching.watch(db)
    return found_in(db)


def found_in(db: Session) -> list[sa.Row]:
    return list(db.connection().execute(sa.select(FOUND).order_by(FOUND.c.id)))


def kinds(rows: Sequence[sa.Row]) -> set[Unusual]:
    return {row.kind for row in rows}


class TestFinding:
    def test_a_day_at_the_desk_is_nothing(self, db: Session, hotel: UUID, desk: Actor) -> None:
        guests = [a_guest(db) for _ in range(12)]
        for guest in guests:
            a_stay(db, guest, hotel)
        opened(db, desk, guests * 3)
        assert watch(db) == []
        kept = db.connection().execute(sa.select(ViewingDay.__table__)).one()
        assert (kept.day, kept.files, kept.strangers, kept.by_hour[12]) == (TODAY, 12, 0, 12)

    def test_files_of_guests_without_a_stay_and_without_work(
        self, db: Session, hotel: UUID, desk: Actor
    ) -> None:
        strangers = [a_guest(db) for _ in range(40)]
        opened(db, desk, strangers)
        opened(db, desk, strangers[:5], deed=Deed.CHANGED)
        (row,) = [row for row in watch(db) if row.kind == Unusual.STRANGERS]
        assert (row.number, row.actor_id, row.day, row.hotel_id) == (35, desk.id, TODAY, hotel)

    @pytest.mark.parametrize("marks", [{"vip": VipLevel.V1}, {"is_incognito": True}])
    def test_a_vip_without_a_stay(self, db: Session, desk: Actor, hotel: UUID, marks) -> None:
        here, away = a_guest(db, **marks), a_guest(db, **marks)
        a_stay(db, here, hotel)
        opened(db, desk, [here])
        assert watch(db) == []
        opened(db, desk, [away])
        assert kinds(watch(db)) == {Unusual.MARKED_GUESTS}

    @pytest.mark.parametrize(
        ("arrival", "departure", "near"),
        [(-20, -15, False), (-20, -14, True), (45, 47, True), (46, 47, False)],
    )
    def test_a_stay_near_the_day_is_a_reason(
        self, db: Session, desk: Actor, hotel: UUID, arrival: int, departure: int, near: bool
    ) -> None:
        guest = a_guest(db, vip=VipLevel.V1)
        a_stay(
            db, guest, hotel,
            arrival_on=TODAY + timedelta(days=arrival),
            departure_on=TODAY + timedelta(days=departure),
        )  # fmt: skip
        opened(db, desk, [guest])
        assert (watch(db) == []) is near

    def test_a_stay_in_another_hotel_is_none(self, db: Session, desk: Actor) -> None:
        guest = a_guest(db, vip=VipLevel.V1)
        a_stay(db, guest, a_hotel(db))
        opened(db, desk, [guest])
        assert kinds(watch(db)) == {Unusual.MARKED_GUESTS}

    def test_far_more_than_ones_own_days(self, db: Session, desk: Actor, hotel: UUID) -> None:
        guests = [a_guest(db) for _ in range(50)]
        for guest in guests:
            a_stay(db, guest, hotel, arrival_on=TODAY - timedelta(days=9),
                   departure_on=TODAY + timedelta(days=1))  # fmt: skip
        for days in range(1, 9):
            opened(db, desk, guests[:8], NOON - timedelta(days=days))
        opened(db, desk, guests)
        (row,) = watch(db)
        assert (row.kind, row.number, row.usual) == (Unusual.MANY_FILES, 50, 8)

    def test_one_guest_looked_at_by_many(self, db: Session, hotel: UUID) -> None:
        guest = a_guest(db)
        for _ in range(8):
            opened(db, an_actor(Role.FRONT_DESK, hotel), [guest])
        (row,) = watch(db)
        assert (row.kind, row.guest_id, row.actor_id) == (Unusual.ONE_GUEST, guest, None)
        assert (row.number, row.usual) == (8, 7)

    def test_is_told_once_and_grows_until_somebody_looked(
        self, db: Session, desk: Actor, manager: Actor
    ) -> None:
        opened(db, desk, [a_guest(db) for _ in range(40)])
        first = watch(db)
        opened(db, desk, [a_guest(db) for _ in range(3)])
        assert len(watch(db)) == len(first)
        assert {row.number for row in found_in(db)} == {43}
        for row in found_in(db):
            watching.look_into(db, row.id, LookedInto(outcome="A tour group"), by=manager)
        opened(db, desk, [a_guest(db) for _ in range(3)])
        assert {row.number for row in watch(db)} == {43}
        news = sa.select(EventRow.__table__.c.kind, EventRow.__table__.c.payload)
        told = list(db.connection().execute(news))
        assert [kind for kind, _ in told].count("audit.unusual_viewing_found") == len(first)
        assert all(payload == {} for _, payload in told)

    def test_days_are_those_of_the_hotel(self, db: Session, desk: Actor) -> None:
        late = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)  # 23:30 in Hangzhou
        guest = a_guest(db, vip=VipLevel.V1)
        opened(db, desk, [guest], late)
        opened(db, desk, [guest], late + timedelta(hours=1))
        assert [row.day for row in watch(db, late + timedelta(hours=2))] == [
            TODAY,
            TODAY + timedelta(days=1),
        ]


class TestVolume:
    def test_more_than_two_hundred_is_told_at_once(self, db: Session, desk: Actor) -> None:
        opened(db, desk, [new_id() for _ in range(200)] * 2)
        with clock.frozen(NOON + timedelta(minutes=1)):
            assert unusual.watch_volume(db) == 0
            opened(db, desk, [new_id()], deed=Deed.REVEALED)
            assert unusual.watch_volume(db) == 1
            assert unusual.watch_volume(db) == 0
        (row,) = found_in(db)
        assert (row.kind, row.number, row.actor_id) == (Unusual.VOLUME, 201, desk.id)

    def test_it_is_the_same_entry_as_that_of_the_hour(self, db: Session, desk: Actor) -> None:
        opened(db, desk, [new_id() for _ in range(210)])
        with clock.frozen(NOON + timedelta(minutes=1)):
            unusual.watch_volume(db)
        assert [row.kind for row in watch(db)].count(Unusual.VOLUME) == 1

    def test_yesterday_does_not_count(self, db: Session, desk: Actor) -> None:
        opened(db, desk, [new_id() for _ in range(150)], NOON - timedelta(days=1))
        opened(db, desk, [new_id() for _ in range(150)])
        with clock.frozen(NOON + timedelta(minutes=1)):
            assert unusual.watch_volume(db) == 0


class TestLookingInto:
    @pytest.fixture
    def finding(self, db: Session, desk: Actor) -> UUID:
        opened(db, desk, [a_guest(db, vip=VipLevel.V1, ref="G-VVVVVV")])
        (row,) = watch(db)
        return row.id

    def test_the_manager_sees_who_what_and_the_rows(
        self, db: Session, finding: UUID, manager: Actor
    ) -> None:
        (line,) = watching.unusual_list(db, by=manager).items
        assert (line.id, line.actor_name, line.number) == (finding, "Lin Xia", 1)
        rows = watching.rows_behind(db, line, by=manager).items
        assert [(row.actor_name, row.guest_ref) for row in rows] == [("Lin Xia", "G-VVVVVV")]
        assert unusual.waiting(db, by=manager) == 1

    def test_it_is_settled_with_a_word_and_leaves_a_row(
        self, db: Session, finding: UUID, manager: Actor
    ) -> None:
        watching.look_into(db, finding, LookedInto(outcome="Asked: a call-back"), by=manager)
        assert watching.unusual_list(db, by=manager).items == []
        (line,) = watching.unusual_list(db, by=manager, looked_into=True).items
        assert (line.looked_by_name, line.looked_words) == ("Mr Gu", "Asked: a call-back")
        with pytest.raises(Conflict):
            watching.look_into(db, finding, LookedInto(outcome="once more"), by=manager)

    def test_words_carry_no_number(self, db: Session, finding: UUID, manager: Actor) -> None:
        with pytest.raises(Invalid):
            watching.look_into(db, finding, LookedInto(outcome="rang 13800138000"), by=manager)

    @pytest.mark.parametrize("role", [r for r in Role if "manager" not in r])
    def test_others_do_not_see_it(self, db: Session, finding: UUID, hotel: UUID, role) -> None:
        with pytest.raises(NotAllowed):
            watching.unusual_list(db, by=an_actor(role, hotel))

    def test_managers_of_other_hotels_do_not_know_it(self, db: Session, finding: UUID) -> None:
        other = an_actor(Role.GENERAL_MANAGER, a_hotel(db))
        assert watching.unusual_list(db, by=other).items == []
        with pytest.raises(NotFound):
            watching.unusual_one(db, finding, by=other)
        with pytest.raises(NotFound):
            watching.look_into(db, finding, LookedInto(outcome="nothing"), by=other)

    def test_nobody_looks_into_the_own_viewing(self, db: Session, manager: Actor) -> None:
        opened(db, manager, [a_guest(db, vip=VipLevel.V1)])
        (row,) = watch(db)
        with pytest.raises(NotAllowed) as refused:
            watching.look_into(db, row.id, LookedInto(outcome="It was me"), by=manager)
        assert refused.value.code == "own_viewing"


def test_old_counts_and_settled_findings_go_and_open_ones_stay(
    db: Session, desk: Actor, manager: Actor
) -> None:
    opened(db, desk, [a_guest(db, vip=VipLevel.V1)])
    opened(db, desk, [a_guest(db) for _ in range(40)])
    first = watch(db)[0]
    with clock.frozen(NOON):
        watching.look_into(db, first.id, LookedInto(outcome="A tour group"), by=manager)
    with clock.frozen(NOON + timedelta(days=401)):
        assert unusual.forget_old(db, findings_days=400) == 1
    assert first.id not in {row.id for row in found_in(db)}
    assert found_in(db)
    assert db.connection().execute(sa.select(ViewingDay.__table__)).all() == []
