"""The look at running cases that the clock asks for each minute, over a house full of them.

Twenty thousand cases run at once in three hotels: half of them about guests in house, departments
with working hours and without, some paused, some told already. ``look`` reads and judges all of
them, which happens each minute; telling is measured apart, as it happens once a level.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import func, insert, select
from sqlmodel import Session

from crm.complaints import watching
from crm.complaints.calendars import WEEKDAYS
from crm.complaints.clocks import house_calendar
from crm.complaints.promises import SHIPPED, Leaving, leaves_at, promised
from crm.complaints.tables import Complaint, ComplaintEscalation, ComplaintPause, WorkHours
from crm.complaints.terms import CaseClock, CaseKind, CaseStatus, Severity
from crm.hotels.schemas import HotelOpen
from crm.hotels.service import open_hotel
from crm.hotels.tables import Hotel
from crm.hotels.terms import DepartmentCode
from crm.kit import clock, migrating
from crm.kit.db import Database, chunks
from crm.kit.ids import new_id
from crm.kit.settings import Settings, in_force, put_in_force
from crm.stays.tables import Stay
from crm.stays.terms import StayStatus
from lab.bench.house.seed import NotOurs
from lab.bench.house.stores import gather_statistics
from lab.bench.lines import Line, middle, worst

CASES, SECONDS = 20_000, 2.0
LOOKS = 11
TOLD_AT_ONCE = 1_000
HOTELS = (("BE1", "Europe/Berlin"), ("SH1", "Asia/Shanghai"), ("NY1", "America/New_York"))
DEPARTMENTS = (None, DepartmentCode.HOUSEKEEPING, DepartmentCode.ACCOUNTING)
SEVERITIES = tuple(Severity)
_SECRET = "what-a-bench-seals-its-own-audit-with-0123456789"  # noqa: S105 - of a scratch house
_HOUR = timedelta(hours=1)


def measure(
    url: str | None, folder: Path, told: Callable[[str], None], *, cases: int = CASES
) -> list[Line]:
    """Plant, look, tell. A house of one's own is removed at the end."""
    file = folder / "deadlines.db"
    before = in_force()
    put_in_force(Settings(_env_file=None, secret_key=SecretStr(_SECRET)))
    database = Database(url or f"sqlite:///{file}")
    now = clock.now().replace(microsecond=0)
    try:
        told(f"{cases:,} running cases")
        with clock.frozen(now):
            _plant(database, now, cases)
            return [_look(database, now, cases), _tell(database, now)]
    finally:
        put_in_force(before)
        database.dispose()
        if url is None:
            for end in ("", "-wal", "-shm"):
                file.with_name(file.name + end).unlink(missing_ok=True)


def _look(database: Database, now: datetime, cases: int) -> Line:
    walls: list[float] = []
    used: list[float] = []
    for _ in range(LOOKS):
        with database.reading() as db, _timed(walls, used):
            found = watching.look(db, now=now)
    slowest = worst(walls) or 0.0
    return Line(
        f"clocks: look at {found.cases:,} running cases", LOOKS,
        server_p50=middle(walls), server_p99=slowest, cpu_ms=middle(used),
        target=f"≤ {SECONDS:.0f} s", kept=found.cases == cases and slowest <= SECONDS * 1_000,
        note=f"{len(found.firings):,} levels to tell",
    )  # fmt: skip


def _tell(database: Database, now: datetime) -> Line:
    with database.reading() as db:
        firings = watching.look(db, now=now).firings[:TOLD_AT_ONCE]
    walls: list[float] = []
    used: list[float] = []
    for part in chunks(firings, watching.AT_ONCE):
        with _timed(walls, used), database.writing() as db:
            watching.tell(db, list(part), now=now)
    return Line(
        f"clocks: tell {watching.AT_ONCE} levels", len(walls),
        server_p50=middle(walls), server_p99=worst(walls), cpu_ms=middle(used),
        note="one transaction with steps, news and audit",
    )  # fmt: skip


@contextmanager
def _timed(walls: list[float], used: list[float]) -> Iterator[None]:
    """Milliseconds of the wall and of this process."""
    began, cpu = time.perf_counter(), time.process_time()
    yield
    walls.append((time.perf_counter() - began) * 1_000)
    used.append((time.process_time() - cpu) * 1_000)


