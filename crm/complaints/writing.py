"""What every verb of a case does alike: hold it, sign a step, note it, tell the boards."""

from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.complaints import rules
from crm.complaints.events import ComplaintMoved
from crm.complaints.queries import no_such_case, within_reach, words_of
from crm.complaints.tables import Complaint, ComplaintPause, ComplaintStep
from crm.complaints.terms import CaseStatus, StepKind
from crm.hotels.tables import Department
from crm.hotels.terms import DepartmentCode
from crm.kit import clock
from crm.kit import events as news
from crm.kit.errors import ChangedMeanwhile, Invalid, RuleBroken, mark
from crm.kit.rows import cols
from crm.staff.actor import Actor
from crm.staff.policy import policy
from crm.staff.tables import Staff, StaffGrant
from crm.staff.terms import StaffState

WORDS_MAX = 1000


class CaseClosed(RuleBroken):
    def __init__(self) -> None:
        super().__init__(
            mark("This case is closed. Reopen it first, with the reason."), "complaint_closed"
        )


def held(
    db: Session,
    complaint_id: UUID,
    *,
    by: Actor,
    version: int | None = None,
    permission: str = "complaints.handle",
) -> Complaint:
    """The case, held until the end of the transaction.

    `NotFound` out of reach, `ChangedMeanwhile` when ``version`` is no longer the newest.
    """
    by.need(permission)
    case = db.exec(
        select(Complaint)  # type: ignore[call-overload]
        .where(col(Complaint.id) == complaint_id, within_reach(by))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if case is None:
        raise no_such_case()
    found: Complaint = case
    if version is not None and found.version != version:
        raise ChangedMeanwhile(
            "Somebody else changed this case meanwhile. Look at it again.", "changed_meanwhile"
        )
    return found


def held_open(
    db: Session, complaint_id: UUID, *, by: Actor, version: int | None = None
) -> Complaint:
    """The same, `CaseClosed` for a closed one."""
    case = held(db, complaint_id, by=by, version=version)
    if case.status is CaseStatus.CLOSED:
        raise CaseClosed
    return case


def stand(case: Complaint, status: CaseStatus) -> None:
    """Put a case where it now stands, and stop or start its two clocks accordingly."""
    case.status = status
    if rules.is_replied(status) and case.first_replied_at is None:
        case.first_replied_at = clock.now()
    if not rules.is_solved(status):
        case.solved_at = None
    elif case.solved_at is None:
        case.solved_at = clock.now()


def sign(
    db: Session, case: Complaint, kind: StepKind, words: str, *, by: Actor, is_new: bool = False
) -> None:
    """Write the case with its next step; a step raises the version, the first one does not."""
    if not is_new:
        case.version += 1
    db.add(case)
    last = db.connection().scalar(
        select(func.max(col(ComplaintStep.no))).where(col(ComplaintStep.complaint_id) == case.id)
    )
    db.add(
        ComplaintStep(
            complaint_id=case.id,
            no=1 + int(last or 0),
            at=clock.now(),
            by_id=by.staff_id,
            kind=kind,
            status_after=case.status,
            words=words[:WORDS_MAX],
        )
    )
    db.flush()


def noted(db: Session, case: Complaint, deed: Deed, *fields: str, by: Actor) -> None:
    audit.note(
        db,
        deed,
        by=by,
        subject="complaint",
        subject_id=case.id,
        guest_id=case.guest_id,
        fields=list(fields) or ["status"],
    )


def told(db: Session, case: Complaint, *, by: Actor) -> None:
    """Let the boards know that something about a case is new."""
    news.record(
        db,
        ComplaintMoved(
            guest_id=case.guest_id,
            hotel_id=case.hotel_id,
            by_id=by.id,
            complaint_id=case.id,
            number=case.number,
            status=case.status,
            version=case.version,
        ),
    )


def open_pause(db: Session, case: Complaint) -> ComplaintPause | None:
    """The pause that a case is in, None while its clocks run."""
    found: ComplaintPause | None = db.exec(
        select(ComplaintPause).where(  # type: ignore[call-overload]
            col(ComplaintPause.complaint_id) == case.id, col(ComplaintPause.until_at).is_(None)
        )
    ).scalar_one_or_none()
    return found


def end_pause(db: Session, case: Complaint) -> bool:
    """Let the clocks run again; False when they did."""
    pause = open_pause(db, case)
    if pause is None:
        return False
    pause.until_at = clock.now()
    db.add(pause)
    db.flush()
    return True


def need_words(db: Session, category: str, cause: str | None) -> tuple[bool, DepartmentCode | None]:
    """Whether a category is sensitive and whose matter it is.

    `Invalid` for a word that is not in the master list, is switched off, or belongs to another
    category. Before the list is loaded any word is taken.
    """
    known = words_of(db)
    if not known:
        return False, None
    word = known.get(category)
    if word is None or not word.is_on:
        raise Invalid(
            "This category is not in the list. Choose one of the list.",
            "case_category",
            pointer="/category",
        )
    if cause is not None and not any(w.code == cause and w.is_on for w in word.causes):
        raise Invalid(
            "This cause does not belong to the category. Choose one of its causes.",
            "case_cause",
            pointer="/cause",
        )
    return word.is_sensitive, word.department


def need_department(db: Session, hotel_id: UUID, code: DepartmentCode) -> None:
    some = select(col(Department.hotel_id)).where(col(Department.hotel_id) == hotel_id).limit(1)
    if db.get(Department, (hotel_id, code)) is None and db.connection().execute(some).first():
        raise Invalid("This hotel has no such department.", "department", pointer="/department")


def need_colleague(
    db: Session, staff_id: UUID, hotel_id: UUID, *, pointer: str, permission: str | None = None
) -> None:
    """`Invalid` unless this is an active colleague of the hotel, with the permission if named."""
    roles = db.connection().scalars(
        select(*cols(StaffGrant.role))
        .join(Staff, col(Staff.id) == col(StaffGrant.staff_id))
        .where(
            col(StaffGrant.staff_id) == staff_id,
            col(StaffGrant.hotel_id) == hotel_id,
            col(Staff.state) == StaffState.ACTIVE,
        )
    )
    held_roles = frozenset(role.value for role in roles)
    if not held_roles:
        raise Invalid(
            "There is no such colleague in this hotel. Choose another.",
            "colleague",
            pointer=pointer,
        )
    if permission is not None and permission not in policy().permissions_of(held_roles):
        raise Invalid(
            "This colleague does not handle cases. Choose a manager.",
            "colleague_role",
            pointer=pointer,
        )
