"""The words for how well a preference is known and what became of what somebody noted."""

from web.wording import mark

PREFERENCE_LABELS: dict[str, dict[str, str]] = {
    "preference_status": {
        "proposed": mark("proposed"),
        "seen_once": mark("seen once"),
        "seen_twice": mark("seen twice"),
        "confirmed": mark("confirmed"),
        "expired": mark("expired"),
        "retired": mark("no longer"),
    },
    "preference_source": {
        "seen": mark("Seen"),
        "told": mark("Told by the guest"),
        "written": mark("Written by the guest"),
        "sensed": mark("Found in the records"),
        "imported": mark("Imported"),
    },
    "observation_state": {
        "taken": mark("went straight in"),
        "waiting": mark("waits for review"),
        "accepted": mark("accepted"),
        "rejected": mark("rejected"),
        "withdrawn": mark("taken back"),
    },
    "own_note": {
        "taken": mark("Went straight into the file"),
        "waiting": mark("Waits for the guest-file centre"),
        "accepted": mark("Accepted by the guest-file centre"),
        "rejected": mark("Not taken over"),
        "withdrawn": mark("You took it back"),
    },
    "reject_reason": {
        "hearsay": mark("hearsay"),
        "not_useful": mark("not useful"),
        "judgemental": mark("judges the guest"),
        "duplicate": mark("known already"),
        "wrong_guest": mark("another guest"),
    },
    "retired_why": {
        "contradicted": mark("A newer one took its place"),
        "denied": mark("The guest does not want it any more"),
        "by_hand": mark("Taken away by a colleague"),
        "rejected": mark("Rejected by the guest-file centre"),
        "withdrawn": mark("Taken back by who noted it"),
        "merged": mark("Joined to another one"),
    },
    "text_caution": {
        "judgement": mark("a judgement of the guest"),
        "diagnosis": mark("an illness or a diagnosis"),
        "religion": mark("a religion"),
        "ethnicity": mark("an origin or ethnicity"),
        "politics": mark("politics"),
        "card_number": mark("a card number: it may not be kept"),
        "id_number": mark("an identity number: it may not be kept"),
        "phone_number": mark("a phone number: it belongs to the contacts"),
    },
}
