"""Writes the demo into a database: bulk inserts in the order of the foreign keys, then the
search keys and the figures by the services that own them."""

import gc
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime

from sqlalchemy import func, select
from sqlmodel import Session, SQLModel, col

from crm.companies.tables import Company, CompanyContact, CompanyVisit, Contract
from crm.complaints import master as case_words
from crm.complaints.clocks import set_clocks
from crm.complaints.tables import ArrivalCheck, Complaint, ComplaintStep, Prevention
from crm.complaints.terms import CaseStatus
from crm.documents import catalogue
from crm.feedback.tables import GuestReview, Survey, SurveySetting
from crm.guests import indexing
from crm.guests.tables import Address, ContactPoint, Guest, GuestName, Relation, Vehicle
from crm.hotels.tables import Department, Hotel, Room, RoomType
from crm.kit.db import Database, chunks, refresh_statistics
from crm.kit.errors import RuleBroken
from crm.kit.pouring import pour
from crm.kit.tables import ExternalRef
from crm.lost_property.tables import FoundItem
from crm.loyalty.tables import Membership, PointEntry, TierChange
from crm.notes.tables import Note, NoteReader, Trace
from crm.preferences import master
from crm.preferences.tables import Observation, Preference
from crm.privacy.tables import Consent
from crm.recovery.tables import Compensation
from crm.staff import passwords
from crm.staff.tables import Staff, StaffGrant
from crm.stays import figures
from crm.stays.tables import Companion, FolioLine, Stay
from lab.demo import morning
from lab.demo.dressing import World
from lab.demo.rows import cases, claims, house, recovery, said, service, stays, tasks
from lab.demo.rows import guests as guest_files
from lab.demo.rows.register import Register, Row
from lab.demo.world import GUESTS, SEED, build

BATCH = 5_000
PMS = "demo-pms"
PASSWORD = "lakeview 2026 hangzhou"  # noqa: S105 - printed at the start, for invented guests
Told = Callable[[str], None]


class NotEmpty(RuleBroken):
    """The database has hotels already; a demo never mixes with real guests."""

    def __init__(self) -> None:
        super().__init__(
            "There is a hotel in this database already. The demo needs an empty one.",
            "demo_not_empty",
        )


def make_demo(
    database: Database,
    today: date,
    *,
    guests: int = GUESTS,
    seed: int = SEED,
    now: datetime | None = None,
    told: Told = lambda _: None,
) -> World:
    """Build the demo around ``today`` and write it in one transaction; `NotEmpty` if there is
    any hotel. Nothing lies after ``now``, as `build` has it. ``told`` hears a line for each
    step."""
    started = time.monotonic()
    told("Inventing the hotel and its guests …")
    with _no_collecting():
        world = build(today, guests=guests, seed=seed, now=now)
        told(f"Writing {len(world.people):,} guests and {len(world.stays):,} stays …")
        with database.writing() as db:
            load(db, world)
            told("Making search keys and figures, preparing the arrivals …")
            derive(db, world)
        morning.begin(database, world)
    told(f"Done in {time.monotonic() - started:.0f} seconds.")
    return world


@contextmanager
def _no_collecting() -> Iterator[None]:
    """A million small objects, none of them garbage: looking for some took a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def load(db: Session, world: World) -> None:
    """Write the facts; the caller derives search keys and figures after."""
    if db.connection().scalar(select(func.count()).select_from(Hotel)):
        raise NotEmpty
    register = Register(world)
    seen = stays.last_seen(world.stays, world.today)
    hashed = passwords.hash_password(PASSWORD, login="demo")
    master.load(db)
    case_words.load(db)
    catalogue.load(db)
    people = world.people
    steps: tuple[tuple[type[SQLModel], Iterable[Row]], ...] = (
        (Hotel, house.hotel_rows(world, register)),
        (Department, house.department_rows(world, register)),
        (RoomType, house.room_type_rows(world, register)),
        (Room, house.room_rows(world, register)),
        (Staff, house.staff_rows(world, register, hashed)),
        (StaffGrant, house.grant_rows(world, register)),
        (Company, house.company_rows(world, register)),
        (CompanyContact, house.company_contact_rows(world)),
        (Contract, house.contract_rows(world, register)),
        (CompanyVisit, house.visit_rows(world, register)),
        (Guest, (guest_files.guest_row(p, seen.get(p.key), register) for p in people)),
        (GuestName, guest_files.name_rows(people)),
        (ContactPoint, guest_files.contact_rows(people)),
        (Address, guest_files.address_rows(people)),
        (Vehicle, guest_files.vehicle_rows(people)),
        (Relation, guest_files.relation_rows(people)),
        (Consent, guest_files.consent_rows(people, register)),
        (Stay, (stays.stay_row(stay, register) for stay in world.stays)),
        (Companion, stays.companion_rows(world.stays)),
        (FolioLine, stays.folio_rows(world.stays, register)),
        (Preference, claims.preference_rows(world, register)),
        (Observation, claims.observation_rows(db, world, register)),
        (Note, service.note_rows(world, register)),
        (NoteReader, service.reader_rows(world, register)),
        (Trace, tasks.trace_rows(world, register)),
        (FoundItem, tasks.found_rows(world, register)),
        (Complaint, cases.complaint_rows(world, register)),
        (ComplaintStep, cases.step_rows(world, register)),
        (Prevention, cases.prevention_rows(world, register)),
        (ArrivalCheck, cases.check_rows(world, register)),
        (Trace, cases.task_rows(world, register)),
        (Compensation, recovery.given_rows(world, register)),
        (SurveySetting, said.setting_rows(world, register)),
        (Survey, said.survey_rows(world, register)),
        (GuestReview, said.review_rows(world, register)),
        (Membership, service.membership_rows(world)),
        (TierChange, service.tier_rows(world)),
        (PointEntry, service.point_rows(world)),
        (ExternalRef, stays.external_rows(world, PMS)),
    )
    for table, made in steps:
        _insert(db, table, list(made))


def _insert(db: Session, table: type[SQLModel], made: list[Row]) -> None:
    for part in chunks(made, BATCH):
        pour(db, table, list(part))


def derive(db: Session, world: World) -> None:
    """Search keys by the guests' service, figures by the stays', clocks by the complaints'."""
    running = select(Complaint).where(col(Complaint.status) != CaseStatus.CLOSED)
    for case in db.scalars(running).all():
        set_clocks(db, case, now=world.now)
    db.flush()
    indexing.refresh_keys(db, [person.key for person in world.people])
    figures.rebuild(db)
    refresh_statistics(db)


def is_demo(db: Session) -> bool:
    """Whether this database holds a demo and nothing but a demo."""
    marks = db.connection().scalars(select(col(Hotel.is_demo))).all()
    return bool(marks) and all(marks)


def demo_day(db: Session) -> date | None:
    """The day that the demo in this database calls today; None without a demo."""
    if not is_demo(db):
        return None
    return db.connection().scalar(select(func.min(col(Hotel.business_on))))
