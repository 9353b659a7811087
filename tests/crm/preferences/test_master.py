"""The shipped catalogue of preference codes, and loading it again and again."""

from collections import Counter

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from crm.hotels.terms import DepartmentCode
from crm.preferences import master
from crm.preferences.tables import PreferenceCode
from crm.preferences.terms import Sensitivity


class TestCatalogue:
    def test_has_the_287_codes_in_29_groups(self) -> None:
        codes = master.catalogue()
        assert len({values["code"] for values in codes}) == len(codes) == 287
        assert len({values["group_code"] for values in codes}) == 29

    def test_every_conflict_names_a_code_of_the_catalogue(self) -> None:
        known = {values["code"] for values in master.catalogue()}
        named = {code for values in master.catalogue() for code in values["conflicts_with"]}
        assert named
        assert named <= known

    def test_departments_are_those_of_the_house_and_who_acts_may_read(self) -> None:
        house = {code.value for code in DepartmentCode}
        for values in master.catalogue():
            assert set(values["departments"]) | set(values["acts"]) <= house
            assert set(values["acts"]) <= set(values["departments"]), values["code"]

    def test_reasons_restrict_even_where_no_law_makes_them_special(self) -> None:
        kinds = Counter(values["sensitivity"] for values in master.catalogue())
        assert kinds[Sensitivity.SPECIAL] == 68
        restricted = [
            values["code"]
            for values in master.catalogue()
            if values["sensitivity"] is Sensitivity.RESTRICTED
        ]
        assert "PR.NOINFO" in restricted
        assert all(
            (values["sensitivity_reason"] is None) == (values["sensitivity"] is Sensitivity.NORMAL)
            for values in master.catalogue()
        )

    def test_need_to_know_never_gives_the_reason_of_an_allergy(self) -> None:
        feather = next(v for v in master.catalogue() if v["code"] == "AL.FEATHER")
        assert "allerg" not in feather["need_to_know_en"].lower()


class TestLoad:
    def test_twice_is_once(self, db: Session) -> None:
        assert master.load(db) == 287
        assert master.load(db) == 287
        assert db.connection().scalar(select(func.count()).select_from(PreferenceCode)) == 287

    def test_renews_wordings_but_leaves_what_a_hotel_switched_off(self, db: Session) -> None:
        master.load(db)
        db.connection().execute(
            update(PreferenceCode)
            .where(col(PreferenceCode.code) == "PL.BUCK")
            .values(label_en="Old words", is_active=False)
        )
        master.load(db)
        row = (
            db.connection()
            .execute(
                select(col(PreferenceCode.label_en), col(PreferenceCode.is_active)).where(
                    col(PreferenceCode.code) == "PL.BUCK"
                )
            )
            .one()
        )
        assert row.label_en == "Buckwheat pillow"
        assert row.is_active is False

    def test_reads_back_what_the_file_says(self, db: Session) -> None:
        master.load(db)
        wanted = next(v for v in master.catalogue() if v["code"] == "AL.PEANUT")
        stored = (
            db.connection()
            .execute(select(PreferenceCode).where(col(PreferenceCode.code) == "AL.PEANUT"))
            .one()
        )
        assert {name: getattr(stored, name) for name in wanted} == wanted
