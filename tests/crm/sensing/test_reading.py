"""What a line of a folio says about a guest, and what it must never say."""

import pytest

from crm.preferences import master
from crm.sensing import reading, rules
from crm.sensing.reading import Reader, WordRule
from crm.sensing.rules import Trait

SENSITIVITY = {row["code"]: row["sensitivity"] for row in master.catalogue()}


def read(text="", *, category="restaurant", outlet="Lotus Court", meal="dinner", reader=None):
    return (reader or Reader()).of_line(category, outlet, text, meal)


class TestLines:
    @pytest.mark.parametrize(
        ("text", "code", "value"),
        [
            ("Longjing tea", "AM.TEA", "Longjing 龙井"),
            ("2 x LONGJING TEA", "AM.TEA", "Longjing 龙井"),
            ("明前龙井一壶", "AM.TEA", "Longjing 龙井"),
            ("Double espresso", "AM.COFFEE", "Espresso 意式浓缩"),
            ("飞天茅台", "FV.SPIRIT", "Maotai 茅台"),
            ("Chablis Premier Cru", "FV.WINE", "Burgundy 勃艮第"),
            ("西湖醋鱼", "FV.DISH", "西湖醋鱼"),
            ("West Lake fish x2", "FV.DISH", "West Lake fish"),
        ],
    )
    def test_are_read_in_both_languages(self, text, code, value):
        assert read(text) == Trait(code, value)

    @pytest.mark.parametrize("text", ["Dinner", "set menu", "自助餐", "", "12", "Food & beverage"])
    def test_that_are_general_say_nothing(self, text):
        assert read(text) is None

    def test_of_an_outlet_speak_only_where_the_outlet_does(self):
        assert read(None, category="spa", outlet="Longjing Spa", meal=None) == Trait("HB.SPA")
        assert read("", category="laundry", outlet="Laundry", meal=None) == Trait("SV.LAUNDRY")
        assert read(None, category="bar", outlet="Champagne Bar", meal="late") is None

    def test_breakfast_brought_to_the_room_is_told_from_dinner_there(self):
        served = {"category": "restaurant", "outlet": "Room service"}
        assert read(None, meal="breakfast", **served).code == "FV.BREAKTIME"
        assert read(None, meal="dinner", **served) is None

    @pytest.mark.parametrize(
        "text",
        [
            "Halal lamb", "清真羊肉", "Kosher plate", "素斋套餐", "Vegan bowl", "Diabetic dinner",
            "Gluten-free pasta", "Allergy menu", "Kids' pasta", "儿童套餐", "Baby food", "药膳鸡汤",
            "Pregnancy massage", "Wheelchair hire", "Prayer mat", "Physiotherapy",
        ],
    )  # fmt: skip
    def test_of_health_faith_and_children_say_nothing_at_all(self, text):
        for category in ("restaurant", "spa", "other", "minibar"):
            assert read(text, category=category) is None

    def test_of_a_hotel_s_own_words_come_first(self):
        reader = Reader([WordRule(("spring bud",), Trait("AM.TEA", "Spring bud"), outlet=True)])
        assert read("Spring bud, a pot", reader=reader) == Trait("AM.TEA", "Spring bud")
        assert read("Spring bud, halal", reader=reader) is None


class TestRules:
    @pytest.mark.parametrize("rule", reading.shipped(), ids=lambda rule: rule.words[0])
    def test_speak_of_codes_that_may_be_sensed(self, rule):
        assert rules.may_be_sensed(rule.trait.code, SENSITIVITY[rule.trait.code])
        assert not any(reading.is_silent(reading.plain(word)) for word in rule.words)

    def test_never_may_speak_of_any_special_or_restricted_code(self):
        normal = {code for code, kind in SENSITIVITY.items() if rules.may_be_sensed(code, kind)}
        assert normal
        assert {code.partition(".")[0] for code in normal}.isdisjoint(rules.NEVER)
        for row in master.catalogue():
            if row["sensitivity"].value != "normal" or row["sensitivity_reason"]:
                assert row["code"] not in normal, row["code"]
