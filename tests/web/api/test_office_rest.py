"""Colleagues, keys, hotels and the audit over REST."""

from uuid import uuid4

from sqlalchemy import select

from crm.kit.tables import RememberedAnswer
from tests.conftest import Client
from tests.factories import a_hotel, a_staff

STAFF, KEYS, HOTELS = "/api/v1/staff", "/api/v1/keys", "/api/v1/hotels"


def joining(client: Client, **more: object) -> dict[str, object]:
    grant = {"hotel_id": str(client.hotel_id), "role": "front_desk", "department": "FO"}
    return {"login": "lin.xia", "name": "Lin Xia", "grants": [grant]} | more


class TestStaff:
    def test_the_way_of_a_colleague(self, client: Client) -> None:
        client.as_("it")
        made = client.post(STAFF, json=joining(client))
        assert made.status_code == 201
        first, where = made.json()["first_password"], made.headers["location"]
        assert len(first) >= 12
        read = client.get(where)
        assert read.json()["grants"][0]["role"] == "front_desk"
        grants = [{"hotel_id": str(client.hotel_id), "role": "duty_manager"}]
        stale = client.put(f"{where}/grants", json={"grants": grants}, headers={"If-Match": '"9"'})
        assert stale.status_code == 412
        given = client.put(
            f"{where}/grants",
            json={"grants": grants},
            headers={"If-Match": read.headers["etag"]},
        )
        assert given.json()["grants"][0]["role"] == "duty_manager"
        assert given.headers["etag"] != read.headers["etag"]
        assert client.post(f"{where}/disable").json()["state"] == "disabled"
        assert client.post(f"{where}/enable").json()["state"] == "active"
        fresh = client.post(f"{where}/password").json()["first_password"]
        assert fresh != first

    def test_a_first_password_is_told_once_and_kept_nowhere(self, client: Client) -> None:
        client.as_("it")
        headers = {"Idempotency-Key": "join"}
        made = client.post(STAFF, json=joining(client), headers=headers)
        again = client.post(STAFF, json=joining(client), headers=headers)
        assert again.json() == {"id": made.json()["id"], "first_password": None}
        with client.database.reading() as db:
            kept = db.connection().execute(select(RememberedAnswer.body)).scalars().all()
        assert kept
        assert all(made.json()["first_password"].encode() not in bytes(body) for body in kept)

    def test_managers_read_and_do_not_write(self, client: Client) -> None:
        client.as_("general_manager")
        assert client.get(STAFF).status_code == 200
        assert client.post(STAFF, json=joining(client)).status_code == 403
        client.as_("marketing")
        assert client.get(STAFF).status_code == 403

    def test_a_hotel_out_of_reach_gets_no_role(self, client: Client) -> None:
        client.as_("it")
        with client.database.writing() as db:
            other = a_hotel(db)
            stranger = a_staff(db, "front_desk", other)
        grant = {"hotel_id": str(other), "role": "it"}
        answer = client.post(STAFF, json=joining(client, grants=[grant]))
        assert (answer.status_code, answer.json()["code"]) == (422, "hotel")
        for deed in ("disable", "enable", "password"):
            assert client.post(f"{STAFF}/{stranger}/{deed}").status_code == 404

    def test_logins_that_could_be_mistaken_are_refused(self, client: Client) -> None:
        client.as_("it")
        for login in ("Lin", "lin xia", "li\u0301n", "\u0430dmin", "x", ""):
            answer = client.post(STAFF, json=joining(client, login=login))
            assert answer.status_code == 422
            assert answer.json()["errors"][0]["pointer"] == "/login"

    def test_a_taken_login_and_a_weak_password(self, client: Client) -> None:
        client.as_("it")
        client.post(STAFF, json=joining(client))
        assert client.post(STAFF, json=joining(client)).status_code == 409
        weak = client.post(STAFF, json=joining(client, login="li.na", password="short"))
        assert (weak.status_code, weak.json()["code"]) == (422, "password_length")

    def test_nobody_changes_the_own_roles(self, client: Client) -> None:
        client.as_("it")
        where = f"{STAFF}/{client.staff_id}"
        grants = {"grants": [{"hotel_id": str(client.hotel_id), "role": "general_manager"}]}
        answer = client.put(f"{where}/grants", json=grants, headers={"If-Match": "*"})
        assert (answer.status_code, answer.json()["code"]) == (409, "own_roles")
        assert client.post(f"{where}/disable").json()["code"] == "own_account"


