"""Every route, by every role, scope and stranger, is open or shut as the policy says."""

import pytest
from fastapi import APIRouter, FastAPI
from sqlmodel import update
from starlette.routing import Host, Mount

from crm.staff.policy import ANYONE, SIGNED_IN, policy
from crm.staff.tables import Staff
from crm.staff.terms import Role, StaffState
from tests import factories
from tests.conftest import Client
from tests.contracts.houses import Planted
from tests.contracts.planted_house import House
from tests.contracts.walking import Route, anywhere, routes
from tests.flawed import leaky
from tests.proving import Tally
from web.app import create_app

PROMISE = "permission cells"
SCOPES = sorted(policy().scopes)
SHUT = {401, 403}
ENDS_THE_SESSION = {"POST /session/end"}


@pytest.fixture(autouse=True)
def streams_end_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.live.LONGEST_S", 0)


def _knock(client: Client, route: Route) -> tuple[int, str]:
    """Status and where it sends us: an empty body, ids that nothing has."""
    body = {} if route.method in {"POST", "PUT", "PATCH"} and route.is_api else None
    answer = client.request(route.method, anywhere(route), json=body)
    return answer.status_code, answer.headers.get("location", "")


def _is_shut(status: int, location: str) -> bool:
    return status in SHUT or location.startswith("/sign-in")


def _walk(
    client: Client, app: FastAPI, open_to: set[str], tally: Tally, *, keys: bool = False
) -> list[str]:
    """What is open though it should be shut, or shut though it should be open.

    Each route is a cell. A key is asked at the routes for machines only.
    """
    found, cells = [], 0
    for route in routes(app):
        needs = policy().routes[route.key]
        if route.key in ENDS_THE_SESSION or (keys and (not route.is_api or needs == SIGNED_IN)):
            continue
        cells += 1
        status, location = _knock(client, route)
        should = needs in open_to
        if should is _is_shut(status, location):
            found.append(f"{route.key} should be {'open' if should else 'shut'}, answered {status}")
    tally(PROMISE, cells, wrong=len(found))
    return found


def unnamed(app: FastAPI) -> set[str]:
    """What the app answers that the policy does not name, by whatever way it was put there."""
    mounted = {f"MOUNT {route.path}" for route in app.routes if isinstance(route, Mount | Host)} - {
        "MOUNT /static"
    }
    named = policy().routes.keys()
    return ({route.key for route in routes(app)} - named) | mounted


def _app(client: Client) -> FastAPI:
    app = client.app
    assert isinstance(app, FastAPI)
    return app


