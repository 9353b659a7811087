"""Guests from a file: who is new, who is known, what their files gain, which cards they hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import Session

from crm.companies import bulk as companies
from crm.companies.rules import fold_name
from crm.companies.terms import CompanyKind
from crm.guests import bulk as guests
from crm.guests import filling
from crm.guests.bulk import FileFacts
from crm.guests.filling import Amendment, Wanted
from crm.intake.decisions import Decision, FileMemory, Ground, Parsed, rejected
from crm.intake.entities import REFS, new_thing
from crm.intake.people import (
    GUEST,
    GUEST_ROW,
    IMPORTED,
    People,
    PersonDecision,
    file_facts,
    said_in,
)
from crm.intake.terms import ColumnRule, LineOutcome
from crm.kit import clock, external_refs, images
from crm.kit.ids import new_id
from crm.kit.images import Change
from crm.loyalty import bulk as loyalty
from crm.loyalty.terms import Tier


@dataclass(slots=True)
class GuestAct:
    """What `apply` does for one row."""

    facts: FileFacts
    is_new: bool
    amendment: Amendment | None = None
    link: tuple[str, str] | None = None
    member: tuple[str, date, Tier] | None = None
    company: tuple[UUID, str] | None = None

    @property
    def takes_company(self) -> bool:
        return self.is_new or (
            self.amendment is not None and "company_id" in self.amendment.columns
        )


@dataclass
class GuestsImport:
    """The import of guests."""

    ground: Ground
    _directory: dict[str, UUID] | None = field(default=None, repr=False)

    def key_of(self, parsed: Parsed) -> str | None:
        return parsed.values.get("external_id")

    # ------------------------------------------------------------ deciding
    def decide(
        self, db: Session, rows: Sequence[Parsed], memory: FileMemory | None
    ) -> list[Decision]:
        sound = [r for r in rows if not r.faults]
        people = People(self.ground)
        people.look_up(db, sound, "external_id")
        cards = _Cards(db, sound)
        decisions: list[Decision] = []
        wanted: dict[UUID, Wanted] = {}
        waiting: list[tuple[int, Parsed, PersonDecision]] = []
        for parsed in rows:
            if parsed.faults:
                decisions.append(rejected(parsed))
                continue
            who = people.decide(parsed, parsed.values.get("external_id"), memory)
            again = who.fresh or who.guest_id in wanted
            if again and memory is None:
                break  # the next batch sees what this one writes
            if who.outcome is LineOutcome.NEW:
                decisions.append(self._new(db, parsed, people, cards, dry=memory is not None))
            elif who.outcome is LineOutcome.UNCLEAR:
                decisions.append(_unclear(parsed, who))
            elif who.guest_id is None or again:
                decisions.append(_again(parsed, memory))
            else:
                wanted[who.guest_id] = Wanted(self._facts(db, parsed), self._may())
                waiting.append((len(decisions), parsed, who))
                decisions.append(Decision(parsed.row.line, LineOutcome.UNCHANGED, who.guest_id))
        self._compare(db, wanted, waiting, decisions, cards)
        return decisions

    def _new(
        self, db: Session, parsed: Parsed, people: People, cards: "_Cards", *, dry: bool
    ) -> Decision:
        guest_id = new_id()
        member, fault = cards.card_for(parsed.values, guest_id)
        if fault is not None:
            return rejected(parsed, self.ground.fault("member_no", fault))
        people.add(guest_id, parsed, parsed.values.get("external_id"))
        if dry:
            return Decision(parsed.row.line, LineOutcome.NEW, guest_id)
        company = self._company(db, parsed)
        act = GuestAct(
            file_facts(parsed.values, company[0] if company else None, said_in(parsed)),
            is_new=True,
            link=_link_of(parsed),
            member=member,
            company=company,
        )
        return Decision(parsed.row.line, LineOutcome.NEW, guest_id, act=act)

    def _compare(
        self,
        db: Session,
        wanted: Mapping[UUID, Wanted],
        waiting: Sequence[tuple[int, Parsed, PersonDecision]],
        decisions: list[Decision],
        cards: "_Cards",
    ) -> None:
        found = filling.amendments(db, wanted)
        held = loyalty.members_of(db, list(wanted))
        for place, parsed, who in waiting:
            guest_id = who.guest_id
            if guest_id is None:
                continue
            member, fault = cards.card_for(parsed.values, guest_id, held.get(guest_id))
            if fault is not None:
                decisions[place] = rejected(parsed, self.ground.fault("member_no", fault))
                continue
            external = parsed.values.get("external_id")
            link = (GUEST, external) if external and not who.linked else None
            act = GuestAct(
                wanted[guest_id].facts, False, found.get(guest_id) or None, link, member,
                self._company(db, parsed),
            )  # fmt: skip
            if parsed.forced is not None and not who.linked:
                act.link = _link_of(parsed)
            if act.amendment or act.link or act.member:
                decisions[place] = Decision(parsed.row.line, LineOutcome.MATCHED, guest_id, act=act)

    def _facts(self, db: Session, parsed: Parsed) -> FileFacts:
        company = self._company(db, parsed)
        return file_facts(parsed.values, company[0] if company else None, said_in(parsed))

    def _may(self) -> dict[str, str]:
        """The rules of the columns, in the words of the guest file."""
        rule = self.ground.rule
        strongest = [
            rule(n) for n in ("name", "family", "given", "latin") if n in self.ground.rules
        ]
        return {
            **{name: rule(name).value for name in self.ground.rules},
            "name": (strongest[0] if strongest else ColumnRule.IF_BLANK).value,
            "languages": rule("language").value,
            "company_id": rule("company").value,
            "vip_why": rule("vip").value,
            "phone": rule("phone").value,
            "email": rule("email").value,
            "wechat": rule("wechat").value,
            "address": rule("street").value,
        }

    def _company(self, db: Session, parsed: Parsed) -> tuple[UUID, str] | None:
        """The employer: known by name, or with an id to be opened under."""
        name = parsed.values.get("company")
        folded = fold_name(name) if name else ""
        if not name or not folded:
            return None
        if self._directory is None:
            self._directory = companies.directory(db)
        return self._directory.setdefault(folded, new_id()), name

    # ------------------------------------------------------------ writing
    def apply(self, db: Session, decisions: Sequence[Decision]) -> list[Change]:
        acts = [(d.target_id, d.act) for d in decisions if d.act is not None and d.target_id]
        changes = self._open_companies(db, [act for _, act in acts])
        changes += self._bring_in(db, [(g, act) for g, act in acts if act.is_new])
        changes += self._amend(db, [(g, act) for g, act in acts if not act.is_new])
        changes += _enrol(db, acts)
        return changes

    def _open_companies(self, db: Session, acts: Sequence[GuestAct]) -> list[Change]:
        named = dict(a.company for a in acts if a.company and a.takes_company)
        return open_companies(db, {c: (n, CompanyKind.CORPORATE) for c, n in named.items()})

    def _bring_in(self, db: Session, acts: Sequence[tuple[UUID, GuestAct]]) -> list[Change]:
        counts = guests.bring_in(
            db,
            [(guest_id, act.facts) for guest_id, act in acts],
            by_id=self.ground.by_id,
            hotel_id=self.ground.hotel.id if self.ground.hotel else None,
        )
        link_guests(db, self.ground.system, [(g, act.link) for g, act in acts])
        return [
            new_thing("guest", g, {**counts[g], REFS: int(act.link is not None)}, version=1)
            for g, act in acts
        ]

    def _amend(self, db: Session, acts: Sequence[tuple[UUID, GuestAct]]) -> list[Change]:
        wanted = {g: act.amendment for g, act in acts if act.amendment}
        before = images.picture(db, guests.OWNED, wanted)
        filling.amend(db, wanted)
        after = images.picture(db, guests.OWNED, wanted)
        changes = list(images.changes_between(before, after))
        links = [(g, act.link) for g, act in acts if act.link]
        link_guests(db, self.ground.system, links)
        return changes + [_new_ref(self.ground.system, link, g) for g, link in links]


def open_companies(db: Session, named: Mapping[UUID, tuple[str, CompanyKind]]) -> list[Change]:
    """Open the companies among these that are not there yet."""
    there = {key[1][0] for key in images.picture(db, companies.OWNED, named)}
    fresh = {one: what for one, what in named.items() if one not in there}
    companies.open_many(db, fresh)
    return [new_thing("company", one, {}, version=1) for one in fresh]


def link_guests(
    db: Session, system: str, links: Sequence[tuple[UUID, tuple[str, str] | None]]
) -> None:
    """Keep the ids by which the file knows these guests."""
    for kind in (GUEST, GUEST_ROW):
        external_refs.link_many(
            db, system, kind, [(link[1], g, None) for g, link in links if link and link[0] == kind]
        )


def _new_ref(system: str, link: tuple[str, str], guest_id: UUID) -> Change:
    key = {"system": system, "kind": link[0], "external_id": link[1]}
    doc = {**key, "our_id": images.packed(guest_id), "our_no": None}
    return Change("external_ref", key, None, doc)


def _link_of(parsed: Parsed) -> tuple[str, str]:
    """The id to keep: the other system's, else the row itself, so that it is known next time."""
    external: Any = parsed.values.get("external_id")
    return (GUEST, external) if external else (GUEST_ROW, parsed.row.key)


