"""A house with two hotels in which every field of a guest holds a value found nowhere else.

`plant` writes it; `needles` says by which words a field is recognised in an answer. Four
guests stand in it: ``guest`` (in house here today, every field filled), ``hidden`` (in house
here, incognito), ``past`` (was here last year) and ``far`` (known to the other hotel only).
``guest`` has also stayed in the other hotel, which knows things of its own about her.
"""

from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from uuid import UUID

from sqlmodel import Session, select

from crm.alerts.tables import AlertDismissal, AlertRule, AlertShowing
from crm.alerts.terms import AlertKind, AlertWeight
from crm.audit.tables import UnusualViewing
from crm.audit.terms import ActorKind, Unusual
from crm.companies.tables import Company, CompanyContact, CompanyVisit, Contract
from crm.companies.terms import CompanyKind
from crm.complaints.tables import (
    Complaint,
    ComplaintAttachment,
    ComplaintStep,
)
from crm.complaints.terms import CaseSource, CaseStatus, Severity
from crm.documents import catalogue as document_kinds
from crm.documents.store import Shelf
from crm.documents.tables import Document
from crm.documents.terms import FileKind
from crm.guests import indexing
from crm.guests.parts import document_bond, special_bond
from crm.guests.tables import (
    Address,
    Guest,
    GuestName,
    IdentityDocument,
    Relation,
    SpecialDatum,
    Vehicle,
)
from crm.guests.terms import (
    Calendar,
    CautionLevel,
    ContactKind,
    DocumentOfIdentity,
    Gender,
    GuestIdentity,
    NameKind,
    RelationKind,
    SpecialKind,
    Title,
    VipLevel,
)
from crm.hotels.terms import DepartmentCode
from crm.intake.running import Imports
from crm.intake.schemas import ImportOptions
from crm.intake.tables import IntakeMessage, MatchReview
from crm.intake.terms import ImportKind, MessageState
from crm.kit import clock, events
from crm.kit.db import Database
from crm.kit.ids import new_id
from crm.kit.vault import Vault
from crm.lost_property.tables import FoundItem, FoundPhoto
from crm.lost_property.terms import FoundKind, FoundState
from crm.loyalty.tables import Membership, PointEntry, TierChange
from crm.loyalty.terms import PointKind, Tier
from crm.notes.tables import HandoverCheck, Note, NoteReader, NoteVersion, Trace
from crm.notes.terms import NoteKind, NoteLevel, Shift, TraceOrigin, TraceState
from crm.preferences import master
from crm.preferences.tables import Observation, Preference
from crm.preferences.terms import (
    ObservationState,
    PreferenceSource,
    PreferenceStatus,
    RejectReason,
    RetiredWhy,
    ReviewPolicy,
)
from crm.preparing.tables import Preparation, StayPreparation
from crm.privacy.tables import Consent
from crm.privacy.terms import ConsentChannel, ConsentPurpose, ConsentState
from crm.recovery.tables import ComplaintLetter
from crm.recovery.terms import LetterLanguage, RecoveryState, SentHow
from crm.sensing.tables import Habit
from crm.sensing.terms import HabitState, Occasion
from crm.staff.policy import policy
from crm.staff.tables import ApiKey
from crm.staff.terms import Role
from crm.stays.events import FirstStay
from crm.stays.tables import Companion, FolioLine, GuestFigure, GuestOutlet, GuestSpend
from crm.stays.terms import (
    BookingChannel,
    BookingWay,
    FolioCategory,
    MealPeriod,
    Purpose,
    StayStatus,
)
from tests import factories
from tests.contracts.planted_cases import a_compensation, plant_case, plant_feedback, plant_recovery
from tests.contracts.planted_house import NORMAL_CODE, PIXEL, RESTRICTED_CODE, SPECIAL_CODE, House
from tests.factories import TODAY, put


