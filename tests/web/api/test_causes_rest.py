"""Reports of complaints over REST and as files, and preventions by version."""

import csv
import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from crm.causes import service
from crm.complaints.tables import Complaint, Prevention
from crm.complaints.terms import CaseSource, CaseStatus, Severity
from crm.kit import clock
from tests.factories import TODAY, a_stay, put

TRICK = "=HYPERLINK(1)"


@pytest.fixture
def manager(client):
    """At the door of a hotel with three complaints, one of them under a word that would run."""
    client.as_("duty_manager")
    with client.database.writing() as db:
        for no, category in enumerate(("noise", "noise", TRICK)):
            put(
                db,
                Complaint(
                    hotel_id=client.hotel_id, number=1001 + no, source=CaseSource.IN_HOUSE,
                    category=category, severity=Severity.MINOR, room_no="1605", headline="It hums",
                    status=CaseStatus.RECEIVED, currency="CNY",
                    opened_at=clock.now() - timedelta(minutes=no),
                ),
            )  # fmt: skip
        begun = TODAY - timedelta(days=20)
        a_stay(db, None, client.hotel_id, arrival_on=begun, status="checked_out")
        service.keep(db, service.nights_slept(db))
    return client


class TestCauses:
    def test_as_json(self, manager):
        found = manager.get("/api/v1/complaint-causes").json()
        assert [(bar["key"], bar["cases"]) for bar in found["bars"]] == [("noise", 2), (TRICK, 1)]
        assert found["bars"][0]["share"] == pytest.approx(2 / 3)
        by_room = manager.get("/api/v1/complaint-causes?by=room&category=noise").json()
        assert [(bar["key"], bar["cases"]) for bar in by_room["bars"]] == [("1605", 2)]

    def test_no_file_runs_anything(self, manager):
        text = manager.get("/api/v1/complaint-causes.csv").content.decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text)))
        assert [row["keshi_code"] for row in rows] == ["noise", f"'{TRICK}"]
        answer = manager.get("/api/v1/complaint-causes.xlsx")
        assert "attachment" in answer.headers["content-disposition"]
        sheet = load_workbook(io.BytesIO(answer.content)).active
        assert [cell.value for cell in sheet["B"]] == ["keshi_code", "noise", f"'{TRICK}"]
        assert sheet["B3"].data_type == "s"
        assert sheet["E2"].value == 2

    @pytest.mark.parametrize(
        "asked",
        ["first=2026-02-30", "first=2026-01-02&last=2026-01-01", "first=1990-01-01", "by=guest",
         "shift=noon", "department=XX", "room=12345678901"],
    )  # fmt: skip
    def test_what_makes_no_sense_is_told(self, manager, asked):
        assert manager.get(f"/api/v1/complaint-causes?{asked}").status_code == 422

    def test_others_may_not(self, client):
        for role in ("front_desk", "file_centre", "it"):
            answer = client.as_(role).get("/api/v1/complaint-causes")
            assert answer.status_code == 403


class TestRatio:
    def test_as_json_and_as_a_file(self, manager):
        found = manager.get("/api/v1/complaint-ratio").json()
        assert found["nights"] == 3
        assert "÷ occupied room nights" in found["definitions"][0]
        text = manager.get("/api/v1/complaint-ratio.csv").content.decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text)))
        assert len(rows) == 12
        assert rows[-1]["keshi_month"] == "2026-11-01"
        assert rows[-1]["keshi_definition"] == found["definitions"][0]


class TestPreventions:
    @pytest.fixture
    def made(self, manager):
        with manager.database.writing() as db:
            return put(
                db,
                Prevention(
                    hotel_id=manager.hotel_id, category="noise", words="New bearings",
                    owner_id=manager.staff_id, check_back_on=TODAY, made_at=clock.now(),
                ),
            ).id  # fmt: skip

    def test_is_looked_at_by_version(self, manager, made):
        path = f"/api/v1/preventions/{made}"
        (listed,) = manager.get("/api/v1/preventions?state=open").json()["items"]
        assert (listed["id"], listed["is_due"]) == (str(made), True)
        tag = manager.get(path).headers["etag"]
        said = {"helped": False, "words": "It hums again"}
        assert manager.post(f"{path}/check", json=said).status_code == 428
        after = manager.post(f"{path}/check", json=said, headers={"If-Match": tag})
        assert (after.status_code, after.json()["helped"]) == (200, False)
        assert after.headers["etag"] != tag
        stale = manager.post(f"{path}/check", json=said, headers={"If-Match": tag})
        assert stale.status_code == 412
        assert manager.get("/api/v1/preventions?state=open").json()["items"] == []
        assert manager.post(f"{path}/check", json=said | {"more": 1}).status_code == 422


class TestPages:
    def test_a_period_that_makes_no_sense_is_told_beside_a_report(self, manager):
        answer = manager.get("/causes?first=2026-12-01&last=2026-01-01")
        assert answer.status_code == 422
        assert "The first day lies after the last." in answer.text
        assert manager.get("/causes/ratio?first=2035-01-01").status_code == 422

    def test_a_look_without_words_is_asked_again(self, manager):
        with manager.database.writing() as db:
            made = put(
                db,
                Prevention(
                    hotel_id=manager.hotel_id, category="noise", words="New bearings",
                    owner_id=manager.staff_id, check_back_on=TODAY, made_at=clock.now(),
                ),
            ).id  # fmt: skip
        answer = manager.post(f"/causes/preventions/{made}", data={"helped": "yes", "version": 1})
        assert answer.status_code == 422
        assert "One thing to put right" in answer.text
        said = {"helped": "yes", "words": "Quiet", "version": 9}
        assert manager.post(f"/causes/preventions/{made}", data=said).status_code == 409


class TestReturns:
    def test_as_json_and_as_a_file(self, manager):
        found = manager.get("/api/v1/complaint-returns?days=365").json()
        assert [row["group"] for row in found["rows"]][:2] == ["all", "satisfied"]
        assert (found["days"], found["rows"][0]["verdict"]) == (365, "too_few")
        assert found["rows"][0]["difference"] is None
        assert "Newcombe 1998" in " ".join(found["definitions"])
        text = manager.get("/api/v1/complaint-returns.csv").content.decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text)))
        assert [row["keshi_guests"] for row in rows] == ["0"] * 6
        assert rows[0]["keshi_days"] == "180"
        answer = manager.get("/api/v1/complaint-returns.xlsx")
        assert load_workbook(io.BytesIO(answer.content)).active["A2"].value == "all"

    @pytest.mark.parametrize(
        "asked", ["days=90", "days=", "first=2026-01-02&last=2026-01-01", "last=2026-02-30"]
    )
    def test_what_makes_no_sense_is_told(self, manager, asked):
        assert manager.get(f"/api/v1/complaint-returns?{asked}").status_code == 422

    def test_others_may_not(self, client):
        for role in ("front_desk", "file_centre", "it"):
            assert client.as_(role).get("/api/v1/complaint-returns").status_code == 403
