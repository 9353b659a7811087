"""What the clients of a proof do to a house: each deed has a token that the accounts look for.

A deed is tried until it is answered, always under the same Idempotency-Key (or the message's
own id), as a careful client does it.
"""

import http.client
import json
import uuid
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from crm.kit.db import Database
from crm.kit.ids import new_id
from crm.preferences import master
from crm.staff import passwords
from tests import factories
from tests.crm.documents.pictures import picture

PASSWORD = "a sentence for proofs only 7"
LOGIN = "proof.desk"
ROWS = 40


_LETTERS = str.maketrans("0123456789abcdef", "ghijklmnopqrstuv")
"""No digits in a token: sixteen of them may be a card number, which the house cuts out."""


@dataclass
class Cast:
    """Who and what is there before the proof begins."""

    hotel_id: UUID
    guest_ids: list[UUID]
    membership_id: UUID
    session: str
    key: str
    manager_id: UUID
    refusals: list[str] = field(default_factory=list)
    """What was wrong with answers that said: come again."""

    @classmethod
    def of(cls, database: Database) -> "Cast":
        from crm.loyalty.service import enrol
        from crm.staff.actor import system

        hashed = passwords.hash_password(PASSWORD, login=LOGIN)
        with database.writing() as db:
            master.load(db)
            hotel_id = factories.a_hotel(db, "PRF")
            staff_id = factories.a_staff(
                db, "file_centre", hotel_id, login=LOGIN, password_hash=hashed
            )
            session = factories.a_session(db, staff_id, hotel_id)
            guests = [
                factories.a_guest(db, f"证明{no}", f"Proof {no}", created_at_hotel=hotel_id)
                for no in range(40)
            ]
            member = enrol(db, guests[0], by=system("proof"))
            key = factories.a_key(db, "pms:ingest", hotel_id=hotel_id)
            manager = factories.a_staff(db, "general_manager", hotel_id)
        return cls(hotel_id, guests, member, session, key, manager)

    def guest_of(self, deed: "Deed") -> UUID:
        """Always the same guest for a deed; a file holds fifty contacts at most."""
        return self.guest_ids[zlib.crc32(deed.token.encode()) % len(self.guest_ids)]


@dataclass
class Deed:
    """One thing that a client wants done once; ``answer`` is what it was told, if anything."""

    kind: str
    token: str = field(default_factory=lambda: f"t{uuid.uuid4().hex[:16].translate(_LETTERS)}")
    answer: tuple[int, bytes] | None = None
    unfit: str | None = None
    state: dict[str, Any] = field(default_factory=dict)

    @property
    def answered(self) -> bool:
        return self.answer is not None

    def attempt(self, port: int, cast: Cast, timeout_s: float = 15) -> None:
        """Ask once; an answer that never comes leaves the deed open."""
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
            try:
                _DOORS[self.kind](self, _Line(connection, cast), cast)
            finally:
                connection.close()
        except (OSError, http.client.HTTPException):
            return

    def told(self, answer: tuple[int, bytes], *well: int) -> bool:
        """Keep a good answer; 503 says to come again, any other is a finding."""
        if answer[0] in well:
            if self.answer is not None and self.answer[1] != answer[1]:
                self.unfit = f"{self.kind}: two answers under one key"
            self.answer = answer
            return True
        if answer[0] != 503:
            self.unfit = f"{self.kind} answered {answer[0]}: {answer[1][:300]!r}"
        return False


