"""Takes in what was found, says whose it is, and ends its story: given back or disposed of."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.guests.queries import need_visible
from crm.hotels import queries as hotels
from crm.hotels.tables import Hotel, Room
from crm.kit import clock
from crm.kit import events as news
from crm.kit.db import insert_once
from crm.kit.errors import ChangedMeanwhile, Conflict, Invalid, NotAllowed, RuleBroken
from crm.kit.ids import new_id
from crm.kit.vault import Vault
from crm.lost_property import photos, queries, rules
from crm.lost_property.events import ItemChanged, ItemFound
from crm.lost_property.queries import SETTLE
from crm.lost_property.schemas import FoundIn, FoundMade, FoundPatch, FoundSettle, FoundSheet
from crm.lost_property.tables import FoundItem, FoundPhoto
from crm.lost_property.terms import FoundState
from crm.staff.actor import Actor
from crm.stays.tables import Stay

REPORT = "lost_property.report"
AHEAD = timedelta(minutes=10)
"""So far a phone's clock may run ahead of ours."""
_SAME = ("kind", "what", "room_no", "place", "stored_at")


def take_in(db: Session, found: FoundIn, *, by: Actor) -> FoundMade:
    """Write down what was found, under the hotel's next number; the same id again is the same.

    `Invalid` for a room that the hotel does not have or a time ahead of us, `Conflict` when
    the id stands for another thing.
    """
    by.need(REPORT)
    if by.hotel_id is None:
        raise NotAllowed("Work for one hotel first.", "hotel_needed")
    hotel = hotels.hotel(db, by.hotel_id)
    now = clock.now()
    found_at = found.found_at or now
    if found_at > now + AHEAD:
        raise Invalid(
            "Nothing is found in the future. Check the clock.", "found_future", pointer="/found_at"
        )
    _check_room(db, by.hotel_id, found.room_no)
    item_id = found.id or new_id()
    _hold_numbers(db, by.hotel_id)
    on = found_at.astimezone(ZoneInfo(hotel.time_zone)).date()
    is_new = insert_once(
        db,
        FoundItem,
        "id",
        id=item_id,
        hotel_id=by.hotel_id,
        number=_next_number(db, by.hotel_id),
        kind=found.kind,
        what=found.what,
        room_no=found.room_no,
        place=found.place,
        stored_at=found.stored_at,
        found_at=found_at,
        entered_at=now,
        found_by=by.staff_id,
        found_department=by.department,
        dispose_by=rules.dispose_by(found.kind, on),
        state=FoundState.FOUND,
        has_photo=False,
        version=1,
    )
    row = _row(db, item_id)
    if not is_new:
        return _known(row, found, found_at, by)
    audit.note(db, Deed.CREATED, by=by, subject="found_item", subject_id=item_id)
    news.record(
        db,
        ItemFound(item_id=item_id, number=row.number, hotel_id=by.hotel_id, by_id=by.staff_id),
    )
    return _made(row)


def keep_photo(
    db: Session, vault: Vault, item_id: UUID, content: bytes, *, by: Actor
) -> FoundSheet:
    """Keep a photo of it in place of an earlier one; the same photo again changes nothing.

    Whoever may take things in may add the photo, while it still lies here.
    """
    by.need(REPORT)
    item = _reached(db, item_id, by)
    if not rules.is_open(item.state):
        raise RuleBroken(
            "This is given back or disposed of. Open it again to change it.", "found_settled"
        )
    drawn = photos.drawn(content)
    before = db.get(FoundPhoto, item_id)
    if before is not None:
        if photos.opened(vault, item_id, before.content_sealed) == drawn:
            return queries.found_item(db, item_id, by=by)
        db.delete(before)
        db.flush()
    db.add(
        FoundPhoto(
            item_id=item_id,
            content_sealed=photos.sealed(vault, item_id, drawn),
            size_bytes=len(drawn),
            taken_in_at=clock.now(),
        )
    )
    db.flush()
    _write(db, item, by, {"has_photo": True}, fields=["photo"])
    return queries.found_item(db, item_id, by=by)


def amend(db: Session, item_id: UUID, patch: FoundPatch, *, version: int, by: Actor) -> int:
    """Change what it is or where it lies; returns the new version.

    Another kind is kept for another time, counted from the day of finding.
    """
    by.need(SETTLE)
    item = _reached(db, item_id, by)
    _check_version(item.version, version)
    given = {name: getattr(patch, name) for name in patch.model_fields_set}
    changed = {name: value for name, value in given.items() if getattr(item, name) != value}
    if changed.get("place", item.place) is None and item.room_no is None:
        raise Invalid("Say in which room or place it was found.", "found_where", pointer="/place")
    if not changed:
        return version
    if "kind" in changed:
        zone = ZoneInfo(hotels.hotel(db, item.hotel_id).time_zone)
        changed["dispose_by"] = rules.dispose_by(
            changed["kind"], item.found_at.astimezone(zone).date()
        )
    return _write(db, item, by, changed, fields=sorted(given))


