"""Whether an incoming person is somebody on file: careful, symmetric, never by one sign alone."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.guests.birthdays import Birthday
from crm.guests.fitting import Fit, name_fits
from crm.guests.naming import parts_of
from crm.intake.matching import SHARED_FROM, Contact, Known, Person, Verdict, decide

PHONE = Contact("+8613800138000", usable=True)
MAIL = Contact("c@example.com", usable=True)
RELAY = Contact("x@guest.booking.com", usable=False, relay=True)
SHARED = Contact("+8613800138000", usable=False, shared=True)


def person(name: str, *contacts: Contact, born: Birthday | None = None) -> Person:
    return Person((parts_of(name),), contacts, born)


def known(name: str, *contacts: Contact, born: Birthday | None = None, holders: int = 1) -> Known:
    counted = {c.norm: holders for c in contacts}
    return Known(uuid4(), (parts_of(name),), contacts, born, counted)


class TestNames:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("陈静怡", "陈静怡"), ("陈静怡", "CHEN Jingyi"), ("陈静怡", "Jingyi Chen"),
            ("陳靜怡", "陈静怡"),
            ("曾伟", "Zeng Wei"), ("单田芳", "Shan Tianfang"), ("吕布", "Lu Bu"),
            ("欧阳娜娜", "Ouyang Nana"),
            ("Müller, Jonas", "jonas muller"), ("O'Brien Pat", "Pat OBrien"), ("José", "JOSE"),
        ],
    )  # fmt: skip
    def test_the_same(self, one: str, other: str) -> None:
        assert name_fits(parts_of(one), parts_of(other)) is Fit.SAME
        assert name_fits(parts_of(other), parts_of(one)) is Fit.SAME

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("习近朋", "习近平"),
            ("陈静怡", "Chen Jing"),
            ("王伟", "Wang Wen"),
            ("Li Na", "Li Ning"),
            ("", "x"),
        ],
    )
    def test_others(self, one: str, other: str) -> None:
        assert name_fits(parts_of(one), parts_of(other)) is not Fit.SAME

    def test_one_typo_is_near(self) -> None:
        assert name_fits(parts_of("Camille Dubois"), parts_of("Camile Dubois")) is Fit.NEAR


class TestDecide:
    def test_contact_and_name(self) -> None:
        guest = known("陈静怡", PHONE, MAIL)
        assert decide(person("Chen Jingyi", PHONE), [guest]).guest_id == guest.id

    @pytest.mark.parametrize(
        ("incoming", "guest", "verdict", "reason"),
        [
            (person("李娜", PHONE), known("陈静怡", PHONE), Verdict.UNCLEAR, "name_differs"),
            (person("Camile Dubois", MAIL), known("Camille Dubois", MAIL), Verdict.UNCLEAR,
             "name_differs"),
            (person("陈静怡"), known("陈静怡", PHONE), Verdict.UNCLEAR, "same_name_only"),
            (person("陈静怡", MAIL), known("陈静怡", PHONE), Verdict.NEW, None),
            (person("陈静怡", SHARED), known("陈静怡", SHARED), Verdict.UNCLEAR, "shared_contact"),
            (person("李娜", SHARED), known("陈静怡", SHARED), Verdict.NEW, None),
            (person("陈静怡", RELAY), known("陈静怡", RELAY), Verdict.UNCLEAR, "relay_contact"),
            (person("李娜", RELAY), known("陈静怡", RELAY), Verdict.NEW, None),
            (person("李娜", PHONE), known("陈静怡", PHONE, holders=SHARED_FROM), Verdict.NEW, None),
        ],
    )  # fmt: skip
    def test_anything_less(
        self, incoming: Person, guest: Known, verdict: Verdict, reason: str | None
    ) -> None:
        match = decide(incoming, [guest])
        assert (match.verdict, match.reason, match.guest_id) == (verdict, reason, None)

    def test_two_who_fit(self) -> None:
        match = decide(person("陈静怡", PHONE), [known("陈静怡", PHONE), known("陈静怡", PHONE)])
        assert (match.verdict, match.reason) == (Verdict.UNCLEAR, "several_guests")

    def test_a_birthday_can_speak_against(self) -> None:
        incoming = person("陈静怡", PHONE, born=Birthday(5, 6, 1980))
        for born, verdict in (
            (Birthday(5, 6, 1980), Verdict.MATCHED),
            (Birthday(5, 6), Verdict.MATCHED),
            (None, Verdict.MATCHED),
            (Birthday(5, 7, 1980), Verdict.UNCLEAR),
            (Birthday(5, 6, 1981), Verdict.UNCLEAR),
        ):
            assert decide(incoming, [known("陈静怡", PHONE, born=born)]).verdict is verdict

    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["陈静怡", "李娜", "Chen Jingyi"]),
                st.lists(st.sampled_from([PHONE, MAIL, RELAY, SHARED]), max_size=2, unique=True),
            ),
            max_size=4,
        ),
        st.lists(st.sampled_from([PHONE, MAIL, RELAY, SHARED]), max_size=2, unique=True),
    )
    def test_a_match_always_has_a_usable_contact_and_the_name(
        self, people: list[tuple[str, list[Contact]]], contacts: list[Contact]
    ) -> None:
        guests = [known(name, *theirs) for name, theirs in people]
        incoming = person("陈静怡", *contacts)
        match = decide(incoming, guests)
        by_id: dict[UUID, Known] = {g.id: g for g in guests}
        if match.verdict is Verdict.MATCHED and match.guest_id:
            guest = by_id[match.guest_id]
            ours = {c.norm for c in contacts if c.usable}
            assert ours & {c.norm for c in guest.contacts if c.usable}
            assert name_fits(incoming.names[0], guest.names[0]) is Fit.SAME
        else:
            assert match.guest_id is None
            assert set(match.candidates) <= by_id.keys()
