"""Photos and papers of a case: looked into, kept once, never dropped while a case needs them."""

import io
import subprocess
import sys
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from crm.complaints import attached, service
from crm.complaints.attaching import FILES_MAX, TAKER_MINUTES
from crm.complaints.schemas import AttachmentIn
from crm.complaints.service import CaseClosed
from crm.complaints.tables import Complaint, ComplaintStep
from crm.complaints.terms import CaseStatus, StepKind
from crm.documents import jobs as documents_jobs
from crm.documents import service as documents
from crm.documents.schemas import DocumentShelve
from crm.documents.store import Shelf
from crm.documents.terms import FileKind
from crm.kit import clock
from crm.kit.errors import ChangedMeanwhile, Invalid, NotAllowed, NotFound, RuleBroken
from crm.kit.tables import JobRow
from crm.kit.vault import Vault
from tests.crm.complaints.made import a_case
from tests.crm.documents.pictures import pdf, picture
from tests.factories import a_guest, a_hotel, a_staff, an_actor

FOG = AttachmentIn(title="Mould above the shower")


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    monkeypatch.setattr(documents_jobs, "data_dir", lambda: tmp_path)
    return Shelf(tmp_path, Vault("a secret of a test that is long enough"))


@pytest.fixture
def hotel(db):
    return a_hotel(db)


@pytest.fixture
def duty(db, hotel):
    return an_actor("duty_manager", hotel, a_staff(db, "duty_manager", hotel))


@pytest.fixture
def keeper(db, hotel):
    return an_actor("housekeeping", hotel, a_staff(db, "housekeeping", hotel))


@pytest.fixture
def case(db, hotel):
    return a_case(db, hotel).id


def put_on(db, shelf, case, by, content=None, asked=FOG, named="IMG_1.jpg"):
    return service.attach(db, shelf, case, asked, content or picture(), by=by, named=named)


def steps_of(db, case):
    rows = db.connection().execute(
        select(ComplaintStep.kind, ComplaintStep.words)
        .where(ComplaintStep.complaint_id == case)
        .order_by(ComplaintStep.no)
    )
    return [(row.kind, row.words) for row in rows][1:]


class TestAttach:
    def test_is_drawn_anew_and_a_signed_step(self, db, shelf, case, duty):
        made = put_on(db, shelf, case, duty, picture(where=True))
        found = attached.attachment(db, case, made.no, by=duty)
        assert (found.row.title, found.row.file_kind) == (FOG.title, FileKind.JPEG)
        content = shelf.take(found.sha256)
        assert b"SecretCamera" not in content
        assert Image.open(io.BytesIO(content)).size == (40, 30)
        assert steps_of(db, case) == [(StepKind.ATTACHED, "Put a file to the case.")]
        assert db.get(Complaint, case).version == 2

    @pytest.mark.parametrize(
        ("content", "named", "code"),
        [
            (b"<html><script>", "photo.jpg", "file_kind"),
            (picture(), "invoice.pdf.exe", "file_name"),
            (pdf(), "photo.jpg", "file_name"),
            (picture()[:200], "photo.jpg", "file_broken"),
            (b"MZ\x90\x00" + bytes(64), "letter.pdf", "file_kind"),
        ],
    )
    def test_a_file_that_lies_leaves_nothing(self, db, shelf, case, duty, content, named, code):
        with pytest.raises(Invalid) as refused:
            put_on(db, shelf, case, duty, content, named=named)
        assert refused.value.code == code
        assert attached.attachments(db, case, by=duty) == []
        assert steps_of(db, case) == []

    def test_the_same_content_again_is_the_same_file(self, db, shelf, case, duty):
        first, again = (put_on(db, shelf, case, duty) for _ in range(2))
        other = put_on(db, shelf, case, duty, pdf(), named="letter.pdf")
        assert (first.no, again.no, other.no) == (1, 1, 2)
        assert len(steps_of(db, case)) == 2

    def test_the_twenty_first_is_refused_until_one_is_taken_out(self, db, shelf, case, duty):
        for edge in range(FILES_MAX):
            put_on(db, shelf, case, duty, picture(size=(10 + edge, 10)))
        more = picture(size=(99, 10))
        with pytest.raises(RuleBroken, match="at most 20"):
            put_on(db, shelf, case, duty, more)
        service.take_out(db, case, 7, by=duty)
        assert put_on(db, shelf, case, duty, more).no == FILES_MAX + 1

    def test_not_to_a_closed_case(self, db, shelf, case, duty):
        db.get(Complaint, case).status = CaseStatus.CLOSED
        with pytest.raises(CaseClosed):
            put_on(db, shelf, case, duty)