def plant(db: Session, *, vault: Vault, data_dir: Path) -> House:
    """Write the whole house; every column of the guest-file tables gets a value."""
    here = factories.a_hotel(db, "HZ1", keeps_identity_documents=True)
    elsewhere = factories.a_hotel(db, "SH2", name="Riverside Hotel", name_zh="江畔酒店")
    factories.a_room(db, here, "1808")
    factories.a_room(db, here, "1809")
    factories.a_room(db, elsewhere, "0501")
    master.load(db)
    document_kinds.load(db)
    house = House(
        here=here,
        elsewhere=elsewhere,
        guest=_guest(db),
        hidden=factories.a_guest(
            db, "欧隐淼", "Ouyinmiao", alias="Plumwick Hidden", is_incognito=True
        ),
        past=factories.a_guest(db, "旧时客", "Pastnqvist Ole"),
        far=factories.a_guest(db, "远方客", "Farnqvist Eva"),
        stay=UUID(int=0),
        company=UUID(int=0),
    )
    _people(db, house)
    _company(db, house)
    _stays(db, house)
    _basic_data(db, house, vault)
    _preferences_and_notes(db, house)
    plant_case(db, house)
    plant_recovery(db, house)
    plant_feedback(db, house)
    _loyalty_and_consent(db, house)
    _shelf(db, house, Shelf(data_dir, vault))
    _found(db, house, vault)
    _elsewhere(db, house, Shelf(data_dir, vault))
    _viewing(db, house)
    indexing.refresh_keys(db, [house.guest, house.hidden, house.past, house.far])
    return house


def _people(db: Session, house: House) -> None:
    for hotel_id in (house.here, house.elsewhere):
        for role in Role:
            name = "Colleague" if hotel_id == house.here else "Colleague Elsewhere"
            staff_id = factories.a_staff(db, role, hotel_id, name=name)
            house.staff[role, hotel_id] = staff_id
            house.sessions[role, hotel_id] = factories.a_session(db, staff_id, hotel_id)
        for scope in policy().scopes:
            house.keys[scope, hotel_id] = factories.a_key(db, scope, hotel_id=hotel_id)


def _guest(db: Session) -> UUID:
    guest_id = factories.a_guest(
        db,
        "甄妙珂",
        "Zhenqan Miaoke",
        ref="G-QZ7K2M",
        alias="Plumwick",
        title=Title.MS,
        gender=Gender.FEMALE,
        birth_calendar=Calendar.SOLAR,
        birth_year=1957,
        birth_month=3,
        birth_day=14,
        in_private=True,
        nationality="IS",
        languages=["is", "en"],
        occupation="Glassharpist",
        position="Chiefwarden",
        identity=GuestIdentity.CORPORATE,
        vip=VipLevel.V3,
        vip_why="vipreason-kestrel",
        vip_until=TODAY + timedelta(days=200),
        caution=CautionLevel.TAKE_CARE,
        caution_why="cautionreason-otter",
        caution_until=TODAY + timedelta(days=100),
        last_seen_on=TODAY,
        checked_at=datetime(2026, 5, 17, 9, 30, tzinfo=UTC),
    )
    for no, kind, full in ((3, NameKind.ALIAS, "Plumwick"), (4, NameKind.FORMER, "Formerzhen Li")):
        put(
            db,
            GuestName(
                guest_id=guest_id,
                no=no,
                kind=kind,
                full=full,
                family=full.split()[0],
                given=full.split()[-1],
                pinyin="zhen li",
                language="en",
            ),
        )
    return guest_id


def _company(db: Session, house: House) -> None:
    boss = house.staff[Role.MARKETING, house.here]
    house.company = put(
        db,
        Company(
            kind=CompanyKind.CORPORATE,
            name="Quillfern Trading",
            name_key="quillfern trading",
            industry="Glass",
            city="Hangzhou",
            country="CN",
            looked_after_by=boss,
            created_at=clock.now(),
        ),
    ).id
    put(
        db,
        CompanyContact(
            company_id=house.company, no=1, name="Contact Person", birth_month=5, birth_day=6
        ),
    )
    put(
        db,
        Contract(
            company_id=house.company,
            no=1,
            hotel_id=house.here,
            rate_code="CORP1",
            starts_on=TODAY - timedelta(days=100),
            ends_on=TODAY + timedelta(days=40),
        ),
    )
    put(
        db,
        CompanyVisit(
            company_id=house.company, no=1, visited_on=TODAY, visited_by=boss, purpose="Contract"
        ),
    )
    guest = db.get(Guest, house.guest)
    assert guest is not None
    guest.company_id = house.company
    guest.vip_by = guest.caution_by = guest.created_by = house.staff[Role.DUTY_MANAGER, house.here]
    guest.created_at_hotel = house.here
    db.flush()


