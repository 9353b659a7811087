"""Small files of every kind, honest and otherwise."""

import io
import zlib
from typing import Any

from PIL import Image

WHERE = (52, 31)


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30), **more: Any) -> bytes:
    """A red picture; ``where=True`` writes into EXIF where it was taken."""
    image = Image.new(more.get("mode", "RGB"), size, more.get("colour", (200, 30, 30)))
    out = io.BytesIO()
    options: dict[str, Any] = {}
    if more.get("where"):
        exif = Image.Exif()
        exif[0x010F] = "SecretCamera"
        exif[0x0112] = more.get("turned", 1)
        exif.get_ifd(0x8825)[2] = (31.0, 14.0, 0.0)
        options["exif"] = exif
    image.save(out, kind, **options)
    return out.getvalue()


def pdf(extra: bytes = b"", *, tail: bytes = b"") -> bytes:
    """A PDF of one empty page; ``extra`` are further objects."""
    return (
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
        b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
        b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>\nendobj\n"
        + extra
        + b"trailer\n<< /Root 1 0 R >>\nstartxref\n0\n%%EOF\n"
        + tail
    )


def packed(objects: bytes) -> bytes:
    """Objects hidden in a compressed stream, as PDF 1.5 allows."""
    body = zlib.compress(objects)
    return (
        b"9 0 obj\n<< /Type /ObjStm /Filter /FlateDecode /N 1 /First 4 /Length "
        + str(len(body)).encode()
        + b" >>\nstream\n"
        + body
        + b"\nendstream\nendobj\n"
    )
