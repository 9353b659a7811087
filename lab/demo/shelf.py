"""A few scans on the document shelf, drawn here, put there by the service like any other."""

import io
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from PIL import Image, ImageDraw, ImageFont

from crm.documents import service as documents
from crm.documents.schemas import DocumentShelve
from crm.documents.store import Shelf
from crm.kit.db import Database
from crm.kit.vault import Vault
from crm.staff.actor import Actor, make_actor
from crm.staff.terms import ActorKind, Role
from lab.demo.dressing import World
from lab.demo.rows.register import Register

SIZE = (560, 790)
PAPER, INK, RULE = "#FDFCF8", "#1C2226", "#C9C6BC"


@dataclass(frozen=True)
class Scan:
    """What is drawn and for whom; ``lines`` are Latin, as the built-in letters are."""

    kind: str
    title: str
    lines: tuple[str, ...]
    guest: UUID | None = None
    company: UUID | None = None


def scans(world: World) -> Iterator[Scan]:
    """Papers of the mock's guests and of two companies."""
    guests = {name.full: role.person for role in world.roles for name in role.person.names}
    companies = {partner.code: partner for partner in world.partners}
    chen, zhao, sun = guests["CHEN Jingyi"], guests["ZHAO Guoqiang"], guests["SUN Li"]
    answers = ("CONSENT", "CHEN Jingyi", "e-mail: yes   WeChat: yes   SMS: no")
    yield Scan("consent_form", "Consent, signed at the desk", answers, chen.key)
    yield Scan("registration_card", "Registration card of the last stay",
               ("REGISTRATION CARD", "CHEN Jingyi", "Room 1611, 2 nights"), chen.key)  # fmt: skip
    greeting = ("A HAPPY NEW YEAR", "Dear Mr Zhao", "Fang Wei, General Manager")
    yield Scan("our_letter", "Spring Festival card, signed by the GM", greeting, zhao.key)
    yield Scan("complaint_form", "Fapiao with the wrong title",
               ("COMPLAINT", "SUN Li", "Accounting sent it back."), sun.key)  # fmt: skip
    for code in ("HR", "BJ"):
        partner = companies[code]
        number = partner.contract.number if partner.contract else ""
        yield Scan("company_contract", f"Contract {number}",
                   ("CONTRACT", partner.name_en, number), company=partner.key)  # fmt: skip


def fill(database: Database, data_dir: Path, secret: str, world: World) -> int:
    """Put the scans on the shelf in the name of the file centre; returns how many."""
    shelf = Shelf(data_dir, Vault(secret))
    by = file_centre(world)
    count = 0
    with database.writing() as db:
        for scan in scans(world):
            asked = DocumentShelve(kind=scan.kind, title=scan.title)
            documents.shelve(db, shelf, asked, drawn(scan), by=by, guest_id=scan.guest,
                             company_id=scan.company)  # fmt: skip
            count += 1
    return count


def file_centre(world: World) -> Actor:
    """Shen Min of the guest-file centre."""
    register = Register(world)
    hotel = register.hotels[world.hotels[0].code]
    return make_actor(
        kind=ActorKind.STAFF,
        id=register.staff["files"],
        name="Shen Min",
        hotel_id=hotel,
        hotel_ids=[hotel],
        holders=[Role.FILE_CENTRE.value],
    )


def drawn(scan: Scan) -> bytes:
    """A page with a heading, some lines and a scribble for a signature, as PNG."""
    page = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(page)
    for no, line in enumerate(scan.lines):
        pen.text((48, 60 + no * 64), line, fill=INK, font=ImageFont.load_default(30 if no else 38))
    for row in range(9):
        pen.line((48, 300 + row * 36, SIZE[0] - 48, 300 + row * 36), fill=RULE, width=2)
    pen.text((48, SIZE[1] - 60), "Demo: invented", fill=RULE, font=ImageFont.load_default(22))
    rng = random.Random(scan.title)
    points = [(300 + n * 11, 690 + rng.randrange(-26, 26)) for n in range(18)]
    pen.line(points, fill="#1B3A6B", width=3, joint="curve")
    out = io.BytesIO()
    page.save(out, "PNG")
    return out.getvalue()
