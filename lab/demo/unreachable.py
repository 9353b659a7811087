"""Phone numbers and addresses of the demo, chosen so that none of them can reach a person.

Where a regulator keeps numbers for drama, we use those: the United Kingdom (Ofcom 07700 900…),
North America (555-0100 to 0199), France (ARCEP 06 39 98), Germany (030 23125), Australia
(ACMA 02 7010), Sweden (PTS 08 465 004). Everywhere else the number has the right length but
lies in a block that the national plan has never given to anybody: mainland mobiles in 154,
163, 164, 168 and 169 (so Keshi, like every parser, calls them possible but not valid), fixed
lines whose local number starts with 90, Japanese mobiles 090-0…, Korean ones 010-0…, and so
on. E-mail addresses end in example.com, .org or .net (RFC 2606), messaging ids
start with a tilde, which no messenger allows.
"""

import random
from dataclasses import dataclass

UNASSIGNED_MAINLAND = ("154", "163", "164", "168", "169")


@dataclass(frozen=True)
class Block:
    """A block of numbers nobody answers: ``prefix`` in E.164 and how many digits follow."""

    prefix: str
    free_digits: int
    why: str

    def draw(self, rng: random.Random) -> str:
        return self.prefix + "".join(str(rng.randrange(10)) for _ in range(self.free_digits))

    def holds(self, phone: str) -> bool:
        rest = phone.removeprefix(self.prefix)
        return rest != phone and len(rest) == self.free_digits and rest.isdigit()


def _never_given(*prefixes: tuple[str, int]) -> tuple[Block, ...]:
    return tuple(Block(prefix, digits, "never assigned") for prefix, digits in prefixes)


BLOCKS: dict[str, tuple[Block, ...]] = {
    "CN": _never_given(*((f"+86{p}", 8) for p in UNASSIGNED_MAINLAND)),
    "HK": _never_given(("+8520", 7)),
    "MO": _never_given(("+8530", 6)),
    "TW": _never_given(("+88610", 7)),
    "JP": _never_given(("+81900", 7)),
    "KR": _never_given(("+82100", 7)),
    "SG": _never_given(("+657", 7)),
    "AE": _never_given(("+97157", 7)),
    "SA": _never_given(("+96652", 7)),
    "EG": _never_given(("+2013", 8)),
    "ES": _never_given(("+3479", 7)),
    "IT": _never_given(("+39301", 7)),
    "PT": _never_given(("+35194", 7)),
    "NL": _never_given(("+3169", 7)),
    "CH": _never_given(("+4170", 7)),
    "CZ": _never_given(("+42074", 7)),
    "HR": _never_given(("+38594", 7)),
    "IN": _never_given(("+911000", 6)),
    "BR": _never_given(("+55209", 8)),
    "GB": (Block("+447700900", 3, "Ofcom, for drama"),),
    "IE": (Block("+35320911", 4, "ComReg, for drama"),),
    "FR": (Block("+3363998", 4, "ARCEP, for drama"),),
    "DE": (Block("+493023125", 3, "BNetzA, for drama"), Block("+498999998", 3, "BNetzA")),
    "SE": (Block("+468465004", 2, "PTS, for drama"),),
    "AU": (Block("+6127010", 4, "ACMA, for drama"),),
    "US": tuple(
        Block(f"+1{area}55501", 2, "NANPA, for fiction")
        for area in ("206", "212", "303", "312", "415", "512", "617", "702", "808", "919")
    ),
    "CA": tuple(Block(f"+1{area}55501", 2, "NANPA, for fiction") for area in ("416", "514", "604")),
}
CITY_LINES: tuple[tuple[str, str], ...] = (
    ("Hangzhou", "571"),
    ("Shanghai", "21"),
    ("Beijing", "10"),
    ("Ningbo", "574"),
    ("Suzhou", "512"),
    ("Nanjing", "25"),
    ("Shenzhen", "755"),
    ("Guangzhou", "20"),
)
MAIL_DOMAINS = ("example.com", "example.org", "example.net")
# The tour finds its guest by these four digits, so chance may not give them to anybody else.
KEPT_ENDINGS = frozenset({"8866", "2207"})


class Switchboard:
    """Gives out numbers and addresses, each only once unless people really share it."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._given: set[str] = set()

    def mobile(self, country: str) -> str | None:
        """A free E.164 number of the country, or None where we know of no dead block."""
        blocks = BLOCKS.get(country)
        if blocks is None:
            return None
        for _ in range(200):
            phone = self._rng.choice(blocks).draw(self._rng)
            if phone not in self._given and phone[-4:] not in KEPT_ENDINGS:
                self._given.add(phone)
                return phone
        return None

    def city_line(self, area: str) -> str:
        """A mainland fixed line: eight local digits starting with 90, which no city uses."""
        while True:
            phone = f"+86{area}90" + "".join(str(self._rng.randrange(10)) for _ in range(6))
            if phone not in self._given and phone[-4:] not in KEPT_ENDINGS:
                self._given.add(phone)
                return phone

    def keep(self, value: str) -> str:
        """Reserve a number or address that the cast has by name."""
        self._given.add(value)
        return value

    def email(self, stem: str) -> str:
        """A free address; a taken stem gets a number, as the mailbox would have done."""
        for attempt in range(1, 10_000):
            tail = (
                ""
                if attempt == 1
                else str(self._rng.randrange(10, 99)) + ("" if attempt < 5 else str(attempt))
            )
            address = f"{stem}{tail}@{self._rng.choice(MAIL_DOMAINS)}"
            if address not in self._given:
                self._given.add(address)
                return address
        raise AssertionError("ten thousand people of one name")


def is_unreachable(phone: str) -> bool:
    """Whether an E.164 number lies in one of our dead blocks or fixed lines."""
    if any(block.holds(phone) for blocks in BLOCKS.values() for block in blocks):
        return True
    return any(
        phone.startswith(f"+86{area}90") and len(phone) == len(f"+86{area}") + 8
        for _, area in CITY_LINES
    )
