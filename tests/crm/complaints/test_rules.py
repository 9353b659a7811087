"""The state machine on paper: no dead end, no way back to the beginning, no way past a verb."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.complaints import rules
from crm.complaints.terms import OPEN_STATUSES, BoardColumn, CaseKind, CaseStatus
from crm.kit.clock import now

S = CaseStatus


@pytest.mark.parametrize(
    ("status", "to", "may"),
    [
        (S.RECEIVED, S.ACKNOWLEDGED, True),
        (S.RECEIVED, S.REOPENED, False),
        (S.ACKNOWLEDGED, S.RECEIVED, False),
        (S.INVESTIGATING, S.RECOVERING, True),
        (S.RECOVERING, S.INVESTIGATING, True),
        (S.TOLD_GUEST, S.RECOVERING, True),
        (S.TOLD_GUEST, S.CLOSED, True),
        (S.CLOSED, S.INVESTIGATING, False),
        (S.CLOSED, S.REOPENED, True),
        (S.REOPENED, S.ACKNOWLEDGED, False),
        (S.REOPENED, S.TOLD_GUEST, True),
    ],
)
def test_ways(status, to, may):
    assert rules.may_move(status, to) is may
    assert (to in rules.next_moves(status)) is may


@given(st.lists(st.sampled_from(CaseStatus), max_size=30))
def test_every_walk_stays_within_the_machine(wanted):
    status = S.RECEIVED
    for to in wanted:
        if rules.may_move(status, to):
            assert to is not S.RECEIVED
            assert (to is S.REOPENED) == (status is S.CLOSED)
            status = to
        assert rules.next_moves(status)
        assert status is S.CLOSED or S.CLOSED in rules.next_moves(status)
        assert (rules.column_of(status) is BoardColumn.FILED) == (status not in OPEN_STATUSES)


@given(st.integers(0, 10))
def test_three_tries_stand_for_the_guest_s_word(tries):
    assert rules.may_close_unheard(tries) == (tries >= 3)


@pytest.mark.parametrize(
    ("kind", "more"),
    [(CaseKind.COMPLAINT, True), (CaseKind.PRAISE, False), (CaseKind.SUGGESTION, False)],
)
def test_only_complaints_ask_for_more(kind, more):
    assert rules.asks_for_more(kind) is more


@pytest.mark.parametrize(("days", "may"), [(0, True), (30, True), (30.001, False)])
def test_thirty_days_to_reopen(days, may):
    closed = now()
    assert rules.may_reopen(closed, closed + timedelta(days=days)) is may
