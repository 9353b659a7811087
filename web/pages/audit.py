"""The audit on a page: who did what, when; one's own rows, or the hotel's for those who answer."""

from datetime import date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from crm.audit.queries import sees_all
from crm.audit.terms import Deed
from crm.kit.paging import CURSOR_MAX
from crm.profile import trail as trails
from crm.staff import queries as staff
from web.deps import Db, Me
from web.forms import NOT_A_DAY
from web.labels import label
from web.rendering import frame_of, render
from web.wording import mark, wording

router = APIRouter(include_in_schema=False)

ROWS = 50
NO_GUEST = mark("No guest has this reference.")
Asked = Annotated[str, Query(max_length=40)]


@router.get("/audit")
def show_audit(
    request: Request,
    db: Db,
    me: Me,
    person: Asked = "",
    guest: Asked = "",
    deed: Asked = "",
    first: Asked = "",
    last: Asked = "",
    cursor: Annotated[str | None, Query(max_length=CURSOR_MAX)] = None,
) -> Response:
    """Filters by person, guest reference, deed and days of the hotel; the newest first."""
    say = wording(me.language).gettext
    zone = ZoneInfo(frame_of(request).zone)
    errors: list[tuple[str, str]] = []
    since, until = _day(first), _day(last)
    errors += [
        (name, say(NOT_A_DAY))
        for name, text, day in (("first", first, since), ("last", last, until))
        if text and day is None
    ]
    guest_id = trails.guest_by_ref(db, guest, by=me) if guest.strip() else None
    if guest.strip() and guest_id is None:
        errors.append(("guest", say(NO_GUEST)))
    page = None
    if not errors:
        page = trails.trail(
            db,
            by=me,
            actor_id=_uuid(person),
            guest_id=guest_id,
            deed=Deed(deed) if deed in set(Deed) else None,
            since=datetime.combine(since, time.min, zone) if since else None,
            until=datetime.combine(until + timedelta(days=1), time.min, zone) if until else None,
            cursor=cursor,
            limit=ROWS,
        )
    asked = {"person": person, "guest": guest, "deed": deed, "first": first, "last": last}
    kept = {name: text for name, text in asked.items() if text}
    return render(
        request,
        "audit/list.html",
        status=422 if errors else 200,
        page=page,
        asked=asked,
        errors=errors,
        everybody=sees_all(me),
        people=staff.colleagues(db, by=me) if sees_all(me) else [],
        deeds=[(each.value, label("deed", each, language=me.language)) for each in Deed],
        next_href=f"/audit?{urlencode(kept | {'cursor': page.next})}" if page and page.next else "",
        first_href=f"/audit?{urlencode(kept)}" if cursor else "",
    )


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if 1900 <= found.year <= 2199 else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
