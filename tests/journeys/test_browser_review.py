"""A hundred notes reviewed in a real browser with the keyboard alone.

The handling is timed by a model, since a script neither reads nor thinks. The keystroke-level
model (Card, Moran & Newell 1980): 0.28 s a key for somebody who is no typist, 1.35 s for each
mental preparation, of which a decision takes two (is it true and fit, and what is it); and reading
at 240 words a minute the note with what stands beside it, two lines of twenty words. To that comes
the real time from a decision's last key until the next note stands there.
"""

import time
from datetime import timedelta

import pytest
from sqlmodel import col, func, select

from crm.hotels.terms import DepartmentCode
from crm.kit import clock
from crm.kit.ids import new_id
from crm.preferences import master
from crm.preferences.schemas import NoteIn
from crm.preferences.service import note_preference
from crm.preferences.tables import Observation, Preference
from crm.preferences.terms import (
    ObservationState,
    PreferenceSource,
    PreferenceStatus,
    RejectReason,
    ReviewPolicy,
)
from crm.staff.terms import Role
from tests import factories
from tests.factories import put
from tests.until import until

pytestmark = pytest.mark.browser

NOTES = 100
KEY_S, THINK_S, READ_S = 0.28, 2 * 1.35, 20 / (240 / 60)
MAY_TAKE_S = 15 * 60
CODES = ("PL.FOAM", "AM.TEA", "LT.CURTOPEN", "BT.KITS", "FV.MILD", "SV.CLEANAM")
COUNT_POINTING = """window.pointed = 0;
for (const kind of ["pointerdown", "mousedown"]) {
    addEventListener(kind, () => { window.pointed += 1; }, true);
}"""
LOADED = """() => document.querySelector("[data-review]")
    && performance.getEntriesByType("navigation")[0].loadEventEnd > 0"""
LOST = "a note in words for another guest"


@pytest.fixture
def backend():
    return "sqlite"


@pytest.fixture
def centre(client, serving, page):
    """The inbox with a hundred notes of twenty guests, the oldest 80 hours old."""
    hotel = client.hotel_id
    client.as_(Role.FILE_CENTRE, name="Mo Lan")
    with client.database.writing() as db:
        master.load(db)
        noter = factories.a_staff(db, Role.HOUSEKEEPING, hotel, name="Wang Fang")
        guests = [factories.a_guest(db) for _ in range(20)]
        for guest in guests:
            factories.a_stay(db, guest, hotel)
            put(db, Preference(guest_id=guest, code="PL.BUCK", source=PreferenceSource.SEEN,
                               status=PreferenceStatus.SEEN_ONCE, noted_at=clock.now(),
                               carried=1))  # fmt: skip
        for no in range(NOTES):
            at = clock.now() - timedelta(hours=80 - no * 0.75)
            put(db, Observation(
                id=new_id(), guest_id=guests[no % 20], hotel_id=hotel, room_no="1808",
                source=PreferenceSource.SEEN, observed_at=at, entered_at=at, noted_by=noter,
                noted_department=DepartmentCode.HOUSEKEEPING, state=ObservationState.WAITING,
                policy=ReviewPolicy.BEFORE_ANYONE, **what(no),
            ))  # fmt: skip
    page.context.add_cookies(
        [{"name": "keshi_session", "value": client.cookies["keshi_session"], "url": serving.url}]
    )
    page.add_init_script(COUNT_POINTING)
    page.goto(f"{serving.url}/review")
    return page


def what(no):
    """Which kind of note it is: by the last digit of its number, as `keys_for` answers it."""
    match no % 10:
        case 7:
            return {"words": "sleeps on a firm, high pillow", "suggested": ["PL.HIGH", "PL.BUCK"]}
        case 8:
            return {"words": LOST, "cautions": ["judgement"]}
        case 9:
            return {"code": "PL.BUCK", "words": "asked for it again"}
        case _:
            return {"code": CODES[no % len(CODES)]}


