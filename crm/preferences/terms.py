"""Words about preferences."""

from enum import StrEnum

CODE_MAX = 24
VALUE_MAX = 60
WORDS_MAX = 300
REPLY_MAX = 300


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


class ReviewPolicy(StrEnum):
    """When the guest-file centre looks at a note: by group of codes, set by each hotel."""

    STRAIGHT_IN = "straight_in"
    WITHIN_A_DAY = "within_a_day"
    BEFORE_ANYONE = "before_anyone"


class ObservationState(StrEnum):
    """What became of something that was noted.

    ``taken`` went straight in and is not reviewed; ``waiting`` waits for the centre (it counts
    meanwhile where the policy is ``within_a_day``); ``accepted`` and ``rejected`` are the centre's
    word; ``withdrawn`` is the noter's own undo.
    """

    TAKEN = "taken"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class RejectReason(StrEnum):
    HEARSAY = "hearsay"
    NOT_USEFUL = "not_useful"
    JUDGEMENTAL = "judgemental"
    DUPLICATE = "duplicate"
    WRONG_GUEST = "wrong_guest"


class RetiredWhy(StrEnum):
    """Why a claim no longer holds; its history stays."""

    CONTRADICTED = "contradicted"
    DENIED = "denied"
    BY_HAND = "by_hand"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


class Lateness(StrEnum):
    """How long a note has waited for the centre: the lights of its list."""

    FRESH = "fresh"
    AMBER = "amber"
    RED = "red"


class TextCaution(StrEnum):
    """What the box warns of in free words; the centre decides."""

    JUDGEMENT = "judgement"
    DIAGNOSIS = "diagnosis"
    RELIGION = "religion"
    ETHNICITY = "ethnicity"
    POLITICS = "politics"
    CARD_NUMBER = "card_number"
    ID_NUMBER = "id_number"
    PHONE_NUMBER = "phone_number"


class Scope(StrEnum):
    ALWAYS = "always"
    THIS_STAY = "this_stay"


SHOWN_STATUSES = (
    PreferenceStatus.SEEN_ONCE,
    PreferenceStatus.SEEN_TWICE,
    PreferenceStatus.CONFIRMED,
)