def settle(db: Session, item_id: UUID, asked: FoundSettle, *, version: int, by: Actor) -> int:
    """Say what became of it; returns the new version.

    Claimed needs to know whose it is (``stay_id``, one of the room's guests within reach).
    `RuleBroken` for a step that its state does not allow, and for disposal before its day.
    """
    by.need(SETTLE)
    item = _reached(db, item_id, by)
    _check_version(item.version, version)
    if item.state is asked.state or not rules.may_become(item.state, asked.state):
        raise RuleBroken("It cannot become that from its present state.", "found_state")
    today = hotels.hotel(db, item.hotel_id).business_on
    if asked.state is FoundState.DISPOSED and not rules.is_due(item.dispose_by, today):
        raise RuleBroken(
            "It is kept until its last day. Until then it may only be given back.", "found_kept"
        )
    values: dict[str, Any] = {"state": asked.state, "settled_words": asked.words}
    if asked.stay_id is not None:
        values |= {"stay_id": asked.stay_id, "guest_id": _guest_of(db, item, asked.stay_id, by)}
    elif asked.state is FoundState.CLAIMED:
        raise Invalid("Choose whose it is.", "found_whose", pointer="/stay_id")
    if asked.state is FoundState.FOUND:
        values |= {"stay_id": None, "guest_id": None, "settled_at": None, "settled_by": None}
    else:
        values |= {"settled_at": clock.now(), "settled_by": by.staff_id}
    return _write(db, item, by, values, fields=["state"])


def _guest_of(db: Session, item: FoundItem, stay_id: UUID, by: Actor) -> UUID:
    stay = db.get(Stay, stay_id)
    if stay is None or stay.hotel_id != item.hotel_id or stay.guest_id is None:
        raise Invalid("There is no such stay within your reach.", "stay", pointer="/stay_id")
    need_visible(db, stay.guest_id, by=by)
    return stay.guest_id


def _write(
    db: Session, item: FoundItem, by: Actor, values: dict[str, Any], *, fields: list[str]
) -> int:
    """Change a row that nobody else changed meanwhile, and tell."""
    version = item.version
    done = db.connection().execute(
        update(FoundItem)
        .where(col(FoundItem.id) == item.id, col(FoundItem.version) == version)
        .values(**values, version=version + 1)
    )
    if done.rowcount == 0:
        raise _changed()
    db.expire(item)
    guest_id = values.get("guest_id") or item.guest_id
    audit.note(
        db, Deed.CHANGED, by=by, subject="found_item", subject_id=item.id, guest_id=guest_id,
        fields=fields,
    )  # fmt: skip
    news.record(
        db,
        ItemChanged(
            item_id=item.id,
            state=item.state.value,
            version=version + 1,
            hotel_id=item.hotel_id,
            by_id=by.staff_id,
        ),
    )
    return version + 1


def _known(row: FoundItem, found: FoundIn, found_at: datetime, by: Actor) -> FoundMade:
    """The answer to the same thing sent again, by whoever sent it first."""
    same = all(getattr(row, name) == getattr(found, name) for name in _SAME)
    at_once = found.found_at is None or row.found_at == found_at
    if row.hotel_id != by.hotel_id or row.found_by != by.staff_id or not (same and at_once):
        raise Conflict("This id was used for something else that was found.", "found_id_used")
    return _made(row)


def _made(row: FoundItem) -> FoundMade:
    return FoundMade(
        id=row.id,
        reference=rules.reference(row.number),
        dispose_by=row.dispose_by,
        version=row.version,
    )


def _row(db: Session, item_id: UUID) -> FoundItem:
    row = db.get(FoundItem, item_id, populate_existing=True)
    if row is None:
        raise queries.no_such_item()
    return row


def _reached(db: Session, item_id: UUID, by: Actor) -> FoundItem:
    within = select(col(FoundItem.id)).where(col(FoundItem.id) == item_id, queries.within_reach(by))
    if db.connection().execute(within).first() is None:
        raise queries.no_such_item()
    return _row(db, item_id)


def _check_room(db: Session, hotel_id: UUID, room_no: str | None) -> None:
    if room_no is not None and db.get(Room, (hotel_id, room_no)) is None:
        raise Invalid("This hotel has no such room.", "room", pointer="/room_no")


def _check_version(held: int, given: int) -> None:
    if held != given:
        raise _changed()


def _changed() -> ChangedMeanwhile:
    return ChangedMeanwhile(
        "Somebody else changed this meanwhile. Load it again.", "changed_meanwhile"
    )


def _hold_numbers(db: Session, hotel_id: UUID) -> None:
    """The hotel's row is held, so that two who take in something wait in turn."""
    db.connection().execute(
        select(col(Hotel.id)).where(col(Hotel.id) == hotel_id).with_for_update(key_share=True)
    )


def _next_number(db: Session, hotel_id: UUID) -> int:
    highest = db.connection().scalar(
        select(func.max(col(FoundItem.number))).where(col(FoundItem.hotel_id) == hotel_id)
    )
    return rules.FIRST_NUMBER if highest is None else int(highest) + 1
