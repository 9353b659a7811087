"""The complaints of the planted house: a case in full, what was given for it, what guests said."""

from datetime import timedelta
from uuid import UUID, uuid4

from sqlmodel import Session

from campaigns.holds.tables import OutreachHold
from crm.complaints.tables import (
    ArrivalCheck,
    CaseWord,
    Complaint,
    ComplaintEscalation,
    ComplaintPause,
    ComplaintStaff,
    ComplaintStep,
    Prevention,
)
from crm.complaints.terms import CaseClock, CaseSource, CaseStatus, Severity, WordLevel
from crm.feedback.signing import token_of
from crm.feedback.tables import GuestReview, Survey
from crm.hotels.terms import DepartmentCode
from crm.kit import clock
from crm.recovery.tables import Compensation
from crm.recovery.terms import OfferKind, RecoveryState
from crm.staff.terms import Role
from crm.standing.tables import GuestStanding
from crm.standing.terms import Credit, Satisfaction
from crm.stays.terms import (
    StayStatus,
)
from tests import factories
from tests.conftest import SECRET
from tests.contracts.planted_house import House
from tests.factories import TODAY, put


def plant_case(db: Session, house: House) -> None:
    manager = house.staff[Role.DUTY_MANAGER, house.here]
    now = clock.now()
    case = put(
        db,
        Complaint(
            hotel_id=house.here,
            number=1042,
            source=CaseSource.IN_HOUSE,
            guest_id=house.guest,
            stay_id=house.stay,
            room_no="1808",
            category="noise",
            cause="casecause-basalt",
            severity=Severity.SERIOUS,
            headline="caseheadline-quartz",
            words="casewords-basalt",
            department=DepartmentCode.ENGINEERING,
            status=CaseStatus.INVESTIGATING,
            owner_id=manager,
            opened_at=now,
            opened_by=manager,
            due_at=now + timedelta(hours=4),
            satisfaction=4,
            given="casegiven-opal",
            cost_minor=3141593,
            currency="CNY",
            next_stay_check="nextcheck-quartz",
            visitor_name="casevisitor-basalt",
            visitor_contact="casecontact-basalt",
            place="caseplace-basalt",
            item="caseitem-basalt",
            cause_detail="casedetail-basalt",
            happened_at=now - timedelta(hours=1),
            first_reply_due_at=now + timedelta(minutes=15),
            first_replied_at=now,
            solved_at=now,
            talk_id=uuid4(),
            departs_at=now + timedelta(hours=20),
        ),
    )
    put(
        db,
        ComplaintStep(
            complaint_id=case.id,
            no=1,
            at=now,
            by_id=manager,
            status_after=CaseStatus.INVESTIGATING,
            words="stepwords-basalt",
        ),
    )
    put(
        db,
        CaseWord(
            level=WordLevel.CATEGORY, code="noise", name_en="Noise zqword", name_zh="噪音zqword",
            department=DepartmentCode.ENGINEERING,
        ),
    )  # fmt: skip
    put(
        db,
        CaseWord(
            level=WordLevel.CAUSE, code="air_conditioner", parent="noise",
            name_en="Air conditioner zqword", name_zh="空调噪音zqword",
        ),
    )  # fmt: skip
    put(db, ComplaintPause(complaint_id=case.id, no=1, from_at=now, until_at=now))
    put(db, ComplaintStaff(complaint_id=case.id, staff_id=house.staff[Role.FRONT_DESK, house.here]))
    prevention = put(
        db,
        Prevention(
            hotel_id=house.here,
            complaint_id=case.id,
            category="noise",
            cause="casecause-basalt",
            words="preventionwords-basalt",
            owner_id=manager,
            check_back_on=TODAY + timedelta(days=30),
            made_at=now,
            made_by=manager,
            checked_at=now,
            checked_by=manager,
            checked_words="preventionlook-basalt",
            helped=True,
        ),
    )
    put(
        db,
        ComplaintEscalation(
            complaint_id=case.id, clock=CaseClock.SOLUTION, level=1, at=now, told_role="owner"
        ),
    )
    put(
        db,
        ArrivalCheck(
            complaint_id=case.id,
            guest_id=house.guest,
            hotel_id=house.here,
            words="nextcheck-quartz",
            made_at=now,
            stay_id=house.stay,
            done_at=now,
            done_by=manager,
        ),
    )
    put(
        db,
        OutreachHold(
            complaint_id=case.id,
            since_at=now - timedelta(minutes=37),
            until_at=now + timedelta(days=9),
            released_at=now + timedelta(days=8),
        ),
    )
    put(
        db,
        GuestStanding(
            guest_id=house.guest,
            satisfaction=Satisfaction.UNSATISFIED,
            tenths=37,
            credit=Credit.WATCH,
            changed_at=now,
        ),
    )
    house.ids["complaint_id"] = case.id
    house.ids["prevention_id"] = prevention.id


