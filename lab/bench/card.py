"""The guest card, the board and the floor: dense files among many, as the desks read them."""

import random
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import event, insert, select, update
from sqlmodel import Session, col

from crm.complaints.tables import Complaint
from crm.complaints.terms import CaseKind, CaseSource, CaseStatus, Severity
from crm.guests.tables import Guest, Relation
from crm.guests.terms import Calendar, GuestIdentity, RelationKind, VipLevel
from crm.hotels.tables import Hotel, Room, RoomType
from crm.hotels.terms import Cleanliness, RoomService
from crm.kit import clock, migrating
from crm.kit.db import Database
from crm.kit.ids import new_id
from crm.kit.rows import cols
from crm.loyalty.tables import Membership, PointEntry
from crm.loyalty.terms import PointKind
from crm.preferences import master
from crm.preferences.tables import Preference
from crm.preferences.terms import PreferenceSource, PreferenceStatus, Scope
from crm.privacy.tables import Consent
from crm.privacy.terms import ConsentChannel, ConsentPurpose, ConsentState
from crm.profile.board import board
from crm.profile.floor import floor
from crm.profile.queries import card
from crm.profile.schemas import Side
from crm.profile.timeline import timeline
from crm.staff.actor import Actor
from crm.stays import figures
from crm.stays.tables import FolioLine, Stay
from crm.stays.terms import FolioCategory, StayStatus
from lab.bench.figures import Figure, timed
from lab.bench.lookup import seed

DENSE, ARRIVALS, CALLS, BOARDS = 300, 200, 400, 30
STAYS_EACH, LINES_EACH, WISHES_EACH, POINTS_EACH = 14, 6, 12, 20
ROOMS_A_FLOOR = 12
CODES = (
    "AL.PEANUT", "FL.HIGH", "RM.AWAYLIFT", "RM.QUIET", "BD.KING", "SM.NON", "BT.TUB", "PL.BUCK",
    "CL.COOL", "LN.DUVETWARM", "FV.NOCORIANDER", "AM.WARMWATER", "AM.TEA", "SV.CLEANPM",
    "BL.FAPIAO", "CH.RAIL", "CE.BDPRIVATE", "CE.CAKE",
)  # fmt: skip
Rows = dict[Any, list[dict[str, Any]]]


def measure(guests: int, url: str | None) -> list[Figure]:
    """Seed ``guests``, make 300 of them dense, 200 of these due today, and read them."""
    folder = Path(tempfile.mkdtemp(prefix="keshi-bench-"))
    database = Database(url or f"sqlite:///{folder / 'bench.db'}")
    try:
        migrating.upgrade(database)
        planted = seed(database, max(guests, DENSE * 4))
        with database.writing() as db:
            dense = furnish(db, planted.by)
        if not database.is_sqlite:
            with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as plain:
                plain.exec_driver_sql("VACUUM ANALYZE")
        return list(taken(database, planted.by, dense))
    finally:
        database.dispose()
        shutil.rmtree(folder, ignore_errors=True)


def taken(database: Database, by: Actor, dense: list[UUID]) -> Iterator[Figure]:
    """Each figure in one reading transaction, after a warm-up, with its statements counted."""
    rng = random.Random(7)
    with database.reading() as db:
        one: dict[str, Callable[[], object]] = {
            "card": lambda: card(db, rng.choice(dense), by=by),
            "timeline, 50 lines": lambda: timeline(db, rng.choice(dense), by=by),
            f"board, {ARRIVALS} arrivals": lambda: board(db, by=by, side=Side.ARRIVALS),
            f"floor, {ROOMS_A_FLOOR} rooms": lambda: floor(db, by=by, name="20"),
        }
        goals = {"card": "5 ms CPU, 7 statements", f"board, {ARRIVALS} arrivals": "300 ms"}
        for name, call in one.items():
            for _ in range(5):
                call()
            count = statements(db, call)
            calls = BOARDS if name.startswith("board") else CALLS
            yield timed(
                name,
                (partial(_call, call) for _ in range(calls)),
                goal=goals.get(name, ""),
                note=f"{count} statements",
            )


def _call(call: Callable[[], object]) -> object:
    return call()


