"""Two hotels that share a guest: nothing of the other one, by any byte of any answer."""

from collections.abc import Iterator
from typing import Any

import pytest
from httpx2 import Response

from crm.kit.db import Database
from crm.kit.ids import new_id
from crm.staff.policy import policy
from crm.staff.terms import Role
from tests import factories
from tests.conftest import Client
from tests.contracts.asking import HOLDERS, Asking, headers_of, steady
from tests.contracts.hotels import foreign_in, ids_elsewhere, reaches
from tests.contracts.houses import Planted
from tests.contracts.needles import FOREIGN, STRANGERS
from tests.contracts.planted_house import House
from tests.contracts.walking import STREAMS, Route, concrete, readable, routes
from tests.proving import Tally

PROMISE = "permission cells"

OF_ONE_HOTEL = (
    "stay_id", "complaint_id", "document_id", "membership_id", "message_id", "staff_id", "key_id",
    "hotel_id", "finding_id", "compensation_id",
)  # fmt: skip
"""The places of addresses that can name a thing of the other hotel."""


class TestOneHotel:
    @pytest.mark.proof
    @pytest.mark.parametrize("holder", HOLDERS)
    def test_out_of_reach_answers_like_not_there(
        self, door: Client, house: House, holder: str, tally: Tally
    ) -> None:
        """The same status, words and headers for what is elsewhere and for what is nowhere."""
        reach = policy().reach_of([holder])
        asking = Asking(door, house)
        client = asking.as_(holder)
        knocks = [
            (route, address)
            for route in routes(asking.app)
            if route.key not in STREAMS and (route.is_api or holder in set(Role))
            for address in _elsewhere(route, house, reach)
        ]
        differing = []
        for route, (there, nowhere) in knocks:
            one, other = (_knock(client, route.method, each) for each in (there, nowhere))
            if one != other:
                differing.append(f"{route.key} {there}: {one[0]} and {other[0]}")
        tally(PROMISE, len(knocks), wrong=len(differing))
        assert not differing, "\n".join(differing)


class TestBothHotels:
    def test_who_works_in_both_sees_what_each_knows(
        self, planted: Planted, database: Database
    ) -> None:
        """What no answer names above can be named: the search for it finds it here."""
        database, house = planted.fork(), planted.house
        with database.writing() as db:
            staff_id = factories.a_staff(db, Role.GENERAL_MANAGER, house.here, house.elsewhere)
            token = factories.a_session(db, staff_id, house.here)
        with Client(planted.shared_app(database), database) as client:
            client.with_session(token)
            answers = list(Asking(client, house).ask(pages_too=True, guests=["guest", "far"]))
        with database.reading() as db:
            ids = ids_elsewhere(db, house)
        named = {each for answer in answers for each in foreign_in(answer, FOREIGN, ids)}
        assert set(FOREIGN) <= named
        assert len(named & ids) > len(OF_ONE_HOTEL)


def _elsewhere(route: Route, house: House, reach: str) -> Iterator[tuple[str, str]]:
    """Addresses of things out of reach, each with one of its kind that is nowhere."""
    for who in STRANGERS:
        if "guest_id" in route.places and not reaches(reach, who):
            there = concrete(route, house, guest_id=getattr(house, who))
            yield there, concrete(route, house, guest_id=new_id())
    for place in OF_ONE_HOTEL:
        if place not in route.places or (reach == "group" and place not in {"key_id", "staff_id"}):
            continue
        if house.elsewhere_ids.get(place) is None:
            continue
        yield tuple(  # type: ignore[misc]
            concrete(route, house, guest_id=house.guest, instead={place: each})
            for each in (house.elsewhere_ids[place], new_id())
        )


def _knock(client: Client, method: str, address: str) -> tuple[int, str]:
    answer: Response = client.request(method, address, headers={"If-Match": "*"}, **_body(method))
    text = readable(answer.text, answer.headers.get("content-type", ""))
    return answer.status_code, steady(f"{text}\n{headers_of(answer)}").replace(address, "")


def _body(method: str) -> dict[str, Any]:
    return {"json": {}} if method in {"POST", "PUT", "PATCH"} else {}
