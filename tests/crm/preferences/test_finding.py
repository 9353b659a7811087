"""Codes are found by what people type: English, Chinese, pinyin, initials, one slip."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.preferences import finding, master, queries
from crm.preferences.schemas import CodeRow
from crm.preferences.tables import HotelCode
from tests.factories import a_hotel, an_actor, put

ROWS = [CodeRow(**values, is_active=True) for values in master.catalogue()]


def found(text):
    return [row.code for row in finding.find(ROWS, text)]


class TestFinding:
    @pytest.mark.parametrize(
        ("typed", "code"),
        [
            ("latex", "PL.LATEX"),
            ("lat", "PL.LATEX"),
            ("pillow latex", "PL.LATEX"),
            ("ltaex", "PL.LATEX"),
            ("high fl", "FL.HIGH"),
            ("高楼", "FL.HIGH"),
            ("gaolouceng", "FL.HIGH"),
            ("gaolou", "FL.HIGH"),
            ("glc", "FL.HIGH"),
            ("rujiao", "PL.LATEX"),
            ("乳胶", "PL.LATEX"),
            ("PL.LAT", "PL.LATEX"),
            ("longjing", None),
            ("peanut", "AL.PEANUT"),
            ("huasheng", "AL.PEANUT"),
            ("feather", "PL.NOFEATHER"),
            ("bathtub", "BT.TUB"),
            ("chaoyang", None),
            ("ＬＡＴＥＸ", "PL.LATEX"),
        ],
    )
    def test_by_what_is_typed(self, typed, code):
        if code is None:
            found(typed)
        else:
            assert code in found(typed)[:5], found(typed)[:8]

    @pytest.mark.parametrize("typed", ["zhen", "枕", "pillow"])
    def test_a_pillow_is_found_before_what_only_sounds_a_little_alike(self, typed):
        assert all(code.startswith("PL.") for code in found(typed)[:5]), found(typed)[:8]

    def test_nothing_typed_finds_nothing(self):
        assert found("") == found("   ") == found("!?") == []

    @pytest.mark.parametrize(
        ("words", "code"),
        [
            ("Guest asked for a latex pillow again", "PL.LATEX"),
            ("prefers high floors, far away from the lift", "RM.AWAYLIFT"),
            ("no coriander in anything please", "FV.NOCORIANDER"),
            ("客人说要乳胶枕", "PL.LATEX"),
            ("不吃香菜", "FV.NOCORIANDER"),
            ("allergic to peanuts", "AL.PEANUT"),
            ("花生过敏，很严重", "AL.PEANUT"),
        ],
    )
    def test_a_sentence_names_its_code(self, db, words, code):
        hotel = a_hotel(db)
        master.load(db)
        assert code in finding.codes_meant(db, words, hotel)[:3]

    def test_small_talk_names_none(self, db):
        master.load(db)
        assert finding.codes_meant(db, "was very nice to us and said hello", a_hotel(db)) == []

    def test_the_hotels_own_words_are_found_and_what_is_off_is_not(self, db):
        hotel = a_hotel(db)
        master.load(db)
        put(db, HotelCode(hotel_id=hotel, code="PL.LATEX", label_en="Bouncy cloud"))
        put(db, HotelCode(hotel_id=hotel, code="PL.DOWN", is_active=False))
        desk = an_actor("front_desk", hotel)
        assert [hit.code for hit in queries.find_codes(db, "bouncy", by=desk)] == ["PL.LATEX"]
        assert "PL.DOWN" not in {hit.code for hit in queries.find_codes(db, "down", by=desk)}

    @given(st.text(max_size=40))
    def test_anything_typed_is_answered(self, text):
        assert len(found(text)) <= len(ROWS)
