"""Letters: drafted from what the guest may know, kept as written, sent by a person."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from crm.complaints.master import shipped as shipped_words
from crm.complaints.tables import Complaint, ComplaintStaff, ComplaintStep, Prevention
from crm.complaints.terms import CaseKind, CaseStatus, Severity, StepKind
from crm.guests.tables import GuestName
from crm.guests.terms import Gender
from crm.hotels.tables import Department
from crm.hotels.terms import DepartmentCode
from crm.kit import clock
from crm.kit.errors import ChangedMeanwhile, NotAllowed, NotFound, RuleBroken
from crm.notes.tables import Trace
from crm.notes.terms import TraceOrigin, TraceState
from crm.recovery import letter_writing, letters, service
from crm.recovery.drafting import LetterFacts, day_in_words, draft, happening_of, language_for
from crm.recovery.letter_schemas import LetterIn, LetterSent
from crm.recovery.letter_writing import LetterSentAlready
from crm.recovery.schemas import RecoveryAsk
from crm.recovery.terms import LETTER_MAX, SUBJECT_MAX, LetterLanguage, SentHow
from crm.staff.actor import staff_of
from crm.staff.terms import Role
from tests.crm.recovery.test_recovery import a_case
from tests.factories import TODAY, a_guest, a_hotel, a_staff, an_actor, put

ZH, EN = LetterLanguage.ZH, LetterLanguage.EN
FACTS = LetterFacts(
    reference="C-1042", kind=CaseKind.COMPLAINT, severity=Severity.MODERATE, is_delicate=False,
    address="Ms Chen", is_visitor=False, category="noise", cause="air_conditioner",
    told_on=date(2026, 11, 3), room="1605", looked_into=True, departments=["Engineering"],
    offers=["Fruit plate and note"], prevention="put", check_on=date(2026, 12, 3), next_stay=True,
    hotel="Harbour House", signer="Dai Wei",
)  # fmt: skip
WRITTEN = LetterIn(language="en", subject="Your stay", body="Dear Ms Chen,\n\nwe are sorry.")


class TestDraft:
    def test_tells_what_happened_what_was_done_and_who_signs(self):
        said = draft(FACTS, EN)
        assert said.subject == "Your stay at Harbour House (C-1042)"
        dear, thanks = said.body.split("\n\n")[:2]
        assert dear == "Dear Ms Chen,"
        assert thanks == (
            "Thank you for telling us on 3 November 2026 about the noise of the air conditioning "
            "during your stay in room 1605."
        )
        for part in ("Engineering", "Fruit plate and note", "3 December 2026", "next stay"):
            assert part in said.body
        assert said.body.endswith("Dai Wei\nHarbour House")

    def test_in_chinese(self):
        said = draft(replace(FACTS, address="陈女士", departments=["工程部"]), ZH)
        assert said.subject == "关于您在Harbour House的入住体验（C-1042）"
        assert said.body.startswith("尊敬的陈女士，您好：\n\n感谢您于2026年11月3日向我们反映")
        assert "1605房间期间空调的噪音" in said.body
        assert said.body.endswith("此致\n敬礼\n\nHarbour House\nDai Wei")

    @pytest.mark.parametrize("language", LetterLanguage)
    def test_of_a_delicate_case_says_nothing_of_what_it_is_about(self, language):
        told = draft(
            replace(FACTS, is_delicate=True, category="theft", cause="from_safe"), language
        )
        for word in ("theft", "safe", "失窃", "保险箱", "1605", "Engineering", "noise", "噪音"):
            assert word not in told.body + told.subject

    @pytest.mark.parametrize(
        ("change", "said", "unsaid"),
        [
            ({"address": ""}, "Dear Guest,", "Dear ,"),
            ({"address": "Suharto"}, "Dear Suharto,", "Mr"),
            ({"is_visitor": True, "room": None}, "Dear Ms Chen,", "in room"),
            ({"severity": Severity.CRITICAL}, "should not have happened", "inconvenience"),
            ({"signer": ""}, "The management", "Dai"),
            ({"offers": []}, "sorry", "arranged for you"),
            ({"prevention": "helped"}, "it does.", "3 December"),
            ({"prevention": "", "next_stay": False}, "sorry", "does not happen again"),
            ({"category": "parking", "cause": None}, "what was not as it should be", "parking"),
            ({"category": "room", "cause": "temperature"}, "temperature in your room", "1605"),
            ({"departments": ["A", "B"]}, "These departments have been at work on it: A, B.", "?"),
            ({"kind": CaseKind.PRAISE}, "kind words", "sorry"),
            ({"kind": CaseKind.SUGGESTION}, "suggestion", "apologise"),
        ],
    )
    def test_says_only_what_is_so(self, change, said, unsaid):
        body = draft(replace(FACTS, **change), EN).body
        assert said in body
        assert unsaid not in body

    @given(
        name=st.text(max_size=120), hotel=st.text(max_size=80),
        language=st.sampled_from(LetterLanguage), kind=st.sampled_from(CaseKind),
        delicate=st.booleans(), offers=st.lists(st.text(max_size=80), max_size=9),
    )  # fmt: skip
    def test_any_names_fit_and_are_never_run(self, name, hotel, language, kind, delicate, offers):
        told = draft(
            replace(
                FACTS, address=name, hotel=hotel, kind=kind, is_delicate=delicate, offers=offers
            ),
            language,
        )
        assert 0 < len(told.body) <= LETTER_MAX
        assert len(told.subject) <= SUBJECT_MAX

    def test_a_name_is_no_template(self):
        assert "Dear {{ 7 * 7 }}," in draft(replace(FACTS, address="{{ 7 * 7 }}"), EN).body

    @pytest.mark.parametrize(
        ("languages", "name", "chosen"),
        [
            (["zh-Hans"], "Dubois", ZH), (["en-GB", "zh"], "陈佳怡", EN), (["fr"], "陈佳怡", EN),
            (["fr", "zh"], "Dubois", ZH), ([], "陈佳怡", ZH), ([], "Suharto", EN), ([], "", EN),
        ],
    )  # fmt: skip
    def test_speaks_the_guest_s_language(self, languages, name, chosen):
        assert language_for(languages, name) is chosen

    def test_every_plain_word_of_the_shipped_list_has_its_phrase(self):
        words = {(word["parent"] or word["code"], word["code"]) for word in shipped_words()
                 if not word["is_sensitive"]}  # fmt: skip
        assert len(words) > 40
        generic = happening_of("noise", None, EN)
        for category, code in words:
            for language in LetterLanguage:
                phrase = happening_of(category, None if code == category else code, language)
                assert phrase, (category, code)
                if code != category:
                    assert phrase != happening_of(category, None, language), code
        assert happening_of("noise", "no_such_cause", EN) == generic

    def test_days(self):
        assert day_in_words(date(2026, 2, 9), EN) == "9 February 2026"
        assert day_in_words(date(2026, 2, 9), ZH) == "2026年2月9日"


@pytest.fixture
def hotel(db):
    return a_hotel(db)


@pytest.fixture
def duty(db, hotel):
    staff = a_staff(db, "duty_manager", hotel, name="Dai Wei")
    return staff_of([Role.DUTY_MANAGER], staff_id=staff, name="Dai Wei", hotel_id=hotel)


@pytest.fixture
def case(db, hotel):
    guest = a_guest(db, gender=Gender.FEMALE, languages=["zh"], created_at_hotel=hotel)
    for no, family in ((1, "陈"), (2, "Chen")):
        db.get(GuestName, (guest, no)).family = family
    return a_case(db, hotel, guest, cause="air_conditioner")


class TestFacts:
    def test_come_from_the_case(self, db, hotel, case, duty):
        put(db, Department(hotel_id=hotel, code=DepartmentCode.ENGINEERING, name="Engineering",
                           name_zh="工程部"))  # fmt: skip
        now = clock.now()
        put(
            db,
            Trace(
                hotel_id=hotel, department=DepartmentCode.ENGINEERING, words="Oil the lazy fan",
                due_at=now, origin=TraceOrigin.COMPLAINT, origin_id=case, put_at=now,
                put_by=duty.staff_id, state=TraceState.DONE, is_promise=False,
            ),
        )  # fmt: skip
        put(
            db,
            Prevention(
                hotel_id=hotel, complaint_id=case, category="noise",
                words="Zhou forgot again, oil it monthly", owner_id=duty.staff_id,
                check_back_on=TODAY + timedelta(days=30), made_at=now,
            ),
        )  # fmt: skip
        service.offer(db, case, RecoveryAsk(offer="FRUIT"), by=duty)
        service.offer(db, case, RecoveryAsk(offer="LETTER"), by=duty)
        service.offer(db, case, RecoveryAsk(offer="WAIVE", amount_minor=12_345), by=duty)
        made = letters.draft_of(db, case, by=duty)
        assert made.language is ZH
        assert made.body.startswith("尊敬的陈女士，您好：")
        for part in ("空调的噪音", "工程部", "水果盘与致意卡", "2026年12月24日"):
            assert part in made.body
        for inside in ("Zhou", "lazy", "oil", "手写致歉信", "Dai Wei (", "CNY", "123"):
            assert inside not in made.body
        english = letters.draft_of(db, case, by=duty, language=EN)
        assert english.body.startswith("Dear Ms Chen,")
        assert "Fruit plate and note; a line of your bill that we have waived." in english.body

    def test_who_was_involved_does_not_sign(self, db, case, duty):
        put(db, ComplaintStaff(complaint_id=case, staff_id=duty.staff_id))
        assert "Dai Wei" not in letters.draft_of(db, case, by=duty).body

    def test_a_visitor_is_addressed_by_the_name_given(self, db, hotel, duty):
        case = a_case(db, hotel, None, 1002, visitor_name="Maria Lopez", room_no=None)
        assert letters.draft_of(db, case, by=duty).body.startswith("Dear Maria Lopez,")

    def test_out_of_reach_or_without_the_right(self, db, hotel, case):
        there = a_hotel(db, "FAR")
        far = an_actor("duty_manager", there, a_staff(db, "duty_manager", there))
        desk = an_actor("front_desk", hotel, a_staff(db, "front_desk", hotel))
        for deed in (
            lambda by: letters.draft_of(db, case, by=by),
            lambda by: letters.letters_of(db, case, by=by),
            lambda by: letter_writing.write_letter(db, case, WRITTEN, by=by),
        ):
            with pytest.raises(NotFound):
                deed(far)
            with pytest.raises(NotAllowed):
                deed(desk)


class TestWriting:
    def test_is_kept_changed_by_version_and_sent_as_a_signed_step(self, db, case, duty):
        kept = letter_writing.write_letter(db, case, WRITTEN, by=duty)
        assert (kept.no, kept.version, kept.made_by_name, kept.sent_at) == (1, 1, "Dai Wei", None)
        better = WRITTEN.model_copy(update={"body": "Dear Ms Chen,\n\nwe are very sorry."})
        changed = letter_writing.change_letter(db, case, 1, better, by=duty, version=1)
        assert (changed.version, changed.body) == (2, better.body)
        with pytest.raises(ChangedMeanwhile):
            letter_writing.change_letter(db, case, 1, WRITTEN, by=duty, version=1)
        sent = letter_writing.mark_sent(db, case, 1, LetterSent(how="post"), by=duty, version=2)
        assert (sent.sent_how, sent.sent_by_name, sent.body) == (
            SentHow.POST, "Dai Wei", better.body,
        )  # fmt: skip
        steps = db.connection().execute(
            select(ComplaintStep.kind, ComplaintStep.words, ComplaintStep.by_id).where(
                ComplaintStep.complaint_id == case
            )
        )
        assert list(map(tuple, steps)) == [
            (StepKind.LETTER, "Sent the letter by post.", duty.staff_id)
        ]
        for deed in (
            lambda: letter_writing.change_letter(db, case, 1, WRITTEN, by=duty, version=3),
            lambda: letter_writing.mark_sent(
                db, case, 1, LetterSent(how="by_hand"), by=duty, version=3
            ),
        ):
            with pytest.raises(LetterSentAlready):
                deed()
        assert letters.letter(db, case, 1, by=duty).body == better.body

    def test_also_when_the_case_is_closed(self, db, hotel, duty):
        closed = a_case(db, hotel, None, 1003, status=CaseStatus.CLOSED, closed_at=clock.now())
        letter_writing.write_letter(db, closed, WRITTEN, by=duty)
        letter_writing.mark_sent(db, closed, 1, LetterSent(how="e_mail"), by=duty, version=1)
        assert db.get(Complaint, closed).status is CaseStatus.CLOSED

    def test_the_twenty_first_is_refused(self, db, case, duty):
        for _ in range(20):
            letter_writing.write_letter(db, case, WRITTEN, by=duty)
        with pytest.raises(RuleBroken, match="at most 20"):
            letter_writing.write_letter(db, case, WRITTEN, by=duty)

    def test_one_that_never_was(self, db, case, duty):
        with pytest.raises(NotFound):
            letters.letter(db, case, 1, by=duty)
        with pytest.raises(NotFound):
            letter_writing.change_letter(db, case, 1, WRITTEN, by=duty, version=1)
