"""Whether the process lives, and whether it can serve."""

from typing import Literal

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from crm.kit import migrating
from crm.kit.errors import CrmError
from crm.kit.schema import Out

router = APIRouter()


class Health(Out):
    status: Literal["ok"]


@router.get("/healthz")
async def healthz() -> Health:
    """The process answers; the database is not asked."""
    return Health(status="ok")


@router.get("/readyz")
def readyz(request: Request) -> Response:
    """200 while requests should be sent here; 503 when the database is away or of another shape,
    and from the moment on that this process was told to stop."""
    if request.app.state.tail.closing:
        return _not_ready("stopping")
    try:
        migrating.refuse_older(request.app.state.database)
    except CrmError as error:
        return _not_ready(error.code)
    return JSONResponse({"status": "ok"})


def _not_ready(why: str) -> Response:
    return JSONResponse({"status": why}, 503, {"Retry-After": "5"})
