"""``keshi audit``: hold the audit against its chain, or seal what waits."""

import sys
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from crm.audit import sealing, verifying, witness
from crm.audit.digests import Keyring
from crm.audit.schemas import Difference, Verdict
from crm.audit.terms import Fault
from crm.kit.settings import in_force
from web.commands.shell import AsJson, fail, on_terminal, open_database, refusals, say

app = typer.Typer(no_args_is_help=True, help="The audit: hold it against its chain.")

WORDS = {
    Fault.CHANGED: "changed after it was written",
    Fault.MISSING: "missing",
    Fault.INSERTED: "inserted by no door of Keshi",
    Fault.MOVED: "moved",
    Fault.LATE: "genuine, but sealed by nothing after days; run: keshi audit seal --days 3650",
    Fault.FORGED: "forged or changed",
    Fault.CUT: "told outside, but cut off the end of the chain",
    Fault.OTHER_SECRET: "written under another secret key; give it with --old-secrets",
}


@app.command("verify")
def verify(
    since: str = typer.Option("", metavar="YYYY-MM-DD", help="Only what was sealed since (UTC)."),
    old_secrets: str = typer.Option(
        "", metavar="FILE", help="Earlier secret keys, one a line; - reads them from stdin."
    ),
    told: str = typer.Option(
        "", "--witness", metavar="PATH", help="Seals told outside: the folder, a copy, or a log."
    ),
    as_json: bool = AsJson,
) -> None:
    """Find any change of the audit: exit 0 when it is as it was written, 1 when it is not."""
    with open_database() as database, refusals():
        settings = in_force()
        keys = Keyring([settings.secret(), *_secrets(old_secrets)])
        place = Path(told) if told else witness.folder_of(settings.data_dir)
        if told and not place.exists():
            fail(f"There is nothing at {told}.")
        with database.reading() as db:
            bar = _bar() if on_terminal() and not as_json else nullcontext()
            with bar as progress:
                told_rows = _told(progress, verifying.count_rows(db)) if progress else _silent
                found = verifying.verify(
                    db,
                    keys=keys,
                    witnessed=witness.read(place, keys),
                    since=_day(since),
                    told=told_rows,
                )
    say(_as_json(found), as_json=as_json, text=_as_text(found))
    if not found.is_sound:
        raise typer.Exit(1)


@app.command("seal")
def seal(
    days: int = typer.Option(3, min=1, max=36500, help="How far to look back for late rows."),
    as_json: bool = AsJson,
) -> None:
    """Seal now what waits; a running worker does it every half minute by itself."""
    with open_database() as database, database.writing() as db:
        rows = sealing.keep(db, in_force().data_dir, look_back=timedelta(days=days))
    say({"sealed": rows}, as_json=as_json, text=f"Sealed {rows:,} rows.")


def _told(progress: Progress, total: int) -> verifying.Told:
    return partial(progress.advance, progress.add_task("rows", total=total))


def _silent(_: int) -> None:
    """In pipes."""


def _bar() -> Progress:
    return Progress(
        TextColumn("Verifying"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=Console(stderr=True), transient=True,
    )  # fmt: skip


def _secrets(place: str) -> list[str]:
    if not place:
        return []
    try:
        text = sys.stdin.read() if place == "-" else Path(place).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        fail(f"The file {place} cannot be read.")
    return [line.strip() for line in text.splitlines() if line.strip()]


def _day(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise typer.BadParameter("must be a date as YYYY-MM-DD", param_hint="--since") from None


def _as_json(found: Verdict) -> dict[str, Any]:
    return {"sound": found.is_sound, **found.model_dump(mode="json")}


def _as_text(found: Verdict) -> str:
    lines = [_summary(found), *(_line(each) for each in found.differences)]
    if (more := sum(found.counts.values()) - len(found.differences)) > 0:
        lines.append(f"- and {more:,} more")
    if found.waits_too_long and found.oldest_waiting:
        lines.append(
            f"Note: rows wait to be sealed since {found.oldest_waiting:%Y-%m-%d %H:%M} UTC. "
            "Is the worker running?"
        )
    if found.seals and not found.witnessed:
        lines.append(
            "Note: no seals were found outside the database, so a chain cut at its end "
            "would not be noticed."
        )
    return "\n".join(lines)


def _summary(found: Verdict) -> str:
    size = f"{found.rows:,} rows, {found.seals:,} seals, {found.waiting:,} rows not sealed yet"
    if found.is_sound:
        return f"The audit is as it was written: {size}."
    return f"The audit is NOT as it was written: {size}, {sum(found.counts.values()):,} faults."


def _line(each: Difference) -> str:
    at = f" of {each.at:%Y-%m-%d %H:%M:%S} UTC" if each.at else ""
    return f"- {each.what} {each.name}{at}: {WORDS[each.fault]}"
