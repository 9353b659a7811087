"""However late a note arrives, the file ends up the same; and what each reader sees of it."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from types import SimpleNamespace

import pytest
from sqlmodel import select

from crm.kit import clock
from crm.kit.errors import NotFound
from crm.preferences import master, queries, service
from crm.preferences.schemas import NoteIn
from crm.preferences.suggesting import Signs, likeliest, season, suggest
from crm.preferences.tables import HotelCode, Preference
from crm.preferences.terms import PreferenceSource, PreferenceStatus, Sensitivity
from crm.staff.terms import Role
from crm.stays.terms import StayStatus
from tests.factories import TODAY, a_guest, a_hotel, a_room, a_staff, a_stay, an_actor, put

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
TOLD, SEEN = PreferenceSource.TOLD, PreferenceSource.SEEN

NOTED = (
    # code, value, days ago, source, denies
    ("CL.COOL", "21", 300, TOLD, False),
    ("CL.COOL", "23", 30, SEEN, False),
    ("CL.WARM", "26", 10, TOLD, False),
    ("PL.LATEX", None, 20, SEEN, False),
    ("PL.LATEX", None, 5, TOLD, True),
)


@pytest.fixture
def house(db):
    hotel = a_hotel(db)
    master.load(db)
    with clock.frozen(NOW):
        yield SimpleNamespace(
            hotel=hotel,
            desk=an_actor(Role.FRONT_DESK, hotel, a_staff(db, Role.FRONT_DESK, hotel)),
            maid=an_actor(Role.HOUSEKEEPING, hotel, a_staff(db, Role.HOUSEKEEPING, hotel)),
            centre=an_actor(Role.FILE_CENTRE, hotel, a_staff(db, Role.FILE_CENTRE, hotel)),
        )


def file_of(db, guest):
    rows = db.exec(
        select(Preference)
        .where(Preference.guest_id == guest)
        .execution_options(populate_existing=True)
    ).all()
    codes = {row.id: row.code for row in rows}
    return {
        row.code: (
            row.status, row.evidence, row.value, row.source, row.confirmed_at, row.last_seen_at,
            row.review_on, row.retired_why, codes.get(row.retired_for_id),
        )
        for row in rows
    }  # fmt: skip


def test_every_order_of_arrival_leaves_the_same_file(db, house):
    files = []
    for order in list(permutations(NOTED))[::11]:
        guest = a_guest(db, created_at_hotel=house.hotel)
        for code, value, days, source, denies in order:
            note = NoteIn(
                guest_id=guest, code=code, value=value, source=source, denies=denies,
                observed_at=NOW - timedelta(days=days),
            )  # fmt: skip
            service.note_preference(db, note, by=house.desk)
        files.append(file_of(db, guest))
    assert len(files) > 10
    assert all(file == files[0] for file in files)
    assert {code: facts[0] for code, facts in files[0].items()} == {
        "CL.COOL": PreferenceStatus.RETIRED,
        "CL.WARM": PreferenceStatus.CONFIRMED,
        "PL.LATEX": PreferenceStatus.RETIRED,
    }
    assert files[0]["CL.COOL"][-1] == "CL.WARM"


class TestOffline:
    def test_a_note_comes_after_the_guest_has_left(self, db, house):
        guest = a_guest(db, "客人", "Ke Ren")
        a_stay(
            db, guest, house.hotel, status=StayStatus.CHECKED_OUT, room_no="1808",
            arrival_on=TODAY - timedelta(days=4), departure_on=TODAY - timedelta(days=2),
        )  # fmt: skip
        seen = NoteIn(guest_id=guest, code="PL.LATEX", observed_at=NOW - timedelta(days=3))
        told = service.note_preference(db, seen, by=house.maid)
        assert told.room_no == "1808"
        for days in (0, 9):
            note = NoteIn(guest_id=guest, code="PL.LOW", observed_at=NOW - timedelta(days=days))
            with pytest.raises(NotFound):
                service.note_preference(db, note, by=house.maid)


class TestReaders:
    @pytest.fixture
    def guest(self, db, house):
        guest = a_guest(db, created_at_hotel=house.hotel)
        a_stay(db, guest, house.hotel, status=StayStatus.IN_HOUSE, room_no="1808")
        return guest

    def test_history_tells_those_who_act_no_reason(self, db, house, guest):
        note = NoteIn(guest_id=guest, code="AL.PEANUT", words="swells up", source=TOLD)
        service.note_preference(db, note, by=house.centre)
        (clear,) = queries.observations_of(db, guest, by=house.centre).items
        (acting,) = queries.observations_of(db, guest, by=house.desk).items
        assert (clear.code, clear.words) == ("AL.PEANUT", "swells up")
        assert (acting.code, acting.group, acting.label, acting.words) == (None,) * 4
        assert acting.text == "No peanuts anywhere"

    def test_a_page_does_not_tell_that_there_is_more(self, db, house, guest):
        """What a reader may not know is left out before the page is cut, not afterwards."""
        for no, code in enumerate(("PL.LATEX", "FL.HIGH", "AL.DRUG", "RM.QUIET")):
            with clock.frozen(NOW + timedelta(minutes=no)):
                note = NoteIn(guest_id=guest, code=code)
                service.note_preference(db, note, by=house.centre)
        page = queries.observations_of(db, guest, by=house.maid, limit=1)
        assert ([each.code for each in page.items], page.next) == (["PL.LATEX"], None)

    def test_what_waits_before_anyone_is_seen_by_its_noter_and_the_centre(self, db, house, guest):
        note = NoteIn(guest_id=guest, words="asked who else is in the house")
        told = service.note_preference(db, note, by=house.desk)
        assert queries.observation(db, told.id, by=house.desk).words == note.words
        assert queries.observation(db, told.id, by=house.centre).words == note.words
        with pytest.raises(NotFound):
            queries.observation(db, told.id, by=house.maid)
        assert queries.observations_of(db, guest, by=house.maid).items == []

    def test_the_hotels_words_are_the_readers(self, db, house, guest):
        put(db, HotelCode(hotel_id=house.hotel, code="PL.LATEX", label_en="Bouncy cloud"))
        service.note_preference(db, NoteIn(guest_id=guest, code="PL.LATEX"), by=house.desk)
        assert [p.text for p in queries.preferences_of(db, guest, by=house.desk)] == [
            "Bouncy cloud"
        ]
        far = an_actor(Role.FILE_CENTRE, a_hotel(db))
        assert [p.text for p in queries.preferences_of(db, guest, by=far)] == ["Latex pillow"]

    def test_pages_of_the_queue_miss_and_repeat_nothing(self, db, house, guest):
        for no in range(7):
            with clock.frozen(NOW + timedelta(minutes=no // 2)):
                note = NoteIn(guest_id=guest, words=f"something {no}")
                service.note_preference(db, note, by=house.desk)
        seen, cursor = [], None
        for _ in range(4):
            page = queries.waiting(db, by=house.centre, cursor=cursor, limit=2)
            seen += page.items
            cursor = page.next
        assert cursor is None
        assert len({each.id for each in seen}) == len(seen) == 7
        assert [each.entered_at for each in seen] == sorted(each.entered_at for each in seen)


class TestSuggestions:
    def test_what_was_seen_before_comes_first(self, db, house):
        guest = a_guest(db, created_at_hotel=house.hotel)
        service.note_preference(db, NoteIn(guest_id=guest, code="LT.NIGHT"), by=house.desk)
        hits = suggest(db, guest, by=house.desk)
        assert (hits[0].code, hits[0].known, hits[0].why) == (
            "LT.NIGHT",
            PreferenceStatus.SEEN_ONCE,
            "guest",
        )
        assert len(hits) == 12
        assert {hit.sensitivity for hit in hits} == {Sensitivity.NORMAL}

    def test_what_the_room_has_and_the_season_brings(self, db, house):
        rows = {row.code: row for row in queries.hotel_codes(db, by=house.desk)}
        signs = Signs(room=["BT.TUB"], season=season(TODAY, "CN"), departments=["HK"])
        codes = {row.code: why for row, why in likeliest(rows.values(), signs, 30)}
        assert codes["BT.TUB"] == "season"
        assert "CL.WARM" in codes
        assert "CL.FAN" in season(date(2027, 1, 10), "AU")

    def test_no_more_than_three_of_a_group(self, db, house):
        guest = a_guest(db, created_at_hotel=house.hotel)
        a_room(db, house.hotel, "1808", features=["BT.TUB"])
        for code in ("PL.LATEX", "PL.LOW", "PL.HIGH", "PL.DOWN", "PL.FOAM"):
            service.note_preference(db, NoteIn(guest_id=guest, code=code), by=house.desk)
        groups = [hit.group for hit in suggest(db, guest, by=house.desk)]
        assert max(map(groups.count, groups)) <= 3

    def test_a_stranger_is_not_there(self, db, house):
        with pytest.raises(NotFound):
            suggest(db, a_guest(db, created_at_hotel=a_hotel(db)), by=house.desk)
