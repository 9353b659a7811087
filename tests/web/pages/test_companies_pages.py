"""Companies on pages: found and filtered, one whole on its page, forms that say what is wrong."""

from uuid import UUID

import pytest
from bs4 import BeautifulSoup

from tests import factories
from tests.crm.documents.pictures import pdf

NEW = {"kind": "corporate", "name": "恒瑞医疗", "name_latin": "Hengrui Medical"}


def soup(answer):
    return BeautifulSoup(answer.text, "html.parser")


def words(part):
    return " ".join(part.get_text(" ").split())


def errors(page):
    return {link["href"]: words(link) for link in page.select(".form-errors a")}


@pytest.fixture
def here(client):
    """A company's page, made by marketing by hand."""
    client.as_("marketing")
    answer = client.post("/companies/new", data=NEW | {"city": "Hangzhou"})
    assert answer.status_code == 303, errors(soup(answer))
    return answer.headers["location"]


def version(client, here):
    page = soup(client.get(f"{here}/edit"))
    return page.find("input", {"name": "version"})["value"]


class TestList:
    def test_is_marketing_s_own_page_and_empty_at_first(self, client):
        client.as_("marketing")
        assert client.get("/").headers["location"] == "/companies"
        page = soup(client.get("/companies"))
        assert "No companies yet" in words(page.select_one(".empty"))
        assert page.select_one(".empty a")["href"] == "/companies/new"

    def test_finds_filters_and_says_when_there_is_none(self, client, here):
        client.post("/companies/new", data={"kind": "agency", "name": "Aurora Tours"})
        found = soup(client.get("/companies", params={"q": "hryl"})).select("tbody a")
        assert [link["href"] for link in found] == [here]
        agencies = soup(client.get("/companies", params={"kind": "agency"})).select("tbody b")
        assert [words(name) for name in agencies] == ["Aurora Tours"]
        none = soup(client.get("/companies", params={"ending": "1"}))
        assert "No company found" in words(none.select_one(".empty"))
        assert none.find("input", {"name": "ending"}).has_attr("checked")

    def test_shows_a_page_at_a_time(self, client, monkeypatch):
        monkeypatch.setattr("web.pages.companies.ROWS", 2)
        client.as_("marketing")
        for name in ("Alpha", "Beta", "Gamma"):
            client.post("/companies/new", data={"kind": "other", "name": name})
        first = soup(client.get("/companies"))
        assert [words(name) for name in first.select("tbody b")] == ["Alpha", "Beta"]
        second = soup(client.get(first.select_one("a[rel=next]")["href"]))
        assert [words(name) for name in second.select("tbody b")] == ["Gamma"]
        assert second.select_one("a[rel=next]") is None

    def test_offers_nothing_new_to_the_desk(self, client, here):
        page = soup(client.as_("front_desk").get("/companies"))
        assert page.find("a", href="/companies/new") is None
        assert client.get("/companies/new").status_code == 403

    def test_speaks_chinese(self, client, here):
        page = soup(client.as_("marketing", language="zh-Hans").get("/companies"))
        assert words(page.h1) == "协议单位"
        assert "无协议" in words(page.tbody)


