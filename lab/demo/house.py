"""The two hotels of the demo: rooms with their features, departments, and who works there."""

from dataclasses import dataclass, field

CITY = "Hangzhou"
ZONE = "Asia/Shanghai"
CURRENCY = "CNY"


@dataclass(frozen=True)
class RoomType:
    """A kind of room; the rate is minor units a night in an ordinary week."""

    code: str
    name_en: str
    name_zh: str
    rate: int
    beds: str
    sleeps: int


@dataclass(frozen=True)
class Room:
    """One room; features are preference codes it can satisfy."""

    no: str
    floor: int
    kind: str
    features: frozenset[str]


@dataclass(frozen=True)
class Department:
    code: str
    name_en: str
    name_zh: str


@dataclass(frozen=True)
class StaffMember:
    """Somebody who signs in. ``role`` is the policy's name; demo logins have a card."""

    login: str
    name: str
    role: str
    department: str
    language: str
    hotels: tuple[str, ...]
    card: str = ""


@dataclass(frozen=True)
class House:
    """A hotel with its rooms."""

    code: str
    name_en: str
    name_zh: str
    short: str
    types: tuple[RoomType, ...]
    rooms: tuple[Room, ...]
    departments: tuple[Department, ...] = field(default=())

    def room(self, no: str) -> Room:
        return next(room for room in self.rooms if room.no == no)


LAKEVIEW_TYPES = (
    RoomType("STW", "Superior Twin", "高级双床房", 88_000, "twin", 2),
    RoomType("SKG", "Superior King", "高级大床房", 92_000, "king", 2),
    RoomType("DTW", "Deluxe Twin", "豪华双床房", 108_000, "twin", 3),
    RoomType("DKG", "Deluxe King", "豪华大床房", 112_000, "king", 3),
    RoomType("LTW", "Lake View Twin", "湖景双床房", 138_000, "twin", 3),
    RoomType("LKG", "Lake View King", "湖景大床房", 145_000, "king", 3),
    RoomType("EXK", "Executive King", "行政大床房", 178_000, "king", 2),
    RoomType("FAM", "Family Room", "家庭房", 168_000, "twin", 4),
    RoomType("ACK", "Accessible King", "无障碍大床房", 98_000, "king", 2),
    RoomType("STE", "Lake Suite", "湖景套房", 328_000, "king", 4),
    RoomType("PRS", "Presidential Suite", "总统套房", 1_288_000, "king", 4),
)
GARDEN_TYPES = (
    RoomType("GTW", "Garden Twin", "花园双床房", 56_000, "twin", 2),
    RoomType("GKG", "Garden King", "花园大床房", 58_000, "king", 2),
    RoomType("CRT", "Courtyard Suite", "庭院套房", 118_000, "king", 3),
)
# Rooms a floor, 180 in all. Chinese towers have no 4th, 13th or 14th floor; 1 to 3 are public.
ROOMS_ON = dict.fromkeys((5, 6, 7, 8, 9, 10, 11, 12, 15, 16, 17, 19), 12) | {
    18: 14, 20: 8, 21: 6, 22: 8,
}  # fmt: skip
# The mock shows 1808 with five of six wishes met: its bathtub is the missing one.
NO_TUB = frozenset({"1808"})
DEPARTMENTS = (
    Department("RES", "Reservations", "预订部"),
    Department("FO", "Front Office", "前厅部"),
    Department("HK", "Housekeeping", "客房部"),
    Department("FB", "Food & Beverage", "餐饮部"),
    Department("KIT", "Kitchen", "厨房"),
    Department("CON", "Concierge", "礼宾部"),
    Department("ENG", "Engineering", "工程部"),
    Department("GR", "Guest Relations", "宾客关系部"),
    Department("SEC", "Security", "保安部"),
    Department("SPA", "Spa & Recreation", "康体部"),
    Department("ACC", "Accounting", "财务部"),
    Department("SAL", "Sales", "销售部"),
    Department("MKT", "Marketing", "市场营销部"),
    Department("GFC", "Guest-File Centre", "客户档案管理中心"),
    Department("MGT", "Management", "总经理办公室"),
    Department("IT", "Information Technology", "信息部"),
)
STAFF = (
    StaffMember("desk", "Lin Xiaoyu 林晓雨", "front_desk", "FO", "en", ("LVH",), "desk"),
    StaffMember("housekeeper", "Mei Ayi 梅阿姨", "housekeeping", "HK", "zh-Hans", ("LVH",),
                "housekeeper"),
    StaffMember("marketing", "He Jia 何佳", "marketing", "MKT", "en", ("LVH", "LVG"),
                "marketing"),
    StaffMember("duty", "Zhao Lei 赵磊", "duty_manager", "FO", "en", ("LVH",), "duty manager"),
    StaffMember("files", "Shen Min 沈敏", "file_centre", "GFC", "zh-Hans",
                ("LVH", "LVG"), "guest-file centre"),
    StaffMember("gm", "Fang Wei 方伟", "general_manager", "MGT", "en", ("LVH", "LVG"), "GM"),
    StaffMember("it.admin", "Wu Chao 吴超", "it", "IT", "en", ("LVH", "LVG")),
    StaffMember("desk2", "Ding Yue 丁悦", "front_desk", "FO", "zh-Hans", ("LVH",)),
    StaffMember("garden.desk", "Pan Hao 潘浩", "front_desk", "FO", "zh-Hans", ("LVG",)),
    StaffMember("restaurant", "Xia Tian 夏天", "food_beverage", "FB", "zh-Hans", ("LVH",)),
    StaffMember("housekeeper2", "Song Hong 宋红", "housekeeping", "HK", "zh-Hans", ("LVH",)),
    StaffMember("garden.duty", "Bai Ling 白玲", "duty_manager", "FO", "zh-Hans", ("LVG",)),
)  # fmt: skip


