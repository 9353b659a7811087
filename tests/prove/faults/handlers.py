"""Jobs of the proofs: what services without a door do, told to a worker by their own keys."""

from typing import Any
from uuid import UUID

from sqlmodel import Session

from crm.causes import service as causes
from crm.complaints import service as complaints
from crm.complaints.schemas import ComplaintOpen
from crm.complaints.terms import CaseSource, Severity
from crm.kit import external_refs, jobs
from crm.kit.db import Database, insert_once
from crm.kit.errors import RuleBroken
from crm.kit.ids import new_id
from crm.kit.tables import ExternalRef
from crm.loyalty import ledger
from crm.recovery import service as recovery
from crm.recovery.schemas import RecoveryAsk
from crm.staff.actor import staff_of, system
from crm.staff.terms import Role

POINTS, COMPLAINT, LONG, REFUSED = "proof.points", "proof.complaint", "proof.long", "proof.refused"
RECOVERY_ASKED, RECOVERY_GIVEN = "proof.recovery_asked", "proof.recovery_given"
NIGHTS = "proof.nights"
MARK = "proof.mark"


@jobs.job(POINTS)
def post_points(db: Session, payload: dict[str, Any]) -> None:
    source = ledger.Source("proof", payload["token"])
    ledger.earn(db, UUID(payload["membership_id"]), 7, source=source, by=system("proof"))


@jobs.job(COMPLAINT)
def open_complaint(db: Session, payload: dict[str, Any]) -> None:
    opening = ComplaintOpen(
        source=CaseSource.IN_HOUSE, category="noise", severity=Severity.MINOR,
        headline=payload["token"],
    )  # fmt: skip
    complaints.open_complaint(db, UUID(payload["hotel_id"]), opening, by=system("proof"))


@jobs.job(RECOVERY_ASKED)
def ask_for_recovery(db: Session, payload: dict[str, Any]) -> None:
    """Far above what a duty manager gives alone."""
    asked = {"offer": "WAIVE", "amount_minor": 10_000_000}
    _recover(db, payload, Role.DUTY_MANAGER, asked)


@jobs.job(RECOVERY_GIVEN)
def give_recovery(db: Session, payload: dict[str, Any]) -> None:
    """Points, so that two ledgers have to agree; who gives them has no limit."""
    _recover(db, payload, Role.GENERAL_MANAGER, {"offer": "POINTS1"})


def _recover(db: Session, payload: dict[str, Any], role: Role, asked: dict[str, Any]) -> None:
    hotel_id, token = UUID(payload["hotel_id"]), payload["token"]
    by = staff_of(
        [role], staff_id=UUID(payload["manager_id"]), name="Proof", hotel_id=hotel_id
    )  # fmt: skip
    opening = ComplaintOpen(
        source=CaseSource.IN_HOUSE, category="noise", severity=Severity.MINOR,
        headline=token, guest_id=UUID(payload["member_guest_id"]),
    )  # fmt: skip
    made = complaints.open_complaint(db, hotel_id, opening, by=by)
    recovery.offer(db, made.id, RecoveryAsk(**asked, words=token), by=by)


@jobs.long_job(NIGHTS)
def count_nights(database: Database, _: dict[str, Any]) -> None:
    causes.count_nights(database)


@jobs.long_job(LONG)
def long_work(database: Database, payload: dict[str, Any]) -> None:
    """Its own transaction, which bears to be done twice."""
    with database.writing() as db:
        insert_once(
            db, ExternalRef, "system", "kind", "external_id",
            system="proof", kind="long", external_id=payload["token"], our_id=new_id(),
        )  # fmt: skip


@jobs.job(REFUSED)
def refused(_: Session, __: dict[str, Any]) -> None:
    raise RuleBroken("The proof refuses this.", "proof")


@jobs.job(MARK)
def mark(db: Session, payload: dict[str, Any]) -> None:
    """Fails on its unique key when it is done twice."""
    external_refs.link(db, "proof", "mark", str(payload["no"]), new_id())
