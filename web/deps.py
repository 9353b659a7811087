"""What routes ask for: the transaction, who asks, the log of views, the settings, the page."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Query, Request
from sqlmodel import Session

from crm.audit.service import ViewLog
from crm.kit.errors import NotAllowed
from crm.kit.paging import CURSOR_MAX
from crm.kit.schema import PAGE_MAX, Out
from crm.kit.settings import DB_POOL
from crm.kit.settings import Settings as KeshiSettings
from crm.kit.vault import Vault as KeshiVault
from crm.staff.actor import Actor
from crm.staff.sessions import Identity
from web.gate import SAFE_METHODS, SignInNeeded


def request_session(request: Request) -> Iterator[Session]:
    """One transaction a request: reading for GET, else writing and committed before the answer.

    The scope is ``function``: with the default one the 200 leaves before the commit runs, and
    a failing commit is invisible to the client (measured).
    """
    database = request.app.state.database
    opened = database.reading() if request.method in SAFE_METHODS else database.writing()
    with opened as db:
        yield db


def reading_session(request: Request) -> Iterator[Session]:
    """A reading transaction, also for a POST: what is typed may not stand in an address."""
    with request.app.state.database.reading() as db:
        yield db


def current_actor(request: Request) -> Actor:
    actor: Actor | None = request.state.actor
    if actor is None:
        raise SignInNeeded
    return actor


def current_identity(request: Request) -> Identity:
    """The browser session; an API key has none."""
    identity: Identity | None = request.state.identity
    if identity is None:
        raise NotAllowed("This needs a person who is signed in.", "person_needed")
    return identity


def view_log(request: Request) -> ViewLog:
    log: ViewLog = request.app.state.views
    return log


def settings_of(request: Request) -> KeshiSettings:
    found: KeshiSettings = request.app.state.settings
    return found


def vault_of(request: Request) -> KeshiVault:
    found: KeshiVault = request.app.state.vault
    return found


class PageAsked(Out):
    """``limit`` rows after ``cursor``."""

    cursor: str | None
    limit: int


def page_asked(
    cursor: Annotated[str | None, Query(max_length=CURSOR_MAX)] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
) -> PageAsked:
    return PageAsked(cursor=cursor, limit=limit)


Db = Annotated[Session, Depends(request_session, scope="function", max_concurrency=DB_POOL)]
Reading = Annotated[Session, Depends(reading_session, scope="function", max_concurrency=DB_POOL)]
Me = Annotated[Actor, Depends(current_actor)]
MySession = Annotated[Identity, Depends(current_identity)]
Views = Annotated[ViewLog, Depends(view_log)]
Settings = Annotated[KeshiSettings, Depends(settings_of)]
Vault = Annotated[KeshiVault, Depends(vault_of)]
Page = Annotated[PageAsked, Depends(page_asked)]
