"""The board and the card say when nobody went through a regular's file, and how far a room is."""

from datetime import timedelta

from crm.guests.terms import VipLevel
from crm.kit import clock
from crm.preferences import master
from crm.preferences.tables import Preference
from crm.preferences.terms import PreferenceSource, PreferenceStatus
from crm.preparing import queries as preparing
from crm.preparing import service
from crm.profile.board import board
from crm.profile.queries import card
from crm.staff.actor import system
from crm.staff.terms import Role
from crm.stays.terms import StayStatus
from tests import factories
from tests.factories import TODAY, put

LONG_AGO = clock.now() - timedelta(days=800)


def coming(db, hotel_id, guest_id):
    return factories.a_stay(
        db, guest_id, hotel_id, status=StayStatus.BOOKED, room_no="1808",
        arrival_on=TODAY, departure_on=TODAY + timedelta(days=1),
    )  # fmt: skip


def test_a_vips_stale_file_shows_on_board_and_card_and_a_newcomers_does_not(db):
    hotel_id = factories.a_hotel(db)
    vip = factories.a_guest(db, vip=VipLevel.V1, created_at=LONG_AGO)
    newcomer = factories.a_guest(db, created_at=LONG_AGO)
    for guest in (vip, newcomer):
        coming(db, hotel_id, guest)
    desk = factories.an_actor(Role.FRONT_DESK, hotel_id)
    stale = {row.guest_id: row.stale_months for row in board(db, by=desk).rows}
    assert stale[vip] > 24
    assert stale[newcomer] is None
    assert card(db, vip, by=desk).file.stale_months == stale[vip]
    assert card(db, newcomer, by=desk).file.stale_months is None
    kitchen = factories.an_actor(Role.FOOD_BEVERAGE, hotel_id)
    assert {row.stale_months for row in board(db, by=kitchen).rows} == {None}


def test_what_is_ticked_counts_on_the_board(db):
    master.load(db)
    hotel_id = factories.a_hotel(db)
    guest = factories.a_guest(db)
    for code in ("PL.BUCK", "CE.CAKE"):
        put(db, Preference(guest_id=guest, code=code, source=PreferenceSource.TOLD,
                           status=PreferenceStatus.CONFIRMED, noted_at=clock.now()))  # fmt: skip
    stay = coming(db, hotel_id, guest)
    service.prepare(db, [stay], by=system("test"))
    desk = factories.an_actor(Role.FRONT_DESK, hotel_id)
    [row] = board(db, by=desk).rows
    assert (row.prep_met, row.prep_wanted) == (0, 2)
    centre = factories.an_actor(
        Role.FILE_CENTRE, hotel_id, factories.a_staff(db, Role.FILE_CENTRE, hotel_id)
    )
    for item in preparing.arrival(db, stay, by=centre).items:
        service.tick(db, item.id, by=centre)
    [row] = board(db, by=desk).rows
    assert (row.prep_met, row.prep_wanted) == (2, 2)
