"""The guest card: what each reader sees of one guest, in at most seven statements."""

import pytest
from sqlalchemy import update

from crm.guests.tables import Guest
from crm.guests.terms import CautionLevel
from crm.kit.errors import NotAllowed, NotFound
from crm.profile.queries import card
from crm.stays.tables import Stay
from crm.stays.terms import StayStatus
from tests.crm.profile.planted import TODAY, chen
from tests.factories import a_guest, a_hotel, an_actor


@pytest.fixture
def planted(db):
    return chen(db)


@pytest.fixture
def seen(db, planted):
    """Read the card as a role; ``guest=`` of another file, ``language=`` of the reader."""

    def read(role, guest=None, language="en", hotel=None):
        by = an_actor(role, hotel or planted.hotel)
        object.__setattr__(by, "language", language)
        return card(db, guest or planted.guest, by=by)

    return read


def texts(alerts):
    return [a.text if isinstance(a.text, str) else (a.text.code, a.text.values) for a in alerts]


class TestBudget:
    @pytest.mark.parametrize("role", ["front_desk", "general_manager", "file_centre"])
    def test_takes_at_most_seven_statements(self, db, planted, queries, role):
        by = an_actor(role, planted.hotel)
        with queries(7):
            card(db, planted.guest, by=by)


class TestIdentity:
    def test_names_in_both_scripts(self, seen):
        shown = seen("front_desk")
        assert (shown.name, shown.latin_name, shown.title) == ("陈静怡", "CHEN Jingyi", "ms")
        assert shown.pronounced == "Chén Jìngyí"
        assert (shown.tier, shown.vip, shown.identity) == ("platinum", "V3", "corporate")
        assert (shown.reference, shown.membership_no) == ("G-7Q4K2M", "880001234")

    @pytest.mark.parametrize(
        ("language", "name"), [("en", "Hengrui Medical"), ("zh-Hans", "恒瑞医疗")]
    )
    def test_the_company_in_the_reader_s_language(self, seen, language, name):
        assert seen("front_desk", language=language).company.name == name

    def test_a_vip_level_lapses_on_its_day(self, db, planted, seen):
        db.connection().execute(update(Guest).values(vip_until=TODAY))
        assert seen("front_desk").vip == "V3"
        db.connection().execute(update(Guest).values(vip_until=TODAY.replace(day=23)))
        assert seen("front_desk").vip is None

    def test_an_incognito_guest_is_an_alias_to_the_desk(self, db, planted, seen):
        db.connection().execute(
            update(Guest)
            .where(Guest.id == planted.guest)
            .values(is_incognito=True, alias="Ms Lake")
        )
        from crm.guests.tables import GuestName
        from crm.guests.terms import NameKind
        from tests.factories import put

        put(db, GuestName(guest_id=planted.guest, no=9, kind=NameKind.ALIAS, full="Ms Lake"))
        desk, manager = seen("front_desk"), seen("duty_manager")
        assert (desk.name, desk.latin_name, desk.pronounced) == ("Ms Lake", "", "")
        assert "陈" not in desk.model_dump_json()
        assert "Chen" not in desk.model_dump_json(exclude={"timeline"})
        assert (manager.name, manager.alias) == ("陈静怡", "Ms Lake")


class TestReach:
    def test_a_guest_of_another_hotel_is_not_there(self, db, seen):
        with pytest.raises(NotFound):
            seen("front_desk", hotel=a_hotel(db))

    def test_nor_is_one_that_does_not_exist(self, seen, planted):
        with pytest.raises(NotFound):
            seen("front_desk", guest=planted.company)

    def test_marketing_opens_no_card(self, seen):
        with pytest.raises(NotAllowed):
            seen("marketing")

    def test_stays_of_another_hotel_are_not_counted(self, db, planted, seen):
        other = a_hotel(db)
        db.connection().execute(update(Stay).where(Stay.id == planted.older).values(hotel_id=other))
        from crm.stays import figures

        figures.rebuild(db)
        assert seen("front_desk").figures.stays == 1
        assert seen("file_centre").figures.stays == 2


