"""The words of what guests are given, and of what in the ledger is worth a second look."""

from web.wording import mark

RECOVERY_LABELS: dict[str, dict[str, str]] = {
    "offer_kind": {
        "upgrade": mark("Upgrade"),
        "waived_line": mark("Waived line"),
        "voucher": mark("Voucher"),
        "points": mark("Points"),
        "gift": mark("Gift"),
        "late_check_out": mark("Late check-out"),
        "letter": mark("Letter"),
        "visit": mark("Visit"),
    },
    "letter_language": {"zh": mark("Chinese"), "en": mark("English")},
    "sent_how": {
        "post": mark("Sent by post"),
        "e_mail": mark("Sent by e-mail"),
        "by_hand": mark("Handed over"),
    },
    "recovery_state": {
        "waiting": mark("waits for approval"),
        "approved": mark("approved, not yet given"),
        "given": mark("given to the guest"),
        "refused": mark("refused"),
        "withdrawn": mark("withdrawn"),
    },
    "recovery_pattern": {
        "same_clerk": mark("Gives far more than colleagues"),
        "same_room": mark("Same room again"),
        "serial_claimant": mark("Guest with many cases"),
    },
}
OFFER_ICONS = {
    "upgrade": "bed-double",
    "waived_line": "receipt",
    "voucher": "ticket",
    "points": "award",
    "gift": "gift",
    "late_check_out": "clock",
    "letter": "mail",
    "visit": "user",
}
