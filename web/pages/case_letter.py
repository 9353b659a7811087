"""Letters of a case: drafted from its facts, written by a person, printed, and noted as sent."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Path, Query, Request
from pydantic import ValidationError
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from crm.complaints import queries
from crm.hotels import queries as hotels
from crm.kit.errors import CrmError, NotFound
from crm.recovery import letter_writing, letters
from crm.recovery.drafting import day_in_words
from crm.recovery.letter_schemas import LetterIn, LetterSent, LetterSheet
from crm.recovery.queries import recovery_of
from crm.recovery.terms import LetterLanguage, RecoveryState, SentHow
from crm.staff.actor import Actor
from web.case_downloads import printed, viewed
from web.deps import Db, Me, Views
from web.forms import Filled, refused
from web.labels import label
from web.pages.case_files import status_of
from web.papers import letter_paper
from web.rendering import frame_of, render

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Form(max_length=200)]
Long = Annotated[str, Form(max_length=6000)]
Version = Annotated[int, Form(ge=1, le=2**31)]
No = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/complaints/{complaint_id:uuid}/letter")
def show_draft(
    request: Request,
    db: Db,
    me: Me,
    views: Views,
    complaint_id: UUID,
    language: Annotated[LetterLanguage | None, Query()] = None,
) -> Response:
    """A fresh draft beside the facts that it is made of; nothing is kept before it is saved."""
    made = letters.draft_of(db, complaint_id, by=me, language=language)
    form = Filled({"language": made.language.value, "subject": made.subject, "body": made.body})
    return _page(request, db, me, views, complaint_id, form)


@router.post("/complaints/{complaint_id:uuid}/letter")
def keep_draft(
    request: Request,
    db: Db,
    me: Me,
    views: Views,
    complaint_id: UUID,
    language: Text = "",
    subject: Text = "",
    body: Long = "",
) -> Response:
    typed = {"language": language, "subject": subject, "body": body}
    try:
        with db.begin_nested():
            made = letter_writing.write_letter(
                db, complaint_id, LetterIn.model_validate(typed), by=me
            )
    except NotFound:
        raise
    except (ValidationError, CrmError) as error:
        form = refused(typed, error, me.language)
        return _page(request, db, me, views, complaint_id, form, status=status_of(error))
    return RedirectResponse(f"/complaints/{complaint_id}/letter/{made.no}", 303)


@router.get("/complaints/{complaint_id:uuid}/letter/{no}")
def show_letter(
    request: Request, db: Db, me: Me, views: Views, complaint_id: UUID, no: No
) -> Response:
    """A letter to be changed, printed and sent; one that was sent is read only."""
    kept = letters.letter(db, complaint_id, no, by=me)
    return _page(request, db, me, views, complaint_id, _filled(kept), letter=kept)


@router.post("/complaints/{complaint_id:uuid}/letter/{no}")
def change_letter(
    request: Request,
    db: Db,
    me: Me,
    views: Views,
    complaint_id: UUID,
    no: No,
    version: Version,
    language: Text = "",
    subject: Text = "",
    body: Long = "",
) -> Response:
    typed = {"language": language, "subject": subject, "body": body}
    try:
        with db.begin_nested():
            asked = LetterIn.model_validate(typed)
            letter_writing.change_letter(db, complaint_id, no, asked, by=me, version=version)
    except NotFound:
        raise
    except (ValidationError, CrmError) as error:
        form, kept = refused(typed, error, me.language), letters.letter(db, complaint_id, no, by=me)
        return _page(
            request, db, me, views, complaint_id, form, letter=kept, status=status_of(error)
        )
    return RedirectResponse(f"/complaints/{complaint_id}/letter/{no}", 303)


@router.post("/complaints/{complaint_id:uuid}/letter/{no}/sent")
def mark_sent(
    request: Request,
    db: Db,
    me: Me,
    views: Views,
    complaint_id: UUID,
    no: No,
    version: Version,
    how: Text = "",
) -> Response:
    """A person sent it: a signed step of the case, and the letter stays as it is."""
    try:
        with db.begin_nested():
            asked = LetterSent.model_validate({"how": how})
            letter_writing.mark_sent(db, complaint_id, no, asked, by=me, version=version)
    except NotFound:
        raise
    except (ValidationError, CrmError) as error:
        kept = letters.letter(db, complaint_id, no, by=me)
        found = refused({"how": how}, error, me.language)
        form = Filled(_filled(kept).values, found.errors)
        return _page(
            request, db, me, views, complaint_id, form, letter=kept, status=status_of(error)
        )
    return RedirectResponse(f"/complaints/{complaint_id}", 303)


@router.get("/complaints/{complaint_id:uuid}/letter/{no}/paper")
def print_letter(db: Db, me: Me, views: Views, complaint_id: UUID, no: No) -> Response:
    """The letter as a PDF on the house's paper."""
    return printed(db, me, views, complaint_id, no)


def _filled(kept: LetterSheet) -> Filled:
    return Filled({"language": kept.language.value, "subject": kept.subject, "body": kept.body})


def _page(
    request: Request,
    db: Session,
    me: Actor,
    views: Views,
    complaint_id: UUID,
    form: Filled,
    *,
    letter: LetterSheet | None = None,
    status: int = 200,
) -> Response:
    case = queries.complaint(db, complaint_id, by=me)
    viewed(views, me, complaint_id, case.guest_id, "letter")
    given = []
    if me.may("recovery.offer"):
        given = [
            line
            for line in recovery_of(db, complaint_id, by=me).given
            if line.state is RecoveryState.GIVEN
        ]
    return render(
        request,
        "complaints/letter.html",
        status=status,
        case=case,
        given=given,
        letter=letter,
        form=form,
        is_sent=letter is not None and letter.sent_at is not None,
        may_handle=me.may("complaints.handle"),
        hotel=hotels.hotel(db, case.hotel_id),
        language_choices=[
            (each.value, label("letter_language", each, language=me.language))
            for each in LetterLanguage
        ],
        ways=[(each.value, label("sent_how", each, language=me.language)) for each in SentHow],
        day=day_in_words(
            letter_paper.day_of(letter, frame_of(request).zone),
            LetterLanguage.ZH if form.value("language") == "zh" else LetterLanguage.EN,
        ),
    )
