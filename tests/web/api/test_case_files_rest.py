"""Files and letters of a case over REST: by version, once by a key, content as downloads only."""

import io

import pytest
from PIL import Image

from crm.complaints.tables import Complaint
from crm.complaints.terms import CaseSource, CaseStatus, Severity
from crm.kit import clock
from crm.staff.terms import Role
from tests.crm.documents.pictures import pdf, picture
from tests.factories import put


@pytest.fixture
def case(client):
    with client.database.writing() as db:
        return put(
            db,
            Complaint(
                hotel_id=client.hotel_id, number=1001, source=CaseSource.IN_HOUSE,
                category="noise", severity=Severity.SERIOUS, headline="Hum", currency="CNY",
                status=CaseStatus.RECOVERING, opened_at=clock.now(), room_no="1605",
            ),
        ).id  # fmt: skip


def send(client, place, content, named="IMG.jpg", headers=None, **form):
    sent = {"file": (named, content, "application/x-msdownload")}
    return client.post(place, files=sent, data=form, headers=headers or {})


def test_a_photo_is_kept_once_read_as_a_download_and_taken_out(client, case):
    client.as_(Role.DUTY_MANAGER)
    place = f"/api/v1/complaints/{case}/attachments"
    key = {"Idempotency-Key": "one-photo"}
    first, again = (
        send(client, place, picture(where=True), headers=key, title="浴室霉斑") for _ in range(2)
    )
    assert (first.status_code, first.headers["Location"]) == (201, f"{place}/1")
    assert first.json() == again.json()
    other = send(client, place, pdf(), "letter.pdf", headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_reused")
    (row,) = client.get(place).json()["items"]
    assert (row["title"], row["file_kind"], row["removed_at"]) == ("浴室霉斑", "image/jpeg", None)
    one = client.get(f"{place}/1")
    assert one.headers["ETag"] == '"1"'
    file = client.get(f"{place}/1/content")
    assert file.headers["content-disposition"].startswith("attachment; ")
    assert file.headers["x-content-type-options"] == "nosniff"
    assert file.headers["content-security-policy"].startswith("sandbox")
    assert b"SecretCamera" not in file.content
    assert Image.open(io.BytesIO(file.content)).size == (40, 30)
    assert client.delete(f"{place}/1").status_code == 428
    assert client.delete(f"{place}/1", headers={"If-Match": '"1"'}).status_code == 204
    assert client.delete(f"{place}/1", headers={"If-Match": '"1"'}).status_code in (409, 412)
    gone = client.get(f"{place}/1/content")
    assert (gone.status_code, gone.json()["code"]) == (404, "attachment_removed")


@pytest.mark.parametrize(
    ("content", "named", "code"),
    [
        (b"<html>", "a.jpg", "file_kind"),
        (picture(), "a.pdf", "file_name"),
        (b"", "a", "file_empty"),
    ],
)
def test_a_file_that_lies_is_refused_by_name_of_its_fault(client, case, content, named, code):
    client.as_(Role.DUTY_MANAGER)
    answer = send(client, f"/api/v1/complaints/{case}/attachments", content, named)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["errors"][0]["pointer"] == "/file"


def test_who_took_it_down_adds_to_it_and_reads_nothing(client, case):
    client.as_(Role.HOUSEKEEPING)
    facts = {"source": "in_house", "category": "noise", "severity": "minor", "headline": "Hum"}
    made = client.post("/api/v1/complaints", json=facts).json()
    place = f"/api/v1/complaints/{made['id']}/attachments"
    assert send(client, place, picture()).status_code == 201
    assert client.get(place).status_code == 403
    assert client.get(f"{place}/1/content").status_code == 403
    assert send(client, f"/api/v1/complaints/{case}/attachments", picture()).status_code == 404


def test_a_letter_is_drafted_kept_changed_printed_and_noted_as_sent(client, case):
    client.as_(Role.DUTY_MANAGER, name="Dai Wei")
    home = f"/api/v1/complaints/{case}"
    draft = client.get(f"{home}/letter-draft?language=en").json()
    assert draft["body"].startswith("Dear Guest,\n\nThank you for telling us on ")
    assert draft["body"].count("Dai Wei") == 1
    assert client.get(f"{home}/letters").json()["items"] == []
    key = {"Idempotency-Key": "one-letter"}
    first, again = (client.post(f"{home}/letters", json=draft, headers=key) for _ in range(2))
    assert (first.status_code, first.json()) == (201, again.json())
    place = first.headers["Location"]
    assert client.get(place).headers["ETag"] == '"1"'
    better = draft | {"body": draft["body"] + "\n\nP.S. 噪音已消除。"}
    assert client.put(place, json=better).status_code == 428
    changed = client.put(place, json=better, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert client.put(place, json=draft, headers={"If-Match": '"1"'}).status_code in (409, 412)
    paper = client.get(f"{place}/paper")
    assert paper.content.startswith(b"%PDF-")
    assert paper.headers["content-type"] == "application/pdf"
    assert client.post(f"{place}/sent", json={"how": "fax"}).status_code in (422, 428)
    sent = client.post(f"{place}/sent", json={"how": "post"}, headers={"If-Match": '"2"'})
    assert (sent.json()["sent_how"], sent.json()["sent_by_name"]) == ("post", "Dai Wei")
    late = client.put(place, json=draft, headers={"If-Match": '"3"'})
    assert (late.status_code, late.json()["code"]) == (409, "letter_sent")
    steps = client.get(home).json()["steps"]
    assert [(one["kind"], one["words"]) for one in steps] == [
        ("letter", "Sent the letter by post.")
    ]
