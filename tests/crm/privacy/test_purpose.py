"""A stated purpose says what for, in words; it carries no number, address or name of a guest."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import Session

from crm.audit.tables import AuditRow
from crm.kit.errors import Invalid
from crm.kit.vault import Vault
from crm.privacy import service as privacy
from crm.privacy.rules import Carried, carried
from crm.privacy.schemas import Reveal
from crm.privacy.terms import RevealField
from tests.conftest import SECRET
from tests.factories import a_contact, a_guest, a_hotel, a_stay, an_actor

PLAIN = [
    "call back about the late arrival",
    "call back about room 1808",
    "booking of 2026-11-24, room 1808",
    "left on 24.11.2026, umbrella",
    "2026年11月24日 入住，雨伞落在房间",
    "归还遗失物品",
    "三天前退房，落下外套",
    "return 2 umbrellas to G-7Q4K2M",
    "confirmation B00123, flight CA1234",
    "rooms 1808, 1809",
    "meeting at 3 pm",
    "internationalisation of the letter",
]
WITH_NUMBER = [
    "call 13800138000",
    "call +86 138 0013 8000",
    "call (0571) 8712-3456",
    "电话 １３８００１３８０００",
    "电话一三八零零一三八零零零",
    "call ١٣٨٠٠١٣٨٠٠٠",
    "card 4111 1111 1111 1111",
    "card 4111-1111-1111-1111",
    "ID 11010519491231002X",
    "passport E12345678",
    "passport C01X00T47",
    "HKID A123456(7)",
    "1.3.8.0.0.1.3.8",
    "booking 2026-13-45",
]
WITH_MAIL = ["write to chen.jiayi@example.com", "write to 陈@例子.中国", "chen (at) example.com"]


@pytest.mark.parametrize("text", PLAIN)
def test_words_are_fine(text: str) -> None:
    assert carried(text) is None


@pytest.mark.parametrize("text", WITH_NUMBER)
def test_numbers_that_lead_to_a_person_are_seen(text: str) -> None:
    assert carried(text) is Carried.NUMBER


@pytest.mark.parametrize("text", WITH_MAIL)
def test_addresses_are_seen(text: str) -> None:
    assert carried(text) is Carried.MAIL


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("陈佳怡要求回电", True),
        ("陈 佳 怡 要求回电", True),
        ("JIAYI CHEN wants a call", True),
        ("call Chen, Jiayi back", True),
        ("call Ms Chen back", False),
        ("佳节前回电", False),
        ("a chén jiayì question", True),
    ],
)
def test_the_guests_own_name_is_seen(text: str, seen: bool) -> None:
    found = carried(text, ["陈佳怡", "Chen Jiayi"])
    assert found is (Carried.NAME if seen else None)


@given(
    st.lists(st.sampled_from("0123456789"), min_size=7, max_size=19),
    st.sampled_from(["", " ", "-", ".", " - ", "/"]),
    st.text("abcdefgh ", max_size=12),
)
def test_no_spelling_of_a_long_number_passes(digits: list[str], between: str, around: str) -> None:
    text = f"{around} {between.join(digits)} {around}"
    assert carried(text) is Carried.NUMBER or "day" in _days_taken_out(text)


def _days_taken_out(text: str) -> str:
    """The few numbers that are days are let through on purpose."""
    from crm.privacy import rules

    return rules._DAY_FIRST.sub(rules._no_day_first, rules._DATE.sub(rules._no_date, text))


@given(st.text(max_size=300), st.text(max_size=40))
def test_any_text_gets_an_answer(text: str, name: str) -> None:
    carried(text, [name])


@pytest.fixture
def guest(db: Session) -> tuple[UUID, UUID]:
    hotel = a_hotel(db)
    guest_id = a_guest(db)
    a_stay(db, guest_id, hotel)
    a_contact(db, guest_id)
    return hotel, guest_id


@pytest.mark.parametrize(
    "purpose",
    ["call +86 138 0013 8000", "ask chen@example.com", "陈佳怡 called", "Jiayi Chen rang"],
)
def test_a_reveal_with_such_a_purpose_is_refused_and_leaves_no_row(
    db: Session, guest: tuple[UUID, UUID], purpose: str
) -> None:
    hotel, guest_id = guest
    asked = Reveal(field=RevealField.CONTACT, no=1, purpose=purpose)
    with pytest.raises(Invalid) as refused:
        privacy.reveal(db, guest_id, asked, by=an_actor("front_desk", hotel), vault=Vault(SECRET))
    assert refused.value.code == "purpose_carries_data"
    assert refused.value.details["pointer"] == "/purpose"
    assert not any(word in refused.value.message for word in purpose.split())
    assert db.connection().execute(select(AuditRow.__table__)).all() == []
