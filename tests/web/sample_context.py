"""One believable day of the front desk, as the queries would give it: for drawing templates."""

from datetime import UTC, date, datetime
from uuid import UUID

from crm.complaints.terms import CaseStatus, Severity
from crm.guests.terms import Calendar, ContactKind, GuestIdentity, RelationKind, Title, VipLevel
from crm.hotels.terms import Cleanliness
from crm.loyalty.terms import Tier
from crm.preferences.terms import PreferenceStatus
from crm.privacy.terms import ConsentChannel
from crm.profile.schemas import (
    Alert,
    Birthday,
    Board,
    BoardRow,
    CaseLine,
    CompanyLink,
    Consent,
    Contact,
    Door,
    DoorNote,
    Figures,
    FileQuality,
    Fit,
    Floor,
    FloorFilter,
    GuestCard,
    Happening,
    Link,
    Phrase,
    Say,
    Side,
    StayNow,
    Term,
    Weight,
    Wish,
    WishGroup,
)
from crm.stays.terms import BookingChannel, StayStatus
from web.rendering import Frame

TODAY = date(2026, 11, 24)


def key(number: int) -> UUID:
    return UUID(int=number)


def phrase(code: str, **values: object) -> Phrase:
    return Phrase(code=code, values=values)


def wish(text: str, *, met: bool | None = None, seen: int = 0) -> Wish:
    status = (
        PreferenceStatus.CONFIRMED,
        PreferenceStatus.SEEN_ONCE,
        PreferenceStatus.SEEN_TWICE,
    )[seen]
    return Wish(code="RM.X", text=text, status=status, confirmed=not seen, times_seen=seen, met=met)


def group(topic: str, *wishes: Wish) -> WishGroup:
    return WishGroup(topic=phrase(f"topic.{topic}"), wishes=list(wishes))


PEANUTS = Alert(
    weight=Weight.MUST_KNOW,
    kind="allergy",
    text="Peanut allergy, severe. No nut amenities in 1808.",
    short="peanuts",
)
NOISE = Alert(
    weight=Weight.TAKE_CARE,
    kind="case",
    text=phrase(
        "case.last_stay_check",
        no=1042,
        what="air conditioner noise, moved at 23:40",
        check="Ask how 1808 sounds after 30 minutes.",
    ),
    short="AC noise",
)
BIRTHDAY = Alert(
    weight=Weight.NOTE,
    kind="birthday",
    text=phrase("birthday.private", day=date(2026, 11, 25)),
    short=phrase("short.birthday"),
)


def happening(on: date, kind: str, code: str, /, **values: object) -> Happening:
    at = datetime(on.year, on.month, on.day, 8, tzinfo=UTC)
    text = phrase(f"happened.{code}", **values)
    return Happening(on=on, at=at, kind=kind, text=text, source=kind, source_id="1")


