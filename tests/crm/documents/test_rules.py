"""Names for downloads are harmless, last days are counted, classes map to the policy."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.documents import catalogue, rules
from crm.documents.terms import DocumentClass


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Passport scan", "Passport scan.pdf"),
        ("../../etc/passwd", "etc_passwd.pdf"),
        ("C:\\x", "C__x.pdf"),
        ("护照 扫描", "护照 扫描.pdf"),
        ("...", "document.pdf"),
        ('a"; filename=b', "a__ filename_b.pdf"),
        ("x" * 200, "x" * 80 + ".pdf"),
    ],
)
def test_file_name(title: str, name: str) -> None:
    assert rules.file_name(title, ".pdf") == name


@given(st.text(max_size=200))
def test_a_file_name_holds_no_path_and_no_header(title: str) -> None:
    name = rules.file_name(title, ".pdf")
    assert not set('/\\:"\r\n;\0') & set(name)
    assert not name.startswith(".")


@pytest.mark.parametrize(
    ("days", "last"), [(0, date(2026, 11, 24)), (30, date(2026, 12, 24)), (10**7, date.max)]
)
def test_delete_after(days: int, last: date) -> None:
    assert rules.delete_after(date(2026, 11, 24), days) == last


def test_the_last_day_still_belongs_to_it() -> None:
    assert not rules.is_overdue(date(2026, 11, 24), date(2026, 11, 24))
    assert rules.is_overdue(date(2026, 11, 23), date(2026, 11, 24))


def test_identity_is_a_field_of_its_own() -> None:
    fields = {rules.policy_field(each) for each in DocumentClass}
    assert fields == {"document.identity", "document.other"}
    assert rules.policy_field(DocumentClass.IDENTITY) == "document.identity"


def test_the_catalogue_fills_every_class_in_both_languages() -> None:
    kinds = catalogue.shipped().values()
    assert {kind.document_class for kind in kinds} == set(DocumentClass)
    assert all(kind.label_en and kind.label_zh and kind.keep_days > 0 for kind in kinds)
    identity = [k for k in kinds if k.document_class is DocumentClass.IDENTITY]
    assert all(kind.keep_days <= 30 for kind in identity)
