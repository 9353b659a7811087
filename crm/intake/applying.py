"""Makes messages true: the stay, its guest and its folio as the other system's story has them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlmodel import Session, col

from crm.guests import filling
from crm.guests import service as guests
from crm.guests.birthdays import birthday_fault
from crm.guests.bulk import ContactFact, FileFacts, known_of, survivors
from crm.guests.emails import read_email
from crm.guests.filling import IF_BLANK, OVERWRITE, Wanted
from crm.guests.keys import name_key
from crm.guests.naming import NameParts
from crm.guests.phones import read_phone
from crm.guests.schemas import BirthdayIn, ContactIn, GuestRegister, NameIn
from crm.guests.tables import Guest
from crm.guests.terms import ContactKind
from crm.hotels import queries as hotels
from crm.hotels.schemas import HotelRow
from crm.intake import folding
from crm.intake.decisions import Ground, Parsed
from crm.intake.folding import Facts, News, Picture
from crm.intake.mappers.generic_json import news_of
from crm.intake.people import GUEST, GUEST_ROW, People, PersonDecision, names_of
from crm.intake.reading import SourceRow
from crm.intake.stays_in import STAY
from crm.intake.tables import IntakeMessage, MatchReview
from crm.intake.terms import ImportKind, LineOutcome, MessageState, ReviewState
from crm.kit import clock, external_refs, failpoints
from crm.kit.ids import new_id
from crm.kit.rows import cols
from crm.staff.actor import Actor, system
from crm.stays import bulk as stays_bulk
from crm.stays import service as stays
from crm.stays.schemas import FolioPost, StayBook, StayChange

LINE = "folio"
_SENT = ("title", "gender", "nationality", "occupation", "position")
_STORY = cols(
    IntakeMessage.id, IntakeMessage.kind, IntakeMessage.sent_at, IntakeMessage.message_id,
    IntakeMessage.hotel_id, IntakeMessage.profile, IntakeMessage.body,
)  # fmt: skip


@dataclass(frozen=True)
class Story:
    """Everything that one system has said about one reservation of one hotel."""

    source: str
    subject: str
    hotel: HotelRow
    message_ids: Sequence[UUID]
    """Of the messages that are still kept."""
    is_forgotten: bool
    """Whether bodies of older messages were emptied: then the story can no longer be told."""
    news: Sequence[News]
    picture: Picture

    @property
    def profile(self) -> str | None:
        """The system's number of the guest, as it was last told."""
        found = folding.guest_facts(self.news).get("profile_id")
        return None if found is None else str(found)


def apply(db: Session, message_id: UUID, *, by: Actor) -> MessageState:
    """Make true what is known of this message's reservation, this message included."""
    story = _story(db, message_id)
    if story.is_forgotten:
        return _settle(db, story, MessageState.PARKED, "reservation_forgotten")
    stay = _stay_of(db, story)
    if stay is not None and stay["hotel_id"] != story.hotel.id:
        return _settle(db, story, MessageState.PARKED, "reservation_of_another_hotel")
    if not story.picture.is_whole:
        return _settle(db, story, MessageState.PARKED, "reservation_unknown")
    guest = _guest_of(db, story, stay, by=by)
    stay_id = _write_stay(db, story, stay, guest, by=by)
    _write_lines(db, story, stay_id, by=by)
    if guest.review is not None:
        _ask(db, story, message_id, guest.review)
    return _settle(db, story, MessageState.APPLIED, None)


def _story(db: Session, message_id: UUID) -> Story:
    """The message with all others about the same reservation, held against other workers."""
    here = db.connection().execute(
        select(*cols(IntakeMessage.source, IntakeMessage.subject, IntakeMessage.hotel_id)).where(
            col(IntakeMessage.id) == message_id
        )
    ).one()  # fmt: skip
    rows = (
        db.connection()
        .execute(
            select(*_STORY)
            .where(
                col(IntakeMessage.source) == here.source,
                col(IntakeMessage.subject) == here.subject,
                col(IntakeMessage.hotel_id) == here.hotel_id,
            )
            .order_by(col(IntakeMessage.id))
            .with_for_update()
        )
        .all()
    )
    news = _news(rows)
    return Story(
        source=here.source,
        subject=here.subject,
        hotel=hotels.hotel(db, here.hotel_id),
        message_ids=[row.id for row in rows if row.body is not None],
        is_forgotten=any(row.body is None for row in rows),
        news=news,
        picture=folding.fold(news),
    )


