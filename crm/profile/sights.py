"""The one place where profile asks the policy how a reader sees a field; answers are kept."""

from typing import TypeVar

from crm.preferences.sights import Lens
from crm.staff.actor import Actor
from crm.staff.terms import Channel, Sight

T = TypeVar("T")


class Reader:
    """One actor on one channel: each field is looked up once a card, not once a row."""

    def __init__(self, by: Actor, channel: Channel) -> None:
        self.by, self.channel = by, channel
        self.preferences = Lens(by, channel)
        self._sights: dict[str, Sight] = {}

    def sight(self, field: str) -> Sight:
        if field not in self._sights:
            self._sights[field] = self.by.sight(field, self.channel)
        return self._sights[field]

    def sees(self, field: str) -> bool:
        """Whether the field is clear to this reader."""
        return self.sight(field) is Sight.CLEAR

    def clear(self, field: str, value: T) -> T | None:
        """The value where the field is clear, else nothing."""
        return value if self.sees(field) else None

    @property
    def in_chinese(self) -> bool:
        return self.by.language.startswith("zh")
