"""Asks what a hotel's closed cases taught: what words sound like, and how well that is known."""

from collections import OrderedDict
from threading import Lock
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from crm.complaints.queries import words_of
from crm.complaints.schemas import CategoryWord
from crm.complaints.terms import Severity
from crm.kit.rows import cols
from crm.staff.actor import Actor
from segmentation.triage.rules import Learned, is_good_enough, is_quiet, read_weights
from segmentation.triage.schemas import (
    LabelFigures,
    QuestionFigures,
    Suggestion,
    TriageReport,
)
from segmentation.triage.tables import TriageModel
from segmentation.triage.terms import ACCURACY, CASES_LEAST, CONFIDENCE, Question, Silence

LESSONS_HELD = 4


class _Held:
    """The lessons asked last, read: to read one takes longer than to ask it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._lessons: OrderedDict[UUID, Learned | None] = OrderedDict()

    def get(self, db: Session, hotel_id: UUID, lesson_id: UUID) -> Learned | None:
        with self._lock:
            if lesson_id in self._lessons:
                self._lessons.move_to_end(lesson_id)
                return self._lessons[lesson_id]
        weights = db.connection().scalar(
            select(col(TriageModel.weights)).where(
                col(TriageModel.hotel_id) == hotel_id, col(TriageModel.lesson_id) == lesson_id
            )
        )
        learned = read_weights(weights) if weights else None
        with self._lock:
            self._lessons[lesson_id] = learned
            if len(self._lessons) > self._most:
                self._lessons.popitem(last=False)
        return learned


_held = _Held(LESSONS_HELD)


def suggestion(db: Session, text: str, *, by: Actor) -> Suggestion:
    """What a guest's words sound like in the asker's hotel; nothing is written and nothing kept.

    Silent where too little was learned, where it was not learned well enough, where this text is
    not clear, and where it tells of something that named roles only may read.
    """
    by.need("complaints.open")
    if is_quiet(text):
        return Suggestion(silence=Silence.QUIET)
    row = _lesson(db, by)
    silence = _silence(row)
    if silence is not None:
        return Suggestion(silence=silence)
    learned = _held.get(db, row.hotel_id, row.lesson_id)
    if learned is None:
        return Suggestion(silence=Silence.NOT_LEARNED)
    if not learned.knows(text):
        return Suggestion(silence=Silence.UNSURE)
    best = learned.best(text, Question.CATEGORY)
    word = words_of(db).get(best[0]) if best and best[1] >= CONFIDENCE else None
    if best is None or word is None or word.is_sensitive or not word.is_on:
        return Suggestion(silence=Silence.UNSURE)
    severity = learned.best(text, Question.SEVERITY) if _is_good(row, Question.SEVERITY) else None
    if severity is not None and severity[1] < CONFIDENCE:
        severity = None
    return Suggestion(
        category=word.code,
        category_en=word.name_en,
        category_zh=word.name_zh,
        category_sureness=round(best[1], 3),
        severity=Severity(severity[0]) if severity else None,
        severity_sureness=round(severity[1], 3) if severity else None,
    )


def report(db: Session, *, by: Actor) -> TriageReport:
    """How well suggestions do in the asker's hotel, counted while learning."""
    by.need("complaints.causes")
    row = _lesson(db, by)
    words = words_of(db)
    return TriageReport(
        silence=_silence(row),
        trained_at=row.trained_at if row else None,
        cases=row.cases if row else 0,
        cases_needed=CASES_LEAST,
        confidence=CONFIDENCE,
        questions=[
            _figures(question, row.figures[question.value], words)
            for question in Question
            if row and question.value in row.figures
        ],
    )


def _lesson(db: Session, by: Actor) -> Any:
    return (
        db.connection()
        .execute(
            select(
                *cols(
                    TriageModel.hotel_id, TriageModel.lesson_id, TriageModel.trained_at,
                    TriageModel.cases, TriageModel.figures,
                )
            ).where(col(TriageModel.hotel_id) == by.hotel_id)
        )
        .first()
    )  # fmt: skip


def _silence(row: Any) -> Silence | None:
    if row is None:
        return Silence.NOT_LEARNED
    if row.cases < CASES_LEAST:
        return Silence.TOO_FEW
    return None if _is_good(row, Question.CATEGORY) else Silence.NOT_GOOD_ENOUGH


def _is_good(row: Any, question: Question) -> bool:
    counted = row.figures.get(question.value)
    return counted is not None and is_good_enough(
        question, _share(counted, "right"), _share(counted, "commonest")
    )


def _share(counted: dict[str, Any], name: str) -> float | None:
    return counted[name] / counted["cases"] if counted["cases"] else None


def _figures(
    question: Question, counted: dict[str, Any], words: dict[str, CategoryWord]
) -> QuestionFigures:
    accuracy, commonest = _share(counted, "right"), _share(counted, "commonest")
    return QuestionFigures(
        question=question,
        cases=counted["cases"],
        right=counted["right"],
        accuracy=accuracy or 0.0,
        commonest=commonest or 0.0,
        needs=ACCURACY[question],
        spoken=counted["spoken"],
        spoken_right=counted["spoken_right"],
        is_good_enough=is_good_enough(question, accuracy, commonest),
        labels=[
            LabelFigures(
                **told,
                name_en=words[told["label"]].name_en if told["label"] in words else None,
                name_zh=words[told["label"]].name_zh if told["label"] in words else None,
            )
            for told in sorted(counted["labels"], key=lambda one: (-one["cases"], one["label"]))
        ],
    )
