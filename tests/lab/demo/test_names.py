"""Names must look like names: the right script, the right order, the surname's own reading."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.guests.surnames import SURNAME_READINGS
from lab.demo import chinese_names, world_names
from lab.demo.chinese_names import Spelt
from lab.demo.crowd import fold, latin_name, native_name

seeds = st.integers(0, 10**6)


class TestChinese:
    @given(seeds)
    def test_characters_and_pinyin_go_together(self, seed: int) -> None:
        name = chinese_names.a_name(random.Random(seed), female=seed % 2 == 0)
        assert 1 <= len(name.given) <= 2
        assert name.latin_given[0].isupper()
        assert name.latin_given[1:].replace("'", "").islower()
        assert all("\u4e00" <= char <= "\u9fff" for char in name.family + name.given)

    @pytest.mark.parametrize("rare", chinese_names.RARE)
    def test_rare_surnames_come_up(self, rare: str) -> None:
        rng = random.Random(7)
        drawn = {chinese_names.surname(rng)[0] for _ in range(20_000)}
        assert rare in drawn

    @pytest.mark.parametrize(
        ("characters", "latin"),
        [("单", "Shan"), ("曾", "Zeng"), ("解", "Xie"), ("仇", "Qiu"), ("查", "Zha"),
         ("区", "Ou"), ("翟", "Zhai"), ("尉迟", "Yuchi"), ("欧阳", "Ouyang")],
    )  # fmt: skip
    def test_surnames_have_their_own_reading(self, characters: str, latin: str) -> None:
        spelt = {pinyin for chars, pinyin, _ in chinese_names.SURNAMES if chars == characters}
        assert latin in spelt

    def test_a_vowel_inside_takes_the_apostrophe(self) -> None:
        rng = random.Random(11)
        givens = {chinese_names.given(rng, female=False) for _ in range(3000)}
        an = [latin for chars, latin in givens if len(chars) == 2 and chars[1] == "安"]
        assert an
        assert all("'an" in latin for latin in an)


class TestWorld:
    @pytest.mark.parametrize("country", sorted(world_names.ABROAD))
    def test_every_country_gives_both_sexes_a_latin_name(self, country: str) -> None:
        for female in (True, False):
            name = world_names.a_name(random.Random(5), country, female)
            assert name.latin_given or name.latin_family
            assert country in world_names.LANGUAGE

    def test_indonesian_mononyms_have_no_surname(self) -> None:
        name = world_names.a_name(random.Random(1), "ID", True)
        assert (name.family, name.latin_family) == ("", "")
        assert latin_name(name).full == name.latin_given

    def test_taiwan_and_hong_kong_write_traditional_characters(self) -> None:
        rng = random.Random(2)
        written = "".join(
            world_names.a_name(rng, country, n % 2 == 0).given
            for country in ("TW", "HK", "MO")
            for n in range(400)
        )
        assert not set(written) & set("伟丽强军杰涛刚辉鹏华飞国晓颖静梦诗远轩东凯龙铭兰红莹洁")

    @pytest.mark.parametrize(
        ("country", "spelt", "native", "latin"),
        [
            ("CN", Spelt("陈", "静怡", "Chen", "Jingyi"), "陈静怡", "CHEN Jingyi"),
            ("JP", Spelt("岡田", "陽翔", "Okada", "Haruto"), "岡田 陽翔", "OKADA Haruto"),
            ("AE", Spelt("السيد", "نور", "Al-Sayed", "Noor", False), "نور السيد", "Noor Al-Sayed"),
            ("KR", Spelt("김", "민준", "Kim", "Min-jun"), "김민준", "KIM Min-jun"),
        ],
    )
    def test_the_order_is_the_countrys_own(
        self, country: str, spelt: Spelt, native: str, latin: str
    ) -> None:
        assert native_name(country, spelt).full == native
        assert latin_name(spelt).full == latin

    @pytest.mark.parametrize(
        ("text", "folded"),
        [("Łukasz", "ukasz"), ("Groß", "gross"), ("Müller", "muller"), ("O'Brien", "obrien")],
    )
    def test_mailbox_names_are_plain_letters(self, text: str, folded: str) -> None:
        assert fold(text).endswith(folded)


@pytest.mark.parametrize(("characters", "latin", "weight"), chinese_names.SURNAMES)
def test_the_look_up_reads_our_surnames_as_we_spell_them(
    characters: str, latin: str, weight: float
) -> None:
    readings = SURNAME_READINGS.get(characters)
    if readings is not None:
        assert latin.lower().replace("ü", "v") in readings
    assert weight > 0