CHEN = GuestCard(
    guest_id=key(1),
    reference="G-7Q4K2M",
    version=7,
    name="陈静怡",
    latin_name="CHEN Jingyi",
    alias=None,
    is_incognito=False,
    title=Title.MS,
    pronounced="Chén Jìngyí",
    languages=["zh", "en"],
    nationality="CN",
    identity=GuestIdentity.CORPORATE,
    tier=Tier.PLATINUM,
    membership_no="1000 2042 7",
    vip=VipLevel.V3,
    caution=None,
    company=CompanyLink(id=key(90), name="Hengrui Medical"),
    position="Head of sales",
    say=Say(
        to_guest=Phrase(code="greet.back", values={"name": "陈女士"}, language="zh"),
        to_staff=phrase("say.back", name="Ms Chen", nth=14),
        in_private=phrase("say.birthday_private", day=date(2026, 11, 25)),
    ),
    stay=StayNow(
        stay_id=key(50),
        hotel_id=key(80),
        status=StayStatus.BOOKED,
        arrival_on=TODAY,
        departure_on=date(2026, 11, 27),
        eta="15:30",
        room="1808",
        room_type="Deluxe King",
        room_ready=True,
        cleanliness=Cleanliness.INSPECTED,
        nights=3,
        rate="CORP-HR",
        adults=2,
        children=1,
        channel=BookingChannel.CORPORATE,
        arriving_from="airport",
        asked=None,
    ),
    stay_number=14,
    alerts=[PEANUTS, NOISE, BIRTHDAY],
    fit=Fit(room="1808", met=5, wanted=6, missing=["bathtub"]),
    wishes=[
        group(
            "room",
            wish("High floor", met=True),
            wish("Far from lift", met=True),
            wish("King bed", met=True),
            wish("Bathtub", met=False),
        ),
        group(
            "bed_climate", wish("Buckwheat pillow"), wish("23 °C"), wish("Second blanket", seen=1)
        ),
        group("food_drink", wish("No coriander"), wish("Warm water"), wish("Longjing tea", seen=2)),
        group(
            "service", wish("Clean after 14:00"), wish("Fapiao to company"), wish("Child bed rail")
        ),
    ],
    figures=Figures(
        stays=14, nights=37, spend_minor=8_241_000, spend_band=None, currency="CNY", points=6840
    ),
    segment=None,
    contacts=[
        Contact(id="1", kind=ContactKind.PHONE, shown="+86 138 •••• 8866", masked=True),
        Contact(id="2", kind=ContactKind.EMAIL, shown="c•••n@•••.example", masked=True),
    ],
    birthday=Birthday(
        calendar=Calendar.LUNAR,
        month=10,
        day=17,
        leap_month=False,
        year=None,
        next_on=date(2026, 11, 25),
        days=1,
    ),
    consents=[
        Consent(channel=ConsentChannel.WECHAT, allowed=True),
        Consent(channel=ConsentChannel.EMAIL, allowed=True),
        Consent(channel=ConsentChannel.SMS, allowed=False),
    ],
    scores=[9, 9, 6],
    file=FileQuality(percent=92, missing=["address"], checked_on=date(2026, 8, 3)),
    links=[
        Link(relation=RelationKind.SPOUSE, name="周文", guest_id=key(2), note="travels along"),
        Link(relation=RelationKind.ASSISTANT, name="王秘书", guest_id=None, note="books"),
        Link(relation="referred", name="3", guest_id=None, note=""),
    ],
    cases=[
        CaseLine(
            id=key(1042),
            number=1042,
            reference="C-1042",
            status=CaseStatus.CLOSED,
            severity=Severity.MODERATE,
            headline="Air conditioner noise",
            opened_on=date(2026, 8, 2),
            is_open=False,
        )
    ],
    timeline=[
        happening(TODAY, "note", "note", words="Asked for an airport car by WeChat"),
        happening(
            date(2026, 8, 3), "stay", "stay_left_scored_room", room="1611", nights=2, score=6
        ),
        happening(date(2026, 8, 2), "case", "case_closed", no=1042, what="AC noise", hours=19),
        happening(
            date(2026, 8, 2),
            "note",
            "preference_seen_by",
            what="Second blanket",
            by=Term(kind="department", value="HK"),
        ),
        happening(
            date(2026, 6, 11), "stay", "stay_left_scored_room", room="1808", nights=3, score=9
        ),
        happening(
            date(2026, 6, 10),
            "tier",
            "tier",
            before=Term(kind="tier", value="gold"),
            tier=Term(kind="tier", value="platinum"),
        ),
        happening(
            date(2026, 6, 10),
            "points",
            "points",
            points="+693",
            kind=Term(kind="points", value="earned"),
        ),
        happening(date(2026, 1, 6), "stay", "stay_left_room", room="1808", nights=1),
    ],
)


def row(number: int, identity: str, at: str | None, name: str, latin: str = "", **more: object):
    facts = {
        "stay_id": key(number),
        "guest_id": key(number),
        "version": 1,
        "status": StayStatus.BOOKED,
        "identity": GuestIdentity(identity),
        "at": at,
        "name": name,
        "latin_name": latin,
        "group": None,
        "people": 1,
        "tier": Tier.MEMBER,
        "vip": None,
        "room": None,
        "room_ready": False,
        "cleanliness": None,
        "stay_number": 1,
        "nights": 1,
        "flags": [],
        "wants": "",
        "prep_met": None,
        "prep_wanted": None,
    }
    return BoardRow(**(facts | more))


NO_LILIES = Alert(weight=Weight.TAKE_CARE, kind="must_know", text="No lilies.", short="no lilies")
HALAL = Alert(weight=Weight.NOTE, kind="diet", text="Halal", short="halal")

