"""What the clocks of a case say, and that only the house's own sentences are translated."""

from datetime import UTC, datetime, timedelta

import pytest

from crm.complaints.heard import SENTENCES
from crm.complaints.terms import StepKind
from web.case_words import OWN_WORDS, STEP_ICONS, clock_to, said, time_left
from web.pages.complaints import MOVED

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (70, "1 h 10 left"),
        (-25, "25 min over"),
        (0, "0 min left"),
        (60, "1 h 00 left"),
        (47 * 60 + 59, "47 h 59 left"),
        (48 * 60, "2 d left"),
        (-3 * 24 * 60, "3 d over"),
    ],
)
def test_time_left(minutes, words):
    assert time_left(minutes, "en") == words


@pytest.mark.parametrize(
    ("minutes", "paused", "state"),
    [(59, False, "near"), (60, False, "runs"), (-1, False, "over"), (-1, True, "waits")],
)
def test_a_clock_tells_its_state(minutes, paused, state):
    clock = clock_to(NOW + timedelta(minutes=minutes), NOW, paused=paused, language="en")
    assert clock is not None
    assert clock.state == state


def test_nothing_runs_where_nothing_is_promised():
    assert clock_to(None, NOW, paused=False, language="en") is None


def test_the_house_speaks_the_readers_language_and_people_their_own():
    assert {MOVED, *SENTENCES.values()} <= OWN_WORDS
    assert all(said(words, "zh-Hans") != words for words in OWN_WORDS)
    assert said("Guests", "zh-Hans") == "Guests"


def test_every_kind_of_step_has_its_sign():
    assert STEP_ICONS.keys() == {kind.value for kind in StepKind}
