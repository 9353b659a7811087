"""REST: files in, with a dry run first; the rows that wait for a person.

These routes take no session of their own: an import is many short transactions on purpose, so
that no desk waits for a file. One import at a time runs inside a process; larger ones go to
the worker.
"""

import hashlib
import json
import threading
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from pydantic import BaseModel, ValidationError
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from crm.audit.service import ViewLog
from crm.audit.terms import Deed
from crm.intake import presets_kept, queries, service
from crm.intake.committing import start_commit
from crm.intake.jobs import COMMIT, UNDO, put
from crm.intake.mapping import refused
from crm.intake.planning import mapping_of_json
from crm.intake.queries import Say, as_it_is
from crm.intake.running import Imports
from crm.intake.schemas import (
    ImportOptions,
    ImportRow,
    ImportSheet,
    PresetRow,
    PresetSave,
    ReviewDecision,
    ReviewRow,
    UndoAnswer,
)
from crm.intake.terms import FILE_MAX, ImportKind, ImportState
from crm.intake.undoing import start_undo
from crm.kit import remembered
from crm.kit.csv_io import safe_lines
from crm.kit.errors import Conflict, Invalid
from crm.kit.ids import new_id
from crm.kit.paging import PageOf
from crm.kit.remembered import Answered
from crm.kit.schema import Out
from crm.staff.actor import Actor
from web.answers import JSON, as_json, created_once
from web.deps import Db, Me, Page, Settings, Views
from web.hard_json import HardRoute
from web.shelf import SANDBOX

router = APIRouter(tags=["imports"], route_class=HardRoute)
HERE = "/api/v1/imports"

UPLOAD_MAX = FILE_MAX + 1024 * 1024
AT_ONCE_ROWS = 5_000
"""So many rows are committed or undone while the asker waits; more go to the worker."""

_KNOWN = {"file", "kind", "mapping", "preset", "hotel", "encoding", "delimiter", "sheet"}
_turn = threading.Lock()

Word = Annotated[str | None, Form(max_length=100)]


def imports_of(request: Request, settings: Settings) -> Imports:
    return Imports(request.app.state.database, settings.data_dir)


TheImports = Annotated[Imports, Depends(imports_of)]


async def known_parts(request: Request) -> None:
    """Parts of the form that nobody knows are refused, as unknown fields of JSON are."""
    unknown = sorted(set((await request.form()).keys()) - _KNOWN - {"csrf_token"})
    if unknown:
        raise Invalid("The form has a part that is not known here.", "unknown_part", pointer="/")


@router.get("/imports")
def list_imports(db: Db, me: Me, page: Page) -> PageOf[ImportRow]:
    """Imports, the newest first."""
    found = queries.import_list(db, by=me, cursor=page.cursor, limit=page.limit)
    return as_json(found)  # type: ignore[return-value]


@router.post(
    "/imports", status_code=201, max_body_size=UPLOAD_MAX, dependencies=[Depends(known_parts)]
)
def take_in(
    request: Request,
    imports: TheImports,
    me: Me,
    file: Annotated[UploadFile, File()],
    kind: Annotated[ImportKind, Form()],
    mapping: Annotated[str | None, Form(max_length=100_000)] = None,
    preset: Word = None,
    hotel: Word = None,
    encoding: Word = None,
    delimiter: Word = None,
    sheet: Word = None,
) -> ImportSheet:
    """Send a CSV, TSV or XLSX; the answer is the dry run with its counts and reasons.

    ``mapping`` is JSON: ``{"columns": {"Conf No": "confirmation_no", "Arrival": {"field":
    "arrival", "format": "dd/mm/yyyy", "rule": "if_blank"}}, "system": "opera"}``. What is left
    out is guessed, and the answer says how.
    """
    options = options_from(
        kind=kind,
        mapping=_mapping_of(mapping),
        preset=preset or None,
        hotel=hotel or None,
        encoding=encoding or None,
        delimiter=delimiter or None,
        sheet=sheet or None,
    )
    key, asked = _asked_once(request, file, options)
    once = _Once(imports, me, key, asked)
    if (before := once.before()) is not None:
        return once.again(before)  # type: ignore[return-value]
    try:
        with _turn:
            import_id = imports.receive(
                file.file, file.filename or "file", options, by=me, claim=once.claim
            )
    except _Twin as twin:
        return once.again(twin.answered)  # type: ignore[return-value]
    return once.answer(import_id)  # type: ignore[return-value]


@router.get("/imports/presets")
def list_presets(db: Db, me: Me, kind: ImportKind | None = None) -> PageOf[PresetRow]:
    """Saved ways to read a file; those that ship come first."""
    me.need("imports.run")
    return as_json(PageOf[PresetRow](items=presets_kept.preset_list(db, kind)))  # type: ignore[return-value]


