"""Reads imports, what they found, the rows that were refused, and the rows that wait."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlmodel import Session, col

from crm.guests import bulk as guests
from crm.guests.birthdays import Birthday
from crm.guests.emails import masked_email
from crm.guests.naming import list_name
from crm.guests.phones import masked_phone
from crm.guests.tables import Guest
from crm.guests.terms import ContactKind
from crm.intake.faults import sentence
from crm.intake.planning import of_the_group
from crm.intake.reading import SourceRow, rows_of
from crm.intake.schemas import (
    Candidate,
    ColumnSheet,
    ImportRow,
    ImportSheet,
    Kept,
    Problem,
    Reason,
    ReasonCount,
    ReviewRow,
    UndoAnswer,
)
from crm.intake.storage import ImportFolder
from crm.intake.tables import ImportJob, ImportJobLine, MatchReview
from crm.intake.terms import UNDO_DAYS, ImportState, LineOutcome, ReviewState
from crm.intake.workbook import NUMBER
from crm.kit import clock
from crm.kit.errors import NotFound
from crm.kit.paging import PageOf, read_cursor, write_cursor
from crm.kit.rows import cols, fields_of, mapping_of, named
from crm.staff.actor import Actor
from crm.staff.tables import Staff
from crm.staff.terms import Channel, Sight

Say = Callable[[str], str]
PROBLEMS_SHOWN = 100

_ROW = fields_of(ImportJob, ImportRow)


def as_it_is(text: str) -> str:
    """The sentence in English: what machines get."""
    return text


# ---------------------------------------------------------------- what came in
def import_list(
    db: Session, *, by: Actor, cursor: str | None = None, limit: int = 50
) -> PageOf[ImportRow]:
    """Imports, the newest first; those of other hotels' staff stay with them."""
    query = _imports(by).order_by(col(ImportJob.id).desc())
    if after := read_cursor(cursor, 1):
        query = query.where(col(ImportJob.id) < _uuid(after[0]))
    rows = db.connection().execute(query.limit(limit + 1)).all()
    page = [ImportRow.model_validate(dict(mapping_of(row))) for row in rows[:limit]]
    more = write_cursor(str(page[-1].id)) if len(rows) > limit else None
    return PageOf[ImportRow](items=page, next=more)


def _imports(by: Actor, *columns: Any) -> Select[Any]:
    query = select(*(columns or _ROW), named(Staff.name, "created_by_name")).outerjoin(
        Staff, col(Staff.id) == col(ImportJob.created_by)
    )
    return query.where(_reached(by))


def _reached(by: Actor) -> Any:
    """The house and the group see all; others see the imports of their hotels and their own."""
    if of_the_group(by):
        return col(ImportJob.id).is_not(None)
    return or_(
        col(ImportJob.hotel_id).in_(by.hotel_ids),
        and_(col(ImportJob.hotel_id).is_(None), col(ImportJob.created_by) == by.staff_id),
    )


def _uuid(value: Any) -> UUID:
    try:
        return UUID(str(value))
    except ValueError:
        raise no_such_import() from None


def no_such_import() -> NotFound:
    return NotFound("There is no such import.", "import")


def need_import(db: Session, import_id: UUID, *, by: Actor) -> dict[str, Any]:
    """All columns of an import within reach."""
    columns = ImportJob.__table__.columns  # type: ignore[attr-defined]
    row = (
        db.connection()
        .execute(_imports(by, *columns).where(col(ImportJob.id) == import_id))
        .first()
    )
    if row is None:
        raise no_such_import()
    return dict(mapping_of(row))


def import_sheet(db: Session, import_id: UUID, *, by: Actor, say: Say = as_it_is) -> ImportSheet:
    """One import with its guesses and findings; ``say`` puts sentences into a language."""
    job = need_import(db, import_id, by=by)
    report: Mapping[str, Any] = job["report"]
    ended = job["committed_at"] or (
        job["created_at"] if job["state"] is ImportState.COMMITTING else None
    )
    undo_until = ended + timedelta(days=UNDO_DAYS) if ended else None
    return ImportSheet(
        **{name: job[name] for name in ImportRow.model_fields},
        import_id=job["id"],
        size_bytes=job["size_bytes"],
        format=report["format"],
        encoding=job["encoding"],
        delimiter=job["delimiter"],
        sure=report["sure"],
        warnings=report["warnings"],
        sheets=report["sheets"],
        sheet=report["sheet"],
        preset=job["preset"],
        mapping=job["mapping"],
        columns=_columns(job),
        reasons=_reasons(report, say),
        problems=[_problem(found, say) for found in report.get("first", [])[:PROBLEMS_SHOWN]],
        problem=say(sentence(job["problem"])) if job["problem"] else None,
        undo_until=undo_until,
        can_commit=job["state"] is ImportState.CHECKED,
        can_undo=undo_until is not None
        and clock.now() < undo_until
        and job["state"] in (ImportState.COMMITTED, ImportState.COMMITTING),
        kept=[Kept(**one) for one in report.get("kept", [])],
        kept_count=report.get("kept_count", 0),
    )


