"""REST: the parts of a guest's file that come in any number; each changes the file's version."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel
from sqlmodel import Session
from starlette.responses import Response

from crm.guests import parts
from crm.guests.schemas import (
    AddressIn,
    ContactIn,
    IdentityDocumentIn,
    NameIn,
    RelationIn,
    SpecialIn,
    VehicleIn,
)
from crm.guests.terms import SpecialKind
from crm.kit.schema import Out
from crm.staff.actor import Actor
from web.answers import created_once
from web.api.guests import HERE, matched, seen
from web.deps import Db, Me, Vault
from web.hard_json import HardRoute

router = APIRouter(prefix="/guests/{guest_id}", tags=["guests"], route_class=HardRoute)
No = Annotated[int, Path(ge=1, le=10_000)]


class EntryMade(Out):
    """The number of what was filed, within its guest and kind."""

    no: int


# ---------------------------------------------------------------- names
@router.post("/names", status_code=201)
def add_name(request: Request, db: Db, me: Me, guest_id: UUID, asked: NameIn) -> EntryMade:
    """File one more name: in the own script, in Latin letters, assumed, or former."""
    version = seen(request, db, guest_id, me)
    return _made(
        request, db, me, guest_id, asked, "names",
        lambda: parts.add_name(db, guest_id, asked, by=me, version=version),
    )  # fmt: skip


@router.put("/names/{no}", status_code=204)
def write_name(request: Request, db: Db, me: Me, guest_id: UUID, no: No, asked: NameIn) -> None:
    """Write a name anew, for example with its pinyin corrected."""
    version = matched(request, db, guest_id, me)
    parts.change_name(db, guest_id, no, asked, by=me, version=version)


@router.delete("/names/{no}", status_code=204)
def remove_name(request: Request, db: Db, me: Me, guest_id: UUID, no: No) -> None:
    """Take a name away; the last one stays, and the alias of an incognito guest."""
    parts.remove_name(db, guest_id, no, by=me, version=matched(request, db, guest_id, me))


# ---------------------------------------------------------------- ways to reach
@router.post("/contacts", status_code=201)
def add_contact(request: Request, db: Db, me: Me, guest_id: UUID, asked: ContactIn) -> EntryMade:
    """File a phone, an e-mail or a messaging id."""
    version = seen(request, db, guest_id, me)
    return _made(
        request, db, me, guest_id, asked, "contacts",
        lambda: parts.add_contact(db, guest_id, asked, by=me, version=version),
    )  # fmt: skip


@router.put("/contacts/{no}", status_code=204)
def write_contact(
    request: Request, db: Db, me: Me, guest_id: UUID, no: No, asked: ContactIn
) -> None:
    version = matched(request, db, guest_id, me)
    parts.change_contact(db, guest_id, no, asked, by=me, version=version)


@router.delete("/contacts/{no}", status_code=204)
def remove_contact(request: Request, db: Db, me: Me, guest_id: UUID, no: No) -> None:
    parts.remove_contact(db, guest_id, no, by=me, version=matched(request, db, guest_id, me))


@router.post("/addresses", status_code=201)
def add_address(request: Request, db: Db, me: Me, guest_id: UUID, asked: AddressIn) -> EntryMade:
    version = seen(request, db, guest_id, me)
    return _made(
        request, db, me, guest_id, asked, "addresses",
        lambda: parts.add_address(db, guest_id, asked, by=me, version=version),
    )  # fmt: skip


@router.put("/addresses/{no}", status_code=204)
def write_address(
    request: Request, db: Db, me: Me, guest_id: UUID, no: No, asked: AddressIn
) -> None:
    version = matched(request, db, guest_id, me)
    parts.change_address(db, guest_id, no, asked, by=me, version=version)


@router.delete("/addresses/{no}", status_code=204)
def remove_address(request: Request, db: Db, me: Me, guest_id: UUID, no: No) -> None:
    parts.remove_address(db, guest_id, no, by=me, version=matched(request, db, guest_id, me))


# ---------------------------------------------------------------- vehicles, people
@router.post("/vehicles", status_code=201)
def add_vehicle(request: Request, db: Db, me: Me, guest_id: UUID, asked: VehicleIn) -> EntryMade:
    version = seen(request, db, guest_id, me)
    return _made(
        request, db, me, guest_id, asked, "vehicles",
        lambda: parts.add_vehicle(db, guest_id, asked, by=me, version=version),
    )  # fmt: skip


@router.delete("/vehicles/{no}", status_code=204)
def remove_vehicle(request: Request, db: Db, me: Me, guest_id: UUID, no: No) -> None:
    parts.remove_vehicle(db, guest_id, no, by=me, version=matched(request, db, guest_id, me))


@router.post("/relations", status_code=201)
def add_relation(request: Request, db: Db, me: Me, guest_id: UUID, asked: RelationIn) -> EntryMade:
    """Say who belongs to this guest: by file, or by name alone."""
    version = seen(request, db, guest_id, me)
    return _made(
        request, db, me, guest_id, asked, "relations",
        lambda: parts.add_relation(db, guest_id, asked, by=me, version=version),
    )  # fmt: skip


@router.delete("/relations/{no}", status_code=204)
def remove_relation(request: Request, db: Db, me: Me, guest_id: UUID, no: No) -> None:
    parts.remove_relation(db, guest_id, no, by=me, version=matched(request, db, guest_id, me))


# ---------------------------------------------------------------- papers, special data
@router.post("/identity-documents", status_code=201)
def add_identity_document(
    request: Request, db: Db, me: Me, vault: Vault, guest_id: UUID, asked: IdentityDocumentIn
) -> EntryMade:
    """Seal an identity document, where the hotel keeps them; deleted after 30 days."""
    version = seen(request, db, guest_id, me)
    return _made(
        request, db, me, guest_id, asked, "identity-documents",
        lambda: parts.add_identity_document(
            db, guest_id, asked, vault=vault, by=me, version=version
        ),
    )  # fmt: skip


@router.delete("/identity-documents/{no}", status_code=204)
def remove_identity_document(request: Request, db: Db, me: Me, guest_id: UUID, no: No) -> None:
    version = matched(request, db, guest_id, me)
    parts.remove_identity_document(db, guest_id, no, by=me, version=version)


@router.put("/special/{kind}", status_code=204)
def note_special(
    request: Request,
    db: Db,
    me: Me,
    vault: Vault,
    guest_id: UUID,
    kind: SpecialKind,
    asked: SpecialIn,
) -> None:
    """Seal ethnicity or native place under the guest's own dated consent."""
    version = matched(request, db, guest_id, me)
    parts.note_special(db, guest_id, kind, asked, vault=vault, by=me, version=version)


@router.delete("/special/{kind}", status_code=204)
def forget_special(request: Request, db: Db, me: Me, guest_id: UUID, kind: SpecialKind) -> None:
    """The consent was withdrawn: the fact goes."""
    parts.forget_special(db, guest_id, kind, by=me, version=matched(request, db, guest_id, me))


def _made(
    request: Request,
    db: Session,
    me: Actor,
    guest_id: UUID,
    asked: BaseModel,
    place: str,
    add: Callable[[], int],
) -> EntryMade:
    def produce() -> tuple[BaseModel, str]:
        no = add()
        return EntryMade(no=no), f"{HERE}/{guest_id}/{place}/{no}"

    answer: Response = created_once(request, db, me, produce, asked=asked)
    return answer  # type: ignore[return-value]
