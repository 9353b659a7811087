"""Stays from a file: found by their numbers, with the guest they belong to, or without one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session

from crm.companies import bulk as companies
from crm.companies.rules import fold_name
from crm.companies.terms import CompanyKind
from crm.guests import bulk as guests
from crm.guests.bulk import FileFacts
from crm.guests.terms import GuestIdentity
from crm.hotels.schemas import HotelOpen
from crm.hotels.service import open_hotel
from crm.intake.decisions import Decision, FileMemory, Ground, HotelFacts, Parsed, rejected
from crm.intake.entities import REFS, new_thing
from crm.intake.faults import Fault
from crm.intake.guests_in import link_guests, open_companies
from crm.intake.people import GUEST, GUEST_ROW, People, PersonDecision, file_facts, said_in
from crm.intake.rules import has_name
from crm.intake.terms import ColumnRule, LineOutcome
from crm.kit import clock, external_refs, images
from crm.kit.ids import new_id
from crm.kit.images import Change
from crm.stays import bulk as stays
from crm.stays import service as stays_service
from crm.stays.terms import BookingChannel, BookingWay, Purpose, StayStatus

STAY, STAY_ROW = "stay", "stay_row"
Values = dict[str, Any]

_PLAIN = (
    "confirmation_no", "room_no", "room_type_booked", "room_type_used", "rate_code", "adults",
    "children", "market", "group_name", "arriving_from", "wishes", "eta", "booked_on", "score",
    "currency", "nights",
)  # fmt: skip
_RENAMED = {"arrival": "arrival_on", "departure": "departure_on", "rate": "rate_minor"}
_ENUMS = {
    "status": StayStatus,
    "channel": BookingChannel,
    "way": BookingWay,
    "purpose": Purpose,
    "identity": GuestIdentity,
}
_BLANK: Values = dict.fromkeys(
    (
        "guest_id", "confirmation_no", "eta", "channel", "way", "market", "rate_code",
        "rate_minor", "room_type_booked", "room_type_used", "room_no", "purpose", "company_id",
        "group_name", "arriving_from", "wishes", "score", "booked_on", "checked_in_at",
        "checked_out_at", "cancelled_at",
    )
) | {"adults": 1, "children": 0, "identity": GuestIdentity.INDIVIDUAL}  # fmt: skip


@dataclass(slots=True)
class StayAct:
    """What `apply` does for one row: a new stay, or changes of a known one."""

    row: Values
    is_new: bool
    link: tuple[str, str] | None = None
    guest: tuple[UUID, FileFacts] | None = None
    guest_link: tuple[UUID, tuple[str, str]] | None = None
    company: tuple[UUID, str, CompanyKind] | None = None
    opening: HotelOpen | None = None


@dataclass
class StaysImport:
    """The import of stays."""

    ground: Ground
    _directory: dict[str, UUID] | None = field(default=None, repr=False)
    _opening: dict[str, HotelFacts] = field(default_factory=dict, repr=False)

    def key_of(self, parsed: Parsed) -> str | None:
        """The booking's id, or its number within its hotel."""
        if external := parsed.values.get("external_id"):
            return str(external)
        number = parsed.values.get("confirmation_no")
        hotel, _ = self.hotel_for(parsed.values)
        return f"{hotel.code}:{number}" if number and hotel else None

    def hotel_for(self, values: Mapping[str, Any]) -> tuple[HotelFacts | None, HotelOpen | None]:
        """The hotel of a row, and how to open it where this import may do so."""
        ground = self.ground
        code = str(values.get("hotel") or "")
        if ground.hotel is not None and (ground.every_row or not code):
            return ground.hotel, None
        folded = code.casefold()
        if (there := ground.hotels.get(folded)) is not None:
            return there, None
        opening = ground.openable.get(folded)
        if opening is None:
            return None, None
        if folded not in self._opening:
            self._opening[folded] = HotelFacts(
                new_id(), opening.code, ground.today, opening.currency, opening.country,
                opening.time_zone,
            )  # fmt: skip
        return self._opening[folded], opening

    # ------------------------------------------------------------ deciding
    def decide(
        self, db: Session, rows: Sequence[Parsed], memory: FileMemory | None
    ) -> list[Decision]:
        sound = [r for r in rows if not r.faults]
        people = People(self.ground)
        people.look_up(db, sound, "guest_external_id")
        known = self._known(db, sound)
        stored = stays.stays_of(db, set(known.values()))
        decisions: list[Decision] = []
        for parsed in rows:
            if parsed.faults:
                decisions.append(rejected(parsed))
            elif (place := known.get(parsed.row.line)) is not None:
                decisions.append(self._known_stay(db, parsed, stored[place], people, memory))
            else:
                decisions.append(self._new_stay(db, parsed, people, memory))
        return decisions

    def _known(self, db: Session, rows: Sequence[Parsed]) -> dict[int, UUID]:
        """Line → the stay that the row speaks of, for those on file."""
        system = self.ground.system
        keys = {r.row.line: key for r in rows if (key := self.key_of(r))}
        by_key = external_refs.find_many(db, system, STAY, list(keys.values()))
        by_row = external_refs.find_many(
            db, system, STAY_ROW, [r.row.key for r in rows if r.row.line not in keys]
        )
        numbers = {r.values["confirmation_no"] for r in rows if r.values.get("confirmation_no")}
        numbered = stays.stays_numbered(db, numbers)
        found: dict[int, UUID] = {}
        for parsed in rows:
            line = parsed.row.line
            stay = by_key.get(keys[line]) if line in keys else by_row.get(parsed.row.key)
            hotel, _ = self.hotel_for(parsed.values)
            if stay is None and hotel is not None and not parsed.values.get("external_id"):
                same = numbered.get((hotel.id, parsed.values.get("confirmation_no") or ""), [])
                stay = same[0] if len(same) == 1 else None
            if stay is not None:
                found[line] = stay
        return found

    def _new_stay(
        self, db: Session, parsed: Parsed, people: People, memory: FileMemory | None
    ) -> Decision:
        hotel, opening = self.hotel_for(parsed.values)
        if hotel is None:
            return rejected(parsed, self._no_hotel(parsed.values))
        who = self._person(parsed, people, memory)
        if isinstance(who, Fault):
            return rejected(parsed, who)
        if who is not None and who.outcome is LineOutcome.UNCLEAR:
            return Decision(
                parsed.row.line, LineOutcome.UNCLEAR, reason=who.reason,
                candidates=who.candidates, parsed=parsed,
            )  # fmt: skip
        stay_id = new_id()
        act = StayAct({}, is_new=True, link=self._link_of(parsed), opening=opening)
        guest_id = self._take_person(parsed, people, who, act, dry=memory is not None)
        if memory is not None:  # the dry run asks what would become of the row, and no more
            return Decision(parsed.row.line, LineOutcome.NEW, stay_id)
        act.company = self._company(db, parsed.values)
        row = stay_columns(parsed.values, hotel)
        act.row = {
            **_BLANK,
            "currency": hotel.currency,
            **row,
            "id": stay_id,
            "hotel_id": hotel.id,
            "guest_id": guest_id,
            "company_id": act.company[0] if act.company else None,
        }
        return Decision(parsed.row.line, LineOutcome.NEW, stay_id, act=act)

    def _known_stay(
        self,
        db: Session,
        parsed: Parsed,
        stored: Mapping[str, Any],
        people: People,
        memory: FileMemory | None,
    ) -> Decision:
        hotel, _ = self.hotel_for(parsed.values)
        if hotel is None:
            return rejected(parsed, self._no_hotel(parsed.values))
        if stored["hotel_id"] != hotel.id:
            return rejected(parsed, self.ground.fault("hotel", "stay_of_another_hotel"))
        act = StayAct({}, is_new=False)
        if stored["guest_id"] is None:
            who = self._person(parsed, people, memory)
            if isinstance(who, PersonDecision) and who.outcome is not LineOutcome.UNCLEAR:
                guest_id = self._take_person(parsed, people, who, act, dry=memory is not None)
                act.row["guest_id"] = guest_id
        wanted = stay_columns(parsed.values, hotel)
        act.company = self._company(db, parsed.values)
        if act.company:
            wanted["company_id"] = act.company[0]
        act.row |= {name: value for name, value in wanted.items() if self._may(name, value, stored)}
        if not act.row:
            return Decision(parsed.row.line, LineOutcome.UNCHANGED, stored["id"])
        return Decision(parsed.row.line, LineOutcome.MATCHED, stored["id"], act=act)

    def _may(self, name: str, value: Any, stored: Mapping[str, Any]) -> bool:
        if stored[name] == value:
            return False
        field_name = _FIELD_OF.get(name, name)
        rule = self.ground.rules.get(field_name, ColumnRule.OVERWRITE)
        return rule is ColumnRule.OVERWRITE or (
            rule is ColumnRule.IF_BLANK and stored[name] is None
        )

    def _no_hotel(self, values: Mapping[str, Any]) -> Fault:
        code = "hotel_unknown" if values.get("hotel") else "hotel_missing"
        return self.ground.fault("hotel", code)

    def _person(
        self, parsed: Parsed, people: People, memory: FileMemory | None
    ) -> PersonDecision | Fault | None:
        """Whose stay it is; None for a booking without a person."""
        values = parsed.values
        external = values.get("guest_external_id")
        if not has_name(values) and parsed.forced is None:
            if external and external in people.by_id:
                return PersonDecision(LineOutcome.MATCHED, people.by_id[external], linked=True)
            if external:
                return self.ground.fault("guest_external_id", "guest_unknown")
            if values.get("phone") or values.get("email"):
                return self.ground.fault("name", "name_missing")
            return None
        return people.decide(parsed, external, memory)

    def _take_person(
        self,
        parsed: Parsed,
        people: People,
        who: PersonDecision | None,
        act: StayAct,
        *,
        dry: bool,
    ) -> UUID | None:
        """The guest's id for the stay; a new guest's file goes into ``act``."""
        if who is None:
            return None
        external = parsed.values.get("guest_external_id")
        if who.outcome is LineOutcome.NEW:
            guest_id = new_id()
            people.add(guest_id, parsed, external)
            if dry:
                return guest_id
            columns = {k: v for k, v in parsed.values.items() if k not in ("company", "identity")}
            act.guest = (guest_id, file_facts(columns, said=said_in(parsed)))
            link = (GUEST, external) if external else (GUEST_ROW, parsed.row.key)
            act.guest_link = (guest_id, link)
            return guest_id
        if who.guest_id is not None and external and not who.linked and not who.fresh:
            people.by_id[external] = who.guest_id
            act.guest_link = (who.guest_id, (GUEST, external))
        return who.guest_id

    def _company(
        self, db: Session, values: Mapping[str, Any]
    ) -> tuple[UUID, str, CompanyKind] | None:
        name = values.get("company")
        folded = fold_name(name) if name else ""
        if not name or not folded:
            return None
        if self._directory is None:
            self._directory = companies.directory(db)
        return self._directory.setdefault(folded, new_id()), name, _company_kind(values)

    def _link_of(self, parsed: Parsed) -> tuple[str, str]:
        key = self.key_of(parsed)
        return (STAY, key) if key else (STAY_ROW, parsed.row.key)

    # ------------------------------------------------------------ writing
    def apply(self, db: Session, decisions: Sequence[Decision]) -> list[Change]:
        acts = [(d.target_id, d.act) for d in decisions if d.act is not None and d.target_id]
        changes = self._open_hotels(db, [act for _, act in acts])
        named = {
            a.company[0]: (a.company[1], a.company[2])
            for _, a in acts
            if a.company and a.row.get("company_id") == a.company[0]
        }
        changes += open_companies(db, named)
        changes += self._bring_guests(db, [act for _, act in acts])
        return changes + self._bring_stays(db, acts)

    def _open_hotels(self, db: Session, acts: Sequence[StayAct]) -> list[Change]:
        """Open hotels that the file names for the first time; their ids replace the planned."""
        changes: list[Change] = []
        openings = {a.opening.code.casefold(): a.opening for a in acts if a.opening}
        for folded, opening in openings.items():
            planned = self._opening.pop(folded)
            hotel_id = open_hotel(db, opening)
            _replace_hotel(acts, planned.id, hotel_id)
            facts = HotelFacts(
                hotel_id, opening.code, clock.today_in(opening.time_zone), opening.currency,
                opening.country, opening.time_zone,
            )  # fmt: skip
            self.ground = _with_hotel(self.ground, folded, facts)
            departments = images.count_children(db, [("department", "hotel_id")], [hotel_id])
            changes.append(new_thing("hotel", hotel_id, departments[hotel_id]))
        return changes

    def _bring_guests(self, db: Session, acts: Sequence[StayAct]) -> list[Change]:
        fresh = [act.guest for act in acts if act.guest]
        links = [act.guest_link for act in acts if act.guest_link]
        system = self.ground.system
        new_ids = {guest_id for guest_id, _ in fresh}
        counts = guests.bring_in(db, fresh, by_id=self.ground.by_id, hotel_id=_one_hotel(acts))
        link_guests(db, system, links)
        linked = [g for g, _ in links]
        changes = [
            new_thing("guest", g, {**counts[g], REFS: linked.count(g)}, version=1) for g, _ in fresh
        ]
        return changes + [
            _ref_change(system, kind, external, g)
            for g, (kind, external) in links
            if g not in new_ids
        ]

    def _bring_stays(self, db: Session, acts: Sequence[tuple[UUID, StayAct]]) -> list[Change]:
        ground = self.ground
        new_guests = {act.guest[0] for _, act in acts if act.guest}
        fresh = [act.row for _, act in acts if act.is_new]
        changed = {stay_id: act.row for stay_id, act in acts if not act.is_new}
        before_stays = stays.stays_of(db, changed)
        guest_ids = {row.get("guest_id") for row in (*fresh, *before_stays.values())}
        guest_ids |= {row.get("guest_id") for row in changed.values()}
        touched = {g for g in guest_ids if g is not None} - new_guests
        watched = {**stays.FIGURES, "guest": "id"}
        before = images.picture(db, watched, touched)
        before |= images.picture(db, {"stay": "id"}, changed)
        stays_service.bring_in(db, fresh)
        links = [(act.link, stay_id) for stay_id, act in acts if act.link]
        for kind in (STAY, STAY_ROW):
            pairs = [(link[1], s, None) for link, s in links if link[0] == kind]
            external_refs.link_many(db, ground.system, kind, pairs)
        stays.change_many(db, changed)
        business = {h.id: h.business_on for h in (*ground.hotels.values(), *_only(ground.hotel))}
        now = stays.stays_of(db, changed)
        stays.settle(db, [*fresh, *now.values(), *before_stays.values()], business)
        after = images.picture(db, watched, touched)
        after |= images.picture(db, {"stay": "id"}, changed)
        things = [new_thing("stay", row["id"], {REFS: 1}, version=1) for row in fresh]
        return things + list(images.changes_between(before, after))