def _columns(job: Mapping[str, Any]) -> list[ColumnSheet]:
    chosen = job["mapping"].get("columns", {})
    sheets = []
    for guess in job["report"]["guesses"]:
        use = chosen.get(guess["column"])
        use = {"field": use} if isinstance(use, str) else use or {}
        field = use.get("field")
        sheets.append(
            ColumnSheet(
                column=guess["column"],
                field=field,
                rule=use.get("rule"),
                format=use.get("format") or (guess["format"] if field == guess["field"] else None),
                by=guess["by"] if field == guess["field"] else "chosen",
                samples=guess["samples"],
            )
        )
    return sheets


def _reasons(report: Mapping[str, Any], say: Say) -> list[ReasonCount]:
    counts: Mapping[str, int] = report.get("reasons", {})
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [ReasonCount(code=c, message=say(sentence(c)), rows=n) for c, n in ranked]


def _problem(found: Mapping[str, Any], say: Say) -> Problem:
    return Problem(
        line=found["line"],
        outcome=found["outcome"],
        reasons=[reason_of(r, say) for r in found["reasons"]],
    )


def reason_of(found: Mapping[str, str], say: Say) -> Reason:
    return Reason(column=found["column"], code=found["code"], message=say(sentence(found["code"])))


def undo_answer(db: Session, import_id: UUID, *, by: Actor) -> UndoAnswer:
    """How far an undo is, and what it left."""
    job = need_import(db, import_id, by=by)
    return UndoAnswer(
        import_id=import_id,
        state=job["state"],
        kept_count=job["report"].get("kept_count", 0),
        kept=[Kept(**one) for one in job["report"].get("kept", [])],
    )


def unfinished_twin(db: Session, sha256: str, kind: Any) -> UUID | None:
    """An import of the very same file that was stopped while committing."""
    found: UUID | None = db.connection().scalar(
        select(*cols(ImportJob.id))
        .where(
            col(ImportJob.sha256) == sha256,
            col(ImportJob.kind) == kind,
            col(ImportJob.state) == ImportState.COMMITTING,
        )
        .order_by(col(ImportJob.id).desc())
        .limit(1)
    )
    return found


# ---------------------------------------------------------------- refused rows
REASON_COLUMNS = ("keshi_line", "keshi_code", "keshi_reason")


def rejected_rows(
    db: Session, import_id: UUID, folder: ImportFolder, *, by: Actor, say: Say = as_it_is
) -> Iterator[list[str]]:
    """The header and every rejected row as it stood in the file, with line, code and reason.

    Corrected and sent again, the file comes in like any other. Before the commit these are the
    findings of the dry run, afterwards what really happened.
    """
    job = need_import(db, import_id, by=by)
    header: list[str] = job["report"]["header"]
    yield [*header, *REASON_COLUMNS]
    if not folder.rows.exists():
        return
    found = _rejections(db, job, folder)
    wanted = next(found, None)
    for row in rows_of(folder.rows):
        if wanted is None:
            break
        if row.line == wanted[0]:
            yield [*_cells(row, len(header)), *_why(wanted, say)]
            wanted = next(found, None)


def _rejections(
    db: Session, job: Mapping[str, Any], folder: ImportFolder
) -> Iterator[tuple[int, Sequence[Mapping[str, str]]]]:
    """Line and reasons of every rejected row, in the order of the file."""
    if job["state"] in (ImportState.UPLOADED, ImportState.CHECKED):
        for found in folder.read_findings():
            if found["outcome"] == LineOutcome.REJECTED.value:
                yield found["line"], found["reasons"]
        return
    last = -1
    while True:
        rows = (
            db.connection()
            .execute(
                select(*cols(ImportJobLine.row_no, ImportJobLine.reasons))
                .where(
                    col(ImportJobLine.import_id) == job["id"],
                    col(ImportJobLine.outcome) == LineOutcome.REJECTED,
                    col(ImportJobLine.row_no) > last,
                )
                .order_by(col(ImportJobLine.row_no))
                .limit(1000)
            )
            .all()
        )
        if not rows:
            return
        for row in rows:
            yield row.row_no, row.reasons
        last = rows[-1].row_no


def _cells(row: SourceRow, width: int) -> list[str]:
    cells = [cell.removeprefix(NUMBER) for cell in row.cells]
    return [*cells, *[""] * (width - len(cells))]


def _why(wanted: tuple[int, Sequence[Mapping[str, str]]], say: Say) -> list[str]:
    line, reasons = wanted
    words = [
        f"{r['column']}: {say(sentence(r['code']))}" if r["column"] else say(sentence(r["code"]))
        for r in reasons
    ]
    return [str(line), " ".join(r["code"] for r in reasons), " ".join(words)]


