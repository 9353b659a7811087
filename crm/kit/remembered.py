"""Answers kept under an Idempotency-Key, in the transaction of the effect they answer for."""

import re
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from crm.kit import clock, failpoints
from crm.kit.db import insert_once
from crm.kit.rows import cols
from crm.kit.tables import RememberedAnswer

KEY_MAX = 128
KEY_PATTERN = r"^[!-~]+$"
KEPT_FOR = timedelta(days=3)
_PENDING = 0
"""The status of an answer that is not there yet; no other transaction ever sees it."""


@dataclass(frozen=True)
class Answered:
    """What was answered under a key; the hash is of the request it answered."""

    request_hash: str
    status: int
    headers: dict[str, str]
    body: bytes


def is_key(word: str) -> bool:
    """Whether this may be an Idempotency-Key."""
    return len(word) <= KEY_MAX and re.fullmatch(KEY_PATTERN, word) is not None


def find(db: Session, actor: str, key: str) -> Answered | None:
    row = (
        db.connection()
        .execute(
            select(
                *cols(
                    RememberedAnswer.request_hash,
                    RememberedAnswer.status,
                    RememberedAnswer.headers,
                    RememberedAnswer.body,
                )
            ).where(col(RememberedAnswer.actor) == actor, col(RememberedAnswer.key) == key)
        )
        .first()
    )
    return Answered(*row) if row is not None else None


def reserve(db: Session, actor: str, key: str, *, request_hash: str) -> Answered | None:
    """Take the key for this transaction, or return the answer that was given under it.

    A twin in flight is waited for: it has either answered then, or undone its reservation.
    """
    mine = insert_once(
        db,
        RememberedAnswer,
        "actor",
        "key",
        actor=actor,
        key=key,
        request_hash=request_hash,
        status=_PENDING,
        headers={},
        body=b"",
        at=clock.now(),
    )
    failpoints.reach("answer.reserved")
    return None if mine else find(db, actor, key)


def keep(
    db: Session, actor: str, key: str, *, status: int, headers: dict[str, str], body: bytes
) -> None:
    """Write the answer under the key that this transaction has reserved."""
    failpoints.reach("answer.produced")
    db.connection().execute(
        update(RememberedAnswer)
        .where(col(RememberedAnswer.actor) == actor, col(RememberedAnswer.key) == key)
        .values(status=status, headers=headers, body=body)
    )
    failpoints.reach("answer.kept")


def forget_old(db: Session) -> None:
    db.connection().execute(
        delete(RememberedAnswer).where(col(RememberedAnswer.at) < clock.now() - KEPT_FOR)
    )
