"""Takes down what a guest allows, with its proof; rows are only ever added."""

from uuid import UUID

from sqlalchemy import func, insert, select
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.guests.queries import hold, need_visible
from crm.kit import clock
from crm.kit import events as news
from crm.kit.errors import NotAllowed
from crm.kit.rows import fields_of
from crm.privacy.events import ConsentCaptured
from crm.privacy.schemas import ConsentGiven, ConsentRow
from crm.privacy.tables import Consent
from crm.staff.actor import Actor
from crm.staff.terms import Channel, Sight

FIELD = "consent.state"
DESK = "desk"


def capture_consent(
    db: Session, guest_id: UUID, given: ConsentGiven, *, by: Actor, source: str = DESK
) -> int:
    """File one yes or no; returns its number. `NotFound` when the guest is out of reach."""
    by.need("consents.capture")
    if not (by.has_right(FIELD, "P") or by.has_right(FIELD, "E")):
        raise NotAllowed("Your role may not change this. Ask the guest-file centre.", "field")
    need_visible(db, guest_id, by=by)
    hold(db, guest_id)
    no = 1 + int(
        db.connection().scalar(
            select(func.coalesce(func.max(col(Consent.no)), 0)).where(
                col(Consent.guest_id) == guest_id
            )
        )
        or 0
    )
    db.connection().execute(
        insert(Consent).values(
            guest_id=guest_id,
            no=no,
            channel=given.channel,
            purpose=given.purpose,
            state=given.state,
            words=given.words,
            source=source,
            at=clock.now(),
            by_id=by.staff_id,
            hotel_id=by.hotel_id,
        )
    )
    audit.note(
        db,
        Deed.CHANGED,
        by=by,
        subject="guest",
        subject_id=guest_id,
        guest_id=guest_id,
        fields=[FIELD],
    )
    news.record(
        db,
        ConsentCaptured(
            guest_id=guest_id,
            hotel_id=by.hotel_id,
            by_id=by.id,
            channel=given.channel,
            purpose=given.purpose,
            state=given.state,
        ),
    )
    return no


def consents_of(db: Session, guest_id: UUID, *, by: Actor) -> list[ConsentRow]:
    """Every answer of a guest, newest first; nothing where the reader may not see consents."""
    by.need("consents.read")
    need_visible(db, guest_id, by=by)
    if by.sight(FIELD, Channel.PAGE) is not Sight.CLEAR:
        return []
    rows = db.connection().execute(
        select(*fields_of(Consent, ConsentRow))
        .where(col(Consent.guest_id) == guest_id)
        .order_by(col(Consent.no).desc())
    )
    return [ConsentRow.model_validate(row) for row in rows]
