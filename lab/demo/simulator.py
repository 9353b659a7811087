"""A hotel system (PMS) in the box: tells Keshi over HTTP what happened, with a key of its own.

It speaks nothing but the public interface, as a real one would, so it is the test harness of
the message door as well: ``Pms(base_url, key).send("check_in", {"reservation_id": …})``.
"""

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from crm.kit import clock
from lab.demo.hour import Happening
from lab.demo.pms_book import Book, Booking

PATH = "/api/v1/intake/messages"
SOURCE = "demo-pms"
TRIES, PAUSE_S, TIMEOUT_S = 4, 0.5, 10


class Refused(Exception):
    """Keshi did not take a message; ``answer`` is its problem document."""

    def __init__(self, status: int, answer: dict[str, Any]) -> None:
        super().__init__(f"{status}: {answer.get('detail') or answer.get('title')}")
        self.status, self.answer = status, answer


@dataclass(frozen=True)
class Message:
    """One message before it is stamped."""

    kind: str
    stay: dict[str, Any]
    guest: dict[str, Any] | None = None
    lines: Sequence[dict[str, Any]] = ()


@dataclass
class Pms:
    """One connection of a hotel system to Keshi."""

    base_url: str
    key: str
    hotel: str = "LVH"
    source: str = SOURCE
    sent: int = 0

    def send(
        self,
        kind: str,
        stay: dict[str, Any],
        *,
        guest: dict[str, Any] | None = None,
        lines: Sequence[dict[str, Any]] = (),
        message_id: str | None = None,
    ) -> dict[str, Any]:
        """Send one message; tries again while the house is busy, raises `Refused` on a no.

        ``kind`` is reservation, check_in, check_out, cancel, no_show or folio.
        """
        self.sent += 1
        stamp = clock.now()
        message: dict[str, Any] = {
            "source": self.source,
            "message_id": message_id or f"{stamp.timestamp():.6f}-{self.sent}",
            "sent_at": stamp.isoformat().replace("+00:00", "Z"),
            "hotel": self.hotel,
            "kind": kind,
            "stay": stay,
        }
        if guest:
            message["guest"] = guest
        if lines:
            message["lines"] = list(lines)
        return self._post(json.dumps(message, ensure_ascii=False).encode())

    def tell(self, book: Book, told: Iterable[Happening]) -> int:
        """Send what an hour brought; numbers make a repeated hour the same messages."""
        count = 0
        for message in messages(book, told):
            count += 1
            number = f"{book.today}-{book.hours:03d}-{count:03d}"
            self.send(message.kind, message.stay, guest=message.guest, lines=message.lines,
                      message_id=number)  # fmt: skip
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


def messages(book: Book, told: Iterable[Happening]) -> Iterator[Message]:
    """What happened, in the generic format of the message door."""
    for happening in told:
        booking = happening.booking
        stay = stay_news(booking)
        if booking.since and not booking.told:
            # The guest came before the two systems were connected: say so first, since a
            # bill or a departure of nobody would be parked.
            yield Message("check_in", {**stay, "at": _utc(booking.since)})
        booking.told = True
        if happening.kind == "ordered":
            yield Message("folio", stay, lines=[line_news(happening, book)])
        elif happening.kind == "booked":
            stay |= {"channel": "direct", "way": "web", "market": "leisure", "rate_code": "BAR",
                     "booked_on": book.today}  # fmt: skip
            yield Message("reservation", stay, guest_news(booking, happening.guest))
        else:
            yield Message(_KINDS[happening.kind], stay)


def _utc(instant: str) -> str:
    return instant.replace("+00:00", "Z")


_KINDS = {"checked_in": "check_in", "checked_out": "check_out"}


def stay_news(booking: Booking) -> dict[str, Any]:
    """Always the dates too: a message must make sense to a house that missed the others."""
    stay: dict[str, Any] = {
        "reservation_id": booking.confirmation,
        "confirmation_no": booking.confirmation,
        "arrival_on": booking.arrival,
        "departure_on": booking.departure,
        "adults": booking.adults,
    }
    if booking.room:
        stay["room_no"] = booking.room
    if booking.eta:
        stay["eta"] = booking.eta
    return stay


def guest_news(booking: Booking, guest: dict[str, Any]) -> dict[str, Any]:
    latin, native = guest["latin"], guest["native"]
    named = native or latin
    return {
        "profile_id": booking.profile,
        "name": named.full,
        "family": named.family or None,
        "given": named.given or None,
        "latin": latin.full,
        "gender": "female" if guest["female"] else "male",
        "nationality": guest["country"],
        "language": guest["language"],
        "phone": guest["phone"],
        "email": guest["email"],
    }


def line_news(happening: Happening, book: Book) -> dict[str, Any]:
    line = happening.line
    news = {
        "line_id": f"{happening.booking.confirmation}-{line['no']}",
        "posted_on": book.today,
        "category": line["kind"],
        "outlet": line["outlet"],
        "amount_minor": line["amount"],
        "tax_minor": line["tax"],
        "payment_method": "room",
    }
    if line["meal"]:
        news |= {"meal_period": line["meal"], "covers": line["covers"]}
    return news


def _problem(refusal: HTTPError) -> dict[str, Any]:
    try:
        found = json.loads(refusal.read())
    except ValueError:
        return {"title": refusal.reason}
    return found if isinstance(found, dict) else {"title": refusal.reason}
