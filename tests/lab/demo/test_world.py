"""The demo as a whole: the mocks' counts and guests, and the same hotel every time."""

import dataclasses
from collections import Counter
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.guests.birthdays import birthday_fault, within_days
from lab.demo.belonging import TIERS, member_number
from lab.demo.bookings import HOTEL_ZONE
from lab.demo.cast import birthday_on
from lab.demo.dressing import CHEN_CASE_NUMBER, World
from lab.demo.people import Person
from lab.demo.rows.cases import check_rows, complaint_rows, step_rows
from lab.demo.rows.recovery import given_rows
from lab.demo.rows.register import Register
from lab.demo.stays import DemoStay
from lab.demo.world import build

SMALL = 700
TODAY = date(2026, 11, 24)
MOMENTS = ("opened_at", "closed_at", "at", "asked_at", "given_at", "decided_at", "done_at")


def guest(world: World, latin: str) -> Person:
    """A guest by the full Latin name."""
    return next(p for p in world.people if any(name.full == latin for name in p.names))


def stays_of(world: World, key: UUID) -> list[DemoStay]:
    return sorted((s for s in world.stays if s.guest == key), key=lambda s: s.arrival)


class TestDeterminism:
    def test_the_same_day_gives_the_same_hotel_to_the_last_line(self, world: World) -> None:
        again = build(TODAY, guests=SMALL)
        for part in dataclasses.fields(World):
            assert getattr(world, part.name) == getattr(again, part.name), part.name

    def test_another_seed_gives_other_people(self, world: World) -> None:
        other = build(TODAY, guests=SMALL, seed=1)
        assert [p.shown for p in other.people[-50:]] != [p.shown for p in world.people[-50:]]

    def test_a_house_that_cannot_be_filled_is_refused(self) -> None:
        with pytest.raises(ValueError, match="at least 400"):
            build(TODAY, guests=50)

    @pytest.mark.parametrize(
        "day",
        [date(2027, 2, 6), date(2028, 2, 29), date(2025, 8, 20), date(2026, 10, 1)],
    )
    def test_any_day_can_be_today(self, day: date) -> None:
        made = build(day, guests=SMALL)
        counts = today_counts(made)
        assert counts == (38, 142, 41)


def today_counts(world: World) -> tuple[int, int, int]:
    """Arrivals, in house, departures of the big hotel."""
    here = [stay for stay in world.stays if stay.hotel == "LVH"]
    inside = [stay for stay in here if stay.status == "in_house"]
    return (
        sum(1 for s in here if s.status == "booked" and s.arrival == world.today),
        len(inside),
        sum(1 for s in inside if s.departure == world.today),
    )


class TestCounts:
    def test_today_is_as_full_as_the_mocks(self, world: World) -> None:
        assert today_counts(world) == (38, 142, 41)

    def test_guests_companies_and_staff(self, world: World) -> None:
        assert len(world.people) == SMALL
        assert len(world.partners) == 40
        assert {member.role for member in world.staff} == {
            "front_desk", "housekeeping", "food_beverage", "marketing", "duty_manager",
            "general_manager", "file_centre", "it",
        }  # fmt: skip
        assert len([member for member in world.staff if member.card]) == 6

    def test_twelve_cases_are_open_at_every_stage(self, world: World) -> None:
        usual = [case for case in world.cases if case.stay and not case.is_sensitive]
        stages = Counter(case.status for case in usual)
        assert stages.pop("closed") > 20
        assert stages == {"received": 4, "investigating": 3, "recovering": 3, "told_guest": 2}

    def test_a_visitors_case_and_a_theft_are_open_beside_them(self, world: World) -> None:
        assert [
            (case.source, case.category, bool(case.guest), case.is_sensitive)
            for case in world.cases
            if case.status != "closed" and (case.is_sensitive or not case.stay)
        ] == [("visitor", "food", False, False), ("phone", "theft", True, True)]

    def test_praise_and_suggestions_are_there_and_filed(self, world: World) -> None:
        others = Counter(case.kind for case in world.cases if case.kind != "complaint")
        assert others == {"praise": 3, "suggestion": 2}
        assert all(case.closed_at for case in world.cases if case.kind != "complaint")

    @pytest.mark.parametrize("hours", [0, 3, 17])
    def test_no_case_lies_after_the_moment_at_which_the_demo_is_made(self, hours: int) -> None:
        now = datetime.combine(TODAY, time(0, 5), HOTEL_ZONE) + timedelta(hours=hours)
        made = build(TODAY, guests=400, now=now)
        register = Register(made)
        rows = [*complaint_rows(made, register), *step_rows(made, register)]
        rows += [*given_rows(made, register), *check_rows(made, register)]
        told = [
            row[name]
            for row in rows
            for name in MOMENTS
            if row.get(name) is not None
        ]  # fmt: skip
        assert made.now <= now
        assert max(told) <= now
        assert made.now - max(told) < timedelta(hours=2)

    def test_sixty_notes_wait_for_review(self, world: World) -> None:
        assert sum(1 for seen in world.sightings if seen.state == "waiting") == 60

    def test_one_guest_in_five_comes_from_abroad(self, world: World) -> None:
        abroad = sum(1 for p in world.people if p.country != "CN")
        assert 0.12 < abroad / len(world.people) < 0.28

    def test_the_board_has_its_vips_allergies_cases_birthdays_and_first_stays(
        self, world: World
    ) -> None:
        due = [s for s in world.stays if s.status == "booked" and s.arrival == TODAY]
        guests = {s.guest for s in due if s.guest}
        people = {p.key: p for p in world.people}
        assert sum(1 for key in guests if people[key].vip) == 6
        allergic = {w.guest for w in world.wishes if w.code.startswith("AL.")}
        assert 4 <= len(guests & allergic) <= 8
        soon = [key for key in guests if (b := people[key].born) and within_days(b, TODAY, 2)]
        assert 5 <= len(soon) <= 8
        been = {s.guest for s in world.stays if s.is_past}
        assert len(guests - been) == 17

    def test_nobody_leaves_in_the_morning_and_arrives_in_the_afternoon(self, world: World) -> None:
        leaving = {s.guest for s in world.stays if s.status == "in_house" and s.departure == TODAY}
        due = {s.guest for s in world.stays if s.status == "booked" and s.arrival == TODAY}
        assert not leaving & due

    def test_the_duplicate_cluster_is_three_files_of_one_man(self, world: World) -> None:
        keys = {key for pair in world.same_person for key in pair}
        assert len(keys) == 3
        names = {p.shown for p in world.people if p.key in keys}
        assert names == {"欧阳文远", "Wenyuan Ouyang"}


