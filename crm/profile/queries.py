"""The guest card: everything about one guest at a glance, in six statements.

Each fact passes the reader's sight once, here; what follows from the facts is in `rules`.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, tzinfo
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session

from crm.alerts.queries import Book, book_of
from crm.alerts.terms import Place
from crm.complaints.terms import CaseStatus
from crm.guests import masks
from crm.guests.birthdays import next_occurrence
from crm.guests.naming import (
    NameParts,
    first_of,
    formal_address,
    list_latin,
    shown_names,
)
from crm.guests.rows import birthday_of
from crm.guests.terms import CautionLevel, ContactKind, NameKind, RelationKind
from crm.hotels.terms import Cleanliness, LeapDayRule
from crm.kit import clock
from crm.preferences.terms import Sensitivity
from crm.privacy.terms import ConsentChannel, ConsentPurpose, ConsentState
from crm.profile import alerting, rules, sources
from crm.profile import timeline as happenings
from crm.profile.freshness import stale_months
from crm.profile.pronouncing import pronounced
from crm.profile.rules import BirthdayFacts, Case, CautionFacts, Greeting, RoomFacts
from crm.profile.schemas import (
    Birthday,
    CaseLine,
    CompanyLink,
    Consent,
    Contact,
    Figures,
    FileQuality,
    Fit,
    GuestCard,
    Link,
    StayNow,
)
from crm.profile.sights import Reader, reader_of
from crm.profile.suggesting import suggestions
from crm.sensing.queries import habits_for_the_card
from crm.sensing.schemas import HabitRow
from crm.staff.actor import Actor
from crm.staff.terms import Channel, Sight
from crm.stays.rules import stay_number
from crm.stays.terms import StayStatus

SCORES_SHOWN = 3
LINKS_SHOWN = 6
TIMELINE_SHOWN = 12
EXPIRED_SHOWN = 3
READY = frozenset({Cleanliness.CLEAN, Cleanliness.INSPECTED})
_CHANNELS_SHOWN = frozenset({ConsentPurpose.MARKETING.value})


def card(db: Session, guest_id: UUID, *, by: Actor, channel: Channel = Channel.PAGE) -> GuestCard:
    """The card of one guest as this reader may see it; `NotFound` when it is out of reach."""
    by.need("guests.read")
    reader = reader_of(by, channel)
    file = sources.file_of(db, guest_id, reader)
    children = _Children(sources.children_of(db, guest_id, reader))
    stays = sources.stays_of(db, guest_id, reader)
    preferences = sources.file_preferences(db, guest_id, reader)
    cases = sources.cases_of(db, [guest_id], reader)
    zone = file.time_zone or "UTC"
    timeline = happenings.recent(db, guest_id, reader, limit=TIMELINE_SHOWN, zone=zone)
    habits = []
    if by.may("preferences.read"):
        habits = habits_for_the_card(db, guest_id, by=by, channel=channel)
    made = _Card(reader, file, children, stays, preferences, cases, habits)
    return made.whole(timeline, book_of(db, by.hotel_id, file.edition))


class _Children:
    """The names, contacts, consents and relations of one guest, kind by kind."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self._by_kind: dict[str, list[Any]] = {}
        for row in rows:
            self._by_kind.setdefault(row.what, []).append(row)

    def of(self, what: str) -> list[Any]:
        return self._by_kind.get(what, [])

    def names(self) -> list[NameParts]:
        return [
            NameParts(row.t1, NameKind(row.t0), row.t2, row.t3, row.t5, row.t4)
            for row in self.of(sources.NAME)
        ]


