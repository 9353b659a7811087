"""Offers, limits and the ledger as they are asked for and told; amounts are minor units."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from crm.complaints.terms import CODE_MAX as CATEGORY_MAX
from crm.complaints.terms import Severity
from crm.kit.schema import MONEY_MAX, Count, Id, In, Lax, Line, Out, Words
from crm.recovery.terms import (
    CODE_MAX,
    NAME_MAX,
    WORDS_MAX,
    OfferKind,
    PatternKind,
    RecoveryState,
)
from crm.staff.terms import Role

Amount = Annotated[int, Field(ge=0, le=MONEY_MAX)]
OfferCode = Annotated[str, Field(pattern=rf"^[A-Z0-9_]{{2,{CODE_MAX}}}$")]
Said = Annotated[Words, Field(max_length=WORDS_MAX)]
Category = Annotated[Line, Field(max_length=CATEGORY_MAX)]
Name = Annotated[Line, Field(max_length=NAME_MAX)]


class RecoveryAsk(In):
    """Something for a guest; ``id`` is the maker's own, so that sent twice is one.

    ``amount_minor`` is for a waived line only: how much of the bill is waived. ``words`` say
    why, and are needed above one's own limit.
    """

    id: Id | None = None
    offer: OfferCode
    amount_minor: Annotated[int, Field(ge=1, le=MONEY_MAX)] | None = None
    words: Said | None = None


class RecoveryDecide(In):
    """An approver's answer; a refusal needs words."""

    approve: bool
    words: Said | None = None


class OfferIn(In):
    """One entry of the catalogue, whole."""

    kind: Annotated[OfferKind, Lax]
    name_en: Name
    name_zh: Name
    cost_minor: Amount
    value_minor: Amount
    points: Count = 0
    categories: list[Category] = Field(default_factory=list, max_length=40)
    least_severity: Annotated[Severity, Lax] = Severity.MINOR
    is_on: bool = True


class LimitIn(In):
    """The most for one case and for one day; null is without limit."""

    case_minor: Amount | None
    day_minor: Amount | None


class OfferSheet(Out):
    """``version`` is 0 while the shipped entry holds."""

    code: str
    kind: OfferKind
    name_en: str
    name_zh: str
    cost_minor: int
    value_minor: int
    points: int
    categories: list[str]
    least_severity: Severity
    is_on: bool
    version: int


class OfferList(Out):
    """A hotel's catalogue with the currency of its amounts."""

    currency: str
    items: list[OfferSheet]


class LimitSheet(Out):
    """``version`` is 0 while the default holds; null is without limit."""

    role: Role
    severity: Severity
    case_minor: int | None
    day_minor: int | None
    version: int


class LimitList(Out):
    currency: str
    items: list[LimitSheet]


class OfferChoice(Out):
    """An offer that fits a case: ``within`` one's own limits, else who would have to approve.

    ``amount_typed``: the amount is named when it is given, so nothing is known before.
    """

    code: str
    kind: OfferKind
    name_en: str
    name_zh: str
    cost_minor: int
    value_minor: int
    points: int
    amount_typed: bool
    within: bool
    needs: Role | None


class RecoveryRow(Out):
    """A line of the ledger with the case behind it; the guest as the reader may see her."""

    id: UUID
    complaint_id: UUID
    reference: str
    headline: str
    room_no: str | None
    guest_id: UUID | None
    guest: str | None
    kind: OfferKind
    name_en: str
    name_zh: str
    cost_minor: int
    value_minor: int
    points: int
    currency: str
    severity: Severity
    state: RecoveryState
    needs_role: Role | None
    words: str | None
    asked_at: datetime
    asked_by: UUID | None
    asked_by_name: str | None
    decided_at: datetime | None
    decided_by_name: str | None
    decided_words: str | None
    given_at: datetime | None
    given_by_name: str | None
    version: int


class RecoveryMade(Out):
    id: UUID
    state: RecoveryState
    needs_role: Role | None
    version: int


class KindWorked(Out):
    """Of ``cases`` closed with this kind, ``satisfied`` guests answered 8 or more."""

    kind: OfferKind
    cases: int
    satisfied: int


class LedgerTotal(Out):
    """Money, points and gifts in one total of costs to the hotel."""

    cases: int
    times: int
    money_minor: int
    points: int
    points_minor: int
    gifts: int
    gifts_minor: int
    cost_minor: int
    value_minor: int


class RecoverySheet(Out):
    """What can be given for a case, what was, and what the guest had in the last 24 months.

    ``worked`` is silent for kinds with fewer than five answered closings in this category.
    """

    complaint_id: UUID
    case_version: int
    reference: str
    category: str
    currency: str
    is_open: bool
    offers: list[OfferChoice]
    given: list[RecoveryRow]
    case_minor: int
    case_limit_minor: int | None
    guest_total: LedgerTotal | None
    worked: list[KindWorked]


class WhoTotal(LedgerTotal):
    """The total of one guest or colleague."""

    id: UUID
    name: str


class PatternFound(Out):
    """Worth a second look; nothing follows from it by itself.

    ``who`` is a colleague's or guest's name or a room; ``against_minor`` the median of the
    colleagues.
    """

    kind: PatternKind
    who: str
    id: UUID | None
    cases: int
    cost_minor: int
    against_minor: int | None


class LedgerSheet(Out):
    """A hotel's ledger of a period, both days counted."""

    since: date
    until: date
    currency: str
    total: LedgerTotal
    guests: list[WhoTotal]
    staff: list[WhoTotal]
    patterns: list[PatternFound]
