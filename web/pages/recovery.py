"""Recovery on the case's page, approvals on the approver's, and the ledger behind both.

What a hotel sets for it, offers and limits, is `recovery_settings`.
"""

from datetime import date
from json import dumps
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from pydantic import ValidationError
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from crm.kit.errors import Conflict, CrmError, Invalid
from crm.kit.ids import new_id
from crm.kit.paging import CURSOR_MAX
from crm.recovery import ledger, queries
from crm.recovery import service as recovery
from crm.recovery.schemas import RecoveryAsk, RecoveryDecide
from crm.recovery.terms import RecoveryState
from crm.staff.actor import Actor
from web.amounts import minor_of
from web.deps import Db, Me, Views
from web.forms import Filled, refused
from web.recovery_labels import OFFER_ICONS
from web.rendering import is_fragment, render

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Form(max_length=600)]
Version = Annotated[int, Form(ge=1, le=2**31)]
Cursor = Annotated[str | None, Query(max_length=CURSOR_MAX)]
FIRST_SHOWN = 5
OWN_DEED = "keshi:own-deed"
RUNNING = (RecoveryState.WAITING, RecoveryState.APPROVED)


@router.get("/complaints/{complaint_id:uuid}/recovery")
def show_recovery(request: Request, db: Db, me: Me, complaint_id: UUID) -> Response:
    """The part of the case's page that says what can be given; a page of its own without htmx."""
    return _recovery(request, db, me, complaint_id)


@router.post("/complaints/{complaint_id:uuid}/recovery")
def give_or_ask(
    request: Request,
    db: Db,
    me: Me,
    complaint_id: UUID,
    line: Text = "",
    offer: Text = "",
    amount: Text = "",
    words: Text = "",
) -> Response:
    """One tap gives within the own limit; above it the same form asks for an approval."""
    typed = {"line": line, "offer": offer, "amount": amount, "words": words}
    before = queries.recovery_of(db, complaint_id, by=me)
    try:
        with db.begin_nested():
            currency = before.currency
            asked: dict[str, str | int | None] = {
                "id": line or None,
                "offer": offer,
                "words": words.strip() or None,
            }
            if amount.strip():
                asked["amount_minor"] = minor_of(amount, currency, "/amount")
            recovery.offer(db, complaint_id, RecoveryAsk.model_validate(asked), by=me)
    except (ValidationError, CrmError) as fault:
        form = refused(typed | {"amount_minor": ""}, fault, me.language)
        return _recovery(request, db, me, complaint_id, form, status=_status(fault))
    return _back_to_case(request, db, me, complaint_id, before.case_version)


@router.post("/recovery/{compensation_id:uuid}/decide")
def decide(
    request: Request,
    db: Db,
    me: Me,
    views: Views,
    compensation_id: UUID,
    version: Version,
    answer: Text = "",
    words: Text = "",
) -> Response:
    """Approve or refuse, from the page of approvals or from a case."""
    typed = {"words": words, "answer": answer, "id": str(compensation_id)}
    try:
        with db.begin_nested():
            if answer not in ("approve", "refuse"):
                raise Invalid("Approve it or refuse it.", "recovery_answer", pointer="/answer")
            said = RecoveryDecide(approve=answer == "approve", words=words.strip() or None)
            recovery.decide(db, compensation_id, said, version=version, by=me)
    except (ValidationError, CrmError) as fault:
        form = refused(typed, fault, me.language)
        return _approvals(request, db, me, views, form=form, status=_status(fault))
    if not is_fragment(request):
        return RedirectResponse("/approvals", 303)
    return _approvals(request, db, me, views)


@router.post("/recovery/{compensation_id:uuid}/give")
def give(request: Request, db: Db, me: Me, compensation_id: UUID, version: Version) -> Response:
    """What was approved reaches the guest."""
    return _step(request, db, me, compensation_id, version, recovery.give)


@router.post("/recovery/{compensation_id:uuid}/withdraw")
def withdraw(request: Request, db: Db, me: Me, compensation_id: UUID, version: Version) -> Response:
    return _step(request, db, me, compensation_id, version, recovery.withdraw)


@router.get("/approvals")
def approvals(request: Request, db: Db, me: Me, views: Views, cursor: Cursor = None) -> Response:
    """What waits for an approval, the longest waiting first."""
    return _approvals(request, db, me, views, cursor=cursor)


