"""Rules on paper: and, or, not; strict about what they may ask; the same facts, the same answer."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from crm.alerts import rules
from crm.alerts.master import SHIPPED
from crm.alerts.queries import as_applied
from crm.alerts.rules import Facts
from crm.alerts.schemas import AlertRuleIn, Who
from crm.alerts.terms import Match, Moment, Place, TierName
from crm.guests.terms import GuestIdentity, VipLevel
from crm.kit.ids import new_id
from crm.loyalty.terms import Tier
from crm.stays.terms import StayStatus

COMPANY = new_id()
SIMPLE = ("first_stay", "open_case", "birthday_in_stay", "long_stay", "children")
OURS, HIGH = str(COMPANY), frozenset({"FL.HIGH"})
A_RULE = {
    "name": "A rule",
    "who": {"match": "all", "of": [{"kind": "first_stay"}]},
    "text_en": "Say hello",
    "moments": ["check_in"],
    "places": ["bar"],
}


def asked(**more):
    return AlertRuleIn.model_validate(A_RULE | more)


def rule(**more):
    made = asked(**more)
    return as_applied(
        SimpleNamespace(id=new_id(), **{n: getattr(made, n) for n in AlertRuleIn.model_fields})
    )


def about(*items, match="all"):
    return Who.model_validate({"match": match, "of": list(items)})


facts = st.builds(
    Facts,
    vip=st.sampled_from([None, *VipLevel]),
    tier=st.sampled_from([None, *TierName]),
    stay_number=st.integers(1, 60),
    identity=st.sampled_from(list(GuestIdentity)),
    company_id=st.sampled_from([None, COMPANY, new_id()]),
    codes=st.frozensets(st.sampled_from(["FL.HIGH", "AL.NUT", "DT.HALAL"])),
    has_open_case=st.booleans(),
    file_age=st.none() | st.integers(0, 4000),
    room_type=st.sampled_from([None, "DLX", "SUI"]),
    nights=st.integers(0, 40),
    languages=st.sampled_from([(), ("ja",), ("zh-Hans", "en"), ("en-GB",)]),
    birthday_in_stay=st.booleans(),
    children=st.integers(0, 3),
)


def _some(kind, words, least=0):
    chosen = st.lists(st.sampled_from(words), min_size=least, max_size=3)
    return chosen.map(lambda v: {"kind": kind, "any_of": v})


leaves = st.one_of(
    _some("vip", [*VipLevel]), _some("tier", [*TierName]), _some("identity", [*GuestIdentity], 1),
    _some("code", ["FL.HIGH", "AL.NUT"], 1),
    st.builds(
        lambda a, b, e: {"kind": "nth_stay", "at_least": a, "at_most": b, "every": e},
        st.integers(1, 20), st.none() | st.integers(1, 40), st.none() | st.integers(1, 10),
    ),
    st.sampled_from(
        [{"kind": k} for k in SIMPLE]
    ),
    st.sampled_from([{"kind": "company"}, {"kind": "company", "any_of": [str(COMPANY)]}]),
    st.builds(lambda m: {"kind": "stale_file", "months": m}, st.integers(1, 120)),
    st.builds(lambda v: {"kind": "room_type", "any_of": [v]}, st.sampled_from(["DLX", "SUI"])),
    st.builds(lambda a: {"kind": "nights", "at_least": a}, st.integers(0, 30)),
    st.builds(lambda v: {"kind": "language", "any_of": [v]}, st.sampled_from(["ja", "en", "zh"])),
)  # fmt: skip


class TestLogic:
    @given(leaf=leaves, known=facts)
    def test_not_turns_a_condition_round(self, leaf, known):
        assert rules.is_about(about(leaf), known) is not rules.is_about(
            about(leaf | {"negated": True}), known
        )

    @given(items=st.lists(leaves, min_size=1, max_size=5), known=facts)
    def test_all_and_any_are_those_of_their_parts(self, items, known):
        each = [rules.is_about(about(item), known) for item in items]
        assert rules.is_about(about(*items), known) is all(each)
        assert rules.is_about(about(*items, match="any"), known) is any(each)

    @given(
        items=st.lists(leaves, min_size=1, max_size=4), match=st.sampled_from(Match), known=facts
    )
    def test_a_list_inside_says_the_same_and_turned_round_the_opposite(self, items, match, known):
        """Who says "not any of these" says "none of these", as De Morgan has it."""
        inner = {"kind": "group", "match": match.value, "of": items}
        plain = rules.is_about(about(*items, match=match.value), known)
        assert rules.is_about(about(inner), known) is plain
        assert rules.is_about(about(inner | {"negated": True}), known) is not plain
        other = "any" if match is Match.ALL else "all"
        turned = [item | {"negated": True} for item in items]
        assert rules.is_about(about(*turned, match=other), known) is not plain

    @given(leaf=leaves, known=facts, moment=st.sampled_from(Moment), place=st.sampled_from(Place))
    def test_only_at_its_moment_and_in_its_place(self, leaf, known, moment, place):
        one = rule(who={"of": [leaf]}, moments=["check_in"], places=["bar", "board"])
        holds = rules.is_about(one.who, known)
        there = moment is Moment.CHECK_IN and place in (Place.BAR, Place.BOARD)
        assert rules.matches(one, known, moment, place) is (holds and there)


FOR_US = {"kind": "company", "any_of": [OURS]}
EVERY_FIFTH = {"kind": "nth_stay", "at_least": 9, "every": 5}
SPEAKS_JA = {"kind": "language", "any_of": ["ja"]}


class TestConditions:
    @pytest.mark.parametrize(
        ("leaf", "yes", "no"),
        [
            ({"kind": "vip"}, {"vip": "V4"}, {}),
            ({"kind": "vip", "any_of": ["V1"]}, {"vip": "V1"}, {"vip": "V2"}),
            ({"kind": "tier"}, {"tier": "member"}, {}),
            (EVERY_FIFTH, {"stay_number": 10}, {"stay_number": 5}),
            ({"kind": "nth_stay", "at_most": 2}, {"stay_number": 2}, {"stay_number": 3}),
            ({"kind": "first_stay"}, {"stay_number": 1}, {"stay_number": 2}),
            ({"kind": "company"}, {"company_id": COMPANY}, {}),
            (FOR_US, {"company_id": COMPANY}, {"company_id": new_id()}),
            ({"kind": "code", "any_of": list(HIGH)}, {"codes": HIGH}, {"codes": frozenset("X")}),
            ({"kind": "stale_file", "months": 12}, {"file_age": 366}, {"file_age": 365}),
            ({"kind": "stale_file", "months": 12}, {"file_age": None}, {"file_age": 0}),
            ({"kind": "nights", "at_least": 3, "at_most": 5}, {"nights": 5}, {"nights": 6}),
            (SPEAKS_JA, {"languages": ("ja",)}, {"languages": ("en",)}),
            ({"kind": "long_stay"}, {"nights": 14}, {"nights": 13}),
            ({"kind": "long_stay"}, {"identity": "long_stay"}, {}),
            ({"kind": "children"}, {"children": 1}, {}),
        ],
    )  # fmt: skip
    def test_each(self, leaf, yes, no):
        assert rules.is_about(about(leaf), replace(Facts(file_age=0), **yes))
        assert not rules.is_about(about(leaf), replace(Facts(file_age=0), **no))


class TestOrder:
    def test_the_heaviest_first_then_as_the_hotel_put_them(self):
        who = {"of": [{"kind": "children", "negated": True}]}
        made = [
            rule(who=who, weight="note", position=1),
            rule(who=who, weight="take_care", position=9),
            rule(who=who, weight="take_care", position=2),
            rule(who=who, weight="must_know", position=50),
        ]
        found = rules.matching(made, Facts(), {Moment.CHECK_IN}, Place.BAR)
        assert found == [made[3], made[2], made[1], made[0]]


class TestMoments:
    @pytest.mark.parametrize(
        ("status", "first", "last", "moments"),
        [
            (StayStatus.BOOKED, 25, 27, {Moment.BOOKING}),
            (StayStatus.BOOKED, 24, 27, {Moment.CHECK_IN}),
            (StayStatus.BOOKED, 23, 27, {Moment.CHECK_IN}),
            (StayStatus.IN_HOUSE, 23, 27, {Moment.IN_HOUSE}),
            (StayStatus.IN_HOUSE, 23, 24, {Moment.IN_HOUSE, Moment.CHECK_OUT}),
            (StayStatus.CHECKED_OUT, 20, 24, set()),
            (StayStatus.CANCELLED, 24, 25, set()),
        ],
    )
    def test_of_a_stay(self, status, first, last, moments):
        day = date(2026, 11, 24)
        found = rules.moments_of(status, day.replace(day=first), day.replace(day=last), day)
        assert found == moments


class TestStrict:
    @pytest.mark.parametrize(
        "who",
        [
            {},
            {"of": []},
            {"of": [{"kind": "shoe_size"}]},
            {"of": [{"kind": "first_stay", "sql": "1=1"}]},
            {"of": [{"kind": "vip", "any_of": ["V9"]}]},
            {"of": [{"kind": "nights", "at_least": "3"}]},
            {"of": [{"kind": "code", "any_of": []}]},
            {"of": [{"kind": "first_stay"}] * 13},
            {"of": [{"kind": "group", "of": [{"kind": "group", "of": [{"kind": "first_stay"}]}]}]},
            {"match": "none", "of": [{"kind": "first_stay"}]},
            {"of": {"kind": "first_stay"}},
            [],
        ],
    )
    def test_what_nobody_knows_is_refused(self, who):
        with pytest.raises(ValidationError):
            asked(who=who)

    def test_departments_and_their_instruction_go_together(self):
        for more in ({"departments": ["HK"]}, {"instruction_en": "Cot"}):
            with pytest.raises(ValidationError):
                asked(**more)
        assert asked(departments=["HK"], instruction_en="Cot")

    def test_the_tiers_are_those_of_the_programme(self):
        assert [each.value for each in TierName] == [each.value for each in Tier]

    def test_every_shipped_rule_is_one_and_few_begin_switched_on(self):
        for shipped in SHIPPED:
            made = AlertRuleIn.model_validate(shipped.definition)
            assert made.text_zh
            assert rules.is_flat(made.who)
        assert len(SHIPPED) == 12
        assert len({shipped.name for shipped in SHIPPED}) == 12
        on = [shipped for shipped in SHIPPED if shipped.is_active]
        assert len(on) == 4
        assert {shipped.definition["weight"] for shipped in on} == {"note"}