def _stays(db: Session, house: House) -> None:
    now = datetime(2026, 11, 23, 7, 45, tzinfo=UTC)
    house.stay = factories.a_stay(
        db,
        house.guest,
        house.here,
        eta=time(15, 30),
        channel=BookingChannel.CORPORATE,
        way=BookingWay.WEB,
        market="Zqnow",
        rate_code="ZQRATE",
        rate_minor=7654300,
        room_type_used="DLX",
        children=1,
        purpose=Purpose.BUSINESS,
        company_id=house.company,
        wishes="wishwords-lantern",
        score=9,
        booked_on=TODAY - timedelta(days=30),
        checked_in_at=now,
        identity=GuestIdentity.CORPORATE,
        confirmation_no="NOWCONF11",
    )
    arrival = TODAY - timedelta(days=400)
    past = factories.a_stay(
        db,
        house.guest,
        house.here,
        status=StayStatus.CHECKED_OUT,
        arrival_on=arrival,
        room_no="1607",
        confirmation_no="PASTCONF77",
        market="Zqmarket",
        group_name="Zqgroupname",
        arriving_from="Zqfromtown",
        checked_in_at=now - timedelta(days=400),
        checked_out_at=now - timedelta(days=397),
        score=6,
    )
    factories.a_stay(
        db,
        house.guest,
        house.here,
        status=StayStatus.CANCELLED,
        arrival_on=TODAY - timedelta(days=300),
        cancelled_at=now - timedelta(days=310),
        room_no=None,
    )
    factories.a_stay(db, house.hidden, house.here, room_no="1809")
    factories.a_stay(db, house.past, house.here, status=StayStatus.CHECKED_OUT, arrival_on=arrival)
    factories.a_stay(db, house.far, house.elsewhere, room_no="0501")
    put(db, Companion(stay_id=past, guest_id=house.past))
    for no, (stay_id, posted_on) in enumerate(((house.stay, TODAY), (past, arrival)), 1):
        put(
            db,
            FolioLine(
                stay_id=stay_id,
                no=no,
                hotel_id=house.here,
                guest_id=house.guest,
                posted_on=posted_on,
                category=FolioCategory.RESTAURANT,
                outlet="Zqoutlet",
                meal_period=MealPeriod.DINNER,
                covers=2,
                text="foliotext-truffle",
                amount_minor=48273651,
                discount_minor=12,
                tax_minor=34,
                payment_method="zqpay",
                currency="CNY",
            ),
        )
    put(
        db,
        GuestFigure(
            guest_id=house.guest,
            hotel_id=house.here,
            stays=2,
            nights=6,
            cancellations=1,
            first_arrival_on=arrival,
            last_departure_on=arrival + timedelta(days=3),
            last_room_no="1607",
        ),
    )
    for guest_id, hotel_id in ((house.past, house.here), (house.far, house.elsewhere)):
        put(db, GuestFigure(guest_id=guest_id, hotel_id=hotel_id, stays=1, nights=3))
    for year in (2025, 2026):
        put(
            db,
            GuestSpend(
                guest_id=house.guest,
                hotel_id=house.here,
                year=year,
                category=FolioCategory.RESTAURANT,
                currency="CNY",
                lines=1,
                covers=2,
                amount_minor=48273651,
                discount_minor=12,
                tax_minor=34,
            ),
        )
    put(
        db,
        GuestOutlet(
            guest_id=house.guest,
            hotel_id=house.here,
            outlet="Zqoutlet",
            currency="CNY",
            lines=2,
            covers=4,
            amount_minor=48273651,
        ),
    )
    house.ids["past_stay_id"] = past


