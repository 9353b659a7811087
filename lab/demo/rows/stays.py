"""Rows of stays, folios and the PMS's names for them."""

from collections.abc import Iterable, Iterator
from datetime import date
from uuid import UUID

from crm.guests import terms as words
from lab.demo.dressing import World
from lab.demo.house import CURRENCY
from lab.demo.people import Person
from lab.demo.rows.register import Register, Row, start_of
from lab.demo.stays import DemoStay


def stay_row(stay: DemoStay, register: Register) -> Row:
    return {
        "id": stay.key,
        "hotel_id": register.hotels[stay.hotel],
        "guest_id": stay.guest,
        "status": stay.status,
        "confirmation_no": stay.confirmation,
        "arrival_on": stay.arrival,
        "departure_on": stay.departure,
        "nights": stay.nights,
        "eta": stay.eta,
        "channel": stay.channel,
        "way": stay.way,
        "market": stay.market,
        "rate_code": stay.rate_code,
        "rate_minor": stay.rate,
        "currency": CURRENCY,
        "room_type_booked": stay.kind_booked,
        "room_type_used": stay.kind_used or None,
        "room_no": stay.room or None,
        "adults": stay.adults,
        "children": stay.children,
        "purpose": stay.purpose,
        "identity": words.GuestIdentity(stay.identity),
        "company_id": register.company(stay.company),
        "group_name": stay.group or None,
        "arriving_from": stay.arriving_from or None,
        "wishes": stay.wishes or None,
        "score": stay.score,
        "booked_on": stay.booked_on,
        "checked_in_at": stay.checked_in_at,
        "checked_out_at": stay.checked_out_at,
        "cancelled_at": stay.cancelled_at,
        "created_at": start_of(stay.booked_on),
        "updated_at": stay.checked_out_at or stay.checked_in_at or start_of(stay.booked_on),
        "version": 1,
    }


def companion_rows(stays: Iterable[DemoStay]) -> Iterator[Row]:
    for stay in stays:
        for guest in stay.companions:
            yield {"stay_id": stay.key, "guest_id": guest}


def folio_rows(stays: Iterable[DemoStay], register: Register) -> Iterator[Row]:
    for stay in stays:
        hotel = register.hotels[stay.hotel]
        for no, line in enumerate(stay.lines, 1):
            yield {
                "stay_id": stay.key,
                "no": no,
                "hotel_id": hotel,
                "guest_id": stay.guest,
                "posted_on": line.on,
                "category": line.kind,
                "outlet": line.outlet,
                "meal_period": line.meal or None,
                "covers": line.covers or None,
                "text": line.text or None,
                "amount_minor": line.amount,
                "discount_minor": line.discount,
                "tax_minor": line.tax,
                "payment_method": stay.payment,
                "currency": CURRENCY,
            }


def last_seen(stays: Iterable[DemoStay], today: date) -> dict[UUID, date]:
    """The last day each guest was in one of the houses, as guest or companion."""
    found: dict[UUID, date] = {}
    for stay in stays:
        if stay.status in {"checked_out", "in_house"}:
            day = min(stay.departure, today)
            for guest in (stay.guest, *stay.companions):
                if guest:
                    found[guest] = max(found.get(guest, day), day)
    return found


def external_rows(world: World, system: str) -> Iterator[Row]:
    """How the demo's PMS calls our guests and stays."""
    for stay in world.stays:
        yield _external(system, "stay", stay.confirmation, stay.key)
    for person in world.people:
        yield _external(system, "guest", pms_number(person), person.key)


def pms_number(person: Person) -> str:
    """The profile number that the demo's PMS gave a guest."""
    return f"P{person.reference.removeprefix('G-')}"


def _external(system: str, kind: str, theirs: str, ours: UUID) -> Row:
    return {"system": system, "kind": kind, "external_id": theirs, "our_id": ours}
