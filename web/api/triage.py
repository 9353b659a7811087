"""REST: what a complaint's words sound like, and how well that is known."""

from fastapi import APIRouter

from segmentation.triage import queries
from segmentation.triage.schemas import Sounding, Suggestion, TriageReport
from web.answers import as_json
from web.deps import Db, Me, Reading
from web.hard_json import HardRoute

router = APIRouter(tags=["complaints"], route_class=HardRoute)


@router.post("/complaint-words/suggestion")
def suggest(db: Reading, me: Me, asked: Sounding) -> Suggestion:
    """The category and severity that words sound like, learned from the hotel's own closed cases;
    all null where nothing is suggested, with the reason. The words are kept nowhere."""
    return as_json(queries.suggestion(db, asked.words, by=me))  # type: ignore[return-value]


@router.get("/complaint-words/suggestion-quality")
def read_quality(db: Db, me: Me) -> TriageReport:
    """How often suggestions were right about cases that were kept back while learning."""
    return as_json(queries.report(db, by=me))  # type: ignore[return-value]
