"""Holds what the records show against what is on file, and writes down what is to be proposed.

The same for the guest who has just left and for a batch of the nightly pass: read without a lock,
then written in one transaction, in which the guests are held so that two passes take turns.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import Session, col

from crm.guests.tables import Guest
from crm.guests.terms import GuestState
from crm.kit import clock
from crm.kit.db import chunks
from crm.kit.ids import new_id
from crm.kit.rows import cols
from crm.preferences.tables import Preference, PreferenceCode
from crm.preferences.terms import (
    SHOWN_STATUSES,
    PreferenceStatus,
    RetiredWhy,
    Scope,
    Sensitivity,
)
from crm.sensing import rules
from crm.sensing.rules import Before, Found, Trait
from crm.sensing.sources import Group
from crm.sensing.tables import Habit
from crm.sensing.terms import MIN_CASES, HabitState

_BATCH = 400
_WRITTEN = (
    "hotel_id", "occasion", "cases", "out_of", "base_per_mille", "lift_percent", "threshold",
    "against_code", "last_case_on", "state",
)  # fmt: skip
_TELLING = ("hotel_id", "cases", "out_of", "against_code", "last_case_on", "state")
"""What makes a habit another one; the house's rate alone moves every night."""

_CHANGE = (
    update(Habit)
    .where(col(Habit.id) == bindparam("its_id"))
    .values(
        **{name: bindparam(f"new_{name}") for name in _WRITTEN},
        found_at=bindparam("new_found_at"),
        version=col(Habit.version) + 1,
    )
)
_KNOWN = frozenset({*SHOWN_STATUSES, PreferenceStatus.PROPOSED})
_UNWANTED = frozenset({RetiredWhy.DENIED, RetiredWhy.BY_HAND, RetiredWhy.REJECTED})


@dataclass
class Written:
    """What a look at some guests brought: ``proposed`` are new or open again."""

    proposed: int = 0
    faded: int = 0
    guests: set[UUID] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Claim:
    """What is on file about one code, as far as a habit must know it."""

    code: str
    value: str | None
    status: PreferenceStatus
    sensitivity: Sensitivity
    retired_why: RetiredWhy | None
    retired_on: date | None


def judged(
    found: Iterable[Found], claims: Sequence[Claim], conflicts: Mapping[str, set[str]]
) -> list[tuple[Found, str | None]]:
    """What of it is news, each with the code on file that it contradicts, if any.

    What is known is left out. What somebody has taken off the file counts only with as many cases
    since as a habit needs. What contradicts a special-category or restricted code is left out
    altogether: asking whether it has changed would name it.
    """
    news: list[tuple[Found, str | None]] = []
    for one in found:
        code = one.trait.code
        if any(_knows(claim, one.trait) for claim in claims):
            continue
        if any(_unwanted(claim, one) for claim in claims):
            continue
        against = [
            claim
            for claim in claims
            if claim.status in _KNOWN and claim.code in conflicts.get(code, ())
        ]
        if all(claim.sensitivity is Sensitivity.NORMAL for claim in against):
            news.append((one, against[0].code if against else None))
    return news


def _knows(claim: Claim, trait: Trait) -> bool:
    if claim.code != trait.code or claim.status not in _KNOWN:
        return False
    if not trait.value or not claim.value:
        return True
    told, known = trait.value.casefold(), claim.value.casefold()
    # "Longjing" is what a colleague types, "Longjing 龙井" what the words' file says.
    return told in known or known in told


def _unwanted(claim: Claim, found: Found) -> bool:
    """Somebody took it off the file, and the stays since do not say otherwise."""
    if claim.code != found.trait.code or claim.retired_why not in _UNWANTED:
        return False
    if claim.value and found.trait.value and claim.value.casefold() != found.trait.value.casefold():
        return False
    retired_on = claim.retired_on or date.min
    return sum(day > retired_on for day in found.days) < MIN_CASES


# ---------------------------------------------------------------- writing
def write(
    db: Session,
    group: Group,
    found: Mapping[UUID, Sequence[Found]],
    existing: Collection[UUID] = (),
) -> Written:
    """Bring the habits of these guests up to date with what was found.

    ``existing`` are further guests with habits on file for whom nothing was found.
    """
    guests = sorted({*found, *existing})
    _hold(db, guests)
    active = _active(db, guests)
    claims = _claims(db, [one for one in guests if found.get(one)])
    before = _before(db, guests)
    written = Written()
    new: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for guest_id in guests:
        shown = found.get(guest_id, ()) if guest_id in active else ()
        news = {
            one.trait: (one, against)
            for one, against in judged(shown, claims.get(guest_id, ()), group.conflicts)
        }
        rows = before.get(guest_id, {})
        for trait in {*news, *rows}:
            one, against = news.get(trait, (None, None))
            values = _values(group, rows.get(trait), one, against)
            if values is None:
                continue
            written.guests.add(guest_id)
            written.proposed += values["state"] is HabitState.OPEN and _is_news(rows.get(trait))
            written.faded += values["state"] is HabitState.FADED
            if trait in rows:
                changed.append(values)
            else:
                key = {"id": new_id(), "guest_id": guest_id, "version": 1}
                new.append(key | {"code": trait.code, "value": trait.value} | values)
    connection = db.connection()
    if new:
        connection.execute(insert(Habit), new)
    if changed:
        connection.execute(_CHANGE, [_bound(values) for values in changed])
    return written


