"""A hotel system's messages: stored once, applied in any order to the same end."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy import select, update

from crm.guests.tables import ContactPoint, Guest, GuestName
from crm.intake import messages, queries, service
from crm.intake.applying import apply, decide
from crm.intake.mappers.generic_json import MessageIn
from crm.intake.schemas import ReviewDecision
from crm.intake.tables import IntakeMessage, MatchReview
from crm.kit import clock, external_refs, jobs
from crm.kit.card_numbers import REMOVED
from crm.kit.errors import NotAllowed, NotFound
from crm.kit.tables import EventRow, ExternalRef, JobRow
from crm.staff.actor import make_actor, system
from crm.staff.terms import ActorKind
from crm.stays import figures
from crm.stays.tables import FolioLine, Stay
from tests.factories import TODAY, a_contact, a_guest, a_hotel, a_staff, a_stay, an_actor

BY = system("interface")
NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
GUEST = {
    "profile_id": "P1",
    "family": "陈",
    "given": "静怡",
    "latin": "CHEN Jingyi",
    "phone": "138 0013 8866",
    "email": "jingyi.chen@example.com",
    "nationality": "CN",
    "language": "zh-Hans",
    "title": "ms",
}
STAY = {"reservation_id": "R1", "arrival_on": "2026-11-24", "departure_on": "2026-11-26",
        "room_no": "1808", "eta": "15:30", "channel": "direct", "rate_minor": 128000}  # fmt: skip


def a_message(kind, minute=0, *, stay=None, guest=None, message_id=None, hotel="LVH", **more):
    said = {
        "message_id": message_id or f"{kind}-{minute}",
        "source": "opera",
        "sent_at": (NOON + timedelta(minutes=minute)).isoformat(),
        "hotel": hotel,
        "kind": kind,
        "stay": {"reservation_id": "R1"} | (stay or {}),
        **more,
    }
    if guest is not None:
        said["guest"] = guest
    return MessageIn.model_validate_json(json.dumps(said))


STORY = (
    a_message("reservation", 0, stay=STAY, guest=GUEST),
    a_message("reservation", 5, stay={"room_no": "1611", "wishes": "Airport car"}),
    a_message("check_in", 10, stay={"room_no": "1612"}),
    a_message(
        "reservation",
        12,
        guest={
            "profile_id": "P1",
            "phone": "139 0000 1234",
            "latin": "CHEN Jing Yi",
            "title": "dr",
        },
    ),
    a_message(
        "folio",
        20,
        lines=[
            {"line_id": "a", "posted_on": "2026-11-24", "category": "bar", "amount_minor": 8800},
            {"line_id": "b", "posted_on": "2026-11-24", "category": "room", "amount_minor": 128000},
        ],
    ),
    a_message(
        "folio",
        30,
        lines=[
            {"line_id": "a", "posted_on": "2026-11-24", "category": "bar", "amount_minor": 0,
             "void": True},
            {"line_id": "b", "posted_on": "2026-11-24", "category": "room", "amount_minor": 99000,
             "outlet": "Front desk"},
        ],
    ),
    a_message("check_out", 40),
)  # fmt: skip


@pytest.fixture
def hotel(db):
    return a_hotel(db, "LVH")


def tell(db, *told, by=BY):
    """Receive the messages in this order and work the jobs off as the worker would."""
    taken = []
    for one in told:
        taken.append(messages.receive(db, one, by=by))
        if not taken[-1].repeated:
            apply(db, taken[-1].id, by=BY)
    return taken


def end_of(db):
    """All that messages decide: stays, folios, guests with names and contacts, links."""

    def rows(query):
        return sorted(str(tuple(row)) for row in db.connection().execute(query))

    line, lone = FolioLine, FolioLine.guest_id.is_(None)
    return {
        "stay": rows(
            select(Stay.status, Stay.arrival_on, Stay.departure_on, Stay.nights, Stay.room_no,
                   Stay.eta, Stay.wishes, Stay.rate_minor, Stay.checked_in_at, Stay.checked_out_at,
                   Stay.cancelled_at, Stay.confirmation_no, Stay.guest_id.is_(None))
        ),
        "folio": rows(select(line.category, line.amount_minor, line.outlet, lone)),
        "guest": rows(
            select(Guest.name_native, Guest.name_latin, Guest.title, Guest.nationality,
                   Guest.last_seen_on)
        ),
        "name": rows(select(GuestName.kind, GuestName.full)),
        "contact": rows(select(ContactPoint.kind, ContactPoint.norm)),
        "ref": rows(select(ExternalRef.system, ExternalRef.kind, ExternalRef.external_id)),
        "review": rows(select(MatchReview.state)),
        "differs": figures.differences(db),
    }  # fmt: skip


class TestReceive:
    def test_stores_once_and_puts_a_job(self, db, hotel):
        first = messages.receive(db, STORY[0], by=BY)
        again = messages.receive(db, STORY[0], by=BY)
        assert (first.repeated, again.repeated, again.id) == (False, True, first.id)
        names = [row.name for row in db.connection().execute(select(JobRow.name))]
        assert names == [messages.APPLY]

    def test_another_source_may_use_the_same_id(self, db, hotel):
        other = STORY[0].model_copy(update={"source": "mews"})
        ids = {messages.receive(db, one, by=BY).id for one in (STORY[0], other)}
        assert len(ids) == 2

    def test_keeps_only_what_was_said(self, db, hotel):
        messages.receive(db, a_message("cancel"), by=BY)
        (row,) = db.connection().execute(select(IntakeMessage.body, IntakeMessage.subject))
        assert tuple(row) == ({"stay": {"reservation_id": "R1"}}, "R1")

    def test_card_numbers_are_stored_nowhere(self, db, hotel):
        card = "4111 1111 1111 1111"
        told = a_message(
            "reservation",
            stay=STAY
            | {"wishes": f"Guarantee {card} cvc 123", "reservation_id": "4111111111111111"},
            guest=GUEST | {"phone": "4111111111111111", "occupation": f"x {card}"},
            message_id="4111111111111111",
        )
        tell(db, told)
        tables = (IntakeMessage, Stay, Guest, ContactPoint, ExternalRef, EventRow, JobRow)
        for table in tables:
            for row in db.connection().execute(select(*table.__table__.columns)):
                assert "11111111" not in str(tuple(row)).replace(" ", "")
        wishes = db.connection().scalar(select(Stay.wishes))
        assert wishes == f"Guarantee {REMOVED} cvc [code removed]"
        assert messages.receive(db, told, by=BY).repeated

    def test_only_the_key_s_hotel(self, db, hotel):
        other = a_hotel(db)
        key = make_actor(kind=ActorKind.KEY, id=None, name="pms", hotel_id=other,
                         hotel_ids=[other], holders=["pms:ingest"])  # fmt: skip
        with pytest.raises(NotFound):
            messages.receive(db, STORY[0], by=key)
        with pytest.raises(NotAllowed):
            messages.receive(db, STORY[0], by=an_actor("front_desk", hotel))

    @pytest.mark.parametrize(
        "wrong",
        [
            {"kind": "checkin"},
            {"sent_at": "2026-11-24T10:00:00"},
            {"stay": {}},
            {"stay": {"reservation_id": "R1", "arrival_on": "2026-13-01"}},
            {"stay": {"reservation_id": "R1", "secret": "x"}},
            {"source": "Opera Cloud"},
            {"lines": [{"line_id": "a", "posted_on": "2026-11-24", "category": "bar",
                        "amount_minor": 1}]},
            {"guest": {"phone": 13800138000}},
        ],
    )  # fmt: skip
    def test_refuses_what_makes_no_sense(self, wrong):
        said = json.loads(STORY[0].model_dump_json(exclude_unset=True)) | wrong
        with pytest.raises(ValidationError):
            MessageIn.model_validate_json(json.dumps(said))

    def test_tells_the_system_what_became_of_it(self, db, hotel):
        (taken,) = tell(db, a_message("cancel"))
        row = messages.message(db, taken.id, by=make_actor(
            kind=ActorKind.KEY, id=None, name="pms", hotel_id=hotel, hotel_ids=[hotel],
            holders=["pms:ingest"]))  # fmt: skip
        assert (row.state, row.problem, row.subject) == ("parked", "reservation_unknown", "R1")


class TestFirstTimeGuest:
    def test_gets_a_file_at_once_with_its_news(self, db, hotel):
        tell(db, STORY[0])
        stay = db.exec(select(Stay)).scalars().one()
        guest = db.exec(select(Guest)).scalars().one()
        assert (stay.guest_id, stay.status, stay.room_no) == (guest.id, "booked", "1808")
        assert (stay.confirmation_no, stay.currency, stay.rate_minor) == ("R1", "CNY", 128000)
        assert (guest.name_native, guest.name_latin, guest.title) == ("陈静怡", "CHEN Jingyi", "ms")
        assert guest.created_at_hotel == hotel
        news = [(row.kind, row.hotel_id) for row in db.connection().execute(
            select(EventRow.kind, EventRow.hotel_id).order_by(EventRow.id))]  # fmt: skip
        kinds = ("guest.registered", "stay.booked", "stay.first")
        assert news == [(kind, hotel) for kind in kinds]
        assert external_refs.find(db, "opera", "guest", "P1") == guest.id

    def test_a_second_reservation_is_the_same_guest_s(self, db, hotel):
        tell(db, STORY[0], a_message("reservation", 1, stay=STAY | {"reservation_id": "R2"},
                                     guest=GUEST))  # fmt: skip
        assert len({row.guest_id for row in db.connection().execute(select(Stay.guest_id))}) == 1

    def test_a_booking_without_a_person_has_no_guest(self, db, hotel):
        tell(db, a_message("reservation", stay=STAY | {"group_name": "Aurora Tours"}))
        assert db.connection().scalar(select(Stay.guest_id)) is None

    def test_an_impossible_birthday_does_not_keep_the_guest_out(self, db, hotel):
        tell(db, a_message("reservation", stay=STAY,
                           guest=GUEST | {"birthday": {"month": 2, "day": 30}}))  # fmt: skip
        assert db.connection().scalar(select(Guest.birth_month)) is None

    def test_an_agency_s_forwarding_address_is_marked(self, db, hotel):
        tell(db, a_message("reservation", stay=STAY, guest={"name": "Eve Green",
             "email": "x.1@guest.booking.com"}))  # fmt: skip
        assert db.connection().scalar(select(ContactPoint.is_relay))


class TestKnownGuest:
    def test_is_matched_by_phone_and_name(self, db, hotel):
        guest = a_guest(db, "陈静怡", "Chen Jingyi")
        a_contact(db, guest, "+86 138 0013 8866")
        tell(db, STORY[0])
        assert db.connection().scalar(select(Stay.guest_id)) == guest
        assert external_refs.find(db, "opera", "guest", "P1") == guest

    def test_what_staff_wrote_stays(self, db, hotel):
        tell(db, STORY[0])
        db.connection().execute(update(Guest).values(title="prof", nationality="SG"))
        tell(db, a_message("reservation", 9, guest=GUEST | {"title": "dr", "nationality": "HK"}))
        (row,) = db.connection().execute(select(Guest.title, Guest.nationality))
        assert tuple(row) == ("prof", "SG")

    def test_an_unclear_one_goes_to_a_person_once(self, db, hotel):
        known = a_guest(db, "王芳", "Wang Fang")
        a_contact(db, known, "+86 138 0013 8866")
        told = [a_message("reservation", minute, stay=STAY, guest=GUEST) for minute in (0, 1)]
        taken = tell(db, *told)
        assert db.connection().scalar(select(Stay.guest_id)) is None
        review = db.exec(select(MatchReview)).scalars().one()
        assert (review.state, review.message_id) == ("open", taken[0].id)
        assert review.incoming["reason"] == "name_differs"
        assert [c["guest_id"] for c in review.candidates] == [str(known)]
        decide(db, taken[0].id, known, by=BY)
        assert db.connection().scalar(select(Stay.guest_id)) == known
        tell(db, a_message("check_in", 5, guest={"profile_id": "P1"}))
        assert db.connection().scalar(select(Stay.guest_id)) == known

    def test_a_person_may_say_that_it_is_a_new_one(self, db, hotel):
        known = a_guest(db, "王芳", "Wang Fang")
        a_contact(db, known, "+86 138 0013 8866")
        (taken,) = tell(db, STORY[0])
        made = decide(db, taken.id, None, by=BY)
        assert made not in (None, known)
        assert db.connection().scalar(select(Stay.guest_id)) == made

    @pytest.mark.parametrize(
        ("verdict", "state", "has_guest"),
        [("accept", "matched", True), ("new", "created", True), ("reject", "rejected", False)],
    )
    def test_the_file_centre_decides_it_like_a_row(self, db, hotel, verdict, state, has_guest):
        known = a_guest(db, "王芳", "Wang Fang")
        a_contact(db, known, "+86 138 0013 8866")
        tell(db, STORY[0])
        centre = an_actor("file_centre", hotel, a_staff(db, "file_centre", hotel))
        (row,) = queries.review_list(db, by=centre).items
        assert (row.file_name, row.incoming["family"]) == (None, "陈")
        decision = ReviewDecision(verdict=verdict, guest_id=known if verdict == "accept" else None)
        service.decide_review(db, row.id, decision, by=centre, data_dir=Path())
        assert queries.review_list(db, by=centre).items == []
        assert db.connection().scalar(select(MatchReview.state)) == state
        assert (db.connection().scalar(select(Stay.guest_id)) is not None) is has_guest
        tell(db, a_message("check_in", 9, guest=GUEST))
        assert queries.review_list(db, by=centre).items == []

    def test_a_stay_from_an_import_is_found_by_its_number(self, db, hotel):
        guest = a_guest(db)
        stay = a_stay(db, guest, hotel, confirmation_no="R1", status="booked")
        tell(db, a_message("check_in"), a_message("reservation", -5, stay=STAY))
        (row,) = db.connection().execute(select(Stay.id, Stay.guest_id, Stay.status))
        assert tuple(row) == (stay, guest, "in_house")


class TestLines:
    def line(self, minute, **more):
        facts = {"line_id": "a", "posted_on": "2026-11-24", "category": "bar", "amount_minor": 800}
        return a_message("folio", minute, lines=[facts | more])

    def test_one_taken_back_can_come_again(self, db, hotel):
        tell(db, STORY[0], self.line(1), self.line(2, void=True))
        assert db.connection().scalar(select(FolioLine.no)) is None
        tell(db, self.line(3, amount_minor=900))
        assert db.connection().scalar(select(FolioLine.amount_minor)) == 900
        assert figures.differences(db) == []


class TestOrder:
    def test_the_whole_story(self, db, hotel):
        tell(db, *STORY)
        stay = db.exec(select(Stay)).scalars().one()
        assert (stay.status, stay.room_no, stay.wishes) == ("checked_out", "1612", "Airport car")
        assert stay.checked_in_at == NOON + timedelta(minutes=10)
        (line,) = db.exec(select(FolioLine)).scalars()
        assert (line.amount_minor, line.outlet, line.category) == (99000, "Front desk", "room")
        guest = db.exec(select(Guest)).scalars().one()
        assert (guest.title, guest.name_latin) == ("dr", "CHEN Jing Yi")
        assert guest.last_seen_on == date(2026, 11, 26)
        assert figures.differences(db) == []

    def test_a_cancellation_may_come_first_and_carry_only_the_number(self, db, hotel):
        early = a_message("cancel", 60)
        (taken,) = tell(db, early)
        assert db.connection().scalar(select(Stay.id)) is None
        tell(db, STORY[0])
        assert db.connection().scalar(select(Stay.status)) == "cancelled"
        states = {row.state for row in db.connection().execute(select(IntakeMessage.state))}
        assert states == {"applied"}
        assert apply(db, taken.id, by=BY) == "applied"

    def test_a_late_message_does_not_undo_a_newer_one(self, db, hotel):
        tell(db, STORY[0], STORY[2], STORY[1])
        (row,) = db.connection().execute(select(Stay.status, Stay.room_no, Stay.wishes))
        assert tuple(row) == ("in_house", "1612", "Airport car")

    def test_a_reservation_of_another_hotel_is_left_alone(self, db, hotel):
        a_hotel(db, "LVG")
        tell(db, STORY[0])
        (taken,) = tell(db, a_message("cancel", 50, hotel="LVG"))
        assert db.connection().scalar(select(Stay.status)) == "booked"
        problem = select(IntakeMessage.problem).where(IntakeMessage.id == taken.id)
        assert db.connection().scalar(problem) == "reservation_of_another_hotel"

    def test_lines_of_others_stay(self, db, hotel):
        guest = a_guest(db)
        stay = a_stay(db, guest, hotel, confirmation_no="R1")
        db.add(FolioLine(stay_id=stay, no=1, hotel_id=hotel, guest_id=guest, posted_on=TODAY,
                         category="spa", amount_minor=500, currency="CNY"))  # fmt: skip
        db.flush()
        tell(db, STORY[0], STORY[4], STORY[5])
        lines = db.connection().execute(
            select(FolioLine.no, FolioLine.amount_minor).order_by(FolioLine.no)
        )
        assert [tuple(row) for row in lines] == [(1, 500), (3, 99000)]

    def test_any_order_and_any_repetition_end_the_same(self, db, hotel):
        def end_after(places):
            point = db.begin_nested()
            tell(db, *(STORY[place] for place in places))
            found = end_of(db)
            point.rollback()
            return found

        expected = end_after(range(len(STORY)))

        # Shrinking would tell each story a thousand times; seven messages need none.
        @settings(max_examples=12, phases=[Phase.explicit, Phase.reuse, Phase.generate])
        @given(
            st.permutations(range(len(STORY))),
            st.lists(st.integers(0, len(STORY) - 1), max_size=5),
        )
        def check(order, again):
            assert end_after([*order, *again]) == expected

        check()

    def test_jobs_do_it_with_real_transactions(self, database):
        from crm.intake import messages_jobs

        assert messages_jobs.APPLY in jobs.registered_names()
        with database.writing() as db:
            a_hotel(db, "LVH")
        for place in (2, 0, 6, 0, 1):
            with database.writing() as db:
                messages.receive(db, STORY[place], by=BY)
        jobs.work_off(database)
        with database.reading() as db:
            done = select(JobRow.name).where(JobRow.done_at.is_not(None))
            applied = [name for name in db.connection().scalars(done) if "message" in name]
            assert len(applied) == 4
            assert db.connection().scalar(select(Stay.status)) == "checked_out"
        assert clock.now().tzinfo is not None