def _news(rows: Sequence[Any]) -> list[News]:
    return [
        news_of(row.kind, row.sent_at, row.message_id, row.body)
        for row in rows
        if row.body is not None
    ]


def _settle(db: Session, story: Story, state: MessageState, problem: str | None) -> MessageState:
    """All messages of the story stand where the story stands."""
    failpoints.reach("message.applied")
    db.connection().execute(
        update(IntakeMessage)
        .where(col(IntakeMessage.id).in_(story.message_ids))
        .values(state=state, problem=problem)
    )
    return state


# ---------------------------------------------------------------- the stay
def _stay_of(db: Session, story: Story) -> dict[str, Any] | None:
    """The stay that this reservation is, by the system's number or by its confirmation number."""
    stay_id = external_refs.find(db, story.source, STAY, story.subject)
    if stay_id is None:
        number = story.picture.stay.get("confirmation_no") or story.subject
        same = stays_bulk.stays_numbered(db, [number]).get((story.hotel.id, number), [])
        if len(same) != 1:
            return None
        stay_id = same[0]
        external_refs.link(db, story.source, STAY, story.subject, stay_id)
    return stays_bulk.stays_of(db, [stay_id]).get(stay_id)


def _write_stay(
    db: Session, story: Story, stay: dict[str, Any] | None, guest: "Found", *, by: Actor
) -> UUID:
    picture = story.picture
    facts = picture.stay
    if stay is None:
        given = {name: value for name, value in facts.items() if value is not None}
        given.pop("score", None)
        booking = StayBook(
            hotel_id=story.hotel.id,
            guest_id=guest.id,
            **({"confirmation_no": story.subject[:40]} | given),
        )
        stay_id = stays.book(db, booking, by=by, stay_id=new_id())
        external_refs.link(db, story.source, STAY, story.subject, stay_id)
    else:
        stay_id = stay["id"]
        if guest.id is not None:
            stays.assign_guest(db, stay_id, guest.id, by=by)
    stays.change(db, stay_id, StayChange(**facts), by=by)
    if picture.status is not None:
        stays.put_right(db, stay_id, picture.status, by=by, **picture.times)
    return stay_id


def _write_lines(db: Session, story: Story, stay_id: UUID, *, by: Actor) -> None:
    """Bring the folio lines that this system posted to what it says now; others stay."""
    lines = story.picture.lines
    if not lines:
        return
    keys = {line_id: f"{story.subject}/{line_id}"[:120] for line_id in lines}
    known = external_refs.find_children(db, story.source, LINE, list(keys.values()))
    numbers = {
        line_id: place[1] if (place := known.get(key)) and place[0] == stay_id else None
        for line_id, key in keys.items()
    }
    ordered = sorted(lines, key=lambda one: (str((lines[one] or {}).get("posted_on")), one))
    settled = stays.settle_lines(
        db,
        stay_id,
        [(numbers[one], FolioPost(**facts) if (facts := lines[one]) else None) for one in ordered],
        by=by,
    )
    placed = [(keys[one], stay_id, no) for one, no in zip(ordered, settled, strict=True)]
    gone = [key for key, _, no in placed if no is None and key in known]
    external_refs.unlink(db, story.source, LINE, gone)
    fresh = [place for place in placed if place[2] is not None and place[0] not in known]
    external_refs.link_many(db, story.source, LINE, fresh)


# ---------------------------------------------------------------- the guest
@dataclass(frozen=True)
class Found:
    """Whose stay it is; ``review`` is why a person must say so."""

    id: UUID | None = None
    review: PersonDecision | None = None


def _guest_of(db: Session, story: Story, stay: dict[str, Any] | None, *, by: Actor) -> Found:
    """The guest whom the story means: linked, matched, new, or for a person to say."""
    news = _news_of_guest(db, story)
    facts = folding.guest_facts(news)
    linked = _linked(db, story)
    if linked is None and stay is not None and stay["guest_id"] is not None:
        # Somebody has said whose stay it is; from now on this profile is that guest.
        linked = stay["guest_id"]
        _link(db, story, linked)
    if linked is not None:
        _fill(db, linked, news, story)
        return Found(linked)
    if not names_of(_values(facts)):
        return Found()
    who = _who(db, story, facts)
    if who.outcome is LineOutcome.UNCLEAR:
        return Found(review=who)
    guest_id = who.guest_id
    if guest_id is None:
        guest_id = _register(db, story, facts, news, by=by)
    _link(db, story, guest_id)
    _fill(db, guest_id, news, story)
    return Found(guest_id)


