"""Recovery over REST: once by a key, by version, in the order in which things may happen."""

import pytest

from crm.complaints.tables import Complaint
from crm.complaints.terms import CaseSource, CaseStatus, Severity
from crm.kit import clock
from crm.staff.terms import Role
from tests.factories import put

HERE = "/api/v1/recovery"


@pytest.fixture
def case(client):
    with client.database.writing() as db:
        return put(
            db,
            Complaint(
                hotel_id=client.hotel_id, number=1001, source=CaseSource.IN_HOUSE,
                category="noise", severity=Severity.SERIOUS, headline="Hum", currency="CNY",
                status=CaseStatus.RECOVERING, opened_at=clock.now(),
            ),
        ).id  # fmt: skip


def test_asked_for_once_approved_by_version_and_given(client, case):
    asked = {"offer": "WAIVE", "amount_minor": 900_000, "words": "Two nights"}
    key = {"Idempotency-Key": "one-tap"}
    client.as_(Role.DUTY_MANAGER)
    first, again = (
        client.post(f"/api/v1/complaints/{case}/recovery", json=asked, headers=key)
        for _ in range(2)
    )
    assert first.status_code == 201
    assert first.json() == again.json()
    assert first.json()["state"] == "waiting"
    place = first.headers["Location"]
    assert client.post(f"{place}/give", headers={"If-Match": '"1"'}).status_code == 409
    client.as_(Role.GENERAL_MANAGER)
    assert [one["id"] for one in client.get(f"{HERE}/waiting").json()["items"]] == [
        first.json()["id"]
    ]
    yes = {"approve": True}
    assert client.post(f"{place}/decide", json=yes).status_code == 428
    assert client.post(f"{place}/decide", json=yes, headers={"If-Match": '"9"'}).status_code in (
        409,
        412,
    )
    done = client.post(f"{place}/decide", json=yes, headers={"If-Match": '"1"'})
    assert (done.status_code, done.headers["ETag"]) == (200, '"2"')
    late = client.post(f"{place}/decide", json=yes, headers={"If-Match": '"1"'})
    assert (late.status_code, late.json()["code"]) == (409, "recovery_decided")
    assert client.post(f"{place}/give", headers={"If-Match": '"2"'}).json()["state"] == "given"
    total = client.get(f"{HERE}/entries").json()["items"]
    assert [(one["cost_minor"], one["state"]) for one in total] == [(900_000, "given")]


def test_limits_are_set_by_version(client):
    client.as_(Role.GENERAL_MANAGER)
    place = f"{HERE}/limits/duty_manager/minor"
    assert client.get(place).headers["ETag"] == '"0"'
    new = {"case_minor": 5000, "day_minor": None}
    assert client.put(place, json=new, headers={"If-Match": '"0"'}).json()["version"] == 1
    assert client.put(place, json=new, headers={"If-Match": '"0"'}).status_code in (409, 412)
    assert client.get(f"{HERE}/limits/it/minor").status_code == 404
