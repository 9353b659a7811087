"""Targets and working hours over REST: shipped until set, by version, refused where senseless."""

import pytest

from crm.complaints.calendars import WEEKDAYS

TARGET = {
    "first_reply_minutes": 10, "solve_minutes": 90, "warn_minutes": 20, "margin_minutes": 30,
}  # fmt: skip
HOURS = {
    "hours": {day: [["09:00", "12:00"], ["22:00", "06:00"]] for day in WEEKDAYS[:5]},
    "holidays": ["2027-01-01", "2026-12-25", "2027-01-01"],
    "extra_days": {"2026-11-28": [["10:00", "16:00"]]},
}


def where(client, rest):
    return f"/api/v1/hotels/{client.hotel_id}/{rest}"


@pytest.mark.parametrize(
    ("rest", "asked"), [("complaint-targets/serious", TARGET), ("work-hours/HK", HOURS)]
)
def test_shipped_then_set_by_version(client, rest, asked):
    client.as_("general_manager")
    address = where(client, rest)
    shipped = client.get(address)
    assert (shipped.status_code, shipped.headers["etag"]) == (200, '"0"')
    assert shipped.json()["is_shipped"] is True
    assert client.put(address, json=asked).status_code == 428
    assert client.put(address, json=asked, headers={"If-Match": '"1"'}).status_code == 412
    made = client.put(address, json=asked, headers={"If-Match": '"0"'})
    assert (made.status_code, made.headers["etag"]) == (200, '"1"')
    assert client.put(address, json=asked, headers={"If-Match": '"0"'}).status_code == 412
    again = client.put(address, json=asked, headers={"If-Match": "*"})
    assert again.headers["etag"] == '"2"'
    kept = client.get(address).json()
    wanted = asked | ({"holidays": ["2026-12-25", "2027-01-01"]} if "holidays" in asked else {})
    assert {name: kept[name] for name in asked} == wanted
    assert kept["is_shipped"] is False


@pytest.mark.parametrize(
    ("rest", "asked", "code"),
    [
        ("complaint-targets/serious", TARGET | {"solve_minutes": 0}, 422),
        ("complaint-targets/serious", TARGET | {"solve_minutes": 43_201}, 422),
        ("complaint-targets/serious", TARGET | {"first_reply_minutes": True}, 422),
        ("complaint-targets/serious", TARGET | {"color": "red"}, 422),
        ("complaint-targets/terrible", TARGET, 422),
        ("work-hours/HK", {"hours": {}}, 422),
        ("work-hours/HK", {"hours": {"mon": [["09:00", "09:01"]]}}, 422),
        ("work-hours/HK", {"hours": {"mon": [["09:00"]]}}, 422),
        ("work-hours/HK", {"hours": {"monday": [["09:00", "17:00"]]}}, 422),
        ("work-hours/HK", {"hours": {"mon": [["24:00", "06:00"]]}}, 422),
        ("work-hours/HK", HOURS | {"holidays": ["2026-02-30"]}, 422),
        ("work-hours/HK", HOURS | {"extra_days": {"2026-13-01": []}}, 422),
    ],
)
def test_what_makes_no_sense_is_refused(client, rest, asked, code):
    client.as_("it")
    answer = client.put(where(client, rest), json=asked, headers={"If-Match": "*"})
    assert answer.status_code == code, answer.text
    assert client.get(where(client, rest.replace("terrible", "serious"))).json()["is_shipped"]


def test_hours_left_out_are_round_the_clock(client):
    client.as_("it")
    address, asked = where(client, "work-hours/FO"), {"holidays": ["2026-12-25"]}
    made = client.put(address, json=asked, headers={"If-Match": '"0"'}).json()
    assert (made["hours"]["sun"], made["holidays"]) == ([["00:00", "24:00"]], ["2026-12-25"])


def test_it_is_for_those_who_set_the_clocks(client):
    client.as_("duty_manager")
    for rest in ("complaint-targets/minor", "work-hours/SPA"):
        assert client.get(where(client, rest)).status_code == 403
        anything = client.put(where(client, rest), json={}, headers={"If-Match": "*"})
        assert anything.status_code == 403
