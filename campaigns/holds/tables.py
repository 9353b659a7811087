"""One hold per case; whose it is, the case says, so that it follows a file that is merged."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from crm.kit.dbtypes import Key

_IN_FORCE = text("released_at is null")


class OutreachHold(SQLModel, table=True):
    """Outreach to the guest of a case rests since then, until then, or was released."""

    __tablename__ = "outreach_hold"
    __table_args__ = (
        Index(
            "ix_outreach_hold_until_at",
            "until_at",
            sqlite_where=_IN_FORCE,
            postgresql_where=_IN_FORCE,
        ),
    )

    complaint_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="complaint.id")
    since_at: datetime
    until_at: datetime | None = None
    released_at: datetime | None = None
