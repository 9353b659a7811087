"""Makes the demo's six thousand guests: ages, families, assistants, shared phones, aliases."""

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from crm.guests.birthdays import Birthday
from crm.guests.terms import Calendar
from crm.kit import lunar
from lab.demo import chinese_names, world_names
from lab.demo.chinese_names import Spelt
from lab.demo.keys import Keyring
from lab.demo.people import Address, Contact, Person, PersonName, Relation
from lab.demo.unreachable import CITY_LINES, Switchboard

SHARE_FROM_ABROAD = 0.2
CITIES = (
    ("Hangzhou", "杭州市西湖区", "310000"), ("Shanghai", "上海市浦东新区", "200000"),
    ("Beijing", "北京市朝阳区", "100000"), ("Suzhou", "苏州市工业园区", "215000"),
    ("Ningbo", "宁波市海曙区", "315000"), ("Nanjing", "南京市鼓楼区", "210000"),
    ("Shenzhen", "深圳市南山区", "518000"), ("Guangzhou", "广州市天河区", "510000"),
    ("Chengdu", "成都市锦江区", "610000"), ("Wuhan", "武汉市武昌区", "430000"),
)  # fmt: skip
ABROAD_CITY = {
    "HK": "Hong Kong", "MO": "Macao", "TW": "Taipei", "JP": "Osaka", "KR": "Seoul",
    "SG": "Singapore", "US": "Seattle", "GB": "Leeds", "DE": "Hamburg", "FR": "Lyon",
    "AU": "Perth", "AE": "Dubai", "SA": "Jeddah", "EG": "Cairo", "IT": "Torino", "ES": "Sevilla",
    "NL": "Utrecht", "CH": "Basel", "SE": "Malmö", "CA": "Toronto", "IN": "Pune", "RU": "Kazan",
    "ID": "Surabaya", "HU": "Pécs", "PL": "Gdańsk", "CZ": "Brno", "HR": "Zadar", "PT": "Porto",
    "BR": "Curitiba", "IE": "Cork", "VN": "Huế", "TH": "Chiang Mai",
}  # fmt: skip
OCCUPATIONS = (
    "sales manager", "engineer", "doctor", "university teacher", "consultant", "designer",
    "entrepreneur", "lawyer", "tea merchant", "civil servant", "accountant", "software developer",
    "photographer", "nurse", "retired", "student", "architect", "export manager",
)  # fmt: skip
MESSENGER = {"CN": "wechat", "JP": "line", "TW": "line", "KR": "other", "TH": "line"}
# The share that counts birthdays by the moon: the older, the likelier.
LUNAR_BEFORE_1975, LUNAR_AFTER = 0.34, 0.07


