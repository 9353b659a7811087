"""Looking up: the command bar as one types, the page of matches, files that may be the same."""

from typing import Annotated, NamedTuple
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from crm.audit.terms import Deed
from crm.companies import queries as companies
from crm.guests.naming import full_from_parts
from crm.guests.terms import GuestIdentity, VipLevel
from crm.hotels import queries as hotels
from crm.loyalty.terms import Tier
from crm.profile.alike import possible_duplicates
from crm.profile.found import GuestHit, Standing
from crm.profile.search import search_guests
from crm.staff.actor import Actor
from web.deps import Db, Me, Views
from web.labels import label
from web.navigation import DESTINATIONS, Destination
from web.rendering import render
from web.wording import mark, wording

router = APIRouter(include_in_schema=False)

GUESTS_SHOWN, OTHERS_SHOWN = 8, 4
FOUND_SHOWN, ALIKE_SHOWN = 30, 5
PHONE_DIGITS = 7
Asked = Annotated[str, Query(max_length=120)]

ACTIONS = (
    Destination("/guests/new", "user-plus", mark("New guest"), "guests.register"),
    Destination("/password", "lock", mark("Your password"), "hotels.read"),
)


class Hit(NamedTuple):
    """One line of the palette: where it leads and what it says."""

    href: str
    name: str
    detail: str = ""
    aside: str = ""
    icon: str = "arrow-right"
    identity: GuestIdentity | None = None
    tier: Tier | None = None
    vip: VipLevel | None = None
    private: bool = False
    warning: bool = False


class Group(NamedTuple):
    name: str
    hits: list[Hit]


class Found(NamedTuple):
    """Guests found, of one standing."""

    name: str
    hits: list[GuestHit]


@router.get("/guests")
def find(
    request: Request, db: Db, me: Me, views: Views, q: Asked = "", cursor: str | None = None
) -> Response:
    """The page of matches; a single match opens its card at once."""
    asked = q.strip()
    if not asked:
        return _find_page(request, asked, [], None)
    page = search_guests(db, asked, by=me, limit=FOUND_SHOWN, cursor=cursor)
    views.viewed(by=me, subject="guest", deed=Deed.LOOKED_UP)
    # A hit that says nothing of how it was found is an incognito guest met by the real name:
    # opening the card at once would join the two.
    if len(page.items) == 1 and page.items[0].matched and cursor is None:
        return RedirectResponse(f"/guests/{page.items[0].id}", 303)
    return _find_page(request, asked, page.items, page.next)


@router.get("/guests/new/alike")
def alike(
    request: Request,
    db: Db,
    me: Me,
    family_name: Asked = "",
    given_name: Asked = "",
    phone: Asked = "",
    email: Annotated[str, Query(max_length=254)] = "",
) -> Response:
    """Files that may be of the person who is being entered; asked while typing."""
    found = possible_duplicates(
        db,
        by=me,
        names=_names_typed(family_name, given_name),
        phone=phone if sum(char.isdigit() for char in phone) >= PHONE_DIGITS else None,
        email=email if "@" in email else None,
        limit=ALIKE_SHOWN,
    )
    hits = [guest_hit(each.guest, me.language) for each in found]
    return render(request, "front_desk/_alike.html", alike=hits)


@router.get("/palette")
def palette(request: Request, db: Db, me: Me, q: Asked = "") -> Response:
    asked = q.strip()
    groups = [*_guests(db, me, asked), *_places(db, me, asked), _pages(me, asked)]
    return render(
        request, "front_desk/_hits.html", groups=[group for group in groups if group.hits]
    )


def guest_hit(hit: GuestHit, language: str) -> Hit:
    """A guest found, as the palette and the list of doubles show one."""
    room = hit.room if hit.standing is Standing.IN_HOUSE else None
    return Hit(
        href=f"/guests/{hit.id}",
        name=hit.name,
        detail=" · ".join(part for part in (hit.latin_name, hit.company or hit.city) if part),
        aside=" · ".join(part for part in (room, hit.phone) if part)
        or ", ".join(label("matched_by", by, language=language) for by in hit.matched),
        identity=hit.identity or GuestIdentity.INDIVIDUAL,
        tier=hit.tier,
        vip=hit.vip,
        private=bool(hit.phone),
        warning=hit.do_not_confirm,
    )


def _names_typed(family: str, given: str) -> list[str]:
    """The whole name in the order of its script; one part alone means too many."""
    family, given = family.strip(), given.strip()
    return [full_from_parts(family, given)] if family and given else []


def _find_page(request: Request, asked: str, hits: list[GuestHit], cursor: str | None) -> Response:
    groups = [
        Found(standing.value, of_kind)
        for standing in Standing
        if (of_kind := [hit for hit in hits if hit.standing is standing])
    ]
    return render(request, "front_desk/find.html", asked=asked, groups=groups, next=cursor)


def _guests(db: Session, me: Actor, asked: str) -> list[Group]:
    if not asked or not me.may("guests.look_up"):
        return []
    found = search_guests(db, asked, by=me, limit=GUESTS_SHOWN).items
    return [
        Group(
            standing.value,
            [guest_hit(hit, me.language) for hit in found if hit.standing is standing],
        )
        for standing in Standing
    ]


def _places(db: Session, me: Actor, asked: str) -> list[Group]:
    if not asked:
        return []
    rooms = [
        Hit(
            href=f"/rooms?{urlencode({'floor': room.floor})}#room-{quote(room.no)}",
            name=room.no,
            icon="door-closed",
        )
        for room in (
            hotels.rooms_of(db, me.hotel_id) if me.may("rooms.read") and me.hotel_id else ()
        )
        if room.no.startswith(asked)
    ]
    partners = [
        Hit(
            href=f"/companies/{company.id}",
            name=company.name,
            detail=company.name_latin or "",
            aside=company.city or "",
            icon="building-2",
        )
        for company in (
            companies.company_list(db, by=me, q=asked, limit=OTHERS_SHOWN).items
            if me.may("companies.read")
            else ()
        )
    ]
    return [Group("rooms", rooms[:OTHERS_SHOWN]), Group("companies", partners)]


def _pages(me: Actor, asked: str) -> Group:
    say = wording(me.language).gettext
    folded = asked.casefold()
    return Group(
        "pages",
        [
            Hit(href=place.path, name=say(place.label), icon=place.icon)
            for place in (*ACTIONS, *DESTINATIONS)
            if me.may(place.permission) and folded in f"{say(place.label)} {place.label}".casefold()
        ][:OTHERS_SHOWN],
    )
