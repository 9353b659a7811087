"""Between the shell and the house: settings, the database, one transaction, one clear refusal."""

import getpass
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import typer
from pydantic import ValidationError
from sqlmodel import Session

from crm.kit import migrating
from crm.kit.db import Database
from crm.kit.errors import CrmError
from crm.kit.settings import Settings, SettingsUnfit, put_in_force
from crm.staff.actor import Actor, system

AsJson = typer.Option(False, "--json", help="Print one JSON object for machines.")


def read_settings(*, checked: bool = True) -> Settings:
    """The settings of this shell, or exit 1 listing all that is wrong with them.

    Not ``checked``: also such as no house should be run with, for looking into what is wrong.
    """
    try:
        return Settings().checked() if checked else Settings()
    except SettingsUnfit as unfit:
        fail(str(unfit))
    except ValidationError as unfit:
        lines = [
            f"KESHI_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in unfit.errors()
        ]
        fail("Keshi cannot start:\n" + "\n".join(f"  - {line}" for line in lines))


def fail(message: str) -> NoReturn:
    """Exit 1 with one message on stderr."""
    typer.echo(message, err=True)
    raise typer.Exit(1)


@contextmanager
def refusals() -> Iterator[None]:
    """Turn errors that a person can mend into one line and exit 1."""
    try:
        yield
    except CrmError as error:
        fail(error.message)


@contextmanager
def open_database(*, migrated: bool = True, settings: Settings | None = None) -> Iterator[Database]:
    settings = settings or read_settings()
    put_in_force(settings)
    database = Database(settings.database_url)
    try:
        with refusals():
            if migrated:
                migrating.refuse_older(database)
            yield database
    finally:
        database.dispose()


@contextmanager
def one_transaction() -> Iterator[Session]:
    """A writing session for one command: all of it or nothing."""
    with open_database() as database, database.writing() as db:
        yield db


def whoever() -> Actor:
    """The audit's name for a command: the house, by the account of the shell."""
    try:
        account = getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number without a name
        account = "unnamed"
    return system(f"command line ({account})")


def say(answer: dict[str, Any], *, as_json: bool, text: str) -> None:
    """Print the answer for machines or for people."""
    typer.echo(json.dumps(answer, ensure_ascii=False, default=str) if as_json else text)


def on_terminal() -> bool:
    """Whether progress bars make sense."""
    return sys.stderr.isatty()
