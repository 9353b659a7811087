"""What this machine has: PostgreSQL's programs and a Chromium, or the reason why not."""

import os
import shutil
from functools import cache

from tests.postgres import NoPostgres, find_programs

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


class NoChromium(RuntimeError):
    """There is no Chromium on this machine."""


def find_chromium() -> str:
    """The path of a Chromium; `NoChromium` says what is missing."""
    for name in CHROMIUM_NAMES:
        if path := shutil.which(name):
            return path
    raise NoChromium("no Chromium (Debian: apt-get install chromium)")


@cache
def missing(capability: str) -> str | None:
    """Why ``postgres`` or ``browser`` cannot be tested here, or None when it can."""
    try:
        {"postgres": find_programs, "browser": find_chromium}[capability]()
    except (NoPostgres, NoChromium) as lack:
        return str(lack)
    return None


def required() -> set[str]:
    """The capabilities whose lack is a failure: ``KESHI_REQUIRE=postgres,browser``."""
    words = os.environ.get("KESHI_REQUIRE", "").split(",")
    return {word.strip() for word in words if word.strip()}
