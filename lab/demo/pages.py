"""The demo bar's doors: a short tour for each role, and the button that lets an hour pass."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from crm.kit import clock, jobs
from crm.staff.sessions import Identity
from lab.demo.house import STAFF
from lab.demo.jobs import HOUR
from web.deps import Db, MySession
from web.rendering import render

router = APIRouter(include_in_schema=False)

STEPS = 4
TOUR_COOKIE = "keshi_tour"
A_WEEK = 7 * 24 * 3600
OFF = 0
GUIDED = frozenset(member.role for member in STAFF if member.card)

Way = Annotated[Literal["next", "back", "off", "again"], Form()]


@router.get("/demo")
def about(request: Request, mine: MySession) -> Response:
    """The whole tour on one page, for phones and for those who read first."""
    return render(request, "demo/about.html", role=mine.roles[0].value, steps=_steps_of(mine))


@router.get("/demo/tour")
def show_tour(request: Request, mine: MySession) -> Response:
    """The step at which this reader of this role is; it never stands in the way of anything."""
    return _tour(request, mine, _step_of(request, mine.roles[0].value))


@router.post("/demo/tour")
def go_on(request: Request, mine: MySession, go: Way) -> Response:
    role = mine.roles[0].value
    now = _step_of(request, role)
    wanted = {"next": now + 1, "back": now - 1, "off": OFF, "again": 1}[go]
    step = min(max(wanted, OFF if go == "off" else 1), STEPS)
    answer = _tour(request, mine, step)
    answer.set_cookie(
        TOUR_COOKIE, f"{role}.{step}", max_age=A_WEEK, path="/", httponly=True, samesite="lax"
    )
    return answer


@router.post("/demo/hour")
def let_an_hour_pass(request: Request, db: Db) -> Response:
    """Put the hour on the worker's list; two clicks within five seconds are one hour."""
    moment = int(clock.now().timestamp()) // 5
    fresh = jobs.enqueue(db, HOUR, {"run": moment}, key=f"{HOUR}:{moment}")
    return render(request, "demo/_said.html", waiting=not fresh)


def _tour(request: Request, mine: Identity, step: int) -> Response:
    role = mine.roles[0].value
    return render(request, "demo/_tour.html", role=role, step=step, steps=_steps_of(mine))


def _steps_of(mine: Identity) -> int:
    """The roles with a card on the door have a tour; the others find their own way."""
    return STEPS if mine.roles[0].value in GUIDED else 0


def _step_of(request: Request, role: str) -> int:
    """1 for a newcomer; another role's cookie does not count."""
    cookie_role, _, step = request.cookies.get(TOUR_COOKIE, "").partition(".")
    if cookie_role != role or not step.isdigit():
        return 1
    return min(int(step), STEPS)
