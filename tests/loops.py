"""An event loop apart from the main thread's, which a browser of this process may hold."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Result = TypeVar("Result")


def in_a_loop_of_its_own(story: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Run ``story()`` to its end in a thread with its own loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(story())).result()
