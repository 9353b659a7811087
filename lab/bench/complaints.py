"""What is done with complaints through HTTP: the board, a case, a new one, and the reports.

Asked of a house that holds ten years of cases, signed in as the duty manager of one of its hotels
and, for what anyone may take down, as its front desk; one after another.
"""

import asyncio
import random
import uuid
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select, update
from sqlmodel import col

from crm.causes.service import count_nights
from crm.complaints.tables import Complaint
from crm.complaints.terms import CaseStatus
from crm.kit import clock
from crm.kit.db import Database
from crm.stays.tables import Stay
from crm.stays.terms import StayStatus
from lab.bench import process
from lab.bench.asking import Sample, sample_of
from lab.bench.client import Answer, Asker
from lab.bench.house.plan import Size
from lab.bench.lines import Line
from lab.bench.measuring import Effort, Told
from lab.bench.walk import Walk

BOARD_CPU_MS, CASE_CPU_MS, OPEN_MS, REPORT_MS = 15.0, 10.0, 30.0, 500.0
REPORTS = 20
TOLD = (
    ("noise", "moderate", "Air conditioner hums at night"),
    ("cleanliness", "minor", "Hair in the bathroom"),
    ("service", "serious", "等了四十分钟还没有人来"),
    ("food", "minor", "The soup was cold"),
)


def measure(
    url: str, size: Size, folder: Path, effort: Effort, told: Told = lambda _: None
) -> list[Line]:
    """All lines of the table; starts and stops the server itself.

    The room nights of the reports are counted before, as they are every night.
    """
    database = Database(url)
    try:
        told("room nights")
        count_nights(database)
        sample = sample_of(database, size)
        with process.keshi(url, folder, effort.workers) as product:
            return asyncio.run(_Desk(database, product, sample, effort, told).all())
    finally:
        database.dispose()


class _Desk(Walk):
    """One run on one running server."""

    def __init__(
        self, database: Database, product: process.Process, sample: Sample, effort: Effort,
        told: Told,
    ) -> None:  # fmt: skip
        super().__init__(product, effort, told)
        self.rng = random.Random("complaints")
        self.database = database
        self.made: list[UUID] = []
        with database.reading() as db:
            connection = db.connection()
            here = col(Complaint.hotel_id) == sample.hotel_id
            is_open = col(Complaint.status) != CaseStatus.CLOSED
            keys = select(col(Complaint.id)).where(here)
            self.open = list(connection.scalars(keys.where(is_open)))
            self.closed = list(
                connection.scalars(
                    keys.where(~is_open).order_by(col(Complaint.opened_at).desc()).limit(1_000)
                )
            )
            self.cases = connection.scalar(select(func.count()).where(here)) or 0
            self.in_house = [
                (row[0], row[1])
                for row in connection.execute(
                    select(col(Stay.guest_id), col(Stay.id)).where(
                        col(Stay.hotel_id) == sample.hotel_id,
                        col(Stay.status) == StayStatus.IN_HOUSE,
                    )
                )
            ]

    async def all(self) -> list[Line]:
        lines = []
        async with Asker(self.product.port) as manager:
            await self.enter(manager, "duty1")
            lines += await self._read(manager)
            lines += await self._reports(manager)
        async with Asker(self.product.port) as desk:
            await self.enter(desk, "desk1")
            lines.append(await self._open(desk))
        self._file_away()
        return lines

    def _file_away(self) -> None:
        """The next run on the same house finds as many open cases as this one did."""
        long_ago = clock.now() - timedelta(days=60)
        with self.database.writing() as db:
            db.connection().execute(
                update(Complaint)
                .where(col(Complaint.id).in_(self.made))
                .values(status=CaseStatus.CLOSED, closed_at=long_ago)
            )

    async def _read(self, manager: Asker) -> list[Line]:
        board = await self.timed(
            "complaints: the board", partial(manager.get, "/complaints"), self.effort.calls,
            most_cpu_ms=BOARD_CPU_MS,
        )  # fmt: skip
        found = [replace(board, note=f"{len(self.open):,} open, {self.cases:,} in the hotel")]
        for name, keys in (("an open case", self.open), ("a closed case", self.closed)):
            ask = partial(self._case, manager, keys)
            found.append(
                await self.timed(
                    f"complaints: {name}", ask, self.effort.calls, most_cpu_ms=CASE_CPU_MS
                )
            )
        return found

    async def _case(self, manager: Asker, keys: list[UUID], request_id: str) -> Answer:
        return await manager.get(f"/complaints/{self.rng.choice(keys)}", request_id)

    async def _reports(self, manager: Asker) -> list[Line]:
        reports = (
            ("Pareto of a year by cause", "/causes?by=cause", REPORT_MS),
            ("Pareto of a year by shift", "/causes?by=shift", REPORT_MS),
            ("u-chart of a year", "/causes/ratio", REPORT_MS),
            ("who came back", "/causes/returning", None),
        )
        calls = min(REPORTS, self.effort.calls)
        return [
            await self.timed(
                f"complaints: {name}", partial(manager.get, path), calls, most_ms=most_ms
            )
            for name, path, most_ms in reports
        ]

    async def _open(self, desk: Asker) -> Line:
        async def ask(request_id: str) -> Answer:
            guest_id, stay_id = self.rng.choice(self.in_house)
            category, severity, headline = self.rng.choice(TOLD)
            self.made.append(uuid.uuid4())
            case = {
                "id": str(self.made[-1]), "source": "in_house", "guest_id": str(guest_id),
                "stay_id": str(stay_id), "category": category, "severity": severity,
                "headline": headline, "words": headline,
            }  # fmt: skip
            return await desk.post_json("/api/v1/complaints", request_id, case)

        return await self.timed(
            "complaints: a new case", ask, self.effort.calls, most_ms=OPEN_MS
        )  # fmt: skip
