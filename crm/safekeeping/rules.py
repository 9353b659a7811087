"""What can be decided on paper: names of backup files, and which of them have had their time."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from crm.safekeeping.terms import FILE_SUFFIX

_NAME = re.compile(r"keshi-(\d{8}T\d{9})Z" + re.escape(FILE_SUFFIX))
_STAMP = "%Y%m%dT%H%M%S%f"


def file_name(at: datetime) -> str:
    """``keshi-20261124T031500123Z.keshi-backup``: UTC to the millisecond, so that names sort."""
    return f"keshi-{at.astimezone(UTC).strftime(_STAMP)[:-3]}Z{FILE_SUFFIX}"


def made_at(name: str) -> datetime | None:
    """When a backup of this name was made; None for a name that is none of ours."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    try:
        return datetime.strptime(found[1] + "000", _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def outlived(names: Iterable[str], *, daily: int, weekly: int) -> list[str]:
    """The backups to remove: all but the newest of each of the last ``daily`` days that have
    one, and of each of the last ``weekly`` ISO weeks. The newest of all always stays, and so
    does every file that is not named like a backup.
    """
    dated = sorted(
        ((at, name) for name in names if (at := made_at(name)) is not None), reverse=True
    )
    kept = {name for _, name in dated[:1]}
    for most, span in ((daily, "%Y-%m-%d"), (weekly, "%G-W%V")):
        newest: dict[str, str] = {}
        for at, name in dated:
            newest.setdefault(at.strftime(span), name)
        kept |= set(list(newest.values())[:most])
    return sorted(name for _, name in dated if name not in kept)
