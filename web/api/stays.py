"""REST: stays, of a hotel and of a guest. They change through messages and imports only."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from crm.hotels import queries as hotels
from crm.kit.paging import PageOf
from crm.kit.schema import HotelCode, IsoDate
from crm.stays import queries as stays
from crm.stays.schemas import FolioLineOut, StayRow, StaySheet
from crm.stays.terms import StayStatus
from web.answers import as_json, with_etag
from web.deps import Db, Me, Page, Views
from web.hard_json import HardRoute

router = APIRouter(tags=["stays"], route_class=HardRoute)
Code = Annotated[HotelCode | None, Query()]


@router.get("/stays")
def list_stays(
    db: Db,
    me: Me,
    page: Page,
    hotel: Code = None,
    status: StayStatus | None = None,
    arriving_from: IsoDate | None = None,
    arriving_to: IsoDate | None = None,
) -> PageOf[StayRow]:
    """Stays of your hotels, the newest arrival first."""
    found = stays.stays(
        db,
        by=me,
        hotel_id=None if hotel is None else hotels.hotel_by_code(db, hotel).id,
        status=status,
        arriving_from=arriving_from,
        arriving_to=arriving_to,
        cursor=page.cursor,
        limit=page.limit,
    )
    return as_json(found)  # type: ignore[return-value]


@router.get("/stays/{stay_id}")
def read_stay(db: Db, me: Me, views: Views, stay_id: UUID) -> StaySheet:
    found = stays.stay(db, stay_id, by=me)
    views.viewed(by=me, subject="stay", subject_id=stay_id, guest_id=found.guest_id)
    return with_etag(found, found.version)  # type: ignore[return-value]


@router.get("/stays/{stay_id}/folio")
def read_stay_folio(db: Db, me: Me, views: Views, stay_id: UUID) -> list[FolioLineOut]:
    """The folio of a stay in the order it was posted."""
    lines = stays.folio_of_stay(db, stay_id, by=me)
    views.viewed(by=me, subject="stay", subject_id=stay_id, fields=["folio"])
    return lines


@router.get("/guests/{guest_id}/stays")
def list_stays_of_guest(
    db: Db, me: Me, page: Page, views: Views, guest_id: UUID
) -> PageOf[StayRow]:
    """A guest's stays, those shared as a companion too."""
    found = stays.stays(db, by=me, guest_id=guest_id, cursor=page.cursor, limit=page.limit)
    views.viewed(by=me, subject="guest", subject_id=guest_id, guest_id=guest_id, fields=["stays"])
    return as_json(found)  # type: ignore[return-value]
