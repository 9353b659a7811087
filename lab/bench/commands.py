"""``keshi bench``: seeds a database of its own, measures, prints a table; a figure, not a test."""

import importlib
import json
from enum import StrEnum

import typer

from lab.bench.figures import machine, plain, show

app = typer.Typer(invoke_without_command=True, help="Measure look-up, card and import.")


class What(StrEnum):
    """The measuring modules of this folder; each has ``measure(guests, url)``."""

    LOOK_UP = "lookup"
    CARD = "card"
    IMPORT = "importing"


@app.callback(invoke_without_command=True)
def bench(
    what: list[What] = typer.Option(list(What), "--what", help="What to measure; all by default."),
    guests: int = typer.Option(20_000, min=100, help="How many guests to seed."),
    url: str | None = typer.Option(
        None, help="An empty database to seed; a SQLite file in a scratch folder by default."
    ),
    as_json: bool = typer.Option(False, "--json", help="Print one JSON object for machines."),
) -> None:
    """Seed, measure, print. Takes minutes with many guests."""
    found = {}
    for each in what:
        figures = importlib.import_module(f"lab.bench.{each.value}").measure(guests, url)
        found[each.value] = plain(figures)
        if not as_json:
            show(f"{each.value}, {guests:,} guests", figures)
    if as_json:
        typer.echo(json.dumps({"machine": machine(), "guests": guests, "figures": found}))
