"""What a file is goes by its content; two-faced, active, damaged and monstrous ones stay out."""

import io
import struct
import time
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
        page = b"4 0 obj\n<< /Length 40 >>\nstream\nx/JS y/XFA /Java /Script\nendstream\nendobj\n"
        assert files.check(pdf(page)).kind is FileKind.PDF

    @pytest.mark.parametrize(
        ("objects", "code"),
        [
            # where a stream ends is what the file says, and it may lie
            (b"% stream\n4 0 obj\n<< /S /JavaScript /JS (x) >>\nendobj\n% endstream\n", "active"),
            (b"4 0 obj\n<< /S /J#61vaScript >>\nendobj\n", "active"),
            (b"4 0 obj\n<< /S /Laun#63h >>\nendobj\n", "active"),
            (b"4 0 obj\n<< /J#53 (app.alert(1)) >>\nendobj\n", "active"),
            (packed(b"4 0 << /JS (x) >>").replace(b"/ObjStm", b"/Obj#53tm"), "active"),
            (packed(b"4 0 << /JS (x) >>").replace(b"/Type", b" " * 3000 + b"/Type"), "active"),
            (packed(b"4 0 << >>").replace(b"/FlateDecode", b"[/AHx /FlateDecode]"), "active"),
            (packed(b"4 0 << >>").replace(b"/N 1", b"/Predictor 12 /N 1"), "active"),
            (packed(b"0" * 17_000_000), "active"),
            (packed(b"4 0 << >>").replace(b"x\x9c", b"xx"), "broken"),
            (b"4 0 obj\n<< /Encrypt 5 0 R >>\nendobj\n", "locked"),
        ],
    )
    def test_no_program_hides_in_a_pdf(self, objects: bytes, code: str) -> None:
        with pytest.raises(Invalid) as refused:
            files.check(pdf(objects))
        assert refused.value.code == f"file_{code}"

    @pytest.mark.parametrize(
        "filling",
        [b"<<", b"<<>>", b"stream\n", b"stream endstream", b"/#41", b" ", b"%PDF-", b"/ObjStm<<"],
    )
    def test_no_pdf_takes_long_to_look_through(self, filling: bytes) -> None:
        """100 kB of the first of these once took ten seconds, and grew with the square."""
        content = pdf(filling * (3_000_000 // len(filling)))
        began = time.process_time()
        self._outcome(content)
        assert time.process_time() - began < 5

    @pytest.mark.parametrize(
        ("content", "named", "fits"),
        [
            (pdf(), "passport.pdf", True),
            (pdf(), "PASSPORT.PDF", True),
            (pdf(), "", True),
            (pdf(), "scan", True),
            (pdf(), "Dr. Wang 护照", True),
            (pdf(), "passport.pdf.exe", False),
            (pdf(), "passport.html", False),
            (pdf(), "passport.jpg", False),
            (pdf(), "..\\..\\x.js", False),
            (pdf(), "../../x", True),
            (pdf(), "C:\\x", True),
            (pdf(), "con", True),
            (pdf(), "护" * 80 + ".pdf", True),
            (pdf(), ".pdf", True),
            (pdf(), "a.pdf ", True),
            (picture("JPEG"), "IMG_1.JPG", True),
            (picture("JPEG"), "from-a-messenger.png", True),
            (picture("PNG"), "a.pdf", False),
            (picture("PNG"), "a.svg", False),
        ],
    )
    def test_a_name_may_not_promise_something_else(
        self, content: bytes, named: str, fits: bool
    ) -> None:
        refused = self._outcome(content, named)
        assert refused == ("kept" if fits else "file_name")

    @pytest.mark.parametrize("kind", [b"zTXt", b"iCCP"])
    def test_words_hung_onto_a_picture_are_no_bomb(self, kind: bytes) -> None:
        words = kind + b"a\0\0" + zlib.compress(b"0" * 200_000_000, 9)
        check = struct.pack(">I", zlib.crc32(words))
        chunk = struct.pack(">I", len(words) - 4) + words + check
        content = picture("PNG")
        began = time.process_time()
        assert self._outcome(content[:33] + chunk + content[33:]) in {"file_broken", "kept"}
        assert time.process_time() - began < 3

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
    def _outcome(content: bytes, named: str = "") -> str:
        try:
            files.check(content, named=named)
        except Invalid as refused:
            return refused.code
        return "kept"
