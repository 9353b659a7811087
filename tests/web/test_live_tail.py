"""The tail wakes streams within a second, skips what it told already, and forgets leavers."""

import asyncio
from uuid import uuid4

from crm.kit import events
from tests.crm.kit.happenings import RoomCleaned
from tests.loops import in_a_loop_of_its_own
from web.live import Tail


async def _next(queue, seconds=3.0):
    return await asyncio.wait_for(queue.get(), seconds)


def test_an_event_reaches_every_listener_once(database):
    async def story():
        tail = Tail(database)
        tail.start()
        first, second = tail.listen(), tail.listen()
        hotel = uuid4()
        await asyncio.sleep(0.6)
        with database.writing() as db:
            told = events.record(db, RoomCleaned(hotel_id=hotel, room_no="1808"))
        seen = await _next(first)
        assert (seen.id, seen.kind, seen.hotel_id) == (told, "test.room_cleaned", hotel)
        assert (await _next(second)).id == told
        await asyncio.sleep(1.2)
        assert first.empty()
        tail.leave(first)
        with database.writing() as db:
            events.record(db, RoomCleaned(hotel_id=hotel, room_no="1810"))
        await _next(second)
        assert first.empty()
        await tail.stop()

    in_a_loop_of_its_own(story)


def test_what_is_rolled_back_wakes_nobody(database):
    async def story():
        tail = Tail(database)
        tail.start()
        queue = tail.listen()
        await asyncio.sleep(0.6)
        try:
            with database.writing() as db:
                events.record(db, RoomCleaned(hotel_id=uuid4(), room_no="1"))
                raise RuntimeError
        except RuntimeError:
            pass
        await asyncio.sleep(1.5)
        assert queue.empty()
        await tail.stop()

    in_a_loop_of_its_own(story)


def test_a_listener_that_sleeps_does_not_hold_up_the_others(database):
    async def story():
        tail = Tail(database)
        sleepy = tail.listen()
        for _ in range(sleepy.maxsize + 5):
            tail._tell(_an_event())
        assert sleepy.full()

    def _an_event():
        from crm.kit import clock
        from crm.kit.event_tail import EventSeen

        return EventSeen(uuid4(), clock.now(), "x", None)

    in_a_loop_of_its_own(story)
