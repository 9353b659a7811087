"""Who may be whom, and what never decides by itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.guests.birthdays import Birthday
from crm.guests.duplicates import (
    Contact,
    Likeness,
    Person,
    Sign,
    likeness,
    name_sign,
)
from crm.guests.naming import parts_of
from crm.guests.terms import Calendar

PHONE = Contact("+8613800138000", is_email=False)
SHARED = Contact("+8613800138000", is_email=False, is_shared=True)
EMAIL = Contact("jingyi@example.com", is_email=True)
RELAY = Contact("a1@guest.booking.com", is_email=True, is_relay=True)
BORN = Birthday(3, 5, 1980)


def person(
    *names: str, contacts: tuple[Contact, ...] = (), birthday: Birthday | None = None
) -> Person:
    return Person(tuple(parts_of(name) for name in names), contacts, birthday)


class TestNames:
    @pytest.mark.parametrize(
        ("one", "other", "sign"),
        [
            ("陈静怡", "陈静怡", Sign.SAME_NAME),
            ("陈静怡", "陳靜怡", Sign.SAME_NAME),
            ("CHEN Jingyi", "Jingyi Chen", Sign.SAME_NAME),
            ("O'Brien, Sean", "Sean OBRIEN", Sign.SAME_NAME),
            ("Jürgen Müller", "Jurgen Muller", Sign.SAME_NAME),
            ("陈静怡", "Chen Jingyi", Sign.SAME_READING),
            ("单晓云", "Xiaoyun Shan", Sign.SAME_READING),
            ("曾伟", "ZENG Wei", Sign.SAME_READING),
            ("吕布", "Bu Lyu", Sign.SAME_READING),
            ("John Smith", "Jon Smith", Sign.SIMILAR_NAME),
            ("习近平", "习近朋", None),
            ("王伟", "王玮", None),
            ("Smith", "John Smith", None),
            ("Anna", "Anne", None),
            ("Li Na", "Li Ni", None),
            ("John Smith", "Mary Brown", None),
            ("", "John Smith", None),
        ],
    )
    def test_table(self, one: str, other: str, sign: Sign | None) -> None:
        assert name_sign(parts_of(one), parts_of(other)) is sign
        assert name_sign(parts_of(other), parts_of(one)) is sign


class TestLikeness:
    @pytest.mark.parametrize(
        ("typed", "known", "likely"),
        [
            (person("陈静怡", contacts=(PHONE,)), person("CHEN Jingyi", contacts=(PHONE,)), True),
            (person("陈静怡", contacts=(EMAIL,)), person("陈静怡", contacts=(EMAIL,)), True),
            (person("陈静怡", birthday=BORN), person("陈静怡", birthday=BORN), False),
            (person("陈静怡"), person("陈静怡"), False),
            (person("李雷", contacts=(PHONE,)), person("陈静怡", contacts=(PHONE,)), False),
            (
                person("陈静怡", contacts=(PHONE,), birthday=BORN),
                person("陈静怡", contacts=(PHONE,), birthday=Birthday(4, 6, 1990)),
                False,
            ),
        ],
    )
    def test_likely_or_only_possible(self, typed: Person, known: Person, likely: bool) -> None:
        found = likeness(typed, known)
        assert isinstance(found, Likeness)
        assert found.is_likely is likely

    @pytest.mark.parametrize(
        ("typed", "known"),
        [
            (person("李雷", contacts=(PHONE,)), person("陈静怡", contacts=(SHARED,))),
            (person("李雷", contacts=(RELAY,)), person("陈静怡", contacts=(RELAY,))),
            (
                person("李雷", contacts=(RELAY, PHONE)),
                person("陈静怡", contacts=(RELAY, SHARED)),
            ),
            (person("李雷", birthday=BORN), person("陈静怡", birthday=BORN)),
            (person("李雷"), person("陈静怡")),
            (person(), person()),
            (
                person("陈静怡", birthday=BORN),
                person("陈静怡", birthday=Birthday(4, 6, 1990)),
            ),
        ],
    )
    def test_what_many_share_is_no_sign_alone(self, typed: Person, known: Person) -> None:
        assert likeness(typed, known) is None

    def test_signs_say_why(self) -> None:
        found = likeness(
            person("陈静怡", contacts=(PHONE, RELAY), birthday=Birthday(3, 5)),
            person("Chen Jingyi", contacts=(SHARED, RELAY), birthday=BORN),
        )
        assert found is not None
        assert set(found.signs) == {
            Sign.SHARED_PHONE,
            Sign.RELAY_EMAIL,
            Sign.SAME_READING,
            Sign.SAME_BIRTHDAY,
        }

    def test_two_calendars_say_nothing_of_each_other(self) -> None:
        lunar = Birthday(3, 5, 1980, Calendar.LUNAR)
        found = likeness(person("陈静怡", birthday=lunar), person("陈静怡", birthday=BORN))
        assert found is not None
        assert found.signs == (Sign.SAME_NAME,)

    @given(
        st.lists(st.text(max_size=20), max_size=3),
        st.lists(st.text(max_size=20), max_size=3),
        st.booleans(),
    )
    def test_any_two_are_judged_alike_from_either_side(
        self, one: list[str], other: list[str], phone: bool
    ) -> None:
        contacts = (PHONE,) if phone else ()
        left, right = person(*one, contacts=contacts), person(*other, contacts=contacts)
        assert likeness(left, right) == likeness(right, left)
