"""One simulated hour, decided on paper."""

import random
from copy import deepcopy

import pytest

from lab.demo.dressing import World
from lab.demo.hour import CHECK_INS, CHECK_OUTS, Happening, a_stranger, an_hour, clock_of
from lab.demo.pms_book import Book, book_of
from lab.demo.unreachable import is_unreachable


@pytest.fixture
def book(world: World) -> Book:
    return book_of(world)


def pass_hours(book: Book, hours: int) -> list[Happening]:
    return [told for n in range(hours) for told in an_hour(book, random.Random(n))]


class TestBook:
    def test_knows_todays_bookings_and_who_is_in_house(self, book: Book) -> None:
        assert len(book.of_state("in_house")) == 142
        due = [b for b in book.of_state("booked") if b.arrival == book.today]
        assert len(due) == 38
        assert {b.name for b in due} >= {"CHEN Jingyi", "Crew MU"}

    def test_begins_after_noon_and_its_day_never_ends(self, book: Book) -> None:
        assert clock_of(book).strftime("%H:%M") == "12:40"
        book.hours = 3
        assert clock_of(book).strftime("%H:%M") == "15:40"
        book.hours = 40
        assert clock_of(book).strftime("%d %H:%M") == "24 23:55"


class TestAnHour:
    def test_the_same_book_and_seed_give_the_same_hour(self, book: Book) -> None:
        twin = deepcopy(book)
        assert pass_hours(book, 2) == pass_hours(twin, 2)
        assert book == twin

    def test_guests_leave_come_book_and_order(self, book: Book) -> None:
        told = pass_hours(book, 1)
        kinds = {happening.kind for happening in told}
        assert kinds == {"booked", "checked_in", "checked_out", "ordered"}
        assert sum(1 for t in told if t.kind == "checked_out") == CHECK_OUTS

    def test_nobody_checks_in_before_the_time_they_said(self, book: Book) -> None:
        told = pass_hours(book, 1)
        arrived = {t.booking.name for t in told if t.kind == "checked_in"}
        assert "OKADA Haruto" in arrived
        assert "CHEN Jingyi" not in arrived
        later = {t.booking.name for t in pass_hours(book, 3) if t.kind == "checked_in"}
        assert "CHEN Jingyi" in later

    def test_no_room_is_ever_slept_in_by_two(self, book: Book) -> None:
        for n in range(14):
            told = an_hour(book, random.Random(n))
            held = [b.room for b in book.of_state("in_house")]
            assert len(held) == len(set(held))
            assert all(held)
            assert sum(1 for t in told if t.kind == "checked_in") <= CHECK_INS

    def test_promised_rooms_go_to_those_they_were_promised(self, book: Book) -> None:
        pass_hours(book, 12)
        rooms = {b.name: b.room for b in book.bookings}
        assert (rooms["CHEN Jingyi"], rooms["ZHAO Guoqiang"]) == ("1808", "2208")

    def test_after_a_day_everybody_due_has_come_and_gone(self, book: Book) -> None:
        pass_hours(book, 20)
        assert [b.name for b in book.of_state("in_house") if b.departure <= book.today] == []
        assert [b.name for b in book.of_state("booked") if b.arrival == book.today] == []

    def test_folio_lines_are_numbered_on_per_booking(self, book: Book) -> None:
        told = [t for t in pass_hours(book, 6) if t.kind == "ordered"]
        seen = {(t.booking.confirmation, t.line["no"]) for t in told}
        assert len(seen) == len(told)
        assert all(t.line["amount"] > t.line["tax"] > 0 for t in told)


@pytest.mark.parametrize("seed", range(25))
def test_strangers_cannot_be_reached(seed: int) -> None:
    guest = a_stranger(random.Random(seed))
    assert is_unreachable(guest["phone"])
    assert guest["email"].rpartition("@")[2].startswith("example.")
    assert guest["shown"]
