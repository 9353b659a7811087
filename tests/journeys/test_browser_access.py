"""Every page of the house, light and dark, in a real browser: nothing that axe finds fault with."""

from pathlib import Path

import pytest

from crm.guests import indexing
from crm.kit.vault import Vault
from crm.staff.policy import ANYONE, SIGNED_IN, policy
from crm.staff.terms import Role
from tests import factories
from tests.conftest import SECRET
from tests.contracts.planted import plant, plant_import
from tests.contracts.walking import STREAMS, concrete, routes

pytestmark = pytest.mark.browser

AXE = (Path(__file__).parents[1] / "data" / "axe-4.14.1.min.js").read_text("utf-8")
# Whoever sees most of a page opens it; housekeeping and marketing where only they may.
OPENERS = (
    Role.DUTY_MANAGER,
    Role.FILE_CENTRE,
    Role.FRONT_DESK,
    Role.IT,
    Role.MARKETING,
    Role.HOUSEKEEPING,
    Role.GENERAL_MANAGER,
)
RUN_AXE = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations.map(
    each => each.id + ": " + each.nodes.map(
        node => node.target.join(" ") + " " + (node.any[0]?.message || "")
    ).join(" | ")
)"""


@pytest.fixture
def backend():
    return "sqlite"


@pytest.fixture
def house(database, settings):
    with database.writing() as db:
        made = plant(db, vault=Vault(SECRET), data_dir=settings.data_dir)
    plant_import(database, made, settings.data_dir)
    return made


def opener_of(needs):
    """The role that opens a page; None for pages that need no sign-in."""
    if needs == ANYONE:
        return None
    if needs == SIGNED_IN:
        return Role.DUTY_MANAGER
    return next(role for role in OPENERS if role in policy().permissions[needs])


def pages_of(app, house):
    """(opener, address) of every page that is read, fragments included."""
    for route in routes(app):
        if route.method == "GET" and not route.is_api and route.key not in STREAMS:
            yield (
                opener_of(policy().routes[route.key]),
                concrete(route, house, guest_id=house.guest),
            )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_fault(browser, serving, app, house, scheme):
    faults, seen = {}, 0
    tabs = {}
    for role, path in pages_of(app, house):
        if role not in tabs:
            context = browser.new_context(
                viewport={"width": 1366, "height": 640}, color_scheme=scheme
            )
            if role is not None:
                context.add_cookies(
                    [
                        {
                            "name": "keshi_session",
                            "value": house.sessions[role, house.here],
                            "url": serving.url,
                        }
                    ]
                )
            tabs[role] = context.new_page()
        answer = tabs[role].request.get(serving.url + path)
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        if "<html" not in answer.text():
            continue
        tabs[role].goto(serving.url + path)
        tabs[role].evaluate(AXE)
        seen += 1
        if found := tabs[role].evaluate(RUN_AXE):
            faults[path] = found
    for tab in tabs.values():
        tab.context.close()
    assert faults == {}
    assert seen > 20


def test_the_chinese_card_has_no_fault_and_no_english_frame(browser, serving, client, house):
    client.as_("duty_manager", house.here, language="zh-Hans")
    context = browser.new_context(viewport={"width": 1366, "height": 640})
    context.add_cookies(
        [
            {
                "name": "keshi_session",
                "value": client.cookies["keshi_session"],
                "url": serving.url,
            }
        ]
    )
    tab = context.new_page()
    tab.goto(f"{serving.url}/guests/{house.guest}")
    tab.evaluate(AXE)
    assert tab.evaluate(RUN_AXE) == []
    assert tab.evaluate("document.documentElement.lang") == "zh-Hans"
    frame = " ".join(tab.locator(".rail ul").all_inner_texts()) + tab.locator(".strip").inner_text()
    assert not any("a" <= letter.casefold() <= "z" for letter in frame), frame
    context.close()


def test_enter_on_the_page_of_matches_opens_the_first(browser, serving, client, house):
    """Whoever asked by Enter, and sees several, presses Enter again."""
    client.as_("front_desk", house.here)
    with client.database.writing() as db:
        for native, latin in (("周安娜", "Zhou Anna"), ("周伯特", "Zhou Bote")):
            guest_id = factories.a_guest(db, native, latin)
            factories.a_stay(db, guest_id, house.here)
            indexing.refresh_keys(db, [guest_id])
    context = browser.new_context(viewport={"width": 1366, "height": 640})
    token = client.cookies["keshi_session"]
    context.add_cookies([{"name": "keshi_session", "value": token, "url": serving.url}])
    tab = context.new_page()
    tab.goto(f"{serving.url}/guests?q=zhou")
    first = tab.locator("[data-list] > [data-href]").first.get_attribute("data-href")
    assert tab.locator("[data-list] > [data-href]").count() == 2
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"**{first}")
    context.close()


OVERFLOWS = """() => [...document.querySelectorAll(".stats dd")]
    .filter((cell) => cell.scrollWidth > cell.clientWidth + 1)
    .map((cell) => cell.textContent)"""


@pytest.mark.parametrize("width", [1366, 390])
def test_figures_of_every_size_fit_their_cells(browser, serving, client, house, width):
    """Six-digit points stood over the edge of the four cells."""
    client.as_("general_manager", house.here, language="zh-Hans")
    context = browser.new_context(viewport={"width": width, "height": 640})
    token = client.cookies["keshi_session"]
    context.add_cookies([{"name": "keshi_session", "value": token, "url": serving.url}])
    tab = context.new_page()
    tab.goto(f"{serving.url}/guests/{house.guest}")
    assert tab.locator(".stats dd", has_text="271,828").count() == 1
    assert tab.evaluate(OVERFLOWS) == []
    context.close()
