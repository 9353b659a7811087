"""Keeps a guest's claims as what was observed says, and one claim per code, scope and place.

The only writer of `Preference` rows. Whatever happened to an observation, `settle` reads all that
is known of the guest and writes what follows from it; so nothing depends on the order of arrival.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, exists, func, insert, or_, select, update
from sqlmodel import Session, col

from crm.hotels.tables import Hotel
from crm.kit import clock, events
from crm.kit.dbtypes import Key
from crm.kit.ids import new_id
from crm.kit.rows import cols
from crm.preferences import rules
from crm.preferences.events import PreferenceChanged
from crm.preferences.places import stays_over
from crm.preferences.rules import CodeFacts, Evidence, Rival, Standing
from crm.preferences.tables import GroupPolicy, Observation, Preference, PreferenceCode
from crm.preferences.terms import (
    ObservationState,
    PreferenceStatus,
    RetiredWhy,
    Scope,
)
from crm.staff.actor import Actor

_UNTOUCHED = (PreferenceStatus.PROPOSED, PreferenceStatus.RETIRED)
"""Without an observation these are left as they are: nothing says anything new about them."""

_SEEN = cols(
    Observation.id, Observation.preference_id, Observation.hotel_id, Observation.stay_id,
    Observation.code, Observation.value, Observation.words, Observation.source,
    Observation.denies, Observation.ends_why, Observation.times, Observation.observed_at,
    Observation.policy, Observation.state,
)  # fmt: skip

_GUEST: Any = bindparam("guest", type_=Key)
_CLAIMS = select(*cols(*Preference.__table__.columns)).where(  # type: ignore[attr-defined]
    col(Preference.guest_id) == _GUEST
)
_EVIDENCE = select(*_SEEN).where(
    col(Observation.guest_id) == _GUEST, col(Observation.preference_id).is_not(None)
)


def claim_for(db: Session, seen: Observation) -> UUID:
    """The claim that an observation bears on: the known one of its code and scope, or a new one.

    The guest's row is held by the caller, so that two at once do not make two. What was retired
    before claims had observations stays as it is, a page of history.
    """
    this_stay = seen.scope is Scope.THIS_STAY
    place = seen.hotel_id if seen.this_hotel_only else None
    alive = or_(
        col(Preference.status) != PreferenceStatus.RETIRED,
        exists().where(col(Observation.preference_id) == col(Preference.id)),
    )
    known = (
        db.connection()
        .execute(
            select(*cols(Preference.id))
            .where(
                col(Preference.guest_id) == seen.guest_id,
                col(Preference.code) == seen.code,
                col(Preference.scope) == seen.scope,
                col(Preference.hotel_id) == place
                if place is not None
                else col(Preference.hotel_id).is_(None),
                *([col(Preference.stay_id) == seen.stay_id] if this_stay else []),
                alive,
            )
            .order_by(col(Preference.noted_at), col(Preference.id))
            .limit(1)
        )
        .first()
    )
    if known is not None:
        _take_over(db, known.id)
        return UUID(str(known.id))
    identity = new_id()
    db.connection().execute(
        insert(Preference).values(
            id=identity,
            guest_id=seen.guest_id,
            code=seen.code,
            value=seen.value,
            words=None,
            status=PreferenceStatus.SEEN_ONCE,
            source=seen.source,
            scope=seen.scope,
            hotel_id=place,
            stay_id=seen.stay_id if this_stay else None,
            evidence=0,
            noted_at=seen.observed_at,
            noted_by=seen.noted_by,
            noted_department=seen.noted_department,
            carried=0,
            version=0,
        )
    )
    return identity


def _take_over(db: Session, preference_id: UUID) -> None:
    """A claim from before it had observations keeps what it knew beside what comes now."""
    first = ~exists().where(col(Observation.preference_id) == preference_id)
    db.connection().execute(
        update(Preference)
        .where(col(Preference.id) == preference_id, col(Preference.carried) == 0, first)
        .values(
            carried=col(Preference.evidence),
            carried_confirmed_at=col(Preference.confirmed_at),
            carried_source=col(Preference.source),
            carried_value=col(Preference.value),
            carried_words=col(Preference.words),
        )
    )


def left(db: Session, preference_id: UUID) -> None:
    """Close a claim that its last observation was taken from, unless it knew something before."""
    db.flush()
    db.connection().execute(
        update(Preference)
        .where(
            col(Preference.id) == preference_id,
            col(Preference.carried) == 0,
            ~exists().where(col(Observation.preference_id) == preference_id),
        )
        .values(
            status=PreferenceStatus.RETIRED,
            retired_at=clock.now(),
            retired_why=RetiredWhy.WITHDRAWN,
            version=col(Preference.version) + 1,
        )
    )


def settle(db: Session, guest_id: UUID, *, by: Actor, hotel_id: UUID | None) -> list[UUID]:
    """Write how the guest's claims stand now; returns those that changed."""
    db.flush()
    connection = db.connection()
    claims = connection.execute(_CLAIMS, {"guest": guest_id}).all()
    if not claims:
        return []
    seen = connection.execute(_EVIDENCE, {"guest": guest_id}).all()
    facts = facts_of(db, {claim.code for claim in claims})
    days = _Days(db)
    over = stays_over(db, {c.stay_id for c in claims if c.scope is Scope.THIS_STAY and c.stay_id})
    of_claim: dict[UUID, list[Any]] = {}
    for each in seen:
        of_claim.setdefault(each.preference_id, []).append(each)
    standings = {
        claim.id: _standing(claim, of_claim.get(claim.id, []), facts[claim.code], days, over)
        for claim in claims
    }
    gone = _gone(claims, standings, facts)
    changed = []
    for claim in claims:
        values = _values(claim, standings[claim.id], of_claim.get(claim.id, []), gone)
        if not any(getattr(claim, name) != value for name, value in values.items()):
            continue
        connection.execute(
            update(Preference)
            .where(col(Preference.id) == claim.id)
            .values(**values, version=claim.version + 1)
        )
        changed.append(claim.id)
        events.record(
            db,
            PreferenceChanged(
                guest_id=guest_id,
                hotel_id=hotel_id,
                by_id=by.id,
                preference_id=claim.id,
                state=values["status"],
            ),
        )
    return changed


