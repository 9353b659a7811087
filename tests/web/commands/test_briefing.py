"""``keshi briefing`` as a shell sees it."""

import json
from io import BytesIO
from pathlib import Path

import pypdf
import pytest
from typer.testing import CliRunner

from crm.briefing import service
from crm.briefing.schemas import PassphraseSet
from crm.kit.db import Database
from crm.kit.settings import in_force, put_in_force
from crm.kit.vault import Vault
from tests.conftest import SECRET
from tests.crm.profile.planted import chen
from tests.factories import a_hotel, an_actor
from web.cli import app


@pytest.fixture
def keshi(tmp_path, monkeypatch, new_database):
    """Runs ``keshi`` on a database with one guest due today."""
    before = in_force()
    database: Database = new_database("sqlite")
    with database.writing() as db:
        hotel = a_hotel(db, "HZ1")
        chen(db, hotel)
        a_hotel(db, "SH2")
        wanted = PassphraseSet(passphrase="four words in a row")
        by = an_actor("it", hotel)
        service.set_passphrase(db, wanted, by=by, vault=Vault(SECRET))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KESHI_DATABASE_URL", f"sqlite:///{database.url.database}")
    monkeypatch.setenv("KESHI_SECRET_KEY", SECRET)
    monkeypatch.setenv("KESHI_DATA_DIR", str(tmp_path / "files"))

    def run(*words, code=0):
        result = CliRunner().invoke(app, ["briefing", *words])
        assert result.exit_code == code, result.output + result.stderr
        return result

    yield run
    put_in_force(before)


def test_makes_a_pack_that_opens_with_the_passphrase(keshi, tmp_path):
    made = json.loads(
        keshi("pack", "--hotel", "HZ1", "--out", str(tmp_path / "p.pdf"), "--json").stdout
    )
    assert (tmp_path / "files" / "packs") in Path(made["file"]).parents
    reader = pypdf.PdfReader(tmp_path / "p.pdf")
    assert reader.is_encrypted
    assert reader.decrypt("four words in a row")
    assert "陈静怡" in reader.pages[0].extract_text()
    assert (tmp_path / "p.pdf").stat().st_mode & 0o077 == 0


def test_says_how_to_set_a_passphrase_and_which_hotels_there_are_not(keshi):
    assert "no passphrase" in keshi("pack", "--hotel", "SH2", code=1).stderr
    assert "There is no hotel" in keshi("pack", "--hotel", "XX9", code=1).stderr


def test_prints_an_edition_with_the_eyes_of_its_department(keshi, tmp_path):
    out = tmp_path / "hk.pdf"
    keshi("print", "--hotel", "HZ1", "--edition", "housekeeping", "--out", str(out),
          "--language", "zh-Hans")  # fmt: skip
    (page,) = pypdf.PdfReader(BytesIO(out.read_bytes())).pages
    text = page.extract_text()
    assert "1808" in text
    assert "陈静怡" not in text
    keshi("print", "--hotel", "HZ1", "--edition", "everybody", "--out", str(out), code=2)
