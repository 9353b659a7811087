"""Reads the catalogue as one hotel has it: its own codes, switches, words and review rules."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Label, Select, and_, bindparam, case, func, or_, select
from sqlmodel import Session, col

from crm.kit.dbtypes import Key
from crm.kit.rows import cols, named
from crm.preferences import rules
from crm.preferences.schemas import CodeRow, GroupRow
from crm.preferences.tables import GroupPolicy, HotelCode, PreferenceCode
from crm.preferences.terms import ReviewPolicy, Sensitivity
from crm.staff.actor import Actor

_WORDS = ("label_en", "label_zh", "need_to_know_en", "need_to_know_zh")


def own_words() -> list[Label[Any]]:
    """The four wordings of a code as the hotel has them; needs `of_hotel` joined."""
    return [
        func.coalesce(col(getattr(HotelCode, name)), col(getattr(PreferenceCode, name))).label(name)
        for name in _WORDS
    ]


def of_hotel(hotel_id: UUID | None) -> ColumnElement[bool]:
    """The condition of an outer join from `PreferenceCode` to the hotel's own way with it."""
    return and_(
        col(HotelCode.code) == col(PreferenceCode.code), col(HotelCode.hotel_id) == hotel_id
    )


def in_use(hotel_id: UUID | None) -> ColumnElement[bool]:
    """Codes that a hotel uses: not switched off, and no other hotel's own."""
    return and_(
        col(PreferenceCode.is_active).is_(True),
        func.coalesce(col(HotelCode.is_active), True).is_(True),
        or_(col(PreferenceCode.owner_id).is_(None), col(PreferenceCode.owner_id) == hotel_id),
    )


@dataclass(frozen=True)
class KnownCode:
    """What taking a note must know of its code."""

    code: str
    group: str
    sensitivity: Sensitivity
    departments: tuple[str, ...]
    in_use: bool
    policy: ReviewPolicy


def _known() -> Select[Any]:
    hotel: Any = bindparam("hotel", type_=Key)
    return (
        select(
            *cols(
                PreferenceCode.code, PreferenceCode.group_code, PreferenceCode.sensitivity,
                PreferenceCode.departments, named(GroupPolicy.policy, "policy"),
            ),
            in_use(hotel).label("in_use"),
        )
        .outerjoin(HotelCode, of_hotel(hotel))
        .outerjoin(
            GroupPolicy,
            and_(
                col(GroupPolicy.group_code) == col(PreferenceCode.group_code),
                col(GroupPolicy.hotel_id) == hotel,
            ),
        )
        .where(col(PreferenceCode.code) == bindparam("name"))
    )  # fmt: skip


_KNOWN = _known()


def known_code(db: Session, code: str, hotel_id: UUID | None) -> KnownCode | None:
    """One code with the rules of a hotel; None when there is none such."""
    asked = {"name": code, "hotel": hotel_id}
    row = db.connection().execute(_KNOWN, asked).first()
    if row is None:
        return None
    return KnownCode(
        code=row.code,
        group=row.group_code,
        sensitivity=row.sensitivity,
        departments=tuple(row.departments),
        in_use=row.in_use,
        policy=row.policy or rules.shipped_policy(row.group_code, row.sensitivity),
    )


def hotel_codes(
    db: Session, *, by: Actor, hotel_id: UUID | None = None, only: Collection[str] | None = None
) -> list[CodeRow]:
    """The catalogue in its order, as the reader's hotel words it; switched-off codes say so."""
    by.need("preferences.catalogue")
    rows = catalogue(db, hotel_id or by.hotel_id).rows
    return [row for row in rows if only is None or row.code in only]


def codes_in_use(db: Session, hotel_id: UUID | None) -> Sequence[CodeRow]:
    """The same for the house itself, without those that are switched off."""
    return catalogue(db, hotel_id).in_use


def code_now(db: Session, name: str, hotel_id: UUID | None) -> CodeRow | None:
    """One code past what is kept: while its change is under way nothing may be kept of it."""
    return next((row for row in _codes(db, hotel_id) if row.code == name), None)


@dataclass(frozen=True, eq=False)
class Catalogue:
    """All codes of one hotel, read once and kept while nothing changes."""

    stamp: tuple[int, ...]
    rows: tuple[CodeRow, ...]

    @cached_property
    def in_use(self) -> tuple[CodeRow, ...]:
        """Without those that are switched off."""
        return tuple(row for row in self.rows if row.is_active)


_kept: dict[UUID | None, Catalogue] = {}
_KEPT_MAX = 64


def catalogue(db: Session, hotel_id: UUID | None) -> Catalogue:
    """The hotel's catalogue: 10 ms of CPU to read, one small statement to see that it is the same.

    Each process keeps its own, so what another one changed must show in the stamp.
    """
    stamp = tuple(
        int(part or 0) for part in db.connection().execute(_STAMP, {"hotel": hotel_id}).one()
    )
    known = _kept.get(hotel_id)
    if known is None or known.stamp != stamp:
        known = Catalogue(stamp, tuple(_codes(db, hotel_id)))
        if len(_kept) >= _KEPT_MAX:
            _kept.clear()
        _kept[hotel_id] = known
    return known


