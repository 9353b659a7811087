"""Stays, cards, folios, cases, points, consents and messages over REST."""

import json
from datetime import UTC, datetime

import pytest

from crm.kit import jobs
from tests.conftest import Client
from tests.crm.profile.planted import chen
from web.worker import import_jobs

API = "/api/v1"


@pytest.fixture
def planted(client: Client):
    with client.database.writing() as db:
        return chen(db, client.hotel_id)


def pages(client: Client, path: str, **params: object) -> list[dict]:
    items, cursor = [], None
    while True:
        asked = params | ({"cursor": cursor} if cursor else {})
        answer = client.get(API + path, params=asked)
        assert answer.status_code == 200, answer.text
        items += answer.json()["items"]
        cursor = answer.json()["next"]
        if cursor is None:
            return items


class TestCard:
    def test_has_a_tag_and_sentences_by_code(self, client, planted):
        answer = client.as_("front_desk").get(f"{API}/guests/{planted.guest}/card")
        card = answer.json()
        assert answer.headers["etag"] == '"1"'
        assert card["say"]["to_staff"] == {
            "code": "say.back",
            "values": {"name": "Ms Chen", "nth": 3},
            "language": None,
        }
        assert card["figures"]["spend_minor"] is None
        assert card["alerts"][0]["text"] == "No peanuts anywhere"

    def test_a_view_is_logged(self, client, planted):
        client.as_("front_desk").get(f"{API}/guests/{planted.guest}/card")
        client.app.state.views.flush()
        seen = client.as_("general_manager").get(f"{API}/audit").json()["items"]
        assert [row["deed"] for row in seen if row["guest_id"] == str(planted.guest)] == ["viewed"]

    def test_out_of_reach_looks_like_not_there(self, client, planted):
        client.as_("front_desk")
        gone = client.get(f"{API}/guests/{planted.company}/card")
        strange = client.get(f"{API}/guests/{planted.stranger}/card")
        assert (gone.status_code, strange.status_code) == (404, 404)
        assert gone.json()["code"] == strange.json()["code"]


class TestStays:
    def test_pages_filters_and_one(self, client, planted):
        client.as_("duty_manager")
        found = pages(client, "/stays", limit=2)
        assert [row["status"] for row in found] == ["booked", "checked_out", "checked_out"]
        assert found[0]["rate_code"] == "CORP-HR"
        assert len(pages(client, "/stays", status="booked", hotel="HZ1")) == 1
        assert pages(client, "/stays", arriving_to="2026-07-01") == [found[2]]
        one = client.get(f"{API}/stays/{planted.due}")
        assert (one.headers["etag"], one.json()["wishes"]) == ('"1"', "Airport car")
        assert pages(client, f"/guests/{planted.guest}/stays", limit=1) == found

    def test_refuses_what_it_does_not_know(self, client, planted):
        client.as_("duty_manager")
        for query, status in (
            ({"sort": "room"}, 422),
            ({"status": "asleep"}, 422),
            ({"cursor": "x"}, 422),
            ({"hotel": "NONE"}, 404),
        ):
            answer = client.get(f"{API}/stays", params=query)
            assert (answer.status_code, "code" in answer.json()) == (status, True), query

    def test_folio_is_for_those_who_see_amounts(self, client, planted):
        path = f"{API}/guests/{planted.guest}"
        client.as_("duty_manager")
        (line,) = pages(client, f"/guests/{planted.guest}/folio")
        assert (line["amount_minor"], line["currency"]) == (412_000, "CNY")
        spent = client.get(f"{path}/consumption").json()
        assert (spent["total_minor"], spent["nights"], spent["per_night_minor"]) == (
            412_000,
            5,
            82_400,
        )
        assert client.get(f"{API}/stays/{planted.past}/folio").json() == [line]
        client.as_("front_desk")
        assert client.get(f"{path}/folio").status_code == 403
        assert client.get(f"{path}/consumption").status_code == 403