def _standing(
    claim: Any, seen: Iterable[Any], facts: CodeFacts, days: "_Days", over: set[UUID]
) -> Standing | None:
    """None where there is nothing to follow from."""
    evidence = [evidence_of(each, days) for each in seen]
    if not evidence and claim.status in _UNTOUCHED:
        return None
    if claim.carried or not evidence:
        evidence.append(_carried(claim, days, alone=not evidence))
    return rules.standing_of(
        evidence,
        facts,
        days.today(claim.hotel_id),
        stay_is_over=claim.scope is Scope.THIS_STAY and claim.stay_id in over,
    )


def evidence_of(row: Any, days: "_Days") -> Evidence:
    """An observation's row as evidence."""
    return Evidence(
        id=row.id,
        source=row.source,
        at=row.observed_at,
        day=days.day(row.observed_at, row.hotel_id),
        stay_id=row.stay_id,
        value=row.value,
        denies=row.denies,
        ends_why=row.ends_why,
        times=row.times,
        counts=rules.counts(row.state, row.policy, row.code),
        was_rejected=row.state is ObservationState.REJECTED,
    )


def _carried(claim: Any, days: "_Days", *, alone: bool) -> Evidence:
    """What an import, an older release or a seed knew, as one piece of evidence."""
    confirmed_at = claim.carried_confirmed_at or (claim.confirmed_at if alone else None)
    at = max(claim.noted_at, confirmed_at or claim.noted_at)
    return Evidence(
        id=claim.id,
        source=(claim.carried_source if claim.carried else None) or claim.source,
        at=at,
        day=days.day(at, claim.hotel_id),
        stay_id=claim.stay_id,
        value=claim.carried_value if claim.carried else claim.value,
        times=claim.carried or claim.evidence,
        confirms=confirmed_at is not None,
    )


def _values(
    claim: Any, standing: Standing | None, seen: list[Any], gone: dict[UUID, UUID]
) -> dict[str, Any]:
    if standing is None:
        return {}
    values: dict[str, Any] = {
        "status": standing.status,
        "source": standing.source,
        "evidence": max(1, standing.evidence),
        "value": standing.value,
        "words": _words(claim, seen),
        "confirmed_at": standing.confirmed_at,
        "last_seen_at": standing.last_seen_at,
        "review_on": standing.review_on,
        "retired_at": standing.retired_at,
        "retired_why": standing.retired_why,
        "retired_for_id": gone.get(claim.id),
    }
    if claim.id in gone:
        values |= {
            "status": PreferenceStatus.RETIRED,
            "retired_at": claim.retired_at or clock.now(),
            "retired_why": RetiredWhy.CONTRADICTED,
        }
    return values


