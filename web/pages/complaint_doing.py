"""Do a verb of a case and show the case, or show it again with what was typed still there."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import Form, Request
from pydantic import ValidationError
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from crm.complaints.schemas import CaseWords
from crm.kit.errors import Conflict, CrmError, NotFound
from crm.staff.actor import Actor
from web.deps import Views
from web.forms import Filled, refused
from web.pages.complaint_case import case_page

Text = Annotated[str, Form(max_length=2400)]
Version = Annotated[int, Form(ge=1, le=2**31)]
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


def words_of(typed: str) -> str:
    """The words of a step, as the schema of steps takes them."""
    return CaseWords.model_validate({"words": typed}).words


def done(
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
        return case_page(
            request, db, me, views, complaint_id,
            doing=doing, form=form, trouble=trouble, status=status,
        )  # fmt: skip
    return RedirectResponse(f"/complaints/{complaint_id}", 303)
