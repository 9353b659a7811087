"""A guest with everything that a card can show: 陈静怡 of the mock."""

from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace

from crm.companies.tables import Company
from crm.companies.terms import CompanyKind
from crm.complaints.tables import Complaint
from crm.complaints.terms import CaseSource, CaseStatus, Severity
from crm.guests.tables import ContactPoint, Guest, GuestName, Relation
from crm.guests.terms import (
    Calendar,
    ContactKind,
    GuestIdentity,
    NameKind,
    RelationKind,
    Title,
    VipLevel,
)
from crm.hotels.tables import RoomType
from crm.loyalty.tables import Membership, PointEntry, TierChange
from crm.loyalty.terms import PointKind, Tier
from crm.notes.tables import Note
from crm.notes.terms import NoteLevel
from crm.preferences import master
from crm.preferences.tables import Preference
from crm.preferences.terms import PreferenceSource, PreferenceStatus
from crm.privacy.tables import Consent
from crm.privacy.terms import ConsentChannel, ConsentPurpose, ConsentState
from crm.staff.actor import system
from crm.stays import figures
from crm.stays.tables import FolioLine
from crm.stays.terms import FolioCategory, StayStatus
from tests.factories import TODAY, a_guest, a_hotel, a_room, a_stay, put

BY = system("test")
NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)

# code, value, status, words
WISHES = (
    ("AL.PEANUT", None, "confirmed", "Severe, carries adrenaline"),
    ("FL.HIGH", None, "confirmed", None),
    ("RM.AWAYLIFT", None, "confirmed", None),
    ("RM.QUIET", None, "confirmed", None),
    ("BD.KING", None, "confirmed", None),
    ("SM.NON", None, "confirmed", None),
    ("BT.TUB", None, "confirmed", None),
    ("CL.COOL", "23", "confirmed", None),
    ("LN.DUVETWARM", None, "seen_once", None),
    ("SV.CLEANPM", "14:00", "confirmed", None),
    ("FV.NOCORIANDER", None, "confirmed", None),
    ("CH.RAIL", "1", "confirmed", None),
    ("CE.BDPRIVATE", None, "confirmed", None),
    ("HB.GOLF", None, "proposed", None),
)


def ago(days, hour=12):
    return NOW - timedelta(days=days, hours=12 - hour)


