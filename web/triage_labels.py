"""The words of what complaints sound like, and of why nothing is suggested."""

from web.wording import mark

TRIAGE_LABELS: dict[str, dict[str, str]] = {
    "triage_silence": {
        "not_learned": mark("Nothing was learned yet. It is learned once a week."),
        "too_few": mark("There are too few closed cases to learn from."),
        "not_good_enough": mark(
            "What was learned is right too seldom to be said, so nothing is suggested."
        ),
        "unsure": mark("These words are not clear enough."),
        "quiet": mark("Matters of this kind are not suggested."),
    },
    "triage_question": {
        "category": mark("What is it about?"),
        "severity": mark("How bad is it for the guest?"),
    },
}
