"""The import pages: a file, how it was read, its columns, the dry run, the result, undo.

Like the REST routes they take no session of their own; an import is many short transactions.
"""

from typing import Annotated, Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from crm.hotels import queries as hotels
from crm.intake import presets_kept, queries, service
from crm.intake.committing import NotReady
from crm.intake.fields import FIELDS, Sort
from crm.intake.guessing import DELIMITERS, ENCODINGS
from crm.intake.jobs import CHECK, put
from crm.intake.mapping import default_rule
from crm.intake.planning import BUILT_IN
from crm.intake.running import Imports, start_check
from crm.intake.schemas import ImportOptions, ImportSheet, PresetSave
from crm.intake.terms import ColumnRule, ImportKind, ImportState
from crm.intake.values import DATE_FORMATS, NUMBER_FORMATS
from crm.kit.errors import CrmError, Invalid
from crm.kit.paging import CURSOR_MAX
from crm.staff.actor import Actor
from web.api.imports import (
    UPLOAD_MAX,
    TheImports,
    commit,
    options_from,
    rejects,
    sheet_of,
    undo,
)
from web.deps import Db, Me
from web.rendering import frame_of, render
from web.wording import mark, wording

router = APIRouter(include_in_schema=False)

ROWS = 30
AT_ONCE_BYTES = 4 * 1024 * 1024
"""Files up to this size are checked while one waits; larger ones by the worker."""

Word = Annotated[str, Form(max_length=100)]


class Line(NamedTuple):
    """One column in the mapping form, with the formats that its present field could have."""

    column: str
    samples: list[str]
    by: str
    field: str
    rule: str
    format: str
    formats: tuple[str, ...]
    place: int


def _say(request: Request) -> Any:
    return wording(frame_of(request).language).gettext


# ---------------------------------------------------------------- the list and a new file
@router.get("/imports")
def list_imports(
    request: Request,
    db: Db,
    me: Me,
    cursor: Annotated[str | None, Query(max_length=CURSOR_MAX)] = None,
) -> Response:
    page = queries.import_list(db, by=me, cursor=cursor, limit=ROWS)
    return render(
        request,
        "imports/list.html",
        page=page,
        next_href=f"/imports?{urlencode({'cursor': page.next})}" if page.next else "",
        is_first=cursor is None,
        reviews=queries.open_reviews(db, by=me) if me.may("imports.review") else 0,
        **_upload_facts(db, me),
    )


def _upload_facts(db: Any, me: Actor) -> dict[str, Any]:
    return {
        "kinds": [kind.value for kind in ImportKind],
        "hotels": hotels.hotels_of(db, by=me),
        "presets": presets_kept.preset_list(db),
    }


@router.post("/imports", max_body_size=UPLOAD_MAX)
def take_in(
    request: Request,
    imports: TheImports,
    me: Me,
    file: Annotated[UploadFile, File()],
    kind: Word,
    preset: Word = "",
    hotel: Word = "",
) -> Response:
    """Keep the file and show how it was read; nothing is checked or changed yet."""
    try:
        options = options_from(kind=kind, preset=_preset_for(preset, kind), hotel=hotel or None)
        import_id = imports.receive(
            file.file, file.filename or "file", options, by=me, sheet_only=True
        )
    except Invalid as error:
        return _refused_upload(request, imports, me, error)
    return _to(import_id)


def _preset_for(preset: str, kind: str) -> str | None:
    """The chosen preset. One that ships knows its kind; another must fit the kind chosen."""
    if not preset:
        return None
    if preset in BUILT_IN and BUILT_IN[preset].value != kind:
        raise Invalid("This preset reads another kind of rows.", "preset_kind", pointer="/preset")
    return preset


def _refused_upload(request: Request, imports: Imports, me: Actor, error: CrmError) -> Response:
    with imports.database.reading() as db:
        page = queries.import_list(db, by=me, limit=ROWS)
        facts = _upload_facts(db, me)
        reviews = queries.open_reviews(db, by=me) if me.may("imports.review") else 0
    said = error.in_words(_say(request)(error.template))
    return render(
        request, "imports/list.html", status=422, page=page, next_href="", is_first=True,
        reviews=reviews, refused=said, **facts,
    )  # fmt: skip


def _to(import_id: UUID, step: str = "") -> Response:
    return RedirectResponse(f"/imports/{import_id}{step}", 303)