def _words(claim: Any, seen: list[Any]) -> str | None:
    """The newest words among what counts."""
    said = [
        (each.observed_at, each.id, each.words)
        for each in seen
        if each.words and not each.denies and rules.counts(each.state, each.policy, each.code)
    ]
    if said:
        return str(max(said)[2])
    if claim.carried:
        return claim.carried_words  # type: ignore[no-any-return]
    return None if seen else claim.words


def _gone(
    claims: Iterable[Any], standings: dict[UUID, Standing | None], facts: dict[str, CodeFacts]
) -> dict[UUID, UUID]:
    """Claims of one place and scope compete; an exception for one stay or hotel does not."""
    arenas: dict[tuple[Any, ...], list[Rival]] = {}
    for claim in claims:
        standing = standings[claim.id]
        if standing is not None and standing.last_seen_at is not None:
            arenas.setdefault((claim.hotel_id, claim.scope, claim.stay_id), []).append(
                Rival(id=claim.id, code=facts[claim.code], standing=standing)
            )
    gone: dict[UUID, UUID] = {}
    for rivals in arenas.values():
        gone |= rules.giving_way(rivals)
    return gone


def facts_of(db: Session, codes: Iterable[str]) -> dict[str, CodeFacts]:
    """What the catalogue says of these codes, with the group maximum that holds."""
    rows = db.connection().execute(_FACTS, {"codes": sorted(set(codes))})
    caps = _own_maxima(db)
    return {
        row.code: CodeFacts(
            code=row.code,
            group=row.group_code,
            polarity=row.polarity,
            sensitivity=row.sensitivity,
            review_after_months=row.review_after_months,
            group_max=_cap(row.group_max, caps.get(row.group_code)),
            conflicts_with=frozenset(row.conflicts_with),
        )
        for row in rows
    }


_FACTS = select(
    *cols(
        PreferenceCode.code, PreferenceCode.group_code, PreferenceCode.polarity,
        PreferenceCode.sensitivity, PreferenceCode.review_after_months,
        PreferenceCode.group_max, PreferenceCode.conflicts_with,
    )
).where(col(PreferenceCode.code).in_(bindparam("codes", expanding=True)))  # fmt: skip
_HOTELS = select(func.count()).select_from(Hotel).scalar_subquery()
_MAXIMA: Any = (
    select(
        col(GroupPolicy.group_code).label("group_code"),
        func.max(col(GroupPolicy.group_max)).label("most"),
        (func.count(col(GroupPolicy.group_max)) == _HOTELS).label("everywhere"),
    )
    .where(col(GroupPolicy.group_max).is_not(None))
    .group_by(col(GroupPolicy.group_code))
)


def _own_maxima(db: Session) -> dict[str, tuple[int, bool]]:
    """The largest maximum that a hotel set for a group, and whether every hotel set one.

    A claim belongs to all hotels, so the most generous of their rules holds for it.
    """
    rows: Any = db.connection().execute(_MAXIMA)
    return {row.group_code: (row.most, bool(row.everywhere)) for row in rows}


def _cap(shipped: int | None, own: tuple[int, bool] | None) -> int | None:
    if own is None:
        return shipped
    most, everywhere = own
    return most if everywhere or shipped is None else max(most, shipped)


_ZONES = select(*cols(Hotel.id, Hotel.time_zone))


class _Days:
    """Which day an instant was in a hotel; one statement for all hotels."""

    def __init__(self, db: Session) -> None:
        rows = db.connection().execute(_ZONES)
        self._zones = {row.id: ZoneInfo(row.time_zone) for row in rows}
        self._any = next(iter(self._zones.values()), ZoneInfo("UTC"))

    def day(self, at: datetime, hotel_id: UUID | None) -> date:
        zone = self._any if hotel_id is None else self._zones.get(hotel_id, self._any)
        return at.astimezone(zone).date()

    def today(self, hotel_id: UUID | None) -> date:
        return self.day(clock.now(), hotel_id)
