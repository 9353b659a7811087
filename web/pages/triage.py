"""What a complaint sounds like while it is typed, and how well that is known."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import ValidationError
from starlette.responses import Response

from segmentation.triage import queries
from segmentation.triage.schemas import LabelFigures, Sounding, Suggestion
from segmentation.triage.terms import Question
from web.deps import Db, Me, Reading
from web.labels import label
from web.pages.causes import percent
from web.pages.complaints import SEVERITY_ICONS
from web.rendering import render
from web.wording import wording

router = APIRouter(include_in_schema=False)


@router.post("/complaints/new/sounds-like")
def sounds_like(
    request: Request, db: Reading, me: Me, story: Annotated[str, Form(max_length=2400)] = ""
) -> Response:
    """Chips to take, or nothing. Posted and only read: a guest's words stand in no address."""
    try:
        found = queries.suggestion(db, Sounding.model_validate({"words": story}).words, by=me)
    except ValidationError:
        found = Suggestion()
    chinese = me.language.startswith("zh")
    return render(
        request,
        "complaints/_sounds_like.html",
        found=found,
        name=found.category_zh if chinese else found.category_en,
        severity_icon=SEVERITY_ICONS[found.severity] if found.severity else "",
    )


@router.get("/causes/triage")
def how_well(request: Request, db: Db, me: Me) -> Response:
    """How often suggestions are right in this hotel, or why there are none."""
    report = queries.report(db, by=me)
    return render(
        request,
        "causes/triage.html",
        report=report,
        questions=[
            (asked, [(_name(asked.question, one, me.language), one) for one in asked.labels])
            for asked in report.questions
        ],
        percent=percent,
    )


def _name(question: Question, one: LabelFigures, language: str) -> str:
    if question is Question.SEVERITY:
        return label("severity", one.label, language=language)
    if not one.label:
        return wording(language).gettext("Rare categories together, never suggested")
    return (one.name_zh if language.startswith("zh") else one.name_en) or one.label