class TestFigures:
    def test_the_desk_sees_a_band_and_the_manager_the_sum(self, seen):
        desk, manager = seen("front_desk").figures, seen("duty_manager").figures
        assert (desk.stays, desk.nights, desk.points) == (2, 5, 6840)
        assert (desk.spend_minor, desk.spend_band) == (None, "low")
        assert (manager.spend_minor, manager.spend_band, manager.currency) == (412_000, None, "CNY")

    def test_restaurants_see_neither(self, seen, planted):
        shown = seen("food_beverage")
        assert (shown.figures.stays, shown.figures.spend_minor, shown.figures.spend_band) == (
            None,
            None,
            None,
        )
        assert (shown.stay, shown.contacts, shown.links, shown.scores) == (None, [], [], [])

    def test_a_segment_is_not_invented(self, seen):
        assert seen("general_manager").segment is None


class TestContacts:
    def test_the_desk_sees_masks_and_the_file_centre_all(self, seen):
        desk = {point.kind: point for point in seen("front_desk").contacts}
        assert "0013" not in desk["phone"].shown
        assert desk["phone"].shown.endswith("8866")
        assert all(point.masked for point in desk.values())
        centre = {point.kind: point for point in seen("file_centre").contacts}
        assert centre["phone"].shown == "+8613800138866"
        assert centre["email"].shown == "jingyi.chen@example.com"
        assert not any(point.masked for point in centre.values())

    def test_the_newest_word_on_a_channel_holds(self, seen):
        assert [(c.channel, c.allowed) for c in seen("front_desk").consents] == [
            ("email", True),
            ("sms", False),
        ]


class TestStay:
    def test_the_one_due_today_with_its_room(self, seen):
        stay = seen("front_desk").stay
        assert (stay.status, stay.room, stay.eta, stay.nights) == ("booked", "1808", "15:30", 3)
        assert (stay.room_type, stay.room_ready, stay.rate) == ("Deluxe king", True, "CORP-HR")
        assert seen("front_desk", language="zh-Hans").stay.room_type == "豪华大床房"

    def test_is_the_third(self, seen):
        shown = seen("front_desk")
        assert shown.stay_number == 3
        assert shown.say.to_staff.values == {"name": "Ms Chen", "nth": 3}
        assert shown.say.to_staff.code == "say.back"

    def test_in_house_comes_first(self, db, planted, seen):
        db.connection().execute(
            update(Stay).where(Stay.id == planted.due).values(status=StayStatus.IN_HOUSE)
        )
        from crm.stays import figures

        figures.rebuild(db)
        shown = seen("front_desk")
        assert (shown.stay.status, shown.stay_number) == ("in_house", 3)
        assert shown.say.to_staff.code == "say.here"

    def test_a_guest_without_any(self, db, planted, seen):
        bare = a_guest(db, "王芳", "Wang Fang", created_at_hotel=planted.hotel)
        shown = seen("front_desk", guest=bare)
        assert (shown.stay, shown.stay_number, shown.fit, shown.alerts) == (None, 1, None, [])
        assert (shown.say.to_staff.code, shown.figures.stays) == ("say.known", 0)


class TestSay:
    def test_greets_in_the_guest_s_language(self, seen):
        say = seen("front_desk").say
        assert (say.to_guest.language, say.to_guest.values) == ("zh", {"name": "陈女士"})
        assert say.in_private.code == "say.birthday_private"
        assert say.recovery.values == {"what": "Air conditioner noise"}

    @pytest.mark.parametrize("role", ["front_desk", "general_manager"])
    def test_never_tells_of_money(self, seen, role):
        assert "412" not in seen(role).say.model_dump_json()


