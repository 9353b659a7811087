"""Colleagues put an alert aside for this stay, or bring it back; and how often rules are needed."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlmodel import Session

from crm.alerts import rules as by_rule
from crm.alerts import service
from crm.alerts.queries import Book, as_applied, book_of, edition_of
from crm.alerts.rules import Rule
from crm.alerts.schemas import AlertRuleIn, WouldMatch
from crm.alerts.terms import Place
from crm.hotels.queries import hotels_of
from crm.kit.errors import NotFound, RuleBroken
from crm.kit.ids import new_id
from crm.profile import alerting, board
from crm.profile.queries import card
from crm.profile.schemas import Alert, GuestCard, Side
from crm.profile.sights import Reader, reader_of
from crm.staff.actor import Actor, system
from crm.staff.terms import Channel

RULE = "rule:"


def put_aside(db: Session, guest_id: UUID, key: str, *, by: Actor) -> bool:
    """Put an alert of the guest's present stay aside; it does not come back in that stay.

    False when it was aside already. `NotFound` when this reader sees no such alert, `RuleBroken`
    for one that must stay: allergies and what else must be known of a guest's safety.
    """
    by.need("alerts.put_aside")
    found, stay_id, hotel_id = _card_with_stay(db, guest_id, by)
    if any(alert.key == key for alert in found.put_aside):
        return False
    _need(found.alerts, key)
    rule_id = UUID(key.removeprefix(RULE)) if key.startswith(RULE) else None
    return service.put_aside(
        db, stay_id, key, guest_id=guest_id, hotel_id=hotel_id, rule_id=rule_id, by=by
    )


def bring_back(db: Session, guest_id: UUID, key: str, *, by: Actor) -> bool:
    """Show an alert again on the present stay; False when it was not aside."""
    by.need("alerts.put_aside")
    _, stay_id, hotel_id = _card_with_stay(db, guest_id, by)
    return service.bring_back(db, stay_id, key, guest_id=guest_id, hotel_id=hotel_id, by=by)


def _card_with_stay(db: Session, guest_id: UUID, by: Actor) -> tuple[GuestCard, UUID, UUID]:
    found = card(db, guest_id, by=by)
    if found.stay is None:
        raise RuleBroken(
            "Alerts are put aside for a stay, and this guest has none now.", "alert_no_stay"
        )
    return found, found.stay.stay_id, found.stay.hotel_id


def _need(alerts: list[Alert], key: str) -> None:
    if any(alert.key == key for alert in alerts):
        return
    raise NotFound("There is no such alert on this guest's card to put aside.", "alert")


# ---------------------------------------------------------------- before and after switching on
def would_match(db: Session, asked: AlertRuleIn, *, by: Actor) -> WouldMatch:
    """On how many of today's stays the rule would stand, wherever it is shown and whenever."""
    by.need("alerts.rules")
    rule = as_applied(_Draft(asked))
    counts: dict[str, int] = {}
    reader = reader_of(by, Channel.LIST)
    hotel = board.hotel_of(db, reader)
    for side in Side:
        found = [facts for _, facts in _today(db, reader, side, hotel)]
        counts[f"of_{side.value}"] = len(found)
        counts[side.value] = sum(by_rule.is_about(rule.who, facts) for facts in found)
    return WouldMatch(**counts)


class _Draft:
    """A rule that is not kept yet, with the names of a kept one."""

    def __init__(self, asked: AlertRuleIn) -> None:
        self.id = new_id()
        for name in AlertRuleIn.model_fields:
            setattr(self, name, getattr(asked, name))


def _today(db: Session, reader: Reader, side: Side, hotel: Any) -> list[tuple[Any, Any]]:
    """The stays of one side with what rules may ask of them."""
    today = hotel.business_on
    lines = [
        line for line in board.lines_of(db, reader, side, hotel) if line.row.guest_id is not None
    ]
    guest_ids = [line.row.guest_id for line in lines]
    noted, cases = board.about_guests(db, guest_ids, reader)
    return [
        (
            line.row,
            alerting.facts_of(
                line.row,
                line.row,
                today=today,
                noted=noted.get(line.row.guest_id, ()),
                cases=cases.get(line.row.guest_id, ()),
                birthday=line.birthday,
            ),
        )
        for line in lines
    ]


def count_showings(db: Session) -> int:
    """Keep for every hotel on which of today's stays its rules stand; returns how many are new.

    Counted by the clock, since looking at a card writes nothing: a rule that stood on a stay is
    counted once, however many looked.
    """
    counted = 0
    for hotel in hotels_of(db, by=system()):
        edition = edition_of(db, hotel.id)
        book = book_of(db, hotel.id, edition)
        if book.rules:
            counted += service.note_showings(db, _pairs(db, book, hotel.id))
    return counted


def _pairs(db: Session, book: Book, hotel_id: UUID) -> list[tuple[UUID, UUID]]:
    reader = reader_of(_house(hotel_id), Channel.LIST)
    hotel = board.hotel_of(db, reader)
    return [
        (rule.id, stay.id)
        for side in (Side.ARRIVALS, Side.IN_HOUSE)
        for stay, facts in _today(db, reader, side, hotel)
        for rule in _standing(book, stay, facts, hotel.business_on)
    ]


def _standing(book: Book, stay: Any, facts: Any, today: Any) -> list[Rule]:
    moments = by_rule.moments_of(stay.status, stay.arrival_on, stay.departure_on, today)
    found = {
        rule.id: rule
        for place in Place
        for rule in by_rule.matching(book.rules, facts, moments, place)
    }
    return list(found.values())


def _house(hotel_id: UUID) -> Actor:
    """The house itself, looking at one of its hotels."""
    return replace(system(), hotel_id=hotel_id, hotel_ids=frozenset({hotel_id}))
