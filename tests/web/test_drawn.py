"""Templates drawn from one believable day: what stands where, and what is said without colour."""

import importlib.util
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from crm.profile.schemas import FloorFilter
from crm.staff.policy import policy
from crm.staff.terms import Role
from web.navigation import RAIL_FITS
from web.rendering import Frame, render_text

_SPEC = importlib.util.spec_from_file_location(
    "sample_context", Path(__file__).with_name("sample_context.py")
)
sample = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(sample)


def drawn(template, frame=None, **facts):
    return BeautifulSoup(render_text(template, frame or sample.frame(), **facts), "html.parser")


def card(frame=None, **changes):
    found = sample.CHEN.model_copy(update=changes)
    return drawn(
        "front_desk/guest.html",
        frame,
        card=found,
        guest_id=found.guest_id,
        sections=[],
        chosen_section="",
    )


def board(**changes):
    return drawn("front_desk/today.html", board=sample.ARRIVALS.model_copy(update=changes))


class TestCard:
    def test_shows_three_warnings_and_counts_the_rest(self):
        page = card(alerts=[sample.PEANUTS, sample.NOISE, sample.BIRTHDAY, sample.HALAL])
        more = page.select_one("details.more-alerts")
        assert len([bar for bar in page.select(".alert") if bar not in more.select(".alert")]) == 3
        assert more.summary.get_text(strip=True) == "+1 more warning"

    def test_says_the_weight_of_a_warning_to_those_who_see_no_shape(self):
        words = [bar.select_one(".sr-only").get_text(strip=True) for bar in card().select(".alert")]
        assert words == ["Must know:", "Take care:", "Note:"]

    def test_tells_confirmed_seen_and_unmet_wishes_apart_without_colour(self):
        page = card()
        unmet = page.select_one(".chip-unmet")
        assert unmet.get_text(" ", strip=True) == "not met: Bathtub"
        assert [chip.get_text(" ", strip=True) for chip in page.select(".chip-seen")] == [
            "≈ Second blanket seen once",
            "≈ Longjing tea seen twice",
        ]

    def test_greets_in_the_guest_s_language_and_tells_the_reader_in_theirs(self):
        page = card()
        assert page.select_one(".words").get_text() == "陈女士，欢迎回来！"
        assert page.select_one(".gloss").get_text(" ", strip=True).startswith("Ms Chen, 14th stay.")

    def test_names_each_day_of_the_timeline_once_and_keeps_it_for_screen_readers(self):
        times = card().select(".timeline time")
        shown = [time.get_text() for time in times if not time.select_one(".sr-only")]
        assert shown == ["today", "3 Aug", "2 Aug", "11 Jun", "10 Jun", "6 Jan"]
        assert all(time["datetime"] for time in times)

    def test_of_a_guest_without_anything_is_calm_and_says_what_will_come(self):
        page = card(
            alerts=[], wishes=[], fit=None, stay=None, timeline=[], links=[], contacts=[],
            birthday=None, consents=[], scores=[], file=None, company=None, tier=None, vip=None,
        )  # fmt: skip
        empties = {box.h2.get_text() for box in page.select(".empty")}
        assert empties == {"No wishes known yet", "Nothing yet"}
        assert "No stay now or ahead" in page.select_one(".facts").get_text()

    def test_shows_an_incognito_guest_as_such(self):
        page = card(is_incognito=True, alias="Mr Smith")
        assert "incognito: Mr Smith" in page.select_one(".signs").get_text(" ", strip=True)

    def test_never_offers_what_the_role_may_not_do(self):
        page = card(sample.frame(permissions=frozenset({"guests.read"})))
        assert not page.select('a[href$="/edit"]')
        assert not page.select("[hx-get*=reveal]")
        assert not page.select('a[href^="/companies"]')


