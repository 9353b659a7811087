"""One case on one screen: its story, its clocks and what was done, with every verb as a form.

The verbs themselves live beside it, by story: `complaint_steps` and `complaint_closing`.
"""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from crm.complaints import queries
from crm.complaints.heard import heard
from crm.complaints.rules import BY_THEIR_OWN_VERBS
from crm.complaints.schemas import CategoryWord, ComplaintSheet
from crm.complaints.terms import REACH_TRIES, CaseStatus
from crm.guests.queries import names_in_lists
from crm.hotels import queries as hotels
from crm.hotels.terms import DepartmentCode
from crm.kit import clock
from crm.kit.errors import NotFound
from crm.staff import queries as staff
from crm.staff.actor import Actor
from web.case_words import STEP_ICONS, clock_to, said
from web.deps import Db, Me, Views
from web.forms import Filled
from web.labels import label
from web.pages.complaints import category_choices
from web.rendering import frame_of, render
from web.wording import mark, wording

router = APIRouter(include_in_schema=False)

CHECK_BACK = timedelta(days=30)
PAST_CASES = 20
TROUBLES = {
    "moved": mark("Somebody else has moved this case meanwhile. Look, then go on."),
    "unfit": mark("The case cannot go there from where it stands."),
}


@router.get("/complaints/{complaint_id:uuid}")
def show_case(
    request: Request,
    db: Db,
    me: Me,
    views: Views,
    complaint_id: UUID,
    step: Annotated[str, Query(max_length=12)] = "",
) -> Response:
    """The whole case; ``step`` opens one of its forms, or tells why a move failed."""
    trouble = wording(me.language).gettext(TROUBLES[step]) if step in TROUBLES else ""
    return case_page(request, db, me, views, complaint_id, doing=step, trouble=trouble)


@router.get("/complaints/{complaint_id:uuid}/course")
def show_course(request: Request, db: Db, me: Me, complaint_id: UUID) -> Response:
    """Clocks and steps alone, for a screen that heard that something changed."""
    case = queries.complaint(db, complaint_id, by=me)
    return render(request, "complaints/_course.html", case=case, **_clocks(case, me))


def case_page(
    request: Request,
    db: Session,
    me: Actor,
    views: Views,
    complaint_id: UUID,
    *,
    doing: str = "",
    form: Filled | None = None,
    trouble: str = "",
    status: int = 200,
) -> Response:
    case = queries.complaint(db, complaint_id, by=me)
    views.viewed(by=me, subject="complaint", subject_id=complaint_id, guest_id=case.guest_id)
    words = queries.words(db, by=me)
    is_open = case.status is not CaseStatus.CLOSED
    zone, now = ZoneInfo(frame_of(request).zone), clock.now()
    return render(
        request,
        "complaints/case.html",
        status=status,
        case=case,
        guest_name=_guest_name(db, case, me),
        past=_past(db, case, me),
        moves=[to for to in case.next_moves if to not in BY_THEIR_OWN_VERBS],
        may_handle=me.may("complaints.handle"),
        heard=heard(
            has_words=bool(case.words),
            is_solved=case.solved_at is not None,
            has_cause=case.cause is not None,
            step_words=[step.words for step in case.steps],
        ),
        category_name=_name_of(words, case.category, me.language),
        cause_name=_cause_name(words, case, me.language),
        categories=category_choices(words, me.language),
        causes=_causes(words, case, me.language),
        departments=_departments(db, case, me.language) if is_open else [],
        colleagues=_colleagues(db, me) if is_open else [],
        mine=str(me.staff_id or ""),
        fresh_due=f"{(now + timedelta(hours=1)).astimezone(zone):%Y-%m-%dT%H:%M}",
        fresh_check=(frame_of(request).today + CHECK_BACK).isoformat(),
        reach_tries=REACH_TRIES,
        doing=doing,
        form=form or Filled({}),
        trouble=trouble,
        **_clocks(case, me),
    )


def _clocks(case: ComplaintSheet, me: Actor) -> dict[str, Any]:
    now, language = clock.now(), me.language
    paused = any(each.until_at is None for each in case.pauses)
    return {
        "is_paused": paused,
        "reply_clock": clock_to(case.first_reply_due_at, now, paused=paused, language=language),
        "solve_clock": clock_to(case.due_at, now, paused=paused, language=language),
        "step_icons": STEP_ICONS,
        "said": lambda words: said(words, language),
    }


def _guest_name(db: Session, case: ComplaintSheet, me: Actor) -> str:
    if case.guest_id is None:
        return ""
    return names_in_lists(db, [case.guest_id], by=me).get(case.guest_id, "")


def _past(db: Session, case: ComplaintSheet, me: Actor) -> list[Any]:
    """The guest's other cases, newest first; those out of the reader's reach stay out."""
    if case.guest_id is None:
        return []
    try:
        found = queries.complaints(db, by=me, guest_id=case.guest_id, limit=PAST_CASES)
    except NotFound:
        return []
    return [each for each in found.items if each.id != case.id]


def _name(word: Any, language: str) -> str:
    name: str = word.name_zh if language == "zh-Hans" else word.name_en
    return name


def _name_of(words: list[CategoryWord], code: str, language: str) -> str:
    return next((_name(word, language) for word in words if word.code == code), code)


def _cause_name(words: list[CategoryWord], case: ComplaintSheet, language: str) -> str:
    causes = (cause for word in words for cause in word.causes)
    found = (_name(cause, language) for cause in causes if cause.code == case.cause)
    return next(found, case.cause or "")


def _causes(
    words: list[CategoryWord], case: ComplaintSheet, language: str
) -> list[tuple[str, str]]:
    """The causes of the case's category that are on, and the one that it has."""
    own = next((word.causes for word in words if word.code == case.category), [])
    return [("", "—")] + [
        (each.code, _name(each, language)) for each in own if each.is_on or each.code == case.cause
    ]


def _colleagues(db: Session, me: Actor) -> list[tuple[str, str]]:
    return [(str(key), name) for key, name in staff.colleagues(db, by=me)]


def _departments(db: Session, case: ComplaintSheet, language: str) -> list[tuple[str, str]]:
    codes = {each.code for each in hotels.departments_of(db, case.hotel_id)} or set(DepartmentCode)
    return [
        (code.value, label("department", code, language=language))
        for code in DepartmentCode
        if code in codes
    ]
