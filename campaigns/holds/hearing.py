"""Which news holds and releases outreach. Importing this module is what subscribes."""

from crm.complaints.events import ComplaintClosed, ComplaintOpened, ComplaintReopened
from crm.kit.events import subscribe

FOLLOW_CASE = "campaigns.follow_case"
RELEASE_DUE = "campaigns.release_due"
SET_RIGHT = "campaigns.set_holds_right"

for kind in (ComplaintOpened.kind, ComplaintReopened.kind, ComplaintClosed.kind):
    subscribe(kind, FOLLOW_CASE)
