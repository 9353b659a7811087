"""The tables say what the library says, whose they are."""

import random

import pypinyin
from pypinyin import Style

from crm.kit import pinyin
from lab import pinyin_tables


def of_library(text: str, style: Style, *, every: bool = False) -> list[list[str]]:
    return list(pypinyin.pinyin(text, style=style, heteronym=every, errors="ignore"))


def test_every_character_has_the_readings_of_the_library() -> None:
    rng = random.Random(20)
    codes = [
        *range(0x2E80, 0x323B0, 7),
        *(ord(char) for char in "单重曾吕〇行乐嗯"),
        rng.randrange(99),
    ]
    for char in map(chr, codes):
        named = of_library(char, Style.NORMAL, every=True)
        assert pinyin.readings(char) == (named[0] if named else []), hex(ord(char))
        toned = of_library(char, Style.TONE, every=True)
        assert pinyin.toned_readings(char) == (toned[0] if toned else []), hex(ord(char))


def test_every_kept_phrase_is_read_as_the_library_reads_it() -> None:
    phrases = pinyin_tables.phrases_that_matter()
    assert len(phrases) > 9_000
    assert [p for p, said in phrases.items() if pinyin.toned(p) != said] == []


def test_texts_are_read_like_the_library_reads_them() -> None:
    """Cut otherwise in some of a thousand where two phrases overlap; never a name's length."""
    rng = random.Random(2)
    surnames, given = "王李张刘陈杨赵黄周吴徐孙胡朱高林", "静怡伟芳娜强磊洋艳勇杰娟涛明超兰霞平刚桂"
    places = [
        "重庆",
        "长安",
        "银行",
        "音乐",
        "北京",
        "厦门",
        "朝阳",
        "长春",
        "大厦",
        "会计",
        "旅行社",
    ]
    names = [
        rng.choice(surnames) + "".join(rng.sample(given, rng.randint(1, 2))) for _ in range(800)
    ]
    companies = ["".join(rng.sample(places, 3)) + rng.choice(["", "ABC 9"]) for _ in range(400)]
    for text in names + companies:
        assert pinyin.syllables(text) == pypinyin.lazy_pinyin(text), text


def test_what_is_not_chinese_stays() -> None:
    assert pinyin.syllables("恒瑞ABC 医疗-1") == ["heng", "rui", "ABC ", "yi", "liao", "-1"]
    assert pinyin.readings("é") == pinyin.readings("A") == pinyin.readings("\U0003ffff") == []


def test_the_tables_are_those_that_the_script_makes() -> None:
    kept = pinyin._phrases()
    assert kept == {p: " ".join(said) for p, said in pinyin_tables.phrases_that_matter().items()}
