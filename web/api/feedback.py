"""REST: surveys after the stay, reviews from elsewhere, what both come to, and how a hotel asks."""

import hashlib
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Request, UploadFile
from pydantic import BaseModel
from starlette.responses import Response

from crm.complaints.schemas import ComplaintMade
from crm.feedback import asking, queries
from crm.feedback.handling import mark_read, open_case
from crm.feedback.reviews import bring_in
from crm.feedback.schemas import (
    FeedbackCase,
    FeedbackRow,
    FiguresSheet,
    ReviewsLook,
    SettingIn,
    SettingSheet,
    SurveyAsk,
    SurveyLink,
)
from crm.feedback.terms import SCALE_LEAST, SCALE_MOST, SITE_MAX, FeedbackKind, FeedbackNarrow
from crm.kit.paging import PageOf
from crm.kit.schema import Out
from crm.staff.actor import Actor
from web.answers import as_json, created_once, version_named, with_etag
from web.deps import Db, Me, Page, Views
from web.hard_json import HardRoute
from web.review_files import FILE_MAX, read_reviews

router = APIRouter(tags=["feedback"], route_class=HardRoute)
SURVEYS, REVIEWS = "/api/v1/surveys", "/api/v1/guest-reviews"
UPLOAD_MAX = FILE_MAX + 64 * 1024


# ---------------------------------------------------------------- surveys
@router.get("/surveys")
def list_surveys(
    db: Db, me: Me, views: Views, page: Page, state: FeedbackNarrow | None = None
) -> PageOf[FeedbackRow]:
    """Answered surveys of your hotels, the newest first; all, low, without a case, or unread."""
    return _list(db, me, views, page, FeedbackKind.SURVEY, state)  # type: ignore[return-value]


@router.post("/surveys", status_code=201)
def make_survey(request: Request, db: Db, me: Me, asked: SurveyAsk) -> SurveyLink:
    """The survey of a stay that is over, with the link for its guest; a stay has one. Nothing is
    sent."""

    def produce() -> tuple[BaseModel, str]:
        made = asking.make_survey(db, asked, by=me)
        return made, f"{SURVEYS}/{made.id}/link"

    return created_once(request, db, me, produce, asked=asked, shown_once=frozenset({"link"}))  # type: ignore[return-value]


@router.get("/surveys/links")
def list_links(db: Db, me: Me, page: Page) -> PageOf[SurveyLink]:
    """Surveys with their links, answered or not, the newest first: for whoever sends them."""
    return as_json(queries.survey_links(db, by=me, cursor=page.cursor, limit=page.limit))  # type: ignore[return-value]


@router.get("/surveys/{survey_id}")
def read_survey(db: Db, me: Me, views: Views, survey_id: UUID) -> FeedbackRow:
    """What one guest answered; a survey without an answer is not here yet."""
    return _one(db, me, views, FeedbackKind.SURVEY, survey_id)  # type: ignore[return-value]


@router.get("/surveys/{survey_id}/link")
def read_link(db: Db, me: Me, survey_id: UUID) -> SurveyLink:
    found = queries.survey_link(db, survey_id, by=me)
    return with_etag(found, found.version)  # type: ignore[return-value]


@router.post("/surveys/{survey_id}/read")
def mark_survey(request: Request, db: Db, me: Me, views: Views, survey_id: UUID) -> FeedbackRow:
    """Somebody has read it."""
    kind = FeedbackKind.SURVEY
    mark_read(db, kind, survey_id, version=version_named(request), by=me)
    return _one(db, me, views, kind, survey_id)  # type: ignore[return-value]


@router.post("/surveys/{survey_id}/case", status_code=201)
def open_from_survey(
    request: Request, db: Db, me: Me, survey_id: UUID, asked: FeedbackCase
) -> ComplaintMade:
    """A case of it; one that has a case already answers that one."""
    return _case(request, db, me, FeedbackKind.SURVEY, survey_id, asked)  # type: ignore[return-value]


# ---------------------------------------------------------------- reviews
@router.get("/guest-reviews")
def list_reviews(
    db: Db, me: Me, views: Views, page: Page, state: FeedbackNarrow | None = None
) -> PageOf[FeedbackRow]:
    """Reviews of your hotels, the newest first; all, low, without a case, or unread."""
    return _list(db, me, views, page, FeedbackKind.REVIEW, state)  # type: ignore[return-value]


class Upload(Out):
    """What was sent, so that one Idempotency-Key stands for one file."""

    sha256: str
    site: str | None
    scale: int
    dry: bool


