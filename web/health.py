"""Whether the process lives, and whether it can serve."""

from typing import Literal

from fastapi import APIRouter, Request
from sqlalchemy import text

from crm.kit.schema import Out

router = APIRouter()


class Health(Out):
    status: Literal["ok"]


@router.get("/healthz")
async def healthz() -> Health:
    """The process answers; the database is not asked."""
    return Health(status="ok")


@router.get("/readyz")
def readyz(request: Request) -> Health:
    """The database answers too; 503 otherwise."""
    with request.app.state.database.reading() as db:
        db.connection().execute(text("SELECT 1"))
    return Health(status="ok")