class TestWhoMay:
    def test_who_took_it_down_adds_within_the_hour_without_reading(self, db, shelf, hotel, keeper):
        own = a_case(db, hotel, by=keeper).id
        assert put_on(db, shelf, own, keeper).no == 1
        with pytest.raises(NotAllowed):
            attached.attachments(db, own, by=keeper)
        case = db.get(Complaint, own)
        case.opened_at = clock.now() - timedelta(minutes=TAKER_MINUTES, seconds=1)
        db.add(case)
        db.flush()
        with pytest.raises(NotFound):
            put_on(db, shelf, own, keeper, pdf(), named="a.pdf")

    def test_to_a_delicate_case_of_ones_own_too(self, db, shelf, hotel, keeper):
        own = a_case(db, hotel, by=keeper, is_sensitive=True).id
        assert put_on(db, shelf, own, keeper).no == 1

    def test_another_s_case_is_not_there(self, db, shelf, case, keeper):
        with pytest.raises(NotFound):
            put_on(db, shelf, case, keeper)

    def test_another_hotel_s_case_is_not_there(self, db, shelf, case):
        there = a_hotel(db, "FAR")
        far = an_actor("duty_manager", there, a_staff(db, "duty_manager", there))
        for reading in (put_on, lambda db, _, case, by: attached.attachments(db, case, by=by)):
            with pytest.raises(NotFound):
                reading(db, shelf, case, far)

    def test_not_by_those_who_take_no_cases(self, db, shelf, case, hotel):
        it = an_actor("it", hotel, a_staff(db, "it", hotel))
        with pytest.raises(NotAllowed):
            put_on(db, shelf, case, it)


class TestTakeOut:
    def test_the_row_stays_the_content_goes(self, db, shelf, case, duty):
        made = put_on(db, shelf, case, duty)
        sha256 = attached.attachment(db, case, made.no, by=duty).sha256
        service.take_out(db, case, made.no, by=duty, version=1)
        (row,) = attached.attachments(db, case, by=duty)
        assert row.removed_at is not None
        assert steps_of(db, case)[-1] == (StepKind.ATTACHED, "Took a file out of the case.")
        drop(db)
        assert not shelf.has(sha256)

    def test_twice_by_version_is_told_twice_by_tap_is_done(self, db, shelf, case, duty):
        made = put_on(db, shelf, case, duty)
        service.take_out(db, case, made.no, by=duty)
        service.take_out(db, case, made.no, by=duty)
        with pytest.raises(ChangedMeanwhile):
            service.take_out(db, case, made.no, by=duty, version=1)
        with pytest.raises(NotFound):
            service.take_out(db, case, 99, by=duty)
        assert len(steps_of(db, case)) == 2

    def test_a_content_that_a_document_or_case_needs_stays(self, db, shelf, hotel, case, duty):
        guest = a_guest(db, created_at_hotel=hotel)
        other = a_case(db, hotel).id
        centre = an_actor("file_centre", hotel, a_staff(db, "file_centre", hotel))
        letter = DocumentShelve(kind="guest_letter", title="Photo")
        document = documents.shelve(db, shelf, letter, picture(), by=centre, guest_id=guest)
        for one in (case, other):
            put_on(db, shelf, one, duty)
        sha256 = attached.attachment(db, case, 1, by=duty).sha256
        documents.remove(db, document.id, by=centre)
        drop(db)
        assert shelf.has(sha256)
        service.take_out(db, case, 1, by=duty)
        drop(db)
        assert shelf.has(sha256)
        service.take_out(db, other, 1, by=duty)
        drop(db)
        assert not shelf.has(sha256)


def drop(db):
    """What the worker does with the files that were taken down."""
    for row in db.exec(select(JobRow).where(JobRow.name == documents.DROP_FILE)).scalars():
        documents_jobs.drop_file(db, row.payload)


def test_wherever_jobs_run_the_cases_are_asked_before_a_file_is_dropped():
    asking = (
        "from web.worker import import_jobs; import_jobs();"
        "from crm.documents.holding import holders; print(sorted(holders()))"
    )
    told = subprocess.run(
        [sys.executable, "-c", asking], capture_output=True, text=True, check=True, timeout=120
    )
    assert "complaint_attachment" in told.stdout
