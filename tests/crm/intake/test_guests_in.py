"""Guests from a file: new, known, filled in, unclear; the same again changes nothing."""

from collections.abc import Callable
from datetime import date

import pytest

from crm.guests.terms import Calendar, Gender, VipLevel
from crm.kit.csv_io import safe_lines
from tests import factories
from tests.crm.intake.conftest import House, counts
from tests.crm.intake.samples import FULL

Counts = Callable[..., dict[str, int]]


class TestNew:
    def test_every_field_lands_where_it_belongs(self, house: House, counted_as: Counts) -> None:
        done = house.run("guests", FULL)
        assert counts(done) == counted_as(new=2)
        guest = next(g for g in house.rows("guest") if g["name_native"] == "陈静怡")
        assert (guest["name_latin"], guest["gender"], guest["vip"]) == (
            "Jingyi Chen", Gender.FEMALE, VipLevel.V2,
        )  # fmt: skip
        assert (guest["birth_year"], guest["birth_month"], guest["birth_day"]) == (1988, 10, 17)
        assert (guest["nationality"], guest["languages"], guest["position"]) == (
            "CN", ["zh"], "总监",
        )  # fmt: skip
        contacts = {c["norm"] for c in house.rows("contact_point") if c["guest_id"] == guest["id"]}
        assert contacts == {"+8613800138000", "cjy@example.com", "cjy88"}
        assert house.rows("address")[0]["city"] == "杭州"
        assert house.rows("vehicle")[0]["plate"] == "浙A12345"
        assert house.rows("company")[0]["id"] == guest["company_id"]
        member = house.rows("membership")[0]
        assert (member["number"], member["tier"], member["joined_on"]) == (
            "8001", "gold", date(2024, 1, 5),
        )  # fmt: skip

    def test_they_can_be_looked_up_at_once(self, house: House) -> None:
        house.run("guests", FULL)
        keys = {s["name_key"] for s in house.rows("guest_search")}
        assert keys == {"陈静怡|jingyi chen", "王伟"}
        assert any("恒瑞" in s["doc"] for s in house.rows("guest_search"))

    def test_the_same_again_changes_nothing(self, house: House, counted_as: Counts) -> None:
        house.run("guests", FULL)
        before = house.dump()
        assert counts(house.run("guests", FULL)) == counted_as(unchanged=2)
        assert house.dump() == before

    def test_also_without_any_number(self, house: House, counted_as: Counts) -> None:
        text = "name,phone,email\n张三,13800138000,\n李四,,li@example.com\n王五,,\n"
        assert counts(house.run("guests", text)) == counted_as(new=3)
        before = house.dump()
        assert counts(house.run("guests", text)) == counted_as(unchanged=3)
        assert house.dump() == before

    def test_a_lunar_birthday_is_kept_as_one(self, house: House, counted_as: Counts) -> None:
        text = (
            "name,birthday,calendar,leap month\n张三,1985-06-20,农历,否\n李四,1985-06-20,lunar,是\n"
        )
        assert counts(house.run("guests", text)) == counted_as(new=1, rejected=1)
        guest = house.rows("guest")[0]
        assert (guest["birth_calendar"], guest["birth_month"]) == (Calendar.LUNAR, 6)


