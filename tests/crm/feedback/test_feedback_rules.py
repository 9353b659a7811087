"""What can be decided on paper: links, severity, words, figures, and the rows of a file."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.complaints.terms import Severity
from crm.feedback import rules, signing
from crm.feedback.rules import Unfit
from crm.feedback.terms import ReviewFault
from tests.factories import TODAY

SECRET = "a secret that only this test knows, long enough"
UNTIL = datetime(2026, 12, 24, 8, 30, tzinfo=UTC)
instants = st.integers(0, 2**39).map(lambda s: datetime.fromtimestamp(s % 2**33, UTC))


class TestLink:
    @given(survey=st.uuids(), until=instants)
    def test_says_what_was_signed(self, survey, until):
        token = signing.token_of(survey, until, SECRET)
        assert signing.signed_in(token, SECRET) == (survey, until)
        assert len(token) == 50

    @given(place=st.integers(0, 49), letter=st.sampled_from("ABCxyz019-_"))
    def test_one_other_letter_is_none_of_ours(self, place, letter):
        token = signing.token_of(UUID(int=7), UNTIL, SECRET)
        other = token[:place] + letter + token[place + 1 :]
        assert (signing.signed_in(other, SECRET) is None) == (other != token)

    @given(st.text(max_size=80))
    def test_no_text_is_trouble(self, text):
        assert signing.signed_in(text, SECRET) is None

    def test_another_secret_makes_another_link(self):
        token = signing.token_of(uuid4(), UNTIL, SECRET)
        assert signing.signed_in(token, SECRET + "!") is None


class TestAnswer:
    def test_severity_goes_by_the_score(self):
        given = [rules.severity_of(score) for score in range(7)]
        serious, moderate, minor = Severity.SERIOUS, Severity.MODERATE, Severity.MINOR
        assert given == [serious, serious, serious, moderate, moderate, minor, minor]

    @pytest.mark.parametrize(
        ("words", "category"),
        [
            (None, "service"),
            ("Nothing to add", "service"),
            ("So loud that we could not sleep", "noise"),
            ("隔音太差，整晚睡不着", "noise"),
            ("Hair in the shower, dirty towels", "cleanliness"),
            ("床单不干净", "cleanliness"),
            ("They charged me twice", "billing"),
            ("早餐没什么可吃的", "food"),
            ("My watch was stolen from the dirty room", "theft"),
            ("房间里的手表被偷了", "theft"),
            ("Thank you for your hospitality", "service"),
            ("防盗门很好", "service"),
        ],
    )
    def test_category_goes_by_the_words_the_gravest_first(self, words, category):
        assert rules.category_of(words) == category

    @pytest.mark.parametrize(
        ("languages", "nationality", "country", "told"),
        [
            (["zh-Hant"], "US", "US", "zh-Hans"),
            (["is", "en"], "IS", "CN", "en"),
            (["fr"], "CN", "CN", "en"),
            ([], "CN", "US", "zh-Hans"),
            ([], "DE", "CN", "en"),
            ([], None, "CN", "zh-Hans"),
        ],
    )
    def test_language_of_the_page(self, languages, nationality, country, told):
        assert rules.language_for(languages, nationality, country) == told


class TestFigures:
    def test_by_hand(self):
        # 10, 9, 9, 8, 7, 6, 0: sum 49 of 7 = 7.0; three recommend, two criticise: 100 * 1 / 7.
        counts = {100: 1, 90: 2, 80: 1, 70: 1, 60: 1, 0: 1}
        found = rules.figures(counts)
        assert (found.answers, found.mean, found.recommend, found.criticise) == (7, 7.0, 3, 2)
        assert found.net == pytest.approx(14.2857, abs=1e-4)
        assert found.is_small
        assert not rules.figures({90: 10}).is_small

    def test_of_nothing(self):
        assert rules.figures({}) == (0, None, 0, 0, None, True)

    @given(st.dictionaries(st.integers(0, 100), st.integers(1, 500), min_size=1))
    def test_stay_within_their_ends(self, counts):
        found = rules.figures(counts)
        assert 0 <= found.mean <= 10
        assert -100 <= found.net <= 100

    def test_months_go_back_over_the_year(self):
        found = rules.months_back(date(2026, 2, 28), 4)
        assert found == [date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)]


class TestRows:
    def test_columns_by_usual_names_of_either_language(self):
        english = rules.columns_of(["Review ID", "Rating", "Date", "Out_of", "nothing of ours"])
        assert english == {"external_id": 0, "score": 1, "written_on": 2, "scale": 3}
        chinese = rules.columns_of(["平台", "点评日期", "评分", "点评内容"])
        assert chinese == {"site": 0, "written_on": 1, "score": 2, "words": 3}

    @pytest.mark.parametrize(
        "text", ["2026-11-03", "2026/11/3", "2026.11.03", "2026年11月3日", "2026-11-03 14:20"]
    )
    def test_days(self, text):
        assert rules.day_of(text, TODAY) == date(2026, 11, 3)

    @pytest.mark.parametrize(
        ("text", "fault"),
        [
            ("3/11/2026", ReviewFault.DATE), ("", ReviewFault.DATE),
            ("2026-02-30", ReviewFault.DATE), ("2026-11-25", ReviewFault.DATE_TO_COME),
        ],
    )  # fmt: skip
    def test_days_that_are_none(self, text, fault):
        with pytest.raises(Unfit) as refused:
            rules.day_of(text, TODAY)
        assert refused.value.fault is fault

    @pytest.mark.parametrize(
        ("score", "scale", "usual", "read"),
        [
            ("4.5", "", 5, ("4.5", 5, 90)),
            ("4,5", "5", 10, ("4.5", 5, 90)),
            ("8/10", "", 5, ("8", 10, 80)),
            ("4分", "", 5, ("4", 5, 80)),
            ("87", "100", 5, ("87", 100, 87)),
            ("0", "", 5, ("0", 5, 0)),
            ("１０", "10", 5, ("10", 10, 100)),
        ],
    )
    def test_scores_of_any_scale(self, score, scale, usual, read):
        assert rules.score_of(score, scale, usual) == read

    @pytest.mark.parametrize(
        ("score", "scale", "fault"),
        [
            ("8", "", ReviewFault.SCORE), ("", "", ReviewFault.SCORE),
            ("-1", "", ReviewFault.SCORE), ("good", "", ReviewFault.SCORE),
            ("1e1", "100", ReviewFault.SCORE), ("4", "0", ReviewFault.SCALE),
            ("4", "four", ReviewFault.SCALE), ("4/4.5", "", ReviewFault.SCALE),
        ],
    )  # fmt: skip
    def test_scores_that_are_none(self, score, scale, fault):
        with pytest.raises(Unfit) as refused:
            rules.score_of(score, scale, 5)
        assert refused.value.fault is fault

    @given(st.text(max_size=20), st.text(max_size=6))
    def test_any_cell_is_read_or_refused(self, score, scale):
        try:
            _, top, tenths = rules.score_of(score, scale, 5)
        except Unfit:
            return
        assert 0 <= tenths <= 100
        assert 2 <= top <= 100
