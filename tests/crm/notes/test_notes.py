"""Notes: signed, of a level, written anew beside the older wording, struck out and never gone."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.guests.terms import GuestState
from crm.hotels.terms import DepartmentCode
from crm.kit import clock
from crm.kit.errors import ChangedMeanwhile, Invalid, NotAllowed, NotFound, RuleBroken
from crm.kit.tables import EventRow
from crm.notes import queries
from crm.notes.schemas import NoteAmend, NoteStrike, NoteWrite
from crm.notes.terms import NoteKind, NoteLevel
from crm.notes.writing import amend_note, strike_note, write_note
from crm.preferences.refusals import GuestMerged
from tests.crm.profile.planted import chen
from tests.factories import a_guest, a_hotel, a_staff, a_stay, an_actor

SERVICE, DEPARTMENT, MANAGEMENT, RESTRICTED = NoteLevel


@pytest.fixture
def house(db):
    return a_hotel(db)


@pytest.fixture
def guest(db, house):
    guest = a_guest(db)
    a_stay(db, guest, house)
    return guest


@pytest.fixture
def one(db, house):
    return lambda role, hotel=None: an_actor(
        role, hotel or house, a_staff(db, role, hotel or house)
    )


def words_of(db, guest, by, **more):
    return [note.words for note in queries.notes_of(db, guest, by=by, **more)]


class TestReading:
    @pytest.mark.parametrize(
        ("role", "words"),
        [
            ("front_desk", {"Greets in the lobby"}),
            ("duty_manager", {"Greets in the lobby", "Moves the annual meeting"}),
            ("file_centre", {"Greets in the lobby"}),
        ],
    )
    def test_by_level(self, db, role, words):
        planted = chen(db)
        found = queries.notes_of(db, planted.guest, by=an_actor(role, planted.hotel))
        assert {note.words for note in found} == words

    def test_one_s_own_department_s(self, db, guest, one):
        for code in (DepartmentCode.KITCHEN, DepartmentCode.SPA):
            asked = NoteWrite(level=DEPARTMENT, department=code, words=f"For {code}")
            write_note(db, guest, asked, by=one("duty_manager"))
        assert words_of(db, guest, one("food_beverage")) == ["For KIT"]
        assert words_of(db, guest, one("front_desk")) == []
        assert len(words_of(db, guest, one("file_centre"))) == 2

    def test_a_restricted_one_for_those_it_names(self, db, guest, one):
        named, other = one("front_desk"), one("front_desk")
        asked = NoteWrite(level=RESTRICTED, words="Brings two guards", readers=[named.id])
        made = write_note(db, guest, asked, by=one("duty_manager"))
        assert words_of(db, guest, named) == ["Brings two guards"]
        assert words_of(db, guest, other) == []
        with pytest.raises(NotFound):
            queries.note(db, made.id, by=other)
        assert queries.note(db, made.id, by=named).readers == [named.id]

    def test_expired_and_other_hotels_ones_are_left_out(self, db, guest, one):
        desk = one("front_desk")
        today = clock.today_in("UTC")
        for words, day in (("Old", today - timedelta(days=1)), ("Last day", today)):
            write_note(db, guest, NoteWrite(words=words, expires_on=day), by=desk)
        assert words_of(db, guest, desk) == ["Last day"]
        assert len(words_of(db, guest, desk, gone_too=True)) == 2
        other = a_hotel(db)
        a_stay(db, guest, other)
        write_note(db, guest, NoteWrite(words="Everywhere", this_hotel_only=False), by=desk)
        assert words_of(db, guest, one("front_desk", other)) == ["Everywhere"]


class TestWriting:
    def test_signed_and_told_without_its_words(self, db, guest, one):
        desk = one("front_desk")
        made = write_note(
            db, guest, NoteWrite(kind=NoteKind.ARRIVAL, words="Comes by the late train"), by=desk
        )
        (note,) = queries.notes_of(db, guest, by=desk)
        assert (note.id, note.kind, note.noted_by) == (made.id, "arrival", desk.id)
        (event,) = db.execute(select(EventRow).where(EventRow.kind == "note.written")).scalars()
        assert event.payload == {"note_id": str(made.id), "version": 1}

    def test_doubtful_words_are_marked_and_numbers_refused(self, db, guest, one):
        desk = one("front_desk")
        made = write_note(db, guest, NoteWrite(words="A rude guest"), by=desk)
        assert made.cautions == ["judgement"]
        assert queries.note(db, made.id, by=desk).needs_review
        for words in ("Card 4111 1111 1111 1111", "ID 11010519491231002X"):
            with pytest.raises(Invalid):
                write_note(db, guest, NoteWrite(words=words), by=desk)

    @pytest.mark.parametrize("level", [MANAGEMENT, RESTRICTED])
    def test_a_level_beyond_one_s_own(self, db, guest, one, level):
        with pytest.raises(NotAllowed):
            write_note(db, guest, NoteWrite(level=level, words="x"), by=one("front_desk"))

    def test_department_and_level_go_together(self, db, guest, one):
        desk, kitchen = one("front_desk"), DepartmentCode.KITCHEN
        for asked in (
            NoteWrite(level=DEPARTMENT, words="x"),
            NoteWrite(department=kitchen, words="x"),
            NoteWrite(words="x", readers=[desk.id]),
        ):
            with pytest.raises(Invalid):
                write_note(db, guest, asked, by=desk)
        with pytest.raises(NotAllowed):
            write_note(
                db, guest, NoteWrite(level=DEPARTMENT, department=kitchen, words="x"), by=desk
            )

    def test_a_merged_file_names_the_one_it_lives_on_in(self, db, house, guest, one):
        gone = a_guest(db, created_at_hotel=house, state=GuestState.MERGED, merged_into_id=guest)
        with pytest.raises(GuestMerged) as told:
            write_note(db, gone, NoteWrite(words="x"), by=one("front_desk"))
        assert told.value.details["guest_id"] == str(guest)

    def test_a_stay_of_somebody_else(self, db, house, guest, one):
        other = a_stay(db, a_guest(db), house)
        with pytest.raises(Invalid):
            write_note(db, guest, NoteWrite(words="x", stay_id=other), by=one("front_desk"))


class TestAmending:
    def test_the_older_wording_is_kept(self, db, guest, one):
        desk = one("front_desk")
        made = write_note(db, guest, NoteWrite(words="Late train"), by=desk)
        asked = NoteAmend(kind=NoteKind.ARRIVAL, words="Early flight")
        assert amend_note(db, made.id, asked, version=1, by=desk).version == 2
        sheet = queries.note(db, made.id, by=desk)
        assert (sheet.words, sheet.version) == ("Early flight", 2)
        assert [(old.no, old.words, old.kind) for old in sheet.earlier] == [
            (1, "Late train", "remark")
        ]
        with pytest.raises(ChangedMeanwhile):
            amend_note(db, made.id, asked, version=1, by=desk)

    def test_an_older_wording_stays_with_those_it_was_for(self, db, guest, one):
        manager = one("duty_manager")
        made = write_note(db, guest, NoteWrite(level=MANAGEMENT, words="Quiet word"), by=manager)
        amend_note(db, made.id, NoteAmend(words="Likes a quiet table"), version=1, by=manager)
        assert len(queries.note(db, made.id, by=manager).earlier) == 1
        assert queries.note(db, made.id, by=one("front_desk")).earlier == []

    def test_by_its_writer_or_those_who_keep_notes(self, db, guest, one):
        made = write_note(db, guest, NoteWrite(words="Late train"), by=one("front_desk"))
        with pytest.raises(NotAllowed):
            amend_note(db, made.id, NoteAmend(words="x"), version=1, by=one("front_desk"))
        amend_note(db, made.id, NoteAmend(words="By train"), version=1, by=one("file_centre"))

    def test_struck_out_it_stays_with_the_reason(self, db, guest, one):
        desk = one("front_desk")
        made = write_note(db, guest, NoteWrite(words="Late train"), by=desk)
        strike_note(db, made.id, NoteStrike(reason="Another guest"), version=1, by=desk)
        assert words_of(db, guest, desk) == []
        (note,) = queries.notes_of(db, guest, by=desk, gone_too=True)
        assert (note.struck_why, note.struck_by) == ("Another guest", desk.id)
        with pytest.raises(RuleBroken):
            strike_note(db, made.id, NoteStrike(reason="Again"), version=2, by=desk)
