"""Writes docs/CONFIGURATION.md from the settings class, so that the page cannot lag behind."""

import re
import sys
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from crm.kit.settings import Settings

PAGE = Path(__file__).resolve().parents[1] / "docs" / "CONFIGURATION.md"

HEAD = """\
# Configuration

Every setting is an environment variable (or a line of an `.env` file in the folder Keshi is \
started from). They are read once, at the start; a missing or weak value that matters stops the \
start with one message that lists all problems.

| variable | what it does | default |
|---|---|---|
"""

FOOT = """
For trying out, `make demo` needs none of them. A hotel needs `KESHI_SECRET_KEY`; a group also \
sets `KESHI_DATABASE_URL` and `KESHI_BASE_URL`.

The tests read one more variable: `KESHI_REQUIRE=postgres,browser` turns the skips of what a \
machine lacks into a failure.

This page is written by `make docs` from the settings class and held to it by a test.
"""


def page() -> str:
    """The whole page as Markdown."""
    rows = [_row(name, field) for name, field in Settings.model_fields.items()]
    return HEAD + "\n".join(rows) + "\n" + FOOT


def _row(name: str, field: FieldInfo) -> str:
    what = re.sub(r"\s+", " ", field.description or "").replace("|", "\\|")
    return f"| `KESHI_{name.upper()}` | {what} | {_shown(field.default)} |"


def _shown(default: Any) -> str:
    if isinstance(default, SecretStr):
        return "none"
    if isinstance(default, bool):
        return f"`{int(default)}`"
    return f"`{default}`" if str(default) else "empty"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
