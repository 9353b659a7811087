"""Every week: what the closed cases teach, hotel by hotel."""

from typing import Any

from crm.kit.db import Database
from crm.kit.jobs import long_job
from segmentation.triage import service

LEARN = "triage.learn"


@long_job(LEARN)
def learn(database: Database, _: dict[str, Any]) -> None:
    service.learn_all(database)
