"""What the front desk writes: a first file, basic data, a contact; a look behind a mask."""

from typing import Annotated, Any, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import ValidationError
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from crm.guests import parts, queries
from crm.guests import service as guests
from crm.guests.schemas import ContactIn, ContactOut, GuestPatch, GuestRegister, GuestSheet
from crm.guests.terms import Calendar, ContactKind, Gender, Title
from crm.kit.errors import Conflict, CrmError
from crm.privacy import service as privacy
from crm.privacy.consents import capture_consent
from crm.privacy.schemas import ConsentGiven, Reveal
from crm.privacy.terms import ConsentChannel, ConsentPurpose, RevealField
from crm.staff.actor import Actor
from crm.staff.terms import Channel
from web import formats
from web.deps import Db, Me, Vault
from web.forms import Filled, refused
from web.labels import LABELS, label
from web.rendering import render
from web.wording import mark, wording

router = APIRouter(include_in_schema=False)

SPOKEN = ("zh", "en", "ja", "ko", "de", "fr", "es", "ru", "ar", "pt", "it", "th", "vi", "ms")
REVEAL_SECONDS = 300
AGREED = mark("The guest agrees that we keep this file to serve them better")
PURPOSES = {
    "call_back": mark("Call or write back about a booking"),
    "lost_property": mark("Return something left behind"),
    "identity_check": mark("Make sure who is calling"),
    "emergency": mark("Emergency"),
    "other": mark("Something else, in words"),
}

Text = Annotated[str, Form(max_length=500)]


class Options(NamedTuple):
    """What the choices of a guest form offer: pairs of key and words."""

    languages: list[tuple[str, str]]
    titles: list[tuple[str, str]]
    genders: list[tuple[str, str]]
    calendars: list[tuple[str, str]]
    contacts: list[tuple[str, str]]


@router.get("/guests/new")
def show_new_guest(request: Request, me: Me, family_name: str = "") -> Response:
    first = "zh" if me.language.startswith("zh") else "en"
    return _new_guest(request, me, Filled({"family_name": family_name[:120], "language": first}))


@router.post("/guests/new")
def register(
    request: Request,
    db: Db,
    me: Me,
    family_name: Text = "",
    given_name: Text = "",
    phone: Text = "",
    email: Text = "",
    language: Text = "",
    consent: Text = "",
) -> Response:
    """Make the file; what was typed comes back with plain words when it does not fit."""
    typed = {
        "family_name": family_name,
        "given_name": given_name,
        "phone": phone,
        "email": email,
        "language": language,
        "consent": consent,
    }
    try:
        with db.begin_nested():
            made = guests.register_guest(db, _registration(typed), by=me)
            if consent:
                capture_consent(db, made.id, _agreed(typed), by=me)
    except (ValidationError, CrmError) as error:
        return _new_guest(request, me, refused(_named(typed), error, me.language), status=422)
    return RedirectResponse(f"/guests/{made.id}", 303)


@router.get("/guests/{guest_id:uuid}/edit")
def show_edit(request: Request, db: Db, me: Me, guest_id: UUID) -> Response:
    sheet = queries.guest_sheet(db, guest_id, by=me, channel=Channel.PAGE)
    return _edit(request, me, sheet, Filled(_values_of(sheet)))


@router.post("/guests/{guest_id:uuid}/edit")
def amend(
    request: Request,
    db: Db,
    me: Me,
    guest_id: UUID,
    version: Annotated[int, Form()],
    title: Text = "",
    gender: Text = "",
    nationality: Text = "",
    languages: Text = "",
    occupation: Text = "",
    position: Text = "",
    calendar: Text = "solar",
    month: Text = "",
    day: Text = "",
    year: Text = "",
    leap: Text = "",
    in_private: Text = "",
    checked: Text = "",
) -> Response:
    """Save what differs from the file; a change by somebody else meanwhile is not overwritten."""
    typed = {
        "title": title,
        "gender": gender,
        "nationality": nationality.strip().upper(),
        "languages": languages,
        "occupation": occupation,
        "position": position,
        "calendar": calendar,
        "month": month,
        "day": day,
        "year": year,
        "leap": leap,
        "in_private": in_private,
        "checked": checked,
    }
    sheet = queries.guest_sheet(db, guest_id, by=me, channel=Channel.PAGE)
    try:
        changes = _changes(typed, _values_of(sheet))
        if changes:
            patch = GuestPatch.model_validate(changes)
            with db.begin_nested():
                guests.amend_guest(db, guest_id, patch, version=version, by=me)
    except (ValidationError, CrmError) as error:
        status = 409 if isinstance(error, Conflict) else 422
        return _edit(request, me, sheet, refused(typed, error, me.language), status=status)
    return RedirectResponse(f"/guests/{guest_id}", 303)


