"""Signing in and out: server-side sessions, throttling, lock-out; only token hashes are kept."""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.hotels.terms import DepartmentCode
from crm.kit import clock, failpoints
from crm.kit.errors import NotAllowed, RuleBroken
from crm.kit.ids import new_id
from crm.kit.rows import cols, named
from crm.staff import passwords
from crm.staff.actor import Actor, make_actor
from crm.staff.tables import SignInAttempt, Staff, StaffGrant, StaffSession
from crm.staff.terms import LOGIN_MAX, ActorKind, Role, StaffState

IDLE_AT_DESK = timedelta(minutes=15)
IDLE_IN_OFFICE = timedelta(minutes=30)
AT_MOST = timedelta(hours=12)
TOUCH_EVERY = timedelta(minutes=1)
DESK_ROLES = {Role.FRONT_DESK.value, Role.FOOD_BEVERAGE.value}

THROTTLE_SPAN = timedelta(minutes=5)
LOCK_AFTER = 10
LOCKED_FOR = timedelta(minutes=15)


@dataclass(frozen=True)
class SignInLimits:
    """How many sign-ins may fail in five minutes: of one login, from one address, in all.

    The numbers are Warehouse's, the software of the Python package index.
    """

    account: int = 10
    address: int = 10
    overall: int = 1000


@dataclass(frozen=True)
class SignedIn:
    """A fresh session: the token goes into the cookie and is never seen again."""

    token: str
    csrf: str
    staff_id: UUID


@dataclass(frozen=True)
class Identity:
    """Who a token stands for, with what the doors need beside the actor."""

    actor: Actor
    csrf: str
    token_hash: str
    seen_at: datetime
    roles: tuple[Role, ...]
    must_change_password: bool


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def fold_login(login: str) -> str:
    """As logins are compared; what is no text is nobody's, and PostgreSQL keeps no NUL."""
    folded = login.strip().casefold()[:LOGIN_MAX]
    return "".join(char if char.isprintable() else "\ufffd" for char in folded)


def may_try(
    db: Session, login: str, address: str, *, limits: SignInLimits = SignInLimits()
) -> None:
    """`RuleBroken` when this account, this address or everybody failed too often lately.

    Counted in the database, so that it holds for all processes; a try writes there anyway.
    """
    attempt = select(col(SignInAttempt.id)).where(
        col(SignInAttempt.at) > clock.now() - THROTTLE_SPAN,
        col(SignInAttempt.went_well).is_(False),
    )
    for failures, most in (
        (attempt.where(col(SignInAttempt.login) == fold_login(login)), limits.account),
        (attempt.where(col(SignInAttempt.address) == address), limits.address),
        (attempt, limits.overall),
    ):
        # Never counts further than it must, whatever a flood has written.
        found = db.connection().scalar(
            select(func.count()).select_from(failures.limit(most).subquery())
        )
        if (found or 0) >= most:
            raise RuleBroken(
                "Too many failed sign-ins. Wait five minutes and try again.", "sign_in_throttled"
            )


def check_password(db: Session, login: str, password: str, address: str) -> UUID | None:
    """The staff id when login and password fit, else None; the attempt is written either way.

    The answer is the same, and takes as long, for an unknown, disabled or locked account.
    """
    now = clock.now()
    row = (
        db.connection()
        .execute(
            select(
                *cols(
                    Staff.id,
                    Staff.password_hash,
                    Staff.state,
                    Staff.locked_until,
                    Staff.failed_sign_ins,
                )
            ).where(col(Staff.login) == fold_login(login))
        )
        .first()
    )
    fits = passwords.is_right(row.password_hash if row else None, password)
    locked = row is not None and row.locked_until is not None and row.locked_until > now
    well = row is not None and fits and not locked and row.state is StaffState.ACTIVE
    db.connection().execute(
        insert(SignInAttempt).values(
            id=new_id(), login=fold_login(login), address=address, at=now, went_well=well
        )
    )
    if row is None:
        return None
    values: dict[str, Any]
    if well:
        values = {"failed_sign_ins": 0, "locked_until": None}
    else:
        failed = row.failed_sign_ins + 1
        values = {"failed_sign_ins": failed}
        if failed % LOCK_AFTER == 0:
            values["locked_until"] = now + LOCKED_FOR
    db.connection().execute(update(Staff).where(col(Staff.id) == row.id).values(**values))
    identity: UUID = row.id
    return identity if well else None


def sign_in(db: Session, staff_id: UUID, *, address: str | None = None) -> SignedIn:
    """Open a session in the first of the person's hotels; `NotAllowed` without any grant."""
    hotel_id = db.connection().scalar(
        select(col(StaffGrant.hotel_id))
        .where(col(StaffGrant.staff_id) == staff_id)
        .order_by(col(StaffGrant.hotel_id))
        .limit(1)
    )
    if hotel_id is None:
        raise NotAllowed("This account has no role in any hotel yet. Ask IT.", "no_grant")
    now = clock.now()
    fresh = SignedIn(secrets.token_urlsafe(32), secrets.token_urlsafe(24), staff_id)
    db.connection().execute(
        insert(StaffSession).values(
            token_hash=token_hash(fresh.token),
            staff_id=staff_id,
            hotel_id=hotel_id,
            csrf=fresh.csrf,
            created_at=now,
            seen_at=now,
        )
    )
    db.connection().execute(
        update(Staff).where(col(Staff.id) == staff_id).values(last_sign_in_at=now)
    )
    actor = make_actor(
        kind=ActorKind.STAFF,
        id=staff_id,
        name="",
        hotel_id=hotel_id,
        hotel_ids=[hotel_id],
        holders=[],
        address=address,
    )
    failpoints.reach("sign_in.opened")
    audit.note(db, Deed.SIGNED_IN, by=actor, subject="staff", subject_id=staff_id)
    return fresh


