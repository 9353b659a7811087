"""Adds partner companies and keeps what is agreed, whom to call and who went to see them.

Contacts, contracts and visits are parts of their company: each change of a part raises the
company's version, so that two people cannot overwrite each other unseen.
"""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import func, select, update
from sqlmodel import Session, SQLModel, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.companies import queries, rules
from crm.companies.events import CompanyAdded, CompanyAmended, CompanyVisited, ContractAgreed
from crm.companies.schemas import (
    CompanyAdd,
    CompanyMade,
    CompanyPatch,
    ContactBirthday,
    ContactIn,
    ContractIn,
    PartMade,
    VisitIn,
)
from crm.companies.tables import Company, CompanyContact, CompanyVisit, Contract
from crm.companies.terms import CONTACTS_MAX, CONTRACTS_MAX, VISITS_MAX
from crm.hotels.tables import Hotel
from crm.kit import clock, events
from crm.kit.errors import ChangedMeanwhile, Conflict, Invalid, NotFound, RuleBroken
from crm.kit.ids import new_id
from crm.staff.actor import Actor
from crm.staff.tables import Staff

Part = TypeVar("Part", bound=SQLModel)
_EDIT = "companies.edit"


class CompanyKnown(Conflict):
    """A company of this name is in the file; two files of one company would split its story."""


def add_company(db: Session, adding: CompanyAdd, *, by: Actor) -> CompanyMade:
    """Open a company's file; `CompanyKnown` when the name is there already."""
    by.need(_EDIT)
    return _add(db, adding, by)


def company_for(db: Session, adding: CompanyAdd, *, by: Actor) -> UUID:
    """The known company of this name, or a new one: for imports and messages of other systems.

    What an import may do was asked at its own door, so no permission is asked here.
    """
    for name in (adding.name, adding.name_latin):
        if name and (known := queries.company_named(db, name)):
            return known
    return _add(db, adding, by).id


def _add(db: Session, adding: CompanyAdd, by: Actor) -> CompanyMade:
    _refuse_twin(db, adding.name, "/name")
    _check_keeper(db, adding.looked_after_by)
    company = Company(
        id=new_id(),
        name_key=rules.company_key(adding.name, adding.name_latin),
        created_at=clock.now(),
        **adding.model_dump(),
    )
    db.add(company)
    db.flush()
    audit.note(db, Deed.CREATED, by=by, subject="company", subject_id=company.id)
    events.record(db, CompanyAdded(company_id=company.id, hotel_id=by.hotel_id, by_id=by.staff_id))
    return CompanyMade(id=company.id, version=company.version)


def amend_company(
    db: Session, company_id: UUID, patch: CompanyPatch, *, version: int, by: Actor
) -> int:
    """Change fields; returns the new version."""
    by.need(_EDIT)
    changes = {name: getattr(patch, name) for name in patch.model_fields_set}
    row = _company(db, company_id)
    changed = {name: value for name, value in changes.items() if getattr(row, name) != value}
    if not changed:
        _check_version(row.version, version)
        return version
    if "name" in changed and rules.fold_name(changed["name"]) != rules.fold_name(row.name):
        _refuse_twin(db, changed["name"], "/name", but=company_id)
    if "looked_after_by" in changed:
        _check_keeper(db, changed["looked_after_by"])
    if changed.keys() & {"name", "name_latin"}:
        name = changed.get("name", row.name)
        changed["name_key"] = rules.company_key(name, changed.get("name_latin", row.name_latin))
    return _write(db, company_id, version, by, fields=sorted(changes), values=changed)


def add_contact(
    db: Session, company_id: UUID, contact: ContactIn, *, version: int, by: Actor
) -> PartMade:
    """Add a person; the first one, or one marked so, is the primary contact."""
    by.need(_EDIT)
    no = _next_no(db, CompanyContact, company_id, CONTACTS_MAX)
    raised = _write(db, company_id, version, by, fields=["contacts"])
    primary = contact.is_primary or no == 1
    if primary:
        _no_primary(db, company_id)
    db.add(
        CompanyContact(
            company_id=company_id, no=no, **{**_contact_values(contact), "is_primary": primary}
        )
    )
    db.flush()
    return PartMade(company_id=company_id, no=no, version=raised)


def amend_contact(
    db: Session, company_id: UUID, no: int, contact: ContactIn, *, version: int, by: Actor
) -> int:
    """Write a contact anew; returns the company's new version."""
    by.need(_EDIT)
    row = _part(db, CompanyContact, company_id, no)
    raised = _write(db, company_id, version, by, fields=["contacts"])
    if contact.is_primary and not row.is_primary:
        _no_primary(db, company_id)
    for name, value in _contact_values(contact).items():
        setattr(row, name, value)
    db.add(row)
    db.flush()
    return raised


def remove_contact(db: Session, company_id: UUID, no: int, *, version: int, by: Actor) -> int:
    by.need(_EDIT)
    row = _part(db, CompanyContact, company_id, no)
    raised = _write(db, company_id, version, by, fields=["contacts"], deed=Deed.REMOVED)
    db.delete(row)
    db.flush()
    return raised


def agree_contract(
    db: Session, company_id: UUID, contract: ContractIn, *, version: int, by: Actor
) -> PartMade:
    """Keep a contract for a hotel within reach."""
    by.need(_EDIT)
    _check_hotel(db, contract.hotel_id, by)
    no = _next_no(db, Contract, company_id, CONTRACTS_MAX)
    raised = _write(db, company_id, version, by, fields=["contracts"])
    db.add(Contract(company_id=company_id, no=no, **contract.model_dump()))
    db.flush()
    events.record(
        db,
        ContractAgreed(
            company_id=company_id,
            no=no,
            ends_on=contract.ends_on,
            hotel_id=contract.hotel_id,
            by_id=by.staff_id,
        ),
    )
    return PartMade(company_id=company_id, no=no, version=raised)


