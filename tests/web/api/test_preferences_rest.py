"""Preferences over REST: noted once, reviewed with versions, and the hotel's own catalogue."""

from uuid import uuid4

import pytest

from crm.preferences import master
from crm.stays.terms import StayStatus
from tests.conftest import Client
from tests.factories import a_guest, a_stay

HERE = "/api/v1/preferences"


@pytest.fixture
def guest(client):
    hotel = client.hotel_id
    with client.database.writing() as db:
        master.load(db)
        guest = a_guest(db, created_at_hotel=hotel)
        a_stay(db, guest, hotel, status=StayStatus.IN_HOUSE, room_no="1808")
    return guest


def noting(client: Client, guest, **more):
    note = {"guest_id": str(guest), **more}
    return client.post(f"/api/v1/guests/{guest}/preferences", json=note)


class TestNoting:
    def test_a_note_sent_twice_is_one(self, client, guest):
        client.as_("housekeeping")
        note = {"id": str(uuid4()), "code": "PL.LATEX"}
        first, again = noting(client, guest, **note), noting(client, guest, **note)
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json() == again.json()
        assert first.headers["location"] == f"{HERE}/observations/{note['id']}"
        other = noting(client, guest, **note | {"code": "PL.DOWN"})
        assert (other.status_code, other.json()["code"]) == (409, "note_id_used")

    def test_a_card_number_is_refused_and_not_echoed(self, client, guest):
        client.as_("housekeeping")
        answer = noting(client, guest, words="card 4111111111111111")
        assert answer.status_code == 422
        assert answer.json()["code"] == "text_card_number"
        assert answer.json()["errors"][0]["pointer"] == "/words"
        assert "4111" not in answer.text

    def test_a_file_that_is_not_the_address(self, client, guest):
        client.as_("housekeeping")
        answer = client.post(
            f"/api/v1/guests/{uuid4()}/preferences",
            json={"guest_id": str(guest), "code": "PL.LATEX"},
        )
        assert answer.status_code == 404


class TestReviewing:
    def test_with_versions_and_what_a_colleague_decided(self, client, guest):
        client.as_("housekeeping")
        made = noting(client, guest, words="asked for a latex pillow").json()
        at = f"{HERE}/observations/{made['id']}"
        client.as_("file_centre")
        (item,) = client.get(f"{HERE}/observations").json()["items"]
        assert (item["id"], item["suggested"][0]) == (made["id"], "PL.LATEX")
        assert client.get(f"{HERE}/observations/counts").json()["waiting"] == 1
        tag = client.get(at).headers["etag"]
        body = {"code": "PL.LATEX"}
        assert client.post(f"{at}/accept", json=body).status_code == 428
        stale = client.post(f"{at}/accept", json=body, headers={"If-Match": '"9"'})
        assert stale.status_code == 412
        done = client.post(f"{at}/accept", json=body, headers={"If-Match": tag})
        assert (done.status_code, done.json()["state"]) == (200, "accepted")
        late = client.post(f"{at}/reject", json={"reason": "hearsay"}, headers={"If-Match": tag})
        assert (late.status_code, late.json()["code"]) == (409, "observation_reviewed")
        back = client.post(f"{at}/undo", headers={"If-Match": done.headers["etag"]})
        assert back.json()["state"] == "waiting"

    def test_the_noter_hears_of_it(self, client, guest):
        maid = client.as_("housekeeping").cookies["keshi_session"]
        made = noting(client, guest, words="heard he likes it cold").json()
        client.as_("file_centre")
        client.post(
            f"{HERE}/observations/{made['id']}/reject",
            json={"reason": "hearsay", "reply": "Ask him, please."},
            headers={"If-Match": "*"},
        )
        client.with_session(maid)
        (mine,) = client.get(f"{HERE}/observations/mine").json()["items"]
        assert (mine["state"], mine["reply"]) == ("rejected", "Ask him, please.")


class TestClaims:
    def test_history_confirm_and_retire(self, client, guest):
        client.as_("housekeeping")
        made = noting(client, guest, code="PL.LATEX").json()
        at = f"{HERE}/{made['preference_id']}"
        client.as_("file_centre")
        sheet = client.get(at)
        assert [m["observation"]["id"] for m in sheet.json()["moments"]] == [made["id"]]
        assert sheet.json()["confidence"] == 0.3
        done = client.post(f"{at}/confirm", headers={"If-Match": sheet.headers["etag"]})
        assert done.json()["preference"]["status"] == "confirmed"
        assert done.json()["acts_by_itself"] is True
        stale = client.post(f"{at}/retire", json={}, headers={"If-Match": sheet.headers["etag"]})
        assert stale.status_code == 412
        gone = client.post(f"{at}/retire", json={}, headers={"If-Match": done.headers["etag"]})
        assert gone.json()["retired_why"] == "by_hand"
        assert len(gone.json()["moments"]) == 3


class TestCatalogue:
    def test_switched_off_worded_and_found(self, client, guest):
        client.as_("file_centre")
        at = f"{HERE}/codes/PL.LATEX"
        shipped = client.get(at)
        assert shipped.headers["etag"] == '"0"'
        body = {"is_active": True, "label_en": "Bouncy cloud"}
        kept = client.put(at, json=body, headers={"If-Match": '"0"'})
        assert (kept.status_code, kept.json()["label_en"]) == (200, "Bouncy cloud")
        assert client.put(at, json=body, headers={"If-Match": '"0"'}).status_code == 412
        (hit,) = client.get(f"{HERE}/codes/find?q=bouncy").json()
        assert hit["code"] == "PL.LATEX"
        off = client.put(at, json={"is_active": False}, headers={"If-Match": kept.headers["etag"]})
        assert off.json()["is_active"] is False
        refused = noting(client, guest, code="PL.LATEX")
        assert (refused.status_code, refused.json()["code"]) == (409, "code_off")

    def test_a_hotels_own_code(self, client, guest):
        client.as_("file_centre")
        own = {
            "code": "PL.CLOUD", "label_en": "Cloud pillow", "label_zh": "云朵枕",
            "departments": ["HK"], "acts": ["HK"], "conflicts_with": ["PL.DOWN"],
        }  # fmt: skip
        made = client.post(f"{HERE}/codes", json=own)
        assert (made.status_code, made.headers["location"]) == (201, f"{HERE}/codes/PL.CLOUD")
        assert client.post(f"{HERE}/codes", json=own).json()["code"] == "code_taken"
        assert client.get(f"{HERE}/codes/PL.CLOUD").json()["own"] is True
        assert noting(client, guest, code="PL.CLOUD").status_code == 201

    def test_a_groups_rule(self, client, guest):
        client.as_("file_centre")
        at = f"{HERE}/groups/PL"
        body = {"policy": "before_anyone", "group_max": 1}
        kept = client.put(at, json=body, headers={"If-Match": client.get(at).headers["etag"]})
        assert (kept.json()["policy"], kept.json()["shipped_max"]) == ("before_anyone", 3)
        client.as_("housekeeping")
        assert noting(client, guest, code="PL.LATEX").json()["state"] == "waiting"

    def test_suggestions(self, client, guest):
        client.as_("housekeeping")
        hits = client.get(f"/api/v1/guests/{guest}/preferences/suggestions").json()
        assert len(hits) == 12
        assert {hit["sensitivity"] for hit in hits} == {"normal"}
