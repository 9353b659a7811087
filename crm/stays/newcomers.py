"""Tells the house of a guest's first stay at once, so that nobody waits for the night.

The event is written in the transaction that made it true: the screens hear of it as of any
other, and no job stands in between.
"""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from crm.hotels import queries as hotels
from crm.kit import events as news
from crm.staff.actor import Actor
from crm.stays import queries, rules
from crm.stays.events import FirstStay
from crm.stays.terms import StayStatus


def tell(db: Session, stay: Mapping[str, Any], *, by: Actor) -> None:
    """Record `FirstStay` where this stay, as its columns are now, is a newcomer's and near.

    The guest's figures must be up to date with the stay.
    """
    if stay["guest_id"] is None or stay["status"] not in (StayStatus.BOOKED, StayStatus.IN_HOUSE):
        return
    today = hotels.hotel(db, stay["hotel_id"]).business_on
    if not rules.is_first_stay_near(stay["status"], 0, stay["arrival_on"], today):
        return  # most bookings are for later, and cost no look at the figures
    counted = queries.stays_counted(db, stay["guest_id"])
    if not rules.is_first_stay_near(stay["status"], counted, stay["arrival_on"], today):
        return
    news.record(
        db,
        FirstStay(
            guest_id=stay["guest_id"],
            hotel_id=stay["hotel_id"],
            by_id=by.id,
            stay_id=stay["id"],
            arrival_on=stay["arrival_on"],
            departure_on=stay["departure_on"],
            room_no=stay["room_no"],
            is_here=stay["status"] is StayStatus.IN_HOUSE,
        ),
    )
