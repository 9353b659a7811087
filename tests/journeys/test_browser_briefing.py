"""The briefing in a real browser: a full day is printed as one A4, with its foot on the page."""

from datetime import time, timedelta
from io import BytesIO

import pypdf
import pytest

from crm.complaints.tables import Complaint
from crm.complaints.terms import CaseSource, CaseStatus, Severity
from crm.guests.terms import VipLevel
from crm.preferences.tables import Preference
from crm.preferences.terms import PreferenceSource, PreferenceStatus
from crm.stays.terms import StayStatus
from tests.crm.profile.planted import NOW, TODAY, chen
from tests.factories import a_guest, a_stay, put

pytestmark = pytest.mark.browser


@pytest.fixture
def backend():
    return "sqlite"


@pytest.fixture
def full_day(client):
    """Of every section more than a page holds, with long names."""
    with client.database.writing() as db:
        made = chen(db, client.hotel_id)
        facts = {"status": PreferenceStatus.CONFIRMED, "source": PreferenceSource.TOLD}
        for no in range(48):
            guest = a_guest(
                db, f"司徒慧敏{no}", "Wolfeschlegelsteinhausen, Hubert",
                vip=VipLevel.V2 if no % 3 == 0 else None,
            )  # fmt: skip
            for code in ("AL.PEANUT", "AL.SHELL", "CE.ANNIV", "FL.HIGH")[: 1 + no % 4]:
                put(db, Preference(guest_id=guest, code=code, noted_at=NOW, **facts))
            here = no % 2
            stay = a_stay(
                db, guest, client.hotel_id, room_no=f"{900 + no}", eta=time(14, no),
                status=StayStatus.IN_HOUSE if here else StayStatus.BOOKED,
                arrival_on=TODAY - timedelta(days=20 * here),
                departure_on=TODAY + timedelta(days=9),
                group_name=f"Group {no // 4}" if no > 30 else None,
            )  # fmt: skip
            put(db, Complaint(
                hotel_id=client.hotel_id, number=2000 + no, source=CaseSource.IN_HOUSE,
                guest_id=guest, stay_id=stay, category="noise", severity=Severity.MODERATE,
                headline="Drilling in the corridor during the afternoon sleep of the children",
                status=CaseStatus.RECEIVED, opened_at=NOW, currency="CNY",
            ))  # fmt: skip
    return made


FOOT = """() => {
    const sheet = document.querySelector(".sheet"), foot = document.querySelector(".sheet-foot");
    const inside = foot.getBoundingClientRect().bottom <= sheet.getBoundingClientRect().bottom + 1;
    return {inside, high: sheet.scrollHeight - sheet.clientHeight};
}"""


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_a_full_day_is_printed_on_one_page(browser, serving, client, full_day, language):
    client.as_("duty_manager", language=language)
    # what lies between the margins of an A4 at 96 dots an inch
    context = browser.new_context(viewport={"width": 703, "height": 1047})
    context.add_cookies([
        {"name": "keshi_session", "value": client.cookies["keshi_session"], "url": serving.url}
    ])  # fmt: skip
    tab = context.new_page()
    for edition in ("managers", "front_desk", "housekeeping", "kitchen"):
        tab.goto(f"{serving.url}/briefing?edition={edition}")
        pages = pypdf.PdfReader(BytesIO(tab.pdf(prefer_css_page_size=True))).pages
        assert len(pages) == 1, edition
        assert (round(pages[0].mediabox.width), round(pages[0].mediabox.height)) == (595, 842)
        tab.emulate_media(media="print")
        assert tab.evaluate(FOOT) == {"inside": True, "high": 0}, edition
        tab.emulate_media(media="null")
    context.close()
