"""Scans of the demo lie on the shelf like any other document."""

import io
from pathlib import Path

import pytest
from PIL import Image

from crm.documents import queries
from crm.documents.store import Shelf
from crm.kit.db import Database
from crm.kit.vault import Vault
from lab.demo import shelf
from lab.demo.dressing import World
from lab.demo.load import derive, load

SECRET = "a-secret-key-of-a-test-0123456789-abc"


@pytest.fixture
def backend() -> str:
    return "sqlite"


def test_every_scan_is_a_page_of_its_own(world: World) -> None:
    drawn = [shelf.drawn(scan) for scan in shelf.scans(world)]
    assert len(drawn) == len(set(drawn)) == 6
    for content in drawn:
        assert Image.open(io.BytesIO(content)).size == shelf.SIZE


def test_they_are_found_with_their_guest_and_open_again(
    database: Database, world: World, tmp_path: Path
) -> None:
    with database.writing() as db:
        load(db, world)
        derive(db, world)
    assert shelf.fill(database, tmp_path, SECRET, world) == 6
    chen = world.roles[0].person.key
    with database.reading() as db:
        rows = queries.of_guest(db, chen, by=shelf.file_centre(world))
        assert {row.kind_code for row in rows} == {"consent_form", "registration_card"}
        found = queries.on_shelf(db, rows[0].id, by=shelf.file_centre(world))
    content = Shelf(tmp_path, Vault(SECRET)).take(found.sha256)
    assert Image.open(io.BytesIO(content)).size == shelf.SIZE
