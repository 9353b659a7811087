"""The look-up: every kind of key finds the seeded guest, in the right order, and nobody else."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from crm.companies.tables import Company
from crm.complaints.tables import Complaint
from crm.guests import service
from crm.guests.indexing import order_by_seen
from crm.guests.schemas import AddressIn, ContactIn, GuestRegister, NameIn, VehicleIn
from crm.guests.tables import Guest
from crm.guests.terms import ContactKind, GuestState, NameKind
from crm.kit import clock
from crm.kit.errors import Invalid, NotAllowed
from crm.loyalty.tables import Membership
from crm.profile import search
from crm.profile.found import GuestHit, MatchedBy, Standing
from crm.profile.search import search_guests
from crm.profile.typos import neighbours
from crm.staff.actor import Actor
from crm.staff.terms import Role
from crm.stays.tables import Companion
from crm.stays.terms import StayStatus
from tests import factories
from tests.factories import TODAY

Budget = Callable[[int], AbstractContextManager[Any]]
DAY = timedelta(days=1)


@pytest.fixture
def hotel_id(db: Session) -> UUID:
    return factories.a_hotel(db)


@pytest.fixture
def desk(hotel_id: UUID) -> Actor:
    return factories.an_actor(Role.FRONT_DESK, hotel_id)


@pytest.fixture
def manager(hotel_id: UUID) -> Actor:
    return factories.an_actor(Role.DUTY_MANAGER, hotel_id)


def register(db: Session, by: Actor, *names: str, seen: date | None = None, **more: Any) -> UUID:
    given = GuestRegister(names=[NameIn(full=name) for name in names], **more)
    guest_id = service.register_guest(db, given, by=by).id
    if seen is not None:
        service.seen_on(db, guest_id, seen)
    return guest_id


def found(db: Session, q: str, by: Actor, **more: Any) -> list[GuestHit]:
    return search_guests(db, q, by=by, **more).items


def ids(db: Session, q: str, by: Actor, **more: Any) -> list[UUID]:
    return [hit.id for hit in found(db, q, by, **more)]


@pytest.fixture
def jingyi(db: Session, desk: Actor, hotel_id: UUID) -> UUID:
    company = factories.put(
        db,
        Company(
            kind="corporate",
            name="恒瑞医药",
            name_latin="Hengrui Medical",
            name_key="x",
            created_at=clock.now(),
        ),
    )
    guest_id = register(
        db,
        desk,
        "陈静怡",
        "CHEN Jingyi",
        company_id=company.id,
        contacts=[
            ContactIn(kind=ContactKind.PHONE, raw="+86 138 0013 8866"),
            ContactIn(kind=ContactKind.EMAIL, raw="Jingyi.Chen@Example.com"),
        ],
        addresses=[AddressIn(street="1 Lake Road", city="Hangzhou")],
        vehicles=[VehicleIn(plate="浙A·12345")],
    )
    factories.a_stay(db, guest_id, hotel_id, room_no="1808", confirmation_no="BK-20261")
    factories.put(db, Membership(guest_id=guest_id, number="80012345", joined_on=date(2024, 1, 1)))
    factories.put(
        db,
        Complaint(
            hotel_id=hotel_id,
            number=1042,
            guest_id=guest_id,
            status="received",
            kind="complaint",
            source="in_house",
            severity="minor",
            category="room",
            headline="AC noise",
            words="AC noise",
            currency="CNY",
            opened_at=clock.now(),
        ),
    )
    for other in ("李雷", "王伟", "LI Lei"):
        register(db, desk, other)
    return guest_id


class TestEveryKindOfKey:
    @pytest.mark.parametrize(
        ("q", "kind"),
        [
            ("陈静怡", MatchedBy.NAME),
            ("静怡", MatchedBy.NAME),
            ("陳靜怡", MatchedBy.NAME),
            ("怡", MatchedBy.NAME),
            ("chen jingyi", MatchedBy.NAME),
            ("Jingyi Chen", MatchedBy.NAME),
            ("chenjingyi", MatchedBy.PINYIN),
            ("cjy", MatchedBy.PINYIN),
            ("CHENJ", MatchedBy.PINYIN),
            ("ngyi", MatchedBy.SIMILAR),
            ("chenjinyi", MatchedBy.SIMILAR),
            ("chnejingyi", MatchedBy.SIMILAR),
            ("jingyy chen", MatchedBy.SIMILAR),
            ("8866", MatchedBy.PHONE),
            ("138 0013 8866", MatchedBy.PHONE),
            ("0086-13800138866", MatchedBy.PHONE),
            ("１３８００１３８８６６", MatchedBy.PHONE),
            ("00138866", MatchedBy.PHONE),
            ("jingyi.chen@example.com", MatchedBy.EMAIL),
            ("JINGYI.CHEN@", MatchedBy.EMAIL),
            ("jingyi.c", MatchedBy.EMAIL),
            ("1808", MatchedBy.ROOM),
            ("bk-20261", MatchedBy.CONFIRMATION),
            ("8001 2345", MatchedBy.MEMBERSHIP),
            ("浙A·12345", MatchedBy.PLATE),
            ("浙a12345", MatchedBy.PLATE),
            ("C-1042", MatchedBy.COMPLAINT),
            ("恒瑞", MatchedBy.COMPANY),
            ("hengrui med", MatchedBy.COMPANY),
            ("hryy", MatchedBy.COMPANY),
        ],
    )
    def test_finds_the_one_guest(
        self, db: Session, desk: Actor, jingyi: UUID, q: str, kind: MatchedBy
    ) -> None:
        (hit,) = found(db, q, desk)
        assert hit.id == jingyi
        assert kind in hit.matched

    def test_by_the_reference(self, db: Session, desk: Actor, jingyi: UUID) -> None:
        ref = db.get(Guest, jingyi).ref  # type: ignore[union-attr]
        for q in (ref, ref.lower(), ref.replace("-", "")):
            (hit,) = found(db, q, desk)
            assert (hit.id, MatchedBy.REFERENCE in hit.matched) == (jingyi, True)

    @pytest.mark.parametrize(
        ("name", "q"),
        [
            ("曾国藩", "zeng"),
            ("单晓云", "shan"),
            ("解缙", "xie"),
            ("仇英", "qiu"),
            ("查良镛", "zha"),
            ("区大相", "ou"),
            ("朴树", "piao"),
            ("翟天临", "zhai"),
            ("缪斯", "miao"),
            ("吕布", "lv"),
            ("吕布", "lü"),
            ("吕布", "lu"),
            ("吕布", "LYU"),
            ("尉迟恭", "yuchi"),
            ("Jürgen Müller", "Mueller"),
            ("Jürgen Müller", "muller jurgen"),
            ("Sean O'Brien", "obrien"),
            ("Иван Петров", "петр"),
            ("김민준", "민준"),
            ("𠮷野家", "𠮷野"),
        ],
    )
    def test_names_of_many_kinds(self, db: Session, desk: Actor, name: str, q: str) -> None:
        register(db, desk, "Wu Didi")
        guest_id = register(db, desk, name)
        assert ids(db, q, desk) == [guest_id]

    @pytest.mark.parametrize(
        "q", ["", " ", "zzzz", "王静怡", "静陈", "9999", "nobody@example.com", "c", "%", "陈%", "'"]
    )
    def test_and_nobody_else(self, db: Session, desk: Actor, jingyi: UUID, q: str) -> None:
        expected = [jingyi] if q == "陈%" else []
        assert ids(db, q, desk) == expected

    def test_a_companion_is_found_by_the_room(
        self, db: Session, desk: Actor, hotel_id: UUID
    ) -> None:
        host, companion = register(db, desk, "王伟"), register(db, desk, "李娜")
        stay_id = factories.a_stay(db, host, hotel_id, room_no="903")
        factories.put(db, Companion(stay_id=stay_id, guest_id=companion))
        assert set(ids(db, "903", desk)) == {host, companion}

    def test_a_room_left_yesterday_finds_nobody(
        self, db: Session, desk: Actor, hotel_id: UUID
    ) -> None:
        guest_id = register(db, desk, "王伟")
        factories.a_stay(db, guest_id, hotel_id, room_no="903", status=StayStatus.CHECKED_OUT)
        assert ids(db, "903", desk) == []

    def test_a_phone_of_another_country_in_that_countrys_hotel(self, db: Session) -> None:
        london = factories.a_hotel(db, country="GB")
        by = factories.an_actor(Role.FRONT_DESK, london)
        phone = ContactIn(kind=ContactKind.PHONE, raw="+44 20 7946 0018")
        guest_id = register(db, by, "Ann", contacts=[phone])
        assert ids(db, "(020) 7946 0018", by) == [guest_id]


class TestLines:
    def test_a_line_says_enough_to_choose_and_no_more(
        self, db: Session, desk: Actor, jingyi: UUID
    ) -> None:
        (hit,) = found(db, "8866", desk)
        assert (hit.name, hit.latin_name) == ("陈静怡", "CHEN Jingyi")
        assert (hit.standing, hit.room) == (Standing.IN_HOUSE, "1808")
        assert (hit.phone, hit.city, hit.company) == ("+86 •••• 8866", "Hangzhou", "恒瑞医药")
        assert (hit.membership_no, hit.tier) == ("80012345", "member")
        assert "13800138866" not in hit.model_dump_json()

    def test_masked_for_everyone(self, db: Session, hotel_id: UUID, jingyi: UUID) -> None:
        for role in (Role.FILE_CENTRE, Role.GENERAL_MANAGER, Role.DUTY_MANAGER):
            (hit,) = found(db, "8866", factories.an_actor(role, hotel_id))
            assert hit.phone == "+86 •••• 8866"


class TestOrder:
    def test_in_house_then_due_today_then_recency(
        self, db: Session, desk: Actor, hotel_id: UUID
    ) -> None:
        old = register(db, desk, "陈一", seen=TODAY - 300 * DAY)
        never = register(db, desk, "陈二")
        recent = register(db, desk, "陈三", seen=TODAY - 3 * DAY)
        due = register(db, desk, "陈四", seen=TODAY - 900 * DAY)
        inside = register(db, desk, "陈五", seen=TODAY - 999 * DAY)
        tomorrow = register(db, desk, "陈六", seen=TODAY - 5 * DAY)
        factories.a_stay(db, inside, hotel_id)
        factories.a_stay(db, due, hotel_id, status=StayStatus.BOOKED, arrival_on=TODAY)
        factories.a_stay(db, tomorrow, hotel_id, status=StayStatus.BOOKED, arrival_on=TODAY + DAY)
        assert ids(db, "chen", desk) == [inside, due, recent, tomorrow, old, never]
        standings = [hit.standing for hit in found(db, "陈", desk)]
        assert standings[:3] == [Standing.IN_HOUSE, Standing.DUE_TODAY, Standing.OTHER]

    def test_a_guest_in_another_hotel_is_not_in_house_here(self, db: Session, desk: Actor) -> None:
        guest_id = register(db, desk, "陈一")
        factories.a_stay(db, guest_id, factories.a_hotel(db))
        (hit,) = found(db, "陈一", desk)
        assert (hit.standing, hit.room) == (Standing.OTHER, None)

    def test_pages_hold_everybody_once(self, db: Session, desk: Actor, hotel_id: UUID) -> None:
        everybody = {
            register(db, desk, f"陈{char}", seen=TODAY - no % 4 * DAY if no % 5 else None)
            for no, char in enumerate("一二三四五六七八九十百千万")
        }
        for guest_id in list(everybody)[:3]:
            factories.a_stay(db, guest_id, hotel_id)
        for limit in (1, 4, 5, 100):
            seen: list[UUID] = []
            cursor = None
            while True:
                page = search_guests(db, "chen", by=desk, limit=limit, cursor=cursor)
                assert len(page.items) <= limit
                seen += [hit.id for hit in page.items]
                cursor = page.next
                if cursor is None:
                    break
            assert len(seen) == len(everybody)
            assert set(seen) == everybody
            assert seen == ids(db, "chen", desk, limit=100)

    @pytest.mark.parametrize("common", [4, 9])
    def test_very_common_words_still_come_by_recency(
        self,
        db: Session,
        desk: Actor,
        hotel_id: UUID,
        monkeypatch: pytest.MonkeyPatch,
        common: int,
    ) -> None:
        monkeypatch.setattr(search, "SORTED", 3)
        monkeypatch.setattr(search, "COMMON", common)
        monkeypatch.setattr(search, "WIDER", (6, 12))
        made = [
            register(db, desk, f"陈{char}", seen=TODAY - no * DAY if no < 10 else None)
            for no, char in enumerate("一二三四五六七八九十百千万亿")
        ]
        assert order_by_seen(db, TODAY - 9 * DAY) == 10
        assert ids(db, "chen", desk, limit=4) == made[:4]
        assert ids(db, "chen", desk, limit=7) == made[:7]
        first = search_guests(db, "chen", by=desk, limit=4)
        assert [hit.id for hit in search_guests(db, "chen", by=desk, limit=4, cursor=first.next)
                .items] == made[4:8]  # fmt: skip
        late = register(db, desk, "陈兆", seen=TODAY)
        assert ids(db, "chen", desk, limit=2) == [late, made[0]]

    @pytest.mark.parametrize(
        "cursor", ["x", "W10=", "WzEsMiwzLDRd", "WzAsMiw5OTk5OTk5OTksICJhIl0="]
    )
    def test_a_broken_cursor_is_refused(self, db: Session, desk: Actor, cursor: str) -> None:
        with pytest.raises(Invalid):
            search_guests(db, "chen", by=desk, cursor=cursor)


class TestTypos:
    @pytest.mark.parametrize(
        "q",
        ["smyth", "smih", "smitth", "msith", "smitj", "jonh smith", "johnsmit", "smithjohm"],
    )
    def test_one_slip_is_forgiven(self, db: Session, desk: Actor, q: str) -> None:
        guest_id = register(db, desk, "John Smith")
        register(db, desk, "Mary Brown")
        assert ids(db, q, desk) == [guest_id]

    @pytest.mark.parametrize("q", ["smyht", "smytj", "smyj", "xmyth"])
    def test_two_slips_or_short_words_are_not(self, db: Session, desk: Actor, q: str) -> None:
        register(db, desk, "John Smith")
        assert ids(db, q, desk) == []

    def test_what_is_typed_rightly_needs_no_guess(self, db: Session, desk: Actor) -> None:
        right = register(db, desk, "Anna Smith")
        register(db, desk, "Anna Smyth")
        assert ids(db, "smith", desk) == [right]

    def test_a_similar_guest_in_house_comes_first(
        self, db: Session, desk: Actor, hotel_id: UUID
    ) -> None:
        register(db, desk, "Anna Smith", seen=TODAY)
        inside = register(db, desk, "Bert Smith")
        factories.a_stay(db, inside, hotel_id)
        assert ids(db, "smyth", desk)[0] == inside

    def test_neighbours_are_one_edit_away(self) -> None:
        near = neighbours("smith")
        assert {"smyth", "msith", "smithe", "asmith"} <= set(near)
        assert not {"smith", "smit"} & set(near)
        assert neighbours("abc") == ()
        assert all(len(near) == 5 for near in neighbours("smih"))
        assert neighbours("müller") == ()
        assert neighbours("x" * 30) == ()


class TestReach:
    def test_another_hotels_guest_is_not_found(self, db: Session, jingyi: UUID) -> None:
        elsewhere = factories.an_actor(Role.FRONT_DESK, factories.a_hotel(db))
        for q in ("陈静怡", "8866", "1808", "jingyi.chen@example.com", "chenjinyi", "80012345"):
            assert ids(db, q, elsewhere) == []

    def test_the_file_centre_finds_the_groups(self, db: Session, jingyi: UUID) -> None:
        centre = factories.an_actor(Role.FILE_CENTRE, factories.a_hotel(db))
        (hit,) = found(db, "陈静怡", centre)
        assert (hit.id, hit.standing) == (jingyi, Standing.OTHER)

    def test_a_merged_file_is_not_found(self, db: Session, desk: Actor, jingyi: UUID) -> None:
        lost = register(db, desk, "陈静怡")
        db.get(Guest, lost).state = GuestState.MERGED  # type: ignore[union-attr]
        db.flush()
        assert ids(db, "陈静怡", desk) == [jingyi]

    @pytest.mark.parametrize("role", [Role.HOUSEKEEPING, Role.MARKETING, Role.IT])
    def test_some_may_not_look_up(self, db: Session, hotel_id: UUID, role: Role) -> None:
        with pytest.raises(NotAllowed):
            search_guests(db, "chen", by=factories.an_actor(role, hotel_id))

    @pytest.mark.parametrize("q", ["8866", "13800138866", "jingyi.chen@", "浙A·12345", "BK-20261"])
    def test_a_key_one_may_not_see_finds_nobody(
        self, db: Session, hotel_id: UUID, jingyi: UUID, q: str
    ) -> None:
        waiter = factories.an_actor(Role.FOOD_BEVERAGE, hotel_id)
        assert ids(db, q, waiter) == []
        (hit,) = found(db, "陈静怡", waiter)
        assert hit.phone is None


class TestIncognito:
    @pytest.fixture
    def star(self, db: Session, manager: Actor, hotel_id: UUID) -> UUID:
        names = [
            NameIn(full="王大明"),
            NameIn(full="WANG Daming"),
            NameIn(full="林先生", kind=NameKind.ALIAS),
        ]
        contacts = [
            ContactIn(kind=ContactKind.PHONE, raw="13900139999"),
            ContactIn(kind=ContactKind.EMAIL, raw="wang.daming@example.com"),
        ]
        given = GuestRegister(names=names, contacts=contacts, is_incognito=True)
        guest_id = service.register_guest(db, given, by=manager).id
        factories.a_stay(db, guest_id, hotel_id, room_no="2001")
        return guest_id

    @pytest.mark.parametrize(
        "q", ["王大明", "大明", "wangdaming", "wdm", "WANG Daming", "wangdamin", "wang.daming@"]
    )
    def test_the_real_name_finds_the_alias_and_confirms_nothing(
        self, db: Session, desk: Actor, star: UUID, q: str
    ) -> None:
        (hit,) = found(db, q, desk)
        assert (hit.id, hit.name, hit.latin_name) == (star, "林先生", None)
        assert (hit.standing, hit.room, hit.arrival_on) == (Standing.OTHER, None, None)
        assert (hit.phone, hit.last_seen_on, hit.matched) == (None, None, [])
        assert hit.do_not_confirm
        text = hit.model_dump_json(exclude={"id", "ref"})
        for secret in ("王", "大明", "Daming", "WANG", "2001", "9999"):
            assert secret not in text

    @pytest.mark.parametrize("q", ["林先生", "lin", "2001", "9999"])
    def test_the_alias_or_the_room_finds_the_guest_as_any_other(
        self, db: Session, desk: Actor, star: UUID, q: str
    ) -> None:
        (hit,) = found(db, q, desk)
        assert (hit.name, hit.standing, hit.room) == ("林先生", Standing.IN_HOUSE, "2001")
        assert hit.do_not_confirm
        assert "王" not in hit.model_dump_json()

    def test_a_manager_finds_the_real_name(self, db: Session, manager: Actor, star: UUID) -> None:
        (hit,) = found(db, "王大明", manager)
        assert (hit.name, hit.standing, hit.room) == ("王大明", Standing.IN_HOUSE, "2001")
        assert MatchedBy.NAME in hit.matched

    def test_the_order_does_not_tell_either(self, db: Session, desk: Actor, star: UUID) -> None:
        other = register(db, desk, "王小明", seen=TODAY - DAY)
        assert ids(db, "wang", desk) == [other, star]


class TestCost:
    @pytest.mark.parametrize(
        ("q", "statements"), [("陈静怡", 6), ("8866", 7), ("13800138866", 6), ("chenjinyi", 7)]
    )
    def test_budget(
        self,
        db: Session,
        manager: Actor,
        jingyi: UUID,
        queries: Budget,
        q: str,
        statements: int,
    ) -> None:
        with queries(statements):
            assert ids(db, q, manager) == [jingyi]

    @given(q=st.text(max_size=120))
    @example(q="\x00@")
    @example(q="ab_\x00")
    @settings(
        max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
    )
    def test_any_text_is_answered(self, db: Session, desk: Actor, q: str) -> None:
        assert len(found(db, q, desk, limit=5)) <= 5
