"""Files by hostile names, and how they leave the house again."""

import pytest

from crm.intake.rules import name_of_file
from tests import factories
from tests.conftest import Client
from tests.crm.documents.pictures import pdf, picture

NAMES = [
    ("../../x", "x"),
    ("..\\..\\x.csv", "x.csv"),
    ("C:\\Users\\lin\\guests.csv", "guests.csv"),
    ("/etc/passwd", "passwd"),
    ("con", "con"),
    ("", "file"),
    ("..", ".."),
    ("/", "file"),
    ("   ", "file"),
    ("a\0b.csv", "ab.csv"),
    ("a\r\nSet-Cookie: x=1.csv", "aSet-Cookie: x=1.csv"),
    ("gpj.\u202evsc.exe", "gpj.vsc.exe"),
    ("lone\ud800.csv", "lone.csv"),
    ("客" * 85, "客" * 85),
    ("客" * 400 + ".csv", "客" * 200),
    ("<img src=x onerror=alert(1)>.csv", "<img src=x onerror=alert(1)>.csv"),
    ("e\u0301.csv", "\xe9.csv"),
]


@pytest.mark.parametrize(("given", "kept"), NAMES)
def test_a_name_is_its_last_part_in_characters_of_text(given: str, kept: str) -> None:
    assert name_of_file(given) == kept


def raw_form(name: bytes, content: bytes, fields: dict[str, str]) -> tuple[bytes, str]:
    """A multipart body as no client library would send it."""
    parts = [
        f'--B\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    head = b'--B\r\nContent-Disposition: form-data; name="file"; filename="' + name + b'"\r\n'
    parts.append(head + b"Content-Type: text/html\r\n\r\n" + content + b"\r\n")
    return b"".join([*parts, b"--B--\r\n"]), "multipart/form-data; boundary=B"


@pytest.mark.parametrize(
    "name",
    [
        *(given.encode("utf-8", "surrogatepass") for given, _ in NAMES if given.strip("\0")),
        b"\xff\xfe.csv",
        b"\xe5\xae.csv",
        b"a%00b.csv",
        b"a%0d%0ab.csv",
        b"n" * 255 + b".csv",
    ],
)
def test_an_import_by_any_name_is_taken_or_refused(client: Client, name: bytes) -> None:
    client.as_("file_centre")
    content = "id,name,phone\n1,陈静怡,13800138000\n2,李娜,ask\n".encode()
    body, kind = raw_form(
        name.replace(b"\r\n", b" ").replace(b"\0", b""), content, {"kind": "guests"}
    )
    answer = client.post("/api/v1/imports", content=body, headers={"Content-Type": kind})
    assert answer.status_code in (201, 400, 422), answer.text
    if answer.status_code != 201:
        return
    page = client.get(f"/imports/{answer.json()['id']}")
    assert page.status_code == 200
    assert "<img src=x onerror" not in page.text
    rejects = client.get(f"/api/v1/imports/{answer.json()['id']}/rejects.csv")
    assert rejects.headers["content-disposition"].startswith("attachment; ")
    assert rejects.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert rejects.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("../../x", pdf(), 201),
        ("C:\\x", picture("JPEG"), 201),
        ("con", picture("PNG"), 201),
        ("客" * 85, picture("WEBP"), 201),
        ("a.pdf.exe", pdf(), 422),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", 422),
        ("a.jpg", b"<!doctype html><script>alert(1)</script>", 422),
        ("a.pdf", b"<!doctype html><script>alert(1)</script>" + pdf(), 422),
        ("a.pdf", picture("PNG"), 422),
    ],
)
def test_a_document_goes_by_its_content_and_leaves_in_a_box(
    client: Client, name: str, content: bytes, status: int
) -> None:
    client.as_("file_centre")
    with client.database.writing() as db:
        guest = factories.a_guest(db)
        factories.a_stay(db, guest, client.hotel_id)
    answer = client.post(
        f"/api/v1/guests/{guest}/documents",
        files={"file": (name, content, "application/octet-stream")},
        data={"kind": "guest_letter", "title": '../../con"; x=<b>\u4fe1'},
    )
    assert answer.status_code == status, answer.text
    if status != 201:
        assert answer.json()["errors"][0]["pointer"] == "/file"
        return
    where = answer.json()["id"]
    for path in (f"/documents/{where}", f"/api/v1/documents/{where}/content"):
        file = client.get(path)
        assert file.status_code == 200
        said = file.headers["content-disposition"]
        assert said.startswith('attachment; filename="')
        assert not {"/", "\\", "<", "\r"} & set(said)
        assert said.count('"') == 2
        assert file.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
        assert file.headers["x-content-type-options"] == "nosniff"
        assert file.headers["cache-control"] == "no-store"
        assert file.headers["content-type"] == answer.json()["file_kind"]
