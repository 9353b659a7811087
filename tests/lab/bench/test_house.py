"""The bench's house is one that the product could have made, and a stopped seeding goes on."""

from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import inspect, select, text
from sqlmodel import col

from crm.guests import indexing
from crm.guests.rows import read_contact
from crm.guests.tables import ContactPoint, Guest
from crm.hotels.tables import Hotel
from crm.kit.db import Database
from crm.loyalty import ledger
from crm.profile.search import search_guests
from crm.staff.actor import staff_of
from crm.staff.terms import Role
from crm.stays import figures
from crm.stays.tables import FolioLine, Stay
from crm.stays.terms import StayStatus
from lab.bench.asking import sample_of
from lab.bench.house.plan import HOTELS, Plan, Size
from lab.bench.house.seed import NotOurs, seed
from tests import factories

SIZE = Size(400)


class Stopped(Exception):
    pass


@pytest.fixture
def house(database: Database) -> Database:
    seed(database, SIZE)
    return database


def shape_of(database: Database) -> set[tuple[str, str | None]]:
    """Every index, foreign key and trigger by its name."""
    with database.engine.connect() as connection:
        looking = inspect(connection)
        tables = set(looking.get_table_names()) - {"bench_seed"}
        found = {(t, index["name"]) for t in tables for index in looking.get_indexes(t)}
        found |= {(t, key["name"]) for t in tables for key in looking.get_foreign_keys(t)}
        if database.is_sqlite:
            names = "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'"
            found |= {(row[0], row[1]) for row in connection.execute(text(names))}
        return found


class TestTheHouse:
    def test_has_as_much_of_everything_as_was_asked(self, house: Database) -> None:
        with house.reading() as db:
            tables = ("guest", "stay", "folio_line", "preference", "guest_search", "membership")
            many = {t: db.connection().scalar(text(f"select count(*) from {t}")) for t in tables}
        assert many == {
            "guest": 400, "stay": 2_000, "folio_line": 4_000, "preference": 1_200,
            "guest_search": 400, "membership": 120,
        }  # fmt: skip

    def test_derived_rows_are_those_the_product_derives(self, house: Database) -> None:
        with house.reading() as db:
            guests = db.connection().execute(select(col(Guest.id))).scalars().all()
            assert not figures.differences(db)
            assert not ledger.unbalanced(db)
            assert not indexing.stale_guests(db)
            assert not indexing.drifted_guests(db, guests)

    def test_contacts_are_read_as_a_registration_reads_them(self, house: Database) -> None:
        with house.reading() as db:
            rows = db.connection().execute(select(ContactPoint.__table__).limit(60)).all()
        for row in rows:
            read = read_contact(row.kind, row.raw)
            assert {name: getattr(row, name) for name in read} == read

    def test_indexes_keys_and_triggers_are_all_back(
        self, house: Database, new_database: Callable[[str], Database]
    ) -> None:
        assert shape_of(house) == shape_of(
            new_database("sqlite" if house.is_sqlite else "postgres")
        )

    def test_nothing_hangs_in_the_air(self, house: Database) -> None:
        if house.is_sqlite:
            with house.engine.connect() as connection:
                assert not connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        with house.reading() as db:
            lines = select(col(FolioLine.stay_id)).outerjoin(
                Stay, (col(Stay.id) == col(FolioLine.stay_id))
                & (col(Stay.guest_id) == col(FolioLine.guest_id))
                & (col(Stay.hotel_id) == col(FolioLine.hotel_id))
            )  # fmt: skip
            assert not db.connection().execute(lines.where(col(Stay.id).is_(None))).all()

    def test_each_hotel_has_guests_in_house_and_due(self, house: Database) -> None:
        with house.reading() as db:
            stays = db.connection().execute(
                select(col(Stay.hotel_id), col(Stay.status), col(Stay.room_no))
                .join(Hotel, col(Hotel.id) == col(Stay.hotel_id))
                .where(
                    (col(Stay.status) == StayStatus.IN_HOUSE)
                    | (
                        (col(Stay.status) == StayStatus.BOOKED)
                        & (col(Stay.arrival_on) == col(Hotel.business_on))
                    )
                )
            ).all()  # fmt: skip
        many = Counter((hotel, status) for hotel, status, _ in stays)
        assert sorted(many.values()) == sorted([SIZE.in_house, SIZE.due] * HOTELS)
        rooms = [(hotel, no) for hotel, status, no in stays if status is StayStatus.IN_HOUSE]
        assert len(set(rooms)) == len(rooms)

    def test_its_desks_find_its_guests(self, house: Database) -> None:
        sample = sample_of(house, SIZE)
        desk = staff_of(
            [Role.FRONT_DESK], staff_id=sample.hotel_id, name="Desk", hotel_id=sample.hotel_id
        )
        with house.reading() as db:
            for guest in sample.guests[:10]:
                hits = search_guests(db, guest.phone, by=desk).items
                assert guest.id in {hit.id for hit in hits}


class TestSeeding:
    @pytest.mark.parametrize("stop_at", ["stays: 2,000 of 2,000", "running figures", "statistics"])
    def test_goes_on_where_it_was_stopped(self, database: Database, stop_at: str) -> None:
        def stop(what: str) -> None:
            if what == stop_at:
                raise Stopped

        with pytest.raises(Stopped):
            seed(database, SIZE, stop)
        told: list[str] = []
        seed(database, SIZE, told.append)
        assert not any(line.startswith("guests:") for line in told)
        with database.reading() as db:
            assert db.connection().scalar(text("select count(*) from guest_name")) > 400
            assert not figures.differences(db)

    def test_a_whole_house_is_not_made_again(self, house: Database) -> None:
        told: list[str] = []
        assert seed(house, SIZE, told.append).size == SIZE
        assert not told

    def test_another_house_is_left_alone(self, database: Database) -> None:
        with database.writing() as db:
            factories.a_hotel(db)
        with pytest.raises(NotOurs):
            seed(database, SIZE)

    def test_a_house_of_another_size_is_another(self, house: Database) -> None:
        with pytest.raises(NotOurs):
            seed(house, Size(500))

    def test_the_same_number_plans_the_same_house(self) -> None:
        day = factories.TODAY
        one, same, other = (Plan(Size(500, seed=no), day) for no in (1, 1, 2))
        assert one.stay_guest == same.stay_guest != other.stay_guest
        assert len(one.stay_day) == 2_500
        assert sum(one.lines_of(range(2_500)).values()) == 5_000
        assert len(set(one.guest_keys)) == 500
