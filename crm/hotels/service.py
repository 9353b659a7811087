"""Opens hotels, gives them departments and rooms, rolls the business date."""

import re
from datetime import date
from uuid import UUID

from sqlmodel import Session, select

from crm.hotels.schemas import HotelOpen, HotelPatch
from crm.hotels.tables import Department, Hotel, Room, RoomType
from crm.hotels.terms import DepartmentCode
from crm.kit import clock
from crm.kit.errors import Conflict, Invalid, NotFound
from crm.kit.ids import new_id

DEPARTMENT_NAMES: dict[DepartmentCode, tuple[str, str]] = {
    DepartmentCode.RESERVATIONS: ("Reservations", "预订部"),
    DepartmentCode.FRONT_OFFICE: ("Front office", "前厅部"),
    DepartmentCode.HOUSEKEEPING: ("Housekeeping", "客房部"),
    DepartmentCode.FOOD_AND_BEVERAGE: ("Food and beverage", "餐饮部"),
    DepartmentCode.KITCHEN: ("Kitchen", "厨房"),
    DepartmentCode.CONCIERGE: ("Concierge", "礼宾部"),
    DepartmentCode.ENGINEERING: ("Engineering", "工程部"),
    DepartmentCode.GUEST_RELATIONS: ("Guest relations", "宾客关系部"),
    DepartmentCode.SECURITY: ("Security", "安保部"),
    DepartmentCode.SPA: ("Spa", "水疗部"),
    DepartmentCode.ACCOUNTING: ("Accounting", "财务部"),
    DepartmentCode.SALES: ("Sales", "销售部"),
    DepartmentCode.MARKETING: ("Marketing", "市场营销部"),
    DepartmentCode.FILE_CENTRE: ("Guest-file centre", "客户档案管理中心"),
    DepartmentCode.MANAGEMENT: ("Management", "管理层"),
    DepartmentCode.IT: ("IT", "信息部"),
}
ROOMS_AT_ONCE = 2000


def open_hotel(db: Session, opening: HotelOpen) -> UUID:
    """Open a hotel with the shipped departments; its business date starts today there."""
    if db.exec(select(Hotel).where(Hotel.code == opening.code)).first() is not None:
        raise Conflict("The hotel code %(taken)s is taken.", "hotel_code", taken=opening.code)
    hotel = Hotel(
        id=new_id(),
        code=opening.code,
        name=opening.name,
        name_zh=opening.name_zh,
        time_zone=opening.time_zone,
        currency=opening.currency,
        country=opening.country,
        business_on=clock.today_in(opening.time_zone),
    )
    db.add(hotel)
    db.flush()
    for code, (name, name_zh) in DEPARTMENT_NAMES.items():
        db.add(Department(hotel_id=hotel.id, code=code, name=name, name_zh=name_zh))
    db.flush()
    return hotel.id


def amend_hotel(db: Session, hotel_id: UUID, patch: HotelPatch) -> list[str]:
    """Change a hotel's settings; returns the names of what changed."""
    hotel = db.get(Hotel, hotel_id)
    if hotel is None:
        raise NotFound("There is no such hotel here.", "hotel")
    asked = {name: getattr(patch, name) for name in patch.model_fields_set}
    changed = [
        name
        for name, value in sorted(asked.items())
        if value is not None and value != getattr(hotel, name)
    ]
    for name in changed:
        setattr(hotel, name, asked[name])
    db.add(hotel)
    db.flush()
    return changed


def roll_business_date(db: Session, hotel_id: UUID, to: date) -> None:
    """What the night audit does: the hotel's business date moves forward, never back."""
    hotel = db.get(Hotel, hotel_id)
    if hotel is None:
        raise NotFound("There is no such hotel here.", "hotel")
    if to < hotel.business_on:
        raise Invalid("The business date cannot go back.", "business_date")
    hotel.business_on = to
    db.add(hotel)
    db.flush()


def read_room_pattern(pattern: str) -> list[str]:
    """``"101-118, 201-218"`` as room numbers; `Invalid` for anything else or too many."""
    numbers: list[str] = []
    for part in re.split(r"[,，;\s]+", pattern.strip()):
        found = re.fullmatch(r"(\d{1,5})(?:[-–](\d{1,5}))?", part)
        if found is None:
            raise Invalid(
                "Write room numbers like 101-118, 201-218.", "room_pattern", pointer="/pattern"
            )
        first, last = int(found[1]), int(found[2] or found[1])
        if last < first or last - first >= ROOMS_AT_ONCE:
            raise Invalid(
                "A span of rooms goes from the lower to the higher.",
                "room_pattern",
                pointer="/pattern",
            )
        numbers += [str(no).zfill(len(found[1])) for no in range(first, last + 1)]
    if len(numbers) > ROOMS_AT_ONCE:
        raise Invalid(
            "At most %(most)s rooms at once.",
            "room_pattern",
            most=ROOMS_AT_ONCE,
            pointer="/pattern",
        )
    return list(dict.fromkeys(numbers))


def add_rooms(
    db: Session, hotel_id: UUID, numbers: list[str], *, room_type: str, features: list[str]
) -> int:
    """Add rooms that are not there yet; the floor is the number less its last two digits."""
    if db.get(RoomType, (hotel_id, room_type)) is None:
        db.add(RoomType(hotel_id=hotel_id, code=room_type, name=room_type, name_zh=room_type))
    known = set(db.exec(select(Room.no).where(Room.hotel_id == hotel_id)).all())
    fresh = [no for no in numbers if no not in known]
    for no in fresh:
        db.add(
            Room(
                hotel_id=hotel_id,
                no=no,
                floor=no[:-2] or "0",
                room_type=room_type,
                features=features,
            )
        )
    db.flush()
    return len(fresh)
