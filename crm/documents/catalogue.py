"""The shipped catalogue of the shelf: class, kind, how long such a document is kept."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from sqlalchemy import select
from sqlmodel import Session, col

from crm.documents.tables import DocumentKind
from crm.documents.terms import DocumentClass
from crm.kit.db import insert_once


@dataclass(frozen=True)
class Kind:
    code: str
    document_class: DocumentClass
    label_en: str
    label_zh: str
    keep_days: int


@cache
def shipped() -> dict[str, Kind]:
    """The kinds that come with Keshi, by code, in the order of the catalogue."""
    with (files("crm.documents") / "kinds.csv").open(encoding="utf-8") as lines:
        return {
            row["code"]: Kind(
                row["code"],
                DocumentClass(row["class"]),
                row["label_en"],
                row["label_zh"],
                int(row["keep_days"]),
            )
            for row in csv.DictReader(lines)
        }


def load(db: Session) -> int:
    """Add the shipped kinds that are missing; what a hotel changed stays. Returns how many."""
    known = set(db.connection().execute(select(col(DocumentKind.code))).scalars())
    fresh = [kind for code, kind in shipped().items() if code not in known]
    # two desks may shelve the first document of a house at once
    return sum(insert_once(db, DocumentKind, "code", **vars(kind)) for kind in fresh)
