"""The policy file is whole, says who sees what, and falls shut when it does not."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from crm.kit.errors import NotAllowed
from crm.kit.ids import new_id
from crm.staff import policy as policies
from crm.staff.actor import staff_of, system
from crm.staff.policy import HERE, policy, read_policy
from crm.staff.terms import Channel, Role, Sight

RAW = HERE.read_text(encoding="utf-8")
ROLES = st.lists(st.sampled_from([role.value for role in Role]), max_size=4)
FIELDS = st.sampled_from(sorted(policy().fields))
WIDTH = [Sight.NONE, Sight.OPERATIONAL, Sight.BAND, Sight.MASKED, Sight.CLEAR]


class TestReading:
    @pytest.mark.parametrize(
        "spoil",
        [
            lambda raw: raw["roles"].pop(),
            lambda raw: raw["reach"].pop("it"),
            lambda raw: raw["permissions"].update({"x.y": ["cook"]}),
            lambda raw: raw["routes"].update({"GET /x": "no.such"}),
            lambda raw: raw["scopes"].update({"x:y": ["no.such"]}),
            lambda raw: raw["fields"]["guest.name"]["rights"].pop("it"),
            lambda raw: raw["fields"]["guest.name"]["rights"].update({"cook": "V"}),
        ],
    )
    def test_what_does_not_fit_together_is_refused(self, spoil) -> None:
        raw = yaml.safe_load(RAW)
        spoil(raw)
        with pytest.raises(ValueError):
            read_policy(yaml.safe_dump(raw))

    def test_the_shipped_file_is_whole(self) -> None:
        found = read_policy(RAW)
        assert set(found.reach) == {role.value for role in Role}
        assert Path(policies.HERE).name == "policy.yaml"


class TestSight:
    @pytest.mark.parametrize(
        ("role", "field", "channel", "sight"),
        [
            ("front_desk", "guest.phone", Channel.PAGE, Sight.MASKED),
            ("file_centre", "guest.phone", Channel.PAGE, Sight.CLEAR),
            ("file_centre", "guest.phone", Channel.LIST, Sight.MASKED),
            ("file_centre", "guest.phone", Channel.SEARCH, Sight.MASKED),
            ("housekeeping", "guest.phone", Channel.PAGE, Sight.NONE),
            ("marketing", "guest.name", Channel.PAGE, Sight.NONE),
            ("it", "guest.name", Channel.JSON, Sight.NONE),
            ("front_desk", "guest.spend", Channel.PAGE, Sight.BAND),
            ("front_desk", "preference.special", Channel.PAGE, Sight.OPERATIONAL),
            ("general_manager", "guest.name", Channel.EXPORT, Sight.NONE),
        ],
    )
    def test_by_role_field_and_channel(
        self, role: str, field: str, channel: Channel, sight: Sight
    ) -> None:
        assert policy().sight([role], field, channel) is sight

    @given(ROLES, ROLES, FIELDS, st.sampled_from(Channel))
    def test_another_role_never_narrows(
        self, roles: list[str], more: list[str], field: str, channel: Channel
    ) -> None:
        alone = policy().sight(roles, field, channel)
        together = policy().sight([*roles, *more], field, channel)
        assert WIDTH.index(together) >= WIDTH.index(alone)

    @given(ROLES, FIELDS)
    def test_a_list_shows_no_more_than_a_page(self, roles: list[str], field: str) -> None:
        on_list = policy().sight(roles, field, Channel.LIST)
        assert WIDTH.index(on_list) <= WIDTH.index(policy().sight(roles, field, Channel.PAGE))

    @given(FIELDS, st.sampled_from(Channel))
    def test_nobody_sees_nothing(self, field: str, channel: Channel) -> None:
        assert policy().sight([], field, channel) is Sight.NONE
        assert not policy().has_right([], field, "E")

    @given(st.sampled_from([role.value for role in Role]), FIELDS)
    def test_nobody_edits_what_is_hidden_on_pages(self, role: str, field: str) -> None:
        if policy().has_right([role], field, "E"):
            assert policy().sight([role], field, Channel.PAGE) is not Sight.NONE


class TestReach:
    @pytest.mark.parametrize(
        ("holders", "reach"),
        [
            (["front_desk"], "hotel"),
            (["housekeeping"], "today"),
            (["housekeeping", "file_centre"], "group"),
            (["marketing"], "none"),
            (["profile:read.basic"], "hotel"),
            ([], "none"),
        ],
    )
    def test_the_widest_counts(self, holders: list[str], reach: str) -> None:
        assert policy().reach_of(holders) == reach


class TestActor:
    def test_may_what_the_roles_may(self) -> None:
        desk = staff_of([Role.FRONT_DESK], staff_id=new_id(), name="x", hotel_id=new_id())
        assert desk.may("guests.read")
        assert not desk.may("staff.edit")
        desk.need("guests.read")
        with pytest.raises(NotAllowed):
            desk.need("staff.edit")

    def test_the_house_itself_may_all(self) -> None:
        house = system()
        assert house.may("staff.edit")
        assert house.reach == "group"
        assert house.sight("guest.special", Channel.JSON) is Sight.CLEAR

    def test_several_roles_add_up(self) -> None:
        both = staff_of([Role.MARKETING, Role.IT], staff_id=new_id(), name="x", hotel_id=new_id())
        assert both.permissions == policy().permissions_of(["marketing", "it"])
        assert both.may("companies.edit")
        assert both.may("staff.edit")
