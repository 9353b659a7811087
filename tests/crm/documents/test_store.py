"""Files lie sealed under the hash of their content, whole or not at all."""

from pathlib import Path

import pytest

from crm.documents import store
from crm.documents.store import Shelf
from crm.kit.errors import NotFound, RuleBroken
from crm.kit.vault import Vault

SECRET = "a secret of a test that is long enough"


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path, Vault(SECRET))


def test_what_is_put_is_taken(shelf: Shelf) -> None:
    name = shelf.put(b"content")
    assert shelf.take(name) == b"content"
    assert shelf.has(name)


def test_the_disk_shows_none_of_it(shelf: Shelf, tmp_path: Path) -> None:
    name = shelf.put(b"passport of somebody")
    path = tmp_path / "documents" / name[:2] / name[2:]
    assert b"passport" not in path.read_bytes()
    assert path.parent.stat().st_mode & 0o077 == 0


def test_twice_the_same_content_is_one_file(shelf: Shelf, tmp_path: Path) -> None:
    assert shelf.put(b"same") == shelf.put(b"same")
    assert len(list(store.names_in(tmp_path))) == 1


def test_no_draft_stays_behind(shelf: Shelf, tmp_path: Path) -> None:
    shelf.put(b"whole")
    assert not list((tmp_path / "documents").rglob("*.part"))


def test_a_changed_file_is_not_handed_out(shelf: Shelf, tmp_path: Path) -> None:
    name = shelf.put(b"content")
    path = tmp_path / "documents" / name[:2] / name[2:]
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(RuleBroken):
        shelf.take(name)


def test_a_file_moved_to_another_name_is_not_handed_out(shelf: Shelf, tmp_path: Path) -> None:
    one, two = shelf.put(b"one"), shelf.put(b"two")
    root = tmp_path / "documents"
    (root / one[:2] / one[2:]).write_bytes((root / two[:2] / two[2:]).read_bytes())
    with pytest.raises(RuleBroken):
        shelf.take(one)


def test_another_secret_opens_nothing(shelf: Shelf, tmp_path: Path) -> None:
    name = shelf.put(b"content")
    with pytest.raises(RuleBroken):
        Shelf(tmp_path, Vault("another secret of a test, also long")).take(name)


def test_a_missing_file_says_so(shelf: Shelf) -> None:
    with pytest.raises(NotFound):
        shelf.take("0" * 64)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "AB" * 32, "0" * 63, "0" * 65, "/" * 64])
def test_only_a_hash_is_a_name(shelf: Shelf, tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError):
        shelf.take(name)
    with pytest.raises(ValueError):
        store.drop(tmp_path, name)


def test_dropping_twice_is_dropping_once(shelf: Shelf, tmp_path: Path) -> None:
    name = shelf.put(b"content")
    assert store.drop(tmp_path, name)
    assert not store.drop(tmp_path, name)
    assert not shelf.has(name)
