"""REST: what a guest consumed, line by line and in figures."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from crm.kit.paging import PageOf
from crm.kit.schema import Currency
from crm.stays import queries as stays
from crm.stays.schemas import Consumption, FolioLineOut
from web.answers import as_json
from web.deps import Db, Me, Page, Views
from web.hard_json import HardRoute

router = APIRouter(prefix="/guests/{guest_id}", tags=["folio"], route_class=HardRoute)


@router.get("/folio")
def list_folio(db: Db, me: Me, page: Page, views: Views, guest_id: UUID) -> PageOf[FolioLineOut]:
    """A guest's folio lines over all stays, the newest day first."""
    found = stays.folio_of_guest(db, guest_id, by=me, cursor=page.cursor, limit=page.limit)
    views.viewed(by=me, subject="guest", subject_id=guest_id, guest_id=guest_id, fields=["folio"])
    return as_json(found)  # type: ignore[return-value]


@router.get("/consumption")
def read_consumption(
    db: Db,
    me: Me,
    views: Views,
    guest_id: UUID,
    currency: Annotated[Currency | None, Query()] = None,
) -> Consumption:
    """Spend by year and category, per night and per cover, discounts, favourite outlets."""
    found = stays.consumption(db, guest_id, by=me, currency=currency)
    views.viewed(by=me, subject="guest", subject_id=guest_id, guest_id=guest_id, fields=["spend"])
    return as_json(found)  # type: ignore[return-value]
