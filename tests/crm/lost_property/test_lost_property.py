"""Things found: once by their id, kept by their kind, whose they are only for the desk."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from crm.kit import clock
from crm.kit.errors import ChangedMeanwhile, Conflict, Invalid, NotAllowed, NotFound, RuleBroken
from crm.kit.vault import Vault
from crm.lost_property import photos, queries, rules, service
from crm.lost_property.schemas import FoundIn, FoundPatch, FoundSettle
from crm.lost_property.terms import PHOTO_EDGE, FoundKind, FoundState
from crm.stays.terms import StayStatus
from tests.factories import TODAY, a_guest, a_hotel, a_room, a_staff, a_stay, an_actor

VAULT = Vault("a-secret-key-that-only-tests-know-0123456789")
NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


@pytest.fixture
def hotel(db):
    hotel_id = a_hotel(db)
    a_room(db, hotel_id, "1808")
    return hotel_id


@pytest.fixture
def keeper(db, hotel):
    return an_actor("housekeeping", hotel, a_staff(db, "housekeeping", hotel))


@pytest.fixture
def desk(db, hotel):
    return an_actor("front_desk", hotel, a_staff(db, "front_desk", hotel))


def scarf(**more):
    facts = {"id": uuid4(), "kind": FoundKind.ORDINARY, "what": "Blue scarf", "room_no": "1808"}
    return FoundIn(**(facts | more))


def a_photo(width=2400, height=1200):
    out = BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, "JPEG")
    return out.getvalue()


class TestKeeping:
    @pytest.mark.parametrize(
        ("kind", "found", "last"),
        [
            ("perishable", date(2026, 2, 27), date(2026, 3, 2)),
            ("ordinary", date(2026, 11, 30), date(2027, 2, 28)),
            ("ordinary", date(2026, 10, 1), date(2027, 1, 1)),
            ("valuable", date(2028, 2, 29), date(2029, 2, 28)),
        ],
    )
    def test_as_long_as_its_kind_says(self, kind, found, last):
        assert rules.dispose_by(FoundKind(kind), found) == last

    @given(st.dates(date(2020, 1, 1), date(2080, 12, 31)), st.sampled_from(FoundKind))
    def test_what_is_found_later_is_never_kept_shorter(self, found, kind):
        kept = rules.dispose_by(kind, found)
        assert found < kept <= rules.dispose_by(kind, found + timedelta(days=1))

    def test_the_last_day_still_belongs_to_the_owner(self):
        assert not rules.is_due(TODAY, TODAY)
        assert rules.is_due(TODAY, TODAY + timedelta(days=1))


class TestTakingIn:
    def test_by_the_hotel_s_next_number_and_day(self, db, keeper, frozen):
        late = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)  # half past one on the 25th in Hangzhou
        with frozen(late):
            made = [service.take_in(db, scarf(), by=keeper) for _ in range(2)]
        assert [one.reference for one in made] == ["L-1001", "L-1002"]
        assert made[0].dispose_by == date(2027, 2, 25)

    def test_sent_twice_is_one(self, db, keeper):
        found = scarf(found_at=NOON)
        first, again = (service.take_in(db, found, by=keeper) for _ in range(2))
        assert first == again
        assert len(queries.found_items(db, by=keeper).items) == 1

    def test_an_id_that_stands_for_another_thing_is_refused(self, db, keeper, desk):
        found = scarf(found_at=NOON)
        service.take_in(db, found, by=keeper)
        for other, who in ((found.model_copy(update={"what": "Hat"}), keeper), (found, desk)):
            with pytest.raises(Conflict) as refused:
                service.take_in(db, other, by=who)
            assert refused.value.code == "found_id_used"

    def test_of_no_room_of_ours_or_the_future_is_refused(self, db, keeper):
        for wrong, code in (
            ({"room_no": "9999"}, "room"),
            ({"found_at": clock.now() + timedelta(hours=1)}, "found_future"),
        ):
            with pytest.raises(Invalid) as refused:
                service.take_in(db, scarf(**wrong), by=keeper)
            assert refused.value.code == code

    def test_of_another_hotel_is_not_there(self, db, keeper):
        made = service.take_in(db, scarf(), by=keeper)
        stranger = an_actor("front_desk", a_hotel(db))
        with pytest.raises(NotFound):
            queries.found_item(db, made.id, by=stranger)
        assert queries.found_items(db, by=stranger).items == []

    def test_pages_go_on_where_they_stopped(self, db, keeper, frozen):
        for minute in range(3):
            with frozen(NOON + timedelta(minutes=minute)):
                service.take_in(db, scarf(what=f"Thing {minute}"), by=keeper)
        first = queries.found_items(db, by=keeper, limit=2)
        rest = queries.found_items(db, by=keeper, limit=2, cursor=first.next)
        told = [row.what for row in [*first.items, *rest.items]]
        assert told == ["Thing 2", "Thing 1", "Thing 0"]
        assert rest.next is None

    def test_is_found_by_a_word_a_room_or_its_number(self, db, keeper):
        service.take_in(db, scarf(), by=keeper)
        for q, number in (("scarf", 1), ("SCARF", 1), ("1808", 1), ("l-1001", 1), ("hat", 0)):
            assert len(queries.found_items(db, by=keeper, q=q).items) == number


class TestPhoto:
    def test_is_drawn_small_sealed_and_kept_once(self, db, keeper):
        made = service.take_in(db, scarf(), by=keeper)
        sheets = [service.keep_photo(db, VAULT, made.id, a_photo(), by=keeper) for _ in range(2)]
        assert [sheet.version for sheet in sheets] == [2, 2]
        sealed = queries.photo_of(db, made.id, by=keeper)
        assert b"JFIF" not in sealed
        with Image.open(BytesIO(photos.opened(VAULT, made.id, sealed))) as picture:
            assert picture.size == (PHOTO_EDGE, PHOTO_EDGE // 2)

    def test_is_a_picture_and_nothing_else(self, db, keeper):
        made = service.take_in(db, scarf(), by=keeper)
        with pytest.raises(Invalid):
            service.keep_photo(db, VAULT, made.id, b"%PDF-1.4 no picture", by=keeper)


class TestWhose:
    @pytest.fixture
    def item(self, db, keeper):
        return service.take_in(db, scarf(found_at=NOON), by=keeper).id

    def stays(self, db, hotel, *leaving):
        return [
            a_stay(
                db,
                a_guest(db, f"客{no}", f"Guest{no}"),
                hotel,
                status=StayStatus.CHECKED_OUT,
                arrival_on=TODAY - timedelta(days=ago + 2),
                departure_on=TODAY - timedelta(days=ago),
            )
            for no, ago in enumerate(leaving)
        ]  # fmt: skip

    def test_the_last_three_stays_of_the_room_for_the_desk_alone(
        self, db, hotel, item, desk, keeper
    ):
        self.stays(db, hotel, 0, 10, 20, 30)
        found = queries.last_stays(db, item, by=desk)
        assert [one.guest for one in found] == ["客0 Guest0", "客1 Guest1", "客2 Guest2"]
        assert [one.was_there for one in found] == [True, False, False]
        with pytest.raises(NotAllowed):
            queries.last_stays(db, item, by=keeper)

    def test_is_told_to_the_desk_and_hidden_from_the_floor(self, db, hotel, item, desk, keeper):
        (stay,) = self.stays(db, hotel, 0)
        claimed = FoundSettle(state=FoundState.CLAIMED, stay_id=stay)
        version = service.settle(db, item, claimed, version=1, by=desk)
        assert queries.found_item(db, item, by=desk).guest == "客0 Guest0"
        hidden = queries.found_item(db, item, by=keeper)
        assert (hidden.guest, hidden.guest_id, hidden.stay_id) == (None, None, None)
        back = FoundSettle(state=FoundState.RETURNED, words="Parcel 77")
        service.settle(db, item, back, version=version, by=desk)
        sheet = queries.found_item(db, item, by=desk)
        assert (sheet.state, sheet.guest, sheet.settled_words) == (
            "returned", "客0 Guest0", "Parcel 77",
        )  # fmt: skip

    def test_of_a_stay_elsewhere_is_refused(self, db, item, desk):
        far = a_stay(db, a_guest(db), a_hotel(db))
        claimed = FoundSettle(state=FoundState.CLAIMED, stay_id=far)
        with pytest.raises(Invalid):
            service.settle(db, item, claimed, version=1, by=desk)


class TestEnd:
    def test_is_disposed_of_only_after_its_last_day(self, db, keeper, desk):
        kept = service.take_in(db, scarf(), by=keeper)
        over = service.take_in(
            db, scarf(kind=FoundKind.PERISHABLE, found_at=NOON - timedelta(days=4)), by=keeper
        )
        gone = FoundSettle(state=FoundState.DISPOSED)
        with pytest.raises(RuleBroken) as refused:
            service.settle(db, kept.id, gone, version=1, by=desk)
        assert refused.value.code == "found_kept"
        service.settle(db, over.id, gone, version=1, by=desk)
        assert queries.found_items(db, by=desk, is_open=True).items[0].id == kept.id

    def test_can_be_taken_back_and_two_cannot_settle_unseen(self, db, keeper, desk):
        made = service.take_in(db, scarf(), by=keeper)
        back = FoundSettle(state=FoundState.RETURNED)
        service.settle(db, made.id, back, version=1, by=desk)
        with pytest.raises(ChangedMeanwhile):
            service.settle(db, made.id, back, version=1, by=desk)
        service.settle(db, made.id, FoundSettle(state=FoundState.FOUND), version=2, by=desk)
        sheet = queries.found_item(db, made.id, by=desk)
        assert (sheet.state, sheet.settled_at) == ("found", None)

    def test_another_kind_is_kept_for_another_time(self, db, keeper, desk):
        made = service.take_in(db, scarf(found_at=NOON), by=keeper)
        patch = FoundPatch(kind=FoundKind.VALUABLE, stored_at="Safe 2")
        service.amend(db, made.id, patch, version=1, by=desk)
        sheet = queries.found_item(db, made.id, by=desk)
        assert (sheet.dispose_by, sheet.stored_at) == (date(2027, 11, 24), "Safe 2")
        with pytest.raises(NotAllowed):
            service.amend(db, made.id, patch, version=2, by=keeper)
