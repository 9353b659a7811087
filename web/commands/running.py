"""``keshi serve``, ``worker``, ``migrate``, ``openapi``: running the house."""

import importlib
import json
import logging
import signal
from typing import Any

import structlog
import typer
import uvicorn

from crm.kit import migrating
from crm.kit.settings import Settings
from crm.preferences import master
from web.app import create_app
from web.app import open_database as open_for_serving
from web.commands.common import AsJson, open_database, read_settings, refusals, say
from web.worker import Worker


def configure_logs(level: str) -> None:
    """Logs as JSON lines with ids, never with a guest's data."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for quiet in ("apscheduler", "alembic"):
        logging.getLogger(quiet).setLevel(logging.WARNING)


def serve(
    host: str = typer.Option("127.0.0.1", help="Address to listen on."),
    port: int = typer.Option(8000, help="Port to listen on."),
    with_worker: bool = typer.Option(True, help="Do the jobs in this process too."),
) -> None:
    """Open the doors: web pages, REST and live screens."""
    settings = read_settings()
    configure_logs(settings.log_level)
    more: Any = ()
    if settings.demo:
        # The roof is known to the command line by name only.
        demo = importlib.import_module("lab.demo.doors")
        with refusals():
            more = demo.doors(settings, f"http://127.0.0.1:{port}")
    run_server(settings, host=host, port=port, with_worker=with_worker, more_routers=more)


def run_server(
    settings: Settings, *, host: str, port: int, with_worker: bool, more_routers: Any = ()
) -> None:
    """Serve until stopped; the worker, if any, finishes the job at hand."""
    database = open_for_serving(settings)
    with refusals():
        migrating.refuse_older(database)
    worker = Worker(database) if with_worker else None
    if worker:
        worker.start()
    try:
        uvicorn.run(
            create_app(settings, database=database, more_routers=more_routers),
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=10,
        )
    finally:
        if worker:
            worker.stop()
        database.dispose()


def work() -> None:
    """Do the jobs and keep the clock; run as many as you like."""
    settings = read_settings()
    configure_logs(settings.log_level)
    with open_database() as database:
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
        head = migrating.head()
        say({"revision": head, "codes": codes}, as_json=as_json, text=f"Up to date at {head}.")


def openapi() -> None:
    """Print the description of the REST interface."""
    settings = Settings(demo=True, smtp_url="", database_url="sqlite:///:memory:")
    typer.echo(json.dumps(create_app(settings).openapi(), ensure_ascii=False, indent=2))
