"""The person in a row: from fields to a file, and from a file to the guest it may be."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlmodel import Session

from crm.guests import bulk as guests
from crm.guests.birthdays import Birthday
from crm.guests.bulk import ContactFact, FileFacts
from crm.guests.emails import EmailReading
from crm.guests.keys import name_key
from crm.guests.naming import NameParts, full_from_parts, parts_of
from crm.guests.phones import PhoneReading
from crm.guests.readings import readings_of_surname
from crm.guests.scripts import has_han, is_latin
from crm.guests.terms import (
    ContactKind,
    ContactUse,
    Gender,
    GuestIdentity,
    NameKind,
    Title,
    VipLevel,
)
from crm.intake import matching
from crm.intake.decisions import FileMemory, Ground, Parsed
from crm.intake.matching import Contact, Match, Person, Verdict
from crm.intake.rules import birthday_of, has_name
from crm.intake.terms import LineOutcome
from crm.kit import external_refs

Values = dict[str, Any]

GUEST, GUEST_ROW = "guest", "guest_row"
IMPORTED = "Imported"
"""The reason kept with a VIP level or a tier that came with a file."""


# ---------------------------------------------------------------- from fields to a file
@dataclass(frozen=True, slots=True)
class Said:
    """What a row says of a person, read once: for matching and for the file alike."""

    names: tuple[NameParts, ...]
    contacts: tuple[ContactFact, ...]
    birthday: Birthday | None


def said_of(values: Values) -> Said:
    return Said(tuple(names_of(values)), tuple(_contacts(values)), birthday_of(values))


def file_facts(
    values: Values, company_id: UUID | None = None, said: Said | None = None
) -> FileFacts:
    """A person's file from the fields of a row; ``said`` is what was read of them already."""
    said = said or said_of(values)
    address = {
        name: values[name]
        for name in ("street", "city", "region", "postal_code", "country")
        if values.get(name)
    }
    if address and "street" not in address:
        # A file may know the city only; the street is then the city's name.
        address["street"] = address.get("city") or address.get("region") or ""
    return FileFacts(
        names=said.names,
        columns=_columns(values, company_id),
        birthday=said.birthday,
        contacts=said.contacts,
        address=address if address.get("street") else None,
        plate=values.get("plate"),
        company=values.get("company"),
    )


def names_of(values: Values) -> list[NameParts]:
    """The names of a row: whole or in parts, the Latin one, the alias."""
    country, language = values.get("nationality"), values.get("language")
    names: list[NameParts] = []
    family, given, full = values.get("family"), values.get("given"), values.get("name")
    if family or given:
        whole = full or full_from_parts(family, given, language, country)
        if full and _script(full) != _script((family or "") + (given or "")):
            # 王伟 in one column, Wei and WANG in two others: two names of one person.
            names.append(parts_of(full, language=language, country=country))
            whole = full_from_parts(family, given, language, country)
        names.append(parts_of(whole, family=family, given=given, language=language))
    elif full:
        names.append(parts_of(full, language=language, country=country))
    if latin := values.get("latin"):
        names.append(_latin_name(latin, names, country))
    if alias := values.get("alias"):
        names.append(parts_of(alias, NameKind.ALIAS))
    return list({(n.kind, n.full): n for n in names}.values())


def _latin_name(latin: str, names: list[NameParts], country: str | None) -> NameParts:
    """A Latin name; where the Chinese one tells which word is the family name, it does."""
    words = latin.split()
    native = next((n for n in names if n.family and has_han(n.family)), None)
    if native is None or native.family is None or len(words) < 2 or "," in latin:
        return parts_of(latin, NameKind.LATIN, country=country)
    readings = {"".join(way).replace("v", "u") for way in readings_of_surname(native.family)}
    if words[-1].casefold() in readings and words[0].casefold() not in readings:
        return NameParts(latin, NameKind.LATIN, words[-1], " ".join(words[:-1]))
    return parts_of(latin, NameKind.LATIN, country=country)


def _script(text: str) -> str:
    return "han" if has_han(text) else "latin" if is_latin(text) else "other"


