"""The search for leaks finds leaks: doors that tell too much, each in a way of its own."""

from contextlib import ExitStack

import pytest

from crm.staff.terms import Role
from tests.conftest import Client
from tests.contracts.asking import Asking
from tests.contracts.differing import change, hidden_from, told_apart
from tests.contracts.houses import Planted
from tests.contracts.test_rights_fields import leaks
from tests.contracts.walking import ASKED_BY, Route
from tests.flawed import leaky
from tests.proving import Tally
from web.app import create_app

PROMISE = "permission cells"
HOLDER = Role.HOUSEKEEPING.value


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_leaks_and_oracles_are_found(
    planted: Planted, monkeypatch: pytest.MonkeyPatch, tally: Tally
) -> None:
    router = leaky.router_of(planted.house)
    monkeypatch.setattr("web.app.policy", lambda: leaky.policy_of(router))
    monkeypatch.setitem(ASKED_BY, "born_before", ("1958",))
    houses = [planted.fork(), planted.fork()]
    with houses[1].writing() as db:
        change(db.connection(), hidden_from(HOLDER), planted.house)
    with ExitStack() as doors:
        askings = []
        for house in houses:
            app = create_app(planted.settings(), database=house, more_routers=[router])
            client = doors.enter_context(Client(app, house))
            askings.append(Asking(client, planted.house, only=_leaks))
        shown = {_short(a.route) for a in askings[0].answers(HOLDER) if any(leaks(a, HOLDER))}
        told = {_short(answer.route) for answer, _ in told_apart(*askings, HOLDER)[1]}
    assert shown == {"/field", "/header", "/file-name", "/error"}
    assert told == {"/field", "/sorted", "/filtered"}
    for what in sorted(shown | told):
        tally.flaw_found(PROMISE, f"a door that leaks: {what}")


def _leaks(route: Route) -> bool:
    return route.path.startswith(leaky.LEAKS)


def _short(route: Route) -> str:
    return route.path.removeprefix(leaky.LEAKS)
