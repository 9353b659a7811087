"""Two at once: one note, one claim, one decision, on both databases."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from crm.kit import clock, jobs
from crm.kit.errors import CrmError
from crm.preferences import expiring, master, service
from crm.preferences import jobs as preference_jobs
from crm.preferences.refusals import AlreadyReviewed
from crm.preferences.schemas import NoteIn
from crm.preferences.tables import Observation, Preference
from crm.preferences.terms import PreferenceSource, PreferenceStatus, RejectReason, Scope
from crm.staff.actor import system
from crm.staff.terms import Role
from crm.stays import service as stays
from crm.stays.terms import StayStatus
from tests.factories import a_guest, a_hotel, a_staff, a_stay, an_actor


@pytest.fixture
def house(database):
    with database.writing() as db:
        hotel = a_hotel(db)
        master.load(db)
        guest = a_guest(db, created_at_hotel=hotel)
        return SimpleNamespace(
            hotel=hotel,
            guest=guest,
            stay=a_stay(db, guest, hotel, status=StayStatus.IN_HOUSE, room_no="1808"),
            desk=an_actor(Role.FRONT_DESK, hotel, a_staff(db, Role.FRONT_DESK, hotel)),
            centre=an_actor(Role.FILE_CENTRE, hotel, a_staff(db, Role.FILE_CENTRE, hotel)),
        )


def at_once(database, *doings):
    """What each of them answered or was refused with, all begun at the same moment."""
    ready = threading.Barrier(len(doings))

    def do(doing):
        ready.wait()
        try:
            with database.writing() as db:
                return doing(db)
        except CrmError as error:
            return error

    with ThreadPoolExecutor(len(doings)) as pool:
        return list(pool.map(do, doings))


def count(database, table):
    with database.reading() as db:
        return db.connection().scalar(select(func.count()).select_from(table))


def test_the_same_note_twice_is_one(database, house):
    note = NoteIn(guest_id=house.guest, id=uuid4(), code="PL.LATEX")
    answers = at_once(database, *[lambda db: service.note_preference(db, note, by=house.desk)] * 4)
    assert {answer.id for answer in answers} == {note.id}
    assert (count(database, Observation), count(database, Preference)) == (1, 1)


def test_four_first_notes_of_a_code_are_one_claim(database, house):
    note = NoteIn(guest_id=house.guest, code="PL.LATEX")
    answers = at_once(database, *[lambda db: service.note_preference(db, note, by=house.desk)] * 4)
    assert len({answer.preference_id for answer in answers}) == 1
    assert (count(database, Observation), count(database, Preference)) == (4, 1)


def test_two_who_review_one_note(database, house):
    with database.writing() as db:
        note = NoteIn(guest_id=house.guest, words="likes it cold, they say")
        told = service.note_preference(db, note, by=house.desk)

    def accepting(db):
        return service.accept(db, told.id, by=house.centre, version=1, code="CL.COOL")

    def rejecting(db):
        return service.reject(db, told.id, by=house.centre, version=1, reason=RejectReason.HEARSAY)

    answers = at_once(database, accepting, rejecting)
    refused = [answer for answer in answers if isinstance(answer, AlreadyReviewed)]
    (done,) = [answer for answer in answers if answer not in refused]
    assert [each.details["decided"] for each in refused] == [done.state.value]


def statuses(database):
    with database.reading() as db:
        rows = db.connection().execute(select(Preference.code, Preference.status))
        return {row.code: row.status for row in rows}


class TestTime:
    def test_past_their_review_they_expire(self, database, house):
        with database.writing() as db:
            for code, source in (("PL.LATEX", PreferenceSource.TOLD), ("CE.BDPRIVATE", None)):
                note = NoteIn(
                    guest_id=house.guest, code=code, source=source or PreferenceSource.SEEN
                )
                service.note_preference(db, note, by=house.desk)
        with clock.frozen(clock.now() + timedelta(days=735)):
            with database.writing() as db:
                jobs.enqueue(db, preference_jobs.EXPIRE)
            jobs.work_off(database)
        found = statuses(database)
        assert found["PL.LATEX"] is PreferenceStatus.EXPIRED
        assert found["CE.BDPRIVATE"] is PreferenceStatus.SEEN_ONCE
        with database.writing() as db:
            assert expiring.expire_due(db, by=system("test")) == 0

    def test_what_was_for_this_stay_ends_with_it(self, database, house):
        with database.writing() as db:
            note = NoteIn(guest_id=house.guest, code="PL.LATEX", scope=Scope.THIS_STAY)
            service.note_preference(db, note, by=house.desk)
            stays.check_out(db, house.stay, by=system("test"))
        jobs.work_off(database)
        assert statuses(database) == {"PL.LATEX": PreferenceStatus.EXPIRED}
