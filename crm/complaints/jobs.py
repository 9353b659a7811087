"""Every minute: whose clock runs out, and whose guest leaves sooner than the clocks knew."""

from typing import Any

from crm.complaints import attached, watching
from crm.kit import jobs
from crm.kit.db import Database

WATCH = "complaints.watch"
KEPT = attached.is_attached
"""Known wherever jobs run: the job that drops files asks it."""


@jobs.long_job(WATCH)
def watch(database: Database, _: dict[str, Any]) -> None:
    watching.watch(database)