class _Line:
    """One connection, signed in as the desk or as the hotel's system."""

    def __init__(self, connection: http.client.HTTPConnection, cast: Cast) -> None:
        self._connection, self._cast = connection, cast

    def post(
        self,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        version: int | None = None,
        as_system: bool = False,
        form: dict[str, str] | None = None,
        file: tuple[str, bytes] | None = None,
    ) -> tuple[int, bytes]:
        headers = {"Accept": "application/json"}
        if as_system:
            headers["Authorization"] = f"Bearer {self._cast.key}"
        else:
            headers["Cookie"] = f"keshi_session={self._cast.session}"
            headers["X-CSRF-Token"] = factories.CSRF
        if key:
            headers["Idempotency-Key"] = key
        if version:
            headers["If-Match"] = f'"{version}"'
        if file:
            headers["Content-Type"] = "multipart/form-data; boundary=proof"
            data = _multipart(form or {}, file)
        elif form is not None:
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            data = "&".join(f"{name}={value.replace(' ', '+')}" for name, value in form.items())
        else:
            headers["Content-Type"] = "application/json"
            data = b"" if body is None else json.dumps(body).encode()
        self._connection.request("POST", path, data, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status == 503:
            self._cast.refusals += _wrong_with(answer, content)
        return answer.status, content


def _wrong_with(answer: http.client.HTTPResponse, content: bytes) -> Iterator[str]:
    """Whoever is sent away is told when to come again, in the one shape, and nothing else."""
    if not answer.headers.get("Retry-After"):
        yield "503 without Retry-After"
    if answer.headers.get("Content-Type") != "application/problem+json":
        yield f"503 as {answer.headers.get('Content-Type')}"
    if any(word in content for word in (b"SELECT", b"INSERT", b"psycopg", b"Traceback")):
        yield f"503 says too much: {content[:200]!r}"


def _multipart(form: dict[str, str], file: tuple[str, bytes]) -> bytes:
    parts = [
        f'--proof\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in form.items()
    ]
    name, content = file
    head = f'--proof\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    return b"".join([*parts, head.encode(), content, b"\r\n--proof--\r\n"])


# ---------------------------------------------------------------- one door each
def _register(deed: Deed, line: _Line, _: Cast) -> None:
    body = {
        "names": [{"kind": "latin", "full": deed.token}],
        "contacts": [{"kind": "email", "raw": f"{deed.token}@example.com"}],
    }
    deed.told(line.post("/api/v1/guests", body, key=deed.token), 201)


def _contact(deed: Deed, line: _Line, cast: Cast) -> None:
    body = {"kind": "email", "raw": f"{deed.token}@example.com"}
    path = f"/api/v1/guests/{cast.guest_of(deed)}/contacts"
    deed.told(line.post(path, body, key=deed.token), 201)


def _consent(deed: Deed, line: _Line, cast: Cast) -> None:
    body = {"channel": "email", "purpose": "marketing", "words": deed.token}
    path = f"/api/v1/guests/{cast.guest_of(deed)}/consents"
    deed.told(line.post(path, body, key=deed.token), 201)


def _document(deed: Deed, line: _Line, cast: Cast) -> None:
    path = f"/api/v1/guests/{cast.guest_of(deed)}/documents"
    form = {"kind": "guest_letter", "title": deed.token}
    content = picture("PNG", colour=tuple(zlib.crc32(deed.token.encode()).to_bytes(4)[1:]))
    deed.told(line.post(path, form=form, file=("letter.png", content), key=deed.token), 201)


def _message(deed: Deed, line: _Line, _: Cast) -> None:
    """A guest checks in, then the folio comes: two messages about one reservation."""
    here = {
        "source": "proof",
        "sent_at": "2026-11-24T08:00:00Z",
        "hotel": "PRF",
    }
    reservation = {"reservation_id": deed.token}
    stay = {
        "confirmation_no": deed.token,
        "arrival_on": "2026-11-20",
        "departure_on": "2026-11-23",
    }
    guest = {"profile_id": deed.token, "latin": f"Sent {deed.token}"}
    first = here | {"message_id": deed.token, "kind": "check_in", "stay": reservation | stay}
    lines = [
        {
            "line_id": f"{deed.token}-{no}",
            "posted_on": "2026-11-21",
            "category": "room",
            "amount_minor": 1000 + no,
        }
        for no in range(3)
    ]
    folio = here | {"message_id": f"{deed.token}-folio", "kind": "folio", "stay": reservation}
    status, body = line.post("/api/v1/intake/messages", first | {"guest": guest}, as_system=True)
    if status == 202:
        status, body = line.post(
            "/api/v1/intake/messages", folio | {"lines": lines}, as_system=True
        )
    deed.told((status, body), 202)


def _sign_in(deed: Deed, line: _Line, _: Cast) -> None:
    deed.told(line.post("/sign-in", form={"login": LOGIN, "password": PASSWORD}), 303)


def _import(deed: Deed, line: _Line, _: Cast) -> None:
    """A file is sent, brought in, and taken back where the deed is ``undone``."""
    if "id" not in deed.state:
        rows = "".join(f"{deed.token}-{no},{deed.token} {no}\n" for no in range(ROWS))
        file = ("guests.csv", f"id,name\n{rows}".encode())
        status, body = line.post(
            "/api/v1/imports", form={"kind": "guests"}, file=file, key=deed.token
        )
        if status != 201:
            deed.told((status, body))
            return
        deed.state["id"] = json.loads(body)["id"]
    here = f"/api/v1/imports/{deed.state['id']}"
    if "committed" not in deed.state:
        status, body = line.post(f"{here}/commit")
        if status != 200:
            deed.told((status, body))
            return
        deed.state["committed"] = True
    if deed.kind == "import":
        deed.told((200, b""), 200)
        return
    status, body = line.post(f"{here}/undo")
    deed.told((status, b""), 200)


def _note(deed: Deed, line: _Line, cast: Cast) -> None:
    guest_id = str(cast.guest_of(deed))
    body = {"guest_id": guest_id, "code": "LN.TOWELS", "words": deed.token}
    deed.told(line.post(f"/api/v1/guests/{guest_id}/preferences", body, key=deed.token), 201)


def _note_reviewed(deed: Deed, line: _Line, cast: Cast) -> None:
    """Words come in, and the centre accepts them; who asks again may hear that it was done."""
    guest_id = str(cast.guest_of(deed))
    if "id" not in deed.state:
        body = {"guest_id": guest_id, "words": deed.token}
        path = f"/api/v1/guests/{guest_id}/preferences"
        status, content = line.post(path, body, key=deed.token)
        if status != 201:
            deed.told((status, content))
            return
        deed.state["id"] = json.loads(content)["id"]
    path = f"/api/v1/preferences/observations/{deed.state['id']}/accept"
    status, _ = line.post(path, {"code": "PL.EXTRA", "words": deed.token}, version=1)
    deed.told((status, b""), 200, *((409, 412) if "asked" in deed.state else ()))
    deed.state["asked"] = True


_DOORS = {
    "note": _note,
    "note_reviewed": _note_reviewed,
    "register": _register,
    "contact": _contact,
    "consent": _consent,
    "document": _document,
    "message": _message,
    "sign_in": _sign_in,
    "import": _import,
    "import_undone": _import,
}


# ---------------------------------------------------------------- told to the worker
def enqueue(database: Database, cast: Cast, deed: Deed) -> None:
    """Put the deed's job as another process would; committed, so it is as good as answered."""
    from crm.kit import jobs

    payload = {
        "token": deed.token,
        "membership_id": str(cast.membership_id),
        "manager_id": str(cast.manager_id),
        "member_guest_id": str(cast.guest_ids[0]),
        "hotel_id": str(cast.hotel_id),
    }
    with database.writing() as db:
        jobs.enqueue(db, deed.kind, payload, key=f"{deed.kind}:{deed.token}:{new_id()}")
    deed.answer = (0, b"")
