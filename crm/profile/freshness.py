"""How long nobody went through a file, where that matters: of regulars and VIPs."""

from datetime import date
from typing import Any

from crm.preparing.rules import months_unchecked
from crm.profile.sights import Reader


def stale_months(file: Any, reader: Reader, *, stays: int, is_vip: bool, today: date) -> int | None:
    """Whole months since the file was last gone through, where that is too long; else None.

    ``file`` has ``checked_at`` and ``file_made_at``. None too for who may not know of files.
    """
    if file.file_made_at is None or not reader.sees("guest.file"):
        return None
    return months_unchecked(
        stays=stays,
        is_vip=is_vip,
        checked_on=file.checked_at.date() if file.checked_at else None,
        made_on=file.file_made_at.date(),
        today=today,
    )
