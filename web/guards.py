"""In front of all routes: nobody's address, and not all together, ask more than the house bears.

Who somebody is, is known only behind the gate; so addresses and the whole are counted here, before
anything costs a connection, and accounts and keys there.
"""

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from web import errors
from web.gate import WATCHDOG
from web.limits import Limits, TooMany, subject_of_address

UNCOUNTED = ("/static/", *WATCHDOG)
"""Files that browsers keep, and what a watchdog asks for."""


class Turnstile:
    """Counts each request of an address; one too many is answered 429 with Retry-After."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(UNCOUNTED):
            await self.app(scope, receive, send)
            return
        limits: Limits = scope["app"].state.limits
        client = scope.get("client")
        try:
            limits.take(limits.rules.address, subject_of_address(client[0] if client else ""))
            limits.take(limits.rules.overall, "")
        except TooMany as refusal:
            await errors.too_many(Request(scope, receive), refusal)(scope, receive, send)
            return
        await self.app(scope, receive, send)
