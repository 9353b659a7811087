"""The document shelf for routes, and how a file leaves it: never to be opened by the browser."""

from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request, UploadFile
from starlette.responses import Response

from crm.documents.queries import OnShelf
from crm.documents.rules import file_name
from crm.documents.store import Shelf as DocumentShelf
from crm.documents.terms import FILE_MAX_BYTES, SUFFIX, FileKind
from crm.kit.errors import Invalid
from web.deps import settings_of, vault_of

UPLOAD_MAX = FILE_MAX_BYTES + 64 * 1024
"""The body of an upload: the file and the form around it."""

SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"


def shelf_of(request: Request) -> DocumentShelf:
    return DocumentShelf(settings_of(request).data_dir, vault_of(request))


Shelf = Annotated[DocumentShelf, Depends(shelf_of)]


def content_of(upload: UploadFile) -> bytes:
    """The bytes of an uploaded file; `Invalid` beyond the limit, before all of them are read."""
    content = upload.file.read(FILE_MAX_BYTES + 1)
    if len(content) > FILE_MAX_BYTES:
        raise Invalid("A file has at most 15 MB.", "file_size", pointer="/file")
    return content


def handed_out(shelf: DocumentShelf, found: OnShelf) -> Response:
    """A document as a download."""
    return as_download(shelf, found.row.title, found.row.file_kind, found.sha256)


def as_download(shelf: DocumentShelf, title: str, kind: FileKind, sha256: str) -> Response:
    """The file as a download with a harmless name; a browser that opens it anyway is in a box."""
    name = file_name(title, SUFFIX[kind])
    plain = "".join(c if c.isascii() else "_" for c in name)
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    return Response(
        shelf.take(sha256),
        media_type=kind.value,
        headers={
            "Content-Disposition": disposition,
            "Content-Security-Policy": SANDBOX,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )
