"""The PMS simulator's messages are those that the message door takes."""

import random
from collections import Counter

import pytest

from crm.intake.folding import fold
from crm.intake.mappers.generic_json import MessageIn, news_of
from lab.demo.dressing import World
from lab.demo.hour import an_hour
from lab.demo.pms_book import Book, book_of
from lab.demo.simulator import Message, Pms, messages


@pytest.fixture
def book(world: World) -> Book:
    return book_of(world)


def an_hours_messages(book: Book, seed: int = 1) -> list[Message]:
    return list(messages(book, an_hour(book, random.Random(seed))))


def as_sent(message: Message, no: int) -> MessageIn:
    return MessageIn.model_validate(
        {
            "source": "demo-pms",
            "message_id": str(no),
            "sent_at": f"2026-11-24T05:{no // 60:02d}:{no % 60:02d}Z",
            "hotel": "LVH",
            "kind": message.kind,
            "stay": message.stay,
            **({"guest": message.guest} if message.guest else {}),
            **({"lines": list(message.lines)} if message.lines else {}),
        }
    )


class TestMessages:
    def test_the_door_takes_every_one_of_a_whole_day(self, book: Book) -> None:
        kinds: Counter[str] = Counter()
        for hour in range(12):
            for no, message in enumerate(an_hours_messages(book, hour)):
                kinds[as_sent(message, no).kind.value] += 1
        assert set(kinds) == {"reservation", "check_in", "check_out", "folio"}

    def test_every_reservations_story_is_whole_from_the_first_message_on(self, book: Book) -> None:
        stories: dict[str, list[MessageIn]] = {}
        for hour in range(6):
            for no, message in enumerate(an_hours_messages(book, hour)):
                sent = as_sent(message, hour * 100 + no)
                story = stories.setdefault(sent.stay.reservation_id, [])
                story.append(sent)
                news = [news_of(m.kind.value, m.sent_at, m.message_id, m.body()) for m in story]
                assert fold(news).is_whole

    def test_the_hour_a_guest_came_is_kept_when_it_was_before_the_connection(
        self, book: Book
    ) -> None:
        first = next(m for m in an_hours_messages(book) if m.kind == "check_in")
        number = first.stay["reservation_id"]
        since = next(b.since for b in book.bookings if b.confirmation == number)
        assert first.stay["at"] == since.replace("+00:00", "Z")

    def test_a_stay_is_introduced_only_once(self, book: Book) -> None:
        introduced = Counter(
            m.stay["reservation_id"]
            for hour in range(8)
            for m in an_hours_messages(book, hour)
            if m.kind == "check_in"
        )
        assert max(introduced.values()) == 1

    def test_strangers_come_with_name_language_and_ways_to_reach_them(self, book: Book) -> None:
        guests = [m.guest for m in an_hours_messages(book) if m.guest]
        assert len(guests) == 3
        for guest in guests:
            assert guest["name"]
            assert guest["profile_id"].startswith("P9")
            assert guest["email"].rpartition("@")[2].startswith("example.")


def test_only_web_addresses_are_spoken_to() -> None:
    with pytest.raises(ValueError, match="http"):
        Pms("file:///etc/passwd", "key").send("check_in", {"reservation_id": "1"})