def _columns(values: Values, company_id: UUID | None) -> Values:
    columns: Values = {
        name: values[name] for name in ("nationality", "occupation", "position") if values.get(name)
    }
    for name, enum in (("title", Title), ("gender", Gender), ("identity", GuestIdentity)):
        if values.get(name):
            columns[name] = enum(values[name])
    if values.get("language"):
        columns["languages"] = [values["language"]]
    if values.get("vip"):
        columns |= {"vip": VipLevel(values["vip"]), "vip_why": IMPORTED}
    if company_id is not None:
        columns["company_id"] = company_id
    return columns


def _contacts(values: Values) -> Iterable[ContactFact]:
    seen: set[str] = set()
    for name, use in (("phone", ContactUse.PRIVATE), ("phone_work", ContactUse.WORK)):
        phone: PhoneReading | None = values.get(name)
        if phone is not None and phone.raw not in seen:
            seen.add(phone.raw)
            yield ContactFact(
                ContactKind.PHONE, phone.raw, phone.e164, phone.last4, phone.valid, use=use
            )
    for name, use in (("email", ContactUse.PRIVATE), ("email_work", ContactUse.WORK)):
        email: EmailReading | None = values.get(name)
        if email is not None and email.raw not in seen:
            seen.add(email.raw)
            yield ContactFact(
                ContactKind.EMAIL, email.raw, email.key, None, email.valid, email.relay, use
            )
    if wechat := values.get("wechat"):
        yield ContactFact(ContactKind.WECHAT, wechat, wechat.lower())


# ---------------------------------------------------------------- who it may be
@dataclass(slots=True)
class PersonDecision:
    """Who the person of a row is: known, new (``guest_id`` is the id to be given), or unclear.

    ``linked`` says that the row's own id leads to the guest already; ``links`` are the ids to
    be kept for a new or newly matched guest.
    """

    outcome: LineOutcome
    guest_id: UUID | None
    linked: bool = False
    reason: str | None = None
    candidates: tuple[UUID, ...] = ()
    fresh: bool = False
    """Made by this very batch."""


@dataclass(slots=True)
class People:
    """Who is on file among the people of one batch; new ones are added as they are decided."""

    ground: Ground
    by_id: dict[str, UUID] = field(default_factory=dict)
    by_row: dict[str, UUID] = field(default_factory=dict)
    by_norm: dict[str, list[UUID]] = field(default_factory=dict)
    by_name: dict[str, list[UUID]] = field(default_factory=dict)
    known: dict[UUID, matching.Known] = field(default_factory=dict)
    fresh: set[UUID] = field(default_factory=set)

    def look_up(self, db: Session, rows: Sequence[Parsed], id_field: str) -> None:
        """Ask the database once for the whole batch."""
        system = self.ground.system
        ids = [r.values[id_field] for r in rows if r.values.get(id_field)]
        self.by_id = external_refs.find_many(db, system, GUEST, ids)
        self.by_row = external_refs.find_many(
            db, system, GUEST_ROW, [r.row.key for r in rows if not r.values.get(id_field)]
        )
        self._follow_merges(db)
        people = [_person(r) for r in rows if has_name(r.values)]
        norms = {c.norm for p in people for c in p.contacts}
        self.by_norm = guests.known_by_contact(db, norms)
        names = {name_key(n.full) for p in people if _needs_names(p) for n in p.names}
        self.by_name = guests.known_by_name(db, names)
        near = {g for found in (self.by_norm, self.by_name) for one in found.values() for g in one}
        holders = {norm: len(found) for norm, found in self.by_norm.items()}
        self.known = {one.id: _known(one, holders) for one in guests.known_of(db, near).values()}

    def _follow_merges(self, db: Session) -> None:
        """A file that was merged into another one answers with the other."""
        now = guests.survivors(db, {*self.by_id.values(), *self.by_row.values()})
        self.by_id = {key: now[g] for key, g in self.by_id.items() if g in now}
        self.by_row = {key: now[g] for key, g in self.by_row.items() if g in now}

    def decide(
        self, parsed: Parsed, external_id: str | None, memory: FileMemory | None
    ) -> PersonDecision:
        """Who the person of this row is; nothing is written or remembered."""
        if parsed.forced is not None:
            guest = parsed.forced.guest_id
            outcome = LineOutcome.NEW if guest is None else LineOutcome.MATCHED
            return PersonDecision(outcome, guest)
        linked = self.by_id.get(external_id) if external_id else self.by_row.get(parsed.row.key)
        if linked is not None:
            return PersonDecision(
                LineOutcome.MATCHED, linked, linked=True, fresh=linked in self.fresh
            )
        person = _person(parsed)
        match = matching.decide(person, self._near(person))
        if match.verdict is Verdict.NEW and memory is not None:
            match = _from_above(person, memory)
        return _as_decision(match, self.fresh)

    def _near(self, person: Person) -> list[matching.Known]:
        ids = {g for c in person.contacts for g in self.by_norm.get(c.norm, ())}
        if _needs_names(person):
            ids |= {g for n in person.names for g in self.by_name.get(name_key(n.full), ())}
        return [self.known[g] for g in sorted(ids) if g in self.known]

    def add(self, guest_id: UUID, parsed: Parsed, external_id: str | None) -> None:
        """Remember a person whom this batch makes, so that later rows find them."""
        person = _person(parsed)
        self.fresh.add(guest_id)
        if external_id:
            self.by_id[external_id] = guest_id
        else:
            self.by_row[parsed.row.key] = guest_id
        for contact in person.contacts:
            self.by_norm.setdefault(contact.norm, []).append(guest_id)
        for name in person.names:
            self.by_name.setdefault(name_key(name.full), []).append(guest_id)
        holders = {c.norm: len(self.by_norm[c.norm]) for c in person.contacts}
        self.known[guest_id] = matching.Known(
            guest_id, person.names, person.contacts, person.birthday, holders
        )


