"""Undo: every table as it was, unless somebody has used what came in since."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlmodel import col

from crm.guests.tables import Guest, GuestSearch
from crm.intake.committing import NotReady
from crm.intake.terms import BATCH_ROWS, ImportState
from crm.kit import clock
from crm.kit.errors import RuleBroken
from crm.kit.ids import new_id
from crm.lost_property.tables import FoundItem
from crm.notes.tables import Trace
from crm.preferences.tables import Observation
from crm.stays import figures
from crm.stays.tables import Stay
from tests import factories
from tests.crm.intake.conftest import House
from tests.crm.intake.samples import FULL, LINES, POINTS, STAYS

BOOKINGS = Path(__file__).parents[2] / "data" / "hotel_bookings_every60th.csv"


def some_life(house: House) -> None:
    """Guests, stays, lines, cards and figures that were there before."""
    house.run("guests", "姓名,手机,会员号\n陈静怡,13800138000,7000\n周杰,13700137000,7001\n")
    text = STAYS.replace("R1", "A1").replace("R2", "A2").replace("R3", "A3")
    house.run("stays", text)
    house.run("folio", "Conf No,Date,Amount,Outlet\nA1,2026-01-02,120,Bar\n")


class TestRestores:
    @pytest.mark.parametrize(
        ("kind", "text"),
        [
            ("guests", FULL),
            ("stays", STAYS),
            ("stays", STAYS.replace("R1", "A1").replace("880.00", "1.00")),
            ("folio", LINES.replace("R1", "A1")),
            ("points", POINTS.replace("8001", "7000")),
        ],
    )
    def test_every_table(self, house: House, kind: str, text: str) -> None:
        some_life(house)
        before = house.dump()
        done = house.run(kind, text)
        assert done.new + done.matched > 0
        assert house.dump() != before
        assert house.undo(done.id) == 0
        assert house.dump() == before
        assert house.sheet(done.id).state is ImportState.UNDONE
        assert house.rows("import_job_change") == [] or all(
            row["import_id"] != done.id for row in house.rows("import_job_change")
        )

    def test_changes_of_known_guests(self, house: House) -> None:
        some_life(house)
        before = house.dump()
        uses = {"name": "name", "phone": {"field": "phone", "rule": "overwrite"},
                "city": {"field": "city", "rule": "overwrite"},
                "job": {"field": "occupation", "rule": "overwrite"}, "id": "external_id",
                "company": "company", "email": "email"}  # fmt: skip
        text = (
            "id,name,phone,city,job,company,email\n5,陈静怡,13800138000,杭州,Judge,恒瑞,c@d.com\n"
        )
        done = house.run("guests", text, mapping={"columns": uses})
        assert done.matched == 1
        assert house.undo(done.id) == 0
        assert house.dump() == before

    def test_several_imports_in_any_order(self, house: House) -> None:
        before = house.dump()
        one = house.run("guests", FULL)
        two = house.run("stays", STAYS)
        assert house.undo(two.id) == 0
        assert house.undo(one.id) == 0
        assert house.dump() == before

    def test_the_public_file_of_bookings(self, house: House) -> None:
        before = house.dump()
        done = house.run("stays", BOOKINGS.read_bytes(), preset="hotel-bookings")
        assert (done.rows, done.new, done.rejected) == (1990, 1990, 0)
        middle = house.dump()
        again = house.run("stays", BOOKINGS.read_bytes(), preset="hotel-bookings")
        assert (again.unchanged, again.rejected) == (1990, 0)
        assert house.dump() == middle
        assert house.undo(again.id) == 0
        assert house.undo(done.id) == 0
        assert house.dump() == before

    def test_an_import_that_was_stopped_half_way(self, house: House) -> None:
        before = house.dump()
        import_id = house.receive("stays", BOOKINGS.read_bytes(), preset="hotel-bookings")
        with pytest.raises(Stopped):
            house.imports.commit(import_id, by=house.by, progress=_stop)
        assert house.count("stay") == BATCH_ROWS
        assert house.undo(import_id) == 0
        assert house.dump() == before


class Stopped(Exception):
    pass


def _stop(_: object) -> None:
    raise Stopped


AT = datetime(2026, 11, 24, 8, tzinfo=UTC)
USED: dict[str, Callable[[UUID, UUID], Any]] = {
    "observation": lambda guest, hotel: Observation(
        id=new_id(), guest_id=guest, hotel_id=hotel, words="own pillow", observed_at=AT,
        entered_at=AT, source="seen", policy="before_anyone", state="waiting",
    ),
    "trace": lambda guest, hotel: Trace(
        guest_id=guest, hotel_id=hotel, department="HK", words="Baby cot", due_at=AT, put_at=AT,
        origin="by_hand",
    ),
    "found_item": lambda guest, hotel: FoundItem(
        guest_id=guest, hotel_id=hotel, number=1, kind="ordinary", what="Scarf", found_at=AT,
        entered_at=AT, dispose_by=AT.date(), state="claimed",
    ),
}  # fmt: skip
"""What departments write about a guest in the meantime, by its table."""


class TestKeeps:
    def test_a_guest_who_has_got_other_data(self, house: House) -> None:
        done = house.run("guests", FULL)
        with house.database.writing() as db:
            guest = next(g for g in house.rows("guest") if g["name_native"] == "王伟")
            factories.a_stay(db, guest["id"], house.hotel_id)
        assert house.undo(done.id) == 1
        assert [g["name_native"] for g in house.rows("guest")] == ["王伟"]
        assert house.count("guest_name") == house.count("guest_search") == 1
        kept = house.sheet(done.id).kept
        assert [(one.kind, one.name) for one in kept] == [("guest", guest["ref"])]

    @pytest.mark.parametrize("what", USED)
    def test_a_guest_whom_a_department_has_written_about(self, house: House, what: str) -> None:
        done = house.run("guests", FULL)
        with house.database.writing() as db:
            guest = next(g for g in house.rows("guest") if g["name_native"] == "王伟")
            factories.put(db, USED[what](guest["id"], house.hotel_id))
        assert house.undo(done.id) == 1
        assert house.count(what) == 1
        assert [one.name for one in house.sheet(done.id).kept] == [guest["ref"]]

    def test_a_guest_whom_somebody_changed(self, house: House) -> None:
        done = house.run("guests", FULL)
        with house.database.writing() as db:
            db.connection().execute(
                update(Guest)
                .where(col(Guest.name_native) == "王伟")
                .values(occupation="Judge", version=2)
            )
        assert house.undo(done.id) == 1
        assert [g["occupation"] for g in house.rows("guest")] == ["Judge"]

    def test_a_stay_that_went_on_keeps_its_guest_and_right_figures(self, house: House) -> None:
        done = house.run("stays", STAYS)
        with house.database.writing() as db:
            db.connection().execute(
                update(Stay).where(col(Stay.confirmation_no) == "R1").values(room_no="1", version=2)
            )
        assert house.undo(done.id) == 2
        assert [s["confirmation_no"] for s in house.rows("stay")] == ["R1"]
        assert [g["name_native"] for g in house.rows("guest")] == ["陈静怡"]
        with house.database.writing() as db:
            assert figures.differences(db) == []

    def test_only_the_column_that_somebody_changed_stays(self, house: House) -> None:
        some_life(house)
        text = "name,phone,occupation,position\n陈静怡,13800138000,Judge,Chief\n"
        done = house.run("guests", text)
        with house.database.writing() as db:
            db.connection().execute(
                update(Guest)
                .where(col(Guest.name_native) == "陈静怡")
                .values(occupation="Doctor", version=col(Guest.version) + 1)
            )
        assert house.undo(done.id) == 1
        guest = next(g for g in house.rows("guest") if g["name_native"] == "陈静怡")
        assert (guest["occupation"], guest["position"]) == ("Doctor", None)

    def test_points_that_came_later(self, house: House) -> None:
        some_life(house)
        head = "member no,points,id\n"
        one = house.run("points", f"{head}7000,500,P1\n")
        two = house.run("points", f"{head}7000,70,P2\n")
        assert house.undo(one.id) == 0
        assert {m["number"]: m["points"] for m in house.rows("membership")}["7000"] == 70
        assert house.undo(two.id) == 0
        assert sum(m["points"] for m in house.rows("membership")) == house.count("point_entry") == 0

    def test_a_company_that_somebody_else_uses(self, house: House) -> None:
        done = house.run("guests", "name,phone,company\n陈静怡,13800138000,恒瑞\n")
        company = house.rows("company")[0]["id"]
        with house.database.writing() as db:
            factories.a_guest(db, company_id=company)
        assert house.undo(done.id) == 1
        assert house.count("company") == 1


class TestWhen:
    def test_for_thirty_days(self, house: House) -> None:
        done = house.run("guests", FULL)
        late = datetime.now(UTC) + timedelta(days=31)
        with clock.frozen(late), pytest.raises(RuleBroken) as caught:
            house.undo(done.id)
        assert caught.value.code == "undo_expired"

    def test_asked_again_it_is_done_already_and_no_commit_follows(self, house: House) -> None:
        done = house.run("guests", FULL)
        kept = house.undo(done.id)
        before = house.dump()
        assert house.undo(done.id) == kept
        with pytest.raises(NotReady):
            house.imports.commit(done.id, by=house.by)
        assert house.dump() == before

    def test_not_before_the_commit(self, house: House) -> None:
        with pytest.raises(NotReady):
            house.undo(house.receive("guests", FULL))

    def test_the_look_up_forgets_too(self, house: House) -> None:
        done = house.run("guests", FULL)
        house.undo(done.id)
        assert house.rows(str(GuestSearch.__tablename__)) == []
