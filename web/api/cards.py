"""REST: a guest at a glance and in the order of time, as the desks see it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from crm.kit.paging import PageOf
from crm.profile import queries as profile
from crm.profile.schemas import GuestCard, Happening
from crm.profile.timeline import Family, timeline
from crm.staff.terms import Channel
from web.answers import as_json, with_etag
from web.deps import Db, Me, Page, Views
from web.hard_json import HardRoute

router = APIRouter(prefix="/guests/{guest_id}", tags=["guests"], route_class=HardRoute)


@router.get("/card")
def read_card(db: Db, me: Me, views: Views, guest_id: UUID) -> GuestCard:
    """Everything about a guest at a glance: who, warnings, wishes, figures, what to say.

    Sentences come by code with what fills them; the interface has the words.
    """
    found = profile.card(db, guest_id, by=me, channel=Channel.JSON)
    views.viewed(
        by=me,
        subject="guest",
        subject_id=guest_id,
        guest_id=guest_id,
        fields=["preference.special"] if found.special_shown else (),
    )
    return with_etag(found, found.version)  # type: ignore[return-value]


@router.get("/timeline")
def read_timeline(
    db: Db,
    me: Me,
    page: Page,
    views: Views,
    guest_id: UUID,
    only: Annotated[list[Family] | None, Query()] = None,
) -> PageOf[Happening]:
    """Stays, cases, points, wishes, notes, consents and edits, newest first.

    A page may hold fewer lines than asked for; it is the last one when ``next`` is null.
    """
    found = timeline(db, guest_id, by=me, families=only or (), cursor=page.cursor, limit=page.limit)
    views.viewed(
        by=me, subject="guest", subject_id=guest_id, guest_id=guest_id, fields=["timeline"]
    )
    return as_json(found)  # type: ignore[return-value]
