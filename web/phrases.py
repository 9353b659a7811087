"""The sentences that the domain speaks by code: from `Phrase` to the reader's words.

The domain knows which sentence fits and what fills it; only the doors know languages. A phrase that
carries a language of its own is for the guest's ear and is said in that language.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from crm.kit import clock
from crm.profile.schemas import Phrase, Term
from crm.sensing.schemas import Evidence
from web import formats
from web.labels import label
from web.wording import LANGUAGES, mark, wording


class Counted(NamedTuple):
    """A sentence with a plural; ``by`` names the value that is counted."""

    one: str
    many: str
    by: str


PHRASES: dict[str, str | Counted] = {
    # what to say, in the guest's language
    "greet.first": mark("Welcome, %(name)s!"),
    "greet.back": mark("%(name)s, welcome back!"),
    "greet.here": mark("Hello, %(name)s!"),
    "greet.known": mark("%(name)s, how may I help you?"),
    "greet.goodbye": mark("Thank you, %(name)s. We hope to see you again!"),
    # the same for the reader, with what to know while saying it
    "say.first": mark("%(name)s is here for the first time."),
    "say.back": mark("%(name)s, %(nth)s stay."),
    "say.here": mark("%(name)s is in house, %(nth)s stay."),
    "say.known": mark("%(name)s has no stay now or ahead."),
    "say.goodbye": mark("%(name)s leaves after the %(nth)s stay."),
    "say.birthday_private": mark("Birthday %(day)s: congratulate in private."),
    "say.birthday_unwanted": mark("Do not mention the birthday."),
    "say.recovery": mark("Last time: %(what)s. Ask how it is now."),
    "say.recovery_open": mark("Still open: %(what)s. Say what is being done."),
    # headings of the wishes
    "topic.room": mark("Room"),
    "topic.bed_climate": mark("Bed, climate"),
    "topic.food_drink": mark("Food, drink"),
    "topic.service": mark("Service"),
    "topic.occasions": mark("Occasions"),
    # warnings
    "caution.take_care": mark("Take care with this guest."),
    "caution.take_care_why": mark("Take care: %(why)s"),
    "caution.ask_manager": mark("Ask the duty manager before you promise anything."),
    "caution.ask_manager_why": mark("Ask the duty manager first: %(why)s"),
    "caution.do_not_readmit": mark("Do not readmit. Call the duty manager."),
    "caution.do_not_readmit_why": mark("Do not readmit: %(why)s. Call the duty manager."),
    "caution.do_not_readmit_until": mark(
        "Do not readmit, to be looked at again on %(until)s. Call the duty manager."
    ),
    "caution.do_not_readmit_why_until": mark(
        "Do not readmit: %(why)s. To be looked at again on %(until)s. Call the duty manager."
    ),
    "must_know.ask_again": mark("%(what)s: noted long ago. Ask the guest again."),
    "suggest.seen_once": mark("Seen once. Ask the guest."),
    "suggest.seen_twice": mark("Seen on two stays. Ask the guest."),
    "suggest.times": mark("%(cases)s of %(out_of)s stays"),
    "case.open": mark("Open case C-%(no)s: %(what)s"),
    "case.last_stay": mark("Last stay: %(what)s (case C-%(no)s, closed)."),
    "case.last_stay_checked": mark(
        "Last stay: %(what)s (case C-%(no)s, closed). %(check)s ✓ seen to"
    ),
    "case.last_stay_check": mark("Last stay: %(what)s (case C-%(no)s, closed). %(check)s"),
    "birthday.near": mark("Birthday %(day)s."),
    "birthday.private": mark(
        "Birthday %(day)s. Greet in private, not in front of colleagues or companions."
    ),
    "birthday.unwanted": mark("Birthday %(day)s, not to be celebrated or mentioned."),
    # the same in a word or two, for the board
    "short.take_care": mark("take care"),
    "short.ask_manager": mark("ask manager"),
    "short.do_not_readmit": mark("do not readmit"),
    "short.open_case": mark("open case"),
    "short.birthday": mark("birthday"),
    "short.some": mark("%(count)s × %(what)s"),
    # a room of the floor as housekeeping finds it
    "door.vacant": mark("Vacant, %(clean)s"),
    "door.due": mark("Due today, %(clean)s"),
    "door.due_at": mark("Due %(eta)s, %(clean)s"),
    "door.in_house": mark("In house, %(clean)s"),
    "door.in_house_dnd": mark("In house, do not disturb"),
    "door.in_house_makeup": mark("In house, please make up"),
    "door.leaving": mark("Leaves by %(by)s, %(clean)s"),
    "door.turn": mark("Leaves by %(by)s, next guest today"),
    "door.turn_at": mark("Leaves by %(by)s, next guest %(eta)s"),
    "door.left": mark("Left, %(clean)s"),
    "door.left_due": mark("Left, %(clean)s, next guest today"),
    "door.left_due_at": mark("Left, %(clean)s, next guest %(eta)s"),
    # the morning briefing
    "briefing.wants": mark("wants: %(what)s"),
    "briefing.no_room": mark("no room yet"),
    "briefing.leaves_at": mark("leaves today, %(at)s"),
    "briefing.leaves_today": mark("leaves today"),
    "briefing.until": mark("here until %(until)s"),
    "briefing.late": mark("late"),
    "briefing.birthday_near": mark("birthday %(day)s"),
    "briefing.birthday_private": mark("birthday %(day)s, greet in private"),
    "briefing.birthday_unwanted": mark("birthday %(day)s, do not mention it"),
    "briefing.lunar": mark("by the lunar calendar"),
    "briefing.milestone": mark("a round number: congratulate"),
    "briefing.room_lacks": mark("%(room)s lacks: %(what)s"),
    "briefing.group": mark("%(people)s people, %(rooms)s rooms"),
    "briefing.group_leaves": mark("%(rooms)s rooms leave today"),
    "briefing.night_of": mark("night %(night)s of %(nights)s"),
    # why the records propose something
    "habit.floor_above": mark(
        "%(cases)s of the last %(out_of)s stays on floors above %(floor)s (house: %(house)s %%)"
    ),
    "habit.floor_up_to": mark(
        "%(cases)s of the last %(out_of)s stays on floors up to %(floor)s (house: %(house)s %%)"
    ),
    "habit.room": mark(
        "%(cases)s of the last %(out_of)s stays in such a room (house: %(house)s %%)"
    ),
    "habit.same_room": mark(
        "%(cases)s of %(out_of)s times in the room of the stay before (by chance: %(house)s %%)"
    ),
    "habit.bill": mark(
        "on the bill of %(cases)s of the last %(out_of)s stays (house: %(house)s %%)"
    ),
    "habit.arrived_after": mark(
        "%(cases)s of the last %(out_of)s arrivals after %(hour)s (house: %(house)s %%)"
    ),
    "habit.arrived_before": mark(
        "%(cases)s of the last %(out_of)s arrivals before %(hour)s (house: %(house)s %%)"
    ),
    "habit.left_after": mark(
        "%(cases)s of the last %(out_of)s departures after %(hour)s (house: %(house)s %%)"
    ),
    "habit.against": mark("On file: %(what)s. Has it changed?"),
    # lines of the timeline, after the word for their kind
    "happened.stay_left": Counted("%(nights)s night", "%(nights)s nights", by="nights"),
    "happened.stay_left_scored": Counted(
        "%(nights)s night, score %(score)s",
        "%(nights)s nights, score %(score)s",
        by="nights",
    ),
    "happened.stay_left_room": Counted(
        "%(room)s, %(nights)s night", "%(room)s, %(nights)s nights", by="nights"
    ),
    "happened.stay_left_scored_room": Counted(
        "%(room)s, %(nights)s night, score %(score)s",
        "%(room)s, %(nights)s nights, score %(score)s",
        by="nights",
    ),
    "happened.stay_booked": mark("booked until %(until)s"),
    "happened.stay_in_house": mark("in house until %(until)s"),
    "happened.stay_in_house_room": mark("%(room)s, in house until %(until)s"),
    "happened.stay_cancelled": mark("cancelled"),
    "happened.stay_no_show": mark("did not come"),
    "happened.case_word": mark("%(kind)s C-%(no)s: %(what)s"),
    "happened.case_open": mark("C-%(no)s %(what)s, %(status)s"),
    "happened.case_closed": mark("C-%(no)s %(what)s, closed in %(hours)s h"),
    "happened.preference_seen_by": mark("%(what)s, seen by %(by)s"),
    "happened.preference_seen": mark("%(what)s, seen"),
    "happened.preference_sensed": mark("%(what)s, noticed"),
    "happened.preference_told": mark("%(what)s, told by the guest"),
    "happened.preference_written": mark("%(what)s, written by the guest"),
    "happened.preference_imported": mark("%(what)s, from an import"),
    "happened.note": mark("“%(words)s”"),
    "happened.points": mark("%(points)s, %(kind)s"),
    "happened.points_words": mark("%(points)s, %(words)s"),
    "happened.tier_first": mark("joined as %(tier)s"),
    "happened.tier": mark("%(before)s → %(tier)s"),
    "happened.consent_given": mark("%(channel)s allowed for %(purpose)s"),
    "happened.consent_withdrawn": mark("%(channel)s no longer allowed for %(purpose)s"),
    "happened.vip_set": mark("VIP level %(level)s"),
    "happened.vip_gone": mark("VIP level taken away"),
    "happened.caution_set": mark("marked for the desk"),
    "happened.caution_gone": mark("mark for the desk taken away"),
    "happened.identity": mark("filed as: %(what)s"),
    "happened.registered": mark("file opened"),
    "happened.amended": mark("basic data changed"),
}


def spell(said: Phrase | str | None, language: str, today: date) -> str:
    """Say a phrase in ``language``, or in its own; plain text is passed through.

    Dates are told without their year where it is that of ``today``. Raises `KeyError` for a code
    without a sentence: a test holds that there is none.
    """
    if said is None or isinstance(said, str):
        return said or ""
    tongue = language_of(said.language) if said.language else language
    words, sentence = wording(tongue), PHRASES[said.code]
    values = {name: _value(name, value, tongue, today) for name, value in said.values.items()}
    if isinstance(sentence, Counted):
        number = said.values[sentence.by]
        text = words.ngettext(sentence.one, sentence.many, int(str(number)))
    else:
        text = words.gettext(sentence)
    return text % values if values else text.replace("%%", "%")


def evidence_in_words(evidence: Evidence, language: str, today: date) -> str:
    """Why something is proposed: "4 of the last 5 stays on floors above 12 (house: 31 %)"."""
    return spell(Phrase(code=evidence.code, values=dict(evidence.values)), language, today)


def evidence_for(language: str) -> Callable[[Evidence], str]:
    """`evidence_in_words` for one reader, for who accepts a habit and keeps the words with it."""
    return lambda evidence: evidence_in_words(evidence, language, clock.now().date())


def language_of(tag: str) -> str:
    """The language of the house that comes nearest to a guest's: Chinese, or English."""
    return LANGUAGES[1] if tag.lower().startswith("zh") else LANGUAGES[0]


def _value(name: str, value: str | int | date | Term, language: str, today: date) -> Any:
    """``nth`` is counted, ``day`` told from today; other dates stand as they are."""
    if name == "nth" and isinstance(value, int):
        return formats.ordinal(value, language)
    if name == "day" and isinstance(value, date):
        return formats.relative_day(value, today, language)
    if isinstance(value, Term):
        return label(value.kind, value.value, language=language)
    if isinstance(value, date):
        return formats.day(value, language, today)
    return value
