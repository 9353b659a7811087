"""What departments do by themselves and what needs eyes: tables and chance."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.hotels.terms import DepartmentCode as D
from crm.preferences.terms import PreferenceStatus, Sensitivity
from crm.preparing import rules
from crm.preparing.rules import Action, Glance, Item, Known, Wish
from crm.preparing.terms import Eye, Readiness

TODAY = date(2026, 11, 24)
AT = datetime(2026, 11, 24, 8, tzinfo=UTC)


def a_wish(code: str = "PL.BUCK", **more: Any) -> Wish:
    facts: dict[str, Any] = {
        "preference_id": UUID(int=sum(map(ord, code))),
        "value": None,
        "status": PreferenceStatus.CONFIRMED,
        "sensitivity": Sensitivity.NORMAL,
        "acts": frozenset({"HK"}),
        "occasion": "pre-arrival",
        "conflicts": frozenset(),
    }
    return Wish(code=code, **(facts | more))


def known(**more: Any) -> Known:
    facts: dict[str, Any] = {
        "stays": 0,
        "is_vip": False,
        "checked_on": None,
        "made_on": date(2020, 1, 1),
        "has_phone": True,
        "has_birthday": True,
    }
    return Known(**(facts | more))


class TestWhatDepartmentsDo:
    def test_a_confirmed_wish_acts_in_each_acting_department(self) -> None:
        found = rules.actions([a_wish("CE.CAKE", acts=frozenset({"KIT", "GR"}), value="mango")])
        assert {place[1] for place in found} == {D.KITCHEN, D.GUEST_RELATIONS}
        assert {action.value for action in found.values()} == {"mango"}

    @pytest.mark.parametrize(
        ("more", "acts"),
        [
            ({}, True),
            ({"status": PreferenceStatus.SEEN_ONCE}, False),
            ({"status": PreferenceStatus.SEEN_TWICE}, False),
            ({"sensitivity": Sensitivity.RESTRICTED}, False),
            ({"sensitivity": Sensitivity.RESTRICTED, "by_person": True}, True),
            ({"sensitivity": Sensitivity.SPECIAL}, False),
            ({"sensitivity": Sensitivity.SPECIAL, "by_person": True}, True),
            ({"occasion": "daily"}, False),
            ({"occasion": "turn-down"}, False),
            ({"occasion": "each meal"}, True),
            ({"acts": frozenset({"MKT"})}, False),
            ({"acts": frozenset({"RES"})}, False),
            (
                {
                    "acts": frozenset({"RES"}),
                    "sensitivity": Sensitivity.SPECIAL,
                    "by_person": True,
                },
                True,
            ),
        ],
    )
    def test_which_wish_acts_by_itself(self, more: dict[str, Any], acts: bool) -> None:
        assert bool(rules.actions([a_wish(**more)])) == acts

    def test_contradicting_wishes_wait_for_a_person(self) -> None:
        warm = a_wish("CL.WARM", conflicts=frozenset({"CL.COOL"}))
        cool = a_wish("CL.COOL", status=PreferenceStatus.SEEN_ONCE)
        assert rules.contradictions([warm, cool]) == {("CL.COOL", "CL.WARM")}
        assert rules.actions([warm, cool]) == {}
        assert len(rules.actions([warm])) == 1


class TestChanges:
    PLACE = ("PL.BUCK", D.HOUSEKEEPING)
    CLAIM = UUID(int=1)

    @pytest.mark.parametrize(
        ("wanted", "present", "expected"),
        [
            (True, None, "add"),
            (True, Item("2", CLAIM, dropped=False), None),
            (True, Item("1", CLAIM, dropped=False), "renew"),
            (True, Item("2", CLAIM, dropped=True), "renew"),
            (True, Item("2", None, dropped=False), "renew"),
            (False, Item("2", CLAIM, dropped=False), "drop"),
            (False, Item("2", CLAIM, dropped=True), None),
        ],
    )
    def test_table(self, wanted: bool, present: Item | None, expected: str | None) -> None:
        asked = {self.PLACE: Action("2", self.CLAIM)} if wanted else {}
        there = {self.PLACE: present} if present else {}
        found = rules.changes(asked, there)
        assert [name for name in ("add", "renew", "drop") if getattr(found, name)] == (
            [expected] if expected else []
        )

    @given(
        wanted=st.dictionaries(st.sampled_from("ABCD"), st.sampled_from([None, "1", "2"])),
        before=st.dictionaries(
            st.sampled_from("ABCD"), st.tuples(st.sampled_from([None, "1", "2"]), st.booleans())
        ),
    )
    def test_applied_once_nothing_is_left_to_do(
        self, wanted: dict[str, str | None], before: dict[str, tuple[str | None, bool]]
    ) -> None:
        asked = {(c, D.HOUSEKEEPING): Action(v, self.CLAIM) for c, v in wanted.items()}
        there = {(c, D.HOUSEKEEPING): Item(v, self.CLAIM, d) for c, (v, d) in before.items()}
        found = rules.changes(asked, there)
        after = dict(there)
        for place, action in (found.add | found.renew).items():
            after[place] = Item(*action, dropped=False)
        for place in found.drop:
            after[place] = after[place]._replace(dropped=True)
        assert not any(rules.changes(asked, after))
        assert set(after) == set(there) | set(asked)


class TestMonths:
    @pytest.mark.parametrize(
        ("earlier", "later", "months"),
        [
            (date(2026, 5, 24), TODAY, 6),
            (date(2026, 5, 25), TODAY, 5),
            (date(2026, 8, 31), date(2026, 11, 30), 3),
            (date(2024, 2, 29), date(2025, 2, 28), 12),
            (date(2025, 12, 31), date(2026, 1, 30), 0),
            (TODAY, TODAY, 0),
        ],
    )
    def test_table(self, earlier: date, later: date, months: int) -> None:
        assert rules.months_between(earlier, later) == months

    @given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 60))
    def test_never_runs_backwards(self, day: date, more: int) -> None:
        later = date.fromordinal(day.toordinal() + more)
        assert 0 <= rules.months_between(day, later) <= 2
        assert rules.months_between(date(1989, 1, 1), later) >= rules.months_between(
            date(1989, 1, 1), day
        )


class TestStaleness:
    @pytest.mark.parametrize(
        ("stays", "is_vip", "checked_on", "made_on", "months"),
        [
            (0, False, None, date(2010, 1, 1), None),  # a newcomer's file never is
            (2, False, None, date(2010, 1, 1), None),
            (3, False, date(2025, 11, 24), date(2010, 1, 1), 12),
            (3, False, date(2025, 11, 25), date(2010, 1, 1), None),
            (3, False, None, date(2025, 11, 24), 12),  # nobody ever looked since it was made
            (0, True, date(2026, 5, 24), date(2010, 1, 1), 6),
            (0, True, date(2026, 5, 25), date(2010, 1, 1), None),
            (0, True, None, date(2026, 11, 1), None),  # a new file counts as gone through
        ],
    )
    def test_table(
        self, stays: int, is_vip: bool, checked_on: date | None, made_on: date, months: int | None
    ) -> None:
        found = rules.months_unchecked(
            stays=stays, is_vip=is_vip, checked_on=checked_on, made_on=made_on, today=TODAY
        )
        assert found == months


class TestWhatNeedsEyes:
    def test_a_newcomer_with_nothing_known_prepares_itself(self) -> None:
        bare = known(has_phone=False, has_birthday=False, made_on=TODAY)
        assert rules.glances([], bare, TODAY) == []
        assert rules.readiness([], marked_at=None, settled=()) is Readiness.BY_ITSELF

    def test_everything_else_needs_a_look_the_weightiest_first(self) -> None:
        wishes = [
            a_wish("CL.WARM", conflicts=frozenset({"CL.COOL"})),
            a_wish("CL.COOL"),
            a_wish("AL.NUT", sensitivity=Sensitivity.SPECIAL),
        ]
        busy = known(
            stays=5, has_phone=False, has_birthday=False, waiting=[UUID(int=7)],
            alike=[UUID(int=8)],
        )  # fmt: skip
        assert [glance.eye for glance in rules.glances(wishes, busy, TODAY)] == [
            Eye.CONTRADICTION, Eye.UNCONFIRMED, Eye.WAITING, Eye.DUPLICATE, Eye.STALE,
            Eye.NO_PHONE, Eye.NO_BIRTHDAY,
        ]  # fmt: skip

    def test_a_persons_word_covers_what_they_saw_and_no_more(self) -> None:
        seen = [Glance(Eye.STALE, "14"), Glance(Eye.WAITING, str(UUID(int=1)))]
        settled = rules.settled_keys(seen)

        def after(*found: Glance) -> Readiness:
            return rules.readiness(found, marked_at=AT, settled=settled)

        assert after(*seen) is Readiness.BY_PERSON
        assert after() is Readiness.BY_PERSON
        assert after(Glance(Eye.STALE, "15")) is Readiness.BY_PERSON
        assert after(Glance(Eye.WAITING, str(UUID(int=2)))) is Readiness.NEEDS_EYES
        assert rules.readiness(seen, marked_at=None, settled=settled) is Readiness.NEEDS_EYES
