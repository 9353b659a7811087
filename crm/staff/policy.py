"""Reads the policy file and answers its three questions: may, reaches, sees."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from crm.staff.terms import Channel, Role, Sight

HERE = Path(__file__).with_name("policy.yaml")

ANYONE = "anyone"
SIGNED_IN = "signed_in"
_SIGHTS = {"V": Sight.CLEAR, "M": Sight.MASKED, "B": Sight.BAND, "O": Sight.OPERATIONAL}
_ORDER = [Sight.NONE, Sight.OPERATIONAL, Sight.BAND, Sight.MASKED, Sight.CLEAR]
REACHES = ("none", "today", "hotel", "group")


@dataclass(frozen=True)
class FieldRule:
    """One row of the matrix: rights by role or scope, and how lists and exports treat it."""

    name: str
    columns: tuple[str, ...]
    rights: Mapping[str, str]
    masked_in_lists: bool
    exported: bool


@dataclass(frozen=True)
class Policy:
    """The whole policy file, ready to be asked. A holder is a role or an API key's scope."""

    reach: Mapping[str, str]
    scopes: Mapping[str, frozenset[str]]
    permissions: Mapping[str, frozenset[str]]
    routes: Mapping[str, str]
    fields: Mapping[str, FieldRule]
    internal: frozenset[str]
    guest_file_tables: tuple[str, ...]

    def permissions_of(self, holders: Iterable[str]) -> frozenset[str]:
        held = set(holders)
        by_role = {name for name, who in self.permissions.items() if held & who}
        by_scope = {name for scope in held for name in self.scopes.get(scope, ())}
        return frozenset(by_role | by_scope)

    def reach_of(self, holders: Iterable[str]) -> str:
        """The widest of `none`, `today`, `hotel`, `group`; a key reaches its hotel's guests."""
        found = [self.reach.get(holder, "hotel") for holder in holders]
        return max(found, key=REACHES.index, default="none")

    def sight(self, holders: Iterable[str], field: str, channel: Channel) -> Sight:
        """How the holders together see a field by a channel; the widest sight counts."""
        rule = self.fields[field]
        if channel is Channel.EXPORT and not rule.exported:
            return Sight.NONE
        seen = max((self._letter_sight(rule, h) for h in holders), key=_ORDER.index, default=None)
        if seen is None:
            return Sight.NONE
        in_list = channel in (Channel.LIST, Channel.SEARCH)
        return Sight.MASKED if in_list and rule.masked_in_lists and seen is Sight.CLEAR else seen

    def has_right(self, holders: Iterable[str], field: str, letter: str) -> bool:
        """Whether one of the holders has right ``R``, ``P`` or ``E`` on a field."""
        rule = self.fields[field]
        return any(letter in rule.rights.get(holder, "") for holder in holders)

    @staticmethod
    def _letter_sight(rule: FieldRule, holder: str) -> Sight:
        for letter in rule.rights.get(holder, ""):
            if letter in _SIGHTS:
                return _SIGHTS[letter]
        return Sight.NONE


def read_policy(text: str) -> Policy:
    """Parse a policy; raises ValueError naming what does not fit together."""
    raw: dict[str, Any] = yaml.safe_load(text)
    roles = {role.value for role in Role}
    if set(raw["roles"]) != roles or set(raw["reach"]) != roles:
        raise ValueError("the policy must name every role, and its reach, exactly once")
    permissions = {name: frozenset(who) for name, who in raw["permissions"].items()}
    for name, who in permissions.items():
        if unknown := who - roles:
            raise ValueError(f"permission {name} names unknown roles {sorted(unknown)}")
    scopes = {name: frozenset(what) for name, what in raw["scopes"].items()}
    known = permissions.keys() | {ANYONE, SIGNED_IN}
    for name, what in [*scopes.items(), *((r, [p]) for r, p in raw["routes"].items())]:
        if unknown := frozenset(what) - known:
            raise ValueError(f"{name} names unknown permissions {sorted(unknown)}")
    return Policy(
        reach=raw["reach"],
        scopes=scopes,
        permissions=permissions,
        routes=raw["routes"],
        fields={n: _field_rule(n, f, roles, set(scopes)) for n, f in raw["fields"].items()},
        internal=frozenset(raw["internal"]),
        guest_file_tables=tuple(raw["guest_file_tables"]),
    )


def _field_rule(name: str, raw: dict[str, Any], roles: set[str], scopes: set[str]) -> FieldRule:
    rights = raw["rights"]
    if missing := roles - rights.keys():
        raise ValueError(f"field {name} does not say what {sorted(missing)} may see")
    if unknown := rights.keys() - roles - scopes:
        raise ValueError(f"field {name} names unknown roles or scopes {sorted(unknown)}")
    return FieldRule(
        name=name,
        columns=tuple(raw["columns"]),
        rights=rights,
        masked_in_lists=raw.get("lists") == "masked",
        exported=bool(raw.get("export", False)),
    )


@cache
def policy() -> Policy:
    """The policy of this installation, read once."""
    return read_policy(HERE.read_text(encoding="utf-8"))
