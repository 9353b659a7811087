"""Reads a guest's standing with its reasons, from the facts themselves: it is never stale."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from crm.complaints.queries import within_reach
from crm.complaints.tables import Complaint
from crm.guests.one_person import files_of
from crm.guests.queries import need_visible
from crm.kit import clock
from crm.kit.rows import cols
from crm.staff.actor import Actor
from crm.staff.terms import Channel, Sight
from crm.standing import rules, sources
from crm.standing.rules import Answer, Facts, OpenCase, Standing
from crm.standing.schemas import (
    CreditOut,
    CreditReason,
    SatisfactionOut,
    SatisfactionReason,
    StandingOut,
)
from crm.standing.terms import WhyCredit, WhySatisfaction

_FIELD_OF = {
    WhySatisfaction.CASE_ANSWER: "complaint.case",
    WhySatisfaction.OPEN_CASE: "complaint.flag",
    WhySatisfaction.SURVEY: "survey.answer",
    WhySatisfaction.STAY_SCORE: "stay.score",
}


def standing_of(
    db: Session, guest_id: UUID, *, by: Actor, channel: Channel = Channel.JSON
) -> StandingOut:
    """Satisfaction and credit of the person of a file, each for those who may see it.

    The classes are told as they are in the whole group; of the reasons those that this reader
    may know, and how many others there are. `NotFound` for a guest out of reach.
    """
    by.need("standing.read")
    need_visible(db, guest_id, by=by)
    files = files_of(db, guest_id)
    today = clock.now().date()
    people = dict.fromkeys(files, files[0])
    facts = sources.facts_of(db, people, today, sources.zones(db))[files[0]]
    found = rules.standing_of(facts, today)
    return StandingOut(
        guest_id=guest_id,
        satisfaction=_satisfaction(db, facts, found, today, by, channel)
        if by.sight("standing.satisfaction", channel) is Sight.CLEAR
        else None,
        credit=_credit(facts, found, today, by, channel)
        if by.sight("standing.credit", channel) is Sight.CLEAR
        else None,
    )


def _satisfaction(
    db: Session, facts: Facts, found: Standing, today: date, by: Actor, channel: Channel
) -> SatisfactionOut:
    answers = rules.counted_answers(facts.answers, today)
    told = _cases_told(db, answers, facts.open_cases, by)
    reasons = [
        SatisfactionReason(
            why=WhySatisfaction.OPEN_CASE, on=one.on, score=None, complaint_id=one.about
        )
        for one in sorted(facts.open_cases, reverse=True)
    ]
    reasons += [
        SatisfactionReason(
            why=one.why,
            on=one.on,
            score=one.score,
            complaint_id=one.about if one.why is WhySatisfaction.CASE_ANSWER else None,
        )
        for one in answers
        if one.why is WhySatisfaction.CASE_ANSWER or _is_here(one.hotel_id, by)
    ]
    mine = [
        one
        for one in reasons
        if by.sight(_FIELD_OF[one.why], channel) is Sight.CLEAR
        and (one.complaint_id is None or one.complaint_id in told)
    ]
    others = len(answers) + len(facts.open_cases) - len(mine)
    return SatisfactionOut(
        satisfaction=found.satisfaction,
        # The mean of answers of which one is not the reader's would tell that one.
        mean=None if others or found.tenths is None else found.tenths / 10,
        reasons=mine,
        other_reasons=others,
    )


def _cases_told(
    db: Session, answers: Sequence[Answer], open_cases: Sequence[OpenCase], by: Actor
) -> set[UUID]:
    """Which of the cases the reader may know of."""
    cases = [one.about for one in answers if one.why is WhySatisfaction.CASE_ANSWER]
    cases += [one.about for one in open_cases]
    if not cases:
        return set()
    return set(
        db.connection().scalars(
            select(*cols(Complaint.id)).where(col(Complaint.id).in_(cases), within_reach(by))
        )
    )


def _credit(facts: Facts, found: Standing, today: date, by: Actor, channel: Channel) -> CreditOut:
    misses = rules.counted_misses(facts.misses, today)
    reasons: list[CreditReason] = []
    others = 0
    if facts.has_caution:
        if by.sight("guest.caution", channel) is Sight.CLEAR:
            reasons.append(CreditReason(why=WhyCredit.CAUTION, on=None, count=None))
        else:
            others += 1
    sees_stays = by.sight("stay.history", channel) is Sight.CLEAR
    mine = [one for one in misses if sees_stays and _is_here(one.hotel_id, by)]
    reasons += [CreditReason(why=one.why, on=one.on, count=None) for one in mine]
    others += len(misses) - len(mine)
    if facts.stays and by.sight("stay.count", channel) is Sight.CLEAR:
        reasons.append(CreditReason(why=WhyCredit.STAYS, on=None, count=facts.stays))
    return CreditOut(credit=found.credit, reasons=reasons, other_reasons=others)


def _is_here(hotel_id: UUID, by: Actor) -> bool:
    return by.reach == "group" or hotel_id in by.hotel_ids
