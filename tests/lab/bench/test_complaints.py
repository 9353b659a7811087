"""A house with ten years of complaints is one that the product could have made, and is measured."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select, text
from sqlmodel import col

from crm.complaints.boarding import board
from crm.complaints.queries import complaint
from crm.complaints.tables import Complaint, ComplaintStep
from crm.complaints.terms import CaseStatus
from crm.hotels.tables import Hotel
from crm.kit import clock
from crm.kit.db import Database
from crm.kit.ids import new_id
from crm.staff.actor import staff_of
from crm.staff.terms import Role
from lab.bench import complaints
from lab.bench.house.cases import DAYS, FIRST_NO
from lab.bench.house.plan import Size
from lab.bench.house.seed import file_of, seed
from lab.bench.measuring import Effort

SIZE = Size(400, more_cases=600)


def test_ten_years_of_cases_stand_beside_the_house(database: Database) -> None:
    seed(database, SIZE)
    more = col(Complaint.number) >= FIRST_NO
    with database.reading() as db:
        connection = db.connection()
        counted = select(col(Complaint.status), func.count()).where(more).group_by(Complaint.status)
        by_status = {row[0]: row[1] for row in connection.execute(counted)}
        assert by_status.pop(CaseStatus.CLOSED) == 480
        assert sum(by_status.values()) == 120
        first, last = connection.execute(
            select(func.min(Complaint.opened_at), func.max(Complaint.opened_at)).where(more)
        ).one()
        assert timedelta(days=DAYS - 2) < last - first <= timedelta(days=DAYS + 1)
        assert last <= clock.now()
        if database.is_sqlite:
            assert not connection.execute(text("PRAGMA foreign_key_check")).all()
        newest = (
            select(col(ComplaintStep.status_after))
            .where(col(ComplaintStep.complaint_id) == col(Complaint.id))
            .order_by(col(ComplaintStep.no).desc())
            .limit(1)
            .scalar_subquery()
        )
        wrong = select(func.count()).where(more, newest != col(Complaint.status))
        assert connection.scalar(wrong) == 0
        hotel_id = connection.scalar(select(col(Hotel.id)).where(col(Hotel.code) == "B1"))
        by = staff_of([Role.DUTY_MANAGER], staff_id=new_id(), name="Duty", hotel_id=hotel_id)
        cards = board(db, by=by).cards
        assert any(card.in_house and card.next_due_at for card in cards)
        assert complaint(db, cards[0].id, by=by).room_no


def test_it_is_measured_through_its_doors(tmp_path: Path) -> None:
    url = f"sqlite:///{file_of(tmp_path, SIZE)}"
    database = Database(url)
    seed(database, SIZE)
    database.dispose()
    with ThreadPoolExecutor(1) as apart:  # a browser of this process may hold this thread's loop
        measured = apart.submit(complaints.measure, url, SIZE, tmp_path, Effort(calls=2)).result()
    lines = {line.name.partition(": ")[2]: line for line in measured}
    assert " open, " in lines["the board"].note
    assert lines["a new case"].target == "server p99 ≤ 30"
    assert {line.kept is not None for line in measured} == {True, False}
    assert lines["who came back"].kept is None
    assert all(line.server_p50 for line in measured)
