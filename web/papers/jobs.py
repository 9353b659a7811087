"""Makes the pack for power cuts. The job stands here because a paper needs words, and only the
doors have them."""

import logging
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlmodel import Session

from crm.briefing import packs, queries
from crm.briefing.events import PackMade
from crm.briefing.jobs import PACK
from crm.kit import events as news
from crm.kit.jobs import job
from crm.kit.settings import Settings, in_force
from crm.kit.vault import Vault

log = logging.getLogger("keshi.papers")


@job(PACK)
def make_pack(db: Session, payload: dict[str, Any]) -> None:
    """Make one hotel's pack; without a passphrase none is made."""
    make(db, UUID(payload["hotel_id"]), in_force())


def make(db: Session, hotel_id: UUID, settings: Settings) -> Path | None:
    """Draw, encrypt and keep the pack; None where the hotel has no passphrase."""
    from web.papers import pack_paper

    passphrase = queries.passphrase_of(db, hotel_id, Vault(settings.secret()))
    if passphrase is None:
        return None
    pack = packs.pack(db, hotel_id)
    content = pack_paper.draw(pack, passphrase)
    path = packs.keep(settings.data_dir, hotel_id, content, made_at=pack.made_at)
    people = len(pack.arrivals) + len(pack.in_house)
    news.record(db, PackMade(hotel_id=hotel_id, people=people, bytes=len(content)))
    return path
