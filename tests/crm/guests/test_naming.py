"""Names in scripts: parts, order, forms of address, lists."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.guests import naming
from crm.guests.naming import NameParts, parts_of
from crm.guests.terms import Gender, NameKind, Title


class TestParts:
    @pytest.mark.parametrize(
        ("full", "family", "given_name"),
        [
            ("陈静怡", "陈", "静怡"),
            ("陳靜怡", "陳", "靜怡"),
            ("王伟", "王", "伟"),
            ("欧阳修", "欧阳", "修"),
            ("歐陽靜怡", "歐陽", "靜怡"),
            ("司马光", "司马", "光"),
            ("诸葛孔明", "诸葛", "孔明"),
            ("爱新觉罗溥仪", "爱新觉罗", "溥仪"),
            ("陈方安生", "陈方", "安生"),
            ("贝拉克·奥巴马", "奥巴马", "贝拉克"),
            ("贝拉克•侯赛因•奥巴马", "奥巴马", "贝拉克·侯赛因"),
            ("王 小明", "王", "小明"),
            ("李", None, None),
            ("田中太郎", None, None),
            ("欧阳", "欧", "阳"),
            ("김민준", None, None),
        ],
    )
    def test_native(self, full: str, family: str | None, given_name: str | None) -> None:
        assert naming.split_native(full) == (family, given_name)

    def test_a_japanese_name_in_han_is_not_cut_by_the_chinese_table(self) -> None:
        assert naming.split_native("高橋翔", "ja") == (None, None)

    @pytest.mark.parametrize(
        ("full", "language", "country", "family", "given_name"),
        [
            ("Camille Dubois", "fr", "FR", "Dubois", "Camille"),
            ("Dubois, Camille", None, None, "Dubois", "Camille"),
            ("CHEN Jingyi", None, None, "CHEN", "Jingyi"),
            ("Jingyi CHEN", None, None, "CHEN", "Jingyi"),
            ("Chen Jingyi", "zh", None, "Chen", "Jingyi"),
            ("Chen Jingyi", None, "CN", "Chen", "Jingyi"),
            ("Nagy Ferenc", "hu", "HU", "Nagy", "Ferenc"),
            ("Ludwig van der Rohe", "de", None, "van der Rohe", "Ludwig"),
            ("VAN DER BERG Jan", None, None, "VAN DER BERG", "Jan"),
            ("Suharto", None, "ID", None, None),
            ("Mary Jane Watson", "en", "US", "Watson", "Mary Jane"),
        ],
    )
    def test_latin(
        self,
        full: str,
        language: str | None,
        country: str | None,
        family: str | None,
        given_name: str | None,
    ) -> None:
        assert naming.split_latin(full, language, country) == (family, given_name)

    def test_stated_parts_win_over_guessed_ones(self) -> None:
        name = parts_of("单于晓云", family="单", given="于晓云")
        assert (name.family, name.given, name.kind) == ("单", "于晓云", NameKind.NATIVE)

    @pytest.mark.parametrize(
        ("full", "kind"),
        [
            ("陈静怡", NameKind.NATIVE),
            ("Jingyi", NameKind.LATIN),
            ("Иван", NameKind.NATIVE),
            ("Jürgen", NameKind.LATIN),
            ("12", NameKind.NATIVE),
        ],
    )
    def test_the_kind_follows_the_script(self, full: str, kind: NameKind) -> None:
        assert parts_of(full).kind is kind

    @given(st.text(max_size=40), st.sampled_from([None, "zh", "ja", "hu", "en"]))
    def test_any_text_is_cut_without_a_crash_and_without_loss(
        self, full: str, language: str | None
    ) -> None:
        name = parts_of(full, language=language)
        assert name.full == full
        assert (name.family is None) == (name.given is None)
        assert len((name.family or "") + (name.given or "")) <= len(full) + 2


class TestFullFromParts:
    @pytest.mark.parametrize(
        ("family", "given_name", "language", "country", "full"),
        [
            ("陈", "静怡", None, None, "陈静怡"),
            ("Chen", "Jingyi", "zh", None, "Chen Jingyi"),
            ("Dubois", "Camille", "fr", None, "Camille Dubois"),
            ("Nagy", "Ferenc", None, "HU", "Nagy Ferenc"),
            (None, "Suharto", None, None, "Suharto"),
            ("Ng", None, None, None, "Ng"),
            (None, None, None, None, ""),
        ],
    )
    def test_in_the_order_of_its_culture(
        self,
        family: str | None,
        given_name: str | None,
        language: str | None,
        country: str | None,
        full: str,
    ) -> None:
        assert naming.full_from_parts(family, given_name, language, country) == full


def names(*fulls: str, **more: str) -> list[NameParts]:
    return [parts_of(full, **more) for full in fulls]  # type: ignore[arg-type]


class TestAddress:
    @pytest.mark.parametrize(
        ("guest", "title", "gender", "zh", "en"),
        [
            (names("陈静怡", "CHEN Jingyi"), None, Gender.FEMALE, "陈女士", "Ms Chen"),
            (names("欧阳修"), None, Gender.MALE, "欧阳先生", "Mr Ouyang"),
            (names("单晓云"), Title.DR, Gender.FEMALE, "单博士", "Dr Shan"),
            (names("吕布"), Title.MR, None, "吕先生", "Mr Lyu"),
            (
                names("贝拉克·奥巴马", "Barack Obama"),
                None,
                Gender.MALE,
                "奥巴马先生",
                "Mr Obama",
            ),
            (names("Camille Dubois"), Title.MS, None, "Dubois 女士", "Ms Dubois"),
            (names("Suharto"), Title.MR, None, "Suharto 先生", "Mr Suharto"),
            (names("李"), Title.MS, None, "李女士", "李"),
            (names("陈静怡"), None, None, "陈静怡", "陈静怡"),
            (names("陈静怡", "CHEN Jingyi"), None, Gender.OTHER, "陈静怡", "CHEN Jingyi"),
            (names("Alex Kim"), Title.MX, None, "Alex Kim", "Mx Kim"),
            (names("Seán O'BRIEN"), Title.PROF, None, "O'Brien 教授", "Prof. O'Brien"),
            (names("田中太郎"), Title.MR, None, "田中太郎先生", "田中太郎"),
            ([], Title.MR, None, "", ""),
        ],
    )
    def test_in_both_languages(
        self,
        guest: list[NameParts],
        title: Title | None,
        gender: Gender | None,
        zh: str,
        en: str,
    ) -> None:
        for language, expected in (("zh-Hans", zh), ("en", en)):
            said = naming.formal_address(guest, language, title=title, gender=gender)
            assert said == expected


class TestLists:
    def test_own_script_then_latin(self) -> None:
        assert naming.list_name(names("陈静怡", "CHEN Jingyi")[::-1]) == "陈静怡 CHEN Jingyi"

    @pytest.mark.parametrize(
        ("guest", "shown"),
        [
            (names("Haruto Okada", language="en"), "Okada, Haruto"),
            (names("Okada Haruto", language="ja"), "OKADA Haruto"),
            (names("Camille Dubois", language="fr"), "Dubois, Camille"),
            (names("Dubois, Camille"), "Dubois, Camille"),
            (names("WANG Daming"), "WANG Daming"),
            (names("Nagy Ferenc", language="hu"), "NAGY Ferenc"),
            (names("Suharto"), "Suharto"),
            ([NameParts("Mr Blue", NameKind.ALIAS)], "Mr Blue"),
            ([], ""),
        ],
    )
    def test_latin_only(self, guest: list[NameParts], shown: str) -> None:
        assert naming.list_name(guest) == shown


class TestShownNames:
    guest = (
        *names("陈静怡", "CHEN Jingyi"),
        NameParts("林小姐", NameKind.ALIAS),
        NameParts("陈小玉", NameKind.FORMER),
    )

    def test_an_incognito_guest_has_the_alias_only(self) -> None:
        shown = naming.shown_names(self.guest, incognito=True)
        assert [name.full for name in shown] == ["林小姐"]

    def test_former_names_are_for_finding_not_for_showing(self) -> None:
        shown = naming.shown_names(self.guest, incognito=False)
        assert "陈小玉" not in [name.full for name in shown]

    def test_incognito_without_an_alias_shows_nothing(self) -> None:
        assert naming.shown_names(names("陈静怡"), incognito=True) == []
