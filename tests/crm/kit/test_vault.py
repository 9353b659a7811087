"""What is sealed is opened by the same key in the same row, and by nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.kit.errors import RuleBroken
from crm.kit.vault import Vault

VAULT = Vault("a secret of a test that is long enough")
ROW, OTHER_ROW = b"row one", b"row two"


@given(st.text(max_size=300), st.binary(max_size=40))
def test_opens_what_it_sealed(value: str, bond: bytes) -> None:
    sealed = VAULT.seal(value, bound_to=bond)
    assert VAULT.open(sealed, bound_to=bond) == value
    assert len(value) < 8 or value.encode() not in sealed


@given(st.binary(max_size=2000))
def test_opens_the_bytes_it_sealed(content: bytes) -> None:
    sealed = VAULT.seal_bytes(content, bound_to=ROW)
    assert VAULT.open_bytes(sealed, bound_to=ROW) == content


def test_twice_the_same_value_looks_different() -> None:
    assert VAULT.seal("E1234567", bound_to=ROW) != VAULT.seal("E1234567", bound_to=ROW)


def test_a_value_cannot_be_moved_to_another_row() -> None:
    sealed = VAULT.seal("E1234567", bound_to=ROW)
    with pytest.raises(RuleBroken):
        VAULT.open(sealed, bound_to=OTHER_ROW)


def test_another_secret_opens_nothing() -> None:
    sealed = VAULT.seal("E1234567", bound_to=ROW)
    with pytest.raises(RuleBroken):
        Vault("another secret, also long enough here").open(sealed, bound_to=ROW)


@given(st.integers(1, 36), st.integers(1, 255))
def test_a_changed_byte_is_found(at: int, by: int) -> None:
    sealed = bytearray(VAULT.seal("E1234567", bound_to=ROW))
    sealed[at % len(sealed) or 1] ^= by
    with pytest.raises(RuleBroken):
        VAULT.open(bytes(sealed), bound_to=ROW)


@pytest.mark.parametrize("twin", ["E1234567", "e1234567", " E 123 4567 ", "E123\u00a04567"])
def test_the_index_finds_a_number_however_it_is_typed(twin: str) -> None:
    assert VAULT.blind_index(twin) == VAULT.blind_index("E1234567")


@given(st.text(alphabet="ABC123", min_size=1), st.text(alphabet="ABC123", min_size=1))
def test_the_index_tells_numbers_apart_and_tells_nothing_else(one: str, two: str) -> None:
    assert (VAULT.blind_index(one) == VAULT.blind_index(two)) == (one == two)
    assert len(VAULT.blind_index(one)) == 44
    assert Vault("another secret, also long enough here").blind_index(one) != VAULT.blind_index(one)
