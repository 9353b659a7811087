"""Brings reviews in from a file: looked at first, then kept; the same row twice is one."""

from collections.abc import Iterator, Sequence
from datetime import date
from uuid import UUID, uuid5

from pydantic import ValidationError
from sqlalchemy import select
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.feedback import rules
from crm.feedback.events import ReviewsImported
from crm.feedback.queries import HANDLE, hotel_of, setting
from crm.feedback.rules import Unfit
from crm.feedback.schemas import LineFault, ReviewIn, ReviewsLook, SourceLine
from crm.feedback.tables import GuestReview
from crm.feedback.terms import ROWS_MAX, ReviewFault
from crm.hotels import queries as hotels
from crm.kit import clock
from crm.kit import events as news
from crm.kit.db import chunks, insert_once
from crm.kit.errors import Invalid
from crm.kit.ids import new_id
from crm.kit.rows import cols
from crm.staff.actor import Actor

SAMPLES = 5
_OPTIONAL = ("author", "language", "title", "words")
_BATCH = 500


def bring_in(
    db: Session,
    header: Sequence[str],
    lines: Sequence[SourceLine],
    *,
    by: Actor,
    site: str | None = None,
    scale: int = 5,
    dry: bool = False,
) -> ReviewsLook:
    """Take the rows of a file into the hotel that is worked for; ``dry`` only says what they are.

    ``site`` and ``scale`` stand in where the file does not say. Rows that are unfit are left out
    and named. A review that is known stays as it is. `Invalid` for a file without a day or a
    score, or with too many rows.
    """
    by.need(HANDLE)
    hotel = hotels.hotel(db, hotel_of(by))
    columns = rules.columns_of(header)
    if any(field not in columns for field in rules.NEEDED):
        raise Invalid(
            "This file has no column for the date or for the score. Name them date and score.",
            "review_columns",
            pointer="/file",
        )
    if len(lines) > ROWS_MAX:
        raise Invalid(
            "At most %(most)s reviews at once. Cut the file into parts.",
            "review_rows",
            most=ROWS_MAX,
            pointer="/file",
        )
    faults: list[LineFault] = []
    read: dict[tuple[str, str], ReviewIn] = {}
    fit = 0
    for line in lines:
        try:
            if line.fault is not None:
                faults.append(LineFault(line=line.line, fault=line.fault))
                continue
            found = _review(line.cells, columns, site, scale, hotel.business_on)
        except Unfit as unfit:
            faults.append(LineFault(line=line.line, fault=unfit.fault.value))
            continue
        fit += 1
        read.setdefault((found.site, found.external_id), found)
    known = _known(db, hotel.id, read)
    fresh = [review for key, review in read.items() if key not in known]
    if not dry:
        fresh = list(_kept(db, hotel.id, fresh, by))
    low = setting(db, hotel.id).low_at_most * 10
    lows = sum(review.score_tenths <= low for review in fresh)
    if fresh and not dry:
        _told(db, hotel.id, fresh, lows, by)
    return ReviewsLook(
        rows=len(lines),
        fresh=len(fresh),
        known=fit - len(fresh),
        low=lows,
        faults=faults,
        samples=fresh[:SAMPLES],
        brought_in=not dry,
    )


def _review(
    cells: Sequence[str], columns: dict[str, int], site: str | None, scale: int, today: date
) -> ReviewIn:
    """One row, tidied; `Unfit` with the first thing that is wrong with it."""
    told = {name: cells[at].strip() for name, at in columns.items() if at < len(cells)}
    where = told.get("site") or site
    if not where:
        raise Unfit(ReviewFault.SITE)
    score, top, tenths = rules.score_of(told.get("score", ""), told.get("scale", ""), scale)
    facts = {name: told.get(name) or None for name in _OPTIONAL}
    try:
        return ReviewIn(
            site=where,
            external_id=told.get("external_id") or rules.id_by_content((where, *told.values())),
            written_on=rules.day_of(told.get("written_on", ""), today),
            score=score,
            scale=top,
            score_tenths=tenths,
            **facts,
        )
    except ValidationError as error:
        where_wrong = {str(part) for each in error.errors() for part in each["loc"]}
        fault = ReviewFault.WORDS if "words" in where_wrong else ReviewFault.TEXT
        raise Unfit(fault) from None


def _known(
    db: Session, hotel_id: UUID, read: dict[tuple[str, str], ReviewIn]
) -> set[tuple[str, str]]:
    found = set()
    names = list({external_id for _, external_id in read})
    for part in chunks(names, _BATCH):
        rows = db.connection().execute(
            select(*cols(GuestReview.site, GuestReview.external_id)).where(
                col(GuestReview.hotel_id) == hotel_id, col(GuestReview.external_id).in_(part)
            )
        )
        found |= {(row.site, row.external_id) for row in rows}
    return found


def _kept(
    db: Session, hotel_id: UUID, reviews: Sequence[ReviewIn], by: Actor
) -> Iterator[ReviewIn]:
    """Those that were new when they were written: somebody else may bring in the same file."""
    now = clock.now()
    for review in reviews:
        if insert_once(
            db, GuestReview, "hotel_id", "site", "external_id", id=new_id(), hotel_id=hotel_id,
            imported_at=now, imported_by=by.staff_id, version=1, **review.model_dump(),
        ):  # fmt: skip
            yield review


def _told(db: Session, hotel_id: UUID, fresh: Sequence[ReviewIn], lows: int, by: Actor) -> None:
    """The audit names one file by its hotel and instant: rows are facts, not deeds."""
    audit.note(
        db, Deed.CREATED, by=by, subject="guest_review",
        subject_id=uuid5(hotel_id, clock.now().isoformat()),
    )  # fmt: skip
    news.record(db, ReviewsImported(hotel_id=hotel_id, by_id=by.id, reviews=len(fresh), low=lows))
