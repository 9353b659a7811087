"""The page of a survey for a guest without an account, and the pages of managers behind it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from crm.complaints.tables import Complaint
from crm.feedback import asking
from crm.feedback.schemas import SurveyAsk
from crm.feedback.tables import GuestReview, Survey
from crm.kit import clock
from crm.staff.actor import system
from crm.stays.terms import StayStatus
from tests.factories import TODAY, a_guest, a_stay

CSV = (
    "site,id,date,score,scale,author,language,title,words\n"
    "Ctrip,77,2026-11-03,2,5,李雷,zh,太吵,整晚睡不着\n"
    "Ctrip,78,03/11/2026,4,5,Ann,en,Fine,All well\n"
)


@pytest.fixture
def link(database, client):
    """The address of a survey as its guest opens it."""
    hotel = client.hotel_id
    with database.writing() as db:
        guest = a_guest(db, languages=["en"])
        stay = a_stay(
            db, guest, hotel, status=StayStatus.CHECKED_OUT,
            arrival_on=TODAY - timedelta(days=4),
        )  # fmt: skip
        made = asking.make_survey(db, SurveyAsk(stay_id=stay), by=system("test"))
    return made.link.removeprefix("http://testserver")


def stored(database):
    with database.reading() as db:
        row = db.scalars(select(Survey)).one()
        cases = db.scalar(select(func.count()).select_from(Complaint))
        return row.score, row.words, cases


class TestSurvey:
    def test_looking_changes_nothing_and_names_nobody(self, client, database, link):
        before = stored(database)
        shown = client.as_nobody().get(link)
        assert shown.status_code == 200
        assert "How was your stay?" in shown.text
        assert "Lakeside Hotel" in shown.text
        assert not re.search("陈佳怡|Chen Jiayi|1808", shown.text)
        assert stored(database) == before
        assert client.head(link).status_code in (200, 405)
        assert shown.headers["x-robots-tag"] == "noindex, nofollow"

    def test_is_answered_once_and_opens_a_case(self, client, database, link):
        client.as_nobody()
        given = {"score": "3", "words": "Hair in the shower", "language": "en"}
        assert "Thank you" in client.post(link, data=given).text
        assert stored(database) == (3, "Hair in the shower", 1)
        again = client.post(link, data=given | {"score": "9"})
        assert again.status_code == 409
        assert "Already answered" in again.text
        assert client.get(link).status_code == 409
        assert stored(database) == (3, "Hair in the shower", 1)

    def test_speaks_chinese_when_asked(self, client, link):
        assert "您的入住体验如何？" in client.as_nobody().get(f"{link}?language=zh-Hans").text
        assert "How was your stay?" in client.get(f"{link}?language=tlh").text

    @pytest.mark.parametrize("score", ["", "11", "-1", "3.5", "٣", "9" * 40])
    def test_a_score_that_is_none_is_asked_for_again(self, client, database, link, score):
        answer = client.as_nobody().post(link, data={"score": score, "words": "kept words"})
        assert answer.status_code == 422
        assert "kept words" in answer.text
        assert stored(database) == (None, None, 0)

    def test_forged_and_expired_have_pages_of_their_own(self, client, link, frozen):
        client.as_nobody()
        for bad in (link[:-1], f"{link}A", "/survey/x", "/survey/" + "A" * 50):
            answer = client.get(bad)
            assert (answer.status_code, "This link is not complete" in answer.text) == (404, True)
            assert client.post(bad, data={"score": "1"}).status_code == 404
        with frozen(clock.now() + timedelta(days=31)):
            answer = client.get(link)
            assert (answer.status_code, "This link has expired" in answer.text) == (410, True)
            assert client.post(link, data={"score": "1"}).status_code == 410

    def test_another_site_cannot_answer(self, client, database, link):
        answer = client.as_nobody().post(
            link, data={"score": "0"}, headers={"Origin": "https://elsewhere.example"}
        )
        assert answer.status_code == 403
        assert stored(database) == (None, None, 0)

    def test_shows_no_colleague_who_is_signed_in(self, client, link):
        shown = client.as_("duty_manager", name="Colleague Dai").get(link)
        assert shown.status_code == 200
        assert "Dai" not in shown.text


class TestManagers:
    def test_ask_by_hand_from_the_stays(self, client, database):
        hotel = client.hotel_id
        with database.writing() as db:
            guest = a_guest(db)
            stay = a_stay(
                db, guest, hotel, status=StayStatus.CHECKED_OUT,
                arrival_on=TODAY - timedelta(days=4),
            )  # fmt: skip
        client.as_("front_desk")
        assert f"/stays/{stay}/survey" in client.get(f"/guests/{guest}/stays").text
        made = client.post(f"/stays/{stay}/survey")
        assert made.status_code == 303
        assert "http://testserver/survey/" in client.get(made.headers["location"]).text
        assert made.headers["location"] in client.get(f"/guests/{guest}/stays").text

    def test_read_it_and_open_a_case(self, client, database, link):
        client.as_nobody().post(link, data={"score": "8", "words": "The lift was slow"})
        client.as_("duty_manager")
        shown = client.get("/feedback?kind=survey&state=unread")
        assert "The lift was slow" in shown.text
        with database.reading() as db:
            survey_id = db.scalar(select(Survey.id))
        back = client.post(f"/feedback/survey/{survey_id}/read", data={"back_state": "unread"})
        assert back.headers["location"] == "/feedback?state=unread"
        assert "The lift was slow" not in client.get("/feedback?state=unread").text
        made = client.post(f"/feedback/survey/{survey_id}/case")
        assert client.get(made.headers["location"]).status_code == 200
        assert "C-1001" in client.get("/feedback").text

    def test_bring_reviews_in_after_a_look(self, client, database):
        client.as_("duty_manager")
        looked = client.post(
            "/feedback/reviews/new", files={"file": ("r.csv", CSV.encode("gb18030"))}
        )
        assert looked.status_code == 200
        assert "整晚睡不着" in looked.text
        assert "The date cannot be read" in looked.text
        content = re.search('name="content" value="([^"]+)"', looked.text)[1]
        given = {"content": content, "sure": "yes", "scale": "5"}
        with database.reading() as db:
            assert db.scalars(select(GuestReview.id)).all() == []
        done = client.post("/feedback/reviews/new", data=given)
        assert "Brought in" in done.text
        again = client.post("/feedback/reviews/new", data={"content": content, "scale": "5"})
        assert "There is nothing new in this file." in again.text
        assert "整晚睡不着" in client.get("/feedback?kind=review").text

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "Choose a file first."),
            (b"%PDF-1.7", "This is no text file"),
            (b"a,b\n1,2\n", "no column for the date"),
            (b"x" * (700 * 1024 + 1), "at most 700 kB"),
        ],
    )
    def test_files_that_are_none(self, client, content, said):
        client.as_("duty_manager")
        answer = client.post("/feedback/reviews/new", files={"file": ("r.csv", content)})
        assert (answer.status_code, said in answer.text) == (422, True)

    def test_setting(self, client):
        client.as_("general_manager")
        given = {"version": "0", "is_on": "on", "low_at_most": "5", "valid_days": "14"}
        assert client.post("/feedback/setting", data=given).status_code == 303
        assert 'value="14"' in client.get("/feedback/setting").text
        assert client.post("/feedback/setting", data=given).status_code == 409
        bad = client.post("/feedback/setting", data=given | {"version": "1", "valid_days": "500"})
        assert bad.status_code == 422
