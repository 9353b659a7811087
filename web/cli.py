"""The ``keshi`` command: mounts the sub-commands, each from its own file."""

import importlib

import typer

from web.commands import backup, people, running

app = typer.Typer(
    name="keshi",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    help="Keshi 客史, the guest file of a hotel.",
)
app.command("serve")(running.serve)
app.command("worker")(running.work)
app.command("migrate")(running.migrate)
app.command("openapi")(running.openapi)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.add_typer(people.hotels_app, name="hotels")
app.add_typer(people.staff_app, name="staff")
app.add_typer(people.keys_app, name="keys")
app.add_typer(backup.jobs_app, name="jobs")

# The roof is known to the command line by name only, and may be missing.
LATE = {
    "audit": "web.commands.audit",
    "import": "web.commands.imports",
    "doctor": "web.commands.doctor",
    "demo": "lab.demo.commands",
    "bench": "lab.bench.commands",
}
for _name, _module in LATE.items():
    app.add_typer(importlib.import_module(_module).app, name=_name)


def main() -> None:
    """Entry point of ``keshi`` and ``python -m web``."""
    app()
