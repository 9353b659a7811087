"""Reads the policy file and answers its three questions: may, reaches, sees."""

import re
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
    parameters: Mapping[str, tuple[str, ...]]
    exports: Mapping[str, tuple[str, ...]]
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


class _Once(yaml.SafeLoader):
    """YAML in which a second line of the same name does not quietly win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [self.construct_object(key, deep=True) for key, _ in node.value]
        _refuse_twice(names, f"the policy, line {node.start_mark.line + 1},")
        return super().construct_mapping(node, deep)


def read_policy(text: str) -> Policy:
    """Parse a policy; raises ValueError naming what does not fit together."""
    return make_policy(yaml.load(text, _Once))  # noqa: S506 - a safe loader


def make_policy(raw: Mapping[str, Any]) -> Policy:
    """A policy of what stands in its file; raises ValueError naming what does not fit together."""
    if missing := _PARTS - raw.keys():
        raise ValueError(f"the policy has no part {sorted(missing)}")
    roles = {role.value for role in Role}
    if set(raw["roles"]) != roles or set(raw["reach"]) != roles:
        raise ValueError("the policy must name every role, and its reach, exactly once")
    if unknown := set(raw["reach"].values()) - set(REACHES):
        raise ValueError(f"the policy names unknown reaches {sorted(unknown)}")
    permissions = _lists(raw["permissions"])
    for name, who in permissions.items():
        if unknown := set(who) - roles:
            raise ValueError(f"permission {name} names unknown roles {sorted(unknown)}")
    scopes = _lists(raw["scopes"])
    known = permissions.keys() | {ANYONE, SIGNED_IN}
    for name, what in [*scopes.items(), *((r, [p]) for r, p in raw["routes"].items())]:
        if unknown := set(what) - known:
            raise ValueError(f"{name} names unknown permissions {sorted(unknown)}")
    for part in ("parameters", "exports"):
        for name, what in raw[part].items():
            if unknown := {each for each in what if "." in each} - raw["fields"].keys():
                raise ValueError(f"{part} {name} names unknown fields {sorted(unknown)}")
    return Policy(
        reach=raw["reach"],
        scopes=scopes,
        permissions=permissions,
        routes=raw["routes"],
        parameters={name: tuple(fields) for name, fields in raw["parameters"].items()},
        exports={name: tuple(columns) for name, columns in raw["exports"].items()},
        fields={n: _field_rule(n, f, roles, set(scopes)) for n, f in raw["fields"].items()},
        internal=frozenset(raw["internal"]),
        guest_file_tables=tuple(raw["guest_file_tables"]),
    )


_PARTS = {
    "roles", "reach", "scopes", "permissions", "routes", "parameters", "exports", "fields",
    "internal", "guest_file_tables",
}  # fmt: skip


def _lists(raw: Mapping[str, list[str]]) -> dict[str, frozenset[str]]:
    for name, what in raw.items():
        _refuse_twice(what, name)
    return {name: frozenset(what) for name, what in raw.items()}


def _refuse_twice(names: Iterable[Any], where: str) -> None:
    """What stands twice could be deleted once without anybody's noticing."""
    seen: set[Any] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"{where} names {name} twice")
        seen.add(name)


def _field_rule(name: str, raw: dict[str, Any], roles: set[str], scopes: set[str]) -> FieldRule:
    rights = raw["rights"]
    if missing := roles - rights.keys():
        raise ValueError(f"field {name} does not say what {sorted(missing)} may see")
    if unknown := rights.keys() - roles - scopes:
        raise ValueError(f"field {name} names unknown roles or scopes {sorted(unknown)}")
    for holder, letters in rights.items():
        if letters != "-" and not _RIGHTS.fullmatch(letters):
            raise ValueError(f"field {name} gives {holder} {letters!r}: one sight, then R, P, E")
    _refuse_twice(raw["columns"], name)
    return FieldRule(
        name=name,
        columns=tuple(raw["columns"]),
        rights=rights,
        masked_in_lists=raw.get("lists") == "masked",
        exported=bool(raw.get("export", False)),
    )


_RIGHTS = re.compile("(?=.)[VMBO]?R?[PE]?")


@cache
def policy() -> Policy:
    """The policy of this installation, read once."""
    return read_policy(HERE.read_text(encoding="utf-8"))
