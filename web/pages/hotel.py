"""The page of the hotel worked for: its settings, rooms and departments."""

from collections.abc import Sequence
from itertools import groupby
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Form, Request
from pydantic import ValidationError
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from crm.hotels import queries as hotels
from crm.hotels.schemas import HotelPatch, HotelRow, RoomRow, RoomsAdd
from crm.hotels.terms import LeapDayRule
from crm.kit.errors import CrmError, NotFound
from crm.staff.actor import Actor
from web import house_deeds as house
from web.deps import Db, Me
from web.forms import Filled, refused
from web.labels import label
from web.rendering import render
from web.wording import mark, wording

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Form(max_length=1000)]
CONFIRM = mark("Tick that you know what you are switching on.")


class Floor(NamedTuple):
    name: str
    rooms: Sequence[RoomRow]


@router.get("/hotel")
def show_hotel(request: Request, db: Db, me: Me) -> Response:
    return _page(request, db, me)


@router.post("/hotel")
def amend(
    request: Request,
    db: Db,
    me: Me,
    name: Text = "",
    name_zh: Text = "",
    check_in_at: Text = "",
    check_out_at: Text = "",
    leap_day_rule: Text = "",
) -> Response:
    typed = {
        "name": name,
        "name_zh": name_zh,
        "check_in_at": check_in_at,
        "check_out_at": check_out_at,
        "leap_day_rule": leap_day_rule,
    }
    try:
        patch = HotelPatch.model_validate({key: text.strip() for key, text in typed.items()})
        house.amend_hotel(db, _here(db, me).id, patch, by=me)
    except (ValidationError, CrmError) as error:
        return _page(request, db, me, form=refused(typed, error, me.language), status=422)
    return RedirectResponse("/hotel", 303)


@router.post("/hotel/identity-documents")
def keep_identity_documents(
    request: Request, db: Db, me: Me, keep: Text = "", understood: Text = ""
) -> Response:
    """The switch with its warning: on only by somebody who ticked that they read it."""
    if keep == "on" and not understood:
        say = wording(me.language).gettext
        wrong = Filled({}, [("understood", say(CONFIRM))])
        return _page(request, db, me, switch=wrong, status=422)
    patch = HotelPatch(keeps_identity_documents=keep == "on")
    house.amend_hotel(db, _here(db, me).id, patch, by=me)
    return RedirectResponse("/hotel", 303)


@router.post("/hotel/rooms")
def add_rooms(
    request: Request, db: Db, me: Me, pattern: Text = "", room_type: Text = "", features: Text = ""
) -> Response:
    typed = {"pattern": pattern, "room_type": room_type.strip().upper(), "features": features}
    codes = features.upper().replace(",", " ").replace("，", " ").split()
    given: dict[str, Any] = {
        "pattern": pattern,
        "room_type": typed["room_type"],
        "features": codes,
    }
    try:
        with db.begin_nested():
            house.add_rooms(db, _here(db, me).id, RoomsAdd.model_validate(given), by=me)
    except (ValidationError, CrmError) as error:
        again = refused(typed | {"room_pattern": ""}, error, me.language)
        errors = [(field or "pattern", text) for field, text in again.errors]
        return _page(request, db, me, adding=Filled(typed, errors), status=422)
    return RedirectResponse("/hotel#rooms", 303)


def _here(db: Session, me: Actor) -> HotelRow:
    if me.hotel_id is None:
        raise NotFound("There is no such hotel here.", "hotel")
    return hotels.hotel(db, me.hotel_id)


def _page(
    request: Request,
    db: Session,
    me: Actor,
    *,
    form: Filled | None = None,
    switch: Filled | None = None,
    adding: Filled | None = None,
    status: int = 200,
) -> Response:
    hotel = _here(db, me)
    rooms = hotels.rooms_of(db, hotel.id)
    floors = sorted(rooms, key=lambda room: (len(room.floor), room.floor, len(room.no), room.no))
    return render(
        request,
        "hotel/hotel.html",
        status=status,
        hotel=hotel,
        form=form or Filled(_values_of(hotel)),
        switch=switch or Filled({}),
        adding=adding or Filled({}),
        floors=[
            Floor(name, list(of_floor))
            for name, of_floor in groupby(floors, key=lambda room: room.floor)
        ],
        room_count=len(rooms),
        departments=hotels.departments_of(db, hotel.id),
        leap_rules=[
            (rule.value, label("leap_day", rule, language=me.language)) for rule in LeapDayRule
        ],
    )


def _values_of(hotel: HotelRow) -> dict[str, str]:
    return {
        "name": hotel.name,
        "name_zh": hotel.name_zh,
        "check_in_at": f"{hotel.check_in_at:%H:%M}",
        "check_out_at": f"{hotel.check_out_at:%H:%M}",
        "leap_day_rule": hotel.leap_day_rule.value,
    }
