"""The words for the catalogue of codes and the centre's rules."""

from web.wording import mark

CENTRE_LABELS: dict[str, dict[str, str]] = {
    "review_policy": {
        "straight_in": mark("Straight in"),
        "within_a_day": mark("Counts, reviewed within 24 h"),
        "before_anyone": mark("Reviewed before anyone sees it"),
    },
    "polarity": {
        "like": mark("likes"),
        "avoid": mark("avoids"),
        "need": mark("needs"),
        "fact": mark("is so"),
    },
    "sensitivity": {
        "normal": mark("ordinary"),
        "restricted": mark("safety or privacy"),
        "special": mark("special category: health, faith, children"),
    },
    "occasion": {
        "pre-arrival": mark("before the arrival"),
        "arrival": mark("at the arrival"),
        "daily": mark("every day"),
        "turn-down": mark("at turn-down"),
        "each meal": mark("at each meal"),
        "on departure": mark("at the departure"),
        "always know": mark("always to be known"),
    },
}
