"""Colleagues join, get and lose roles, leave."""

import secrets
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.kit import clock
from crm.kit.errors import Conflict, Invalid, NotFound, RuleBroken
from crm.kit.ids import new_id
from crm.staff import keys, passwords, sessions
from crm.staff.actor import Actor
from crm.staff.schemas import GrantGiven, StaffJoin
from crm.staff.tables import Staff, StaffGrant
from crm.staff.terms import StaffState


@dataclass(frozen=True)
class Joined:
    """``first_password`` is set when one was made: to be shown once, changed at first sign-in."""

    id: UUID
    first_password: str | None


def join(db: Session, joining: StaffJoin, *, by: Actor) -> Joined:
    """Make an account with its grants; `Invalid` for hotels out of this actor's reach."""
    _check_reach(joining.grants, by)
    if db.exec(select(Staff).where(Staff.login == joining.login)).first() is not None:
        raise Conflict(
            "The login %(taken)s is taken.", "login", taken=joining.login, pointer="/login"
        )
    first = None if joining.password else secrets.token_urlsafe(12)
    staff = Staff(
        id=new_id(),
        login=joining.login,
        name=joining.name,
        language=joining.language,
        password_hash=passwords.hash_password(joining.password or first or "", login=joining.login),
        must_change_password=first is not None,
        created_at=clock.now(),
    )
    db.add(staff)
    db.flush()
    _give(db, staff.id, joining.grants)
    audit.note(db, Deed.CREATED, by=by, subject="staff", subject_id=staff.id)
    return Joined(staff.id, first)


def set_grants(db: Session, staff_id: UUID, grants: list[GrantGiven], *, by: Actor) -> None:
    """Replace the roles in the hotels within reach; open sessions end, so that it holds at once.

    Roles in hotels that this actor has no say in stay as they are. Who has no role left in a
    hotel leaves no API key behind there either.
    """
    _check_reach(grants, by)
    staff = _staff(db, staff_id, by)
    if by.staff_id == staff_id:
        raise RuleBroken("You cannot change your own roles. Ask a colleague.", "own_roles")
    before = set()
    for grant in db.exec(select(StaffGrant).where(StaffGrant.staff_id == staff_id)).all():
        before.add(grant.hotel_id)
        if by.is_system or grant.hotel_id in by.hotel_ids:
            db.delete(grant)
    db.flush()
    _give(db, staff_id, grants)
    staff.version += 1
    db.add(staff)
    db.flush()
    sessions.end_all(db, staff_id)
    left = {
        grant.hotel_id
        for grant in db.exec(select(StaffGrant).where(StaffGrant.staff_id == staff_id))
    }
    keys.revoke_made_by(db, staff_id, by=by, lost=before - left)
    audit.note(
        db,
        Deed.GRANTED,
        by=by,
        subject="staff",
        subject_id=staff_id,
        fields=sorted({grant.role.value for grant in grants}),
    )


def disable(db: Session, staff_id: UUID, *, by: Actor) -> None:
    """A leaver: the account, every session and every API key it made end in this transaction."""
    staff = _staff(db, staff_id, by)
    if by.staff_id == staff_id:
        raise RuleBroken("You cannot disable your own account.", "own_account")
    staff.state = StaffState.DISABLED
    staff.version += 1
    db.add(staff)
    db.flush()
    sessions.end_all(db, staff_id)
    keys.revoke_made_by(db, staff_id, by=by)
    audit.note(db, Deed.REVOKED, by=by, subject="staff", subject_id=staff_id)


def enable(db: Session, staff_id: UUID, *, by: Actor) -> None:
    staff = _staff(db, staff_id, by)
    staff.state = StaffState.ACTIVE
    staff.locked_until, staff.failed_sign_ins = None, 0
    staff.version += 1
    db.add(staff)
    db.flush()
    audit.note(db, Deed.GRANTED, by=by, subject="staff", subject_id=staff_id)


def change_password(
    db: Session, old: str, new: str, *, by: Actor, session: str | None = None
) -> None:
    """One's own password; all sessions of the account end but the ``session`` of this hash."""
    staff = _staff(db, by.staff_id, by) if by.staff_id else None
    if staff is None or not passwords.is_right(staff.password_hash, old):
        raise RuleBroken("The present password is not right.", "password", pointer="/old")
    staff.password_hash = passwords.hash_password(new, login=staff.login)
    staff.must_change_password = False
    staff.version += 1
    db.add(staff)
    db.flush()
    sessions.end_all(db, staff.id, but=session)
    audit.note(db, Deed.CHANGED, by=by, subject="staff", subject_id=staff.id, fields=["password"])


def reset_password(db: Session, staff_id: UUID, *, by: Actor) -> str:
    """A fresh first password, to be shown once; sessions end and the lock opens."""
    staff = _staff(db, staff_id, by)
    first = secrets.token_urlsafe(12)
    staff.password_hash = passwords.hash_password(first, login=staff.login)
    staff.must_change_password = True
    staff.locked_until, staff.failed_sign_ins = None, 0
    staff.version += 1
    db.add(staff)
    db.flush()
    sessions.end_all(db, staff_id)
    audit.note(db, Deed.CHANGED, by=by, subject="staff", subject_id=staff_id, fields=["password"])
    return first


def set_language(db: Session, language: str, *, by: Actor) -> None:
    if by.staff_id is not None:
        staff = _staff(db, by.staff_id, by)
        staff.language = language
        db.add(staff)
        db.flush()


def _give(db: Session, staff_id: UUID, grants: list[GrantGiven]) -> None:
    for grant in {(g.hotel_id, g.role): g for g in grants}.values():
        db.add(
            StaffGrant(
                staff_id=staff_id,
                hotel_id=grant.hotel_id,
                role=grant.role,
                department=grant.department,
            )
        )
    db.flush()


def _check_reach(grants: list[GrantGiven], by: Actor) -> None:
    """Nobody gives roles in a hotel where they have none themselves."""
    if not by.is_system and any(grant.hotel_id not in by.hotel_ids for grant in grants):
        raise Invalid("There is no such hotel within your reach.", "hotel", pointer="/grants")


def _staff(db: Session, staff_id: UUID, by: Actor) -> Staff:
    """The account; `NotFound` when it has no role in a hotel within reach and is not one's own."""
    staff = db.exec(select(Staff).where(col(Staff.id) == staff_id)).first()
    if staff is None or not (by.is_system or by.staff_id == staff_id or _is_near(db, staff_id, by)):
        raise NotFound("There is no such account.", "staff")
    return staff


def _is_near(db: Session, staff_id: UUID, by: Actor) -> bool:
    near = select(StaffGrant).where(
        col(StaffGrant.staff_id) == staff_id, col(StaffGrant.hotel_id).in_(by.hotel_ids)
    )
    return db.exec(near).first() is not None
