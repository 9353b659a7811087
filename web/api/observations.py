"""REST: what was noted and waits for the guest-file centre, and what becomes of it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from crm.hotels.terms import DepartmentCode
from crm.kit.paging import PageOf
from crm.preferences import queries
from crm.preferences import service as preferences
from crm.preferences.schemas import (
    AcceptedMany,
    AcceptIn,
    AcceptManyIn,
    MergeIn,
    ObservationOut,
    RejectIn,
    WaitingCounts,
)
from crm.preferences.terms import Lateness
from web.answers import as_json, version_named, with_etag
from web.deps import Db, Me, Page, Views
from web.hard_json import HardRoute

router = APIRouter(prefix="/preferences/observations", tags=["preferences"], route_class=HardRoute)


@router.get("")
def list_waiting(
    db: Db,
    me: Me,
    views: Views,
    page: Page,
    group: Annotated[str | None, Query(pattern=r"^([A-Z]{2,8}|words)$")] = None,
    department: DepartmentCode | None = None,
    lateness: Lateness | None = None,
) -> PageOf[ObservationOut]:
    """What waits for the guest-file centre, oldest first; ``group=words`` are those without a code.

    ``lateness`` chooses a light: amber waits for more than 24 hours, red for more than 48.
    """
    found = queries.waiting(
        db,
        by=me,
        group=group,
        department=department,
        lateness=lateness,
        cursor=page.cursor,
        limit=page.limit,
    )
    views.viewed(by=me, subject="observations")
    return as_json(found)  # type: ignore[return-value]


@router.get("/counts")
def count_waiting(db: Db, me: Me) -> WaitingCounts:
    """How many notes wait, and how many of them too long."""
    return queries.waiting_counts(db, by=me)


@router.get("/mine")
def list_mine(db: Db, me: Me, page: Page) -> PageOf[ObservationOut]:
    """What you noted, newest first, with what became of it."""
    found = queries.notes_of_mine(db, by=me, cursor=page.cursor, limit=page.limit)
    return as_json(found)  # type: ignore[return-value]


@router.post("/accept")
def accept_many(db: Db, me: Me, asked: AcceptManyIn) -> AcceptedMany:
    """Accept notes that need nothing put right; the others are left, each with its reason."""
    return preferences.accept_many(db, asked.ids, by=me)


@router.get("/{observation_id}")
def read_observation(db: Db, me: Me, views: Views, observation_id: UUID) -> ObservationOut:
    found = queries.observation(db, observation_id, by=me)
    views.viewed(by=me, subject="observation", subject_id=observation_id, guest_id=found.guest_id)
    return _told(found)  # type: ignore[return-value]


@router.post("/{observation_id}/accept")
def accept(
    request: Request, db: Db, me: Me, observation_id: UUID, asked: AcceptIn
) -> ObservationOut:
    """Let a note count, with what you put right; words need a code.

    What is left out stays as it was noted; ``words`` null keeps the words out of the file.
    """
    version = version_named(request)
    words = "" if "words" in asked.model_fields_set and asked.words is None else asked.words
    return _told(  # type: ignore[return-value]
        preferences.accept(
            db,
            observation_id,
            by=me,
            version=version,
            code=asked.code,
            value=asked.value,
            scope=asked.scope,
            words=words,
        )
    )


@router.post("/{observation_id}/reject")
def reject(
    request: Request, db: Db, me: Me, observation_id: UUID, asked: RejectIn
) -> ObservationOut:
    """Keep a note out of the file; who wrote it hears why."""
    version = version_named(request)
    done = preferences.reject(
        db, observation_id, by=me, version=version, reason=asked.reason, reply=asked.reply
    )
    return _told(done)  # type: ignore[return-value]


@router.post("/{observation_id}/merge")
def merge(request: Request, db: Db, me: Me, observation_id: UUID, asked: MergeIn) -> ObservationOut:
    """Take a note as evidence of what is known of the guest already."""
    version = version_named(request)
    done = preferences.merge_into(db, observation_id, asked.preference_id, by=me, version=version)
    return _told(done)  # type: ignore[return-value]


@router.post("/{observation_id}/undo")
def undo(request: Request, db: Db, me: Me, observation_id: UUID) -> ObservationOut:
    """Put a decided note back among those that wait."""
    version = version_named(request)
    return _told(  # type: ignore[return-value]
        preferences.undo_review(db, observation_id, by=me, version=version)
    )


@router.post("/{observation_id}/withdraw")
def withdraw(db: Db, me: Me, observation_id: UUID) -> ObservationOut:
    """Take your own note back, within ten minutes."""
    return _told(preferences.withdraw(db, observation_id, by=me))  # type: ignore[return-value]


def _told(found: ObservationOut) -> Response:
    return with_etag(found, found.version)
