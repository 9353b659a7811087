"""Tells whoever waits for ever that the process is about to stop.

The server waits for open answers before it lets the application end, and a live screen's answer
has no end of its own: without word of the signal every stop would take the whole patience.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def telling(about_to_stop: Callable[[], None]) -> Iterator[None]:
    """Call ``about_to_stop`` on the first signal to stop, before the server's own handler."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in SIGNALS}

    def heard(number: int, frame: FrameType | None) -> Any:
        about_to_stop()
        own = before[signal.Signals(number)]
        if callable(own):
            own(number, frame)
        elif own == signal.SIG_DFL:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)

    for number in SIGNALS:
        signal.signal(number, heard)
    try:
        yield
    finally:
        for number, handler in before.items():
            if signal.getsignal(number) is heard:
                signal.signal(number, handler)
