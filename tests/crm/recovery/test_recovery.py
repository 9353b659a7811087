"""Giving within authority: once, by the right people, in one ledger, with the case told."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from crm.complaints.tables import Complaint, ComplaintStep
from crm.complaints.terms import CaseSource, CaseStatus, Severity, StepKind
from crm.kit import clock
from crm.kit.errors import (
    ChangedMeanwhile,
    Conflict,
    CrmError,
    Invalid,
    NotAllowed,
    NotFound,
    RuleBroken,
)
from crm.kit.tables import EventRow
from crm.loyalty import service as loyalty
from crm.loyalty.tables import Membership
from crm.recovery import ledger, queries, service, setting
from crm.recovery.schemas import LimitIn, OfferIn, RecoveryAsk, RecoveryDecide
from crm.recovery.service import DecidedAlready
from crm.recovery.tables import Compensation
from crm.recovery.terms import OfferKind, PatternKind, RecoveryState
from crm.staff.actor import system
from crm.staff.terms import Role
from tests.factories import TODAY, a_guest, a_hotel, a_staff, a_stay, an_actor, put

GIVEN, WAITING = RecoveryState.GIVEN, RecoveryState.WAITING
APPROVED = RecoveryState.APPROVED


def a_case(db, hotel, guest=None, number=1001, **more):
    facts = {
        "source": CaseSource.IN_HOUSE, "category": "noise", "severity": Severity.MODERATE,
        "headline": "Air conditioning hums", "status": CaseStatus.INVESTIGATING,
        "opened_at": clock.now(), "currency": "CNY", "room_no": "1605",
    }  # fmt: skip
    case = Complaint(hotel_id=hotel, guest_id=guest, number=number, **(facts | more))
    return put(db, case).id


@pytest.fixture
def hotel(db):
    return a_hotel(db)


@pytest.fixture
def guest(db, hotel):
    guest_id = a_guest(db)
    a_stay(db, guest_id, hotel, room_no="1605")
    return guest_id


@pytest.fixture
def case(db, hotel, guest):
    return a_case(db, hotel, guest)


@pytest.fixture
def people(db, hotel):
    def somebody(role, name):
        return an_actor(role, hotel, a_staff(db, role, hotel, name=name))

    return {
        "duty": somebody("duty_manager", "Dai"),
        "other": somebody("duty_manager", "Ouyang"),
        "general": somebody("general_manager", "Gao"),
        "desk": somebody("front_desk", "Fang"),
    }


def waive(amount, words="Two nights without sleep", **more):
    return RecoveryAsk(offer="WAIVE", amount_minor=amount, words=words, **more)


def approve(words=None):
    return RecoveryDecide(approve=True, words=words)


class TestWithinTheLimit:
    def test_is_given_at_once_and_told_on_the_case(self, db, case, people):
        made = service.offer(db, case, RecoveryAsk(offer="FRUIT"), by=people["duty"])
        assert (made.state, made.needs_role) == (GIVEN, None)
        step = db.connection().execute(
            select(ComplaintStep.words, ComplaintStep.kind).where(
                ComplaintStep.complaint_id == case
            )
        )  # fmt: skip
        assert [tuple(row) for row in step] == [("Fruit plate and note", StepKind.GIVEN)]
        told = db.get_one(Complaint, case, populate_existing=True)
        assert (told.cost_minor, told.given) == (4800, "Fruit plate and note")

    def test_sent_twice_is_once(self, db, case, people):
        asked = RecoveryAsk(id=uuid4(), offer="FRUIT")
        first, again = (service.offer(db, case, asked, by=people["duty"]) for _ in range(2))
        assert first == again
        assert len(queries.recovery_of(db, case, by=people["duty"]).given) == 1
        with pytest.raises(Conflict):
            service.offer(db, case, RecoveryAsk(id=asked.id, offer="CAKE"), by=people["duty"])

    def test_parts_count_whole(self, db, case, people):
        limit = queries.recovery_of(db, case, by=people["duty"]).case_limit_minor
        assert service.offer(db, case, waive(limit - 100), by=people["duty"]).state is GIVEN
        assert service.offer(db, case, waive(200), by=people["other"]).state is WAITING
        assert service.offer(db, case, waive(100), by=people["other"]).state is GIVEN

    def test_a_day_counts_whole_over_cases(self, db, hotel, case, people):
        setting.put_limit(
            db, Role.DUTY_MANAGER, Severity.MODERATE, LimitIn(case_minor=500, day_minor=800),
            version=0, by=people["general"],
        )  # fmt: skip
        more = a_case(db, hotel, number=1002)
        assert service.offer(db, case, waive(500), by=people["duty"]).state is GIVEN
        made = service.offer(db, more, waive(301), by=people["duty"])
        assert (made.state, made.needs_role) == (WAITING, Role.DUTY_MANAGER)
        assert service.offer(db, more, waive(301), by=people["other"]).state is GIVEN

    def test_points_go_to_the_member_s_book(self, db, case, guest, people):
        with pytest.raises(RuleBroken):
            service.offer(db, case, RecoveryAsk(offer="POINTS1"), by=people["duty"])
        member = loyalty.enrol(db, guest, by=system("test"))
        service.offer(db, case, RecoveryAsk(offer="POINTS1"), by=people["duty"])
        assert db.get_one(Membership, member, populate_existing=True).points == 2000


class TestAboveTheLimit:
    def asked(self, db, case, people):
        made = service.offer(db, case, waive(300_000), by=people["duty"])
        assert (made.state, made.needs_role) == (WAITING, Role.GENERAL_MANAGER)
        return made

    def test_needs_a_reason(self, db, case, people):
        with pytest.raises(Invalid):
            service.offer(db, case, waive(300_000, None), by=people["duty"])

    def test_waits_is_approved_and_then_given(self, db, case, people):
        made = self.asked(db, case, people)
        assert queries.how_many_wait(db, by=people["general"]) == 1
        version = service.decide(db, made.id, approve(), version=1, by=people["general"])
        line = queries.line(db, made.id, by=people["duty"])
        assert (line.state, line.decided_by_name, line.version) == (APPROVED, "Gao", version)
        service.give(db, made.id, version=version, by=people["duty"])
        assert db.get_one(Complaint, case, populate_existing=True).cost_minor == 300_000
        with pytest.raises(RuleBroken):
            service.give(db, made.id, version=None, by=people["duty"])

    def test_not_by_oneself_and_not_above_one_s_own_limit(self, db, case, people):
        made = self.asked(db, case, people)
        with pytest.raises(RuleBroken):
            service.decide(db, made.id, approve(), version=1, by=people["duty"])
        with pytest.raises(NotAllowed):
            service.decide(db, made.id, approve(), version=1, by=people["other"])
        assert queries.how_many_wait(db, by=people["other"]) == 0
        assert queries.line(db, made.id, by=people["duty"]).state is WAITING

    def test_the_second_of_two_approvers_learns_it(self, db, case, people):
        made = self.asked(db, case, people)
        no = RecoveryDecide(approve=False, words="A night is enough")
        service.decide(db, made.id, no, version=1, by=people["general"])
        with pytest.raises(DecidedAlready):
            service.decide(db, made.id, approve(), version=1, by=people["general"])

    def test_a_refusal_says_why(self, db, case, people):
        made = self.asked(db, case, people)
        with pytest.raises(Invalid):
            service.decide(
                db, made.id, RecoveryDecide(approve=False), version=1, by=people["general"]
            )

    def test_an_older_version_is_told(self, db, case, people):
        made = self.asked(db, case, people)
        with pytest.raises(ChangedMeanwhile):
            service.decide(db, made.id, approve(), version=2, by=people["general"])

    def test_is_withdrawn_by_who_asked_only(self, db, case, people):
        made = self.asked(db, case, people)
        with pytest.raises(NotAllowed):
            service.withdraw(db, made.id, version=1, by=people["other"])
        service.withdraw(db, made.id, version=1, by=people["duty"])
        assert queries.line(db, made.id, by=people["duty"]).state is RecoveryState.WITHDRAWN

    def test_an_approval_counts_against_the_approver(self, db, hotel, case, people):
        setting.put_limit(
            db, Role.DUTY_MANAGER, Severity.MODERATE, LimitIn(case_minor=500, day_minor=500),
            version=0, by=people["general"],
        )  # fmt: skip
        more = a_case(db, hotel, number=1002)
        service.offer(db, case, waive(500), by=people["duty"])
        made = service.offer(db, more, waive(400), by=people["duty"])
        service.decide(db, made.id, approve(), version=1, by=people["other"])
        third = a_case(db, hotel, number=1003)
        assert service.offer(db, third, waive(101), by=people["other"]).state is WAITING

    def test_tells_the_screens(self, db, case, people):
        made = self.asked(db, case, people)
        service.decide(db, made.id, approve(), version=1, by=people["general"])
        db.flush()
        kinds = list(db.connection().scalars(select(EventRow.kind)))
        assert {"recovery.asked", "recovery.decided"} <= set(kinds)


class TestRefused:
    @pytest.mark.parametrize(
        ("asked", "fault"),
        [
            (RecoveryAsk(offer="NOSUCH"), Invalid),
            (RecoveryAsk(offer="SUITE"), RuleBroken),
            (RecoveryAsk(offer="WAIVE"), Invalid),
            (RecoveryAsk(offer="FRUIT", amount_minor=5), Invalid),
        ],
    )
    def test_what_makes_no_sense_for_the_case(self, db, case, people, asked, fault):
        with pytest.raises(fault):
            service.offer(db, case, asked, by=people["duty"])

    def test_a_closed_case(self, db, hotel, people):
        closed = a_case(db, hotel, status=CaseStatus.CLOSED, closed_at=clock.now())
        with pytest.raises(RuleBroken) as fault:
            service.offer(db, closed, RecoveryAsk(offer="FRUIT"), by=people["duty"])
        assert fault.value.code == "complaint_closed"

    def test_the_desk_and_other_hotels(self, db, case, people):
        with pytest.raises(NotAllowed):
            service.offer(db, case, RecoveryAsk(offer="FRUIT"), by=people["desk"])
        stranger = an_actor("general_manager", a_hotel(db))
        with pytest.raises(NotFound):
            queries.recovery_of(db, case, by=stranger)
        with pytest.raises(NotFound):
            service.offer(db, case, RecoveryAsk(offer="FRUIT"), by=stranger)
        with pytest.raises(NotFound):
            service.decide(db, self.waits(db, case, people), approve(), version=1, by=stranger)

    def waits(self, db, case, people):
        return service.offer(db, case, waive(300_000), by=people["duty"]).id


def test_two_approvers_at_once_are_one_approval(database):
    with database.writing() as db:
        hotel = a_hotel(db)
        case = a_case(db, hotel)
        duty, *bosses = (
            an_actor(role, hotel, a_staff(db, role, hotel))
            for role in ("duty_manager", "general_manager", "general_manager")
        )
        made = service.offer(db, case, waive(900_000), by=duty)
    heard, gate = [], threading.Barrier(2)

    def decide(boss):
        gate.wait()
        try:
            with database.writing() as mine:
                service.decide(mine, made.id, approve(), version=1, by=boss)
            heard.append("approved")
        except CrmError as fault:
            heard.append(fault.code)

    both = [threading.Thread(target=decide, args=(boss,)) for boss in bosses]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(heard) == ["approved", "recovery_decided"]


def test_two_taps_at_once_do_not_exceed_the_limit(database):
    with database.writing() as db:
        hotel = a_hotel(db)
        case = a_case(db, hotel)
        duty = an_actor("duty_manager", hotel, a_staff(db, "duty_manager", hotel))
        limit = queries.recovery_of(db, case, by=duty).case_limit_minor
    states, gate = [], threading.Barrier(2)

    def give():
        gate.wait()
        with database.writing() as mine:
            states.append(service.offer(mine, case, waive(limit), by=duty).state)

    both = [threading.Thread(target=give) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(states) == [GIVEN, WAITING]


class TestLedger:
    def gave(self, db, hotel, case, staff_id, cost, **more):
        facts = {
            "offer_code": "FRUIT", "kind": OfferKind.GIFT, "name_en": "Fruit", "name_zh": "水果",
            "value_minor": cost, "currency": "CNY", "severity": Severity.MINOR, "state": GIVEN,
            "asked_at": clock.now(), "given_at": clock.now(),
        }  # fmt: skip
        put(
            db,
            Compensation(
                hotel_id=hotel, complaint_id=case, asked_by=staff_id, cost_minor=cost,
                **(facts | more),
            ),
        )  # fmt: skip

    def test_by_guest_and_colleague_with_flags(self, db, hotel, guest, people, frozen):
        with frozen(clock.now().replace(year=TODAY.year, month=TODAY.month, day=TODAY.day, hour=4)):
            for number in range(3):
                case = a_case(db, hotel, guest, 1001 + number, room_no=f"160{number}")
                self.gave(db, hotel, case, people["duty"].id, 100)
            self.gave(db, hotel, case, people["other"].id, 50, kind=OfferKind.VOUCHER)
            self.gave(
                db, hotel, case, people["other"].id, 999, given_at=clock.now() - timedelta(days=91)
            )
            self.gave(db, hotel, case, people["other"].id, 999, state=RecoveryState.REFUSED)
            found = ledger.ledger(db, by=people["general"])
        assert (found.total.cost_minor, found.total.cases, found.total.gifts) == (350, 3, 3)
        assert [(one.id, one.cost_minor) for one in found.guests] == [(guest, 350)]
        assert [(one.name, one.cost_minor) for one in found.staff] == [("Dai", 300), ("Ouyang", 50)]
        assert [one.kind for one in found.patterns] == [PatternKind.SERIAL_CLAIMANT]

    def test_a_period_that_ends_before_it_begins(self, db, people):
        with pytest.raises(Invalid):
            ledger.ledger(db, by=people["general"], since=TODAY, until=TODAY - timedelta(days=1))

    def test_what_worked_in_a_category(self, db, hotel, case, people):
        for number in range(5):
            closed = a_case(
                db, hotel, number=2001 + number, status=CaseStatus.CLOSED,
                closed_at=clock.now(), satisfaction=9 if number < 4 else 3,
            )  # fmt: skip
            self.gave(db, hotel, closed, people["duty"].id, 100)
            self.gave(db, hotel, closed, people["duty"].id, 100)
        (found,) = queries.recovery_of(db, case, by=people["duty"]).worked
        assert (found.kind, found.cases, found.satisfied) == (OfferKind.GIFT, 5, 4)

    def test_a_guest_s_lines_by_page(self, db, hotel, guest, case, people):
        for cost in range(3):
            self.gave(db, hotel, case, people["duty"].id, cost)
        page = queries.entries(db, by=people["duty"], guest_id=guest, limit=2)
        rest = queries.entries(db, by=people["duty"], guest_id=guest, cursor=page.next, limit=2)
        assert [len(page.items), len(rest.items), rest.next] == [2, 1, None]


class TestSetting:
    def test_an_offer_of_one_s_own_and_one_switched_off(self, db, case, people):
        general = people["general"]
        tea = OfferIn(
            kind=OfferKind.GIFT, name_en="Tea", name_zh="茶", cost_minor=1, value_minor=2,
            categories=["noise"],
        )  # fmt: skip
        assert setting.put_offer(db, "TEA", tea, version=0, by=general).version == 1
        off = OfferIn(
            kind=OfferKind.GIFT, name_en="Fruit", name_zh="水果", cost_minor=1, value_minor=2,
            is_on=False,
        )  # fmt: skip
        setting.put_offer(db, "FRUIT", off, version=0, by=general)
        codes = {one.code for one in queries.recovery_of(db, case, by=people["duty"]).offers}
        assert "TEA" in codes
        assert "FRUIT" not in codes
        with pytest.raises(ChangedMeanwhile):
            setting.put_offer(db, "TEA", tea, version=0, by=general)

    def test_limits_are_set_by_the_general_manager_only_and_never_for_herself(self, db, people):
        given = LimitIn(case_minor=None, day_minor=None)
        with pytest.raises(NotAllowed):
            setting.put_limit(
                db, Role.DUTY_MANAGER, Severity.MINOR, given, version=0, by=people["duty"]
            )
        with pytest.raises(NotFound):
            setting.put_limit(
                db, Role.GENERAL_MANAGER, Severity.MINOR, given, version=0, by=people["general"]
            )
