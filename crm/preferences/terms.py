"""Words about preferences and notes."""

from enum import StrEnum

CODE_MAX = 24


class Polarity(StrEnum):
    LIKE = "like"
    AVOID = "avoid"
    NEED = "need"
    FACT = "fact"


class Sensitivity(StrEnum):
    """``special`` is special-category data; ``restricted`` is a security matter by the house."""

    NORMAL = "normal"
    RESTRICTED = "restricted"
    SPECIAL = "special"


class PreferenceStatus(StrEnum):
    """A preference is a claim with evidence; only a confirmed one acts by itself."""

    PROPOSED = "proposed"
    SEEN_ONCE = "seen_once"
    SEEN_TWICE = "seen_twice"
    CONFIRMED = "confirmed"
    EXPIRED = "expired"
    RETIRED = "retired"


class PreferenceSource(StrEnum):
    SEEN = "seen"
    TOLD = "told"
    WRITTEN = "written"
    SENSED = "sensed"
    IMPORTED = "imported"


class Scope(StrEnum):
    ALWAYS = "always"
    THIS_STAY = "this_stay"


class NoteLevel(StrEnum):
    """Who may read a note: everyone serving, one department, management, named persons."""

    SERVICE = "service"
    DEPARTMENT = "department"
    MANAGEMENT = "management"
    RESTRICTED = "restricted"


SHOWN_STATUSES = (
    PreferenceStatus.SEEN_ONCE,
    PreferenceStatus.SEEN_TWICE,
    PreferenceStatus.CONFIRMED,
)
