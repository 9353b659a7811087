"""The pages of partner companies: the list, one company, and the forms around it."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Path, Query, Request
from pydantic import ValidationError
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from crm.companies import queries
from crm.companies import service as companies
from crm.companies.schemas import (
    CompanyAdd,
    CompanyPatch,
    CompanySheet,
    ContactIn,
    ContactOut,
    ContractIn,
    ContractOut,
    VisitIn,
)
from crm.companies.terms import ENDS_SOON_DAYS, CompanyKind, CompanyState
from crm.documents import queries as documents
from crm.guests.birthdays import Birthday, days_until, next_occurrence
from crm.guests.terms import Calendar
from crm.hotels import queries as hotels
from crm.kit.errors import Conflict, CrmError, NotFound
from crm.kit.paging import CURSOR_MAX
from crm.profile import companies as meaning
from crm.staff import queries as staff
from crm.staff.actor import Actor
from web.deps import Db, Me, Views
from web.forms import Filled, refused
from web.labels import label
from web.rendering import render

router = APIRouter(include_in_schema=False)

ROWS = 50
Text = Annotated[str, Form(max_length=1200)]
Version = Annotated[int, Form(ge=1, le=2**31)]
PartNo = Annotated[int, Path(ge=1, le=10**6)]

COMPANY_FIELDS = (
    "name",
    "name_latin",
    "kind",
    "state",
    "industry",
    "city",
    "country",
    "address",
    "phone",
    "iata_no",
    "tax_no",
    "credit_class",
    "looked_after_by",
    "remark",
)


class Contact(NamedTuple):
    """A contact with the day on which to congratulate next."""

    on_file: ContactOut
    next_on: date | None
    days_until: int | None


@router.get("/companies")
def list_companies(
    request: Request,
    db: Db,
    me: Me,
    q: Annotated[str, Query(max_length=120)] = "",
    kind: Annotated[str, Query(max_length=20)] = "",
    ending: bool = False,
    cursor: Annotated[str | None, Query(max_length=CURSOR_MAX)] = None,
) -> Response:
    """Companies by name; ``ending`` keeps those whose contract ends within sixty days."""
    today = queries.today_of(db, me)
    chosen = kind if kind in set(CompanyKind) else ""
    page = queries.company_list(
        db,
        by=me,
        q=q,
        kind=CompanyKind(chosen) if chosen else None,
        ends_by=today + timedelta(days=ENDS_SOON_DAYS) if ending else None,
        today=today,
        cursor=cursor,
        limit=ROWS,
    )
    asked = {"q": q, "kind": chosen, "ending": "1" if ending else ""}
    more = urlencode({k: v for k, v in asked.items() if v} | {"cursor": page.next or ""})
    return render(
        request,
        "companies/list.html",
        page=page,
        asked=q,
        chosen=chosen,
        ending=ending,
        kinds=_labels("company_kind", CompanyKind, me),
        next_href=f"/companies?{more}" if page.next else "",
        first_href=f"/companies?{urlencode({k: v for k, v in asked.items() if v})}",
        is_first=cursor is None,
    )


@router.get("/companies/new")
def show_new(request: Request, db: Db, me: Me) -> Response:
    return _form(request, db, me, Filled({"kind": "corporate"}))


@router.post("/companies/new")
def add(
    request: Request,
    db: Db,
    me: Me,
    name: Text = "",
    name_latin: Text = "",
    kind: Text = "",
    industry: Text = "",
    city: Text = "",
    country: Text = "",
    address: Text = "",
    phone: Text = "",
    iata_no: Text = "",
    tax_no: Text = "",
    credit_class: Text = "",
    looked_after_by: Text = "",
    remark: Text = "",
) -> Response:
    typed = {
        "name": name,
        "name_latin": name_latin,
        "kind": kind,
        "industry": industry,
        "city": city,
        "country": country.strip().upper(),
        "address": address,
        "phone": phone,
        "iata_no": iata_no,
        "tax_no": tax_no,
        "credit_class": credit_class,
        "looked_after_by": looked_after_by,
        "remark": remark,
    }
    try:
        with db.begin_nested():
            made = companies.add_company(db, CompanyAdd.model_validate(_filled(typed)), by=me)
    except (ValidationError, CrmError) as error:
        return _form(request, db, me, refused(typed, error, me.language), status=_status(error))
    return _to(made.id)


@router.get("/companies/{company_id:uuid}")
def show(request: Request, db: Db, me: Me, views: Views, company_id: UUID) -> Response:
    answer = company_page(request, db, me, company_id)
    views.viewed(by=me, subject="company", subject_id=company_id)
    return answer


@router.get("/companies/{company_id:uuid}/edit")
def show_edit(request: Request, db: Db, me: Me, company_id: UUID) -> Response:
    sheet = queries.company_sheet(db, company_id, by=me)
    return _form(request, db, me, Filled(_values_of(sheet)), sheet=sheet)


@router.post("/companies/{company_id:uuid}/edit")
def amend(
    request: Request,
    db: Db,
    me: Me,
    company_id: UUID,
    version: Version,
    name: Text = "",
    name_latin: Text = "",
    kind: Text = "",
    state: Text = "",
    industry: Text = "",
    city: Text = "",
    country: Text = "",
    address: Text = "",
    phone: Text = "",
    iata_no: Text = "",
    tax_no: Text = "",
    credit_class: Text = "",
    looked_after_by: Text = "",
    remark: Text = "",
) -> Response:
    """Save what differs; what somebody else changed meanwhile is not overwritten."""
    typed = {
        "name": name,
        "name_latin": name_latin,
        "kind": kind,
        "state": state,
        "industry": industry,
        "city": city,
        "country": country.strip().upper(),
        "address": address,
        "phone": phone,
        "iata_no": iata_no,
        "tax_no": tax_no,
        "credit_class": credit_class,
        "looked_after_by": looked_after_by,
        "remark": remark,
    }
    sheet = queries.company_sheet(db, company_id, by=me)
    on_file = _values_of(sheet)
    changes = {k: v.strip() or None for k, v in typed.items() if v.strip() != on_file[k]}
    try:
        with db.begin_nested():
            patch = CompanyPatch.model_validate(changes)
            companies.amend_company(db, company_id, patch, version=version, by=me)
    except (ValidationError, CrmError) as error:
        again = refused(typed, error, me.language)
        return _form(request, db, me, again, sheet=sheet, status=_status(error))
    return _to(company_id)


@router.get("/companies/{company_id:uuid}/contacts/new")
def show_new_contact(request: Request, db: Db, me: Me, company_id: UUID) -> Response:
    sheet = queries.company_sheet(db, company_id, by=me)
    return _contact_form(request, me, sheet, Filled({"calendar": "solar"}))


@router.post("/companies/{company_id:uuid}/contacts")
def add_contact(
    request: Request,
    db: Db,
    me: Me,
    company_id: UUID,
    version: Version,
    name: Text = "",
    name_latin: Text = "",
    position: Text = "",
    phone: Text = "",
    email: Text = "",
    calendar: Text = "solar",
    month: Text = "",
    day: Text = "",
    year: Text = "",
    leap: Text = "",
    is_primary: Text = "",
    remark: Text = "",
    no: Annotated[int | None, Form(ge=1, le=10**6)] = None,
) -> Response:
    """A new contact, or with its number one written anew."""
    typed = {
        "name": name,
        "name_latin": name_latin,
        "position": position,
        "phone": phone,
        "email": email,
        "calendar": calendar,
        "month": month,
        "day": day,
        "year": year,
        "leap": leap,
        "is_primary": is_primary,
        "remark": remark,
    }
    try:
        contact = ContactIn.model_validate(_contact_input(typed))
        with db.begin_nested():
            if no is None:
                companies.add_contact(db, company_id, contact, version=version, by=me)
            else:
                companies.amend_contact(db, company_id, no, contact, version=version, by=me)
    except (ValidationError, CrmError) as error:
        sheet = queries.company_sheet(db, company_id, by=me)
        again = refused(typed | {"birthday": ""}, error, me.language)
        return _contact_form(request, me, sheet, again, no=no, status=_status(error))
    return _to(company_id)


@router.get("/companies/{company_id:uuid}/contacts/{no}/edit")
def show_contact(request: Request, db: Db, me: Me, company_id: UUID, no: int) -> Response:
    sheet = queries.company_sheet(db, company_id, by=me)
    contact = next((each for each in sheet.contacts if each.no == no), None)
    if contact is None:
        raise NotFound("This company has no such entry.", "company_part")
    return _contact_form(request, me, sheet, Filled(_contact_values(contact)), no=no)


@router.post("/companies/{company_id:uuid}/contacts/{no}/remove")
def remove_contact(db: Db, me: Me, company_id: UUID, no: PartNo, version: Version) -> Response:
    companies.remove_contact(db, company_id, no, version=version, by=me)
    return _to(company_id)


@router.get("/companies/{company_id:uuid}/contracts/new")
def show_new_contract(request: Request, db: Db, me: Me, company_id: UUID) -> Response:
    sheet = queries.company_sheet(db, company_id, by=me)
    return _contract_form(request, db, me, sheet, Filled({"hotel_id": str(me.hotel_id)}))


@router.post("/companies/{company_id:uuid}/contracts")
def agree_contract(
    request: Request,
    db: Db,
    me: Me,
    company_id: UUID,
    version: Version,
    hotel_id: Text = "",
    rate_code: Text = "",
    starts_on: Text = "",
    ends_on: Text = "",
    room_nights_agreed: Text = "",
    payment_way: Text = "",
    remark: Text = "",
    no: Annotated[int | None, Form(ge=1, le=10**6)] = None,
) -> Response:
    """A new contract, or with its number one written anew."""
    typed = {
        "hotel_id": hotel_id,
        "rate_code": rate_code,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "room_nights_agreed": room_nights_agreed,
        "payment_way": payment_way,
        "remark": remark,
    }
    try:
        given = _filled(typed, numbers=("room_nights_agreed",))
        contract = ContractIn.model_validate(given)
        with db.begin_nested():
            if no is None:
                companies.agree_contract(db, company_id, contract, version=version, by=me)
            else:
                companies.amend_contract(db, company_id, no, contract, version=version, by=me)
    except (ValidationError, CrmError) as error:
        sheet = queries.company_sheet(db, company_id, by=me)
        again = refused(typed, error, me.language)
        return _contract_form(request, db, me, sheet, again, no=no, status=_status(error))
    return _to(company_id)


@router.get("/companies/{company_id:uuid}/contracts/{no}/edit")
def show_contract(request: Request, db: Db, me: Me, company_id: UUID, no: int) -> Response:
    sheet = queries.company_sheet(db, company_id, by=me)
    contract = next((each for each in sheet.contracts if each.no == no), None)
    if contract is None:
        raise NotFound("This company has no such entry.", "company_part")
    return _contract_form(request, db, me, sheet, Filled(_contract_values(contract)), no=no)


@router.get("/companies/{company_id:uuid}/visits/new")
def show_new_visit(request: Request, db: Db, me: Me, company_id: UUID) -> Response:
    sheet = queries.company_sheet(db, company_id, by=me)
    today = queries.today_of(db, me).isoformat()
    return _visit_form(request, sheet, Filled({"visited_on": today}))


@router.post("/companies/{company_id:uuid}/visits")
def note_visit(
    request: Request,
    db: Db,
    me: Me,
    company_id: UUID,
    version: Version,
    visited_on: Text = "",
    purpose: Text = "",
    met: Text = "",
    result: Text = "",
    next_on: Text = "",
) -> Response:
    typed = {
        "visited_on": visited_on,
        "purpose": purpose,
        "met": met,
        "result": result,
        "next_on": next_on,
    }
    try:
        visit = VisitIn.model_validate(_filled(typed))
        with db.begin_nested():
            companies.note_visit(db, company_id, visit, version=version, by=me)
    except (ValidationError, CrmError) as error:
        sheet = queries.company_sheet(db, company_id, by=me)
        again = refused(typed, error, me.language)
        return _visit_form(request, sheet, again, status=_status(error))
    return _to(company_id)


def company_page(
    request: Request,
    db: Session,
    me: Actor,
    company_id: UUID,
    *,
    upload: Filled | None = None,
    status: int = 200,
) -> Response:
    """The whole page of a company; ``upload`` is a refused form of its shelf."""
    today = queries.today_of(db, me)
    sheet = queries.company_sheet(db, company_id, by=me, today=today)
    shelf = documents.of_company(db, company_id, by=me) if me.may("documents.read") else []
    return render(
        request,
        "companies/company.html",
        status=status,
        sheet=sheet,
        contacts=[_with_day(contact, today) for contact in sheet.contacts],
        soon=[each for each in sheet.contracts if each.state == "ends_soon"],
        years=meaning.production_of(db, company_id, by=me, today=today),
        travellers=meaning.travellers_of(db, company_id, by=me, limit=30),
        cases=meaning.open_cases_of(db, company_id, by=me),
        documents=shelf,
        kinds=documents.kinds_for(db, by=me) if me.may("documents.shelve") else [],
        upload=upload or Filled({}),
        several_hotels=len(me.hotel_ids) > 1,
    )


def _with_day(contact: ContactOut, today: date) -> Contact:
    born = contact.birthday
    if born is None:
        return Contact(contact, None, None)
    calendar = Calendar(born.calendar.value)
    birthday = Birthday(born.month, born.day, born.year, calendar, born.leap)
    return Contact(contact, next_occurrence(birthday, today), days_until(birthday, today))


def _form(
    request: Request,
    db: Session,
    me: Actor,
    form: Filled,
    *,
    sheet: CompanySheet | None = None,
    status: int = 200,
) -> Response:
    people = staff.colleagues(db, by=me)
    return render(
        request,
        "companies/form.html",
        status=status,
        form=form,
        sheet=sheet,
        kinds=_labels("company_kind", CompanyKind, me),
        states=_labels("company_state", CompanyState, me),
        keepers=[("", "—"), *((str(identity), name) for identity, name in people)],
    )


def _contact_form(
    request: Request,
    me: Actor,
    sheet: CompanySheet,
    form: Filled,
    *,
    no: int | None = None,
    status: int = 200,
) -> Response:
    calendars = [(key, label("calendar", key, language=me.language)) for key in Calendar]
    return render(
        request,
        "companies/contact.html",
        status=status,
        sheet=sheet,
        form=form,
        no=no,
        calendars=calendars,
    )


def _contract_form(
    request: Request,
    db: Session,
    me: Actor,
    sheet: CompanySheet,
    form: Filled,
    *,
    no: int | None = None,
    status: int = 200,
) -> Response:
    houses = [(str(each.id), each.called(me.language)) for each in hotels.hotels_of(db, by=me)]
    return render(
        request,
        "companies/contract.html",
        status=status,
        sheet=sheet,
        form=form,
        no=no,
        hotels=houses,
    )


def _visit_form(
    request: Request, sheet: CompanySheet, form: Filled, *, status: int = 200
) -> Response:
    return render(request, "companies/visit.html", status=status, sheet=sheet, form=form)


def _filled(typed: Mapping[str, str], *, numbers: tuple[str, ...] = ()) -> dict[str, Any]:
    """What was filled in; numbers as numbers where they are some."""
    given: dict[str, Any] = {name: text.strip() for name, text in typed.items() if text.strip()}
    for name in numbers:
        if given.get(name, "").isdecimal():
            given[name] = int(given[name])
    return given


def _contact_input(typed: Mapping[str, str]) -> dict[str, Any]:
    plain = ("name", "name_latin", "position", "phone", "email", "remark")
    given = _filled({name: typed[name] for name in plain})
    given["is_primary"] = bool(typed["is_primary"])
    if any(typed[name].strip() for name in ("month", "day", "year")):
        numbers = ("month", "day", "year")
        born = _filled({name: typed[name] for name in numbers}, numbers=numbers)
        given["birthday"] = born | {"calendar": typed["calendar"], "leap": bool(typed["leap"])}
    return given


def _values_of(sheet: CompanySheet) -> dict[str, str]:
    """The file as the form's fields hold it."""
    return {name: str(getattr(sheet, name) or "") for name in COMPANY_FIELDS}


def _contact_values(contact: ContactOut) -> dict[str, str]:
    born = contact.birthday
    plain = ("name", "name_latin", "position", "phone", "email", "remark")
    return {name: getattr(contact, name) or "" for name in plain} | {
        "is_primary": "on" if contact.is_primary else "",
        "calendar": born.calendar.value if born else "solar",
        "month": str(born.month) if born else "",
        "day": str(born.day) if born else "",
        "year": str(born.year) if born and born.year else "",
        "leap": "on" if born and born.leap else "",
    }


def _contract_values(contract: ContractOut) -> dict[str, str]:
    fields = (
        "hotel_id",
        "rate_code",
        "starts_on",
        "ends_on",
        "room_nights_agreed",
        "payment_way",
        "remark",
    )
    values = {name: getattr(contract, name) for name in fields}
    return {name: "" if value is None else str(value) for name, value in values.items()}


def _labels(kind: str, words: Any, me: Actor) -> list[tuple[str, str]]:
    return [(each.value, label(kind, each, language=me.language)) for each in words]


def _status(error: Exception) -> int:
    return 409 if isinstance(error, Conflict) else 422


def _to(company_id: UUID) -> Response:
    return RedirectResponse(f"/companies/{company_id}", 303)
