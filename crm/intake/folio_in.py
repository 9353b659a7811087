"""Folio lines from a file: each hangs on a stay that must be on file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session

from crm.intake.decisions import Decision, FileMemory, Ground, Parsed, rejected
from crm.intake.faults import Fault
from crm.intake.stays_in import STAY, StaysImport
from crm.intake.terms import ColumnRule, LineOutcome
from crm.kit import external_refs, images
from crm.kit.images import Change
from crm.stays import bulk as stays
from crm.stays import service as stays_service
from crm.stays.terms import FolioCategory, MealPeriod

LINE, LINE_ROW = "folio", "folio_row"
Values = dict[str, Any]

_RENAMED = {
    "amount": "amount_minor",
    "discount": "discount_minor",
    "tax": "tax_minor",
}
_PLAIN = ("posted_on", "outlet", "covers", "text", "payment_method", "currency")
_BLANK: Values = dict.fromkeys(("outlet", "meal_period", "covers", "text", "payment_method")) | {
    "discount_minor": 0,
    "tax_minor": 0,
    "category": FolioCategory.OTHER,
}


@dataclass(slots=True)
class LineAct:
    """A new line of a stay (``no`` is None), or changes of a known one."""

    stay: Mapping[str, Any]
    row: Values
    link: tuple[str, str] | None = None
    no: int | None = None


@dataclass
class FolioImport:
    """The import of folio lines."""

    ground: Ground

    def key_of(self, parsed: Parsed) -> str | None:
        return parsed.values.get("external_id")

    # ------------------------------------------------------------ deciding
    def decide(self, db: Session, rows: Sequence[Parsed], _: FileMemory | None) -> list[Decision]:
        sound = [r for r in rows if not r.faults]
        found = _StaysByNumber(db, self.ground, sound)
        known = self._known(db, sound)
        stored = stays.lines_of(db, set(known.values()))
        decisions = []
        for parsed in rows:
            if parsed.faults:
                decisions.append(rejected(parsed))
                continue
            stay = found.stay_for(parsed.values)
            if isinstance(stay, Fault):
                decisions.append(rejected(parsed, stay))
                continue
            place = known.get(parsed.row.line)
            line = stored.get(place) if place is not None else None
            decisions.append(self._line(parsed, stay, line))
        return decisions

    def _known(self, db: Session, rows: Sequence[Parsed]) -> dict[int, tuple[UUID, int]]:
        """Line of the file → the folio line it speaks of, for those on file."""
        system = self.ground.system
        keys = {r.row.line: key for r in rows if (key := self.key_of(r))}
        by_key = external_refs.find_children(db, system, LINE, list(keys.values()))
        by_row = external_refs.find_children(
            db, system, LINE_ROW, [r.row.key for r in rows if r.row.line not in keys]
        )
        found = {}
        for parsed in rows:
            line = parsed.row.line
            place = by_key.get(keys[line]) if line in keys else by_row.get(parsed.row.key)
            if place is not None:
                found[line] = place
        return found

    def _line(
        self, parsed: Parsed, stay: Mapping[str, Any], stored: Mapping[str, Any] | None
    ) -> Decision:
        row = line_columns(parsed.values)
        if stored is None:
            key = self.key_of(parsed)
            link = (LINE, key) if key else (LINE_ROW, parsed.row.key)
            act = LineAct(stay, {**_BLANK, "currency": stay["currency"], **row}, link)
            return Decision(parsed.row.line, LineOutcome.NEW, stay["id"], act=act)
        changed = {n: value for n, value in row.items() if self._may(n, value, stored)}
        if not changed:
            return Decision(parsed.row.line, LineOutcome.UNCHANGED, stored["stay_id"])
        act = LineAct(stay, changed, no=stored["no"])
        return Decision(parsed.row.line, LineOutcome.MATCHED, stored["stay_id"], act=act)

    def _may(self, name: str, value: Any, stored: Mapping[str, Any]) -> bool:
        if stored[name] == value:
            return False
        back = {column: field for field, column in _RENAMED.items()}
        rule = self.ground.rules.get(back.get(name, name), ColumnRule.OVERWRITE)
        return rule is ColumnRule.OVERWRITE or (
            rule is ColumnRule.IF_BLANK and stored[name] is None
        )

    # ------------------------------------------------------------ writing
    def apply(self, db: Session, decisions: Sequence[Decision]) -> list[Change]:
        acts: list[LineAct] = [d.act for d in decisions if d.act is not None]
        guest_ids = {a.stay["guest_id"] for a in acts if a.stay["guest_id"] is not None}
        before = images.picture(db, stays.FIGURES, guest_ids)
        rows, changes = self._new_lines(db, [a for a in acts if a.no is None])
        changes += _change(db, [a for a in acts if a.no is not None])
        stays_service.bring_in(db, [], rows, guest_ids=guest_ids)
        after = images.picture(db, stays.FIGURES, guest_ids)
        return changes + list(images.changes_between(before, after))

    def _new_lines(self, db: Session, acts: Sequence[LineAct]) -> tuple[list[Values], list[Change]]:
        """Number the new lines and keep their ids; the rows are the caller's to bring in."""
        last = stays.last_line_numbers(db, {a.stay["id"] for a in acts})
        rows = []
        links: dict[str, list[tuple[str, UUID, int | None]]] = {LINE: [], LINE_ROW: []}
        changes = []
        for act in acts:
            stay_id = act.stay["id"]
            last[stay_id] = no = last.get(stay_id, 0) + 1
            row = {
                **act.row,
                "stay_id": stay_id,
                "no": no,
                "hotel_id": act.stay["hotel_id"],
                "guest_id": act.stay["guest_id"],
            }
            rows.append(row)
            if act.link:
                links[act.link[0]].append((act.link[1], stay_id, no))
                changes.append(_ref_of(self.ground.system, act.link, stay_id, no))
            key = {"stay_id": images.packed(stay_id), "no": no}
            changes.append(Change("folio_line", key, None, images.packed_row(row)))
        for kind, pairs in links.items():
            external_refs.link_many(db, self.ground.system, kind, pairs)
        return rows, changes