def fold(text: str) -> str:
    """Latin letters without marks, for e-mail names."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ł", "l"))
    return "".join(c for c in plain.casefold() if c.isascii() and c.isalpha())


class Crowd:
    """Draws people one after another; the same seed draws the same people."""

    def __init__(self, rng: random.Random, today: date, keyring: Keyring) -> None:
        self.rng = rng
        self.today = today
        self.keyring = keyring
        self.board = Switchboard(rng)

    def people(self, count: int) -> Iterator[Person]:
        """So many guests: one household in nine is a family, one person in fifty has an
        assistant who books; all of them count."""
        made = 0
        while made < count:
            country = self._country()
            group = self._party(country, count - made)
            made += len(group)
            yield from group

    def _party(self, country: str, room_for: int) -> list[Person]:
        dice = self.rng.random()
        if dice < 0.11 and room_for >= 4:
            return self._family(country)
        if dice < 0.13 and room_for >= 2 and country == "CN":
            return self._boss_and_assistant(country)
        return [self.person(country)]

    def _country(self) -> str:
        if self.rng.random() >= SHARE_FROM_ABROAD:
            return "CN"
        countries = list(world_names.ABROAD)
        return self.rng.choices(countries, [world_names.ABROAD[c] for c in countries])[0]

    def person(
        self,
        country: str,
        *,
        female: bool | None = None,
        spelt: Spelt | None = None,
        age: int | None = None,
        contacts: tuple[Contact, ...] | None = None,
        made_on: date | None = None,
    ) -> Person:
        """One guest; what is not given is drawn."""
        rng = self.rng
        female = rng.random() < 0.44 if female is None else female
        spelt = spelt or self._spelt(country, female)
        age = age if age is not None else min(88, max(19, round(rng.gauss(43, 13))))
        made_on = made_on or self.today - timedelta(days=self._days_known())
        language = world_names.LANGUAGE[country]
        return Person(
            key=self.keyring.key(made_on),
            reference=self.keyring.reference("G"),
            country=country,
            female=female,
            title=self._title(female, age),
            names=tuple(self._names(country, spelt, female)),
            language=language,
            languages=self._languages(language),
            born=self._birthday(country, age),
            identity="individual",
            made_on=made_on,
            contacts=self._contacts(country, spelt) if contacts is None else contacts,
            address=self._address(country) if rng.random() < 0.35 else None,
            occupation=rng.choice(OCCUPATIONS) if rng.random() < 0.4 else "",
            plate=self._plate() if country == "CN" and rng.random() < 0.05 else "",
        )

    def _days_known(self) -> int:
        """Two in five are in the file since it began, the rest came evenly."""
        since_start = self.rng.random() < 0.4
        return self.rng.randrange(650 if since_start else 2, 729)

    def _spelt(self, country: str, female: bool) -> Spelt:
        if country == "CN":
            return chinese_names.a_name(self.rng, female)
        return world_names.a_name(self.rng, country, female)

    def _title(self, female: bool, age: int) -> str:
        if age < 16:
            return ""
        dice = self.rng.random()
        if dice < 0.04:
            return "dr"
        if dice < 0.05:
            return "prof"
        return "ms" if female else "mr"

    def _names(self, country: str, spelt: Spelt, female: bool) -> Iterator[PersonName]:
        if spelt.family or spelt.given:
            yield native_name(country, spelt)
        yield latin_name(spelt)
        dice = self.rng.random()
        if dice < 0.012:
            former = self._spelt(country, female)
            yield replace(latin_name(replace(spelt, latin_family=former.latin_family)),
                          kind="former")  # fmt: skip
        elif country == "CN" and dice < 0.03:
            alias = self.rng.choice(world_names.ENGLISH_GIVEN[female])
            yield PersonName("alias", spelt.latin_family, alias, f"{alias} {spelt.latin_family}")

    def _languages(self, first: str) -> tuple[str, ...]:
        second = self.rng.random() < 0.3
        if first.startswith("en"):
            return ("en", "zh-Hans") if self.rng.random() < 0.08 else ("en",)
        return (first, "en") if second else (first,)

    def _birthday(self, country: str, age: int) -> Birthday | None:
        rng = self.rng
        if rng.random() < 0.3:
            return None
        born = self.today - timedelta(days=round(age * 365.25) + rng.randrange(1, 365))
        year_known = rng.random() < 0.72
        by_moon = LUNAR_BEFORE_1975 if born.year < 1975 else LUNAR_AFTER
        if country in {"KR", "TW", "HK", "MO"}:
            by_moon *= 0.6
        elif country != "CN":
            by_moon = 0.0
        if rng.random() < by_moon:
            return lunar_birthday(born, year_known)
        return solar_birthday(born, year_known)

    def _contacts(self, country: str, spelt: Spelt) -> tuple[Contact, ...]:
        rng = self.rng
        found = []
        phone = self.board.mobile(country) if rng.random() < 0.93 else None
        if phone:
            found.append(Contact("phone", phone))
        if rng.random() < (0.42 if country == "CN" else 0.86):
            stem = ".".join(p for p in (fold(spelt.latin_given), fold(spelt.latin_family)) if p)
            found.append(Contact("email", self.board.email(stem)))
        if country in MESSENGER and rng.random() < 0.5:
            handle = f"~{fold(spelt.latin_given)}_{rng.randrange(1000, 10_000)}"
            found.append(Contact(MESSENGER[country], handle))
        if country == "CN" and rng.random() < 0.06:
            _, area = rng.choice(CITY_LINES)
            found.append(Contact("phone", self.board.city_line(area), "work"))
        return tuple(found)

    def _address(self, country: str) -> Address:
        house = self.rng.randrange(1, 400)
        if country == "CN":
            city, district, code = self.rng.choice(CITIES)
            return Address("CN", city, f"{district}示例路{house}号", code)
        return Address(country, ABROAD_CITY[country], f"{house} Example Street", "")

    def _plate(self) -> str:
        letters = "".join(self.rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(2))
        return f"浙{letters[0]}·{letters[1]}{self.rng.randrange(1000, 10_000)}"

    def _family(self, country: str) -> list[Person]:
        """Two parents and one or two children; the parents share a phone one time in three."""
        rng = self.rng
        age = rng.randrange(30, 48)
        father = self.person(country, female=False, age=age)
        mother = self.person(country, female=True, age=max(25, age - rng.randrange(0, 5)))
        if rng.random() < 0.33:
            father, mother = share_phone(father, mother)
        children = [self._child(country, father) for _ in range(rng.choice((1, 1, 2)))]
        return [*link_family(father, mother, children)]

    def _child(self, country: str, father: Person) -> Person:
        female = self.rng.random() < 0.5
        spelt = self._child_name(country, female, father)
        age = self.rng.randrange(2, 14)
        return self.person(country, female=female, age=age, spelt=spelt, contacts=())

    def _child_name(self, country: str, female: bool, father: Person) -> Spelt:
        spelt = self._spelt(country, female)
        native = next((n for n in father.names if n.kind == "native"), None)
        latin = next(n for n in father.names if n.kind == "latin")
        own = native.family if native else ""
        return replace(spelt, family=own, latin_family=latin.family)

    def _boss_and_assistant(self, country: str) -> list[Person]:
        boss = self.person(country)
        assistant = self.person(country)
        desk = Contact("phone", self.board.city_line("571"), "assistant", shared=True)
        boss = replace(
            boss,
            contacts=(*boss.contacts, desk),
            relations=(Relation("assistant", assistant.key, "books for both"),),
        )
        return [boss, replace(assistant, contacts=(*assistant.contacts, desk))]


def native_name(country: str, spelt: Spelt) -> PersonName:
    """Family first and closed up in East Asia; given first with a space elsewhere."""
    if spelt.family_first:
        space = "" if country in {"CN", "HK", "MO", "TW", "SG", "KR"} else " "
        full = f"{spelt.family}{space}{spelt.given}"
    else:
        full = f"{spelt.given} {spelt.family}".strip()
    return PersonName("native", spelt.family, spelt.given, full)


def latin_name(spelt: Spelt) -> PersonName:
    """``CHEN Jingyi`` where the family comes first, ``Jonas Müller`` where it does not."""
    if not spelt.latin_family:
        full = spelt.latin_given
    elif spelt.family_first:
        full = f"{spelt.latin_family.upper()} {spelt.latin_given}"
    else:
        full = f"{spelt.latin_given} {spelt.latin_family}"
    return PersonName("latin", spelt.latin_family, spelt.latin_given, full)


def solar_birthday(born: date, year_known: bool) -> Birthday:
    return Birthday(born.month, born.day, born.year if year_known else None)


def lunar_birthday(born: date, year_known: bool) -> Birthday:
    """The lunar date of the day of birth, leap month included."""
    day = lunar.to_lunar(born)
    return Birthday(day.month, day.day, day.year if year_known else None, Calendar.LUNAR, day.leap)


def share_phone(one: Person, other: Person) -> tuple[Person, Person]:
    """Both hold the first one's mobile, marked as shared; without a mobile nothing changes."""
    phone = next((c for c in one.contacts if c.kind == "phone"), None)
    if phone is None:
        return one, other
    shared = replace(phone, shared=True)

    def with_shared(person: Person) -> Person:
        rest = tuple(c for c in person.contacts if c.kind != "phone")
        return replace(person, contacts=(shared, *rest))

    return with_shared(one), with_shared(other)


def link_family(father: Person, mother: Person, children: list[Person]) -> Iterator[Person]:
    """Relations are held by the parents: each other's spouse, and the children."""
    to_children = tuple(Relation("child", child.key) for child in children)
    yield replace(father, relations=(Relation("spouse", mother.key), *to_children))
    yield replace(mother, relations=(Relation("spouse", father.key), *to_children))
    yield from children


def by_key(people: list[Person]) -> dict[UUID, Person]:
    return {person.key: person for person in people}
