"""Readings of surnames, syllables of typed pinyin, folding of scripts."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin.constants import PINYIN_DICT
from pypinyin.contrib.tone_convert import to_normal

from crm.guests import readings
from crm.guests.readings import READINGS_MAX
from crm.guests.scripts import fold, is_latin, simplified
from crm.guests.surnames import COMPOUND_SURNAMES, SINGLE_SURNAMES, family_length


class TestSurnames:
    @pytest.mark.parametrize(
        ("surname", "reading"),
        [
            ("单", "shan"),
            ("曾", "zeng"),
            ("解", "xie"),
            ("仇", "qiu"),
            ("查", "zha"),
            ("区", "ou"),
            ("朴", "piao"),
            ("翟", "zhai"),
            ("缪", "miao"),
            ("秘", "bi"),
            ("乐", "yue"),
            ("盖", "ge"),
            ("任", "ren"),
            ("覃", "qin"),
            ("種", "zhong"),
            ("尉迟", "yuchi"),
            ("欧阳", "ouyang"),
            ("歐陽", "ouyang"),
            ("单于", "chanyu"),
            ("万俟", "moqi"),
            ("吕", "lyu"),
            ("陈", "chen"),
        ],
    )
    def test_the_likeliest_reading(self, surname: str, reading: str) -> None:
        # 種 is simplified to 种, whose surname reading is chong.
        expected = "chong" if surname == "種" else reading
        assert readings.surname_pinyin(surname) == expected

    @pytest.mark.parametrize(
        ("surname", "others"),
        [
            ("单", {"dan", "chan"}),
            ("翟", {"di"}),
            ("乐", {"le"}),
            ("盖", {"gai"}),
            ("曾", {"ceng"}),
            ("尉迟", {"weichi"}),
        ],
    )
    def test_other_readings_are_kept(self, surname: str, others: set[str]) -> None:
        found = {"".join(way) for way in readings.readings_of_surname(surname)}
        assert others <= found

    def test_compound_and_single_surnames_are_simplified(self) -> None:
        for surname in COMPOUND_SURNAMES | SINGLE_SURNAMES:
            assert simplified(surname) == surname

    @pytest.mark.parametrize(
        ("name", "length"),
        [("欧阳修", 2), ("陈静怡", 1), ("陈", None), ("田中太郎", None), ("", None)],
    )
    def test_where_the_family_name_ends(self, name: str, length: int | None) -> None:
        assert family_length(name) == length


class TestReadingsOfName:
    def test_each_reading_of_the_surname_with_the_given_name(self) -> None:
        found = readings.readings_of_name("单晓云", "单", "晓云")
        assert found[0] == ("shan", "xiao", "yun")
        assert {way[0] for way in found} == {"shan", "dan", "chan"}

    def test_a_name_without_chinese_has_none(self) -> None:
        assert readings.readings_of_name("Jingyi") == ()

    @given(st.text(alphabet="单曾乐盖长行重解朴万都", min_size=1, max_size=30))
    def test_many_voiced_names_stay_small(self, full: str) -> None:
        found = readings.readings_of_name(full)
        assert 1 <= len(found) <= READINGS_MAX
        assert all(len(way) == len(full) for way in found)


class TestSyllables:
    @pytest.mark.parametrize(
        ("word", "cut"),
        [
            ("jingyi", ("jing", "yi")),
            ("xian", ("xian",)),
            ("lyu", ("lyu",)),
            ("nv", ("nv",)),
            ("zhuang", ("zhuang",)),
            ("smith", None),
            ("", None),
            ("x" * 50, None),
        ],
    )
    def test_cut(self, word: str, cut: tuple[str, ...] | None) -> None:
        assert readings.syllables_of(word) == cut

    def test_three_spellings_of_the_umlaut(self) -> None:
        assert readings.spellings("lv") == ("lv", "lu", "lyu")
        assert readings.spellings("chen") == ("chen",)

    def test_the_shipped_syllables_are_those_of_the_dictionary(self) -> None:
        plain = {
            to_normal(reading, v_to_u=False).replace("ü", "v")
            for reading_list in PINYIN_DICT.values()
            for reading in reading_list.split(",")
        }
        every = {way for reading in plain for way in readings.spellings(reading)}
        typeable = {way for way in every if way.isascii() and set(way) & set("aeiouv")}
        assert all(readings.syllables_of(way) is not None for way in typeable)
        assert readings.syllables_of("chongx") is None


class TestFolding:
    @pytest.mark.parametrize(
        ("text", "folded"),
        [
            ("  Jürgen   MÜLLER ", "jurgen muller"),
            ("陳靜怡", "陈静怡"),
            ("ＣＨＥＮ", "chen"),
            ("Łukasz Ørsted", "lukasz orsted"),
            ("Straße", "strasse"),
            ("İstanbul", "istanbul"),
            ("O’Brien", "o'brien"),
            ("김민준", "김민준"),
            ("ガンダム", "カンタム"),
            ("Nguyễn Văn", "nguyen van"),
        ],
    )
    def test_table(self, text: str, folded: str) -> None:
        assert fold(text) == folded

    @given(st.text(max_size=60))
    def test_folding_twice_is_folding_once(self, text: str) -> None:
        assert fold(fold(text)) == fold(text)

    @given(st.text(max_size=60))
    def test_composed_and_decomposed_fold_alike(self, text: str) -> None:
        assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))

    @given(st.text(alphabet="陳静發髮乾干后後臺台", min_size=2, max_size=6))
    def test_a_pair_folds_alike_wherever_it_stands(self, text: str) -> None:
        assert fold(text)[:2] == fold(text[:2])

    def test_latin_is_told_from_others(self) -> None:
        assert is_latin("Nguyễn O'Brien-Ng")
        assert not is_latin("陈 Jingyi")
        assert not is_latin("123")
