"""The centre's pages by plain forms, and what they say when two decide or something is wrong."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import col, select

from crm.kit import clock
from crm.kit.ids import new_id
from crm.preferences import master
from crm.preferences.tables import GroupPolicy, HotelCode, Observation, Preference, PreferenceCode
from crm.preferences.terms import (
    ObservationState,
    PreferenceSource,
    PreferenceStatus,
    ReviewPolicy,
)
from crm.preparing import service as preparing
from crm.preparing.tables import Preparation, StayPreparation
from crm.staff.actor import system
from crm.staff.terms import Role
from crm.stays.terms import StayStatus
from tests import factories
from tests.factories import TODAY, put

SCRIPTED = {"HX-Request": "true"}


@pytest.fixture
def backend():
    return "sqlite"


@pytest.fixture
def guest_id(client):
    client.as_(Role.FILE_CENTRE, name="Mo Lan")
    with client.database.writing() as db:
        master.load(db)
        guest = factories.a_guest(db)
        factories.a_stay(db, guest, client.hotel_id)
    return guest


def a_note(client, guest_id, *, hours=1.0, **more):
    facts = {"code": "PL.FOAM", "policy": ReviewPolicy.BEFORE_ANYONE}
    at = clock.now() - timedelta(hours=hours)
    with client.database.writing() as db:
        noter = factories.a_staff(db, Role.HOUSEKEEPING, client.hotel_id, name="Wang Fang")
        return put(db, Observation(
            id=new_id(), guest_id=guest_id, hotel_id=client.hotel_id, room_no="1808",
            source=PreferenceSource.SEEN, observed_at=at, entered_at=at, noted_by=noter,
            state=ObservationState.WAITING, **(facts | more),
        )).id  # fmt: skip


def a_claim(db, guest_id, code):
    facts = {"source": PreferenceSource.TOLD, "status": PreferenceStatus.CONFIRMED}
    put(db, Preference(guest_id=guest_id, code=code, noted_at=clock.now(), **facts))


def state_of(client, note_id):
    with client.database.reading() as db:
        return db.get_one(Observation, note_id).state


def decide(client, note_id, verdict, **form):
    return client.post(f"/review/{note_id}", data={"verdict": verdict, "version": 1} | form)


class TestInbox:
    def test_shows_the_oldest_in_hand_with_the_lights(self, client, guest_id):
        a_note(client, guest_id, hours=50, words="three pillows on the chair")
        a_note(client, guest_id, hours=30)
        a_note(client, guest_id, hours=2)
        page = client.get("/review").text
        assert "three pillows on the chair" in page
        for words in ("over 48 h", "over 24 h", "in time", "2 d", "30 h"):
            assert words in page
        assert client.get("/review/count").text.count("3") == 1

    def test_is_empty_in_plain_words(self, client, guest_id):
        assert "All notes reviewed" in client.get("/review").text

    def test_a_decision_by_form_leads_to_the_next_and_can_be_taken_back(self, client, guest_id):
        first, second = (a_note(client, guest_id, hours=h) for h in (9, 8))
        answer = decide(client, first, "accept", following=str(second))
        assert answer.headers["location"] == f"/review/{second}?after={first}"
        assert state_of(client, first) == "accepted"
        assert "accepted" in client.get(answer.headers["location"]).text.lower()
        undone = decide(client, first, "undo", version=2)
        assert undone.headers["location"] == f"/review/{first}"
        assert state_of(client, first) == "waiting"

    def test_the_script_gets_a_short_message_with_the_version_to_undo_by(self, client, guest_id):
        note = a_note(client, guest_id)
        answer = client.post(
            f"/review/{note}",
            data={"verdict": "reject", "version": 1, "reason": "hearsay", "reply": "Ask the guest"},
            headers=SCRIPTED,
        )
        assert f'data-done="{note}"' in answer.text
        assert 'data-version="2"' in answer.text

    def test_who_comes_second_hears_what_the_first_decided_and_goes_on(self, client, guest_id):
        note, following = (a_note(client, guest_id, hours=h) for h in (9, 8))
        decide(client, note, "reject", reason="duplicate")
        late = decide(client, note, "accept", following=str(following))
        assert late.status_code == 409
        assert "A colleague has rejected this note meanwhile." in late.text
        assert f'data-desk="{following}"' in late.text
        scripted = client.post(
            f"/review/{note}", data={"verdict": "accept", "version": 1}, headers=SCRIPTED
        )
        assert scripted.status_code == 409
        assert "A colleague has rejected" in scripted.text
        assert state_of(client, note) == "rejected"

    def test_words_without_a_code_ask_for_one_and_keep_the_note_in_hand(self, client, guest_id):
        note = a_note(client, guest_id, code=None, words="likes it there")
        refused = decide(client, note, "accept")
        assert refused.status_code == 422
        assert "Choose the code that these words mean" in refused.text
        assert f'data-desk="{note}"' in refused.text

    def test_many_of_one_code_but_nothing_delicate(self, client, guest_id):
        alike = [a_note(client, guest_id, hours=h) for h in (9, 8, 7)]
        cautious = a_note(client, guest_id, hours=6, words="rude", cautions=["judgement"])
        desk = client.get(f"/review/{alike[0]}", headers=SCRIPTED).text
        assert "Accept all 3" in desk
        assert str(cautious) not in desk
        done = client.post("/review/many", data={"ids": [str(i) for i in alike]}, headers=SCRIPTED)
        assert "3 notes accepted" in done.text
        delicate = a_note(client, guest_id, code="AL.NUT")
        assert "Accept all" not in client.get(f"/review/{delicate}", headers=SCRIPTED).text

    def test_what_is_known_and_what_it_contradicts_stand_beside(self, client, guest_id):
        with client.database.writing() as db:
            a_claim(db, guest_id, "CL.COOL")
        note = a_note(client, guest_id, code="CL.WARM")
        desk = client.get(f"/review/{note}", headers=SCRIPTED).text
        assert "contradicts: Cool room on arrival" in desk

    def test_a_code_is_found_by_pinyin(self, client, guest_id):
        assert "PL.BUCK" in client.get("/review/codes", params={"q": "qiaomai"}).text
        assert "No code fits" in client.get("/review/codes", params={"q": "zzzz"}).text

    def test_another_hotels_note_is_not_here(self, client, guest_id):
        note = a_note(client, guest_id)
        with client.database.writing() as db:
            other = factories.a_hotel(db)
        client.as_(Role.DUTY_MANAGER, other)
        assert client.get(f"/review/{note}").status_code == 404
        assert decide(client, note, "accept").status_code == 404


class TestArrivals:
    @pytest.fixture
    def stay_id(self, client, guest_id):
        with client.database.writing() as db:
            a_claim(db, guest_id, "PL.BUCK")
            a_claim(db, guest_id, "AL.FEATHER")
            stay = factories.a_stay(
                db, guest_id, client.hotel_id, status=StayStatus.BOOKED, room_no=None,
                arrival_on=TODAY + timedelta(days=1), departure_on=TODAY + timedelta(days=3),
            )  # fmt: skip
            preparing.prepare(db, [stay], by=system("test"))
        return stay

    def act(self, client, stay_id, verdict, **more):
        with client.database.reading() as db:
            version = db.get_one(StayPreparation, stay_id).version
        form = {"verdict": verdict, "version": version} | more
        return client.post(f"/preparing/{stay_id}", data=form)

    def test_the_day_its_exceptions_and_its_items(self, client, guest_id, stay_id):
        page = client.get("/preparing", params={"on": str(TODAY + timedelta(days=1))}).text
        assert "1 arrival" in page
        assert "Buckwheat pillow" in page
        assert "Confirm first:" in page
        assert "0 prepared" in page
        assert client.get("/preparing", params={"on": "2026-12-24"}).status_code == 422

    def test_confirming_ticking_marking_and_taking_back(self, client, guest_id, stay_id):
        with client.database.reading() as db:
            claim = db.exec(select(Preference).where(col(Preference.code) == "AL.FEATHER")).one()
        assert self.act(client, stay_id, "confirm", preference_id=str(claim.id)).status_code == 303
        with client.database.reading() as db:
            items = db.exec(select(Preparation).where(col(Preparation.stay_id) == stay_id)).all()
            assert {item.code for item in items} == {"PL.BUCK", "AL.FEATHER"}
        self.act(client, stay_id, "done", item_id=str(items[0].id))
        self.act(client, stay_id, "prepared")
        with client.database.reading() as db:
            assert db.get_one(Preparation, items[0].id).done_by == client.staff_id
            assert db.get_one(StayPreparation, stay_id).prepared_by == client.staff_id
        self.act(client, stay_id, "open")
        stale = client.post(f"/preparing/{stay_id}", data={"verdict": "prepared", "version": 1})
        assert stale.status_code == 409
        assert "Somebody else changed this arrival meanwhile" in stale.text
        with client.database.reading() as db:
            assert db.get_one(StayPreparation, stay_id).prepared_at is None

    def test_by_rest_with_the_version_that_was_read(self, client, guest_id, stay_id):
        address = f"/api/v1/stays/{stay_id}/preparation"
        read = client.get(address)
        item = read.json()["items"][0]["id"]
        wanted = {"ticks": [{"id": item, "done": True}], "prepared": True}
        assert client.patch(address, json=wanted).status_code == 428
        done = client.patch(address, json=wanted, headers={"If-Match": read.headers["etag"]})
        assert done.json()["done"] == 1
        assert done.json()["prepared_by"] == "Mo Lan"
        late = client.patch(address, json=wanted, headers={"If-Match": read.headers["etag"]})
        assert late.status_code == 412
        listed = client.get("/api/v1/arrivals", params={"on": str(TODAY + timedelta(days=1))})
        assert (listed.json()["arrivals"], listed.json()["prepared"]) == (1, 1)


class TestCodes:
    def test_groups_are_folded_and_the_search_knows_pinyin(self, client, guest_id):
        folded = client.get("/codes").text
        assert "Pillow" in folded
        assert "PL.BUCK" not in folded
        assert "PL.BUCK" in client.get("/codes", params={"group": "PL"}).text
        assert "PL.BUCK" in client.get("/codes", params={"q": "qiaomai"}).text

    def test_switch_words_and_rule_are_the_hotels_own(self, client, guest_id):
        words = {"words_too": "1", "is_active": "on", "label_en": "Husk pillow", "version": 0}
        assert client.post("/codes/PL.BUCK", data=words).status_code == 303
        assert client.post("/codes/PL.BUCK", data={"version": 1}).status_code == 303
        assert client.post("/codes/PL.BUCK", data={"version": 1}).status_code == 409
        rule = {"policy": "before_anyone", "group_max": "2", "version": 0}
        assert client.post("/codes/groups/PL", data=rule).status_code == 303
        bad = client.post("/codes/groups/PL", data=rule | {"group_max": "lots", "version": 1})
        assert bad.status_code == 422
        with client.database.reading() as db:
            kept = db.get_one(HotelCode, (client.hotel_id, "PL.BUCK"))
            assert (kept.is_active, kept.label_en, kept.label_zh) == (False, "Husk pillow", None)
            policy = db.get_one(GroupPolicy, (client.hotel_id, "PL"))
            assert (policy.policy, policy.group_max) == (ReviewPolicy.BEFORE_ANYONE, 2)

    def test_a_code_of_ones_own(self, client, guest_id):
        form = {
            "group": "BD", "name": "tatami", "label_en": "Tatami", "label_zh": "榻榻米",
            "occasion": "pre-arrival", "acts": ["HK"],
        }  # fmt: skip
        assert client.post("/codes/new", data=form).headers["location"] == "/codes?group=BD"
        taken = client.post("/codes/new", data=form)
        assert taken.status_code == 409
        assert client.post("/codes/new", data=form | {"name": "tat ami"}).status_code == 422
        with client.database.reading() as db:
            made = db.get_one(PreferenceCode, "BD.TATAMI")
            assert (made.acts, made.owner_id) == (["HK"], UUID(str(client.hotel_id)))
