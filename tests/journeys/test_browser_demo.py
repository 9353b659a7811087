"""A newcomer opens the demo in a real browser: one click, the tour, an hour that passes."""

import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from crm.kit.db import Database
from crm.kit.settings import Settings
from lab.demo import pms_book
from lab.demo.jobs import connect
from lab.demo.load import make_demo
from lab.demo.pages import router
from tests.conftest import Serving
from tests.journeys.test_browser_access import AXE, RUN_AXE
from web.app import create_app
from web.worker import Worker

pytestmark = pytest.mark.browser
TODAY = date(2026, 11, 24)


@pytest.fixture
def opened(sqlite_template: Path, tmp_path: Path) -> Iterator[str]:
    """A small demo with server, worker and PMS, as ``keshi demo`` opens it; its address."""
    shutil.copyfile(sqlite_template, tmp_path / "demo.db")
    url = f"sqlite:///{tmp_path / 'demo.db'}"
    database = Database(url, pool_size=16)
    settings = Settings(_env_file=None, demo=True, database_url=url, data_dir=tmp_path)
    pms_book.write(settings, pms_book.book_of(make_demo(database, TODAY, guests=700)))
    with Serving(create_app(settings, database=database, more_routers=[router])) as serving:
        connect(settings.model_copy(update={"base_url": serving.url}))
        worker = Worker(database)
        worker.start()
        yield serving.url
        worker.stop()
    database.dispose()


def count_of(page: Page, side: str) -> int:
    text = page.get_by_role("link", name=re.compile(rf"^{side} \d+$")).inner_text()
    return int(re.sub(r"\D", "", text))


def test_a_newcomers_first_minutes(page: Page, opened: str) -> None:
    page.set_default_timeout(15_000)
    page.goto(opened)
    page.evaluate(AXE)
    assert page.evaluate(RUN_AXE) == []
    page.get_by_role("button", name="Front desk").click()
    page.wait_for_url("**/today")
    bar = page.locator(".demo-bar")
    expect(bar).to_contain_text("Nothing leaves this house")

    expect(bar).to_contain_text("type 8866")
    page.keyboard.press("/")
    page.keyboard.type("8866")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=re.compile("陈静怡")).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("陈静怡")
    bar.get_by_role("button", name="Next step").click()
    expect(bar).to_contain_text("2/4")

    page.goto(f"{opened}/today")
    expect(bar).to_contain_text("2/4")
    before = count_of(page, "In house")
    assert before == 142
    bar.get_by_role("button", name="Let an hour pass").click()
    expect(bar).to_contain_text("An hour passes")
    # Eight leave and some arrive: the board changes by itself, nobody loads it again.
    for _ in range(120):
        if count_of(page, "In house") != before:
            break
        page.wait_for_timeout(250)
    else:
        pytest.fail("the board did not change")

    page.goto(f"{opened}/demo")
    page.evaluate(AXE)
    assert page.evaluate(RUN_AXE) == []
    bar.get_by_role("button", name="End the tour").click()
    expect(bar.get_by_role("button", name="Show the tour")).to_be_visible()