class _Card:
    """One card in the making: the rows on the left, what the reader gets on the right."""

    def __init__(
        self,
        reader: Reader,
        file: Any,
        children: _Children,
        stays: Sequence[Any],
        preferences: Sequence[sources.Noted],
        cases: Sequence[Any],
        habits: Sequence[HabitRow],
    ) -> None:
        self.reader, self.file, self.children = reader, file, children
        self.habits = habits
        self.today: date = file.business_on or clock.today_in("UTC")
        self.stays = stays
        self.stay = stay_now(stays, self.today, reader.by.hotel_id)
        stay_id = self.stay.id if self.stay else None
        known = [
            claim
            for noted in preferences
            if (claim := sources.claim_of(noted, stay_id=stay_id)) is not None
        ]
        self.claims = [claim for claim in known if not claim.expired]
        self.expired = [claim for claim in known if claim.expired]
        self.case_rows, self.noted = cases, preferences
        self.zone = ZoneInfo(file.time_zone or "UTC")
        self.cases = cases_known(cases, last_left_on=last_left_on(stays), zone=self.zone)
        self.hidden = file.is_incognito and not reader.sees("guest.true_name")
        self.names = self._names()

    def whole(self, timeline: list[Any], book: Book) -> GuestCard:
        file, sees = self.file, self.reader.sees
        birthday = self._birthday()
        leaves_on = self.stay.departure_on if self.stay else None
        fit, wishes = self._wishes()
        number = stay_number(file.stays_here or 0, self.stay.status if self.stay else None)
        alerts, aside = self._alerts(book, birthday)
        return GuestCard(
            guest_id=file.id,
            reference=self.reader.clear("guest.ref", file.ref),
            version=file.version,
            name=self._name(),
            latin_name=self._latin(),
            alias=file.alias if file.is_incognito and sees("guest.alias") else None,
            is_incognito=file.is_incognito,
            title=self.reader.clear("guest.name", file.title),
            pronounced=self._pronounced(),
            languages=file.languages if sees("guest.language") else [],
            nationality=self.reader.clear("guest.language", file.nationality),
            identity=file.identity,
            tier=self.reader.clear("loyalty.tier", file.tier),
            membership_no=self.reader.clear("loyalty.tier", file.membership_no),
            vip=self._vip(),
            caution=caution.level if (caution := self._caution()) else None,
            company=self._company(),
            position=self.reader.clear("guest.work", file.position),
            say=rules.say(
                self._greeting(number),
                today=self.today,
                birthday=birthday,
                leaves_on=leaves_on,
                cases=self.cases,
            ),
            stay=self._stay(),
            stay_number=number,
            alerts=alerts,
            put_aside=aside if sees("alert.aside") else [],
            fit=fit,
            wishes=wishes,
            suggestions=suggestions(self.claims, self.habits),
            figures=self._figures(),
            segment=None,
            contacts=self._contacts(),
            birthday=self._birthday_shown(birthday),
            consents=self._consents(),
            scores=self._scores(),
            file=self._quality(),
            links=self._links(),
            cases=[_case_line(row, self.zone) for row in self.case_rows],
            timeline=timeline,
            special_shown=any(
                claim.sensitivity is Sensitivity.SPECIAL for claim in (*self.claims, *self.expired)
            ),
        )

    def _alerts(self, book: Book, birthday: BirthdayFacts | None) -> tuple[list[Any], list[Any]]:
        """What stands on the card, and what was put aside for this stay."""
        own = rules.alerts(
            today=self.today,
            claims=self.claims,
            cases=self.cases,
            caution=self._caution(),
            birthday=birthday,
            leaves_on=self.stay.departure_on if self.stay else None,
            expired=self.expired,
        )
        if self.stay is None:
            return own, []
        by_rule: list[Any] = []
        if book.rules:
            facts = alerting.facts_of(
                self.file,
                self.stay,
                today=self.today,
                noted=self.noted,
                cases=self.case_rows,
                birthday=birthday,
            )
            by_rule = alerting.stands(
                book, facts, self.stay, self.reader, Place.BAR, today=self.today
            )
        stay_id = self.stay.id
        keys = {row.t0 for row in self.children.of(sources.ASIDE) if row.other_id == stay_id}
        return alerting.parted(own, by_rule, keys)

    # ------------------------------------------------------------ who
    def _names(self) -> list[NameParts]:
        """The names that may be shown; the repeated columns stand in where there are no rows."""
        if not self.reader.sees("guest.name"):
            return []
        file = self.file
        names = self.children.names() or [
            NameParts(full, kind)
            for full, kind in (
                (file.name_native, NameKind.NATIVE),
                (file.name_latin, NameKind.LATIN),
                (file.alias, NameKind.ALIAS),
            )
            if full
        ]
        return shown_names(names, incognito=self.hidden)

    def _name(self) -> str:
        for kind in (NameKind.NATIVE, NameKind.LATIN, NameKind.ALIAS):
            if found := first_of(self.names, kind):
                return found.full
        return str(self.file.ref)

    def _latin(self) -> str:
        latin = first_of(self.names, NameKind.LATIN)
        return list_latin(latin) if latin else ""

    def _pronounced(self) -> str:
        native = first_of(self.names, NameKind.NATIVE)
        if native is None:
            return ""
        return pronounced(native.family, native.given, native.pinyin)

    def _vip(self) -> Any:
        lapsed = self.file.vip_until is not None and self.file.vip_until < self.today
        return None if lapsed else self.reader.clear("guest.vip", self.file.vip)

    def _caution(self) -> CautionFacts | None:
        file = self.file
        return caution_of(file.caution, file.caution_until, file.caution_why, self.reader,
                          self.today)  # fmt: skip

    def _company(self) -> CompanyLink | None:
        file = self.file
        if file.company_id is None or not self.reader.sees("guest.work"):
            return None
        latin = None if self.reader.in_chinese else file.company_latin
        return CompanyLink(id=file.company_id, name=latin or file.company_name)

    def _greeting(self, number: int) -> Greeting:
        file, stay = self.file, self.stay
        spoken = rules.spoken_language(file.languages, file.nationality)
        here = "zh" if self.reader.in_chinese else "en"

        def address(language: str) -> str:
            return (
                formal_address(self.names, language, title=file.title, gender=file.gender)
                or self._name()
            )

        status = stay.status if stay else None
        return Greeting(
            language=spoken,
            name_there=address(spoken),
            name_here=address(here),
            number=number,
            is_here=status is StayStatus.IN_HOUSE,
            has_left=status is StayStatus.CHECKED_OUT,
            has_stay=stay is not None,
        )

    # ------------------------------------------------------------ the stay
    def _stay(self) -> StayNow | None:
        if self.stay is None or not self.reader.sees("stay.history"):
            return None
        return stay_shown(self.stay, self.reader)

    def _wishes(self) -> tuple[Fit | None, list[Any]]:
        stay, shown = self.stay, [*self.claims, *self.expired[:EXPIRED_SHOWN]]
        if stay is None or not stay.room_no or not self.reader.sees("stay.history"):
            return None, rules.wish_groups(shown)
        room = RoomFacts(stay.room_no, frozenset(stay.features or ()))
        last = self.file.last_room_no
        return rules.fit(self.claims, room, last), rules.wish_groups(shown, room, last)

    def _scores(self) -> list[int]:
        """The scores of the last stays, newest last."""
        if not self.reader.sees("stay.score"):
            return []
        found = [stay.score for stay in self.stays if stay.score is not None]
        return found[:SCORES_SHOWN][::-1]

    def _figures(self) -> Figures:
        file, spend = self.file, self.reader.sight("guest.spend")
        currency = file.currency or "CNY"
        past = self.reader.sees("stay.history")
        return Figures(
            stays=file.stays if past else None,
            nights=file.nights if past else None,
            spend_minor=file.spend if spend is Sight.CLEAR else None,
            spend_band=rules.spend_band(file.spend, currency) if spend is Sight.BAND else None,
            currency=currency,
            points=self.reader.clear("loyalty.points", file.points),
        )

    # ------------------------------------------------------------ birthday
    def _birthday(self) -> BirthdayFacts | None:
        if not self.reader.sees("guest.birthday"):
            return None
        codes = {claim.code for claim in self.claims}
        return birthday_facts(self.file, self.today, self.file.leap_day_rule, codes)

    def _birthday_shown(self, facts: BirthdayFacts | None) -> Birthday | None:
        birthday = birthday_of(self.file)
        if birthday is None or not self.reader.sees("guest.birthday"):
            return None
        return Birthday(
            calendar=birthday.calendar,
            month=birthday.month,
            day=birthday.day,
            leap_month=birthday.leap,
            year=self.reader.clear("guest.birth_year", birthday.year),
            next_on=facts.next_on if facts else None,
            days=(facts.next_on - self.today).days if facts else None,
        )

    # ------------------------------------------------------------ reach
    def _contacts(self) -> list[Contact]:
        """The first valid phone and e-mail and one messaging id, each by the reader's sight."""
        shown: dict[str, Contact] = {}
        rows = sorted(self.children.of(sources.CONTACT), key=lambda r: (not r.flag, r.no))
        for row in rows:
            kind = ContactKind(row.t0)
            group = kind.value if kind in (ContactKind.PHONE, ContactKind.EMAIL) else "message"
            sight = self.reader.sight(masks.contact_field(kind))
            if group in shown or not row.reach or sight not in (Sight.CLEAR, Sight.MASKED):
                continue
            clear = sight is Sight.CLEAR
            shown[group] = Contact(
                id=str(row.no),
                kind=kind,
                shown=row.t2 or row.t1 if clear else masks.masked_contact(kind, row.t1, row.t2),
                masked=not clear,
            )
        return [shown[group] for group in ("phone", "email", "message") if group in shown]

    def _consents(self) -> list[Consent]:
        """By channel, what holds for offers: the newest word of each."""
        if not self.reader.sees("consent.state"):
            return []
        newest = {
            row.t0: row.t1 for row in self.children.of(sources.CONSENT) if row.t2 in _CHANNELS_SHOWN
        }
        return [
            Consent(channel=channel, allowed=newest[channel.value] == ConsentState.GIVEN)
            for channel in ConsentChannel
            if channel.value in newest
        ]

    def _links(self) -> list[Link]:
        if not self.reader.sees("guest.relations"):
            return []
        links = [self._link(row) for row in self.children.of(sources.RELATION)]
        if self.file.referred:
            links.append(
                Link(relation="referred", name=str(self.file.referred), guest_id=None, note="")
            )
        return links[:LINKS_SHOWN]

    def _link(self, row: Any) -> Link:
        """The other person; a file out of reach shows only what was written here."""
        has_file = row.other_id is not None and bool(row.reach)
        name = row.t1 or ""
        if has_file:
            hidden = bool(row.flag) and not self.reader.sees("guest.true_name")
            name = (row.t5 if hidden else row.t3 or row.t4 or row.t5) or name
        return Link(
            relation=RelationKind(row.t0),
            name=name,
            guest_id=row.other_id if has_file else None,
            note=row.t2 or "",
        )

    # ------------------------------------------------------------ the file
    def _quality(self) -> FileQuality | None:
        if not self.reader.sees("guest.file"):
            return None
        percent, missing = rules.file_percent(self._facts_there())
        at = self.file.checked_at
        stale = stale_months(
            self.file,
            self.reader,
            stays=self.file.stays or 0,
            is_vip=self._vip() is not None,
            today=self.today,
        )
        return FileQuality(
            percent=percent,
            missing=missing,
            checked_on=None if at is None else at.date(),
            stale_months=stale,
        )

    def _facts_there(self) -> set[str]:
        file = self.file
        valid = {row.t0 for row in self.children.of(sources.CONTACT) if row.reach}
        age = None if file.checked_at is None else (self.today - file.checked_at.date()).days
        there = {
            "name": bool(file.name_native or file.name_latin),
            "title": bool(file.title or file.gender),
            "birthday": file.birth_month is not None,
            "nationality": file.nationality is not None,
            "language": bool(file.languages),
            "phone": "phone" in valid,
            "email": "email" in valid,
            "message_id": bool(valid - {"phone", "email"}),
            "address": bool(file.has_address),
            "work": bool(file.company_id or file.occupation or file.position),
            "consent": bool(self.children.of(sources.CONSENT)),
            "checked": age is not None and age <= rules.CHECKED_WITHIN_DAYS,
        }
        return {fact for fact, is_there in there.items() if is_there}


