"""The photo of a thing found: drawn anew, made small, sealed."""

import io
from uuid import UUID

from crm.documents import files
from crm.documents.terms import FileKind
from crm.kit.errors import Invalid
from crm.kit.vault import Vault
from crm.lost_property.terms import PHOTO_EDGE, PHOTO_MAX_BYTES

QUALITY = 80


def drawn(content: bytes) -> bytes:
    """A JPEG of at most `PHOTO_EDGE` pixels a side without where and when it was taken.

    `Invalid` for anything but a picture, or one above 8 MB.
    """
    if len(content) > PHOTO_MAX_BYTES:
        raise Invalid("A photo has at most 8 MB.", "photo_size", pointer="/file")
    checked = files.check(content)
    if checked.kind is FileKind.PDF:
        raise Invalid("A photo is a JPEG, PNG or WebP file.", "photo_kind", pointer="/file")
    from PIL import Image  # only where a picture comes in

    with Image.open(io.BytesIO(checked.content)) as picture:
        small = picture.convert("RGB")
        small.thumbnail((PHOTO_EDGE, PHOTO_EDGE))
        out = io.BytesIO()
        small.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def sealed(vault: Vault, item_id: UUID, content: bytes) -> bytes:
    return vault.seal_bytes(content, bound_to=item_id.bytes)


def opened(vault: Vault, item_id: UUID, content: bytes) -> bytes:
    return vault.open_bytes(content, bound_to=item_id.bytes)
