"""What the house notices is kept once, checked, and becomes evidence."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from sqlmodel import select

from crm.guests.tables import Guest
from crm.guests.terms import GuestState
from crm.kit import clock
from crm.kit.errors import ChangedMeanwhile, Invalid, NotAllowed, NotFound, RuleBroken
from crm.preferences import master, queries, service
from crm.preferences.refusals import AlreadyReviewed, CodeSwitchedOff, GuestMerged, NotedOtherwise
from crm.preferences.schemas import NoteIn
from crm.preferences.tables import HotelCode, Observation, Preference
from crm.preferences.terms import (
    ObservationState,
    PreferenceSource,
    PreferenceStatus,
    RejectReason,
    RetiredWhy,
    Scope,
    TextCaution,
)
from crm.staff.terms import Role
from crm.stays.terms import StayStatus
from tests.factories import a_guest, a_hotel, a_staff, a_stay, an_actor, put

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
S = PreferenceStatus


@pytest.fixture
def house(db):
    hotel = a_hotel(db)
    master.load(db)
    guest = a_guest(db, created_at_hotel=hotel)
    with clock.frozen(NOW):
        yield SimpleNamespace(
            hotel=hotel,
            guest=guest,
            stay=a_stay(db, guest, hotel, status=StayStatus.IN_HOUSE, room_no="1808"),
            maid=an_actor(Role.HOUSEKEEPING, hotel, a_staff(db, Role.HOUSEKEEPING, hotel)),
            desk=an_actor(Role.FRONT_DESK, hotel, a_staff(db, Role.FRONT_DESK, hotel)),
            centre=an_actor(Role.FILE_CENTRE, hotel, a_staff(db, Role.FILE_CENTRE, hotel)),
        )


def a_note(house, code=None, **more):
    return NoteIn(guest_id=house.guest, code=code, **more)


def claims(db):
    return {
        c.code: c for c in db.exec(select(Preference).execution_options(populate_existing=True))
    }


class TestNoting:
    def test_a_pillow_seen_goes_straight_in_as_seen_once(self, db, house):
        told = service.note_preference(db, a_note(house, "PL.LATEX"), by=house.maid)
        assert told.state is ObservationState.TAKEN
        assert (told.stay_id, told.room_no) == (house.stay, "1808")
        claim = claims(db)["PL.LATEX"]
        assert (claim.status, claim.evidence, told.preference_id) == (S.SEEN_ONCE, 1, claim.id)

    def test_told_by_the_guest_is_confirmed(self, db, house):
        note = a_note(house, "PL.LATEX", source=PreferenceSource.TOLD)
        service.note_preference(db, note, by=house.desk)
        assert claims(db)["PL.LATEX"].status is S.CONFIRMED

    def test_twice_on_one_stay_is_once(self, db, house):
        for _ in range(2):
            service.note_preference(db, a_note(house, "PL.LATEX"), by=house.maid)
        assert claims(db)["PL.LATEX"].status is S.SEEN_ONCE

    def test_an_allergy_counts_at_once_and_is_reviewed_within_a_day(self, db, house):
        told = service.note_preference(db, a_note(house, "AL.PEANUT"), by=house.maid)
        assert told.state is ObservationState.WAITING
        assert told.due_at == NOW + timedelta(hours=24)
        assert claims(db)["AL.PEANUT"].status is S.SEEN_ONCE

    def test_a_safety_matter_waits_before_anyone_sees_it(self, db, house):
        told = service.note_preference(db, a_note(house, "PR.NOINFO"), by=house.desk)
        assert (told.state, told.preference_id) == (ObservationState.WAITING, None)
        assert claims(db) == {}

    def test_free_words_wait_with_a_suggested_code(self, db, house):
        note = a_note(house, words="Guest asked for a latex pillow again")
        told = service.note_preference(db, note, by=house.maid)
        assert told.state is ObservationState.WAITING
        assert told.suggested[0] == "PL.LATEX"

    def test_the_same_note_twice_is_one(self, db, house):
        note = a_note(house, "PL.LATEX", id=uuid4())
        first = service.note_preference(db, note, by=house.maid)
        assert service.note_preference(db, note, by=house.maid) == first
        assert claims(db)["PL.LATEX"].evidence == 1

    def test_another_note_under_its_id_is_refused(self, db, house):
        note = a_note(house, "PL.LATEX", id=uuid4())
        service.note_preference(db, note, by=house.maid)
        for other, by in ((a_note(house, "PL.DOWN", id=note.id), house.maid), (note, house.desk)):
            with pytest.raises(NotedOtherwise):
                service.note_preference(db, other, by=by)

    def test_what_the_centre_notes_itself_needs_no_review(self, db, house):
        told = service.note_preference(db, a_note(house, "PR.NOINFO"), by=house.centre)
        assert told.state is ObservationState.TAKEN


class TestBadNotes:
    @pytest.mark.parametrize(
        ("words", "code"),
        [("Card 4111 1111 1111 1111", "text_card_number"),
         ("身份证 11010519491231002X", "text_id_number")],
    )  # fmt: skip
    def test_numbers_are_stored_nowhere(self, db, house, words, code):
        with pytest.raises(Invalid) as refused:
            service.note_preference(db, a_note(house, words=words), by=house.desk)
        assert refused.value.code == code
        assert db.exec(select(Observation)).all() == []

    def test_a_judgement_goes_to_the_centre(self, db, house):
        note = a_note(house, "PL.LATEX", words="rude but wants latex")
        told = service.note_preference(db, note, by=house.maid)
        assert (told.state, told.cautions) == (ObservationState.WAITING, [TextCaution.JUDGEMENT])
        assert claims(db) == {}

    def test_a_code_switched_off_meanwhile(self, db, house):
        put(db, HotelCode(hotel_id=house.hotel, code="PL.LATEX", is_active=False))
        with pytest.raises(CodeSwitchedOff):
            service.note_preference(db, a_note(house, "PL.LATEX"), by=house.maid)

    def test_an_unknown_code(self, db, house):
        with pytest.raises(Invalid):
            service.note_preference(db, a_note(house, "PL.NONE"), by=house.maid)

    def test_a_foreign_guest(self, db, house):
        stranger = a_guest(db, "外人", "Wai Ren", created_at_hotel=a_hotel(db))
        with pytest.raises(NotFound):
            service.note_preference(db, NoteIn(guest_id=stranger, code="PL.LATEX"), by=house.desk)

    def test_a_merged_guest_is_followed(self, db, house):
        gone = a_guest(db, "旧档", "Jiu Dang", created_at_hotel=house.hotel)
        db.get(Guest, gone).merged_into_id = house.guest
        db.get(Guest, gone).state = GuestState.MERGED
        db.flush()
        told = service.note_preference(db, NoteIn(guest_id=gone, code="PL.LATEX"), by=house.desk)
        assert told.guest_id == house.guest

    def test_a_merged_guest_whose_new_file_is_out_of_reach_names_it(self, db, house):
        far = a_guest(db, "远方", "Yuan Fang", created_at_hotel=a_hotel(db))
        gone = a_guest(db, "旧档", "Jiu Dang", created_at_hotel=house.hotel)
        db.get(Guest, gone).merged_into_id = far
        db.flush()
        with pytest.raises(GuestMerged) as refused:
            service.note_preference(db, NoteIn(guest_id=gone, code="PL.LATEX"), by=house.desk)
        assert refused.value.details["guest_id"] == str(far)

    def test_nothing_at_all(self, db, house):
        with pytest.raises(Invalid):
            service.note_preference(db, a_note(house), by=house.desk)

    def test_marketing_notes_nothing(self, db, house):
        with pytest.raises(NotAllowed):
            service.note_preference(
                db, a_note(house, "PL.LATEX"), by=an_actor(Role.MARKETING, house.hotel)
            )


class TestWithdrawing:
    def test_ones_own_note_within_ten_minutes(self, db, house):
        told = service.note_preference(db, a_note(house, "PL.LATEX"), by=house.maid)
        back = service.withdraw(db, told.id, by=house.maid)
        assert back.state is ObservationState.WITHDRAWN
        claim = claims(db)["PL.LATEX"]
        assert (claim.status, claim.retired_why) == (S.RETIRED, RetiredWhy.WITHDRAWN)

    def test_not_after_that(self, db, house):
        told = service.note_preference(db, a_note(house, "PL.LATEX"), by=house.maid)
        with clock.frozen(NOW + timedelta(minutes=11)), pytest.raises(RuleBroken):
            service.withdraw(db, told.id, by=house.maid)

    def test_nobody_elses(self, db, house):
        told = service.note_preference(db, a_note(house, "PL.LATEX"), by=house.maid)
        with pytest.raises(NotFound):
            service.withdraw(db, told.id, by=house.desk)


class TestReviewing:
    @pytest.fixture
    def words(self, db, house):
        note = a_note(house, words="Guest asked for a latex pillow again")
        return service.note_preference(db, note, by=house.maid)

    def test_words_become_a_claim_under_a_code(self, db, house, words):
        told = service.accept(db, words.id, by=house.centre, version=1, code="PL.LATEX")
        assert told.state is ObservationState.ACCEPTED
        assert claims(db)["PL.LATEX"].status is S.SEEN_ONCE

    def test_the_centre_takes_the_words_out(self, db, house):
        note = a_note(house, "PL.LATEX", words="rude but wants latex")
        told = service.note_preference(db, note, by=house.maid)
        done = service.accept(db, told.id, by=house.centre, version=1, words="")
        assert (done.words, claims(db)["PL.LATEX"].words) == (None, None)
        back = service.undo_review(db, told.id, by=house.centre, version=done.version)
        assert back.words == note.words

    def test_words_without_a_code_cannot_be_accepted(self, db, house, words):
        with pytest.raises(Invalid):
            service.accept(db, words.id, by=house.centre, version=1)

    def test_two_who_review_one_note(self, db, house, words):
        service.reject(
            db, words.id, by=house.centre, version=1, reason=RejectReason.HEARSAY, reply="Heard?"
        )
        with pytest.raises(AlreadyReviewed) as told:
            service.accept(db, words.id, by=house.centre, version=1, code="PL.LATEX")
        assert told.value.details["decided"] == "rejected"

    def test_a_stale_version(self, db, house, words):
        with pytest.raises(ChangedMeanwhile):
            service.accept(db, words.id, by=house.centre, version=7, code="PL.LATEX")

    def test_undone_it_waits_as_it_was(self, db, house, words):
        done = service.accept(db, words.id, by=house.centre, version=1, code="PL.LATEX")
        back = service.undo_review(db, words.id, by=house.centre, version=done.version)
        assert (back.state, back.code, back.words) == (ObservationState.WAITING, None, words.words)
        assert claims(db)["PL.LATEX"].status is S.RETIRED
        again = service.accept(db, words.id, by=house.centre, version=None, code="PL.LATEX")
        assert again.preference_status is S.SEEN_ONCE

    def test_rejected_it_leaves_what_it_had_counted_for(self, db, house):
        told = service.note_preference(db, a_note(house, "AL.PEANUT"), by=house.maid)
        service.reject(db, told.id, by=house.centre, version=1, reason=RejectReason.WRONG_GUEST)
        claim = claims(db)["AL.PEANUT"]
        assert (claim.status, claim.retired_why) == (S.RETIRED, RetiredWhy.REJECTED)

    def test_moved_to_another_code_the_first_claim_ends(self, db, house):
        told = service.note_preference(db, a_note(house, "AL.PEANUT"), by=house.maid)
        service.accept(db, told.id, by=house.centre, version=1, code="AL.NUT")
        found = claims(db)
        assert found["AL.PEANUT"].status is S.RETIRED
        assert found["AL.NUT"].status is S.SEEN_ONCE

    def test_merged_into_a_claim_it_is_its_evidence(self, db, house, words):
        before = service.note_preference(
            db, a_note(house, "PL.LATEX", observed_at=NOW - timedelta(days=90)), by=house.desk
        )
        service.merge_into(db, words.id, before.preference_id, by=house.centre, version=1)
        assert claims(db)["PL.LATEX"].status is S.SEEN_TWICE

    def test_many_at_once_leave_what_needs_a_look(self, db, house, words):
        told = service.note_preference(db, a_note(house, "AL.PEANUT"), by=house.maid)
        done = service.accept_many(db, [told.id, words.id, uuid4()], by=house.centre)
        assert done.accepted == [told.id]
        assert [each.code for each in done.left] == ["code_needed", "observation"]

    def test_the_desk_reviews_nothing(self, db, house, words):
        with pytest.raises(NotAllowed):
            service.accept(db, words.id, by=house.desk, version=1, code="PL.LATEX")

    def test_who_reads_no_label_decides_nothing_about_it(self, db, house):
        told = service.note_preference(db, a_note(house, "AL.PEANUT"), by=house.maid)
        manager = an_actor(Role.DUTY_MANAGER, house.hotel)
        with pytest.raises(NotFound):
            service.accept(db, told.id, by=manager, version=1)
        assert told.id not in {each.id for each in queries.waiting(db, by=manager).items}
        assert told.id in {each.id for each in queries.waiting(db, by=house.centre).items}


class TestClaims:
    def test_a_denial_ends_it_and_a_later_word_brings_it_back(self, db, house):
        for denies, minutes in ((False, 3), (True, 2), (False, 1)):
            service.note_preference(
                db,
                a_note(house, "PL.LATEX", denies=denies, source=PreferenceSource.TOLD,
                       observed_at=NOW - timedelta(minutes=minutes)),
                by=house.desk,
            )  # fmt: skip
            wanted = S.RETIRED if denies else S.CONFIRMED
            assert claims(db)["PL.LATEX"].status is wanted

    def test_a_newer_word_retires_what_cannot_hold_beside_it(self, db, house):
        for code, days in (("CL.COOL", 9), ("CL.WARM", 0)):
            service.note_preference(
                db,
                a_note(house, code, value="23", source=PreferenceSource.TOLD,
                       observed_at=NOW - timedelta(days=days)),
                by=house.desk,
            )  # fmt: skip
        found = claims(db)
        assert found["CL.WARM"].status is S.CONFIRMED
        assert found["CL.COOL"].retired_why is RetiredWhy.CONTRADICTED
        assert found["CL.COOL"].retired_for_id == found["CL.WARM"].id

    def test_a_weaker_newcomer_stands_beside_it_and_is_shown(self, db, house):
        told = a_note(house, "CL.COOL", source=PreferenceSource.TOLD,
                      observed_at=NOW - timedelta(days=9))  # fmt: skip
        service.note_preference(db, told, by=house.desk)
        service.note_preference(db, a_note(house, "CL.WARM"), by=house.maid)
        shown = {each.code: each for each in queries.preferences_of(db, house.guest, by=house.desk)}
        assert shown["CL.WARM"].contradicted_by == [shown["CL.COOL"].id]

    def test_what_was_carried_over_counts(self, db, house):
        old = put(
            db,
            Preference(guest_id=house.guest, code="PL.LATEX", status=S.CONFIRMED, evidence=3,
                       source=PreferenceSource.SEEN, noted_at=NOW - timedelta(days=40),
                       confirmed_at=NOW - timedelta(days=30), words="the hard one"),
        )  # fmt: skip
        service.note_preference(db, a_note(house, "PL.LATEX"), by=house.maid)
        claim = claims(db)["PL.LATEX"]
        assert (claim.id, claim.status, claim.evidence) == (old.id, S.CONFIRMED, 4)
        assert claim.words == "the hard one"

    def test_asked_and_confirmed(self, db, house):
        told = service.note_preference(db, a_note(house, "PL.LATEX"), by=house.maid)
        service.confirm_preference(db, told.preference_id, by=house.desk, version=1)
        assert claims(db)["PL.LATEX"].status is S.CONFIRMED

    def test_taken_away_by_hand_it_comes_back_with_new_evidence_only(self, db, house):
        told = service.note_preference(db, a_note(house, "PL.LATEX"), by=house.maid)
        service.retire_preference(db, told.preference_id, by=house.centre, version=None)
        claim = claims(db)["PL.LATEX"]
        assert (claim.status, claim.retired_why) == (S.RETIRED, RetiredWhy.BY_HAND)
        with clock.frozen(NOW + timedelta(minutes=1)):
            service.note_preference(db, a_note(house, "PL.LATEX"), by=house.maid)
        assert claims(db)["PL.LATEX"].status is S.SEEN_ONCE

    def test_for_this_stay_it_stands_apart(self, db, house):
        note = a_note(house, "PL.LATEX", scope=Scope.THIS_STAY)
        service.note_preference(db, note, by=house.desk)
        assert claims(db)["PL.LATEX"].stay_id == house.stay

    def test_an_accepted_habit_is_confirmed(self, db, house):
        service.note_sensed(
            db, house.guest, "FL.HIGH", value=None, times=4, evidence_words="4 of 5 stays",
            hotel_id=house.hotel, last_at=NOW,
        )  # fmt: skip
        claim = claims(db)["FL.HIGH"]
        assert (claim.status, claim.evidence) == (S.CONFIRMED, 4)

    def test_the_noter_sees_that_it_was_used(self, db, house):
        told = service.note_preference(db, a_note(house, "PL.LATEX"), by=house.maid)
        assert service.mark_used(db, by=house.desk, guest_ids=[house.guest]) == 1
        assert service.mark_used(db, by=house.desk, guest_ids=[house.guest]) == 0
        (mine,) = queries.notes_of_mine(db, by=house.maid).items
        assert (mine.id, mine.used_at) == (told.id, NOW)
        assert queries.unheard(db, by=house.maid) == 1
        service.heard(db, [told.id], by=house.maid)
        assert queries.unheard(db, by=house.maid) == 0