@router.post("/guests/{guest_id:uuid}/contacts")
def add_contact(
    request: Request, db: Db, me: Me, guest_id: UUID, kind: Text, raw: Text
) -> Response:
    """One more way to reach the guest; the desk may add, the file centre changes."""
    typed = {"kind": kind, "raw": raw}
    try:
        contact = ContactIn.model_validate({"kind": kind, "raw": raw.strip()})
        with db.begin_nested():
            parts.add_contact(db, guest_id, contact, by=me)
    except (ValidationError, CrmError) as error:
        sheet = queries.guest_sheet(db, guest_id, by=me, channel=Channel.PAGE)
        again = refused(typed, error, me.language)
        return _edit(request, me, sheet, Filled(_values_of(sheet)), contact=again, status=422)
    return RedirectResponse(f"/guests/{guest_id}", 303)


@router.get("/guests/{guest_id:uuid}/contacts/{no}")
def show_contact(request: Request, db: Db, me: Me, guest_id: UUID, no: int) -> Response:
    """One contact as the reader's role sees it: what a revealed one turns back into."""
    return render(
        request,
        "front_desk/_contact.html",
        guest_id=guest_id,
        point=_contact(db, guest_id, no, me),
    )


@router.get("/guests/{guest_id:uuid}/contacts/{no}/reveal")
def ask_purpose(request: Request, db: Db, me: Me, guest_id: UUID, no: int) -> Response:
    return _purpose(request, guest_id, _contact(db, guest_id, no, me))


@router.post("/guests/{guest_id:uuid}/contacts/{no}/reveal")
def reveal(
    request: Request,
    db: Db,
    me: Me,
    vault: Vault,
    guest_id: UUID,
    no: int,
    purpose: Text = "",
    words: Text = "",
) -> Response:
    """Show one contact in clear for five minutes; the audit keeps who and what for."""
    point = _contact(db, guest_id, no, me)
    stated = ": ".join(part for part in (purpose, words.strip()) if part)
    if purpose not in PURPOSES or (purpose == "other" and not words.strip()):
        error = mark("Say what you need it for: it is kept with your name.")
        return _purpose(
            request, guest_id, point, error=wording(me.language).gettext(error), status=422
        )
    asked = Reveal(field=RevealField.CONTACT, no=no, purpose=stated[:300])
    shown = privacy.reveal(db, guest_id, asked, by=me, vault=vault)
    return render(
        request,
        "front_desk/_revealed.html",
        guest_id=guest_id,
        point=point,
        value=shown.value,
        seconds=REVEAL_SECONDS,
    )


def _registration(typed: dict[str, str]) -> GuestRegister:
    """The typed six fields as the service takes them; raises `ValidationError`."""
    contacts: list[dict[str, Any]] = [
        {"kind": kind, "raw": typed[name].strip(), "is_primary": True}
        for name, kind in (("phone", ContactKind.PHONE), ("email", ContactKind.EMAIL))
        if typed[name].strip()
    ]
    name = {
        part: typed[f"{part}_name"].strip()
        for part in ("family", "given")
        if typed[f"{part}_name"].strip()
    }
    languages = [typed["language"]] if typed["language"] in SPOKEN else []
    return GuestRegister.model_validate(
        {"names": [name], "contacts": contacts, "languages": languages}
    )


def _agreed(typed: dict[str, str]) -> ConsentGiven:
    """The ticked box as a consent; its channel is the one by which we can ask again."""
    reached = ConsentChannel.PHONE if typed["phone"].strip() else ConsentChannel.POST
    return ConsentGiven(
        channel=ConsentChannel.EMAIL if typed["email"].strip() else reached,
        purpose=ConsentPurpose.PROFILING,
        words=AGREED,
    )


