"""Puts the house together: the only place that knows every door."""

import importlib
import pkgutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus
from pathlib import Path
from types import ModuleType

import anyio.to_thread
from fastapi import APIRouter, Depends, FastAPI
from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

import web.api
import web.pages
from crm.audit.service import ViewLog
from crm.kit import migrating
from crm.kit.db import Database
from crm.kit.settings import DB_POOL, Settings, put_in_force
from crm.kit.vault import Vault
from crm.staff.policy import policy
from web import errors, health, live, metrics, openapi
from web.again import Again
from web.gate import GATE_CONNECTIONS, Gate, guard
from web.guards import Turnstile
from web.limits import Limits
from web.live import Tail
from web.packing import packed_file, takes_packed
from web.security import Doorkeeper
from web.stopping import telling
from web.watch import Watch

API_PREFIX = "/api/v1"
BODY_MAX = 1024 * 1024
SPARE_CONNECTIONS = 3
THREADS_ON_SQLITE = 4
THREADS_ON_POSTGRES = 16
STATIC = Path(__file__).parent / "static"


def open_database(settings: Settings) -> Database:
    """The database with connections for routes, the gate, the tail, the views and the worker."""
    return Database(settings.database_url, pool_size=DB_POOL + GATE_CONNECTIONS + SPARE_CONNECTIONS)


def create_app(
    settings: Settings,
    *,
    database: Database | None = None,
    more_routers: Sequence[APIRouter] = (),
) -> FastAPI:
    """The web application. ``more_routers`` are the demo's; raises when the policy has gaps."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        database: Database = app.state.database
        migrating.refuse_older(database)
        migrating.keep_guards(database)
        anyio.to_thread.current_default_thread_limiter().total_tokens = (
            THREADS_ON_SQLITE if database.is_sqlite else THREADS_ON_POSTGRES
        )
        app.state.views.start()
        app.state.tail.start()
        app.state.limits.start()
        with telling(app.state.tail.close_soon):
            yield
        await app.state.tail.stop()
        app.state.limits.stop()
        app.state.views.stop()

    app = errors.House(
        title="Keshi 客史",
        version="0.1.0",
        description="The guest file of a hotel: facts, kept once, read by every department.",
        openapi_url=f"{API_PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        dependencies=[Depends(guard, max_concurrency=GATE_CONNECTIONS)],
        max_body_size=BODY_MAX,
    )
    furnish(app, settings, database or open_database(settings))
    api = APIRouter(prefix=API_PREFIX)
    for router in routers_of(web.api):
        api.include_router(router)
    app.include_router(api)
    doors = [live.router, health.router, metrics.router]
    for router in [*routers_of(web.pages), *doors, *more_routers]:
        app.include_router(router, include_in_schema=False)
    app.mount("/static", StaticForAYear(directory=STATIC), name="static")
    app.add_middleware(Again)
    app.add_middleware(Turnstile)
    app.add_middleware(
        Doorkeeper, https=settings.base_url.startswith("https://"), too_long=errors.too_long
    )
    app.add_middleware(Watch, house=app)
    errors.install(app)
    app.openapi = partial(openapi.describe, app)  # type: ignore[method-assign]
    app.state.gate = Gate(app, policy())
    return app


def furnish(app: FastAPI, settings: Settings, database: Database) -> None:
    """Hand the app what its routes ask for; before it starts, not while it runs."""
    put_in_force(settings)
    app.state.settings = settings
    app.state.database = database
    app.state.views = ViewLog(database)
    app.state.tail = Tail(database)
    app.state.vault = Vault(settings.secret())
    app.state.limits = Limits(settings, database)


def routers_of(package: ModuleType) -> list[APIRouter]:
    """The ``router`` of every module in a package of doors, by module name."""
    modules = [
        importlib.import_module(f"{package.__name__}.{found.name}")
        for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name)
    ]
    return [module.router for module in modules if hasattr(module, "router")]


class StaticForAYear(StaticFiles):
    """Files whose address carries a fingerprint may be kept; a changed file has a new address."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        if isinstance(answer, FileResponse) and answer.status_code == HTTPStatus.OK:
            answer = _packed(answer, Headers(scope=scope).get("accept-encoding", ""))
        fingerprinted = b"v=" in scope.get("query_string", b"")
        answer.headers["Cache-Control"] = (
            "public, max-age=31536000, immutable" if fingerprinted else "public, max-age=3600"
        )
        return answer


def _packed(answer: FileResponse, accepted: str) -> Response:
    """The file packed where the browser takes it so; its tag then names the packed form."""
    content = packed_file(Path(answer.path))
    if content is None:
        return answer
    answer.headers.add_vary_header("Accept-Encoding")
    if not takes_packed(accepted):
        return answer
    kept = {
        name: value
        for name, value in answer.headers.items()
        if name not in ("content-length", "etag", "accept-ranges")
    }
    tag = answer.headers.get("etag", '""').rstrip('"') + '-gz"'
    return Response(content, headers=kept | {"etag": tag, "content-encoding": "gzip"})
