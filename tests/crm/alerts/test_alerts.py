"""Rules as a hotel keeps them: off at first, versioned, counted; alerts put aside for a stay."""

import pytest
from sqlalchemy import func, select

from crm.alerts import master, queries, service
from crm.alerts.schemas import AlertRuleIn, RuleStep
from crm.alerts.tables import AlertRuleVersion, AlertShowing
from crm.alerts.terms import RuleDeed
from crm.briefing.queries import briefing
from crm.briefing.terms import Edition, SectionName
from crm.kit.errors import ChangedMeanwhile, Invalid, NotAllowed, NotFound
from crm.profile.board import board
from crm.profile.putting_aside import bring_back, count_showings, put_aside, would_match
from crm.profile.queries import card
from crm.profile.schemas import Side
from crm.stays.terms import StayStatus
from tests.crm.profile.planted import chen
from tests.factories import TODAY, a_guest, a_hotel, a_staff, a_stay, an_actor

HELLO = {
    "name": "Hello",
    "who": {"of": [{"kind": "nights", "at_least": 0}]},
    "text_en": "Say hello",
    "text_zh": "问好",
    "moments": ["check_in", "in_house", "check_out"],
    "places": ["bar", "board"],
}


@pytest.fixture
def planted(db):
    return chen(db)


@pytest.fixture
def one(db, planted):
    return lambda role: an_actor(role, planted.hotel, a_staff(db, role, planted.hotel))


@pytest.fixture
def manager(one):
    return one("duty_manager")


@pytest.fixture
def desk(one):
    return one("front_desk")


@pytest.fixture
def switched_on(db, manager):
    def make(**more):
        made = service.add_rule(db, AlertRuleIn.model_validate(HELLO | more), by=manager)
        on = RuleStep(deed=RuleDeed.SWITCH_ON)
        return service.step(db, made.id, on, version=made.version, by=manager)

    return make


def texts(alerts):
    return [alert.text for alert in alerts]


class TestRules:
    def test_start_off_and_stand_once_switched_on(self, db, planted, manager, desk):
        made = service.add_rule(db, AlertRuleIn.model_validate(HELLO), by=manager)
        assert "Say hello" not in texts(card(db, planted.guest, by=desk).alerts)
        on = RuleStep(deed=RuleDeed.SWITCH_ON)
        service.step(db, made.id, on, version=1, by=manager)
        assert "Say hello" in texts(card(db, planted.guest, by=desk).alerts)
        off = RuleStep(deed=RuleDeed.SWITCH_OFF)
        service.step(db, made.id, off, version=2, by=manager)
        assert "Say hello" not in texts(card(db, planted.guest, by=desk).alerts)

    def test_written_anew_the_older_one_is_kept(self, db, manager, switched_on):
        made = switched_on()
        asked = AlertRuleIn.model_validate(HELLO | {"text_en": "Say good day"})
        service.amend_rule(db, made.id, asked, version=made.version, by=manager)
        found = queries.rule(db, made.id, by=manager)
        assert (found.text_en, found.is_active, found.version) == ("Say good day", True, 3)
        kept = db.execute(select(AlertRuleVersion).order_by(AlertRuleVersion.no)).scalars().all()
        assert [old.no for old in kept] == [1, 2]
        assert [old.definition["is_active"] for old in kept] == [False, True]
        assert {old.definition["text_en"] for old in kept} == {"Say hello"}
        with pytest.raises(ChangedMeanwhile):
            service.amend_rule(db, made.id, asked, version=made.version, by=manager)

    def test_of_the_own_hotel_by_those_who_may(self, db, manager, desk, switched_on):
        made = switched_on()
        with pytest.raises(NotFound):
            queries.rule(db, made.id, by=an_actor("duty_manager", a_hotel(db)))
        with pytest.raises(NotAllowed):
            service.add_rule(db, AlertRuleIn.model_validate(HELLO), by=desk)

    def test_a_code_that_nobody_knows(self, db, manager):
        who = {"of": [{"kind": "code", "any_of": ["XX.NONE"]}]}
        with pytest.raises(Invalid):
            service.add_rule(db, AlertRuleIn.model_validate(HELLO | {"who": who}), by=manager)

    def test_retired_ones_are_gone_from_the_list(self, db, planted, manager, desk, switched_on):
        made = switched_on()
        retire = RuleStep(deed=RuleDeed.RETIRE)
        service.step(db, made.id, retire, version=made.version, by=manager)
        assert queries.rule_list(db, by=manager) == []
        assert "Say hello" not in texts(card(db, planted.guest, by=desk).alerts)

    def test_shipped_ones_come_once(self, db, planted, manager):
        assert master.load(db, planted.hotel) == 12
        assert master.load(db, planted.hotel) == 0
        found = queries.rule_list(db, by=manager)
        assert sum(each.is_active for each in found) == 4


