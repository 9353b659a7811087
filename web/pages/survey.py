"""The page behind the signed link of a survey: no sign-in, one question, one answer.

Looking changes nothing, so that a mail program that opens links beforehand answers nothing.
Links that are forged, expired or used each say so on a page of their own.
"""

from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Form, Path, Query, Request
from pydantic import ValidationError
from sqlmodel import Session
from starlette.responses import Response

from crm.feedback import queries
from crm.feedback.answering import answer
from crm.feedback.queries import LinkExpired, LinkForged, LinkUsed
from crm.feedback.schemas import SurveyAnswer, SurveyInvitation
from crm.feedback.terms import SCORE_MAX
from crm.kit.errors import CrmError
from web.deps import Db
from web.forms import Filled, refused
from web.rendering import Frame, frame_of, language_of, render, theme_of
from web.wording import LANGUAGES

router = APIRouter(include_in_schema=False)

Token = Annotated[str, Path(max_length=200)]
Text = Annotated[str, Form(max_length=4000)]
Chosen = Annotated[str, Query(alias="language", max_length=12)]
LINK_FAULTS = (LinkForged, LinkExpired, LinkUsed)


class Ending(NamedTuple):
    """How a link that lets nobody answer is told: status, picture and kind of page."""

    status: int
    icon: str
    kind: str


ENDINGS = {
    LinkForged: Ending(404, "search-x", "forged"),
    LinkExpired: Ending(410, "clock", "expired"),
    LinkUsed: Ending(409, "circle-check", "used"),
}


@router.get("/survey/{token}")
def show(request: Request, db: Db, token: Token, language: Chosen = "") -> Response:
    """The question, in the guest's language or the one that was chosen."""
    try:
        invitation = queries.invitation(db, token)
    except LINK_FAULTS as fault:
        _as_a_guest(request, language)
        return _ending(request, fault)
    _as_a_guest(request, language or invitation.language)
    return _question(request, token, invitation, Filled({}))


@router.post("/survey/{token}")
def take_answer(
    request: Request,
    db: Db,
    token: Token,
    score: Text = "",
    words: Text = "",
    may_call: Text = "",
    language: Annotated[str, Form(max_length=12)] = "",
) -> Response:
    """The answer, once."""
    typed = {"score": score, "words": words, "may_call": may_call}
    _as_a_guest(request, language)
    chosen = frame_of(request).language
    try:
        given: dict[str, Any] = {"words": words.strip() or None, "may_call": bool(may_call)}
        if score.isdecimal() and score.isascii():
            given["score"] = int(score[:3])
        with db.begin_nested():
            answer(db, token, SurveyAnswer.model_validate(given), language=chosen)
    except LINK_FAULTS as fault:
        return _ending(request, fault)
    except (ValidationError, CrmError) as fault:
        return _again(request, db, token, refused(typed, fault, chosen))
    return render(request, "survey/thanks.html", headers=NOT_INDEXED)


NOT_INDEXED = {"X-Robots-Tag": "noindex, nofollow"}


def _again(request: Request, db: Session, token: str, form: Filled) -> Response:
    try:
        invitation = queries.invitation(db, token)
    except LINK_FAULTS as fault:
        return _ending(request, fault)
    return _question(request, token, invitation, form, status=422)


def _question(
    request: Request, token: str, invitation: SurveyInvitation, form: Filled, *, status: int = 200
) -> Response:
    return render(
        request,
        "survey/question.html",
        status=status,
        headers=NOT_INDEXED,
        token=token,
        invitation=invitation,
        form=form,
        scores=range(SCORE_MAX + 1),
    )


def _ending(request: Request, fault: CrmError) -> Response:
    ending = ENDINGS[type(fault)]
    return render(
        request,
        "survey/ending.html",
        status=ending.status,
        headers=NOT_INDEXED,
        ending=ending,
    )


def _as_a_guest(request: Request, language: str) -> None:
    """A frame without anybody's name, also where a colleague is signed in on this screen; the
    form's token is theirs, since their browser sends their session."""
    chosen = language if language in LANGUAGES else language_of(request)
    request.state.frame = Frame(
        language=chosen,
        theme=theme_of(request),
        csrf=frame_of(request).csrf,
        path=request.url.path,
    )
