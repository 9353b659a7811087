"""What complaints teach: by cause, against room nights, and whether what was done has helped."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated, Any, Literal, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from pydantic import ValidationError
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from crm.causes import preventing, queries
from crm.causes.schemas import Asked, BarRow, CausesReport, PointRow, RatioReport
from crm.causes.terms import By, PreventionState, Signal
from crm.complaints.preventing import PreventionCheck, check_prevention
from crm.complaints.terms import WordLevel
from crm.hotels import queries as hotels
from crm.hotels.terms import DepartmentCode
from crm.kit.errors import Conflict, CrmError, Invalid
from crm.kit.paging import CURSOR_MAX
from crm.staff.actor import Actor
from web import charts
from web.cause_asking import BARS, Causes, CausesAsked, Ratio, RatioAsked
from web.deps import Db, Me
from web.formats import number
from web.forms import Filled, refused
from web.labels import label
from web.rendering import frame_of, render
from web.wording import mark, wording

router = APIRouter(include_in_schema=False)

CASES = "cases"
Text = Annotated[str, Form(max_length=400)]
Counted = Annotated[By | Literal["cases"], Query()]

NAMES = {
    By.CATEGORY: mark("Category"),
    By.CAUSE: mark("Cause"),
    By.DEPARTMENT: mark("Department"),
    By.ROOM: mark("Room"),
    By.ITEM: mark("Item"),
    By.SHIFT: mark("Shift"),
}
ORDER = (By.CATEGORY, By.CAUSE, By.ROOM)
"""A bar leads to the first of these that is not chosen yet, and at last to its cases."""

SIGNALS = {
    Signal.ABOVE: mark("above the limit"),
    Signal.BELOW: mark("below the limit"),
    Signal.RUN: mark("eight in a row on one side"),
}


class Shown(NamedTuple):
    """A bar in the reader's words, and the address of what is behind it."""

    rank: int
    name: str
    cases: int
    share: float
    cumulative: float
    href: str | None


# ---------------------------------------------------------------- causes
@router.get("/causes")
def causes(request: Request, db: Db, me: Me, asked: Causes, by: Counted = By.CATEGORY) -> Response:
    """A Pareto by one thing; a bar leads to what is behind it and at last to the cases."""
    trouble = ""
    try:
        within = asked.within(db, me)
    except Invalid as error:
        trouble = error.in_words(wording(me.language).gettext(error.template))
        within = CausesAsked(None, None, *_filters(asked)).within(db, me)
    words = queries.words(db)
    facts: dict[str, Any] = {
        "asked": within,
        "by": by,
        "counted": wording(me.language).gettext(NAMES[By(by)]) if by != CASES else "",
        "tabs": _tabs(within, by, me),
        "filters": _chips(within, by, words, me),
        "periods": _periods(within, by),
        "hidden": _query(within, by, without=("first", "last")),
        "trouble": trouble,
        "cases": [],
        "report": None,
        "bars": [],
        "drawn": "",
        "files": "",
    }
    if by == CASES:
        facts["cases"] = queries.cases(db, within, by=me)
    else:
        facts |= _pareto(queries.causes(db, within, By(by), by=me, most=BARS), me)
    return render(request, "causes/causes.html", status=422 if trouble else 200, **facts)


def _filters(asked: CausesAsked) -> tuple[Any, ...]:
    return asked.category, asked.cause, asked.department, asked.room, asked.item, asked.shift


def _pareto(report: CausesReport, me: Actor) -> dict[str, Any]:
    say = wording(me.language)
    shown = [
        Shown(
            rank, _bar_name(report.by, bar, me), bar.cases, bar.share, bar.cumulative_share,
            _behind(report, bar),
        )
        for rank, bar in enumerate(report.bars, 1)
    ]  # fmt: skip
    told = say.gettext("%(name)s: %(cases)s, %(share)s")
    drawn = charts.pareto(
        [
            charts.ParetoBar(
                one.name, one.cases, one.cumulative,
                told % {
                    "name": one.name, "cases": number(one.cases, me.language),
                    "share": percent(one.share),
                },
                one.href,
            )
            for one in shown
        ],
        say.gettext("Complaints by %(what)s, the most frequent first")
        % {"what": say.gettext(NAMES[report.by])},
    )  # fmt: skip
    files = urlencode(_query(report.asked, report.by))
    return {"report": report, "bars": shown, "drawn": drawn, "files": files}


