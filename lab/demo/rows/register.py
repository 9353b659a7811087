"""Our keys of what the facts name by code: hotels, staff, companies."""

import random
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from lab.demo.dressing import World
from lab.demo.keys import Keyring

Row = dict[str, Any]
OPENED_DAYS_AGO = 900


class Register:
    """Our keys of what the facts name by code: hotels, staff, companies."""

    def __init__(self, world: World) -> None:
        keyring = Keyring(random.Random("the demo's hotels and staff"))
        first = world.today - timedelta(days=OPENED_DAYS_AGO)
        self.hotels = {
            house.code: keyring.key(first + timedelta(days=n))
            for n, house in enumerate(world.hotels)
        }
        self.staff = {member.login: keyring.key(first) for member in world.staff}
        self.companies = {partner.code: partner.key for partner in world.partners}

    def company(self, code: str) -> UUID | None:
        return self.companies[code] if code else None

    def colleague(self, login: str) -> UUID | None:
        return self.staff[login] if login else None


def start_of(day: date) -> datetime:
    return datetime.combine(day, time(4), UTC)
