"""When a case holds outreach: a table, and the two ways to ask agree at every instant."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.holds.rules import CaseFacts, Held, hold_of, in_force
from crm.complaints.terms import CaseKind

OPENED = datetime(2026, 11, 1, 8, tzinfo=UTC)
CLOSED = datetime(2026, 11, 3, 9, tzinfo=UTC)
END = datetime(2026, 11, 17, 9, tzinfo=UTC)


def a_case(**more):
    facts = {
        "kind": CaseKind.COMPLAINT, "has_guest": True, "since_at": OPENED, "closed_at": CLOSED,
        "satisfaction": None,
    }  # fmt: skip
    return CaseFacts(**facts | more)


@pytest.mark.parametrize(
    ("case", "now", "hold"),
    [
        ({"closed_at": None}, OPENED, Held(OPENED, None, None)),
        ({"closed_at": None}, END + timedelta(days=900), Held(OPENED, None, None)),
        ({"satisfaction": 10}, CLOSED, Held(OPENED, CLOSED, CLOSED)),
        ({"satisfaction": 7}, CLOSED, Held(OPENED, CLOSED, CLOSED)),
        ({"satisfaction": 6}, CLOSED, Held(OPENED, END, None)),
        ({"satisfaction": 0}, END - timedelta(seconds=1), Held(OPENED, END, None)),
        ({}, END - timedelta(seconds=1), Held(OPENED, END, None)),
        ({}, END, Held(OPENED, END, END)),
        ({"satisfaction": 6}, END + timedelta(days=3), Held(OPENED, END, END)),
        ({"kind": CaseKind.PRAISE, "closed_at": None}, OPENED, None),
        ({"kind": CaseKind.SUGGESTION}, CLOSED, None),
        ({"has_guest": False, "closed_at": None}, OPENED, None),
    ],
)
def test_table(case, now, hold):
    assert hold_of(a_case(**case), now) == hold


@given(
    score=st.none() | st.integers(0, 10),
    written=st.integers(0, 30 * 24),
    asked=st.integers(0, 60 * 24),
)
def test_in_force_does_not_wait_for_the_release_to_be_written(score, written, asked):
    """A hold written down at one hour tells the truth at every later one."""
    case = a_case(satisfaction=score)
    at, later = CLOSED + timedelta(hours=written), CLOSED + timedelta(hours=written + asked)
    known, true = hold_of(case, at), hold_of(case, later)
    assert known is not None
    assert true is not None
    assert in_force(known, later) is (true.released_at is None)
