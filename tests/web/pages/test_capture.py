"""Noting on the pages: two taps, questions only where they are needed, what comes of it."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlmodel import col, select

from crm.audit.tables import AuditRow
from crm.audit.terms import Deed
from crm.kit import clock
from crm.kit.ids import new_id
from crm.preferences import service
from crm.preferences.schemas import NoteIn
from crm.preferences.tables import Observation, Preference
from crm.preferences.terms import ObservationState, PreferenceSource, PreferenceStatus, RejectReason
from crm.sensing.tables import Habit
from crm.sensing.terms import HabitState, Occasion
from crm.staff.terms import Role
from tests import factories
from tests.conftest import counted
from tests.crm.profile.planted import chen as plant_chen

HTMX = {"HX-Request": "true"}
STATEMENTS_OF_A_NOTE = 24


BOTH = pytest.mark.parametrize(
    "backend", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
"""The verbs below the pages are tried on both databases by their own tests; here a few stories."""


@pytest.fixture
def backend(request):
    return getattr(request, "param", "sqlite")


def soup(answer):
    return BeautifulSoup(answer.text, "html.parser")


@pytest.fixture
def chen(client):
    hotel = client.hotel_id
    with client.database.writing() as db:
        return plant_chen(db, hotel)


@pytest.fixture
def desk(client, chen):
    return client.as_("front_desk", name="Lin")


def note(client, guest, **form):
    values = {"note_id": str(new_id()), "source": "seen", "scope": "always"} | form
    return client.post(f"/guests/{guest}/note", data=values, headers=HTMX)


def observations(client):
    with client.database.reading() as db:
        return db.exec(select(Observation).order_by(col(Observation.entered_at))).all()


def claims(client, guest, code):
    with client.database.reading() as db:
        return db.exec(
            select(Preference).where(Preference.guest_id == guest, Preference.code == code)
        ).all()


class TestSheet:
    def test_offers_what_is_likely_as_buttons_beside_an_empty_box(self, desk, chen):
        page = soup(desk.get(f"/guests/{chen.guest}/note", headers=HTMX))
        assert page.find("html") is None
        picks = page.select("#note-found [role=option]")
        assert 1 <= len(picks) <= 12
        assert all(pick["name"] == "code" and pick["value"] and pick.svg for pick in picks)
        assert page.select_one("#note-words").has_attr("autofocus")
        assert "陈静怡" in page.select_one(".about").get_text()
        assert "1808" in page.select_one(".about").get_text()

    def test_is_a_page_of_its_own_without_scripts(self, desk, chen):
        page = soup(desk.get(f"/guests/{chen.guest}/note"))
        assert page.h1.get_text() == "Note a preference"
        form = page.select_one("#note-form")
        assert form["method"] == "post"
        assert form.select_one("noscript [formaction]")

    def test_names_no_guest_to_those_who_work_by_rooms(self, client, chen):
        client.as_("housekeeping")
        page = soup(client.get(f"/guests/{chen.guest}/note", headers=HTMX))
        assert page.select_one(".about").get_text(strip=True).startswith("Room 1808")
        assert "陈" not in page.get_text()

    @pytest.mark.parametrize("typed", ["pillow", "枕", "zhen"])
    def test_finds_codes_in_english_chinese_and_pinyin(self, desk, chen, typed):
        answer = desk.post(f"/guests/{chen.guest}/note/words", data={"words": typed}, headers=HTMX)
        found = [pick["value"] for pick in soup(answer).select("[role=option]")]
        assert any(code.startswith("PL.") for code in found), found

    def test_warns_of_what_the_guest_should_not_have_to_read(self, desk, chen):
        answer = desk.post(
            f"/guests/{chen.guest}/note/words",
            data={"words": "rude, has diabetes, card 4111 1111 1111 1111"},
            headers=HTMX,
        )
        box = soup(answer).select_one(".cautions")
        told = [line.get_text() for line in box.select("li")]
        assert "a judgement of the guest" in told
        assert "an illness or a diagnosis" in told
        assert any(line.startswith("a card number") for line in told)
        assert "4111" not in answer.text

    @pytest.mark.parametrize("role", ["marketing", "it"])
    def test_is_not_for_those_who_see_no_guests(self, client, chen, role):
        assert client.as_(role).get(f"/guests/{chen.guest}/note").status_code == 403

    def test_of_a_guest_out_of_reach_is_none(self, client, chen):
        with client.database.writing() as db:
            elsewhere = factories.a_hotel(db)
        client.as_("front_desk", elsewhere)
        assert client.get(f"/guests/{chen.guest}/note").status_code == 404
        assert note(client, chen.guest, code="PL.BUCK").status_code == 404


class TestSaving:
    @BOTH
    def test_one_tap_on_a_code_keeps_it_with_room_and_stay(self, desk, chen):
        answer = note(desk, chen.guest, code="PL.BUCK")
        assert answer.status_code == 200
        assert answer.headers["HX-Trigger"] == "keshi:kept"
        toast = soup(answer).select_one(".toast")
        assert "Noted:" in toast.get_text()
        assert toast.select_one("button[data-shortcut=z]")
        (kept,) = observations(desk)
        assert (kept.code, kept.room_no, kept.stay_id) == ("PL.BUCK", "1808", chen.due)
        (claim,) = claims(desk, chen.guest, "PL.BUCK")
        assert claim.status is PreferenceStatus.SEEN_ONCE

    def test_the_same_sheet_sent_twice_is_one_note(self, desk, chen):
        sheet = {"note_id": str(new_id()), "code": "PL.BUCK"}
        assert note(desk, chen.guest, **sheet).status_code == 200
        assert note(desk, chen.guest, **sheet).status_code == 200
        assert len(observations(desk)) == 1

    def test_a_blank_in_the_code_asks_for_its_value_with_what_is_usual(self, desk, chen):
        question = soup(note(desk, chen.guest, code="SV.WAKE"))
        chips = [chip["value"] for chip in question.select(".value-chips button")]
        assert "07:00" in chips
        assert observations(desk) == []
        assert note(desk, chen.guest, code="SV.WAKE", value="07:00").status_code == 200
        assert observations(desk)[0].value == "07:00"

    @BOTH
    def test_what_cannot_hold_beside_it_is_shown_and_replaced_on_a_yes(self, desk, chen):
        question = soup(note(desk, chen.guest, code="FL.LOW", source="told"))
        assert "High floor is already noted" in question.select_one(".cautions").get_text()
        assert observations(desk) == []
        answer = note(desk, chen.guest, code="FL.LOW", source="told", replace="on")
        assert answer.headers["HX-Trigger"] == "keshi:kept"
        (high,) = claims(desk, chen.guest, "FL.HIGH")
        assert high.status is PreferenceStatus.RETIRED

    def test_a_weaker_note_says_that_it_will_stand_beside(self, desk, chen):
        note(desk, chen.guest, code="FL.LOW", source="told", replace="on")
        question = soup(note(desk, chen.guest, code="FL.HIGH", source="seen"))
        assert "yours stands beside it" in question.select_one(".cautions").get_text()

    def test_free_words_go_to_the_centre_with_what_they_may_mean(self, desk, chen):
        answer = note(desk, chen.guest, words="Wants a buckwheat pillow", as_written="on")
        assert "before anyone else sees it" in soup(answer).select_one(".toast").get_text()
        (kept,) = observations(desk)
        assert kept.state is ObservationState.WAITING
        assert kept.suggested[0] == "PL.BUCK"

    def test_a_code_tapped_while_words_stand_in_the_box_is_the_code(self, desk, chen):
        note(desk, chen.guest, words="pill", code="PL.BUCK")
        (kept,) = observations(desk)
        assert (kept.code, kept.words) == ("PL.BUCK", None)

    def test_a_card_number_is_refused_beside_its_words_and_stored_nowhere(self, desk, chen):
        answer = note(desk, chen.guest, words="pays with 4111111111111111", as_written="on")
        assert answer.status_code == 422
        assert "may not be noted" in soup(answer).select_one(".form-errors").get_text()
        assert observations(desk) == []

    def test_an_empty_sheet_says_what_is_missing(self, desk, chen):
        answer = note(desk, chen.guest)
        assert answer.status_code == 422
        assert "Choose a code or write a few words." in answer.text

    def test_without_scripts_leads_to_one_s_notes(self, desk, chen):
        answer = desk.post(
            f"/guests/{chen.guest}/note",
            data={"note_id": str(new_id()), "code": "PL.BUCK", "source": "told"},
        )
        assert (answer.status_code, answer.headers["location"]) == (303, "/notes/mine")

    def test_costs_few_statements(self, desk, chen):
        note(desk, chen.guest, code="PL.FOAM")  # settles what was planted without evidence
        with desk.database.writing() as db, counted(db) as seen:
            actor = factories.an_actor(Role.FRONT_DESK, desk.hotel_id, desk.staff_id)
            service.note_preference(db, NoteIn(guest_id=chen.guest, code="PL.BUCK"), by=actor)
        assert len(seen) <= STATEMENTS_OF_A_NOTE, "\n".join(seen)


class TestCard:
    def test_has_the_button_and_chips_that_open_their_history(self, desk, chen):
        page = soup(desk.get(f"/guests/{chen.guest}"))
        button = page.select_one('.say [data-shortcut="p"]')
        assert button["hx-get"] == f"/guests/{chen.guest}/note"
        chips = page.select(".wishes a.chip")
        assert chips
        for chip in chips:
            assert desk.get(chip["href"]).status_code == 200

    def test_is_renewed_in_place(self, desk, chen):
        note(desk, chen.guest, code="PL.BUCK")
        part = soup(desk.get(f"/guests/{chen.guest}/known", headers=HTMX))
        assert part.find("html") is None
        assert "Buckwheat" in part.select_one(".wishes").get_text()

    @BOTH
    def test_proposes_to_confirm_what_was_only_seen_by_yes_or_no(self, desk, chen):
        note(desk, chen.guest, code="PL.BUCK")
        page = soup(desk.get(f"/guests/{chen.guest}"))
        yes, no = page.select(".suggested form")
        assert yes.button["data-key"] == "1"
        assert "Buckwheat" in no.button.get_text()
        version = yes.select_one("[name=version]")["value"]
        desk.post(yes["action"], data={"version": version}, headers=HTMX)
        (claim,) = claims(desk, chen.guest, "PL.BUCK")
        assert claim.status is PreferenceStatus.CONFIRMED

    def test_a_no_ends_it_also_by_who_does_not_review(self, desk, chen):
        note(desk, chen.guest, code="PL.BUCK")
        (claim,) = claims(desk, chen.guest, "PL.BUCK")
        answer = desk.post(
            f"/guests/{chen.guest}/preferences/{claim.id}/retire",
            data={"version": claim.version},
            headers=HTMX,
        )
        assert answer.status_code == 200
        (claim,) = claims(desk, chen.guest, "PL.BUCK")
        assert claim.status is PreferenceStatus.RETIRED

    def test_keeps_what_is_too_old_as_a_question(self, desk, chen):
        with desk.database.writing() as db:
            for code in ("FL.HIGH", "AL.PEANUT"):
                row = db.exec(select(Preference).where(Preference.code == code)).one()
                row.status = PreferenceStatus.EXPIRED
                db.add(row)
        page = soup(desk.get(f"/guests/{chen.guest}"))
        assert "ask again" in page.select_one(".chip-expired").get_text()
        assert any("Ask the guest again" in bar.get_text() for bar in page.select(".alert-care"))


class TestHistory:
    @BOTH
    def test_says_who_when_where_and_how_well(self, desk, chen):
        note(desk, chen.guest, code="PL.BUCK")
        (claim,) = claims(desk, chen.guest, "PL.BUCK")
        page = soup(desk.get(f"/guests/{chen.guest}/preferences/{claim.id}", headers=HTMX))
        told = page.select_one(".evidence").get_text(" ", strip=True)
        assert "Seen" in told
        assert "Lin" in told
        assert "1808" in told
        assert "seen once" in page.select_one(".confidence").get_text()

    def test_looking_at_a_special_one_is_logged_as_such(self, client, chen):
        client.as_("duty_manager")
        (claim,) = claims(client, chen.guest, "AL.PEANUT")
        client.get(f"/guests/{chen.guest}/preferences/{claim.id}")
        client.app.state.views.flush()
        with client.database.reading() as db:
            rows = db.exec(select(AuditRow).where(AuditRow.deed == Deed.VIEWED)).all()
        assert [(row.subject, row.fields, row.guest_id) for row in rows] == [
            ("preference", ["preference.special"], chen.guest)
        ]

    def test_a_card_that_shows_something_special_is_logged_as_such(self, client, chen):
        client.as_("duty_manager").get(f"/guests/{chen.guest}")
        client.get(f"/guests/{chen.husband}")
        client.app.state.views.flush()
        with client.database.reading() as db:
            rows = db.exec(select(AuditRow).where(AuditRow.deed == Deed.VIEWED)).all()
        told = {row.guest_id: row.fields for row in rows}
        assert told == {chen.guest: ["preference.special"], chen.husband: []}

    def test_tells_those_who_act_the_instruction_and_never_the_reason(self, client, chen):
        client.as_("housekeeping")
        (claim,) = claims(client, chen.guest, "AL.PEANUT")
        answer = client.get(f"/guests/{chen.guest}/preferences/{claim.id}")
        assert answer.status_code == 200
        assert "AL.PEANUT" not in answer.text
        assert "allergy" not in answer.text.lower()
        assert "adrenaline" not in answer.text

    def test_of_another_guest_is_none(self, desk, chen):
        (claim,) = claims(desk, chen.guest, "FL.HIGH")
        assert desk.get(f"/guests/{chen.husband}/preferences/{claim.id}").status_code == 404

    def test_confirm_and_no_longer_change_it_once(self, client, chen):
        client.as_("duty_manager")
        (claim,) = claims(client, chen.guest, "LN.DUVETWARM")
        here = f"/guests/{chen.guest}/preferences/{claim.id}"
        done = client.post(f"{here}/confirm", data={"version": claim.version})
        assert (done.status_code, done.headers["location"]) == (303, f"/guests/{chen.guest}")
        stale = client.post(f"{here}/confirm", data={"version": claim.version})
        assert stale.status_code == 409
        assert "changed this meanwhile" in stale.text
        (claim,) = claims(client, chen.guest, "LN.DUVETWARM")
        assert claim.status is PreferenceStatus.CONFIRMED
        client.post(f"{here}/retire", data={"version": claim.version})
        (claim,) = claims(client, chen.guest, "LN.DUVETWARM")
        assert claim.status is PreferenceStatus.RETIRED


class TestOwnNotes:
    @BOTH
    def test_tell_what_became_of_each_and_count_the_news(self, client, desk, chen):
        token = client.cookies["keshi_session"]
        note(desk, chen.guest, words="Talks about the pool", as_written="on")
        note(desk, chen.guest, code="PL.BUCK")
        first, second = observations(client)
        client.as_("file_centre")
        with client.database.writing() as db:
            centre = factories.an_actor(Role.FILE_CENTRE, client.hotel_id, client.staff_id)
            service.reject(
                db, first.id, by=centre, version=None, reason=RejectReason.NOT_USEFUL,
                reply="Which time of day?",
            )  # fmt: skip
            service.mark_used(db, by=centre, preference_ids=[second.preference_id])
        client.with_session(token)
        assert soup(client.get("/notes/mine/count")).select_one(".badge").get_text() == "2"
        page = soup(client.get("/notes/mine"))
        newest, oldest = page.select(".own-note")
        assert "It was of use" in newest.get_text()
        assert "Not taken over: not useful" in oldest.get_text()
        assert "Which time of day?" in oldest.select_one(".reply").get_text()
        assert len(page.select(".own-note.is-new")) == 2
        seen = [field["value"] for field in page.select("[name=seen]")]
        client.post("/notes/mine/seen", data={"seen": seen})
        assert client.get("/notes/mine/count").text.strip() == ""
        assert not soup(client.get("/notes/mine")).select(".own-note.is-new")

    def test_opening_the_page_writes_nothing(self, desk, chen):
        note(desk, chen.guest, code="PL.BUCK")
        desk.get("/notes/mine")
        assert observations(desk)[0].seen_by_noter_at is None

    def test_a_note_is_taken_back_for_ten_minutes(self, client, desk, chen, frozen):
        note(desk, chen.guest, code="PL.BUCK")
        (kept,) = observations(desk)
        back = desk.post(f"/notes/mine/{kept.id}/withdraw", headers=HTMX)
        assert back.headers["HX-Trigger"] == "keshi:kept"
        assert observations(desk)[0].state is ObservationState.WITHDRAWN
        (claim,) = claims(desk, chen.guest, "PL.BUCK")
        assert claim.status is PreferenceStatus.RETIRED
        note(desk, chen.guest, code="PL.FOAM")
        late = observations(desk)[-1]
        with frozen(late.entered_at + timedelta(minutes=11)):
            refusal = desk.post(f"/notes/mine/{late.id}/withdraw", headers=HTMX)
        assert refusal.status_code == 409

    def test_of_somebody_else_are_not_here(self, client, desk, chen):
        note(desk, chen.guest, code="PL.BUCK")
        (kept,) = observations(desk)
        client.as_("front_desk", name="Wang")
        assert not soup(client.get("/notes/mine")).select(".own-note")
        assert client.post(f"/notes/mine/{kept.id}/withdraw").status_code == 404

    def test_housekeeping_sees_the_room_and_no_name(self, client, chen):
        client.as_("housekeeping")
        note(client, chen.guest, code="PL.BUCK")
        page = soup(client.get("/notes/mine"))
        assert "1808" in page.select_one(".own-note").get_text()
        assert "陈" not in page.get_text()
        assert not page.select(".own-note a")


def test_told_by_the_guest_is_kept_as_such(desk, chen):
    note(desk, chen.guest, code="PL.BUCK", source="told", scope="this_stay")
    (kept,) = observations(desk)
    assert (kept.source, kept.scope.value) == (PreferenceSource.TOLD, "this_stay")


@BOTH
def test_a_full_group_names_the_oldest_that_would_give_way(desk, chen):
    for code in ("PL.BUCK", "PL.FOAM", "PL.LATEX"):
        note(desk, chen.guest, code=code)
    question = soup(note(desk, chen.guest, code="PL.NECK"))
    told = question.select_one(".cautions").get_text(" ", strip=True)
    assert "3 of this kind are kept" in told
    assert "Buckwheat pillow is the oldest of them." in told


def test_an_exception_for_one_stay_takes_no_other_s_place(desk, chen):
    answer = note(desk, chen.guest, code="FL.LOW", source="told", scope="this_stay")
    assert answer.headers["HX-Trigger"] == "keshi:kept"
    (high,) = claims(desk, chen.guest, "FL.HIGH")
    assert high.status is PreferenceStatus.CONFIRMED


class TestHabits:
    @pytest.fixture
    def habit(self, client, chen):
        with client.database.writing() as db:
            row = Habit(
                guest_id=chen.guest,
                hotel_id=client.hotel_id,
                code="SV.LATEOUT",
                occasion=Occasion.DEPARTURE,
                cases=4,
                out_of=5,
                base_per_mille=90,
                lift_percent=880,
                threshold=780,
                last_case_on=factories.TODAY - timedelta(days=113),
                found_at=clock.now(),
                state=HabitState.OPEN,
            )
            return factories.put(db, row).id

    @BOTH
    def test_are_proposed_with_their_evidence_and_a_yes_makes_them_a_preference(
        self, desk, chen, habit
    ):
        page = soup(desk.get(f"/guests/{chen.guest}"))
        form = page.select_one(f'.suggested form[action$="/habits/{habit}"]')
        assert "4 of 5 stays" in form.get_text()
        assert "13:00" in form.select_one(".sr-only[id]").get_text()
        version = form.select_one("[name=version]")["value"]
        answer = {"version": version, "answer": "yes"}
        assert desk.post(form["action"], data=answer, headers=HTMX).status_code == 200
        (claim,) = claims(desk, chen.guest, "SV.LATEOUT")
        assert claim.status is PreferenceStatus.CONFIRMED
        assert desk.post(form["action"], data=answer, headers=HTMX).status_code == 409

    def test_a_no_takes_them_off_the_card(self, desk, chen, habit):
        here = f"/guests/{chen.guest}/habits/{habit}"
        desk.post(here, data={"version": 1, "answer": "no"}, headers=HTMX)
        assert not soup(desk.get(f"/guests/{chen.guest}")).select('[action*="/habits/"]')
        assert claims(desk, chen.guest, "SV.LATEOUT") == []


def test_a_habit_of_another_guest_is_none(desk, chen):
    answer = desk.post(
        f"/guests/{chen.guest}/habits/{new_id()}", data={"version": 1, "answer": "yes"}
    )
    assert answer.status_code == 404