class TestKnown:
    def known(self, house: House) -> None:
        house.run("guests", "name,phone,city\n陈静怡,13800138000,\n")

    @pytest.mark.parametrize("name", ["陈静怡", "CHEN Jingyi", "Jingyi Chen", "chen jingyi"])
    def test_phone_and_name_in_any_script(
        self, house: House, counted_as: Counts, name: str
    ) -> None:
        self.known(house)
        done = house.run("guests", f"name,phone\n{name},+86 138-0013-8000\n")
        assert counts(done)["new"] == counts(done)["unclear"] == 0
        assert house.count("guest") == 1

    def test_blank_places_are_filled_and_filled_ones_stay(
        self, house: House, counted_as: Counts
    ) -> None:
        house.run("guests", "name,phone,occupation\n陈静怡,13800138000,Doctor\n")
        text = (
            "name,phone,occupation,nationality,email\n陈静怡,13800138000,Judge,CN,c@example.com\n"
        )
        assert counts(house.run("guests", text)) == counted_as(matched=1)
        guest = house.rows("guest")[0]
        assert (guest["occupation"], guest["nationality"], guest["version"]) == ("Doctor", "CN", 2)
        assert counts(house.run("guests", text)) == counted_as(unchanged=1)

    @pytest.mark.parametrize(
        ("rule", "occupation"),
        [("overwrite", "Judge"), ("if_blank", "Doctor"), ("never", "Doctor")],
    )
    def test_the_rule_of_a_column(self, house: House, rule: str, occupation: str) -> None:
        house.run("guests", "name,phone,occupation\n陈静怡,13800138000,Doctor\n")
        uses = {"name": "name", "phone": "phone",
                "occupation": {"field": "occupation", "rule": rule}}  # fmt: skip
        house.run(
            "guests", "name,phone,occupation\n陈静怡,13800138000,Judge\n", mapping={"columns": uses}
        )
        assert house.rows("guest")[0]["occupation"] == occupation

    def test_a_new_phone_is_added_beside_the_old_one(self, house: House) -> None:
        house.run("guests", "id,name,phone\n1,陈静怡,13800138000\n")
        uses = {
            "id": "external_id",
            "name": "name",
            "phone": {"field": "phone", "rule": "overwrite"},
        }
        house.run("guests", "id,name,phone\n1,陈静怡,13900139000\n", mapping={"columns": uses})
        phones = house.rows("contact_point", "no")
        assert [(p["last4"], p["is_primary"]) for p in phones] == [("8000", True), ("9000", False)]

    def test_an_id_goes_before_everything(self, house: House, counted_as: Counts) -> None:
        house.run("guests", "id,name,phone\n1,陈静怡,13800138000\n")
        done = house.run("guests", "id,name,phone\n1,Somebody Else,\n")
        assert counts(done) == counted_as(unchanged=1)

    def test_the_same_id_of_another_system_is_another_guest(
        self, house: House, counted_as: Counts
    ) -> None:
        house.run("guests", "id,name\n1,陈静怡\n")
        uses = {"id": "external_id", "name": "name", "phone": "phone"}
        done = house.run(
            "guests",
            "id,name,phone\n1,李娜,13900139000\n",
            mapping={"system": "opera", "columns": uses},
        )
        assert counts(done) == counted_as(new=1)


class TestUnclear:
    @pytest.mark.parametrize(
        ("known", "comes", "reason"),
        [
            ("陈静怡,13800138000,", "李娜,13800138000,", "name_differs"),
            ("陈静怡,,", "陈静怡,,", "same_name_only"),
            ("陈静怡,13800138000,1980-01-01", "陈静怡,13800138000,1990-02-02", "birthday_differs"),
        ],
    )
    def test_waits_for_a_person(
        self, house: House, counted_as: Counts, known: str, comes: str, reason: str
    ) -> None:
        head = "name,phone,birthday,city\n"
        house.run("guests", f"{head}{known},A\n")
        done = house.run("guests", f"{head}{comes},B\n")
        assert counts(done) == counted_as(unclear=1)
        assert [r.code for r in done.reasons] == [reason]
        assert house.count("guest") == 1
        assert [r["incoming"]["reason"] for r in house.rows("import_job_review")] == [reason]

    def test_an_agencys_forwarding_address_matches_nobody(
        self, house: House, counted_as: Counts
    ) -> None:
        head = "name,email\n"
        house.run("guests", f"{head}Jonas Müller,jm.12@guest.booking.com\n")
        done = house.run("guests", f"{head}Jonas Muller,jm.12@guest.booking.com\n")
        assert counts(done) == counted_as(unclear=1)
        assert done.reasons[0].code == "relay_contact"

    def test_a_phone_of_three_guests_is_no_evidence(self, house: House, counted_as: Counts) -> None:
        with house.database.writing() as db:
            for no in range(3):
                guest = factories.a_guest(db, native=f"客{no}", latin=f"Guest {no}")
                factories.a_contact(db, guest, "+86 138 0013 8000")
        done = house.run("guests", "name,phone\n陈静怡,13800138000\n")
        assert counts(done) == counted_as(new=1)

    def test_two_guests_who_both_fit(self, house: House, counted_as: Counts) -> None:
        with house.database.writing() as db:
            for _ in range(2):
                guest = factories.a_guest(db, native="陈静怡", latin="Chen Jingyi")
                factories.a_contact(db, guest, "+86 138 0013 8000")
        done = house.run("guests", "name,phone\n陈静怡,13800138000\n")
        assert done.reasons[0].code == "several_guests"


