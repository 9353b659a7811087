"""Reads a day's edition with the eyes of its department, live or as it was made in the morning.

Two sides of the board are read with its own statements, so the page costs what the board costs
however many guests there are. A reader who sees less than the edition's department gets the page
without what that reader may not know.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import Session, col

from crm.briefing import rules
from crm.briefing.rules import Day, Promise, Staying
from crm.briefing.schemas import Briefing, Entry, Numbers, PaperSettings, Remark, Section
from crm.briefing.tables import KeptBriefing, PaperSetting
from crm.briefing.terms import CHINESE_AT_HOME, READY_AT, Edition, Paper
from crm.hotels.tables import Hotel, Room
from crm.hotels.terms import Cleanliness, DepartmentCode
from crm.kit import clock
from crm.kit.errors import NotAllowed, NotFound
from crm.kit.ids import new_id
from crm.kit.rows import cols, one_of
from crm.kit.vault import Vault
from crm.notes.queries import traces_due
from crm.profile import rules as card
from crm.profile.board import Line, counts_of, hotel_of, lines_of, names_of
from crm.profile.rules import RoomFacts
from crm.profile.schemas import Phrase, Side
from crm.profile.sights import Reader, reader_of
from crm.staff.actor import Actor, make_actor
from crm.staff.terms import ActorKind, Channel, Role, Sight

STAYS_READ = 4000
PROMISES_READ = 400
EYES: dict[Edition, Role] = {
    Edition.FRONT_DESK: Role.FRONT_DESK,
    Edition.HOUSEKEEPING: Role.HOUSEKEEPING,
    Edition.KITCHEN: Role.FOOD_BEVERAGE,
    Edition.MANAGERS: Role.DUTY_MANAGER,
}
"""With whose eyes an edition is read: no edition knows more than this role may."""

NEEDS: dict[Edition, str] = {
    Edition.FRONT_DESK: "briefing.front_desk",
    Edition.HOUSEKEEPING: "briefing.housekeeping",
    Edition.KITCHEN: "briefing.kitchen",
    Edition.MANAGERS: "briefing.managers",
}
"""The permission that opens an edition."""

OWES: dict[Edition, frozenset[DepartmentCode]] = {
    Edition.FRONT_DESK: frozenset(
        {
            DepartmentCode.FRONT_OFFICE,
            DepartmentCode.RESERVATIONS,
            DepartmentCode.CONCIERGE,
            DepartmentCode.GUEST_RELATIONS,
        }
    ),
    Edition.HOUSEKEEPING: frozenset({DepartmentCode.HOUSEKEEPING}),
    Edition.KITCHEN: frozenset({DepartmentCode.FOOD_AND_BEVERAGE, DepartmentCode.KITCHEN}),
    Edition.MANAGERS: frozenset(DepartmentCode),
}
"""Whose open tasks stand on an edition."""


def editions_for(by: Actor) -> list[Edition]:
    """The editions that this reader may open, the own department's first."""
    mine = [edition for edition in Edition if by.may(NEEDS[edition])]
    own = [edition for edition in mine if EYES[edition].value in by.holders]
    if by.may(NEEDS[Edition.MANAGERS]):
        own = [Edition.MANAGERS]
    return [*own, *(edition for edition in mine if edition not in own)]


def need_edition(by: Actor, edition: Edition) -> None:
    """`NotAllowed` for an edition that is not for this reader."""
    by.need("briefing.read")
    if edition not in editions_for(by):
        raise NotAllowed(
            "This edition is for another department. Choose yours.", "briefing_edition"
        )


def eyes_of(edition: Edition, hotel_id: UUID, language: str) -> Actor:
    """The department's reader, as nobody in particular."""
    return make_actor(
        kind=ActorKind.STAFF,
        id=new_id(),
        name="briefing",
        hotel_id=hotel_id,
        hotel_ids=[hotel_id],
        holders=[EYES[edition].value],
        language=language,
    )


# ---------------------------------------------------------------- live
def briefing(db: Session, edition: Edition, *, by: Actor) -> Briefing:
    """The edition as the day stands now; `NotFound` without a hotel, `NotAllowed` for strangers."""
    need_edition(by, edition)
    return for_reader(edition_of(db, edition, here(by), by.language), by)


def edition_of(db: Session, edition: Edition, hotel_id: UUID, language: str) -> Briefing:
    """The edition for its department, for nobody in particular: what the morning's job keeps."""
    reader = reader_of(eyes_of(edition, hotel_id, language), Channel.LIST)
    hotel = hotel_of(db, reader)
    today: date = hotel.business_on
    sides = {
        side: lines_of(db, reader, side, hotel, most=STAYS_READ)
        for side in (Side.ARRIVALS, Side.IN_HOUSE)
    }
    stays = [_staying(line, side, reader, hotel) for side in sides for line in sides[side]]
    promises = _promises(db, edition, reader, hotel)
    return Briefing(
        hotel_id=hotel_id,
        edition=edition,
        day=today,
        made_at=clock.now(),
        numbers=_numbers(db, reader, sides, today),
        sections=rules.compose(Day(edition, today, stays, promises)),
    )


