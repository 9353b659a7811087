"""Houses that forget what they have promised, each by one flaw that was real somewhere."""

import threading
from collections.abc import Iterator
from typing import Any

from sqlmodel import Session
from starlette.requests import Request

LATER_S = 0.05


def answers_before_the_commit(request: Request) -> Iterator[Session]:
    """What a session dependency of the default scope does: the answer leaves, then the commit."""
    opened = request.app.state.database.writing()
    db = opened.__enter__()
    yield db
    threading.Timer(LATER_S, opened.__exit__, (None, None, None)).start()


def plant(app: Any, flaw: str) -> None:
    from web.deps import request_session

    app.dependency_overrides[request_session] = globals()[flaw]
