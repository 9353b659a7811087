"""Reads partner companies. They are known to the whole group; contracts belong to hotels."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlmodel import Session, col

from crm.companies import rules
from crm.companies.schemas import (
    CompanyRow,
    CompanySheet,
    ContactBirthdayOut,
    ContactOut,
    ContractOut,
    VisitOut,
)
from crm.companies.tables import Company, CompanyContact, CompanyVisit, Contract
from crm.companies.terms import BirthCalendar, CompanyKind, CompanyState
from crm.hotels.tables import Hotel
from crm.kit import clock
from crm.kit.errors import Invalid, NotFound
from crm.kit.paging import PageOf, read_cursor, write_cursor
from crm.kit.rows import cols, fields_of, mapping_of, named
from crm.staff.actor import Actor
from crm.staff.tables import Staff

_ROW = fields_of(Company, CompanyRow)
_SHEET = fields_of(Company, CompanySheet)
CANDIDATES = 50


def company_list(
    db: Session,
    *,
    by: Actor,
    q: str = "",
    kind: CompanyKind | None = None,
    state: CompanyState | None = None,
    ends_by: date | None = None,
    today: date | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> PageOf[CompanyRow]:
    """Companies by name, found by any part of a name or of its pinyin, or by the initials.

    ``ends_by`` keeps those with a contract within reach that ends from ``today`` to then.
    """
    today = today or today_of(db, by)
    query = select(*[*_ROW, col(Company.name_key)]).order_by(col(Company.name_key), col(Company.id))
    query = _sought(query, q)
    if kind is not None:
        query = query.where(col(Company.kind) == kind)
    if state is not None:
        query = query.where(col(Company.state) == state)
    if ends_by is not None:
        query = query.where(_has_contract_ending(by, today, ends_by))
    if after := read_cursor(cursor, 2):
        key, identity = str(after[0]), _uuid(after[1])
        query = query.where(
            or_(
                col(Company.name_key) > key,
                and_(col(Company.name_key) == key, col(Company.id) > identity),
            )
        )
    rows = db.connection().execute(query.limit(limit + 1)).all()
    page = rows[:limit]
    contracts, visits = _contract_spans(db, by, page), _visit_dates(db, page)
    items = []
    for row in page:
        leading = rules.leading_contract(contracts[row.id], today)
        last, following = visits.get(row.id, (None, None))
        items.append(
            CompanyRow(
                **{k: v for k, v in mapping_of(row).items() if k != "name_key"},
                contract_ends_on=leading[0] if leading else None,
                contract_state=leading[1] if leading else None,
                last_visit_on=last,
                next_visit_on=following,
            )
        )
    more = write_cursor(page[-1].name_key, str(page[-1].id)) if len(rows) > limit else None
    return PageOf[CompanyRow](items=items, next=more)


def company_sheet(
    db: Session, company_id: UUID, *, by: Actor, today: date | None = None
) -> CompanySheet:
    """One company as this reader sees it: contracts of their hotels, contacts by permission."""
    today = today or today_of(db, by)
    row = (
        db.connection()
        .execute(
            select(*[*_SHEET, named(Staff.name, "looked_after_by_name")])
            .outerjoin(Staff, col(Staff.id) == col(Company.looked_after_by))
            .where(col(Company.id) == company_id)
        )
        .first()
    )
    if row is None:
        raise NotFound("There is no such company.", "company")
    return CompanySheet(
        **mapping_of(row),
        contacts=_contacts(db, company_id, clear=by.may("companies.contacts")),
        contracts=_contracts(db, company_id, by, today),
        visits=_visits(db, company_id),
    )


def company_version(db: Session, company_id: UUID) -> int:
    version = db.connection().scalar(
        select(col(Company.version)).where(col(Company.id) == company_id)
    )
    if version is None:
        raise NotFound("There is no such company.", "company")
    return int(version)


def company_named(db: Session, name: str) -> UUID | None:
    """The company whose name, in either script, is this one but for case and accents."""
    folded = rules.fold_name(name)
    if not folded:
        return None
    rows = db.connection().execute(
        select(*cols(Company.id, Company.name_key))
        .where(col(Company.name_key).contains(folded, autoescape=True))
        .order_by(col(Company.id))
    )
    return next((row.id for row in rows if rules.is_named(row.name_key, folded)), None)


def names_of(db: Session, company_ids: Sequence[UUID] | set[UUID]) -> dict[UUID, str]:
    """Names to show beside guests and stays."""
    if not company_ids:
        return {}
    rows = db.connection().execute(
        select(*cols(Company.id, Company.name)).where(col(Company.id).in_(company_ids))
    )
    return {row.id: row.name for row in rows}


def today_of(db: Session, by: Actor) -> date:
    """The business date of the actor's hotel; the calendar's for the house itself."""
    found = db.connection().scalar(
        select(col(Hotel.business_on)).where(col(Hotel.id) == by.hotel_id)
    )
    return found or clock.now().date()


def _sought(query: Select[Any], q: str) -> Select[Any]:
    folded = rules.fold_name(q)
    if not folded:
        return query
    unspaced = folded.replace(" ", "")
    ways = [col(Company.name_key).contains(word, autoescape=True) for word in folded.split()]
    return query.where(or_(and_(*ways), col(Company.name_key).contains(unspaced, autoescape=True)))


def _has_contract_ending(by: Actor, today: date, ends_by: date) -> Any:
    return exists().where(
        col(Contract.company_id) == col(Company.id),
        col(Contract.ends_on).between(today, ends_by),
        *_within(by),
    )


def _within(by: Actor) -> list[Any]:
    return [] if by.is_system else [col(Contract.hotel_id).in_(by.hotel_ids)]


def _contract_spans(
    db: Session, by: Actor, page: Sequence[Any]
) -> dict[UUID, list[tuple[date, date]]]:
    spans: dict[UUID, list[tuple[date, date]]] = defaultdict(list)
    rows = db.connection().execute(
        select(*cols(Contract.company_id, Contract.starts_on, Contract.ends_on)).where(
            col(Contract.company_id).in_([row.id for row in page]), *_within(by)
        )
    )
    for row in rows:
        spans[row.company_id].append((row.starts_on, row.ends_on))
    return spans


def _visit_dates(db: Session, page: Sequence[Any]) -> dict[UUID, tuple[date, date | None]]:
    """Last visit and the next date promised there, for each company that was ever visited."""
    ids = [row.id for row in page]
    last = (
        select(
            col(CompanyVisit.company_id), func.max(col(CompanyVisit.visited_on)).label("visited_on")
        )
        .where(col(CompanyVisit.company_id).in_(ids))
        .group_by(col(CompanyVisit.company_id))
        .subquery()
    )
    rows = db.connection().execute(
        select(*cols(CompanyVisit.company_id, CompanyVisit.visited_on, CompanyVisit.next_on))
        .join(
            last,
            and_(
                last.c.company_id == col(CompanyVisit.company_id),
                last.c.visited_on == col(CompanyVisit.visited_on),
            ),
        )
        .order_by(col(CompanyVisit.no))
    )
    return {row.company_id: (row.visited_on, row.next_on) for row in rows}


def _contacts(db: Session, company_id: UUID, *, clear: bool) -> list[ContactOut]:
    rows = db.connection().execute(
        select(CompanyContact.__table__)  # type: ignore[attr-defined]
        .where(col(CompanyContact.company_id) == company_id)
        .order_by(col(CompanyContact.is_primary).desc(), col(CompanyContact.no))
    )
    return [_contact(row, clear=clear) for row in rows]


def _contact(row: Any, *, clear: bool) -> ContactOut:
    return ContactOut(
        no=row.no,
        name=row.name,
        name_latin=row.name_latin,
        position=row.position,
        phone=row.phone if clear else rules.masked_phone(row.phone),
        email=row.email if clear else rules.masked_email(row.email),
        birthday=_birthday(row) if clear else None,
        is_primary=row.is_primary,
        remark=row.remark if clear else None,
        masked=not clear,
    )


def _birthday(row: Any) -> ContactBirthdayOut | None:
    if row.birth_calendar is None or row.birth_month is None or row.birth_day is None:
        return None
    return ContactBirthdayOut(
        calendar=BirthCalendar(row.birth_calendar),
        month=row.birth_month,
        day=row.birth_day,
        year=row.birth_year,
        leap=row.birth_leap,
    )


def _contracts(db: Session, company_id: UUID, by: Actor, today: date) -> list[ContractOut]:
    rows = db.connection().execute(
        select(*[*fields_of(Contract, ContractOut), named(Hotel.code, "hotel_code")])
        .join(Hotel, col(Hotel.id) == col(Contract.hotel_id))
        .where(col(Contract.company_id) == company_id, *_within(by))
        .order_by(col(Contract.ends_on).desc(), col(Contract.no).desc())
    )
    return [
        ContractOut(
            **mapping_of(row),
            state=rules.contract_state(row.starts_on, row.ends_on, today),
            days_left=(row.ends_on - today).days,
        )
        for row in rows
    ]


def _visits(db: Session, company_id: UUID) -> list[VisitOut]:
    rows = db.connection().execute(
        select(*[*fields_of(CompanyVisit, VisitOut), named(Staff.name, "visited_by_name")])
        .outerjoin(Staff, col(Staff.id) == col(CompanyVisit.visited_by))
        .where(col(CompanyVisit.company_id) == company_id)
        .order_by(col(CompanyVisit.visited_on).desc(), col(CompanyVisit.no).desc())
        .limit(CANDIDATES)
    )
    return [VisitOut.model_validate(row) for row in rows]


def _uuid(part: object) -> UUID:
    try:
        return UUID(str(part))
    except ValueError:
        raise Invalid(
            "This page link is broken. Start again from the first page.", "cursor"
        ) from None
