"""A chain with a fault that a tamper proof must find: one column is left out of the digests."""

import pytest
import sqlalchemy as sa

from crm.audit import sealing, service, verifying
from crm.audit.digests import Form


class SkippingForm(Form):
    """Covers every column of a table but one."""

    def __init__(self, table: sa.Table, skipped: str) -> None:
        super().__init__(table)
        self._encode = [part for part in self._encode if part[0] != skipped]


def plant(monkeypatch: pytest.MonkeyPatch, skipped: str) -> None:
    """Let rows be written, sealed and verified without the column ``skipped``."""
    form = SkippingForm(service.AuditRow.__table__, skipped)
    monkeypatch.setattr(service, "_FORM", form)
    monkeypatch.setattr(sealing, "ROW_FORM", form)
    monkeypatch.setattr(verifying, "ROW_FORM", form)
