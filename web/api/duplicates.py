"""REST: files that may already be of the person being entered; read-only, asked while typing."""

from typing import Annotated

from fastapi import APIRouter, Query

from crm.kit.paging import PageOf
from crm.kit.schema import IsoDate
from crm.profile.alike import Alike, birthday_typed, possible_duplicates
from web.answers import as_json
from web.deps import Db, Me
from web.hard_json import HardRoute

router = APIRouter(prefix="/duplicates", tags=["duplicates"], route_class=HardRoute)


@router.get("")
def find_alike(
    db: Db,
    me: Me,
    name: Annotated[str | None, Query(max_length=120)] = None,
    latin_name: Annotated[str | None, Query(max_length=120)] = None,
    phone: Annotated[str | None, Query(max_length=40)] = None,
    email: Annotated[str | None, Query(max_length=254)] = None,
    born_on: IsoDate | None = None,
    limit: Annotated[int, Query(ge=1, le=20)] = 5,
) -> PageOf[Alike]:
    """The likeliest files with the signs that speak for them. A shared phone, an agency's relay
    address or a birthday never count alone."""
    found = possible_duplicates(
        db,
        by=me,
        names=[text for text in (name, latin_name) if text],
        phone=phone,
        email=email,
        birthday=birthday_typed(born_on),
        limit=limit,
    )
    return as_json(PageOf[Alike](items=found))  # type: ignore[return-value]
