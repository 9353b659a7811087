"""``keshi backup``, ``restore`` and ``jobs``: keep the house, bring it back, let its work go on."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from crm.kit import holding, migrating
from crm.kit.settings import Settings, put_in_force
from crm.safekeeping import backing_up, restoring, service
from crm.safekeeping.backing_up import Progress as Told
from crm.safekeeping.terms import Trigger
from web.commands.shell import (
    AsJson,
    fail,
    on_terminal,
    one_transaction,
    open_database,
    read_settings,
    refusals,
    say,
    whoever,
)

jobs_app = typer.Typer(no_args_is_help=True, help="Work that a restore holds back.")


def backup(
    to: Path | None = typer.Option(None, "--to", help="Folder, instead of KESHI_BACKUP_DIR."),
    drill: bool = typer.Option(
        True, "--drill/--no-drill", help="Restore it into scratch and compare, at once."
    ),
    as_json: bool = AsJson,
) -> None:
    """Save the guest files while the house works, and prove the backup by restoring it."""
    settings = read_settings()
    if to is not None:
        settings = settings.model_copy(update={"backup_dir": str(to)})
    with open_database(migrated=False, settings=settings) as database, bar() as told:
        migrating.refuse_newer(database)
        if migrating.revision_of(database) is None:
            fail("There is nothing in this database yet. Run: keshi migrate")
        if migrating.revision_of(database) == migrating.head():
            made = service.back_up_and_drill(
                database, settings, trigger=Trigger.PERSON, with_drill=drill, progress=told
            )
        else:  # the moment before an upgrade, when this table may not be there yet
            drill = False
            made = backing_up.back_up(
                database,
                settings.backups,
                data_dir=settings.data_dir,
                secret=settings.secret(),
                version=service.keshi_version(),
                sealed=settings.backup_encrypted,
                progress=told,
            )
    facts = {
        "file": str(made.path),
        "bytes": made.size,
        "seconds": round(made.seconds, 2),
        "rows": made.manifest.rows,
        "tables": len(made.manifest.tables),
        "files": len(made.manifest.files),
        "revision": made.manifest.revision,
        "encrypted": settings.backup_encrypted,
        "drilled": drill,
    }
    proven = "restored into scratch and found equal" if drill else "read back, not restored"
    text = (
        f"{made.path}\n{made.manifest.rows:,} rows of {len(made.manifest.tables)} tables, "
        f"{len(made.manifest.files)} files, {made.size / 1e6:,.1f} MB, {made.seconds:.1f} s; "
        f"{proven}.\nKeep KESHI_SECRET_KEY elsewhere: without it there is no restore."
    )
    say(facts, as_json=as_json, text=text)


def restore(
    file: Path = typer.Argument(..., help="A backup.", exists=True, dir_okay=False),
    into: str | None = typer.Option(None, "--into", help="Database, else KESHI_DATABASE_URL."),
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
    accept_audit: bool = typer.Option(
        False, "--accept-audit", help="Restore although the audit differs from its seals."
    ),
    as_json: bool = AsJson,
) -> None:
    """Bring a backup back. It is proven beside before it takes the place of what is there."""
    settings = read_settings()
    put_in_force(settings)
    url = into or settings.database_url
    _refuse_strange(settings, url)
    if not yes and not on_terminal():
        fail("Say --yes: nobody can be asked here.")
    if not yes and typer.prompt(f"This replaces what is in {_shown(url)}. Type restore") != (
        "restore"
    ):
        fail("Nothing was restored.")
    try:
        with refusals(), bar() as told:
            done = restoring.restore(
                file,
                url,
                data_dir=settings.data_dir,
                secret=settings.secret(),
                by=whoever(),
                accept_audit=accept_audit,
                progress=told,
            )
    except (SQLAlchemyError, OSError) as error:
        fail(f"Nothing was restored: {type(error).__name__}. Is the database there, and reachable?")
    facts = {
        "file": str(file),
        "into": _shown(url),
        "made_at": done.manifest.made_at.isoformat(),
        "rows": done.manifest.rows,
        "tables": len(done.manifest.tables),
        "files": len(done.manifest.files),
        "seconds": round(done.seconds, 2),
        "jobs_held": done.settled.jobs_held,
        "sessions_ended": done.settled.sessions_ended,
        "keys_open": done.settled.keys_open,
        "before": str(done.before) if done.before else None,
        "left_out": done.left_out,
    }
    made_at = f"{done.manifest.made_at:%Y-%m-%d %H:%M} UTC"
    lines = [
        f"Restored: the state of {made_at}, {done.manifest.rows:,} rows, {done.seconds:.1f} s.",
        f"{done.settled.jobs_held} jobs are held until: keshi jobs release",
        f"Everybody signs in anew. API keys that open as on that day: {done.settled.keys_open}.",
    ]
    if done.left_out:
        lines.append(f"Tables that are none of Keshi's did not come: {', '.join(done.left_out)}.")
    if done.before:
        lines.append(f"The former file is {done.before}")
    say(facts, as_json=as_json, text="\n".join(lines))


@jobs_app.command("held")
def held(as_json: bool = AsJson) -> None:
    """Say whether anything is held, since when and why."""
    with open_database() as database, database.reading() as db:
        state = holding.state(db)
    if state is None:
        say({"held": False, "jobs": 0}, as_json=as_json, text="Nothing is held.")
        return
    facts = {"held": True, "jobs": state.jobs, "since": state.since.isoformat(), "why": state.why}
    text = f"{state.jobs} jobs are held since {state.since:%Y-%m-%d %H:%M} UTC ({state.why})."
    say(facts, as_json=as_json, text=text)


@jobs_app.command("release")
def release(
    yes: bool = typer.Option(False, "--yes", help="Do not ask."), as_json: bool = AsJson
) -> None:
    """Let held jobs go: only when no other copy of this house is at work."""
    if not yes and not on_terminal():
        fail("Say --yes: nobody can be asked here.")
    if not yes and typer.prompt("Is no other copy of this house at work? Type release") != (
        "release"
    ):
        fail("Nothing was released.")
    with one_transaction() as db:
        freed = service.release_held_jobs(db, by=whoever())
    say({"released": freed}, as_json=as_json, text=f"{freed} jobs were released.")


@contextmanager
def bar() -> Iterator[Told]:
    """A progress bar on a terminal; in pipes it keeps quiet."""
    if not on_terminal():
        yield backing_up.quiet
        return
    columns = (TextColumn("{task.description:24}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=None)

        def told(what: str, done: int, of: int) -> None:
            shown.update(task, description=what, completed=done, total=of)

        yield told


def _refuse_strange(settings: Settings, url: str) -> None:
    if problems := settings.model_copy(update={"database_url": url}).problems():
        fail("\n".join(problems))
    try:
        _shown(url)
    except ArgumentError:
        fail("--into is no address of a database.")


def _shown(url: str) -> str:
    """The address without its password."""
    return make_url(url).render_as_string(hide_password=True)
