"""Looks into an uploaded file: what it is goes by its content; its name may not say otherwise.

Images are drawn anew, which drops EXIF (places where a photo was taken) and whatever hangs
behind the picture. PDFs are kept as they are, so those are refused that another program could
read as something else, or that carry programs of their own.
"""

import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import filetype

from crm.documents import rules
from crm.documents.pdf import POINTER, broken, check_pdf
from crm.documents.terms import FILE_MAX_BYTES, PIXELS_MAX, FileKind
from crm.kit.errors import Invalid

if TYPE_CHECKING:
    from PIL import Image

_FORMATS = {FileKind.JPEG: "JPEG", FileKind.PNG: "PNG", FileKind.WEBP: "WEBP"}


@dataclass(frozen=True)
class Checked:
    """A file fit for the shelf: what it is, and the bytes to keep."""

    kind: FileKind
    content: bytes


def check(content: bytes, *, named: str = "") -> Checked:
    """The file as it may be shelved; `Invalid` says why it may not.

    ``named`` is the name it came with: one that promises something else than the content is, such
    as ``passport.pdf.exe``, is a reason to look twice.
    """
    if not content:
        raise Invalid("The file is empty.", "file_empty", pointer=POINTER)
    if len(content) > FILE_MAX_BYTES:
        raise Invalid("A file has at most 15 MB.", "file_size", pointer=POINTER)
    kind = _kind_of(content)
    if not rules.fits_name(kind, named):
        raise Invalid(
            "The name of this file says that it is something else. Rename it, or save it anew.",
            "file_name",
            pointer=POINTER,
        )
    if kind is FileKind.PDF:
        check_pdf(content)
        return Checked(kind, content)
    return Checked(kind, _redrawn(content, kind))


def _kind_of(content: bytes) -> FileKind:
    found = filetype.guess(content[:8192])
    try:
        return FileKind(found.mime if found else "")
    except ValueError:
        raise Invalid(
            "Only PDF, JPEG, PNG and WebP files are kept here.", "file_kind", pointer=POINTER
        ) from None


def _redrawn(content: bytes, kind: FileKind) -> bytes:
    """The picture alone, upright; its size is read before a single pixel is unpacked."""
    from PIL import Image, ImageOps, UnidentifiedImageError  # only where a picture comes in

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=[_FORMATS[kind]]) as seen:
                if seen.width * seen.height > PIXELS_MAX:
                    raise Invalid(
                        "A picture has at most 50 megapixels.", "file_pixels", pointer=POINTER
                    )
                seen.verify()
            with Image.open(io.BytesIO(content), formats=[_FORMATS[kind]]) as picture:
                picture.seek(0)
                upright = ImageOps.exif_transpose(picture)
                return _drawn(upright, kind)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise broken() from error
    except Image.DecompressionBombError as error:
        raise Invalid(
            "A picture has at most 50 megapixels.", "file_pixels", pointer=POINTER
        ) from error


def _drawn(picture: "Image.Image", kind: FileKind) -> bytes:
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
