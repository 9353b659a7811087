"""Forty companies and agencies with contracts, contacts who have birthdays too, and visits."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from crm.guests.birthdays import Birthday
from lab.demo import chinese_names
from lab.demo.crowd import fold, lunar_birthday, solar_birthday
from lab.demo.keys import Keyring
from lab.demo.unreachable import Switchboard

CORPORATE = (
    ("HR", "Hengrui Medical", "恒瑞医疗", "medical devices"),
    ("LJ", "Longjing Cloud", "龙井云科技", "software"),
    ("QT", "Qiantang Robotics", "钱塘机器人", "machinery"),
    ("XH", "Xihu Silk Group", "西湖丝绸集团", "textiles"),
    ("BJ", "Baojing Steel Trade", "宝景钢贸", "trade"),
    ("TY", "Tianyu Pharma", "天域制药", "pharmaceuticals"),
    ("WL", "Wulin Design Institute", "武林设计院", "architecture"),
    ("HX", "Huaxin Audit", "华信会计师事务所", "audit"),
    ("YT", "Yuntai Logistics", "云台物流", "logistics"),
    ("GS", "Green Shore Energy", "绿岸能源", "energy"),
    ("ZY", "Zhongyue Law Firm", "中岳律师事务所", "law"),
    ("MK", "Meike Appliances", "美可电器", "appliances"),
    ("AN", "Anji Bamboo Works", "安吉竹业", "furniture"),
    ("DF", "Dongfang Auto Parts", "东方汽配", "automotive"),
    ("NB", "Ningbo Harbour Services", "宁波港务服务", "shipping"),
    ("KY", "Keyuan Semiconductor", "科源半导体", "electronics"),
    ("FC", "Fuchun Paper", "富春纸业", "paper"),
    ("SH", "Shanhai Insurance", "山海保险", "insurance"),
    ("BL", "Bluewater Film Studio", "蓝水影业", "film"),
    ("JG", "Jingang Bank Hangzhou", "金港银行杭州分行", "banking"),
    ("OK", "Okada Precision", "岡田精密", "machinery"),
    ("MU", "Müller Messtechnik", "穆勒测量", "instruments"),
    ("HL", "Hanlim Cosmetics", "한림화장품", "cosmetics"),
    ("NS", "Nordsjö Retail", "北海零售", "retail"),
    ("PA", "Pacific Arc Consulting", "太平弧咨询", "consulting"),
    ("UN", "Zhejiang Lakeside University", "浙江湖畔大学", "education"),
    ("TE", "Tea Heritage Association", "茶文化协会", "association"),
    ("CT", "Canal Television", "运河电视台", "media"),
)
AGENCIES = (
    ("AT", "Aurora Tours", "极光旅游", "tour operator"),
    ("LB", "Lotus Bridge Travel", "莲桥旅行社", "tour operator"),
    ("SW", "Silk Way DMC", "丝路地接", "destination management"),
    ("SR", "Sunrise Meetings", "日升会务", "meetings"),
    ("TR", "TripHarbor", "旅港网", "online agency"),
    ("BN", "BedNest", "栖栖订房", "online agency"),
    ("ST", "StayLine", "住线", "online agency"),
    ("KO", "Hankang Tour", "한강투어", "tour operator"),
    ("JT", "Fuji Bridge Travel", "富士橋旅行", "tour operator"),
    ("GL", "Globe Lantern", "环灯旅游", "tour operator"),
)
OTHERS = (
    ("CR", "MU Crew Rotation", "MU机组", "airline crew"),
    ("LG", "Lakeview Hotel Group", "湖景酒店集团", "our own group"),
)
INTERESTS = ("golf", "calligraphy", "tea", "badminton", "opera", "cycling", "photography")
RESULTS = (
    "Happy with the rate, asks for more twin rooms in April.",
    "New budget from January; wants breakfast included.",
    "Compared us with two houses at the lake; stays with us.",
    "Complained about slow fapiao; finance will call.",
    "Plans a 60-person sales meeting in spring, offer sent.",
    "Contact changes next quarter; successor introduced.",
    "Wants late check-out for night flights, agreed till 15:00.",
)


@dataclass(frozen=True)
class PartnerContact:
    """Somebody at the company whom our sales people know."""

    key: UUID
    family: str
    given: str
    latin: str
    female: bool
    position: str
    phone: str
    email: str
    born: Birthday | None
    interests: str


@dataclass(frozen=True)
class Visit:
    at: date
    by: str
    kind: str
    result: str
    next_on: date | None


@dataclass(frozen=True)
class Contract:
    number: str
    signed_on: date
    starts_on: date
    ends_on: date
    rate_code: str
    discount_percent: int
    room_nights: int
    payment: str


@dataclass(frozen=True)
class Partner:
    """A company or agency; ``kind`` is corporate, agency, online_agency, airline or other."""

    key: UUID
    code: str
    name_en: str
    name_zh: str
    kind: str
    industry: str
    contract: Contract | None
    contacts: tuple[PartnerContact, ...]
    visits: tuple[Visit, ...]


class Partners:
    """Draws the companies in their fixed order."""

    def __init__(
        self, rng: random.Random, today: date, keyring: Keyring, board: Switchboard
    ) -> None:
        self.rng, self.today, self.keyring, self.board = rng, today, keyring, board

    def all(self) -> list[Partner]:
        kinds: list[tuple[str, str, str, str, str]] = (
            [(*row, "corporate") for row in CORPORATE]
            + [(*row, "online_agency" if "online" in row[3] else "agency") for row in AGENCIES]
            + [(*row, "airline" if row[0] == "CR" else "other") for row in OTHERS]
        )
        return [self._partner(at, *row) for at, row in enumerate(kinds)]

    def _partner(self, at: int, code: str, en: str, zh: str, industry: str, kind: str) -> Partner:
        return Partner(
            key=self.keyring.key(self.today - timedelta(days=self.rng.randrange(400, 1400))),
            code=code,
            name_en=en,
            name_zh=zh,
            kind=kind,
            industry=industry,
            contract=None if kind in {"online_agency", "other"} else self._contract(at, code),
            contacts=tuple(
                self._contact(code, first=n == 0)
                for n in range(0 if kind == "other" else self.rng.choice((1, 2, 2, 3)))
            ),
            visits=tuple(self._visits(0 if kind in {"other", "online_agency"} else 4)),
        )

    def _contract(self, at: int, code: str) -> Contract:
        """One in seven ends within sixty days, so that the reminder has something to say."""
        left = self.rng.randrange(8, 58) if at % 7 == 3 else self.rng.randrange(70, 330)
        ends = self.today + timedelta(days=left)
        starts = ends - timedelta(days=364)
        return Contract(
            number=f"LVH-{starts.year}-{at + 101}",
            signed_on=starts - timedelta(days=self.rng.randrange(5, 30)),
            starts_on=starts,
            ends_on=ends,
            rate_code=f"CORP-{code}",
            discount_percent=self.rng.choice((8, 10, 12, 15, 18, 20)),
            room_nights=self.rng.choice((80, 120, 200, 300, 500, 800)),
            payment=self.rng.choice(("city ledger, 30 days", "city ledger, 60 days", "card")),
        )

    def _contact(self, code: str, *, first: bool) -> PartnerContact:
        rng = self.rng
        female = rng.random() < 0.55
        name = chinese_names.a_name(rng, female)
        born = self.today - timedelta(days=rng.randrange(27 * 365, 56 * 365))
        birthday = (
            lunar_birthday(born, True)
            if rng.random() < 0.3
            else solar_birthday(born, rng.random() < 0.6)
        )
        stem = f"{fold(name.latin_given)}.{fold(name.latin_family)}.{fold(code)}"
        return PartnerContact(
            key=self.keyring.key(self.today - timedelta(days=rng.randrange(30, 700))),
            family=name.family,
            given=name.given,
            latin=f"{name.latin_family.upper()} {name.latin_given}",
            female=female,
            position="Travel manager"
            if first
            else rng.choice(("Office manager", "Assistant to the chairman", "HR manager", "Buyer")),
            phone=self.board.city_line("571"),
            email=self.board.email(stem),
            born=birthday if rng.random() < 0.8 else None,
            interests=rng.choice(INTERESTS),
        )

    def _visits(self, most: int) -> list[Visit]:
        count = self.rng.randint(1, most) if most else 0
        days = sorted(self.rng.sample(range(6, 640), count))
        return [
            Visit(
                at=self.today - timedelta(days=day),
                by="marketing",
                kind=self.rng.choice(("visit", "visit", "call", "meal", "house tour")),
                result=self.rng.choice(RESULTS),
                next_on=self.today + timedelta(days=self.rng.randrange(3, 60)) if n == 0 else None,
            )
            for n, day in enumerate(days)
        ]
