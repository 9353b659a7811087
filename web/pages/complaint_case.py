"""One case on one screen: its story, its clocks, what was done, and every verb as a form."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Query, Request
from pydantic import ValidationError
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from crm.complaints import queries, service
from crm.complaints.checks import checks_of
from crm.complaints.heard import SENTENCES, HeardPart, heard
from crm.complaints.rules import BY_THEIR_OWN_VERBS
from crm.complaints.schemas import (
    CaseAmend,
    CaseHandOver,
    CaseReopen,
    CaseWords,
    CategoryWord,
    ComplaintClose,
    ComplaintSheet,
    TaskIn,
)
from crm.complaints.terms import REACH_TRIES
from crm.guests.queries import names_in_lists
from crm.hotels import queries as hotels
from crm.hotels.terms import DepartmentCode
from crm.kit import clock
from crm.kit.errors import Conflict, CrmError, NotFound
from crm.profile import queries as profile
from crm.staff import queries as staff
from crm.staff.actor import Actor
from web.case_words import STEP_ICONS, clock_to, said
from web.deps import Db, Me, Views
from web.forms import Filled, refused
from web.labels import label
from web.pages.complaints import category_choices
from web.rendering import frame_of, is_fragment, render
from web.wording import mark, wording

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Form(max_length=2400)]
Version = Annotated[int, Form(ge=1, le=2**31)]
Known = Annotated[UUID | None, Form()]
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
    return _page(request, db, me, views, complaint_id, doing=step, trouble=trouble)


@router.get("/complaints/{complaint_id:uuid}/course")
def show_course(request: Request, db: Db, me: Me, complaint_id: UUID) -> Response:
    """Clocks and steps alone, for a screen that heard that something changed."""
    case = queries.complaint(db, complaint_id, by=me)
    return render(request, "complaints/_course.html", case=case, **_clocks(case, me))


@router.post("/complaints/{complaint_id:uuid}/steps")
def write_down(
    request: Request,
    db: Db,
    me: Me,
    views: Views,
    complaint_id: UUID,
    words: Text = "",
    heard_part: Annotated[HeardPart | None, Form(alias="heard")] = None,
) -> Response:
    """What was seen, said or done; a tick of HEARD is a step with its sentence."""
    told = SENTENCES.get(heard_part, "") if heard_part else words
    return _done(
        request, db, me, views, complaint_id, "steps", {"words": words},
        lambda: service.note_step(db, complaint_id, _words(told), by=me),
    )  # fmt: skip


@router.post("/complaints/{complaint_id:uuid}/hand-over")
def hand_over(
    request: Request,
    db: Db,
    me: Me,
    views: Views,
    complaint_id: UUID,
    version: Version,
    to_staff_id: Text = "",
    to_department: Text = "",
    hand_words: Text = "",
) -> Response:
    typed = {
        "to_staff_id": to_staff_id, "to_department": to_department, "hand_words": hand_words,
    }  # fmt: skip
    return _done(
        request, db, me, views, complaint_id, "hand-over", typed,
        lambda: service.hand_over(
            db, complaint_id,
            CaseHandOver.model_validate(
                {"to_staff_id": to_staff_id or None, "department": to_department or None,
                 "words": hand_words}
            ),
            by=me, version=version,
        ),
    )  # fmt: skip


@router.post("/complaints/{complaint_id:uuid}/tasks")
def put_task(
    request: Request,
    db: Db,
    me: Me,
    views: Views,
    complaint_id: UUID,
    task_department: Text = "",
    task_words: Text = "",
    task_due: Text = "",
) -> Response:
    """A task for a department; ``task_due`` is on the hotel's clock."""
    typed = {
        "task_department": task_department, "task_words": task_words, "task_due": task_due,
    }  # fmt: skip
    due = _instant(task_due, frame_of(request).zone)
    return _done(
        request, db, me, views, complaint_id, "tasks", typed,
        lambda: service.put_task(
            db, complaint_id,
            TaskIn.model_validate(
                {"department": task_department, "words": task_words, "due_at": due}
            ),
            by=me,
        ),
    )  # fmt: skip


