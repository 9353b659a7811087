"""REST: the door for messages of the hotel's system."""

from uuid import UUID

from fastapi import APIRouter

from crm.intake import messages
from crm.intake.mappers.generic_json import MessageIn
from crm.intake.schemas import MessageRow, MessageTaken
from web.answers import as_json
from web.deps import Db, Me
from web.hard_json import HardRoute

router = APIRouter(prefix="/intake", tags=["intake"], route_class=HardRoute)


@router.post("/messages", status_code=202)
def take_message(db: Db, me: Me, asked: MessageIn) -> MessageTaken:
    """Hand over one message about one reservation; it is applied within seconds.

    A message may come twice, late and out of order: ``source`` and ``message_id`` name it once,
    ``sent_at`` is its version. A field that is left out says nothing, a null empties. Only the
    reservation's number must be there, so a cancellation needs no guest. Card numbers are cut
    out before anything is stored.
    """
    return as_json(messages.receive(db, asked, by=me), status=202)  # type: ignore[return-value]


@router.get("/messages/{message_id}")
def read_message(db: Db, me: Me, message_id: UUID) -> MessageRow:
    """What became of a message: received, applied, or parked with the reason."""
    return as_json(messages.message(db, message_id, by=me))  # type: ignore[return-value]
