"""The turn-down round of a room, on paper: who wants it, how, and what stays discreet."""

from collections.abc import Callable, Collection, Iterable

from crm.hotels.terms import RoomService
from crm.profile import rules
from crm.profile.rules import BirthdayFacts, Claim
from crm.profile.schemas import DoorNote, Evening

WANTED, NOT_WANTED = "SV.TURNDOWN", "SV.NOTURN"
TURN_DOWN = "turn-down"
FROM_HOUR = 17
"""From this hour on the hotel's clock the floor opens with the round of the evening."""
LINES = 4
_ROUND = frozenset({"in_house", "due", "left_due"})


def is_on_round(situation: str) -> bool:
    """Whether somebody sleeps there tonight, as far as the books know."""
    return situation in _ROUND


def evening(
    claims: Collection[Claim],
    service: RoomService,
    birthday: BirthdayFacts | None,
    *,
    birthday_today: bool,
    as_notes: Callable[[Iterable[Claim]], list[DoorNote]],
) -> Evening:
    """What is done in the room tonight; a sign on the door outweighs every wish.

    A birthday that the guest does not want kept is not told at all.
    """
    said = {claim.code for claim in claims if claim.confirmed}
    tonight = [claim for claim in claims if _is_tonight(claim)]
    told = birthday is not None and birthday_today and not birthday.unwanted
    return Evening(
        want=_want(said, service),
        notes=as_notes(tonight)[:LINES],
        birthday=None if birthday is None or not told else _discretion(birthday),
    )


def _is_tonight(claim: Claim) -> bool:
    if claim.code in (WANTED, NOT_WANTED):
        return False
    return rules.is_must_know(claim) or claim.occasion == TURN_DOWN or claim.group == "CE"


def _want(said: Collection[str], service: RoomService) -> str:
    if service is RoomService.DO_NOT_DISTURB:
        return "card"
    if NOT_WANTED in said:
        return "not_wanted"
    return "wanted" if WANTED in said else "open"


def _discretion(birthday: BirthdayFacts) -> str:
    return "private" if birthday.in_private else "open"