def _basic_data(db: Session, house: House, vault: Vault) -> None:
    guest_id = house.guest
    factories.a_contact(db, guest_id, "+86 139 8765 0431", is_primary=True)
    mail = ContactKind.EMAIL
    factories.a_contact(db, guest_id, "zqmailbox17@example.test", no=2, kind=mail, is_primary=True)
    factories.a_contact(db, guest_id, "zqwechat88", no=3, kind=ContactKind.WECHAT)
    put(
        db,
        Address(
            guest_id=guest_id,
            no=1,
            street="77 Needlewood Lane",
            city="Zqtown",
            region="Zqtown",
            postal_code="ZQ77QZ",
            country="IS",
            is_primary=True,
        ),
    )
    put(
        db,
        IdentityDocument(
            guest_id=guest_id,
            no=1,
            kind=DocumentOfIdentity.PASSPORT,
            number_sealed=vault.seal("E77Q31905", bound_to=document_bond(guest_id, 1)),
            number_index=vault.blind_index("E77Q31905"),
            country="IS",
            expires_on=date(2031, 8, 9),
            delete_after=TODAY + timedelta(days=33),
        ),
    )
    for kind, value in (
        (SpecialKind.ETHNICITY, "Zqethnos"),
        (SpecialKind.NATIVE_PLACE, "Zqnativeplace"),
    ):
        put(
            db,
            SpecialDatum(
                guest_id=guest_id,
                kind=kind,
                value_sealed=vault.seal(value, bound_to=special_bond(guest_id, kind)),
                consent_words="I agree that this is kept",
                consent_on=TODAY,
                consent_by=house.staff[Role.FILE_CENTRE, house.here],
            ),
        )
    put(
        db,
        Vehicle(
            guest_id=guest_id,
            no=1,
            plate="浙A7QZ31",
            plate_key="浙A7QZ31",
            remark="vehicleremark-heron",
        ),
    )
    put(
        db,
        Relation(
            guest_id=guest_id,
            no=1,
            kind=RelationKind.SPOUSE,
            other_name="Zqrelative Bo",
            other_phone="+86 137 6543 2109",
            other_born_on=date(1961, 7, 8),
            remark="relationremark-ibis",
        ),
    )


def _observed(
    db: Session, house: House, code: str | None, words: str, noter: UUID, claim: UUID | None
) -> None:
    """What was noted: one that waits for the centre, and one that it has decided."""
    now = clock.now()
    for decided in (True, False):
        reviewed = decided or None
        row = Observation(
            id=new_id(), guest_id=house.guest, hotel_id=house.here, stay_id=house.stay,
            room_no="1808", code=code, value="7" if code else None, words=words,
            source=PreferenceSource.TOLD, observed_at=now, entered_at=now, noted_by=noter,
            noted_department=DepartmentCode.FRONT_OFFICE, policy=ReviewPolicy.WITHIN_A_DAY,
            state=ObservationState.ACCEPTED if decided else ObservationState.WAITING,
            due_at=None if decided else now,
            suggested=[code or NORMAL_CODE], cautions=["judgement"],
            ends_why=reviewed and RetiredWhy.BY_HAND, reviewed_at=reviewed and now,
            reviewed_by=reviewed and house.staff[Role.FILE_CENTRE, house.here],
            reject_reason=reviewed and RejectReason.HEARSAY, reply=reviewed and words,
            as_noted=reviewed and {"words": words}, used_at=reviewed and now,
            seen_by_noter_at=reviewed and now, digest="0" * 64, preference_id=claim,
        )  # fmt: skip
        house.ids["observation_id"] = put(db, row).id


def _preferences_and_notes(db: Session, house: House) -> None:
    noter = house.staff[Role.FRONT_DESK, house.here]
    now = clock.now()
    for code, words in (
        (NORMAL_CODE, "prefwords-normal"),
        (SPECIAL_CODE, "prefwords-special"),
        (RESTRICTED_CODE, "prefwords-restricted"),
    ):
        made = put(
            db,
            Preference(
                guest_id=house.guest,
                code=code,
                words=words,
                value="7",
                status=PreferenceStatus.CONFIRMED,
                source=PreferenceSource.TOLD,
                hotel_id=house.here,
                stay_id=house.stay,
                evidence=3,
                noted_at=now,
                noted_by=noter,
                noted_department=DepartmentCode.FRONT_OFFICE,
                confirmed_at=now,
                review_on=TODAY + timedelta(days=90),
                last_seen_at=now,
                carried=1,
                carried_confirmed_at=now,
                carried_source=PreferenceSource.TOLD,
                carried_value="6",
                carried_words=words,
            ),
        )
        house.ids["preference_id"] = made.id
        _observed(db, house, code, words, noter, made.id)
    _observed(db, house, None, "prefwords-normal, not yet under a code", noter, None)
    habit = Habit(
        guest_id=house.guest, hotel_id=house.here, code="AM.TEA", value="habitvalue-agate",
        occasion=Occasion.FOLIO, cases=4, out_of=5, base_per_mille=31, lift_percent=2581,
        last_case_on=TODAY, found_at=now, state=HabitState.OPEN, threshold=7,
        against_code="AM.COFFEE", answered_at=now, answered_by=noter, cases_when_answered=3,
    )  # fmt: skip
    house.ids["habit_id"] = put(db, habit).id
    _notes(db, house)
    _prepared(db, house, noter, made.id)
    _tasks_and_alerts(db, house, noter)


