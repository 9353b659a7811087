"""Habits through REST: read, answered once, and a hotel's own words on bills."""

import pytest

from crm.preferences import master
from crm.sensing.tables import Habit
from crm.sensing.terms import HabitState, Occasion
from crm.staff.terms import Role
from tests import factories
from tests.conftest import Client


@pytest.fixture
def habit(client: Client):
    hotel = client.hotel_id
    with client.database.writing() as db:
        master.load(db)
        guest = factories.a_guest(db)
        factories.a_stay(db, guest, hotel)
        row = Habit(
            guest_id=guest, hotel_id=hotel, code="FL.HIGH", occasion=Occasion.ROOM,
            cases=4, out_of=5, base_per_mille=110, lift_percent=727, threshold=12,
            last_case_on=factories.TODAY, found_at=factories.clock.now(), state=HabitState.OPEN,
            against_code="FL.LOW",
        )  # fmt: skip
        factories.put(db, row)
        return str(guest), str(row.id)


class TestHabits:
    def test_are_read_with_their_evidence_and_what_they_contradict(self, client, habit):
        guest, key = habit
        client.as_(Role.FRONT_DESK)
        (one,) = client.get(f"/api/v1/guests/{guest}/habits").json()["items"]
        assert one["text"] == "High floor"
        assert one["evidence"] == {
            "code": "habit.floor_above",
            "values": {"cases": 4, "out_of": 5, "floor": 12, "house": "11"},
        }
        assert one["against"] == {"code": "FL.LOW", "text": "Low floor"}
        assert [row["id"] for row in client.get("/api/v1/habits").json()["items"]] == [key]

    def test_are_accepted_once_with_the_words_that_were_read(self, client, habit):
        guest, key = habit
        client.as_(Role.FRONT_DESK)
        path = f"/api/v1/habits/{key}/accept"
        assert client.post(path).status_code == 428
        tag = client.get(f"/api/v1/habits/{key}").headers["etag"]
        done = client.post(path, headers={"If-Match": tag})
        assert (done.status_code, done.json()["state"]) == (200, "accepted")
        assert client.post(path, headers={"If-Match": tag}).status_code == 412
        again = client.post(path, headers={"If-Match": done.headers["etag"]})
        assert (again.status_code, again.json()["code"]) == (409, "habit_not_open")
        (known,) = client.get(f"/api/v1/guests/{guest}/preferences").json()
        assert (known["code"], known["source"]) == ("FL.HIGH", "sensed")
        assert client.get(f"/api/v1/guests/{guest}/habits").json()["items"] == []

    def test_of_another_hotel_s_guest_are_not_there(self, client, habit):
        guest, key = habit
        with client.database.writing() as db:
            other = factories.a_hotel(db)
        client.as_(Role.FRONT_DESK, other)
        assert client.get(f"/api/v1/habits/{key}").status_code == 404
        dismissed = client.post(f"/api/v1/habits/{key}/dismiss", headers={"If-Match": '"1"'})
        assert dismissed.status_code == 404
        assert client.get(f"/api/v1/guests/{guest}/habits").status_code == 404

    def test_are_no_instruction_for_a_machine_that_reads_what_to_do(self, client, habit):
        client.with_key("pref:read.operational")
        assert client.get("/api/v1/habits").json()["items"] == []


class TestOwnWords:
    def write(self, client, *rules):
        path = f"/api/v1/hotels/{client.hotel_id}/folio-rules"
        tag = client.get(path).headers["etag"]
        return client.put(path, json={"rules": list(rules)}, headers={"If-Match": tag})

    def test_are_written_as_a_whole(self, client, habit):
        client.as_(Role.FILE_CENTRE)
        rule = {"words": "spring bud|雨前", "code": "AM.TEA", "value": "Spring bud"}
        assert self.write(client, rule).json() == {"rules": [rule]}
        assert self.write(client).json() == {"rules": []}

    @pytest.mark.parametrize(
        ("rule", "fault", "where"),
        [
            ({"words": "peanut", "code": "AL.PEANUT"}, "code_not_sensed", "code"),
            ({"words": "lamb", "code": "DT.NOPORK"}, "code_not_sensed", "code"),
            ({"words": "x", "code": "NO.SUCH"}, "code_not_sensed", "code"),
            ({"words": "halal lamb", "code": "FV.DISH"}, "words_not_sensed", "words"),
        ],
    )
    def test_cannot_speak_of_health_and_faith(self, client, habit, rule, fault, where):
        client.as_(Role.FILE_CENTRE)
        refused = self.write(client, {"words": "tea", "code": "AM.TEA"}, rule)
        assert (refused.status_code, refused.json()["code"]) == (422, fault)
        assert refused.json()["errors"][0]["pointer"] == f"/rules/1/{where}"
