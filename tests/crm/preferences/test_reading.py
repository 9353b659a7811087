"""Preferences and notes: each reader in their own words, departments only their own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.hotels.terms import DepartmentCode
from crm.kit.errors import NotAllowed, NotFound
from crm.preferences import queries
from crm.preferences.sights import Lens
from crm.preferences.terms import Sensitivity
from crm.staff.actor import make_actor
from crm.staff.terms import ActorKind, Channel, Role, Sight
from tests.crm.profile.planted import chen
from tests.factories import a_hotel, an_actor

NORMAL, RESTRICTED, SPECIAL = Sensitivity


def a_lens(*roles):
    return Lens(
        make_actor(kind=ActorKind.STAFF, id=None, name="x", hotel_id=None, hotel_ids=[],
                   holders=roles),
        Channel.JSON,
    )  # fmt: skip


class TestLens:
    @pytest.mark.parametrize(
        ("roles", "sensitivity", "departments", "sight"),
        [
            (["front_desk"], NORMAL, ["KIT"], Sight.CLEAR),
            (["front_desk"], SPECIAL, ["FO", "HK"], Sight.OPERATIONAL),
            (["front_desk"], SPECIAL, ["KIT", "MGT"], Sight.NONE),
            (["front_desk"], RESTRICTED, ["FO"], Sight.OPERATIONAL),
            (["housekeeping"], NORMAL, ["HK"], Sight.CLEAR),
            (["housekeeping"], NORMAL, ["RES", "FO"], Sight.NONE),
            (["housekeeping"], SPECIAL, ["HK"], Sight.OPERATIONAL),
            (["food_beverage"], NORMAL, ["KIT"], Sight.CLEAR),
            (["food_beverage"], NORMAL, ["HK"], Sight.NONE),
            (["duty_manager"], SPECIAL, ["KIT"], Sight.OPERATIONAL),
            (["duty_manager"], RESTRICTED, ["SEC"], Sight.CLEAR),
            (["file_centre"], SPECIAL, ["KIT"], Sight.CLEAR),
            (["marketing"], NORMAL, ["MKT"], Sight.NONE),
            (["it"], NORMAL, ["IT"], Sight.NONE),
            (["housekeeping", "front_desk"], NORMAL, ["KIT"], Sight.CLEAR),
            (["housekeeping", "food_beverage"], SPECIAL, ["KIT"], Sight.OPERATIONAL),
            (["pref:read.operational"], SPECIAL, ["KIT"], Sight.OPERATIONAL),
            (["pref:read.operational"], RESTRICTED, ["FO"], Sight.NONE),
            ([], NORMAL, ["FO"], Sight.NONE),
        ],
    )
    def test_by_role_and_department(self, roles, sensitivity, departments, sight):
        assert a_lens(*roles).sight(sensitivity, departments) is sight

    @given(
        st.sampled_from(sorted(set(Role) - {Role.FILE_CENTRE})),
        st.frozensets(st.sampled_from(sorted(DepartmentCode))),
    )
    def test_only_the_file_centre_reads_a_special_label(self, role, departments):
        assert a_lens(role).sight(SPECIAL, departments) is not Sight.CLEAR


class TestPreferences:
    def test_the_desk_reads_instructions(self, db):
        planted = chen(db)
        rows = queries.preferences_of(db, planted.guest, by=an_actor("front_desk", planted.hotel))
        found = {row.text: row for row in rows}
        peanut, pm = found["No peanuts anywhere"], found["Clean after 14:00"]
        assert (peanut.code, peanut.group) == (None, None), "they name the reason"
        assert (peanut.text, peanut.label, peanut.words) == ("No peanuts anywhere", None, None)
        assert (pm.text, pm.label, pm.value) == (
            "Clean after 14:00",
            "Clean after (say time)",
            "14:00",
        )
        assert "HB.GOLF" not in {row.code for row in rows}

    def test_the_centre_reads_reasons_in_its_language(self, db):
        planted = chen(db)
        by = an_actor("file_centre", planted.hotel)
        object.__setattr__(by, "language", "zh-Hans")
        found = {row.code: row for row in queries.preferences_of(db, planted.guest, by=by)}
        assert found["AL.PEANUT"].label == "花生过敏"
        assert found["AL.PEANUT"].words == "Severe, carries adrenaline"

    def test_reach_and_permission(self, db):
        planted = chen(db)
        with pytest.raises(NotFound):
            queries.preferences_of(db, planted.guest, by=an_actor("front_desk", a_hotel(db)))
        with pytest.raises(NotAllowed):
            queries.preferences_of(db, planted.guest, by=an_actor("marketing", planted.hotel))


class TestCatalogue:
    def test_in_its_order(self, db):
        planted = chen(db)
        found = queries.hotel_codes(db, by=an_actor("front_desk", planted.hotel))
        assert len(found) == 287
        assert (found[0].code, found[-1].code) == ("FL.HIGH", "BL.NODISCLOSE")
