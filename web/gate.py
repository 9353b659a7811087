"""The one gate in front of every route: who asks, and does the policy let them.

The policy file names each route; a route it does not name stops the start of the app. The
gate opens a short session of its own and gives it back before the route gets one, and has
connections set aside, so that it can never wait for a route that waits for it.
"""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from operator import itemgetter
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.dependencies.utils import get_dependant, get_flat_params
from fastapi.params import ParamTypes
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.routing import compile_path

from crm.hotels import queries as hotels
from crm.kit import clock
from crm.kit.errors import CrmError, Invalid, NotAllowed
from crm.kit.settings import Settings
from crm.staff import keys, sessions
from crm.staff.actor import Actor
from crm.staff.policy import ANYONE, SIGNED_IN, Policy
from web.limits import Limits, subject_of_address
from web.rendering import Frame, keys_of, theme_of
from web.tokens import fits, masked

GATE_CONNECTIONS = 3
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
SESSION_COOKIE = "keshi_session"
SESSION_COOKIE_BY_HTTPS = f"__Host-{SESSION_COOKIE}"
"""Browsers take a cookie of this name only by https, for this host alone: nobody can plant one."""
API = "/api/"
REVEAL = "/reveal"
WATCHDOG = ("/healthz", "/readyz")


class SignInNeeded(CrmError):
    """Nobody is signed in, or no longer."""

    kind = "sign_in"

    def __init__(self) -> None:
        super().__init__("Please sign in.", "sign_in")


class PasswordChangeNeeded(CrmError):
    """The first password was made by somebody else; it is changed before anything else."""

    kind = "password_change"

    def __init__(self) -> None:
        super().__init__("Choose a password of your own first.", "password_change")


@dataclass(frozen=True)
class Opening:
    """What the policy says of one route, and which query parameters the route knows."""

    needs: str
    query: frozenset[str] | None


class Gate:
    """Looks up what a route needs; made once, when all routes are known."""

    def __init__(self, app: FastAPI, policy: Policy) -> None:
        self._openings: dict[Callable[..., Any], Opening] = {}
        self._methods: dict[str, tuple[re.Pattern[str], set[str]]] = {}
        unnamed, unasked = [], set[str]()
        for key, endpoint in routes_of(app):
            needs = policy.routes.get(key)
            if needs is None:
                unnamed.append(key)
            else:
                method, _, path = key.partition(" ")
                unasked |= parameters_of(path, endpoint) - policy.parameters.keys()
                self._methods.setdefault(path, (compile_path(path)[0], set()))[1].add(method)
                self._openings[endpoint] = Opening(needs, _query_parameters(path, endpoint))
        if unnamed:
            raise RuntimeError(
                "crm/staff/policy.yaml does not name these routes: " + ", ".join(sorted(unnamed))
            )

        if unasked:
            raise RuntimeError(
                "crm/staff/policy.yaml does not name these query parameters: "
                + ", ".join(sorted(unasked))
            )

    def opening(self, request: Request) -> Opening:
        return self._openings[request.scope["endpoint"]]

    def refuse_shadowed(self, request: Request) -> None:
        """405 where an address of its own fits a wider route by chance: DELETE /documents/kinds."""
        own = self._methods.get(request.url.path)
        if own is not None and request.method not in own[1] | {"HEAD", "OPTIONS"}:
            raise HTTPException(405)

    def methods_of(self, path: str) -> list[str]:
        """What can be done at an address, by the routes that name it most exactly."""
        fitting = [
            (template.count("{"), methods)
            for template, (regex, methods) in self._methods.items()
            if regex.match(path)
        ]
        return sorted(min(fitting, default=(0, set[str]()), key=itemgetter(0))[1])


def routes_of(app: FastAPI) -> Iterable[tuple[str, Callable[..., Any]]]:
    """Every route as (``METHOD /path``, endpoint), without mounted files."""
    for context in iter_route_contexts(app.routes):
        methods = getattr(context, "methods", None) or ()
        for method in sorted(set(methods) - {"HEAD", "OPTIONS"}):
            yield f"{method} {context.path}", context.endpoint  # type: ignore[misc]


async def guard(request: Request) -> None:
    """Let the request through or raise; leaves ``actor`` and ``frame`` on its state."""
    opening: Opening = request.app.state.gate.opening(request)
    state = request.state
    state.actor, state.identity = None, None
    unsafe = request.method not in SAFE_METHODS
    request.app.state.gate.refuse_shadowed(request)
    _refuse_unknown_query(request, opening)
    with_key = "authorization" in request.headers
    if with_key:
        state.actor = await run_in_threadpool(_by_key, request)
    elif session_cookie(request.app.state.settings) in request.cookies:
        state.identity = await run_in_threadpool(_by_session, request)
        state.actor = state.identity.actor if state.identity else None
    _count(request, unsafe=unsafe)
    if unsafe and not with_key:
        await _refuse_forged(request)
    if opening.needs == ANYONE:
        return
    if state.actor is None:
        raise SignInNeeded
    if state.identity and state.identity.must_change_password and not _may_before_change(request):
        raise PasswordChangeNeeded
    if opening.needs != SIGNED_IN:
        state.actor.need(opening.needs)


