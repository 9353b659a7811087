"""Why something cannot be noted or reviewed; each case has a sentence and a code of its own."""

from uuid import UUID

from crm.kit.errors import ChangedMeanwhile, Conflict, Invalid, NotFound, RuleBroken, mark
from crm.preferences.terms import ObservationState


class GuestMerged(Conflict):
    def __init__(self, ref: str, guest_id: UUID) -> None:
        super().__init__(
            mark("This file was merged into %(ref)s. Note it there."),
            "guest_merged",
            ref=ref,
            guest_id=str(guest_id),
        )


class CodeSwitchedOff(RuleBroken):
    def __init__(self) -> None:
        super().__init__(
            mark("This code was switched off in your hotel. Choose another, or write it in words."),
            "code_off",
            pointer="/code",
        )


class NotedOtherwise(Conflict):
    def __init__(self) -> None:
        super().__init__(
            mark("Something else was noted under this id. Send it again with a new one."),
            "note_id_used",
        )


class AlreadyReviewed(Conflict):
    """Somebody was quicker; ``decided`` says what they made of it."""

    def __init__(self, decided: ObservationState) -> None:
        super().__init__(_DECIDED[decided], "observation_reviewed", decided=decided.value)


_DECIDED = {
    ObservationState.ACCEPTED: mark("A colleague has accepted this note meanwhile."),
    ObservationState.REJECTED: mark("A colleague has rejected this note meanwhile."),
    ObservationState.WITHDRAWN: mark("Who wrote this note has taken it back meanwhile."),
    ObservationState.TAKEN: mark("This note went straight in and needs no review."),
    ObservationState.WAITING: mark("This note waits for its review: there is nothing to undo."),
}


def no_guest() -> NotFound:
    return NotFound(
        "There is no such guest file within your reach. It may have been removed.", "guest"
    )


def no_observation() -> NotFound:
    return NotFound("There is no such observation within your reach.", "observation")


def no_preference() -> NotFound:
    return NotFound("There is no such preference within your reach.", "preference")


def no_code() -> Invalid:
    return Invalid("There is no such preference code.", "code_unknown", pointer="/code")


def numbers_in_words(code: str) -> Invalid:
    if code == "card_number":
        return Invalid(
            "A card number may not be noted. Take it out and save again.",
            "text_card_number",
            pointer="/words",
        )
    return Invalid(
        "An identity number may not be noted. Take it out and save again.",
        "text_id_number",
        pointer="/words",
    )


def changed() -> ChangedMeanwhile:
    return ChangedMeanwhile(
        "Somebody changed this meanwhile. Look at it again, then decide.", "changed_meanwhile"
    )