@router.get("/imports/{import_id}")
def read_import(db: Db, me: Me, import_id: UUID) -> ImportSheet:
    """One import: what was guessed, what was found, how far it is."""
    return as_json(queries.import_sheet(db, import_id, by=me))  # type: ignore[return-value]


@router.post("/imports/{import_id}/commit")
def commit_import(imports: TheImports, me: Me, import_id: UUID) -> ImportSheet:
    """Bring the rows in. A large import answers 202 and goes on by itself; ask for its progress."""
    finished = commit(imports, import_id, me)
    out = sheet_of(imports, import_id, me)
    return as_json(out, status=200 if finished else 202)  # type: ignore[return-value]


@router.post("/imports/{import_id}/undo")
def undo_import(imports: TheImports, me: Me, import_id: UUID) -> UndoAnswer:
    """Take an import back, within 30 days; what has got other data since stays and is named."""
    finished = undo(imports, import_id, me)
    with imports.database.reading() as db:
        out = queries.undo_answer(db, import_id, by=me)
    return as_json(out, status=200 if finished else 202)  # type: ignore[return-value]


@router.post("/imports/{import_id}/preset", status_code=201)
def save_preset(request: Request, db: Db, me: Me, import_id: UUID, saving: PresetSave) -> PresetRow:
    """Keep the mapping of an import under a name."""

    def produce() -> tuple[BaseModel, str]:
        service.keep_preset(db, import_id, saving, by=me)
        kind = queries.need_import(db, import_id, by=me)["kind"]
        return PresetRow(name=saving.name, kind=kind, built_in=False), f"{HERE}/presets"

    return created_once(request, db, me, produce, asked=saving)  # type: ignore[return-value]


@router.get("/imports/{import_id}/rejects.csv", response_class=Response)
def read_rejects(imports: TheImports, me: Me, import_id: UUID) -> Response:
    """The refused rows as they stood in the file, with line, code and reason."""
    return rejects(imports, import_id, me)


# ---------------------------------------------------------------- reviews
@router.get("/reviews", tags=["reviews"])
def list_reviews(
    db: Db, me: Me, views: Views, page: Page, import_id: UUID | None = None
) -> PageOf[ReviewRow]:
    """Rows whose guest is unclear, the oldest first."""
    found = queries.review_list(
        db, by=me, import_id=import_id, cursor=page.cursor, limit=page.limit
    )
    note_views(views, me, found.items, Deed.LISTED)
    return as_json(found)  # type: ignore[return-value]


@router.get("/reviews/{review_id}", tags=["reviews"])
def read_review(db: Db, me: Me, views: Views, review_id: UUID) -> ReviewRow:
    """One such row beside the guests it may be."""
    found = queries.review_row(db, review_id, by=me)
    note_views(views, me, [found], Deed.VIEWED)
    return as_json(found)  # type: ignore[return-value]


class Decided(Out):
    """What became of the row."""

    id: UUID
    outcome: str


@router.post("/reviews/{review_id}/decide", tags=["reviews"])
def decide_review(
    db: Db, me: Me, settings: Settings, review_id: UUID, decision: ReviewDecision
) -> Decided:
    """Accept the row as a candidate's, make a new file, or refuse it."""
    outcome = service.decide_review(db, review_id, decision, by=me, data_dir=settings.data_dir)
    return as_json(Decided(id=review_id, outcome=outcome.value))  # type: ignore[return-value]


# ---------------------------------------------------------------- shared with the pages
def note_views(views: ViewLog, me: Actor, rows: Sequence[ReviewRow], deed: Deed) -> None:
    """Whoever compares rows with guests looks at guests."""
    for row in rows:
        for one in row.candidates:
            views.viewed(
                by=me, subject="review", subject_id=row.id, guest_id=one.guest_id, deed=deed,
                fields=["guest.name", "guest.phone", "guest.email"],
            )  # fmt: skip


def options_from(**told: Any) -> ImportOptions:
    """What was said with the file; `Invalid` names the part that is not possible."""
    try:
        return ImportOptions(**told)
    except ValidationError as error:
        where = str(error.errors()[0]["loc"][0])
        raise Invalid("This choice is not possible.", "bad_choice", pointer=f"/{where}") from error


def sheet_of(imports: Imports, import_id: UUID, me: Actor, say: Say = as_it_is) -> ImportSheet:
    with imports.database.reading() as db:
        return queries.import_sheet(db, import_id, by=me, say=say)


def commit(imports: Imports, import_id: UUID, me: Actor) -> bool:
    """Commit now where that is short, else let the worker do it; True when it is done."""
    sheet = sheet_of(imports, import_id, me)
    me.need("imports.run")
    if sheet.rows <= AT_ONCE_ROWS:
        with _turn:
            imports.commit(import_id, by=me)
        return True
    with imports.database.writing() as db:
        if not start_commit(db, import_id):
            return True
        put(db, COMMIT, import_id, imports.data_dir, turn=str(sheet.rows_done))
    return False


