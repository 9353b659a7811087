"""The shelf over REST: in by multipart, out as an attachment in a box, gone by If-Match."""

import io
from uuid import UUID

import pytest
from fastapi import FastAPI
from PIL import Image
from sqlalchemy import select
from sqlmodel import col

from crm.audit.tables import AuditRow
from crm.audit.terms import Deed
from crm.documents import store
from crm.kit.settings import Settings
from tests.conftest import Client
from tests.crm.documents.pictures import pdf, picture
from tests.factories import a_guest


@pytest.fixture
def guest(client: Client) -> UUID:
    client.as_("file_centre")
    with client.database.writing() as db:
        return a_guest(db, created_at_hotel=client.hotel_id)


def shelve(client: Client, guest: UUID, content: bytes, **more: str) -> object:
    fields = {"kind": "guest_letter", "title": "感谢信"} | more
    headers = {"Idempotency-Key": fields.pop("key")} if "key" in fields else {}
    return client.post(
        f"/api/v1/guests/{guest}/documents",
        data=fields,
        files={"file": ("../../x", content, "application/x-msdownload")},
        headers=headers,
    )


def test_the_way_of_a_document(client: Client, guest: UUID) -> None:
    made = shelve(client, guest, picture("JPEG", where=True))
    assert made.status_code == 201, made.text
    where = made.headers["location"]
    listed = client.get(f"/api/v1/guests/{guest}/documents").json()["items"]
    assert [(row["kind_code"], row["file_kind"]) for row in listed] == [
        ("guest_letter", "image/jpeg")
    ]
    assert client.get(where).json()["title"] == "感谢信"
    file = client.get(f"{where}/content")
    assert file.headers["content-type"] == "image/jpeg"
    assert file.headers["content-disposition"].startswith("attachment; ")
    assert "filename*=UTF-8''%E6%84%9F" in file.headers["content-disposition"]
    assert file.headers["x-content-type-options"] == "nosniff"
    assert file.headers["content-security-policy"].startswith("sandbox")
    assert b"SecretCamera" not in file.content
    assert Image.open(io.BytesIO(file.content)).size == (40, 30)
    assert client.delete(where).status_code == 428
    assert client.delete(where, headers={"If-Match": '"1"'}).status_code == 204
    assert client.get(where).status_code == 404


def test_every_download_is_in_the_audit(client: Client, guest: UUID, app: FastAPI) -> None:
    where = shelve(client, guest, pdf()).headers["location"]
    client.get(f"{where}/content")
    app.state.views.flush()
    with client.database.reading() as db:
        query = select(AuditRow.guest_id, AuditRow.fields).where(
            col(AuditRow.deed) == Deed.VIEWED, col(AuditRow.subject) == "document"
        )
        assert db.connection().execute(query).all() == [(guest, ["guest_letter"])]


BAD = [
    (b"<html>", {}, "file_kind"),
    (b"", {}, "file_empty"),
    (pdf(), {"kind": "love_letter"}, "document_kind"),
    (pdf(), {"kind": "Guest Letter"}, "unfit"),
    (pdf(), {"title": " "}, "unfit"),
    (pdf(), {"title": "a\u202eb"}, "unfit"),
    (b"%PDF-1.7\n" + b"x" * (15 * 2**20 + 1), {}, "file_size"),
]


def test_what_does_not_fit_leaves_nothing(client: Client, guest: UUID, settings: Settings) -> None:
    for content, fields, code in BAD:
        answer = shelve(client, guest, content, **fields)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    monster = shelve(client, guest, b"%PDF-1.7\n" + b"x" * (17 * 2**20))
    assert monster.status_code == 413
    assert not client.get(f"/api/v1/guests/{guest}/documents").json()["items"]
    assert not list(store.names_in(settings.data_dir))


def test_identity_documents_are_off_from_the_start(client: Client, guest: UUID) -> None:
    answer = shelve(client, guest, pdf(), kind="passport")
    assert (answer.status_code, answer.json()["code"]) == (409, "identity_documents_off")
    kinds = client.get("/api/v1/documents/kinds").json()["items"]
    assert "guest_letter" in {kind["code"] for kind in kinds}
    assert "identity" not in {kind["document_class"] for kind in kinds}


def test_one_key_stands_for_one_file(client: Client, guest: UUID) -> None:
    first = shelve(client, guest, pdf(), key="k")
    again = shelve(client, guest, pdf(), key="k")
    assert first.content == again.content
    other = shelve(client, guest, picture(), key="k")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_reused")
    assert len(client.get(f"/api/v1/guests/{guest}/documents").json()["items"]) == 1


def test_of_companies_too(client: Client) -> None:
    client.as_("duty_manager")
    new = {"kind": "corporate", "name": "恒瑞医疗"}
    where = client.post("/api/v1/companies", json=new).headers["location"]
    made = client.post(
        f"{where}/documents",
        data={"kind": "company_contract", "title": "2027"},
        files={"file": ("c.pdf", pdf(), "application/pdf")},
    )
    assert made.status_code == 201
    assert len(client.get(f"{where}/documents").json()["items"]) == 1


def test_a_guest_out_of_reach_is_not_there(client: Client, guest: UUID) -> None:
    where = shelve(client, guest, pdf()).headers["location"]
    from tests.factories import a_hotel

    with client.database.writing() as db:
        other = a_hotel(db)
    client.as_("duty_manager", other)
    assert shelve(client, guest, pdf()).status_code == 404
    assert client.get(f"/api/v1/guests/{guest}/documents").status_code == 404
    assert client.get(f"{where}/content").status_code == 404
