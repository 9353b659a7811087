"""What a file is goes by its content; two-faced, active, damaged and monstrous ones stay out."""

import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from crm.documents import files
from crm.documents.terms import FILE_MAX_BYTES, FileKind
from crm.kit.errors import Invalid
from tests.crm.documents.pictures import packed, pdf, picture

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def huge_png(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims a monstrous size."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    body = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


class TestWhatIsTaken:
    @pytest.mark.parametrize(
        ("content", "kind"),
        [
            (picture("JPEG"), FileKind.JPEG),
            (picture("PNG"), FileKind.PNG),
            (picture("WEBP"), FileKind.WEBP),
            (picture("PNG", mode="RGBA", colour=(1, 2, 3, 4)), FileKind.PNG),
            (picture("PNG", mode="L", colour=120), FileKind.PNG),
            (picture("PNG", mode="1", colour=1), FileKind.PNG),
            (picture("JPEG", mode="CMYK", colour=(1, 2, 3, 4)), FileKind.JPEG),
            (pdf(), FileKind.PDF),
        ],
    )
    def test_four_kinds(self, content: bytes, kind: FileKind) -> None:
        assert files.check(content).kind is kind

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    def test_no_picture_says_where_it_was_taken(self, kind: str) -> None:
        content = picture(kind, where=True)
        assert b"SecretCamera" in content
        kept = files.check(content).content
        assert b"SecretCamera" not in kept
        with Image.open(io.BytesIO(kept)) as seen:
            assert not dict(seen.getexif())
            assert seen.size == (40, 30)

    def test_a_turned_picture_is_kept_upright(self) -> None:
        kept = files.check(picture("JPEG", where=True, turned=6)).content
        with Image.open(io.BytesIO(kept)) as seen:
            assert seen.size == (30, 40)

    def test_what_hangs_behind_a_picture_is_gone(self) -> None:
        kept = files.check(picture("JPEG") + b"PK\x03\x04<script>alert(1)</script>").content
        assert b"script" not in kept

    def test_a_moving_picture_keeps_its_first_frame(self) -> None:
        out = io.BytesIO()
        first, second = (Image.new("RGB", (9, 9), c) for c in ("red", "blue"))
        first.save(out, "WEBP", save_all=True, append_images=[second], lossless=True)
        with Image.open(io.BytesIO(files.check(out.getvalue()).content)) as seen:
            assert getattr(seen, "n_frames", 1) == 1
            pixel = seen.convert("RGB").getpixel((4, 4))
            assert isinstance(pixel, tuple)
            assert pixel[0] > 200


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "file_empty"),
            (b"x" * (FILE_MAX_BYTES + 1), "file_size"),
            (SVG, "file_kind"),
            (b"<!doctype html><script>alert(1)</script>", "file_kind"),
            (b"MZ\x90\x00" + b"\0" * 100, "file_kind"),
            (b"\x7fELF" + b"\0" * 100, "file_kind"),
            (b"PK\x03\x04" + b"\0" * 100, "file_kind"),
            (b"GIF89a" + b"\0" * 100, "file_kind"),
            (EICAR, "file_kind"),
            (b"just words", "file_kind"),
            (picture("JPEG")[:-200], "file_broken"),
            (b"\xff\xd8\xff\xe0" + b"\0" * 50, "file_broken"),
            (picture("PNG")[:60], "file_broken"),
            (huge_png(50_000, 50_000), "file_pixels"),
            (huge_png(7_100, 7_100), "file_pixels"),
            (b"%PDF-1.7\nno end", "file_broken"),
            (b"%PDF-1.7<html>" + pdf(), "file_broken"),
            (pdf(tail=b"PK\x03\x04 something after the end"), "file_broken"),
            (pdf(b"4 0 obj\n(<html><script>alert(1)</script>)\nendobj\n"), "file_polyglot"),
            (pdf(b"% PK\x05\x06 the end of an archive\n"), "file_polyglot"),
            (pdf(b"4 0 obj\n<< /S /JavaScript /JS (app.alert(1)) >>\nendobj\n"), "file_active"),
            (pdf(b"4 0 obj\n<< /S /Java#53cript >>\nendobj\n"), "file_active"),
            (pdf(b"4 0 obj\n<< /S /Launch /F (cmd.exe) >>\nendobj\n"), "file_active"),
            (pdf(b"4 0 obj\n<< /EmbeddedFiles 5 0 R >>\nendobj\n"), "file_active"),
            (pdf(packed(b"4 0 << /S /JavaScript >>")), "file_active"),
        ],
    )
    def test_with_its_reason(self, content: bytes, code: str) -> None:
        with pytest.raises(Invalid) as refused:
            files.check(content)
        assert refused.value.code == code
        assert refused.value.details["pointer"] == "/file"

    def test_letters_that_turn_up_in_packed_bytes_are_no_program(self) -> None:
        page = b"4 0 obj\n<< /Length 40 >>\nstream\nx/JS y/JavaScript z/Launch\nendstream\nendobj\n"
        assert files.check(pdf(page)).kind is FileKind.PDF

    @settings(max_examples=300)
    @given(st.binary(max_size=400), st.sampled_from([b"", b"%PDF-1.4\n", b"\xff\xd8\xff\xe0"]))
    def test_whatever_comes_it_is_kept_or_refused(self, content: bytes, start: bytes) -> None:
        try:
            kept = files.check(start + content)
        except Invalid:
            return
        assert kept.kind in FileKind

    @settings(max_examples=60, deadline=None)
    @given(st.integers(0, 600), st.integers(0, 255))
    def test_a_flipped_byte_never_breaks_the_house(self, at: int, byte: int) -> None:
        content = bytearray(picture("PNG"))
        content[at % len(content)] = byte
        codes = {"file_broken", "file_kind", "file_pixels"}
        assert self._outcome(bytes(content)) in {*codes, "kept"}

    @staticmethod
    def _outcome(content: bytes) -> str:
        try:
            files.check(content)
        except Invalid as refused:
            return refused.code
        return "kept"
