"""``keshi doctor``: what is wrong here and how to mend it; ``--rebuild`` makes derived rows anew."""

import typer

from crm.guests import service as guests
from crm.kit import jobs
from crm.kit.db import sqlite_module
from crm.stays import figures
from web.commands.common import AsJson, open_database, say

app = typer.Typer(invoke_without_command=True, help="Check this installation, rebuild figures.")

SAFE_SQLITE = (3, 51, 3)


@app.callback(invoke_without_command=True)
def doctor(
    rebuild: bool = typer.Option(False, help="Make figures and search keys anew from the facts."),
    as_json: bool = AsJson,
) -> None:
    """Name what is wrong, each with what to do; exit 1 if there is anything."""
    with open_database() as database:
        if rebuild:
            with database.writing() as db:
                answer = {"figures": figures.rebuild(db), "search_keys": guests.rebuild_keys(db)}
            say(
                answer,
                as_json=as_json,
                text=f"Figures of {answer['figures']} guests and search keys of "
                f"{answer['search_keys']} guests made anew.",
            )
            return
        findings = []
        with database.reading() as db:
            if wrong := figures.differences(db):
                findings.append(
                    f"{wrong} guests' figures differ from their stays. Run: keshi doctor --rebuild"
                )
            if stale := guests.stale_keys(db):
                findings.append(f"{stale} guests have old search keys. Run: keshi doctor --rebuild")
            if buried := jobs.buried(db):
                findings.append(f"{buried} jobs were given up. See: keshi doctor --json")
        if database.is_sqlite and sqlite_module().sqlite_version_info < SAFE_SQLITE:
            findings.append(
                "This SQLite has a known fault with several processes on one file. "
                "Install the pysqlite3 wheel, or use PostgreSQL, or run a single process."
            )
    say(
        {"findings": findings},
        as_json=as_json,
        text="\n".join(f"- {line}" for line in findings) or "All is well.",
    )
    if findings:
        raise typer.Exit(1)
