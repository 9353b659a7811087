"""Live screens wake whom it concerns, and say no more than that."""

import time

import pytest

from crm.guests.events import GuestAmended
from crm.kit import events
from crm.staff.policy import policy
from crm.staff.terms import Role
from tests.conftest import Serving
from tests.contracts.asking import HOLDERS, SCOPES, SOUGHT
from tests.contracts.houses import Planted
from tests.contracts.needles import NEEDLES
from tests.contracts.planted_house import House
from tests.contracts.walking import needles_in
from tests.prove.leaving import Listens
from tests.proving import Tally

PROMISE = "permission cells"
PATIENCE_S = 20


def _way_in(house: House, holder: str) -> dict[str, str]:
    if holder in SCOPES:
        return {"Authorization": f"Bearer {house.keys[holder, house.here]}"}
    return {"Cookie": f"keshi_session={house.sessions[Role(holder), house.here]}"}


@pytest.mark.proof
def test_streams_tell_kinds_of_the_own_hotel_and_nothing_else(
    planted: Planted, tally: Tally
) -> None:
    """A cell is a field and a holder: what is told is looked through, or nothing is told at all."""
    database, house = planted.fork(), planted.house
    listening: dict[str, Listens] = {}
    with Serving(planted.shared_app(database)) as running:
        port = int(running.url.rpartition(":")[2])
        for holder in HOLDERS:
            if "events.stream" in policy().permissions_of([holder]):
                listening[holder] = Listens(holder, port, _way_in(house, holder))
                continue
            with pytest.raises(AssertionError, match="never open"):
                Listens(holder, port, _way_in(house, holder))
        told = {}
        with database.writing() as db:
            for hotel, guest in ((house.elsewhere, house.far), (house.here, house.guest)):
                event = GuestAmended(hotel_id=hotel, guest_id=guest, fields="vip_why")
                told[hotel] = str(events.record(db, event))
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until and any(
            told[house.here] not in each.heard for each in listening.values()
        ):
            time.sleep(0.05)
        for each in listening.values():
            each.close()
    wrong = []
    for holder, each in listening.items():
        assert told[house.here] in each.heard, f"{holder} was not woken"
        if told[house.elsewhere] in each.heard:
            wrong.append(f"{holder} was woken by the other hotel")
        wrong += [f"{holder} was told {word}" for word in needles_in(each.heard, SOUGHT)]
        wrong += [
            f"{holder} was told {i}" for i in (house.far, house.guest) if str(i) in each.heard
        ]
    tally(PROMISE, len(HOLDERS) * len(NEEDLES), wrong=len(wrong))
    assert not wrong, "\n".join(wrong)
