"""Makes surveys: by hand for a stay, and every night for those who left; nothing is sent here."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.feedback.events import SurveyMade
from crm.feedback.queries import ASK, SET, setting, setting_sheet, survey_link
from crm.feedback.schemas import SettingIn, SettingSheet, SurveyAsk, SurveyLink
from crm.feedback.tables import Survey, SurveySetting
from crm.feedback.terms import LOOK_BACK_DAYS
from crm.guests.queries import visible_to
from crm.guests.tables import Guest
from crm.guests.terms import GuestState
from crm.hotels.tables import Hotel
from crm.kit import clock
from crm.kit import events as news
from crm.kit.db import insert_once
from crm.kit.errors import ChangedMeanwhile, RuleBroken
from crm.kit.ids import new_id
from crm.kit.rows import cols
from crm.staff.actor import Actor, system
from crm.stays.queries import no_such_stay, within_reach
from crm.stays.tables import Stay
from crm.stays.terms import StayStatus


def make_survey(db: Session, asked: SurveyAsk, *, by: Actor) -> SurveyLink:
    """The survey of a stay that is over, with its link; a stay has one, so asked again it is that.

    One that expired without an answer is valid anew. `NotFound` for a stay out of reach,
    `RuleBroken` for one that is not over.
    """
    by.need(ASK)
    stay = db.connection().execute(
        select(*cols(Stay.id, Stay.hotel_id, Stay.status, Stay.guest_id))
        .join(Guest, col(Guest.id) == col(Stay.guest_id))
        .where(col(Stay.id) == asked.stay_id, within_reach(Stay, by), visible_to(by))
    ).first()  # fmt: skip
    if stay is None or (not by.is_system and stay.hotel_id not in by.hotel_ids):
        raise no_such_stay()
    if stay.status is not StayStatus.CHECKED_OUT:
        raise RuleBroken(
            "A guest is asked after the stay. Check the guest out first.", "survey_stay"
        )
    survey_id = _made(db, stay.hotel_id, stay.id, stay.guest_id, by)
    if survey_id is None:
        survey_id = _known(db, stay.id, by)
    return survey_link(db, survey_id, by=by)


def _made(db: Session, hotel_id: UUID, stay_id: UUID, guest_id: UUID, by: Actor) -> UUID | None:
    """The id of a new survey; None when the stay has one."""
    survey_id, now = new_id(), clock.now()
    days = setting(db, hotel_id).valid_days
    fresh = insert_once(
        db, Survey, "stay_id", id=survey_id, hotel_id=hotel_id, stay_id=stay_id, made_at=now,
        made_by=by.staff_id, expires_at=now.replace(microsecond=0) + timedelta(days=days),
        may_call=False, version=1,
    )  # fmt: skip
    if not fresh:
        return None
    audit.note(db, Deed.CREATED, by=by, subject="survey", subject_id=survey_id, guest_id=guest_id)
    news.record(
        db,
        SurveyMade(
            guest_id=guest_id, hotel_id=hotel_id, by_id=by.id, survey_id=survey_id, stay_id=stay_id
        ),
    )
    return survey_id


def _known(db: Session, stay_id: UUID, by: Actor) -> UUID:
    row: Survey = db.exec(
        select(Survey).where(col(Survey.stay_id) == stay_id).with_for_update()  # type: ignore[call-overload]
    ).scalar_one()
    now = clock.now()
    if row.answered_at is None and now >= row.expires_at:
        days = setting(db, row.hotel_id).valid_days
        row.expires_at = now.replace(microsecond=0) + timedelta(days=days)
        row.version += 1
        db.add(row)
        db.flush()
        audit.note(
            db, Deed.CHANGED, by=by, subject="survey", subject_id=row.id, fields=["expires_at"]
        )
    return row.id


def ask_who_left(db: Session) -> int:
    """Make the surveys of yesterday's departures in hotels that ask; returns how many.

    A few days back are looked at, too, for a night that was missed. A stay has one survey
    whatever is asked twice.
    """
    made = 0
    asking = db.connection().execute(
        select(*cols(Hotel.id, Hotel.business_on))
        .join(SurveySetting, col(SurveySetting.hotel_id) == col(Hotel.id))
        .where(col(SurveySetting.is_on))
        .order_by(col(Hotel.id))
    )
    for hotel in asking.all():
        left = db.connection().execute(
            select(*cols(Stay.id, Stay.guest_id))
            .join(Guest, col(Guest.id) == col(Stay.guest_id))
            .outerjoin(Survey, col(Survey.stay_id) == col(Stay.id))
            .where(
                col(Stay.hotel_id) == hotel.id,
                col(Stay.departure_on) >= hotel.business_on - timedelta(days=LOOK_BACK_DAYS),
                col(Stay.departure_on) < hotel.business_on,
                col(Stay.status) == StayStatus.CHECKED_OUT,
                col(Guest.state) == GuestState.ACTIVE,
                col(Survey.id).is_(None),
            )
            .order_by(col(Stay.id))
        )
        for stay in left.all():
            made += _made(db, hotel.id, stay.id, stay.guest_id, system("survey")) is not None
    return made


def put_setting(
    db: Session, hotel_id: UUID, given: SettingIn, *, version: int | None, by: Actor
) -> SettingSheet:
    """Set how a hotel asks; ``version`` is what the writer has seen, None for any."""
    by.need(SET)
    held = setting_sheet(db, hotel_id, by=by)
    row = db.get(SurveySetting, hotel_id, with_for_update=True)
    if version is not None and version != (row.version if row else held.version):
        raise ChangedMeanwhile(
            "Somebody changed this meanwhile. Look at it again.", "changed_meanwhile"
        )
    if row is None:
        row = SurveySetting(hotel_id=hotel_id, **given.model_dump())
    else:
        row.sqlmodel_update(given.model_dump())
        row.version += 1
    db.add(row)
    db.flush()
    audit.note(
        db, Deed.CHANGED, by=by, subject="survey_setting", subject_id=hotel_id,
        fields=sorted(given.model_fields_set),
    )  # fmt: skip
    return setting(db, hotel_id)
