"""``keshi demo`` opens the demo hotel; ``keshi demo wipe`` takes it away again."""

import json
import socket
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from crm.audit import witness
from crm.kit.db import Database
from crm.kit.errors import CrmError
from crm.kit.settings import Settings, SettingsUnfit
from lab.demo import pms_book, run
from lab.demo.house import lakeview
from lab.demo.wipe import NotADemo, wipe

HOST = "127.0.0.1"
app = typer.Typer(
    help="The demo hotel: 180 rooms, 6,000 invented guests, dates relative to today.",
    invoke_without_command=True,
    no_args_is_help=False,
)

Port = Annotated[int, typer.Option(help="Port to listen on.", envvar="PORT", min=1, max=65535)]
BuildOnly = Annotated[bool, typer.Option("--build-only", help="Build the demo, start nothing.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object for machines.")]
Meant = Annotated[
    str,
    typer.Option("--yes-i-mean", metavar="HOTELNAME", help="The hotel's name, for scripts."),
]


@app.callback()
def demo(
    context: typer.Context, port: Port = 8000, build_only: BuildOnly = False, as_json: Json = False
) -> None:
    """Build the demo hotel if there is none of today, and open it."""
    if context.invoked_subcommand is not None:
        return
    settings = _settings(port)
    if not build_only:
        _check_port(port)
    try:
        run.prepare(settings, told=lambda line: typer.echo(line, err=as_json))
    except CrmError as refused:
        _fail(refused.message)
    typer.echo(json.dumps(run.facts(settings)) if as_json else run.welcome(settings))
    if not build_only:
        _open(settings, port)


@app.command("wipe")
def wipe_demo(yes_i_mean: Meant = "", as_json: Json = False) -> None:
    """Empty the demo database. Asks for the hotel's name; refuses any other database."""
    house = lakeview()
    settings = _settings(8000)
    database = Database(settings.database_url)
    try:
        said = yes_i_mean or typer.prompt(
            f"Everything in the demo goes, the preference codes stay. Type {house.name_en!r}"
        )
        if said.strip() not in {house.name_en, house.name_zh}:
            _fail("That is not the hotel's name. Nothing was wiped.")
        gone = _wiped(database)
    finally:
        database.dispose()
    pms_book.path(settings).unlink(missing_ok=True)
    witness.forget(settings.data_dir)
    said = json.dumps({"wiped": gone}) if as_json else f"Wiped: {gone:,} rows. The codes stayed."
    typer.echo(said)


def _wiped(database: Database) -> int:
    try:
        if database.is_sqlite and not _has_file(database):
            raise NotADemo
        with database.writing() as db:
            return wipe(db)
    except CrmError as refused:
        _fail(refused.message)


def _has_file(database: Database) -> bool:
    return bool(database.url.database) and Path(str(database.url.database)).exists()


def _settings(port: int) -> Settings:
    try:
        return run.demo_settings(port)
    except SettingsUnfit as unfit:
        _fail(str(unfit))


def _check_port(port: int) -> None:
    """Before a minute of building, not after it."""
    with socket.socket() as asked:
        asked.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            asked.bind((HOST, port))
        except OSError:
            _fail(f"Port {port} is taken. Choose another one: keshi demo --port {port + 1}")


def _open(settings: Settings, port: int) -> None:
    from lab.demo.doors import doors
    from web.commands.running import run_server
    from web.logs import configure_logs

    configure_logs("warning")
    run_server(
        settings,
        host=HOST,
        port=port,
        with_worker=True,
        more_routers=doors(settings, settings.base_url),
    )


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)
