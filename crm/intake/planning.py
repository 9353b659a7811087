"""Makes an import ready to run: the reader of its rows, and the ground its batches stand on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlmodel import Session

from crm.hotels import queries as hotels
from crm.hotels.schemas import HotelOpen, HotelRow
from crm.intake.decisions import (
    Decision,
    FileMemory,
    Ground,
    HotelFacts,
    KindImport,
    Parsed,
    RowReading,
)
from crm.intake.faults import Fault
from crm.intake.folio_in import FolioImport
from crm.intake.guests_in import GuestsImport
from crm.intake.mapping import ImportMapping, RowReader, Setting, refused
from crm.intake.points_in import PointsImport
from crm.intake.presets import hotel_bookings
from crm.intake.presets.hotel_bookings import HotelBookingsReader
from crm.intake.reading import SourceRow
from crm.intake.rules import check_row
from crm.intake.stays_in import StaysImport
from crm.intake.terms import ImportKind
from crm.kit import clock
from crm.staff.actor import Actor, system
from crm.staff.terms import ActorKind

BUILT_IN = {hotel_bookings.NAME: hotel_bookings.KIND}
"""Presets that ship with the house, with the kind they read."""

_IMPORTS: dict[ImportKind, type[Any]] = {
    ImportKind.GUESTS: GuestsImport,
    ImportKind.STAYS: StaysImport,
    ImportKind.FOLIO: FolioImport,
    ImportKind.POINTS: PointsImport,
}


@dataclass
class Plan:
    """An import ready to run."""

    ground: Ground
    reader: RowReading
    kind_import: KindImport
    duplicates: set[int]

    def parse(self, row: SourceRow) -> Parsed:
        """The fields of a row, with all its faults."""
        reading = self.reader.read(row)
        faults = list(reading.faults)
        if not faults:
            faults = [
                Fault(self.reader.column_of(f.column), f.code)
                for f in check_row(self.ground.kind, reading.values, self.ground.today)
            ]
        if not faults and row.line in self.duplicates:
            faults = [Fault("", "duplicate_key")]
        return Parsed(row, reading.values, faults)

    def decide(
        self, db: Session, rows: Sequence[Parsed], memory: FileMemory | None = None
    ) -> list[Decision]:
        return self.kind_import.decide(db, rows, memory)


@dataclass(frozen=True)
class PlanRequest:
    """What an import was told: kept with the import, so that every batch is planned alike."""

    kind: ImportKind
    header: list[str]
    mapping: ImportMapping
    preset: str | None
    hotel_id: UUID | None
    hotel_ids: list[UUID]
    may_open: bool
    by_id: UUID | None

    @property
    def is_built_in(self) -> bool:
        return self.preset in BUILT_IN


def plan_of(db: Session, request: PlanRequest, duplicates: set[int] | None = None) -> Plan:
    """Make the reader and the ground; `Invalid` for a mapping that cannot work."""
    reach = _reach(db, request)
    hotel = next((h for h in reach.values() if h.id == request.hotel_id), None)
    if hotel is None and len({h.id for h in reach.values()}) == 1 and not request.is_built_in:
        hotel = next(iter(reach.values()))
    setting = Setting(
        clock.now().date(),
        request.mapping.currency or (hotel.currency if hotel else "CNY"),
        request.mapping.country or (hotel.country if hotel else "CN"),
    )
    reader: RowReading = (
        HotelBookingsReader(request.header, setting)
        if request.is_built_in
        else RowReader(request.kind, request.header, request.mapping, setting)
    )
    ground = Ground(
        kind=request.kind,
        system=request.mapping.system,
        today=setting.today,
        currency=setting.currency,
        country=setting.country,
        rules=reader.rules,
        hotels=reach,
        hotel=hotel,
        every_row=request.is_built_in and hotel is not None,
        openable=_openable(request),
        by_id=request.by_id,
        column_of=reader.column_of,
    )
    return Plan(ground, reader, _IMPORTS[ground.kind](ground), duplicates or set())


def _reach(db: Session, request: PlanRequest) -> dict[str, HotelFacts]:
    """The hotels that rows may name, by code and by name."""
    found: dict[str, HotelFacts] = {}
    openable = _openable(request)
    for row in hotels.hotels_of(db, by=system("import")):
        within = not request.hotel_ids or row.id in request.hotel_ids
        if not within and row.code.casefold() not in openable:
            continue
        facts = _facts(row)
        for spelling in (row.name_zh, row.name, row.code):
            found[spelling.casefold()] = facts
    return found


def _facts(row: HotelRow) -> HotelFacts:
    return HotelFacts(row.id, row.code, row.business_on, row.currency, row.country, row.time_zone)


def _openable(request: PlanRequest) -> Mapping[str, HotelOpen]:
    return hotel_bookings.OPENINGS if request.is_built_in and request.may_open else {}


def of_the_group(by: Actor) -> bool:
    """Whether somebody acts for the whole installation: the house, a group role, a group key."""
    return by.is_system or by.reach == "group" or (by.kind is ActorKind.KEY and by.hotel_id is None)


def mapping_of_json(doc: Mapping[str, Any]) -> ImportMapping:
    """A mapping as it came over the wire; `Invalid` (bad_mapping) for anything else."""
    try:
        return ImportMapping.model_validate(doc)
    except ValidationError as error:
        raise refused("bad_mapping") from error
