"""The pages about colleagues: the list, one account with its roles, and who sees what."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from pydantic import ValidationError
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from crm.hotels import queries as hotels
from crm.hotels.terms import DepartmentCode
from crm.kit.errors import Conflict, CrmError, RuleBroken
from crm.staff import queries
from crm.staff import service as staff
from crm.staff.actor import Actor
from crm.staff.policy import FieldRule, policy
from crm.staff.schemas import GrantGiven, StaffJoin, StaffRow
from crm.staff.terms import Channel, Role, Sight
from web.deps import Db, Me
from web.forms import Filled, refused
from web.labels import label
from web.rendering import render
from web.rights_words import FIELDS, RIGHTS, SIGHTS
from web.wording import LANGUAGES, NATIVE_NAMES, Wording, mark, wording

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Form(max_length=200)]
Grants = Annotated[list[str], Form(max_length=100)]

NO_ROLE = mark("Choose at least one role. Somebody who leaves is disabled instead.")
DEPARTMENT = {
    Role.FRONT_DESK: DepartmentCode.FRONT_OFFICE,
    Role.HOUSEKEEPING: DepartmentCode.HOUSEKEEPING,
    Role.FOOD_BEVERAGE: DepartmentCode.FOOD_AND_BEVERAGE,
    Role.MARKETING: DepartmentCode.MARKETING,
    Role.DUTY_MANAGER: DepartmentCode.GUEST_RELATIONS,
    Role.GENERAL_MANAGER: DepartmentCode.MANAGEMENT,
    Role.FILE_CENTRE: DepartmentCode.FILE_CENTRE,
    Role.IT: DepartmentCode.IT,
}
"""Where a role works, which is what its notes are signed with."""


class Cell(NamedTuple):
    """What one role sees of one field, in a word, and what else it may do there."""

    sight: str
    word: str
    rights: Sequence[str]


class Line(NamedTuple):
    """One field of the matrix across the roles."""

    name: str
    words: str
    cells: Sequence[Cell]


class House(NamedTuple):
    """A hotel with its roles to tick: pairs of value and words, and those that are given."""

    name: str
    roles: Sequence[tuple[str, str]]
    given: frozenset[str]


@router.get("/staff")
def list_staff(request: Request, db: Db, me: Me) -> Response:
    return render(
        request,
        "staff/list.html",
        people=queries.staff_list(db, by=me),
        several=len(me.hotel_ids) > 1,
    )


@router.get("/staff/new")
def show_new(request: Request, db: Db, me: Me) -> Response:
    return _new(request, db, me, Filled({"language": me.language}), [])


@router.post("/staff/new")
def join(
    request: Request,
    db: Db,
    me: Me,
    login: Text = "",
    name: Text = "",
    language: Text = "",
    grant: Grants = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """Make the account and show its first password, this once."""
    typed = {"login": login.strip().lower(), "name": name, "language": language, "grants": ""}
    try:
        joining = StaffJoin.model_validate({**typed, "grants": _grants(grant)})
        with db.begin_nested():
            made = staff.join(db, joining, by=me)
    except (ValidationError, CrmError) as error:
        again = refused(typed, error, me.language)
        if not grant:
            say = wording(me.language).gettext
            rest = [each for each in again.errors if each[0] != "grants"]
            again = Filled(typed, [*rest, ("grants", say(NO_ROLE))])
        return _new(request, db, me, again, grant, status=_status(error))
    return _first_password(request, db, me, made.id, made.first_password or "")


@router.get("/staff/rights")
def show_rights(
    request: Request, me: Me, seen_as: Annotated[str, Query(max_length=30)] = "page"
) -> Response:
    """What each role sees of each field: on a page, in lists, in an export."""
    channel = Channel(seen_as) if seen_as in set(Channel) else Channel.PAGE
    words = wording(me.language)
    rules = policy()
    return render(
        request,
        "staff/rights.html",
        roles=[(role, label("role", role, language=me.language)) for role in Role],
        mine=me.holders,
        lines=[_line(rule, channel, words) for rule in rules.fields.values()],
        reach=[rules.reach[role] for role in Role],
        channel=channel.value,
        channels=[
            ("page", words.gettext(mark("on a page"))),
            ("list", words.gettext(mark("in lists and search"))),
            ("export", words.gettext(mark("in an export"))),
        ],
    )


@router.get("/staff/{staff_id:uuid}")
def show(request: Request, db: Db, me: Me, staff_id: UUID) -> Response:
    return _person(request, db, me, queries.staff_member(db, staff_id, by=me))


@router.post("/staff/{staff_id:uuid}/grants")
def set_grants(
    request: Request,
    db: Db,
    me: Me,
    staff_id: UUID,
    version: Annotated[int, Form(ge=1, le=2**31)],
    grant: Grants = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """Replace the roles in the hotels within reach; the person is signed out."""
    row = queries.staff_member(db, staff_id, by=me)
    say = wording(me.language).gettext
    if not grant:
        return _person(request, db, me, row, errors=[("", say(NO_ROLE))], status=422)
    try:
        if row.version != version:
            raise Conflict(
                "Somebody else changed this account meanwhile. Load it again.", "changed_meanwhile"
            )
        given = [GrantGiven.model_validate(each) for each in _grants(grant, row)]
        with db.begin_nested():
            staff.set_grants(db, staff_id, given, by=me)
    except (ValidationError, CrmError) as error:
        errors = refused({}, error, me.language).errors
        return _person(request, db, me, row, errors=errors, status=_status(error))
    return RedirectResponse(f"/staff/{staff_id}", 303)


@router.post("/staff/{staff_id:uuid}/disable")
def disable(db: Db, me: Me, staff_id: UUID) -> Response:
    staff.disable(db, staff_id, by=me)
    return RedirectResponse(f"/staff/{staff_id}", 303)


@router.post("/staff/{staff_id:uuid}/enable")
def enable(db: Db, me: Me, staff_id: UUID) -> Response:
    staff.enable(db, staff_id, by=me)
    return RedirectResponse(f"/staff/{staff_id}", 303)


@router.post("/staff/{staff_id:uuid}/password")
def reset_password(request: Request, db: Db, me: Me, staff_id: UUID) -> Response:
    """A new first password, shown this once; whoever is signed in by the account is signed out."""
    first = staff.reset_password(db, staff_id, by=me)
    return _first_password(request, db, me, staff_id, first)


def _line(rule: FieldRule, channel: Channel, words: Wording) -> Line:
    cells = []
    for role in Role:
        sight = policy().sight([role.value], rule.name, channel)
        held = rule.rights.get(role.value, "") if channel is Channel.PAGE else ""
        rights = [words.gettext(RIGHTS[letter]) for letter in held if letter in RIGHTS]
        if sight is Sight.NONE:
            rights = []
        cells.append(Cell(sight.value, words.gettext(SIGHTS[sight.value]), rights))
    return Line(rule.name, words.gettext(FIELDS.get(rule.name, rule.name)), cells)


def _grants(ticked: Sequence[str], row: StaffRow | None = None) -> list[dict[str, str | None]]:
    """``hotel:role`` as a grant, with the department it has or in which that role works."""
    held = {f"{each.hotel_id}:{each.role}": each.department for each in row.grants} if row else {}
    found: list[dict[str, str | None]] = []
    for value in ticked:
        hotel_id, _, role = value.partition(":")
        department = held.get(value) or (DEPARTMENT[Role(role)] if role in set(Role) else None)
        found.append({"hotel_id": hotel_id, "role": role, "department": department})
    return found


def _houses(db: Session, me: Actor, given: Sequence[str]) -> list[House]:
    return [
        House(
            each.called(me.language),
            [(f"{each.id}:{role}", label("role", role, language=me.language)) for role in Role],
            frozenset(given),
        )
        for each in hotels.hotels_of(db, by=me)
    ]


def _new(
    request: Request,
    db: Session,
    me: Actor,
    form: Filled,
    given: Sequence[str],
    *,
    status: int = 200,
) -> Response:
    return render(
        request,
        "staff/new.html",
        status=status,
        form=form,
        houses=_houses(db, me, given),
        tongues=[(tag, NATIVE_NAMES[tag]) for tag in LANGUAGES],
    )


def _person(
    request: Request,
    db: Session,
    me: Actor,
    row: StaffRow,
    *,
    errors: Sequence[tuple[str, str]] = (),
    status: int = 200,
) -> Response:
    given = [f"{each.hotel_id}:{each.role}" for each in row.grants]
    return render(
        request,
        "staff/person.html",
        status=status,
        person=row,
        errors=errors,
        houses=_houses(db, me, given),
        is_me=row.id == me.id,
        language_name=NATIVE_NAMES.get(row.language, row.language),
    )


def _first_password(
    request: Request, db: Session, me: Actor, staff_id: UUID, first: str
) -> Response:
    person = queries.staff_member(db, staff_id, by=me)
    return render(request, "staff/first_password.html", person=person, secret=first)


def _status(error: Exception) -> int:
    return 409 if isinstance(error, Conflict | RuleBroken) else 422
