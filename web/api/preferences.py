"""REST: what is known of a guest, what is noted, and the catalogue of preference codes."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from crm.kit.paging import PageOf
from crm.preferences import house_codes
from crm.preferences import queries as preferences
from crm.preferences import service as noting
from crm.preferences.refusals import no_guest
from crm.preferences.schemas import (
    ClaimSheet,
    CodeHit,
    CodeMade,
    CodeRow,
    GroupPolicyIn,
    GroupRow,
    HotelCodeIn,
    NoteIn,
    ObservationOut,
    OwnCodeIn,
    PreferenceRow,
    RetireIn,
)
from crm.preferences.suggesting import suggest
from web.answers import as_json, created_once, version_named, with_etag
from web.deps import Db, Me, Page, Views
from web.hard_json import HardRoute

router = APIRouter(tags=["preferences"], route_class=HardRoute)
HERE = "/api/v1/preferences"


@router.get("/guests/{guest_id}/preferences")
def list_preferences(db: Db, me: Me, views: Views, guest_id: UUID) -> list[PreferenceRow]:
    """What is known of a guest, in the words you may see: those who act read an instruction."""
    found = preferences.preferences_of(db, guest_id, by=me)
    views.viewed(
        by=me, subject="guest", subject_id=guest_id, guest_id=guest_id, fields=["preferences"]
    )
    return found


@router.post("/guests/{guest_id}/preferences", status_code=201)
def note_preference(
    request: Request, db: Db, me: Me, guest_id: UUID, asked: NoteIn
) -> ObservationOut:
    """Note what you saw or were told: a code, or words for the guest-file centre.

    Send an ``id`` of your own making to be safe against sending twice; the answer is then the
    first one's. ``state`` tells whether it counts already or waits for the centre.
    """
    if asked.guest_id != guest_id:
        raise no_guest()

    def produce() -> tuple[BaseModel, str]:
        made = noting.note_preference(db, asked, by=me)
        return made, f"{HERE}/observations/{made.id}"

    return created_once(request, db, me, produce, asked=asked)  # type: ignore[return-value]


@router.get("/guests/{guest_id}/preferences/observations")
def list_observations(
    db: Db, me: Me, views: Views, page: Page, guest_id: UUID
) -> PageOf[ObservationOut]:
    """What was noted about a guest, newest first, as far as you may know."""
    found = preferences.observations_of(db, guest_id, by=me, cursor=page.cursor, limit=page.limit)
    views.viewed(
        by=me, subject="guest", subject_id=guest_id, guest_id=guest_id, fields=["observations"]
    )
    return as_json(found)  # type: ignore[return-value]


@router.get("/guests/{guest_id}/preferences/suggestions")
def list_suggestions(db: Db, me: Me, views: Views, guest_id: UUID) -> list[CodeHit]:
    """The twelve codes that you are likely to note next about this guest."""
    found = suggest(db, guest_id, by=me)
    views.viewed(
        by=me, subject="guest", subject_id=guest_id, guest_id=guest_id, fields=["preferences"]
    )
    return found


# ---------------------------------------------------------------- the catalogue
@router.get("/preferences/codes")
def list_codes(db: Db, me: Me) -> list[CodeRow]:
    """All codes as your hotel words them, in their order; switched-off ones say so."""
    return preferences.hotel_codes(db, by=me)


@router.post("/preferences/codes", status_code=201)
def add_code(request: Request, db: Db, me: Me, asked: OwnCodeIn) -> CodeMade:
    """Add a code of your hotel's own to one of the groups."""

    def produce() -> tuple[BaseModel, str]:
        made = house_codes.add_code(db, asked, by=me)
        return made, f"{HERE}/codes/{made.code}"

    return created_once(request, db, me, produce, asked=asked)  # type: ignore[return-value]


@router.get("/preferences/codes/find")
def find_codes(db: Db, me: Me, q: Annotated[str, Query(max_length=120)] = "") -> list[CodeHit]:
    """Codes that a few letters may mean: English, Chinese, pinyin or its initials."""
    return preferences.find_codes(db, q, by=me)


@router.get("/preferences/codes/{code}")
def read_code(db: Db, me: Me, code: str) -> CodeRow:
    """One code as your hotel has it."""
    found = house_codes.code(db, code, by=me)
    return with_etag(found, found.version)  # type: ignore[return-value]


@router.put("/preferences/codes/{code}")
def keep_code(request: Request, db: Db, me: Me, code: str, asked: HotelCodeIn) -> CodeRow:
    """Switch a code on or off in your hotel and word it; null keeps the shipped words."""
    found = house_codes.keep_code(db, code, asked, by=me, version=version_named(request))
    return with_etag(found, found.version)  # type: ignore[return-value]


@router.get("/preferences/groups")
def list_groups(db: Db, me: Me) -> list[GroupRow]:
    """The groups of codes, with who looks when and how many of each a guest may have."""
    return preferences.code_groups(db, by=me)


@router.get("/preferences/groups/{group}")
def read_group(db: Db, me: Me, group: str) -> GroupRow:
    """One group of codes."""
    found = house_codes.group(db, group, by=me)
    return with_etag(found, found.version)  # type: ignore[return-value]


@router.put("/preferences/groups/{group}")
def keep_group(request: Request, db: Db, me: Me, group: str, asked: GroupPolicyIn) -> GroupRow:
    """Say when the guest-file centre looks at notes of a group, and its maximum."""
    found = house_codes.keep_group(db, group, asked, by=me, version=version_named(request))
    return with_etag(found, found.version)  # type: ignore[return-value]


# ---------------------------------------------------------------- one claim
@router.get("/preferences/{preference_id}")
def read_preference(db: Db, me: Me, views: Views, preference_id: UUID) -> ClaimSheet:
    """One preference with its evidence, newest first, and what stands against it."""
    found = preferences.claim(db, preference_id, by=me)
    views.viewed(by=me, subject="preference", subject_id=preference_id, guest_id=found.guest_id)
    return with_etag(found, found.version)  # type: ignore[return-value]


@router.post("/preferences/{preference_id}/confirm")
def confirm_preference(request: Request, db: Db, me: Me, preference_id: UUID) -> ClaimSheet:
    """The guest was asked and says so."""
    noting.confirm_preference(db, preference_id, by=me, version=version_named(request))
    return _claim(db, me, preference_id)


@router.post("/preferences/{preference_id}/retire")
def retire_preference(
    request: Request, db: Db, me: Me, preference_id: UUID, asked: RetireIn
) -> ClaimSheet:
    """Take it out of what is shown; its history stays."""
    noting.retire_preference(
        db, preference_id, by=me, version=version_named(request), why=asked.why
    )
    return _claim(db, me, preference_id)


def _claim(db: Db, me: Me, preference_id: UUID) -> ClaimSheet:
    found = preferences.claim(db, preference_id, by=me)
    return with_etag(found, found.version)  # type: ignore[return-value]