def keys_for(no):
    """What a reviewer presses for it: mostly one key."""
    match no % 10:
        case 7:
            return ["2", "Enter"] if no < 90 else ["e", *"latex", "Enter"]
        case 8:
            return ["r", "5", "Enter"]
        case 9:
            return ["m", "Enter"]
        case _:
            return ["a"]


def test_a_hundred_notes_without_a_mouse_in_a_quarter_of_an_hour(centre, client, record_property):
    page, keys, waited = centre, 0, 0.0
    began = time.monotonic()
    for no in range(NOTES):
        here = page.locator("#desk").get_attribute("data-desk")
        pressed = keys_for(no)
        for key in pressed:
            if pressed[0] == "e" and key == "Enter":
                page.locator("#codes-found input").first.wait_for()
            page.keyboard.press(key)
        keys += len(pressed)
        asked = time.monotonic()
        until(page, "before => document.getElementById('desk')?.dataset.desk !== before", arg=here)
        waited += time.monotonic() - asked
    page.locator(".review-empty:visible").wait_for()
    until(page, "() => !document.querySelector('[data-review]').hasAttribute('data-open')")
    took = time.monotonic() - began
    modelled = keys * KEY_S + NOTES * (THINK_S + READ_S) + waited
    record_property(
        "handling",
        f"{NOTES} notes, {keys} keys, {waited / NOTES * 1000:.0f} ms to the next note on average:"
        f" {modelled / 60:.1f} min of handling (scripted in {took:.0f} s)",
    )
    assert modelled <= MAY_TAKE_S
    assert page.evaluate("window.pointed") == 0
    assert page.get_by_role("heading", name="All notes reviewed").is_visible()
    with client.database.reading() as db:
        counted = dict(
            db.exec(
                select(col(Observation.state), func.count()).group_by(col(Observation.state))
            ).all()
        )
        assert counted == {ObservationState.ACCEPTED: 90, ObservationState.REJECTED: 10}
        lost = db.exec(select(Observation).where(col(Observation.words) == LOST)).all()
        assert {note.reject_reason for note in lost} == {RejectReason.WRONG_GUEST}
        merged = db.exec(
            select(Observation).where(col(Observation.words) == "asked for it again")
        ).all()
        assert {db.get_one(Preference, note.preference_id).code for note in merged} == {"PL.BUCK"}
        latex = db.exec(select(Observation).where(col(Observation.code) == "PL.LATEX")).all()
        assert len(latex) == 1


def test_what_is_typed_survives_the_last_decision_comes_back_and_new_notes_appear(
    centre, client, serving
):
    page = centre
    first = page.locator("#desk-title").inner_text()
    page.keyboard.press("r")
    page.keyboard.press("3")
    page.keyboard.press("Tab")
    page.keyboard.type("please say what you saw")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    until(page, "words => document.getElementById('desk-title').innerText !== words", arg=first)
    page.goto(f"{serving.url}/preparing")
    page.go_back()
    until(page, LOADED)
    page.keyboard.press("k")
    until(page, "words => document.getElementById('desk-title').innerText === words", arg=first)
    assert page.locator("#reply").input_value() == "please say what you saw"
    assert page.locator('[name="reason"][value="judgemental"]').is_checked()
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    page.get_by_text("Accepted").first.wait_for()
    page.keyboard.press("u")
    page.get_by_text("Waits again").wait_for()
    until(page, "words => document.getElementById('desk-title').innerText === words", arg=first)
    with client.database.reading() as db:
        waiting = db.exec(
            select(func.count()).where(col(Observation.state) == ObservationState.WAITING)
        ).one()
    assert waiting == NOTES
    with client.database.writing() as db:
        hotel = client.hotel_id
        desk = factories.an_actor(
            Role.FRONT_DESK, hotel, factories.a_staff(db, Role.FRONT_DESK, hotel)
        )
        guest = db.exec(select(col(Observation.guest_id)).limit(1)).one()
        note = NoteIn(guest_id=guest, words="wants the corner table by the lake")
        note_preference(db, note, by=desk)
    page.locator(".review-lights").get_by_text(str(NOTES + 1)).wait_for()
