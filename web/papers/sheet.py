"""The briefing in words: the same lines for the screen, for print and for the PDF.

Here every sentence gets its words, and it is decided what one A4 page holds. The page measures in
lines of its own text size, on the safe side, so that paper and PDF show the same.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from crm.briefing import rules
from crm.briefing.rules import Room
from crm.briefing.schemas import Briefing, Entry, Remark, Section
from crm.briefing.terms import Edition, SectionName
from crm.guests.terms import GuestIdentity
from crm.profile.schemas import Weight
from web import formats
from web.labels import label
from web.phrases import spell
from web.wording import mark, wording

PAGE_LINES = 52.0
"""Lines of body text between the figures and the foot of the page."""
TEXT_WIDTH = 47.0
"""Width of an entry's text in ems of the body size: A4 less margins, time and room."""
FULL_WIDTH = 56.0

RUN_ON = frozenset({SectionName.FIRST_STAYS})
"""Sections whose entries stand one behind the other, since there is nothing but a name to say."""


class Mark(NamedTuple):
    """A remark in words; ``weight`` decides its sign and its weight of type."""

    weight: Weight
    text: str


class Row(NamedTuple):
    """An entry in words. ``fits`` says whether the printed page has room for it."""

    href: str
    at: str
    room: str
    name: str
    latin_name: str
    identity: GuestIdentity | None
    tier: str
    vip: str
    number: str
    marks: Sequence[Mark]
    fits: bool


class Part(NamedTuple):
    """A section in words; ``left_out`` is how many rows are not printed."""

    name: SectionName
    title: str
    rows: Sequence[Row]
    left_out: int
    runs_on: bool


class Figure(NamedTuple):
    words: str
    number: str
    beside: str = ""


class Sheet(NamedTuple):
    """One edition as it stands on the page, in one language."""

    edition: Edition
    title: str
    day: date
    made_at: datetime
    figures: Sequence[Figure]
    parts: Sequence[Part]


def written(briefing: Briefing, language: str) -> Sheet:
    """The edition in words, each section cut to what one page holds."""
    rows = {
        section.name: [_row(entry, language, briefing.day) for entry in section.entries]
        for section in briefing.sections
    }
    shown = rules.fit_to_page(
        [_room_of(s.name, rows[s.name]) for s in briefing.sections], PAGE_LINES
    )
    return Sheet(
        edition=briefing.edition,
        title=label("edition", briefing.edition, language=language),
        day=briefing.day,
        made_at=briefing.made_at,
        figures=_figures(briefing, language),
        parts=[_part(s, rows[s.name], shown[s.name], language) for s in briefing.sections],
    )


def _part(section: Section, rows: Sequence[Row], fit: int, language: str) -> Part:
    return Part(
        name=section.name,
        title=label("briefing_section", section.name, language=language),
        rows=[row._replace(fits=place < fit) for place, row in enumerate(rows)],
        left_out=len(rows) - fit,
        runs_on=section.name in RUN_ON,
    )


def _room_of(name: SectionName, rows: Sequence[Row]) -> Room:
    if name in RUN_ON:
        return Room(name, [rules.ems(_run_on(row)) / FULL_WIDTH for row in rows])
    return Room(name, [float(rules.lines_of(text_of(row), TEXT_WIDTH)) for row in rows])


def _run_on(row: Row) -> str:
    return f"{row.at} {row.name} {row.latin_name} {row.room}   "


def text_of(row: Row) -> str:
    """The whole entry as one text, to measure it."""
    head = " ".join(x for x in (row.name, row.latin_name, row.vip, row.tier, row.number) if x)
    return f"{head}   " + "   ".join(f"! {remark.text}" for remark in row.marks)


def _row(entry: Entry, language: str, today: date) -> Row:
    name = entry.name or ""
    latin = entry.latin_name if entry.latin_name and entry.latin_name != name else ""
    if not name and not entry.room and entry.identity is GuestIdentity.GROUP:
        name = wording(language).gettext(mark("Group"))
    return Row(
        href=f"/guests/{entry.guest_id}" if entry.guest_id else "",
        at=entry.at or "",
        room=entry.room or "",
        name=name,
        latin_name=latin,
        identity=entry.identity,
        tier=label("tier", entry.tier, language=language),
        vip=entry.vip.value if entry.vip else "",
        number=_number(entry.number, language),
        marks=[_mark(remark, language, today) for remark in entry.remarks],
        fits=True,
    )


def _number(number: int | None, language: str) -> str:
    if not number:
        return ""
    say = wording(language)
    if number == 1:
        return say.gettext(mark("first stay"))
    return say.say(mark("%(nth)s stay"), nth=formats.ordinal(number, language))


def _mark(remark: Remark, language: str, today: date) -> Mark:
    return Mark(remark.weight, spell(remark.text, language, today))


def _figures(briefing: Briefing, language: str) -> list[Figure]:
    say, found = wording(language), briefing.numbers
    people = mark("%(num)s people")
    figures = [
        Figure(
            say.gettext(mark("Arrivals")),
            str(found.arrivals),
            say.say(people, num=found.guests_due) if found.guests_due else "",
        ),
        Figure(
            say.gettext(mark("In house")),
            str(found.in_house),
            say.say(people, num=found.guests) if found.guests else "",
        ),
        Figure(say.gettext(mark("Departures")), str(found.departures)),
    ]
    if found.rooms:
        rooms = mark("%(num)s of %(all)s rooms")
        figures += [
            Figure(
                say.gettext(mark("Last night")),
                _percent(found.occupied, found.rooms),
                say.say(rooms, num=found.occupied, all=found.rooms),
            ),
            Figure(
                say.gettext(mark("Tonight, as booked")),
                _percent(found.tonight, found.rooms),
                say.say(rooms, num=found.tonight, all=found.rooms),
            ),
        ]
    return figures


def _percent(part: int, whole: int) -> str:
    return f"{round(100 * part / whole)} %"
