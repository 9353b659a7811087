"""Complaint cases as they are opened, closed and read."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from crm.complaints.terms import (
    CODE_MAX,
    DETAIL_MAX,
    ITEM_MAX,
    PLACE_MAX,
    PREVENTION_MAX,
    STAFF_MAX,
    VISITOR_MAX,
    BoardColumn,
    BoardView,
    CaseKind,
    CaseSource,
    CaseStatus,
    ReopenWhy,
    Severity,
    StepKind,
    WordLevel,
)
from crm.documents.terms import TITLE_MAX, FileKind
from crm.hotels.terms import ROOM_NO_MAX, DepartmentCode
from crm.kit.schema import (
    Id,
    In,
    IsoDate,
    IsoInstant,
    Lax,
    Line,
    Out,
    Words,
)
from crm.notes.schemas import TraceWords
from crm.notes.terms import TraceState

HEADLINE_MAX = 160
Told = Annotated[Words, Field(max_length=2000)]
StepWords = Annotated[Words, Field(max_length=1000)]
Headline = Annotated[Line, Field(max_length=HEADLINE_MAX)]
Code = Annotated[Line, Field(max_length=CODE_MAX)]
WordCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
RoomNo = Annotated[Line, Field(max_length=ROOM_NO_MAX)]
Place = Annotated[Line, Field(max_length=PLACE_MAX)]
Item = Annotated[Line, Field(max_length=ITEM_MAX)]
Detail = Annotated[Words, Field(max_length=DETAIL_MAX)]
Check = Annotated[Words, Field(max_length=200)]
Prevented = Annotated[Words, Field(max_length=PREVENTION_MAX)]


class ComplaintOpen(In):
    """A complaint, a word of praise or a suggestion, in the guest's words.

    ``id`` may be made where the case was taken down: the same one again is the same case.
    Cases of one conversation share a ``talk_id``. ``staff_ids`` are colleagues who were involved.
    """

    id: Id | None = None
    talk_id: Id | None = None
    kind: Annotated[CaseKind, Lax] = CaseKind.COMPLAINT
    source: Annotated[CaseSource, Lax]
    guest_id: Id | None = None
    stay_id: Id | None = None
    room_no: RoomNo | None = None
    place: Place | None = None
    item: Item | None = None
    happened_at: IsoInstant | None = None
    visitor_name: Annotated[Line, Field(max_length=VISITOR_MAX)] | None = None
    visitor_contact: Annotated[Line, Field(max_length=VISITOR_MAX)] | None = None
    category: Code
    cause: Code | None = None
    severity: Annotated[Severity, Lax]
    headline: Headline
    words: Told | None = None
    department: Annotated[DepartmentCode | None, Lax] = None
    is_sensitive: bool = False
    staff_ids: Annotated[list[Id], Field(max_length=STAFF_MAX)] = Field(default_factory=list)


class CaseMove(In):
    """Where a case goes next, and what was done."""

    to: Annotated[CaseStatus, Lax]
    words: StepWords


class CaseWords(In):
    """What was seen, said or done: one signed step."""

    words: StepWords


class CaseHandOver(In):
    """To a colleague or to a department, with what they have to know."""

    to_staff_id: Id | None = None
    department: Annotated[DepartmentCode | None, Lax] = None
    words: StepWords


class CaseAmend(In):
    """What is put right; what is not named stays as it is."""

    category: Code | None = None
    cause: Code | None = None
    cause_detail: Detail | None = None
    severity: Annotated[Severity | None, Lax] = None
    department: Annotated[DepartmentCode | None, Lax] = None
    headline: Headline | None = None
    room_no: RoomNo | None = None
    place: Place | None = None
    item: Item | None = None
    happened_at: IsoInstant | None = None
    is_sensitive: bool | None = None
    staff_ids: Annotated[list[Id], Field(max_length=STAFF_MAX)] | None = None
    words: StepWords | None = None


class TaskIn(In):
    """A task of a case for a department; the same ``id`` again is the same task."""

    id: Id | None = None
    department: Annotated[DepartmentCode, Lax]
    words: TraceWords
    due_at: IsoInstant


class PreventionIn(In):
    """What is done so that it does not happen again, whose it is, and when it is looked at."""

    words: Prevented
    owner_id: Id
    check_back_on: IsoDate


class ComplaintClose(In):
    """How a case ended: the guest's word, what was found, and what to ask next time.

    A complaint needs ``satisfaction`` (0 to 10; None only after three tries to reach the guest),
    ``cause`` and ``prevention``. What was given is no part of it: that is given within limits.
    """

    words: StepWords
    cause: Code | None = None
    cause_detail: Detail | None = None
    satisfaction: Annotated[int | None, Field(ge=0, le=10)] = None
    prevention: PreventionIn | None = None
    next_stay_check: Check | None = None


class CaseReopen(In):
    why: Annotated[ReopenWhy, Lax]
    words: StepWords


class CheckDone(In):
    """At which stay an arrival check was done."""

    stay_id: Id


class ComplaintRow(Out):
    """A case as everybody at the desk may know it."""

    id: UUID
    hotel_id: UUID
    number: int
    reference: str
    kind: CaseKind
    status: CaseStatus
    severity: Severity
    headline: str
    guest_id: UUID | None
    stay_id: UUID | None
    room_no: str | None
    opened_at: datetime
    closed_at: datetime | None
    next_stay_check: str | None


class StepRow(Out):
    no: int
    at: datetime
    by_id: UUID | None
    by_name: str | None
    kind: StepKind
    status_after: CaseStatus
    words: str


class PauseRow(Out):
    """The house waited for the guest; ``until_at`` is None while it still does."""

    from_at: datetime
    until_at: datetime | None


class TaskRow(Out):
    """A task of a case as it stands with its department."""

    id: UUID
    department: DepartmentCode
    words: str
    due_at: datetime
    state: TraceState
    closed_at: datetime | None
    closed_words: str | None


class PersonRow(Out):
    id: UUID
    name: str


class PreventionRow(Out):
    id: UUID
    words: str
    owner_id: UUID
    owner_name: str | None
    check_back_on: date
    checked_at: datetime | None
    helped: bool | None


class ArrivalCheckRow(Out):
    """What a closed case asks of the next stay; done once."""

    complaint_id: UUID
    guest_id: UUID
    hotel_id: UUID
    words: str
    made_at: datetime
    stay_id: UUID | None
    done_at: datetime | None
    done_by: UUID | None


class SiblingRow(Out):
    """Another case of the same conversation."""

    id: UUID
    reference: str
    headline: str
    status: CaseStatus


class ComplaintSheet(ComplaintRow):
    """A case in full, for those who read cases; ``given`` and cost by their own sight.

    ``room_now`` is where the guest lives at present. ``next_moves`` are the statuses it may
    come to, closing and reopening among them.
    """

    source: CaseSource
    category: str
    cause: str | None
    cause_detail: str | None
    words: str | None
    place: str | None
    item: str | None
    happened_at: datetime | None
    visitor_name: str | None
    visitor_contact: str | None
    department: DepartmentCode | None
    is_sensitive: bool
    owner_id: UUID | None
    owner_name: str | None
    opened_by: UUID | None
    opened_by_name: str | None
    first_reply_due_at: datetime | None
    first_replied_at: datetime | None
    due_at: datetime | None
    solved_at: datetime | None
    departs_at: datetime | None
    reach_tries: int
    reopened: int
    satisfaction: int | None
    given: str | None
    cost_minor: int | None
    currency: str | None
    talk_id: UUID | None
    room_now: str | None
    version: int
    next_moves: list[CaseStatus]
    steps: list[StepRow]
    pauses: list[PauseRow]
    tasks: list[TaskRow]
    staff: list[PersonRow]
    preventions: list[PreventionRow]
    check: ArrivalCheckRow | None
    talk: list[SiblingRow]


class ComplaintMade(Out):
    """The neutral answer to whoever took a case down: its number, and no word of what is in it."""

    id: UUID
    number: int
    reference: str


class AttachmentIn(In):
    """What a file of a case shows, in a few words; the file comes beside it."""

    title: Annotated[Line, Field(max_length=TITLE_MAX)] | None = None


class AttachmentRow(Out):
    """A photo or paper of a case; one with ``removed_at`` was taken out, its content is gone."""

    complaint_id: UUID
    no: int
    title: str | None
    file_kind: FileKind
    size_bytes: int
    added_at: datetime
    added_by_name: str | None
    removed_at: datetime | None

    @property
    def version(self) -> int:
        """A file never changes; it can only be taken out."""
        return 1 if self.removed_at is None else 2


class AttachmentMade(Out):
    complaint_id: UUID
    no: int
    file_kind: FileKind
    size_bytes: int


class CaseVersion(Out):
    """A case after a step was made."""

    id: UUID
    status: CaseStatus
    version: int


class CaseCard(Out):
    """A case on the board. ``next_due_at`` is the promise that runs out first, None when none
    runs; ``departs_at`` when the guest is expected to leave."""

    id: UUID
    hotel_id: UUID
    number: int
    reference: str
    kind: CaseKind
    status: CaseStatus
    column: BoardColumn
    severity: Severity
    headline: str
    category: str
    is_sensitive: bool
    guest_id: UUID | None
    guest_name: str | None
    room_no: str | None
    room_now: str | None
    in_house: bool
    place: str | None
    department: DepartmentCode | None
    owner_id: UUID | None
    owner_name: str | None
    opened_at: datetime
    closed_at: datetime | None
    first_reply_due_at: datetime | None
    first_replied_at: datetime | None
    due_at: datetime | None
    solved_at: datetime | None
    next_due_at: datetime | None
    departs_at: datetime | None
    is_paused: bool
    is_late: bool
    reopened: int
    reach_tries: int
    next_moves: list[CaseStatus]
    version: int


class CaseBoard(Out):
    """Open cases and those filed lately, in house first, then by the time that is left."""

    at: datetime
    cards: list[CaseCard]
    counts: dict[BoardView, int]
    all_count: int

    def of(self, column: BoardColumn) -> list[CaseCard]:
        """The cards of one column, in the board's order."""
        return [card for card in self.cards if card.column is column]


class CauseWord(Out):
    """A word of the master list in both languages."""

    code: str
    name_en: str
    name_zh: str
    department: DepartmentCode | None
    is_sensitive: bool
    is_on: bool
    sort: int
    version: int


class CategoryWord(CauseWord):
    causes: list[CauseWord]


class CaseWordIn(In):
    """A word of the master list as it is to be from now on."""

    name_en: Annotated[Line, Field(max_length=80)]
    name_zh: Annotated[Line, Field(max_length=80)]
    department: Annotated[DepartmentCode | None, Lax] = None
    is_sensitive: bool = False
    is_on: bool = True
    sort: Annotated[int, Field(ge=0, le=10_000)] = 0


class CaseWordNew(CaseWordIn):
    """A new word; ``parent`` is a cause's category."""

    level: Annotated[WordLevel, Lax]
    code: WordCode
    parent: Code | None = None


class CaseWordOut(CauseWord):
    level: WordLevel
    parent: str | None
