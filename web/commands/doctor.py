"""``keshi doctor``: what is wrong and how to mend it; ``--rebuild`` makes derived rows anew."""

import typer
from sqlmodel import Session

from crm.guests import indexing
from crm.kit import jobs
from crm.kit.db import Database, sqlite_serves_many
from crm.stays import figures
from web.commands.shell import AsJson, open_database, say

app = typer.Typer(invoke_without_command=True, help="Check this installation, rebuild figures.")


@app.callback(invoke_without_command=True)
def doctor(
    rebuild: bool = typer.Option(False, help="Make figures and search keys anew from the facts."),
    as_json: bool = AsJson,
) -> None:
    """Name what is wrong, each with what to do; exit 1 if there is anything."""
    with open_database() as database:
        if rebuild:
            with database.writing() as db:
                answer = make_anew(db)
            say(
                answer,
                as_json=as_json,
                text="{figures} rows of figures made anew; {differences} were not as they "
                "ought to be, nor were {search_keys} search keys.".format(**answer),
            )
            return
        with database.reading() as db:
            findings = [*derived_rows(db), *buried_jobs(db), *old_library(database)]
    say(
        {"findings": findings},
        as_json=as_json,
        text="\n".join(f"- {line}" for line in findings) or "All is well.",
    )
    if findings:
        raise typer.Exit(1)


def make_anew(db: Session) -> dict[str, int]:
    """Rebuild figures and search keys; counts what was wrong before."""
    wrong = len(figures.differences(db))
    return {
        "figures": figures.rebuild(db),
        "differences": wrong,
        "search_keys": indexing.rebuild_keys(db),
    }


def derived_rows(db: Session) -> list[str]:
    found = []
    if wrong := figures.differences(db):
        found.append(f"{len(wrong)} figures differ from the stays. Run: keshi doctor --rebuild")
    if stale := indexing.stale_guests(db):
        found.append(f"{len(stale)} guests have old search keys. Run: keshi doctor --rebuild")
    return found


def buried_jobs(db: Session) -> list[str]:
    number = jobs.buried(db)
    if not number:
        return []
    return [f"{number} jobs were given up; the table job names them with their last error."]


def old_library(database: Database) -> list[str]:
    """SQLite before 3.51.3 can lose a write-ahead log that several processes reset."""
    if not database.is_sqlite or sqlite_serves_many():
        return []
    advice = (
        "This SQLite has a known fault with several processes on one file. "
        "Install the pysqlite3 wheel, or use PostgreSQL, or run a single process."
    )
    return [advice]
