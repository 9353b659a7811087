"""Waits for a page from outside: the house's pages forbid the eval that Playwright polls with."""

import time
from typing import Any

SECONDS = 20
EVERY = 0.05


def until(page: Any, expression: str, *, arg: Any = None, seconds: float = SECONDS) -> None:
    """Ask the page again and again until ``expression`` is true, on whatever page it is by then.

    `TimeoutError` after ``seconds``.
    """
    from playwright.sync_api import Error

    end, last = time.monotonic() + seconds, None
    while time.monotonic() < end:
        try:
            if page.evaluate(expression, arg):
                return
        except Error as error:  # between two pages, or before the new one has what is asked for
            last = error
        page.wait_for_timeout(EVERY * 1000)
    raise TimeoutError(f"not true after {seconds} s: {expression}") from last