def identify(
    db: Session, token: str, *, address: str | None = None, request_id: str | None = None
) -> Identity | None:
    """Who is signed in by this token, or None when the session is over. One statement."""
    found = _identities(db, col(StaffSession.token_hash) == token_hash(token), address, request_id)
    return found[0] if found else None


def identify_all(db: Session, hashes: Collection[str]) -> dict[str, Identity]:
    """Those of many sessions that are not over, by the hash of their token. One statement."""
    if not hashes:
        return {}
    found = _identities(db, col(StaffSession.token_hash).in_(hashes), None, None)
    return {identity.token_hash: identity for identity in found}


def _identities(
    db: Session, which: ColumnElement[bool], address: str | None, request_id: str | None
) -> list[Identity]:
    rows = (
        db.connection()
        .execute(
            select(
                *cols(
                    StaffSession.token_hash,
                    StaffSession.staff_id,
                    StaffSession.hotel_id,
                    StaffSession.csrf,
                    StaffSession.created_at,
                    StaffSession.seen_at,
                    Staff.name,
                    Staff.language,
                    Staff.must_change_password,
                    named(StaffGrant.hotel_id, "grant_hotel_id"),
                    StaffGrant.role,
                    StaffGrant.department,
                )
            )
            .join(Staff, col(Staff.id) == col(StaffSession.staff_id))
            .join(StaffGrant, col(StaffGrant.staff_id) == col(Staff.id))
            .where(
                which,
                col(StaffSession.ended_at).is_(None),
                col(Staff.state) == StaffState.ACTIVE,
            )
        )
        .all()
    )
    by_session: dict[str, list[Any]] = {}
    for row in rows:
        by_session.setdefault(row.token_hash, []).append(row)
    found = (_identity(of_one, address, request_id) for of_one in by_session.values())
    return [identity for identity in found if identity is not None]


def _identity(rows: Sequence[Any], address: str | None, request_id: str | None) -> Identity | None:
    """One session with the grants of its account; None when it has idled out or stands nowhere."""
    first = rows[0]
    here = [row for row in rows if row.grant_hotel_id == first.hotel_id]
    roles = tuple(sorted({row.role for row in here}))
    idle = IDLE_AT_DESK if DESK_ROLES & set(roles) else IDLE_IN_OFFICE
    now = clock.now()
    if not here or now > first.seen_at + idle or now > first.created_at + AT_MOST:
        return None
    department: DepartmentCode | None = next(
        (row.department for row in here if row.department), None
    )
    actor = make_actor(
        kind=ActorKind.STAFF,
        id=first.staff_id,
        name=first.name,
        hotel_id=first.hotel_id,
        hotel_ids={row.grant_hotel_id for row in rows if row.role in roles},
        holders=[role.value for role in roles],
        language=first.language,
        department=department,
        address=address,
        request_id=request_id,
    )
    return Identity(
        actor, first.csrf, first.token_hash, first.seen_at, roles, first.must_change_password
    )


def touch(db: Session, hashed: str) -> None:
    """Keep a session from idling out."""
    db.connection().execute(
        update(StaffSession)
        .where(col(StaffSession.token_hash) == hashed)
        .values(seen_at=clock.now())
    )


def switch_hotel(db: Session, hashed: str, hotel_id: UUID, *, by: Actor) -> None:
    if hotel_id not in by.hotel_ids:
        raise NotAllowed("You have no role in that hotel.", "hotel")
    db.connection().execute(
        update(StaffSession).where(col(StaffSession.token_hash) == hashed).values(hotel_id=hotel_id)
    )


def sign_out(db: Session, hashed: str, *, by: Actor) -> None:
    db.connection().execute(
        update(StaffSession)
        .where(col(StaffSession.token_hash) == hashed)
        .values(ended_at=clock.now())
    )
    audit.note(db, Deed.SIGNED_OUT, by=by, subject="staff", subject_id=by.id)


def end_all(db: Session, staff_id: UUID, *, but: str | None = None) -> None:
    """End every session of a person, ``but`` the one of this hash, in the caller's transaction."""
    ending = (
        update(StaffSession)
        .where(col(StaffSession.staff_id) == staff_id, col(StaffSession.ended_at).is_(None))
        .values(ended_at=clock.now())
    )
    if but is not None:
        ending = ending.where(col(StaffSession.token_hash) != but)
    db.connection().execute(ending)


def end_everybodys(db: Session) -> int:
    """End every open session, after a restore; returns how many there were."""
    ended = db.connection().execute(
        update(StaffSession)
        .where(col(StaffSession.ended_at).is_(None))
        .values(ended_at=clock.now())
    )
    return ended.rowcount