def amend_contract(
    db: Session, company_id: UUID, no: int, contract: ContractIn, *, version: int, by: Actor
) -> int:
    """Write a contract anew, such as one that is prolonged; returns the company's new version."""
    by.need(_EDIT)
    row = _part(db, Contract, company_id, no)
    _check_hotel(db, row.hotel_id, by)
    _check_hotel(db, contract.hotel_id, by)
    raised = _write(db, company_id, version, by, fields=["contracts"])
    for name, value in contract.model_dump().items():
        setattr(row, name, value)
    db.add(row)
    db.flush()
    return raised


def note_visit(
    db: Session, company_id: UUID, visit: VisitIn, *, version: int, by: Actor
) -> PartMade:
    """Keep who went there, why, and with what result."""
    by.need(_EDIT)
    if visit.visited_on > queries.today_of(db, by):
        raise Invalid(
            "A visit is noted after it took place.", "visit_future", pointer="/visited_on"
        )
    no = _next_no(db, CompanyVisit, company_id, VISITS_MAX)
    raised = _write(db, company_id, version, by, fields=["visits"])
    db.add(CompanyVisit(company_id=company_id, no=no, visited_by=by.staff_id, **visit.model_dump()))
    db.flush()
    events.record(
        db,
        CompanyVisited(
            company_id=company_id,
            no=no,
            next_on=visit.next_on,
            hotel_id=by.hotel_id,
            by_id=by.staff_id,
        ),
    )
    return PartMade(company_id=company_id, no=no, version=raised)


def _write(
    db: Session,
    company_id: UUID,
    version: int,
    by: Actor,
    *,
    fields: list[str],
    values: dict[str, Any] | None = None,
    deed: Deed = Deed.CHANGED,
) -> int:
    """Raise the version in one statement that also checks it, so that nobody comes between."""
    done = db.connection().execute(
        update(Company)
        .where(col(Company.id) == company_id, col(Company.version) == version)
        .values(**(values or {}), version=version + 1)
    )
    if done.rowcount == 0:
        _check_version(queries.company_version(db, company_id), version)
    audit.note(db, deed, by=by, subject="company", subject_id=company_id, fields=fields)
    events.record(
        db,
        CompanyAmended(
            company_id=company_id, version=version + 1, hotel_id=by.hotel_id, by_id=by.staff_id
        ),
    )
    return version + 1


def _check_version(held: int, given: int) -> None:
    if held != given:
        raise ChangedMeanwhile(
            "Somebody else changed this company meanwhile. Load it again.", "changed_meanwhile"
        )


def _company(db: Session, company_id: UUID) -> Any:
    row = (
        db.connection()
        .execute(select(Company.__table__).where(col(Company.id) == company_id))  # type: ignore[attr-defined]
        .first()
    )
    if row is None:
        raise NotFound("There is no such company.", "company")
    return row


def _part(db: Session, table: type[Part], company_id: UUID, no: int) -> Part:
    row = db.get(table, (company_id, no))
    if row is None:
        raise NotFound("This company has no such entry.", "company_part")
    return row


def _next_no(db: Session, table: type[Any], company_id: UUID, most: int) -> int:
    last = db.connection().scalar(
        select(func.max(col(table.no))).where(col(table.company_id) == company_id)
    )
    if (last or 0) >= most:
        raise RuleBroken(
            "A company has at most %(most)s of these.", "company_parts_full", most=most
        )
    return (last or 0) + 1


def _no_primary(db: Session, company_id: UUID) -> None:
    db.exec(
        update(CompanyContact)
        .where(col(CompanyContact.company_id) == company_id)
        .values(is_primary=False)
    )


def _contact_values(contact: ContactIn) -> dict[str, Any]:
    return {
        **contact.model_dump(exclude={"birthday"}),
        **_birthday_values(contact.birthday),
    }


def _birthday_values(birthday: ContactBirthday | None) -> dict[str, Any]:
    if birthday is None:
        return {
            "birth_calendar": None,
            "birth_year": None,
            "birth_month": None,
            "birth_day": None,
            "birth_leap": False,
        }
    fault = rules.birthday_fault(
        birthday.calendar, birthday.year, birthday.month, birthday.day, leap=birthday.leap
    )
    if fault is not None:
        raise Invalid("This day does not exist in its calendar.", fault, pointer="/birthday")
    return {
        "birth_calendar": birthday.calendar.value,
        "birth_year": birthday.year,
        "birth_month": birthday.month,
        "birth_day": birthday.day,
        "birth_leap": birthday.leap,
    }


def _refuse_twin(db: Session, name: str, pointer: str, *, but: UUID | None = None) -> None:
    known = queries.company_named(db, name)
    if known is not None and known != but:
        raise CompanyKnown(
            "There is a company of this name already. Open it instead.",
            "company_known",
            pointer=pointer,
            company_id=known,
        )


def _check_keeper(db: Session, staff_id: UUID | None) -> None:
    if staff_id is not None and db.get(Staff, staff_id) is None:
        raise Invalid("There is no such colleague.", "staff", pointer="/looked_after_by")


def _check_hotel(db: Session, hotel_id: UUID, by: Actor) -> None:
    within = by.is_system or hotel_id in by.hotel_ids
    if not within or db.get(Hotel, hotel_id) is None:
        raise Invalid("There is no such hotel within your reach.", "hotel", pointer="/hotel_id")
