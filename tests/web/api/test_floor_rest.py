"""REST of the floor and of things found: once by their ids, versions, who sees whom."""

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from PIL import Image

from crm.preferences import master
from crm.stays.terms import StayStatus
from tests.factories import TODAY, a_guest, a_hotel, a_room, a_stay


@pytest.fixture
def rooms(client):
    """1808 with a guest inside, who is called 王芳, and 1809 left today by somebody else."""
    hotel = client.hotel_id
    with client.database.writing() as db:
        master.load(db)
        for no in ("1808", "1809"):
            a_room(db, hotel, no)
        a_stay(db, a_guest(db, "王芳", "Wang Fang"), hotel)
        gone = {"status": StayStatus.CHECKED_OUT, "departure_on": TODAY, "room_no": "1809"}
        a_stay(db, a_guest(db, "李伟", "Li Wei"), hotel, **gone)


def a_note(**more):
    return {"id": str(uuid4()), "room_no": "1808", "code": "PL.EXTRA", "whose": "here"} | more


class TestFloor:
    def test_names_nobody(self, client, rooms):
        told = client.as_("housekeeping").get("/api/v1/floor", params={"floor": "18"})
        assert [room["no"] for room in told.json()["rooms"]] == ["1808", "1809"]
        assert "PL.EXTRA" in told.json()["rooms"][0]["likely"]
        assert "王芳" not in told.text

    def test_a_note_is_made_once_told_without_a_guest_and_taken_back(self, client, rooms):
        client.as_("housekeeping")
        note = a_note()
        answers = [client.post("/api/v1/room-notes", json=note) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[0].json() == answers[1].json()
        assert set(answers[0].json()) == {
            "id", "room_no", "text", "state", "observed_at", "withdrawable_until",
        }  # fmt: skip
        back = client.post(f"/api/v1/room-notes/{note['id']}/withdraw")
        assert (back.status_code, back.json()["state"]) == (200, "withdrawn")

    @pytest.mark.parametrize(
        ("more", "status", "code"),
        [
            ({"room_no": "9999"}, 422, "room"),
            ({"code": "ZZ.NONE"}, 422, "code_unknown"),
            ({"code": None}, 422, "needed"),
            ({"guest_id": str(uuid4())}, 422, "extra_forbidden"),
            ({"room_no": "1809"}, 409, "stay_unclear"),
        ],
    )
    def test_what_cannot_be_noted_says_why(self, client, rooms, more, status, code):
        answer = client.as_("housekeeping").post("/api/v1/room-notes", json=a_note(**more))
        told = answer.json()
        assert answer.status_code == status
        assert code in {told["code"], *(each["code"] for each in told["errors"])}

    def test_a_problem_becomes_a_task(self, client, rooms):
        asked = {"id": str(uuid4()), "room_no": "1808", "what": "guest"}
        told = client.as_("housekeeping").post("/api/v1/room-problems", json=asked)
        assert (told.status_code, told.json()["department"]) == (201, "GR")

    def test_a_tick_of_nothing_is_not_there(self, client, rooms):
        answer = client.as_("housekeeping").post(
            f"/api/v1/room-ticks/{uuid4()}", json={"done": True}
        )
        assert answer.status_code == 404


class TestLostProperty:
    def found(self, client):
        asked = {"id": str(uuid4()), "kind": "ordinary", "what": "Blue scarf", "room_no": "1809"}
        asked["found_at"] = f"{TODAY}T04:00:00Z"
        made = client.post("/api/v1/lost-property", json=asked)
        assert made.status_code == 201
        assert client.post("/api/v1/lost-property", json=asked).json() == made.json()
        return made.headers["location"]

    def test_from_the_floor_to_its_owner(self, client, rooms):
        client.as_("housekeeping")
        here = self.found(client)
        out = BytesIO()
        Image.new("RGB", (40, 30), "teal").save(out, "PNG")
        kept = client.post(f"{here}/photo", files={"file": ("s.png", out.getvalue(), "image/png")})
        assert (kept.status_code, kept.headers["etag"]) == (200, '"2"')
        assert client.get(f"{here}/last-stays").status_code == 403

        client.as_("front_desk")
        (stay,) = client.get(f"{here}/last-stays").json()["items"]
        assert stay["guest"] == "李伟 Li Wei"
        claim = {"state": "claimed", "stay_id": stay["stay_id"]}
        assert client.post(f"{here}/settle", json=claim).status_code == 428
        stale = client.post(f"{here}/settle", json=claim, headers={"If-Match": '"1"'})
        assert stale.status_code == 412
        told = client.post(f"{here}/settle", json=claim, headers={"If-Match": '"2"'})
        assert (told.status_code, told.json()["guest"]) == (200, "李伟 Li Wei")
        photo = client.get(f"{here}/photo")
        assert photo.headers["content-disposition"].startswith("attachment")

        floor = client.as_("housekeeping").get(here)
        assert floor.json()["guest"] is None
        assert "李伟" not in floor.text

    def test_of_another_hotel_is_not_there(self, client, rooms):
        here = self.found(client.as_("housekeeping"))
        with client.database.writing() as db:
            elsewhere = a_hotel(db)
        client.as_("front_desk", elsewhere)
        for answer in (client.get(here), client.get(f"{here}/photo")):
            assert answer.status_code == 404

    def test_the_desk_s_pages_tell_and_settle(self, client, rooms):
        here = self.found(client.as_("housekeeping"))
        item = here.rpartition("/")[2]
        page = client.as_("front_desk").get(f"/lost/{item}")
        assert "李伟 Li Wei" in page.text
        done = client.post(
            f"/lost/{item}/settle", data={"version": 1, "state": "returned", "words": "At the desk"}
        )
        assert done.status_code == 303
        assert "Blue scarf" in client.get("/lost", params={"state": "gone"}).text
        assert "Blue scarf" not in client.get("/lost").text
        early = {"version": 2, "state": "disposed"}
        assert client.post(f"/lost/{item}/settle", data=early).status_code == 422


def test_a_stay_of_long_ago_is_not_suggested_as_present(client, rooms):
    with client.database.writing() as db:
        long = TODAY - timedelta(days=90)
        a_stay(db, a_guest(db), client.hotel_id, room_no="1809", arrival_on=long,
               departure_on=long + timedelta(days=2), status=StayStatus.CHECKED_OUT)  # fmt: skip
    here = TestLostProperty().found(client.as_("housekeeping"))
    stays = client.as_("front_desk").get(f"{here}/last-stays").json()["items"]
    assert [stay["was_there"] for stay in stays] == [True, False]
