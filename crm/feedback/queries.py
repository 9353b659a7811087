"""Reads surveys and reviews: the list of what was said, its figures, and what a link may know."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true
from sqlmodel import Session, col

from crm.complaints import queries as cases
from crm.complaints.tables import Complaint
from crm.feedback import rules, signing
from crm.feedback.schemas import (
    FeedbackRow,
    FiguresSheet,
    KindFigures,
    MonthFigures,
    SettingSheet,
    SurveyInvitation,
    SurveyLink,
)
from crm.feedback.tables import GuestReview, Survey, SurveySetting
from crm.feedback.terms import MONTHS, FeedbackKind, FeedbackNarrow, SurveyState
from crm.guests.queries import shown_name, visible_to
from crm.guests.tables import Guest
from crm.hotels import queries as hotels
from crm.hotels.tables import Hotel
from crm.kit import clock
from crm.kit.errors import Conflict, Invalid, NotAllowed, NotFound, RuleBroken, mark
from crm.kit.paging import PageOf, read_cursor, write_cursor
from crm.kit.rows import cols, mapping_of, named, one_of
from crm.kit.settings import in_force
from crm.staff.actor import Actor
from crm.staff.terms import Channel, Sight
from crm.stays.tables import Stay

READ, HANDLE, ASK, SET = "feedback.read", "feedback.handle", "feedback.ask", "feedback.set"
SIGHTS = {FeedbackKind.SURVEY: "survey.answer", FeedbackKind.REVIEW: "guest_review.words"}
_TABLES: dict[FeedbackKind, Any] = {
    FeedbackKind.SURVEY: Survey,
    FeedbackKind.REVIEW: GuestReview,
}

_SAID = cols(
    Survey.id, Survey.hotel_id, named(Survey.answered_on, "on"), Survey.score, Survey.words,
    Survey.language, Survey.may_call, Survey.stay_id, Survey.complaint_id, Survey.read_at,
    Survey.version, Stay.room_no, named(Guest.id, "guest_id"), Guest.name_native,
    Guest.name_latin, Guest.alias, Guest.is_incognito, Guest.ref, Complaint.number,
)  # fmt: skip
_WRITTEN = cols(
    GuestReview.id, GuestReview.hotel_id, named(GuestReview.written_on, "on"), GuestReview.score,
    GuestReview.scale, GuestReview.score_tenths, GuestReview.words, GuestReview.language,
    GuestReview.complaint_id, GuestReview.read_at, GuestReview.version, GuestReview.site,
    GuestReview.external_id, GuestReview.author, GuestReview.title, Complaint.number,
)  # fmt: skip


class LinkForged(NotFound):
    """The address is none of ours, whole or in part."""

    def __init__(self) -> None:
        super().__init__(
            mark(
                "It is not one of ours, or a part of it is missing. Open it again from the message "
                "that you received."
            ),
            "survey_link",
        )


class LinkExpired(RuleBroken):
    def __init__(self) -> None:
        super().__init__(
            mark(
                "The time for this answer is over. We would still like to hear from you: call the "
                "hotel or write to us."
            ),
            "survey_expired",
        )


class LinkUsed(Conflict):
    def __init__(self) -> None:
        super().__init__(
            mark(
                "Your answer is with us already. Thank you! A link can be used once; call the "
                "hotel if there is more to say."
            ),
            "survey_used",
        )


# ---------------------------------------------------------------- by the link
def survey_of_link(db: Session, token: str) -> Any:
    """The row of the survey that a link lets answer.

    `LinkForged`, `LinkExpired` or `LinkUsed` for any other; who answered sees that rather than
    that it is too late.
    """
    said = signing.signed_in(token, in_force().secret())
    if said is None:
        raise LinkForged
    row = db.connection().execute(
        select(*cols(Survey.id, Survey.hotel_id, Survey.stay_id, Survey.answered_at))
        .where(col(Survey.id) == said.survey_id)
    ).first()  # fmt: skip
    if row is None:
        raise LinkForged
    if row.answered_at is not None:
        raise LinkUsed
    if clock.now() >= said.expires_at:
        raise LinkExpired
    return row


def invitation(db: Session, token: str) -> SurveyInvitation:
    """What the page of a link shows; the errors of `survey_of_link`."""
    survey = survey_of_link(db, token)
    row = (
        db.connection()
        .execute(
            select(
                *cols(
                    Hotel.name, Hotel.name_zh, Hotel.country, Stay.departure_on, Guest.languages,
                    Guest.nationality,
                )
            )
            .join(Hotel, col(Hotel.id) == col(Stay.hotel_id))
            .outerjoin(Guest, col(Guest.id) == col(Stay.guest_id))
            .where(col(Stay.id) == survey.stay_id)
        )
        .one()
    )  # fmt: skip
    return SurveyInvitation(
        hotel_name=row.name,
        hotel_name_zh=row.name_zh,
        left_on=row.departure_on,
        language=rules.language_for(row.languages or [], row.nationality, row.country),
    )


# ---------------------------------------------------------------- what was asked
_LINK = cols(
    Survey.id, Survey.stay_id, Survey.made_at, Survey.expires_at, Survey.answered_at,
    Survey.version,
)  # fmt: skip


def survey_link(db: Session, survey_id: UUID, *, by: Actor) -> SurveyLink:
    """One survey with its link, for those who ask guests; `NotFound` out of reach."""
    by.need(ASK)
    if by.sight("survey.asked", Channel.JSON) is not Sight.CLEAR:
        raise no_such_survey()
    row = db.connection().execute(_asked(by).where(col(Survey.id) == survey_id)).first()
    if row is None:
        raise no_such_survey()
    return _link(row)


def survey_links(
    db: Session,
    *,
    by: Actor,
    guest_id: UUID | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> PageOf[SurveyLink]:
    """Surveys of the reader's hotel with their links, the newest first."""
    by.need(ASK)
    if by.sight("survey.asked", Channel.LIST) is not Sight.CLEAR:
        return PageOf(items=[])
    query = _asked(by)
    if guest_id is not None:
        query = query.where(col(Stay.guest_id) == guest_id)
    after = read_cursor(cursor, 1)
    if after is not None:
        query = query.where(col(Survey.id) < _uuid(after[0]))
    rows = db.connection().execute(query.order_by(col(Survey.id).desc()).limit(limit + 1)).all()
    items = [_link(row) for row in rows[:limit]]
    return PageOf(items=items, next=write_cursor(str(items[-1].id)) if len(rows) > limit else None)