def _prepared(db: Session, house: House, by: UUID, claim: UUID) -> None:
    """What is set for the stay: one thing ticked, and one that is not wanted any more."""
    now = clock.now()
    arrival = StayPreparation(
        stay_id=house.stay, hotel_id=house.here, made_at=now, prepared_at=now, prepared_by=by,
        settled=["stale"],
    )  # fmt: skip
    put(db, arrival)
    for department in (DepartmentCode.HOUSEKEEPING, DepartmentCode.FRONT_OFFICE):
        dropped = now if department is DepartmentCode.FRONT_OFFICE else None
        item = Preparation(
            stay_id=house.stay, hotel_id=house.here, guest_id=house.guest, code=NORMAL_CODE,
            department=department, value="7", preference_id=claim, made_at=now, done_at=now,
            done_by=by, dropped_at=dropped,
        )  # fmt: skip
        house.ids.setdefault("preparation_id", put(db, item).id)


def _notes(db: Session, house: House) -> None:
    """One of each level, as it read before, and a struck one; by somebody who reads them all."""
    now, noter = clock.now(), house.staff[Role.GENERAL_MANAGER, house.here]
    for level in (NoteLevel.SERVICE, *NoteLevel):
        department = DepartmentCode.SPA if level is NoteLevel.DEPARTMENT else None
        words = f"notewords-{level}"
        struck = level is NoteLevel.SERVICE and "note_id" not in house.ids
        note = put(
            db,
            Note(
                guest_id=house.guest, hotel_id=house.here, stay_id=house.stay, level=level,
                department=department, words=words, noted_at=now, noted_by=noter, version=2,
                expires_on=TODAY + timedelta(days=90), struck_at=now if struck else None,
                struck_by=noter if struck else None, struck_why=words if struck else None,
            ),
        )  # fmt: skip
        before = NoteVersion(
            note_id=note.id, no=1, kind=NoteKind.FAMILY, level=level, department=department,
            words=words, expires_on=TODAY, replaced_at=now, replaced_by=noter,
        )  # fmt: skip
        put(db, before)
        house.ids["note_id"] = note.id
    put(db, NoteReader(note_id=house.ids["note_id"], staff_id=noter))


def _tasks_and_alerts(db: Session, house: House, by: UUID) -> None:
    now = clock.now()
    for department in (DepartmentCode.FOOD_AND_BEVERAGE, DepartmentCode.HOUSEKEEPING):
        done = department is DepartmentCode.FOOD_AND_BEVERAGE
        task = Trace(
            hotel_id=house.here, guest_id=house.guest, stay_id=house.stay, room_no="1808",
            department=department, words="tracewords-plover", due_at=now - timedelta(hours=1),
            origin=TraceOrigin.ALERT, origin_id=house.stay, put_at=now, put_by=by,
            put_department=DepartmentCode.FRONT_OFFICE, owner_id=by,
            handed_from=DepartmentCode.SPA, handed_words="tracehanded-plover",
            state=TraceState.DONE if done else TraceState.OPEN, closed_at=now if done else None,
            closed_by=by if done else None, closed_words="traceremark-plover" if done else None,
            escalation=1, escalated_at=now,
        )  # fmt: skip
        house.ids["trace_id"] = put(db, task).id
    put(
        db,
        HandoverCheck(trace_id=task.id, shift_on=TODAY, shift=Shift.EARLY, seen_at=now, seen_by=by),
    )
    house.ids["event_id"] = events.record(
        db,
        FirstStay(
            stay_id=house.stay,
            is_here=True,
            guest_id=house.guest,
            hotel_id=house.here,
            arrival_on=TODAY,
            departure_on=TODAY,
        ),
    )
    rule = put(db, a_rule(house.here))
    house.ids["rule_id"] = rule.id
    put(db, AlertShowing(rule_id=rule.id, stay_id=house.stay, first_at=now))
    aside = AlertDismissal(
        stay_id=house.stay, alert_key=f"rule:{rule.id}", guest_id=house.guest,
        hotel_id=house.here, rule_id=rule.id, put_aside_at=now, put_aside_by=by,
    )  # fmt: skip
    put(db, aside)


