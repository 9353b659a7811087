"""What a desk needs first is there before it asks, and a fault of it stops nobody."""

import pytest

from crm.guests.keys import query_tokens
from crm.guests.readings import readings_of_char, readings_of_surname
from crm.kit import pinyin
from crm.profile.pronouncing import pronounced
from web import warming
from web.rendering import environment


def test_the_readings_and_the_main_pages_are_there_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(warming, "settle", lambda: None)  # this process goes on with other tests
    for remembered in (pinyin._characters, readings_of_char, readings_of_surname, query_tokens):
        remembered.cache_clear()  # what tests before this one asked for
    pronounced.cache_clear()
    warming.warm_soon().join(timeout=60)
    assert pinyin._characters.cache_info().currsize == 1
    assert environment("en").cache


def test_a_fault_is_logged_and_no_more(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(warming, "settle", lambda: None)
    monkeypatch.setattr(warming, "PAGES", ("no_such_page.html",))
    warming.warm_soon().join(timeout=60)
    assert "before it is needed" in caplog.text