@router.post("/complaints/{complaint_id:uuid}/pause")
def pause(
    request: Request, db: Db, me: Me, views: Views, complaint_id: UUID, version: Version,
    pause_words: Text = "",
) -> Response:  # fmt: skip
    """The house waits for the guest: the clocks stand still."""
    return _done(
        request, db, me, views, complaint_id, "pause", {"pause_words": pause_words},
        lambda: service.pause(db, complaint_id, _words(pause_words), by=me, version=version),
    )  # fmt: skip


@router.post("/complaints/{complaint_id:uuid}/resume")
def resume(
    request: Request, db: Db, me: Me, views: Views, complaint_id: UUID, version: Version,
    resume_words: Text = "",
) -> Response:  # fmt: skip
    """The guest answered: the clocks run again."""
    return _done(
        request, db, me, views, complaint_id, "resume", {"resume_words": resume_words},
        lambda: service.resume(db, complaint_id, _words(resume_words), by=me, version=version),
    )  # fmt: skip


@router.post("/complaints/{complaint_id:uuid}/not-reached")
def not_reached(
    request: Request, db: Db, me: Me, views: Views, complaint_id: UUID, version: Version,
    tried_words: Text = "",
) -> Response:  # fmt: skip
    """A try to reach the guest that failed; three of them stand for an answer."""
    return _done(
        request, db, me, views, complaint_id, "not-reached", {"tried_words": tried_words},
        lambda: service.not_reached(db, complaint_id, _words(tried_words), by=me, version=version),
    )  # fmt: skip


@router.post("/complaints/{complaint_id:uuid}/amend")
def amend(
    request: Request,
    db: Db,
    me: Me,
    views: Views,
    complaint_id: UUID,
    version: Version,
    amend_category: Text = "",
    amend_cause: Text = "",
    amend_severity: Text = "",
    amend_item: Text = "",
) -> Response:
    """What it is about, put right. An empty cause or thing stays as it is."""
    typed = {
        "amend_category": amend_category, "amend_cause": amend_cause,
        "amend_severity": amend_severity, "amend_item": amend_item,
    }  # fmt: skip
    asked = {name.removeprefix("amend_"): value for name, value in typed.items() if value.strip()}
    return _done(
        request, db, me, views, complaint_id, "amend", typed,
        lambda: service.amend(
            db, complaint_id, CaseAmend.model_validate(asked), by=me, version=version
        ),
    )  # fmt: skip


@router.post("/complaints/{complaint_id:uuid}/close")
def close(
    request: Request,
    db: Db,
    me: Me,
    views: Views,
    complaint_id: UUID,
    version: Version,
    satisfaction: Text = "",
    cause: Text = "",
    close_words: Text = "",
    prevention: Text = "",
    owner_id: Text = "",
    check_back_on: Text = "",
    next_stay_check: Text = "",
) -> Response:
    """Filed with the guest's answer, the cause, and what keeps it from happening again."""
    typed = {
        "satisfaction": satisfaction, "cause": cause, "close_words": close_words,
        "prevention": prevention, "owner_id": owner_id, "check_back_on": check_back_on,
        "next_stay_check": next_stay_check,
    }  # fmt: skip
    asked: dict[str, Any] = {
        "words": close_words,
        "cause": cause.strip() or None,
        "satisfaction": int(satisfaction) if satisfaction.isdecimal() else None,
        "next_stay_check": next_stay_check.strip() or None,
        "prevention": None,
    }
    if prevention.strip():
        asked["prevention"] = {
            "words": prevention, "owner_id": owner_id, "check_back_on": check_back_on,
        }  # fmt: skip
    return _done(
        request, db, me, views, complaint_id, "close", typed,
        lambda: service.close_complaint(
            db, complaint_id, ComplaintClose.model_validate(asked), by=me, version=version
        ),
    )  # fmt: skip


