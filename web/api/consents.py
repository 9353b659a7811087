"""REST: what a guest allows, by channel and purpose, with its proof."""

from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel

from crm.kit.schema import Out
from crm.privacy.consents import capture_consent, consents_of
from crm.privacy.schemas import ConsentGiven, ConsentRow
from web.answers import created_once
from web.deps import Db, Me, Views
from web.hard_json import HardRoute

router = APIRouter(prefix="/guests/{guest_id}/consents", tags=["consents"], route_class=HardRoute)


class ConsentMade(Out):
    guest_id: UUID
    no: int


@router.get("")
def list_consents(db: Db, me: Me, views: Views, guest_id: UUID) -> list[ConsentRow]:
    """Every answer that was taken down, newest first: the newest of a channel and purpose holds."""
    found = consents_of(db, guest_id, by=me)
    views.viewed(
        by=me, subject="guest", subject_id=guest_id, guest_id=guest_id, fields=["consents"]
    )
    return found


@router.post("", status_code=201)
def capture(request: Request, db: Db, me: Me, guest_id: UUID, asked: ConsentGiven) -> ConsentMade:
    """Take down one yes or no; nothing that was said before is overwritten."""

    def produce() -> tuple[BaseModel, str]:
        source = "desk" if me.staff_id is not None else "api"
        no = capture_consent(db, guest_id, asked, by=me, source=source)
        return ConsentMade(guest_id=guest_id, no=no), f"/api/v1/guests/{guest_id}/consents"

    return created_once(request, db, me, produce, asked=asked)  # type: ignore[return-value]
