"""The one place where profile asks the policy how a reader sees a field; answers are kept."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import BindParameter, bindparam

from crm.kit.dbtypes import Key
from crm.preferences.sights import Lens
from crm.staff.actor import Actor
from crm.staff.terms import Channel, Sight

T = TypeVar("T")
READERS_KEPT = 256
THE_GUEST: BindParameter[Any] = bindparam("the_guest", type_=Key())
"""Stands for the guest in prepared statements; filled in at each reading."""


class Reader:
    """One standpoint on one channel: what it sees of each field, and its prepared statements.

    Building the statements of a card costs four times what running them does (measured), and
    all colleagues of a role in a hotel ask the same ones, so both are kept.
    """

    def __init__(self, by: Actor, channel: Channel) -> None:
        self.by, self.channel = by, channel
        self.preferences = Lens(by, channel)
        self._sights: dict[str, Sight] = {}
        self._prepared: dict[object, Any] = {}

    def sight(self, field: str) -> Sight:
        found = self._sights.get(field)
        if found is None:
            found = self._sights[field] = self.by.sight(field, self.channel)
        return found

    def sees(self, field: str) -> bool:
        """Whether the field is clear to this reader."""
        return self.sight(field) is Sight.CLEAR

    def clear(self, field: str, value: T) -> T | None:
        """The value where the field is clear, else nothing."""
        return value if self.sees(field) else None

    @property
    def in_chinese(self) -> bool:
        return self.by.language.startswith("zh")

    def prepared(self, name: object, make: Callable[["Reader"], T]) -> T:
        """The statement called ``name``, made at the first use."""
        found: T | None = self._prepared.get(name)
        if found is None:
            found = self._prepared[name] = make(self)
        return found


def reader_of(by: Actor, channel: Channel) -> Reader:
    """The reader for this actor; shared by all who stand where this actor stands."""
    standpoint = replace(by, id=None, name="", address=None, request_id=None, department=None)
    return _reader(standpoint, channel)


@lru_cache(maxsize=READERS_KEPT)
def _reader(standpoint: Actor, channel: Channel) -> Reader:
    return Reader(standpoint, channel)