class TestBoard:
    def test_folds_a_group_into_a_row_that_leads_nowhere(self):
        group = next(row for row in board().select("tbody tr") if "Aurora" in row.get_text())
        assert "×18" in group.get_text()
        assert not group.a
        assert not group.get("data-href")

    def test_counts_what_is_prepared_only_where_something_is_to_prepare(self):
        assert "All set for 33 of 38" in board().get_text()
        assert "Prep" not in board(to_prepare=0).table.thead.get_text()

    def test_says_whether_a_room_is_ready_without_the_tick(self):
        cells = board().select("tbody tr td:nth-of-type(6)")
        assert "ready" in cells[0].select_one(".sr-only").get_text()
        assert "not ready" in cells[1].select_one(".sr-only").get_text()

    def test_that_is_empty_says_how_it_fills(self):
        assert "It fills by itself" in board(rows=[]).get_text()

    def test_carries_versions_so_that_changes_can_flash(self):
        assert all(row["data-version"] for row in board().select("tbody tr"))


class TestFloor:
    def floor(self, **changes):
        frame = sample.frame(permissions=frozenset({"rooms.read"}), role="housekeeping")
        found = sample.EIGHTEEN.model_copy(update=changes)
        return drawn("housekeeping/floor.html", frame, floor=found, person="somebody")

    def test_outlines_rooms_that_are_due(self):
        due = self.floor().select(".room.is-due .no")
        assert [room.get_text() for room in due] == ["1808"]

    def test_puts_an_icon_before_each_note_and_a_word_before_a_warning(self):
        notes = self.floor().select(".notes > li:not(.muted)")
        assert all(note.svg for note in notes)
        assert notes[2]["class"] == ["must"]
        assert notes[2].select_one(".sr-only").get_text(strip=True) == "Must know:"

    def test_says_when_there_is_nothing(self):
        assert "Nothing special" in self.floor().get_text()
        assert "No room here" in self.floor(rooms=[], chosen=FloorFilter.NOTED).get_text()


class TestFrame:
    def any_page(self, permissions):
        frame = sample.frame(permissions=permissions)
        return drawn("errors/trouble.html", frame, trouble=_Trouble())

    def test_shows_only_places_the_role_may_open(self):
        page = card(sample.frame(permissions=frozenset({"guests.read", "guests.look_up"})))
        assert [link["href"] for link in page.select(".rail li a")] == ["/guests"]

    @pytest.mark.parametrize("role", list(Role))
    def test_the_rail_of_every_role_fits_a_low_screen(self, role):
        held = policy().permissions_of([role.value])
        page = self.any_page(held)
        seen = page.select(".rail > ul > li")
        assert 0 < len(seen) <= RAIL_FITS + 1

    def test_approvals_stand_under_complaints_with_both_numbers(self):
        page = self.any_page(policy().permissions_of(["duty_manager"]))
        links = {link["href"]: link for link in page.select(".rail a")}
        assert "/approvals" not in links
        asked = [each["hx-get"] for each in links["/complaints"].select(".rail-count")]
        assert asked == ["/complaints/count", "/approvals/count"]

    def test_marks_where_one_is(self):
        page = card(sample.frame(path="/guests/1"))
        here = page.select(".rail [aria-current=page]")
        assert [link["href"] for link in here] == ["/guests"]

    @pytest.mark.parametrize(("theme", "mark"), [("dark", "dark"), ("system", None)])
    def test_wears_the_chosen_brightness(self, theme, mark):
        assert card(sample.frame(theme=theme)).html.get("data-theme") == mark

    def test_offers_a_way_past_the_frame_first(self):
        skip = card().body.find("a")
        assert skip["href"] == "#main"
        assert card().find(id="main")["tabindex"] == "-1"

    def test_carries_the_token_for_scripts_and_forms(self):
        page = card()
        assert page.find("meta", {"name": "csrf-token"})["content"] == "token"
        assert {field["value"] for field in page.select("input[name=csrf_token]")} == {"token"}

    def test_addresses_files_by_fingerprint(self):
        for link in card().select("script[src], link[rel=stylesheet]"):
            assert "?v=" in (link.get("src") or link["href"])

    def test_of_a_stranger_has_no_menu(self):
        page = drawn("errors/trouble.html", Frame(), trouble=_Trouble())
        assert not page.select("details.menu, .rail")


class _Trouble:
    title, text, detail, icon, retry, reference = "Gone", "It is gone.", "", "lock", False, ""