def _bar_name(by: By, bar: BarRow, me: Actor) -> str:
    say = wording(me.language)
    if bar.key is None:
        return say.gettext("All others")
    if by is By.DEPARTMENT:
        return label("department", bar.key, language=me.language)
    if by is By.SHIFT:
        return label("shift", bar.key, language=me.language)
    return (bar.name_zh if me.language.startswith("zh") else bar.name_en) or bar.key


def _behind(report: CausesReport, bar: BarRow) -> str | None:
    """Where a bar leads: the same cases by the next thing, or the cases themselves."""
    if bar.key is None:
        return None
    chosen = _query(report.asked, report.by) | {report.by.value: bar.key}
    following = next((each for each in ORDER if each.value not in chosen), None)
    return _address(chosen | {"by": following.value if following else CASES})


def _query(asked: Asked, by: str, *, without: Iterable[str] = ()) -> dict[str, str]:
    told = asked.model_dump(mode="json", exclude_none=True) | {"by": str(by)}
    return {name: value for name, value in told.items() if name not in set(without)}


def _address(query: dict[str, str]) -> str:
    return f"/causes?{urlencode(query)}"


def _tabs(asked: Asked, by: str, me: Actor) -> list[tuple[str, str, bool]]:
    say = wording(me.language)
    chosen = _query(asked, by)
    tabs = [
        (_address(chosen | {"by": each.value}), say.gettext(name), by == each)
        for each, name in NAMES.items()
    ]
    return [*tabs, (_address(chosen | {"by": CASES}), say.gettext("Cases"), by == CASES)]


def _chips(
    asked: Asked, by: str, words: dict[WordLevel, dict[str, tuple[str, str]]], me: Actor
) -> list[tuple[str, str, str]]:
    """(what, which, the address without it) of every filter."""
    say, place = wording(me.language), int(me.language.startswith("zh"))
    chips = []
    for each, name in NAMES.items():
        value = getattr(asked, each.value)
        if value is None:
            continue
        shown = str(value)
        if each in (By.CATEGORY, By.CAUSE):
            shown = words[WordLevel(each.value)].get(value, (value, value))[place]
        elif each in (By.DEPARTMENT, By.SHIFT):
            shown = label(each.value, value, language=me.language)
        without = _address(_query(asked, by, without=(each.value,)))
        chips.append((say.gettext(name), shown, without))
    return chips


PERIODS = (
    (30, mark("30 days")),
    (91, mark("3 months")),
    (365, mark("12 months")),
    (1_095, mark("3 years")),
)


def _periods(asked: Asked, by: str) -> list[tuple[str, str, bool]]:
    """Periods of a usual length that end on the same day."""
    found = []
    for days, name in PERIODS:
        first = asked.last - timedelta(days=days - 1)
        chosen = _query(asked, by) | {"first": first.isoformat()}
        found.append((_address(chosen), name, asked.first == first))
    return found


def percent(share: float | None) -> str:
    """A share with one decimal, ``12.5 %``; a dash for none."""
    return "—" if share is None else f"{share * 100:.1f} %"


# ---------------------------------------------------------------- ratio
@router.get("/causes/ratio")
def ratio(request: Request, db: Db, me: Me, asked: Ratio) -> Response:
    """Complaints per 1,000 occupied room nights, month by month, with what they are worth."""
    trouble = ""
    try:
        report = asked.report(db, me)
    except Invalid as error:
        trouble = error.in_words(wording(me.language).gettext(error.template))
        report = RatioAsked(None, None, asked.department).report(db, me)
    say = wording(me.language)
    files = {"first": report.first, "last": report.last, "department": report.department}
    return render(
        request,
        "causes/ratio.html",
        status=422 if trouble else 200,
        report=report,
        trouble=trouble,
        drawn=_control_chart(report, me),
        lines=[(point, _signals(point, me.language)) for point in report.points],
        small=sum(point.is_small for point in report.points),
        definitions=[say.gettext(each) for each in report.definitions],
        departments=_departments(db, me),
        percent=percent,
        minutes=_minutes,
        files=urlencode({name: value for name, value in files.items() if value}),
    )


