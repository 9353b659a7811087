"""Words of the document shelf."""

from enum import StrEnum

FILE_MAX_BYTES = 15 * 1024 * 1024
PIXELS_MAX = 50_000_000
TITLE_MAX = 120


class DocumentClass(StrEnum):
    """First level of the catalogue; the policy says per class who may see it."""

    IDENTITY = "identity"
    REGISTRATION = "registration"
    CORRESPONDENCE = "correspondence"
    COMPLAINT = "complaint"
    CONSENT = "consent"
    CONTRACT = "contract"
    PHOTO = "photo"


class FileKind(StrEnum):
    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"


SUFFIX = {FileKind.PDF: ".pdf", FileKind.JPEG: ".jpg", FileKind.PNG: ".png", FileKind.WEBP: ".webp"}
