"""Rows of the house and its partners: hotels, rooms, staff, companies."""

from collections.abc import Iterator
from datetime import time, timedelta

from crm.companies.rules import company_key
from crm.guests.rows import birthday_values
from crm.hotels.terms import Cleanliness, RoomService
from lab.demo.dressing import World
from lab.demo.house import CURRENCY, ZONE, House
from lab.demo.rows.register import OPENED_DAYS_AGO, Register, Row, start_of
from lab.demo.today import NOT_READY


def hotel_rows(world: World, register: Register) -> Iterator[Row]:
    for house in world.hotels:
        yield {
            "id": register.hotels[house.code],
            "code": house.code,
            "name": house.name_en,
            "name_zh": house.name_zh,
            "time_zone": ZONE,
            "currency": CURRENCY,
            "country": "CN",
            "business_on": world.today,
            "check_in_at": time(14),
            "check_out_at": time(12),
            "leap_day_rule": "28feb",
            "keeps_identity_documents": False,
            "is_demo": True,
        }


def department_rows(world: World, register: Register) -> Iterator[Row]:
    for house in world.hotels:
        for department in house.departments:
            yield {
                "hotel_id": register.hotels[house.code],
                "code": department.code,
                "name": department.name_en,
                "name_zh": department.name_zh,
            }


def room_type_rows(world: World, register: Register) -> Iterator[Row]:
    for house in world.hotels:
        for kind in house.types:
            yield {
                "hotel_id": register.hotels[house.code],
                "code": kind.code,
                "name": kind.name_en,
                "name_zh": kind.name_zh,
            }


def room_rows(world: World, register: Register) -> Iterator[Row]:
    """Rooms with their state this noon: occupied ones dirty, most due ones inspected."""
    held = {(s.hotel, s.room) for s in world.stays if s.status == "in_house"}
    for house in world.hotels:
        for n, room in enumerate(house.rooms):
            yield {
                "hotel_id": register.hotels[house.code],
                "no": room.no,
                "floor": str(room.floor),
                "room_type": room.kind,
                "features": sorted(room.features),
                "cleanliness": _cleanliness(house, room.no, n, (house.code, room.no) in held),
                "service": _sign(house, room.no, n, (house.code, room.no) in held),
            }


def _cleanliness(house: House, no: str, n: int, is_held: bool) -> Cleanliness:
    if house.code == "LVH" and no in NOT_READY:
        return Cleanliness.PICKUP
    if is_held:
        return Cleanliness.CLEAN if n % 5 == 0 else Cleanliness.DIRTY
    return Cleanliness.OUT_OF_ORDER if no == "605" else Cleanliness.INSPECTED


def _sign(house: House, no: str, n: int, is_held: bool) -> RoomService:
    if house.code == "LVH" and no == "1810":
        return RoomService.DO_NOT_DISTURB
    if is_held and n % 17 == 0:
        return RoomService.DO_NOT_DISTURB
    return RoomService.MAKE_UP if is_held and n % 11 == 0 else RoomService.NONE


def staff_rows(world: World, register: Register, password_hash: str) -> Iterator[Row]:
    for member in world.staff:
        yield {
            "id": register.staff[member.login],
            "login": member.login,
            "name": member.name,
            "language": member.language,
            "password_hash": password_hash,
            "state": "active",
            "must_change_password": False,
            "failed_sign_ins": 0,
            "created_at": start_of(world.today - timedelta(days=OPENED_DAYS_AGO)),
            "version": 1,
        }


def grant_rows(world: World, register: Register) -> Iterator[Row]:
    for member in world.staff:
        for code in member.hotels:
            yield {
                "staff_id": register.staff[member.login],
                "hotel_id": register.hotels[code],
                "role": member.role,
                "department": member.department,
            }


def company_rows(world: World, register: Register) -> Iterator[Row]:
    for partner in world.partners:
        yield {
            "id": partner.key,
            "kind": partner.kind,
            "state": "active",
            "name": partner.name_zh,
            "name_latin": partner.name_en,
            "name_key": company_key(partner.name_zh, partner.name_en),
            "industry": partner.industry,
            "city": "Hangzhou",
            "country": "CN",
            "credit_class": "A" if partner.contract else None,
            "looked_after_by": register.staff["marketing"],
            "created_at": start_of(world.today - timedelta(days=800)),
            "version": 1,
        }


def company_contact_rows(world: World) -> Iterator[Row]:
    for partner in world.partners:
        for no, contact in enumerate(partner.contacts, 1):
            yield {
                "company_id": partner.key,
                "no": no,
                "name": contact.family + contact.given,
                "name_latin": contact.latin,
                "position": contact.position,
                "phone": contact.phone,
                "email": contact.email,
                **birthday_values(contact.born),
                "is_primary": no == 1,
                "remark": f"Likes {contact.interests}",
            }


def contract_rows(world: World, register: Register) -> Iterator[Row]:
    for partner in world.partners:
        if partner.contract:
            contract = partner.contract
            yield {
                "company_id": partner.key,
                "no": 1,
                "hotel_id": register.hotels["LVH"],
                "rate_code": contract.rate_code,
                "starts_on": contract.starts_on,
                "ends_on": contract.ends_on,
                "room_nights_agreed": contract.room_nights,
                "payment_way": contract.payment,
                "remark": f"{contract.number}, {contract.discount_percent} % off, "
                f"signed {contract.signed_on.isoformat()}",
            }


def visit_rows(world: World, register: Register) -> Iterator[Row]:
    for partner in world.partners:
        for no, visit in enumerate(sorted(partner.visits, key=lambda v: v.at), 1):
            met = partner.contacts[0] if partner.contacts else None
            yield {
                "company_id": partner.key,
                "no": no,
                "visited_on": visit.at,
                "visited_by": register.staff[visit.by],
                "met": met.family + met.given if met else None,
                "purpose": visit.kind.capitalize(),
                "result": visit.result,
                "next_on": visit.next_on,
            }
