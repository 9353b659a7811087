"""Saved ways to read a file: the ones that ship, and those that people keep."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlmodel import Session, col

from crm.intake.mapping import refused
from crm.intake.planning import BUILT_IN
from crm.intake.schemas import PresetRow
from crm.intake.tables import ImportPreset
from crm.intake.terms import ImportKind
from crm.kit import clock
from crm.kit.errors import Conflict
from crm.kit.rows import cols


def preset_list(db: Session, kind: ImportKind | None = None) -> list[PresetRow]:
    """All presets by name, those that ship first."""
    rows = [PresetRow(name=name, kind=k, built_in=True) for name, k in sorted(BUILT_IN.items())]
    query = select(*cols(ImportPreset.name, ImportPreset.kind)).order_by(col(ImportPreset.name))
    kept = db.connection().execute(query)
    rows += [PresetRow(name=row.name, kind=row.kind, built_in=False) for row in kept]
    return [row for row in rows if kind is None or row.kind is kind]


def preset_mapping(db: Session, kind: ImportKind, name: str) -> dict[str, Any]:
    """The mapping of a preset (empty for one that ships); `Invalid` if there is none."""
    if BUILT_IN.get(name) is kind:
        return {"system": name}
    found = db.connection().scalar(
        select(*cols(ImportPreset.mapping)).where(
            col(ImportPreset.name) == name, col(ImportPreset.kind) == kind
        )
    )
    if found is None:
        raise refused("unknown_preset", "/preset")
    return dict(found)


def save_preset(
    db: Session, name: str, kind: ImportKind, mapping: dict[str, Any], *, by_id: UUID | None
) -> None:
    """Keep a mapping under a name; the same name of the same kind is written anew."""
    if name in BUILT_IN:
        raise Conflict("This name belongs to a preset that ships. Take another.", "preset_taken")
    other = db.connection().scalar(
        select(*cols(ImportPreset.kind)).where(col(ImportPreset.name) == name)
    )
    if other is not None and other is not kind:
        raise Conflict("This name belongs to a preset of another kind.", "preset_taken")
    db.connection().execute(delete(ImportPreset).where(col(ImportPreset.name) == name))
    db.connection().execute(
        insert(ImportPreset).values(
            name=name, kind=kind, mapping=mapping, created_at=clock.now(), created_by=by_id
        )
    )