def _control_chart(report: RatioReport, me: Actor) -> str:
    say = wording(me.language)
    told = say.gettext(
        "%(month)s: %(ratio)s (%(complaints)s complaints, %(nights)s room nights) %(signals)s"
    )
    points = []
    for point in report.points:
        signals = _signals(point, me.language)
        beyond = {Signal.ABOVE, Signal.BELOW} & set(point.signals)
        shape = "beyond" if beyond else "run" if point.signals else ""
        points.append(
            charts.ChartPoint(
                _month(point.month_on), told % {
                    "month": f"{point.month_on:%Y-%m}", "ratio": _ratio(point.ratio),
                    "complaints": point.complaints, "nights": number(point.nights, me.language),
                    "signals": signals,
                },
                point.ratio, point.lower, point.upper, shape, point.is_small,
            )
        )  # fmt: skip
    title = say.gettext("Complaints per 1,000 occupied room nights by month, with their limits")
    mean = say.gettext("mean %(mean)s") % {"mean": _ratio(report.mean)}
    return charts.control_chart(points, report.mean, title, mean)


def _month(on: date) -> str:
    return f"{on:%Y}" if on.month == 1 else f"{on.month}"


def _signals(point: PointRow, language: str) -> str:
    return ", ".join(wording(language).gettext(SIGNALS[signal]) for signal in point.signals)


def _ratio(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f}"


def _minutes(value: float | None) -> str:
    """Hours and minutes, ``1:05``; a dash for none."""
    return "—" if value is None else f"{int(value // 60)}:{int(value % 60):02}"


def _departments(db: Session, me: Actor) -> list[tuple[str, str]]:
    found = hotels.departments_of(db, me.hotel_id) if me.hotel_id else []
    codes = {each.code for each in found} or set(DepartmentCode)
    return [
        (code.value, label("department", code, language=me.language))
        for code in DepartmentCode
        if code in codes
    ]


# ---------------------------------------------------------------- prevention
@router.get("/causes/preventions")
def preventions(
    request: Request,
    db: Db,
    me: Me,
    state: Annotated[PreventionState, Query()] = PreventionState.OPEN,
    cursor: Annotated[str | None, Query(max_length=CURSOR_MAX)] = None,
) -> Response:
    """What is done so that it does not happen again; the earliest to be looked at first."""
    return _preventions(request, db, me, state, cursor)


@router.post("/causes/preventions/{prevention_id:uuid}")
def look_at(
    request: Request,
    db: Db,
    me: Me,
    prevention_id: UUID,
    helped: Annotated[Literal["yes", "no", ""], Form()] = "",
    words: Text = "",
    version: Annotated[int | None, Form(ge=1, le=10**9)] = None,
) -> Response:
    """Whether it helped, and what was seen."""
    typed = {"helped": helped, "words": words}
    given: dict[str, Any] = {"words": words} | ({"helped": helped == "yes"} if helped else {})
    try:
        with db.begin_nested():
            checked = PreventionCheck.model_validate(given)
            check_prevention(db, prevention_id, checked, by=me, version=version)
    except (ValidationError, Conflict) as error:
        again = refused(typed, error, me.language)
        status = 409 if isinstance(error, CrmError) else 422
        return _preventions(
            request, db, me, PreventionState.OPEN, None, form=again, about=prevention_id,
            status=status,
        )  # fmt: skip
    return RedirectResponse("/causes/preventions", 303)


def _preventions(
    request: Request,
    db: Session,
    me: Actor,
    state: PreventionState,
    cursor: str | None,
    *,
    form: Filled | None = None,
    about: UUID | None = None,
    status: int = 200,
) -> Response:
    page = preventing.preventions(db, by=me, state=state, cursor=cursor)
    following = urlencode({"state": state.value, "cursor": page.next or ""})
    return render(
        request,
        "causes/preventions.html",
        status=status,
        page=page,
        state=state,
        next_href=f"/causes/preventions?{following}" if page.next else "",
        first_href=f"/causes/preventions?state={state.value}" if cursor else "",
        form=form or Filled({}),
        about=about,
        zh=frame_of(request).language.startswith("zh"),
    )
