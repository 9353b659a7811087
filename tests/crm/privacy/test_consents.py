"""What a guest allows is taken down with its proof, and never written over."""

import pytest
from pydantic import ValidationError
from sqlmodel import select

from crm.audit.tables import AuditRow
from crm.kit.errors import NotAllowed, NotFound
from crm.kit.tables import EventRow
from crm.privacy.consents import capture_consent, consents_of
from crm.privacy.schemas import ConsentGiven
from crm.privacy.terms import ConsentChannel, ConsentPurpose, ConsentState
from tests import factories

YES = ConsentGiven(
    channel=ConsentChannel.EMAIL, purpose=ConsentPurpose.GREETINGS, words="May we write to you?"
)
NO = YES.model_copy(update={"state": ConsentState.WITHDRAWN})


@pytest.fixture
def hotel(db):
    return factories.a_hotel(db)


@pytest.fixture
def guest(db, hotel):
    return factories.a_guest(db, created_at_hotel=hotel)


def colleague(db, role, hotel):
    return factories.an_actor(role, hotel, factories.a_staff(db, role, hotel))


class TestCapture:
    def test_adds_a_row_for_every_answer_newest_first(self, db, hotel, guest):
        lin = colleague(db, "front_desk", hotel)
        assert [capture_consent(db, guest, given, by=lin) for given in (YES, NO)] == [1, 2]
        answers = consents_of(db, guest, by=lin)
        assert [(each.no, each.state) for each in answers] == [
            (2, ConsentState.WITHDRAWN),
            (1, ConsentState.GIVEN),
        ]
        assert {each.by_id for each in answers} == {lin.staff_id}
        assert {each.source for each in answers} == {"desk"}

    def test_leaves_one_audit_row_and_one_event_without_the_words(self, db, hotel, guest):
        capture_consent(db, guest, YES, by=colleague(db, "front_desk", hotel))
        (line,) = db.exec(select(AuditRow)).all()
        assert (line.guest_id, line.fields) == (guest, ["consent.state"])
        (event,) = db.exec(select(EventRow)).all()
        assert event.kind == "consent.captured"
        assert "May we" not in str(event.payload)

    @pytest.mark.parametrize("role", ["housekeeping", "food_beverage", "marketing", "it"])
    def test_is_not_for_everybody(self, db, hotel, guest, role):
        with pytest.raises(NotAllowed):
            capture_consent(db, guest, YES, by=colleague(db, role, hotel))

    def test_of_a_guest_out_of_reach_looks_like_none(self, db, guest):
        elsewhere = factories.a_hotel(db)
        with pytest.raises(NotFound):
            capture_consent(db, guest, YES, by=colleague(db, "front_desk", elsewhere))

    def test_needs_words(self):
        with pytest.raises(ValidationError):
            ConsentGiven(channel="email", purpose="greetings", words=" ")


class TestConsents:
    def test_are_not_for_those_without_the_permission(self, db, hotel, guest):
        with pytest.raises(NotAllowed):
            consents_of(db, guest, by=colleague(db, "food_beverage", hotel))
