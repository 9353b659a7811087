"""Packs for power cuts: what is on them, and their files, of which the last two are kept.

A file is encrypted under the hotel's passphrase before it is written, and holds an instruction
where a reason would be: whoever finds the paper reads what to do, not why.
"""

import os
import re
import secrets
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlmodel import Session

from crm.briefing.queries import eyes_of, paper_settings
from crm.briefing.schemas import Pack, PackKept, PackLine
from crm.briefing.terms import PACK_DESTROYED_AFTER, PACKS_KEPT, Edition, Paper
from crm.hotels import queries as hotels
from crm.kit import clock
from crm.kit.errors import NotFound
from crm.profile import rules as card
from crm.profile.board import Line, hotel_of, lines_of, names_of
from crm.profile.schemas import Side
from crm.profile.sights import Reader, reader_of
from crm.staff.terms import Channel
from crm.stays.terms import StayStatus

FOLDER = "packs"
STAYS_READ = 4000
_STAMP = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"(\d{8}T\d{6}Z)\.pdf")


def pack(db: Session, hotel_id: UUID, *, language: Paper | None = None) -> Pack:
    """Arrivals and guests in house as the front desk may know them, with what protects them."""
    house = hotels.hotel(db, hotel_id)
    paper = language or paper_settings(db, hotel_id).language
    reader = reader_of(eyes_of(Edition.FRONT_DESK, hotel_id, paper.value), Channel.LIST)
    hotel = hotel_of(db, reader)
    now = clock.now()
    sides = {
        side: [
            _line(line, reader, hotel.business_on)
            for line in lines_of(db, reader, side, hotel, most=STAYS_READ)
        ]
        for side in (Side.ARRIVALS, Side.IN_HOUSE)
    }
    return Pack(
        hotel_id=hotel_id,
        hotel_name=house.called(paper.value),
        day=hotel.business_on,
        zone=hotel.time_zone,
        made_at=now,
        destroy_by=now + PACK_DESTROYED_AFTER,
        language=paper,
        arrivals=sides[Side.ARRIVALS],
        in_house=sorted(sides[Side.IN_HOUSE], key=lambda line: (line.room is None, line.room)),
    )


def _line(line: Line, reader: Reader, today: date) -> PackLine:
    row: Any = line.row
    name, latin = names_of(row, reader)
    known = [c for c in line.claims if card.is_must_know(c) or c.group == "AC"]
    return PackLine(
        at=line.at if row.status is StayStatus.BOOKED or row.departure_on <= today else None,
        room=row.room_no,
        name=name,
        latin_name=latin,
        people=row.adults + row.children,
        nights=row.nights,
        leaves_on=row.departure_on,
        must_know=[claim.instruction for claim in known],
    )


# ---------------------------------------------------------------- files
def keep(data_dir: Path, hotel_id: UUID, content: bytes, *, made_at: datetime) -> Path:
    """Write an encrypted pack, whole or not at all, and remove all but the last two."""
    folder = _folder(data_dir, hotel_id)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{made_at.astimezone(UTC):{_STAMP}}.pdf"
    draft = folder / f".{secrets.token_hex(8)}.part"
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    for old in _files(folder)[:-PACKS_KEPT]:
        old.unlink(missing_ok=True)
    return path


def remove_all(data_dir: Path, hotel_id: UUID) -> int:
    """Remove the hotel's packs: their passphrase holds no longer."""
    files = _files(_folder(data_dir, hotel_id))
    for path in files:
        path.unlink(missing_ok=True)
    return len(files)


def kept(data_dir: Path, hotel_id: UUID) -> list[PackKept]:
    """The packs on the disk, the newest first."""
    return [
        PackKept(made_at=_made_at(path), size_bytes=path.stat().st_size)
        for path in reversed(_files(_folder(data_dir, hotel_id)))
    ]


def newest(data_dir: Path, hotel_id: UUID) -> tuple[datetime, bytes]:
    """The newest pack; `NotFound` when none was made yet."""
    files = _files(_folder(data_dir, hotel_id))
    if not files:
        raise NotFound(
            "There is no pack yet. Set a passphrase; the first pack is made within a minute.",
            "no_pack",
        )
    return _made_at(files[-1]), files[-1].read_bytes()


def _folder(data_dir: Path, hotel_id: UUID) -> Path:
    return data_dir / FOLDER / str(hotel_id)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.pdf") if _NAME.fullmatch(path.name))


def _made_at(path: Path) -> datetime:
    return datetime.strptime(path.stem, _STAMP).replace(tzinfo=UTC)
