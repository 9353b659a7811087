"""Every night: how many room nights were slept, month by month."""

from crm.causes import service
from crm.kit.db import Database
from crm.kit.jobs import long_job

COUNT_NIGHTS = "causes.count_nights"


@long_job(COUNT_NIGHTS)
def count_nights(database: Database, _: dict[str, object]) -> None:
    service.count_nights(database)