_FIELD_OF = {v: k for k, v in _RENAMED.items()} | {
    "cancelled_at": "cancelled_on", "company_id": "company",
}  # fmt: skip


def stay_columns(values: Mapping[str, Any], hotel: HotelFacts) -> Values:
    """The columns of a stay that a row speaks of."""
    row: Values = {name: values[name] for name in _PLAIN if name in values}
    row |= {column: values[name] for name, column in _RENAMED.items() if name in values}
    row |= {name: enum(values[name]) for name, enum in _ENUMS.items() if values.get(name)}
    if values.get("cancelled_on"):
        # The file knows the day only; noon at the hotel is that day in every neighbour's zone.
        noon = datetime.combine(values["cancelled_on"], time(12), ZoneInfo(hotel.time_zone))
        row["cancelled_at"] = noon
    return row


def _company_kind(values: Mapping[str, Any]) -> CompanyKind:
    channel = values.get("channel")
    if channel == BookingChannel.ONLINE_AGENCY.value:
        return CompanyKind.ONLINE_AGENCY
    agency = channel == BookingChannel.AGENCY.value or values.get("company_kind") == "agency"
    return CompanyKind.AGENCY if agency else CompanyKind.CORPORATE


def _replace_hotel(acts: Sequence[StayAct], planned: UUID, real: UUID) -> None:
    for act in acts:
        if act.row.get("hotel_id") == planned:
            act.row["hotel_id"] = real


def _with_hotel(ground: Ground, folded: str, facts: HotelFacts) -> Ground:
    return replace(ground, hotels={**ground.hotels, folded: facts})


def _one_hotel(acts: Sequence[StayAct]) -> UUID | None:
    """The hotel at which new guests were met first, if the batch knows only one."""
    hotels = {act.row["hotel_id"] for act in acts if act.is_new}
    return hotels.pop() if len(hotels) == 1 else None


def _only(hotel: HotelFacts | None) -> list[HotelFacts]:
    return [] if hotel is None else [hotel]


def _ref_change(system: str, kind: str, external_id: str, guest_id: UUID) -> Change:
    key = {"system": system, "kind": kind, "external_id": external_id}
    doc = {**key, "our_id": images.packed(guest_id), "our_no": None}
    return Change("external_ref", key, None, doc)
