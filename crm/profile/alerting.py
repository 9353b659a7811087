"""Where the hotel's own rules meet a guest: which of them stand on a stay, in whose words, and
what colleagues have put aside for this stay."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlmodel import Session, col

from crm.alerts import rules as by_rule
from crm.alerts.queries import Book
from crm.alerts.rules import Facts, Rule
from crm.alerts.tables import AlertDismissal
from crm.alerts.terms import AlertKind, AlertWeight, Place
from crm.complaints.terms import CaseKind, CaseStatus
from crm.kit.rows import cols
from crm.preferences.sights import DEPARTMENTS_OF
from crm.preferences.terms import PreferenceStatus, Scope
from crm.profile.rules import BirthdayFacts, in_order, is_birthday_near, shortened
from crm.profile.schemas import Alert, Weight
from crm.profile.sights import Reader
from crm.profile.sources import Noted
from crm.staff.terms import Sight
from crm.stays.rules import stay_number
from crm.stays.tables import Stay
from crm.stays.terms import StayStatus

_OPEN_CASE = "complaint.flag"
_FEWEST_FIRST = (
    _OPEN_CASE, "guest.file", "guest.work", "stay.history", "stay.count", "guest.birthday",
    "guest.language", "loyalty.tier", "guest.identity", "guest.vip",
)  # fmt: skip
"""The fields that rules ask for, those that fewest read in front."""


# ---------------------------------------------------------------- facts
def facts_of(
    file: Any,
    stay: Any,
    *,
    today: date,
    noted: Iterable[Noted],
    cases: Iterable[Any],
    birthday: BirthdayFacts | None,
) -> Facts:
    """What rules may ask, from the rows that a card or a board has read anyway.

    ``file`` has the guest's columns, the tier and ``stays_here``; it and ``stay`` may be one row.
    Every code counts, whoever reads it: who is told is decided by `told`.
    """
    lapsed = file.vip_until is not None and file.vip_until < today
    codes = frozenset(
        row.code
        for row, _ in noted
        if row.status is not PreferenceStatus.EXPIRED
        and (row.scope is Scope.ALWAYS or row.stay_id == stay.id)
    )
    checked = file.checked_at
    return Facts(
        vip=None if lapsed else file.vip,
        tier=file.tier,
        stay_number=stay_number(file.stays_here or 0, stay.status),
        identity=stay.identity,
        company_id=stay.company_id or file.guest_company_id,
        codes=codes,
        has_open_case=any(
            case.kind is CaseKind.COMPLAINT and case.status is not CaseStatus.CLOSED
            for case in cases
        ),
        file_age=None if checked is None else (today - checked.date()).days,
        room_type=stay.room_type_used or stay.room_type_booked,
        nights=stay.nights,
        languages=tuple(file.languages or ()),
        birthday_in_stay=birthday is not None
        and is_birthday_near(birthday.next_on, today, stay.departure_on),
        children=stay.children,
    )


# ---------------------------------------------------------------- who is told what
def stands(
    book: Book, facts: Facts, stay: Any, reader: Reader, place: Place, *, today: date
) -> list[Alert]:
    """The alerts by rule on this stay, in this place, as this reader may be told them."""
    return [alert for alert, _ in with_fields(book, facts, stay, reader, place, today=today)]


def with_fields(
    book: Book, facts: Facts, stay: Any, reader: Reader, place: Place, *, today: date
) -> list[tuple[Alert, str]]:
    """The same, each with the field that stands for what it tells."""
    moments = by_rule.moments_of(stay.status, stay.arrival_on, stay.departure_on, today)
    found = by_rule.matching(book.rules, facts, moments, place) if moments else []
    return [
        (alert, field_of(rule)) for rule in found if (alert := told(rule, book, reader)) is not None
    ]


def told(rule: Rule, book: Book, reader: Reader) -> Alert | None:
    """The rule's text to those who see all that it follows from; else its instruction, to the
    departments that it names; nothing to others.

    Whoever does not know of open cases is never told by their presence, nor by their absence.
    """
    if _OPEN_CASE in rule.fields and not reader.sees(_OPEN_CASE):
        return None
    chinese = reader.in_chinese
    if all(reader.sees(field) for field in rule.fields) and _reads_codes(rule, book, reader):
        return _alert(rule, rule.text(chinese=chinese))
    instruction = rule.instruction(chinese=chinese)
    if instruction and _departments(reader) & rule.departments:
        return _alert(rule, instruction)
    return None


def _reads_codes(rule: Rule, book: Book, reader: Reader) -> bool:
    return all(
        code in book.codes and reader.preferences.sight(*book.codes[code]) is Sight.CLEAR
        for code in by_rule.codes_asked(rule.who)
    )


def field_of(rule: Rule) -> str:
    """The one field that stands for what the rule tells, where a paper names only one."""
    return next((each for each in _FEWEST_FIRST if each in rule.fields), "preference.normal")


def _departments(reader: Reader) -> frozenset[str]:
    return frozenset().union(*(DEPARTMENTS_OF.get(holder, ()) for holder in reader.by.holders))


def _alert(rule: Rule, text: str) -> Alert:
    return Alert(
        weight=Weight(rule.weight.value),
        kind=rule.kind.value,
        text=text,
        short=shortened(text),
        key=rule.key if may_be_put_aside(rule) else None,
    )


def may_be_put_aside(rule: Rule) -> bool:
    """All but what must be known of somebody's safety."""
    if rule.weight is not AlertWeight.MUST_KNOW:
        return True
    allergy = any(code.startswith("AL.") for code in by_rule.codes_asked(rule.who))
    return rule.kind is not AlertKind.SAFETY and not allergy


# ---------------------------------------------------------------- put aside
def parted(
    own: Sequence[Alert], more: Sequence[Alert], aside: Collection[str]
) -> tuple[list[Alert], list[Alert]]:
    """All alerts in their order, and apart from them those put aside for this stay."""
    everything = in_order([*own, *more])
    shown = [alert for alert in everything if alert.key is None or alert.key not in aside]
    return shown, [alert for alert in everything if alert.key is not None and alert.key in aside]


def put_aside_here(db: Session, reader: Reader, stay_ids: Sequence[UUID]) -> dict[UUID, set[str]]:
    """The keys put aside on the stays of a board."""
    if not stay_ids:
        return {}
    query = reader.prepared("put aside", _aside_query)
    found: dict[UUID, set[str]] = {}
    here = set(stay_ids)
    for row in db.connection().execute(query):
        if row.stay_id in here:
            found.setdefault(row.stay_id, set()).add(row.alert_key)
    return found


def _aside_query(reader: Reader) -> Select[Any]:
    """Of the stays that are not over: past ones are of no board."""
    return (
        select(*cols(AlertDismissal.stay_id, AlertDismissal.alert_key))
        .join(Stay, col(Stay.id) == col(AlertDismissal.stay_id))
        .where(
            col(Stay.hotel_id) == reader.by.hotel_id,
            col(Stay.status).in_((StayStatus.BOOKED, StayStatus.IN_HOUSE)),
        )
    )
