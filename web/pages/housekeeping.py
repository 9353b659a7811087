"""Housekeeping's floor: rooms in door order with what to know there, no name, no phone.

The page goes into a phone and works there without a network: its worker and its manifest are served
here, and so is the pass that a phone asks for before it sends what waited.
"""

import json
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from crm.hotels.terms import ROOM_NO_MAX
from crm.profile.floor import whole_floor
from crm.profile.schemas import FloorFilter
from web.deps import Db, Me, MySession
from web.packing import packed
from web.rendering import STATIC, frame_of, render, static
from web.tokens import masked

router = APIRouter(include_in_schema=False)

FloorAsked = Annotated[str, Query(max_length=ROOM_NO_MAX)]


@router.get("/rooms")
def rooms(
    request: Request, db: Db, me: Me, floor: FloorAsked = "", only: FloorFilter | None = None
) -> Response:
    """The whole floor; the filter hides rooms, so that a phone filters without a network."""
    found = whole_floor(db, by=me, name=floor or None, only=only)
    answer = render(request, "housekeeping/floor.html", floor=found, person=me.id)
    return packed(request, answer)


@router.get("/rooms/list")
def room_list(
    request: Request, db: Db, me: Me, floor: FloorAsked = "", only: FloorFilter | None = None
) -> Response:
    """The rooms alone, for a screen that heard that something changed."""
    found = whole_floor(db, by=me, name=floor or None, only=only)
    return packed(request, render(request, "housekeeping/_rooms.html", floor=found))


@router.get("/rooms/pass")
def sending_pass(me: Me, mine: MySession) -> Response:
    """Who is signed in, and the token for what they send: asked before a phone sends its queue.

    What one person told waits for that person; a token is good for one session only.
    """
    return Response(
        json.dumps({"person": str(me.id), "csrf": masked(mine.csrf)}),
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


@router.get("/sw.js")
def service_worker(request: Request) -> Response:
    """The worker of the floor, from the root so that it may answer for the floor's address."""
    worker = Response(
        _worker(),
        media_type="text/javascript",
        headers={"Cache-Control": "no-cache", "Service-Worker-Allowed": "/"},
    )
    return packed(request, worker)


@router.get("/manifest.webmanifest")
def manifest(request: Request) -> Response:
    """How the floor stands on a phone's home screen."""
    return Response(
        json.dumps(_manifest(frame_of(request).language), ensure_ascii=False),
        media_type="application/manifest+json",
        headers={"Cache-Control": "public, max-age=86400"},
    )


@cache
def _worker() -> bytes:
    return (STATIC / "sw.js").read_bytes()


def _manifest(language: str) -> dict[str, Any]:
    return {
        "id": "/rooms",
        "name": "Keshi 客史",
        "short_name": "Keshi",
        "lang": language,
        "start_url": "/rooms",
        "scope": "/",
        "display": "standalone",
        "orientation": "portrait",
        "background_color": "#F6F5F1",
        "theme_color": "#0B5560",
        "icons": [
            {"src": static("icons/keshi-192.png"), "sizes": "192x192", "type": "image/png"},
            {"src": static("icons/keshi-512.png"), "sizes": "512x512", "type": "image/png"},
            {
                "src": static("icons/keshi-mask-512.png"),
                "sizes": "512x512",
                "type": "image/png",
                "purpose": "maskable",
            },
        ],
    }
