"""A claim's state follows from its evidence, in whatever order it arrives."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.preferences import rules
from crm.preferences.rules import CodeFacts, Evidence, Rival, standing_of
from crm.preferences.terms import (
    Lateness,
    ObservationState,
    Polarity,
    PreferenceSource,
    PreferenceStatus,
    RetiredWhy,
    ReviewPolicy,
    Sensitivity,
)

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TODAY = NOON.date()
LATEX = CodeFacts(code="PL.LATEX", group="PL", review_after_months=24)
S, SEEN, TOLD = PreferenceStatus, PreferenceSource.SEEN, PreferenceSource.TOLD


def seen(no, days=0, stay=None, **more):
    at = NOON - timedelta(days=days)
    return Evidence(
        **{
            "id": UUID(int=no),
            "source": SEEN,
            "at": at,
            "day": at.date(),
            "stay_id": None if stay is None else UUID(int=stay),
            **more,
        }
    )


@st.composite
def evidence(draw):
    days = draw(st.integers(0, 1000))
    return seen(
        draw(st.integers(1, 12)),
        days,
        draw(st.none() | st.integers(100, 103)),
        at=NOON - timedelta(days=days, minutes=draw(st.integers(0, 3))),
        source=draw(st.sampled_from(PreferenceSource)),
        value=draw(st.none() | st.sampled_from(["21", "23"])),
        denies=draw(st.integers(0, 3)) == 0,
        times=draw(st.integers(1, 3)),
        counts=draw(st.integers(0, 3)) > 0,
        was_rejected=draw(st.booleans()),
    )


sets = st.lists(evidence(), max_size=9, unique_by=lambda each: each.id)


class TestOrder:
    @given(sets, st.randoms())
    def test_any_order_of_arrival_gives_the_same(self, known, chance):
        shuffled = list(known)
        chance.shuffle(shuffled)
        assert standing_of(shuffled, LATEX, TODAY) == standing_of(known, LATEX, TODAY)

    @given(sets, st.randoms())
    def test_what_arrives_twice_counts_once(self, known, chance):
        twice = known + chance.sample(known, len(known) // 2)
        chance.shuffle(twice)
        assert standing_of(twice, LATEX, TODAY) == standing_of(known, LATEX, TODAY)

    @given(sets)
    def test_what_does_not_count_changes_nothing_that_holds(self, known):
        with_all = standing_of(known, LATEX, TODAY)
        counting = standing_of([each for each in known if each.counts], LATEX, TODAY)
        if counting.status is not S.RETIRED:
            assert with_all == counting

    @given(sets, evidence())
    def test_one_more_sighting_never_makes_it_weaker(self, known, one):
        """Of what affirms and counts; a denial may, and time does."""
        more = seen(99, 0, source=one.source, times=one.times)
        before = standing_of(known, LATEX, TODAY)
        after = standing_of([*known, more], LATEX, TODAY)
        if before.status not in (S.RETIRED, S.EXPIRED):
            assert _LADDER.index(after.status) >= _LADDER.index(before.status)
            assert after.evidence >= before.evidence

    @given(sets)
    def test_confidence_and_status_agree(self, known):
        standing = standing_of(known, LATEX, TODAY)
        assert 0 <= standing.confidence <= 1
        assert (standing.status is S.RETIRED) == (standing.retired_why is not None)
        if standing.status in (S.EXPIRED, S.RETIRED):
            assert standing.confidence == 0
        if standing.status is S.CONFIRMED:
            assert standing.confirmed_at is not None

    @given(st.lists(st.tuples(st.integers(0, 5), st.integers(100, 102)), min_size=1))
    def test_sightings_alone_never_confirm(self, stays):
        known = [seen(no, days, stay) for no, (days, stay) in enumerate(stays, 1)]
        standing = standing_of(known, LATEX, TODAY)
        several = len({stay for _, stay in stays}) > 1
        assert standing.status is (S.SEEN_TWICE if several else S.SEEN_ONCE)


_LADDER = (S.SEEN_ONCE, S.SEEN_TWICE, S.CONFIRMED)


class TestStanding:
    @pytest.mark.parametrize(
        ("known", "status", "confidence"),
        [
            ([seen(1)], S.SEEN_ONCE, 0.3),
            ([seen(1, 1, 100), seen(2, 0, 100)], S.SEEN_ONCE, 0.3),
            ([seen(1, 0), seen(2, 0)], S.SEEN_ONCE, 0.3),
            ([seen(1, 1), seen(2, 0)], S.SEEN_TWICE, 0.6),
            ([seen(1, 90, 100), seen(2, 0, 101)], S.SEEN_TWICE, 0.6),
            ([seen(1, 90, 100), seen(2, 0)], S.SEEN_TWICE, 0.6),
            ([seen(1, source=TOLD)], S.CONFIRMED, 0.9),
            ([seen(1, source=PreferenceSource.WRITTEN)], S.CONFIRMED, 1.0),
            ([seen(1, source=PreferenceSource.SENSED, times=4)], S.CONFIRMED, 0.6),
            ([seen(1, source=PreferenceSource.IMPORTED)], S.SEEN_ONCE, 0.3),
            ([seen(1, source=PreferenceSource.IMPORTED, times=3)], S.SEEN_TWICE, 0.6),
            ([seen(1, counts=False), seen(2)], S.SEEN_ONCE, 0.3),
            ([seen(1, 800)], S.EXPIRED, 0.0),
            ([seen(1, 800, source=TOLD), seen(2)], S.CONFIRMED, 0.9),
            ([], S.RETIRED, 0.0),
        ],
    )
    def test_follows_from_the_evidence(self, known, status, confidence):
        standing = standing_of(known, LATEX, TODAY)
        assert (standing.status, standing.confidence) == (status, confidence)

    @pytest.mark.parametrize(
        ("known", "status", "why"),
        [
            ([seen(1, 9), seen(2, 0, denies=True)], S.RETIRED, RetiredWhy.DENIED),
            ([seen(1, 0), seen(2, 9, denies=True)], S.SEEN_ONCE, None),
            ([seen(1, 9, source=TOLD), seen(2, 0, denies=True)], S.CONFIRMED, None),
            ([seen(1, 9, source=TOLD), seen(2, 0, source=TOLD, denies=True)], S.RETIRED,
             RetiredWhy.DENIED),
            ([seen(1, 9, source=TOLD), seen(2, 0, denies=True, ends_why=RetiredWhy.BY_HAND)],
             S.RETIRED, RetiredWhy.BY_HAND),
            ([seen(1, counts=False, was_rejected=True)], S.RETIRED, RetiredWhy.REJECTED),
            ([seen(1, counts=False)], S.RETIRED, RetiredWhy.WITHDRAWN),
        ],
    )  # fmt: skip
    def test_what_ends_it(self, known, status, why):
        standing = standing_of(known, LATEX, TODAY)
        assert (standing.status, standing.retired_why) == (status, why)

    def test_the_newest_value_holds(self):
        known = [seen(1, 9, value="21"), seen(2, 0, value="23"), seen(3, 0, 5)]
        assert standing_of(known, LATEX, TODAY).value == "23"

    def test_it_ends_with_the_one_stay_it_was_for(self):
        known = [seen(1, source=TOLD)]
        assert standing_of(known, LATEX, TODAY, stay_is_over=True).status is S.EXPIRED

    @pytest.mark.parametrize(
        ("day", "months", "later"),
        [(date(2026, 1, 31), 1, date(2026, 2, 28)), (date(2023, 12, 31), 2, date(2024, 2, 29)),
         (date(2026, 11, 24), 24, date(2028, 11, 24)), (date(2026, 12, 1), 12, date(2027, 12, 1))],
    )  # fmt: skip
    def test_months_later(self, day, months, later):
        assert rules.months_after(day, months) == later

    def test_confidence_fades_in_the_second_half(self):
        def at(days):
            return rules.confidence_of(
                TOLD, 1, last_on=TODAY, months=12, today=TODAY + timedelta(days=days)
            )

        assert at(0) == at(182) == 0.9
        assert at(182) > at(270) > at(364) > 0.44
        assert at(366) == 0.0

    @pytest.mark.parametrize(
        ("status", "confidence", "kind", "acts"),
        [
            (S.CONFIRMED, 0.6, Sensitivity.NORMAL, True),
            (S.CONFIRMED, 0.59, Sensitivity.NORMAL, False),
            (S.SEEN_TWICE, 0.6, Sensitivity.NORMAL, False),
            (S.CONFIRMED, 1.0, Sensitivity.SPECIAL, False),
            (S.CONFIRMED, 1.0, Sensitivity.RESTRICTED, False),
        ],
    )
    def test_only_what_is_confirmed_and_plain_acts_by_itself(self, status, confidence, kind, acts):
        assert rules.acts_by_itself(status, confidence, kind) is acts


def facts(code, conflicts=(), most=None, polarity=Polarity.LIKE):
    return CodeFacts(
        code=code, group=code[:2], conflicts_with=frozenset(conflicts), group_max=most,
        polarity=polarity, review_after_months=24,
    )  # fmt: skip


COOL, WARM = facts("CL.COOL", ["CL.WARM"]), facts("CL.WARM")


def rival(no, code, *known):
    return Rival(id=UUID(int=no), code=code, standing=standing_of(known, code, TODAY))


class TestGivingWay:
    @pytest.mark.parametrize(
        ("older", "newer", "gives"),
        [(SEEN, SEEN, True), (SEEN, TOLD, True), (TOLD, SEEN, False), (TOLD, TOLD, True)],
    )
    @pytest.mark.parametrize("turned", [False, True])
    def test_the_older_when_the_newer_is_known_as_well(self, older, newer, gives, turned):
        """Whichever of the two codes names the conflict."""
        one, other = (WARM, COOL) if turned else (COOL, WARM)
        rivals = [rival(1, one, seen(1, 9, source=older)), rival(2, other, seen(2, source=newer))]
        assert rules.giving_way(rivals) == ({UUID(int=1): UUID(int=2)} if gives else {})

    def test_likes_beyond_the_maximum_of_their_group(self):
        rivals = [rival(no, facts(f"PL.P{no}", most=2), seen(no, 10 - no)) for no in (1, 2, 3)]
        assert rules.giving_way(rivals) == {UUID(int=1): UUID(int=3)}

    def test_needs_are_never_crowded_out(self):
        rivals = [
            rival(no, facts(f"AL.A{no}", most=1, polarity=Polarity.NEED), seen(no, no))
            for no in (1, 2, 3)
        ]
        assert rules.giving_way(rivals) == {}

    def test_what_is_over_crowds_nobody_out(self):
        rivals = [rival(1, COOL, seen(1, 900)), rival(2, WARM, seen(2, 950))]
        assert rules.giving_way(rivals) == {}

    @given(
        st.lists(
            st.tuples(st.integers(0, 9), st.sampled_from([SEEN, TOLD]), st.integers(0, 300)),
            max_size=8,
        ),
        st.randoms(),
    )
    def test_any_order_gives_the_same_and_winners_stay(self, drawn, chance):
        rivals = [
            rival(
                no,
                facts(f"PL.P{name}", [f"PL.P{(name + 1) % 10}"], most=3),
                seen(no, days, source=source),
            )
            for no, (name, source, days) in enumerate(drawn, 1)
        ]
        gone = rules.giving_way(rivals)
        shuffled = list(rivals)
        chance.shuffle(shuffled)
        assert rules.giving_way(shuffled) == gone
        assert not set(gone) & set(gone.values())


class TestReview:
    @pytest.mark.parametrize(
        ("group", "kind", "policy"),
        [
            ("PL", Sensitivity.NORMAL, ReviewPolicy.STRAIGHT_IN),
            ("CL", Sensitivity.NORMAL, ReviewPolicy.STRAIGHT_IN),
            ("AL", Sensitivity.SPECIAL, ReviewPolicy.WITHIN_A_DAY),
            ("DT", Sensitivity.NORMAL, ReviewPolicy.WITHIN_A_DAY),
            ("DT", Sensitivity.SPECIAL, ReviewPolicy.WITHIN_A_DAY),
            ("FV", Sensitivity.NORMAL, ReviewPolicy.WITHIN_A_DAY),
            ("RC", Sensitivity.NORMAL, ReviewPolicy.BEFORE_ANYONE),
            ("HT", Sensitivity.SPECIAL, ReviewPolicy.BEFORE_ANYONE),
            ("PR", Sensitivity.RESTRICTED, ReviewPolicy.BEFORE_ANYONE),
            ("CH", Sensitivity.SPECIAL, ReviewPolicy.BEFORE_ANYONE),
            ("AC", Sensitivity.SPECIAL, ReviewPolicy.BEFORE_ANYONE),
        ],
    )
    def test_as_shipped(self, group, kind, policy):
        assert rules.shipped_policy(group, kind) is policy

    @pytest.mark.parametrize(
        ("hours", "light"),
        [(0, Lateness.FRESH), (24, Lateness.FRESH), (24.1, Lateness.AMBER), (48, Lateness.AMBER),
         (48.1, Lateness.RED)],
    )  # fmt: skip
    def test_lights(self, hours, light):
        entered = NOON - timedelta(hours=hours)
        assert rules.lateness(ObservationState.WAITING, entered, NOON) is light
        assert rules.lateness(ObservationState.ACCEPTED, entered, NOON) is Lateness.FRESH

    @pytest.mark.parametrize(
        ("state", "policy", "code", "does"),
        [
            (ObservationState.TAKEN, ReviewPolicy.STRAIGHT_IN, "PL.LOW", True),
            (ObservationState.WAITING, ReviewPolicy.WITHIN_A_DAY, "AL.EGG", True),
            (ObservationState.WAITING, ReviewPolicy.BEFORE_ANYONE, "RC.BIBLE", False),
            (ObservationState.WAITING, ReviewPolicy.WITHIN_A_DAY, None, False),
            (ObservationState.ACCEPTED, ReviewPolicy.BEFORE_ANYONE, "RC.BIBLE", True),
            (ObservationState.REJECTED, ReviewPolicy.STRAIGHT_IN, "PL.LOW", False),
            (ObservationState.WITHDRAWN, ReviewPolicy.STRAIGHT_IN, "PL.LOW", False),
        ],
    )
    def test_what_counts(self, state, policy, code, does):
        assert rules.counts(state, policy, code) is does
