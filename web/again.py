"""A request that the database called off for another's sake is done again, unseen by the asker.

PostgreSQL ends a deadlock by undoing one of the two transactions; nothing of it is left, and the
same request a moment later goes well. Only that is repeated: a busy disk or a lost connection is
told to the asker, who decides.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

TURNS = 3
KEPT_MAX = 1024 * 1024
"""A longer body is not kept for a second turn (a file that is streamed in)."""


class Again:
    """The innermost of the middleware: it sees one turn of the routes and may ask for another."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = _Kept(receive)
        state = scope.setdefault("state", {})
        as_it_came = dict(scope), dict(state)
        for turn in range(1, TURNS + 1):
            if not await self._called_off(scope, body, send, last=turn == TURNS):
                return
            for now, before in zip((scope, state), as_it_came, strict=True):
                now.clear()
                now.update(before)
            body.rewind()

    async def _called_off(self, scope: Scope, body: "_Kept", send: Send, *, last: bool) -> bool:
        """One turn; whether its answer was held back because there will be another."""
        held_back = False

        async def send_if_it_holds(message: Message) -> None:
            nonlocal held_back
            if message["type"] == "http.response.start":
                called_off = scope["state"].pop("called_off", False)
                held_back = called_off and body.is_whole and not last
            if not held_back:
                await send(message)

        await self.app(scope, body.receive, send_if_it_holds)
        return held_back


class _Kept:
    """Hands on what the server receives and keeps it, so that it can be received again."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._kept: list[Message] = []
        self._next = 0
        self._size = 0
        self.is_whole = True

    async def receive(self) -> Message:
        if self._next < len(self._kept):
            self._next += 1
            return self._kept[self._next - 1]
        message = await self._receive()
        self._size += len(message.get("body", b""))
        if self._size > KEPT_MAX:
            self.is_whole = False
            self._kept.clear()
        if self.is_whole:
            self._kept.append(message)
            self._next = len(self._kept)
        return message

    def rewind(self) -> None:
        self._next = 0
