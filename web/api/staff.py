"""REST: accounts of colleagues and their roles in hotels."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.responses import Response

from crm.kit.paging import PageOf
from crm.kit.schema import In, Out
from crm.staff import queries
from crm.staff import service as staff
from crm.staff.actor import Actor
from crm.staff.schemas import GrantGiven, StaffJoin, StaffRow
from web.answers import as_json, created_once, need_match, with_etag
from web.deps import Db, Me
from web.hard_json import HardRoute

router = APIRouter(prefix="/staff", tags=["staff"], route_class=HardRoute)
HERE = "/api/v1/staff"


class StaffJoined(Out):
    """``first_password`` is shown this once; it is null when you gave one, or asked again."""

    id: UUID
    first_password: str | None


class FirstPassword(Out):
    """Shown this once, changed at the next sign-in."""

    first_password: str | None


class GrantsGiven(In):
    """All roles of the person in the hotels within your reach."""

    grants: Annotated[list[GrantGiven], Field(min_length=1, max_length=50)]


@router.get("")
def list_staff(db: Db, me: Me) -> PageOf[StaffRow]:
    """Everybody with a role in a hotel within your reach, by name."""
    return as_json(PageOf[StaffRow](items=queries.staff_list(db, by=me)))  # type: ignore[return-value]


@router.post("", status_code=201)
def join(request: Request, db: Db, me: Me, asked: StaffJoin) -> StaffJoined:
    def produce() -> tuple[BaseModel, str]:
        made = staff.join(db, asked, by=me)
        return StaffJoined(id=made.id, first_password=made.first_password), f"{HERE}/{made.id}"

    # A password is left out of what is remembered, even as part of a hash.
    sent = asked.model_copy(update={"password": None})
    return created_once(  # type: ignore[return-value]
        request, db, me, produce, asked=sent, shown_once=frozenset({"first_password"})
    )


@router.get("/{staff_id}")
def read_staff(db: Db, me: Me, staff_id: UUID) -> StaffRow:
    return _row(db, staff_id, me)  # type: ignore[return-value]


@router.put("/{staff_id}/grants")
def set_grants(request: Request, db: Db, me: Me, staff_id: UUID, asked: GrantsGiven) -> StaffRow:
    """Replace the roles; whoever is signed in by that account is signed out."""
    need_match(request, queries.staff_member(db, staff_id, by=me).version)
    staff.set_grants(db, staff_id, asked.grants, by=me)
    return _row(db, staff_id, me)  # type: ignore[return-value]


@router.post("/{staff_id}/disable")
def disable(db: Db, me: Me, staff_id: UUID) -> StaffRow:
    """A leaver: the account, its sessions and the API keys it made end at once."""
    staff.disable(db, staff_id, by=me)
    return _row(db, staff_id, me)  # type: ignore[return-value]


@router.post("/{staff_id}/enable")
def enable(db: Db, me: Me, staff_id: UUID) -> StaffRow:
    staff.enable(db, staff_id, by=me)
    return _row(db, staff_id, me)  # type: ignore[return-value]


@router.post("/{staff_id}/password")
def reset_password(db: Db, me: Me, staff_id: UUID) -> FirstPassword:
    """A new first password, shown this once."""
    first = staff.reset_password(db, staff_id, by=me)
    return as_json(FirstPassword(first_password=first))  # type: ignore[return-value]


def _row(db: Session, staff_id: UUID, me: Actor) -> Response:
    row = queries.staff_member(db, staff_id, by=me)
    return with_etag(row, row.version)
