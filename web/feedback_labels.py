"""The words of surveys and reviews."""

from web.wording import mark

FEEDBACK_LABELS: dict[str, dict[str, str]] = {
    "feedback_kind": {
        "survey": mark("Survey"),
        "review": mark("Review"),
    },
    "survey_state": {
        "open": mark("not answered yet"),
        "answered": mark("answered"),
        "expired": mark("expired without an answer"),
    },
    "review_fault": {
        "review_site": mark("It does not say on which site it was written."),
        "review_date": mark("The date cannot be read. Write it as YYYY-MM-DD."),
        "review_date_to_come": mark("The date is still to come."),
        "review_score": mark("The score is missing, or beyond its scale."),
        "review_scale": mark("The scale has to be a whole number from 2 to 100."),
        "review_words": mark("The words are longer than 4,000 characters, or no text."),
        "review_text": mark("A cell is too long or holds signs that are no text."),
    },
}
