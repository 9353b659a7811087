"""The master list of categories and causes: shipped, renewed after every upgrade, set by a hotel.

A word's code is never used for something else and no word is deleted: it is switched off, and
cases that bear it keep it. Loading is safe to repeat: new words come in, and what the house has
set since (its wording, department or switch) stays.
"""

import csv
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.complaints.schemas import CaseWordIn, CaseWordNew, CaseWordOut
from crm.complaints.tables import CaseWord
from crm.complaints.terms import WordLevel
from crm.hotels.terms import DepartmentCode
from crm.kit.db import insert_once
from crm.kit.errors import ChangedMeanwhile, Conflict, Invalid, NotFound
from crm.kit.rows import cols, fields_of
from crm.staff.actor import Actor

Values = dict[str, Any]
SORT_MAX = 10_000


@cache
def shipped() -> tuple[Values, ...]:
    """Thirteen categories and their causes as columns of `CaseWord`, in the order of the file."""
    source = files("crm.complaints") / "data" / "case_words.csv"
    with source.open(encoding="utf-8-sig") as lines:
        return tuple(_values(no, row) for no, row in enumerate(csv.DictReader(lines), 1))


def _values(position: int, row: dict[str, str]) -> Values:
    return {
        "level": WordLevel.CAUSE if row["cause"] else WordLevel.CATEGORY,
        "code": row["cause"] or row["category"],
        "parent": row["category"] if row["cause"] else None,
        "name_en": row["name_en"],
        "name_zh": row["name_zh"],
        "department": DepartmentCode(row["department"]),
        "is_sensitive": row["is_sensitive"] == "yes",
        "is_on": True,
        "sort": 10 * position,
        "version": 1,
    }


def load(db: Session) -> int:
    """Bring in the shipped words that are not there; returns how many words there are."""
    connection = db.connection()
    held = {(row.level, row.code) for row in connection.execute(select(*_KEY))}
    new = [values for values in shipped() if (values["level"], values["code"]) not in held]
    if new:
        connection.execute(insert(CaseWord), new)
    return len(held) + len(new)


_KEY = cols(CaseWord.level, CaseWord.code)
_WORD = fields_of(CaseWord, CaseWordOut)


def word(db: Session, level: WordLevel, code: str, *, by: Actor) -> CaseWordOut:
    """One word of the list; `NotFound` when there is none."""
    by.need("complaints.open")
    row = db.connection().execute(
        select(*_WORD).where(col(CaseWord.level) == level, col(CaseWord.code) == code)
    ).first()  # fmt: skip
    if row is None:
        raise NotFound("There is no such word in the list of cases.", "case_word")
    return CaseWordOut.model_validate(row)


def last_place(db: Session, parent: str | None) -> int:
    """The place in the list behind the last word of a category, or behind the last category."""
    beside = col(CaseWord.parent).is_(None) if parent is None else col(CaseWord.parent) == parent
    last = db.connection().scalar(select(func.max(CaseWord.sort)).where(beside)) or 0
    return min(int(last) + 1, SORT_MAX)


def add_word(db: Session, asked: CaseWordNew, *, by: Actor) -> CaseWordOut:
    """Add a word of the house; `Conflict` for a code that is there, be it switched off."""
    by.need("complaints.words")
    if (asked.level is WordLevel.CAUSE) != (asked.parent is not None):
        raise Invalid(
            "A cause names its category, a category names none.", "case_word", pointer="/parent"
        )
    if asked.parent is not None and not _is_category(db, asked.parent):
        raise Invalid(
            "There is no such category. Choose one of the list.", "case_word", pointer="/parent"
        )
    fresh = insert_once(db, CaseWord, "level", "code", **asked.model_dump(), version=1)
    if not fresh:
        raise Conflict("This code is in the list already.", "case_word_known", pointer="/code")
    _noted(db, Deed.CREATED, ["code"], by)
    return word(db, asked.level, asked.code, by=by)


def set_word(
    db: Session, level: WordLevel, code: str, asked: CaseWordIn, *, by: Actor, version: int | None
) -> CaseWordOut:
    """Word anew, give to another department, or switch on and off; cases keep their words.

    A category stays sensitive once it is: its cases were taken down as such.
    """
    by.need("complaints.words")
    held = word(db, level, code, by=by)
    if held.is_sensitive and not asked.is_sensitive:
        raise Conflict(
            "Cases were taken down here as sensitive. Add a new word instead.",
            "case_word_sensitive",
        )
    done = db.connection().execute(
        update(CaseWord)
        .where(
            col(CaseWord.level) == level,
            col(CaseWord.code) == code,
            col(CaseWord.version) == (held.version if version is None else version),
        )
        .values(**asked.model_dump(), version=CaseWord.version + 1)
    )
    if done.rowcount == 0:
        raise ChangedMeanwhile(
            "Somebody else changed this word meanwhile. Look at it again.", "changed_meanwhile"
        )
    _noted(db, Deed.CHANGED, sorted(asked.model_fields_set), by)
    return word(db, level, code, by=by)


def _is_category(db: Session, code: str) -> bool:
    return db.get(CaseWord, (WordLevel.CATEGORY, code)) is not None


def _noted(db: Session, deed: Deed, fields: list[str], by: Actor) -> None:
    audit.note(db, deed, by=by, subject="case_word", fields=fields)