def here(by: Actor) -> UUID:
    if by.hotel_id is None:
        raise NotFound("There is no such hotel here.", "hotel")
    return by.hotel_id


def _staying(line: Line, side: Side, reader: Reader, hotel: Any) -> Staying:
    """One line of the board as the rules take it, with what this reader may not see left out."""
    row, past = line.row, reader.sees("stay.history")
    at_doors = past or reader.by.may("rooms.read")
    named = reader.by.may("guests.read")
    name, latin = names_of(row, reader) if named else (None, None)
    features = frozenset(row.features or ())
    return Staying(
        stay_id=row.id,
        side=side,
        guest_id=row.guest_id if named else None,
        name=name,
        latin_name=latin,
        room=row.room_no if at_doors else None,
        at=_time(line, side, hotel) if at_doors else None,
        arrival_on=row.arrival_on,
        departure_on=row.departure_on,
        nights=row.nights,
        people=row.adults + row.children,
        group=row.group_name,
        identity=row.identity,
        tier=reader.clear("loyalty.tier", row.tier) if named else None,
        vip=line.vip,
        number=reader.clear("stay.count", line.number) if row.guest_id else None,
        claims=line.claims,
        cases=line.cases,
        caution=line.caution,
        birthday=line.birthday,
        calendar=row.birth_calendar if line.birthday else None,
        told=line.told,
        fit=card.fit(line.claims, RoomFacts(row.room_no, features), row.last_room_no)
        if row.room_no and past
        else None,
    )


def _time(line: Line, side: Side, hotel: Any) -> str | None:
    """The hour of coming, or of going where that is today."""
    if side is Side.ARRIVALS:
        return line.at
    leaves = line.row.departure_on <= hotel.business_on
    return f"{hotel.check_out_at:%H:%M}" if leaves else None


def _numbers(db: Session, reader: Reader, sides: dict[Side, list[Line]], today: date) -> Numbers:
    counts = counts_of(db, reader, today)
    here = [line.row for line in sides[Side.IN_HOUSE]]
    due = [line.row for line in sides[Side.ARRIVALS]]
    slept = {row.room_no for row in here if row.room_no}
    staying = {row.room_no for row in here if row.room_no and row.departure_on > today}
    sellable = select(func.count()).where(
        col(Room.hotel_id) == reader.by.hotel_id,
        col(Room.cleanliness) != Cleanliness.OUT_OF_ORDER,
    )
    rooms = db.connection().scalar(sellable) or 0
    return Numbers(
        arrivals=counts[Side.ARRIVALS],
        in_house=counts[Side.IN_HOUSE],
        departures=counts[Side.DEPARTURES],
        rooms=rooms,
        occupied=len(slept),
        tonight=len(staying) + len(due),
        guests=sum(row.adults + row.children for row in here),
        guests_due=sum(row.adults + row.children for row in due),
    )


def _promises(db: Session, edition: Edition, reader: Reader, hotel: Any) -> list[Promise]:
    """Open tasks of the edition's departments that are due by the end of the day, or late."""
    by, zone = reader.by, ZoneInfo(hotel.time_zone)
    if not by.may("traces.read"):
        return []
    ends = datetime.combine(hotel.business_on, datetime.max.time(), zone)
    found = traces_due(db, by, until=ends, limit=PROMISES_READ)
    at_doors = by.may("rooms.read") or reader.sees("stay.history")
    named = by.may("guests.read")
    return [
        Promise(
            words=trace.words,
            at=f"{trace.due_at.astimezone(zone):%H:%M}",
            room=trace.room_no if at_doors else None,
            name=trace.guest_name if named else None,
            guest_id=trace.guest_id if named else None,
            stay_id=trace.stay_id,
            department=trace.department.value,
            is_late=trace.is_late,
            is_promise=trace.is_promise,
        )
        for trace in found
        if trace.department in OWES[edition]
    ]


# ---------------------------------------------------------------- for one reader
def for_reader(made: Briefing, by: Actor) -> Briefing:
    """The same page without what this reader may not know, although the department may."""
    if by.is_system or EYES[made.edition].value in by.holders:
        return made
    sections = [_section_for(section, by) for section in made.sections]
    return made.model_copy(
        update={"sections": [section for section in sections if section.entries]}
    )


def _section_for(section: Section, by: Actor) -> Section:
    entries = []
    for entry in section.entries:
        remarks = [remark for remark in entry.remarks if _may_read(remark, by)]
        if remarks or not entry.remarks:
            entries.append(entry.model_copy(update={"remarks": remarks}))
    return section.model_copy(update={"entries": entries})


def _may_read(remark: Remark, by: Actor) -> bool:
    return by.sight(remark.field, Channel.LIST) in (Sight.CLEAR, Sight.OPERATIONAL)


