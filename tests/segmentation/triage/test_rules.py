"""How texts are cut, what silences a suggestion, and that the sums are scikit-learn's."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from segmentation.triage import learning
from segmentation.triage.rules import (
    is_good_enough,
    is_quiet,
    parts_of_name,
    pieces,
    plain,
    read_weights,
    without_names,
)
from segmentation.triage.terms import Question
from tests.segmentation.triage.texts import cases_of_plain, rows, shipped_glossary, written


class TestPieces:
    @pytest.mark.parametrize(
        ("text", "cut"),
        [
            ("太吵", ["太", "吵", "太吵"]),
            ("太吵了", ["太", "吵", "了", "太吵", "吵了", "太吵了"]),
            ("吵，冷", ["吵", "冷"]),
            ("Cold", [" co", "col", "old", "ld ", " col", "cold", "old ", " cold", "cold "]),
            ("ＣＯＬＤ", pieces("cold")),
            ("1605 2026", []),
            ("It", [" it", "it ", " it "]),
            ("wifi坏", [*pieces("wifi"), "坏"]),
            ("", []),
        ],
    )
    def test_are_cut_like_this(self, text, cut):
        assert pieces(text) == cut

    @given(st.text(), st.text())
    def test_reach_over_no_gap(self, one, two):
        assert pieces(f"{one} . {two}") == pieces(one) + pieces(two)


class TestNames:
    @pytest.mark.parametrize(
        ("full", "parts"),
        [
            ("李小娜", {"李小娜", "小娜"}),
            ("Ann Lee", {"ann lee", "ann", "lee"}),
            ("欧阳震华", {"欧阳震华", "阳震华"}),
            ("王五", {"王五"}),
            ("", set()),
        ],
    )
    def test_have_parts(self, full, parts):
        assert parts_of_name(full) == parts

    @pytest.mark.parametrize(
        ("text", "bare"),
        [
            ("前台小娜态度差", "前台 | 态度差"),
            ("Ann was annoyed, ANN LEE too", " |  was annoyed,  |  too"),
            ("nobody", "nobody"),
        ],
    )
    def test_leave_a_gap_and_nothing_else(self, text, bare):
        assert without_names(text, parts_of_name("李小娜") | parts_of_name("Ann Lee")) == bare

    @given(st.text(), st.text(min_size=2, alphabet="李小娜王五张"))
    def test_are_in_no_piece(self, text, name):
        assert name not in without_names(f"{text}{name}{text}", [name])


@pytest.mark.parametrize(
    ("text", "quiet"),
    [
        ("My watch was stolen from the safe", True),
        ("They ASSAULTED me", True),
        ("我的钱包被偷了", True),
        ("吃完上吐下泻，去了医院", True),
        ("The hospitality was poor", False),
        ("空调太吵", False),
        ("Grapes were sour", False),
    ],
)
def test_matters_of_named_roles_are_known_by_their_words(text, quiet):
    assert is_quiet(text) is quiet


@pytest.mark.parametrize(
    ("question", "accuracy", "commonest", "good"),
    [
        (Question.CATEGORY, 0.70, 0.20, True),
        (Question.CATEGORY, 0.699, 0.20, False),
        (Question.CATEGORY, 0.90, 0.86, False),
        (Question.CATEGORY, 0.91, 0.86, True),
        (Question.SEVERITY, 0.60, 0.50, True),
        (Question.SEVERITY, 0.59, 0.10, False),
        (Question.CATEGORY, None, None, False),
    ],
)
def test_good_enough_is_above_the_bound_and_better_than_always_the_same(
    question, accuracy, commonest, good
):
    assert is_good_enough(question, accuracy, commonest) is good


def teacher_and_asker(examples, glossary):
    """scikit-learn's own classifier of categories, and what the web asks, of the same lesson."""
    lesson = learning.learn(examples, glossary)
    stored = json.loads(json.dumps(lesson["weights"]))
    weighing = learning.vectoriser(examples, stored["pieces"])
    learned = [(one, one.category) for one in examples]
    listed = [learning.Example(text, category, "", "") for text, category in glossary]
    labels = {one.category for one in examples}
    helping = [(one, one.category) for one in listed if one.category in labels]
    with threadpool_limits(1):
        taught = learning.classifier(learned + helping * learning.GLOSSARY_TIMES, weighing)
    return (lambda texts: taught.predict_proba(weighing.transform(texts))), read_weights(stored)


@pytest.fixture(scope="module")
def pair():
    return teacher_and_asker(written(), shipped_glossary())


@pytest.fixture(scope="module")
def pair_of_two():
    two = [one for one in cases_of_plain() if one.category in ("noise", "food")]
    return teacher_and_asker(two, shipped_glossary())


class TestSums:
    def test_are_those_of_scikit_learn(self, pair):
        theirs, ours = pair
        texts = [row["words"] for row in rows()]
        for text, row in zip(texts, theirs(texts), strict=True):
            found = ours.probabilities(text, Question.CATEGORY)
            assert list(found.values()) == pytest.approx(list(row), abs=1e-5)

    def test_are_those_of_scikit_learn_for_two_labels(self, pair_of_two):
        theirs, ours = pair_of_two
        texts = [row["words"] for row in rows()[::7]]
        for text, row in zip(texts, theirs(texts), strict=True):
            found = ours.probabilities(text, Question.CATEGORY)
            assert list(found) == ["food", "noise"]
            assert list(found.values()) == pytest.approx(list(row), abs=1e-5)

    @settings(max_examples=100)
    @given(text=st.text() | st.text(alphabet="空调吵冷早餐账单 noise food bill"))
    def test_are_those_of_scikit_learn_for_any_text(self, pair, text):
        theirs, ours = pair
        found = ours.probabilities(text, Question.CATEGORY)
        assert list(found.values()) == pytest.approx(list(theirs([text])[0]), abs=1e-5)

    def test_of_another_format_are_not_asked(self):
        assert read_weights({"format": 0}) is None


def test_one_form_of_a_text():
    assert plain(" ＡＢｃ\n\tÄ  太吵 ") == "abc ä 太吵"
