"""What the backups of the house left behind: when, how large, and whether one was restored."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from crm.kit.dbtypes import Key, StrEnumText
from crm.kit.ids import new_id
from crm.safekeeping import terms


class BackupRun(SQLModel, table=True):
    """One backup. ``verified``: it was restored into scratch and found equal."""

    __tablename__ = "backup_run"

    id: UUID = Field(default_factory=new_id, sa_type=Key, primary_key=True)
    started_at: datetime = Field(index=True)
    finished_at: datetime | None = None
    trigger: terms.Trigger = Field(sa_type=StrEnumText(terms.Trigger))
    file_name: str | None = Field(default=None, max_length=120)
    size_bytes: int | None = Field(default=None, sa_type=BigInteger)
    rows: int | None = Field(default=None, sa_type=BigInteger)
    files: int | None = None
    backup_ms: int | None = Field(default=None, sa_type=BigInteger)
    drill_ms: int | None = Field(default=None, sa_type=BigInteger)
    verified: bool = False
    error_code: str | None = Field(default=None, max_length=terms.CODE_MAX)
