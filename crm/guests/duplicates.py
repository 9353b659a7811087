"""Could this be somebody on file? Careful: no sign that several people share decides alone.

Pure: the person being typed against one file. A phone marked as shared, an agency's relay
address and a first name count only beside something else; one wrong character is another
Chinese name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from crm.guests.birthdays import Birthday
from crm.guests.keys import name_key
from crm.guests.naming import NameParts
from crm.guests.readings import readings_of_name, spellings
from crm.guests.scripts import has_cjk


class Sign(StrEnum):
    """One thing that two files have in common."""

    SAME_PHONE = "same_phone"
    SAME_EMAIL = "same_email"
    SHARED_PHONE = "shared_phone"
    RELAY_EMAIL = "relay_email"
    SAME_NAME = "same_name"
    SAME_READING = "same_reading"
    SIMILAR_NAME = "similar_name"
    SAME_BIRTHDAY = "same_birthday"
    OTHER_BIRTHDAY = "other_birthday"


WEIGHT = {
    Sign.SAME_PHONE: 55,
    Sign.SAME_EMAIL: 60,
    Sign.SHARED_PHONE: 10,
    Sign.RELAY_EMAIL: 5,
    Sign.SAME_NAME: 45,
    Sign.SAME_READING: 35,
    Sign.SIMILAR_NAME: 25,
    Sign.SAME_BIRTHDAY: 30,
    Sign.OTHER_BIRTHDAY: -40,
}
LIKELY, POSSIBLE = 85, 35


@dataclass(frozen=True, slots=True)
class Contact:
    """A comparable phone (E.164) or e-mail (key)."""

    norm: str
    is_email: bool
    is_shared: bool = False
    is_relay: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of one side."""

    names: tuple[NameParts, ...]
    contacts: tuple[Contact, ...] = ()
    birthday: Birthday | None = None


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two files are, 0 to 100, and by which signs."""

    score: int
    signs: tuple[Sign, ...]

    @property
    def is_likely(self) -> bool:
        return self.score >= LIKELY


def likeness(typed: Person, known: Person) -> Likeness | None:
    """How far the two can be one person; None below `POSSIBLE`."""
    signs = [*_contact_signs(typed, known), *_name_signs(typed, known)]
    if typed.birthday and known.birthday:
        signs += _birthday_signs(typed.birthday, known.birthday)
    score = max(0, min(100, sum(WEIGHT[sign] for sign in signs)))
    return Likeness(score, tuple(signs)) if score >= POSSIBLE else None


def _contact_signs(typed: Person, known: Person) -> list[Sign]:
    on_file = {contact.norm: contact for contact in known.contacts}
    signs: dict[Sign, None] = {}
    for contact in typed.contacts:
        other = on_file.get(contact.norm)
        if other is None:
            continue
        if contact.is_email:
            relay = contact.is_relay or other.is_relay
            signs[Sign.RELAY_EMAIL if relay or other.is_shared else Sign.SAME_EMAIL] = None
        else:
            signs[Sign.SHARED_PHONE if other.is_shared else Sign.SAME_PHONE] = None
    return list(signs)


def _name_signs(typed: Person, known: Person) -> list[Sign]:
    """The strongest agreement of any two names."""
    best: Sign | None = None
    for one in typed.names:
        for other in known.names:
            sign = name_sign(one, other)
            if sign is not None and (best is None or WEIGHT[sign] > WEIGHT[best]):
                best = sign
    return [] if best is None else [best]


def name_sign(one: NameParts, other: NameParts) -> Sign | None:
    """How two names agree: equal in any order, equal as read, or one letter apart.

    A single word agrees only with a single word: everybody has a namesake by the first name.
    """
    left, right = name_key(one.full), name_key(other.full)
    if not left or not right:
        return None
    if sorted(left.split()) == sorted(right.split()):
        return Sign.SAME_NAME
    if has_cjk(left) and has_cjk(right):
        return None
    if run_together(one) & run_together(other):
        return Sign.SAME_READING
    if has_cjk(left) or has_cjk(right) or min(len(left), len(right)) < 8:
        return None
    return Sign.SIMILAR_NAME if _close(left, right) else None


def _close(left: str, right: str) -> bool:
    from rapidfuzz.distance import OSA  # three megabytes that few processes need

    one, other = " ".join(sorted(left.split())), " ".join(sorted(right.split()))
    return OSA.distance(one, other, score_cutoff=1) <= 1


def run_together(name: NameParts) -> set[str]:
    """The name run together in its readings and orders, to compare across scripts."""
    key = name_key(name.full)
    if has_cjk(key):
        ways = readings_of_name(name.full, name.family, name.given)
        return {spelt for way in ways for spelt in spellings("".join(way))}
    words = key.split()
    if len(words) < 2:
        return set()
    return {"".join(words), "".join((words[-1], *words[:-1])), "".join((*words[1:], words[0]))}


def _birthday_signs(one: Birthday, other: Birthday) -> Sequence[Sign]:
    if one.calendar is not other.calendar:
        return []
    same_day = (one.month, one.day, one.leap) == (other.month, other.day, other.leap)
    years_agree = one.year is None or other.year is None or one.year == other.year
    return [Sign.SAME_BIRTHDAY] if same_day and years_agree else [Sign.OTHER_BIRTHDAY]
