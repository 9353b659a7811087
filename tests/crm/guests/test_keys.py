"""The search keys: what a guest is found by, and that nothing typed can break them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.guests import keys
from crm.guests.birthdays import Birthday
from crm.guests.keys import found_by, name_key, plate_key, query_tokens, search_keys
from crm.guests.naming import NameParts, parts_of
from crm.guests.scripts import fold
from crm.guests.terms import Calendar, NameKind

HAN = "陈静怡单曾解王伟李欧阳修吕绿华强国晓云乐盖行长重司马諸葛孔明張劉"


def doc_of(*names: str, company: str = "") -> str:
    found = search_keys([parts_of(name) for name in names], company=[company] if company else [])
    return found.doc


class TestFoundBy:
    @pytest.mark.parametrize(
        ("names", "queries"),
        [
            (
                ("陈静怡", "CHEN Jingyi"),
                "陈静怡 陈静 静怡 怡 陳靜怡 chenjingyi chen|jingyi jingyi|chen chen|jing|yi cjy",
            ),
            (
                ("陈静怡", "CHEN Jingyi"),
                "chenj chenjy ChenJing jingyi Jing JINGYI|CHEN jingyichen 陈|jingyi",
            ),
            (("单晓云",), "shan shanxiaoyun sxy dan danxiaoyun dxy 单晓 晓云 云 xiaoyun yun"),
            (("曾国藩",), "zeng zengguofan zgf ceng 曾国"),
            (("解缙",), "xie xiejin xj jie"),
            (("吕布",), "lv lü lu lyu LYU lvbu lübu lubu lyubu lb Lü|Bu"),
            (("欧阳修",), "ouyang ouyangxiu oyx 欧阳 歐陽 xiu ouyang|xiu"),
            (("尉迟恭",), "yuchi weichi yuchigong ycg"),
            (("朴树",), "piao pu piaoshu"),
            (
                ("贝拉克·奥巴马", "Barack Obama"),
                "奥巴马 贝拉克 贝拉克·奥巴马 贝拉克奥巴马 obama barack|ob aobama beilake",
            ),
            (("Jürgen Müller",), "müller muller mueller jürgen|mu juergen MULLER|JURGEN"),
            (("Sean O'Brien",), "obrien o'brien O’Brien brien sean|obr seanobrien"),
            (("Jean-Pierre d'Artagnan",), "jean|pierre jeanpierre jean-pierre artagnan d'artagnan"),
            (("Nagy Ferenc",), "ferenc|nagy nagy|ferenc nagyf"),
            (("Suharto",), "suharto suh"),
            (("김민준",), "김민준 민준 김민"),
            (("山田はな子",), "山田 はな はな子 子"),
            (("𠮷野家",), "𠮷野 𠮷 野家"),
            (("Иван Петров",), "иван ПЕТРОВ|Иван петр"),
            (("สมชาย ใจดี",), "สมชาย ใจดี"),
            (("CHEN Jingyi",), "cjy chenjingyi cj"),
        ],
    )
    def test_every_own_key(self, names: tuple[str, ...], queries: str) -> None:
        doc = doc_of(*names)
        for query in queries.split():
            typed = query.replace("|", " ")
            assert found_by(doc, query_tokens(typed)), f"{typed} in {doc}"

    @pytest.mark.parametrize(
        ("name", "query"),
        [
            ("陈静怡", "静陈"),
            ("陈静怡", "陈怡"),
            ("陈静怡", "王静怡"),
            ("陈静怡", "cyj"),
            ("王伟", "王伟芳"),
            ("Sean O'Brien", "ean"),
            ("Sean", "sean x"),
            ("陈静怡", ""),
            ("陈静怡", "···"),
        ],
    )
    def test_and_by_nothing_else(self, name: str, query: str) -> None:
        assert not found_by(doc_of(name), query_tokens(query))

    def test_company(self) -> None:
        doc = doc_of("陈静怡", company="恒瑞医药 Hengrui Medical")
        for query in ("恒瑞", "医药", "hengrui", "hryy", "hengruiyiyao", "medical"):
            assert found_by(doc, query_tokens(query)), query

    def test_a_correction_by_staff_comes_first(self) -> None:
        name = NameParts("乐毅", NameKind.NATIVE, "乐", "毅", pinyin="Le Yi")
        found = search_keys([name])
        assert found.pinyin.split("|")[0] == "leyi"
        assert found_by(found.doc, query_tokens("yueyi"))

    @given(st.text(alphabet=HAN, min_size=2, max_size=4), st.data())
    def test_any_chinese_name_by_any_of_its_pairs_and_readings(
        self, name: str, data: st.DataObject
    ) -> None:
        found = search_keys([parts_of(name)])
        start = data.draw(st.integers(0, len(name) - 1))
        end = data.draw(st.integers(start + 1, len(name)))
        queries = [name[start:end], *found.pinyin.split("|"), *found.pinyin_initials.split("|")]
        for query in queries:
            assert found_by(found.doc, query_tokens(query)), query

    @given(
        st.lists(
            st.text(alphabet="abcdefghijklmnopqrstuvwxyzäöüéñøł", min_size=2, max_size=12),
            min_size=1,
            max_size=3,
        ),
        st.data(),
    )
    def test_any_latin_name_by_its_words_in_any_order_and_by_their_starts(
        self, words: list[str], data: st.DataObject
    ) -> None:
        doc = doc_of(" ".join(words).title())
        turned = data.draw(st.permutations(words))
        length = data.draw(st.integers(1, 12))
        assert found_by(doc, query_tokens(" ".join(turned)))
        assert found_by(doc, query_tokens(turned[0][:length]))
        assert found_by(doc, query_tokens("".join(words)))


class TestShape:
    def test_fields(self) -> None:
        found = search_keys(
            [parts_of("陈静怡"), parts_of("CHEN Jingyi")], birthday=Birthday(3, 5, 1980)
        )
        assert found.name_key == "陈静怡|chen jingyi"
        assert (found.pinyin, found.pinyin_initials) == ("chenjingyi|jingyichen", "cjy")
        assert (found.birth_mmdd, found.version) == ("0305", keys.KEYS_VERSION)

    def test_a_lunar_birthday_has_no_fixed_day(self) -> None:
        assert search_keys([], birthday=Birthday(3, 5, None, Calendar.LUNAR)).birth_mmdd is None

    def test_a_guest_without_a_name_has_empty_keys(self) -> None:
        found = search_keys([])
        assert (found.name_key, found.pinyin, found.doc) == ("", "", "")

    @given(
        st.lists(st.text(max_size=200), max_size=20),
        st.lists(st.text(max_size=400), max_size=3),
    )
    def test_any_text_gives_bounded_clean_and_stable_keys(
        self, names: list[str], company: list[str]
    ) -> None:
        parts = [parts_of(name) for name in names]
        found = search_keys(parts, company=company)
        assert found == search_keys(parts, company=company)
        assert len(found.name_key) <= keys.NAME_KEY_MAX
        assert len(found.pinyin) <= keys.PINYIN_MAX
        assert len(found.pinyin_initials) <= keys.INITIALS_MAX
        assert len(found.doc) <= keys.DOC_MAX
        tokens = found.doc.split(" ") if found.doc else []
        assert all(token.isalnum() and len(token) <= keys.TOKEN_MAX for token in tokens)
        assert len(tokens) == len(set(tokens))

    @given(st.text(alphabet=HAN + "abcxyz ·'-", max_size=200))
    def test_a_long_name_is_bounded_too(self, name: str) -> None:
        assert len(search_keys([parts_of(name)]).doc) <= keys.DOC_MAX

    @given(st.text(max_size=300))
    def test_query_tokens_hold_no_operator(self, text: str) -> None:
        for token in query_tokens(text):
            assert token.text.isalnum()
            assert len(token.text) <= keys.TOKEN_MAX

    @pytest.mark.parametrize(
        ("plate", "key"),
        [("浙A·12345", "浙a12345"), ("浙 A 12-345", "浙a12345"), ("B-MW 1234", "bmw1234")],
    )
    def test_plates(self, plate: str, key: str) -> None:
        assert plate_key(plate) == key

    @pytest.mark.parametrize(
        ("name", "key"),
        [
            ("O'Brien, Sean", "obrien sean"),
            ("Jean-Pierre", "jean pierre"),
            ("贝拉克·奥巴马", "贝拉克奥巴马"),
            ("  ", ""),
        ],
    )
    def test_name_keys(self, name: str, key: str) -> None:
        assert name_key(name) == key

    @given(st.text(max_size=80))
    def test_name_keys_are_stable(self, name: str) -> None:
        assert name_key(name_key(name)) == name_key(name) == fold(name_key(name))


def test_a_guest_costs_well_under_a_millisecond() -> None:
    people = [
        [parts_of(a + b + c), parts_of("CHEN Jingyi")]
        for a in "陈李王张单曾吕刘"
        for b in "静国晓美"
        for c in "怡云芳强"
    ]
    search_keys(people[0])
    started = time.process_time()
    for names in people:
        search_keys(names, company=["恒瑞医药"])
    assert (time.process_time() - started) / len(people) < 0.002
