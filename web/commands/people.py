"""``keshi hotels``, ``staff`` and ``keys``: who and what there is before the first sign-in."""

from uuid import UUID

import typer
from pydantic import ValidationError
from sqlmodel import Session

from crm.hotels import queries as hotel_queries
from crm.hotels import service as hotels
from crm.hotels.schemas import HotelOpen
from crm.hotels.terms import DepartmentCode
from crm.staff import keys, service
from crm.staff import queries as staff_queries
from crm.staff.schemas import GrantGiven, StaffJoin
from crm.staff.terms import Role
from web.commands.shell import AsJson, fail, one_transaction, say, whoever

hotels_app = typer.Typer(no_args_is_help=True, help="Hotels of this installation.")
staff_app = typer.Typer(no_args_is_help=True, help="Staff accounts and their roles.")
keys_app = typer.Typer(no_args_is_help=True, help="API keys for other systems.")

Hotel = typer.Option(..., "--hotel", help="The hotel's code.")


@hotels_app.command("open")
def open_hotel(
    code: str = typer.Option(..., help="Short code, for example LVH."),
    name: str = typer.Option(..., help="Name in English."),
    name_zh: str = typer.Option(..., help="Name in Chinese."),
    time_zone: str = typer.Option(..., help="IANA time zone, for example Asia/Shanghai."),
    currency: str = typer.Option(..., help="ISO 4217 code, for example CNY."),
    country: str = typer.Option(..., help="ISO 3166 code, for example CN."),
    as_json: bool = AsJson,
) -> None:
    """Open a hotel with the shipped departments."""
    try:
        opening = HotelOpen(
            code=code,
            name=name,
            name_zh=name_zh,
            time_zone=time_zone,
            currency=currency,
            country=country,
        )
    except ValidationError as unfit:
        fail(_first(unfit))
    with one_transaction() as db:
        identity = hotels.open_hotel(db, opening)
    say({"id": identity, "code": code}, as_json=as_json, text=f"{code} is open.")


@hotels_app.command("rooms")
def add_rooms(
    pattern: str = typer.Argument(..., help='Room numbers, for example "101-118, 201-218".'),
    hotel: str = Hotel,
    room_type: str = typer.Option(..., "--type", help="Room type code."),
    as_json: bool = AsJson,
) -> None:
    """Add rooms by pattern; those that exist stay as they are."""
    with one_transaction() as db:
        hotel_id = hotel_queries.hotel_by_code(db, hotel).id
        numbers = hotels.read_room_pattern(pattern)
        added = hotels.add_rooms(db, hotel_id, numbers, room_type=room_type, features=[])
    say({"added": added}, as_json=as_json, text=f"{added} rooms added.")


@staff_app.command("join")
def join(
    login: str = typer.Option(..., help="Lower-case sign-in name."),
    name: str = typer.Option(..., help="The person's name."),
    role: list[Role] = typer.Option(..., help="May be given several times."),
    hotel: str = Hotel,
    department: DepartmentCode | None = typer.Option(None, help="The department worked in."),
    language: str = typer.Option("en", help="en or zh-Hans."),
    as_json: bool = AsJson,
) -> None:
    """Make an account; its first password is printed once and changed at the first sign-in."""
    with one_transaction() as db:
        hotel_id = hotel_queries.hotel_by_code(db, hotel).id
        grants = [GrantGiven(hotel_id=hotel_id, role=r, department=department) for r in role]
        try:
            joining = StaffJoin(login=login, name=name, language=language, grants=grants)
        except ValidationError as unfit:
            fail(_first(unfit))
        joined = service.join(db, joining, by=whoever())
    say(
        {"id": joined.id, "login": login, "first_password": joined.first_password},
        as_json=as_json,
        text=f"{login} may sign in with the first password: {joined.first_password}",
    )


@staff_app.command("list")
def staff_list(as_json: bool = AsJson) -> None:
    """Everyone with an account."""
    with one_transaction() as db:
        rows = staff_queries.staff_list(db, by=whoever())
    lines = [
        f"{row.login:<20} {row.state.value:<9} "
        + ", ".join(f"{g.hotel_code}:{g.role.value}" for g in row.grants)
        for row in rows
    ]
    say(
        {"items": [row.model_dump(mode="json") for row in rows]},
        as_json=as_json,
        text="\n".join(lines) or "Nobody yet. Use: keshi staff join",
    )


@staff_app.command("disable")
def disable(login: str, as_json: bool = AsJson) -> None:
    """A leaver: the account, its sessions and the API keys it made end at once."""
    with one_transaction() as db:
        service.disable(db, _by_login(db, login), by=whoever())
    say({"disabled": login}, as_json=as_json, text=f"{login} is disabled.")


@staff_app.command("reset-password")
def reset_password(login: str, as_json: bool = AsJson) -> None:
    """A fresh first password, printed once."""
    with one_transaction() as db:
        first = service.reset_password(db, _by_login(db, login), by=whoever())
    say(
        {"login": login, "first_password": first},
        as_json=as_json,
        text=f"{login} may sign in with the first password: {first}",
    )


@keys_app.command("create")
def create_key(
    name: str = typer.Option(..., help="What the key is for."),
    scopes: str = typer.Option(..., help="Scopes, separated by commas."),
    hotel: str | None = typer.Option(None, help="Bind the key to one hotel by its code."),
    as_json: bool = AsJson,
) -> None:
    """Make an API key; it is printed once."""
    with one_transaction() as db:
        hotel_id = hotel_queries.hotel_by_code(db, hotel).id if hotel else None
        fresh = keys.create_key(
            db,
            name=name,
            scopes=[s.strip() for s in scopes.split(",") if s.strip()],
            hotel_id=hotel_id,
            by=whoever(),
        )
    say({"id": fresh.id, "key": fresh.secret}, as_json=as_json, text=fresh.secret)


@keys_app.command("list")
def key_list(as_json: bool = AsJson) -> None:
    """The keys there are, without their secrets."""
    with one_transaction() as db:
        rows = staff_queries.key_list(db, by=whoever())
    lines = [
        f"{row.id} {row.prefix}… {'revoked' if row.revoked_at else 'open':<8} "
        f"{row.name} [{', '.join(row.scopes)}]"
        for row in rows
    ]
    say(
        {"items": [row.model_dump(mode="json") for row in rows]},
        as_json=as_json,
        text="\n".join(lines) or "No keys yet.",
    )


@keys_app.command("revoke")
def revoke_key(key_id: UUID, as_json: bool = AsJson) -> None:
    """From now on the key opens nothing."""
    with one_transaction() as db:
        keys.revoke_key(db, key_id, by=whoever())
    say({"revoked": key_id}, as_json=as_json, text="Revoked.")


def _by_login(db: Session, login: str) -> UUID:
    found = [row.id for row in staff_queries.staff_list(db, by=whoever()) if row.login == login]
    if not found:
        fail(f"There is no account {login}.")
    return found[0]


def _first(unfit: ValidationError) -> str:
    error = unfit.errors()[0]
    return f"{'.'.join(map(str, error['loc']))}: {error['msg']}"
