"""Things found with their photos."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from crm.hotels.terms import ROOM_NO_MAX, DepartmentCode
from crm.kit.dbtypes import Key, StrEnumText
from crm.kit.ids import new_id
from crm.lost_property import terms


class FoundItem(SQLModel, table=True):
    """One thing found. ``id`` is made where it was written down, so that sent twice it is one.

    ``guest_id`` and ``stay_id`` are known once the desk has told whose it is.
    """

    __tablename__ = "found_item"
    __table_args__ = (
        UniqueConstraint("hotel_id", "number"),
        Index("ix_found_item_hotel_id_state", "hotel_id", "state", "dispose_by"),
        Index("ix_found_item_hotel_id_room_no", "hotel_id", "room_no"),
        Index("ix_found_item_guest_id", "guest_id"),
    )

    id: UUID = Field(default_factory=new_id, sa_type=Key, primary_key=True)
    hotel_id: UUID = Field(sa_type=Key, foreign_key="hotel.id")
    number: int
    kind: terms.FoundKind = Field(sa_type=StrEnumText(terms.FoundKind))
    what: str = Field(max_length=terms.WHAT_MAX)
    room_no: str | None = Field(default=None, max_length=ROOM_NO_MAX)
    place: str | None = Field(default=None, max_length=terms.PLACE_MAX)
    stored_at: str | None = Field(default=None, max_length=terms.PLACE_MAX)
    found_at: datetime
    entered_at: datetime
    found_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    found_department: DepartmentCode | None = Field(
        default=None, sa_type=StrEnumText(DepartmentCode)
    )
    dispose_by: date
    state: terms.FoundState = Field(sa_type=StrEnumText(terms.FoundState))
    guest_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="guest.id")
    stay_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="stay.id")
    settled_at: datetime | None = None
    settled_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    settled_words: str | None = Field(default=None, max_length=terms.WORDS_MAX)
    has_photo: bool = False
    version: int = 1


class FoundPhoto(SQLModel, table=True):
    """The photo of a thing found, drawn anew and sealed like an identity number."""

    __tablename__ = "found_photo"

    item_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="found_item.id")
    content_sealed: bytes
    size_bytes: int
    taken_in_at: datetime