def line_columns(values: Mapping[str, Any]) -> Values:
    """The columns of a folio line that a row speaks of."""
    row: Values = {name: values[name] for name in _PLAIN if name in values}
    row |= {column: values[name] for name, column in _RENAMED.items() if name in values}
    if values.get("category"):
        row["category"] = FolioCategory(values["category"])
    if values.get("meal_period"):
        row["meal_period"] = MealPeriod(values["meal_period"])
    return row


def _change(db: Session, acts: Sequence[LineAct]) -> list[Change]:
    wanted = {(a.stay["id"], a.no): a.row for a in acts if a.no is not None}
    before = stays.lines_of(db, set(wanted))
    stays.change_lines(db, wanted)
    return [
        Change(
            "folio_line",
            {"stay_id": images.packed(stay_id), "no": no},
            images.packed_row(before[(stay_id, no)]),
            images.packed_row({**before[(stay_id, no)], **row}),
        )
        for (stay_id, no), row in wanted.items()
    ]


def _ref_of(system: str, link: tuple[str, str], stay_id: UUID, no: int) -> Change:
    key = {"system": system, "kind": link[0], "external_id": link[1]}
    return Change(
        "external_ref", key, None, {**key, "our_id": images.packed(stay_id), "our_no": no}
    )


class _StaysByNumber:
    """The stays that the rows of a batch name, asked for once."""

    def __init__(self, db: Session, ground: Ground, rows: Sequence[Parsed]) -> None:
        self._ground = ground
        self._hotels = StaysImport(ground)
        ids = [r.values["stay_external_id"] for r in rows if r.values.get("stay_external_id")]
        self._by_id = external_refs.find_many(db, ground.system, STAY, ids)
        numbers = {r.values["confirmation_no"] for r in rows if r.values.get("confirmation_no")}
        self._numbered = stays.stays_numbered(db, numbers)
        wanted = {*self._by_id.values(), *(s for found in self._numbered.values() for s in found)}
        self._stays = stays.stays_of(db, wanted)
        self._reach = {hotel.id for hotel in ground.hotels.values()}

    def stay_for(self, values: Mapping[str, Any]) -> Mapping[str, Any] | Fault:
        """The stay of a row; only stays of hotels within reach are known."""
        if external := values.get("stay_external_id"):
            stay = self._stays.get(self._by_id.get(external, UUID(int=0)))
            if stay is None or stay["hotel_id"] not in self._reach:
                return self._ground.fault("stay_external_id", "stay_unknown")
            return stay
        return self._by_number(values)

    def _by_number(self, values: Mapping[str, Any]) -> Mapping[str, Any] | Fault:
        number = values["confirmation_no"]
        hotel, _ = self._hotels.hotel_for(values)
        if hotel is None and values.get("hotel"):
            return self._ground.fault("hotel", "hotel_unknown")
        reach = self._reach if hotel is None else {hotel.id}
        found = [s for one in reach for s in self._numbered.get((one, number), [])]
        if len(found) > 1:
            return self._ground.fault("confirmation_no", "stay_several")
        if not found:
            return self._ground.fault("confirmation_no", "stay_unknown")
        return self._stays[found[0]]
