"""The box warns of what a guest should not read about themselves, and of nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.preferences import master
from crm.preferences.cautions import cautions_in, is_chinese_id
from crm.preferences.terms import TextCaution

J, D, R, E, P, CARD, ID, PHONE = TextCaution

FOUND = [
    ("Very rude at check-in", J),
    ("a difficult guest, always a complainer", J),
    ("STINGY, never tips", J),
    ("came back drunk", J),
    ("客人素质差，爱投诉", J),
    ("脾气大，很难伺候", J),
    ("She has diabetes", D),
    ("diagnosed with something", D),
    ("high blood pressure, keep calm", D),
    ("客人有糖尿病", D),
    ("孕妇，三个月", D),
    ("Is a Muslim, prays at five", R),
    ("Catholic family", R),
    ("是佛教徒", R),
    ("客人是穆斯林", R),
    ("black man with a hat", E),
    ("Uyghur", E),
    ("回族客人", E),
    ("老外，喜欢喝茶", E),
    ("a Republican, talks politics", P),
    ("是党员", P),
    ("card 4111 1111 1111 1111 exp 12/27", CARD),
    ("卡号６２０００００００００００００５", CARD),
    ("ID 11010519491231002X", ID),
    ("身份证号110105194912310 02X", ID),
    ("call 138 0013 8000 before noon", PHONE),
    ("assistant +44 20 7946 0958", PHONE),
    ("电话：０１０－６５５２９９８８", PHONE),
]

QUIET = [
    "Two extra pillows, firm, on the left side",
    "Black tea with milk, white wine with fish, black pepper",
    "Asked for the crazy about jazz playlist",
    "Full-fat milk, fat-free yoghurt, low fat cheese",
    "Hearing aids on the bedside, first aid kit seen",
    "Christian Dior shower gel",
    "Room 1808, not 1809; wake at 06:30 and 07:15",
    "Cleaned 14:00-15:30, back 2026-11-24, left 24/11/2026",
    "Drunken prawns for two, drunk prawns again",
    "Bottles drunk: all of the still water was drunk up",
    "Cheapside Street, Grosse Pointe, Scunthorpe",
    "Lazy Susan is not needed",
    "Race track seats, race car model on the desk",
    "Blood orange juice, no ice",
    "Needs a quiet room, difficult to sleep with noise",
    "The lift was annoying him",
    "Paid 12,500.00 and 1,250.00",
    "Sizes 38 39 40 41 42, six of 12 and 18",
    "喜欢乳胶枕，怕吵，高楼层",
    "礼拜三早上七点叫早",
    "多要两个枕头，左侧睡",
    "喜欢喝党参鸡汤",
    "用黑人牙膏",
    "空调23度，晚上9点开夜床",
    "房号1808，12月24日到店",
    "爱喝龙井，不要咖啡",
    "小气泡水两瓶",
]


class TestTables:
    @pytest.mark.parametrize(("words", "caution"), FOUND)
    def test_is_found(self, words, caution):
        assert caution in cautions_in(words)

    @pytest.mark.parametrize("words", QUIET)
    def test_is_left_in_peace(self, words):
        assert cautions_in(words) == []

    def test_wordings_of_ordinary_codes_raise_no_alarm(self):
        """What the catalogue itself says of pillows and climates; faith and health may."""
        alarms = [
            (code["code"], cautions_in(code[name]))
            for code in master.catalogue()
            if code["sensitivity"] == "normal" and code["group_code"] not in ("RC", "DT")
            for name in ("label_en", "label_zh", "need_to_know_en", "need_to_know_zh")
            if cautions_in(code[name])
        ]
        assert alarms == []

    def test_several_stand_in_their_order(self):
        assert cautions_in("rude diabetic, call 13800138000") == [J, D, PHONE]

    def test_all_texts_are_looked_at(self):
        assert cautions_in(None, "fine", "rude") == [J]
        assert cautions_in(None, "") == []


class TestNumbers:
    @pytest.mark.parametrize(
        ("text", "valid"),
        [
            ("11010519491231002X", True),  # the example of GB 11643-1999
            ("11010519491231002x", True),
            ("440524188001010014", False),  # born before 1900: no longer given
            ("110105194912310021", False),
            ("110105194913310029", False),
            ("11010519491231002", False),
        ],
    )
    def test_identity_numbers(self, text, valid):
        assert is_chinese_id(text) is valid

    @given(st.integers(100000, 999999), st.dates(), st.integers(0, 999))
    def test_exactly_one_check_character_fits(self, region, born, serial):
        if not 1900 <= born.year <= 2099:
            return
        head = f"{region}{born:%Y%m%d}{serial:03}"
        assert sum(is_chinese_id(head + check) for check in "0123456789X") == 1

    @given(st.text(max_size=300))
    def test_any_text_is_answered(self, text):
        assert cautions_in(text) == sorted(set(cautions_in(text)), key=list(TextCaution).index)
