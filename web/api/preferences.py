"""REST: the catalogue of preference codes, a guest's preferences."""

from uuid import UUID

from fastapi import APIRouter

from crm.preferences import queries as preferences
from crm.preferences.schemas import CodeRow, PreferenceRow
from web.deps import Db, Me, Views
from web.hard_json import HardRoute

router = APIRouter(tags=["preferences"], route_class=HardRoute)


@router.get("/preferences/codes")
def list_codes(db: Db, me: Me) -> list[CodeRow]:
    """All codes of the catalogue in their order; switched-off ones say so."""
    return preferences.hotel_codes(db, by=me)


@router.get("/guests/{guest_id}/preferences")
def list_preferences(db: Db, me: Me, views: Views, guest_id: UUID) -> list[PreferenceRow]:
    """What is known of a guest, in the words you may see: those who act read an instruction."""
    found = preferences.preferences_of(db, guest_id, by=me)
    views.viewed(
        by=me, subject="guest", subject_id=guest_id, guest_id=guest_id, fields=["preferences"]
    )
    return found
