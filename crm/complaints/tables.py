"""Complaint cases and their signed steps; nothing here is ever deleted."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from crm.complaints import terms
from crm.documents.terms import TITLE_MAX, FileKind
from crm.hotels.terms import DepartmentCode
from crm.kit.dbtypes import JsonDoc, Key, StrEnumText
from crm.kit.ids import new_id


class Complaint(SQLModel, table=True):
    """A case; people call it by its number in the hotel, ``C-1042``.

    ``room_no`` is the room that was reported; where the guest lives now, the stay tells. Cases
    of one conversation share a ``talk_id``. ``departs_at`` is when the guest is expected to
    leave, as the clocks last heard it; ``solved_at`` stops the clock of the solution.
    """

    __table_args__ = (
        UniqueConstraint("hotel_id", "number"),
        Index("ix_complaint_guest_id_opened_at", "guest_id", "opened_at"),
        Index("ix_complaint_hotel_id_status", "hotel_id", "status"),
        Index("ix_complaint_hotel_id_id", "hotel_id", "id"),
        Index("ix_complaint_hotel_id_closed_at", "hotel_id", "closed_at"),
        Index("ix_complaint_talk_id", "talk_id"),
        Index("ix_complaint_hotel_id_opened_at", "hotel_id", "opened_at"),
    )

    id: UUID = Field(default_factory=new_id, sa_type=Key, primary_key=True)
    hotel_id: UUID = Field(sa_type=Key, foreign_key="hotel.id")
    number: int
    kind: terms.CaseKind = Field(
        default=terms.CaseKind.COMPLAINT, sa_type=StrEnumText(terms.CaseKind)
    )
    source: terms.CaseSource = Field(sa_type=StrEnumText(terms.CaseSource))
    guest_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="guest.id")
    stay_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="stay.id")
    room_no: str | None = Field(default=None, max_length=10)
    category: str = Field(max_length=40)
    cause: str | None = Field(default=None, max_length=60)
    severity: terms.Severity = Field(sa_type=StrEnumText(terms.Severity))
    headline: str = Field(max_length=160)
    words: str | None = Field(default=None, max_length=2000)
    department: DepartmentCode | None = Field(default=None, sa_type=StrEnumText(DepartmentCode))
    is_sensitive: bool = False
    status: terms.CaseStatus = Field(sa_type=StrEnumText(terms.CaseStatus))
    owner_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    opened_at: datetime
    opened_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    due_at: datetime | None = None
    closed_at: datetime | None = None
    satisfaction: int | None = None
    given: str | None = Field(default=None, max_length=300)
    cost_minor: int = Field(default=0, sa_type=BigInteger)
    currency: str = Field(max_length=3)
    next_stay_check: str | None = Field(default=None, max_length=200)
    talk_id: UUID | None = Field(default=None, sa_type=Key)
    visitor_name: str | None = Field(default=None, max_length=terms.VISITOR_MAX)
    visitor_contact: str | None = Field(default=None, max_length=terms.VISITOR_MAX)
    place: str | None = Field(default=None, max_length=terms.PLACE_MAX)
    item: str | None = Field(default=None, max_length=terms.ITEM_MAX)
    happened_at: datetime | None = None
    cause_detail: str | None = Field(default=None, max_length=terms.DETAIL_MAX)
    first_reply_due_at: datetime | None = None
    first_replied_at: datetime | None = None
    solved_at: datetime | None = None
    departs_at: datetime | None = None
    reach_tries: int = 0
    reopened: int = 0
    version: int = 1


class ComplaintStep(SQLModel, table=True):
    __tablename__ = "complaint_step"

    complaint_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="complaint.id")
    no: int = Field(primary_key=True)
    at: datetime
    by_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    kind: terms.StepKind = Field(default=terms.StepKind.NOTED, sa_type=StrEnumText(terms.StepKind))
    status_after: terms.CaseStatus = Field(sa_type=StrEnumText(terms.CaseStatus))
    words: str = Field(max_length=1000)


class ComplaintAttachment(SQLModel, table=True):
    """A photo or paper of a case; its content lies on the shelf of documents by its hash.

    One that was taken out keeps its row, so that the case tells what once was there.
    """

    __tablename__ = "complaint_attachment"

    complaint_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="complaint.id")
    no: int = Field(primary_key=True)
    title: str | None = Field(default=None, max_length=TITLE_MAX)
    file_kind: FileKind = Field(sa_type=StrEnumText(FileKind))
    sha256: str = Field(max_length=64, index=True)
    size_bytes: int
    added_at: datetime
    added_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    removed_at: datetime | None = None
    removed_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")


class ComplaintPause(SQLModel, table=True):
    """The house waits for the guest: no clock runs meanwhile."""

    __tablename__ = "complaint_pause"

    complaint_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="complaint.id")
    no: int = Field(primary_key=True)
    from_at: datetime
    until_at: datetime | None = None


class ComplaintStaff(SQLModel, table=True):
    """Colleagues who were involved; told to those who read cases only."""

    __tablename__ = "complaint_staff"

    complaint_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="complaint.id")
    staff_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="staff.id")


class CaseWord(SQLModel, table=True):
    """One word of the master list; switched off, never deleted.

    ``parent`` is the category of a cause. Cases of a sensitive category are read by named
    roles only.
    """

    __tablename__ = "case_word"

    level: terms.WordLevel = Field(sa_type=StrEnumText(terms.WordLevel), primary_key=True)
    code: str = Field(primary_key=True, max_length=terms.CODE_MAX)
    parent: str | None = Field(default=None, max_length=terms.CODE_MAX)
    name_en: str = Field(max_length=80)
    name_zh: str = Field(max_length=80)
    department: DepartmentCode | None = Field(default=None, sa_type=StrEnumText(DepartmentCode))
    is_sensitive: bool = False
    is_on: bool = True
    sort: int = 0
    version: int = 1


class ComplaintTarget(SQLModel, table=True):
    """What a hotel promises by severity, in minutes.

    ``margin_minutes`` before the guest leaves, a case must be solved; ``warn_minutes`` of
    working time before a clock runs out, its owner is told.
    """

    __tablename__ = "complaint_target"

    hotel_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="hotel.id")
    severity: terms.Severity = Field(sa_type=StrEnumText(terms.Severity), primary_key=True)
    first_reply_minutes: int
    solve_minutes: int
    warn_minutes: int
    margin_minutes: int
    version: int = 1


class WorkHours(SQLModel, table=True):
    """When a department works; a department without a row works round the clock.

    ``hours``: by weekday ("mon" … "sun") a list of ["HH:MM", "HH:MM"]; an end before its
    beginning lies on the next day. ``holidays``: days without work; ``extra_days``: by day the
    hours of a make-up day.
    """

    __tablename__ = "work_hours"

    hotel_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="hotel.id")
    department: DepartmentCode = Field(sa_type=StrEnumText(DepartmentCode), primary_key=True)
    hours: dict[str, list[list[str]]] = Field(sa_type=JsonDoc)
    holidays: list[str] = Field(sa_type=JsonDoc)
    extra_days: dict[str, list[list[str]]] = Field(sa_type=JsonDoc)
    version: int = 1


class ComplaintEscalation(SQLModel, table=True):
    """A level of the ladder that was told; the key keeps it to once per level and clock."""

    __tablename__ = "complaint_escalation"

    complaint_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="complaint.id")
    clock: terms.CaseClock = Field(sa_type=StrEnumText(terms.CaseClock), primary_key=True)
    level: int = Field(primary_key=True)
    at: datetime
    told_role: str = Field(max_length=32)


class Prevention(SQLModel, table=True):
    """What is done so that it does not happen again: whose it is, and when it is looked at."""

    __table_args__ = (
        Index("ix_prevention_hotel_id_check_back_on", "hotel_id", "check_back_on"),
        Index("ix_prevention_complaint_id", "complaint_id"),
    )

    id: UUID = Field(default_factory=new_id, sa_type=Key, primary_key=True)
    hotel_id: UUID = Field(sa_type=Key, foreign_key="hotel.id")
    complaint_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="complaint.id")
    category: str = Field(max_length=terms.CODE_MAX)
    cause: str | None = Field(default=None, max_length=terms.CODE_MAX)
    words: str = Field(max_length=terms.PREVENTION_MAX)
    owner_id: UUID = Field(sa_type=Key, foreign_key="staff.id")
    check_back_on: date
    made_at: datetime
    made_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    checked_at: datetime | None = None
    checked_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    checked_words: str | None = Field(default=None, max_length=terms.PREVENTION_MAX)
    helped: bool | None = None
    version: int = 1


class ArrivalCheck(SQLModel, table=True):
    """What a closed case asks of the guest's next stay; done once, for the stay it was done at."""

    __tablename__ = "arrival_check"
    __table_args__ = (Index("ix_arrival_check_guest_id", "guest_id"),)

    complaint_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="complaint.id")
    guest_id: UUID = Field(sa_type=Key, foreign_key="guest.id")
    hotel_id: UUID = Field(sa_type=Key, foreign_key="hotel.id")
    words: str = Field(max_length=200)
    made_at: datetime
    stay_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="stay.id")
    done_at: datetime | None = None
    done_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
