"""Points from another programme: entries of the ledger, never below zero, never twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

from sqlmodel import Session

from crm.intake.decisions import Decision, FileMemory, Ground, Parsed, rejected
from crm.intake.terms import LineOutcome
from crm.kit import clock, images
from crm.kit.images import Change
from crm.loyalty import bulk as loyalty
from crm.loyalty.terms import PointKind

SOURCE_MAX = 32
BALANCES = ("membership.points",)
"""Sums: undo takes its own part away, whatever was added since."""


@dataclass
class PointsImport:
    """The import of points."""

    ground: Ground

    @property
    def source(self) -> str:
        return f"import:{self.ground.system}"[:SOURCE_MAX]

    def key_of(self, parsed: Parsed) -> str | None:
        return parsed.values.get("external_id")

    def decide(
        self, db: Session, rows: Sequence[Parsed], memory: FileMemory | None
    ) -> list[Decision]:
        sound = [r for r in rows if not r.faults]
        members = loyalty.members_numbered(db, {r.values["member_no"] for r in sound})
        balances = loyalty.balances(db, [m for m, _ in members.values()], lock=memory is None)
        known = loyalty.entries_known(db, self.source, {_source_id(r) for r in sound})
        decisions = []
        for parsed in rows:
            if parsed.faults:
                decisions.append(rejected(parsed))
                continue
            member = members.get(parsed.values["member_no"])
            if member is None:
                decisions.append(rejected(parsed, self.ground.fault("member_no", "member_unknown")))
            else:
                decisions.append(self._entry(parsed, member[0], balances, known))
        return decisions

    def _entry(
        self,
        parsed: Parsed,
        member_id: UUID,
        balances: dict[UUID, int],
        known: dict[tuple[str, PointKind], int],
    ) -> Decision:
        values = parsed.values
        points = values["points"]
        kind = _kind_of(values)
        source_id = _source_id(parsed)
        if (source_id, kind) in known:
            return Decision(parsed.row.line, LineOutcome.UNCHANGED, member_id)
        if balances[member_id] + points < 0:
            return rejected(parsed, self.ground.fault("points", "points_below_zero"))
        balances[member_id] += points
        known[(source_id, kind)] = points
        on = values.get("on")
        entry: dict[str, Any] = {
            "membership_id": member_id,
            "at": datetime.combine(on, time(12), UTC) if on else clock.now(),
            "kind": kind,
            "points": points,
            "source": self.source,
            "source_id": source_id,
            "words": values.get("text"),
            "expires_on": values.get("expires_on"),
            "by_id": None,
        }
        return Decision(parsed.row.line, LineOutcome.NEW, member_id, act=entry)

    def apply(self, db: Session, decisions: Sequence[Decision]) -> list[Change]:
        entries = [d.act for d in decisions if d.act is not None]
        members = {e["membership_id"] for e in entries}
        before = images.picture(db, {"membership": "id"}, members)
        keys = loyalty.post_many(db, entries)
        after = images.picture(db, {"membership": "id"}, members)
        changes = list(images.changes_between(before, after))
        for entry, (member_id, no) in zip(entries, keys, strict=True):
            key = {"membership_id": images.packed(member_id), "no": no}
            doc = images.packed_row({**entry, "no": no})
            changes.append(Change("point_entry", key, None, doc))
        return changes


def _source_id(parsed: Parsed) -> str:
    return str(parsed.values.get("external_id") or parsed.row.key)


def _kind_of(values: dict[str, Any]) -> PointKind:
    """The kind a row names, else by the sign: points without a story are an opening balance."""
    if values.get("kind"):
        return PointKind(values["kind"])
    return PointKind.OPENING if values["points"] >= 0 else PointKind.REDEEMED
