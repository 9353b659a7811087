"""Surveys and reviews on both databases: asked once, answered once, one case for a low score."""

import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from crm.complaints.tables import Complaint, ComplaintStaff
from crm.complaints.terms import CaseSource, Severity
from crm.feedback import answering, asking, handling, queries, reviews
from crm.feedback.queries import LinkExpired, LinkForged, LinkUsed
from crm.feedback.schemas import (
    FeedbackCase,
    SettingIn,
    SourceLine,
    SurveyAnswer,
    SurveyAsk,
)
from crm.feedback.tables import GuestReview, Survey
from crm.feedback.terms import FeedbackKind, FeedbackNarrow, SurveyState
from crm.guests.terms import GuestState
from crm.kit import clock
from crm.kit.errors import ChangedMeanwhile, Invalid, NotAllowed, NotFound, RuleBroken
from crm.kit.tables import EventRow
from crm.stays.terms import StayStatus
from tests.factories import TODAY, a_guest, a_hotel, a_staff, a_stay, an_actor, put

SURVEY, REVIEW = FeedbackKind.SURVEY, FeedbackKind.REVIEW
NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noon():
    with clock.frozen(NOON):
        yield


@pytest.fixture
def hotel(db):
    return a_hotel(db)


@pytest.fixture
def manager(db, hotel):
    return an_actor("duty_manager", hotel, a_staff(db, "duty_manager", hotel))


@pytest.fixture
def general(db, hotel):
    return an_actor("general_manager", hotel, a_staff(db, "general_manager", hotel))


def left(db, hotel, guest=None, **more):
    facts = {"status": StayStatus.CHECKED_OUT, "arrival_on": TODAY - timedelta(days=4)}
    return a_stay(db, guest or a_guest(db), hotel, **(facts | more))


@pytest.fixture
def survey(db, hotel, manager):
    return asking.make_survey(db, SurveyAsk(stay_id=left(db, hotel)), by=manager)


def token(survey):
    return survey.link.rsplit("/", 1)[-1]


def say(db, survey, score, words=None, **more):
    given = SurveyAnswer(score=score, words=words, **more)
    answering.answer(db, token(survey), given, language="en")


def cases(db):
    return db.scalars(select(Complaint).order_by(Complaint.number)).all()


class TestAsking:
    def test_a_stay_has_one_survey(self, db, survey, manager):
        again = asking.make_survey(db, SurveyAsk(stay_id=survey.stay_id), by=manager)
        assert again == survey
        assert survey.expires_at == NOON + timedelta(days=30)
        kinds = db.scalars(select(EventRow.kind)).all()
        assert kinds == ["survey.made"]

    def test_only_after_the_stay(self, db, hotel, manager):
        here = a_stay(db, a_guest(db), hotel)
        with pytest.raises(RuleBroken):
            asking.make_survey(db, SurveyAsk(stay_id=here), by=manager)

    def test_not_for_a_stay_of_another_hotel(self, db, manager):
        elsewhere = left(db, a_hotel(db))
        for stay in (elsewhere, uuid4()):
            with pytest.raises(NotFound):
                asking.make_survey(db, SurveyAsk(stay_id=stay), by=manager)

    def test_one_that_expired_is_valid_anew(self, db, survey, manager):
        with clock.frozen(survey.expires_at):
            found = queries.survey_link(db, survey.id, by=manager)
            assert found.state is SurveyState.EXPIRED
            with pytest.raises(LinkExpired):
                say(db, survey, 9)
            again = asking.make_survey(db, SurveyAsk(stay_id=survey.stay_id), by=manager)
            assert (again.id, again.state) == (survey.id, SurveyState.OPEN)
            assert again.link != survey.link
            say(db, again, 9)
            assert queries.survey_link(db, survey.id, by=manager).state is SurveyState.ANSWERED

    def test_at_night_yesterday_s_departures_of_hotels_that_ask(self, db, hotel, general):
        wanted = left(db, hotel, departure_on=TODAY - timedelta(days=1))
        late = left(db, hotel, departure_on=TODAY - timedelta(days=3))
        left(db, hotel, departure_on=TODAY)
        left(db, hotel, departure_on=TODAY - timedelta(days=4))
        left(db, hotel, status=StayStatus.NO_SHOW, departure_on=TODAY - timedelta(days=1))
        gone = a_guest(db, state=GuestState.MERGED)
        left(db, hotel, gone, departure_on=TODAY - timedelta(days=1))
        left(db, a_hotel(db), departure_on=TODAY - timedelta(days=1))
        assert asking.ask_who_left(db) == 0
        asking.put_setting(db, hotel, SettingIn(is_on=True), version=0, by=general)
        assert asking.ask_who_left(db) == 2
        assert asking.ask_who_left(db) == 0
        assert set(db.scalars(select(Survey.stay_id))) == {wanted, late}

    def test_settings_are_the_general_manager_s(self, db, hotel, manager, general):
        with pytest.raises(NotAllowed):
            asking.put_setting(db, hotel, SettingIn(is_on=True), version=None, by=manager)
        with pytest.raises(NotFound):
            asking.put_setting(db, a_hotel(db), SettingIn(is_on=True), version=None, by=general)
        kept = asking.put_setting(db, hotel, SettingIn(is_on=True), version=0, by=general)
        with pytest.raises(ChangedMeanwhile):
            asking.put_setting(db, hotel, SettingIn(is_on=False), version=0, by=general)
        assert (kept.version, kept.low_at_most) == (1, 6)


