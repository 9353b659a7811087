"""Which news makes a guest's habits be looked at anew. Importing this module is what subscribes."""

from crm.kit.events import subscribe

SENSE_GUEST = "sensing.guest"

for kind in ("stay.left", "folio.posted", "stay.assigned"):
    subscribe(kind, SENSE_GUEST)