def surveys_of_stays(db: Session, stay_ids: Sequence[UUID], *, by: Actor) -> dict[UUID, UUID]:
    """By stay the survey that was made for it, for those who ask guests."""
    if not stay_ids or not by.may(ASK):
        return {}
    rows = db.connection().execute(
        select(*cols(Survey.stay_id, Survey.id)).where(
            col(Survey.stay_id).in_(stay_ids), _here(Survey, by)
        )
    )
    return {row.stay_id: row.id for row in rows}


def _asked(by: Actor) -> Select[Any]:
    """Only stays of guests within reach: the link of another's would let a stranger answer."""
    return (
        select(*_LINK)
        .join(Stay, col(Stay.id) == col(Survey.stay_id))
        .join(Guest, col(Guest.id) == col(Stay.guest_id))
        .where(_here(Survey, by), visible_to(by))
    )


def _link(row: Any) -> SurveyLink:
    state = SurveyState.OPEN
    if row.answered_at is not None:
        state = SurveyState.ANSWERED
    elif clock.now() >= row.expires_at:
        state = SurveyState.EXPIRED
    return SurveyLink(
        **dict(mapping_of(row)), state=state, link=signing.link_of(row.id, row.expires_at)
    )


# ---------------------------------------------------------------- what was said
def feedback(
    db: Session,
    *,
    by: Actor,
    kind: FeedbackKind | None = None,
    narrow: FeedbackNarrow | None = None,
    everywhere: bool = False,
    cursor: str | None = None,
    limit: int = 50,
) -> PageOf[FeedbackRow]:
    """Answers and reviews of the hotel worked for, or of all within reach, the newest first.

    What became a case out of the reader's reach is left out: its words are that case's.
    """
    by.need(READ)
    here = sorted(by.hotel_ids) if everywhere else [hotel_of(by)]
    low = {hotel_id: setting(db, hotel_id).low_at_most for hotel_id in here}
    place = _place(cursor)
    rows: list[tuple[FeedbackKind, Any]] = []
    for each in FeedbackKind:
        if kind not in (None, each) or by.sight(SIGHTS[each], Channel.LIST) is not Sight.CLEAR:
            continue
        table = _TABLES[each]
        on, key = _day(each), col(table.id)
        query = _of(each, by).where(one_of(col(table.hotel_id), here))
        if place is not None:
            query = query.where(or_(on < place[0], and_(on == place[0], key < place[1])))
        if narrow is not None:
            query = query.where(_narrowed(each, narrow, low))
        found = db.connection().execute(query.order_by(on.desc(), key.desc()).limit(limit + 1))
        rows += [(each, row) for row in found]
    rows.sort(key=lambda one: (one[1].on, one[1].id), reverse=True)
    items = [_row(each, row, low[row.hotel_id], by) for each, row in rows[:limit]]
    more = None
    if len(rows) > limit:
        more = write_cursor(items[-1].on.isoformat(), str(items[-1].id))
    return PageOf(items=items, next=more)


