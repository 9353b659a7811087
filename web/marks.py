"""The small signs every page shares: icon, identity spine, tier hallmark, VIP tag, alert shape.

They are functions and not template macros because lists draw hundreds of them per page.
Shape comes first, then the word, colour last: each sign survives a grey print and colour blindness.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from markupsafe import Markup, escape

from web.wording import mark, wording

TIERS = ("member", "silver", "gold", "platinum", "diamond")

TIER_NAMES = {
    "member": mark("Member"),
    "silver": mark("Silver"),
    "gold": mark("Gold"),
    "platinum": mark("Platinum"),
    "diamond": mark("Diamond"),
}

# identity → (CSS class, letter on paper in English, in Chinese, name)
IDENTITIES = {
    "individual": ("ind", "I", "散", mark("Individual guest")),
    "corporate": ("corp", "C", "协", mark("Corporate guest")),
    "group": ("group", "G", "团", mark("Group guest")),
    "long_stay": ("long", "L", "长", mark("Long-stay guest")),
    "agency": ("agent", "A", "旅", mark("Guest of an agency")),
    "house_use": ("house", "H", "自", mark("House use")),
}

# weight → (CSS class, icon, word for those who do not see the shape)
ALERTS = {
    "must_know": ("must", "octagon-alert", mark("Must know:")),
    "take_care": ("care", "triangle-alert", mark("Take care:")),
    "note": ("note", "info", mark("Note:")),
}

_HEXAGON = "M10 1l8.5 4.8v10.4L10 21 1.5 16.2V5.8z"
_TOP_BAR, _BAR_STEP = 14.2, 3.2


class Marks:
    """The signs in one language. ``sprite`` is the address of the icon file."""

    def __init__(self, language: str, sprite: str) -> None:
        self.language = language
        self.sprite = sprite
        self._say: Callable[[str], str] = wording(language).gettext

    @lru_cache(maxsize=256)
    def icon(self, name: str, kind: str = "") -> Markup:
        """A decorative icon; the word beside it carries the meaning."""
        return Markup(
            '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>'
        ).format(kind, self.sprite, name)

    @lru_cache(maxsize=64)
    def spine(self, identity: str | None) -> Markup:
        """The strip at the left edge of a guest: pattern first, colour second, letter on paper."""
        css, latin, chinese, name = IDENTITIES.get(identity or "", IDENTITIES["individual"])
        letter = chinese if self.language == "zh-Hans" else latin
        word = escape(self._say(name))
        return Markup(
            '<span class="spine spine-{}" data-letter="{}" title="{} · {}">'
            '<span class="sr-only">{}</span></span>'
        ).format(css, letter, letter, word, word)

    @lru_cache(maxsize=64)
    def hallmark(self, tier: str | None, named: bool = False) -> Markup:
        """A hexagon with none to four bars, so that the order of tiers can be counted."""
        if not tier or tier not in TIERS:
            return Markup("")
        rank, name = TIERS.index(tier), escape(self._say(TIER_NAMES[tier]))
        bars = "".join(
            f'<rect x="5.5" y="{_TOP_BAR - step * _BAR_STEP:.1f}" width="9" height="1.9"/>'
            for step in range(rank)
        )
        seen = Markup('<span class="{}">{}</span>').format("" if named else "sr-only", name)
        return Markup(
            f'<span class="hallmark hallmark-{tier}" title="{name}">'
            '<svg viewBox="0 0 20 22" aria-hidden="true" focusable="false">'
            f'<path d="{_HEXAGON}"/>{bars}</svg>{seen}</span>'
        )

    @lru_cache(maxsize=32)
    def vip(self, level: str | None) -> Markup:
        """The inverted VIP tag; nothing at all for guests without a level."""
        if not level:
            return Markup("")
        return Markup(
            '<span class="vip" title="{}"><span class="sr-only">VIP </span>{}</span>'
        ).format("VIP " + level, level)

    @lru_cache(maxsize=8)
    def alert_icon(self, weight: str) -> Markup:
        """Octagon, triangle or circle, with its word for screen readers."""
        _, icon, word = ALERTS.get(weight, ALERTS["note"])
        return self.icon(icon) + Markup('<span class="sr-only">{} </span>').format(self._say(word))

    def alert_class(self, weight: str) -> str:
        return "alert alert-" + ALERTS.get(weight, ALERTS["note"])[0]

    def flag_class(self, weight: str) -> str:
        return "flag flag-" + ALERTS.get(weight, ALERTS["note"])[0]
