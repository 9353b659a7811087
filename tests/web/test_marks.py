"""Signs that survive a grey print: shape first, then the word, colour last."""

import re

import pytest
from bs4 import BeautifulSoup

from crm.guests.terms import GuestIdentity
from crm.loyalty.terms import Tier
from web.errors import PLAIN
from web.labels import LABELS, happening_icon, label, wish_icon
from web.marks import ALERTS, IDENTITIES, TIERS, Marks
from web.navigation import DESTINATIONS
from web.rendering import STATIC

MARKS = Marks("en", "/static/icons.svg")
ZH = Marks("zh-Hans", "/static/icons.svg")
SPRITE = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text("utf-8")))


def soup(markup):
    return BeautifulSoup(markup, "html.parser")


class TestHallmark:
    @pytest.mark.parametrize("tier", list(Tier))
    def test_has_one_bar_per_rank_so_that_the_order_can_be_counted(self, tier):
        drawn = soup(MARKS.hallmark(tier))
        assert len(drawn.find_all("rect")) == tier.rank
        assert drawn.get_text() == tier.value.capitalize()

    def test_says_its_name_where_there_is_room(self):
        assert soup(MARKS.hallmark("gold")).select(".sr-only")
        assert not soup(MARKS.hallmark("gold", True)).select(".sr-only")

    @pytest.mark.parametrize("tier", [None, "", "cardboard"])
    def test_is_nothing_without_a_tier(self, tier):
        assert MARKS.hallmark(tier) == ""

    def test_knows_the_tiers_of_the_house(self):
        assert list(TIERS) == [tier.value for tier in Tier]


class TestSpine:
    def test_knows_the_identities_of_the_house(self):
        assert set(IDENTITIES) == {identity.value for identity in GuestIdentity}

    def test_has_a_pattern_and_a_letter_of_its_own_for_each(self):
        for column in (0, 1, 2, 3):
            assert len({parts[column] for parts in IDENTITIES.values()}) == len(IDENTITIES)

    def test_shows_letter_and_word_in_the_reader_s_language(self):
        strip = soup(MARKS.spine("corporate")).span
        assert (strip["data-letter"], strip.get_text()) == ("C", "Corporate guest")
        assert soup(ZH.spine("corporate")).span["data-letter"] == "协"

    def test_stays_quiet_for_whoever_is_unknown(self):
        assert MARKS.spine(None) == MARKS.spine("individual")


class TestAlert:
    def test_differs_in_shape_and_word_not_only_in_colour(self):
        icons = {icon for _, icon, _ in ALERTS.values()}
        words = {soup(MARKS.alert_icon(weight)).get_text() for weight in ALERTS}
        assert len(icons) == len(words) == len(ALERTS)

    def test_of_an_unknown_weight_is_a_note(self):
        assert MARKS.alert_class("loud") == "alert alert-note"


class TestVip:
    def test_is_read_out_as_vip(self):
        assert soup(MARKS.vip("V3")).get_text() == "VIP V3"

    def test_escapes_what_it_is_given(self):
        assert "<b>" not in MARKS.vip("<b>")


class TestIcons:
    def test_are_all_in_the_sprite(self):
        used = {icon for _, icon, _ in ALERTS.values()}
        used |= {happening_icon(kind) for kind in [*LABELS["happening"], "?"]}
        used |= {wish_icon(f"{group}.X") for group in ("FL", "AL", "CE", "BL", "??")}
        for path in (STATIC.parent / "templates").rglob("*.html"):
            text = path.read_text("utf-8")
            used |= set(re.findall(r"""(?<!_)icon\("([a-z0-9-]+)\"""", text))
            used |= set(re.findall(r"""ui\.empty\("([a-z0-9-]+)\"""", text))
        used |= {icon for icon, _, _ in PLAIN.values()}
        used |= {place.icon for place in DESTINATIONS}
        assert used - SPRITE == set()

    def test_hide_from_screen_readers(self):
        assert soup(MARKS.icon("search")).svg["aria-hidden"] == "true"


class TestLabel:
    def test_is_the_word_in_the_reader_s_language(self):
        assert label("identity", GuestIdentity.LONG_STAY, language="zh-Hans") == "长住客"
        assert label("role", "front_desk", language="en") == "Front desk"

    def test_hides_no_value_it_has_no_word_for(self):
        assert label("role", "night_porter", language="en") == "night porter"
        assert label("role", None, language="en") == ""