def _is_news(row: Any) -> bool:
    return row is None or row.state is not HabitState.OPEN


def _bound(values: dict[str, Any]) -> dict[str, Any]:
    return {"its_id": values["id"]} | {
        f"new_{name}": values[name] for name in (*_WRITTEN, "found_at")
    }


def _values(
    group: Group, row: Any, found: Found | None, against: str | None
) -> dict[str, Any] | None:
    """The columns to write, or None when nothing is to be written."""
    state = rules.standing(None if row is None else _stood(row), found)
    if state is None:
        return None
    if found is None:
        if row is None or state is row.state:
            return None
        return {name: getattr(row, name) for name in (*_WRITTEN, "id", "found_at")} | {
            "state": state
        }
    if row is not None and state is row.state and state is not HabitState.OPEN:
        return None
    values: dict[str, Any] = {
        "hotel_id": group.houses[found.hotel].id,
        "occasion": found.occasion,
        "cases": found.cases,
        "out_of": found.out_of,
        "base_per_mille": found.base_per_mille,
        "lift_percent": found.lift_percent,
        "threshold": group.threshold_of(found),
        "against_code": against,
        "last_case_on": found.days[0],
        "state": state,
        "found_at": clock.now() if _is_news(row) else row.found_at,
    }
    if row is None:
        return values
    if all(getattr(row, name) == values[name] for name in _TELLING):
        return None
    return values | {"id": row.id}


def _stood(row: Any) -> Before:
    answered = row.answered_at
    return Before(row.state, None if answered is None else answered.date())


def _hold(db: Session, guest_ids: Sequence[UUID]) -> None:
    """Two looks at one guest take turns; foreign-key checks of others are not kept waiting."""
    for part in chunks(guest_ids, _BATCH):
        db.connection().execute(
            select(col(Guest.id))
            .where(col(Guest.id).in_(part))
            .order_by(col(Guest.id))
            .with_for_update(key_share=True)
        )


def _active(db: Session, guest_ids: Sequence[UUID]) -> set[UUID]:
    """Guests whose files are in use: nothing is proposed about merged and locked ones."""
    found: set[UUID] = set()
    for part in chunks(guest_ids, _BATCH):
        rows = db.connection().execute(
            select(col(Guest.id)).where(
                col(Guest.id).in_(part), col(Guest.state) == GuestState.ACTIVE
            )
        )
        found |= set(rows.scalars())
    return found


def _before(db: Session, guest_ids: Sequence[UUID]) -> dict[UUID, dict[Trait, Any]]:
    found: dict[UUID, dict[Trait, Any]] = defaultdict(dict)
    for part in chunks(guest_ids, _BATCH):
        rows = db.connection().execute(
            select(Habit.__table__).where(col(Habit.guest_id).in_(part))  # type: ignore[attr-defined]
        )
        for row in rows:
            found[row.guest_id][Trait(row.code, row.value)] = row
    return found


def _claims(db: Session, guest_ids: Sequence[UUID]) -> dict[UUID, list[Claim]]:
    found: dict[UUID, list[Claim]] = defaultdict(list)
    for part in chunks(guest_ids, _BATCH):
        rows = db.connection().execute(
            select(
                *cols(
                    Preference.guest_id,
                    Preference.code,
                    Preference.value,
                    Preference.status,
                    PreferenceCode.sensitivity,
                    Preference.retired_why,
                    Preference.retired_at,
                )
            )
            .join(PreferenceCode, col(PreferenceCode.code) == col(Preference.code))
            .where(col(Preference.guest_id).in_(part), col(Preference.scope) == Scope.ALWAYS)
        )
        for row in rows:
            retired_on = None if row.retired_at is None else row.retired_at.date()
            found[row.guest_id].append(
                Claim(row.code, row.value, row.status, row.sensitivity, row.retired_why, retired_on)
            )
    return found


def with_habits(db: Session, after: UUID | None, last: UUID | None) -> list[UUID]:
    """Guests between two keys with open habits on file."""
    query = select(col(Habit.guest_id)).where(col(Habit.state) == HabitState.OPEN).distinct()
    if after is not None:
        query = query.where(col(Habit.guest_id) > after)
    if last is not None:
        query = query.where(col(Habit.guest_id) <= last)
    return list(db.connection().execute(query).scalars())
