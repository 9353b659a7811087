"""Looks into an uploaded file: what it is goes by its content, never by its name.

Images are drawn anew, which drops EXIF (places where a photo was taken) and whatever hangs
behind the picture. PDFs are kept as they are, so those are refused that another program could
read as something else, or that carry programs of their own.
"""

import io
import re
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import filetype
from PIL import Image, ImageOps, UnidentifiedImageError

from crm.documents.terms import FILE_MAX_BYTES, PIXELS_MAX, FileKind
from crm.kit.errors import Invalid

_POINTER = "/file"
_FORMATS = {FileKind.JPEG: "JPEG", FileKind.PNG: "PNG", FileKind.WEBP: "WEBP"}
_PDF_HEAD = re.compile(rb"%PDF-[12]\.\d[\r\n \t]")
_PDF_END = b"%%EOF"
_ZIP_END = b"PK\x05\x06"
_ZIP_REACH = 66_000
_MARKUP = re.compile(rb"<(?:!doctype|html|head|body|script|svg|iframe|\?php)", re.IGNORECASE)
_HEX_NAME = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"(<<[^\0]{0,2000}?>>)?\s*stream\r?\n(.*?)endstream", re.DOTALL)
_OBJECTS_MAX = 8 * 1024 * 1024
_PDF_ACTS = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA)\b")


@dataclass(frozen=True)
class Checked:
    """A file fit for the shelf: what it is, and the bytes to keep."""

    kind: FileKind
    content: bytes


def check(content: bytes) -> Checked:
    """The file as it may be shelved; `Invalid` says why it may not."""
    if not content:
        raise Invalid("The file is empty.", "file_empty", pointer=_POINTER)
    if len(content) > FILE_MAX_BYTES:
        raise Invalid("A file has at most 15 MB.", "file_size", pointer=_POINTER)
    kind = _kind_of(content)
    if kind is FileKind.PDF:
        _check_pdf(content)
        return Checked(kind, content)
    return Checked(kind, _redrawn(content, kind))


def _kind_of(content: bytes) -> FileKind:
    found = filetype.guess(content[:8192])
    try:
        return FileKind(found.mime if found else "")
    except ValueError:
        raise Invalid(
            "Only PDF, JPEG, PNG and WebP files are kept here.", "file_kind", pointer=_POINTER
        ) from None


def _check_pdf(content: bytes) -> None:
    """`Invalid` unless it is a PDF from its first to its last byte, and nothing but that."""
    end = content.rfind(_PDF_END)
    whole = _PDF_HEAD.match(content) and end > 0
    if not whole or content[end + len(_PDF_END) :].strip(b"\r\n \t\0"):
        raise _broken()
    if _ZIP_END in content[-_ZIP_REACH:] or _MARKUP.search(content[:4096]):
        raise Invalid(
            "This file can be read as two kinds at once. Print it anew as PDF.",
            "file_polyglot",
            pointer=_POINTER,
        )
    if any(_PDF_ACTS.search(_unescaped(part)) for part in _readable_parts(content)):
        raise Invalid(
            "This PDF contains programs or other files. Print it anew as PDF.",
            "file_active",
            pointer=_POINTER,
        )


def _readable_parts(content: bytes) -> Iterator[bytes]:
    """The objects of a PDF without their streams, and the objects packed into streams.

    Streams of pictures and pages are left out: in 15 MB of packed bytes any three letters turn
    up by chance.
    """
    yield _STREAM.sub(b" ", content)
    left = _OBJECTS_MAX
    for found in _STREAM.finditer(content):
        if b"/ObjStm" in (found[1] or b"") and left > 0:
            objects = _inflated(found[2], left)
            left -= len(objects)
            yield objects


def _inflated(packed: bytes, most: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed, most)
    except zlib.error:
        return packed


def _unescaped(part: bytes) -> bytes:
    """``/Java#53cript`` is ``/JavaScript``."""
    return _HEX_NAME.sub(lambda found: bytes([int(found[1], 16)]), part)


def _redrawn(content: bytes, kind: FileKind) -> bytes:
    """The picture alone, upright; its size is read before a single pixel is unpacked."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=[_FORMATS[kind]]) as seen:
                if seen.width * seen.height > PIXELS_MAX:
                    raise Invalid(
                        "A picture has at most 50 megapixels.", "file_pixels", pointer=_POINTER
                    )
                seen.verify()
            with Image.open(io.BytesIO(content), formats=[_FORMATS[kind]]) as picture:
                picture.seek(0)
                upright = ImageOps.exif_transpose(picture)
                return _drawn(upright, kind)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise _broken() from error
    except Image.DecompressionBombError as error:
        raise Invalid(
            "A picture has at most 50 megapixels.", "file_pixels", pointer=_POINTER
        ) from error


def _drawn(picture: Image.Image, kind: FileKind) -> bytes:
    has_alpha = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    with_alpha = has_alpha and kind is not FileKind.JPEG
    grey = picture.mode in ("1", "L", "I;16", "I")
    mode = "RGBA" if with_alpha else "L" if grey and not has_alpha else "RGB"
    clean = picture.convert(mode)
    clean.info = {}
    out = io.BytesIO()
    if kind is FileKind.PNG:
        clean.save(out, "PNG", compress_level=6)
    else:
        clean.save(out, _FORMATS[kind], quality=90)
    return out.getvalue()


def _broken() -> Invalid:
    return Invalid("The file is damaged or incomplete.", "file_broken", pointer=_POINTER)
