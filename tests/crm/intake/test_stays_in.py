"""Stays, folio lines and points from files, with their guests, figures and balances."""

from collections.abc import Callable
from datetime import date

import pytest

from crm.stays import figures
from crm.stays.terms import BookingChannel, FolioCategory, StayStatus
from tests import factories
from tests.crm.intake.conftest import House, counts
from tests.crm.intake.samples import LINES, POINTS, STAYS

Counts = Callable[..., dict[str, int]]


class TestStays:
    def test_guests_come_with_their_stays(self, house: House, counted_as: Counts) -> None:
        assert counts(house.run("stays", STAYS)) == counted_as(new=3)
        assert (house.count("guest"), house.count("company")) == (2, 1)
        stay = next(s for s in house.rows("stay") if s["confirmation_no"] == "R1")
        assert (stay["status"], stay["nights"], stay["rate_minor"], stay["currency"]) == (
            StayStatus.CHECKED_OUT, 3, 88000, "CNY",
        )  # fmt: skip
        assert (stay["channel"], stay["room_no"]) == (BookingChannel.ONLINE_AGENCY, "1808")
        figure = next(f for f in house.rows("guest_figure") if f["stays"])
        assert (figure["stays"], figure["nights"], figure["last_room_no"]) == (2, 4, "1611")
        seen = {g["name_native"]: g["last_seen_on"] for g in house.rows("guest")}
        assert seen == {"陈静怡": date(2026, 3, 2), "王伟": None}

    def test_the_running_figures_are_those_of_a_rebuild(self, house: House) -> None:
        house.run("stays", STAYS)
        house.run("folio", "Conf No,Date,Amount\nR1,2026-01-02,120\nR1,2026-01-03,-20\n")
        with house.database.writing() as db:
            assert figures.differences(db) == []

    def test_the_same_again_changes_nothing(self, house: House, counted_as: Counts) -> None:
        house.run("stays", STAYS)
        before = house.dump()
        assert counts(house.run("stays", STAYS)) == counted_as(unchanged=3)
        assert house.dump() == before

    def test_a_changed_row_changes_the_stay_and_the_figures(
        self, house: House, counted_as: Counts
    ) -> None:
        house.run("stays", STAYS)
        later = STAYS.replace("2026-01-05,checked out", "2026-01-07,checked out")
        assert counts(house.run("stays", later)) == counted_as(matched=1, unchanged=2)
        stay = next(s for s in house.rows("stay") if s["confirmation_no"] == "R1")
        assert (stay["nights"], stay["version"]) == (5, 2)
        assert max(f["nights"] for f in house.rows("guest_figure")) == 6

    def test_a_stay_of_the_pms_is_known_by_its_number(
        self, house: House, counted_as: Counts
    ) -> None:
        with house.database.writing() as db:
            guest = factories.a_guest(db)
            factories.a_stay(db, guest, house.hotel_id, confirmation_no="R1", room_no=None)
        assert counts(house.run("stays", STAYS)) == counted_as(matched=1, new=2)
        assert sum(s["confirmation_no"] == "R1" for s in house.rows("stay")) == 1

    def test_a_booking_without_a_person_has_no_guest(
        self, house: House, counted_as: Counts
    ) -> None:
        text = "Arrival,Nights,Nationality\n2026-01-02,0,PRT\n2026-01-02,0,PRT\n"
        assert counts(house.run("stays", text)) == counted_as(new=2)
        assert [s["guest_id"] for s in house.rows("stay")] == [None, None]
        assert house.count("guest") == 0
        assert counts(house.run("stays", text)) == counted_as(unchanged=2)

    @pytest.mark.parametrize(
        ("row", "code"),
        [
            ("R9,陈静怡,2026-01-05,2026-01-02,,", "departure_before_arrival"),
            ("R9,陈静怡,2026-01-02,2026-01-05,2,", "nights_disagree"),
            ("R9,陈静怡,2026-01-02,,,", "departure_missing"),
            ("R9,陈静怡,,2026-01-02,,", "required"),
            ("R9,陈静怡,2026-01-02,2026-01-05,,NOPE", "hotel_unknown"),
            ("R9,陈静怡,1950-01-02,1950-01-05,,", "date_range"),
        ],
    )
    def test_rows_that_make_no_sense(
        self, house: House, counted_as: Counts, row: str, code: str
    ) -> None:
        done = house.run("stays", f"Conf No,Name,Arrival,Departure,Nights,Hotel\n{row}\n")
        assert counts(done) == counted_as(rejected=1)
        assert [r.code for r in done.reasons] == [code]

    def test_a_number_of_another_hotel_is_another_stay(
        self, house: House, counted_as: Counts
    ) -> None:
        with house.database.writing() as db:
            factories.a_hotel(db, "HZ2")
        head = "Conf No,Hotel,Arrival,Departure\n"
        house.run("stays", f"{head}R1,HZ1,2026-01-02,2026-01-03\n")
        done = house.run(
            "stays", f"{head}R1,hz2,2026-01-02,2026-01-03\nR1,,2026-01-02,2026-01-03\n"
        )
        assert counts(done) == counted_as(new=1, rejected=1)
        assert {s["hotel_id"] for s in house.rows("stay")} == {h["id"] for h in house.rows("hotel")}

    def test_guests_named_by_their_number_only(self, house: House, counted_as: Counts) -> None:
        house.run("guests", "guest id,name\nG1,陈静怡\n")
        head = "Booking No,Guest ID,Arrival,Departure\n"
        text = f"{head}R1,G1,2026-01-02,2026-01-03\nR2,G9,2026-01-02,2026-01-03\n"
        done = house.run("stays", text)
        assert counts(done) == counted_as(new=1, rejected=1)
        assert [r.code for r in done.reasons] == ["guest_unknown"]
        assert house.rows("stay")[0]["guest_id"] == house.rows("guest")[0]["id"]

    def test_an_unclear_person_keeps_the_stay_out(self, house: House, counted_as: Counts) -> None:
        house.run("guests", "name,phone\n李娜,13800138000\n")
        assert counts(house.run("stays", STAYS)) == counted_as(unclear=2, new=1)
        assert house.count("stay") == 1


