"""HEARD: what the case tells itself, and what a signed step ticks."""

import pytest

from crm.complaints.heard import SENTENCES, HeardPart, heard

H = HeardPart


def done(**facts):
    given = {"has_words": False, "is_solved": False, "has_cause": False, "step_words": []} | facts
    return {item.part for item in heard(**given) if item.done}


@pytest.mark.parametrize(
    ("facts", "ticked"),
    [
        ({}, set()),
        ({"has_words": True}, {H.HEAR}),
        ({"is_solved": True, "has_cause": True}, {H.RESOLVE, H.DIAGNOSE}),
        ({"step_words": [SENTENCES[H.APOLOGISE]]}, {H.APOLOGISE}),
        ({"step_words": [SENTENCES[H.EMPATHISE] + " By phone."]}, {H.EMPATHISE}),
        ({"step_words": ["He was told: " + SENTENCES[H.APOLOGISE]]}, set()),
    ],
)
def test_a_part_is_ticked_by_the_case_or_by_the_step_that_begins_with_it(facts, ticked):
    assert done(**facts) == ticked


def test_the_parts_stand_in_the_order_of_their_letters():
    found = heard(has_words=True, is_solved=False, has_cause=False, step_words=[])
    assert "".join(item.part[0] for item in found) == "heard"
    assert [item.part for item in found if item.by_hand] == list(SENTENCES)
