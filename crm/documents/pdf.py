"""Looks into a PDF that is kept as it came: nothing but a PDF, and nothing in it that acts.

Every step goes through the bytes once: patterns that look back took ten seconds for 100 kB and
hours for a file of the allowed size (measured). Where a stream begins and ends is what the file
says, and it may lie; so the names of whatever acts are looked for everywhere, and only the short
ones, which packed bytes hold by chance, outside of streams alone.
"""

import re
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from crm.kit.errors import Invalid

POINTER = "/file"
OBJECTS_MAX = 16 * 1024 * 1024
"""What the packed objects of one file may unpack to."""

_HEAD = re.compile(rb"%PDF-[12]\.\d[\r\n \t]")
_END = b"%%EOF"
_ZIP_END = b"PK\x05\x06"
_ZIP_REACH = 66_000
_MARKUP = re.compile(rb"<(?:!doctype|html|head|body|script|svg|iframe|\?php)", re.IGNORECASE)


def _named(*words: str) -> re.Pattern[bytes]:
    """Finds these names, each letter plain or escaped: ``/Java#53cript`` is ``/JavaScript``."""
    spelt = [
        "".join(rf"(?:{letter}|#{ord(letter):02x}|#{ord(letter):02X})" for letter in word)
        for word in words
    ]
    return re.compile(rf"/(?:{'|'.join(spelt)})(?=[\0\t\n\f\r /<>\[\](){{}}%]|$)".encode())


_ACTING = _named("JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles", "RichMedia")
_ACTING_SHORT = _named("JS", "XFA")
_LOCKED = _named("Encrypt")
_OBJECTS = _named("ObjStm")
_PLAINLY_PACKED = _named("FlateDecode", "Fl")
_OTHERWISE_PACKED = _named(
    *("ASCIIHexDecode", "AHx", "ASCII85Decode", "A85", "LZWDecode", "LZW"),
    *("RunLengthDecode", "RL", "Crypt", "Predictor"),
)


class Stream(NamedTuple):
    """What stands before a stream since the last one, and its packed bytes."""

    before: bytes
    packed: bytes


def check_pdf(content: bytes) -> None:
    """`Invalid` unless it is a PDF from its first to its last byte, harmless and readable."""
    end = content.rfind(_END)
    whole = _HEAD.match(content) and end > 0
    if not whole or content[end + len(_END) :].strip(b"\r\n \t\0"):
        raise broken()
    if _ZIP_END in content[-_ZIP_REACH:] or _MARKUP.search(content[:4096]):
        raise Invalid(
            "This file can be read as two kinds at once. Print it anew as PDF.",
            "file_polyglot",
            pointer=POINTER,
        )
    outside, objects = _parts(content)
    if _LOCKED.search(outside):
        raise Invalid("This PDF is locked. Print it anew as PDF.", "file_locked", pointer=POINTER)
    if _ACTING.search(content) or any(
        acts.search(part) for part in (outside, objects) for acts in (_ACTING, _ACTING_SHORT)
    ):
        raise _active()


def broken() -> Invalid:
    """What is said of a file that ends too early or makes no sense."""
    return Invalid("The file is damaged or incomplete.", "file_broken", pointer=POINTER)


def _active() -> Invalid:
    return Invalid(
        "This PDF contains programs or other files. Print it anew as PDF.",
        "file_active",
        pointer=POINTER,
    )


def _parts(content: bytes) -> tuple[bytes, bytes]:
    """What stands outside of streams, and the objects that were packed into streams."""
    outside, objects = [], []
    left = OBJECTS_MAX
    last = 0
    for stream, ends in _streams(content):
        outside.append(stream.before)
        last = ends
        if b"/" not in stream.before or not _OBJECTS.search(stream.before):
            continue
        if _OTHERWISE_PACKED.search(stream.before):
            raise _active()
        packed = _PLAINLY_PACKED.search(stream.before)
        objects.append(_unpacked(stream.packed, left) if packed else stream.packed)
        left -= len(objects[-1])
        if left <= 0:
            raise _active()
    return b" ".join([*outside, content[last:]]), b" ".join(objects)


def _streams(content: bytes) -> Iterator[tuple[Stream, int]]:
    """Each stream with the position behind it."""
    at = 0
    while (start := content.find(b"stream", at)) >= 0:
        end = content.find(b"endstream", start + 6)
        if end < 0:
            return
        yield Stream(content[at:start], content[start + 6 : end].lstrip(b"\r\n")), end + 9
        at = end + 9


def _unpacked(packed: bytes, most: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed, max(most, 1))
    except zlib.error:
        raise broken() from None