def said_in(parsed: Parsed) -> Said:
    """What the row says of a person; worked out once."""
    if parsed.said is None:
        parsed.said = said_of(parsed.values)
    said: Said = parsed.said
    return said


def _person(parsed: Parsed) -> Person:
    if parsed.person is None:
        parsed.person = person_of(said_in(parsed))
    return parsed.person


def person_of(said: Said) -> Person:
    """What matching needs to know of a row."""
    contacts = tuple(
        Contact(c.norm, c.is_valid and not c.is_relay, c.is_relay)
        for c in said.contacts
        if c.norm and c.kind is not ContactKind.WECHAT
    )
    return Person(said.names, contacts, said.birthday)


def _needs_names(person: Person) -> bool:
    return not any(c.usable for c in person.contacts)


def _known(one: guests.Known, holders: Mapping[str, int]) -> matching.Known:
    contacts = tuple(
        Contact(
            c.norm,
            c.is_valid and not c.is_relay and c.norm not in one.shared,
            c.is_relay,
            c.norm in one.shared,
        )
        for c in one.contacts
        if c.norm
    )
    mine = {c.norm: holders.get(c.norm, 1) for c in contacts}
    return matching.Known(one.id, tuple(one.names), contacts, one.birthday, mine)


def _as_decision(match: Match, fresh: set[UUID]) -> PersonDecision:
    if match.verdict is Verdict.UNCLEAR:
        return PersonDecision(
            LineOutcome.UNCLEAR, None, reason=match.reason, candidates=match.candidates
        )
    if match.verdict is Verdict.MATCHED:
        return PersonDecision(LineOutcome.MATCHED, match.guest_id, fresh=match.guest_id in fresh)
    return PersonDecision(LineOutcome.NEW, None)


def _from_above(person: Person, memory: FileMemory) -> Match:
    """The dry run's view of people who stand above in the same file.

    They have no id yet, so only the verdict can be told; the commit decides by the same rules
    with the files that it has made by then.
    """
    names = [name_key(n.full) for n in person.names]
    usable = [c.norm for c in person.contacts if c.usable]
    pair = [memory.times("pair", f"{c}|{n}") for c in usable for n in names]
    holders = [memory.times("contact", c) for c in usable]
    same_name = [memory.times("name", n) for n in names if not usable]
    if any(pair):
        return Match(Verdict.MATCHED)
    if any(holders):
        return Match(Verdict.UNCLEAR, reason="name_differs")
    if any(same_name):
        return Match(Verdict.UNCLEAR, reason="same_name_only")
    return matching.NEW
