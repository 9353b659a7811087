"""The condition of the house on a page: lights, backups, held jobs and their release."""

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select
from sqlmodel import col

from crm.audit.tables import AuditRow
from crm.audit.terms import Deed
from crm.kit import clock, holding, jobs
from crm.kit.tables import JobRow
from crm.safekeeping.jobs import BACK_UP
from crm.safekeeping.tables import BackupRun
from crm.safekeeping.terms import Trigger
from crm.staff.terms import Role
from tests import factories


def soup(answer):
    return BeautifulSoup(answer.text, "html.parser")


def words(part):
    return " ".join(part.get_text(" ").split())


def held(database, number=2):
    with database.writing() as db:
        for _ in range(number):
            jobs.enqueue(db, "test.send")
        holding.hold(db, holding.RESTORED)


class TestLights:
    def test_have_a_word_beside_shape_and_colour_and_say_how_to_mend(self, client, database):
        held(database)
        page = soup(client.as_("it").get("/condition"))
        found = {words(each.select_one(".flag")): words(each) for each in page.select(".finding")}
        assert "serious" in found
        assert "notice" in found
        first = page.select_one(".finding")
        assert first.select_one(".flag-must svg")
        assert words(first.select_one("p"))
        assert "keshi jobs release" in words(page)
        assert page.select_one("#well").find_next("ul").select("li")

    @pytest.mark.parametrize("role", sorted(Role))
    def test_are_for_it_and_the_general_manager(self, client, role):
        allowed = role in (Role.IT, Role.GENERAL_MANAGER)
        answer = client.as_(role).get("/condition")
        assert (answer.status_code == 200) is allowed
        assert ('href="/condition"' in answer.text) is allowed

    def test_in_chinese(self, client):
        client.as_("it", language="zh-Hans")
        client.cookies.set("keshi_language", "zh-Hans")
        text = client.get("/condition").text
        assert "系统状况" in text
        assert "还没有备份" in text
        assert "Backups" not in text


class TestHeldJobs:
    def test_are_released_by_the_typed_word_and_the_audit_says_by_whom(self, client, database):
        held(database)
        client.as_("general_manager")
        page = soup(client.get("/condition"))
        assert "2 jobs wait" in words(page)
        refused = client.post("/condition/release", data={"confirm": "yes"})
        assert refused.status_code == 422
        assert soup(refused).select_one(".form-errors a")["href"] == "#confirm"
        with database.reading() as db:
            assert holding.state(db).jobs == 2
        assert client.post("/condition/release", data={"confirm": " Release "}).status_code == 303
        with database.reading() as db:
            assert holding.state(db) is None
            row = (
                db.connection()
                .execute(select(AuditRow.__table__).where(col(AuditRow.deed) == Deed.RELEASED))
                .one()
            )
        assert row.actor_id == client.staff_id
        assert "Held jobs" not in client.get("/condition").text
        assert client.post("/condition/release", data={"confirm": "release"}).status_code == 409

    def test_the_word_may_be_chinese(self, client, database):
        held(database)
        client.as_("it", language="zh-Hans")
        client.cookies.set("keshi_language", "zh-Hans")
        assert client.post("/condition/release", data={"confirm": "放行"}).status_code == 303


class TestBackups:
    def test_one_is_put_for_the_worker_once(self, client, database):
        client.as_("it")
        assert client.post("/condition/backup").status_code == 303
        assert client.post("/condition/backup").status_code == 303
        with database.reading() as db:
            query = select(func.count()).where(col(JobRow.name) == BACK_UP)
            assert db.connection().scalar(query) == 1
        page = client.get("/condition").text
        assert "one is under way" in page
        assert "Back up now" not in page

    def test_of_the_last_nights_are_listed_with_how_they_ended(self, client, database):
        facts = {"started_at": clock.now(), "finished_at": clock.now(), "trigger": Trigger.CLOCK}
        sizes = {"file_name": "f", "rows": 1_234_567, "size_bytes": 45_600_000}
        sizes |= {"backup_ms": 12_300, "drill_ms": 45_600}
        with database.writing() as db:
            factories.put(db, BackupRun(**facts, **sizes, verified=True))
            factories.put(db, BackupRun(**facts, error_code="backup_disk_full"))
            factories.put(db, BackupRun(**(facts | {"finished_at": None})))
            factories.put(db, BackupRun(**facts, **sizes))
        page = soup(client.as_("it").get("/condition"))
        rows = [words(row) for row in page.select("tbody tr")]
        text = " / ".join(rows)
        for part in ("1,234,567", "45.6", "12.3 + 45.6", "came back equal", "not finished",
                     "not tried", "backup_disk_full"):  # fmt: skip
            assert part in text
