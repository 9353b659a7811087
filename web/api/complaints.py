"""REST: complaint cases, from the first word to the check at the next arrival."""

from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from crm.complaints import boarding, master, service
from crm.complaints import queries as complaints
from crm.complaints.schemas import (
    CaseAmend,
    CaseBoard,
    CaseHandOver,
    CaseMove,
    CaseReopen,
    CaseVersion,
    CaseWordIn,
    CaseWordNew,
    CaseWordOut,
    CaseWords,
    CategoryWord,
    CheckDone,
    ComplaintClose,
    ComplaintMade,
    ComplaintOpen,
    ComplaintRow,
    ComplaintSheet,
    TaskIn,
    WordCode,
)
from crm.complaints.terms import BoardView, CaseStatus, WordLevel
from crm.kit.errors import Invalid
from crm.kit.paging import PageOf
from crm.notes.schemas import TraceOut
from web.answers import as_json, created_once, version_named, with_etag
from web.deps import Db, Me, Page, Views
from web.hard_json import HardRoute

router = APIRouter(tags=["complaints"], route_class=HardRoute)
HERE = "/api/v1/complaints"


@router.get("/complaints")
def list_complaints(
    db: Db,
    me: Me,
    page: Page,
    status: CaseStatus | None = None,
    open: bool | None = None,  # noqa: A002
) -> PageOf[ComplaintRow]:
    """Cases of your hotels, newest first."""
    found = complaints.complaints(
        db, by=me, status=status, is_open=open, cursor=page.cursor, limit=page.limit
    )
    return as_json(found)  # type: ignore[return-value]


@router.post("/complaints", status_code=201)
def open_complaint(request: Request, db: Db, me: Me, asked: ComplaintOpen) -> ComplaintMade:
    """Take a case down in the hotel that you work for. The answer is its number and no more:
    whoever takes a case down need not be one who reads cases.

    Send an ``id`` of your own making to be safe against sending twice.
    """
    if me.hotel_id is None:
        raise Invalid("Say in which hotel.", "case_hotel")
    hotel_id = me.hotel_id

    def produce() -> tuple[BaseModel, str]:
        made = service.open_complaint(db, hotel_id, asked, by=me)
        return made, f"{HERE}/{made.id}"

    return created_once(request, db, me, produce, asked=asked)  # type: ignore[return-value]


@router.get("/complaints/board")
def read_board(db: Db, me: Me, view: BoardView | None = None) -> CaseBoard:
    """Open cases and those filed lately, in house first, then by the time that is left."""
    return as_json(boarding.board(db, by=me, only=view))  # type: ignore[return-value]


@router.get("/complaints/{complaint_id}")
def read_complaint(db: Db, me: Me, views: Views, complaint_id: UUID) -> ComplaintSheet:
    """The whole case with its steps."""
    found = complaints.complaint(db, complaint_id, by=me)
    views.viewed(by=me, subject="complaint", subject_id=complaint_id, guest_id=found.guest_id)
    return with_etag(found, found.version)  # type: ignore[return-value]


@router.patch("/complaints/{complaint_id}")
def amend_complaint(
    request: Request, db: Db, me: Me, complaint_id: UUID, asked: CaseAmend
) -> CaseVersion:
    """Put right what was taken down; what is not named stays. If-Match says of which version."""
    version = version_named(request)
    return _after(service.amend(db, complaint_id, asked, by=me, version=version))


@router.post("/complaints/{complaint_id}/move")
def move_complaint(
    request: Request, db: Db, me: Me, complaint_id: UUID, asked: CaseMove
) -> CaseVersion:
    """To one of the case's ``next_moves``; closing and reopening are verbs of their own."""
    version = version_named(request)
    return _after(service.move(db, complaint_id, asked, by=me, version=version))


@router.post("/complaints/{complaint_id}/steps", status_code=201)
def note_step(
    request: Request, db: Db, me: Me, complaint_id: UUID, asked: CaseWords
) -> CaseVersion:
    """Sign what was seen, said or done."""

    def produce() -> tuple[BaseModel, str]:
        return service.note_step(db, complaint_id, asked.words, by=me), f"{HERE}/{complaint_id}"

    return created_once(request, db, me, produce, asked=asked)  # type: ignore[return-value]


@router.post("/complaints/{complaint_id}/hand-over")
def hand_over(
    request: Request, db: Db, me: Me, complaint_id: UUID, asked: CaseHandOver
) -> CaseVersion:
    """To a colleague who handles cases, or to a department."""
    version = version_named(request)
    return _after(service.hand_over(db, complaint_id, asked, by=me, version=version))


