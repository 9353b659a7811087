"""Imports and reviews over REST: dry run, commit, progress, rejects, undo, once per key."""

import csv
import io
import json
from pathlib import Path
from uuid import uuid4

import pytest

from crm.intake import committing
from crm.kit import jobs
from tests import factories
from tests.conftest import Client
from web.api import imports as door

HERE = "/api/v1/imports"
BOOKINGS = Path(__file__).parents[2] / "data" / "hotel_bookings_every60th.csv"
GUESTS = "id,name,phone,birthday\n1,陈静怡,13800138000,\n2,李娜,ask,03/04/1990\n"


@pytest.fixture(autouse=True)
def data_folder(client: Client, tmp_path: Path) -> Path:
    client.app.state.settings.data_dir = tmp_path  # type: ignore[attr-defined]
    return tmp_path


def sent(client: Client, text: str | bytes = GUESTS, *, status: int = 201, **form: str) -> dict:
    raw = text.encode() if isinstance(text, str) else text
    headers = form.pop("headers", None)
    answer = client.post(
        HERE,
        files={"file": ("guests.csv", raw, "text/csv")},
        data={"kind": "guests"} | form,
        headers=headers,  # type: ignore[arg-type]
    )
    assert answer.status_code == status, answer.text
    return dict(answer.json())


def counts(body: dict) -> list[int]:
    names = ("rows", "new", "matched", "unchanged", "unclear", "rejected")
    return [body[name] for name in names]


