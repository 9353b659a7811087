"""Every hour: who left yesterday is asked, in hotels that ask; nobody is asked twice."""

from typing import Any

from sqlmodel import Session

from crm.feedback import asking
from crm.kit import jobs

ASK_WHO_LEFT = "feedback.ask_who_left"


@jobs.job(ASK_WHO_LEFT)
def ask_who_left(db: Session, _: dict[str, Any]) -> None:
    asking.ask_who_left(db)