class TestReaders:
    def test_in_the_reader_s_language(self, db, planted, desk, switched_on):
        switched_on()
        object.__setattr__(desk, "language", "zh-Hans")
        assert "问好" in texts(card(db, planted.guest, by=desk).alerts)

    @pytest.mark.parametrize(
        ("role", "told"), [("file_centre", "Mind the nuts"), ("front_desk", "Tell the kitchen")]
    )
    def test_who_may_not_read_the_reason_reads_the_instruction(
        self, db, planted, one, switched_on, role, told
    ):
        codes = [{"kind": "code", "any_of": ["AL.NUT"], "negated": True}]
        switched_on(
            who={"of": codes}, text_en="Mind the nuts", text_zh=None,
            departments=["FO"], instruction_en="Tell the kitchen",
        )  # fmt: skip
        found = texts(card(db, a_guest_in(db, planted), by=one(role)).alerts)
        assert [text for text in found if text in ("Mind the nuts", "Tell the kitchen")] == [told]

    def test_nobody_else_is_told(self, db, planted, one, switched_on):
        codes = [{"kind": "code", "any_of": ["AL.NUT"], "negated": True}]
        switched_on(who={"of": codes}, text_en="Mind the nuts", text_zh=None)
        assert "Mind the nuts" not in texts(
            card(db, a_guest_in(db, planted), by=one("front_desk")).alerts
        )

    def test_who_knows_of_no_cases_learns_nothing_from_a_rule(self, db, planted, one, switched_on):
        who = {"of": [{"kind": "open_case", "negated": True}]}
        switched_on(
            who=who, text_en="No case", text_zh=None, departments=["FB"], instruction_en="Smile"
        )
        guest = a_guest_in(db, planted)
        assert texts(card(db, guest, by=one("food_beverage")).alerts) == []
        assert texts(card(db, guest, by=one("front_desk")).alerts) == ["No case"]


def a_guest_in(db, planted):
    guest = a_guest(db)
    a_stay(db, guest, planted.hotel, room_no="1809")
    return guest


class TestPuttingAside:
    def test_it_does_not_come_back_in_that_stay(self, db, planted, desk, one, switched_on):
        made = switched_on()
        key = f"rule:{made.id}"
        assert put_aside(db, planted.guest, key, by=desk)
        assert not put_aside(db, planted.guest, key, by=desk)
        for reader in (desk, one("general_manager")):
            found = card(db, planted.guest, by=reader)
            assert "Say hello" not in texts(found.alerts)
            assert texts(found.put_aside) == ["Say hello"]
        assert bring_back(db, planted.guest, key, by=desk)
        assert "Say hello" in texts(card(db, planted.guest, by=desk).alerts)
        assert not bring_back(db, planted.guest, key, by=desk)

    def test_what_the_card_finds_itself_too_but_no_allergy(self, db, planted, desk):
        found = card(db, planted.guest, by=desk).alerts
        heavy = [alert for alert in found if alert.weight == "must_know"]
        assert heavy
        assert all(alert.key is None for alert in heavy)
        case = next(alert for alert in found if alert.kind == "case")
        put_aside(db, planted.guest, case.key, by=desk)
        assert case not in card(db, planted.guest, by=desk).alerts
        with pytest.raises(NotFound):
            put_aside(db, planted.guest, "allergy:AL.PEANUT", by=desk)

    def test_safety_by_rule_stays(self, db, planted, desk, switched_on):
        made = switched_on(weight="must_know", kind="safety")
        with pytest.raises(NotFound):
            put_aside(db, planted.guest, f"rule:{made.id}", by=desk)

    def test_on_the_board_too(self, db, planted, desk, switched_on):
        made = switched_on()
        guest = a_guest_in(db, planted)
        row = _row(db, guest, desk)
        assert "Say hello" in texts(row.flags)
        put_aside(db, guest, f"rule:{made.id}", by=desk)
        assert "Say hello" not in texts(_row(db, guest, desk).flags)

    def test_three_flags_and_how_many_more(self, db, planted, desk, switched_on):
        for _ in range(5):
            switched_on()
        row = _row(db, a_guest_in(db, planted), desk)
        assert (len(row.flags), row.more_flags) == (3, 2)


def _row(db, guest, by):
    return next(row for row in board(db, by=by, side=Side.IN_HOUSE).rows if row.guest_id == guest)


class TestMeasuring:
    def test_counted_once_a_stay_and_put_aside_beside(
        self, db, planted, desk, manager, switched_on
    ):
        made = switched_on()
        guests = [a_guest_in(db, planted) for _ in range(3)]
        first = count_showings(db)
        assert first >= 3
        assert count_showings(db) == 0
        put_aside(db, guests[0], f"rule:{made.id}", by=desk)
        found = queries.rule(db, made.id, by=manager)
        assert (found.shown, found.put_aside) == (first, 1)
        assert db.execute(select(func.count()).select_from(AlertShowing)).scalar() == first

    def test_how_many_it_would_match_before_it_is_switched_on(self, db, planted, manager):
        for nights in (1, 2):
            a_stay(
                db, a_guest(db), planted.hotel, status=StayStatus.BOOKED, arrival_on=TODAY,
                departure_on=TODAY.replace(day=TODAY.day + nights),
            )  # fmt: skip
        asked = AlertRuleIn.model_validate(
            HELLO | {"who": {"of": [{"kind": "nights", "at_least": 0, "at_most": 1}]}}
        )
        found = would_match(db, asked, by=manager)
        assert found.arrivals == 1
        assert found.of_arrivals >= 2


class TestBudget:
    def test_the_card_costs_no_statement_more(self, db, planted, desk, switched_on, queries):
        with queries(7) as without:
            card(db, planted.guest, by=desk)
        switched_on()
        card(db, planted.guest, by=desk)
        with queries(len(without)):
            assert "Say hello" in texts(card(db, planted.guest, by=desk).alerts)


class TestBriefing:
    def test_a_rule_for_the_briefing_stands_on_it_and_not_on_the_board(
        self, db, planted, one, switched_on
    ):
        switched_on(places=["briefing"])
        guest = a_guest_in(db, planted)
        made = briefing(db, Edition.FRONT_DESK, by=one("front_desk"))
        (part,) = [each for each in made.sections if each.name is SectionName.ALERTS]
        told = {entry.guest_id: texts(entry.remarks) for entry in part.entries}
        assert told[guest] == ["Say hello"]
        assert "Say hello" not in texts(_row(db, guest, one("front_desk")).flags)
