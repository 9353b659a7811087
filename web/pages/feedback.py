"""What guests answered and wrote: the list with its figures, and what managers do with it."""

from typing import Annotated, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from crm.feedback import asking, queries
from crm.feedback.handling import mark_read, open_case
from crm.feedback.schemas import (
    FeedbackCase,
    FeedbackRow,
    FiguresSheet,
    KindFigures,
    SettingIn,
    SurveyAsk,
)
from crm.feedback.terms import SCORE_MAX, FeedbackKind, FeedbackNarrow
from crm.kit.errors import Conflict, CrmError
from crm.kit.paging import CURSOR_MAX, PageOf
from crm.staff.actor import Actor
from web import charts
from web.deps import Db, Me, Views
from web.forms import Filled, refused
from web.labels import label
from web.rendering import render
from web.wording import wording

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Form(max_length=40)]
Version = Annotated[int, Form(ge=0, le=2**31)]
Cursor = Annotated[str | None, Query(max_length=CURSOR_MAX)]
ROWS = 30


@router.get("/feedback")
def show_feedback(
    request: Request,
    db: Db,
    me: Me,
    views: Views,
    kind: FeedbackKind | None = None,
    state: FeedbackNarrow | None = None,
    cursor: Cursor = None,
) -> Response:
    """Answers and reviews, the newest first, below what they come to month by month."""
    page = queries.feedback(db, by=me, kind=kind, narrow=state, cursor=cursor, limit=ROWS)
    _viewed(views, me, page)
    figures = queries.figures(db, by=me)
    asked = {name: value.value for name, value in (("kind", kind), ("state", state)) if value}
    say = wording(me.language)
    return render(
        request,
        "feedback/list.html",
        page=page,
        figures=figures,
        drawn=[(one, _drawn(one, me)) for one in figures.kinds],
        kind=kind,
        state=state,
        address=_address,
        next_href=_address(kind, state, page.next) if page.next else "",
        first_href=_address(kind, state) if cursor else "",
        is_first=cursor is None,
        asked=asked,
        answered=_answered(figures),
        definitions=[say.gettext(each) for each in figures.definitions],
    )


@router.post("/feedback/{said}/{row_id:uuid}/read")
def read(
    db: Db,
    me: Me,
    said: FeedbackKind,
    row_id: UUID,
    back_kind: Text = "",
    back_state: Text = "",
) -> Response:
    """Somebody has read it."""
    mark_read(db, said, row_id, version=None, by=me)
    return RedirectResponse(_back(back_kind, back_state), 303)


@router.post("/feedback/{said}/{row_id:uuid}/case")
def take_case(db: Db, me: Me, said: FeedbackKind, row_id: UUID) -> Response:
    """A case of it, with category and severity by its words and score for a person to put right."""
    made = open_case(db, said, row_id, FeedbackCase(), by=me)
    return RedirectResponse(f"/complaints/{made.id}", 303)


# ---------------------------------------------------------------- asking by hand
@router.post("/stays/{stay_id:uuid}/survey")
def ask(db: Db, me: Me, stay_id: UUID) -> Response:
    """The survey of a stay that is over, made where there is none yet."""
    made = asking.make_survey(db, SurveyAsk(stay_id=stay_id), by=me)
    return RedirectResponse(f"/surveys/{made.id}", 303)


@router.get("/surveys/{survey_id:uuid}")
def show_link(request: Request, db: Db, me: Me, survey_id: UUID) -> Response:
    """The link to hand to the guest, and whether it was used."""
    survey = queries.survey_link(db, survey_id, by=me)
    return render(request, "feedback/link.html", survey=survey)


# ---------------------------------------------------------------- settings
@router.get("/feedback/setting")
def show_setting(request: Request, db: Db, me: Me) -> Response:
    return _setting(request, db, me)


@router.post("/feedback/setting")
def put_setting(
    request: Request,
    db: Db,
    me: Me,
    version: Version,
    is_on: Annotated[Literal["on", ""], Form()] = "",
    low_at_most: Text = "",
    valid_days: Text = "",
) -> Response:
    typed = {"is_on": is_on, "low_at_most": low_at_most, "valid_days": valid_days}
    try:
        with db.begin_nested():
            given = SettingIn.model_validate(
                {"is_on": is_on == "on"}
                | {
                    name: int(typed[name]) if typed[name].strip().isdecimal() else None
                    for name in ("low_at_most", "valid_days")
                }
            )
            asking.put_setting(db, queries.hotel_of(me), given, version=version, by=me)
    except (ValidationError, CrmError) as fault:
        form = refused(typed, fault, me.language)
        return _setting(request, db, me, form, status=409 if isinstance(fault, Conflict) else 422)
    return RedirectResponse("/feedback/setting", 303)


def _setting(
    request: Request, db: Db, me: Actor, form: Filled | None = None, *, status: int = 200
) -> Response:
    found = queries.setting_sheet(db, queries.hotel_of(me), by=me)
    shown = form or Filled(
        {
            "is_on": "on" if found.is_on else "",
            "low_at_most": str(found.low_at_most),
            "valid_days": str(found.valid_days),
        }
    )
    return render(request, "feedback/setting.html", status=status, setting=found, form=shown)


def _viewed(views: Views, me: Actor, page: PageOf[FeedbackRow]) -> None:
    for one in page.items:
        if one.guest_id is not None:
            views.viewed(by=me, subject="survey", subject_id=one.id, guest_id=one.guest_id)


def _answered(figures: FiguresSheet) -> int:
    return sum(one.total.answers for one in figures.kinds if one.kind is FeedbackKind.SURVEY)


def _address(
    kind: FeedbackKind | str | None, state: FeedbackNarrow | str | None, cursor: str | None = None
) -> str:
    asked = {"kind": kind, "state": state, "cursor": cursor}
    query = urlencode({name: str(value) for name, value in asked.items() if value})
    return f"/feedback?{query}" if query else "/feedback"


def _back(kind: str, state: str) -> str:
    """The list as it was; only words of ours find their way into the address."""
    return _address(
        kind if kind in set(FeedbackKind) else None,
        state if state in set(FeedbackNarrow) else None,
    )


def _drawn(found: KindFigures, me: Actor) -> str:
    """Mean scores month by month, hollow where few answered."""
    if not found.total.answers:
        return ""
    say = wording(me.language)
    told = say.gettext("%(month)s: %(mean)s of 10, answers: %(answers)s")
    points = [
        charts.ChartPoint(
            f"{one.month_on:%Y}" if one.month_on.month == 1 else f"{one.month_on.month}",
            told % {
                "month": f"{one.month_on:%Y-%m}",
                "mean": "—" if one.mean is None else f"{one.mean:.1f}",
                "answers": one.answers,
            },
            one.mean, None, None, "", one.is_small,
        )
        for one in found.months
    ]  # fmt: skip
    title = say.gettext("Mean score by month: %(kind)s") % {
        "kind": label("feedback_kind", found.kind, language=me.language)
    }
    mean = say.gettext("mean %(mean)s") % {"mean": f"{found.total.mean:.1f}"}
    return charts.control_chart(points, found.total.mean, title, mean, most=SCORE_MAX)
