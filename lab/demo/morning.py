"""The day begins: alert rules, habits and prepared arrivals, made by the services that own them."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import Session

from crm.alerts import master as alert_rules
from crm.kit import clock
from crm.kit.db import Database
from crm.preparing import queries as arrivals
from crm.preparing import service as preparing
from crm.preparing.terms import DAYS_AHEAD, Readiness
from crm.sensing import passing
from crm.staff.actor import Actor, staff_of, system
from crm.staff.terms import Role
from lab.demo.dressing import World
from lab.demo.rows.register import Register

LEFT_TO_PREPARE = 5
"""Of today's 38 arrivals 33 are prepared (users-and-screens.md)."""


def begin(database: Database, world: World) -> None:
    """Let the house's own work of the night and the morning be done."""
    register = Register(world)
    with clock.frozen(world.now):
        with database.writing() as db:
            for hotel_id in register.hotels.values():
                alert_rules.load(db, hotel_id)
            preparing.prepare_all_ahead(db, by=system("the demo"))
            _go_through(db, colleague(world, "files", Role.FILE_CENTRE))
            _set_rooms(db, colleague(world, "housekeeper", Role.HOUSEKEEPING))
        passing.sense_all(database, world.today)


def colleague(world: World, login: str, role: Role, hotel: str = "LVH") -> Actor:
    """One of the demo's people, as signed in."""
    member = next(each for each in world.staff if each.login == login)
    register = Register(world)
    return staff_of(
        [role],
        staff_id=register.staff[login],
        name=member.name,
        hotel_id=register.hotels[hotel],
    )


def _go_through(db: Session, by: Actor) -> None:
    """The centre has gone through the arrivals but for the last few of today."""
    for ahead in range(DAYS_AHEAD):
        day = arrivals.arrival_day(db, by=by)
        on = day.today + timedelta(days=ahead)
        day = arrivals.arrival_day(db, by=by, on=on)
        open_ones = [one for one in day.items if one.readiness is Readiness.NEEDS_EYES]
        left = LEFT_TO_PREPARE if ahead == 0 else len(open_ones) // 2
        for one in open_ones[: max(0, len(open_ones) - left)]:
            preparing.mark_prepared(db, one.stay_id, by=by, version=one.version)


def _set_rooms(db: Session, by: Actor) -> None:
    """Housekeeping has set every second room of today's arrivals."""
    rooms = arrivals.items_for_rooms(db, by=by)
    done: set[UUID] = set()
    for n, room in enumerate(sorted(rooms)):
        for item in rooms[room] if n % 2 else rooms[room][:1]:
            if item.id not in done and item.done_at is None:
                done.add(item.id)
                preparing.tick(db, item.id, by=by)
