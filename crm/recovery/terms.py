"""Words of what is given to guests after a complaint."""

from enum import StrEnum


class OfferKind(StrEnum):
    UPGRADE = "upgrade"
    WAIVED_LINE = "waived_line"
    VOUCHER = "voucher"
    POINTS = "points"
    GIFT = "gift"
    LATE_CHECK_OUT = "late_check_out"
    LETTER = "letter"
    VISIT = "visit"


class RecoveryState(StrEnum):
    """Within one's own limit something is given at once; above it, somebody else approves first."""

    WAITING = "waiting"
    APPROVED = "approved"
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Bound(StrEnum):
    """Which of one's limits an amount goes beyond."""

    CASE = "case"
    DAY = "day"


class PatternKind(StrEnum):
    """What is worth a second look; never a judgement, and nothing follows by itself."""

    SAME_CLERK = "same_clerk"
    SAME_ROOM = "same_room"
    SERIAL_CLAIMANT = "serial_claimant"


class LetterLanguage(StrEnum):
    """The languages in which the house drafts letters."""

    ZH = "zh"
    EN = "en"


class SentHow(StrEnum):
    """The way a letter went; by a person, never by the machine."""

    POST = "post"
    E_MAIL = "e_mail"
    BY_HAND = "by_hand"


SUBJECT_MAX = 120
LETTER_MAX = 4000
LETTERS_MAX = 20
"""So many letters a case may have."""
MONEY_KINDS = frozenset({OfferKind.WAIVED_LINE, OfferKind.VOUCHER})
COUNTED = (RecoveryState.APPROVED, RecoveryState.GIVEN)
"""What stands against somebody's limits."""
CODE_MAX = 40
NAME_MAX = 80
WORDS_MAX = 500
GUEST_MONTHS = 24
"""So far back a guest's own total is told beside a case."""
LEDGER_DAYS_MAX = 731