# ---------------------------------------------------------------- planting
def _plant(database: Database, now: datetime, cases: int) -> None:
    migrating.upgrade(database)
    with database.writing() as db:
        if db.connection().scalar(select(func.count()).select_from(Hotel)):
            raise NotOurs
        hotels = [_hotel(db, code, zone) for code, zone in HOTELS]
        rows: dict[Any, list[dict[str, Any]]] = {
            table: [] for table in (Stay, Complaint, ComplaintPause, ComplaintEscalation)
        }
        for no in range(cases):
            _case(rows, hotels[no % len(hotels)], no, now)
        for table, values in rows.items():
            db.connection().execute(insert(table), values)
    gather_statistics(database)


def _hotel(db: Session, code: str, zone: str) -> Hotel:
    opening = HotelOpen(
        code=code, name=code, name_zh=code, time_zone=zone, currency="EUR", country="DE"
    )
    hotel_id = open_hotel(db, opening)
    office = {day: [["09:00", "17:00"]] for day in WEEKDAYS[:5]}
    db.add(
        WorkHours(
            hotel_id=hotel_id, department=DepartmentCode.ACCOUNTING, hours=office, holidays=[],
            extra_days={},
        )
    )  # fmt: skip
    db.flush()
    found = db.get(Hotel, hotel_id)
    assert found is not None  # noqa: S101 - it was opened two lines above
    return found


def _case(rows: dict[Any, list[dict[str, Any]]], hotel: Hotel, no: int, now: datetime) -> None:
    """One case with what lies around it; a tenth of all is late, and half of those was told."""
    opened = now - timedelta(minutes=no * 7 % 60)
    severity = SEVERITIES[no // len(HOTELS) % len(SEVERITIES)]
    if no % 10 == 0:
        opened -= 26 * _HOUR
    stay_id = _stay(rows, hotel, no, now) if no % 2 else None
    leaves = None
    if stay_id is not None:
        stay = rows[Stay][-1]
        leaves = leaves_at(
            Leaving(stay["status"], stay["departure_on"], None, hotel.check_out_at,
                    hotel.time_zone), opened,
        )  # fmt: skip
    house = house_calendar(hotel.time_zone)
    due = promised(CaseKind.COMPLAINT, opened, SHIPPED[severity], (house, house), (), leaves)
    case_id = new_id()
    rows[Complaint].append({
        "id": case_id, "hotel_id": hotel.id, "number": 1_000 + no, "kind": CaseKind.COMPLAINT,
        "source": "in_house", "stay_id": stay_id, "category": "noise", "severity": severity,
        "headline": "Noise", "department": DEPARTMENTS[no % len(DEPARTMENTS)],
        "is_sensitive": False, "status": CaseStatus.INVESTIGATING, "opened_at": opened,
        "first_replied_at": opened, "first_reply_due_at": due.first_reply_due_at,
        "due_at": due.due_at, "departs_at": leaves, "cost_minor": 0, "currency": "EUR",
        "reach_tries": 0, "reopened": 0, "version": 1,
    })  # fmt: skip
    if no % 15 == 0:
        rows[ComplaintPause].append({"complaint_id": case_id, "no": 1, "from_at": opened})
    if no % 20 == 0:
        rows[ComplaintEscalation].append({
            "complaint_id": case_id, "clock": CaseClock.SOLUTION, "level": 1,
            "at": now - timedelta(minutes=no % 60), "told_role": "owner",
        })  # fmt: skip


def _stay(rows: dict[Any, list[dict[str, Any]]], hotel: Hotel, no: int, now: datetime) -> UUID:
    stay_id, today = new_id(), now.date()
    rows[Stay].append({
        "id": stay_id, "hotel_id": hotel.id, "status": StayStatus.IN_HOUSE,
        "arrival_on": today - timedelta(days=1), "nights": no % 5 + 2,
        "departure_on": today + timedelta(days=no % 5 + 1), "currency": "EUR", "adults": 1,
        "children": 0, "identity": "individual", "created_at": now, "updated_at": now,
        "version": 1,
    })  # fmt: skip
    return stay_id