# ---------------------------------------------------------------- shared with the board
def stay_now(stays: Sequence[Any], today: date, hotel_id: UUID | None) -> Any:
    """The stay in house, else the next one due, else the one that ended today; in this hotel
    where the reader works for one."""
    mine = [stay for stay in stays if hotel_id is None or stay.hotel_id == hotel_id]
    here = [stay for stay in mine if stay.status is StayStatus.IN_HOUSE]
    due = [stay for stay in mine if stay.status is StayStatus.BOOKED and stay.departure_on >= today]
    gone = [
        stay
        for stay in mine
        if stay.status is StayStatus.CHECKED_OUT and stay.departure_on == today
    ]
    if here:
        return here[0]
    return due[-1] if due else (gone[0] if gone else None)


def stay_shown(stay: Any, reader: Reader) -> StayNow:
    name = stay.type_name_zh if reader.in_chinese else stay.type_name
    code = stay.room_type_used or stay.room_type_booked or ""
    return StayNow(
        stay_id=stay.id,
        hotel_id=stay.hotel_id,
        status=stay.status,
        arrival_on=stay.arrival_on,
        departure_on=stay.departure_on,
        eta=f"{stay.eta:%H:%M}" if stay.eta else None,
        room=stay.room_no,
        room_type=name or code,
        room_ready=stay.cleanliness in READY,
        cleanliness=stay.cleanliness,
        nights=stay.nights,
        rate=reader.clear("stay.rate", stay.rate_code),
        adults=stay.adults,
        children=stay.children,
        channel=stay.channel,
        arriving_from=stay.arriving_from,
        asked=reader.clear("stay.wishes", stay.wishes),
    )


