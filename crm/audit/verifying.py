"""Holds the audit against its chain: every row, every seal, and what was told outside.

Three passes in one reading transaction, each in pages, so that memory does not grow with the
audit: the seals by number (each genuine, each naming the one before, none missing), the rows by
id beside the seals that name them, and the witness. Values are read as they lie in the
database, since a forged one may be none that a column type would give back.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session

from crm.audit.as_it_lies import id_bytes, one_value, pages
from crm.audit.digests import NO_DIGEST, Form, Keyring
from crm.audit.schemas import Difference, Verdict
from crm.audit.sealing import ID_BYTES, LATE, ROW_FORM, SEAL_FORM, split
from crm.audit.tables import AuditRow, AuditSeal
from crm.audit.terms import Fault, SealKind
from crm.audit.witness import Witnessed
from crm.kit import clock
from crm.kit.db import text_as_it_lies
from crm.kit.ids import first_id_of, instant_of

PAGE = 2_000
SEALS_PAGE = 50
SHOWN_MAX = 100
WAITING_TOO_LONG = timedelta(hours=1)

Told = Callable[[int], None]


@dataclass
class _Seal:
    """A genuine seal whose rows are being looked through."""

    no: int
    kind: str
    whole: bool
    rows_digest: bytes
    left: int
    running: Any


@dataclass
class _Work:
    keys: Keyring
    shown_max: int
    counts: Counter[str] = field(default_factory=Counter)
    shown: list[Difference] = field(default_factory=list)
    inserted: list[dict[str, Any]] = field(default_factory=list)

    def found(self, fault: Fault, what: str, name: object, at: datetime | None = None) -> None:
        self.counts[fault] += 1
        if len(self.shown) < self.shown_max:
            self.shown.append(Difference(fault=fault, what=what, name=str(name), at=at))


def verify(
    db: Session,
    *,
    keys: Keyring,
    witnessed: Sequence[Witnessed] = (),
    since: datetime | None = None,
    told: Told = lambda _: None,
    shown_max: int = SHOWN_MAX,
) -> Verdict:
    """Everything that differs; ``since`` leaves out what was sealed before.

    ``told`` hears how many more rows are done. The first ``shown_max`` differences are named,
    all are counted.
    """
    work = _Work(keys, shown_max)
    with text_as_it_lies(db):
        chain = _Chain(db, work, since)
        chain.look()
        rows = _Rows(db, work, chain)
        rows.look(told)
    _moved(work)
    chain.hold_against(witnessed)
    return Verdict(
        rows=rows.seen,
        seals=chain.seen,
        newest_seal=chain.newest,
        witnessed=max((seal.no for seal in witnessed), default=0),
        waiting=rows.waiting,
        oldest_waiting=rows.oldest_waiting,
        waits_too_long=rows.oldest_waiting is not None
        and clock.now() - rows.oldest_waiting > WAITING_TOO_LONG,
        counts={fault: work.counts[fault] for fault in Fault if work.counts[fault]},
        differences=work.shown,
    )


def count_rows(db: Session) -> int:
    """How many rows a verification of everything goes through."""
    return db.connection().scalar(select(func.count()).select_from(AuditRow)) or 0


# ---------------------------------------------------------------- the seals by number
class _Chain:
    def __init__(self, db: Session, work: _Work, since: datetime | None) -> None:
        self._db, self._work, self._since = db, work, since
        self.seen = 0
        self.low = UUID(int=0)
        self.newest = 0

    def look(self) -> None:
        """Each seal genuine, naming the one before; `low` becomes the first row to look at."""
        no, total, previous, is_first = 0, 0, NO_DIGEST, True
        low: UUID | None = None
        for stored in self._stored():
            self.seen += 1
            values = _genuine(SEAL_FORM, stored, self._work, "seal", stored["no"])
            if values is None:
                no, previous, is_first = stored["no"], b"", False
                continue
            if is_first and self._since is not None:
                no, total, previous = values["no"] - 1, values["total"] - values["rows"], b""
            is_first = False
            for lost in range(no + 1, min(values["no"], no + 1 + self._work.shown_max)):
                self._work.found(Fault.MISSING, "seal", lost)
            follows = values["no"] == no + 1 and previous
            if follows and (
                values["previous"] != previous or values["total"] != total + values["rows"]
            ):
                self._work.found(Fault.FORGED, "seal", values["no"], values["at"])
            no, total, previous = values["no"], values["total"], values["digest"]
            low = min(low or values["first_id"], values["first_id"])
        self.newest = no
        if self._since is not None:
            since = first_id_of(self._since)
            self.low = min(low, since) if low else since

    def hold_against(self, witnessed: Sequence[Witnessed]) -> None:
        """Every seal told outside is here, as it was told."""
        told: dict[int, set[bytes]] = {}
        for seal in witnessed:
            told.setdefault(seal.no, set()).add(seal.digest)
        seals = AuditSeal.__table__  # type: ignore[attr-defined]
        newest = self._db.connection().scalar(select(func.max(seals.c.no))) or 0
        for no in sorted(told):
            here = self._digest_of(no)
            if no > newest:
                self._work.found(Fault.CUT, "seal", no)
            elif here is None:
                self._work.found(Fault.MISSING, "seal", no)
            elif told[no] != {here}:
                self._work.found(Fault.FORGED, "seal", no)

    def _digest_of(self, no: int) -> bytes | None:
        seals = AuditSeal.__table__  # type: ignore[attr-defined]
        found = self._db.connection().scalar(select(seals.c.digest).where(seals.c.no == no))
        return bytes(found) if isinstance(found, bytes | memoryview) else None

    def _stored(self) -> Iterator[dict[str, Any]]:
        first: Any = None
        if self._since is not None:
            seals = AuditSeal.__table__  # type: ignore[attr-defined]
            query = select(func.min(seals.c.no)).where(seals.c.at >= self._since)
            first = self._db.connection().scalar(query)
            if first is None:
                return
        for page in pages(self._db, SEAL_FORM, "audit_seal", ("no",), SEALS_PAGE, first):
            yield from page


# ---------------------------------------------------------------- the rows by id
class _Rows:
    """Walks rows and seals side by side, both by id; holds only seals that reach over the row."""

    def __init__(self, db: Session, work: _Work, chain: _Chain) -> None:
        self._db, self._work, self._low = db, work, chain.low
        self._late = clock.now() - LATE
        self._begun = bool(chain.seen)
        self._open: dict[int, _Seal] = {}
        self._awaited: dict[bytes, int] = {}
        self.seen = 0
        self.waiting = 0
        self.oldest_waiting: datetime | None = None

    def look(self, told: Told) -> None:
        seals = self._seals()
        coming = next(seals, None)
        for page in pages(self._db, ROW_FORM, "audit", ("id",), PAGE, self._first()):
            for stored in page:
                identity = id_bytes(stored["id"])
                while coming is not None and coming["first_id"].bytes <= identity:
                    self._open_seal(coming)
                    coming = next(seals, None)
                self._row(stored, identity)
            self.seen += len(page)
            self._missed(before=id_bytes(page[-1]["id"]))
            told(len(page))
        while coming is not None:
            self._open_seal(coming)
            coming = next(seals, None)
            self._missed(before=None)
        self._missed(before=None)

    def _first(self) -> Any:
        """The lowest id to look at, in the form that this database keeps ids in."""
        if self._low.int == 0:
            return None
        rows = AuditRow.__table__  # type: ignore[attr-defined]
        query = select(rows.c.id).where(rows.c.id >= self._low).order_by(rows.c.id).limit(1)
        found: UUID | None = self._db.connection().scalar(query)
        if found is None:
            found = UUID(int=2**128 - 1)
        return found.bytes if self._is_bytes() else found

    def _is_bytes(self) -> bool:
        return isinstance(one_value(self._db, "audit", "id"), bytes)

    def _seals(self) -> Iterator[dict[str, Any]]:
        """Genuine seals that reach into the rows looked at, by their first id."""
        silent = _Work(self._work.keys, 0)
        for page in pages(self._db, SEAL_FORM, "audit_seal", ("first_id", "no"), SEALS_PAGE):
            for stored in page:
                values = _genuine(SEAL_FORM, stored, silent, "seal", "")
                if values is not None and values["last_id"] >= self._low:
                    yield values

    def _open_seal(self, values: dict[str, Any]) -> None:
        no, low = values["no"], self._low.bytes
        names = [name for name in split(values["members"]) if name >= low]
        if not names:
            return
        key = self._work.keys.of(values["digest"])
        self._open[no] = _Seal(
            no=no,
            kind=values["kind"],
            whole=len(names) == values["rows"],
            rows_digest=values["rows_digest"],
            left=len(names),
            running=key.running() if key else None,
        )
        self._awaited.update(dict.fromkeys(names, no))

    def _row(self, stored: dict[str, Any], identity: bytes) -> None:
        no = self._awaited.pop(identity, None)
        seal = self._open.get(no) if no is not None else None
        adopted = seal is not None and seal.kind == SealKind.ADOPTED
        if adopted and seal is not None:
            self._adopted(stored, identity, seal)
            return
        if stored["digest"] is None and not self._begun:
            self.waiting += 1
            return
        fault = Fault.CHANGED if seal else Fault.INSERTED
        values = _genuine(ROW_FORM, stored, self._work, "row", _name(identity), fault)
        if values is None and seal is None and len(self._work.inserted) < self._work.shown_max:
            self._work.inserted.append(stored)
        if seal is None:
            if values is not None:
                self._unsealed(values)
            return
        if values is None:
            seal.whole = False
        else:
            seal.running.add(identity, values["digest"])
        self._done(seal)

    def _adopted(self, stored: dict[str, Any], identity: bytes, seal: _Seal) -> None:
        """A row from before there were digests: its seal alone tells whether it is as it was."""
        key = self._work.keys.of(seal.rows_digest)
        try:
            values = ROW_FORM.as_python(stored)
            if values["digest"] is not None or key is None:
                raise ValueError("a digest where there was none")
            seal.running.add(identity, key.digest(ROW_FORM.of(values)))
        except ValueError:
            self._work.found(Fault.CHANGED, "row", _name(identity))
            seal.whole = False
        self._done(seal)

    def _unsealed(self, values: dict[str, Any]) -> None:
        stamped = instant_of(values["id"])
        if stamped < self._late:
            self._work.found(Fault.LATE, "row", values["id"], stamped)
            return
        self.waiting += 1
        self.oldest_waiting = min(self.oldest_waiting or stamped, stamped)

    def _missed(self, before: bytes | None) -> None:
        """Members that should have come by now."""
        gone = [name for name in self._awaited if before is None or name <= before]
        for name in sorted(gone):
            seal = self._open[self._awaited.pop(name)]
            self._work.found(Fault.MISSING, "row", UUID(bytes=name), instant_of(UUID(bytes=name)))
            seal.whole = False
            self._done(seal)

    def _done(self, seal: _Seal) -> None:
        seal.left -= 1
        if seal.left:
            return
        del self._open[seal.no]
        if seal.whole and seal.running.digest() != seal.rows_digest:
            self._work.found(Fault.CHANGED, "rows of seal", seal.no)


# ---------------------------------------------------------------- what fits and what does not
def _genuine(
    form: Form,
    stored: dict[str, Any],
    work: _Work,
    what: str,
    name: object,
    fault: Fault | None = None,
) -> dict[str, Any] | None:
    """The values as Python values if the digest fits; otherwise a difference, and None."""
    fault = fault or Fault.FORGED
    try:
        values = form.as_python(stored)
        digest = values["digest"]
        key = work.keys.of(digest) if digest is not None else None
        if digest is not None and key is None:
            fault = Fault.OTHER_SECRET
        if key is not None and key.fits(form.of(values), digest):
            return values
    except (ValueError, TypeError, AttributeError):
        pass
    work.found(fault, what, name, None)
    return None


def _name(identity: bytes) -> str:
    return str(UUID(bytes=identity)) if len(identity) == ID_BYTES else identity.hex() or "?"


def _moved(work: _Work) -> None:
    """A row that would be genuine under the id of a missing one was moved, not made up."""
    lost = {d.name: d for d in work.shown if d.fault is Fault.MISSING and d.what == "row"}
    for stored in work.inserted:
        for name in lost:
            home = UUID(name)
            try:
                values = ROW_FORM.as_python({**stored, "id": home})
                key = work.keys.of(values["digest"] or b"")
                fits = key is not None and key.fits(ROW_FORM.of(values), values["digest"])
            except (ValueError, TypeError, AttributeError):
                continue
            if fits:
                work.found(Fault.MOVED, "row", f"{_name(id_bytes(stored['id']))} from {name}")
                break
