"""``keshi bench``: seeds a house, measures it, prints a table; a figure, not a test."""

import json
import shutil
from enum import StrEnum
from pathlib import Path

import typer

from crm.kit.db import Database
from lab.bench import complaints, deadlines, departments, importing, lines, sensing, year_report
from lab.bench.figures import machine
from lab.bench.house.plan import Size
from lab.bench.house.seed import file_of, seed
from lab.bench.measuring import Effort, measure
from web.commands.shell import refusals

app = typer.Typer(
    invoke_without_command=True, help="Measure look-up, cards, desks, departments and import."
)


class What(StrEnum):
    """``house`` is a seeded hotel group asked through HTTP, ``importing`` a file brought in,
    ``sensing`` the nightly look for habits in a house that holds stays alone, ``departments`` the
    way of a note in the house: saved, reviewed, printed, on a phone; ``deadlines`` the look at
    running cases that the clock asks for, in a house that holds nothing else; ``causes`` the
    report of a year over ten years of cases in one hotel; ``complaints`` what is done with cases
    through HTTP in a house that has ten years of them: the board, a case, a new one, reports."""

    HOUSE = "house"
    IMPORT = "importing"
    SENSING = "sensing"
    DEPARTMENTS = "departments"
    DEADLINES = "deadlines"
    CAUSES = "causes"
    COMPLAINTS = "complaints"


@app.callback(invoke_without_command=True)
def bench(
    what: list[What] = typer.Option(list(What), "--what", help="What to measure; all by default."),
    guests: int = typer.Option(1_000_000, min=1_000, help="How many guests the house has."),
    cases: int = typer.Option(
        500_000, min=0, help="How many complaints of ten years the house has for ``complaints``."
    ),
    seed_no: int = typer.Option(1, "--seed", help="Another number makes another house."),
    url: str | None = typer.Option(
        None, help="An empty database or a seeded house; a SQLite file in the folder by default."
    ),
    folder: Path = typer.Option(Path("var/bench"), help="Where houses and logs are kept."),
    calls: int = typer.Option(400, min=20, help="Calls of each kind."),
    seconds: int = typer.Option(60, min=5, help="How long the desks work."),
    workers: int = typer.Option(1, min=1, help="Processes that answer requests."),
    only: str = typer.Option("", help="Only lines of the house whose name holds this."),
    seed_only: bool = typer.Option(False, help="Make the house and stop."),
    forget: bool = typer.Option(False, help="Remove the kept SQLite houses of this folder, only."),
    as_json: bool = typer.Option(False, "--json", help="Print one JSON object for machines."),
) -> None:
    """Seed, measure, print. A house of a million guests takes minutes once and 7 GB of disk; it
    is kept for the next time by its size, its seed and the shape of the database."""
    if forget:
        shutil.rmtree(folder, ignore_errors=True)
        return
    folder.mkdir(parents=True, exist_ok=True)
    answer: dict[str, object] = {"machine": machine(), "guests": guests}
    if What.HOUSE in what:
        size = Size(guests, seed_no)
        where = url or f"sqlite:///{file_of(folder, size)}"
        _seed(where, size)
        if seed_only:
            return
        effort = Effort(calls, seconds, workers, only=only)
        found = measure(where, size, folder, effort, _told)
        answer["house"] = lines.plain(found)
        if not as_json:
            lines.show(f"{guests:,} guests, {where.partition(':')[0]}", found)
    if What.DEPARTMENTS in what:
        size = Size(guests, seed_no)
        where = url or f"sqlite:///{file_of(folder, size)}"
        _seed(where, size)
        chain = departments.measure(where, size, folder, Effort(calls, workers=workers), _told)
        answer["departments"] = lines.plain(chain)
        if not as_json:
            lines.show(f"departments, {guests:,} guests, {where.partition(':')[0]}", chain)
    if What.COMPLAINTS in what:
        size = Size(guests, seed_no, cases)
        effort = Effort(calls, workers=workers)
        _with_cases(answer, size, url, folder, effort, seed_only=seed_only, shown=not as_json)
    if What.IMPORT in what:
        where_in = url if list(what) == [What.IMPORT] else None
        steps = importing.measure(guests, where_in)
        answer["importing"] = importing.plain(steps)
        if not as_json:
            importing.show(steps)
    _by_the_clock(answer, what, guests, seed_no, url, folder, as_json)
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False))


def _with_cases(
    answer: dict[str, object], size: Size, url: str | None, folder: Path, effort: Effort, *,
    seed_only: bool, shown: bool,
) -> None:  # fmt: skip
    """A house of its own size, since ten years of cases are more than any other bench needs."""
    where = url or f"sqlite:///{file_of(folder, size)}"
    _seed(where, size)
    if seed_only:
        return
    found = complaints.measure(where, size, folder, effort, _told)
    answer["complaints"] = lines.plain(found)
    if shown:
        title = f"complaints, {size.guests:,} guests, {size.more_cases:,} cases"
        lines.show(f"{title}, {where.partition(':')[0]}", found)


def _by_the_clock(
    answer: dict[str, object], what: list[What], guests: int, seed_no: int, url: str | None,
    folder: Path, as_json: bool,
) -> None:  # fmt: skip
    """What the clock asks for, each in a house of its own; ``url`` only where it is alone."""
    where = url if len(what) == 1 else None
    if What.SENSING in what:
        with refusals():
            nights = sensing.measure(guests, seed_no, where, folder, _told)
        answer["sensing"] = sensing.plain(nights)
        if not as_json:
            sensing.show(nights)
    if What.DEADLINES in what:
        with refusals():
            looks = deadlines.measure(where, folder, _told)
        answer["deadlines"] = lines.plain(looks)
        if not as_json:
            lines.show("deadlines of running cases", looks)
    if What.CAUSES in what:
        with refusals():
            reports = year_report.measure(where, folder, _told)
        answer["causes"] = lines.plain(reports)
        if not as_json:
            lines.show("the report of a year", reports)


def _seed(url: str, size: Size) -> None:
    database = Database(url)
    try:
        with refusals():
            seed(database, size, _told)
    finally:
        database.dispose()


def _told(what: str) -> None:
    """Progress goes to stderr, so that the table or the JSON can be kept."""
    typer.echo(what, err=True)
