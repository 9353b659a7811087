"""Every sentence the domain can speak has its words, in both languages and for the guest's ear."""

import re
from datetime import date

import pytest

from crm.guests.terms import CautionLevel
from crm.preferences.terms import PreferenceSource
from crm.privacy.terms import ConsentState
from crm.profile.rules import TOPICS
from crm.profile.schemas import Phrase, Term
from crm.sensing import queries as sensing
from crm.stays.terms import StayStatus
from web.phrases import PHRASES, Counted, language_of, spell
from web.wording import LANGUAGES

TODAY = date(2026, 11, 24)
MOMENTS = ("first", "back", "here", "known", "goodbye")
DOORS = ("vacant", "due", "in_house", "leaving", "turn", "left", "left_due")
SPOKEN = [
    *(f"{who}.{moment}" for who in ("greet", "say") for moment in MOMENTS),
    *(f"topic.{topic}" for topic in TOPICS),
    *(f"short.{level.value}" for level in CautionLevel),
    *(f"caution.{level.value}{why}" for level in CautionLevel for why in ("", "_why")),
    "caution.do_not_readmit_until",
    "caution.do_not_readmit_why_until",
    *(f"door.{door}" for door in DOORS),
    *(f"door.{door}_at" for door in ("due", "turn", "left_due")),
    *("door.in_house_dnd", "door.in_house_makeup"),
    *(
        f"happened.stay_{status.value}"
        for status in StayStatus
        if status is not StayStatus.CHECKED_OUT
    ),
    *(f"happened.stay_left{score}{room}" for score in ("", "_scored") for room in ("", "_room")),
    "happened.stay_in_house_room",
    *(f"happened.preference_{source.value}" for source in PreferenceSource),
    *(f"happened.consent_{state.value}" for state in ConsentState),
    *sensing.PHRASES,
    "habit.against",
]


def phrase(code, language=None, **values):
    return Phrase(code=code, values=values, language=language)


def sentences(code):
    said = PHRASES[code]
    return (said.one, said.many) if isinstance(said, Counted) else (said,)


def places_of(code):
    return {name for sentence in sentences(code) for name in re.findall(r"%\((\w+)\)", sentence)}


class TestPhrases:
    @pytest.mark.parametrize("code", SPOKEN)
    def test_have_words_for_everything_the_domain_can_say(self, code):
        assert code in PHRASES

    @pytest.mark.parametrize("code", sorted(PHRASES))
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_can_be_said_in_every_language(self, code, language):
        values = dict.fromkeys(places_of(code), 2)
        assert spell(phrase(code, **values), language, TODAY).strip()

    def test_of_an_unknown_code_fails_loudly(self):
        with pytest.raises(KeyError):
            spell(phrase("greet.loudly"), "en", TODAY)


class TestSpelling:
    def test_counts_in_the_reader_s_way(self):
        said = phrase("say.back", name="Ms Chen", nth=2)
        assert spell(said, "en", TODAY) == "Ms Chen, 2nd stay."
        assert "第2次" in spell(said, "zh-Hans", TODAY)

    def test_speaks_the_guest_s_language_where_the_phrase_says_so(self):
        said = phrase("greet.back", "zh", name="陈女士")
        assert spell(said, "en", TODAY) == "陈女士，欢迎回来！"

    def test_tells_days_from_today_and_other_dates_as_they_are(self):
        near = phrase("birthday.near", day=date(2026, 11, 25))
        assert spell(near, "en", TODAY) == "Birthday tomorrow."
        stay = phrase("happened.stay_booked", until=date(2026, 11, 27))
        assert spell(stay, "en", TODAY) == "booked until 27 Nov"

    def test_has_plurals(self):
        for nights, words in ((1, "1 night"), (3, "3 nights")):
            assert spell(phrase("happened.stay_left", nights=nights), "en", TODAY) == words

    def test_translates_terms_inside(self):
        said = phrase("happened.tier_first", tier=Term(kind="tier", value="gold"))
        assert spell(said, "zh-Hans", TODAY) == "加入，金卡"

    def test_passes_plain_words_through(self):
        assert spell("100 % cotton", "en", TODAY) == "100 % cotton"
        assert spell(None, "en", TODAY) == ""

    @pytest.mark.parametrize(
        ("tag", "language"), [("zh", "zh-Hans"), ("zh-Hant-TW", "zh-Hans"), ("ja", "en")]
    )
    def test_comes_near_to_any_language(self, tag, language):
        assert language_of(tag) == language
