"""The page of events for systems that poll: who learns of which kinds."""

import pytest

from crm.profile.news import events_after
from tests.crm.complaints.made import a_case
from tests.factories import a_guest, a_hotel, an_actor


@pytest.mark.parametrize(
    ("role", "learns"),
    [("duty_manager", True), ("front_desk", False), ("housekeeping", False)],
)
def test_that_a_guest_has_a_case_is_told_to_whom_cases_are_told(db, role, learns):
    hotel = a_hotel(db)
    guest = a_guest(db, created_at_hotel=hotel)
    a_case(db, hotel, guest_id=guest, is_sensitive=True)
    db.flush()
    found = events_after(db, by=an_actor(role, hotel), after=None).items
    assert ("complaint.opened" in {event.kind for event in found}) is learns
    asked = events_after(db, by=an_actor(role, hotel), after=None, kind="complaint.opened").items
    assert bool(asked) is learns
