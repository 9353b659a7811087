"""The shipped list: every word in both languages, codes met once, sensitive ones marked."""

from sqlalchemy import func, select

from crm.complaints import master, queries
from crm.complaints.tables import CaseWord
from crm.complaints.terms import WordLevel
from tests.crm.complaints.made import SYSTEM


def test_codes_are_met_once_in_their_level():
    codes = [(word["level"], word["code"]) for word in master.shipped()]
    assert len(set(codes)) == len(codes)


def test_every_category_has_causes_that_are_as_sensitive(db):
    master.load(db)
    words = queries.words(db, by=SYSTEM)
    assert len(words) == 13
    assert all(len(word.causes) == 5 for word in words)
    assert {w.code for w in words if w.is_sensitive} == {
        "harassment", "theft", "staff_conduct", "health",
    }  # fmt: skip
    assert all(c.is_sensitive == w.is_sensitive for w in words for c in w.causes)


def test_loading_again_keeps_what_the_house_has_set(db):
    first = master.load(db)
    db.get(CaseWord, (WordLevel.CAUSE, "lift")).is_on = False
    db.flush()
    assert master.load(db) == first
    assert db.connection().scalar(select(func.count()).select_from(CaseWord)) == first
    assert db.get(CaseWord, (WordLevel.CAUSE, "lift")).is_on is False
