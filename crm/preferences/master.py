"""The shipped catalogue of preference codes: master data that stays when a demo is wiped.

Loading is safe to repeat after every upgrade: new codes come in, wordings are renewed, and
what a hotel switched off stays off.
"""

import csv
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import Session, col

from crm.kit.rows import cols
from crm.preferences.tables import PreferenceCode
from crm.preferences.terms import Polarity, Sensitivity

Values = dict[str, Any]


@cache
def catalogue() -> tuple[Values, ...]:
    """The 287 codes as columns of `PreferenceCode`, in the order of the file."""
    source = files("crm.preferences") / "preference_codes.csv"
    with source.open(encoding="utf-8-sig") as lines:
        return tuple(_values(no, row) for no, row in enumerate(csv.DictReader(lines), 1))


def load(db: Session) -> int:
    """Bring the catalogue of the database up to the shipped one; returns how many codes it has."""
    connection = db.connection()
    stored = {row.code: row for row in connection.execute(select(*cols(*_SHIPPED)))}
    new = [values for values in catalogue() if values["code"] not in stored]
    renewed = [
        {f"new_{name}": value for name, value in values.items()}
        for values in catalogue()
        if values["code"] in stored and _differs(stored[values["code"]], values)
    ]
    if new:
        connection.execute(insert(PreferenceCode), [{**v, "is_active": True} for v in new])
    if renewed:
        connection.execute(_RENEW, renewed)
    return len(stored.keys() | {values["code"] for values in catalogue()})


_NAMES = [name for name in PreferenceCode.model_fields if name not in ("is_active", "owner_id")]
_SHIPPED = [getattr(PreferenceCode, name) for name in _NAMES]
_RENEW = (
    update(PreferenceCode)
    .where(col(PreferenceCode.code) == bindparam("new_code"))
    .values({name: bindparam(f"new_{name}") for name in _NAMES if name != "code"})
)


def _differs(stored: Any, values: Values) -> bool:
    return any(getattr(stored, name) != value for name, value in values.items())


def _values(position: int, row: dict[str, str]) -> Values:
    return {
        "code": row["code"],
        "group_code": row["code"].partition(".")[0],
        "position": position,
        "group_en": row["group_en"],
        "group_zh": row["group_zh"],
        "group_max": _number(row["group_max"]),
        "label_en": row["label_en"],
        "label_zh": row["label_zh"],
        "polarity": Polarity(row["polarity"]),
        "sensitivity": _sensitivity(row),
        "sensitivity_reason": row["sensitivity_reason"] or None,
        "need_to_know_en": row["need_to_know_en"],
        "need_to_know_zh": row["need_to_know_zh"],
        "departments": row["departments"].split(),
        "acts": row["acts"].split(),
        "occasion": row["when"],
        "review_after_months": _number(row["review_after_months"]),
        "conflicts_with": row["conflicts_with"].split(),
        "ota_rma": row["ota_rma"] or None,
    }


def _sensitivity(row: dict[str, str]) -> Sensitivity:
    """A reason without special-category law behind it still restricts who may read the code."""
    given = Sensitivity(row["sensitivity"])
    if given is Sensitivity.NORMAL and row["sensitivity_reason"]:
        return Sensitivity.RESTRICTED
    return given


def _number(text: str) -> int | None:
    return int(text) if text else None
