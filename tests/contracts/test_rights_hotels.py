"""Two hotels that share a guest: nothing of the other one, by any byte of any answer."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from httpx2 import Response
from sqlmodel import Session

from crm.kit.db import Database
from crm.kit.ids import new_id
from crm.kit.metadata import all_tables
from crm.staff.policy import policy
from crm.staff.terms import Role
from tests import factories
from tests.conftest import Client
from tests.contracts.asking import HOLDERS, Answer, Asking, Way, headers_of, steady
from tests.contracts.houses import Planted
from tests.contracts.planted import FOREIGN, STRANGERS, House
from tests.contracts.walking import STREAMS, Route, concrete, readable, routes
from tests.proving import Tally

PROMISE = "permission cells"

OF_ONE_HOTEL = (
    "stay_id", "complaint_id", "document_id", "membership_id", "message_id", "staff_id", "key_id",
    "hotel_id", "finding_id",
)  # fmt: skip
"""The places of addresses that can name a thing of the other hotel."""


def reaches(reach: str, who: str) -> bool:
    return reach == "group" or (reach == "hotel" and who == "past")


def ids_elsewhere(db: Session, house: House) -> frozenset[str]:
    """The id of every row that belongs to the other hotel, and of whom only it knows."""
    found: set[UUID] = {house.elsewhere, house.far}
    for table in all_tables().tables.values():
        if "hotel_id" in table.columns and "id" in table.columns:
            query = sa.select(table.columns.id).where(table.columns.hotel_id == house.elsewhere)
            found |= set(db.connection().execute(query).scalars())
    found |= {staff for (_, hotel), staff in house.staff.items() if hotel == house.elsewhere}
    return frozenset(map(str, found))


def foreign_in(answer: Answer, words: Iterable[str], ids: frozenset[str]) -> Iterator[str]:
    """What of the other hotel stands in an answer that the question did not bring along."""
    yield from (answer.found | answer.found_in_headers) & frozenset(words)
    yield from (each for each in answer.ids & ids if each not in answer.words)


@pytest.fixture
def foreign_ids(planted: Planted, door: Client) -> frozenset[str]:
    with door.database.reading() as db:
        return ids_elsewhere(db, planted.house)


class TestOneHotel:
    @pytest.mark.proof
    @pytest.mark.parametrize("holder", HOLDERS)
    def test_answers_name_nothing_of_the_other(
        self, asking: Asking, holder: str, foreign_ids: frozenset[str], tally: Tally
    ) -> None:
        """A cell is a route as this holder; guests of the group are known to who serves all.

        The audit of a hotel says whom its own people looked at, the file centre's guests too.
        """
        reach = policy().reach_of([holder])
        words = [w for who, ws in STRANGERS.items() if not reaches(reach, who) for w in ws]
        if reach != "group":
            words += FOREIGN
        answers = asking.answers(holder)
        ids = frozenset() if reach == "group" else foreign_ids
        named = {
            f"{answer.route.key} {answer.about} {dict(answer.query)} names {each} to {holder}"
            for answer in answers
            if answer.about != "far"
            for each in foreign_in(answer, words, ids)
            if not (answer.way is Way.AUDIT and each == str(asking.house.far))
        }
        tally(PROMISE, len({answer.route.key for answer in answers}), wrong=len(named))
        assert not named, "\n".join(sorted(named))

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
