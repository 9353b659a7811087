"""REST: what the house's own records propose about guests, and the answers to it."""

from typing import Annotated
from uuid import UUID
from zlib import crc32

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from crm.kit.paging import PageOf
from crm.kit.schema import PAGE_MAX
from crm.sensing import queries, wording
from crm.sensing import service as sensing
from crm.sensing.schemas import FolioRulesIn, FolioRulesOut, HabitRow
from crm.staff.actor import Actor
from web import house_deeds as house
from web.answers import as_json, need_match, with_etag
from web.deps import Db, Me, Page, Views
from web.hard_json import HardRoute
from web.phrases import evidence_for

router = APIRouter(tags=["habits"], route_class=HardRoute)


@router.get("/guests/{guest_id}/habits")
def list_habits_of_guest(
    db: Db,
    me: Me,
    views: Views,
    guest_id: UUID,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
) -> PageOf[HabitRow]:
    """What the records propose about a guest, the least likely by chance first; no second page."""
    found = queries.open_habits(db, guest_id, by=me, limit=limit)
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
    done = sensing.accept(db, habit_id, by=me, version=found.version, say=evidence_for(me.language))
    return _answer(done)  # type: ignore[return-value]


@router.post("/habits/{habit_id}/dismiss")
def dismiss_habit(request: Request, db: Db, me: Me, habit_id: UUID) -> HabitRow:
    """No: it comes back only with new evidence."""
    found = _matched(request, db, habit_id, me)
    return _answer(  # type: ignore[return-value]
        sensing.dismiss(db, habit_id, by=me, version=found.version)
    )


@router.get("/hotels/{hotel_id}/folio-rules")
def read_folio_rules(db: Db, me: Me, hotel_id: UUID) -> FolioRulesOut:
    """The hotel's own words on bills, in their order; the shipped ones come after them."""
    house.hotel_within_reach(db, hotel_id, by=me)
    return _tagged(wording.folio_rules(db, hotel_id, by=me))  # type: ignore[return-value]


@router.put("/hotels/{hotel_id}/folio-rules")
def write_folio_rules(
    request: Request, db: Db, me: Me, hotel_id: UUID, asked: FolioRulesIn
) -> FolioRulesOut:
    """Write them anew: what is left out is gone afterwards."""
    house.hotel_within_reach(db, hotel_id, by=me)
    need_match(request, _version(wording.folio_rules(db, hotel_id, by=me)))
    wording.write_folio_rules(db, hotel_id, asked, by=me)
    return _tagged(wording.folio_rules(db, hotel_id, by=me))  # type: ignore[return-value]


def _tagged(rules: FolioRulesOut) -> Response:
    return with_etag(rules, _version(rules))


def _version(rules: FolioRulesOut) -> int:
    """The list has no version of its own: its content is one."""
    return crc32(rules.model_dump_json().encode())


def _matched(request: Request, db: Session, habit_id: UUID, me: Actor) -> HabitRow:
    found = queries.habit(db, habit_id, by=me)
    need_match(request, found.version)
    return found


def _answer(row: HabitRow) -> Response:
    return with_etag(row, row.version)
