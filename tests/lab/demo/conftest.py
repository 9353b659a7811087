"""One small demo hotel shared by the tests that only read it."""

from datetime import date

import pytest

from lab.demo.dressing import World
from lab.demo.world import build

SMALL = 700
TODAY = date(2026, 11, 24)


@pytest.fixture(scope="session")
def world() -> World:
    """The demo around the day of the mocks, as small as the house allows."""
    return build(TODAY, guests=SMALL)
