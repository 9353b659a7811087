"""What the desks see of a guest: the card, the boards, the floor. Words come as phrases.

The names are those that the templates read (``tests/web/sample_context.py``). Texts that must be
translated are `Phrase` objects; `web.phrases` turns them into the reader's language.
"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from crm.complaints.terms import CaseStatus, Severity
from crm.guests.terms import (
    Calendar,
    CautionLevel,
    ContactKind,
    GuestIdentity,
    RelationKind,
    Title,
    VipLevel,
)
from crm.hotels.terms import Cleanliness
from crm.kit.schema import Out
from crm.loyalty.terms import Tier
from crm.preferences.terms import PreferenceStatus
from crm.privacy.terms import ConsentChannel
from crm.stays.terms import BookingChannel, StayStatus


class Term(Out):
    """A word of the house inside a phrase, such as (``tier``, ``gold``)."""

    kind: str
    value: str


class Phrase(Out):
    """A sentence by its code with what fills its places; ``language`` is set when it is not
    for the reader but for the guest."""

    code: str
    values: dict[str, str | int | date | Term] = Field(default_factory=dict)
    language: str | None = None


class Weight(StrEnum):
    """How heavy a warning is; its look follows the weight, never the colour alone."""

    MUST_KNOW = "must_know"
    TAKE_CARE = "take_care"
    NOTE = "note"


class Alert(Out):
    """A warning; ``kind`` is for machines and filters, ``short`` for the board.

    ``key`` names it where a colleague may put it aside for this stay; others stay.
    """

    weight: Weight
    kind: str
    text: Phrase | str
    short: Phrase | str
    key: str | None = None


class Wish(Out):
    """One preference for this stay. ``met`` is null when the room does not decide it or
    nobody can tell; ``detail`` is what was written beside the code, which is null where it
    would name a reason that is not for this reader."""

    code: str | None
    text: str
    detail: str | None = None
    status: PreferenceStatus
    confirmed: bool
    times_seen: int
    met: bool | None = None
    preference_id: UUID | None = None


class Suggestion(Out):
    """Something to ask or to answer: a wish seen but not confirmed yet (``claim``), or a habit
    that the house's records propose (``habit``). ``why`` is the evidence in a sentence, ``times``
    the same in figures."""

    kind: str
    id: UUID
    version: int
    text: str
    why: Phrase | str
    times: Phrase | None = None


class WishGroup(Out):
    topic: Phrase
    wishes: list[Wish]


class Fit(Out):
    """How many of the wishes that a room can meet are met by the room assigned."""

    room: str
    met: int
    wanted: int
    missing: list[str]


class Say(Out):
    """What to say to the guest in the guest's language, and what staff should know saying it."""

    to_guest: Phrase
    to_staff: Phrase
    in_private: Phrase | None = None
    recovery: Phrase | None = None


class StayNow(Out):
    """The stay in house, else the next one due, else the one that ended today."""

    stay_id: UUID
    hotel_id: UUID
    status: StayStatus
    arrival_on: date
    departure_on: date
    eta: str | None
    room: str | None
    room_type: str
    room_ready: bool
    cleanliness: Cleanliness | None
    nights: int
    rate: str | None
    adults: int
    children: int
    channel: BookingChannel | None
    arriving_from: str | None
    asked: str | None


class Figures(Out):
    """Running figures of all hotels; ``spend_minor`` is null where the reader sees the band."""

    stays: int | None
    nights: int | None
    spend_minor: int | None
    spend_band: str | None
    currency: str
    points: int | None


class Contact(Out):
    """``id`` is the number of the contact point under its guest; ``shown`` is masked by sight."""

    id: str
    kind: ContactKind
    shown: str
    masked: bool


class Birthday(Out):
    calendar: Calendar
    month: int
    day: int
    leap_month: bool
    year: int | None
    next_on: date | None
    days: int | None


class Consent(Out):
    channel: ConsentChannel
    allowed: bool


class Link(Out):
    relation: RelationKind | str
    name: str
    guest_id: UUID | None
    note: str


class Happening(Out):
    """One line of the timeline. ``kind`` is its family for the filters, ``source`` the very
    row it tells of; ``until`` closes a stay."""

    on: date
    at: datetime
    kind: str
    text: Phrase
    source: str
    source_id: str
    stay_id: UUID | None = None
    href: str | None = None


class FileQuality(Out):
    """Percent of the basic facts that are there; ``missing`` names the others."""

    percent: int
    missing: list[str]
    checked_on: date | None
    stale_months: int | None = None
    """Of a regular or a VIP: for how many months nobody went through it, once that is too long."""


class CompanyLink(Out):
    id: UUID
    name: str


