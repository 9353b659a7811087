"""From messages to what is true of a reservation, in whatever order they come."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.intake import folding
from crm.intake.folding import Kind, News, fold
from crm.stays.terms import StayStatus

START = datetime(2026, 11, 24, 6, tzinfo=UTC)
DATES = {"arrival_on": date(2026, 11, 24), "departure_on": date(2026, 11, 26)}


def said(kind, minute, message_id=None, **more):
    sent = START + timedelta(minutes=minute)
    return News(Kind(kind), sent, message_id or f"{kind}-{minute}", "R1", **more)


def status_of(*kinds):
    return fold([said(kind, place) for place, kind in enumerate(kinds)]).status


class TestStatus:
    @pytest.mark.parametrize(
        ("kinds", "status"),
        [
            (["reservation"], StayStatus.BOOKED),
            (["reservation", "check_in"], StayStatus.IN_HOUSE),
            (["reservation", "check_in", "reservation"], StayStatus.IN_HOUSE),
            (["reservation", "check_in", "check_out"], StayStatus.CHECKED_OUT),
            (["check_out", "check_in"], StayStatus.IN_HOUSE),
            (["reservation", "cancel"], StayStatus.CANCELLED),
            (["reservation", "cancel", "reservation"], StayStatus.CANCELLED),
            (["reservation", "no_show", "check_in"], StayStatus.IN_HOUSE),
            (["cancel"], StayStatus.CANCELLED),
            (["folio"], None),
            (["folio", "check_in", "folio"], StayStatus.IN_HOUSE),
        ],
    )
    def test_is_what_was_said_last(self, kinds, status):
        assert status_of(*kinds) is status

    def test_a_reservation_comes_back_only_if_it_says_so(self):
        news = [said("reservation", 0), said("cancel", 1)]
        assert fold([*news, said("reservation", 2, reinstated=True)]).status is StayStatus.BOOKED

    def test_times_belong_to_the_status(self):
        at = START - timedelta(minutes=7)
        here = [said("reservation", 0), said("check_in", 1, at=at)]
        assert fold(here).times == {
            "checked_in_at": at,
            "checked_out_at": None,
            "cancelled_at": None,
        }
        gone = fold([*here, said("check_out", 5)]).times
        assert gone["checked_out_at"] == START + timedelta(minutes=5)
        assert fold([*here, said("cancel", 9)]).times["checked_in_at"] is None


class TestFacts:
    def test_the_newest_word_on_each_field(self):
        found = fold(
            [
                said("reservation", 5, stay={"room_no": "1808", "eta": None}),
                said("reservation", 0, stay={"room_no": "1611", "adults": 2, "eta": "15:30"}),
            ]
        )
        assert found.stay == {"room_no": "1808", "adults": 2, "eta": None}

    def test_a_line_taken_back_stays_taken_back(self):
        lines = fold(
            [
                said("folio", 3, lines={"1": None}),
                said("folio", 1, lines={"1": {"amount_minor": 5}, "2": {"amount_minor": 7}}),
            ]
        ).lines
        assert lines == {"1": None, "2": {"amount_minor": 7}}

    @pytest.mark.parametrize(
        ("news", "whole"),
        [
            ([said("cancel", 0)], False),
            ([said("folio", 0, stay=DATES)], False),
            ([said("reservation", 0, stay=DATES)], True),
            ([said("cancel", 0), said("reservation", 1, stay=DATES)], True),
            ([said("reservation", 0, stay=DATES | {"departure_on": None})], False),
            ([said("check_in", 0, stay=DATES | {"departure_on": date(2026, 11, 1)})], False),
        ],
    )
    def test_enough_for_a_stay(self, news, whole):
        assert fold(news).is_whole is whole

    def test_ever_said_keeps_each_value_once_in_order(self):
        news = [
            said("reservation", 2, guest={"phone": "b"}),
            said("reservation", 1, guest={"phone": "a"}),
            said("reservation", 3, guest={"phone": None}),
            said("reservation", 4, guest={"phone": "a"}),
        ]
        assert folding.ever_said(news, "phone") == ["a", "b"]
        assert folding.guest_facts(news) == {"phone": "a"}


@st.composite
def stories(draw):
    news = draw(
        st.lists(
            st.builds(
                said,
                st.sampled_from([k.value for k in Kind]),
                st.integers(0, 4),
                st.sampled_from("abcdefgh"),
                stay=st.dictionaries(
                    st.sampled_from(["room_no", "eta"]), st.sampled_from(["x", "y", None])
                ),
                lines=st.dictionaries(
                    st.sampled_from("12"), st.sampled_from([None, {"amount_minor": 1}])
                ),
                reinstated=st.booleans(),
            ),
            max_size=8,
            unique_by=lambda one: one.message_id,
        )
    )
    shuffled = draw(
        st.permutations(news + draw(st.lists(st.sampled_from(news)) if news else st.just([])))
    )
    return news, shuffled


class TestOrder:
    @given(stories())
    def test_and_repetition_make_no_difference(self, story):
        news, shuffled = story
        assert fold(shuffled) == fold(news)
        assert folding.guest_facts(shuffled) == folding.guest_facts(news)
