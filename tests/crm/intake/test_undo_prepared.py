"""What arrivals prepared by themselves hang on an imported stay goes with it when it is undone."""

from sqlmodel import col, select

from crm.kit import clock
from crm.preferences import master
from crm.preferences.tables import Preference
from crm.preferences.terms import PreferenceSource, PreferenceStatus
from crm.preparing import service
from crm.staff.actor import system
from crm.stays.tables import Stay
from crm.stays.terms import StayStatus
from tests.crm.intake.conftest import House
from tests.crm.intake.samples import STAYS
from tests.factories import put


def test_a_prepared_stay_is_not_one_that_somebody_used(house: House) -> None:
    house.run("guests", "姓名,手机,会员号\n陈静怡,13800138000,7000\n周杰,13700137000,7001\n")
    with house.database.writing() as db:
        master.load(db)
    done = house.run("stays", STAYS)
    with house.database.writing() as db:
        first = db.exec(select(Stay).where(col(Stay.guest_id).is_not(None))).first()
        assert first is not None
        assert first.guest_id is not None
        before, first.status = first.status, StayStatus.IN_HOUSE
        claim = put(db, Preference(guest_id=first.guest_id, code="PL.BUCK",
                                   source=PreferenceSource.TOLD, noted_at=clock.now(),
                                   status=PreferenceStatus.CONFIRMED))  # fmt: skip
        assert service.prepare(db, [first.id], by=system("test")).added == 1
        first.status = before
        db.flush()
        claim_id = claim.id
    assert house.undo(done.id) == 0
    with house.database.reading() as db:
        assert db.get(Preference, claim_id) is not None
        assert db.exec(select(Stay)).all() == []
