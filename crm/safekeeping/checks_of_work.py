"""Whether the house works: jobs, backups, who may sign in, whether the audit is true."""

from datetime import timedelta

from sqlalchemy import func, or_, select
from sqlmodel import col

from crm.audit import witness
from crm.audit.digests import Keyring
from crm.audit.verifying import verify
from crm.kit import clock, holding, jobs
from crm.kit.tables import HouseRow, LeaseRow
from crm.safekeeping import queries
from crm.safekeeping.house import DAY, House, fine, notice, serious
from crm.safekeeping.schemas import Finding
from crm.staff.tables import Staff
from crm.staff.terms import StaffState

LATE_S = 300
WORKER_AWAY = timedelta(minutes=3)
BACKUP_AGE = timedelta(hours=26)
DRILL_AGE = 8 * DAY
DORMANT = 45 * DAY
AUDIT_SINCE = timedelta(hours=1)
DEFAULT_LOGINS = ("admin", "administrator", "root", "demo", "test")


def jobs_given_up(house: House) -> Finding:
    number = jobs.buried(house.db)
    return serious("jobs_given_up", number=number) if number else fine("jobs")


def jobs_late(house: House) -> Finding:
    late = round(jobs.queue(house.db).oldest_s)
    return serious("jobs_late", minutes=late // 60) if late > LATE_S else fine("jobs_in_time")


def worker(house: House) -> Finding:
    """The lease of the clock is renewed every half minute by the worker that holds it."""
    until = house.db.connection().scalar(
        select(col(LeaseRow.until)).where(col(LeaseRow.name) == "tick")
    )
    if until is None:
        return notice("worker_never")
    away = clock.now() - until
    if away > WORKER_AWAY:
        return serious("worker_away", minutes=round(away.total_seconds() / 60))
    return fine("worker")


def jobs_held(house: House) -> Finding:
    held = holding.state(house.db)
    if held is None:
        return fine("jobs_free")
    code = "jobs_held_elsewhere" if held.why == holding.ELSEWHERE else "jobs_held"
    return serious(code, number=held.jobs, since=f"{held.since:%Y-%m-%d %H:%M}")


def backup_recent(house: House) -> Finding:
    """A day's work is the most that may be lost."""
    newest = queries.last_finished(house.db)
    now = clock.now()
    if newest is not None and now - newest.started_at <= BACKUP_AGE:
        return fine("backup_recent")
    if house.settings.demo:
        return fine("backup_demo")
    if newest is not None:
        return serious("backup_old", hours=round((now - newest.started_at).total_seconds() / 3600))
    began = house.db.connection().scalar(select(col(HouseRow.began_at)))
    is_new = began is None or now - began < BACKUP_AGE
    return notice("backup_none_yet") if is_new else serious("backup_none")


def backup_proven(house: House) -> Finding:
    """The newest run went well, and a drill did within the week."""
    newest = next(iter(queries.last_runs(house.db, limit=1)), None)
    if newest is None:
        return fine("backup_untried")
    if newest.error_code:
        return serious("backup_failed", error=newest.error_code)
    if newest.finished_at is None and clock.now() - newest.started_at > DAY:
        return serious("backup_broken_off")
    proven = queries.last_finished(house.db, verified=True)
    if proven and clock.now() - proven.started_at <= DRILL_AGE:
        return fine("backup_proven")
    return serious("backup_unproven")


def accounts_dormant(house: House) -> Finding:
    """Active accounts that nobody has used for 45 days."""
    since = clock.now() - DORMANT
    last = func.coalesce(col(Staff.last_sign_in_at), col(Staff.created_at))
    number = house.db.connection().scalar(
        select(func.count())
        .select_from(Staff)
        .where(col(Staff.state) == StaffState.ACTIVE, last < since)
    )
    return notice("accounts_dormant", number=number) if number else fine("accounts")


def accounts_default(house: House) -> Finding:
    """Logins that everybody tries first."""
    if house.settings.demo:
        return fine("accounts_own")
    logins = house.db.connection().execute(
        select(col(Staff.login)).where(
            col(Staff.state) == StaffState.ACTIVE,
            or_(*(col(Staff.login) == login for login in DEFAULT_LOGINS)),
        )
    )
    found = sorted(logins.scalars())
    return serious("accounts_default", names=", ".join(found)) if found else fine("accounts_own")


def audit_true(house: House) -> Finding:
    """The seals of the last day (or hour), and the one told last outside the database."""
    told = witness.newest(house.settings.data_dir)
    verdict = verify(
        house.db,
        keys=Keyring([house.settings.secret()]),
        witnessed=[told] if told else [],
        since=clock.now() - (DAY if house.thorough else AUDIT_SINCE),
    )
    if verdict.counts:
        return serious("audit_differs", number=sum(verdict.counts.values()))
    return notice("audit_unsealed") if verdict.waits_too_long else fine("audit")
