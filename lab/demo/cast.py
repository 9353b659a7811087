"""The guests of the mocks, who are in every demo exactly as drawn."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from crm.guests.birthdays import Birthday
from crm.guests.terms import Calendar
from crm.kit import lunar
from lab.demo.bookings import Habit, at_hotel
from lab.demo.chinese_names import Spelt
from lab.demo.crowd import Crowd, latin_name, native_name
from lab.demo.people import Address, Consent, Contact, Level, Person, PersonName, Relation


@dataclass(frozen=True)
class PastStay:
    """A stay that a mock shows: when it ended (days ago), nights, room, yuan, score."""

    left_days_ago: int
    nights: int
    room: str
    yuan: int
    score: int | None


@dataclass(frozen=True)
class Role:
    """One of the mock's guests with today's booking and what is known of the past."""

    person: Person
    habit: Habit
    nights: int
    room: str
    eta: tuple[int, int] | None
    past_stays: int = 0
    past: tuple[PastStay, ...] = ()
    tier: str = ""
    wishes: tuple[tuple[str, str, str, str], ...] = ()
    adults: int = 1
    children: int = 0
    arriving_from: str = ""
    words: str = ""
    note: str = ""


CHEN_PAST = (
    PastStay(113, 2, "1611", 4_120, 6), PastStay(166, 3, "1808", 6_930, 9),
    PastStay(322, 2, "1808", 4_400, 9), PastStay(351, 3, "1708", 7_310, 9),
    PastStay(389, 3, "1808", 7_480, None), PastStay(421, 3, "1608", 7_220, 8),
    PastStay(466, 2, "1808", 4_860, None), PastStay(507, 3, "1908", 7_390, 9),
    PastStay(549, 3, "1808", 7_160, 9), PastStay(590, 2, "1508", 4_940, None),
    PastStay(628, 3, "1808", 7_540, 8), PastStay(665, 2, "1708", 5_050, 9),
    PastStay(702, 3, "1608", 7_640, 9),
)  # fmt: skip
# code, value, status, words; the order is the order on the card
CHEN_WISHES = (
    ("AL.PEANUT", "", "confirmed", "Severe. Kitchen and turn-down told. No nut amenities."),
    ("FL.HIGH", "", "confirmed", ""), ("RM.AWAYLIFT", "", "confirmed", ""),
    ("RM.QUIET", "", "confirmed", ""), ("BD.KING", "", "confirmed", ""),
    ("SM.NON", "", "confirmed", ""), ("BT.TUB", "", "confirmed", ""),
    ("PL.BUCK", "1", "confirmed", ""), ("CL.COOL", "23", "confirmed", ""),
    ("LN.DUVETWARM", "", "seen_once", "Second blanket"),
    ("FV.NOCORIANDER", "", "confirmed", ""), ("AM.WARMWATER", "", "confirmed", ""),
    ("AM.TEA", "Longjing 龙井", "seen_twice", ""), ("SV.CLEANPM", "14:00", "confirmed", ""),
    ("BL.FAPIAO", "", "confirmed", "Hengrui Medical, title on file"),
    ("CH.RAIL", "1", "confirmed", ""), ("CE.BDLUNAR", "", "confirmed", ""),
    ("CE.BDPRIVATE", "", "confirmed", "Not in front of colleagues"),
    ("CE.CAKE", "low sugar 低糖", "confirmed", "19:00"),
    ("SV.LATEOUT", "", "proposed", ""),
)  # fmt: skip


def corporate(code: str, kind: str, percent: int, breakfast: bool = True) -> Habit:
    return Habit("business", "corporate", "email", "corporate", f"CORP-{code}", kind, percent,
                 breakfast, 0.8, "city_ledger", "corporate", code)  # fmt: skip


def leisure(kind: str, channel: str = "direct", way: str = "web", identity: str = "individual",
            company: str = "") -> Habit:  # fmt: skip
    return Habit("leisure", channel, way, "leisure", "BAR", kind, 0, False, 1.0, "card",
                 identity, company)  # fmt: skip


def birthday_on(day: date, year: int) -> Birthday:
    """A lunar birthday that is celebrated on ``day``; the year is dropped where it has no such
    date (a leap month, a thirtieth)."""
    moon = lunar.to_lunar(day)
    length = lunar.month_length(year, moon.month, moon.leap)
    known = year if length is not None and moon.day <= length else None
    return Birthday(moon.month, moon.day, known, Calendar.LUNAR, moon.leap)


class Cast:
    """Puts the mock's guests together around a day."""

    def __init__(self, crowd: Crowd, today: date) -> None:
        self.crowd, self.today = crowd, today

    def _one(self, country: str, female: bool, spelt: Spelt, age: int, **facts: object) -> Person:
        person = self.crowd.person(country, female=female, spelt=spelt, age=age)
        names = [latin_name(spelt)]
        if spelt.family:
            names.insert(0, native_name(country, spelt))
        return replace(person, names=tuple(names), plate="", **facts)  # type: ignore[arg-type]

    def _answers(self, answers: dict[str, bool]) -> Iterator[Consent]:
        at = at_hotel(self.today - timedelta(days=702), 15, 20)
        for channel, granted in answers.items():
            yield Consent(channel, "marketing", granted, at,
                          "registration card, signed|Tick on the registration card")  # fmt: skip

    def _phone(self, number: str) -> Contact:
        return Contact("phone", self.crowd.board.keep(number))

    def _mail(self, address: str) -> Contact:
        return Contact("email", self.crowd.board.keep(address))

    def chen(self, husband: Person) -> Role:
        """陈静怡: due 15:30 from the airport into 1808, peanuts, birthday tomorrow."""
        child_born = self.today.replace(day=1) - timedelta(days=5 * 365 + 70)
        chen = self._one(
            "CN", True, Spelt("陈", "静怡", "Chen", "Jingyi"), 40,
            title="ms", languages=("zh-Hans", "en"), identity="corporate", company="HR",
            position="Director of Regulatory Affairs", occupation="",
            contacts=(self._phone("+8615405718866"), self._mail("jingyi.chen@example.com"),
                      Contact("wechat", "~chenjingyi_hr")),
            born=birthday_on(self.today + timedelta(days=1), 1986),
            checked_on=self.today - timedelta(days=113), in_private=True,
            address=Address("CN", "Shanghai", "上海市浦东新区示例路88号", "200000"),
            consents=tuple(self._answers({"email": True, "wechat": True, "sms": False})),
            vip=Level("V3", "Chooses the house for all of Hengrui's audits",
                      self.today - timedelta(days=300), date(self.today.year + 1, 12, 31),
                      "gm"),
            relations=(
                Relation("spouse", husband.key, "travels with her"),
                Relation("child", None, name="周小满", born_on=child_born),
                Relation("assistant", None, "Books for her", "王秘书", "0571 9026 2207"),
            ),
        )  # fmt: skip
        return Role(chen, corporate("HR", "LKG", 12), 3, "1808", (15, 30), past=CHEN_PAST,
                    tier="platinum", wishes=CHEN_WISHES, adults=2, children=1,
                    arriving_from="airport", words="Asked for the airport car.")  # fmt: skip

    def crew(self) -> Person:
        """The airline's crew: one file for all, whoever flies."""
        person = self._one("CN", False, Spelt("", "", "", "Crew MU"), 40, title="",
                           identity="group", company="CR", contacts=(), born=None, occupation="",
                           address=None)  # fmt: skip
        return replace(person, female=None, language="zh-Hans", languages=("zh-Hans", "en"))

    def husband(self) -> Person:
        return self._one("CN", False, Spelt("周", "文", "Zhou", "Wen"), 41, title="mr",
                         contacts=(self._phone("+8615405716021"),), born=None)  # fmt: skip

    def namesake(self) -> Person:
        """The second guest whose phone ends in 8866, so that the look-up answers with two."""
        return self._one("CN", False, Spelt("单", "国强", "Shan", "Guoqiang"), 52, title="mr",
                         contacts=(self._phone("+8616802108866"),))  # fmt: skip

    def others(self) -> list[Role]:
        """The other people of the arrivals board, in the order of the mock."""
        return [
            self._okada(), self._mueller(), self._dubois(), self._zhao(), self._tan(),
            self._al_sayed(), self._garcia(), self._sun(), self._novak(),
        ]  # fmt: skip

    def _okada(self) -> Role:
        okada = self._one(
            "JP", False, Spelt("岡田", "陽翔", "Okada", "Haruto"), 38, title="mr",
            languages=("ja",), contacts=(self._mail("haruto.okada@example.com"),),
        )  # fmt: skip
        return Role(okada, leisure("DKG"), 1, "1207", (13, 0), past_stays=5, tier="gold",
                    wishes=(("RM.QUIET", "", "confirmed", ""), ("BT.TUB", "", "confirmed", ""),
                            ("CM.LANGOTH", "ja", "confirmed", "Japanese only")))  # fmt: skip

    def _mueller(self) -> Role:
        jonas = self._one(
            "DE", False, Spelt("", "", "Müller", "Jonas", family_first=False), 44, title="mr",
            languages=("de", "en"), identity="long_stay", company="MU",
            position="Site engineer",
            contacts=(self._phone("+493023125401"), self._mail("jonas.mueller@example.net")),
        )  # fmt: skip
        habit = replace(corporate("MU", "EXK", 20), market="long_stay", identity="long_stay")
        return Role(jonas, habit, 274, "2101", None, past_stays=1, tier="silver",
                    wishes=(("LN.GREEN", "weekly", "confirmed", "Linen once a week"),
                            ("AL.COELIAC", "", "confirmed", "Gluten-free")))  # fmt: skip

    def _dubois(self) -> Role:
        camille = self._one("FR", True, Spelt("", "", "Dubois", "Camille", family_first=False), 33,
                            title="ms", identity="agency", languages=("fr",),
                            contacts=(self._mail("camille.dubois@example.org"),))  # fmt: skip
        habit = leisure("DKG", "online_agency", "interface", "agency", "TR")
        return Role(camille, habit, 2, "903", (18, 10), adults=2, children=1,
                    wishes=(("CH.COT", "", "confirmed", "Asked for in the booking"),
                            ("TR.LATEARR", "", "seen_once", "")))  # fmt: skip

    def _zhao(self) -> Role:
        zhao = self._one(
            "CN", False, Spelt("赵", "国强", "Zhao", "Guoqiang"), 58, title="mr",
            identity="corporate", company="BJ", position="Chairman",
            contacts=(self._phone("+8616905710088"), self._mail("chairman.zhao@example.com")),
            vip=Level("V1", "Chairman of Baojing; 500 room nights a year",
                      self.today - timedelta(days=600), date(self.today.year + 1, 12, 31),
                      "gm"),
        )  # fmt: skip
        return Role(zhao, corporate("BJ", "STE", 15), 2, "2208", (19, 45), past_stays=51,
                    tier="diamond", note="GM meets him at the car, never in the lobby.",
                    wishes=(("AM.NOLILY", "", "confirmed", ""),
                            ("AM.TEA", "Pu'er", "confirmed", "Aged, no sugar"),
                            ("RM.SAMEROOM", "2208", "confirmed", ""),
                            ("FL.HIGH", "", "confirmed", ""), ("SM.NON", "", "confirmed", ""),
                            ("SV.INROOM", "", "confirmed", "")))  # fmt: skip

    def _tan(self) -> Role:
        tan = self._one("SG", False, Spelt("陈", "伟", "Tan", "Wei"), 50, title="mr",
                        identity="house_use", company="LG", position="Group general manager",
                        contacts=(self._mail("wei.tan@example.com"),))  # fmt: skip
        habit = Habit("business", "direct", "email", "house_use", "HOUSE", "DTW", 100, True, 0.3,
                      "house", "house_use", "LG")  # fmt: skip
        return Role(tan, habit, 2, "1001", (20, 0), past_stays=6)

    def _al_sayed(self) -> Role:
        noor = self._one(
            "AE", True, Spelt("السيد", "نور", "Al-Sayed", "Noor", family_first=False), 36,
            title="ms", languages=("ar", "en"),
            contacts=(self._phone("+971573104418"), self._mail("noor.alsayed@example.com")),
            vip=Level("V4", "First visit of a new key account", self.today - timedelta(days=40),
                      date(self.today.year + 1, 12, 31), "gm"),
        )  # fmt: skip
        return Role(noor, leisure("LTW"), 4, "1510", (20, 30), past_stays=1, tier="silver",
                    wishes=(("DT.HALAL", "", "confirmed", "Halal"),
                            ("RC.QIBLA", "", "confirmed", ""),
                            ("AM.NOALC", "", "confirmed", "")))  # fmt: skip

    def _garcia(self) -> Role:
        lucia = self._one("ES", True, Spelt("", "", "Garcia", "Lucia", family_first=False), 29,
                          title="ms", contacts=(self._phone("+34791204477"),))  # fmt: skip
        return Role(lucia, leisure("STW"), 1, "", (21, 0))

    def _sun(self) -> Role:
        sun = self._one("CN", True, Spelt("孙", "丽", "Sun", "Li"), 45, title="ms",
                        identity="corporate", company="XH", position="Head of export",
                        contacts=(self._phone("+8616305713312"),))  # fmt: skip
        return Role(sun, corporate("XH", "LTW", 10), 1, "1602", (22, 15), past_stays=8,
                    tier="gold", wishes=(("PL.LOW", "", "confirmed", "Soft and low"),
                                         ("AM.NOALC", "", "confirmed", "")))  # fmt: skip

    def _novak(self) -> Role:
        petra = self._one("HR", True, Spelt("", "", "Novak", "Petra", family_first=False), 61,
                          title="ms", languages=("hr", "en"),
                          contacts=(self._phone("+385943301127"),
                                    self._mail("petra.novak@example.net")))  # fmt: skip
        return Role(petra, leisure("ACK"), 3, "708", (23, 0),
                    wishes=(("AC.WHEEL", "", "confirmed", "Wheelchair"),
                            ("AC.ROLLIN", "", "confirmed", "")))  # fmt: skip

    def star(self) -> Person:
        """An actress who stays under another name; callers are told nothing."""
        person = self._one("CN", True, Spelt("翟", "若曦", "Zhai", "Ruoxi"), 34, title="ms",
                           incognito=True, in_private=True, occupation="actress")  # fmt: skip
        alias = PersonName("alias", "Zhou", "Qing", "ZHOU Qing 周晴")
        return replace(person, names=(*person.names, alias))

    def triplicate(self) -> list[Person]:
        """One man in three files: the duplicate cluster for the guest-file centre."""
        phone = self.crowd.board.keep("+8616405715517")
        first = self._one("CN", False, Spelt("欧阳", "文远", "Ouyang", "Wenyuan"), 47,
                          contacts=(Contact("phone", phone),
                                    self._mail("wenyuan.ouyang@example.com")))  # fmt: skip
        second = self._one("CN", False, Spelt("欧阳", "文远", "Ou", "Yangwenyuan"), 47,
                           contacts=(Contact("phone", phone),), born=first.born)  # fmt: skip
        third = self._one("CN", False, Spelt("", "", "Ouyang", "Wenyuan", family_first=False), 47,
                          contacts=(Contact("email", "wenyuan.ouyang@example.com"),),
                          born=None)  # fmt: skip
        return [first, second, third]
