"""The small signs every page shares: icon, identity spine, tier hallmark, VIP tag, alert shape.

They are functions and not template macros because lists draw hundreds of them per page.
Shape comes first, then the word, colour last: each sign survives a grey print and colour blindness.
"""

from markupsafe import Markup

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
    """The signs in one language, drawn once. ``sprite`` is the address of the icon file."""

    def __init__(self, language: str, sprite: str) -> None:
        say = wording(language).gettext
        self._sprite = sprite
        self._icons: dict[tuple[str, str], Markup] = {}
        self._spines = {
            name: _spine(css, chinese if language == "zh-Hans" else latin, say(words))
            for name, (css, latin, chinese, words) in IDENTITIES.items()
        }
        self._hallmarks = {
            (tier, named): _hallmark(rank, tier, say(TIER_NAMES[tier]), named)
            for rank, tier in enumerate(TIERS)
            for named in (False, True)
        }
        self._alert_icons = {
            weight: self.icon(icon) + Markup('<span class="sr-only">{} </span>').format(say(word))
            for weight, (_, icon, word) in ALERTS.items()
        }

    def icon(self, name: str, kind: str = "") -> Markup:
        """A decorative icon; the word beside it carries the meaning."""
        if (name, kind) not in self._icons:
            self._icons[name, kind] = Markup(
                '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>'
            ).format(f"icon {kind}".strip(), self._sprite, name)
        return self._icons[name, kind]

    def spine(self, identity: str | None) -> Markup:
        """The strip at the left edge of a guest: pattern first, colour second, letter on paper."""
        return self._spines.get(identity or "", self._spines["individual"])

    def hallmark(self, tier: str | None, named: bool = False) -> Markup:
        """A hexagon with none to four bars, so that the order of tiers can be counted."""
        return self._hallmarks.get((tier or "", named), Markup())

    def vip(self, level: str | None) -> Markup:
        """The inverted VIP tag; nothing at all for guests without a level."""
        if not level:
            return Markup()
        return Markup(
            '<span class="vip" title="VIP {}"><span class="sr-only">VIP </span>{}</span>'
        ).format(level, level)

    def alert_icon(self, weight: str) -> Markup:
        """Octagon, triangle or circle, with its word for screen readers."""
        return self._alert_icons.get(weight, self._alert_icons["note"])

    def alert_class(self, weight: str) -> str:
        return "alert alert-" + ALERTS.get(weight, ALERTS["note"])[0]

    def flag_class(self, weight: str) -> str:
        return "flag flag-" + ALERTS.get(weight, ALERTS["note"])[0]


def _spine(css: str, letter: str, words: str) -> Markup:
    return Markup(
        '<span class="spine spine-{}" data-letter="{}" title="{} · {}">'
        '<span class="sr-only">{}</span></span>'
    ).format(css, letter, letter, words, words)


def _hallmark(rank: int, tier: str, words: str, named: bool) -> Markup:
    bar = Markup('<rect x="5.5" y="{:.1f}" width="9" height="1.9"/>')
    bars = Markup().join(bar.format(_TOP_BAR - no * _BAR_STEP) for no in range(rank))
    return Markup(
        '<span class="hallmark hallmark-{}" title="{}">'
        '<svg viewBox="0 0 20 22" aria-hidden="true" focusable="false"><path d="{}"/>{}</svg>'
        '<span class="{}">{}</span></span>'
    ).format(tier, words, _HEXAGON, bars, "" if named else "sr-only", words)
