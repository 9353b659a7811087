"""A photo and letters of two complaints, put there by the services like any other."""

import io
from pathlib import Path
from typing import Any
from uuid import UUID

from PIL import Image, ImageDraw, ImageFilter
from sqlalchemy import select
from sqlmodel import Session, col

from crm.complaints import service as complaints
from crm.complaints.schemas import AttachmentIn
from crm.complaints.tables import Complaint
from crm.complaints.terms import CaseKind, CaseStatus
from crm.documents.store import Shelf
from crm.kit.db import Database
from crm.kit.vault import Vault
from crm.recovery import letter_writing, letters
from crm.recovery.letter_schemas import LetterIn, LetterSent
from crm.recovery.terms import SentHow
from crm.staff.actor import Actor, make_actor
from crm.staff.terms import ActorKind, Role
from lab.demo.dressing import World
from lab.demo.rows.register import Register

SIZE = (900, 675)
LOGIN = "duty"


def fill(database: Database, data_dir: Path, secret: str, world: World) -> None:
    """A photo and a letter in hand for the newest open complaint, a sent letter for a closed."""
    shelf, by = Shelf(data_dir, Vault(secret)), duty_manager(world)
    with database.writing() as db:
        for case_id in _cases(db, col(Complaint.status) != CaseStatus.CLOSED):
            photo = AttachmentIn(title="Grille of the air conditioner")
            complaints.attach(db, shelf, case_id, photo, grille(), by=by, named="IMG_2041.jpg")
            _written(db, case_id, by)
        for case_id in _cases(db, col(Complaint.status) == CaseStatus.CLOSED):
            number = _written(db, case_id, by)
            letter_writing.mark_sent(
                db, case_id, number, LetterSent(how=SentHow.POST), by=by, version=None
            )


def duty_manager(world: World) -> Actor:
    """The duty manager of the first hotel."""
    register = Register(world)
    hotel = register.hotels[world.hotels[0].code]
    (member,) = (each for each in world.staff if each.login == LOGIN)
    return make_actor(
        kind=ActorKind.STAFF,
        id=register.staff[LOGIN],
        name=member.name,
        hotel_id=hotel,
        hotel_ids=[hotel],
        holders=[Role.DUTY_MANAGER.value],
    )


def grille() -> bytes:
    """A grey grille with dust on it, as a phone would see it."""
    picture = Image.new("RGB", SIZE, "#D8D6CF")
    pen = ImageDraw.Draw(picture)
    for row in range(18):
        pen.rectangle((90, 80 + row * 29, 810, 94 + row * 29), fill="#8B8B86")
        pen.line((90, 95 + row * 29, 810, 95 + row * 29), fill="#5B5B57", width=3)
    pen.ellipse((560, 330, 760, 520), fill="#6E685C")
    out = io.BytesIO()
    picture.filter(ImageFilter.GaussianBlur(2)).save(out, "JPEG", quality=80)
    return out.getvalue()


def _cases(db: Session, standing: Any) -> list[UUID]:
    """The newest plain complaint of a known guest that stands so, in a list of one."""
    rows = db.connection().scalars(
        select(col(Complaint.id))
        .where(
            standing,
            col(Complaint.kind) == CaseKind.COMPLAINT,
            col(Complaint.category) == "noise",
            col(Complaint.guest_id).is_not(None),
            col(Complaint.is_sensitive).is_(False),
        )
        .order_by(col(Complaint.number).desc())
        .limit(1)
    )
    return list(rows)


def _written(db: Session, case_id: UUID, by: Actor) -> int:
    made = letters.draft_of(db, case_id, by=by)
    kept = letter_writing.write_letter(
        db, case_id, LetterIn.model_validate(made.model_dump(mode="json")), by=by
    )
    return kept.no