def one(db: Session, kind: FeedbackKind, row_id: UUID, *, by: Actor) -> FeedbackRow:
    """One answered survey or one review; `NotFound` when it is not for this reader."""
    by.need(READ)
    if by.sight(SIGHTS[kind], Channel.JSON) is not Sight.CLEAR:
        raise no_such(kind)
    table = _TABLES[kind]
    row = (
        db.connection()
        .execute(_of(kind, by).where(col(table.id) == row_id, _here(table, by)))
        .first()
    )
    if row is None:
        raise no_such(kind)
    return _row(kind, row, setting(db, row.hotel_id).low_at_most, by)


def _of(kind: FeedbackKind, by: Actor) -> Select[Any]:
    if kind is FeedbackKind.SURVEY:
        mine = and_(col(Guest.id) == col(Stay.guest_id), visible_to(by))
        return (
            select(*_SAID)
            .join(Stay, col(Stay.id) == col(Survey.stay_id))
            .outerjoin(Guest, mine)
            .outerjoin(Complaint, _its_case(Survey.complaint_id, by))
            .where(
                col(Survey.answered_on).is_not(None),
                or_(col(Survey.complaint_id).is_(None), col(Complaint.id).is_not(None)),
            )
        )
    return (
        select(*_WRITTEN)
        .outerjoin(Complaint, _its_case(GuestReview.complaint_id, by))
        .where(or_(col(GuestReview.complaint_id).is_(None), col(Complaint.id).is_not(None)))
    )


def _its_case(complaint_id: Any, by: Actor) -> ColumnElement[bool]:
    return and_(col(Complaint.id) == col(complaint_id), cases.within_reach(by))


def _day(kind: FeedbackKind) -> Any:
    survey = kind is FeedbackKind.SURVEY
    return col(Survey.answered_on) if survey else col(GuestReview.written_on)


def _tenths(kind: FeedbackKind) -> Any:
    survey = kind is FeedbackKind.SURVEY
    return col(Survey.score) * 10 if survey else col(GuestReview.score_tenths)


def _narrowed(
    kind: FeedbackKind, narrow: FeedbackNarrow, low: dict[UUID, int]
) -> ColumnElement[bool]:
    table = _TABLES[kind]
    found: ColumnElement[bool] = or_(
        false(),
        *(
            and_(col(table.hotel_id) == hotel_id, _tenths(kind) <= most * 10)
            for hotel_id, most in low.items()
        ),
    )
    if narrow is FeedbackNarrow.NO_CASE:
        return and_(found, col(table.complaint_id).is_(None))
    if narrow is FeedbackNarrow.UNREAD:
        return col(table.read_at).is_(None)
    return found


def _row(kind: FeedbackKind, row: Any, low: int, by: Actor) -> FeedbackRow:
    facts = dict.fromkeys(FeedbackRow.model_fields, None) | dict(mapping_of(row))
    survey = kind is FeedbackKind.SURVEY
    tenths = row.score * 10 if survey else row.score_tenths
    if survey and row.guest_id is not None:
        facts["guest"] = shown_name(
            name_native=row.name_native, name_latin=row.name_latin, alias=row.alias,
            is_incognito=row.is_incognito, by=by, ref=row.ref,
        )  # fmt: skip
    facts |= {
        "kind": kind,
        "score": tenths / 10,
        "is_low": tenths <= low * 10,
        "may_call": survey and row.may_call,
        "as_written": None if survey else f"{row.score}/{row.scale}",
        "reference": None if row.number is None else cases.reference(row.number),
    }
    return FeedbackRow(**{name: facts[name] for name in FeedbackRow.model_fields})