class TestTheWay:
    def test_dry_run_commit_rejects_undo(self, client: Client) -> None:
        client.as_("file_centre")
        dry = sent(client)
        assert counts(dry) == [2, 1, 0, 0, 0, 1]
        assert (dry["state"], dry["encoding"], dry["delimiter"]) == ("checked", "utf-8", ",")
        assert [p["line"] for p in dry["problems"]] == [3]
        assert {r["code"] for r in dry["problems"][0]["reasons"]} == {
            "not_a_phone",
            "date_ambiguous",
        }
        assert dry["columns"][1]["field"] == "name"
        where = f"{HERE}/{dry['id']}"
        done = client.post(f"{where}/commit")
        assert (done.status_code, counts(done.json())) == (200, [2, 1, 0, 0, 0, 1])
        assert client.get(where).json()["state"] == "committed"
        rejects = client.get(f"{where}/rejects.csv")
        assert rejects.headers["content-type"].startswith("text/csv")
        table = list(csv.reader(io.StringIO(rejects.content.decode("utf-8-sig"), newline="")))
        assert table[1][:4] == ["2", "李娜", "ask", "03/04/1990"]
        again = sent(client)
        assert counts(again) == [2, 0, 0, 1, 0, 1]
        undone = client.post(f"{where}/undo").json()
        assert (undone["state"], undone["kept_count"]) == ("undone", 0)
        assert [row["state"] for row in client.get(HERE).json()["items"]] == ["checked", "undone"]

    def test_the_public_preset_by_a_key_of_the_group(self, client: Client) -> None:
        client.with_key("import:run")
        with client.database.writing() as db:
            secret = factories.a_key(db, "import:run", hotel_id=None)
        client.headers["Authorization"] = f"Bearer {secret}"
        dry = sent(client, BOOKINGS.read_bytes(), kind="stays", preset="hotel-bookings")
        assert counts(dry) == [1990, 1990, 0, 0, 0, 0]
        done = client.post(f"{HERE}/{dry['id']}/commit").json()
        assert counts(done) == [1990, 1990, 0, 0, 0, 0]
        again = sent(client, BOOKINGS.read_bytes(), kind="stays", preset="hotel-bookings")
        assert counts(again) == [1990, 0, 0, 1990, 0, 0]

    def test_a_key_of_one_hotel_brings_its_rows_there(self, client: Client) -> None:
        client.with_key("import:run")
        dry = sent(client, BOOKINGS.read_bytes(), kind="stays", preset="hotel-bookings")
        assert counts(dry) == [1990, 1990, 0, 0, 0, 0]
        assert dry["hotel_id"] == str(client.hotel_id)

    def test_large_imports_go_on_by_themselves(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(door, "AT_ONCE_ROWS", 100)
        monkeypatch.setattr(committing, "BATCH_ROWS", 500)
        client.as_("file_centre")
        text = "id,name\n" + "".join(f"{n},客人{n}\n" for n in range(700))
        dry = sent(client, text)
        where = f"{HERE}/{dry['id']}"
        answer = client.post(f"{where}/commit")
        assert (answer.status_code, answer.json()["state"]) == (202, "committing")
        assert client.post(f"{where}/commit").status_code == 202
        assert jobs.work_off(client.database, limit=1) == 1
        assert client.get(where).json()["rows_done"] == 500
        jobs.work_off(client.database)
        assert counts(client.get(where).json()) == [700, 700, 0, 0, 0, 0]
        assert client.post(f"{where}/undo").status_code == 202
        jobs.work_off(client.database)
        assert client.get(where).json()["state"] == "undone"

    def test_a_mapping_and_a_preset_kept(self, client: Client) -> None:
        client.as_("file_centre")
        mapping = {"system": "opera", "columns": {"N": "name", "B": {"field": "birthday",
                   "format": "dd/mm/yyyy"}}}  # fmt: skip
        dry = sent(client, "N,B,X\n陈静怡,03/04/1990,1\n", mapping=json.dumps(mapping))
        assert counts(dry) == [1, 1, 0, 0, 0, 0]
        kept = client.post(f"{HERE}/{dry['id']}/preset", json={"name": "opera-guests"})
        assert kept.status_code == 201
        names = [p["name"] for p in client.get(f"{HERE}/presets").json()["items"]]
        assert names == ["hotel-bookings", "opera-guests"]
        again = sent(client, "N,B\n李娜,13/04/1990\n", preset="opera-guests")
        assert (counts(again), again["mapping"]["system"]) == ([1, 1, 0, 0, 0, 0], "opera")

    def test_the_same_key_takes_a_file_in_once(self, client: Client) -> None:
        client.as_("file_centre")
        once = {"Idempotency-Key": "k1"}
        first = sent(client, headers=once)  # type: ignore[arg-type]
        assert sent(client, headers=once)["id"] == first["id"]  # type: ignore[arg-type]
        assert len(client.get(HERE).json()["items"]) == 1
        other = sent(client, "id,name\n9,x\n", status=409, headers=once)  # type: ignore[arg-type]
        assert other["code"] == "idempotency_reused"

    def test_a_process_that_dies_after_taking_the_file_leaves_one_import(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The key is taken with the import; whoever asks again finishes that one."""
        client.as_("file_centre")
        once = {"Idempotency-Key": "k2"}
        with monkeypatch.context() as dying:
            dying.setattr(door.Imports, "check", _die)
            with pytest.raises(Died):
                sent(client, headers=once)  # type: ignore[arg-type]
        (left,) = client.get(HERE).json()["items"]
        assert left["state"] == "uploaded"
        again = sent(client, headers=once)  # type: ignore[arg-type]
        assert (again["id"], again["state"], counts(again)[0]) == (left["id"], "checked", 2)
        assert sent(client, headers=once) == again  # type: ignore[arg-type]
        assert len(client.get(HERE).json()["items"]) == 1

    def test_two_at_once_with_one_key_are_one_import(
        self, client: Client, data_folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The second has looked before the first was kept; it loses its own and answers alike."""
        client.as_("file_centre")
        once = {"Idempotency-Key": "k3"}
        first = sent(client, headers=once)  # type: ignore[arg-type]
        monkeypatch.setattr(door._Once, "before", lambda _: None)
        assert sent(client, headers=once) == first  # type: ignore[arg-type]
        assert len(client.get(HERE).json()["items"]) == 1
        assert [one.name for one in (data_folder / "imports").iterdir()] == [first["id"]]


class Died(Exception):
    """Stands for a process that is no more."""


def _die(*_: object, **__: object) -> None:
    raise Died


class TestRefusals:
    @pytest.mark.parametrize(
        ("text", "form", "code"),
        [
            ("", {}, "empty_file"),
            ("name\n", {}, "no_rows"),
            ("x,y\n1,2\n", {}, "nothing_mapped"),
            ("city\nA\n", {}, "key_missing"),
            (GUESTS, {"preset": "none"}, "unknown_preset"),
            (GUESTS, {"preset": "hotel-bookings"}, "unknown_preset"),
            (GUESTS, {"mapping": "{"}, "bad_mapping"),
            (GUESTS, {"mapping": "[]"}, "bad_mapping"),
            (GUESTS, {"mapping": '{"columns": {"nope": "name"}}'}, "column_missing"),
            (GUESTS, {"mapping": '{"columns": {"name": "nope"}}'}, "unknown_field"),
            (GUESTS, {"mapping": '{"columns": {"name": "name", "id": "name"}}'}, "field_twice"),
            (
                GUESTS,
                {"mapping": '{"columns": {"name": {"field": "name", "format": "x"}}}'},
                "bad_format",
            ),
            (GUESTS, {"mapping": '{"colums": {}}'}, "bad_mapping"),
            (GUESTS, {"hotel": "NOPE"}, "hotel"),
            (GUESTS, {"hotel": "no such code"}, "bad_choice"),
            (GUESTS, {"encoding": "rot13"}, "unknown_encoding"),
            (GUESTS, {"colour": "red"}, "unknown_part"),
            (GUESTS, {"kind": "cakes"}, "unfit"),
        ],
    )
    def test_each_has_its_code_and_leaves_nothing(
        self, client: Client, data_folder: Path, text: str, form: dict[str, str], code: str
    ) -> None:
        client.as_("file_centre")
        assert sent(client, text, status=422, **form)["code"] == code
        assert client.get(HERE).json()["items"] == []
        assert not list((data_folder / "imports").glob("*"))

    @pytest.mark.parametrize("at_once", [1000, 0])
    def test_who_lost_the_answer_may_ask_again(
        self, client: Client, monkeypatch: pytest.MonkeyPatch, at_once: int
    ) -> None:
        monkeypatch.setattr(door, "AT_ONCE_ROWS", at_once)
        client.as_("file_centre")
        where = f"{HERE}/{sent(client)['id']}"
        for deed, state in (("commit", "committed"), ("undo", "undone")):
            client.post(f"{where}/{deed}")
            jobs.work_off(client.database)
            done = client.get(where).json()
            again = client.post(f"{where}/{deed}")
            assert (again.status_code, done["state"]) == (200, state)
            assert client.get(where).json() == done

    def test_what_is_not_there_or_not_ready(self, client: Client) -> None:
        client.as_("file_centre")
        assert client.get(f"{HERE}/{uuid4()}").status_code == 404
        assert client.post(f"{HERE}/{uuid4()}/commit").status_code == 404
        dry = sent(client)
        early = client.post(f"{HERE}/{dry['id']}/undo")
        assert (early.status_code, early.json()["code"]) == (409, "import_state")

    def test_imports_of_another_hotel_are_not_there(self, client: Client) -> None:
        client.with_key("import:run")
        mine = sent(client)["id"]
        with client.database.writing() as db:
            other = factories.a_hotel(db, "ZZ9")
        client.with_key("import:run", hotel_id=other)
        assert client.get(f"{HERE}/{mine}").status_code == 404
        assert client.post(f"{HERE}/{mine}/commit").status_code == 404
        assert client.get(f"{HERE}/{mine}/rejects.csv").status_code == 404
        assert client.get(HERE).json()["items"] == []

    @pytest.mark.parametrize("role", ["front_desk", "marketing", "it", "housekeeping"])
    def test_who_may_not(self, client: Client, role: str) -> None:
        client.as_(role)
        assert sent(client, status=403)["code"] == "permission"
        assert client.get("/api/v1/reviews").status_code == 403


class TestReviews:
    def waiting(self, client: Client) -> dict:
        client.as_("file_centre")
        for text in ("name,phone\n陈静怡,13800138000\n", "name,phone\n李娜,13800138000\n"):
            dry = sent(client, text)
            client.post(f"{HERE}/{dry['id']}/commit")
        found = client.get("/api/v1/reviews").json()["items"]
        assert len(found) == 1
        return dict(found[0])

    def test_shows_the_row_beside_the_guest_masked_in_the_list(self, client: Client) -> None:
        row = self.waiting(client)
        assert (row["reason"]["code"], row["line"]) == ("name_differs", 2)
        assert row["incoming"]["name"] == "李娜"
        assert "138" not in row["incoming"]["phone"] + row["candidates"][0]["phones"][0]
        whole = client.get(f"/api/v1/reviews/{row['id']}").json()
        assert whole["candidates"][0]["phones"] == ["13800138000"]

    @pytest.mark.parametrize(
        ("verdict", "outcome", "guests"),
        [("accept", "unchanged", 1), ("new", "new", 2), ("reject", "rejected", 1)],
    )
    def test_is_decided_once(self, client: Client, verdict: str, outcome: str, guests: int) -> None:
        row = self.waiting(client)
        body = {"verdict": verdict}
        if verdict == "accept":
            body["guest_id"] = row["candidates"][0]["guest_id"]
        here = f"/api/v1/reviews/{row['id']}/decide"
        answer = client.post(here, json=body)
        assert answer.status_code == 200, answer.text
        assert answer.json()["outcome"] in (outcome, "matched")
        sheet = client.get(f"{HERE}/{row['import_id']}").json()
        assert (sheet["unclear"], sum(counts(sheet)[1:])) == (0, 1)
        assert client.post(here, json=body).json()["code"] == "review_decided"
        assert client.get("/api/v1/reviews").json()["items"] == []

    def test_a_decision_is_taken_back_with_the_import(self, client: Client) -> None:
        row = self.waiting(client)
        client.post(f"/api/v1/reviews/{row['id']}/decide", json={"verdict": "new"})
        undone = client.post(f"{HERE}/{row['import_id']}/undo").json()
        assert undone["kept_count"] == 0

    def test_only_a_candidate_can_be_chosen(self, client: Client) -> None:
        row = self.waiting(client)
        here = f"/api/v1/reviews/{row['id']}/decide"
        for body, code in (
            ({"verdict": "accept"}, "guest_missing"),
            ({"verdict": "accept", "guest_id": str(uuid4())}, "guest"),
            ({"verdict": "perhaps"}, "unfit"),
        ):
            answer = client.post(here, json=body)
            assert (answer.status_code, answer.json()["code"]) == (422, code)
