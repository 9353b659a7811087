"""What a hotel sets for its complaints: offers, targets, work hours and words, on pages."""

import pytest
from bs4 import BeautifulSoup

from crm.complaints import master
from tests.conftest import Client
from web.navigation import SETTING_PLACES, rail_for, setting_places_for

HOME = "/complaints/settings"


@pytest.fixture
def house(client: Client) -> Client:
    with client.database.writing() as db:
        master.load(db)
    return client.as_("general_manager")


def soup(answer):
    return BeautifulSoup(answer.text, "html.parser")


def words(part):
    return " ".join(part.get_text(" ").split())


def errors(answer):
    return {link["href"]: words(link) for link in soup(answer).select(".form-errors a")}


def filled(page):
    """The form as the browser would send it back."""
    form = page.select_one("main form[method=post]")
    sent: dict[str, list[str]] = {}
    for field in form.select("input[name], textarea[name], select[name]"):
        if field.name == "select":
            chosen = field.select_one("option[selected]") or field.select_one("option")
            sent.setdefault(field["name"], []).append(chosen["value"])
        elif field.name == "textarea":
            sent.setdefault(field["name"], []).append(field.get_text())
        elif field.get("type") != "checkbox" or field.has_attr("checked"):
            sent.setdefault(field["name"], []).append(field.get("value", "on"))
    return sent


class TestHome:
    @pytest.mark.parametrize(
        ("role", "first", "tabs"),
        [
            ("general_manager", f"{HOME}/offers", 5),
            ("it", f"{HOME}/targets", 2),
            ("file_centre", f"{HOME}/words", 1),
        ],
    )
    def test_opens_with_the_first_tab_of_the_role(self, client, role, first, tabs):
        client.as_(role)
        answer = client.get(HOME)
        assert (answer.status_code, answer.headers["location"]) == (303, first)
        page = soup(client.get(first))
        assert len(page.select("nav.tabs a")) == tabs
        assert page.select_one("nav.tabs [aria-current]")["href"] == first

    def test_is_closed_to_the_others(self, client):
        client.as_("duty_manager")
        assert client.get(HOME).status_code == 403

    def test_stands_in_the_rail_of_those_without_a_board(self):
        there = {place.path for place in rail_for({"complaints.settings"})}
        assert there == {HOME}
        both = {"complaints.settings", "complaints.read", "recovery.approve"}
        (board,) = rail_for(both)
        assert (board.path, "/approvals" in board.within) == ("/complaints", True)

    def test_whoever_may_come_in_finds_a_tab(self):
        for place in SETTING_PLACES:
            assert setting_places_for({place.permission})


class TestOffers:
    def test_a_new_one_is_listed_and_a_second_of_its_name_is_not(self, house):
        form = {
            "kind": "gift", "name_en": "Tea tin", "name_zh": "茶叶罐", "cost": "42.50",
            "worth": "120", "severity": "minor", "is_on": "on", "category": ["noise", "food"],
        }  # fmt: skip
        answer = house.post(f"{HOME}/offers/new", data=form)
        assert answer.headers["location"] == f"{HOME}/offers#offer-TEA_TIN"
        row = words(soup(house.get(f"{HOME}/offers")).select_one("#offer-TEA_TIN"))
        assert "42.50" in row
        assert "2 categories" in row
        again = house.post(f"{HOME}/offers/new", data=form)
        assert again.status_code == 409
        assert "with this code" in errors(again)["#name_en"]

    def test_one_is_switched_off_and_no_stale_page_overwrites(self, house):
        sent = filled(soup(house.get(f"{HOME}/offers/FRUIT")))
        assert sent.pop("is_on") == ["on"]
        assert house.post(f"{HOME}/offers/FRUIT", data=sent).status_code == 303
        row = soup(house.get(f"{HOME}/offers")).select_one("#offer-FRUIT")
        assert "switched off" in words(row)
        assert house.post(f"{HOME}/offers/FRUIT", data=sent).status_code == 409

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"cost": "a lot"}, "#cost"),
            ({"cost": "1e999999"}, "#cost"),
            ({"worth": "-1"}, "#worth"),
            ({"worth": "1.005"}, "#worth"),
            ({"points": "many"}, "#points"),
            ({"points": "5"}, "#points"),
            ({"name_zh": " "}, "#name_zh"),
            ({"kind": "island"}, "#kind"),
        ],
    )
    def test_says_beside_the_field_what_is_wrong(self, house, wrong, field):
        form = {
            "kind": "gift", "name_en": "Tea", "name_zh": "茶", "cost": "1", "worth": "2",
            "severity": "minor",
        }  # fmt: skip
        answer = house.post(f"{HOME}/offers/new", data=form | wrong)
        assert (answer.status_code, list(errors(answer))) == (422, [field])

    def test_one_that_nobody_has_is_not_there(self, house):
        assert house.get(f"{HOME}/offers/NOTHING").status_code == 404


