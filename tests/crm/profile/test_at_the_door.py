"""A note from a room: its time tells whose stay it was, and it is taken once."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlmodel import col

from crm.kit import clock
from crm.kit.errors import Conflict, Invalid, RuleBroken
from crm.preferences import master
from crm.preferences.tables import Observation, PreferenceCode
from crm.profile import at_the_door, room_problems
from crm.profile.at_the_door import AFTER_LEAVING, InRoom, chosen_stay, whose_stay
from crm.profile.schemas_at_the_door import RoomNoteIn, RoomProblem, RoomProblemIn
from crm.stays.tables import Stay
from crm.stays.terms import StayStatus
from tests.factories import TODAY, a_guest, a_hotel, a_room, a_staff, a_stay, an_actor

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)


def stayed(since, until=None):
    return InRoom(uuid4(), uuid4(), since, until)


class TestWhoseStay:
    def test_who_was_inside_then(self):
        gone, here = stayed(NOON - 48 * HOUR, NOON - 3 * HOUR), stayed(NOON - HOUR)
        assert whose_stay([gone, here], NOON) is here
        assert whose_stay([gone, here], NOON - 4 * HOUR) is gone

    def test_what_lies_in_a_left_room_is_theirs_who_left(self):
        gone, here = stayed(NOON - 48 * HOUR, NOON - 3 * HOUR), stayed(NOON - HOUR)
        assert whose_stay([gone, here], NOON - 2 * HOUR) is gone
        older = stayed(NOON - 90 * HOUR, NOON - 50 * HOUR)
        assert whose_stay([older, gone, here], NOON - 2 * HOUR) is gone

    def test_nobody_s_after_a_day_and_before_anybody_came(self):
        gone = stayed(NOON - 48 * HOUR, NOON - AFTER_LEAVING - HOUR)
        assert whose_stay([gone], NOON) is None
        assert whose_stay([stayed(NOON + HOUR)], NOON) is None
        assert whose_stay([], NOON) is None

    def test_two_who_share_a_room_are_told_apart_by_nobody(self):
        assert whose_stay([stayed(NOON - HOUR), stayed(NOON - 2 * HOUR)], NOON) is None
        left = NOON - HOUR
        assert whose_stay([stayed(left - HOUR, left), stayed(left - HOUR, left)], NOON) is None

    def test_the_noter_may_choose(self):
        older, gone, here = (
            stayed(NOON - 90 * HOUR, NOON - 50 * HOUR),
            stayed(NOON - 48 * HOUR, NOON - 3 * HOUR),
            stayed(NOON - HOUR),
        )
        assert chosen_stay([older, here, gone], "here") is here
        assert chosen_stay([older, here, gone], "gone") is gone
        assert chosen_stay([gone], "here") is None

    @given(
        st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=6),
        st.integers(0, 90),
        st.randoms(use_true_random=False),
    )
    def test_does_not_hang_on_the_order_of_the_rows(self, spans, at, shuffled):
        stays = [
            InRoom(UUID(int=no), UUID(int=no), NOON + start * HOUR, NOON + (start + long) * HOUR)
            for no, (start, long) in enumerate(spans)
        ]
        mixed = list(stays)
        shuffled.shuffle(mixed)
        asked = NOON + at * HOUR
        found = whose_stay(stays, asked)
        assert whose_stay(mixed, asked) == found
        if found is not None:
            assert found.since <= asked
            assert asked <= found.until + AFTER_LEAVING


@pytest.fixture
def hotel(db):
    hotel_id = a_hotel(db)
    master.load(db)
    a_room(db, hotel_id, "1808")
    return hotel_id


@pytest.fixture
def keeper(db, hotel):
    return an_actor("housekeeping", hotel, a_staff(db, "housekeeping", hotel))


@pytest.fixture
def inside(db, hotel):
    return a_stay(db, a_guest(db), hotel, checked_in_at=NOON - 20 * HOUR)


@pytest.fixture(autouse=True)
def _noon(frozen):
    with frozen(NOON):
        yield


def pillow(**more):
    facts = {"id": uuid4(), "room_no": "1808", "code": "PL.EXTRA", "observed_at": NOON - HOUR}
    return RoomNoteIn(**(facts | more))


def observations(db):
    return db.connection().execute(
        select(Observation.__table__.c["id", "guest_id", "stay_id", "observed_at", "source"])
    ).all()  # fmt: skip


class TestNote:
    def test_is_taken_once_for_the_guest_inside_and_names_nobody(self, db, keeper, inside):
        note = pillow()
        first, again = (at_the_door.note_in_room(db, note, by=keeper) for _ in range(2))
        assert first == again
        (kept,) = observations(db)
        stay = db.get(Stay, inside)
        assert (kept.stay_id, kept.guest_id) == (inside, stay.guest_id)
        assert (kept.observed_at, kept.source) == (note.observed_at, "seen")
        assert str(stay.guest_id) not in first.model_dump_json()

    def test_sent_again_after_the_guest_left_is_still_the_same_note(self, db, keeper, inside):
        note = pillow()
        first = at_the_door.note_in_room(db, note, by=keeper)
        db.connection().execute(
            update(Stay).values(status=StayStatus.CHECKED_OUT, room_no=None, departure_on=TODAY)
        )
        assert at_the_door.note_in_room(db, note, by=keeper).id == first.id
        assert len(observations(db)) == 1

    def test_another_note_under_a_used_id_is_refused(self, db, keeper, inside):
        note = pillow()
        at_the_door.note_in_room(db, note, by=keeper)
        with pytest.raises(Conflict) as refused:
            at_the_door.note_in_room(db, note.model_copy(update={"code": "AM.TEA"}), by=keeper)
        assert refused.value.code == "note_id_used"

    def test_written_offline_belongs_to_who_was_there_then(self, db, hotel, keeper, inside):
        guest = a_guest(db)
        a_stay(db, guest, hotel, status=StayStatus.CHECKED_OUT, departure_on=TODAY,
               arrival_on=TODAY - timedelta(days=3), checked_in_at=NOON - 80 * HOUR,
               checked_out_at=NOON - 21 * HOUR)  # fmt: skip
        at_the_door.note_in_room(db, pillow(observed_at=NOON - 23 * HOUR), by=keeper)
        (kept,) = observations(db)
        assert kept.guest_id == guest

    def test_that_fits_nobody_is_answered_and_placed_by_the_noter(self, db, hotel, keeper):
        guest = a_guest(db)
        a_stay(db, guest, hotel, checked_in_at=NOON - HOUR)
        early = pillow(observed_at=NOON - 2 * HOUR)
        with pytest.raises(Conflict) as unclear:
            at_the_door.note_in_room(db, early, by=keeper)
        assert unclear.value.code == "stay_unclear"
        assert observations(db) == []
        at_the_door.note_in_room(db, early.model_copy(update={"whose": "here"}), by=keeper)
        assert observations(db)[0].guest_id == guest

    def test_of_a_code_switched_off_meanwhile_says_so(self, db, keeper, inside):
        db.connection().execute(
            update(PreferenceCode)
            .where(col(PreferenceCode.code) == "PL.EXTRA")
            .values(is_active=False)
        )
        with pytest.raises(RuleBroken) as off:
            at_the_door.note_in_room(db, pillow(), by=keeper)
        assert off.value.code == "code_off"

    def test_of_a_room_that_is_not_ours_is_refused(self, db, keeper):
        with pytest.raises(Invalid):
            at_the_door.note_in_room(db, pillow(room_no="9999"), by=keeper)

    def test_can_be_taken_back_twice(self, db, keeper, inside):
        made = at_the_door.note_in_room(db, pillow(), by=keeper)
        states = [at_the_door.withdraw_note(db, made.id, by=keeper).state for _ in range(2)]
        assert states == ["withdrawn", "withdrawn"]


class TestProblem:
    def test_goes_to_who_can_help_once(self, db, keeper):
        asked = RoomProblemIn(
            id=uuid4(), room_no="1808", what=RoomProblem.WATER, words="drips on the bed"
        )
        told = [room_problems.report_problem(db, asked, by=keeper) for _ in range(2)]
        assert told[0] == told[1]
        assert (told[0].department, told[0].due_at - clock.now()) == ("ENG", timedelta(minutes=30))

    def test_each_kind_has_a_department_a_time_and_words(self):
        assert set(room_problems.GOES_TO) == set(room_problems._WORDS) == set(RoomProblem)
