"""Companies by name for imports: known ones found, unknown ones opened, many at once.

Whoever brings them keeps their own record, so nothing here writes an audit row or news.
"""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import insert, select
from sqlmodel import Session, col

from crm.companies import rules
from crm.companies.tables import Company
from crm.companies.terms import CompanyKind, CompanyState
from crm.kit import clock
from crm.kit.rows import cols

OWNED = {"company": "id"}


def directory(db: Session) -> dict[str, UUID]:
    """Every name by which a company is known, folded → its id."""
    known: dict[str, UUID] = {}
    rows = db.connection().execute(
        select(*cols(Company.id, Company.name, Company.name_latin)).order_by(col(Company.id))
    )
    for row in rows:
        for name in (row.name, row.name_latin):
            if name and (folded := rules.fold_name(name)):
                known.setdefault(folded, row.id)
    return known


def open_many(db: Session, names: Mapping[UUID, tuple[str, CompanyKind]]) -> None:
    """Open files for companies that nobody knows yet, under ids that were given out before."""
    if not names:
        return
    now = clock.now()
    db.connection().execute(
        insert(Company),
        [
            {
                "id": company_id,
                "kind": kind,
                "state": CompanyState.ACTIVE,
                "name": name,
                "name_key": rules.company_key(name),
                "created_at": now,
                "version": 1,
            }
            for company_id, (name, kind) in names.items()
        ],
    )
