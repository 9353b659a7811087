"""Rows for tests, by plain functions with keyword defaults: ``a_stay(db, guest, hotel)``.

They write rows as they stand in the tables, without the services' work beside them (audit,
events, search keys). A test of a service calls the service.
"""

from datetime import date, timedelta
from itertools import count
from typing import Any, TypeVar
from uuid import UUID

from sqlmodel import Session

from crm.guests.tables import ContactPoint, Guest, GuestName
from crm.guests.terms import ContactKind, NameKind
from crm.hotels.tables import Hotel, Room
from crm.hotels.terms import DepartmentCode
from crm.kit import clock
from crm.kit.ids import new_id
from crm.staff import actor, keys, sessions
from crm.staff.actor import Actor
from crm.staff.tables import Staff, StaffGrant, StaffSession
from crm.staff.terms import Role
from crm.stays.tables import Stay
from crm.stays.terms import StayStatus

TODAY = date(2026, 11, 24)
CSRF = "the-csrf-token-of-a-test"
_numbers = count(1)
Row = TypeVar("Row")

DEPARTMENT = {
    Role.FRONT_DESK: DepartmentCode.FRONT_OFFICE,
    Role.HOUSEKEEPING: DepartmentCode.HOUSEKEEPING,
    Role.FOOD_BEVERAGE: DepartmentCode.FOOD_AND_BEVERAGE,
    Role.MARKETING: DepartmentCode.MARKETING,
    Role.DUTY_MANAGER: DepartmentCode.GUEST_RELATIONS,
    Role.GENERAL_MANAGER: DepartmentCode.MANAGEMENT,
    Role.FILE_CENTRE: DepartmentCode.FILE_CENTRE,
    Role.IT: DepartmentCode.IT,
}


def put(db: Session, row: Row) -> Row:
    """Write one row now, so that the next may point at it."""
    db.add(row)
    db.flush()
    return row


def a_hotel(db: Session, code: str | None = None, **more: Any) -> UUID:
    """A hotel in Hangzhou; its business date is `TODAY`."""
    facts = {
        "code": code or f"H{next(_numbers)}",
        "name": "Lakeside Hotel",
        "name_zh": "湖畔酒店",
        "time_zone": "Asia/Shanghai",
        "currency": "CNY",
        "country": "CN",
        "business_on": TODAY,
    }
    return put(db, Hotel(**(facts | more))).id


def a_room(db: Session, hotel_id: UUID, no: str = "1808", **more: Any) -> str:
    facts = {"floor": no[:-2], "room_type": "DLX", "features": ["FL.HIGH"]}
    return put(db, Room(hotel_id=hotel_id, no=no, **(facts | more))).no


def a_staff(db: Session, role: Role | str, *hotel_ids: UUID, **more: Any) -> UUID:
    """A member of staff with one role in each of the hotels."""
    role = Role(role)
    facts = {"login": f"{role}.{next(_numbers)}", "name": f"Ms {role}", "created_at": clock.now()}
    staff_id = put(db, Staff(**(facts | more))).id
    for hotel_id in hotel_ids:
        put(
            db,
            StaffGrant(
                staff_id=staff_id, hotel_id=hotel_id, role=role, department=DEPARTMENT[role]
            ),
        )
    return staff_id


def a_session(db: Session, staff_id: UUID, hotel_id: UUID) -> str:
    """A signed-in browser's token, whose CSRF token is `CSRF`."""
    token = f"session-token-{next(_numbers)}"
    put(
        db,
        StaffSession(
            token_hash=sessions.token_hash(token),
            staff_id=staff_id,
            hotel_id=hotel_id,
            csrf=CSRF,
            created_at=clock.now(),
            seen_at=clock.now(),
        ),
    )
    return token


def a_key(db: Session, *scopes: str, hotel_id: UUID | None = None) -> str:
    """The secret of an API key with these scopes."""
    by = actor.system()
    return keys.create_key(db, name="test", scopes=scopes, hotel_id=hotel_id, by=by).secret


def an_actor(role: Role | str, hotel_id: UUID, staff_id: UUID | None = None) -> Actor:
    """Somebody with one role in one hotel, without an account."""
    who = staff_id or new_id()
    return actor.staff_of([Role(role)], staff_id=who, name=f"Ms {role}", hotel_id=hotel_id)


def a_guest(db: Session, native: str = "陈佳怡", latin: str = "Chen Jiayi", **more: Any) -> UUID:
    """A guest with two names; no phone, no stay, no search keys."""
    now = clock.now()
    facts = {
        "ref": f"G-T{next(_numbers):05}",
        "name_native": native,
        "name_latin": latin,
        "created_at": now,
        "updated_at": now,
    }
    guest_id = put(db, Guest(**(facts | more))).id
    for no, (kind, full) in enumerate(((NameKind.NATIVE, native), (NameKind.LATIN, latin)), 1):
        put(db, GuestName(guest_id=guest_id, no=no, kind=kind, full=full))
    return guest_id


def a_contact(
    db: Session, guest_id: UUID, raw: str = "+86 138 0013 8000", *, no: int = 1, **more: Any
) -> None:
    """A phone, or what ``kind=`` says; comparable form as the services make it for phones."""
    facts: dict[str, Any] = {"kind": ContactKind.PHONE}
    if more.get("kind", ContactKind.PHONE) is ContactKind.PHONE:
        digits = "".join(c for c in raw if c.isdigit())
        facts |= {"norm": f"+{digits}", "last4": digits[-4:]}
    else:
        facts |= {"norm": raw.casefold()}
    put(db, ContactPoint(guest_id=guest_id, no=no, raw=raw, **(facts | more)))


def a_stay(db: Session, guest_id: UUID | None, hotel_id: UUID, **more: Any) -> UUID:
    """In house today in room 1808, three nights, unless ``status=`` and dates say otherwise."""
    now = clock.now()
    arrival = more.get("arrival_on", TODAY - timedelta(days=1))
    departure = more.get("departure_on", arrival + timedelta(days=3))
    facts = {
        "status": StayStatus.IN_HOUSE,
        "confirmation_no": f"B{next(_numbers):06}",
        "arrival_on": arrival,
        "departure_on": departure,
        "nights": (departure - arrival).days,
        "currency": "CNY",
        "room_type_booked": "DLX",
        "room_no": "1808",
        "created_at": now,
        "updated_at": now,
    }
    return put(db, Stay(guest_id=guest_id, hotel_id=hotel_id, **(facts | more))).id
