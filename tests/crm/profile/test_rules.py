"""Wishes, warnings, the room's fit, the say-this line: on paper."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.complaints.terms import CaseKind, CaseStatus
from crm.guests.terms import CautionLevel
from crm.preferences import master
from crm.preferences.terms import Polarity, PreferenceStatus, Sensitivity
from crm.preferences.wording import with_value
from crm.profile import rules
from crm.profile.rules import BirthdayFacts, Case, CautionFacts, Claim, Greeting, RoomFacts
from crm.profile.schemas import Weight
from crm.staff.terms import Sight

TODAY = date(2026, 11, 24)
CODES = {row["code"]: row for row in master.catalogue()}


def claim(code, value=None, words=None, confirmed=True, sight=Sight.CLEAR, seen=1):
    row = CODES[code]
    return Claim(
        code=code,
        label=row["label_en"],
        need_to_know=row["need_to_know_en"],
        sensitivity=row["sensitivity"],
        polarity=row["polarity"],
        acts=frozenset(row["acts"]),
        occasion=row["occasion"],
        conflicts=frozenset(row["conflicts_with"]),
        status=PreferenceStatus.CONFIRMED if confirmed else PreferenceStatus.SEEN_ONCE,
        evidence=seen,
        value=value,
        words=words,
        sight=sight,
    )


class TestWithValue:
    @pytest.mark.parametrize(
        ("label", "value", "text"),
        [
            ("Clean after (say time)", "14:00", "Clean after 14:00"),
            ("Clean after (say time)", None, "Clean after"),
            ("某时间后打扫(注明时间)", "14:00", "某时间后打扫 14:00"),
            ("Cool room on arrival (say °C)", "23", "Cool room on arrival 23"),
            ("Buckwheat pillow", "2", "Buckwheat pillow × 2"),
            ("Buckwheat pillow", "1", "Buckwheat pillow"),
            ("Particular tea", "Longjing", "Particular tea: Longjing"),
            ("High floor", None, "High floor"),
            (
                "Extra bottled water (still or sparkling)",
                None,
                "Extra bottled water (still or sparkling)",
            ),
            ("Wine (say which)", r"100% \1", r"Wine 100% \1"),
        ],
    )
    def test_fills_the_blank(self, label, value, text):
        assert with_value(label, value) == text

    def test_no_label_of_the_catalogue_keeps_a_blank(self):
        texts = [with_value(row["label_en"], "x") for row in CODES.values()]
        texts += [with_value(row["label_zh"], "x") for row in CODES.values()]
        assert not [text for text in texts if "(say" in text or "(注明" in text]


class TestTopics:
    def test_every_code_has_one(self):
        assert {rules.topic_of(code) for code in CODES} == set(rules.TOPICS)

    @pytest.mark.parametrize(
        ("code", "topic"),
        [
            ("FL.HIGH", "room"),
            ("BD.KING", "room"),
            ("BT.TUB", "room"),
            ("BD.FIRM", "bed_climate"),
            ("PL.BUCK", "bed_climate"),
            ("AM.TEA", "food_drink"),
            ("AM.IRON", "service"),
            ("FV.NOCORIANDER", "food_drink"),
            ("SV.CLEANPM", "service"),
            ("BL.FAPIAO", "service"),
            ("CH.RAIL", "service"),
            ("CE.CAKE", "food_drink"),
            ("HB.GOLF", "occasions"),
        ],
    )
    def test_stands_where_one_looks_for_it(self, code, topic):
        assert rules.topic_of(code) == topic


class TestMustKnow:
    @pytest.mark.parametrize(
        ("code", "must"),
        [
            ("AL.PEANUT", True),
            ("AL.FEATHER", True),
            ("AC.EVAC", True),
            ("HT.DOCTOR", True),
            ("PR.NOINFO", True),
            ("PR.INCOG", True),
            ("CH.RAIL", False),
            ("DT.HALAL", False),
            ("CM.NOMKT", False),
            ("FL.HIGH", False),
        ],
    )
    def test_is_what_may_do_harm(self, code, must):
        assert rules.is_must_know(claim(code)) is must

    def test_the_reason_is_only_for_those_who_read_it(self):
        severe = claim("AL.PEANUT", words="Severe", sight=Sight.OPERATIONAL)
        assert rules.must_know_alert(severe).text == "No peanuts anywhere"
        assert rules.must_know_alert(claim("AL.PEANUT", words="Severe")).text == (
            "Peanut allergy. Severe"
        )

    @given(st.sampled_from(sorted(CODES)), st.text(max_size=20))
    def test_no_reader_of_instructions_learns_a_special_label(self, code, words):
        told = claim(code, words=words, sight=Sight.OPERATIONAL)
        if told.sensitivity is not Sensitivity.NORMAL:
            assert told.text == with_value(CODES[code]["need_to_know_en"], None)
            assert (told.detail, told.named_code) == (None, None)


class TestRooms:
    ROOM = RoomFacts("1808", frozenset({"FL.HIGH", "RM.QUIET", "RM.ENDCORR", "SM.NON"}))

    @pytest.mark.parametrize(
        ("code", "value", "met"),
        [
            ("FL.HIGH", None, True),
            ("BT.TUB", None, False),
            ("RM.NOENDCORR", None, False),
            ("RM.NOCONNECT", None, True),
            ("FL.NO4", None, True),
            ("FL.NO13", None, True),
            ("FL.LUCKY", "8", True),
            ("FL.LUCKY", "6", False),
            ("FL.LUCKY", None, None),
            ("RM.ADJACENT", None, None),
            ("PL.BUCK", None, None),
            ("RM.SAMEROOM", None, None),
        ],
    )
    def test_meets(self, code, value, met):
        assert rules.is_met(claim(code, value), self.ROOM) is met

    @pytest.mark.parametrize(("last", "met"), [("1808", True), ("1611", False), (None, None)])
    def test_the_same_room_as_last_time(self, last, met):
        assert rules.is_met(claim("RM.SAMEROOM"), self.ROOM, last) is met

    def test_four_in_the_number(self):
        assert rules.is_met(claim("FL.NO4"), RoomFacts("1408", frozenset())) is False

    def test_fit_counts_confirmed_wishes_that_a_room_decides(self):
        wishes = [
            claim("FL.HIGH"),
            claim("BT.TUB"),
            claim("PL.BUCK"),
            claim("RM.QUIET", confirmed=False),
        ]
        fit = rules.fit(wishes, self.ROOM)
        assert (fit.met, fit.wanted, fit.missing) == (1, 2, ["Bathtub"])

    def test_no_fit_without_such_wishes(self):
        assert rules.fit([claim("PL.BUCK")], self.ROOM) is None

    @given(
        st.lists(st.sampled_from(sorted(CODES)), unique=True, max_size=20),
        st.frozensets(st.sampled_from(sorted(CODES)), max_size=20),
    )
    def test_met_and_missing_add_up(self, codes, features):
        fit = rules.fit([claim(code, "7") for code in codes], RoomFacts("713", features))
        if fit is not None:
            assert fit.met + len(fit.missing) == fit.wanted <= len(codes)


def case(
    number=1, status=CaseStatus.CLOSED, days=100, last=True, kind=CaseKind.COMPLAINT, check=None
):
    return Case(number, kind, status, "AC noise", TODAY - timedelta(days=days), last, check)


class TestCases:
    def test_open_ones_come_first(self):
        heeded = rules.cases_to_heed([case(1), case(2, CaseStatus.RECEIVED, last=False)], TODAY)
        assert [c.number for c in heeded] == [2, 1]

    @pytest.mark.parametrize(
        "forgotten",
        [
            case(last=False),
            case(days=731),
            case(kind=CaseKind.PRAISE, status=CaseStatus.RECEIVED),
        ],
    )
    def test_others_are_not_brought_up_again(self, forgotten):
        assert rules.cases_to_heed([forgotten], TODAY) == []

    @pytest.mark.parametrize(
        ("given_case", "code"),
        [
            (case(status=CaseStatus.RECOVERING), "case.open"),
            (case(), "case.last_stay"),
            (case(check="Ask"), "case.last_stay_check"),
        ],
    )
    def test_say_what_to_do(self, given_case, code):
        alert = rules.case_alert(given_case)
        assert (alert.text.code, alert.weight) == (code, Weight.TAKE_CARE)


class TestCaution:
    @pytest.mark.parametrize(
        ("level", "until", "why", "code", "weight"),
        [
            ("take_care", None, None, "take_care", "take_care"),
            ("take_care", TODAY, "loud", "take_care_why", "take_care"),
            ("ask_manager", None, None, "ask_manager", "take_care"),
            ("do_not_readmit", None, None, "do_not_readmit", "must_know"),
            ("do_not_readmit", TODAY, None, "do_not_readmit_until", "must_know"),
            ("do_not_readmit", TODAY, "fled", "do_not_readmit_why_until", "must_know"),
        ],
    )
    def test_in_words(self, level, until, why, code, weight):
        (alert,) = rules.caution_alerts(CautionFacts(CautionLevel(level), until, why))
        assert (alert.text.code, alert.weight) == (f"caution.{code}", weight)

    def test_none_without_a_mark(self):
        assert rules.caution_alerts(None) == []


class TestBirthdays:
    @pytest.mark.parametrize(
        ("days", "leaves_in", "near"),
        [
            (0, None, True),
            (7, None, True),
            (8, None, False),
            (3, 3, True),
            (4, 3, False),
            (2, 0, False),
        ],
    )
    def test_near_is_within_the_stay_or_a_week(self, days, leaves_in, near):
        leaves_on = None if leaves_in is None else TODAY + timedelta(days=leaves_in)
        assert rules.is_birthday_near(TODAY + timedelta(days=days), TODAY, leaves_on) is near

    @pytest.mark.parametrize(
        ("private", "unwanted", "code"),
        [
            (False, False, "birthday.near"),
            (True, False, "birthday.private"),
            (True, True, "birthday.unwanted"),
        ],
    )
    def test_as_the_guest_wants_it(self, private, unwanted, code):
        facts = BirthdayFacts(TODAY, in_private=private, unwanted=unwanted)
        (alert,) = rules.birthday_alerts(facts, TODAY, None)
        assert (alert.text.code, alert.weight) == (code, Weight.NOTE)


class TestAlerts:
    def test_stand_by_weight(self):
        found = rules.alerts(
            today=TODAY,
            claims=[claim("CE.HONEY"), claim("AL.PEANUT"), claim("AL.EGG")],
            cases=[case()],
            caution=CautionFacts(CautionLevel.DO_NOT_READMIT, None),
            birthday=BirthdayFacts(TODAY, in_private=False, unwanted=False),
            leaves_on=None,
        )
        assert [a.kind for a in found] == [
            "caution",
            "allergy",
            "allergy",
            "case",
            "birthday",
            "occasion",
        ]


class TestSay:
    def greeting(self, **more):
        facts = {"language": "zh", "name_there": "陈女士", "name_here": "Ms Chen", "number": 14,
                 "is_here": False}  # fmt: skip
        return Greeting(**(facts | more))

    @pytest.mark.parametrize(
        ("more", "moment"),
        [
            ({}, "back"),
            ({"number": 1}, "first"),
            ({"is_here": True}, "here"),
            ({"has_left": True}, "goodbye"),
            ({"has_stay": False}, "known"),
        ],
    )
    def test_fits_the_moment(self, more, moment):
        line = rules.say(
            self.greeting(**more), today=TODAY, birthday=None, leaves_on=None, cases=[]
        )
        assert line.to_guest.code == f"greet.{moment}"
        assert line.to_guest.language == "zh"
        assert line.to_staff.code == f"say.{moment}"
        assert (line.in_private, line.recovery) == (None, None)

    def test_a_plain_birthday_needs_no_aside(self):
        facts = BirthdayFacts(TODAY, in_private=False, unwanted=False)
        line = rules.say(self.greeting(), today=TODAY, birthday=facts, leaves_on=None, cases=[])
        assert line.in_private is None

    @pytest.mark.parametrize(
        ("status", "code"),
        [(CaseStatus.CLOSED, "say.recovery"), (CaseStatus.RECEIVED, "say.recovery_open")],
    )
    def test_what_is_owed(self, status, code):
        line = rules.say(
            self.greeting(), today=TODAY, birthday=None, leaves_on=None, cases=[case(status=status)]
        )
        assert line.recovery.code == code

    @pytest.mark.parametrize(
        ("languages", "nationality", "spoken"),
        [
            (["zh-Hans", "en"], "CN", "zh"),
            (["en", "zh-Hans"], "CN", "en"),
            (["ja"], "JP", "en"),
            (["de", "zh"], "DE", "zh"),
            ([], "CN", "zh"),
            ([], "DE", "en"),
            ([], None, "en"),
            (["yue"], "HK", "zh"),
        ],
    )
    def test_language(self, languages, nationality, spoken):
        assert rules.spoken_language(languages, nationality) == spoken


class TestFile:
    def test_all_and_nothing(self):
        assert rules.file_percent(rules.FILE_FACTS) == (100, [])
        assert rules.file_percent(()) == (0, list(rules.FILE_FACTS))

    @given(st.sets(st.sampled_from(rules.FILE_FACTS)))
    def test_more_facts_never_lower_it(self, facts):
        percent, missing = rules.file_percent(facts)
        assert set(missing) == set(rules.FILE_FACTS) - facts
        assert rules.file_percent(facts | {"name"})[0] >= percent


class TestBand:
    @pytest.mark.parametrize(
        ("amount", "currency", "band"),
        [
            (0, "CNY", "none"),
            (-5, "CNY", "none"),
            (499_999, "CNY", "low"),
            (500_000, "CNY", "middle"),
            (8_000_000, "CNY", "top"),
            (2_000_000, "JPY", "top"),
            (1, "XAU", None),
        ],
    )
    def test_by_order_of_magnitude(self, amount, currency, band):
        assert rules.spend_band(amount, currency) == band


class TestShortened:
    @given(st.text(max_size=80), st.integers(4, 40))
    def test_is_never_longer_than_the_limit_and_its_dots(self, text, limit):
        assert len(rules.shortened(text, limit)) <= limit + 1

    def test_cuts_at_a_word(self):
        assert rules.shortened("Lift out of order at breakfast time", 20) == "Lift out of order at…"


def test_polarity_of_room_wishes_is_known():
    room_wishes = [c for c in CODES if rules.concerns_the_room(claim(c))]
    assert len(room_wishes) > 30
    assert {CODES[c]["polarity"] for c in room_wishes} <= set(Polarity)