def statements(db: Session, call: Callable[[], object]) -> int:
    """How many statements one call sends."""
    seen: list[str] = []
    connection = db.connection()

    def note(_c: object, _cur: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    try:
        call()
    finally:
        event.remove(connection, "before_cursor_execute", note)
    return len(seen)


# ---------------------------------------------------------------- seeding
def furnish(db: Session, by: Actor) -> list[UUID]:
    """Give 300 guests what the mock's guest has; returns their ids."""
    master.load(db)
    hotel_id, today = (
        db.connection()
        .execute(select(*cols(Hotel.id, Hotel.business_on)).where(col(Hotel.id) == by.hotel_id))
        .one()
    )
    _rooms(db, hotel_id)
    members = _members(db)
    rows: Rows = defaultdict(list)
    rng = random.Random(11)
    for place, (guest_id, member_id) in enumerate(members):
        _dense(rows, rng, place, guest_id, member_id, hotel_id, today)
    for table, values in rows.items():
        db.connection().execute(insert(table), values)
    _people(db, [guest_id for guest_id, _ in members], today)
    figures.rebuild(db)
    return [guest_id for guest_id, _ in members]


def _members(db: Session) -> list[tuple[UUID, UUID]]:
    """Members whom the seeding gave one past stay, and none today."""
    found = db.connection().execute(
        select(*cols(Membership.guest_id, Membership.id))
        .join(Stay, col(Stay.guest_id) == col(Membership.guest_id))
        .where(col(Stay.status) == StayStatus.CHECKED_OUT)
        .order_by(col(Membership.id))
        .limit(DENSE)
    )
    return [(row.guest_id, row.id) for row in found]


def _rooms(db: Session, hotel_id: UUID) -> None:
    db.connection().execute(
        insert(RoomType),
        [{"hotel_id": hotel_id, "code": "DLX", "name": "Deluxe", "name_zh": "豪华"}],
    )
    features = list(CODES[1:6])
    rooms = [
        {
            "hotel_id": hotel_id,
            "no": f"{20 + place // ROOMS_A_FLOOR}{place % ROOMS_A_FLOOR + 1:02}",
            "floor": f"{20 + place // ROOMS_A_FLOOR}",
            "room_type": "DLX",
            "features": features,
            "cleanliness": Cleanliness.CLEAN,
            "service": RoomService.NONE,
        }
        for place in range(ARRIVALS)
    ]
    db.connection().execute(insert(Room), rooms)


def _dense(
    rows: Rows,
    rng: random.Random,
    place: int,
    guest_id: UUID,
    member_id: UUID,
    hotel_id: UUID,
    today: date,
) -> None:
    """One guest's stays, folios, wishes, cases, points and consents."""
    last = _past(rows, rng, guest_id, hotel_id, today)
    if place < ARRIVALS:
        room = f"{20 + place // ROOMS_A_FLOOR}{place % ROOMS_A_FLOOR + 1:02}"
        rows[Stay].append(
            _stay(guest_id, hotel_id, StayStatus.BOOKED, today, room, eta=time(14, place % 60))
        )
    for code in rng.sample(CODES, WISHES_EACH):
        rows[Preference].append(_wish(rng, guest_id, code, today))
    for no in range(2):
        rows[Complaint].append(_case(rng, guest_id, hotel_id, last, 2 * place + no, today))
    for no in range(1, POINTS_EACH + 1):
        rows[PointEntry].append(_points(member_id, no, today))
    for no, channel in enumerate(ConsentChannel, 1):
        rows[Consent].append(_consent(guest_id, no, channel, hotel_id, today))
    for no, kind in enumerate((RelationKind.SPOUSE, RelationKind.ASSISTANT), 1):
        rows[Relation].append({"guest_id": guest_id, "no": no, "kind": kind, "other_name": "周文"})


def _past(rows: Rows, rng: random.Random, guest_id: UUID, hotel_id: UUID, today: date) -> UUID:
    last = new_id()
    for back in range(STAYS_EACH):
        arrival = today - timedelta(days=30 + 45 * back)
        stay = _stay(guest_id, hotel_id, StayStatus.CHECKED_OUT, arrival, "2001",
                     score=rng.randrange(5, 11))  # fmt: skip
        if back == 0:
            stay["id"] = last
        rows[Stay].append(stay)
        for no in range(1, LINES_EACH + 1):
            rows[FolioLine].append(
                {
                    "stay_id": stay["id"],
                    "no": no,
                    "hotel_id": hotel_id,
                    "guest_id": guest_id,
                    "posted_on": arrival,
                    "category": rng.choice(list(FolioCategory)),
                    "outlet": rng.choice(("Café", "Bar", "Spa")),
                    "covers": 2,
                    "amount_minor": rng.randrange(2_000, 150_000),
                    "discount_minor": 0,
                    "tax_minor": 0,
                    "currency": "CNY",
                }
            )
    return last


def _stay(
    guest_id: UUID,
    hotel_id: UUID,
    status: StayStatus,
    arrival: date,
    room: str,
    *,
    eta: time | None = None,
    score: int | None = None,
) -> dict[str, Any]:
    now = clock.now()
    return {
        "id": new_id(), "hotel_id": hotel_id, "guest_id": guest_id, "status": status,
        "confirmation_no": None, "arrival_on": arrival, "departure_on": arrival + timedelta(days=2),
        "nights": 2, "currency": "CNY", "room_type_booked": "DLX", "room_no": room, "adults": 2,
        "children": 0, "identity": GuestIdentity.CORPORATE, "eta": eta, "score": score,
        "created_at": now, "updated_at": now, "version": 1,
    }  # fmt: skip


def _at(day: date, days: int) -> datetime:
    return datetime.combine(day - timedelta(days=days), time(9), tzinfo=UTC)


def _wish(rng: random.Random, guest_id: UUID, code: str, today: date) -> dict[str, Any]:
    return {
        "id": new_id(), "guest_id": guest_id, "code": code,
        "status": rng.choice((PreferenceStatus.CONFIRMED, PreferenceStatus.SEEN_ONCE)),
        "source": PreferenceSource.SEEN, "scope": Scope.ALWAYS, "evidence": 1,
        "noted_at": _at(today, rng.randrange(30, 600)), "version": 1,
    }  # fmt: skip


def _case(
    rng: random.Random, guest_id: UUID, hotel_id: UUID, stay_id: UUID, number: int, today: date
) -> dict[str, Any]:
    opened = _at(today, rng.randrange(30, 600))
    return {
        "id": new_id(), "hotel_id": hotel_id, "number": number, "kind": CaseKind.COMPLAINT,
        "source": CaseSource.IN_HOUSE, "guest_id": guest_id, "stay_id": stay_id,
        "category": "noise", "severity": Severity.MODERATE, "headline": "Air conditioner noise",
        "is_sensitive": False, "status": CaseStatus.CLOSED, "opened_at": opened,
        "closed_at": opened + timedelta(hours=19), "cost_minor": 0, "currency": "CNY",
        "version": 1,
    }  # fmt: skip


def _points(member_id: UUID, no: int, today: date) -> dict[str, Any]:
    return {
        "membership_id": member_id, "no": no, "at": _at(today, 900 - 30 * no),
        "kind": PointKind.EARNED, "points": 500, "source": "bench",
        "source_id": f"{member_id}:{no}",
    }  # fmt: skip


def _consent(
    guest_id: UUID, no: int, channel: ConsentChannel, hotel_id: UUID, today: date
) -> dict[str, Any]:
    return {
        "guest_id": guest_id, "no": no, "channel": channel,
        "purpose": ConsentPurpose.MARKETING, "state": ConsentState.GIVEN, "words": "I agree",
        "source": "desk", "at": _at(today, 300), "hotel_id": hotel_id,
    }  # fmt: skip


def _people(db: Session, guest_ids: list[UUID], today: date) -> None:
    db.connection().execute(
        update(Guest)
        .where(col(Guest.id).in_(guest_ids))
        .values(
            birth_calendar=Calendar.LUNAR,
            birth_month=10,
            birth_day=17,
            vip=VipLevel.V3,
            languages=["zh-Hans", "en"],
            nationality="CN",
            checked_at=_at(today, 100),
        )
    )
