"""A hotel's own way with the catalogue: what it uses, how it words it, who looks when."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.kit import events
from crm.kit.db import insert_once
from crm.kit.errors import Conflict, Invalid, NotAllowed, NotFound, RuleBroken, mark
from crm.kit.rows import cols
from crm.preferences import refusals
from crm.preferences.codes import code_groups, code_now
from crm.preferences.events import CodesChanged
from crm.preferences.schemas import (
    CodeMade,
    CodeRow,
    GroupPolicyIn,
    GroupRow,
    HotelCodeIn,
    OwnCodeIn,
)
from crm.preferences.tables import GroupPolicy, HotelCode, PreferenceCode
from crm.staff.actor import Actor

KEEP = "preferences.codes"
OWN_MAX = 200


class CodeTaken(Conflict):
    def __init__(self) -> None:
        super().__init__(
            mark("This code is taken. Give yours another name."), "code_taken", pointer="/code"
        )


def code(db: Session, name: str, *, by: Actor) -> CodeRow:
    """One code as the hotel has it; `NotFound` when there is none."""
    by.need("preferences.catalogue")
    found = code_now(db, name, by.hotel_id)
    if found is None:
        raise NotFound("There is no such preference code.", "code_unknown")
    return found


def group(db: Session, name: str, *, by: Actor) -> GroupRow:
    """One group as the hotel has it; `NotFound` when there is none."""
    found = [each for each in code_groups(db, by=by) if each.group == name]
    if not found:
        raise NotFound("There is no such group of codes.", "group_unknown")
    return found[0]


def keep_code(
    db: Session, name: str, asked: HotelCodeIn, *, by: Actor, version: int | None
) -> CodeRow:
    """Switch a code on or off for the hotel and word it; what is null keeps the shipped words.

    What was noted under a code stays; switched off it is only no longer offered or taken.
    """
    by.need(KEEP)
    hotel_id = _hotel(by)
    code(db, name, by=by)
    _put(db, HotelCode, {"hotel_id": hotel_id, "code": name}, asked.model_dump(), version=version)
    _told(db, by, "preference_code", sorted(asked.model_fields_set))
    return code(db, name, by=by)


def keep_group(
    db: Session, name: str, asked: GroupPolicyIn, *, by: Actor, version: int | None
) -> GroupRow:
    """Say when the centre looks at notes of a group, and how many likes of it one guest may have.

    It holds for what is noted from now on; what waits already keeps the rule it came under.
    """
    by.need(KEEP)
    hotel_id = _hotel(by)
    group(db, name, by=by)
    key = {"hotel_id": hotel_id, "group_code": name}
    _put(db, GroupPolicy, key, asked.model_dump(), version=version)
    _told(db, by, "group_policy", ["policy", "group_max"])
    return group(db, name, by=by)


def add_code(db: Session, asked: OwnCodeIn, *, by: Actor) -> CodeMade:
    """Add a code of the hotel's own to one of the groups."""
    by.need(KEEP)
    hotel_id = _hotel(by)
    name = asked.code.partition(".")[0]
    model = _of_group(db, name)
    _check_conflicts(db, asked)
    own = db.connection().scalar(
        select(func.count()).where(col(PreferenceCode.owner_id) == hotel_id)
    )
    if (own or 0) >= OWN_MAX:
        raise RuleBroken(
            "A hotel has two hundred codes of its own at most. Switch one off first.", "codes_full"
        )
    values = {
        **asked.model_dump(exclude={"need_to_know_en", "need_to_know_zh", "departments", "acts"}),
        "group_code": name,
        "position": model.last + 1,
        "group_en": model.group_en,
        "group_zh": model.group_zh,
        "group_max": model.group_max,
        "need_to_know_en": asked.need_to_know_en or asked.label_en,
        "need_to_know_zh": asked.need_to_know_zh or asked.label_zh,
        "departments": [each.value for each in asked.departments],
        "acts": [each.value for each in asked.acts],
        "is_active": True,
        "owner_id": hotel_id,
    }
    if not insert_once(db, PreferenceCode, "code", **values):
        raise CodeTaken
    _told(db, by, "preference_code", ["code"], deed=Deed.CREATED)
    return CodeMade(code=asked.code, version=0)


def _of_group(db: Session, name: str) -> Any:
    """What the codes of a group share, and where the group ends."""
    row = (
        db.connection()
        .execute(
            select(
                *cols(PreferenceCode.group_en, PreferenceCode.group_zh, PreferenceCode.group_max),
                func.max(col(PreferenceCode.position)).over().label("last"),
            )
            .where(col(PreferenceCode.group_code) == name)
            .limit(1)
        )
        .first()
    )
    if row is None:
        raise Invalid(
            "Choose one of the groups: a code begins with its group.",
            "group_unknown",
            pointer="/code",
        )
    return row


def _check_conflicts(db: Session, asked: OwnCodeIn) -> None:
    wanted = set(asked.conflicts_with)
    if asked.code in wanted:
        raise Invalid(
            "A code cannot conflict with itself.", "code_conflict", pointer="/conflicts_with"
        )
    if not wanted:
        return
    known = db.connection().scalars(
        select(col(PreferenceCode.code)).where(col(PreferenceCode.code).in_(sorted(wanted)))
    )
    if wanted - set(known):
        raise Invalid(
            "There is no such preference code.", "code_unknown", pointer="/conflicts_with"
        )


def _hotel(by: Actor) -> UUID:
    if by.hotel_id is None:
        raise NotAllowed("Codes are kept by a hotel. Choose one first.", "no_hotel")
    return by.hotel_id


def _put(
    db: Session,
    table: type[Any],
    key: dict[str, Any],
    values: dict[str, Any],
    *,
    version: int | None,
) -> None:
    """Write the hotel's row, the first time or anew; ``version`` 0 is the shipped state."""
    if version in (None, 0) and insert_once(db, table, *key, **key, **values, version=1):
        return
    where = [getattr(table, name) == value for name, value in key.items()]
    if version is not None:
        where.append(table.version == version)
    done = db.connection().execute(
        update(table).where(*where).values(**values, version=table.version + 1)
    )
    if done.rowcount != 1:
        raise refusals.changed()


def _told(
    db: Session, by: Actor, subject: str, fields: list[str], *, deed: Deed = Deed.CHANGED
) -> None:
    audit.note(db, deed, by=by, subject=subject, fields=fields)
    events.record(db, CodesChanged(hotel_id=by.hotel_id, by_id=by.id))
