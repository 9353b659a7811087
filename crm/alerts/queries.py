"""Reads a hotel's rules: to apply them (kept while their edition holds) and to look at them."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from crm.alerts import rules
from crm.alerts.rules import Rule
from crm.alerts.schemas import AlertRuleOut, Who
from crm.alerts.tables import AlertBook, AlertDismissal, AlertRule, AlertShowing
from crm.alerts.terms import Moment, Place
from crm.kit import clock
from crm.kit.errors import NotFound
from crm.kit.rows import cols, mapping_of
from crm.preferences.tables import PreferenceCode
from crm.preferences.terms import Sensitivity
from crm.staff.actor import Actor

BOOKS_KEPT = 64
COUNTED = timedelta(days=90)
_RULE = cols(
    AlertRule.id, AlertRule.name, AlertRule.who, AlertRule.text_en, AlertRule.text_zh,
    AlertRule.weight, AlertRule.kind, AlertRule.departments, AlertRule.instruction_en,
    AlertRule.instruction_zh, AlertRule.moments, AlertRule.places, AlertRule.position,
    AlertRule.is_active, AlertRule.shipped_as, AlertRule.changed_at, AlertRule.changed_by,
    AlertRule.version,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Book:
    """The rules in force of one hotel, and who reads the preference codes that they ask for."""

    rules: tuple[Rule, ...] = ()
    codes: dict[str, tuple[Sensitivity, frozenset[str]]] = field(default_factory=dict)


EMPTY = Book()
_kept: OrderedDict[UUID, Book] = OrderedDict()


def book_of(db: Session, hotel_id: UUID | None, edition: UUID | None) -> Book:
    """The rules in force; read from the database only when the edition is new to this process.

    The caller has read the edition (`AlertBook`) beside something else, so that a card costs no
    statement more.
    """
    if hotel_id is None or edition is None:
        return EMPTY
    found = _kept.get(edition)
    if found is None:
        found = _kept[edition] = _read_book(db, hotel_id)
        while len(_kept) > BOOKS_KEPT:
            _kept.popitem(last=False)
    return found


def edition_of(db: Session, hotel_id: UUID) -> UUID | None:
    """The edition of a hotel's rules; None where it has none."""
    return db.connection().scalar(
        select(col(AlertBook.edition)).where(col(AlertBook.hotel_id) == hotel_id)
    )


def _read_book(db: Session, hotel_id: UUID) -> Book:
    rows = db.connection().execute(_rules_of(hotel_id).where(col(AlertRule.is_active).is_(True)))
    found = tuple(as_applied(row) for row in rows)
    asked = {code for rule in found for code in rules.codes_asked(rule.who)}
    if not asked:
        return Book(found)
    return Book(found, code_readers(db, asked))


def code_readers(
    db: Session, asked: set[str] | frozenset[str]
) -> dict[str, tuple[Sensitivity, frozenset[str]]]:
    """How sensitive these codes are and which departments read them; unknown ones are missing."""
    rows = db.connection().execute(
        select(
            *cols(PreferenceCode.code, PreferenceCode.sensitivity, PreferenceCode.departments)
        ).where(col(PreferenceCode.code).in_(sorted(asked)))
    )
    return {row.code: (row.sensitivity, frozenset(row.departments)) for row in rows}


def as_applied(row: Any) -> Rule:
    """A rule from its row, or from anything with the same names."""
    who = row.who if isinstance(row.who, Who) else Who.model_validate(row.who)
    return Rule(
        id=row.id,
        position=row.position,
        who=who,
        weight=row.weight,
        kind=row.kind,
        text_en=row.text_en,
        text_zh=row.text_zh,
        departments=frozenset(str(each) for each in row.departments),
        instruction_en=row.instruction_en,
        instruction_zh=row.instruction_zh,
        moments=frozenset(Moment(each) for each in row.moments),
        places=frozenset(Place(each) for each in row.places),
        fields=rules.fields_asked(who),
    )


def _rules_of(hotel_id: UUID | None) -> Select[Any]:
    return (
        select(*_RULE)
        .where(col(AlertRule.hotel_id) == hotel_id, col(AlertRule.retired_at).is_(None))
        .order_by(col(AlertRule.position), col(AlertRule.id))
    )


def rule_list(db: Session, *, by: Actor) -> list[AlertRuleOut]:
    """The rules of the reader's hotel in their order, with how often they stood and were put
    aside in the last ninety days."""
    by.need("alerts.rules")
    rows = db.connection().execute(_rules_of(by.hotel_id)).all()
    ids = [row.id for row in rows]
    since = clock.now() - COUNTED
    shown = _counts(
        db,
        select(col(AlertShowing.rule_id), func.count())
        .where(col(AlertShowing.rule_id).in_(ids), col(AlertShowing.first_at) >= since)
        .group_by(col(AlertShowing.rule_id)),
    )
    aside = _counts(
        db,
        select(col(AlertDismissal.rule_id), func.count())
        .where(col(AlertDismissal.rule_id).in_(ids), col(AlertDismissal.put_aside_at) >= since)
        .group_by(col(AlertDismissal.rule_id)),
    )
    return [
        AlertRuleOut(**mapping_of(row), shown=shown.get(row.id, 0), put_aside=aside.get(row.id, 0))
        for row in rows
    ]


def _counts(db: Session, query: Any) -> dict[UUID, int]:
    return {row[0]: row[1] for row in db.connection().execute(query)}


def rule(db: Session, rule_id: UUID, *, by: Actor) -> AlertRuleOut:
    """One rule of the reader's hotel; `NotFound` else, and when it was retired."""
    found = next((each for each in rule_list(db, by=by) if each.id == rule_id), None)
    if found is None:
        raise NotFound("There is no such rule in your hotel.", "alert_rule")
    return found


def put_aside_in(db: Session, stay_ids: list[UUID]) -> dict[UUID, set[str]]:
    """The keys of the alerts put aside, by stay."""
    rows = db.connection().execute(
        select(*cols(AlertDismissal.stay_id, AlertDismissal.alert_key)).where(
            col(AlertDismissal.stay_id).in_(stay_ids)
        )
    )
    found: dict[UUID, set[str]] = {}
    for row in rows:
        found.setdefault(row.stay_id, set()).add(row.alert_key)
    return found
