"""Companies over REST: tags, preconditions, one answer per Idempotency-Key, masks by role."""

from tests.conftest import Client

NEW = {"kind": "corporate", "name": "恒瑞医疗", "name_latin": "Hengrui Medical"}
HERE = "/api/v1/companies"


def added(client: Client, **more: object) -> str:
    answer = client.post(HERE, json=NEW | more)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{HERE}/{answer.json()['id']}"
    return str(answer.headers["location"])


def test_the_way_of_a_company(client: Client) -> None:
    client.as_("marketing")
    where = added(client, city="Hangzhou")
    read = client.get(where)
    assert (read.headers["etag"], read.json()["city"]) == ('"1"', "Hangzhou")
    patched = client.patch(where, json={"city": None}, headers={"If-Match": '"1"'})
    assert (patched.headers["etag"], patched.json()["city"]) == ('"2"', None)
    found = client.get(HERE, params={"q": "hryl"}).json()
    assert [row["name"] for row in found["items"]] == ["恒瑞医疗"]
    assert found["next"] is None


def test_contacts_contracts_and_visits_raise_the_version(client: Client) -> None:
    client.as_("marketing")
    where = added(client)
    contact = {"name": "王芳", "phone": "+86 571 8888 2207", "email": "wang@example.com"}
    assert client.post(f"{where}/contacts", json=contact).json()["no"] == 1
    contract = {
        "hotel_id": str(client.hotel_id),
        "rate_code": "CORP-HR",
        "starts_on": "2026-01-01",
        "ends_on": "2026-12-31",
    }
    made = client.post(f"{where}/contracts", json=contract)
    assert made.headers["location"] == f"{where}/contracts/1"
    longer = client.put(
        f"{where}/contracts/1",
        json=contract | {"ends_on": "2027-12-31"},
        headers={"If-Match": '"3"'},
    )
    assert longer.json()["contracts"][0]["ends_on"] == "2027-12-31"
    visit = {"visited_on": "2026-11-02", "purpose": "Rates", "next_on": "2027-01-10"}
    assert client.post(f"{where}/visits", json=visit).json()["version"] == 5
    changed = client.put(f"{where}/contacts/1", json={"name": "李娜"}, headers={"If-Match": '"5"'})
    assert changed.json()["contacts"][0]["phone"] is None
    gone = client.delete(f"{where}/contacts/1", headers={"If-Match": '"6"'})
    assert gone.status_code == 204
    assert client.get(where).json()["version"] == 7


def test_a_change_names_the_version_it_saw(client: Client) -> None:
    client.as_("marketing")
    where = added(client)
    for headers, status, code in (
        ({}, 428, "if_match_needed"),
        ({"If-Match": '"9"'}, 412, "changed_meanwhile"),
    ):
        answer = client.patch(where, json={"city": "Wuxi"}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        answer = client.delete(f"{where}/contacts/1", headers=headers)
        assert answer.status_code == status
    assert client.get(where).json()["version"] == 1


def test_adding_twice_by_one_key_is_adding_once(client: Client) -> None:
    client.as_("marketing")
    headers = {"Idempotency-Key": "once"}
    first = client.post(HERE, json=NEW, headers=headers)
    again = client.post(HERE, json=NEW, headers=headers)
    assert first.content == again.content
    assert len(client.get(HERE).json()["items"]) == 1


def test_a_twin_is_a_conflict_with_a_pointer(client: Client) -> None:
    client.as_("marketing")
    added(client)
    answer = client.post(HERE, json=NEW)
    assert (answer.status_code, answer.json()["code"]) == (409, "company_known")
    assert answer.json()["errors"][0]["pointer"] == "/name"


BAD = [
    ({"kind": "corporate"}, "/name"),
    (NEW | {"kind": "guild"}, "/kind"),
    (NEW | {"colour": "red"}, "/colour"),
    (NEW | {"name": "x\u0000y"}, "/name"),
    (NEW | {"name": "x" * 161}, "/name"),
    (NEW | {"country": "China"}, "/country"),
    (NEW | {"looked_after_by": "nobody"}, "/looked_after_by"),
]


def test_bad_input_is_named_and_never_echoed(client: Client) -> None:
    client.as_("marketing")
    for body, pointer in BAD:
        answer = client.post(HERE, json=body)
        assert answer.status_code == 422
        assert pointer in {error["pointer"] for error in answer.json()["errors"]}
        assert "guild" not in answer.text
    assert not client.get(HERE).json()["items"]


def test_what_is_not_there_is_not_found(client: Client) -> None:
    client.as_("marketing")
    where, nobody = added(client), "0198c000-0000-7000-8000-000000000000"
    headers = {"If-Match": "*"}
    for answer in (
        client.get(f"{HERE}/{nobody}"),
        client.get(f"{HERE}/{nobody}/production"),
        client.patch(f"{HERE}/{nobody}", json={}, headers=headers),
        client.put(f"{where}/contacts/9", json={"name": "A"}, headers=headers),
        client.put(f"{where}/contacts/{2**70}", json={"name": "A"}, headers=headers),
        client.delete(f"{where}/contacts/0", headers=headers),
    ):
        assert answer.status_code == 404


def test_the_desk_reads_masked_and_writes_nothing(client: Client) -> None:
    client.as_("marketing")
    where = added(client)
    client.post(f"{where}/contacts", json={"name": "王芳", "phone": "+86 571 8888 2207"})
    client.as_("front_desk")
    contact = client.get(where).json()["contacts"][0]
    assert (contact["phone"], contact["masked"]) == ("•••• 2207", True)
    assert client.post(HERE, json=NEW | {"name": "Other"}).status_code == 403
    assert client.get(f"{where}/production").status_code == 403


def test_production_and_travellers_are_pages(client: Client) -> None:
    client.as_("general_manager")
    client.as_("duty_manager")
    where = added(client)
    assert client.get(f"{where}/production").json() == {"items": [], "next": None}
    assert client.get(f"{where}/travellers").json() == {"items": [], "next": None}


def test_a_machine_reads_with_its_scope_only(client: Client) -> None:
    client.as_("marketing")
    where = added(client)
    client.with_key("profile:read.basic")
    assert client.get(where).json()["name"] == "恒瑞医疗"
    client.with_key("consent:write")
    assert client.get(where).status_code == 403


def test_unknown_parameters_are_refused(client: Client) -> None:
    client.as_("marketing")
    assert client.get(HERE, params={"sort": "phone"}).status_code == 422
    assert client.get(HERE, params={"limit": 101}).status_code == 422
