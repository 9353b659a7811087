"""REST: API keys of other systems; the secret is shown once."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from crm.kit import clock
from crm.kit.paging import PageOf
from crm.kit.schema import Out
from crm.staff import keys, queries
from crm.staff.schemas import KeyCreate, KeyRow
from web.answers import as_json, created_once, need_match
from web.deps import Db, Me
from web.hard_json import HardRoute

router = APIRouter(prefix="/keys", tags=["keys"], route_class=HardRoute)
HERE = "/api/v1/keys"
VERSION = 1
"""A key never changes: it is made and revoked."""


class KeyAsked(KeyCreate):
    """A key that ends by itself after some days, or that holds until it is revoked."""

    valid_days: Annotated[int | None, Field(ge=1, le=3650)] = None


class KeyMade(Out):
    """``secret`` is shown this once; it is null when you ask again with the same key."""

    id: UUID
    secret: str | None
    expires_at: datetime | None


@router.get("")
def list_keys(db: Db, me: Me) -> PageOf[KeyRow]:
    """Keys of the hotels within your reach, newest first; never a secret."""
    return as_json(PageOf[KeyRow](items=queries.key_list(db, by=me)))  # type: ignore[return-value]


@router.post("", status_code=201)
def create_key(request: Request, db: Db, me: Me, asked: KeyAsked) -> KeyMade:
    def produce() -> tuple[BaseModel, str]:
        ends = clock.now() + timedelta(days=asked.valid_days) if asked.valid_days else None
        fresh = keys.create_key(
            db,
            name=asked.name,
            scopes=asked.scopes,
            hotel_id=asked.hotel_id,
            by=me,
            expires_at=ends,
        )
        return KeyMade(id=fresh.id, secret=fresh.secret, expires_at=ends), f"{HERE}/{fresh.id}"

    return created_once(  # type: ignore[return-value]
        request, db, me, produce, asked=asked, shown_once=frozenset({"secret"})
    )


@router.delete("/{key_id}", status_code=204)
def revoke_key(request: Request, db: Db, me: Me, key_id: UUID) -> None:
    """From now on the key opens nothing."""
    need_match(request, VERSION)
    keys.revoke_key(db, key_id, by=me)
