"""The audit says who and which guest, to those who may know; everybody sees the own rows."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlmodel import Session

from crm.audit import service as audit
from crm.audit.terms import ActorKind, Deed
from crm.kit import clock
from crm.kit.errors import Invalid
from crm.profile import trail as trails
from crm.staff import keys
from crm.staff.actor import Actor, system
from crm.staff.terms import Role
from tests.factories import a_guest, a_hotel, a_key, a_staff, an_actor


@pytest.fixture
def hotel(db: Session) -> UUID:
    return a_hotel(db)


@pytest.fixture
def desk(db: Session, hotel: UUID) -> Actor:
    return an_actor(Role.FRONT_DESK, hotel, a_staff(db, "front_desk", hotel, name="Lin Xia"))


@pytest.fixture
def manager(db: Session, hotel: UUID) -> Actor:
    return an_actor(Role.GENERAL_MANAGER, hotel, a_staff(db, "general_manager", hotel))


def look(db: Session, by: Actor, guest: UUID | None = None, deed: Deed = Deed.VIEWED) -> UUID:
    return audit.note(db, deed, by=by, subject="guest", subject_id=guest, guest_id=guest)


class TestWhoSeesWhat:
    def test_a_manager_sees_names_and_references(
        self, db: Session, desk: Actor, manager: Actor
    ) -> None:
        guest = a_guest(db, ref="G-ABCDEF")
        look(db, desk, guest)
        line = trails.trail(db, by=manager).items[0]
        assert (line.actor_name, line.guest_ref, line.deed) == ("Lin Xia", "G-ABCDEF", Deed.VIEWED)

    def test_it_sees_that_a_guest_was_looked_at_not_which(
        self, db: Session, desk: Actor, hotel: UUID
    ) -> None:
        look(db, desk, a_guest(db))
        line = trails.trail(db, by=an_actor(Role.IT, hotel)).items[0]
        assert (line.actor_name, line.guest_ref, line.guest_id) == ("Lin Xia", None, None)

    def test_others_see_their_own(self, db: Session, desk: Actor, manager: Actor) -> None:
        look(db, manager)
        mine = look(db, desk)
        assert [line.id for line in trails.trail(db, by=desk).items] == [mine]

    def test_of_one_guest_by_those_who_answer_for_guests(
        self, db: Session, desk: Actor, hotel: UUID
    ) -> None:
        guest = a_guest(db)
        looked = look(db, desk, guest)
        duty = an_actor(Role.DUTY_MANAGER, hotel)
        assert trails.trail(db, by=duty).items == []
        assert [x.id for x in trails.trail(db, by=duty, guest_id=guest).items] == [looked]
        other = an_actor(Role.FRONT_DESK, hotel)
        assert trails.trail(db, by=other, guest_id=guest).items == []

    def test_another_hotels_rows_stay_there(self, db: Session, desk: Actor) -> None:
        look(db, desk)
        stranger = an_actor(Role.GENERAL_MANAGER, a_hotel(db))
        assert trails.trail(db, by=stranger).items == []

    def test_a_key_goes_by_its_name(self, db: Session, manager: Actor, hotel: UUID) -> None:
        used = keys.identify(db, a_key(db, "profile:read.basic", hotel_id=hotel))
        assert used is not None
        look(db, used.actor)
        line = trails.trail(db, by=manager).items[0]
        assert (line.actor_kind, line.actor_name) == (ActorKind.KEY, "test")


class TestFilters:
    def test_by_person_deed_and_guest(self, db: Session, desk: Actor, manager: Actor) -> None:
        guest = a_guest(db, ref="G-ABCDEF")
        one = look(db, desk, guest)
        two = look(db, manager, guest, Deed.REVEALED)
        look(db, manager)
        found = trails.trail(db, by=manager, actor_id=desk.id)
        assert [x.id for x in found.items] == [one]
        found = trails.trail(db, by=manager, deed=Deed.REVEALED)
        assert [x.id for x in found.items] == [two]
        asked = trails.guest_by_ref(db, " g-abcdef ", by=manager)
        assert {x.id for x in trails.trail(db, by=manager, guest_id=asked).items} == {one, two}

    def test_by_time_the_end_excluded(self, db: Session, manager: Actor) -> None:
        noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
        made = []
        for hour in (0, 1, 2):
            with clock.frozen(noon + timedelta(hours=hour)):
                made.append(look(db, manager))
        found = trails.trail(
            db, by=manager, since=noon + timedelta(hours=1), until=noon + timedelta(hours=2)
        )
        assert [x.id for x in found.items] == [made[1]]

    def test_references_are_no_question_for_it(self, db: Session, hotel: UUID) -> None:
        a_guest(db, ref="G-ABCDEF")
        assert trails.guest_by_ref(db, "G-ABCDEF", by=an_actor(Role.IT, hotel)) is None


def test_pages_join_without_gap(db: Session, manager: Actor) -> None:
    made = [look(db, manager) for _ in range(7)]
    walked: list[UUID] = []
    cursor = None
    while True:
        page = trails.trail(db, by=manager, limit=3, cursor=cursor)
        walked += [line.id for line in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert walked == made[::-1]


def test_a_broken_cursor_is_refused(db: Session) -> None:
    with pytest.raises(Invalid):
        trails.trail(db, by=system(), cursor="WyJub3BlIl0=")
