"""Bodies of messages go when all about their reservation is over, and nothing else goes."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from crm.intake import forgetting
from crm.intake.messages import receive
from crm.intake.tables import IntakeMessage, MatchReview
from crm.intake.terms import MessageState, ReviewState
from crm.kit import clock
from crm.kit.ids import new_id
from crm.kit.settings import Settings
from crm.stays.tables import Stay
from tests.crm.intake import test_messages as told
from tests.crm.intake.test_messages import NOON, STORY, a_message, tell
from tests.factories import a_hotel

LEFT = datetime(2026, 11, 26, 12, tzinfo=UTC)
DAYS = 90


@pytest.fixture
def hotel(db: Session) -> object:
    return a_hotel(db, "LVH")


def bodies(db: Session) -> dict[str, bool]:
    """Message → whether its body is still there."""
    rows = db.connection().execute(select(IntakeMessage.message_id, IntakeMessage.body))
    return {row.message_id: row.body is not None for row in rows}


def after(days: int) -> datetime:
    return LEFT + timedelta(days=days)


@pytest.fixture
def story(db: Session, hotel: object) -> None:
    with clock.frozen(NOON):
        tell(db, *STORY)


def test_all_bodies_of_a_story_go_together_and_what_became_of_it_stays(
    db: Session, story: None
) -> None:
    before = [dict(r._mapping) for r in db.connection().execute(select(Stay.__table__))]
    with clock.frozen(after(DAYS - 1)):
        assert forgetting.forget_bodies(db, DAYS) == 0
    with clock.frozen(after(DAYS + 1)):
        assert forgetting.forget_bodies(db, DAYS) == len(STORY)
        assert forgetting.forget_bodies(db, DAYS) == 0
    assert not any(bodies(db).values())
    rows = db.connection().execute(select(IntakeMessage.state, IntakeMessage.subject)).all()
    assert {tuple(row) for row in rows} == {(MessageState.APPLIED, "R1")}
    assert before == [dict(r._mapping) for r in db.connection().execute(select(Stay.__table__))]
    assert receive(db, STORY[0], by=told.BY).repeated


def test_a_stay_to_come_keeps_its_story(db: Session, hotel: object) -> None:
    later = told.STAY | {"arrival_on": "2027-08-01", "departure_on": "2027-08-03"}
    with clock.frozen(NOON):
        tell(db, a_message("reservation", 0, stay=later, guest=told.GUEST))
    with clock.frozen(after(200)):
        assert forgetting.forget_bodies(db, DAYS) == 0


def test_a_late_word_keeps_all_of_it(db: Session, story: None) -> None:
    with clock.frozen(after(60)):
        tell(db, a_message("reservation", 99, stay={"wishes": "Lost a scarf"}))
    with clock.frozen(after(DAYS + 1)):
        assert forgetting.forget_bodies(db, DAYS) == 0


def test_what_is_parked_or_waits_for_a_person_stays(db: Session, story: None) -> None:
    with clock.frozen(NOON):
        tell(db, a_message("cancel", stay={"reservation_id": "R9"}))
    first = db.connection().scalar(select(col(IntakeMessage.id)).limit(1))
    db.add(MatchReview(id=new_id(), message_id=first, created_at=NOON, state=ReviewState.OPEN))
    db.flush()
    with clock.frozen(after(DAYS + 1)):
        assert forgetting.forget_bodies(db, DAYS) == 0


def test_a_word_after_it_was_forgotten_waits_for_a_person(db: Session, story: None) -> None:
    """Without its beginning the story would be told wrong: a guest who left would be booked."""
    with clock.frozen(after(DAYS + 1)):
        forgetting.forget_bodies(db, DAYS)
        tell(db, a_message("reservation", 500, message_id="late", stay={"room_no": "1"}))
    rows = db.connection().execute(select(IntakeMessage.message_id, IntakeMessage.state))
    states = {row.message_id: row.state for row in rows}
    assert states.pop("late") is MessageState.PARKED
    assert set(states.values()) == {MessageState.APPLIED}
    assert db.connection().scalar(select(col(Stay.room_no))) == "1612"


def test_how_long_is_a_setting() -> None:
    assert Settings(_env_file=None).message_days == DAYS