class TestForms:
    def test_say_beside_the_field_what_is_wrong_and_keep_what_was_typed(self, client):
        client.as_("marketing")
        answer = client.post("/companies/new", data={"name": " ", "city": "Wuxi", "kind": "guild"})
        assert answer.status_code == 422
        page = soup(answer)
        assert set(errors(page)) == {"#name", "#kind"}
        assert page.find(id="name")["aria-invalid"] == "true"
        assert page.find(id="city")["value"] == "Wuxi"

    def test_a_twin_is_told_by_the_name(self, client, here):
        answer = client.post("/companies/new", data=NEW)
        assert answer.status_code == 409
        assert "already" in errors(soup(answer))["#name"]

    def test_change_only_what_differs_and_no_stale_page_overwrites(self, client, here):
        stale = version(client, here)
        form = NEW | {"state": "active", "city": "Suzhou", "version": stale}
        assert client.post(f"{here}/edit", data=form).status_code == 303
        again = client.post(f"{here}/edit", data=form | {"city": "Wuxi"})
        assert again.status_code == 409
        assert "meanwhile" in words(soup(again).select_one(".form-errors"))
        assert "Suzhou" in words(soup(client.get(here)).select_one(".kv"))

    def test_a_contact_comes_changes_and_goes(self, client, here):
        typed = {"name": "王芳", "calendar": "lunar", "month": "10", "day": "22", "version": "1"}
        assert client.post(f"{here}/contacts", data=typed).status_code == 303
        card = words(soup(client.get(here)).find(id="contacts").find_parent("section"))
        assert "王芳" in card
        assert "Lunar 10/22 → 30 Nov" in card
        form = soup(client.get(f"{here}/contacts/1/edit"))
        assert form.find("option", selected=True)["value"] == "lunar"
        bad = client.post(f"{here}/contacts", data=typed | {"no": "1", "month": "13"})
        assert bad.status_code == 422
        assert "#month" in errors(soup(bad))
        other = {"name": "李娜", "version": "2", "no": "1"}
        assert client.post(f"{here}/contacts", data=other).status_code == 303
        gone = client.post(f"{here}/contacts/1/remove", data={"version": "3"})
        assert gone.status_code == 303
        assert "Nobody noted yet" in words(soup(client.get(here)))

    def test_a_contract_that_ends_soon_is_a_bar_on_the_page(self, client, here):
        typed = {
            "hotel_id": str(client.hotel_id),
            "rate_code": "CORP-HR",
            "starts_on": "2026-01-01",
            "ends_on": "2026-12-31",
            "room_nights_agreed": "400",
            "version": "1",
        }
        wrong = client.post(f"{here}/contracts", data=typed | {"room_nights_agreed": "many"})
        assert "#room_nights_agreed" in errors(soup(wrong))
        backwards = client.post(f"{here}/contracts", data=typed | {"ends_on": "2025-12-31"})
        assert backwards.status_code == 422
        assert client.post(f"{here}/contracts", data=typed).status_code == 303
        bar = soup(client.get(here)).select_one(".alert-care")
        assert "ends in 37 days" in words(bar)
        listed = soup(client.get("/companies", params={"ending": "1"}))
        assert "ends 31 Dec" in words(listed.tbody)

    def test_a_visit_says_what_came_of_it(self, client, here):
        typed = {
            "visited_on": "2026-11-02",
            "purpose": "Rates",
            "result": "Wants <b>breakfast</b>",
            "next_on": "2026-11-20",
            "version": "1",
        }
        future = client.post(f"{here}/visits", data=typed | {"visited_on": "2026-12-24"})
        assert future.status_code == 422
        assert client.post(f"{here}/visits", data=typed).status_code == 303
        page = soup(client.get(here))
        visits = words(page.find(id="visits").find_parent("section"))
        assert "Wants <b>breakfast</b>" in visits
        assert "next was due 20 Nov" in visits


class TestPage:
    def test_shows_each_reader_what_is_theirs(self, client, here):
        company_id = UUID(here.rpartition("/")[2])
        contact = {"name": "王芳", "phone": "+86 571 8888 2207", "version": "1"}
        client.post(f"{here}/contacts", data=contact)
        with client.database.writing() as db:
            guest = factories.a_guest(
                db, "李娜", "Li Na", company_id=company_id, created_at_hotel=client.hotel_id
            )
        marketing = soup(client.as_("marketing").get(here))
        assert "+86 571 8888 2207" in words(marketing)
        assert marketing.find(id="production")
        assert marketing.find(id="travellers") is None
        assert marketing.find(id="shelf") is None
        desk = soup(client.as_("front_desk").get(here))
        assert "8888 2207" not in words(desk)
        assert "•••• 2207" in words(desk)
        assert desk.find("a", href=f"/guests/{guest}")
        assert desk.find(id="production") is None
        assert desk.find("a", href=f"{here}/edit") is None
        assert client.as_("housekeeping").get(here).status_code == 403

    def test_takes_documents_and_says_why_one_is_refused(self, client, here):
        client.as_("duty_manager")
        file = {"file": ("c.pdf", pdf(), "application/pdf")}
        typed = {"kind": "company_contract", "title": "Contract 2027"}
        assert client.post(f"{here}/documents", data=typed, files=file).status_code == 303
        shelf = soup(client.get(here)).find(id="shelf").find_parent("section")
        link = shelf.select_one("td a")
        assert words(link) == "Contract 2027"
        assert client.get(link["href"]).headers["content-disposition"].startswith("attachment")
        refused = client.post(
            f"{here}/documents",
            data=typed | {"title": "Kept title"},
            files={"file": ("c.pdf", b"<svg onload=alert(1)>", "application/pdf")},
        )
        assert refused.status_code == 422
        page = soup(refused)
        assert "Only PDF" in errors(page)["#file"]
        assert page.find(id="title")["value"] == "Kept title"
        removed = client.post(f"{link['href']}/remove")
        assert removed.headers["location"] == here
        assert "Nothing on the shelf yet" in words(soup(client.get(here)))

    def test_is_not_there_for_an_unknown_one(self, client, here):
        assert client.get(f"{here[:-4]}0000").status_code == 404
        assert client.get("/companies/not-an-id").status_code == 404
