"""Makes and keeps the day's editions, deletes them when the day is over, sets a hotel's papers.

A kept edition is sealed and holds no more than its department may read. Every function works in
the caller's transaction.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, delete, insert, or_, select, update
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.briefing import queries
from crm.briefing.events import BriefingMade, PapersSet
from crm.briefing.schemas import PaperSettings, PapersPatch, PassphraseSet
from crm.briefing.tables import KeptBriefing, PaperSetting
from crm.briefing.terms import Edition, Paper
from crm.hotels import queries as hotels
from crm.kit import clock
from crm.kit import events as news
from crm.kit.db import insert_once
from crm.kit.errors import ChangedMeanwhile, Invalid
from crm.kit.vault import Vault
from crm.staff.actor import Actor, system


# ---------------------------------------------------------------- the day's editions
def make_editions(db: Session, hotel_id: UUID, *, vault: Vault) -> int:
    """Keep every edition of the hotel's business date in both languages; returns how many.

    Those of the same day that were kept before give way: the morning is made anew as a whole.
    """
    made = [
        (queries.edition_of(db, edition, hotel_id, paper.value), paper)
        for edition in Edition
        for paper in Paper
    ]
    day = made[0][0].day
    db.connection().execute(
        delete(KeptBriefing).where(
            col(KeptBriefing.hotel_id) == hotel_id, col(KeptBriefing.day) == day
        )
    )
    rows = [
        {
            "hotel_id": hotel_id,
            "day": day,
            "edition": briefing.edition,
            "language": paper,
            "made_at": briefing.made_at,
            "content_sealed": vault.seal(
                briefing.model_dump_json(),
                bound_to=queries.bound_to(hotel_id, day, briefing.edition, paper),
            ),
        }
        for briefing, paper in made
    ]
    db.connection().execute(insert(KeptBriefing), rows)
    news.record(db, BriefingMade(hotel_id=hotel_id, day=day, editions=len(Edition)))
    return len(rows)


def forget_over(db: Session) -> int:
    """Delete the editions of days that are over, by the hotel's own date; returns how many.

    While the night audit is late the business date still counts, for a day at most.
    """
    over = []
    for hotel in hotels.hotels_of(db, by=system("clock")):
        today = clock.now().astimezone(ZoneInfo(hotel.time_zone)).date()
        still = max(min(hotel.business_on, today), today - timedelta(days=1))
        over.append(_before(hotel.id, still))
    if not over:
        return 0
    return db.connection().execute(delete(KeptBriefing).where(or_(*over))).rowcount


def _before(hotel_id: UUID, day: date) -> ColumnElement[bool]:
    return and_(col(KeptBriefing.hotel_id) == hotel_id, col(KeptBriefing.day) < day)


# ---------------------------------------------------------------- a hotel's papers
def set_papers(
    db: Session, wanted: PapersPatch, *, by: Actor, version: int | None = None
) -> PaperSettings:
    """Change the hour of the briefing or the language of papers; `ChangedMeanwhile` when stale."""
    by.need("briefing.set")
    hotel_id, before = _setting(db, by, version)
    values = wanted.model_dump(exclude_none=True)
    changed = [name for name, value in values.items() if getattr(before, name) != value]
    if changed:
        _save(db, before, {name: values[name] for name in changed}, by=by, fields=changed)
    return queries.paper_settings(db, hotel_id)


def set_passphrase(
    db: Session,
    wanted: PassphraseSet | None,
    *,
    by: Actor,
    vault: Vault,
    version: int | None = None,
) -> PaperSettings:
    """Seal a new passphrase for the packs, or take it away with None: then none are made."""
    by.need("briefing.set")
    hotel_id, before = _setting(db, by, version)
    sealed = None
    if wanted is not None:
        if wanted.passphrase.strip() != wanted.passphrase or not wanted.passphrase.isprintable():
            raise Invalid(
                "A passphrase has no spaces at its ends and only characters that can be typed.",
                "passphrase",
                pointer="/passphrase",
            )
        sealed = vault.seal(wanted.passphrase, bound_to=hotel_id.bytes)
    values = {
        "passphrase_sealed": sealed,
        "passphrase_set_at": clock.now() if sealed is not None else None,
    }
    _save(db, before, values, by=by, fields=["passphrase"])
    return queries.paper_settings(db, hotel_id)


def _setting(db: Session, by: Actor, version: int | None) -> tuple[UUID, PaperSettings]:
    """The hotel's settings, with a row to write to and locked."""
    hotel_id = queries.here(by)
    before = queries.paper_settings(db, hotel_id)
    insert_once(
        db,
        PaperSetting,
        "hotel_id",
        hotel_id=hotel_id,
        ready_at=before.ready_at,
        language=before.language,
        version=before.version,
    )
    db.connection().execute(
        select(col(PaperSetting.version))
        .where(col(PaperSetting.hotel_id) == hotel_id)
        .with_for_update()
    )
    now = queries.paper_settings(db, hotel_id)
    if version is not None and version != now.version:
        raise ChangedMeanwhile(
            "Somebody else changed these settings meanwhile. Load them again.", "changed_meanwhile"
        )
    return hotel_id, now


def _save(
    db: Session,
    before: PaperSettings,
    values: Mapping[str, object],
    *,
    by: Actor,
    fields: Sequence[str],
) -> None:
    db.connection().execute(
        update(PaperSetting)
        .where(col(PaperSetting.hotel_id) == before.hotel_id)
        .values(**values, version=before.version + 1)
    )
    audit.note(db, Deed.CHANGED, by=by, subject="papers", subject_id=before.hotel_id, fields=fields)
    news.record(db, PapersSet(hotel_id=before.hotel_id, by_id=by.staff_id, fields=",".join(fields)))
