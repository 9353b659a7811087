"""A change that is refused says what is wrong with it, and nothing of the guest."""

from typing import Any

import pytest

from crm.staff.policy import policy
from crm.staff.terms import Channel, Sight
from tests.conftest import Client
from tests.contracts.asking import HOLDERS, SCOPES, SOUGHT, Asking, headers_of, text_of
from tests.contracts.houses import Planted
from tests.contracts.needles import LEFT_BY_A_MASK, NEEDLES
from tests.contracts.walking import concrete, needles_in, readable, routes
from tests.proving import Tally

PROMISE = "permission cells"
KEEP_ME_SIGNED_IN = {"POST /session/end", "POST /sign-in/demo", "POST /demo/hour"}
UNFIT: dict[str, Any] = {"nobody-knows-this": "1"}


def allowed(holder: str, is_api: bool) -> set[str]:
    """A form that comes back shows what its page shows; REST never answers a refusal by values."""
    found: set[str] = set()
    for field, needles in NEEDLES.items():
        sight = Sight.NONE if is_api else policy().sight([holder], field, Channel.PAGE)
        if sight is Sight.CLEAR:
            found |= set(needles)
        elif sight is Sight.MASKED:
            found |= set(LEFT_BY_A_MASK.get(field, ()))
    return found


@pytest.mark.proof
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("share", range(2))
def test_refusals_of_changes_tell_nothing(planted: Planted, tally: Tally, share: int) -> None:
    """A cell is a field and a holder: the texts of all refusals are looked through."""
    database, house = planted.fork(), planted.house
    holders = HOLDERS[share::2]
    sought = frozenset().union(*NEEDLES.values()) & SOUGHT
    wrong, refused = [], 0
    with Client(planted.shared_app(database), database) as client:
        asking = Asking(client, house)
        for holder in holders:
            asking.as_(holder)
            for route in routes(asking.app):
                if route.method == "GET" or route.key in KEEP_ME_SIGNED_IN:
                    continue
                if holder in SCOPES and not route.is_api:
                    continue
                address = concrete(route, house, guest_id=house.guest)
                body = {"json": UNFIT} if route.is_api else {"data": UNFIT}
                answer = client.request(route.method, address, headers={"If-Match": '"0"'}, **body)
                assert answer.status_code < 500, route.key
                if answer.status_code < 400:
                    continue
                refused += 1
                text = readable(text_of(answer), answer.headers.get("content-type", ""))
                shown = needles_in(f"{text}\n{headers_of(answer)}", sought)
                wrong += [
                    f"{route.key}, {answer.status_code}, tells {needle} to {holder}"
                    for needle in shown - allowed(holder, route.is_api)
                ]
    tally(PROMISE, len(holders) * len(NEEDLES), wrong=len(wrong))
    assert refused > 40 * len(holders)
    assert not wrong, "\n".join(wrong)
