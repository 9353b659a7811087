"""Which news ends what was wished for one stay. Importing this module is what subscribes."""

from crm.kit.events import subscribe

END_WITH_STAY = "preferences.end_with_stay"

for kind in ("stay.left", "stay.cancelled", "stay.no_show"):
    subscribe(kind, END_WITH_STAY)