def _sum(table: type[Any], column: Any) -> Any:
    hotel = bindparam("hotel", type_=Key)
    return select(func.sum(column)).where(col(table.hotel_id) == hotel).scalar_subquery()


def _count(table: type[Any]) -> Any:
    hotel = bindparam("hotel", type_=Key)
    return select(func.count()).where(col(table.hotel_id) == hotel).scalar_subquery()


_STAMP = select(
    func.count(),
    func.sum(case((col(PreferenceCode.is_active), 1), else_=0)),
    *(func.sum(func.length(col(getattr(PreferenceCode, name)))) for name in _WORDS),
    _count(HotelCode),
    _sum(HotelCode, col(HotelCode.version)),
    _count(GroupPolicy),
    _sum(GroupPolicy, col(GroupPolicy.version)),
).select_from(PreferenceCode)
"""Grows with every change a hotel makes; an upgrade changes the number or length of the words."""


def _codes(db: Session, hotel_id: UUID | None) -> list[CodeRow]:
    query = (
        select(
            *cols(
                PreferenceCode.code, PreferenceCode.group_code, PreferenceCode.group_en,
                PreferenceCode.group_zh, PreferenceCode.polarity, PreferenceCode.sensitivity,
                PreferenceCode.departments, PreferenceCode.acts, PreferenceCode.occasion,
                PreferenceCode.review_after_months, PreferenceCode.conflicts_with,
                PreferenceCode.owner_id, named(GroupPolicy.policy, "policy"),
            ),
            func.coalesce(col(GroupPolicy.group_max), col(PreferenceCode.group_max)).label(
                "group_max"
            ),
            func.coalesce(col(HotelCode.version), 0).label("version"),
            in_use(hotel_id).label("is_active"),
            *own_words(),
        )
        .outerjoin(HotelCode, of_hotel(hotel_id))
        .outerjoin(
            GroupPolicy,
            and_(
                col(GroupPolicy.group_code) == col(PreferenceCode.group_code),
                col(GroupPolicy.hotel_id) == hotel_id,
            ),
        )
        .where(
            or_(col(PreferenceCode.owner_id).is_(None), col(PreferenceCode.owner_id) == hotel_id)
        )
        .order_by(col(PreferenceCode.position), col(PreferenceCode.code))
    )  # fmt: skip
    return [_code(row) for row in db.connection().execute(query)]


def _code(row: Any) -> CodeRow:
    facts = {name: getattr(row, name) for name in CodeRow.model_fields if hasattr(row, name)}
    facts["policy"] = row.policy or rules.shipped_policy(row.group_code, row.sensitivity)
    facts["own"] = row.owner_id is not None
    return CodeRow(**facts)


def code_groups(db: Session, *, by: Actor) -> list[GroupRow]:
    """The groups in the order of the catalogue, each with the rule that holds in the hotel."""
    by.need("preferences.catalogue")
    rows = db.connection().execute(
        select(
            *cols(
                PreferenceCode.group_code, PreferenceCode.group_en, PreferenceCode.group_zh,
                PreferenceCode.group_max, PreferenceCode.sensitivity,
                named(GroupPolicy.policy, "policy"), named(GroupPolicy.group_max, "own_max"),
                named(GroupPolicy.version, "version"),
            )
        )
        .outerjoin(
            GroupPolicy,
            and_(
                col(GroupPolicy.group_code) == col(PreferenceCode.group_code),
                col(GroupPolicy.hotel_id) == by.hotel_id,
            ),
        )
        .where(
            or_(col(PreferenceCode.owner_id).is_(None), col(PreferenceCode.owner_id) == by.hotel_id)
        )
        .order_by(col(PreferenceCode.position), col(PreferenceCode.code))
    )  # fmt: skip
    groups: dict[str, list[Any]] = {}
    for row in rows:
        groups.setdefault(row.group_code, []).append(row)
    return [_group(group, members) for group, members in groups.items()]


def _group(group: str, members: list[Any]) -> GroupRow:
    first = members[0]
    strictest = max(
        (rules.shipped_policy(group, row.sensitivity) for row in members), key=_STRICT.index
    )
    return GroupRow(
        group=group,
        label_en=first.group_en,
        label_zh=first.group_zh,
        policy=first.policy or strictest,
        shipped_policy=strictest,
        group_max=first.own_max or first.group_max,
        shipped_max=first.group_max,
        codes=len(members),
        version=first.version or 0,
    )


_STRICT = (ReviewPolicy.STRAIGHT_IN, ReviewPolicy.WITHIN_A_DAY, ReviewPolicy.BEFORE_ANYONE)
