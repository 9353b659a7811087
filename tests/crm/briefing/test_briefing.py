"""The morning's page: what each department reads, what it costs, when it is made and forgotten."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select, update

from crm.briefing import jobs as briefing_jobs
from crm.briefing import queries, service
from crm.briefing.schemas import PapersPatch, PassphraseSet
from crm.briefing.tables import KeptBriefing
from crm.briefing.terms import Edition, Paper, SectionName
from crm.guests.tables import Guest
from crm.guests.terms import CautionLevel, VipLevel
from crm.hotels.tables import Hotel
from crm.kit.errors import ChangedMeanwhile, Invalid, NotAllowed
from crm.kit.tables import EventRow, JobRow
from crm.kit.vault import Vault
from crm.preferences.tables import Preference
from crm.preferences.terms import PreferenceSource, PreferenceStatus
from crm.profile.schemas import Phrase
from crm.staff.terms import Channel, Role, Sight
from crm.stays.terms import StayStatus
from tests.conftest import SECRET
from tests.crm.profile.planted import NOW, TODAY, chen
from tests.factories import a_guest, a_hotel, a_stay, an_actor, put

VAULT = Vault(SECRET)


@pytest.fixture
def planted(db):
    return chen(db)


def wish(db, guest, code, **more):
    facts = {"status": PreferenceStatus.CONFIRMED, "source": PreferenceSource.TOLD}
    put(db, Preference(guest_id=guest, code=code, noted_at=NOW, **(facts | more)))


def edition(db, planted, which, role=None):
    by = an_actor(role or queries.EYES[which], planted.hotel)
    return queries.briefing(db, which, by=by)


def part(made, name):
    return next((s.entries for s in made.sections if s.name is name), [])


def said(made):
    """Every text of the page; of a sentence its code and what fills it."""
    return made.model_dump_json()


class TestFrontDesk:
    def test_the_day_of_the_mock(self, db, planted):
        made = edition(db, planted, Edition.FRONT_DESK)
        (vip,) = part(made, SectionName.VIPS)
        assert (vip.at, vip.room, vip.name, vip.vip, vip.number) == (
            "15:30", "1808", "陈静怡", VipLevel.V3, 3,
        )  # fmt: skip
        (warned,) = part(made, SectionName.ALLERGIES)
        assert [remark.text for remark in warned.remarks] == ["No peanuts anywhere"]
        (owed,) = part(made, SectionName.RECOVERIES)
        assert owed.remarks[0].text.code == "case.last_stay_check"
        (birthday,) = part(made, SectionName.BIRTHDAYS)
        assert birthday.remarks[0].text == Phrase(
            code="briefing.birthday_private", values={"day": date(2026, 11, 25)}
        )
        numbers = made.numbers
        assert (numbers.arrivals, numbers.in_house, numbers.rooms) == (1, 0, 1)
        assert (numbers.guests_due, numbers.tonight) == (3, 1)

    def test_a_day_without_anything_special(self, db):
        hotel = a_hotel(db)
        by = an_actor("front_desk", hotel)
        made = queries.briefing(db, Edition.FRONT_DESK, by=by)
        assert made.sections == []
        assert made.numbers.arrivals == 0

    def test_marks_regulars_firsts_groups_and_long_stayers(self, db, planted):
        hotel = planted.hotel
        marked = a_guest(db, "赵四", "Zhao Si", caution=CautionLevel.ASK_MANAGER)
        a_stay(db, marked, hotel, room_no="1203")
        due = {"status": StayStatus.BOOKED, "arrival_on": TODAY, "room_no": None}
        a_stay(db, a_guest(db, "初见", "Chu Jian"), hotel, **due)
        long = {
            "arrival_on": TODAY - timedelta(days=22),
            "departure_on": TODAY + timedelta(days=38),
        }
        a_stay(db, a_guest(db, "久住", "Jiu Zhu"), hotel, room_no="0901", **long)
        for _ in range(3):
            a_stay(db, a_guest(db), hotel, group_name="Lotus Tours", adults=2, **due)
        made = edition(db, planted, Edition.FRONT_DESK)
        assert [e.name for e in part(made, SectionName.CARE)] == ["赵四"]
        assert [e.name for e in part(made, SectionName.FIRST_STAYS)] == ["初见"]
        (group,) = part(made, SectionName.GROUPS)
        assert group.remarks[0].text.values == {"people": 6, "rooms": 3}
        (long,) = part(made, SectionName.LONG_STAYERS)
        assert long.remarks[0].text.values == {"night": 22, "nights": 60}

    def test_takes_few_statements_however_many(self, db, planted, queries_of_hundreds):
        made = queries_of_hundreds(14)
        assert made.numbers.arrivals == 201
        assert len(part(made, SectionName.ALLERGIES)) == 101


@pytest.fixture
def queries_of_hundreds(db, planted, queries):
    """Two hundred arrivals, half of them with an allergy, read within a budget of statements."""
    from crm.briefing.queries import briefing

    for place in range(200):
        guest = a_guest(db)
        wish(db, guest, "AL.PEANUT" if place % 2 else "FL.HIGH")
        a_stay(db, guest, planted.hotel, status=StayStatus.BOOKED, arrival_on=TODAY,
               eta=time(14, place % 60), room_no=None)  # fmt: skip

    def read(most):
        by = an_actor("front_desk", planted.hotel)
        briefing(db, Edition.FRONT_DESK, by=by)
        with queries(most):
            return briefing(db, Edition.FRONT_DESK, by=by)

    return read


class TestEyes:
    def test_housekeeping_reads_rooms_and_no_names(self, db, planted):
        made = edition(db, planted, Edition.HOUSEKEEPING)
        text = said(made)
        for hidden in ("陈静怡", "Chen", "Jingyi", "peanut allergy", "Air conditioner", "8866"):
            assert hidden not in text
        assert "No peanuts anywhere" in text
        (warned,) = part(made, SectionName.ALLERGIES)
        assert (warned.room, warned.guest_id) == ("1808", None)
        set_up = part(made, SectionName.ROOMS_TO_SET)[0]
        assert set_up.room == "1808"

    def test_the_kitchen_reads_names_and_no_rooms_or_reasons(self, db, planted):
        wish(db, planted.guest, "DT.HALAL")
        made = edition(db, planted, Edition.KITCHEN)
        text = said(made)
        for hidden in ("1808", "15:30", "8866", "Peanut allergy", "Air conditioner",
                       "High floor", "DT.HALAL"):  # fmt: skip
            assert hidden not in text, hidden
        (warned,) = part(made, SectionName.ALLERGIES)
        assert warned.name == "陈静怡"
        assert len(warned.remarks) == 2
        assert part(made, SectionName.AT_TABLE)

    def test_only_managers_and_the_desk_read_marks_and_cases(self, db, planted):
        db.connection().execute(update(Guest).values(caution=CautionLevel.TAKE_CARE))
        for which in Edition:
            made = edition(db, planted, which)
            told = which in (Edition.FRONT_DESK, Edition.MANAGERS)
            assert bool(part(made, SectionName.CARE)) is told
            assert bool(part(made, SectionName.RECOVERIES)) is told

    def test_the_file_centre_reads_the_desk_s_page_without_its_marks(self, db, planted):
        db.connection().execute(update(Guest).values(caution=CautionLevel.TAKE_CARE))
        made = edition(db, planted, Edition.FRONT_DESK, Role.FILE_CENTRE)
        assert part(made, SectionName.CARE) == []
        assert part(made, SectionName.RECOVERIES)

    def test_nobody_reads_more_by_another_s_edition(self, db, planted):
        db.connection().execute(update(Guest).values(caution=CautionLevel.TAKE_CARE))
        wish(db, planted.guest, "CE.ANNIV")
        for role in Role:
            by = an_actor(role, planted.hotel)
            for which in queries.editions_for(by):
                for section in queries.briefing(db, which, by=by).sections:
                    for remark in (r for entry in section.entries for r in entry.remarks):
                        sight = by.sight(remark.field, Channel.LIST)
                        assert sight is not Sight.NONE, (role, which, remark)

    @pytest.mark.parametrize(
        ("role", "own", "number"),
        [
            ("front_desk", Edition.FRONT_DESK, 1),
            ("housekeeping", Edition.HOUSEKEEPING, 1),
            ("food_beverage", Edition.KITCHEN, 1),
            ("duty_manager", Edition.MANAGERS, 4),
            ("file_centre", Edition.FRONT_DESK, 3),
        ],
    )
    def test_each_role_begins_with_its_own(self, db, planted, role, own, number):
        found = queries.editions_for(an_actor(role, planted.hotel))
        assert (found[0], len(found)) == (own, number)

    def test_another_department_s_edition_is_refused(self, db, planted):
        for role, which in (("housekeeping", Edition.FRONT_DESK), ("front_desk", Edition.MANAGERS)):
            with pytest.raises(NotAllowed):
                edition(db, planted, which, role)
        with pytest.raises(NotAllowed):
            queries.briefing(db, Edition.KITCHEN, by=an_actor("it", planted.hotel))


class TestKept:
    def test_is_the_morning_s_state_in_both_languages(self, db, planted):
        desk = an_actor("front_desk", planted.hotel)
        assert queries.kept(db, Edition.FRONT_DESK, by=desk, vault=VAULT) is None
        assert service.make_editions(db, planted.hotel, vault=VAULT) == 8
        before = queries.briefing(db, Edition.FRONT_DESK, by=desk)
        db.connection().execute(update(Guest).values(vip=None))
        kept = queries.kept(db, Edition.FRONT_DESK, by=desk, vault=VAULT)
        assert kept.model_copy(update={"made_at": before.made_at}) == before
        assert queries.kept_at(db, Edition.FRONT_DESK, by=desk) == kept.made_at
        assert not part(queries.briefing(db, Edition.FRONT_DESK, by=desk), SectionName.VIPS)
        assert service.make_editions(db, planted.hotel, vault=VAULT) == 8

    def test_is_sealed_on_the_disk(self, db, planted):
        service.make_editions(db, planted.hotel, vault=VAULT)
        sealed = db.connection().scalars(select(KeptBriefing.content_sealed)).all()
        assert len(sealed) == 8
        assert not any("peanut" in bytes(each).decode("latin-1") for each in sealed)

    def test_is_deleted_when_the_day_is_over(self, db, planted, frozen):
        service.make_editions(db, planted.hotel, vault=VAULT)
        midday = datetime(2026, 11, 24, 4, tzinfo=UTC)
        with frozen(midday):
            assert service.forget_over(db) == 0
        db.connection().execute(update(Hotel).values(business_on=TODAY + timedelta(days=1)))
        with frozen(midday + timedelta(days=1)):
            assert service.forget_over(db) == 8
            assert service.forget_over(db) == 0

    def test_is_deleted_although_the_night_audit_never_ran(self, db, planted, frozen):
        service.make_editions(db, planted.hotel, vault=VAULT)
        with frozen(datetime(2026, 11, 26, 4, tzinfo=UTC)):
            assert service.forget_over(db) == 8

    def test_news_names_no_guest(self, db, planted):
        service.make_editions(db, planted.hotel, vault=VAULT)
        db.flush()
        row = db.connection().execute(
            select(EventRow.kind, EventRow.guest_id, EventRow.payload)
            .where(EventRow.kind == "briefing.made")
        ).one()  # fmt: skip
        assert (row.guest_id, row.payload) == (None, {"day": "2026-11-24", "editions": 4})


class TestTheHour:
    @pytest.mark.parametrize(
        ("zone", "day", "at", "due"),
        [
            ("Asia/Shanghai", date(2026, 11, 24), time(6, 30), "2026-11-23T22:30Z"),
            ("Europe/Berlin", date(2026, 3, 28), time(6, 30), "2026-03-28T05:30Z"),
            ("Europe/Berlin", date(2026, 3, 29), time(6, 30), "2026-03-29T04:30Z"),
            ("Europe/Berlin", date(2026, 10, 25), time(6, 30), "2026-10-25T05:30Z"),
            # 02:30 does not exist on that night
            ("Europe/Berlin", date(2026, 3, 29), time(2, 30), "2026-03-29T01:30Z"),
            ("Australia/Lord_Howe", date(2026, 10, 4), time(6, 30), "2026-10-03T19:30Z"),
        ],
    )
    def test_is_that_of_the_hotel_s_wall(self, zone, day, at, due):
        expected = datetime.fromisoformat(due.replace("Z", ":00+00:00"))
        assert briefing_jobs.due_at(day, at, zone) == expected

    def jobs(self, db, name):
        return db.connection().scalar(select(func.count()).where(JobRow.name == name))

    def test_is_put_once_and_caught_up_when_missed(self, db, frozen):
        a_hotel(db)
        with frozen(datetime(2026, 11, 23, 22, 29, tzinfo=UTC)):
            assert briefing_jobs.put_when_due(db) == 0
        with frozen(datetime(2026, 11, 23, 22, 30, tzinfo=UTC)):
            assert briefing_jobs.put_when_due(db) == 1
        with frozen(datetime(2026, 11, 24, 9, tzinfo=UTC)):
            assert briefing_jobs.put_when_due(db) == 0
        assert self.jobs(db, briefing_jobs.MAKE) == 1

    def test_a_late_start_makes_it_at_once(self, db, frozen):
        a_hotel(db)
        with frozen(datetime(2026, 11, 24, 9, tzinfo=UTC)):
            assert briefing_jobs.put_when_due(db) == 1

    def test_is_the_hotel_s_own(self, db, frozen):
        hotel = a_hotel(db)
        by = an_actor("general_manager", hotel)
        service.set_papers(db, PapersPatch(ready_at="05:15"), by=by)
        with frozen(datetime(2026, 11, 23, 21, 15, tzinfo=UTC)):
            assert briefing_jobs.put_when_due(db) == 1

    def test_packs_are_put_every_four_hours_where_there_is_a_passphrase(self, db, frozen):
        hotel = a_hotel(db)
        at = datetime(2026, 11, 23, 12, 1, tzinfo=UTC)
        with frozen(at):
            assert briefing_jobs.put_when_due(db) == 0
            by = an_actor("general_manager", hotel)
            wanted = PassphraseSet(passphrase="a long passphrase")
            service.set_passphrase(db, wanted, by=by, vault=VAULT)
            assert briefing_jobs.put_when_due(db) == 1
        for hours, number in ((3, 0), (4, 1), (7, 0), (8, 1)):
            with frozen(at + timedelta(hours=hours)):
                assert briefing_jobs.put_when_due(db) == number, hours


class TestPapers:
    def test_a_passphrase_is_sealed_and_opened_for_the_pack_only(self, db, planted):
        by = an_actor("it", planted.hotel)
        assert queries.passphrase_of(db, planted.hotel, VAULT) is None
        wanted = PassphraseSet(passphrase="西湖 lakeview 2026!")
        found = service.set_passphrase(db, wanted, by=by, vault=VAULT)
        assert (found.has_passphrase, found.version) == (True, 1)
        assert "lakeview" not in found.model_dump_json()
        assert queries.passphrase_of(db, planted.hotel, VAULT) == "西湖 lakeview 2026!"
        gone = service.set_passphrase(db, None, by=by, vault=VAULT)
        assert (gone.has_passphrase, gone.passphrase_set_at) == (False, None)

    def test_what_cannot_be_typed_is_refused(self, db, planted):
        by = an_actor("it", planted.hotel)
        for text in (" twelve letters", "twelve letters ", "twelve\tletters"):
            with pytest.raises(Invalid):
                service.set_passphrase(db, PassphraseSet(passphrase=text), by=by, vault=VAULT)

    def test_settings_begin_at_home_and_know_stale_ones(self, db, planted):
        by = an_actor("general_manager", planted.hotel)
        found = queries.paper_settings(db, planted.hotel)
        assert (found.ready_at, found.language, found.version) == (time(6, 30), Paper.CHINESE, 0)
        after = service.set_papers(db, PapersPatch(language="en"), by=by, version=0)
        assert (after.language, after.version) == (Paper.ENGLISH, 1)
        with pytest.raises(ChangedMeanwhile):
            service.set_papers(db, PapersPatch(language="zh-Hans"), by=by, version=0)
        same = service.set_papers(db, PapersPatch(language="en"), by=by, version=1)
        assert same.version == 1

    def test_desks_do_not_set_them(self, db, planted):
        by = an_actor("front_desk", planted.hotel)
        with pytest.raises(NotAllowed):
            service.set_papers(db, PapersPatch(language="en"), by=by)
        with pytest.raises(NotAllowed):
            service.set_passphrase(db, None, by=by, vault=VAULT)
