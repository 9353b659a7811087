"""The words of a guest's standing and of its reasons."""

from web.wording import mark

STANDING_LABELS: dict[str, dict[str, str]] = {
    "satisfaction": {
        "satisfied": mark("Satisfied"),
        "mixed": mark("Mixed"),
        "unsatisfied": mark("Unsatisfied"),
        "not_known": mark("Satisfaction not known"),
    },
    "credit": {
        "good": mark("Bookings honoured"),
        "watch": mark("Ask for a deposit"),
        "not_known": mark("No record of bookings"),
    },
    "why_satisfaction": {
        "case_answer": mark("answered after a complaint"),
        "survey": mark("answered the survey"),
        "stay_score": mark("scored the stay"),
        "open_case": mark("a complaint is open"),
    },
    "why_credit": {
        "no_show": mark("did not come"),
        "late_cancellation": mark("cancelled on the day before or later"),
        "caution": mark("marked for the desk"),
    },
}
CREDIT_ICONS = {"good": "badge-check", "watch": "triangle-alert", "not_known": "circle-help"}
SATISFACTION_ICONS = {
    "satisfied": "circle-check",
    "mixed": "circle-dot",
    "unsatisfied": "circle-alert",
    "not_known": "circle-help",
}
