"""Cases and what they need, for the tests of this slice and of those that look at cases."""

from typing import Any
from uuid import UUID

from sqlmodel import Session

from crm.complaints import service
from crm.complaints.schemas import ComplaintClose, ComplaintMade, ComplaintOpen, PreventionIn
from crm.staff.actor import Actor, system
from tests.factories import TODAY, a_staff

SYSTEM = system("test")
LATER = TODAY.replace(year=TODAY.year + 2)


def a_case(db: Session, hotel_id: UUID, *, by: Actor = SYSTEM, **more: Any) -> ComplaintMade:
    """A guest who was kept awake, with other facts where they are named."""
    facts: dict[str, Any] = {
        "source": "in_house",
        "category": "noise",
        "severity": "moderate",
        "headline": "Air conditioner noise",
        "words": "It hums.",
        "room_no": "1611",
    }
    return service.open_complaint(db, hotel_id, ComplaintOpen(**facts | more), by=by)


def a_closing(db: Session, hotel_id: UUID, **more: Any) -> ComplaintClose:
    """All that closing asks for, the guest being content."""
    prevention = PreventionIn(
        words="Fans of the 16th floor are oiled every quarter.",
        owner_id=a_staff(db, "duty_manager", hotel_id),
        check_back_on=LATER,
    )
    facts: dict[str, Any] = {
        "words": "Moved to 1808.",
        "satisfaction": 8,
        "cause": "air_conditioner",
        "prevention": prevention,
    }
    return ComplaintClose(**facts | more)
