"""API keys: made once, shown once, kept as a hash, bound to scopes and perhaps one hotel."""

import hashlib
import secrets
import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, insert, or_, select, update
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.hotels.tables import Hotel
from crm.kit import clock
from crm.kit.errors import Invalid, NotFound
from crm.kit.ids import new_id
from crm.kit.rows import cols
from crm.staff.actor import Actor, make_actor
from crm.staff.policy import policy
from crm.staff.tables import ApiKey
from crm.staff.terms import ActorKind

PREFIX = "keshi_"
TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class FreshKey:
    """``secret`` is what the other system gets; it cannot be shown again."""

    id: UUID
    secret: str


def create_key(
    db: Session,
    *,
    name: str,
    scopes: Sequence[str],
    hotel_id: UUID | None,
    by: Actor,
    expires_at: datetime | None = None,
) -> FreshKey:
    """Make a key; `Invalid` names the scopes there are, and hotels out of this actor's reach."""
    _check_reach(db, hotel_id, by)
    if not scopes or set(scopes) - policy().scopes.keys():
        raise Invalid(
            "A scope is not known here. There are: %(known)s.",
            "scope",
            known=", ".join(sorted(policy().scopes)),
            pointer="/scopes",
        )
    body = secrets.token_urlsafe(32)
    secret = f"{PREFIX}{body}{_checksum(body)}"
    identity = new_id()
    db.connection().execute(
        insert(ApiKey).values(
            id=identity,
            name=name,
            prefix=secret[:12],
            token_hash=_hash(secret),
            scopes=sorted(set(scopes)),
            hotel_id=hotel_id,
            created_by=by.staff_id,
            created_at=clock.now(),
            expires_at=expires_at,
        )
    )
    audit.note(
        db,
        Deed.CREATED,
        by=_there(by, hotel_id),
        subject="api_key",
        subject_id=identity,
        fields=sorted(scopes),
    )
    return FreshKey(identity, secret)


def revoke_key(db: Session, key_id: UUID, *, by: Actor) -> None:
    """From now on the key opens nothing."""
    query = select(col(ApiKey.hotel_id)).where(col(ApiKey.id) == key_id)
    found = db.connection().execute(query).first()
    if found is None or not _is_within(db, found.hotel_id, by):
        raise no_such_key()
    done = db.connection().execute(
        update(ApiKey)
        .where(col(ApiKey.id) == key_id, col(ApiKey.revoked_at).is_(None))
        .values(revoked_at=clock.now())
    )
    if done.rowcount == 0:
        raise no_such_key()
    audit.note(
        db, Deed.REVOKED, by=_there(by, found.hotel_id), subject="api_key", subject_id=key_id
    )


def revoke_made_by(
    db: Session, staff_id: UUID, *, by: Actor, lost: Collection[UUID] | None = None
) -> int:
    """Revoke the open keys that somebody made; returns how many.

    ``lost`` are hotels where that person has no role any more: only keys that open one of them
    end. A key for all hotels opens each.
    """
    mine = select(*cols(ApiKey.id, ApiKey.hotel_id)).where(
        col(ApiKey.created_by) == staff_id, col(ApiKey.revoked_at).is_(None)
    )
    ending = [
        (row.id, row.hotel_id)
        for row in db.connection().execute(mine.order_by(col(ApiKey.id)))
        if lost is None or (bool(lost) and (row.hotel_id is None or row.hotel_id in lost))
    ]
    for key_id, hotel_id in ending:
        db.connection().execute(
            update(ApiKey).where(col(ApiKey.id) == key_id).values(revoked_at=clock.now())
        )
        there = _there(by, hotel_id)
        audit.note(db, Deed.REVOKED, by=there, subject="api_key", subject_id=key_id)
    return len(ending)


@dataclass(frozen=True)
class KeyUsed:
    """A key that opens something, and whether its use should be noted again."""

    actor: Actor
    is_stale: bool


def identify(
    db: Session, secret: str, *, address: str | None = None, request_id: str | None = None
) -> KeyUsed | None:
    """The key's actor, or None when it opens nothing. A typing error costs no statement."""
    body = secret.removeprefix(PREFIX)
    if len(body) < 16 or _checksum(body[:-8]) != body[-8:]:
        return None
    row = (
        db.connection().execute(_open_keys().where(col(ApiKey.token_hash) == _hash(secret))).first()
    )
    if row is None:
        return None
    hotels = [row.hotel_id] if row.hotel_id else _every_hotel(db)
    used = row.last_used_at
    return KeyUsed(
        _actor(row, hotels, address, request_id),
        is_stale=used is None or clock.now() - used > TOUCH_EVERY,
    )


def identify_all(db: Session, key_ids: Collection[UUID]) -> dict[UUID, Actor]:
    """The actors of those of many keys that still open something. At most two statements."""
    if not key_ids:
        return {}
    rows = db.connection().execute(_open_keys().where(col(ApiKey.id).in_(key_ids))).all()
    every = _every_hotel(db) if any(row.hotel_id is None for row in rows) else []
    return {
        row.id: _actor(row, [row.hotel_id] if row.hotel_id else every, None, None) for row in rows
    }


def _open_keys() -> Select[Any]:
    return select(
        *cols(ApiKey.id, ApiKey.name, ApiKey.scopes, ApiKey.hotel_id, ApiKey.last_used_at)
    ).where(
        col(ApiKey.revoked_at).is_(None),
        or_(col(ApiKey.expires_at).is_(None), col(ApiKey.expires_at) > clock.now()),
    )


def _every_hotel(db: Session) -> list[UUID]:
    return list(db.connection().execute(select(col(Hotel.id)).order_by(col(Hotel.code))).scalars())


def _actor(row: Any, hotels: list[UUID], address: str | None, request_id: str | None) -> Actor:
    return make_actor(
        kind=ActorKind.KEY,
        id=row.id,
        name=row.name,
        hotel_id=hotels[0] if hotels else None,
        hotel_ids=hotels,
        holders=row.scopes,
        address=address,
        request_id=request_id,
    )


def touch(db: Session, key_id: UUID) -> None:
    """Note that a key is in use, for the list of keys."""
    db.connection().execute(
        update(ApiKey).where(col(ApiKey.id) == key_id).values(last_used_at=clock.now())
    )


def no_such_key() -> NotFound:
    """The same words for a key of another hotel, one that is revoked, and one that never was."""
    return NotFound("There is no such key, or it is revoked already.", "api_key")


def _there(by: Actor, hotel_id: UUID | None) -> Actor:
    """Who did it, in the hotel whose key it is: its managers read it in their audit, no others."""
    return by if hotel_id is None else replace(by, hotel_id=hotel_id)


def _check_reach(db: Session, hotel_id: UUID | None, by: Actor) -> None:
    if not _is_within(db, hotel_id, by):
        raise Invalid("There is no such hotel within your reach.", "hotel", pointer="/hotel_id")


def _is_within(db: Session, hotel_id: UUID | None, by: Actor) -> bool:
    """A key opens no hotel that its maker has no say in; one for all hotels needs all of them."""
    if by.is_system:
        return True
    wanted = (
        {hotel_id} if hotel_id else set(db.connection().execute(select(col(Hotel.id))).scalars())
    )
    return wanted <= by.hotel_ids


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _checksum(body: str) -> str:
    return f"{zlib.crc32(body.encode()):08x}"


def open_number(db: Session) -> int:
    """How many API keys open something now."""
    return len(db.connection().execute(_open_keys()).all())