def last_left_on(stays: Iterable[Any]) -> date | None:
    """The day on which the guest's last stay ended."""
    over = [s.departure_on for s in stays if s.status is StayStatus.CHECKED_OUT]
    return max(over, default=None)


def cases_known(
    rows: Iterable[Any], *, last_left_on: date | None, zone: tzinfo = UTC
) -> list[Case]:
    """Complaints as rules take them; ``last_left_on`` is the end of the guest's last stay."""
    return [
        Case(
            number=row.number,
            kind=row.kind,
            status=row.status,
            headline=row.headline,
            opened_on=row.opened_at.astimezone(zone).date(),
            of_last_stay=last_left_on is not None and row.left_on == last_left_on,
            check=row.next_stay_check,
            is_checked=row.checked_at is not None,
        )
        for row in rows
    ]


def _case_line(row: Any, zone: ZoneInfo) -> CaseLine:
    return CaseLine(
        id=row.id,
        number=row.number,
        reference=f"C-{row.number}",
        status=row.status,
        severity=row.severity,
        headline=row.headline,
        opened_on=row.opened_at.astimezone(zone).date(),
        is_open=row.status is not CaseStatus.CLOSED,
    )


def caution_of(
    level: CautionLevel | None, until: date | None, why: str | None, reader: Reader, today: date
) -> CautionFacts | None:
    """The mark as far as it holds and the reader may know. A mark lapses on its day, but
    "do not readmit" stands until somebody takes it away: its day is for review."""
    if level is None or not reader.sees("guest.caution"):
        return None
    lapsed = until is not None and until < today
    if lapsed and level is not CautionLevel.DO_NOT_READMIT:
        return None
    return CautionFacts(level, until, reader.clear("guest.caution_why", why))


def birthday_facts(
    row: Any, today: date, leap_day: LeapDayRule | None, codes: Iterable[str]
) -> BirthdayFacts | None:
    """The next celebration and how the guest wants it, from the columns of the file."""
    birthday = birthday_of(row)
    if birthday is None:
        return None
    next_on = next_occurrence(birthday, today, leap_day or LeapDayRule.FEB_28)
    if next_on is None:
        return None
    wanted = set(codes)
    private = row.in_private or "CE.BDPRIVATE" in wanted
    return BirthdayFacts(next_on, in_private=private, unwanted="CE.BDNONE" in wanted)