class TestAlerts:
    def test_the_heaviest_first(self, seen):
        alerts = seen("front_desk").alerts
        assert [(a.weight, a.kind) for a in alerts] == [
            ("must_know", "allergy"),
            ("take_care", "case"),
            ("note", "birthday"),
        ]
        assert alerts[1].text.code == "case.last_stay_check"
        assert alerts[1].text.values["check"] == "Ask how the room sounds"
        assert alerts[2].text.code == "birthday.private"

    def test_those_who_act_read_the_instruction_not_the_reason(self, seen):
        for role in ("front_desk", "duty_manager"):
            shown = seen(role)
            assert shown.alerts[0].text == "No peanuts anywhere"
            assert "adrenaline" not in shown.model_dump_json()
            assert "allergy" not in shown.alerts[0].text
        assert seen("file_centre").alerts[0].text == "Peanut allergy. Severe, carries adrenaline"

    def test_in_chinese(self, seen):
        assert seen("front_desk", language="zh-Hans").alerts[0].text == "全程不用花生"

    def test_do_not_readmit_is_words_with_a_reason_for_managers(self, db, planted, seen):
        db.connection().execute(
            update(Guest)
            .where(Guest.id == planted.guest)
            .values(
                caution=CautionLevel.DO_NOT_READMIT,
                caution_why="Left without paying",
                caution_until=TODAY.replace(year=2025),
            )
        )
        desk, manager, centre = seen("front_desk"), seen("duty_manager"), seen("file_centre")
        assert desk.alerts[0].text.code == "caution.do_not_readmit_until"
        assert "why" not in desk.alerts[0].text.values
        assert manager.alerts[0].text.values["why"] == "Left without paying"
        assert [a.kind for a in centre.alerts if a.kind == "caution"] == []

    def test_a_lighter_caution_lapses(self, db, planted, seen):
        db.connection().execute(
            update(Guest).values(
                caution=CautionLevel.TAKE_CARE, caution_until=TODAY.replace(day=23)
            )
        )
        assert all(a.kind != "caution" for a in seen("front_desk").alerts)


class TestWishes:
    def test_by_topic_and_confirmed_first(self, seen):
        groups = {g.topic.code: [w.text for w in g.wishes] for g in seen("front_desk").wishes}
        assert groups["topic.room"][:2] == ["High floor", "Away from the lift"]
        assert groups["topic.bed_climate"] == [
            "Cool room on arrival 23",
            "Warm duvet or second blanket",
        ]
        assert "Clean after 14:00" in groups["topic.service"]
        assert "Bed rail" in groups["topic.service"]

    def test_a_proposal_is_not_shown_and_a_warning_not_repeated(self, seen):
        shown = {w.code for g in seen("file_centre").wishes for w in g.wishes}
        assert not shown & {"HB.GOLF", "AL.PEANUT", "CE.BDPRIVATE"}

    def test_the_room_meets_five_of_six(self, seen):
        fit = seen("front_desk").fit
        assert (fit.room, fit.met, fit.wanted, fit.missing) == ("1808", 5, 6, ["Bathtub"])

    def test_restaurants_read_what_is_theirs(self, seen):
        shown = {w.code for g in seen("food_beverage").wishes for w in g.wishes}
        assert shown == {"FV.NOCORIANDER"}


class TestLinks:
    def test_a_file_out_of_reach_is_only_what_was_written_here(self, seen, planted):
        links = {link.relation: link for link in seen("front_desk").links}
        assert (links["spouse"].name, links["spouse"].guest_id) == ("周文", planted.husband)
        assert (links["assistant"].name, links["assistant"].guest_id) == ("王秘书", None)
        assert links["referred"].name == "1"
        assert {k.relation: k.guest_id for k in seen("file_centre").links}["assistant"]


class TestFile:
    def test_percent_and_what_is_missing(self, seen):
        quality = seen("front_desk").file
        assert (quality.percent, quality.missing) == (92, ["address"])
        assert quality.checked_on == TODAY.replace(month=8, day=3)