def undo(imports: Imports, import_id: UUID, me: Actor) -> bool:
    """Undo now where that is short, else let the worker do it; True when it is done."""
    sheet = sheet_of(imports, import_id, me)
    me.need("imports.run")
    if sheet.rows_done <= AT_ONCE_ROWS:
        with _turn:
            imports.undo(import_id, by=me)
        return True
    with imports.database.writing() as db:
        if not start_undo(db, import_id):
            return True
        put(db, UNDO, import_id, imports.data_dir, turn="first")
    return False


def rejects(imports: Imports, import_id: UUID, me: Actor, say: Say = as_it_is) -> Response:
    """The rejects file, written first and sent afterwards: no connection waits for a client."""
    folder = imports.folder(import_id)
    folder.make()
    path = folder.path / f"rejects-{new_id().hex}.csv"
    with imports.database.reading() as db, path.open("w", encoding="utf-8", newline="") as out:
        rows = queries.rejected_rows(db, import_id, folder, by=me, say=say)
        out.writelines(safe_lines(rows))
    return FileResponse(
        path,
        media_type="text/csv; charset=utf-8",
        filename=f"rejects-{import_id}.csv",
        headers={"Content-Security-Policy": SANDBOX},
        background=BackgroundTask(path.unlink, missing_ok=True),
    )


# ---------------------------------------------------------------- once per key
def _mapping_of(text: str | None) -> Any:
    if not text:
        return None
    try:
        found = json.loads(text)
    except ValueError as error:
        raise refused("bad_mapping") from error
    if not isinstance(found, dict):
        raise refused("bad_mapping")
    return mapping_of_json(found)


def _asked_once(
    request: Request, file: UploadFile, options: ImportOptions
) -> tuple[str | None, str]:
    """The Idempotency-Key, and what it stands for: the file and all that was said with it."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return None, ""
    if not remembered.is_key(key):
        raise Invalid(
            "An Idempotency-Key has 1 to 128 printable ASCII characters and no space.",
            "idempotency_key",
        )
    digest = hashlib.sha256()
    while piece := file.file.read(1024 * 1024):
        digest.update(piece)
    file.file.seek(0)
    digest.update(f"{request.url.path} {options.model_dump_json()}".encode())
    return key, digest.hexdigest()


class _Twin(Exception):
    """Another request with the same key has brought the file in."""

    def __init__(self, answered: Answered) -> None:
        super().__init__()
        self.answered = answered


class _Once:
    """One upload under its Idempotency-Key.

    The key is taken in the transaction that keeps the import, and names it; the dry run comes
    after. A process that dies in between leaves one import, and the next request with the key
    finishes that one instead of making another.
    """

    def __init__(self, imports: Imports, me: Actor, key: str | None, asked: str) -> None:
        self._imports, self._me, self._key, self._asked = imports, me, key, asked

    def before(self) -> Answered | None:
        """What stands under the key, without reading the file a second time."""
        if self._key is None:
            return None
        with self._imports.database.reading() as db:
            return remembered.find(db, _name_of(self._me), self._key)

    def claim(self, db: Db, import_id: UUID) -> None:
        """Take the key for this import, in the transaction that keeps it."""
        if self._key is None:
            return
        name = _name_of(self._me)
        twin = remembered.reserve(db, name, self._key, request_hash=self._asked)
        if twin is not None:
            raise _Twin(twin)
        where = {"Location": f"{HERE}/{import_id}"}
        remembered.keep(db, name, self._key, status=201, headers=where, body=b"")

    def answer(self, import_id: UUID) -> Response:
        """The dry run of the import, kept under the key."""
        body = sheet_of(self._imports, import_id, self._me).model_dump_json().encode()
        headers = {"Location": f"{HERE}/{import_id}"}
        if self._key is not None:
            with self._imports.database.writing() as db:
                remembered.keep(
                    db, _name_of(self._me), self._key, status=201, headers=headers, body=body
                )
        return Response(body, 201, headers, media_type=JSON)

    def again(self, before: Answered) -> Response:
        """What was answered; a dry run that was never finished is finished now."""
        if before.request_hash != self._asked:
            raise Conflict(
                "This Idempotency-Key was used for another request.", "idempotency_reused"
            )
        if before.body:
            return Response(before.body, before.status, headers=before.headers, media_type=JSON)
        import_id = UUID(before.headers["Location"].rpartition("/")[2])
        with _turn:
            if sheet_of(self._imports, import_id, self._me).state in _UNCHECKED:
                self._imports.check(import_id, by=self._me)
        return self.answer(import_id)


_UNCHECKED = (ImportState.UPLOADED, ImportState.CHECKING)


def _name_of(me: Actor) -> str:
    return str(me.id or me.name)