def _unclear(parsed: Parsed, who: PersonDecision) -> Decision:
    return Decision(
        parsed.row.line,
        LineOutcome.UNCLEAR,
        reason=who.reason,
        candidates=who.candidates,
        parsed=parsed,
    )


def _again(parsed: Parsed, memory: FileMemory | None) -> Decision:
    """The dry run meets a person of the same file again: told apart by whether anything is new."""
    said = repr(sorted((k, repr(v)) for k, v in parsed.values.items()))
    same = memory is not None and memory.times("said", said)
    return Decision(parsed.row.line, LineOutcome.UNCHANGED if same else LineOutcome.MATCHED)


# ---------------------------------------------------------------- cards
class _Cards:
    """Which membership numbers are taken, on file and in this batch."""

    def __init__(self, db: Session, rows: Sequence[Parsed]) -> None:
        numbers = [r.values["member_no"] for r in rows if r.values.get("member_no")]
        self._holders = {
            number: guest for number, (_, guest) in loyalty.members_numbered(db, numbers).items()
        }

    def card_for(
        self, values: Mapping[str, Any], guest_id: UUID, held: str | None = None
    ) -> tuple[tuple[str, date, Tier] | None, str | None]:
        """The card to make (None if there is nothing to do), or the fault that forbids it."""
        number = values.get("member_no")
        if not number:
            return None, None
        holder = self._holders.setdefault(number, guest_id)
        if holder != guest_id:
            return None, "member_taken"
        if held is not None:
            return None, None if held == number else "member_taken"
        joined = values.get("joined_on") or clock.now().date()
        return (number, joined, Tier(values.get("tier") or Tier.MEMBER)), None


def _enrol(db: Session, acts: Sequence[tuple[UUID, GuestAct]]) -> list[Change]:
    members = {new_id(): (g, *act.member) for g, act in acts if act.member}
    loyalty.enrol_many(db, members, at=clock.now(), why=IMPORTED, by_id=None)
    return [
        new_thing("membership", one, {"tier_change.membership_id": 1}, version=1) for one in members
    ]
