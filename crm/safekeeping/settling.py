"""What a restored database must forget before anybody works with it."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from crm.audit import service as audit
from crm.audit.digests import Keyring
from crm.audit.sealing import newest_seal
from crm.audit.terms import Deed
from crm.audit.verifying import verify
from crm.kit import holding
from crm.kit.errors import RuleBroken
from crm.safekeeping.schemas import Manifest
from crm.staff import keys, sessions
from crm.staff.actor import Actor


@dataclass(frozen=True)
class Settled:
    """The house's new identity; what was held, ended, and stays open."""

    instance_id: UUID
    jobs_held: int
    sessions_ended: int
    keys_open: int
    newest_seal: int


def expect_true_audit(db: Session, secret: str) -> None:
    """`RuleBroken` when the audit is not the one that was sealed."""
    verdict = verify(db, keys=Keyring([secret]))
    if verdict.counts:
        raise RuleBroken(
            "The audit in this backup differs from its seals in %(number)s places. Nothing was "
            "changed. Look into it with keshi audit verify; --accept-audit restores it as it is.",
            "backup_audit",
            number=sum(verdict.counts.values()),
        )


def settle(db: Session, manifest: Manifest, *, by: Actor) -> Settled:
    """Hold every queued job, end every session, note the restore; in the caller's transaction.

    API keys stay as they were when the backup was made, also such as were revoked since: the
    answer counts them, so that a person looks.
    """
    identity = holding.hold(db, holding.RESTORED)
    ended = sessions.end_everybodys(db)
    newest = newest_seal(db)
    audit.note(db, Deed.RESTORED, by=by, subject="backup", fields=[f"{manifest.made_at:%Y-%m-%d}"])
    held = holding.state(db)
    return Settled(
        instance_id=identity,
        jobs_held=held.jobs if held else 0,
        sessions_ended=ended,
        keys_open=keys.open_number(db),
        newest_seal=newest.no if newest else 0,
    )