def _news_of_guest(db: Session, story: Story) -> list[News]:
    """All messages about the same profile, of whichever reservation; else those of this one."""
    if story.profile is None:
        return list(story.news)
    rows = (
        db.connection()
        .execute(
            select(*_STORY).where(
                col(IntakeMessage.source) == story.source,
                col(IntakeMessage.profile) == story.profile,
            )
        )
        .all()
    )
    return _news(rows)


def _linked(db: Session, story: Story) -> UUID | None:
    if story.profile is not None:
        found = external_refs.find(db, story.source, GUEST, story.profile)
    else:
        found = external_refs.find(db, story.source, GUEST_ROW, story.subject)
    return None if found is None else survivors(db, [found]).get(found)


def _link(db: Session, story: Story, guest_id: UUID) -> None:
    if story.profile is not None:
        external_refs.link(db, story.source, GUEST, story.profile, guest_id)
    else:
        external_refs.link(db, story.source, GUEST_ROW, story.subject, guest_id)


def _who(db: Session, story: Story, facts: Facts) -> PersonDecision:
    hotel = story.hotel
    ground = Ground(
        kind=ImportKind.STAYS,
        system=story.source,
        today=hotel.business_on,
        currency=hotel.currency,
        country=hotel.country,
        rules={},
        hotels={},
    )
    parsed = Parsed(SourceRow(0, story.subject, None, [], 0), _values(facts, hotel.country), [])
    people = People(ground)
    people.look_up(db, [parsed], "profile_id")
    return people.decide(parsed, story.profile, None)


def _values(facts: Facts, country: str = "CN") -> dict[str, Any]:
    """The facts in the words that files use, so that matching is the same for both."""
    values = {n: facts[n] for n in ("name", "family", "given", "latin", "nationality", "language",
                                    "profile_id") if facts.get(n)}  # fmt: skip
    if phone := facts.get("phone"):
        values["phone"] = read_phone(phone, facts.get("nationality") or country)
    if email := facts.get("email"):
        values["email"] = read_email(email)
    return values


def _register(db: Session, story: Story, facts: Facts, news: Sequence[News], *, by: Actor) -> UUID:
    """A first file for somebody whom nobody knew, at once and with its event."""
    registration = GuestRegister(
        names=[
            NameIn(full=one.full, family=one.family, given=one.given, kind=one.kind,
                   language=one.language)
            for one in names_of(_values(facts))
        ],
        title=facts.get("title"),
        gender=facts.get("gender"),
        birthday=_sound_birthday(facts, story),
        nationality=facts.get("nationality"),
        languages=[facts["language"]] if facts.get("language") else [],
        occupation=facts.get("occupation"),
        position=facts.get("position"),
        contacts=[
            ContactIn(kind=one.kind, raw=one.raw) for one in _contacts(news, story.hotel.country)
        ],
    )  # fmt: skip
    made = guests.register_guest(
        db, registration, by=by, hotel_id=story.hotel.id, source=story.source
    )
    return made.id


def _sound_birthday(facts: Facts, story: Story) -> BirthdayIn | None:
    """The birthday, unless no calendar has such a day: a wrong one is worse than none."""
    given: BirthdayIn | None = facts.get("birthday")
    if given is None or birthday_fault(given.value(), story.hotel.business_on) is not None:
        return None
    return given


def _contacts(news: Sequence[News], country: str) -> list[ContactFact]:
    """Every phone and address that was ever sent, oldest first, each once."""
    region = folding.guest_facts(news).get("nationality") or country
    found: dict[tuple[ContactKind, str], ContactFact] = {}
    for raw in folding.ever_said(news, "phone"):
        phone = read_phone(raw, region)
        fact = ContactFact(ContactKind.PHONE, phone.raw, phone.e164, phone.last4, phone.valid)
        found.setdefault((fact.kind, fact.norm or fact.raw), fact)
    for raw in folding.ever_said(news, "email"):
        mail = read_email(raw)
        fact = ContactFact(ContactKind.EMAIL, mail.raw, mail.key, None, mail.valid, mail.relay)
        found.setdefault((fact.kind, fact.norm or fact.raw), fact)
    return [fact for fact in found.values() if fact.raw]


