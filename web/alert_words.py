"""Rules for alerts in plain words: from conditions to a sentence that a manager reads once."""

from collections.abc import Callable, Sequence
from typing import Any

from crm.alerts.schemas import Among, Who
from crm.alerts.terms import Match
from web import formats
from web.labels import label
from web.wording import mark, wording

AND, OR = mark("%(first)s and %(second)s"), mark("%(first)s or %(second)s")

_PLAIN = {
    "first_stay": (mark("first stay here"), mark("not the first stay here")),
    "open_case": (mark("a case is open"), mark("no case is open")),
    "birthday_in_stay": (mark("birthday during the stay"), mark("no birthday during the stay")),
    "long_stay": (mark("long stay"), mark("no long stay")),
    "children": (mark("with children"), mark("without children")),
}
_ANY = {
    "vip": (mark("VIP"), mark("no VIP")),
    "tier": (mark("a member"), mark("no member")),
    "company": (mark("for a partner company"), mark("for no partner company")),
}
_ONE_OF = {
    "vip": (mark("VIP %(which)s"), mark("not VIP %(which)s")),
    "tier": (mark("tier %(which)s"), mark("not tier %(which)s")),
    "company": (mark("for %(which)s"), mark("not for %(which)s")),
    "identity": (mark("filed as %(which)s"), mark("not filed as %(which)s")),
    "code": (mark("has %(which)s"), mark("has not %(which)s")),
    "room_type": (mark("room type %(which)s"), mark("not room type %(which)s")),
    "language": (mark("speaks %(which)s"), mark("does not speak %(which)s")),
}
_NUMBERS = {
    "stale_file": (
        mark("file not checked for %(months)s months"),
        mark("file checked within %(months)s months"),
    ),
    "nth": (mark("stay no. %(first)s and later"), mark("before stay no. %(first)s")),
    "nth_until": (
        mark("stay no. %(first)s to %(last)s"), mark("not stay no. %(first)s to %(last)s"),
    ),
    "nth_every": (
        mark("every %(every)s stay from no. %(first)s"),
        mark("not every %(every)s stay from no. %(first)s"),
    ),
    "nights": (mark("nights: %(first)s and more"), mark("nights: fewer than %(first)s")),
    "nights_until": (
        mark("nights: %(first)s to %(last)s"), mark("nights: not %(first)s to %(last)s"),
    ),
}  # fmt: skip


def sentence(who: Who, language: str, names: Callable[[str, str], str] | None = None) -> str:
    """The conditions as one sentence; ``names`` gives the words for codes and companies."""
    return _joined(who.match, [_item(item, language, names) for item in who.of], language)


def _joined(match: Match, parts: Sequence[str], language: str) -> str:
    say, how = wording(language), AND if match is Match.ALL else OR
    text = parts[0]
    for part in parts[1:]:
        text = say.say(how, first=text, second=part)
    return text


def _item(item: Any, language: str, names: Callable[[str, str], str] | None) -> str:
    say = wording(language)
    if isinstance(item, Among):
        inner = _joined(item.match, [_item(each, language, names) for each in item.of], language)
        shape = mark("not (%(inner)s)") if item.negated else mark("(%(inner)s)")
        return say.say(shape, inner=inner)
    turned = int(item.negated)
    if item.kind in _PLAIN:
        return say.gettext(_PLAIN[item.kind][turned])
    if item.kind in _ONE_OF:
        if not item.any_of:
            return say.gettext(_ANY[item.kind][turned])
        words = [_word(item.kind, str(each), language, names) for each in item.any_of]
        which = _joined(Match.ANY, words, language)
        return say.say(_ONE_OF[item.kind][turned], which=which)
    return _number(item, turned, language)


def _word(kind: str, value: str, language: str, names: Callable[[str, str], str] | None) -> str:
    if kind in ("tier", "identity"):
        return label(kind, value, language=language)
    if kind == "language":
        return formats.language_name(value, language)
    return names(kind, value) if names and kind in ("code", "company") else value


def _number(item: Any, turned: int, language: str) -> str:
    if item.kind == "stale_file":
        shape, values = "stale_file", {"months": str(item.months)}
    else:
        shape = "nth" if item.kind == "nth_stay" else "nights"
        values = {"first": str(item.at_least)}
        if getattr(item, "every", None):
            shape, values["every"] = "nth_every", formats.ordinal(item.every, language)
        elif item.at_most is not None:
            shape, values["last"] = f"{shape}_until", str(item.at_most)
    return wording(language).say(_NUMBERS[shape][turned], **values)