def a_rule(hotel_id: UUID) -> AlertRule:
    """A rule that is switched off."""
    return AlertRule(
        hotel_id=hotel_id, name="A rule", who={"match": "all", "of": [{"kind": "children"}]},
        text_en="Cot and chair", weight=AlertWeight.NOTE, kind=AlertKind.COMFORT,
        moments=["check_in"], places=["bar"], changed_at=clock.now(),
    )  # fmt: skip


def _loyalty_and_consent(db: Session, house: House) -> None:
    manager = house.staff[Role.DUTY_MANAGER, house.here]
    now = clock.now()
    member = put(
        db,
        Membership(
            guest_id=house.guest,
            number="ZQ88001234",
            joined_on=date(2024, 2, 3),
            tier=Tier.GOLD,
            tier_until=date(2027, 3, 31),
            points=271828,
            referred_by_id=house.past,
        ),
    )
    put(
        db,
        TierChange(
            membership_id=member.id,
            no=1,
            at=now,
            tier_before=Tier.SILVER,
            tier=Tier.GOLD,
            until=date(2027, 3, 31),
            why="tierwhy-amber",
            by_id=manager,
        ),
    )
    put(
        db,
        PointEntry(
            membership_id=member.id,
            no=1,
            at=now,
            kind=PointKind.OPENING,
            points=271828,
            source="opening",
            source_id="1",
            words="pointwords-amber",
            expires_on=date(2028, 12, 31),
            by_id=manager,
        ),
    )
    put(
        db,
        Consent(
            guest_id=house.guest,
            no=1,
            channel=ConsentChannel.EMAIL,
            purpose=ConsentPurpose.MARKETING,
            state=ConsentState.GIVEN,
            words="consentwords-jade",
            source="zqconsentsource",
            at=now,
            by_id=manager,
            hotel_id=house.here,
        ),
    )
    house.ids["membership_id"] = member.id


def _viewing(db: Session, house: House) -> None:
    """Something to look into in each hotel: who looked at whom more than is usual."""
    for hotel, ids in ((house.here, house.ids), (house.elsewhere, house.elsewhere_ids)):
        found = UnusualViewing(
            key=f"volume-{hotel}", kind=Unusual.VOLUME, day=TODAY, hotel_id=hotel, number=77,
            actor_kind=ActorKind.STAFF, actor_id=house.staff[Role.FRONT_DESK, hotel],
            found_at=clock.now(),
        )  # fmt: skip
        ids["finding_id"] = put(db, found).id


def _shelf(db: Session, house: House, shelf: Shelf) -> None:
    for kind, title in (("passport", "doctitle-identity"), ("guest_letter", "doctitle-letter")):
        document = put(
            db,
            Document(
                guest_id=house.guest,
                hotel_id=house.here,
                kind_code=kind,
                title=title,
                file_kind=FileKind.PNG,
                sha256=shelf.put(PIXEL),
                size_bytes=len(PIXEL),
                shelved_at=clock.now(),
                shelved_by=house.staff[Role.FILE_CENTRE, house.here],
                delete_after=TODAY + timedelta(days=30),
            ),
        )
        house.ids["document_id"] = document.id
    manager = house.staff[Role.DUTY_MANAGER, house.here]
    complaint_id = UUID(str(house.ids["complaint_id"]))
    for no, removed_at in ((1, None), (2, clock.now())):
        put(
            db,
            ComplaintAttachment(
                complaint_id=complaint_id,
                no=no,
                title="filetitle-basalt",
                file_kind=FileKind.PNG,
                sha256=shelf.put(PIXEL),
                size_bytes=len(PIXEL),
                added_at=clock.now(),
                added_by=manager,
                removed_at=removed_at,
                removed_by=manager if removed_at else None,
            ),
        )
    for no, sent_at in ((1, None), (2, clock.now())):
        put(
            db,
            ComplaintLetter(
                complaint_id=complaint_id,
                no=no,
                language=LetterLanguage.EN,
                subject="lettersubject-basalt",
                body="letterwords-basalt",
                made_at=clock.now(),
                made_by=manager,
                changed_at=clock.now(),
                changed_by=manager,
                sent_how=SentHow.POST if sent_at else None,
                sent_at=sent_at,
                sent_by=manager if sent_at else None,
            ),
        )


