"""Has every hotel's closed cases learned anew, in a process that ends with the lesson.

Nothing is audited, since nothing is decided: a lesson replaces the one before, and the cases alone
say what is true.
"""

import json
import subprocess
import sys
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlmodel import Session, col

from crm.complaints.queries import words_of
from crm.complaints.tables import Complaint
from crm.complaints.terms import CaseKind, CaseStatus
from crm.guests.tables import GuestName
from crm.hotels.tables import Hotel
from crm.kit import clock
from crm.kit.db import Database, chunks
from crm.kit.rows import cols
from crm.staff.tables import Staff, StaffGrant
from segmentation.triage.rules import is_quiet, parts_of_name, plain, without_names
from segmentation.triage.tables import TriageModel
from segmentation.triage.terms import CASES_MOST, Question

LESSON_S = 900
BATCH = 500
HEADLINE_KEPT = 40

Told = list[tuple[str, str, str, str]]
"""Text, category, severity, and whose case it is: what `learning.Example` is made of."""


def learn_all(database: Database) -> None:
    """Learn anew for every hotel; a hotel at a time, so that one lesson lies in memory."""
    with database.reading() as db:
        hotels = list(db.connection().scalars(select(col(Hotel.id)).order_by(col(Hotel.code))))
    for hotel_id in hotels:
        learn(database, hotel_id)


def learn(database: Database, hotel_id: UUID) -> None:
    """Learn from the closed cases of one hotel; readers see the old lesson until the new one is
    whole. No transaction is open while the teacher works."""
    with database.reading() as db:
        told, listed = examples(db, hotel_id), glossary(db)
    lesson = taught_apart(told, listed)
    with database.writing() as db:
        keep(db, hotel_id, lesson)


def examples(db: Session, hotel_id: UUID) -> Told:
    """The newest closed complaints with their words, without names, and nothing that named roles
    only may read: neither by its mark, nor by its category, nor by what it tells."""
    sensitive = [word.code for word in words_of(db).values() if word.is_sensitive]
    rows = (
        db.connection()
        .execute(
            select(
                *cols(
                    Complaint.id, Complaint.guest_id, Complaint.talk_id, Complaint.headline,
                    Complaint.words, Complaint.category, Complaint.severity,
                )
            )
            .where(
                col(Complaint.hotel_id) == hotel_id,
                col(Complaint.status) == CaseStatus.CLOSED,
                col(Complaint.kind) == CaseKind.COMPLAINT,
                col(Complaint.is_sensitive).is_(False),
                col(Complaint.category).not_in(sensitive),
            )
            .order_by(col(Complaint.closed_at).desc(), col(Complaint.id).desc())
            .limit(CASES_MOST)
        )
        .all()
    )  # fmt: skip
    guests = _names_of_guests(db, [row.guest_id for row in rows if row.guest_id])
    colleagues = _names_of_colleagues(db, hotel_id)
    told: Told = []
    for row in rows:
        text = _text(row.headline, row.words)
        if is_quiet(text):
            continue
        bare = without_names(text, colleagues | guests.get(row.guest_id, set()))
        whose = str(row.guest_id or row.talk_id or row.id)
        told.append((bare, row.category, row.severity.value, whose))
    return told


def glossary(db: Session) -> list[tuple[str, str]]:
    """The words of the master list and their category, as far as they may be suggested."""
    return [
        (name, word.code)
        for word in words_of(db).values()
        if word.is_on and not word.is_sensitive
        for each in (word, *(cause for cause in word.causes if cause.is_on))
        for name in (each.name_en, each.name_zh)
    ]


def _text(headline: str, words: str | None) -> str:
    """What was said; a headline that is only its beginning is not said twice."""
    if not words or plain(words).startswith(plain(headline)[:HEADLINE_KEPT].rstrip("…")):
        return words or headline
    return f"{headline}\n{words}"


def _names_of_guests(db: Session, guest_ids: list[UUID]) -> dict[UUID, set[str]]:
    found: dict[UUID, set[str]] = {}
    for part in chunks(sorted(set(guest_ids)), BATCH):
        rows = db.connection().execute(
            select(*cols(GuestName.guest_id, GuestName.full)).where(
                col(GuestName.guest_id).in_(part)
            )
        )
        for row in rows:
            found.setdefault(row.guest_id, set()).update(parts_of_name(row.full))
    return found


def _names_of_colleagues(db: Session, hotel_id: UUID) -> set[str]:
    rows = db.connection().scalars(
        select(col(Staff.name))
        .join(StaffGrant, col(StaffGrant.staff_id) == col(Staff.id))
        .where(col(StaffGrant.hotel_id) == hotel_id)
    )
    return {part for name in rows for part in parts_of_name(name)}


def taught_apart(told: Told, listed: list[tuple[str, str]]) -> dict[str, Any]:
    """The lesson of these examples, from a process of its own (`segmentation.triage.learning`).

    `subprocess.CalledProcessError` when it dies: the job is then tried again.
    """
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-m", "segmentation.triage.learning"],
        input=json.dumps({"examples": told, "glossary": listed}, ensure_ascii=False),
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=LESSON_S,
    )
    lesson: dict[str, Any] = json.loads(done.stdout)
    return lesson


def keep(db: Session, hotel_id: UUID, lesson: dict[str, Any]) -> None:
    """Put a lesson in the place of the one before."""
    db.connection().execute(delete(TriageModel).where(col(TriageModel.hotel_id) == hotel_id))
    db.add(
        TriageModel(
            hotel_id=hotel_id,
            trained_at=clock.now(),
            cases=lesson["cases"],
            category_permille=_permille(lesson, Question.CATEGORY),
            severity_permille=_permille(lesson, Question.SEVERITY),
            figures=lesson["figures"],
            weights=lesson["weights"],
        )
    )
    db.flush()


def _permille(lesson: dict[str, Any], question: Question) -> int | None:
    counted = lesson["figures"].get(question.value)
    return round(1000 * counted["right"] / counted["cases"]) if counted else None