# ---------------------------------------------------------------- reviews
def review_list(
    db: Session,
    *,
    by: Actor,
    import_id: UUID | None = None,
    cursor: str | None = None,
    limit: int = 50,
    say: Say = as_it_is,
) -> PageOf[ReviewRow]:
    """Rows that wait for a person, the oldest first."""
    query = (
        _reviews(by).where(col(MatchReview.state) == ReviewState.OPEN).order_by(col(MatchReview.id))
    )
    if import_id is not None:
        query = query.where(col(MatchReview.import_id) == import_id)
    if after := read_cursor(cursor, 1):
        query = query.where(col(MatchReview.id) > _uuid(after[0]))
    rows = db.connection().execute(query.limit(limit + 1)).all()
    page = rows[:limit]
    more = write_cursor(str(page[-1].id)) if len(rows) > limit else None
    return PageOf[ReviewRow](items=_review_rows(db, page, say, by, Channel.LIST), next=more)


def review_row(db: Session, review_id: UUID, *, by: Actor, say: Say = as_it_is) -> ReviewRow:
    """One row that waits or waited."""
    row = db.connection().execute(_reviews(by).where(col(MatchReview.id) == review_id)).first()
    if row is None:
        raise NotFound("There is no such row in the review.", "review")
    return _review_rows(db, [row], say, by, Channel.PAGE)[0]


def open_reviews(db: Session, *, by: Actor) -> int:
    """How many rows wait, up to a hundred and one."""
    rows = db.connection().execute(
        _reviews(by).where(col(MatchReview.state) == ReviewState.OPEN).limit(101)
    )
    return len(rows.all())


def _reviews(by: Actor) -> Select[Any]:
    query = select(
        *cols(
            MatchReview.id,
            MatchReview.state,
            MatchReview.import_id,
            MatchReview.row_no,
            MatchReview.incoming,
            MatchReview.candidates,
            MatchReview.created_at,
            ImportJob.file_name,
        )
    ).outerjoin(ImportJob, col(ImportJob.id) == col(MatchReview.import_id))
    return query.where(or_(_reached(by), _of_a_message(by)))


def _of_a_message(by: Actor) -> Any:
    """Rows that came as a message of a hotel within reach."""
    told = col(MatchReview.message_id).is_not(None)
    if of_the_group(by):
        return told
    return and_(told, col(MatchReview.hotel_id).in_(by.hotel_ids))


def _review_rows(
    db: Session, rows: Sequence[Any], say: Say, by: Actor, channel: Channel
) -> list[ReviewRow]:
    ids = {UUID(c["guest_id"]) for row in rows for c in row.candidates}
    people = _candidates(db, ids, by, channel)
    return [
        ReviewRow(
            id=row.id,
            state=row.state,
            import_id=row.import_id,
            file_name=row.file_name,
            line=row.row_no,
            kind=row.incoming["kind"],
            reason=reason_of({"column": "", "code": row.incoming["reason"]}, say),
            incoming=_incoming(row.incoming["values"], by, channel),
            candidates=[
                people[one] for c in row.candidates if (one := UUID(c["guest_id"])) in people
            ],
            created_at=row.created_at,
        )
        for row in rows
    ]


def _candidates(db: Session, ids: set[UUID], by: Actor, channel: Channel) -> dict[UUID, Candidate]:
    """Who an unclear row may be, with what tells people apart, as this reader may see it."""
    if not ids:
        return {}
    known = guests.known_of(db, ids)
    clear = by.sight("guest.phone", channel) is Sight.CLEAR
    shown = as_it_is if clear else masked_phone
    clear = by.sight("guest.email", channel) is Sight.CLEAR
    shown_mail = as_it_is if clear else masked_email
    rows = db.connection().execute(
        select(*cols(Guest.id, Guest.ref, Guest.last_seen_on)).where(col(Guest.id).in_(sorted(ids)))
    )
    found = {}
    for row in rows:
        if (one := known.get(row.id)) is None:
            continue
        found[row.id] = Candidate(
            guest_id=row.id,
            ref=row.ref,
            name=list_name(one.names),
            born=_born(one.birthday, by.sight("guest.birth_year", channel) is Sight.CLEAR),
            phones=[shown(c.raw) for c in one.contacts if c.kind is ContactKind.PHONE],
            emails=[shown_mail(c.raw) for c in one.contacts if c.kind is ContactKind.EMAIL],
            last_seen_on=row.last_seen_on.isoformat() if row.last_seen_on else None,
        )
    return found


def _born(birthday: Birthday | None, with_year: bool) -> str | None:
    if birthday is None:
        return None
    year = (with_year and birthday.year) or "????"
    return f"{year}-{birthday.month:02}-{birthday.day:02}"


def _incoming(values: Mapping[str, str], by: Actor, channel: Channel) -> dict[str, str]:
    """What the row says, its contacts masked like those of guests on file."""
    shown = dict(values)
    for name, mask in (("phone", masked_phone), ("email", masked_email)):
        if name in shown and by.sight(f"guest.{name}", channel) is not Sight.CLEAR:
            shown[name] = mask(shown[name])
    return shown