def _found(db: Session, house: House, vault: Vault) -> None:
    """What she left behind here, and a thing that lies in the other hotel."""
    now, desk = clock.now(), house.staff[Role.FRONT_DESK, house.here]
    for hotel_id, where in ((house.elsewhere, house.elsewhere_ids), (house.here, house.ids)):
        here = hotel_id == house.here
        item = put(
            db,
            FoundItem(
                hotel_id=hotel_id, number=1001, kind=FoundKind.ORDINARY,
                what="foundwhat-gull" if here else "foreignfound-marble",
                room_no="1808" if here else "0501", place="foundplace-gull" if here else None,
                stored_at="foundshelf-gull" if here else None, found_at=now, entered_at=now,
                found_by=desk, found_department=DepartmentCode.HOUSEKEEPING,
                dispose_by=TODAY + timedelta(days=90), state=FoundState.CLAIMED,
                guest_id=house.guest, stay_id=house.stay if here else None, settled_at=now,
                settled_by=desk, settled_words="foundwords-gull" if here else None,
                has_photo=here,
            ),
        )  # fmt: skip
        where["item_id"] = item.id
    sealed = vault.seal_bytes(PIXEL, bound_to=UUID(str(house.ids["item_id"])).bytes)
    put(
        db,
        FoundPhoto(
            item_id=house.ids["item_id"],
            content_sealed=sealed,
            size_bytes=len(PIXEL),
            taken_in_at=now,
        ),
    )


