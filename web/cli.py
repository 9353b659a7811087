"""The ``keshi`` command: mounts the sub-commands, each from its own file."""

import importlib
from typing import Any

import typer
from typer.core import TyperGroup

from web.commands import backup, people, running

# The roof is known to the command line by name only, and may be missing. These files are opened
# when they are called, so that the processes that serve and work do not carry them about.
LATE = {
    "audit": "web.commands.audit",
    "briefing": "web.commands.briefing",
    "complaints": "web.commands.complaints",
    "import": "web.commands.imports",
    "doctor": "web.commands.doctor",
    "demo": "lab.demo.commands",
    "bench": "lab.bench.commands",
}


class LateGroup(TyperGroup):
    """Commands that are there from the start, and those that are fetched by name."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), *LATE]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in LATE:
            return super().get_command(ctx, cmd_name)
        command = typer.main.get_command(importlib.import_module(LATE[cmd_name]).app)
        command.name = cmd_name
        return command


app = typer.Typer(
    name="keshi",
    cls=LateGroup,
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


def main() -> None:
    """Entry point of ``keshi`` and ``python -m web``."""
    app()
