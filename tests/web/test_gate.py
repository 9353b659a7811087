"""The gate: who asks, is the request our own, and does the policy let it through."""

from datetime import timedelta

import pytest
from fastapi import APIRouter, FastAPI
from sqlalchemy import update

from crm.kit import clock
from crm.kit.settings import Settings
from crm.staff import keys, service
from crm.staff.actor import system
from crm.staff.tables import ApiKey, Staff, StaffSession
from tests import factories
from web.app import create_app
from web.gate import Gate, routes_of

API_ROUTE = "/api/v1/hotels"


class TestPolicy:
    def test_every_route_is_named(self, app):
        assert {key for key, _ in routes_of(app)} <= set(_policy_routes())

    def test_a_route_that_is_not_named_stops_the_start(self, settings, database):
        unnamed = APIRouter()

        @unnamed.get("/unnamed-page")
        def page() -> None: ...

        with pytest.raises(RuntimeError, match="GET /unnamed-page"):
            create_app(settings, database=database, more_routers=[unnamed])

    def test_the_policy_names_no_route_that_is_not_there(self, settings, database):
        from lab.demo import pages

        app = create_app(
            settings.model_copy(update={"demo": True}),
            database=database,
            more_routers=[pages.router],
        )
        outside_the_gate = {"GET /api/v1/openapi.json"}
        there = {key for key, _ in routes_of(app)} | outside_the_gate
        assert set(_policy_routes()) - there == set()


def _policy_routes():
    from crm.staff.policy import policy

    return policy().routes


class TestStrangers:
    def test_a_page_leads_to_the_door_and_back(self, client):
        answer = client.get("/audit")
        assert answer.status_code == 303
        assert answer.headers["location"] == "/sign-in?next=/audit"

    def test_a_fragment_tells_htmx_to_go_to_the_door(self, client):
        answer = client.get("/audit", headers={"HX-Request": "true"})
        assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/sign-in")

    def test_rest_says_who_is_asked_for(self, client):
        answer = client.get(API_ROUTE)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["code"] == "sign_in"

    @pytest.mark.parametrize(
        "given", ["Basic abc", "Bearer", "Bearer keshi_x", "Bearer " + "x" * 500]
    )
    def test_a_wrong_key_opens_nothing(self, client, given):
        assert client.get(API_ROUTE, headers={"Authorization": given}).status_code == 401

    def test_a_key_with_one_letter_changed_opens_nothing(self, client):
        client.with_key("report:aggregate")
        secret = client.headers["Authorization"]
        assert client.get(API_ROUTE).status_code == 200
        client.headers["Authorization"] = (
            secret[:-12] + ("0" if secret[-12] != "0" else "1") + secret[-11:]
        )
        assert client.get(API_ROUTE).status_code == 401


class TestSessions:
    def test_a_session_is_let_in(self, client):
        assert client.as_("front_desk").get(API_ROUTE).status_code == 200

    @pytest.mark.parametrize(
        ("role", "minutes", "status"),
        [
            ("front_desk", 14, 200),
            ("front_desk", 16, 401),
            ("file_centre", 29, 200),
            ("file_centre", 31, 401),
        ],
    )
    def test_an_idle_session_ends_by_the_desks_measure(
        self, client, database, role, minutes, status
    ):
        client.as_(role)
        with database.writing() as db:
            seen = clock.now() - timedelta(minutes=minutes)
            db.connection().execute(update(StaffSession).values(seen_at=seen))
        assert client.get(API_ROUTE).status_code == status

    def test_no_session_outlives_twelve_hours(self, client, database):
        client.as_("front_desk")
        with database.writing() as db:
            made = clock.now() - timedelta(hours=12, minutes=1)
            db.connection().execute(update(StaffSession).values(created_at=made))
        assert client.get(API_ROUTE).status_code == 401

    def test_a_leaver_is_out_at_once(self, client, database):
        client.as_("front_desk")
        assert client.get(API_ROUTE).status_code == 200
        with database.writing() as db:
            service.disable(db, client.staff_id, by=system())
        assert client.get(API_ROUTE).status_code == 401

    def test_a_revoked_key_is_out_at_once(self, client, database):
        client.with_key("report:aggregate")
        assert client.get(API_ROUTE).status_code == 200
        with database.writing() as db:
            (key,) = db.connection().execute(ApiKey.__table__.select()).all()
            assert key.last_used_at is not None
            keys.revoke_key(db, key.id, by=system())
        assert client.get(API_ROUTE).status_code == 401

    def test_a_first_password_is_changed_before_anything_else(self, client, database):
        client.as_("front_desk")
        with database.writing() as db:
            db.connection().execute(update(Staff).values(must_change_password=True))
        assert client.get("/today").headers["location"] == "/password"
        assert client.get("/password").status_code == 200
        assert client.get(API_ROUTE).json()["code"] == "password_change"


class TestForgedRequests:
    def test_without_the_token_nothing_changes(self, client):
        client.as_("front_desk")
        del client.headers["X-CSRF-Token"]
        answer = client.post("/session/end")
        assert answer.status_code == 403
        assert client.get(API_ROUTE).status_code == 200

    def test_the_token_of_a_form_counts(self, client):
        client.as_("front_desk")
        del client.headers["X-CSRF-Token"]
        answer = client.post("/session/end", data={"csrf_token": factories.CSRF})
        assert answer.status_code == 303
        assert client.get(API_ROUTE).status_code == 401

    @pytest.mark.parametrize(
        "headers",
        [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
    )
    def test_another_site_is_refused_even_with_the_token(self, client, headers):
        client.as_("front_desk")
        assert client.post("/session/end", headers=headers).status_code == 403

    def test_another_site_cannot_sign_anybody_in(self, client):
        answer = client.post(
            "/sign-in",
            data={"login": "x", "password": "y"},
            headers={"Origin": "https://evil.example"},
        )
        assert answer.status_code == 403


class TestQueries:
    def test_an_unknown_parameter_is_refused_by_name(self, client):
        answer = client.as_("front_desk").get(f"{API_ROUTE}?sort=secret")
        assert answer.status_code == 422
        assert answer.json()["code"] == "unknown_parameter"

    def test_a_monstrous_query_is_refused_before_any_route(self, client):
        assert client.get(f"{API_ROUTE}?q={'x' * 5000}").status_code == 414


def test_the_gate_needs_a_policy_for_plain_apps_too():
    app = FastAPI()

    @app.get("/x")
    def x() -> None: ...

    from crm.staff.policy import policy

    with pytest.raises(RuntimeError, match="GET /x"):
        Gate(app, policy())


def test_settings_list_all_problems_at_once():
    unfit = Settings(database_url="mysql://x", secret_key="short", base_url="ftp://x")
    assert len(unfit.problems()) == 3