# ---------------------------------------------------------------- as it was made
def kept(db: Session, edition: Edition, *, by: Actor, vault: Vault) -> Briefing | None:
    """The edition of the business date as the morning's job made it; None before its hour."""
    need_edition(by, edition)
    paper = paper_of(by.language)
    row = db.connection().execute(
        select(*cols(KeptBriefing.hotel_id, KeptBriefing.day, KeptBriefing.content_sealed))
        .join(Hotel, col(Hotel.id) == col(KeptBriefing.hotel_id))
        .where(
            col(KeptBriefing.hotel_id) == here(by),
            col(KeptBriefing.day) == col(Hotel.business_on),
            col(KeptBriefing.edition) == edition,
            col(KeptBriefing.language) == paper,
        )
    ).first()  # fmt: skip
    if row is None:
        return None
    bound = bound_to(row.hotel_id, row.day, edition, paper)
    return for_reader(_revived(vault.open(row.content_sealed, bound_to=bound)), by)


def kept_at(db: Session, edition: Edition, *, by: Actor) -> datetime | None:
    """When the edition of the business date was made; None before its hour."""
    need_edition(by, edition)
    at: datetime | None = db.connection().scalar(
        select(*cols(KeptBriefing.made_at))
        .join(Hotel, col(Hotel.id) == col(KeptBriefing.hotel_id))
        .where(
            col(KeptBriefing.hotel_id) == here(by),
            col(KeptBriefing.day) == col(Hotel.business_on),
            col(KeptBriefing.edition) == edition,
            col(KeptBriefing.language) == paper_of(by.language),
        )
    )
    return at


def bound_to(hotel_id: UUID, day: date, edition: Edition, paper: Paper) -> bytes:
    """To what a kept edition is sealed, so that it cannot be moved to another place."""
    return f"{hotel_id}/{day}/{edition.value}/{paper.value}".encode()


def paper_of(language: str) -> Paper:
    """The language of the papers that comes nearest to a reader's."""
    return Paper.CHINESE if language.startswith("zh") else Paper.ENGLISH


def _revived(text: str) -> Briefing:
    """The edition from its JSON; days inside sentences become days again."""
    made = Briefing.model_validate_json(text)
    return made.model_copy(update={"sections": [_alive(section) for section in made.sections]})


def _alive(section: Section) -> Section:
    return section.model_copy(
        update={"entries": [_alive_entry(entry) for entry in section.entries]}
    )


def _alive_entry(entry: Entry) -> Entry:
    remarks = [
        remark.model_copy(update={"text": _alive_phrase(remark.text)})
        if isinstance(remark.text, Phrase)
        else remark
        for remark in entry.remarks
    ]
    return entry.model_copy(update={"remarks": remarks})


_DAYS = frozenset({"day", "until"})


def _alive_phrase(said: Phrase) -> Phrase:
    values = {
        name: date.fromisoformat(value) if name in _DAYS and isinstance(value, str) else value
        for name, value in said.values.items()
    }
    return said.model_copy(update={"values": values})


# ---------------------------------------------------------------- settings
_SETTING = cols(
    PaperSetting.hotel_id, PaperSetting.ready_at, PaperSetting.language,
    PaperSetting.passphrase_sealed, PaperSetting.passphrase_set_at, PaperSetting.version,
)  # fmt: skip


def paper_settings(db: Session, hotel_id: UUID) -> PaperSettings:
    """What the hotel decided, or what holds where it has decided nothing (``version`` 0)."""
    row = db.connection().execute(
        select(*_SETTING).where(col(PaperSetting.hotel_id) == hotel_id)
    ).first()  # fmt: skip
    if row is not None:
        return PaperSettings(
            hotel_id=hotel_id,
            ready_at=row.ready_at,
            language=row.language,
            has_passphrase=row.passphrase_sealed is not None,
            passphrase_set_at=row.passphrase_set_at,
            version=row.version,
        )
    country = db.connection().scalar(select(*cols(Hotel.country)).where(col(Hotel.id) == hotel_id))
    if country is None:
        raise NotFound("There is no such hotel here.", "hotel")
    home = Paper.CHINESE if country in CHINESE_AT_HOME else Paper.ENGLISH
    return PaperSettings(
        hotel_id=hotel_id,
        ready_at=READY_AT,
        language=home,
        has_passphrase=False,
        passphrase_set_at=None,
        version=0,
    )


def passphrase_of(db: Session, hotel_id: UUID, vault: Vault) -> str | None:
    """The passphrase that opens the hotel's packs; None where none was set."""
    sealed = db.connection().scalar(
        select(*cols(PaperSetting.passphrase_sealed)).where(col(PaperSetting.hotel_id) == hotel_id)
    )
    return None if sealed is None else vault.open(sealed, bound_to=hotel_id.bytes)


def kept_days(db: Session, hotel_ids: Sequence[UUID]) -> set[tuple[UUID, date]]:
    """For which hotels and days editions are kept."""
    rows = db.connection().execute(
        select(*cols(KeptBriefing.hotel_id, KeptBriefing.day))
        .where(one_of(col(KeptBriefing.hotel_id), hotel_ids))
        .distinct()
    )
    return {(row.hotel_id, row.day) for row in rows}
