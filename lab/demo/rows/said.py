"""Rows of what guests answered after their stays, and of what was written on other sites."""

import random
from collections.abc import Iterator
from datetime import timedelta

from lab.demo.bookings import at_hotel
from lab.demo.cases import Case
from lab.demo.dressing import World
from lab.demo.keys import Keyring
from lab.demo.rows.register import Register, Row
from lab.demo.stays import DemoStay

ANSWERED, UNANSWERED, LOW, REVIEWS = 120, 90, 16, 60
SINCE_DAYS, VALID_DAYS, READ_AFTER = 330, 30, timedelta(days=4)

GOOD: tuple[tuple[str, int, str], ...] = (
    ("en", 10, "Everybody knew my name by the second day. We will be back in spring."),
    ("en", 9, "Quiet room with the lake in front of it, and a kettle that works."),
    ("en", 9, "Breakfast was the best of our journey; try the noodles."),
    ("en", 8, "Very good, only check-in took a little long."),
    ("en", 7, "Fine for one night. The desk in the room is small for work."),
    ("zh-Hans", 10, "房间安静，枕头正合适，服务员记得我喝龙井。"),
    ("zh-Hans", 10, "第三次来了，每次都像回家。"),
    ("zh-Hans", 9, "早餐品种多，湖景很美。"),
    ("zh-Hans", 9, "前台帮我们换了高楼层，孩子很开心。"),
    ("zh-Hans", 8, "整体不错，停车场稍远。"),
    ("zh-Hans", 7, "设施齐全，电梯高峰时要等。"),
)
BAD: dict[str, tuple[tuple[str, int, str], ...]] = {
    "noise": (
        ("en", 4, "The air conditioner hummed all night, and the party next door did the rest."),
        ("zh-Hans", 3, "隔壁吵到凌晨两点，打了两次电话才有人来。"),
    ),
    "cleanliness": (
        ("en", 5, "The bathroom had not been cleaned before we came."),
        ("zh-Hans", 4, "浴缸里有头发，床单有污渍。"),
    ),
    "food": (("en", 4, "Cold soup after forty minutes of waiting."),),
    "billing": (("zh-Hans", 6, "发票抬头开错，来回折腾了两天。"),),
    "service": (
        ("en", 5, "Asked three times for a cot, got it at ten in the evening."),
        ("zh-Hans", 6, "办理入住等了二十分钟，只开了一个柜台。"),
    ),
}
ANY_BAD = (("en", 5, "It was not what we are used to from you."), ("zh-Hans", 6, "这次有些失望。"))
SITES = (("Booking.com", 10), ("携程", 5), ("大众点评", 5), ("Google", 5))
AUTHORS = ("Marta", "J. Olsen", "Priya", "Tom & Ann", "旅行的猫", "西湖边的阿姨", "M***8", "小周")
WRITTEN: tuple[tuple[str, int, str, str], ...] = (
    ("en", 10, "A jewel by the lake", "Calm, warm and exact. The tea on arrival was a nice touch."),
    ("en", 9, "Would come again", "Large rooms, great beds, staff who think ahead."),
    ("en", 8, "Good for families", "Pool is lovely. The lifts are slow at breakfast time."),
    ("en", 6, "Nice house, thin walls", "We heard every word from next door until midnight."),
    ("en", 4, "Expected more", "Minibar charged twice and nobody could tell why."),
    ("zh-Hans", 10, "性价比高", "位置好，出门就是湖边，早餐丰富。"),
    ("zh-Hans", 10, "服务贴心", "知道我们带孩子，提前放好了小牙刷。"),
    ("zh-Hans", 8, "还不错", "房间大，就是停车不太方便。"),
    ("zh-Hans", 6, "一般", "热水要放很久，隔音一般。"),
    ("zh-Hans", 4, "失望", "房间有烟味，换房等了一小时。"),
)


