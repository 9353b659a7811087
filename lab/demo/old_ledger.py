"""An old Excel ledger of the hotel, brought in by Keshi's own import, so that the pages of
imports and reviews hold something: new guests, known ones, unclear ones and faulty rows."""

import csv
import io
import random
from collections.abc import Sequence
from pathlib import Path

from crm.intake.running import Imports
from crm.intake.schemas import ImportOptions
from crm.intake.terms import ImportKind
from crm.kit.db import Database
from crm.staff.actor import system
from lab.demo import chinese_names
from lab.demo.crowd import fold
from lab.demo.dressing import World
from lab.demo.people import Person
from lab.demo.unreachable import Switchboard

FILE = "老客户台账.csv"
HEADER = ("姓名", "英文名", "手机", "邮箱", "生日", "历法", "国籍", "职务")
NEW, KNOWN, UNCLEAR = 14, 8, 9
FAULTY = (
    ("胡佳", "", "", "", "1984-13-05", "阳历", "CN", ""),
    ("", "", "", "nobody@example.com", "", "", "CN", ""),
    ("叶远航", "", "", "not-an-address", "1990-02-30", "阳历", "CN", ""),
)
Line = tuple[str, ...]


def bring_in(database: Database, data_dir: Path, world: World) -> None:
    """Import the ledger through the front door of imports, as the file centre would."""
    imports = Imports(database, data_dir)
    options = ImportOptions(kind=ImportKind.GUESTS, hotel=world.hotels[0].code)
    by = system("the demo")
    import_id = imports.receive(io.BytesIO(ledger(world)), FILE, options, by=by)
    imports.commit(import_id, by=by)


def ledger(world: World) -> bytes:
    """The file as an office in China saves it: GB18030, with commas."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADER)
    writer.writerows(lines(world))
    return out.getvalue().encode("gb18030")


def lines(world: World) -> list[Line]:
    """Rows in mixed order, as ledgers are."""
    rng = random.Random("the old ledger")
    board = Switchboard(rng)
    mainland = [p for p in world.people if p.country == "CN" and p.title and not p.incognito]
    made = [
        *(_stranger(rng, board) for _ in range(NEW)),
        *(_known(person) for person in _with_mail(mainland)[:KNOWN]),
        *(_namesake(person) for person in rng.sample(mainland, UNCLEAR)),
        *FAULTY,
    ]
    rng.shuffle(made)
    return made


def _with_mail(people: Sequence[Person]) -> list[Person]:
    return [p for p in people if any(c.kind == "email" for c in p.contacts)]


def _stranger(rng: random.Random, board: Switchboard) -> Line:
    female = rng.random() < 0.5
    name = chinese_names.a_name(rng, female)
    mail = board.email(f"{fold(name.latin_given)}.{fold(name.latin_family)}.old")
    born = f"{rng.randrange(1950, 1999)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}"
    return (
        name.family + name.given,
        f"{name.latin_family} {name.latin_given}",
        "",
        mail,
        born,
        rng.choice(("农历", "阳历", "阳历")),
        "CN",
        rng.choice(("经理", "工程师", "")),
    )


def _known(person: Person) -> Line:
    mail = next(c.value for c in person.contacts if c.kind == "email")
    return (person.shown, "", "", mail, "", "", person.country, "")


def _namesake(person: Person) -> Line:
    """The name alone says nothing: a person at the file centre must look."""
    return (person.shown, "", "", "", "", "", person.country, "客户")
