"""The message door: a hotel system's message is stored once, then a job makes it true."""

import hashlib
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.hotels import queries as hotels
from crm.intake.mappers.generic_json import PHONE_FIELDS, MessageIn
from crm.intake.schemas import MessageRow, MessageTaken
from crm.intake.tables import IntakeMessage
from crm.intake.terms import MessageState
from crm.kit import clock, failpoints, jobs
from crm.kit.card_numbers import is_card_number, scrubbed
from crm.kit.errors import NotFound
from crm.kit.ids import new_id
from crm.kit.rows import cols, fields_of
from crm.staff.actor import Actor

APPLY = "intake.apply_message"


def receive(db: Session, message: MessageIn, *, by: Actor) -> MessageTaken:
    """Store a message and put its job; the same source and id a second time changes nothing.

    `NotFound` for a hotel that is not the key's. Card numbers are cut out before anything is
    written.
    """
    by.need("intake.send")
    hotel = hotels.hotel_by_code(db, message.hotel)
    if not by.is_system and hotel.id not in by.hotel_ids:
        raise NotFound("There is no hotel with the code %(asked)s here.", "hotel",
                       asked=message.hotel)  # fmt: skip
    row = _row_of(message, hotel.id)
    before = _known(db, row["source"], row["message_id"])
    if before is not None:
        return before
    try:
        with db.begin_nested():
            db.connection().execute(insert(IntakeMessage), [row])
    except IntegrityError:
        # The same message came through another connection at this very moment.
        twin = _known(db, row["source"], row["message_id"])
        if twin is None:
            raise
        return twin
    failpoints.reach("message.stored")
    jobs.enqueue(db, APPLY, {"message_id": str(row["id"])}, key=f"{APPLY}:{row['id']}")
    audit.note(
        db,
        Deed.CREATED,
        by=by,
        subject="intake_message",
        subject_id=row["id"],
        fields=[row["kind"]],
    )
    return MessageTaken(id=row["id"], state=MessageState.RECEIVED, repeated=False)


def _row_of(message: MessageIn, hotel_id: UUID) -> dict[str, Any]:
    body = message.body()
    stay, guest = body["stay"], body.get("guest") or {}
    stay["reservation_id"] = safe_id(stay["reservation_id"])
    if guest.get("profile_id"):
        guest["profile_id"] = safe_id(guest["profile_id"])
    for line in body.get("lines", ()):
        line["line_id"] = safe_id(line["line_id"])
    clean, _ = scrubbed(body, phones=PHONE_FIELDS)
    return {
        "id": new_id(),
        "source": message.source,
        "message_id": safe_id(message.message_id),
        "hotel_id": hotel_id,
        "kind": message.kind.value,
        "subject": stay["reservation_id"],
        "profile": guest.get("profile_id"),
        "sent_at": message.sent_at,
        "received_at": clock.now(),
        "state": MessageState.RECEIVED,
        "body": clean,
    }


def safe_id(text: str) -> str:
    """A foreign id as it is; one that could be a card number as a hash, each time the same."""
    digits = "".join(c for c in text if c.isdecimal())
    if not is_card_number(digits):
        return text
    return "id-" + hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def _known(db: Session, source: str, message_id: str) -> MessageTaken | None:
    row = (
        db.connection()
        .execute(
            select(*cols(IntakeMessage.id, IntakeMessage.state)).where(
                col(IntakeMessage.source) == source, col(IntakeMessage.message_id) == message_id
            )
        )
        .first()
    )
    return None if row is None else MessageTaken(id=row.id, state=row.state, repeated=True)


def message(db: Session, identity: UUID, *, by: Actor) -> MessageRow:
    """What became of a message, for the system that sent it; never its content."""
    by.need("intake.send")
    row = (
        db.connection()
        .execute(
            select(*fields_of(IntakeMessage, MessageRow)).where(
                col(IntakeMessage.id) == identity,
                col(IntakeMessage.hotel_id).in_(by.hotel_ids),
            )
        )
        .first()
    )
    if row is None:
        raise NotFound("There is no such message here.", "message")
    return MessageRow.model_validate(row)
