"""The report of a year, Pareto and u-chart, over ten years of cases in one single hotel.

Harder than a group's: all cases are of the one hotel that is asked about, fifty thousand in the
year of the report. Room nights are counted ahead every night, so they are planted as counted.
"""

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlmodel import Session

from crm.causes import queries, rules
from crm.causes.schemas import Asked
from crm.causes.tables import RoomNightMonth
from crm.causes.terms import BARS_MAX, By
from crm.complaints.tables import Complaint
from crm.complaints.terms import CaseKind, CaseSource, CaseStatus, Severity
from crm.guests.tables import Guest
from crm.hotels.schemas import HotelOpen
from crm.hotels.service import open_hotel
from crm.hotels.tables import Hotel
from crm.hotels.terms import DepartmentCode
from crm.kit import clock, migrating
from crm.kit.db import Database, chunks
from crm.kit.ids import new_id
from crm.staff import actor
from crm.staff.actor import Actor
from crm.staff.terms import Role
from lab.bench.house.seed import NotOurs
from lab.bench.house.stores import gather_statistics
from lab.bench.lines import Line, middle, worst

CASES, YEARS, MS = 500_000, 10, 500.0
REPORTS = 11
BATCH = 5_000
NIGHTS = 9_000
CATEGORIES = ("noise", "climate", "cleanliness", "room", "food", "service", "billing", "other")
DEPARTMENTS = tuple(DepartmentCode)[:6]


def measure(
    url: str | None, folder: Path, told: Callable[[str], None], *, cases: int = CASES
) -> list[Line]:
    """Plant, and ask for the reports. A house of one's own is removed at the end."""
    file = folder / "year_report.db"
    database = Database(url or f"sqlite:///{file}")
    now = clock.now().replace(microsecond=0)
    try:
        told(f"{cases:,} cases of ten years")
        with clock.frozen(now):
            by = _plant(database, now, cases)
            return [_report(database, by, now.date(), count) for count in (By.CAUSE, By.SHIFT)]
    finally:
        database.dispose()
        if url is None:
            for end in ("", "-wal", "-shm"):
                file.with_name(file.name + end).unlink(missing_ok=True)


def _report(database: Database, by: Actor, today: date, count: By) -> Line:
    asked = Asked(first=today - timedelta(days=364), last=today)
    walls, used, told = [], [], 0
    for _ in range(REPORTS):
        began, cpu = time.perf_counter(), time.process_time()
        with database.reading() as db:
            told = queries.causes(db, asked, count, by=by, most=BARS_MAX).total
            queries.ratio(db, by=by)
        walls.append((time.perf_counter() - began) * 1_000)
        used.append((time.process_time() - cpu) * 1_000)
    return Line(
        f"year report: Pareto by {count} and u-chart", REPORTS, server_p50=middle(walls),
        server_p99=worst(walls), cpu_ms=middle(used), target=f"≤ {MS:.0f} ms",
        kept=(worst(walls) or 0.0) <= MS, note=f"{told:,} cases in the year, one hotel",
    )  # fmt: skip


# ---------------------------------------------------------------- planting
def _plant(database: Database, now: datetime, cases: int) -> Actor:
    migrating.upgrade(database)
    with database.writing() as db:
        if db.connection().scalar(select(func.count()).select_from(Hotel)):
            raise NotOurs
        hotel_id = open_hotel(
            db,
            HotelOpen(
                code="BE1", name="BE1", name_zh="BE1", time_zone="Europe/Berlin", currency="EUR",
                country="DE",
            ),
        )  # fmt: skip
        guests = _guests(db, now, max(1, cases // 10))
        _cases(db, hotel_id, guests, now, cases)
        _nights(db, hotel_id, now)
    gather_statistics(database)
    return actor.staff_of([Role.DUTY_MANAGER], staff_id=new_id(), name="Duty", hotel_id=hotel_id)


def _guests(db: Session, now: datetime, number: int) -> list[UUID]:
    rows = [
        Guest(
            id=new_id(), ref=f"G-{no:06}", name_native="Guest", name_latin="Guest",
            created_at=now, updated_at=now,
        ).model_dump()
        for no in range(number)
    ]  # fmt: skip
    for part in chunks(rows, BATCH):
        db.connection().execute(insert(Guest), list(part))
    return [row["id"] for row in rows]


def _cases(db: Session, hotel_id: UUID, guests: list[UUID], now: datetime, cases: int) -> None:
    """One after another through ten years, some causes more often than others."""
    apart = timedelta(days=365 * YEARS) / cases
    rows: list[dict[str, Any]] = []
    for no in range(cases):
        at = now - apart * (cases - no)
        category = CATEGORIES[no * no % 97 % len(CATEGORIES)]
        rows.append(
            Complaint(
                id=new_id(), hotel_id=hotel_id, number=1_000 + no, kind=CaseKind.COMPLAINT,
                source=CaseSource.IN_HOUSE, guest_id=guests[no * 31 % len(guests)],
                category=category, cause=f"{category}.{no * 7 % 5}", severity=Severity.MODERATE,
                headline="Noise", department=DEPARTMENTS[no % len(DEPARTMENTS)],
                room_no=f"{no * 13 % 400:04}", status=CaseStatus.CLOSED, opened_at=at,
                first_replied_at=at + timedelta(minutes=no % 90), satisfaction=no % 11,
                currency="EUR",
            ).model_dump()
        )  # fmt: skip
    for part in chunks(rows, BATCH):
        db.connection().execute(insert(Complaint), list(part))


def _nights(db: Session, hotel_id: UUID, now: datetime) -> None:
    months = rules.months(now.date() - timedelta(days=365 * YEARS), now.date())
    rows = [
        {
            "hotel_id": hotel_id, "month_on": month, "nights": NIGHTS,
            "until_on": now.date() + timedelta(days=1), "counted_at": now,
        }
        for month in months
    ]  # fmt: skip
    db.connection().execute(insert(RoomNightMonth), rows)