@router.post("/complaints/{complaint_id}/pause")
def pause_complaint(
    request: Request, db: Db, me: Me, complaint_id: UUID, asked: CaseWords
) -> CaseVersion:
    """Stop the clocks while the house waits for the guest."""
    version = version_named(request)
    return _after(service.pause(db, complaint_id, asked.words, by=me, version=version))


@router.post("/complaints/{complaint_id}/resume")
def resume_complaint(
    request: Request, db: Db, me: Me, complaint_id: UUID, asked: CaseWords
) -> CaseVersion:
    """Let the clocks run again."""
    version = version_named(request)
    return _after(service.resume(db, complaint_id, asked.words, by=me, version=version))


@router.post("/complaints/{complaint_id}/not-reached")
def not_reached(
    request: Request, db: Db, me: Me, complaint_id: UUID, asked: CaseWords
) -> CaseVersion:
    """Count a try to reach the guest; three stand for the guest's word."""
    version = version_named(request)
    return _after(service.not_reached(db, complaint_id, asked.words, by=me, version=version))


@router.post("/complaints/{complaint_id}/tasks", status_code=201)
def put_task(request: Request, db: Db, me: Me, complaint_id: UUID, asked: TaskIn) -> TraceOut:
    """A task of this case for a department; it is done like every other task."""

    def produce() -> tuple[BaseModel, str]:
        made = service.put_task(db, complaint_id, asked, by=me)
        return made, f"/api/v1/traces/{made.id}"

    return created_once(request, db, me, produce, asked=asked)  # type: ignore[return-value]


@router.post("/complaints/{complaint_id}/close")
def close_complaint(
    request: Request, db: Db, me: Me, complaint_id: UUID, asked: ComplaintClose
) -> CaseVersion:
    """With the guest's word (or three tries), a cause and a prevention; praise simply."""
    version = version_named(request)
    return _after(service.close_complaint(db, complaint_id, asked, by=me, version=version))


@router.post("/complaints/{complaint_id}/reopen")
def reopen_complaint(
    request: Request, db: Db, me: Me, complaint_id: UUID, asked: CaseReopen
) -> CaseVersion:
    """Within thirty days of closing, with the reason."""
    version = version_named(request)
    return _after(service.reopen(db, complaint_id, asked, by=me, version=version))


@router.post("/complaints/{complaint_id}/check-done", status_code=204)
def check_done(db: Db, me: Me, complaint_id: UUID, asked: CheckDone) -> Response:
    """What a closed case asks of the next stay was done at this one."""
    service.check_done(db, complaint_id, asked.stay_id, by=me)
    return Response(status_code=204)


@router.get("/complaint-words")
def list_words(db: Db, me: Me) -> list[CategoryWord]:
    """The master list: categories and their causes in both languages."""
    return complaints.words(db, by=me)


@router.post("/complaint-words", status_code=201)
def add_word(request: Request, db: Db, me: Me, asked: CaseWordNew) -> CaseWordOut:
    """A category or a cause of the house."""

    def produce() -> tuple[BaseModel, str]:
        made = master.add_word(db, asked, by=me)
        return made, f"/api/v1/complaint-words/{made.level.value}/{made.code}"

    return created_once(request, db, me, produce, asked=asked)  # type: ignore[return-value]


@router.get("/complaint-words/{level}/{code}")
def read_word(db: Db, me: Me, level: WordLevel, code: WordCode) -> CaseWordOut:
    found = master.word(db, level, code, by=me)
    return with_etag(found, found.version)  # type: ignore[return-value]


@router.put("/complaint-words/{level}/{code}")
def set_word(
    request: Request, db: Db, me: Me, level: WordLevel, code: WordCode, asked: CaseWordIn
) -> CaseWordOut:
    """Word anew or switch off; never deleted. If-Match says of which version."""
    version = version_named(request)
    found = master.set_word(db, level, code, asked, by=me, version=version)
    return with_etag(found, found.version)  # type: ignore[return-value]


def _after(made: CaseVersion) -> CaseVersion:
    return with_etag(made, made.version)  # type: ignore[return-value]


@router.get("/guests/{guest_id}/complaints")
def list_complaints_of_guest(
    db: Db, me: Me, page: Page, views: Views, guest_id: UUID
) -> PageOf[ComplaintRow]:
    found = complaints.complaints(
        db, by=me, guest_id=guest_id, cursor=page.cursor, limit=page.limit
    )
    views.viewed(by=me, subject="guest", subject_id=guest_id, guest_id=guest_id, fields=["cases"])
    return as_json(found)  # type: ignore[return-value]