# ---------------------------------------------------------------- one import
@router.get("/imports/{import_id}")
def show(
    request: Request, imports: TheImports, me: Me, import_id: UUID, step: str = ""
) -> Response:
    """The import where it stands; ``step=columns`` goes back to the mapping before the commit."""
    return _show(request, imports, me, import_id, step=step)


def _show(
    request: Request,
    imports: Imports,
    me: Actor,
    import_id: UUID,
    *,
    step: str = "",
    refused: str = "",
    status: int = 200,
) -> Response:
    sheet = sheet_of(imports, import_id, me, _say(request))
    mapping_open = sheet.state is ImportState.UPLOADED or (
        step == "columns" and sheet.state is ImportState.CHECKED
    )
    facts: dict[str, Any] = {
        "sheet": sheet,
        "refused": refused,
        "share": _share(imports, sheet),
        "is_built_in": sheet.preset in BUILT_IN,
    }
    if mapping_open:
        return render(
            request, "imports/columns.html", status=status, **facts, **_mapping_facts(sheet)
        )
    with imports.database.reading() as db:
        found = [h for h in hotels.hotels_of(db, by=me) if h.id == sheet.hotel_id]
    return render(
        request,
        "imports/import.html",
        status=status,
        hotel=found[0] if found else None,
        how=_how(sheet, _say(request)),
        **facts,
    )


def _how(sheet: ImportSheet, say: Any) -> list[tuple[str, str]]:
    """Pairs for the list of how a file was read."""
    marks = {"\t": say("tab"), ",": say("comma ,"), ";": say("semicolon ;")}
    mapped = [one for one in sheet.columns if one.field]
    pairs = [
        (say("Encoding"), sheet.encoding or say("Excel workbook")),
        (say("Columns are parted by"), marks.get(sheet.delimiter or "", sheet.delimiter or "")),
        (say("Sheet"), sheet.sheet or ""),
        (say("Preset"), sheet.preset or ""),
        (say(mark("Columns used")), ", ".join(one.column for one in mapped)),
        (
            say(mark("Columns left out")),
            ", ".join(one.column for one in sheet.columns if not one.field and one.column),
        ),
    ]
    if sheet.preset in BUILT_IN:
        pairs = pairs[:4]
    return [(key, value) for key, value in pairs if value]


def _share(imports: Imports, sheet: ImportSheet) -> float:
    """How far the work at hand is, 0 to 1."""
    if sheet.state is ImportState.CHECKING:
        return imports.folder(sheet.id).said()
    if sheet.state is ImportState.COMMITTING:
        return sheet.rows_done / max(sheet.rows, 1)
    return 0.0


def _mapping_facts(sheet: ImportSheet) -> dict[str, Any]:
    targets = FIELDS[sheet.kind]
    lines = []
    for place, one in enumerate(sheet.columns):
        sort = targets[one.field].sort if one.field else None
        formats: tuple[str, ...] = ()
        if sort is Sort.DATE:
            formats = DATE_FORMATS
        elif sort is Sort.AMOUNT:
            formats = NUMBER_FORMATS
        rule = one.rule or default_rule(sheet.kind).value
        lines.append(
            Line(
                one.column,
                one.samples[:3],
                one.by,
                one.field or "",
                rule,
                one.format or "auto",
                formats,
                place,
            )
        )
    return {
        "lines": lines,
        "fields": [(f.name, f.label) for f in targets.values()],
        "rules": [rule.value for rule in ColumnRule],
        "encodings": ENCODINGS,
        "delimiters": DELIMITERS,
    }


@router.post("/imports/{import_id}/reading")
def read_again(
    request: Request,
    imports: TheImports,
    me: Me,
    import_id: UUID,
    encoding: Word = "",
    delimiter: Word = "",
    sheet: Word = "",
) -> Response:
    """Read the file in the encoding, with the delimiter, or from the sheet that was chosen."""
    before = sheet_of(imports, import_id, me)
    try:
        options = _options(
            before,
            encoding=encoding or None,
            delimiter=delimiter or None,
            sheet=sheet or None,
            mapping=None,
        )
        imports.change(import_id, options, by=me, sheet_only=True)
    except Invalid as error:
        said = error.in_words(_say(request)(error.template))
        return _show(request, imports, me, import_id, step="columns", refused=said, status=422)
    return _to(import_id)


