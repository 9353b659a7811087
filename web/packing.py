"""Sends answers packed where that gives nothing away: files of ours, and the floor's pages.

Other pages go as they are. They hold what is private beside words that a stranger may choose (a
search, a name), and the length of a packed page tells how alike the two are (BREACH). The floor
repeats nothing that was asked but names of our own, and its token is masked (`web.tokens`).
"""

import gzip
from functools import lru_cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

WORTH_BYTES = 400
PACKED_SUFFIXES = frozenset({".css", ".js", ".svg", ".webmanifest", ".txt"})
LEVEL, LEVEL_OF_FILES = 6, 9


def takes_packed(accepted: str) -> bool:
    """Whether a browser that says ``Accept-Encoding: accepted`` reads gzip."""
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() == "gzip":
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def packed(request: Request, answer: Response) -> Response:
    """The same answer, packed for who takes it so; call it only for what is safe to pack."""
    answer.headers.add_vary_header("Accept-Encoding")
    body = bytes(answer.body)
    if len(body) < WORTH_BYTES or not takes_packed(request.headers.get("accept-encoding", "")):
        return answer
    answer.body = gzip.compress(body, LEVEL, mtime=0)
    answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Content-Length"] = str(len(answer.body))
    return answer


def packed_file(path: Path) -> bytes | None:
    """A file of ours, packed once and kept; None for kinds that are packed already."""
    if path.suffix not in PACKED_SUFFIXES:
        return None
    return _file(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=128)
def _file(path: Path, _changed: int) -> bytes:
    return gzip.compress(path.read_bytes(), LEVEL_OF_FILES, mtime=0)