def _named(typed: dict[str, str]) -> dict[str, str]:
    """Field names of the schema beside those of the form, so that errors find their place."""
    return typed | {"names": "", "contacts": ""}


def _new_guest(request: Request, me: Actor, form: Filled, *, status: int = 200) -> Response:
    return render(
        request,
        "front_desk/new_guest.html",
        status=status,
        form=form,
        options=_options(me.language),
        agreed=AGREED,
        alike=[],
    )


def _edit(
    request: Request,
    me: Actor,
    sheet: GuestSheet,
    form: Filled,
    *,
    contact: Filled | None = None,
    status: int = 200,
) -> Response:
    return render(
        request,
        "front_desk/edit_guest.html",
        status=status,
        sheet=sheet,
        form=form,
        contact=contact or Filled({"kind": ContactKind.PHONE.value}),
        options=_options(me.language),
    )


def _values_of(sheet: GuestSheet) -> dict[str, str]:
    """The file as the form's fields hold it."""
    born = sheet.birthday
    return {
        "title": sheet.title or "",
        "gender": sheet.gender or "",
        "nationality": sheet.nationality or "",
        "languages": ", ".join(sheet.languages),
        "occupation": sheet.occupation or "",
        "position": sheet.position or "",
        "calendar": born.calendar if born else Calendar.SOLAR.value,
        "month": str(born.month) if born else "",
        "day": str(born.day) if born else "",
        "year": str(born.year) if born and born.year else "",
        "leap": "on" if born and born.leap else "",
        "in_private": "on" if sheet.in_private else "",
        "checked": "",
    }


def _changes(typed: dict[str, str], on_file: dict[str, str]) -> dict[str, Any]:
    """What to patch: only fields that differ, so that a masked birth year is never emptied."""
    changes: dict[str, Any] = {
        name: typed[name].strip() or None
        for name in ("title", "gender", "nationality", "occupation", "position")
        if typed[name].strip() != on_file[name]
    }
    if typed["languages"] != on_file["languages"]:
        changes["languages"] = [tag for tag in typed["languages"].replace(",", " ").split() if tag]
    if typed["in_private"] != on_file["in_private"]:
        changes["in_private"] = bool(typed["in_private"])
    if typed["checked"]:
        changes["checked"] = True
    born = ("calendar", "month", "day", "year", "leap")
    if any(typed[name] != on_file[name] for name in born):
        changes["birthday"] = _birthday(typed) if typed["month"] or typed["day"] else None
    return changes


def _birthday(typed: dict[str, str]) -> dict[str, Any]:
    numbers: dict[str, Any] = {
        name: int(typed[name]) if typed[name].strip().isdecimal() else typed[name]
        for name in ("month", "day", "year")
        if typed[name].strip()
    }
    return numbers | {"calendar": typed["calendar"], "leap": bool(typed["leap"])}


def _contact(db: Session, guest_id: UUID, no: int, me: Actor) -> ContactOut:
    queries.need_visible(db, guest_id, by=me)
    for point in queries.contacts_of(db, guest_id, by=me, channel=Channel.PAGE):
        if point.no == no:
            return point
    raise queries.no_such_guest()


def _purpose(
    request: Request, guest_id: UUID, point: ContactOut, *, error: str = "", status: int = 200
) -> Response:
    return render(
        request,
        "front_desk/_purpose.html",
        status=status,
        guest_id=guest_id,
        point=point,
        purposes=PURPOSES,
        error=error,
    )


def _options(language: str) -> Options:
    def of(kind: str, keys: list[str]) -> list[tuple[str, str]]:
        return [(key, label(kind, key, language=language)) for key in keys]

    return Options(
        languages=[(tag, formats.language_name(tag, language)) for tag in SPOKEN],
        titles=[("", "—"), *of("title", [title.value for title in Title])],
        genders=[("", "—"), *of("gender", [gender.value for gender in Gender])],
        calendars=of("calendar", [calendar.value for calendar in Calendar]),
        contacts=of("contact", list(LABELS["contact"])),
    )
