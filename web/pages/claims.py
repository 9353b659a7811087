"""The history of one claim: where it is known from, how well, and a word on it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from crm.kit.errors import Conflict, CrmError
from crm.preferences import queries as preferences
from crm.preferences import refusals, service
from crm.preferences.schemas import ClaimSheet, NoteIn
from crm.preferences.terms import PreferenceSource, RetiredWhy, Sensitivity
from crm.profile import queries as profile
from crm.profile.noting import subject
from crm.sensing import queries as sensed
from crm.sensing import service as sensing
from crm.staff.actor import Actor
from web.deps import Db, Me, Views
from web.forms import refused
from web.pages.capture import KEPT
from web.phrases import evidence_for
from web.rendering import is_fragment, render
from web.wording import mark, wording

router = APIRouter(include_in_schema=False)

Version = Annotated[int, Form(ge=1, le=2**31)]
Answer = Annotated[str, Form(pattern="^(yes|no)$")]

CONFIRMED = mark("Confirmed: %(what)s")
NO_LONGER = mark("Taken off the card: %(what)s")
KEPT_HABIT = mark("Noted: %(what)s")
NOT_SO = mark("Not asked again without new evidence.")


@router.get("/guests/{guest_id:uuid}/known")
def known_of(request: Request, db: Db, me: Me, guest_id: UUID) -> Response:
    """Warnings and wishes of the card alone, for a screen that heard that something changed."""
    return render(request, "front_desk/_known.html", card=profile.card(db, guest_id, by=me))


@router.get("/guests/{guest_id:uuid}/preferences/{preference_id:uuid}")
def history(
    request: Request, db: Db, me: Me, views: Views, guest_id: UUID, preference_id: UUID
) -> Response:
    """Who noted it, when and where, what stands against it, how far to trust it."""
    sheet = _sheet_of(db, guest_id, preference_id, me)
    special = sheet.preference.sensitivity is not Sensitivity.NORMAL
    views.viewed(
        by=me,
        subject="preference",
        subject_id=preference_id,
        guest_id=guest_id,
        fields=["preference.special" if special else "preference.history"],
    )
    return _history(request, db, me, sheet)


@router.post("/guests/{guest_id:uuid}/preferences/{preference_id:uuid}/confirm")
def confirm(
    request: Request, db: Db, me: Me, guest_id: UUID, preference_id: UUID, version: Version
) -> Response:
    """The guest was asked and says so."""
    sheet = _sheet_of(db, guest_id, preference_id, me)
    try:
        with db.begin_nested():
            service.confirm_preference(db, preference_id, by=me, version=version)
    except CrmError as error:
        return _stays(request, db, me, sheet, error)
    return _done(request, me, guest_id, CONFIRMED, sheet.preference.text)


@router.post("/guests/{guest_id:uuid}/preferences/{preference_id:uuid}/retire")
def retire(
    request: Request, db: Db, me: Me, guest_id: UUID, preference_id: UUID, version: Version
) -> Response:
    """The guest does not want it any more."""
    sheet = _sheet_of(db, guest_id, preference_id, me)
    try:
        with db.begin_nested():
            _no_longer(db, sheet, version, me)
    except CrmError as error:
        return _stays(request, db, me, sheet, error)
    return _done(request, me, guest_id, NO_LONGER, sheet.preference.text)


@router.post("/guests/{guest_id:uuid}/habits/{habit_id:uuid}")
def answer(
    request: Request,
    db: Db,
    me: Me,
    guest_id: UUID,
    habit_id: UUID,
    answer: Answer,
    version: Version,
) -> Response:
    """Yes or no to what the records propose."""
    if sensed.habit(db, habit_id, by=me).guest_id != guest_id:
        raise sensed.no_such_habit()
    if answer == "yes":
        say = evidence_for(me.language)
        row = sensing.accept(db, habit_id, by=me, version=version, say=say)
        return _done(request, me, guest_id, KEPT_HABIT, row.text)
    sensing.dismiss(db, habit_id, by=me, version=version)
    return _done(request, me, guest_id, NOT_SO, "")


def _no_longer(db: Session, sheet: ClaimSheet, version: int, me: Actor) -> None:
    """Who reviews takes it away; who does not notes that the guest said no, which ends it too."""
    known = sheet.preference
    if me.may("preferences.review") or known.code is None:
        service.retire_preference(db, known.id, by=me, version=version, why=RetiredWhy.DENIED)
        return
    if sheet.version != version:
        raise refusals.changed()
    service.note_preference(
        db,
        NoteIn(
            guest_id=sheet.guest_id,
            code=known.code,
            source=PreferenceSource.TOLD,
            scope=known.scope,
            this_hotel_only=known.hotel_id is not None,
            stay_id=known.stay_id,
            denies=True,
        ),
        by=me,
    )


def _sheet_of(db: Session, guest_id: UUID, preference_id: UUID, me: Actor) -> ClaimSheet:
    """The claim, when it is one of this guest's."""
    sheet = preferences.claim(db, preference_id, by=me)
    if sheet.guest_id != guest_id:
        raise refusals.no_preference()
    return sheet


def _stays(
    request: Request, db: Session, me: Actor, sheet: ClaimSheet, error: CrmError
) -> Response:
    fresh = preferences.claim(db, sheet.preference.id, by=me)
    trouble = refused({}, error, me.language).errors
    status = 409 if isinstance(error, Conflict) else 422
    return _history(request, db, me, fresh, status=status, trouble=trouble)


def _history(
    request: Request,
    db: Session,
    me: Actor,
    sheet: ClaimSheet,
    *,
    status: int = 200,
    trouble: Any = (),
) -> Response:
    against = {row.id: row for row in preferences.preferences_of(db, sheet.guest_id, by=me)}
    about = subject(db, sheet.guest_id, by=me)
    return render(
        request,
        "capture/_history.html" if is_fragment(request) else "capture/claim.html",
        status=status,
        claim=sheet,
        subject=about,
        here=f"/guests/{sheet.guest_id}/preferences/{sheet.preference.id}",
        back=f"/guests/{sheet.guest_id}" if about.name else "/rooms",
        against=[against[each] for each in sheet.contradicted_by if each in against],
        trouble=trouble,
    )


def _done(request: Request, me: Actor, guest_id: UUID, template: str, what: str) -> Response:
    if not is_fragment(request):
        home = f"/guests/{guest_id}" if me.may("guests.read") else "/rooms"
        return RedirectResponse(home, 303)
    told = wording(me.language).say(template, what=what)
    return render(
        request, "capture/_saved.html", headers={"HX-Trigger": KEPT}, text=told, undo=None
    )