class TestGuestOwned:
    def test_each_has_its_list(self, client, planted):
        client.as_("duty_manager")
        here = f"{API}/guests/{planted.guest}"
        assert len(client.get(f"{here}/preferences").json()) > 10
        assert len(client.get(f"{here}/notes").json()) == 2
        assert [c["reference"] for c in client.get(f"{here}/complaints").json()["items"]] == [
            "C-1042"
        ]
        (member,) = client.get(f"{here}/memberships").json()
        assert member["tier"] == "platinum"
        one = client.get(f"{API}/memberships/{member['id']}")
        assert (one.headers["etag"], one.json()) == ('"1"', member)
        assert client.get(f"{here}/points").json()["items"][0]["balance"] == 693
        lines = pages(client, f"/guests/{planted.guest}/timeline", limit=4)
        assert {line["kind"] for line in lines} >= {"stay", "case", "note", "points", "contact"}
        only = client.get(f"{here}/timeline", params={"only": ["case", "points"]}).json()["items"]
        assert {line["kind"] for line in only} == {"case", "points", "tier"}

    def test_a_case_in_full_is_the_managers(self, client, planted):
        path = f"{API}/complaints/{planted.case}"
        answer = client.as_("duty_manager").get(path)
        assert (answer.headers["etag"], answer.json()["given"]) == ('"1"', "Breakfast waived")
        assert client.as_("front_desk").get(path).status_code == 403
        assert len(client.get(f"{API}/complaints", params={"open": "false"}).json()["items"]) == 1

    def test_codes(self, client, planted):
        assert len(client.as_("housekeeping").get(f"{API}/preferences/codes").json()) == 287


class TestConsents:
    def test_are_added_once_by_one_key_and_never_changed(self, client, planted):
        client.as_("front_desk")
        path = f"{API}/guests/{planted.guest}/consents"
        asked = {"channel": "email", "purpose": "marketing", "state": "withdrawn", "words": "No"}
        for _ in range(2):
            answer = client.post(path, json=asked, headers={"Idempotency-Key": "k1"})
            assert (answer.status_code, answer.json()["no"]) == (201, 4)
        said = client.get(path).json()
        assert [(c["no"], c["state"]) for c in said] == [
            (4, "withdrawn"),
            (3, "withdrawn"),
            (2, "given"),
            (1, "given"),
        ]

    def test_a_key_for_consents_may_write_them(self, client, planted):
        client.with_key("consent:write")
        asked = {"channel": "sms", "purpose": "surveys", "words": "Yes"}
        answer = client.post(f"{API}/guests/{planted.guest}/consents", json=asked)
        assert answer.status_code == 201, answer.text


class TestMessages:
    def message(self, **more):
        return {
            "message_id": "m1",
            "source": "opera",
            "sent_at": datetime(2026, 11, 24, 4, tzinfo=UTC).isoformat(),
            "hotel": "HZ1",
            "kind": "reservation",
            "stay": {
                "reservation_id": "R1",
                "arrival_on": "2026-11-24",
                "departure_on": "2026-11-26",
                "eta": "15:30",
            },
            "guest": {"profile_id": "P1", "name": "孙丽", "phone": "13900001234"},
        } | more

    def test_a_stranger_s_booking_reaches_the_board_and_the_events(self, client):
        client.with_key("pms:ingest")
        taken = client.post(f"{API}/intake/messages", json=self.message())
        assert (taken.status_code, taken.json()["repeated"]) == (202, False)
        again = client.post(f"{API}/intake/messages", json=self.message())
        assert (again.status_code, again.json()["repeated"]) == (202, True)
        import_jobs()
        assert jobs.work_off(client.database) == 2  # the message, then the arrival's preparation
        where = f"{API}/intake/messages/{taken.json()['id']}"
        assert client.get(where).json()["state"] == "applied"
        client.as_("front_desk")
        (stay,) = pages(client, "/stays")
        assert (stay["status"], stay["eta"]) == ("booked", "15:30:00")
        events = client.get(f"{API}/events").json()
        told = [event["kind"] for event in events["items"]]
        assert told == ["guest.registered", "stay.booked", "stay.first"]
        assert "孙丽" not in json.dumps(events, ensure_ascii=False)
        rest = client.get(f"{API}/events", params={"after": events["next"]}).json()
        assert rest == {"items": [], "next": None}
        one = client.get(f"{API}/events", params={"kind": "stay.booked"}).json()["items"]
        assert len(one) == 1

    @pytest.mark.parametrize(
        ("more", "status"),
        [
            ({"kind": "chat"}, 422),
            ({"hotel": "OTHER"}, 404),
            ({"stay": {"reservation_id": ""}}, 422),
            ({"extra": 1}, 422),
            ({"sent_at": "yesterday"}, 422),
        ],
    )
    def test_nonsense_is_refused_and_leaves_nothing(self, client, more, status):
        client.with_key("pms:ingest")
        answer = client.post(f"{API}/intake/messages", json=self.message(**more))
        assert (answer.status_code, "code" in answer.json()) == (status, True)
        assert jobs.work_off(client.database) == 0

    def test_people_have_no_such_door(self, client):
        answer = client.as_("front_desk").post(f"{API}/intake/messages", json=self.message())
        assert answer.status_code == 403
