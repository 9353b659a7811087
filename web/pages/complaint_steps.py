"""The verbs of a case while it is open: steps, tasks, hand-over, waiting, what it is about."""

from datetime import datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from crm.complaints import service
from crm.complaints.heard import SENTENCES, HeardPart
from crm.complaints.schemas import CaseAmend, CaseHandOver, TaskIn
from web.deps import Db, Me, Views
from web.pages.complaint_doing import Text, Version, done, words_of
from web.rendering import frame_of

router = APIRouter(include_in_schema=False)


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
    return done(
        request, db, me, views, complaint_id, "steps", {"words": words},
        lambda: service.note_step(db, complaint_id, words_of(told), by=me),
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
    return done(
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
    return done(
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
    return done(
        request, db, me, views, complaint_id, "pause", {"pause_words": pause_words},
        lambda: service.pause(db, complaint_id, words_of(pause_words), by=me, version=version),
    )  # fmt: skip


@router.post("/complaints/{complaint_id:uuid}/resume")
def resume(
    request: Request, db: Db, me: Me, views: Views, complaint_id: UUID, version: Version,
    resume_words: Text = "",
) -> Response:  # fmt: skip
    """The guest answered: the clocks run again."""
    return done(
        request, db, me, views, complaint_id, "resume", {"resume_words": resume_words},
        lambda: service.resume(db, complaint_id, words_of(resume_words), by=me, version=version),
    )  # fmt: skip


@router.post("/complaints/{complaint_id:uuid}/not-reached")
def not_reached(
    request: Request, db: Db, me: Me, views: Views, complaint_id: UUID, version: Version,
    tried_words: Text = "",
) -> Response:  # fmt: skip
    """A try to reach the guest that failed; three of them stand for an answer."""
    return done(
        request, db, me, views, complaint_id, "not-reached", {"tried_words": tried_words},
        lambda: service.not_reached(
            db, complaint_id, words_of(tried_words), by=me, version=version
        ),
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
    return done(
        request, db, me, views, complaint_id, "amend", typed,
        lambda: service.amend(
            db, complaint_id, CaseAmend.model_validate(asked), by=me, version=version
        ),
    )  # fmt: skip


def _instant(local: str, zone: str) -> str:
    """A time of the form on the hotel's clock, as an instant; what is none is left as it is."""
    try:
        at = datetime.fromisoformat(local.strip())
    except ValueError:
        return local
    return at.replace(tzinfo=ZoneInfo(zone)).isoformat() if at.tzinfo is None else local
