"""``keshi doctor``: what is wrong and how to mend it; ``--rebuild`` makes derived rows anew."""

from typing import Any

import typer
from sqlmodel import Session

from crm.guests import indexing
from crm.kit import migrating
from crm.kit.settings import Settings
from crm.safekeeping.examining import examine
from crm.safekeeping.schemas import Finding
from crm.safekeeping.terms import Level
from crm.stays import figures
from web.commands.shell import AsJson, open_database, read_settings, say
from web.condition_words import said

app = typer.Typer(invoke_without_command=True, help="Check this installation, rebuild figures.")

_SIGNS = {Level.FINE: "ok     ", Level.NOTICE: "notice ", Level.SERIOUS: "SERIOUS"}


@app.callback(invoke_without_command=True)
def doctor(
    rebuild: bool = typer.Option(False, help="Make figures and search keys anew from the facts."),
    everything: bool = typer.Option(False, "--all", help="Also what is well."),
    as_json: bool = AsJson,
) -> None:
    """Name what is wrong, each with what to do; exit 1 if anything is serious."""
    settings = _settings()
    with open_database(migrated=False, settings=settings) as database:
        if rebuild:
            migrating.refuse_older(database)
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
            found = examine(database, settings, db)
    tell(found, everything=everything, as_json=as_json)
    if any(finding.level is Level.SERIOUS for finding in found):
        raise typer.Exit(1)


def _settings() -> Settings:
    """Also unfit ones, as what is wrong with them is a finding; but it takes a database."""
    settings = read_settings(checked=False)
    named = settings.database_url.startswith(("sqlite:///", "postgresql+psycopg://"))
    return settings if named else read_settings()


def tell(found: list[Finding], *, everything: bool, as_json: bool) -> None:
    """The findings, the worst first."""
    shown = [each for each in found if everything or each.level is not Level.FINE]
    shown.sort(key=lambda each: list(Level).index(each.level), reverse=True)
    answer: list[dict[str, Any]] = []
    lines = []
    for each in shown:
        words = said(each)
        answer.append(
            {"code": each.code, "level": each.level.value, "words": words.what, "mend": words.mend}
        )
        lines.append(f"{_SIGNS[each.level]} {words.what}")
        if words.mend:
            lines.append(f"        {words.mend}")
    say({"findings": answer}, as_json=as_json, text="\n".join(lines) or "All is well.")


def make_anew(db: Session) -> dict[str, int]:
    """Rebuild figures and search keys; counts what was wrong before."""
    wrong = len(figures.differences(db))
    return {
        "figures": figures.rebuild(db),
        "differences": wrong,
        "search_keys": indexing.rebuild_keys(db),
    }
