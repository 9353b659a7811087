"""Which news makes an arrival to be prepared anew. Importing this module is what subscribes."""

from crm.kit.events import subscribe
from crm.stays.events import (
    GuestArrived,
    GuestDidNotCome,
    StayAssigned,
    StayBooked,
    StayCancelled,
    StayChanged,
    StayReinstated,
)

PREPARE_AHEAD = "preparing.ahead"
PREPARE_STAY = "preparing.stay"
PREPARE_GUEST = "preparing.guest"

OF_STAYS = (
    StayBooked.kind, StayChanged.kind, StayAssigned.kind, StayReinstated.kind, GuestArrived.kind,
    StayCancelled.kind, GuestDidNotCome.kind,
)  # fmt: skip
OF_GUESTS = ("preference.changed",)

for kind in OF_STAYS:
    subscribe(kind, PREPARE_STAY)
for kind in OF_GUESTS:
    subscribe(kind, PREPARE_GUEST)
