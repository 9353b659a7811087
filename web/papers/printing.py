"""How a paper leaves by a door: as a PDF that the browser shows and keeps nowhere."""

from sqlmodel import Session
from starlette.responses import Response

from crm.briefing.schemas import Briefing
from crm.hotels import queries as hotels
from crm.kit import clock
from crm.staff.actor import Actor
from web.papers import briefing_paper
from web.papers.briefing_paper import Copy
from web.papers.sheet import written

PDF = "application/pdf"


def pdf_of(db: Session, me: Actor, made: Briefing, base_url: str) -> Response:
    """An edition as a PDF answer, named by hotel, day and edition."""
    copy = copy_of(db, me, made, base_url)
    content = briefing_paper.draw(written(made, me.language), copy)
    return paper(content, f"briefing-{made.day}-{made.edition.value}.pdf")


def paper(content: bytes, name: str) -> Response:
    """A PDF that the browser shows and keeps nowhere."""
    return Response(
        content,
        media_type=PDF,
        headers={
            "Content-Disposition": f'inline; filename="{name}"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


def copy_of(db: Session, me: Actor, made: Briefing, base_url: str) -> Copy:
    hotel = hotels.hotel(db, made.hotel_id)
    return Copy(
        language=me.language,
        hotel=hotel.called(me.language),
        zone=hotel.time_zone,
        printed_by=me.name,
        printed_at=clock.now(),
        address=f"{base_url.rstrip('/')}/briefing?edition={made.edition.value}",
    )