# ---------------------------------------------------------------- figures
def figures(db: Session, *, by: Actor) -> FiguresSheet:
    """Mean score and recommenders less critics of the reader's hotel, month by month."""
    by.need(READ)
    hotel = hotels.hotel(db, hotel_of(by))
    months = rules.months_back(hotel.business_on, MONTHS)
    kinds = [
        _figures(db, kind, hotel.id, months)
        for kind in FeedbackKind
        if by.sight(SIGHTS[kind], Channel.LIST) is Sight.CLEAR
    ]
    asked = db.connection().scalar(
        select(func.count())
        .select_from(Survey)
        .where(
            col(Survey.hotel_id) == hotel.id,
            col(Survey.made_at) >= datetime.combine(months[0], time(), ZoneInfo(hotel.time_zone)),
        )
    )
    return FiguresSheet(
        first=months[0],
        last=hotel.business_on,
        asked=asked or 0,
        kinds=kinds,
        definitions=[rules.SCORE_DEFINITION, rules.PROMOTER_DEFINITION, rules.SMALL_DEFINITION],
    )


def _figures(
    db: Session, kind: FeedbackKind, hotel_id: UUID, months: Sequence[date]
) -> KindFigures:
    day, tenths = _day(kind), _tenths(kind).label("tenths")
    rows = db.connection().execute(
        select(day.label("on"), tenths, func.count().label("times"))
        .where(col(_TABLES[kind].hotel_id) == hotel_id, day >= months[0])
        .group_by(day, tenths)
    )
    by_month: dict[date, Counter[int]] = {month: Counter() for month in months}
    total: Counter[int] = Counter()
    for row in rows:
        counts = by_month.get(row.on.replace(day=1))
        if counts is not None:
            counts[row.tenths] += row.times
            total[row.tenths] += row.times
    return KindFigures(
        kind=kind,
        total=_month(months[0], total),
        months=[_month(month, counts) for month, counts in by_month.items()],
    )


def _month(month: date, counts: Counter[int]) -> MonthFigures:
    return MonthFigures(month_on=month, **rules.figures(counts)._asdict())


# ---------------------------------------------------------------- settings and reach
def setting(db: Session, hotel_id: UUID) -> SettingSheet:
    """What a hotel has set, else what holds without a word of it, as version 0."""
    row = db.get(SurveySetting, hotel_id)
    if row is None:
        fresh = SurveySetting(hotel_id=hotel_id, version=0)
        return SettingSheet.model_validate(fresh)
    return SettingSheet.model_validate(row)


def setting_sheet(db: Session, hotel_id: UUID, *, by: Actor) -> SettingSheet:
    """The same for those who may set it; `NotFound` for another's hotel."""
    by.need(SET)
    if not by.is_system and hotel_id not in by.hotel_ids:
        raise NotFound("There is no such hotel here.", "hotel")
    hotels.hotel(db, hotel_id)
    return setting(db, hotel_id)


def hotel_of(by: Actor) -> UUID:
    """The hotel that is worked for; `NotAllowed` without one."""
    if by.hotel_id is None:
        raise NotAllowed("Work for one hotel first.", "hotel_needed")
    return by.hotel_id


def no_such_survey() -> NotFound:
    return NotFound("There is no such survey within your reach.", "survey")


def no_such(kind: FeedbackKind) -> NotFound:
    if kind is FeedbackKind.SURVEY:
        return no_such_survey()
    return NotFound("There is no such review within your reach.", "guest_review")


def _here(table: Any, by: Actor) -> ColumnElement[bool]:
    return true() if by.is_system else one_of(col(table.hotel_id), by.hotel_ids)


def _uuid(part: object) -> UUID:
    try:
        return UUID(str(part))
    except ValueError:
        raise Invalid(
            "This page link is broken. Start again from the first page.", "cursor"
        ) from None


def _place(cursor: str | None) -> tuple[date, UUID] | None:
    parts = read_cursor(cursor, 2)
    if parts is None:
        return None
    try:
        return date.fromisoformat(str(parts[0])), UUID(str(parts[1]))
    except ValueError:
        raise Invalid(
            "This page link is broken. Start again from the first page.", "cursor"
        ) from None
