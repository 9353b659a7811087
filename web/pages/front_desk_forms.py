"""What the front desk writes: a first file in six fields, basic data, one more contact."""

from typing import Annotated, Any, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from crm.guests import parts, queries
from crm.guests import service as guests
from crm.guests.schemas import ContactIn, GuestPatch, GuestRegister, GuestSheet, MarkOut
from crm.guests.terms import (
    Calendar,
    CautionLevel,
    ContactKind,
    Gender,
    NameKind,
    Title,
    VipLevel,
)
from crm.kit.errors import Conflict, CrmError
from crm.privacy.consents import capture_consent
from crm.privacy.schemas import ConsentGiven
from crm.privacy.terms import ConsentChannel, ConsentPurpose
from crm.staff.actor import Actor
from crm.staff.queries import names_of
from crm.staff.terms import Channel
from web import formats
from web.deps import Db, Me
from web.forms import Filled, refused
from web.labels import LABELS, label
from web.rendering import render
from web.wording import mark

router = APIRouter(include_in_schema=False)

SPOKEN = ("zh", "en", "ja", "ko", "de", "fr", "es", "ru", "ar", "pt", "it", "th", "vi", "ms")
EDITORS = ("guests.amend", "guests.add_contact", "guests.mark_vip", "guests.mark_caution")
AGREED = mark("The guest agrees that we keep this file to serve them better")

Text = Annotated[str, Form(max_length=500)]


class Options(NamedTuple):
    """What the choices of a guest form offer: pairs of key and words."""

    languages: list[tuple[str, str]]
    titles: list[tuple[str, str]]
    genders: list[tuple[str, str]]
    calendars: list[tuple[str, str]]
    contacts: list[tuple[str, str]]
    names: list[tuple[str, str]]
    vips: list[tuple[str, str]]
    cautions: list[tuple[str, str]]


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
    """The forms this role may use; who may change nothing is told so."""
    sheet = queries.guest_sheet(db, guest_id, by=me, channel=Channel.PAGE)
    if not any(me.may(right) for right in EDITORS):
        me.need("guests.amend")
    return edit_page(request, db, me, sheet)


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
        again = refused(typed, error, me.language)
        return edit_page(request, db, me, sheet, form=again, status=status)
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
        return edit_page(request, db, me, sheet, contact=again, status=422)
    return RedirectResponse(f"/guests/{guest_id}", 303)


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


def edit_page(
    request: Request,
    db: Db,
    me: Actor,
    sheet: GuestSheet,
    *,
    form: Filled | None = None,
    status: int = 200,
    **others: Filled,
) -> Response:
    """The file's forms; ``others`` are the smaller forms that were refused, by name."""
    small: dict[str, Any] = {
        "contact": Filled({"kind": ContactKind.PHONE.value}),
        "name_form": Filled({"kind": NameKind.LATIN.value}),
        "vip_form": _mark_values(sheet.vip),
        "caution_form": _mark_values(sheet.caution),
    }
    granted = {mark.by for mark in (sheet.vip, sheet.caution) if mark and mark.by}
    return render(
        request,
        "front_desk/edit_guest.html",
        status=status,
        sheet=sheet,
        form=form or Filled(_values_of(sheet)),
        options=_options(me.language),
        grantors=names_of(db, granted),
        **(small | others),
    )


def _mark_values(mark: MarkOut | None) -> Filled:
    if mark is None:
        return Filled({})
    until = mark.until.isoformat() if mark.until else ""
    return Filled({"level": mark.level.value, "why": mark.why or "", "until": until})


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


def _options(language: str) -> Options:
    def of(kind: str, keys: list[str]) -> list[tuple[str, str]]:
        return [(key, label(kind, key, language=language)) for key in keys]

    return Options(
        languages=[(tag, formats.language_name(tag, language)) for tag in SPOKEN],
        titles=[("", "—"), *of("title", [title.value for title in Title])],
        genders=[("", "—"), *of("gender", [gender.value for gender in Gender])],
        calendars=of("calendar", [calendar.value for calendar in Calendar]),
        contacts=of("contact", list(LABELS["contact"])),
        names=of("name_kind", [kind.value for kind in NameKind]),
        vips=[("", "—"), *((level.value, level.value) for level in VipLevel)],
        cautions=[("", "—"), *of("caution", [level.value for level in CautionLevel])],
    )
