"""``keshi serve``, ``worker``, ``migrate``, ``openapi``: running the house."""

import importlib
import json
import logging
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import typer
import uvicorn
from fastapi import APIRouter, FastAPI

from crm.complaints import master as case_words
from crm.kit import holding, migrating
from crm.kit.db import Database, sqlite_serves_many
from crm.kit.settings import Settings, put_in_force
from crm.preferences import master
from web import metrics
from web.app import create_app
from web.app import open_database as open_for_serving
from web.commands.shell import AsJson, fail, open_database, read_settings, refusals, say
from web.logs import configure_logs
from web.patience import PatientProtocol
from web.warming import warm_soon
from web.worker import Worker

log = logging.getLogger("keshi")

STARTING_S = 60
"""A process that has not answered by then is replaced; five seconds were too few to start in."""


def serve(
    host: str = typer.Option("127.0.0.1", help="Address to listen on."),
    port: int = typer.Option(8000, min=1, max=65535, help="Port to listen on."),
    workers: int = typer.Option(1, min=1, max=32, help="Processes that answer requests."),
    with_worker: bool = typer.Option(
        True, "--worker/--no-worker", help="Do the jobs here too, or leave them to keshi worker."
    ),
) -> None:
    """Open the doors: web pages, REST and live screens."""
    settings = read_settings()
    configure_logs(settings.log_level)
    with refusals():
        more = demo_doors(settings, f"http://127.0.0.1:{port}")
    if workers == 1:
        run_server(settings, host=host, port=port, with_worker=with_worker, more_routers=more)
    else:
        run_servers(settings, host=host, port=port, workers=workers, with_worker=with_worker)


def demo_doors(settings: Settings, url: str) -> Sequence[APIRouter]:
    """The demo's routers, in a demo; the roof is known to the command line by name only."""
    if not settings.demo:
        return ()
    routers: Sequence[APIRouter] = importlib.import_module("lab.demo.doors").doors(settings, url)
    return routers


def run_server(
    settings: Settings,
    *,
    host: str,
    port: int,
    with_worker: bool,
    more_routers: Sequence[APIRouter] = (),
) -> None:
    """Serve in this process until stopped."""
    with _at_work(settings, with_worker) as database:
        app = create_app(settings, database=database, more_routers=more_routers)
        warm_soon()
        uvicorn.run(
            app,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=10,
            **at_the_door(settings),
        )


def at_the_door(settings: Settings) -> dict[str, Any]:
    """How the server treats whoever knocks; a client's address is the peer's, unless the peer is
    a proxy that the settings name."""
    return {
        "http": PatientProtocol,
        "ws": "none",
        "server_header": False,
        "proxy_headers": bool(settings.proxies),
        "forwarded_allow_ips": settings.proxies,
    }


def run_servers(
    settings: Settings, *, host: str, port: int, workers: int, with_worker: bool
) -> None:
    """Serve in several processes until stopped; this one watches them and does the jobs."""
    if settings.is_sqlite and not sqlite_serves_many():
        fail(
            "This SQLite must not be shared by several processes. Use --workers 1, install the "
            "pysqlite3 wheel, or use PostgreSQL."
        )
    with metrics.shared_between_processes(), _at_work(settings, with_worker):
        uvicorn.run(
            f"{__name__}:app_of_environment",
            factory=True,
            workers=workers,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=10,
            **at_the_door(settings),
            timeout_worker_healthcheck=STARTING_S,
        )


def app_of_environment() -> FastAPI:
    """The application of one of several processes, from the settings of the shell."""
    settings = read_settings()
    configure_logs(settings.log_level)
    put_in_force(settings)
    app = create_app(settings, more_routers=demo_doors(settings, settings.base_url))
    warm_soon()
    return app


@contextmanager
def _at_work(settings: Settings, with_worker: bool) -> Iterator[Database]:
    """A database that may be served, and perhaps a worker that finishes its job at the end."""
    put_in_force(settings)
    database = open_for_serving(settings)
    with refusals():
        migrating.refuse_older(database)
        migrating.keep_guards(database)
        recognise(database, settings)
    worker = Worker(database) if with_worker else None
    if worker:
        worker.start()
    try:
        yield database
    finally:
        if worker:
            worker.stop()
        database.dispose()


def recognise(database: Database, settings: Settings) -> None:
    """Hold the jobs of a database that turns up beside another data folder than its own."""
    if settings.demo:  # it is made anew every day, and nothing leaves it
        return
    with database.writing() as db:
        held = holding.recognise(db, settings.data_dir)
    if held:
        log.warning("jobs are held", extra={"jobs": held.jobs, "why": held.why})


def work() -> None:
    """Do the jobs and keep the clock; run as many as you like."""
    settings = read_settings()
    configure_logs(settings.log_level)
    put_in_force(settings)
    with open_database() as database:
        migrating.keep_guards(database)
        recognise(database, settings)
        worker = Worker(database)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop_soon())
        worker.run()


def migrate(as_json: bool = AsJson) -> None:
    """Bring the database to the shape that this Keshi knows, and load the shipped codes."""
    with open_database(migrated=False) as database:
        migrating.upgrade(database)
        with database.writing() as db:
            codes = master.load(db)
            case_words.load(db)
        head = migrating.head()
        say({"revision": head, "codes": codes}, as_json=as_json, text=f"Up to date at {head}.")


def openapi() -> None:
    """Print the description of the REST interface."""
    settings = Settings(demo=True, smtp_url="", database_url="sqlite:///:memory:")
    typer.echo(json.dumps(create_app(settings).openapi(), ensure_ascii=False, indent=2))
