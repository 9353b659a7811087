"""Bringing reviews in from a file: looked at first, with what is wrong, then kept on a second word.

What was looked at goes to and fro in the form, so that a look leaves nothing behind in the house.
"""

import binascii
from base64 import b64decode, b64encode
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, UploadFile
from starlette.responses import RedirectResponse, Response

from crm.feedback.queries import HANDLE
from crm.feedback.reviews import bring_in
from crm.feedback.schemas import ReviewsLook
from crm.feedback.terms import SCALES, SITE_MAX, ReviewFault
from crm.intake.faults import sentence
from crm.kit.errors import CrmError, Invalid
from web.deps import Db, Me
from web.forms import Filled, refused
from web.labels import label
from web.rendering import render
from web.review_files import FILE_MAX, ReviewFile, read_reviews
from web.wording import wording

router = APIRouter(include_in_schema=False)

UPLOAD_MAX = 2 * FILE_MAX + 64 * 1024
Short = Annotated[str, Form(max_length=SITE_MAX)]
FAULTS_SHOWN = 50


@router.get("/feedback/reviews/new")
def show_import(request: Request, me: Me) -> Response:
    me.need(HANDLE)
    return _page(request, Filled({"site": "", "scale": "5"}))


@router.post("/feedback/reviews/new", max_body_size=UPLOAD_MAX)
def take_reviews(
    request: Request,
    db: Db,
    me: Me,
    file: UploadFile | None = None,
    content: Annotated[str, Form(max_length=FILE_MAX * 2)] = "",
    site: Short = "",
    scale: Short = "5",
    sure: Annotated[str, Form(max_length=4)] = "",
) -> Response:
    """A look, or with ``sure`` the reviews of what was looked at."""
    typed = {"site": site, "scale": scale, "file": ""}
    dry = sure != "yes"
    try:
        raw = _content(file, content)
        with db.begin_nested():
            read = read_reviews(raw)
            found = bring_in(
                db, read.header, read.lines, by=me, site=site.strip() or None,
                scale=_scale(scale), dry=dry,
            )  # fmt: skip
    except CrmError as fault:
        return _page(request, refused(typed, fault, me.language), status=422)
    if not dry and not found.faults:
        return RedirectResponse("/feedback?kind=review", 303)
    return _page(
        request, Filled(typed), look=found, read=read, content=b64encode(raw).decode(),
        faults=_faults(found, me.language),
    )  # fmt: skip


def _content(file: UploadFile | None, content: str) -> bytes:
    raw = b"" if file is None else file.file.read(FILE_MAX + 1)
    if raw:
        return raw
    try:
        raw = b64decode(content.encode(), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raw = b""
    if not raw:
        raise Invalid("Choose a file first.", "file_missing", pointer="/file")
    return raw


def _scale(typed: str) -> int:
    if typed not in map(str, SCALES):
        raise Invalid("Choose one of the scales.", "review_scale", pointer="/scale")
    return int(typed)


def _faults(found: ReviewsLook, language: str) -> list[tuple[int, str]]:
    """(line, what is wrong in the reader's language) of the first lines that were left out."""
    say = wording(language).gettext
    own = set(ReviewFault)
    return [
        (
            each.line,
            label("review_fault", each.fault, language=language)
            if each.fault in own
            else say(sentence(each.fault)),
        )
        for each in found.faults[:FAULTS_SHOWN]
    ]


def _page(
    request: Request,
    form: Filled,
    *,
    status: int = 200,
    look: ReviewsLook | None = None,
    read: ReviewFile | None = None,
    content: str = "",
    faults: Any = (),
) -> Response:
    return render(
        request,
        "feedback/import.html",
        status=status,
        form=form,
        look=look,
        read=read,
        content=content,
        faults=faults,
        scales=[(str(scale), f"0–{scale}") for scale in SCALES],
    )
