"""Does the jobs, one after another, and lets the clock put its own; the clock never works itself.

APScheduler only ticks (two processes sharing its job store ran 15 of 22 ticks twice): a tick
puts a job row with a key, so the same tick in two workers is one job.
"""

import importlib
import logging
import os
import pkgutil
import socket
import threading
from datetime import timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from sqlmodel import Session

from campaigns.holds import hearing as holds_hearing
from crm.audit import jobs as audit_jobs
from crm.briefing import jobs as briefing_jobs
from crm.causes import jobs as causes_jobs
from crm.complaints import jobs as complaints_jobs
from crm.documents import jobs as documents_jobs
from crm.feedback import jobs as feedback_jobs
from crm.guests import jobs as guests_jobs
from crm.intake import jobs as intake_jobs
from crm.intake import messages_jobs
from crm.kit import clock, failpoints, housekeeping_jobs, jobs, leases
from crm.kit.db import Database
from crm.notes import jobs as notes_jobs
from crm.preferences import jobs as preferences_jobs
from crm.preparing.hearing import PREPARE_AHEAD
from crm.profile import alerting_jobs, watching_jobs
from crm.safekeeping import jobs as safekeeping_jobs
from crm.sensing import jobs as sensing_jobs
from crm.standing import hearing as standing_hearing
from segmentation.triage import jobs as triage_jobs

log = logging.getLogger("keshi.worker")

PAUSE_S = 0.3
AFTER_TROUBLE_S = 1.0
TICK_S = 30
TICK_LEASE_S = 90
PACKAGES = ("crm", "segmentation", "campaigns", "web.papers")


class Worker:
    """A loop in a thread: claim, do, repeat; plus the tick, held by one worker at a time."""

    def __init__(self, database: Database, *, name: str | None = None) -> None:
        self.name = name or f"{socket.gethostname()[:40]}:{os.getpid()}"
        self._database = database
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._scheduler = BackgroundScheduler(timezone="UTC")

    def start(self) -> None:
        """Begin working in the background."""
        self._thread = threading.Thread(target=self.run, name="keshi-worker", daemon=True)
        self._thread.start()

    def stop_soon(self) -> None:
        """Finish the job at hand, then let `run` return."""
        self._stop.set()

    def stop(self) -> None:
        """Finish the job at hand and stop."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=30)

    def run(self) -> None:
        """Work until stopped."""
        import_jobs()
        self._scheduler.add_job(self.tick, "interval", seconds=TICK_S, next_run_time=clock.now())
        self._scheduler.start()
        try:
            while not self._stop.is_set():
                if not self._one():
                    self._stop.wait(PAUSE_S)
        finally:
            self._scheduler.shutdown()  # a tick under way is finished

    def tick(self) -> None:
        """Put the jobs that are due by the clock, if this worker holds the tick."""
        try:
            with self._database.writing() as db:
                if leases.take(db, "tick", self.name, seconds=TICK_LEASE_S):
                    put_due(db)
        except Exception:
            log.exception("the tick failed, the next one tries again")

    def _one(self) -> bool:
        try:
            claimed = jobs.claim(self._database, self.name)
            if claimed is not None:
                jobs.run(self._database, claimed)
        except Exception:
            # also when a job failed and even that could not be noted: its lease runs out
            log.exception("the database did not answer, trying again")
            self._stop.wait(AFTER_TROUBLE_S)
            return False
        return claimed is not None


def import_jobs() -> None:
    """Import every module whose name says that it holds jobs, so that handlers are registered."""
    for name in PACKAGES:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            if module.name.rsplit(".", 1)[-1].endswith("jobs") and module.name != jobs.__name__:
                importlib.import_module(module.name)


def put_due(db: Session) -> None:
    """What the clock asks for: hourly and nightly work, keyed by the hour or the day."""
    now = clock.now()
    for name, every in sorted(CLOCKED.items()):
        period = int(now.timestamp() // every.total_seconds())
        jobs.enqueue(db, name, {}, key=f"{name}:{period}")
        failpoints.reach("tick.put")
    safekeeping_jobs.put_when_due(db)
    briefing_jobs.put_when_due(db)


CLOCKED: dict[str, timedelta] = {
    audit_jobs.SEAL: timedelta(seconds=TICK_S),
    audit_jobs.SEAL_LATE: timedelta(days=1),
    audit_jobs.WATCH_VOLUME: timedelta(seconds=TICK_S),
    audit_jobs.FORGET_VIEWING: timedelta(days=1),
    watching_jobs.WATCH: timedelta(hours=1),
    briefing_jobs.FORGET: timedelta(hours=1),
    causes_jobs.COUNT_NIGHTS: timedelta(days=1),
    complaints_jobs.WATCH: timedelta(minutes=1),
    feedback_jobs.ASK_WHO_LEFT: timedelta(hours=1),
    documents_jobs.REMOVE_OVERDUE: timedelta(days=1),
    guests_jobs.END_MARKS: timedelta(hours=6),
    holds_hearing.RELEASE_DUE: timedelta(hours=1),
    holds_hearing.SET_RIGHT: timedelta(days=1),
    notes_jobs.ESCALATE: timedelta(minutes=5),
    alerting_jobs.COUNT_SHOWINGS: timedelta(hours=1),
    guests_jobs.REMOVE_PAPERS: timedelta(days=1),
    guests_jobs.ORDER_BY_SEEN: timedelta(days=1),
    housekeeping_jobs.FORGET: timedelta(hours=1),
    housekeeping_jobs.STATISTICS: timedelta(days=1),
    intake_jobs.FORGET_FILES: timedelta(days=1),
    messages_jobs.FORGET_BODIES: timedelta(days=1),
    preferences_jobs.EXPIRE: timedelta(days=1),
    sensing_jobs.SENSE_ALL: timedelta(days=1),
    standing_hearing.RECOMPUTE_ALL: timedelta(days=1),
    triage_jobs.LEARN: timedelta(days=7),
    PREPARE_AHEAD: timedelta(hours=1),
}
"""Jobs that the clock puts, and how often; a slice's own are added where the slice has them."""