def plant_recovery(db: Session, house: House) -> None:
    """What was given for the case, what waits to be, and what the other hotel gave."""
    now = clock.now()
    for no, state in enumerate((RecoveryState.GIVEN, RecoveryState.WAITING)):
        line = put(db, a_compensation(house, house.here, house.ids["complaint_id"], state))
        line.asked_at = now + timedelta(seconds=no)
        house.ids["compensation_id"] = line.id
    db.flush()


def a_compensation(
    house: House, hotel_id: UUID, complaint_id: object, state: RecoveryState
) -> Compensation:
    here = hotel_id == house.here
    manager, boss = (house.staff[r, hotel_id] for r in (Role.DUTY_MANAGER, Role.GENERAL_MANAGER))
    return Compensation(
        hotel_id=hotel_id, complaint_id=complaint_id, offer_code="NIGHT",
        kind=OfferKind.VOUCHER, name_en="givenname-opal" if here else "foreigngiven-marble",
        name_zh="补名猫眼石" if here else "foreigngiven-marble",
        cost_minor=2236067 if here else 1, value_minor=1732051 if here else 1,
        points=223606 if here else 0, currency="CNY", severity=Severity.SERIOUS, state=state,
        needs_role=Role.GENERAL_MANAGER, words="givenwhy-opal" if here else None,
        asked_at=clock.now(), asked_by=manager, decided_at=clock.now(), decided_by=boss,
        decided_words="givendecided-opal" if here else None, given_at=clock.now(),
        given_by=manager, authority_id=boss, authority_on=TODAY,
    )  # fmt: skip


def plant_feedback(db: Session, house: House) -> None:
    """What she answered after an earlier stay, and what somebody wrote; the other hotel's too."""
    now = clock.now()
    for hotel, where in ((house.here, house.ids), (house.elsewhere, house.elsewhere_ids)):
        here = hotel == house.here
        boss = house.staff[Role.DUTY_MANAGER, hotel]
        stay = factories.a_stay(
            db, house.guest, hotel, status=StayStatus.CHECKED_OUT, room_no="1808",
            arrival_on=TODAY - timedelta(days=60), confirmation_no=None,
        )  # fmt: skip
        case = house.ids["complaint_id"] if here else None
        survey = Survey(
            hotel_id=hotel, stay_id=stay, made_at=now, made_by=boss, answered_at=now,
            answered_on=TODAY, language="en", score=3, may_call=True, read_at=now, read_by=boss,
            expires_at=now + timedelta(days=30), complaint_id=case,
            words="surveywords-onyx" if here else "foreignsurvey-marble",
        )  # fmt: skip
        where["survey_id"] = where["row_id"] = put(db, survey).id
        if here:
            house.ids["token"] = _link_that_is_open(db, house)
        where["survey_stay"] = stay
        review = GuestReview(
            hotel_id=hotel, site="zqreviewsite" if here else "foreignreview-marble",
            external_id="zqreviewid" if here else "foreignreview-marble", written_on=TODAY,
            score="2", scale=5, score_tenths=40, author="reviewauthor-onyx" if here else None,
            language="en", title="reviewtitle-onyx" if here else None,
            words="reviewwords-onyx" if here else "foreignreview-marble", imported_at=now,
            imported_by=boss, read_at=now, read_by=boss, complaint_id=case,
        )  # fmt: skip
        where["guest_review_id"] = put(db, review).id


def _link_that_is_open(db: Session, house: House) -> str:
    """The token of a survey that nobody has answered yet."""
    stay = factories.a_stay(
        db, house.guest, house.here, status=StayStatus.CHECKED_OUT, room_no="1808",
        arrival_on=TODAY - timedelta(days=70), confirmation_no=None,
    )  # fmt: skip
    ends = clock.now() + timedelta(days=30)
    asked = put(db, Survey(hotel_id=house.here, stay_id=stay, made_at=clock.now(), expires_at=ends))
    return token_of(asked.id, ends, SECRET)