class TestAnswering:
    def test_a_good_one_is_kept_and_told(self, db, survey, manager):
        say(db, survey, 9, "Lovely", may_call=True)
        found = queries.one(db, SURVEY, survey.id, by=manager)
        assert (found.score, found.words, found.may_call, found.on) == (9.0, "Lovely", True, TODAY)
        assert not found.is_low
        assert found.complaint_id is None
        told = db.scalars(select(EventRow).where(EventRow.kind == "survey.answered")).one()
        assert (told.payload["score"], told.payload["complaint_id"]) == (9, None)
        assert cases(db) == []

    def test_a_low_one_opens_a_case_once(self, db, survey, manager):
        say(db, survey, 2, "隔壁太吵，睡不着", may_call=True)
        with pytest.raises(LinkUsed):
            say(db, survey, 1, "again")
        (case,) = cases(db)
        assert (case.source, case.severity, case.category) == (
            CaseSource.SURVEY, Severity.SERIOUS, "noise",
        )  # fmt: skip
        assert (case.stay_id, case.words) == (survey.stay_id, "隔壁太吵，睡不着")
        assert "吵" not in case.headline
        assert case.room_no == "1808"
        found = queries.one(db, SURVEY, survey.id, by=manager)
        assert (found.complaint_id, found.reference) == (case.id, "C-1001")
        assert found.words == "隔壁太吵，睡不着"

    @pytest.mark.parametrize(
        ("low", "score", "opened"), [(6, 6, 1), (6, 7, 0), (3, 4, 0), (0, 0, 1)]
    )
    def test_what_is_low_the_hotel_sets(self, db, hotel, survey, general, low, score, opened):
        given = SettingIn(is_on=False, low_at_most=low)
        asking.put_setting(db, hotel, given, version=None, by=general)
        say(db, survey, score)
        assert len(cases(db)) == opened

    def test_forged_expired_and_used_are_told_apart(self, db, survey):
        good = token(survey)
        for bad in (good[:-1], good[::-1], "", "x" * 50, good + "=="):
            with pytest.raises(LinkForged):
                queries.invitation(db, bad)
        with clock.frozen(survey.expires_at - timedelta(seconds=1)):
            assert queries.invitation(db, good).left_on == TODAY - timedelta(days=1)
        with clock.frozen(survey.expires_at), pytest.raises(LinkExpired):
            queries.invitation(db, good)
        say(db, survey, 10)
        with clock.frozen(survey.expires_at), pytest.raises(LinkUsed):
            queries.invitation(db, good)

    def test_no_answer_is_lost_where_the_file_was_merged_away(self, db, hotel, manager):
        gone = a_guest(db, merged_into_id=a_guest(db))
        survey = asking.make_survey(db, SurveyAsk(stay_id=left(db, hotel, gone)), by=manager)
        say(db, survey, 1, "Dirty")
        (case,) = cases(db)
        assert (case.guest_id, case.stay_id, case.category) == (None, None, "cleanliness")

    def test_two_at_once_are_one(self, database):
        with database.writing() as db:
            hotel = a_hotel(db)
            manager = an_actor("duty_manager", hotel, a_staff(db, "duty_manager", hotel))
            survey = asking.make_survey(db, SurveyAsk(stay_id=left(db, hotel)), by=manager)
        said = []
        ready = threading.Barrier(2)

        def one():
            ready.wait()
            try:
                with clock.frozen(NOON), database.writing() as db:
                    say(db, survey, 3)
                said.append("kept")
            except LinkUsed:
                said.append("used")

        threads = [threading.Thread(target=one) for _ in range(2)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert sorted(said) == ["kept", "used"]
        with database.reading() as db:
            assert db.scalar(select(func.count()).select_from(Complaint)) == 1


class TestReading:
    def test_is_for_managers_of_the_hotel(self, db, hotel, survey, manager):
        say(db, survey, 9)
        for role in ("front_desk", "file_centre", "marketing"):
            with pytest.raises(NotAllowed):
                queries.feedback(db, by=an_actor(role, hotel))
        other = an_actor("duty_manager", a_hotel(db))
        assert queries.feedback(db, by=other).items == []
        with pytest.raises(NotFound):
            queries.one(db, SURVEY, survey.id, by=other)

    def test_the_desk_reads_that_it_was_answered_and_no_more(self, db, hotel, survey):
        say(db, survey, 1, "Awful")
        desk = an_actor("front_desk", hotel)
        found = queries.survey_link(db, survey.id, by=desk)
        assert found.state is SurveyState.ANSWERED
        assert not {"score", "words"} & set(found.model_dump())

    def test_a_case_out_of_reach_takes_its_words_along(self, db, hotel, survey, manager):
        say(db, survey, 1, "My watch was stolen")
        assert len(queries.feedback(db, by=manager).items) == 1
        (case,) = cases(db)
        assert case.is_sensitive is False  # the master list is not loaded here
        case.is_sensitive = True
        put(db, ComplaintStaff(complaint_id=case.id, staff_id=manager.staff_id))
        assert queries.feedback(db, by=manager).items == []
        with pytest.raises(NotFound):
            queries.one(db, SURVEY, survey.id, by=manager)

    def test_pages_hold_both_kinds_each_once(self, db, hotel, manager):
        for no in range(5):
            survey = asking.make_survey(db, SurveyAsk(stay_id=left(db, hotel)), by=manager)
            say(db, survey, no + 5)
            bring(db, manager, f"A,{no},2026-11-{20 + no},4,5")
        seen, cursor = [], None
        while True:
            page = queries.feedback(db, by=manager, cursor=cursor, limit=3)
            seen += [(one.on, one.id) for one in page.items]
            cursor = page.next
            if cursor is None:
                break
        assert len(set(seen)) == 10
        assert seen == sorted(seen, reverse=True)
        with pytest.raises(Invalid):
            queries.feedback(db, by=manager, cursor="bm90aGluZw==")

    def test_narrowed(self, db, hotel, manager):
        ids = []
        for score in (3, 8):
            survey = asking.make_survey(db, SurveyAsk(stay_id=left(db, hotel)), by=manager)
            say(db, survey, score)
            ids.append(survey.id)
        bring(db, manager, "A,1,2026-11-20,1,5")
        handling.mark_read(db, SURVEY, ids[1], version=None, by=manager)

        def narrowed(narrow):
            return [
                (one.kind, one.score)
                for one in queries.feedback(db, by=manager, narrow=narrow).items
            ]

        assert set(narrowed(FeedbackNarrow.LOW)) == {(SURVEY, 3.0), (REVIEW, 2.0)}
        assert narrowed(FeedbackNarrow.NO_CASE) == [(REVIEW, 2.0)]
        assert set(narrowed(FeedbackNarrow.UNREAD)) == {(SURVEY, 3.0), (REVIEW, 2.0)}

    def test_figures_by_month_in_the_hotel_s_time(self, db, hotel, manager):
        # 31 October 17:00 UTC is 1 November in Hangzhou.
        first = asking.make_survey(db, SurveyAsk(stay_id=left(db, hotel)), by=manager)
        with clock.frozen(datetime(2026, 10, 31, 17, tzinfo=UTC)):
            say(db, first, 10)
        second = asking.make_survey(db, SurveyAsk(stay_id=left(db, hotel)), by=manager)
        say(db, second, 4)
        bring(db, manager, "A,1,2026-09-30,5,5")
        found = queries.figures(db, by=manager)
        surveys, written = found.kinds
        november, september = surveys.months[-1], written.months[-3]
        assert (november.month_on.month, november.answers, november.mean) == (11, 2, 7.0)
        assert (november.net, november.is_small) == (0.0, True)
        assert (september.answers, september.mean, september.net) == (1, 10.0, 100.0)
        assert (found.asked, surveys.total.answers, len(surveys.months)) == (2, 2, 12)


HEADER = ["site", "id", "date", "score", "scale", "author", "title", "words"]


def bring(db, by, *rows, header=HEADER, **more):
    lines = [SourceLine(line=no, cells=row.split(",")) for no, row in enumerate(rows, 2)]
    return reviews.bring_in(db, header, lines, by=by, **more)


class TestReviews:
    def test_a_look_changes_nothing(self, db, manager):
        found = bring(db, manager, "Ctrip,7,2026-11-03,2,5,Li,Title,Words", dry=True)
        assert (found.fresh, found.low, found.brought_in) == (1, 1, False)
        assert found.samples[0].score_tenths == 40
        assert db.scalars(select(GuestReview)).all() == []

    def test_the_same_row_twice_is_one(self, db, manager):
        row = "Ctrip,7,2026-11-03,4,5,Li,Title,Words"
        assert bring(db, manager, row, row).fresh == 1
        again = bring(db, manager, row, "Ctrip,8,2026-11-03,4,5", "Booking,7,2026-11-03,8,10")
        assert (again.fresh, again.known) == (2, 1)
        told = db.scalars(select(EventRow).where(EventRow.kind == "review.imported")).all()
        assert [event.payload for event in told] == [
            {"low": 0, "reviews": 1},
            {"low": 0, "reviews": 2},
        ]

    def test_a_row_without_an_id_is_known_by_its_content(self, db, manager):
        rows = ("Ctrip,,2026-11-03,4,5,Li,,Fine", "Ctrip,,2026-11-03,4,5,Wang,,Fine")
        assert bring(db, manager, *rows).fresh == 2
        assert bring(db, manager, *rows).known == 2

    def test_what_is_unfit_is_named_and_left_out(self, db, manager):
        found = bring(
            db, manager, "Ctrip,1,2026-11-03,4,5", ",2,2026-11-03,4,5", "Ctrip,3,3/11/26,4,5",
            "Ctrip,4,2027-01-01,4,5", "Ctrip,5,2026-11-03,9,5", "Ctrip,6,2026-11-03,4,1000",
            "Ctrip,7,2026-11-03,4,5," + "x" * 121,
        )  # fmt: skip
        assert [(fault.line, fault.fault) for fault in found.faults] == [
            (3, "review_site"), (4, "review_date"), (5, "review_date_to_come"),
            (6, "review_score"), (7, "review_scale"), (8, "review_text"),
        ]  # fmt: skip
        assert (found.rows, found.fresh) == (7, 1)

    def test_site_and_scale_stand_in(self, db, manager):
        bring(db, manager, "2026-11-03,7", header=["日期", "评分"], site="Ctrip", scale=10)
        row = db.scalars(select(GuestReview)).one()
        assert (row.site, row.scale, row.score_tenths) == ("Ctrip", 10, 70)

    def test_a_file_without_scores_is_refused(self, db, manager):
        with pytest.raises(Invalid) as refused:
            bring(db, manager, "2026-11-03", header=["date"])
        assert refused.value.code == "review_columns"


class TestHandling:
    def test_a_case_of_a_review_is_opened_once(self, db, manager):
        bring(db, manager, "Ctrip,7,2026-11-03,1,5,Li Lei,Noisy,Could not sleep")
        (one,) = queries.feedback(db, by=manager).items
        made = handling.open_case(db, REVIEW, one.id, FeedbackCase(), by=manager)
        again = handling.open_case(db, REVIEW, one.id, FeedbackCase(), by=manager)
        assert made == again
        (case,) = cases(db)
        assert (case.category, case.severity) == ("noise", Severity.SERIOUS)
        assert (case.headline, case.visitor_name) == ("Ctrip: 1/5", "Li Lei")
        assert case.words == "Noisy\nCould not sleep"
        found = queries.one(db, REVIEW, one.id, by=manager)
        assert found.read_at == NOON
        assert (found.reference, found.version) == ("C-1001", 2)

    def test_a_case_of_a_good_answer_with_words_of_one_s_own(self, db, survey, manager):
        say(db, survey, 8, "But the lift was slow")
        asked = FeedbackCase(category="facilities", severity=Severity.MINOR)
        made = handling.open_case(db, SURVEY, survey.id, asked, by=manager)
        case = db.get_one(Complaint, made.id)
        assert (case.category, case.severity, case.stay_id) == (
            "facilities", Severity.MINOR, survey.stay_id,
        )  # fmt: skip
        assert case.opened_by == manager.staff_id

    def test_is_read_once(self, db, survey, manager):
        say(db, survey, 8)
        before = queries.one(db, SURVEY, survey.id, by=manager)
        found = handling.mark_read(db, SURVEY, survey.id, version=before.version, by=manager)
        with pytest.raises(ChangedMeanwhile):
            handling.mark_read(db, SURVEY, survey.id, version=before.version, by=manager)
        again = handling.mark_read(db, SURVEY, survey.id, version=None, by=manager)
        assert (found.read_at, again.version) == (NOON, found.version)

    def test_not_by_those_who_do_not_read_it(self, db, hotel, survey):
        say(db, survey, 2)
        desk = an_actor("front_desk", hotel)
        for verb in (
            lambda: handling.mark_read(db, SURVEY, survey.id, version=None, by=desk),
            lambda: handling.open_case(db, SURVEY, survey.id, FeedbackCase(), by=desk),
        ):
            with pytest.raises(NotAllowed):
                verb()
