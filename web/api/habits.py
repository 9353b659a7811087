"""REST: what the house's own records propose about guests, and the answers to it."""

from uuid import UUID

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from crm.kit import clock
from crm.kit.paging import PageOf
from crm.sensing import queries
from crm.sensing import service as sensing
from crm.sensing.schemas import HabitRow
from crm.staff.actor import Actor
from web.answers import as_json, need_match, with_etag
from web.deps import Db, Me, Page, Views
from web.hard_json import HardRoute
from web.phrases import evidence_in_words

router = APIRouter(tags=["habits"], route_class=HardRoute)


@router.get("/guests/{guest_id}/habits")
def list_habits_of_guest(
    db: Db, me: Me, page: Page, views: Views, guest_id: UUID
) -> PageOf[HabitRow]:
    """What the records propose about a guest, the least likely by chance first; no second page."""
    found = queries.open_habits(db, guest_id, by=me, limit=page.limit)
    views.viewed(by=me, subject="guest", subject_id=guest_id, guest_id=guest_id, fields=["habits"])
    return as_json(PageOf[HabitRow](items=found))  # type: ignore[return-value]


@router.get("/habits")
def list_habits(db: Db, me: Me, page: Page, views: Views) -> PageOf[HabitRow]:
    """Open proposals of your hotels, the latest evidence first."""
    found = queries.habits(db, by=me, cursor=page.cursor, limit=page.limit)
    views.viewed(by=me, subject="habits")
    return as_json(found)  # type: ignore[return-value]


@router.get("/habits/{habit_id}")
def read_habit(db: Db, me: Me, views: Views, habit_id: UUID) -> HabitRow:
    """One proposal, also an answered one."""
    found = queries.habit(db, habit_id, by=me)
    views.viewed(by=me, subject="habit", subject_id=habit_id, guest_id=found.guest_id)
    return with_etag(found, found.version)  # type: ignore[return-value]


@router.post("/habits/{habit_id}/accept")
def accept_habit(request: Request, db: Db, me: Me, habit_id: UUID) -> HabitRow:
    """Yes: it becomes evidence of a preference, for as many stays as it was seen on."""
    found = _matched(request, db, habit_id, me)
    words = evidence_in_words(found.evidence, me.language, clock.now().date())
    done = sensing.accept(db, habit_id, by=me, version=found.version, words=words)
    return _answer(done)  # type: ignore[return-value]


@router.post("/habits/{habit_id}/dismiss")
def dismiss_habit(request: Request, db: Db, me: Me, habit_id: UUID) -> HabitRow:
    """No: it comes back only with new evidence."""
    found = _matched(request, db, habit_id, me)
    return _answer(  # type: ignore[return-value]
        sensing.dismiss(db, habit_id, by=me, version=found.version)
    )


def _matched(request: Request, db: Session, habit_id: UUID, me: Actor) -> HabitRow:
    found = queries.habit(db, habit_id, by=me)
    need_match(request, found.version)
    return found


def _answer(row: HabitRow) -> Response:
    return with_etag(row, row.version)
