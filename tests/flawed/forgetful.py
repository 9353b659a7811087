"""Houses that forget what they have promised, each by one flaw that was real somewhere."""

import threading
from collections.abc import Iterator
from typing import Any

from sqlalchemy import event
from sqlmodel import Session
from starlette.requests import Request

LATER_S = 0.05


def answers_before_the_commit(request: Request) -> Iterator[Session]:
    """What a session dependency of the default scope does: the answer leaves, then the commit."""
    opened = request.app.state.database.writing()
    db = opened.__enter__()
    yield db
    threading.Timer(LATER_S, opened.__exit__, (None, None, None)).start()


def commits_piece_by_piece(request: Request) -> Iterator[Session]:
    """On SQLite: every statement is kept before the next is tried."""
    database = request.app.state.database
    opened = database.reading() if request.method == "GET" else database.writing()
    with opened as db:
        if request.method != "GET":
            raw = db.connection().connection.driver_connection
            event.listen(
                db.connection(),
                "before_cursor_execute",
                lambda *_: (raw.execute("COMMIT"), raw.execute("BEGIN IMMEDIATE")),
            )
        yield db


def forgets_keys(*_: object, **__: object) -> None:
    """An Idempotency-Key that nobody keeps: whoever asks again gets it done again."""


def last_writer_wins(*_: object) -> None:
    """An If-Match that nobody looks at."""


def plant(app: Any, flaw: str) -> None:
    from crm.kit import remembered
    from web.api import guests
    from web.deps import request_session

    if flaw == "last_writer_wins":
        guests.need_match = last_writer_wins
    elif flaw == "forgets_keys":
        remembered.reserve = remembered.keep = forgets_keys
    else:
        app.dependency_overrides[request_session] = globals()[flaw]