class TestMockGuests:
    def test_chen_jingyi_is_as_drawn(self, world: World) -> None:
        chen = guest(world, "CHEN Jingyi")
        stays = stays_of(world, chen.key)
        today = stays[-1]
        assert chen.shown == "陈静怡"
        assert any(c.value.endswith("8866") for c in chen.contacts)
        assert (chen.vip.code if chen.vip else None, chen.company, chen.identity) == (
            "V3", "HR", "corporate",
        )  # fmt: skip
        assert chen.born is not None
        assert chen.born.is_lunar
        assert within_days(chen.born, TODAY + timedelta(days=1), 0)
        assert (len(stays), sum(s.nights for s in stays)) == (14, 37)
        assert (today.room, today.nights, str(today.eta), today.adults, today.children) == (
            "1808", 3, "15:30:00", 2, 1,
        )  # fmt: skip
        assert round(sum(s.spent for s in stays) / 100_000) == 82
        card = next(c for c in world.cards if c.guest == chen.key)
        assert (card.tier, card.points) == ("platinum", 6840)
        assert ("AL.PEANUT", "confirmed") in {
            (w.code, w.status) for w in world.wishes if w.guest == chen.key
        }

    def test_her_case_of_the_last_stay_is_c_1042(self, world: World) -> None:
        chen = guest(world, "CHEN Jingyi")
        mine = [case for case in world.cases if case.guest == chen.key]
        assert [(c.number, c.status, c.room, c.cost) for c in mine] == [
            (CHEN_CASE_NUMBER, "closed", "1611", 25_600)
        ]
        assert mine[0].closed_at is not None
        assert mine[0].closed_at > mine[0].opened_at

    @pytest.mark.parametrize(
        ("latin", "room", "eta", "tier", "vip", "nth"),
        [
            ("OKADA Haruto", "1207", "13:00:00", "gold", None, 6),
            ("Jonas Müller", "2101", None, "silver", None, 2),
            ("Camille Dubois", "903", "18:10:00", None, None, 1),
            ("ZHAO Guoqiang", "2208", "19:45:00", "diamond", "V1", 52),
            ("TAN Wei", "1001", "20:00:00", None, None, 7),
            ("Noor Al-Sayed", "1510", "20:30:00", "silver", "V4", 2),
            ("Lucia Garcia", "", "21:00:00", None, None, 1),
            ("SUN Li", "1602", "22:15:00", "gold", None, 9),
            ("Petra Novak", "708", "23:00:00", None, None, 1),
        ],
    )
    def test_the_others_of_the_board(
        self, world: World, latin: str, room: str, eta: str | None, tier: str | None,
        vip: str | None, nth: int,
    ) -> None:  # fmt: skip
        person = guest(world, latin)
        stays = stays_of(world, person.key)
        today = stays[-1]
        card = next((c for c in world.cards if c.guest == person.key), None)
        assert today.arrival == TODAY
        assert (today.room, today.eta.isoformat() if today.eta else None) == (room, eta)
        assert (card.tier if card else None) == tier
        assert (person.vip.code if person.vip else None) == vip
        assert len(stays) == nth

    def test_the_actress_is_in_house_under_her_alias(self, world: World) -> None:
        star = next(person for person in world.people if person.incognito)
        assert {name.kind for name in star.names} == {"native", "latin", "alias"}
        assert [s.status for s in stays_of(world, star.key)] == ["in_house"]
        codes = {wish.code for wish in world.wishes if wish.guest == star.key}
        assert {"PR.INCOG", "PR.NOINFO"} <= codes

    def test_the_group_and_the_crew(self, world: World) -> None:
        tour = [s for s in world.stays if s.group == "Aurora Tours"]
        assert sum(s.adults for s in tour) == 18
        assert {s.room[:2] for s in tour} == {"12"}
        crew = [s for s in world.stays if s.group == "Crew MU" and s.arrival == TODAY]
        assert [s.room for s in crew] == [f"50{n}" for n in range(1, 7)]
        assert {s.guest for s in crew} == {guest(world, "Crew MU").key}