def lakeview() -> House:
    """Lakeview Hotel Hangzhou 湖景酒店: 180 rooms on sixteen floors."""
    rooms = tuple(
        _lakeview_room(floor, number)
        for floor in sorted(ROOMS_ON)
        for number in range(1, ROOMS_ON[floor] + 1)
    )
    return House(
        "LVH", "Lakeview Hotel Hangzhou", "湖景酒店", "Lakeview", LAKEVIEW_TYPES, rooms, DEPARTMENTS
    )


def garden() -> House:
    """The group's small second hotel, in the tea hills: 24 rooms."""
    rooms = []
    for floor in (1, 2, 3):
        for number in range(1, 9):
            kind = "CRT" if number == 8 else ("GTW" if number % 2 else "GKG")
            wishes = {"VW.GARDEN", "RM.QUIET", "SM.NON", "VW.OPENWIN"}
            wishes.add("BD.TWIN" if kind == "GTW" else "BD.KING")
            wishes.add("FL.GROUND" if floor == 1 else "VW.MOUNTAIN")
            rooms.append(Room(f"{floor}{number:02d}", floor, kind, frozenset(wishes)))
    return House(
        "LVG", "Lakeview Garden Longjing", "湖景龙井山庄", "Garden", GARDEN_TYPES, tuple(rooms),
        tuple(d for d in DEPARTMENTS if d.code in {"FO", "HK", "FB", "MGT"}),
    )  # fmt: skip


def _lakeview_room(floor: int, number: int) -> Room:
    no = f"{floor}{number:02d}"
    kind = _kind(floor, number)
    return Room(no, floor, kind, frozenset(_features(no, floor, number, kind)))


def _kind(floor: int, number: int) -> str:
    """Even numbers look at the lake; suites sit at the corridor's end, the best on top."""
    if (floor, number) == (22, 1):
        return "PRS"
    if number == ROOMS_ON[floor] and floor >= 15:
        return "STE"
    if floor >= 20:
        return "EXK"
    if (floor, number) in ((7, 8), (8, 8)):
        return "ACK"
    if number == 11 and floor in (6, 9, 10, 11, 16, 18):
        return "FAM"
    lake = number % 2 == 0
    if floor >= 15:
        return "LKG" if lake and number % 4 == 0 else ("LTW" if lake else "DKG")
    if floor >= 9:
        return ("LKG" if number % 4 == 0 else "LTW") if lake and number > 6 else (
            "DKG" if number % 3 == 0 else "DTW")  # fmt: skip
    return "SKG" if number % 3 == 0 else "STW"


def _features(no: str, floor: int, number: int, kind: str) -> set[str]:
    last = ROOMS_ON[floor]
    found = {"VW.WATER" if number % 2 == 0 else "VW.CITY"}
    found.add("BD.TWIN" if kind in {"STW", "DTW", "LTW", "FAM"} else "BD.KING")
    found.add("FL.HIGH" if floor >= 15 else "FL.LOW")
    found.add("RM.AWAYLIFT" if number > 6 or last < 10 else "RM.NEARLIFT")
    found.add("RM.ENDCORR" if number >= last - 1 else "RM.NOENDCORR")
    found.add("SM.YES" if floor == 11 else "SM.NON")
    if number in (1, last):
        found.add("RM.CORNER")
    if number in (7, 8, 10, 12, 14):
        found.add("RM.QUIET")
    if kind in {"LKG", "EXK", "FAM", "STE", "PRS", "LTW"} and no not in NO_TUB:
        found.add("BT.TUB")
    if number == 7:
        found.add("BT.TUB")
    if kind in {"STE", "PRS", "EXK", "DKG"}:
        found.add("BT.SHOWER")
    if floor >= 20:
        found |= {"FL.CLUB", "BT.BIDET", "TC.DESK"}
    if kind == "ACK":
        found |= {"AC.WHEEL", "AC.ROLLIN", "AC.GRAB", "AC.WALK"}
    if number in (9, 10) and floor >= 9:
        found.add("RM.CONNECT")
    if kind in {"STE", "PRS"}:
        found |= {"RM.SIZE", "VW.BALCONY"}
    if "4" not in no:
        found.add("FL.NO4")
    return found
