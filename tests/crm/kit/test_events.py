"""News is written with the fact it tells of, one job for each who asked to hear it."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import Session

from crm.kit import clock, event_tail, events
from crm.kit.db import Database
from crm.kit.events import Event, payload_of, record
from crm.kit.ids import new_id
from crm.kit.tables import EventRow, JobRow


class Weather(StrEnum):
    RAIN = "rain"


@dataclass(frozen=True, kw_only=True)
class UmbrellaLent(Event):
    kind: ClassVar[str] = "test.umbrella_lent"
    weather: Weather = Weather.RAIN
    stay_id: UUID | None = None
    back_on: date | None = None
    lent_at: datetime | None = None
    number: int = 1


def _fail_after(*_: object) -> None:
    raise ZeroDivisionError


@pytest.fixture
def two_listeners() -> Iterator[None]:
    events.subscribe(UmbrellaLent.kind, "test.first")
    events.subscribe(UmbrellaLent.kind, "test.second")
    events.subscribe(UmbrellaLent.kind, "test.first")
    yield
    del events._subscribers[UmbrellaLent.kind]


def test_payload_is_plain_json_of_the_own_fields() -> None:
    stay = new_id()
    event = UmbrellaLent(
        guest_id=new_id(),
        stay_id=stay,
        back_on=date(2026, 11, 25),
        lent_at=datetime(2026, 11, 24, 12, tzinfo=UTC),
    )
    assert payload_of(event) == {
        "back_on": "2026-11-25",
        "lent_at": "2026-11-24T12:00:00Z",
        "number": 1,
        "stay_id": str(stay),
        "weather": "rain",
    }


def test_is_kept_with_one_job_for_each_listener(db: Session, two_listeners: None) -> None:
    guest, hotel = new_id(), new_id()
    event_id = record(db, UmbrellaLent(guest_id=guest, hotel_id=hotel))
    db.flush()
    row = db.connection().execute(select(EventRow.__table__)).one()
    assert (row.id, row.kind, row.guest_id, row.hotel_id) == (
        event_id,
        "test.umbrella_lent",
        guest,
        hotel,
    )
    found = db.connection().execute(select(JobRow.name, JobRow.payload).order_by(JobRow.name))
    assert found.all() == [
        ("test.first", {"event_id": str(event_id)}),
        ("test.second", {"event_id": str(event_id)}),
    ]


def test_without_listeners_no_job(db: Session) -> None:
    record(db, UmbrellaLent())
    assert db.connection().execute(select(JobRow.id)).all() == []


def test_goes_down_with_the_transaction_that_tells_it(
    database: Database, two_listeners: None
) -> None:
    with pytest.raises(ZeroDivisionError), database.writing() as db:
        _fail_after(record(db, UmbrellaLent()), db.flush())
    with database.reading() as db:
        assert db.connection().execute(select(EventRow.id)).all() == []
        assert db.connection().execute(select(JobRow.id)).all() == []


def test_of_a_flood_the_tail_reads_the_newest(db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest five hundred would be the same at every look, and nothing after them is seen."""
    monkeypatch.setattr(event_tail, "TAIL_MAX", 2)
    since = clock.now()
    told = sorted(record(db, UmbrellaLent(number=number)) for number in range(3))
    db.flush()
    assert [seen.id for seen in event_tail.newest_since(db, since)] == told[1:]


def test_whoever_writes_news_knows_all_who_asked_for_it() -> None:
    """A process that has imported no job: what it tells is heard all the same."""
    asked = (
        "from crm.kit import events, hearing\n"
        "assert not events._subscribers\n"
        "hearing.let_everybody_hear()\n"
        "print(*sorted({job for jobs in events._subscribers.values() for job in jobs}))"
    )
    told = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    ).stdout.split()
    assert {
        "campaigns.follow_case", "guests.follow_company", "preferences.end_with_stay",
        "preparing.stay", "sensing.guest", "standing.recompute",
    } <= set(told)  # fmt: skip
