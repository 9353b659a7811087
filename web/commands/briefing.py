"""``keshi briefing``: the day's page and the pack for power cuts, from a shell or a timer."""

from pathlib import Path

import typer

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.briefing import queries
from crm.briefing.terms import Edition, Paper
from crm.hotels import queries as hotels
from crm.kit import clock
from crm.kit.settings import in_force
from web.commands.shell import AsJson, fail, one_transaction, say, whoever

app = typer.Typer(no_args_is_help=True, help="The morning briefing and the pack for power cuts.")

Hotel = typer.Option(..., "--hotel", help="The hotel's code.")


@app.command("pack")
def pack(
    hotel: str = Hotel,
    out: Path | None = typer.Option(None, "--out", help="Write a copy here.", dir_okay=False),
    as_json: bool = AsJson,
) -> None:
    """Make the pack for power cuts now; it opens with the hotel's passphrase only."""
    from web.papers.jobs import make

    with one_transaction() as db:
        house = hotels.hotel_by_code(db, hotel)
        path = make(db, house.id, in_force())
        if path is None:
            fail(
                f"{hotel} has no passphrase for its packs. The general manager or IT sets one on "
                "the page Briefing, under hour, language and passphrase."
            )
        audit.note(db, Deed.PRINTED, by=whoever(), subject="pack", subject_id=house.id)
    if out is not None:
        _write(out, path.read_bytes())
    facts = {"file": str(path), "copy": str(out) if out else None, "bytes": path.stat().st_size}
    say(facts, as_json=as_json, text=f"The pack is in {out or path}")


@app.command("print")
def print_page(
    hotel: str = Hotel,
    edition: Edition = typer.Option(..., "--edition", help="For whom."),
    out: Path = typer.Option(..., "--out", help="The PDF to write.", dir_okay=False),
    language: Paper = typer.Option(Paper.ENGLISH, "--language", help="In which language."),
    as_json: bool = AsJson,
) -> None:
    """Write an edition of today's briefing as one A4, not encrypted: print it, then delete it."""
    from web.papers import briefing_paper
    from web.papers.sheet import written

    who = whoever()
    with one_transaction() as db:
        house = hotels.hotel_by_code(db, hotel)
        made = queries.edition_of(db, edition, house.id, language.value)
        copy = briefing_paper.Copy(
            language=language.value,
            hotel=house.called(language.value),
            zone=house.time_zone,
            printed_by=who.name,
            printed_at=clock.now(),
            address=f"{in_force().base_url.rstrip('/')}/briefing?edition={edition.value}",
        )
        audit.note(
            db, Deed.PRINTED, by=who, subject="briefing", subject_id=house.id,
            fields=[edition.value, made.day.isoformat()],
        )  # fmt: skip
    _write(out, briefing_paper.draw(written(made, language.value), copy))
    facts = {"file": str(out), "day": made.day.isoformat(), "edition": edition.value}
    say(facts, as_json=as_json, text=f"The briefing of {made.day} is in {out}")


def _write(path: Path, content: bytes) -> None:
    """Write a file that only its owner reads; exit 1 where that cannot be."""
    try:
        path.touch(mode=0o600)
        path.write_bytes(content)
    except OSError as error:
        fail(f"Nothing was written to {path}: {type(error).__name__}.")
