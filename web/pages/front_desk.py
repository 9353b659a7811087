"""The front desk's day: arrivals, in house, departures, kept fresh while one looks."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from crm.profile.board import board
from crm.profile.schemas import BoardFilter, Side
from web.deps import Db, Me
from web.rendering import render

router = APIRouter(include_in_schema=False)


@router.get("/today")
def today(
    request: Request,
    db: Db,
    me: Me,
    side: Side = Side.ARRIVALS,
    only: BoardFilter | None = None,
) -> Response:
    found = board(db, by=me, side=side, only=only)
    return render(request, "front_desk/today.html", board=found)


@router.get("/today/board")
def today_board(
    request: Request,
    db: Db,
    me: Me,
    side: Side = Side.ARRIVALS,
    only: BoardFilter | None = None,
) -> Response:
    """The list alone, for a screen that heard that something changed."""
    found = board(db, by=me, side=side, only=only)
    return render(request, "front_desk/_board.html", board=found)
