"""Unusual viewing on its page: found, shown to managers, asked about, noted."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from crm.audit import service as audit
from crm.audit import unusual
from crm.audit.tables import AuditRow
from crm.audit.terms import Deed
from crm.kit import clock
from crm.kit.ids import new_id
from crm.profile import watching
from tests import factories
from tests.conftest import Client


def soup(answer):
    return BeautifulSoup(answer.text, "html.parser")


def words(part):
    return " ".join(part.get_text(" ").split())


@pytest.fixture
def dump(client: Client) -> Client:
    """Somebody at the desk has opened far too many files today; the clock has looked."""
    hotel_id = client.hotel_id
    with client.database.writing() as db:
        staff_id = factories.a_staff(db, "front_desk", hotel_id, name="Lin Xia")
        by = factories.an_actor("front_desk", hotel_id, staff_id)
        guests = [factories.a_guest(db, ref="G-AAAAAA"), *(new_id() for _ in range(210))]
        for guest_id in guests:
            audit.note(db, Deed.VIEWED, by=by, subject="guest", subject_id=guest_id,
                       guest_id=guest_id, fields=["stays"])  # fmt: skip
        unusual.watch_volume(db)
    return client


def open_entry(client: Client) -> str:
    return soup(client.get("/viewing")).select_one("tbody tr")["data-href"]


def test_the_manager_sees_asks_and_notes(dump: Client) -> None:
    dump.as_("duty_manager", name="Mr Gu")
    row = soup(dump.get("/viewing")).select_one("tbody tr")
    assert "Lin Xia" in words(row)
    assert "211" in words(row)
    page = soup(dump.get(row["data-href"]))
    assert len(page.select("tbody tr")) == 50
    assert page.select_one("a[rel=next]")
    answer = dump.post(row["data-href"], data={"outcome": "Asked: a list for the fire drill"})
    assert answer.headers["location"] == "/viewing"
    assert "Nothing unusual" in dump.get("/viewing").text
    settled = words(soup(dump.get("/viewing?settled=true")).select_one("tbody tr"))
    assert "Asked: a list for the fire drill" in settled
    assert "Mr Gu" in settled
    with dump.database.reading() as db:
        rows = db.connection().execute(select(AuditRow.__table__.c.subject)).scalars().all()
    assert rows.count("unusual_viewing") == 1


def test_the_rail_says_how_many_wait(dump: Client) -> None:
    dump.as_("general_manager")
    rail = soup(dump.get("/viewing")).select_one('.rail a[href="/viewing"]')
    assert rail.select_one("[hx-get]")["hx-get"] == "/viewing/count"
    assert words(soup(dump.get("/viewing/count"))) == "1 1 to look into"
    dump.post(open_entry(dump), data={"outcome": "Asked, all well"})
    assert dump.get("/viewing/count").text.strip() == ""


def test_rows_go_on_page_by_page(dump: Client) -> None:
    dump.as_("duty_manager")
    place, seen = open_entry(dump), 0
    while place:
        page = soup(dump.get(place))
        seen += len(page.select("tbody tr"))
        more = page.select_one("a[rel=next]")
        place = more["href"] if more else ""
    assert seen == 211


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Fill in this field."),
        ("rang +86 138 0013 8000", "Leave out phone numbers"),
        ("x" * 301, "This is too long."),
    ],
)
def test_a_word_that_does_not_fit_is_refused_and_kept(dump: Client, typed: str, said: str) -> None:
    dump.as_("duty_manager")
    place = open_entry(dump)
    answer = dump.post(place, data={"outcome": typed})
    assert answer.status_code == 422
    page = soup(answer)
    assert said in words(page.select_one(".form-errors"))
    assert page.find(id="outcome").get_text() == typed
    assert soup(dump.get("/viewing")).select_one("tbody tr")


def test_of_ones_own_viewing_one_is_told_to_ask_somebody_else(client: Client) -> None:
    client.as_("duty_manager")
    by = factories.an_actor("duty_manager", client.hotel_id, client.staff_id)
    with client.database.writing() as db:
        for _ in range(201):
            audit.note(db, Deed.VIEWED, by=by, subject="guest", guest_id=new_id())
        unusual.watch_volume(db)
    place = open_entry(client)
    assert "another manager looks into it" in client.get(place).text
    assert client.post(place, data={"outcome": "It was me"}).status_code == 403


def test_the_list_is_renewed_by_itself(dump: Client) -> None:
    dump.as_("duty_manager")
    place = soup(dump.get("/viewing")).select_one("[data-live] [hx-get]")["hx-get"]
    part = dump.get(place, headers={"HX-Request": "true"})
    assert part.text.count("<tr id=") == 1
    assert "<html" not in part.text


def test_it_is_in_the_interface_for_machines_too(dump: Client) -> None:
    dump.as_("general_manager")
    (item,) = dump.get("/api/v1/audit/unusual-viewing").json()["items"]
    assert (item["kind"], item["number"], item["actor_name"]) == ("volume", 211, "Lin Xia")
    assert dump.get("/api/v1/audit/unusual-viewing?looked_into=true").json()["items"] == []


def test_a_dump_is_told_within_a_minute_by_the_clock(client: Client) -> None:
    """The very way of a dump: files opened through the door, the views' thread, the tick's job."""
    from crm.kit import jobs
    from web import worker

    worker.import_jobs()
    client.as_("front_desk")
    with client.database.writing() as db:
        guests = [factories.a_guest(db) for _ in range(205)]
        for guest_id in guests:
            factories.a_stay(db, guest_id, client.hotel_id)
    for guest_id in guests:
        assert client.get(f"/api/v1/guests/{guest_id}/card").status_code == 200
    client.app.state.views.flush()
    soon = clock.now() + timedelta(seconds=worker.TICK_S)
    with clock.frozen(soon), client.database.writing() as db:
        worker.put_due(db)
    with clock.frozen(soon):
        jobs.work_off(client.database)
    client.as_("duty_manager")
    assert "205" in words(soup(client.get("/viewing")).select_one("tbody tr"))


def test_the_hourly_look_finds_what_is_no_volume(client: Client) -> None:
    client.as_("front_desk", name="Lin Xia")
    with client.database.writing() as db:
        vip = factories.a_guest(db, vip="V1", ref="G-VVVVVV", is_incognito=True, alias="Mr Stone")
    by = factories.an_actor("front_desk", client.hotel_id, client.staff_id)
    with client.database.writing() as db:
        audit.note(db, Deed.VIEWED, by=by, subject="guest", subject_id=vip, guest_id=vip)
        watching.watch(db)
    client.as_("duty_manager")
    assert "VIP or incognito" in words(soup(client.get("/viewing")).select_one("tbody tr"))
    assert "G-VVVVVV" in client.get(open_entry(client)).text
