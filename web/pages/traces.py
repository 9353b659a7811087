"""Tasks of a department on one live page, and the list that one shift hands to the next."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Query, Request
from pydantic import ValidationError
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from crm.hotels import queries as hotels
from crm.hotels.terms import ROOM_NO_MAX, DepartmentCode
from crm.kit import clock
from crm.kit.errors import Conflict, CrmError
from crm.notes import queries, service
from crm.notes.handing_over import handover
from crm.notes.reach import departments_of, reads_every_department
from crm.notes.schemas import TraceIn, TraceOut, TraceStep
from crm.notes.terms import TraceDeed, TraceState
from crm.staff.actor import Actor
from web.deps import Db, Me
from web.forms import Filled, refused
from web.labels import label
from web.rendering import frame_of, is_fragment, render
from web.wording import mark, wording

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Form(max_length=400)]
Department = Annotated[DepartmentCode | Literal[""] | None, Query()]
SOON = timedelta(hours=2)
CLOSED_SHOWN = timedelta(hours=24)
HANDOVER = "handover"


@router.get("/traces")
def tasks(
    request: Request,
    db: Db,
    me: Me,
    department: Department = None,
    every: bool = False,
    guest_id: UUID | None = None,
    room: Annotated[str, Query(max_length=ROOM_NO_MAX)] = "",
) -> Response:
    """Open tasks of one's own department, or of every one; a guest or room begins a new one."""
    about = {"guest_id": str(guest_id or ""), "room_no": room}
    return _page(
        request, db, me, _chosen(me, department or None, every), Filled(_fresh(request) | about)
    )


@router.get("/traces/list")
def task_list(
    request: Request, db: Db, me: Me, department: Department = None, every: bool = False
) -> Response:
    """The list alone, for a screen that heard that something changed."""
    return _list(request, db, me, _chosen(me, department or None, every))


@router.post("/traces")
def put_task(
    request: Request,
    db: Db,
    me: Me,
    department: Text = "",
    words: Text = "",
    due: Text = "",
    room_no: Text = "",
    guest_id: Text = "",
    is_promise: Text = "",
) -> Response:
    """A new task; ``due`` is on the hotel's clock."""
    typed = {
        "department": department,
        "words": words,
        "due": due,
        "room_no": room_no,
        "guest_id": guest_id,
        "is_promise": is_promise,
    }
    try:
        with db.begin_nested():
            service.put_trace(db, TraceIn.model_validate(_input(typed, request)), by=me)
    except (ValidationError, CrmError) as error:
        again = refused(typed | {"due_at": due}, error, me.language)
        return _page(request, db, me, _chosen(me, None, False), again, status=_status(error))
    if guest_id:
        return RedirectResponse(f"/guests/{guest_id}/notes", 303)
    return RedirectResponse(_address(_chosen(me, None, False)), 303)


@router.post("/traces/{trace_id:uuid}")
def do_with_task(
    request: Request,
    db: Db,
    me: Me,
    trace_id: UUID,
    deed: Annotated[TraceDeed, Form()],
    words: Text = "",
    department: Text = "",
    version: Annotated[int | None, Form(ge=1, le=10**9)] = None,
    back: Text = "",
) -> Response:
    """Done, taken, handed over … from the list of tasks, the handover or a guest's card."""
    asked = {"deed": deed, "words": words.strip() or None, "department": department or None}
    try:
        with db.begin_nested():
            step = TraceStep.model_validate(asked)
            after = service.step(db, trace_id, step, by=me, version=version)
    except (ValidationError, CrmError) as error:
        filled = refused({"words": words, "department": department}, error, me.language)
        said = filled.errors[0][1] if filled.errors else ""
        if not is_fragment(request):
            return _page(
                request, db, me, _chosen(me, None, False), Filled(_fresh(request)),
                trouble=said, status=_status(error),
            )  # fmt: skip
        return _answer(request, db, me, back, trouble=said)
    if not is_fragment(request):
        return RedirectResponse(_back(back), 303)
    return _answer(request, db, me, back, after=after, deed=deed)


@router.get("/handover")
def handover_page(request: Request, db: Db, me: Me, department: Department = None) -> Response:
    """What this shift takes over, by department and person; made to be printed, too."""
    return _handover(request, db, me, department or None, "traces/handover.html")


@router.get("/handover/list")
def handover_list(request: Request, db: Db, me: Me, department: Department = None) -> Response:
    return _handover(request, db, me, department or None, "traces/_handover.html")


# ---------------------------------------------------------------- which, and back to where
def _chosen(me: Actor, department: DepartmentCode | None, every: bool) -> DepartmentCode | None:
    """One department, or None for every one within reach. Who works for one begins there."""
    if department is not None or every:
        return department
    return me.department if me.department and departments_of(me) else None


def _address(chosen: DepartmentCode | None, path: str = "/traces") -> str:
    return f"{path}?{urlencode({'department': chosen.value} if chosen else {'every': 'true'})}"


def _back(back: str) -> str:
    """A page of ours to go back to; anything else is the list of tasks."""
    if back.startswith(("/handover", "/traces?", "/guests/")) and "//" not in back:
        return back
    return "/traces"


def _of(back: str) -> DepartmentCode | None:
    """The department that the page one came from was about."""
    name = back.rpartition("department=")[2][:8]
    return DepartmentCode(name) if name in {each.value for each in DepartmentCode} else None


# ---------------------------------------------------------------- pages
def _answer(
    request: Request,
    db: Session,
    me: Actor,
    back: str,
    *,
    after: TraceOut | None = None,
    deed: TraceDeed | None = None,
    trouble: str = "",
) -> Response:
    """The list that one works in, renewed, with a word on what was done and a way to undo it."""
    done = told(deed, after, me.language) if deed and after else ""
    undo = after if deed in _UNDONE_BY else None
    said = {"done": done, "undo": undo, "trouble": trouble}
    if back.startswith("/handover"):
        return _handover(request, db, me, _of(back), "traces/_handover.html", **said)
    return _list(request, db, me, _of(back), **said)