def _fill(db: Session, guest_id: UUID, news: Sequence[News], story: Story) -> None:
    """Add what the system says to the file. It replaces only what it had said itself: a value
    that staff wrote or corrected stays."""
    facts = folding.guest_facts(news)
    columns = {name: facts[name] for name in _SENT if facts.get(name)}
    if facts.get("language"):
        columns["languages"] = [facts["language"]]
    birthday = _sound_birthday(facts, story)
    wanted = FileFacts(
        names=tuple(names_of(_values(facts))),
        columns=columns,
        birthday=birthday.value() if birthday else None,
        contacts=tuple(_contacts(news, story.hotel.country)),
    )
    may = _may_replace(db, guest_id, news)
    changes = filling.amendments(db, {guest_id: Wanted(wanted, may)})
    filling.amend(db, changes)


def _may_replace(db: Session, guest_id: UUID, news: Sequence[News]) -> dict[str, str]:
    """For each field whether what is on file came from this system."""
    may = dict.fromkeys((*_SENT, "languages", "name", "birthday"), IF_BLANK)
    may |= {"phone": OVERWRITE, "email": OVERWRITE}
    columns = cols(*(getattr(Guest, name) for name in (*_SENT, "languages")))
    row = db.connection().execute(select(*columns).where(col(Guest.id) == guest_id)).one()
    for name in _SENT:
        if getattr(row, name) in folding.ever_said(news, name):
            may[name] = OVERWRITE
    if row.languages in [[one] for one in folding.ever_said(news, "language")]:
        may["languages"] = OVERWRITE
    known = known_of(db, [guest_id]).get(guest_id)
    if known is None:
        return may
    if {name_key(one.full) for one in known.names} <= _names_ever_said(news):
        may["name"] = OVERWRITE
    if known.birthday in [one.value() for one in folding.ever_said(news, "birthday")]:
        may["birthday"] = OVERWRITE
    return may


def _names_ever_said(news: Sequence[News]) -> set[str]:
    """The comparable forms of every name that any point of the story had."""
    found: set[str] = set()
    for place in range(1, len(news) + 1):
        for part in (folding.in_order(news)[:place], [news[place - 1]]):
            names: list[NameParts] = names_of(_values(folding.guest_facts(part)))
            found |= {name_key(one.full) for one in names}
    return found


# ---------------------------------------------------------------- the review
def _ask(db: Session, story: Story, message_id: UUID, who: PersonDecision) -> None:
    """Put the reservation before a person, once; its stay stands there without a guest.

    What was refused is not asked again.
    """
    asked = db.connection().execute(
        select(*cols(MatchReview.id)).where(col(MatchReview.message_id).in_(story.message_ids))
    )
    if asked.first() is not None:
        return
    facts = folding.guest_facts(story.news)
    stay = story.picture.stay
    shown = {
        **{n: str(facts[n]) for n in ("name", "family", "given", "latin", "phone", "email",
                                      "nationality") if facts.get(n)},
        "confirmation_no": str(stay.get("confirmation_no") or story.subject),
        "arrival": str(stay["arrival_on"]),
        "departure": str(stay["departure_on"]),
    }  # fmt: skip
    db.connection().execute(
        insert(MatchReview),
        [
            {
                "id": new_id(),
                "state": ReviewState.OPEN,
                "message_id": message_id,
                "hotel_id": story.hotel.id,
                "incoming": {"kind": "stays", "reason": who.reason, "values": shown},
                "candidates": [{"guest_id": str(one)} for one in who.candidates],
                "created_at": clock.now(),
            }
        ],
    )


def decide(db: Session, message_id: UUID, guest_id: UUID | None, *, by: Actor) -> UUID:
    """A person said whose reservation it is: this guest's, or (None) a new one's."""
    story = _story(db, message_id)
    if guest_id is None:
        news = _news_of_guest(db, story)
        guest_id = _register(db, story, folding.guest_facts(news), news, by=system("interface"))
    if _linked(db, story) is None:
        _link(db, story, guest_id)
    apply(db, message_id, by=by)
    return guest_id