@router.post("/complaints/{complaint_id:uuid}/reopen")
def reopen(
    request: Request, db: Db, me: Me, views: Views, complaint_id: UUID, version: Version,
    why: Text = "", reopen_words: Text = "",
) -> Response:  # fmt: skip
    """Opened again within thirty days, with the reason."""
    typed = {"why": why, "reopen_words": reopen_words}
    return _done(
        request, db, me, views, complaint_id, "reopen", typed,
        lambda: service.reopen(
            db, complaint_id, CaseReopen.model_validate({"why": why, "words": reopen_words}),
            by=me, version=version,
        ),
    )  # fmt: skip


@router.post("/complaints/{complaint_id:uuid}/check")
def check(
    request: Request,
    db: Db,
    me: Me,
    complaint_id: UUID,
    guest_id: Annotated[UUID, Form()],
    stay_id: Annotated[UUID, Form()],
) -> Response:
    """What the case asks of this stay is seen to; the guest's cases come back with its mark."""
    service.check_done(db, complaint_id, stay_id, by=me)
    if is_fragment(request):
        found = profile.card(db, guest_id, by=me)
        return render(
            request, "front_desk/sections/_cases.html",
            guest_id=guest_id, cases=found.cases,
            checks=checks_of(db, guest_id, by=me), stay_id=stay_id,
        )  # fmt: skip
    return RedirectResponse(f"/guests/{guest_id}/cases", 303)


# ---------------------------------------------------------------- done, or shown again
FIELD_OF = {
    "hand-over": {"department": "to_department", "words": "hand_words"},
    "tasks": {"department": "task_department", "words": "task_words", "due_at": "task_due"},
    "pause": {"words": "pause_words"},
    "resume": {"words": "resume_words"},
    "not-reached": {"words": "tried_words"},
    "amend": {
        "category": "amend_category",
        "cause": "amend_cause",
        "severity": "amend_severity",
        "item": "amend_item",
    },
    "close": {"words": "close_words"},
    "reopen": {"words": "reopen_words"},
}
"""By form, the field of the page for a field of the schema."""


def _words(typed: str) -> str:
    """The words of a step, as the schema of steps takes them."""
    return CaseWords.model_validate({"words": typed}).words


def _done(
    request: Request,
    db: Session,
    me: Actor,
    views: Views,
    complaint_id: UUID,
    doing: str,
    typed: dict[str, str],
    deed: Callable[[], object],
) -> Response:
    """Do it and show the case, or show the case as it is now with what was typed still there."""
    try:
        with db.begin_nested():
            deed()
    except NotFound:
        raise
    except (ValidationError, CrmError) as error:
        names = FIELD_OF.get(doing, {})
        found = refused(typed | dict.fromkeys(names, ""), error, me.language)
        form = Filled(typed, [(names.get(name, name), words) for name, words in found.errors])
        trouble = form.errors[0][1] if isinstance(error, Conflict) else ""
        status = 409 if isinstance(error, Conflict) else 422
        return _page(
            request, db, me, views, complaint_id,
            doing=doing, form=form, trouble=trouble, status=status,
        )  # fmt: skip
    return RedirectResponse(f"/complaints/{complaint_id}", 303)


def _page(
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
        opened_by=_opener(db, case),
        category_name=_name_of(words, case.category, me.language),
        cause_name=_cause_name(words, case, me.language),
        categories=category_choices(words, me.language),
        causes=_causes(words, case, me.language),
        departments=_departments(db, case, me.language),
        colleagues=[(str(key), name) for key, name in staff.colleagues(db, by=me)],
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


def _opener(db: Session, case: ComplaintSheet) -> str:
    return staff.names_of(db, {case.opened_by}).get(case.opened_by, "") if case.opened_by else ""


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


def _departments(db: Session, case: ComplaintSheet, language: str) -> list[tuple[str, str]]:
    codes = {each.code for each in hotels.departments_of(db, case.hotel_id)} or set(DepartmentCode)
    return [
        (code.value, label("department", code, language=language))
        for code in DepartmentCode
        if code in codes
    ]


def _instant(local: str, zone: str) -> str:
    """A time of the form on the hotel's clock, as an instant; what is none is left as it is."""
    try:
        at = datetime.fromisoformat(local.strip())
    except ValueError:
        return local
    return at.replace(tzinfo=ZoneInfo(zone)).isoformat() if at.tzinfo is None else local