class TestPolicyAndRoutes:
    def test_policy_names_every_route(self, door: Client) -> None:
        assert not unnamed(_app(door))

    def test_policy_names_no_route_that_is_not_there(self, door: Client) -> None:
        gone = policy().routes.keys() - {route.key for route in routes(_app(door))}
        assert not gone

    def test_app_does_not_start_with_a_route_the_policy_does_not_name(
        self, planted: Planted
    ) -> None:
        router = APIRouter()

        @router.get("/nobody-named-me")
        def nobody() -> None:
            """Not in the policy."""

        with pytest.raises(RuntimeError, match="GET /nobody-named-me"):
            create_app(planted.settings(), database=planted.fork(), more_routers=[router])

    def test_app_does_not_start_with_a_parameter_the_policy_does_not_name(
        self, planted: Planted, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        router = leaky.router_of(planted.house)
        monkeypatch.setattr("web.app.policy", lambda: leaky.policy_of(router, parameters=()))
        with pytest.raises(RuntimeError, match="query parameters: born_before"):
            create_app(planted.settings(), database=planted.fork(), more_routers=[router])

    def test_a_door_beside_the_gate_is_found(self, planted: Planted, tally: Tally) -> None:
        app = FastAPI(openapi_url=None)
        leaky.doors_beside_the_gate(app)
        assert unnamed(app) == {"GET /api/v1/everything", "MOUNT /files"}
        tally.flaw_found(PROMISE, "an unguarded route, an unguarded folder")


class TestStrangers:
    @pytest.mark.proof
    def test_anonymous_enters_only_what_is_for_anyone(self, door: Client, tally: Tally) -> None:
        assert _walk(door, _app(door), {ANYONE}, tally) == []

    def test_stranger_is_shown_the_door_by_pages_and_told_401_by_rest(self, door: Client) -> None:
        for route in routes(_app(door)):
            if policy().routes[route.key] == ANYONE:
                continue
            status, location = _knock(door, route)
            if route.is_api:
                assert status == 401, route.key
            else:
                assert status == 303, route.key
                assert location.startswith("/sign-in"), route.key

    @pytest.mark.parametrize("token", ["", "made-up", "x" * 4000])
    def test_made_up_session_is_nobody(self, door: Client, token: str) -> None:
        assert door.with_session(token).get("/").headers["location"].startswith("/sign-in")

    @pytest.mark.parametrize("words", ["Bearer made-up", "Bearer", "Basic dTpw", "keshi_x"])
    def test_made_up_key_is_nobody(self, door: Client, words: str) -> None:
        answer = door.get("/password", headers={"Authorization": words})
        assert answer.headers["location"].startswith("/sign-in")


class TestRoles:
    @pytest.mark.proof
    @pytest.mark.parametrize("role", list(Role))
    def test_role_opens_exactly_what_the_policy_gives_it(
        self, door: Client, house: House, role: Role, tally: Tally
    ) -> None:
        open_to = {ANYONE, SIGNED_IN, *policy().permissions_of([role])}
        door.with_session(house.sessions[role, house.here])
        assert _walk(door, _app(door), open_to, tally) == []

    def test_everybody_can_sign_out(self, door: Client, house: House) -> None:
        for role in Role:
            door.as_(role, house.here)
            assert door.post("/session/end").headers["location"].startswith("/sign-in")
            assert door.get("/password").headers["location"].startswith("/sign-in")

    def test_refusal_says_so_without_saying_what_is_there(self, door: Client, house: House) -> None:
        door.with_session(house.sessions[Role.MARKETING, house.here])
        shut = policy().permissions.keys() - policy().permissions_of([Role.MARKETING])
        for route in routes(_app(door)):
            if route.is_api and policy().routes[route.key] in shut:
                answer = door.request(route.method, anywhere(route))
                assert answer.status_code == 403, route.key
                assert answer.headers["content-type"] == "application/problem+json"
                assert answer.json()["code"] == "permission"


class TestKeys:
    @pytest.mark.proof
    @pytest.mark.parametrize("scope", SCOPES)
    def test_scope_opens_exactly_what_the_policy_gives_it(
        self, door: Client, house: House, scope: str, tally: Tally
    ) -> None:
        door.headers["Authorization"] = f"Bearer {house.keys[scope, house.here]}"
        open_to = {ANYONE, *policy().permissions_of([scope])}
        assert _walk(door, _app(door), open_to, tally, keys=True) == []


class TestLeavers:
    """Everything a leaver holds stops at once."""

    @pytest.mark.proof
    def test_disabled_account_opens_nothing(self, planted: Planted, tally: Tally) -> None:
        database, house = planted.fork(), planted.house
        with Client(planted.shared_app(database), database) as client:
            client.with_session(house.sessions[Role.FRONT_DESK, house.here])
            assert not client.get("/").headers["location"].startswith("/sign-in")
            with database.writing() as db:
                db.connection().execute(update(Staff).values(state=StaffState.DISABLED))
            assert client.get("/").headers["location"].startswith("/sign-in")
            assert _walk(client, _app(client), {ANYONE}, tally) == []

    @pytest.mark.proof
    def test_account_without_a_grant_opens_nothing_of_the_hotel(
        self, planted: Planted, tally: Tally
    ) -> None:
        database, house = planted.fork(), planted.house
        with Client(planted.shared_app(database), database) as client:
            with database.writing() as db:
                staff_id = factories.a_staff(db, Role.GENERAL_MANAGER)
                token = factories.a_session(db, staff_id, house.here)
            client.with_session(token)
            assert _walk(client, _app(client), {ANYONE}, tally) == []


class TestForgery:
    def test_changing_request_without_the_token_is_refused(
        self, door: Client, house: House
    ) -> None:
        door.with_session(house.sessions[Role.FILE_CENTRE, house.here])
        door.headers.pop("X-CSRF-Token")
        for route in routes(_app(door)):
            if route.method != "GET":
                status, _ = _knock(door, route)
                assert status == 403, route.key

    def test_request_from_another_site_is_refused(self, door: Client, house: House) -> None:
        door.with_session(house.sessions[Role.FILE_CENTRE, house.here])
        for route in routes(_app(door)):
            if route.method != "GET":
                answer = door.request(
                    route.method, anywhere(route), headers={"Origin": "http://elsewhere.test"}
                )
                assert answer.status_code == 403, route.key