@router.post("/guest-reviews", status_code=201, max_body_size=UPLOAD_MAX)
def bring_reviews_in(
    request: Request,
    db: Db,
    me: Me,
    file: Annotated[UploadFile, File()],
    site: Annotated[str | None, Form(max_length=SITE_MAX)] = None,
    scale: Annotated[int, Form(ge=SCALE_LEAST, le=SCALE_MOST)] = 5,
    dry: Annotated[bool, Form()] = False,
) -> ReviewsLook:
    """A CSV, TSV or XLSX with columns for date and score and, where there are such, site, id,
    scale, author, language, title and words, in English or Chinese. ``dry`` changes nothing.

    Rows that are unfit are named and left out; a review that is known stays as it is, so that the
    same file again is no harm.
    """
    content = file.file.read(FILE_MAX + 1)
    upload = Upload(
        sha256=hashlib.sha256(content).hexdigest(), site=site or None, scale=scale, dry=dry
    )

    def produce() -> tuple[BaseModel, str]:
        read = read_reviews(content)
        found = bring_in(db, read.header, read.lines, by=me, site=upload.site, scale=scale, dry=dry)
        return found, REVIEWS

    return created_once(request, db, me, produce, asked=upload)  # type: ignore[return-value]


@router.get("/guest-reviews/{guest_review_id}")
def read_review(db: Db, me: Me, views: Views, guest_review_id: UUID) -> FeedbackRow:
    return _one(db, me, views, FeedbackKind.REVIEW, guest_review_id)  # type: ignore[return-value]


@router.post("/guest-reviews/{guest_review_id}/read")
def mark_review(
    request: Request, db: Db, me: Me, views: Views, guest_review_id: UUID
) -> FeedbackRow:
    """Somebody has read it."""
    kind = FeedbackKind.REVIEW
    mark_read(db, kind, guest_review_id, version=version_named(request), by=me)
    return _one(db, me, views, kind, guest_review_id)  # type: ignore[return-value]


@router.post("/guest-reviews/{guest_review_id}/case", status_code=201)
def open_from_review(
    request: Request, db: Db, me: Me, guest_review_id: UUID, asked: FeedbackCase
) -> ComplaintMade:
    """A case of it; one that has a case already answers that one."""
    return _case(request, db, me, FeedbackKind.REVIEW, guest_review_id, asked)  # type: ignore[return-value]


# ---------------------------------------------------------------- figures and settings
@router.get("/feedback-figures")
def read_figures(db: Db, me: Me) -> FiguresSheet:
    """Mean score and recommenders less critics of the last twelve months, with definitions."""
    return as_json(queries.figures(db, by=me))  # type: ignore[return-value]


@router.get("/hotels/{hotel_id}/survey-setting")
def read_setting(db: Db, me: Me, hotel_id: UUID) -> SettingSheet:
    found = queries.setting_sheet(db, hotel_id, by=me)
    return with_etag(found, found.version)  # type: ignore[return-value]


@router.put("/hotels/{hotel_id}/survey-setting")
def put_setting(request: Request, db: Db, me: Me, hotel_id: UUID, asked: SettingIn) -> SettingSheet:
    """Whether guests are asked the night after they left, what is low, how long a link holds."""
    kept = asking.put_setting(db, hotel_id, asked, version=version_named(request), by=me)
    return with_etag(kept, kept.version)  # type: ignore[return-value]


def _list(
    db: Db, me: Actor, views: Views, page: Page, kind: FeedbackKind, state: FeedbackNarrow | None
) -> Response:
    found = queries.feedback(
        db,
        by=me,
        kind=kind,
        narrow=state,
        everywhere=True,
        cursor=page.cursor,
        limit=page.limit,
    )
    for one in found.items:
        _viewed(views, me, one)
    return as_json(found)


def _one(db: Db, me: Actor, views: Views, kind: FeedbackKind, row_id: UUID) -> Response:
    found = queries.one(db, kind, row_id, by=me)
    _viewed(views, me, found)
    return with_etag(found, found.version)


def _case(
    request: Request, db: Db, me: Actor, kind: FeedbackKind, row_id: UUID, asked: FeedbackCase
) -> Response:
    def produce() -> tuple[BaseModel, str]:
        made = open_case(db, kind, row_id, asked, by=me)
        return made, f"/api/v1/complaints/{made.id}"

    return created_once(request, db, me, produce, asked=asked)


def _viewed(views: Views, me: Actor, row: FeedbackRow) -> None:
    if row.guest_id is not None:
        views.viewed(by=me, subject="survey", subject_id=row.id, guest_id=row.guest_id)
