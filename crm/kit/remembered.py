"""Answers kept under an Idempotency-Key, in the transaction of the effect they answer for."""

from datetime import timedelta

from sqlalchemy import delete
from sqlmodel import Session, col

from crm.kit import clock
from crm.kit.tables import RememberedAnswer

KEY_MAX = 128
KEPT_FOR = timedelta(days=3)


def find(db: Session, actor: str, key: str) -> RememberedAnswer | None:
    return db.get(RememberedAnswer, (actor, key))


def keep(
    db: Session,
    actor: str,
    key: str,
    *,
    request_hash: str,
    status: int,
    headers: dict[str, str],
    body: bytes,
) -> None:
    """Remember an answer; a second request in flight with this key fails on the unique key."""
    db.add(
        RememberedAnswer(
            actor=actor,
            key=key,
            request_hash=request_hash,
            status=status,
            headers=headers,
            body=body,
            at=clock.now(),
        )
    )
    db.flush()


def forget_old(db: Session) -> None:
    db.connection().execute(
        delete(RememberedAnswer).where(col(RememberedAnswer.at) < clock.now() - KEPT_FOR)
    )