class TestKeys:
    def test_the_way_of_a_key(self, client: Client) -> None:
        client.as_("it")
        asked = {
            "name": "PMS",
            "scopes": ["profile:read.basic"],
            "hotel_id": str(client.hotel_id),
            "valid_days": 90,
        }
        made = client.post(KEYS, json=asked)
        assert made.status_code == 201
        secret = made.json()["secret"]
        listed = client.get(KEYS).json()["items"]
        assert [row["name"] for row in listed] == ["PMS"]
        assert secret not in client.get(KEYS).text
        assert listed[0]["expires_at"] == made.json()["expires_at"]
        machine = Client(client.app, client.database)
        machine.headers["Authorization"] = f"Bearer {secret}"
        assert machine.get(HOTELS).status_code == 200
        where = made.headers["location"]
        assert client.delete(where).status_code == 428
        assert client.delete(where, headers={"If-Match": '"1"'}).status_code == 204
        assert machine.get(HOTELS).status_code == 401
        assert client.delete(where, headers={"If-Match": '"1"'}).status_code == 404

    def test_unknown_scopes_are_refused(self, client: Client) -> None:
        client.as_("it")
        asked = {"name": "x", "scopes": ["everything"], "hotel_id": str(client.hotel_id)}
        answer = client.post(KEYS, json=asked)
        assert (answer.status_code, answer.json()["code"]) == (422, "scope")

    def test_a_key_for_all_hotels_needs_all_hotels(self, client: Client) -> None:
        client.as_("it")
        asked = {"name": "x", "scopes": ["report:aggregate"]}
        assert client.post(KEYS, json=asked).status_code == 201
        with client.database.writing() as db:
            other = a_hotel(db)
        assert client.post(KEYS, json=asked).status_code == 422
        assert client.post(KEYS, json=asked | {"hotel_id": str(other)}).status_code == 422

    def test_a_secret_is_told_once_and_kept_nowhere(self, client: Client) -> None:
        client.as_("it")
        asked = {"name": "x", "scopes": ["report:aggregate"]}
        headers = {"Idempotency-Key": "key"}
        first = client.post(KEYS, json=asked, headers=headers).json()
        again = client.post(KEYS, json=asked, headers=headers).json()
        assert again == first | {"secret": None}


class TestHotels:
    def test_settings_change_by_the_version_seen(self, client: Client) -> None:
        client.as_("general_manager")
        where = f"{HOTELS}/{client.hotel_id}"
        read = client.get(where)
        assert not read.json()["keeps_identity_documents"]
        assert client.patch(where, json={"check_in_at": "14:00"}).status_code == 428
        patched = client.patch(
            where,
            json={"check_in_at": "14:00", "keeps_identity_documents": True},
            headers={"If-Match": read.headers["etag"]},
        )
        assert patched.json()["check_in_at"] == "14:00:00"
        again = client.patch(where, json={"name": "X"}, headers={"If-Match": read.headers["etag"]})
        assert again.status_code == 412
        audit = client.get("/api/v1/audit", params={"subject": "hotel"}).json()["items"]
        assert [line["fields"] for line in audit] == [["check_in_at", "keeps_identity_documents"]]

    def test_rooms_come_by_pattern_once(self, client: Client) -> None:
        client.as_("it")
        where = f"{HOTELS}/{client.hotel_id}/rooms"
        asked = {"pattern": "101-103, 205", "room_type": "DLX", "features": ["FL.HIGH"]}
        assert client.post(where, json=asked).json() == {"added": 4, "known": 0}
        assert client.post(where, json=asked).json() == {"added": 0, "known": 4}
        rooms = client.get(where, params={"floor": "1"}).json()["items"]
        assert [room["no"] for room in rooms] == ["101", "102", "103"]

    def test_bad_patterns_add_nothing(self, client: Client) -> None:
        client.as_("it")
        where = f"{HOTELS}/{client.hotel_id}/rooms"
        for bad in (
            {"pattern": "1-9999999"},
            {"pattern": "118-101"},
            {"pattern": "roof"},
            {"pattern": "1-2001"},
            {"features": ["sea view"]},
            {"room_type": "too long a type"},
        ):
            asked = {"pattern": "101", "room_type": "DLX"} | bad
            assert client.post(where, json=asked).status_code == 422
        assert client.get(where).json()["items"] == []

    def test_another_hotel_is_not_there(self, client: Client) -> None:
        client.as_("general_manager")
        with client.database.writing() as db:
            other = a_hotel(db)
        for path in ("", "/rooms", "/departments"):
            assert client.get(f"{HOTELS}/{other}{path}").status_code == 404
        assert [row["code"] for row in client.get(HOTELS).json()["items"]] == ["HZ1"]


class TestAudit:
    def test_everybody_reads_the_own_rows(self, client: Client) -> None:
        client.as_("marketing")
        client.post("/api/v1/companies", json={"kind": "other", "name": "A"})
        client.as_("housekeeping")
        assert client.get("/api/v1/audit").json()["items"] == []
        client.as_("general_manager")
        lines = client.get("/api/v1/audit", params={"deed": "created"}).json()["items"]
        assert [(line["subject"], line["actor_name"]) for line in lines] == [
            ("company", "Ms marketing")
        ]

    def test_filters_are_read_strictly(self, client: Client) -> None:
        client.as_("general_manager")
        here = "/api/v1/audit"
        assert client.get(here, params={"since": "yesterday"}).status_code == 422
        assert client.get(here, params={"since": "2026-11-24T00:00:00"}).status_code == 422
        assert client.get(here, params={"since": "2026-11-24T00:00:00Z"}).status_code == 200
        assert client.get(here, params={"deed": "sung"}).status_code == 422
        assert client.get(here, params={"cursor": "broken"}).status_code == 422
        assert client.get(here, params={"actor_id": str(uuid4())}).json()["items"] == []