@router.get("/approvals/list")
def approvals_list(
    request: Request, db: Db, me: Me, views: Views, cursor: Cursor = None
) -> Response:
    """The list alone, fetched again when the hotel's stream says that something changed."""
    return _approvals(request, db, me, views, cursor=cursor, alone=True)


@router.get("/approvals/count")
def count_approvals(request: Request, db: Db, me: Me) -> Response:
    """How many the reader could decide, for the rail; nothing where none does."""
    return render(request, "recovery/_count.html", number=queries.how_many_wait(db, by=me))


@router.get("/recovery/ledger")
def show_ledger(
    request: Request,
    db: Db,
    me: Me,
    since: Annotated[str, Query(max_length=10)] = "",
    until: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """What was given in a period, by guest and by colleague, and what is worth a second look."""
    typed, form = {"since": since, "until": until}, Filled({})
    try:
        found = ledger.ledger(db, by=me, since=_day(since, "since"), until=_day(until, "until"))
    except CrmError as fault:
        form = refused(typed, fault, me.language)
        found = ledger.ledger(db, by=me)
    return render(
        request, "recovery/ledger.html", status=422 if form.errors else 200, ledger=found, form=form
    )


def _recovery(
    request: Request,
    db: Session,
    me: Actor,
    complaint_id: UUID,
    form: Filled | None = None,
    *,
    status: int = 200,
    before: int | None = None,
) -> Response:
    sheet = queries.recovery_of(db, complaint_id, by=me)
    offers = sorted(sheet.offers, key=lambda one: (not one.within, one.cost_minor))
    template = "complaints/_recovery.html" if is_fragment(request) else "recovery/case.html"
    return render(
        request,
        template,
        status=status,
        headers=None
        if before is None
        else {"HX-Trigger": dumps({OWN_DEED: {"before": before, "after": sheet.case_version}})},
        sheet=sheet,
        offers=offers,
        first_shown=FIRST_SHOWN,
        icons=OFFER_ICONS,
        worked={one.kind.value: one for one in sheet.worked},
        fresh={one.code: new_id() for one in offers},
        me_id=me.staff_id,
        running=[one for one in sheet.given if one.state in RUNNING],
        settled=[one for one in sheet.given if one.state not in RUNNING],
        form=form or Filled({}),
    )


def _back_to_case(
    request: Request, db: Session, me: Actor, complaint_id: UUID, before: int
) -> Response:
    """The part as it is now; forms of the page that stood on the version ``before`` are told the
    new one, for what somebody did there is no news to the same page."""
    if is_fragment(request):
        return _recovery(request, db, me, complaint_id, before=before)
    return RedirectResponse(f"/complaints/{complaint_id}/recovery", 303)


def _step(
    request: Request, db: Session, me: Actor, line_id: UUID, version: int, deed: Any
) -> Response:
    complaint_id = queries.line(db, line_id, by=me).complaint_id
    before = queries.case_of(db, complaint_id, by=me).version
    try:
        with db.begin_nested():
            deed(db, line_id, version=version, by=me)
    except CrmError as fault:
        form = refused({}, fault, me.language)
        return _recovery(request, db, me, complaint_id, form, status=_status(fault))
    return _back_to_case(request, db, me, complaint_id, before)


def _approvals(
    request: Request,
    db: Session,
    me: Actor,
    views: Views,
    *,
    cursor: str | None = None,
    form: Filled | None = None,
    status: int = 200,
    alone: bool = False,
) -> Response:
    page = queries.waiting(db, by=me, cursor=cursor)
    for one in page.items:
        if one.guest_id is not None:
            views.viewed(by=me, subject="compensation", subject_id=one.id, guest_id=one.guest_id)
    part = alone or is_fragment(request)
    return render(
        request,
        "recovery/_approvals.html" if part else "recovery/approvals.html",
        status=status,
        page=page,
        mine={one.id for one in page.items if one.asked_by == me.staff_id},
        decidable={one.id for one in page.items if queries.may_decide(one, by=me)},
        icons=OFFER_ICONS,
        first=cursor is None,
        form=form or Filled({}),
    )


def _day(typed: str, name: str) -> date | None:
    if not typed:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise Invalid("Write a date as YYYY-MM-DD.", "date_format", pointer=f"/{name}") from None


def _status(fault: ValidationError | CrmError) -> int:
    return 409 if isinstance(fault, Conflict) else 422
