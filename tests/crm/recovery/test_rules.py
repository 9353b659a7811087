"""Authority, totals, patterns and what worked, on paper."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.complaints.terms import Severity
from crm.recovery import catalogue, rules
from crm.recovery.rules import Given, Limit
from crm.recovery.terms import Bound, OfferKind, PatternKind
from crm.staff.terms import Role

DM, GM = Role.DUTY_MANAGER, Role.GENERAL_MANAGER
LIMITS = {DM: Limit(600, 1000), GM: rules.UNLIMITED}


class TestAuthority:
    @pytest.mark.parametrize(
        ("cost", "on_case", "today", "role", "within", "beyond", "needs"),
        [
            (600, 0, 0, DM, True, None, None),
            (601, 0, 0, DM, False, Bound.CASE, GM),
            (1, 600, 0, DM, False, Bound.CASE, GM),
            (300, 300, 700, DM, True, None, None),
            (300, 0, 701, DM, False, Bound.DAY, DM),
            (0, 600, 1000, DM, True, None, None),
            (10**9, 10**9, 10**9, GM, True, None, None),
        ],
    )
    def test_by_case_and_by_day(self, cost, on_case, today, role, within, beyond, needs):
        said = rules.decide(cost, on_case, today, role, LIMITS)
        assert said == (within, beyond, needs)

    @given(
        parts=st.lists(st.integers(0, 900), max_size=12),
        case_limit=st.integers(0, 1500),
        day_limit=st.integers(0, 1500),
        given_by_others=st.integers(0, 800),
    )
    def test_no_cut_into_parts_gets_round_it(self, parts, case_limit, day_limit, given_by_others):
        limits = {DM: Limit(case_limit, day_limit), GM: rules.UNLIMITED}
        on_case, today = given_by_others, 0
        for part in parts:
            if rules.decide(part, on_case, today, DM, limits).within:
                on_case += part
                today += part
        assert today <= day_limit
        assert today == 0 or on_case <= case_limit

    @given(cost=st.integers(0, 2000), on_case=st.integers(0, 2000), today=st.integers(0, 2000))
    def test_who_must_approve_could(self, cost, on_case, today):
        said = rules.decide(cost, on_case, today, DM, LIMITS)
        if not said.within:
            assert rules.decide(cost, on_case, 0, said.needs, LIMITS).within

    def test_defaults_follow_the_written_example(self):
        assert rules.default_limit(DM, Severity.SERIOUS, "EUR") == (60_000, 180_000)
        assert rules.default_limit(DM, Severity.MINOR, "CNY") == (120_000, 360_000)
        assert rules.default_limit(GM, Severity.MINOR, "EUR") == (None, None)

    @pytest.mark.parametrize(
        ("held", "role"),
        [({"duty_manager"}, DM), ({"duty_manager", "general_manager"}, GM), ({"it"}, None)],
    )
    def test_the_highest_role_counts(self, held, role):
        assert rules.highest(held) is role


class TestOffers:
    @pytest.mark.parametrize(
        ("categories", "least", "category", "severity", "fits"),
        [
            ([], Severity.MINOR, "noise", Severity.MINOR, True),
            (["noise"], Severity.MINOR, "noise", Severity.MINOR, True),
            (["food"], Severity.MINOR, "noise", Severity.CRITICAL, False),
            ([], Severity.SERIOUS, "noise", Severity.MODERATE, False),
            ([], Severity.SERIOUS, "noise", Severity.CRITICAL, True),
        ],
    )
    def test_fit_by_category_and_severity(self, categories, least, category, severity, fits):
        assert rules.fits(categories, least, category=category, severity=severity) is fits

    def test_every_kind_is_shipped_once_under_its_own_code(self):
        assert {one.kind for one in catalogue.SHIPPED} == set(OfferKind)
        assert len(catalogue.CODES) == len(catalogue.SHIPPED)
        assert all((one.points > 0) is (one.kind is OfferKind.POINTS) for one in catalogue.SHIPPED)


class TestWhatWorked:
    def test_silent_below_five_cases(self):
        closings = [(OfferKind.GIFT, 9)] * 4 + [(OfferKind.UPGRADE, n) for n in (10, 8, 7, 8, 0)]
        assert rules.worked_before(closings) == [(OfferKind.UPGRADE, 5, 3)]

    def test_the_most_satisfying_first(self):
        closings = [(OfferKind.GIFT, 7)] * 5 + [(OfferKind.LETTER, 8)] * 5
        assert [one.kind for one in rules.worked_before(closings)] == [
            OfferKind.LETTER, OfferKind.GIFT,
        ]  # fmt: skip


def line(
    case, *, staff=1, guest=1, room="1605", kind=OfferKind.GIFT, cost=100, value=200, points=0
):
    return Given(UUID(int=case), UUID(int=staff), UUID(int=guest), room, kind, cost, value, points)


class TestTotals:
    def test_money_points_and_gifts_in_one(self):
        lines = [
            line(1, kind=OfferKind.VOUCHER, cost=100, value=250),
            line(1, kind=OfferKind.WAIVED_LINE, cost=40, value=40),
            line(2, kind=OfferKind.POINTS, cost=30, value=50, points=2000),
            line(3, kind=OfferKind.UPGRADE, cost=7, value=70),
        ]
        assert rules.total(lines) == (3, 4, 140, 2000, 30, 1, 7, 177, 410)

    @given(
        st.lists(
            st.builds(
                line, st.integers(1, 5), kind=st.sampled_from(OfferKind), cost=st.integers(0, 999)
            )
        )
    )
    def test_nothing_is_lost_or_counted_twice(self, lines):
        found = rules.total(lines)
        assert found.cost_minor == sum(one.cost_minor for one in lines)
        assert found.cost_minor == found.money_minor + found.points_minor + found.gifts_minor


class TestPatterns:
    def clerk(self, cases, cost):
        mine = [line(n, guest=n, room=None, cost=cost) for n in range(1, cases + 1)]
        peers = [line(100 + n, staff=n, guest=100 + n, room=None, cost=100) for n in (2, 3)]
        return [one.kind for one in rules.patterns(mine + peers)]

    @pytest.mark.parametrize(
        ("cases", "cost", "flags"),
        [
            (8, 100, [PatternKind.SAME_CLERK]),
            (7, 1000, []),
            (8, 37, []),
        ],
    )
    def test_a_clerk_far_above_the_colleagues(self, cases, cost, flags):
        assert self.clerk(cases, cost) == flags

    def test_nobody_is_compared_with_one_colleague(self):
        mine = [line(n, guest=n, room=None, cost=900) for n in range(1, 20)]
        assert rules.patterns([*mine, line(100, staff=2, guest=100, room=None)]) == []

    def test_a_room_with_three_cases_of_two_guests(self):
        lines = [line(1, guest=1), line(2, guest=2), line(3, guest=2)]
        assert rules.patterns(lines) == [
            (PatternKind.SAME_ROOM, "1605", 3, 300, None),
        ]
        assert rules.patterns(lines[:2]) == []

    def test_a_guest_with_three_cases(self):
        lines = [line(n, room=str(n)) for n in (1, 2, 3)]
        assert rules.patterns(lines) == [
            (PatternKind.SERIAL_CLAIMANT, UUID(int=1), 3, 300, None),
        ]
        assert rules.patterns([lines[0]] * 5) == []