def _elsewhere(db: Session, house: House, shelf: Shelf) -> None:
    """What the other hotel knows about the guest whom both know, and about its own."""
    hotel, guest, now = house.elsewhere, house.guest, clock.now()
    noter = house.staff[Role.DUTY_MANAGER, hotel]
    stay = factories.a_stay(
        db, guest, hotel, status=StayStatus.CHECKED_OUT, confirmation_no="FARCONF33",
        arrival_on=TODAY - timedelta(days=90), room_no="0501",
    )  # fmt: skip
    money = {"covers": 3, "amount_minor": 5_550_555, "currency": "CNY"}
    place = {"hotel_id": hotel, "guest_id": guest, "outlet": "Zqforeignoutlet", **money}
    put(
        db,
        FolioLine(
            stay_id=stay,
            no=1,
            posted_on=TODAY - timedelta(days=89),
            category=FolioCategory.RESTAURANT,
            text="Zqforeignoutlet dinner",
            **place,
        ),
    )
    put(db, GuestOutlet(lines=1, **place))
    put(db, GuestFigure(guest_id=guest, hotel_id=hotel, stays=1, nights=3, last_room_no="0501"))
    pref = Preference(
        guest_id=guest, code="RM.QUIET", words="foreignpref-marble", hotel_id=hotel, evidence=1,
        status=PreferenceStatus.CONFIRMED, source=PreferenceSource.TOLD, noted_at=now,
        noted_by=noter, noted_department=DepartmentCode.FRONT_OFFICE,
    )  # fmt: skip
    put(db, pref)
    for level in (NoteLevel.SERVICE, NoteLevel.MANAGEMENT):
        put(
            db,
            Note(
                guest_id=guest,
                hotel_id=hotel,
                level=level,
                words="foreignnote-marble",
                noted_at=now,
                noted_by=noter,
            ),
        )
    task = Trace(
        hotel_id=hotel, guest_id=guest, department=DepartmentCode.HOUSEKEEPING, put_at=now,
        words="foreigntrace-marble", due_at=now, origin=TraceOrigin.BY_HAND,
    )  # fmt: skip
    made: dict[str, object] = {
        "stay_id": stay,
        "staff_id": noter,
        "hotel_id": hotel,
        "trace_id": put(db, task).id,
        "rule_id": put(db, a_rule(hotel)).id,
    }
    for who, no in ((guest, 2001), (house.far, 2002)):
        case = Complaint(
            hotel_id=hotel, number=no, source=CaseSource.IN_HOUSE, guest_id=who, category="noise",
            severity=Severity.SERIOUS, headline="foreigncase-marble", words="foreigncase-marble",
            department=DepartmentCode.ENGINEERING, status=CaseStatus.INVESTIGATING, opened_at=now,
            opened_by=noter, currency="CNY",
        )  # fmt: skip
        made["complaint_id"] = put(db, case).id
        given = a_compensation(house, hotel, case.id, RecoveryState.WAITING)
        made["compensation_id"] = put(db, given).id
        put(
            db,
            ComplaintAttachment(
                complaint_id=case.id, no=1, title="foreigncase-marble", file_kind=FileKind.PNG,
                sha256=shelf.put(PIXEL), size_bytes=len(PIXEL), added_at=now, added_by=noter,
            ),
        )  # fmt: skip
        put(
            db,
            ComplaintLetter(
                complaint_id=case.id, no=1, language=LetterLanguage.EN,
                subject="foreigncase-marble", body="foreigncase-marble", made_at=now,
                made_by=noter, changed_at=now, changed_by=noter,
            ),
        )  # fmt: skip
        step = ComplaintStep(
            complaint_id=case.id, no=1, at=now, by_id=noter,
            status_after=CaseStatus.INVESTIGATING, words="stepwords",
        )  # fmt: skip
        put(db, step)
        document = Document(
            guest_id=who, hotel_id=hotel, kind_code="guest_letter", title="foreigndoc-marble",
            file_kind=FileKind.PNG, sha256=shelf.put(PIXEL), size_bytes=len(PIXEL), shelved_at=now,
            shelved_by=noter, delete_after=TODAY + timedelta(days=900),
        )  # fmt: skip
        made["document_id"] = put(db, document).id
    member = Membership(
        guest_id=house.far, number="ZQ99005678", joined_on=date(2024, 2, 3), tier=Tier.SILVER
    )
    made["membership_id"] = put(db, member).id
    message = IntakeMessage(
        source="pms", message_id="m-9", hotel_id=hotel, kind="reservation", subject="R-9",
        sent_at=now, received_at=now, state=MessageState.APPLIED,
    )  # fmt: skip
    made["message_id"] = put(db, message).id
    made["key_id"] = db.exec(select(ApiKey.id).where(ApiKey.hotel_id == hotel)).first()
    house.elsewhere_ids |= made


def plant_import(database: Database, house: House, data_dir: Path) -> None:
    """Run an import whose one row has the guest's phone under another name: a review follows."""
    steward = factories.an_actor(
        Role.FILE_CENTRE, house.here, house.staff[Role.FILE_CENTRE, house.here]
    )
    imports = Imports(database, data_dir)
    file = BytesIO(b"name,phone\nSomebody Else,+86 139 8765 0431\n")
    options = ImportOptions(kind=ImportKind.GUESTS, hotel="HZ1")
    import_id = imports.receive(file, "guests.csv", options, by=steward)
    imports.commit(import_id, by=steward)
    house.ids["import_id"] = import_id
    with database.reading() as db:
        house.ids["review_id"] = db.scalar(select(MatchReview.id))
        house.ids["key_id"] = db.scalar(select(ApiKey.id))
    with database.writing() as db:
        house.ids["message_id"] = put(
            db,
            IntakeMessage(
                source="pms",
                message_id="m-1",
                hotel_id=house.here,
                kind="reservation",
                subject="R-1",
                sent_at=clock.now(),
                received_at=clock.now(),
                state=MessageState.APPLIED,
            ),
        ).id
    assert house.ids["review_id"] is not None