ARRIVALS = Board(
    side=Side.ARRIVALS,
    on=TODAY,
    counts={"arrivals": 38, "in_house": 142, "departures": 41},
    filters={"vip": 6, "allergy": 4, "case": 3, "birthday": 5, "first": 17},
    chosen=None,
    prepared=33,
    to_prepare=38,
    rows=[
        row(1, "corporate", "15:30", "陈静怡", "CHEN Jingyi", tier=Tier.PLATINUM, vip=VipLevel.V3,
            room="1808", room_ready=True, stay_number=14, nights=3, flags=[PEANUTS, NOISE],
            wants="high floor, buckwheat, 23 °C", prep_met=4, prep_wanted=4),
        row(2, "individual", "13:00", "OKADA Haruto", tier=Tier.GOLD, room="1207", stay_number=6,
            wants="quiet, bathtub, Japanese only", prep_met=3, prep_wanted=4),
        row(3, "group", "16:00", "Aurora Tours", guest_id=None, people=18, tier=None, room="12F",
            nights=2, wants="twin, same floor"),
        row(4, "long_stay", None, "Müller, Jonas", tier=Tier.SILVER, room="2101", room_ready=True,
            stay_number=3, nights=270, wants="weekly linen, gluten free"),
        row(5, "agency", "18:10", "Dubois, Camille", room="903", nights=2,
            wants="cot, late arrival"),
        row(6, "corporate", "19:45", "赵国强", "ZHAO Guoqiang", tier=Tier.DIAMOND, vip=VipLevel.V1,
            room="2208", room_ready=True, stay_number=52, nights=2, flags=[NO_LILIES],
            wants="GM meets at car, Pu’er", prep_met=5, prep_wanted=6),
        row(7, "house_use", "20:00", "Tan, Wei (group GM)", room="1001", room_ready=True),
        row(8, "individual", "20:30", "Al-Sayed, Noor", tier=Tier.SILVER, vip=VipLevel.V4,
            room="1510", room_ready=True, stay_number=2, nights=4, flags=[HALAL],
            wants="qibla mark, no alcohol in room"),
        row(9, "individual", "21:00", "Garcia, Lucia"),
        row(10, "corporate", "22:15", "孙丽", "SUN Li", tier=Tier.GOLD, room="1602",
            room_ready=True, stay_number=9, wants="soft pillow, no minibar alcohol"),
        row(11, "individual", "23:00", "Novak, Petra", room="708", room_ready=True, nights=3,
            wants="wheelchair, roll-in shower"),
        row(12, "group", "23:30", "Crew MU", guest_id=None, people=6, tier=None, room="5F",
            room_ready=True, wants="blackout, wake 05:10"),
    ],
)  # fmt: skip


def door(no: str, situation: str, *notes: tuple[str, str, str], vip: VipLevel | None = None):
    return Door(
        no=no,
        situation=situation,
        state=phrase("door.in_house", clean=Term(kind="cleanliness", value="dirty")),
        cleanliness=Cleanliness.DIRTY,
        vip=vip,
        version=1,
        notes=[DoorNote(weight=Weight(weight), code=code, text=t) for weight, code, t in notes],
        more=0,
    )


EIGHTEEN = Floor(
    name="18",
    floors=["17", "18", "19"],
    chosen=FloorFilter.ALL,
    counts={"all": 4, "noted": 3, "due": 1, "leaving": 1},
    on=TODAY,
    rooms=[
        door(
            "1802", "in_house", ("note", "SV.AFTER", "14:00 后打扫"), ("note", "PL.X", "荞麦枕 × 2")
        ),
        door(
            "1808",
            "due",
            ("must_know", "AL.PEANUT", "花生过敏：不放坚果"),
            ("note", "CL.TEMP", "空调 23 °C"),
            ("note", "CH.RAIL", "婴儿床护栏 1"),
            vip=VipLevel.V3,
        ),
        door("1810", "in_house"),
        door("1811", "leaving", ("note", "CM.LANGOTH", "只说日语")),
    ],
)

DESK = frozenset(
    {
        "guests.look_up",
        "guests.read",
        "guests.contact",
        "guests.register",
        "guests.add_contact",
        "guests.reveal",
        "board.read",
        "rooms.read",
        "stays.read",
        "companies.read",
    }
)


def frame(
    language: str = "en",
    theme: str = "light",
    path: str = "/",
    permissions: frozenset[str] = DESK,
    role: str = "front_desk",
) -> Frame:
    return Frame(
        language=language,
        theme=theme,
        staff_name="Lin",
        role=role,
        permissions=permissions,
        hotel_name="Lakeview Hotel Hangzhou",
        zone="Asia/Shanghai",
        business_date=TODAY,
        csrf="token",
        path=path,
    )
