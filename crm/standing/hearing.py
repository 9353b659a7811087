"""Which news changes a guest's standing. Importing this module is what subscribes."""

from crm.complaints.events import ComplaintClosed, ComplaintOpened, ComplaintReopened
from crm.feedback.events import SurveyAnswered
from crm.guests.events import GuestCautionSet
from crm.kit.events import subscribe
from crm.stays.events import (
    GuestArrived,
    GuestDidNotCome,
    StayAssigned,
    StayCancelled,
    StayReinstated,
)

RECOMPUTE = "standing.recompute"
RECOMPUTE_ALL = "standing.recompute_all"

NEWS = (
    ComplaintOpened.kind, ComplaintReopened.kind, ComplaintClosed.kind, SurveyAnswered.kind,
    GuestCautionSet.kind, GuestArrived.kind, GuestDidNotCome.kind, StayAssigned.kind,
    StayCancelled.kind, StayReinstated.kind,
)  # fmt: skip

for kind in NEWS:
    subscribe(kind, RECOMPUTE)