class TestRejected:
    def test_each_reason_names_its_column_and_what_to_do(
        self, house: House, counted_as: Counts
    ) -> None:
        text = (
            "姓名,手机,出生日期,邮箱\n李四,ask,03/04/1990,\n,13800138000,,\n王五,,2990-01-01,bad\n"
        )
        done = house.run("guests", text)
        assert counts(done) == counted_as(rejected=3)
        assert {(r.code, r.rows) for r in done.reasons} == {
            ("not_a_phone", 1), ("date_ambiguous", 1), ("name_missing", 1), ("date_range", 1),
            ("not_an_email", 1),
        }  # fmt: skip
        header, *rows = house.rejects(done.id)
        assert header == [
            "姓名",
            "手机",
            "出生日期",
            "邮箱",
            "keshi_line",
            "keshi_code",
            "keshi_reason",
        ]
        assert [row[4] for row in rows] == ["2", "3", "4"]
        assert rows[0][:4] == ["李四", "ask", "03/04/1990", ""]
        assert rows[0][5] == "not_a_phone date_ambiguous"
        assert "出生日期: Day or month first?" in rows[0][6]

    def test_the_corrected_rejects_come_in(self, house: House, counted_as: Counts) -> None:
        done = house.run("guests", "姓名,出生日期\n'=李四,03/04/1990\n")
        header, row = house.rejects(done.id)
        row[1] = "1990-04-03"
        again = "".join(safe_lines([header, row]))
        assert counts(house.run("guests", again)) == counted_as(new=1)
        assert house.rows("guest_name")[0]["full"] == "'=李四"

    def test_a_number_twice_in_the_file(self, house: House, counted_as: Counts) -> None:
        done = house.run("guests", "id,name\n1,陈静怡\n2,李娜\n1,王伟\n")
        assert counts(done) == counted_as(new=2, rejected=1)
        assert [(p.line, p.reasons[0].code) for p in done.problems] == [(4, "duplicate_key")]

    def test_a_card_of_somebody_else(self, house: House, counted_as: Counts) -> None:
        done = house.run("guests", "id,name,card no\n1,陈静怡,77\n2,李娜,77\n")
        assert counts(done) == counted_as(new=1, rejected=1)

    def test_broken_lines_cost_themselves_only(self, house: House, counted_as: Counts) -> None:
        text = 'name,city\n陈静怡,"open\n李娜,杭州\n王伟\n张\x00三,杭州\n赵六,苏州\n'
        done = house.run("guests", text)
        assert counts(done) == counted_as(new=2, rejected=3)
        assert [(p.line, p.reasons[0].code) for p in done.problems] == [
            (2, "unterminated_quote"), (4, "too_few_cells"), (5, "control_characters"),
        ]  # fmt: skip

    def test_somebody_twice_in_one_file_is_one_guest(
        self, house: House, counted_as: Counts
    ) -> None:
        text = "name,phone,city\n陈静怡,13800138000,\n李娜,13900139000,\n陈静怡,13800138000,杭州\n"
        done = house.run("guests", text)
        assert counts(done) == counted_as(new=2, matched=1)
        assert house.count("guest") == 2
        assert house.rows("address")[0]["city"] == "杭州"