def chen(db, hotel=None):
    """The guest due today into 1808; ids of everything by name."""
    if not hotel:
        hotel = a_hotel(db)
    master.load(db)
    put(db, RoomType(hotel_id=hotel, code="DLX", name="Deluxe king", name_zh="豪华大床房"))
    a_room(
        db,
        hotel,
        "1808",
        features=["FL.HIGH", "RM.AWAYLIFT", "RM.QUIET", "BD.KING", "SM.NON"],
    )
    company = put(
        db,
        Company(
            kind=CompanyKind.CORPORATE,
            name="恒瑞医疗",
            name_latin="Hengrui Medical",
            name_key="hengrui",
            created_at=NOW,
        ),
    ).id
    guest = put(
        db,
        Guest(
            ref="G-7Q4K2M",
            name_native="陈静怡",
            name_latin="Chen Jingyi",
            title=Title.MS,
            birth_calendar=Calendar.SOLAR,
            birth_year=1986,
            birth_month=11,
            birth_day=25,
            nationality="CN",
            languages=["zh-Hans", "en"],
            company_id=company,
            identity=GuestIdentity.CORPORATE,
            vip=VipLevel.V3,
            vip_until=date(2027, 1, 1),
            checked_at=ago(113),
            created_at=ago(900),
            updated_at=NOW,
        ),
    ).id
    names = (
        (NameKind.NATIVE, "陈静怡", "陈", "静怡"),
        (NameKind.LATIN, "Chen Jingyi", "Chen", "Jingyi"),
    )
    for no, (kind, full, family, given) in enumerate(names, 1):
        put(
            db,
            GuestName(guest_id=guest, no=no, kind=kind, full=full, family=family, given=given),
        )
    for no, kind, raw, norm in (
        (1, ContactKind.PHONE, "138 0013 8866", "+8613800138866"),
        (2, ContactKind.EMAIL, "jingyi.chen@example.com", "jingyi.chen@example.com"),
        (3, ContactKind.WECHAT, "chenjingyi_hr", None),
    ):
        put(
            db,
            ContactPoint(guest_id=guest, no=no, kind=kind, raw=raw, norm=norm, is_primary=True),
        )
    husband = a_guest(db, "周文", "Zhou Wen", created_at_hotel=hotel)
    stranger = a_guest(db, "王秘", "Wang Mi")
    for no, kind, other, name in (
        (1, RelationKind.SPOUSE, husband, None),
        (2, RelationKind.ASSISTANT, stranger, "王秘书"),
    ):
        put(
            db,
            Relation(
                guest_id=guest, no=no, kind=kind, other_id=other, other_name=name, remark="books"
            ),
        )
    put(
        db,
        Relation(guest_id=husband, no=1, kind=RelationKind.REFERRED_BY, other_id=guest),
    )
    past = a_stay(
        db,
        guest,
        hotel,
        status=StayStatus.CHECKED_OUT,
        arrival_on=TODAY - timedelta(days=115),
        departure_on=TODAY - timedelta(days=113),
        room_no="1611",
        score=6,
    )
    older = a_stay(
        db,
        guest,
        hotel,
        status=StayStatus.CHECKED_OUT,
        arrival_on=TODAY - timedelta(days=169),
        departure_on=TODAY - timedelta(days=166),
        score=9,
    )
    due = a_stay(
        db,
        guest,
        hotel,
        status=StayStatus.BOOKED,
        arrival_on=TODAY,
        departure_on=TODAY + timedelta(days=3),
        eta=time(15, 30),
        adults=2,
        children=1,
        rate_code="CORP-HR",
        arriving_from="airport",
        identity=GuestIdentity.CORPORATE,
        wishes="Airport car",
    )
    put(
        db,
        FolioLine(
            stay_id=past,
            no=1,
            hotel_id=hotel,
            guest_id=guest,
            posted_on=TODAY - timedelta(days=113),
            category=FolioCategory.ROOM,
            amount_minor=412_000,
            currency="CNY",
        ),
    )
    case = put(
        db,
        Complaint(
            hotel_id=hotel,
            number=1042,
            source=CaseSource.IN_HOUSE,
            guest_id=guest,
            stay_id=past,
            room_no="1611",
            category="noise",
            severity=Severity.MODERATE,
            headline="Air conditioner noise",
            status=CaseStatus.CLOSED,
            opened_at=ago(114, 22),
            closed_at=ago(113, 17),
            currency="CNY",
            given="Breakfast waived",
            next_stay_check="Ask how the room sounds",
        ),
    ).id
    for code, value, status, words in WISHES:
        put(
            db,
            Preference(
                guest_id=guest,
                code=code,
                value=value,
                words=words,
                status=PreferenceStatus(status),
                source=PreferenceSource.TOLD,
                noted_at=ago(120),
            ),
        )
    member = put(
        db,
        Membership(
            guest_id=guest,
            number="880001234",
            joined_on=TODAY - timedelta(days=800),
            tier=Tier.PLATINUM,
            points=6840,
        ),
    ).id
    put(
        db,
        TierChange(
            membership_id=member,
            no=1,
            at=ago(165),
            tier_before=Tier.GOLD,
            tier=Tier.PLATINUM,
            why="nights",
        ),
    )
    put(
        db,
        PointEntry(
            membership_id=member,
            no=1,
            at=ago(166),
            kind=PointKind.EARNED,
            points=693,
            source="stay",
            source_id=str(older),
        ),
    )
    for no, (channel, state) in enumerate(
        (
            (ConsentChannel.EMAIL, ConsentState.GIVEN),
            (ConsentChannel.SMS, ConsentState.GIVEN),
            (ConsentChannel.SMS, ConsentState.WITHDRAWN),
        ),
        1,
    ):
        put(
            db,
            Consent(
                guest_id=guest,
                no=no,
                channel=channel,
                purpose=ConsentPurpose.MARKETING,
                state=state,
                words="I agree",
                source="desk",
                at=ago(100 - no),
            ),
        )
    for level, words in (
        (NoteLevel.SERVICE, "Greets in the lobby"),
        (NoteLevel.MANAGEMENT, "Moves the annual meeting"),
    ):
        put(db, Note(guest_id=guest, level=level, words=words, noted_at=ago(50)))
    figures.rebuild(db)
    return SimpleNamespace(
        hotel=hotel,
        guest=guest,
        husband=husband,
        stranger=stranger,
        past=past,
        older=older,
        due=due,
        case=case,
        company=company,
        member=member,
    )