async def recognise(request: Request) -> None:
    """Leave the frame of whoever is signed in, for an address that no route knows.

    A page of an error is still a page of the house; a database that does not answer is no reason
    to have none.
    """
    own = session_cookie(request.app.state.settings)
    if own not in request.cookies or hasattr(request.state, "frame"):
        return
    with suppress(SQLAlchemyError):
        await run_in_threadpool(_by_session, request)


Guard = Annotated[None, Depends(guard, max_concurrency=GATE_CONNECTIONS)]


def session_cookie(settings: Settings) -> str:
    """The name of the cookie of a session in this house."""
    return SESSION_COOKIE_BY_HTTPS if settings.by_https else SESSION_COOKIE


def address_of(request: Request) -> str:
    """The peer's address (uvicorn has already taken a trusted proxy's word for it)."""
    return request.client.host[:64] if request.client else ""


def _count(request: Request, *, unsafe: bool) -> None:
    """`TooMany` when this person, key or stranger has asked more than the house bears."""
    limits: Limits = request.app.state.limits
    rules, actor = limits.rules, request.state.actor
    if actor is None:
        if request.url.path not in WATCHDOG:
            limits.take(rules.stranger, subject_of_address(address_of(request)))
    elif request.state.identity is None:
        limits.take(rules.key, str(actor.id))
    else:
        limits.take(rules.account, str(actor.id))
        if unsafe:
            limits.take(rules.writes, str(actor.id))
        if unsafe and request.url.path.endswith(REVEAL):
            limits.take(rules.reveals, str(actor.id))


def _by_key(request: Request) -> Actor | None:
    scheme, _, secret = request.headers["authorization"].partition(" ")
    if scheme.lower() != "bearer":
        return None
    database = request.app.state.database
    with database.reading() as db:
        used = keys.identify(
            db, secret.strip(), address=address_of(request), request_id=request.state.request_id
        )
    if used is not None and used.is_stale and used.actor.id is not None:
        with database.writing() as db:
            keys.touch(db, used.actor.id)
    return used.actor if used else None


def _by_session(request: Request) -> sessions.Identity | None:
    database = request.app.state.database
    with database.reading() as db:
        identity = sessions.identify(
            db,
            request.cookies[session_cookie(request.app.state.settings)],
            address=address_of(request),
            request_id=request.state.request_id,
        )
        if identity is None:
            return None
        if not request.url.path.startswith(API) and identity.actor.hotel_id is not None:
            hotel = hotels.hotel(db, identity.actor.hotel_id)
            request.state.frame = Frame(
                language=identity.actor.language,
                theme=theme_of(request),
                keys=keys_of(request),
                staff_name=identity.actor.name,
                role=identity.roles[0].value,
                permissions=identity.actor.permissions,
                hotel_name=hotel.called(identity.actor.language),
                zone=hotel.time_zone,
                currency=hotel.currency,
                business_date=hotel.business_on,
                csrf=masked(identity.csrf),
                demo=request.app.state.settings.demo,
                path=request.url.path,
            )
    # A stream that only listens must not keep an abandoned screen signed in.
    stale = clock.now() - identity.seen_at > sessions.TOUCH_EVERY
    if stale and "text/event-stream" not in request.headers.get("accept", ""):
        with database.writing() as db:
            sessions.touch(db, identity.token_hash)
    return identity


async def _refuse_forged(request: Request) -> None:
    """A changing request by cookie must come from our own page and carry its token."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise NotAllowed("This request came from another site.", "csrf_origin")
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise NotAllowed("This request came from another site.", "csrf_origin")
    identity: sessions.Identity | None = request.state.identity
    if identity is None:
        return
    given = request.headers.get("x-csrf-token", "")
    if not given and "form" in request.headers.get("content-type", ""):
        given = str((await request.form()).get("csrf_token", ""))
    if not fits(given, identity.csrf):
        raise NotAllowed("This page is out of date. Load it again and repeat.", "csrf")


def _may_before_change(request: Request) -> bool:
    return request.url.path in {"/password", "/session/end", "/session/language"}


def _refuse_unknown_query(request: Request, opening: Opening) -> None:
    if opening.query is None:
        return
    unknown = sorted(set(request.query_params) - opening.query)
    if unknown:
        raise Invalid(
            "There is no parameter %(name)s here.",
            "unknown_parameter",
            name=repr(unknown[0][:40]),
            pointer="/",
        )


def _query_parameters(path: str, endpoint: Callable[..., Any]) -> frozenset[str] | None:
    """The query parameters a REST route knows, its dependencies' included; None for pages."""
    return parameters_of(path, endpoint) if path.startswith(API) else None


def parameters_of(path: str, endpoint: Callable[..., Any]) -> frozenset[str]:
    """The query parameters that a route's function reads, its dependencies' included."""
    without_converters = re.sub(r":\w+}", "}", path)
    fields = get_flat_params(get_dependant(path=without_converters, call=endpoint))
    return frozenset(
        field.alias
        for field in fields
        if getattr(field.field_info, "in_", None) is ParamTypes.query
    )
