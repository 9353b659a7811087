"""A hotel system (PMS) in the box: tells Keshi over HTTP what happened, with a key of its own.

It speaks nothing but the public interface, as a real one would, so it is the test harness of
the message door as well: ``Pms(base_url, key).send("reservation", {...})``.
"""

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from crm.kit import clock
from lab.demo.hour import Happening, clock_of
from lab.demo.pms_book import Book, Booking

PATH = "/api/v1/intake/messages"
SOURCE = "demo-pms"
TRIES, PAUSE_S, TIMEOUT_S = 4, 0.5, 10


class Refused(Exception):
    """Keshi did not take a message; ``answer`` is its problem document."""

    def __init__(self, status: int, answer: dict[str, Any]) -> None:
        super().__init__(f"{status}: {answer.get('detail') or answer.get('title')}")
        self.status, self.answer = status, answer


@dataclass
class Pms:
    """One connection of a hotel system to Keshi."""

    base_url: str
    key: str
    hotel: str = "LVH"
    source: str = SOURCE
    sent: int = 0

    def send(
        self, kind: str, body: dict[str, Any], *, message_id: str | None = None
    ) -> dict[str, Any]:
        """Send one message; tries again while the house is busy, raises `Refused` on a no."""
        self.sent += 1
        stamp = clock.now()
        message = {
            "source": self.source,
            "message_id": message_id or f"{stamp.timestamp():.6f}-{self.sent}",
            "sent_at": stamp.isoformat().replace("+00:00", "Z"),
            "hotel": self.hotel,
            "kind": kind,
            "body": body,
        }
        return self._post(json.dumps(message, ensure_ascii=False).encode())

    def tell(self, book: Book, told: Iterable[Happening]) -> int:
        """Send what an hour brought; numbers make a repeated hour the same messages."""
        count = 0
        for kind, body in messages(book, told):
            count += 1
            self.send(kind, body, message_id=f"{book.today}-{book.hours:03d}-{count:03d}")
        return count

    def _post(self, raw: bytes) -> dict[str, Any]:
        if not self.base_url.startswith(("http://", "https://")):
            raise ValueError("the address of Keshi must be http or https")
        request = Request(  # noqa: S310 - the scheme is checked above
            self.base_url + PATH,
            data=raw,
            headers={
                "Authorization": f"Bearer {self.key}",
                "Content-Type": "application/json",
            },
        )
        for attempt in range(1, TRIES + 1):
            try:
                with urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
                    return json.loads(answer.read() or b"{}")  # type: ignore[no-any-return]
            except HTTPError as refusal:
                if refusal.code not in (429, 503) or attempt == TRIES:
                    raise Refused(refusal.code, _problem(refusal)) from None
            except URLError:
                if attempt == TRIES:
                    raise
            time.sleep(PAUSE_S * attempt)
        raise AssertionError("the last try returns or raises")


def messages(book: Book, told: Iterable[Happening]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What happened as (kind, body) in the generic format of the message door."""
    for happening in told:
        if happening.kind == "ordered":
            yield "folio", folio_body(happening, book)
        else:
            yield "reservation", reservation_body(happening.booking, happening.guest, book)


def reservation_body(booking: Booking, guest: dict[str, Any], book: Book) -> dict[str, Any]:
    return {"booking": booking.confirmation, "guest": guest, "at": clock_of(book).isoformat()}


def folio_body(happening: Happening, book: Book) -> dict[str, Any]:
    return {"booking": happening.booking.confirmation, **happening.line, "on": book.today}


def _problem(refusal: HTTPError) -> dict[str, Any]:
    try:
        found = json.loads(refusal.read())
    except ValueError:
        return {"title": refusal.reason}
    return found if isinstance(found, dict) else {"title": refusal.reason}