class TestTargets:
    def test_are_kept_for_one_severity(self, house):
        form = {
            "severity": "minor", "version": "0", "first_reply_minutes": "20",
            "solve_minutes": "600", "warn_minutes": "30", "margin_minutes": "45",
        }  # fmt: skip
        assert house.post(f"{HOME}/targets", data=form).status_code == 303
        page = soup(house.get(f"{HOME}/targets"))
        assert page.select_one("#minor [name=solve_minutes]")["value"] == "600"
        assert "10 hours" in words(page.select_one("#minor"))
        assert house.post(f"{HOME}/targets", data=form).status_code == 409
        wrong = house.post(f"{HOME}/targets", data=form | {"version": "1", "warn_minutes": "-1"})
        assert wrong.status_code == 422
        assert soup(wrong).select_one("#minor [name=warn_minutes]")["value"] == "-1"


class TestHours:
    def test_a_week_with_a_night_shift_a_holiday_and_a_make_up_day(self, house):
        here = f"{HOME}/hours/HK"
        sent = filled(soup(house.get(here)))
        sent |= {day: ["9:00", "17:00"] for day in ("mon", "tue", "wed", "thu")}
        sent |= {"fri": ["09:00", "12:00", "22:00", "06:00"], "sat": ["", ""], "sun": []}
        sent |= {"holidays": "2099-01-01\n2099-01-04", "extra_days": "2099-01-02 10:00至16:00"}
        assert house.post(here, data=sent | {"do": "save"}).status_code == 303
        page = soup(house.get(here))
        assert [field["value"] for field in page.select("[name=fri]")][:4] == sent["fri"]
        assert "ends on the next day" in words(page.select_one("#fri").parent)
        assert page.select_one("#holidays").get_text(strip=True) == sent["holidays"]
        assert page.select_one("#extra_days").get_text(strip=True) == "2099-01-02 10:00-16:00"
        line = words(soup(house.get(f"{HOME}/hours")).select_one(f'a[href="{here}"]'))
        assert "22:00–06:00" in line
        assert "2 holidays" in line
        saturdays = [words(row) for row in page.select(".ahead tr") if "Sat" in words(row)]
        assert saturdays
        assert all("00:00–06:00" in row for row in saturdays)

    def test_shortcuts_show_and_keep_nothing(self, house):
        here = f"{HOME}/hours/HK"
        sent = filled(soup(house.get(here))) | {"mon": ["08:00", "16:30"]}
        page = soup(house.post(here, data=sent | {"do": "copy"}))
        assert [field["value"] for field in page.select("[name=fri]")][:2] == sent["mon"]
        assert page.select_one("[role=status]")
        kept = soup(house.get(here))
        assert [field["value"] for field in kept.select("[name=fri]")][:2] == ["00:00", "24:00"]

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"tue": ["09:00", ""]}, "#tue"),
            ({"wed": ["nine", "17:00"]}, "#wed"),
            ({"holidays": "Christmas"}, "#holidays"),
            ({"extra_days": "2099-01-02 10:00"}, "#extra_days"),
        ],
    )
    def test_say_beside_the_day_what_is_wrong_and_keep_what_was_typed(self, house, wrong, field):
        here = f"{HOME}/hours/HK"
        answer = house.post(here, data=filled(soup(house.get(here))) | wrong)
        assert (answer.status_code, list(errors(answer))) == (422, [field])
        assert next(iter(wrong.values()))[0] in answer.text

    def test_a_week_that_never_opens_is_refused(self, house):
        here = f"{HOME}/hours/HK"
        sent = filled(soup(house.get(here)))
        days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        answer = house.post(here, data=sent | {day: ["", ""] for day in days})
        assert answer.status_code == 422
        assert "not open long enough" in answer.text


class TestWords:
    def test_a_new_cause_stands_last_in_its_category(self, house):
        new = soup(house.get(f"{HOME}/words/category/noise/new"))
        assert filled(new)["parent"] == ["noise"]
        form = {"parent": "noise", "name_en": "Wedding hall", "name_zh": "婚宴厅"}
        assert house.post(f"{HOME}/words/new", data=form).headers["location"].endswith("#noise")
        listed = [words(one) for one in soup(house.get(f"{HOME}/words")).select("#noise li")]
        assert listed[-1] == "Wedding hall 婚宴厅"
        again = house.post(f"{HOME}/words/new", data=form)
        assert (again.status_code, list(errors(again))) == (409, ["#name_en"])

    def test_one_is_named_anew_and_switched_off(self, house):
        here = f"{HOME}/words/cause/works"
        sent = filled(soup(house.get(here))) | {"name_en": "Building site"}
        del sent["is_on"]
        assert house.post(here, data=sent).status_code == 303
        line = words(soup(house.get(f"{HOME}/words")).select_one('a[href="' + here + '"]').parent)
        assert "Building site" in line
        assert "switched off" in line
        assert house.post(here, data=sent).status_code == 409

    def test_a_sensitive_one_stays_so(self, house):
        here = f"{HOME}/words/category/theft"
        page = soup(house.get(here))
        assert page.select_one("[name=is_sensitive]") is None
        assert house.post(here, data=filled(page) | {"department": "FO"}).status_code == 303
        group = soup(house.get(f"{HOME}/words")).select_one("#theft")
        assert "sensitive" in words(group.header)
        assert "Front office" in words(group.header)

    def test_a_name_without_letters_has_no_code(self, house):
        answer = house.post(f"{HOME}/words/new", data={"name_en": "！！", "name_zh": "某事"})
        assert (answer.status_code, list(errors(answer))) == (422, ["#name_en"])