class TestPeople:
    def test_every_birthday_is_possible(self, world: World) -> None:
        faults = [
            (p.shown, fault)
            for p in world.people
            if p.born and (fault := birthday_fault(p.born, TODAY))
        ]
        assert faults == []

    def test_both_calendars_and_unknown_years_occur(self, world: World) -> None:
        born = [p.born for p in world.people if p.born]
        assert any(b.is_lunar for b in born)
        assert any(not b.is_lunar for b in born)
        assert any(b.year is None for b in born)

    def test_relations_point_at_people_of_the_file(self, world: World) -> None:
        keys = {p.key for p in world.people}
        relations = [r for p in world.people for r in p.relations]
        assert {r.kind for r in relations} >= {"spouse", "child", "assistant", "referred_by"}
        assert all((r.to in keys) or (r.to is None and r.name) for r in relations)

    def test_some_share_a_phone_and_know_it(self, world: World) -> None:
        holders = Counter(
            c.value for p in world.people for c in p.contacts if c.kind == "phone" and c.shared
        )
        assert max(holders.values()) >= 2
        alone = Counter(
            c.value for p in world.people for c in p.contacts if c.kind == "phone" and not c.shared
        )
        assert {v for v, n in alone.items() if n > 1} <= {"+8616405715517"}

    def test_references_and_keys_are_unique(self, world: World) -> None:
        assert len({p.reference for p in world.people}) == len(world.people)
        assert len({p.key for p in world.people}) == len(world.people)
        assert {p.key.version for p in world.people} == {7}

    def test_nobody_is_vip_and_flagged(self, world: World) -> None:
        assert [p.shown for p in world.people if p.vip and p.caution] == []
        assert any(p.incognito for p in world.people)

    @given(st.dates(date(2024, 1, 1), date(2060, 12, 31)), st.integers(1940, 2005))
    @settings(max_examples=60)
    def test_a_birthday_made_for_a_day_is_celebrated_on_it(self, day: date, year: int) -> None:
        birthday = birthday_on(day, year)
        assert birthday_fault(birthday, date(2061, 1, 1)) is None
        assert within_days(birthday, day, 0)


class TestLoyalty:
    def test_no_ledger_goes_below_zero(self, world: World) -> None:
        for card in world.cards:
            balance = 0
            for entry in sorted(card.entries, key=lambda e: e.at):
                balance += entry.points
                assert balance >= 0, card.number

    def test_entries_are_unique_by_source(self, world: World) -> None:
        names = [(e.source, e.source_id, e.kind) for c in world.cards for e in c.entries]
        assert len(names) == len(set(names))

    def test_tier_history_is_a_chain_that_ends_at_the_tier(self, world: World) -> None:
        for card in world.cards:
            assert card.steps[-1].tier == card.tier
            assert card.steps[0].before is None
            for before, after in pairwise(card.steps):
                assert after.before == before.tier
                assert after.at >= before.at
            assert card.tier in TIERS

    @given(st.integers(0, 99_999_999))
    def test_member_numbers_carry_a_luhn_digit(self, serial: int) -> None:
        digits = [int(c) for c in reversed(member_number(serial))]
        total = sum(
            d if n % 2 == 0 else (d * 2 - 9 if d * 2 > 9 else d * 2) for n, d in enumerate(digits)
        )
        assert total % 10 == 0