def _options(before: ImportSheet, **told: Any) -> ImportOptions:
    """The choices of an import, with some of them changed."""
    kept = {
        "kind": before.kind,
        "preset": before.preset,
        "encoding": before.encoding,
        "delimiter": before.delimiter,
        "sheet": before.sheet if before.sheets else None,
    }
    return options_from(**{**kept, **told})


@router.post("/imports/{import_id}/columns")
async def map_columns(request: Request, imports: TheImports, me: Me, import_id: UUID) -> Response:
    """Take the mapping over and do the dry run."""
    form = await request.form()
    return await run_in_threadpool(_map_columns, request, imports, me, import_id, form)


def _map_columns(
    request: Request, imports: Imports, me: Actor, import_id: UUID, form: FormData
) -> Response:
    before = sheet_of(imports, import_id, me)
    try:
        mapping = None if before.preset in BUILT_IN else _mapping_from(before, form)
        options = _options(before, mapping=mapping)
        large = before.size_bytes > AT_ONCE_BYTES
        imports.change(import_id, options, by=me, sheet_only=large)
        if large:
            with imports.database.writing() as db:
                start_check(db, import_id)
                put(db, CHECK, import_id, imports.data_dir, turn=str(form.get("turn", "")))
    except Invalid as error:
        said = error.in_words(_say(request)(error.template))
        return _show(request, imports, me, import_id, step="columns", refused=said, status=422)
    return _to(import_id)


def _mapping_from(before: ImportSheet, form: FormData) -> dict[str, Any]:
    """The mapping as JSON from the form's numbered selects."""
    columns = {}
    for place, one in enumerate(before.columns):
        chosen = str(form.get(f"field-{place}", ""))
        if chosen:
            style = str(form.get(f"format-{place}", "auto"))
            columns[one.column] = {
                "field": chosen[:40],
                "rule": str(form.get(f"rule-{place}", "")) or None,
                "format": style[:16] if style != "auto" else None,
            }
    kept = {k: v for k, v in before.mapping.items() if k not in ("columns", "system")}
    system = str(form.get("system", "")).strip().lower() or "file"
    return {**kept, "system": system, "columns": columns}


@router.get("/imports/{import_id}/progress")
def progress(request: Request, imports: TheImports, me: Me, import_id: UUID) -> Response:
    """The bar of work in the background; when it is done, the page loads anew."""
    sheet = sheet_of(imports, import_id, me, _say(request))
    busy = sheet.state in (ImportState.CHECKING, ImportState.COMMITTING, ImportState.UNDOING)
    if not busy:
        return Response(headers={"HX-Redirect": f"/imports/{import_id}"})
    share = _share(imports, sheet)
    return render(request, "imports/_progress.html", sheet=sheet, share=share)


@router.post("/imports/{import_id}/commit")
def do_commit(request: Request, imports: TheImports, me: Me, import_id: UUID) -> Response:
    return _do(request, imports, me, import_id, commit)


@router.post("/imports/{import_id}/undo")
def do_undo(request: Request, imports: TheImports, me: Me, import_id: UUID) -> Response:
    return _do(request, imports, me, import_id, undo)


def _do(request: Request, imports: Imports, me: Actor, import_id: UUID, deed: Any) -> Response:
    """Do it, or say on the same page why it cannot be done; pressed twice is pressed once."""
    try:
        deed(imports, import_id, me)
    except NotReady:
        return _to(import_id)
    except CrmError as error:
        said = error.in_words(_say(request)(error.template))
        return _show(request, imports, me, import_id, refused=said, status=409)
    return _to(import_id)


@router.post("/imports/{import_id}/preset")
def keep_preset(
    request: Request, imports: TheImports, me: Me, import_id: UUID, name: Word
) -> Response:
    """Save the mapping under a name."""
    try:
        saving = PresetSave(name=name.strip().lower().replace(" ", "-"))
        with imports.database.writing() as db:
            service.keep_preset(db, import_id, saving, by=me)
    except (ValueError, CrmError) as error:
        say = _say(request)
        template = error.template if isinstance(error, CrmError) else _BAD_NAME
        return _show(request, imports, me, import_id, refused=say(template), status=422)
    return _to(import_id, "?step=kept")


_BAD_NAME = mark("A preset's name has 2 to 59 letters, digits and hyphens.")


@router.get("/imports/{import_id}/rejects.csv")
def download_rejects(request: Request, imports: TheImports, me: Me, import_id: UUID) -> Response:
    return rejects(imports, import_id, me, _say(request))
