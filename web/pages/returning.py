"""Whether guests came back after a complaint, against comparable guests without one."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from crm.causes import returning
from crm.causes.schemas import ReturnRow, ReturnsReport
from crm.causes.terms import RETURNS_LEAST, ReturnGroup, ReturnVerdict
from crm.kit.errors import Invalid
from crm.staff.actor import Actor
from web import charts
from web.cause_asking import Returns, ReturnsAsked
from web.deps import Db, Me
from web.formats import number
from web.pages.causes import percent
from web.rendering import render
from web.wording import mark, wording

router = APIRouter(include_in_schema=False)

GROUPS = {
    ReturnGroup.ALL: mark("All closed complaints"),
    ReturnGroup.SATISFIED: mark("Satisfied, 7 or more"),
    ReturnGroup.UNSATISFIED: mark("Not satisfied, up to 6"),
    ReturnGroup.NOT_REACHED: mark("Not reached"),
    ReturnGroup.RECOVERED: mark("With recovery"),
    ReturnGroup.NOT_RECOVERED: mark("Without recovery"),
}
VERDICTS = {
    ReturnVerdict.MORE: mark("came back more often"),
    ReturnVerdict.FEWER: mark("came back less often"),
    ReturnVerdict.NO_DIFFERENCE: mark("no difference can be told"),
    ReturnVerdict.TOO_FEW: mark("too few to tell"),
}
WAITED = (
    (returning.HALF_A_YEAR, mark("within 180 days")),
    (returning.A_YEAR, mark("within a year")),
)


@router.get("/causes/returning")
def came_back(request: Request, db: Db, me: Me, asked: Returns) -> Response:
    """Guests with a closed complaint who came back, group by group, with what that is worth."""
    trouble = ""
    say = wording(me.language)
    try:
        report = asked.report(db, me)
    except Invalid as error:
        trouble = error.in_words(say.gettext(error.template))
        report = ReturnsAsked(None, None, asked.days).report(db, me)
    days = {"first": report.first.isoformat(), "last": report.last.isoformat()}
    return render(
        request,
        "causes/returning.html",
        status=422 if trouble else 200,
        report=report,
        trouble=trouble,
        drawn=_drawn(report, me),
        lines=[(row, *_words(row, me)) for row in report.rows],
        everyone=report.rows[0],
        least=RETURNS_LEAST,
        waited=[
            (f"/causes/returning?{urlencode({'days': length})}", say.gettext(name),
             length == report.days)
            for length, name in WAITED
        ],
        definitions=[say.gettext(each) for each in report.definitions],
        percent=percent,
        points=points,
        files=urlencode(days | {"days": report.days}),
    )  # fmt: skip


def _words(row: ReturnRow, me: Actor) -> tuple[str, str]:
    say = wording(me.language)
    return say.gettext(GROUPS[row.group]), say.gettext(VERDICTS[row.verdict])


def _drawn(report: ReturnsReport, me: Actor) -> str:
    say = wording(me.language)
    told = say.gettext("%(group)s: %(difference)s percentage points (%(low)s to %(high)s)")
    spans = []
    for row in report.rows:
        group, verdict = _words(row, me)
        if row.verdict is ReturnVerdict.TOO_FEW:
            few = f"{verdict} ({number(row.guests, me.language)})"
            spans.append(charts.Span(group, few, None, None, None))
            continue
        words = told % {
            "group": group, "difference": points(row.difference),
            "low": points(row.difference_low), "high": points(row.difference_high),
        }  # fmt: skip
        is_clear = row.verdict is not ReturnVerdict.NO_DIFFERENCE
        spans.append(
            charts.Span(
                group, words, row.difference, row.difference_low, row.difference_high, is_clear
            )
        )
    title = say.gettext("Difference to comparable guests in percentage points, group by group")
    return charts.spans(spans, title)


def points(share: float | None) -> str:
    """A difference of shares in percentage points with its sign, ``+4.2``; a dash for none."""
    if share is None:
        return "—"
    return f"{share * 100:+.1f}".replace("-", "−")