class TestFolio:
    def test_lines_hang_on_their_stay(self, house: House, counted_as: Counts) -> None:
        house.run("stays", STAYS)
        done = house.run("folio", LINES)
        assert counts(done) == counted_as(new=2, rejected=2)
        assert {r.code for r in done.reasons} == {"stay_unknown", "not_a_choice"}
        lines = house.rows("folio_line", "no")
        assert [(x["no"], x["category"], x["amount_minor"], x["covers"]) for x in lines] == [
            (1, FolioCategory.RESTAURANT, 32050, 2), (2, FolioCategory.MINIBAR, -1500, None),
        ]  # fmt: skip
        assert {s["amount_minor"] for s in house.rows("guest_spend")} == {32050, -1500}
        assert house.rows("guest_outlet")[0]["outlet"] == "Lake View"

    def test_the_same_again_changes_nothing_and_a_correction_does(
        self, house: House, counted_as: Counts
    ) -> None:
        house.run("stays", STAYS)
        house.run("folio", LINES)
        before = house.dump()
        assert counts(house.run("folio", LINES)) == counted_as(unchanged=2, rejected=2)
        assert house.dump() == before
        done = house.run("folio", LINES.replace("320.50", "300.50"))
        assert counts(done) == counted_as(matched=1, unchanged=1, rejected=2)
        assert {s["amount_minor"] for s in house.rows("guest_spend")} == {30050, -1500}

    def test_equal_lines_without_a_number_are_two(self, house: House, counted_as: Counts) -> None:
        house.run("stays", STAYS)
        text = "Conf No,Date,Amount\nR1,2026-01-02,12\nR1,2026-01-02,12\n"
        assert counts(house.run("folio", text)) == counted_as(new=2)
        assert counts(house.run("folio", text)) == counted_as(unchanged=2)


class TestPoints:
    def test_the_balance_is_the_sum_and_never_below_zero(
        self, house: House, counted_as: Counts
    ) -> None:
        house.run("guests", "name,card no\n陈静怡,8001\n")
        done = house.run("points", POINTS)
        assert counts(done) == counted_as(new=2, rejected=2)
        assert {r.code for r in done.reasons} == {"points_below_zero", "member_unknown"}
        assert house.rows("membership")[0]["points"] == 300
        assert [e["points"] for e in house.rows("point_entry", "no")] == [500, -200]
        again = house.run("points", POINTS)
        assert counts(again) == counted_as(unchanged=2, rejected=2)
        assert house.rows("membership")[0]["points"] == 300