def setting_rows(_: World, register: Register) -> Iterator[Row]:
    yield {
        "hotel_id": register.hotels["LVH"], "is_on": True, "low_at_most": 6,
        "valid_days": VALID_DAYS, "version": 1,
    }  # fmt: skip


def survey_rows(world: World, register: Register) -> Iterator[Row]:
    """Low answers are of stays that have a case, so that each leads to it."""
    rng = random.Random("the demo's surveys")
    keyring = Keyring(rng)
    past = {
        stay.key: stay
        for stay in world.stays
        if stay.is_past and stay.hotel == "LVH" and stay.guest is not None
        and stay.departure > world.today - timedelta(days=SINCE_DAYS)
        and at_hotel(stay.departure + timedelta(days=1), 2) < world.now
    }  # fmt: skip
    sore = {
        case.stay: case for case in world.cases if case.stay in past and case.kind == "complaint"
    }
    low = rng.sample(list(sore), min(LOW, len(sore)))
    happy = [key for key in past if key not in sore]
    picked = rng.sample(happy, min(len(happy), ANSWERED + UNANSWERED - len(low)))
    for no, key in enumerate([*low, *picked]):
        case = sore.get(key)
        answered = no < ANSWERED
        yield _survey(past[key], case, answered, rng, keyring, world, register)


def _survey(
    stay: DemoStay, case: Case | None, is_answered: bool, rng: random.Random, keyring: Keyring,
    world: World, register: Register,
) -> Row:  # fmt: skip
    made = at_hotel(stay.departure + timedelta(days=1), 2)
    late = timedelta(days=rng.randrange(3), hours=rng.randrange(6, 20), minutes=rng.randrange(60))
    at = min(made + late, world.now - timedelta(minutes=20)) if is_answered else None
    row: Row = {
        "id": keyring.key(made), "hotel_id": register.hotels["LVH"], "stay_id": stay.key,
        "made_at": made, "made_by": None, "expires_at": made + timedelta(days=VALID_DAYS),
        "answered_at": at, "answered_on": None, "language": None, "score": None, "words": None,
        "may_call": False, "complaint_id": case.key if case and at else None, "read_at": None,
        "read_by": None, "version": 1,
    }  # fmt: skip
    if at is None:
        return row
    language, score, words = rng.choice(BAD.get(case.category, ANY_BAD) if case else GOOD)
    read = at + READ_AFTER if at + READ_AFTER < world.now else None
    return row | {
        "answered_on": (at + timedelta(hours=8)).date(), "language": language, "score": score,
        "words": words if case or rng.random() < 0.6 else None,
        "may_call": bool(case) and rng.random() < 0.4,
        "read_at": read, "read_by": register.staff["duty"] if read else None,
        "version": 3 if read else 2,
    }  # fmt: skip


def review_rows(world: World, register: Register) -> Iterator[Row]:
    rng = random.Random("the demo's reviews")
    keyring = Keyring(rng)
    for no in range(REVIEWS):
        on = world.today - timedelta(days=1 + rng.randrange(SINCE_DAYS))
        site, scale = rng.choice(SITES)
        language, ten, title, words = rng.choice(WRITTEN)
        taken_in = min(at_hotel(on + timedelta(days=2), 9), world.now - timedelta(hours=1))
        read = taken_in + READ_AFTER if taken_in + READ_AFTER < world.now else None
        yield {
            "id": keyring.key(taken_in), "hotel_id": register.hotels["LVH"], "site": site,
            "external_id": f"{10_000 + no * 37}", "written_on": on,
            "score": f"{ten * scale / 10:g}", "scale": scale, "score_tenths": ten * 10,
            "author": rng.choice(AUTHORS), "language": language, "title": title, "words": words,
            "imported_at": taken_in, "imported_by": register.staff["duty"], "complaint_id": None,
            "read_at": read, "read_by": register.staff["duty"] if read else None,
            "version": 2 if read else 1,
        }  # fmt: skip
