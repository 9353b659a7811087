"""Turns found guests into lines that say by what they were found, as far as one may know."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Select, bindparam, exists, select
from sqlmodel import Session, col

from crm.companies.tables import Company
from crm.guests.asking import QueryPlan
from crm.guests.keys import found_by, name_key, search_keys
from crm.guests.masks import by_sight
from crm.guests.naming import parts_of
from crm.guests.phones import masked_phone
from crm.guests.queries import may_see_true_name, shown_name
from crm.guests.tables import Address, ContactPoint, Guest
from crm.guests.terms import ContactKind
from crm.kit.rows import cols, named
from crm.loyalty.tables import Membership
from crm.preferences.tables import Preference
from crm.preferences.terms import SHOWN_STATUSES
from crm.profile.found import GuestHit, MatchedBy, Standing
from crm.staff.actor import Actor
from crm.staff.terms import Channel, Sight

DO_NOT_CONFIRM = ("PR.NOINFO", "PR.INCOG")


class Found(Protocol):
    """A guest in the order of a look-up (`crm.profile.search.Place`)."""

    guest_id: UUID
    standing: Standing
    by: set[MatchedBy]
    room: str | None
    arrival_on: date | None
    departure_on: date | None


def hits_of(db: Session, places: Sequence[Found], plan: QueryPlan, *, by: Actor) -> list[GuestHit]:
    """One line per place, in their order; one statement for all."""
    if not places:
        return []
    asked = {"guests": [place.guest_id for place in places]}
    rows = {row.id: row for row in db.connection().execute(_lines(), asked)}
    return [_hit(place, rows[place.guest_id], plan, by) for place in places]


@cache
def _lines() -> Select[Any]:
    """Built once: building it costs more than running it."""
    phone = (
        select(*cols(ContactPoint.norm))
        .where(
            col(ContactPoint.guest_id) == col(Guest.id), col(ContactPoint.kind) == ContactKind.PHONE
        )
        .order_by(col(ContactPoint.is_primary).desc(), col(ContactPoint.no))
        .limit(1)
        .scalar_subquery()
    )
    city = (
        select(*cols(Address.city))
        .where(col(Address.guest_id) == col(Guest.id))
        .order_by(col(Address.is_primary).desc(), col(Address.no))
        .limit(1)
        .scalar_subquery()
    )
    hushed = exists().where(
        col(Preference.guest_id) == col(Guest.id),
        col(Preference.code).in_(DO_NOT_CONFIRM),
        col(Preference.status).in_(SHOWN_STATUSES),
    )
    return (
        select(
            *cols(
                Guest.id,
                Guest.ref,
                Guest.name_native,
                Guest.name_latin,
                Guest.alias,
                Guest.is_incognito,
                Guest.identity,
                Guest.vip,
                Guest.caution,
                Guest.last_seen_on,
                Membership.tier,
                Membership.number,
            ),
            named(Company.name, "company"),
            named(Company.name_latin, "company_latin"),
            phone.label("phone"),
            city.label("city"),
            hushed.label("hushed"),
        )
        .outerjoin(Company, col(Company.id) == col(Guest.company_id))
        .outerjoin(Membership, col(Membership.guest_id) == col(Guest.id))
        .where(col(Guest.id).in_(bindparam("guests", expanding=True)))
    )


def _hit(place: Found, row: Any, plan: QueryPlan, by: Actor) -> GuestHit:
    hidden = row.is_incognito and not may_see_true_name(by)
    silent = hidden and not place.by - {MatchedBy.EMAIL, MatchedBy.SIMILAR}
    silent = silent and not alias_is_meant(row.alias, plan)

    def seen(field: str, value: Any) -> Any:
        return value if by.sight(field, Channel.SEARCH) is Sight.CLEAR else None

    stays = not silent
    return GuestHit(
        id=row.id,
        ref=seen("guest.ref", row.ref),
        name=shown_name(
            name_native=row.name_native,
            name_latin=None if row.name_native else row.name_latin,
            alias=row.alias,
            is_incognito=row.is_incognito,
            by=by,
            ref=row.ref,
        ),
        latin_name=None if hidden or not row.name_native else row.name_latin,
        standing=place.standing if stays else Standing.OTHER,
        room=place.room if stays else None,
        arrival_on=place.arrival_on if stays else None,
        departure_on=place.departure_on if stays else None,
        last_seen_on=seen("guest.file", row.last_seen_on) if stays else None,
        identity=seen("guest.identity", row.identity) if stays else None,
        vip=seen("guest.vip", row.vip) if stays else None,
        caution=seen("guest.caution", row.caution) if stays else None,
        tier=seen("loyalty.tier", row.tier) if stays else None,
        membership_no=seen("loyalty.tier", row.number) if stays else None,
        company=seen("guest.work", row.company) if stays else None,
        city=row.city
        if stays and by.sight("guest.address", Channel.SEARCH) is not Sight.NONE
        else None,
        phone=by_sight(by.sight("guest.phone", Channel.SEARCH), row.phone, masked_phone)
        if stays
        else None,
        is_incognito=row.is_incognito,
        do_not_confirm=row.is_incognito or row.hushed,
        matched=sorted(place.by | _by_words(row, plan, place, hidden)) if stays else [],
    )


def alias_is_meant(alias: str | None, plan: QueryPlan) -> bool:
    """Whether the query is (a part of) the alias itself."""
    if not alias:
        return False
    keys = search_keys([parts_of(alias)])
    letters = plan.letters.replace(" ", "")
    return found_by(keys.doc, plan.tokens) or bool(letters and letters in keys.pinyin)


def _by_words(row: Any, plan: QueryPlan, place: Found, hidden: bool) -> set[MatchedBy]:
    """Which words of the file the tokens met: the first that fits, cheapest first."""
    if not plan.tokens or MatchedBy.SIMILAR in place.by:
        return set()
    own = [] if hidden else [name for name in (row.name_native, row.name_latin) if name]
    if found_by(_written_words(own), plan.tokens):
        return {MatchedBy.NAME}
    if place.by and all(token.text.isdigit() for token in plan.tokens):
        return set()  # No reading holds a number, and making twenty takes longer than finding them.
    if own and found_by(search_keys([parts_of(name) for name in own]).doc, plan.tokens):
        return {MatchedBy.PINYIN}
    if row.alias and found_by(search_keys([parts_of(row.alias)]).doc, plan.tokens):
        return {MatchedBy.ALIAS}
    company = [text for text in (row.company, row.company_latin) if text]
    if company and found_by(search_keys([], company=company).doc, plan.tokens):
        return {MatchedBy.COMPANY}
    if place.by:
        return set()
    return {MatchedBy.ALIAS if hidden else MatchedBy.NAME}


def _written_words(names: Sequence[str]) -> str:
    """The words of names as they are written, without readings."""
    tokens: list[str] = []
    for name in names:
        for word in name_key(name).split():
            tokens.append(word)
            tokens += [word[at : at + 2] for at in range(len(word) - 1) if not word.isascii()]
            tokens += [char for char in word if not char.isascii()]
    return " ".join(tokens)
