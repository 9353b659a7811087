"""Photos and letters on the pages: taken with the case, added to it, written, printed, sent."""

import io

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader
from sqlmodel import select

from crm.audit.tables import AuditRow
from crm.audit.terms import Deed
from crm.complaints.tables import Complaint, ComplaintAttachment
from crm.kit.ids import new_id
from crm.recovery.tables import ComplaintLetter
from crm.staff.terms import Role
from tests.crm.complaints.made import a_case
from tests.crm.documents.pictures import pdf, picture

HTMX = {"HX-Request": "true"}


@pytest.fixture
def backend():
    """The verbs below the pages are tried on both databases by their own tests."""
    return "sqlite"


@pytest.fixture
def case(client):
    with client.database.writing() as db:
        return a_case(db, client.hotel_id).id


def soup(answer):
    return BeautifulSoup(answer.text, "html.parser")


def told(client, what):
    with client.database.reading() as db:
        return list(db.exec(what))


def capture(client, **files):
    typed = {
        "case_id": str(new_id()), "room_no": "1605", "category": "noise", "severity": "minor",
        "story": "Hums.", "source": "in_house", "kind": "complaint",
    }  # fmt: skip
    return client.post("/complaints/new", data=typed, files=files)


class TestCapture:
    def test_a_housekeeper_takes_the_photo_with_the_case(self, client):
        client.as_(Role.HOUSEKEEPING)
        answer = capture(client, file=("IMG_1.jpg", picture(), "image/jpeg"))
        assert answer.headers["Location"].startswith("/complaints/thanks")
        (photo,) = told(client, select(ComplaintAttachment))
        assert (photo.added_by, photo.size_bytes > 100) == (client.staff_id, True)

    def test_no_photo_is_no_file(self, client):
        client.as_(Role.HOUSEKEEPING)
        assert capture(client, file=("", b"", "application/octet-stream")).status_code == 303
        assert capture(client).status_code == 303
        assert told(client, select(ComplaintAttachment)) == []

    def test_a_photo_that_lies_takes_nothing_down_and_keeps_what_was_typed(self, client):
        client.as_(Role.HOUSEKEEPING)
        answer = capture(client, file=("IMG_1.jpg", b"<html>", "image/jpeg"))
        assert answer.status_code == 422
        page = soup(answer)
        assert "Only PDF, JPEG, PNG and WebP" in page.select_one("#file-error").text
        assert page.select_one("#story").text.strip() == "Hums."
        assert told(client, select(Complaint)) == []


class TestFiles:
    def test_added_listed_downloaded_with_a_trace_and_taken_out(self, client, case):
        client.as_(Role.DUTY_MANAGER)
        place = f"/complaints/{case}/files"
        sent = {"file": ("letter.pdf", pdf(), "application/pdf")}
        answer = client.post(place, data={"file_title": "A letter by hand"}, files=sent)
        assert answer.headers["Location"] == f"/complaints/{case}"
        listed = soup(client.get(place, headers=HTMX))
        assert listed.select_one("html") is None
        assert listed.select_one(f'a[href="{place}/1"]').text == "A letter by hand"
        file = client.get(f"{place}/1")
        assert file.headers["content-disposition"].startswith("attachment; ")
        client.app.state.views.flush()
        seen = told(client, select(AuditRow).where(AuditRow.deed == Deed.VIEWED))
        assert any(row.subject_id == case and "attachment" in str(row.fields) for row in seen)
        assert "A letter by hand" in client.get(f"{place}/1/remove").text
        assert client.post(f"{place}/1/remove").status_code == 303
        assert "1 file was taken out." in client.get(place).text
        assert client.get(f"{place}/1").status_code == 404

    def test_a_file_that_lies_is_told_beside_the_field(self, client, case):
        client.as_(Role.DUTY_MANAGER)
        sent = {"file": ("photo.jpg", b"MZ\x90", "image/jpeg")}
        answer = client.post(f"/complaints/{case}/files", data={"file_title": "Mould"}, files=sent)
        assert answer.status_code == 422
        assert "Only PDF" in soup(answer).select_one("#file-error").text
        assert soup(answer).select_one("#file_title")["value"] == "Mould"

    def test_the_desk_does_not_read_them(self, client, case):
        client.as_(Role.FRONT_DESK)
        for path in ("files", "files/1", "letter", "letter/1", "letter/1/paper"):
            assert client.get(f"/complaints/{case}/{path}").status_code == 403


class TestLetter:
    def test_drafted_kept_printed_and_sent(self, client, case):
        client.as_(Role.DUTY_MANAGER, name="Dai Wei")
        home = f"/complaints/{case}/letter"
        page = soup(client.get(home, params={"language": "zh"}))
        body = page.select_one("#body").text.strip()
        assert body.startswith("尊敬的宾客，您好：")
        assert told(client, select(ComplaintLetter)) == []
        typed = {"language": "zh", "subject": "致歉信", "body": body}
        kept = client.post(home, data=typed)
        assert kept.headers["Location"] == f"{home}/1"
        paper = client.get(f"{home}/1/paper")
        text = PdfReader(io.BytesIO(paper.content)).pages[0].extract_text()
        assert "Dai Wei" in text
        sent = client.post(f"{home}/1/sent", data={"version": "1", "how": "by_hand"})
        assert sent.headers["Location"] == f"/complaints/{case}"
        shown = soup(client.get(f"{home}/1"))
        assert shown.select_one("textarea") is None
        assert "尊敬的宾客" in shown.select_one(".letter-body").text
        again = client.post(f"{home}/1/sent", data={"version": "2", "how": "post"})
        assert again.status_code == 409
        assert "Handed the letter over." in client.get(f"/complaints/{case}").text

    def test_what_was_typed_stays_when_somebody_was_quicker(self, client, case):
        client.as_(Role.DUTY_MANAGER)
        home = f"/complaints/{case}/letter"
        typed = {"language": "en", "subject": "Your stay", "body": "First words"}
        client.post(home, data=typed)
        client.post(f"{home}/1", data=typed | {"version": "1", "body": "Quicker words"})
        late = client.post(f"{home}/1", data=typed | {"version": "1", "body": "My long words"})
        assert late.status_code == 409
        assert soup(late).select_one("#body").text.strip() == "My long words"
        empty = client.post(f"{home}/1", data=typed | {"version": "2", "body": " "})
        assert empty.status_code == 422
        assert told(client, select(ComplaintLetter.body)) == ["Quicker words"]