class CaseLine(Out):
    """A complaint as everybody at the desk may know it."""

    id: UUID
    number: int
    reference: str
    status: CaseStatus
    severity: Severity
    headline: str
    opened_on: date
    is_open: bool


class GuestCard(Out):
    """Everything about one guest at a glance, as one reader may see it."""

    guest_id: UUID
    reference: str | None
    version: int
    name: str
    latin_name: str
    alias: str | None
    is_incognito: bool
    title: Title | None
    pronounced: str
    languages: list[str]
    nationality: str | None
    identity: GuestIdentity
    tier: Tier | None
    membership_no: str | None
    vip: VipLevel | None
    caution: CautionLevel | None
    company: CompanyLink | None
    position: str | None
    say: Say
    stay: StayNow | None
    stay_number: int
    alerts: list[Alert]
    put_aside: list[Alert] = Field(default_factory=list)
    fit: Fit | None
    wishes: list[WishGroup]
    suggestions: list[Suggestion] = Field(default_factory=list)
    figures: Figures
    segment: str | None
    contacts: list[Contact]
    birthday: Birthday | None
    consents: list[Consent]
    scores: list[int]
    file: FileQuality | None
    links: list[Link]
    cases: list[CaseLine]
    timeline: list[Happening]
    special_shown: bool = Field(default=False, exclude=True)
    """Whether something of special categories is on it, for the log of who looked; never sent."""


class Side(StrEnum):
    ARRIVALS = "arrivals"
    IN_HOUSE = "in_house"
    DEPARTURES = "departures"


class BoardFilter(StrEnum):
    VIP = "vip"
    ALLERGY = "allergy"
    CASE = "case"
    BIRTHDAY = "birthday"
    FIRST = "first"


class BoardRow(Out):
    """One guest, or one group folded (``people`` rooms or persons, no guest of its own).

    ``at`` is the ETA, or when the guest must leave; ``prep`` counts the wishes that the assigned
    room meets and what departments have set, null where there is nothing of either.
    """

    stay_id: UUID
    guest_id: UUID | None
    version: int
    status: StayStatus
    identity: GuestIdentity
    at: str | None
    name: str
    latin_name: str
    group: str | None
    people: int
    tier: Tier | None
    vip: VipLevel | None
    room: str | None
    room_ready: bool
    cleanliness: Cleanliness | None
    stay_number: int
    nights: int
    flags: list[Alert]
    more_flags: int = 0
    wants: str
    prep_met: int | None
    prep_wanted: int | None
    stale_months: int | None = None


class Board(Out):
    """One side of the day: ``counts`` of the three sides, ``filters`` of this side."""

    side: Side
    on: date
    counts: dict[str, int]
    filters: dict[str, int]
    chosen: BoardFilter | None
    rows: list[BoardRow]
    prepared: int
    to_prepare: int


class FloorFilter(StrEnum):
    ALL = "all"
    NOTED = "noted"
    DUE = "due"
    LEAVING = "leaving"
    TURN_DOWN = "turn_down"


class DoorNote(Out):
    """A need-to-know line for those who act in the room; never the reason."""

    weight: Weight
    code: str | None
    text: str


class Evening(Out):
    """What the turn-down round does in a room.

    ``want`` is ``wanted`` or ``not_wanted`` where the guest said so, ``open`` where the house's
    habit holds, ``card`` where the sign on the door says not to disturb: a card is left.
    ``birthday`` is ``open`` or ``private`` when it is today.
    """

    want: str
    notes: list[DoorNote]
    birthday: str | None = None


class LikelyCode(Out):
    """A code that a phone offers to note."""

    code: str
    label: str


class Tick(Out):
    """One thing to set for the stay, in the words of those who set it."""

    id: UUID
    text: str
    done: bool


class Door(Out):
    """A room of the floor: ``situation`` is vacant, due, in_house, leaving or left.

    ``fits`` names the filters that keep it; ``likely`` the codes most likely to be noted there.
    """

    no: str
    situation: str
    state: Phrase
    cleanliness: Cleanliness
    vip: VipLevel | None
    version: int
    notes: list[DoorNote]
    more: int
    evening: Evening | None = None
    ticks: list[Tick] = Field(default_factory=list)
    likely: list[str] = Field(default_factory=list)
    fits: list[FloorFilter] = Field(default_factory=list)


class Floor(Out):
    """The rooms of one floor in door order, without a name and without a phone."""

    name: str
    floors: list[str]
    chosen: FloorFilter
    counts: dict[str, int]
    on: date
    rooms: list[Door]
    done: int = 0
    """How many of the floor's rooms are clean; of all, whatever the filter, and of nobody."""
    made_at: datetime | None = None
    codes: list[LikelyCode] = Field(default_factory=list)
    """The codes that the doors name as likely, in the reader's words."""
