"""Guests over REST: looked up, registered once, amended on what was seen, revealed."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlmodel import col

from crm.audit.tables import AuditRow
from crm.audit.terms import Deed
from crm.hotels.tables import Hotel
from tests.conftest import Client

HERE = "/api/v1/guests"
NEW: dict[str, Any] = {
    "names": [{"full": "陈静怡"}, {"full": "CHEN Jingyi"}],
    "title": "ms",
    "birthday": {"month": 3, "day": 5, "year": 1980},
    "contacts": [
        {"kind": "phone", "raw": "138 0013 8866"},
        {"kind": "email", "raw": "jingyi@example.com"},
    ],
}


def registered(client: Client, **more: Any) -> str:
    answer = client.post(HERE, json=NEW | more)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{HERE}/{answer.json()['id']}"
    return str(answer.headers["location"])


def deeds(client: Client, deed: Deed) -> list[Any]:
    client.app.state.views.flush()  # type: ignore[attr-defined]
    with client.database.reading() as db:
        rows = db.connection().execute(
            select(col(AuditRow.purpose), col(AuditRow.fields), col(AuditRow.guest_id)).where(
                col(AuditRow.deed) == deed
            )
        )
        return list(rows)


class TestLookUp:
    @pytest.mark.parametrize("q", ["8866", "cjy", "陈静", "jingyi@", "chenjinyi"])
    def test_finds_masked_and_leaves_a_trace(self, client: Client, q: str) -> None:
        client.as_("front_desk")
        where = registered(client)
        answer = client.get(HERE, params={"q": q})
        assert answer.status_code == 200
        (hit,) = answer.json()["items"]
        assert where.endswith(hit["id"])
        assert (hit["phone"], answer.json()["next"]) == ("+86 •••• 8866", None)
        assert hit["matched"]
        assert len(deeds(client, Deed.LOOKED_UP)) == 1

    def test_pages_by_cursor(self, client: Client) -> None:
        client.as_("front_desk")
        made = {registered(client, names=[{"full": f"王{char}"}]) for char in "一二三四五"}
        seen, cursor = [], None
        while True:
            params = {"q": "wang", "limit": 2} | ({"cursor": cursor} if cursor else {})
            page = client.get(HERE, params=params).json()
            seen += [f"{HERE}/{hit['id']}" for hit in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert (len(seen), set(seen)) == (5, made)

    @pytest.mark.parametrize(
        "params",
        [
            {},
            {"q": ""},
            {"q": "x" * 101},
            {"q": "x", "limit": "0"},
            {"q": "x", "limit": "101"},
            {"q": "x", "cursor": "nonsense"},
            {"q": "x", "sort": "name"},
        ],
    )
    def test_what_makes_no_sense_is_refused(self, client: Client, params: dict[str, str]) -> None:
        answer = client.as_("front_desk").get(HERE, params=params)
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"

    @pytest.mark.parametrize(
        "q", ["%_\\", '" OR 1=1 --', "NEAR( * -", "' & !", "\u202e", "💥", "*"]
    )
    def test_operators_are_only_text(self, client: Client, q: str) -> None:
        answer = client.as_("front_desk").get(HERE, params={"q": q})
        assert (answer.status_code, answer.json()["items"]) == (200, [])

    def test_not_for_every_role(self, client: Client) -> None:
        assert client.as_("housekeeping").get(HERE, params={"q": "x"}).status_code == 403


class TestRegister:
    def test_the_file_reads_back(self, client: Client) -> None:
        client.as_("file_centre")
        answer = client.get(registered(client))
        assert answer.headers["etag"] == '"1"'
        sheet = answer.json()
        assert (sheet["shown_name"], sheet["address_zh"]) == ("陈静怡 CHEN Jingyi", "陈女士")
        assert sheet["contacts"][1]["e164"] == "+8613800138866"

    def test_one_key_makes_one_file(self, client: Client) -> None:
        client.as_("front_desk")
        headers = {"Idempotency-Key": "first"}
        one, two = (client.post(HERE, json=NEW, headers=headers) for _ in range(2))
        assert one.json() == two.json()
        assert len(client.get(HERE, params={"q": "cjy"}).json()["items"]) == 1
        other = client.post(HERE, json=NEW | {"title": "dr"}, headers=headers)
        assert (other.status_code, other.json()["code"]) == (409, "idempotency_reused")

    @pytest.mark.parametrize(
        ("more", "status", "code"),
        [
            ({"names": []}, 422, None),
            ({"names": [{}]}, 422, None),
            ({"names": [{"full": "a\u0000b"}]}, 422, None),
            ({"names": [{"full": "\u202eevil"}]}, 422, None),
            ({"names": [{"full": " "}]}, 422, None),
            ({"names": [{"full": "x" * 121}]}, 422, None),
            ({"birthday": {"month": 2, "day": 30}}, 422, "birthday_impossible"),
            ({"birthday": {"month": 2, "day": True}}, 422, None),
            ({"company_id": str(uuid4())}, 422, "company"),
            ({"vip": "V1"}, 422, None),
            ({"is_incognito": True}, 409, "alias_missing"),
            ({"contacts": [{"kind": "pigeon", "raw": "x"}]}, 422, None),
            ({"nationality": "China"}, 422, None),
        ],
    )
    def test_what_makes_no_sense_is_refused_and_leaves_nothing(
        self, client: Client, more: dict[str, Any], status: int, code: str | None
    ) -> None:
        client.as_("front_desk")
        answer = client.post(HERE, json=NEW | more)
        assert answer.status_code == status, answer.text
        assert code is None or answer.json()["code"] == code
        assert client.get(HERE, params={"q": "cjy"}).json()["items"] == []


class TestChange:
    def test_a_patch_names_the_version_it_saw(self, client: Client) -> None:
        client.as_("file_centre")
        where = registered(client)
        patch = {"nationality": "CN", "occupation": None}
        for headers, status in (({}, 428), ({"If-Match": '"7"'}, 412)):
            assert client.patch(where, json=patch, headers=headers).status_code == status
        answer = client.patch(where, json=patch, headers={"If-Match": '"1"'})
        assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
        assert answer.json()["nationality"] == "CN"

    def test_parts_are_filed_written_and_taken_away(self, client: Client) -> None:
        client.as_("file_centre")
        where = registered(client)
        alias = {"full": "林小姐", "kind": "alias"}
        assert client.post(f"{where}/names", json=alias).json() == {"no": 3}
        new_phone = client.post(f"{where}/contacts", json={"kind": "phone", "raw": "13900139000"})
        assert new_phone.headers["location"] == f"{where}/contacts/3"
        for place, body in (
            ("addresses", {"street": "1 Lake Road"}),
            ("vehicles", {"plate": "浙A 12345"}),
            ("relations", {"kind": "child", "other_name": "陈小宝"}),
        ):
            assert client.post(f"{where}/{place}", json=body).status_code == 201
        tag = client.get(where).headers["etag"]
        named = client.put(f"{where}/names/1", json={"full": "陈静宜"}, headers={"If-Match": tag})
        assert named.status_code == 204
        assert client.get(where).json()["shown_name"] == "陈静宜 CHEN Jingyi"
        for place in ("vehicles/1", "relations/1", "addresses/1", "contacts/3", "names/3"):
            tag = client.get(where).headers["etag"]
            gone = client.delete(f"{where}/{place}", headers={"If-Match": tag})
            assert gone.status_code == 204, place
            again = client.delete(f"{where}/{place}", headers={"If-Match": "*"})
            assert again.status_code == 404, place
        sheet = client.get(where).json()
        assert (sheet["vehicles"], sheet["relations"], sheet["addresses"]) == ([], [], [])

    def test_marks(self, client: Client) -> None:
        client.as_("duty_manager")
        where = registered(client)
        for place, body in (
            ("vip", {"level": "V1", "why": "Ambassador", "until": "2027-01-01"}),
            ("caution", {"level": "ask_manager", "why": "Unpaid bill"}),
            ("identity", {"identity": "corporate"}),
        ):
            answer = client.put(f"{where}/{place}", json=body, headers={"If-Match": "*"})
            assert answer.status_code == 200, answer.text
        sheet = client.get(where).json()
        assert (sheet["vip"]["level"], sheet["caution"]["why"]) == ("V1", "Unpaid bill")
        assert sheet["identity"] == "corporate"

    def test_another_hotels_file_is_not_there(self, client: Client) -> None:
        where = registered(client.as_("front_desk"))
        from tests import factories

        with client.database.writing() as db:
            elsewhere = factories.a_hotel(db)
        client.as_("duty_manager", elsewhere)
        assert client.get(where).status_code == 404
        assert client.patch(where, json={}, headers={"If-Match": "*"}).status_code == 404
        assert client.post(f"{where}/names", json={"full": "x"}).status_code == 404
        reveal = {"field": "contact", "no": 1, "purpose": "just curious"}
        assert client.post(f"{where}/reveal", json=reveal).status_code == 404


class TestReveal:
    def test_a_phone_for_a_purpose_leaves_one_row(self, client: Client) -> None:
        client.as_("front_desk")
        where = registered(client)
        assert "138 0013 8866" not in client.get(where).text
        asked = {"field": "contact", "no": 1, "purpose": "lost scarf, calls back"}
        answer = client.post(f"{where}/reveal", json=asked)
        assert (answer.status_code, answer.json()["value"]) == (200, "138 0013 8866")
        assert answer.headers["cache-control"] == "no-store"
        (row,) = deeds(client, Deed.REVEALED)
        assert (row.purpose, row.fields) == ("lost scarf, calls back", ["guest.phone:1"])

    @pytest.mark.parametrize("purpose", [None, "", "  ", "abc"])
    def test_not_without_a_purpose(self, client: Client, purpose: str | None) -> None:
        client.as_("front_desk")
        where = registered(client)
        asked = {"field": "contact", "no": 1} | ({} if purpose is None else {"purpose": purpose})
        assert client.post(f"{where}/reveal", json=asked).status_code == 422
        assert deeds(client, Deed.REVEALED) == []

    def test_sealed_values(self, client: Client) -> None:
        client.as_("file_centre")
        with client.database.writing() as db:
            db.get(Hotel, client.hotel_id).keeps_identity_documents = True  # type: ignore[union-attr]
        where = registered(client)
        paper = {"kind": "passport", "number": "E12345678"}
        assert client.post(f"{where}/identity-documents", json=paper).status_code == 201
        special = {"value": "傣族", "consent_words": "agreed", "consent_on": "2026-01-02"}
        noted = client.put(f"{where}/special/ethnicity", json=special, headers={"If-Match": "*"})
        assert noted.status_code == 204
        text = client.get(where).text
        assert "E12345678" not in text
        assert "傣" not in text
        for asked, value in (
            ({"field": "identity_document", "no": 1}, "E12345678"),
            ({"field": "special", "kind": "ethnicity"}, "傣族"),
        ):
            shown = client.post(f"{where}/reveal", json=asked | {"purpose": "guest asked for it"})
            assert shown.json()["value"] == value
        gone = client.delete(f"{where}/special/ethnicity", headers={"If-Match": "*"})
        assert gone.status_code == 204
        gone = client.delete(f"{where}/identity-documents/1", headers={"If-Match": "*"})
        assert gone.status_code == 204


class TestKeys:
    def test_a_reading_key_sees_no_contact_data(self, client: Client) -> None:
        where = registered(client.as_("front_desk"))
        client.with_key("profile:read.basic")
        sheet = client.get(where).json()
        assert (sheet["shown_name"], sheet["contacts"], sheet["birthday"]) == (
            "陈静怡 CHEN Jingyi",
            [],
            None,
        )
        assert client.get(HERE, params={"q": "8866"}).json()["items"] == []
        assert client.post(HERE, json=NEW).status_code == 403

    def test_a_writing_key_registers_and_amends(self, client: Client) -> None:
        client.with_key("profile:write", "profile:read.basic")
        where = registered(client)
        patch = client.patch(where, json={"nationality": "CN"}, headers={"If-Match": '"1"'})
        assert patch.status_code == 200
        phone = {"kind": "phone", "raw": "13900139000"}
        assert client.post(f"{where}/contacts", json=phone).status_code == 201


class TestDuplicates:
    def test_the_likeliest_first_with_signs(self, client: Client) -> None:
        client.as_("front_desk")
        where = registered(client)
        registered(client, contacts=[], names=[{"full": "陈静怡"}])
        asked = {"name": "Chen Jingyi", "phone": "0086 138 0013 8866", "born_on": "1980-03-05"}
        first, second = client.get("/api/v1/duplicates", params=asked).json()["items"]
        assert where.endswith(first["guest"]["id"])
        assert (first["likely"], second["likely"]) == (True, False)
        assert set(first["signs"]) == {"same_phone", "same_name", "same_birthday"}
        assert first["guest"]["phone"] == "+86 •••• 8866"

    def test_nothing_typed_finds_nobody(self, client: Client) -> None:
        registered(client.as_("front_desk"))
        answer = client.get("/api/v1/duplicates")
        assert (answer.status_code, answer.json()["items"]) == (200, [])