def _list(
    request: Request, db: Session, me: Actor, chosen: DepartmentCode | None, **said: Any
) -> Response:
    return render(request, "traces/_list.html", **_facts(db, me, chosen), **(_SAID | said))


_SAID: dict[str, Any] = {"done": "", "undo": None, "trouble": ""}
_UNDONE_BY = (TraceDeed.DONE, TraceDeed.CANCEL)
"""What the corner of the screen offers to undo, by opening the task again."""


def _facts(db: Session, me: Actor, chosen: DepartmentCode | None) -> dict[str, Any]:
    now = clock.now()
    every = queries.traces_due(db, me)
    open_ones = [one for one in every if chosen in (None, one.department)]
    closed = queries.traces_due(
        db,
        me,
        chosen,
        states=(TraceState.DONE, TraceState.CANCELLED),
        closed_since=now - CLOSED_SHOWN,
    )
    parts = [
        ("late", [one for one in open_ones if one.is_late]),
        ("soon", [one for one in open_ones if not one.is_late and one.due_at <= now + SOON]),
        ("later", [one for one in open_ones if one.due_at > now + SOON]),
    ]
    return {
        "parts": [(name, found) for name, found in parts if found],
        "closed": sorted(closed, key=lambda one: one.closed_at or now, reverse=True),
        "here": _address(chosen),
        "list_at": _address(chosen, "/traces/list"),
        "choices": _departments(db, me),
        "chosen": chosen,
        "tabs": _tabs(me, every, chosen),
        "number": len(every),
    }


def _tabs(
    me: Actor, every: list[TraceOut], chosen: DepartmentCode | None
) -> list[tuple[DepartmentCode, str, int]]:
    """The departments that have something open, the own one and the chosen one, with how much."""
    counts = Counter(one.department for one in every)
    shown = set(counts) | {each for each in (me.department, chosen) if each}
    return [
        (code, label("department", code, language=me.language), counts[code])
        for code in DepartmentCode
        if code in shown
    ]


def _page(
    request: Request,
    db: Session,
    me: Actor,
    chosen: DepartmentCode | None,
    form: Filled,
    *,
    trouble: str = "",
    status: int = 200,
) -> Response:
    return render(
        request,
        "traces/list.html",
        status=status,
        form=form,
        **_facts(db, me, chosen),
        **(_SAID | {"trouble": trouble}),
    )


def _handover(
    request: Request,
    db: Session,
    me: Actor,
    department: DepartmentCode | None,
    template: str,
    **said: Any,
) -> Response:
    return render(
        request,
        template,
        handover=handover(db, by=me, department=department),
        department=department,
        choices=_departments(db, me) if reads_every_department(me) else [],
        here=f"/handover?department={department.value}" if department else "/handover",
        list_at=f"/handover/list?department={department.value}" if department else "/handover/list",
        **(_SAID | said),
    )


def _departments(db: Session, me: Actor) -> list[tuple[str, str]]:
    """The hotel's departments in the reader's words, for choices."""
    found = hotels.departments_of(db, me.hotel_id) if me.hotel_id else []
    codes = [each.code for each in found] or list(DepartmentCode)
    order = {code: place for place, code in enumerate(DepartmentCode)}
    return [
        (code.value, label("department", code, language=me.language))
        for code in sorted(codes, key=lambda code: order[code])
    ]


# ---------------------------------------------------------------- forms
def _fresh(request: Request) -> dict[str, str]:
    """An empty form: due in an hour, on the hotel's clock."""
    zone = ZoneInfo(frame_of(request).zone)
    due = (clock.now() + timedelta(hours=1)).astimezone(zone)
    return {"due": f"{due:%Y-%m-%dT%H:%M}", "department": "", "words": "", "is_promise": ""}


def _input(typed: Mapping[str, str], request: Request) -> dict[str, Any]:
    given: dict[str, Any] = {
        name: typed[name].strip()
        for name in ("department", "words", "room_no", "guest_id")
        if typed[name].strip()
    }
    given["is_promise"] = bool(typed["is_promise"])
    if "words" not in given:
        given["words"] = ""
    given["due_at"] = _instant(typed["due"], frame_of(request).zone)
    return given


def _instant(local: str, zone: str) -> str:
    """A time of the form on the hotel's clock, as an instant; what is none is left as it is."""
    try:
        at = datetime.fromisoformat(local.strip())
    except ValueError:
        return local
    return at.replace(tzinfo=ZoneInfo(zone)).isoformat() if at.tzinfo is None else local


def _status(error: Exception) -> int:
    return 409 if isinstance(error, Conflict) else 422


DONE_WORDS = {
    TraceDeed.DONE: mark("Done: %(words)s"),
    TraceDeed.REOPEN: mark("Open again: %(words)s"),
    TraceDeed.HAND_OVER: mark("Handed to %(department)s: %(words)s"),
    TraceDeed.CANCEL: mark("Cancelled: %(words)s"),
    TraceDeed.SEEN: mark("Seen: %(words)s"),
    TraceDeed.TAKE: mark("Yours now: %(words)s"),
    TraceDeed.PUT_BACK: mark("Put back: %(words)s"),
}


def told(deed: TraceDeed, after: TraceOut, language: str) -> str:
    """What was done, in a line for the corner of the screen."""
    return wording(language).say(
        DONE_WORDS[deed],
        words=after.words[:60],
        department=label("department", after.department, language=language),
    )
