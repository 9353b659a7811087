"""Writes a hotel's rules, switches them, and keeps which alerts were put aside for a stay."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlmodel import Session, col

from crm.alerts import queries, rules
from crm.alerts.events import AlertPutAside, AlertRuleChanged
from crm.alerts.schemas import AlertRuleIn, AlertRuleMade, AlertRuleOut, RuleStep
from crm.alerts.tables import (
    AlertBook,
    AlertDismissal,
    AlertRule,
    AlertRuleVersion,
    AlertShowing,
)
from crm.alerts.terms import RULES_MAX, RuleDeed
from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.kit import clock, events
from crm.kit.db import chunks, insert_once
from crm.kit.errors import ChangedMeanwhile, Invalid, RuleBroken
from crm.kit.ids import new_id
from crm.staff.actor import Actor

_EDIT = "alerts.rules"
_AT_ONCE = 500


def add_rule(db: Session, asked: AlertRuleIn, *, by: Actor) -> AlertRuleMade:
    """A new rule of the actor's hotel, switched off.

    `Invalid` for a preference code that does not exist, `RuleBroken` for one rule too many.
    """
    by.need(_EDIT)
    hotel_id = _hotel(by)
    _check_codes(db, asked)
    held = db.connection().scalar(
        select(func.count()).where(
            col(AlertRule.hotel_id) == hotel_id, col(AlertRule.retired_at).is_(None)
        )
    )
    if (held or 0) >= RULES_MAX:
        raise RuleBroken(
            "A hotel has at most %(most)s rules. Retire one that nobody needs.",
            "alert_rules_full",
            most=RULES_MAX,
        )
    identity = new_id()
    db.add(
        AlertRule(
            id=identity,
            hotel_id=hotel_id,
            changed_at=clock.now(),
            changed_by=by.staff_id,
            **_values(asked),
        )
    )
    db.flush()
    _told(db, Deed.CREATED, identity, 1, by, is_active=False)
    return AlertRuleMade(id=identity, version=1)


def amend_rule(
    db: Session, rule_id: UUID, asked: AlertRuleIn, *, version: int, by: Actor
) -> AlertRuleMade:
    """Write a rule anew; how it read before is kept. It stays on, or off, as it was."""
    held = _held(db, rule_id, version, by)
    _check_codes(db, asked)
    _write(db, held, by, **_values(asked))
    _told(db, Deed.CHANGED, rule_id, version + 1, by, is_active=held.is_active)
    return AlertRuleMade(id=rule_id, version=version + 1)


def step(db: Session, rule_id: UUID, asked: RuleStep, *, version: int, by: Actor) -> AlertRuleMade:
    """Switch a rule on or off, or retire it; `ChangedMeanwhile` when somebody was faster."""
    held = _held(db, rule_id, version, by)
    is_active = asked.deed is RuleDeed.SWITCH_ON
    values: dict[str, Any] = {"is_active": is_active}
    if asked.deed is RuleDeed.RETIRE:
        values["retired_at"] = clock.now()
    _write(db, held, by, **values)
    deed = Deed.REMOVED if asked.deed is RuleDeed.RETIRE else Deed.CHANGED
    _told(db, deed, rule_id, version + 1, by, is_active=is_active)
    return AlertRuleMade(id=rule_id, version=version + 1)


def _hotel(by: Actor) -> UUID:
    if by.hotel_id is None:
        raise Invalid("Say in which hotel.", "alert_hotel")
    return by.hotel_id


def _values(asked: AlertRuleIn) -> dict[str, Any]:
    plain = asked.model_dump(mode="json", exclude={"weight", "kind"})
    return plain | {
        "weight": asked.weight,
        "kind": asked.kind,
        "text_zh": asked.text_zh or None,
        "instruction_en": asked.instruction_en or None,
        "instruction_zh": asked.instruction_zh or None,
    }


def _check_codes(db: Session, asked: AlertRuleIn) -> None:
    codes = rules.codes_asked(asked.who)
    if codes - queries.code_readers(db, codes).keys():
        raise Invalid("There is no such preference code.", "code_unknown", pointer="/who")


def _held(db: Session, rule_id: UUID, version: int, by: Actor) -> AlertRuleOut:
    by.need(_EDIT)
    held = queries.rule(db, rule_id, by=by)
    if held.version != version:
        raise _changed()
    return held


def _changed() -> ChangedMeanwhile:
    return ChangedMeanwhile(
        "Somebody else changed this rule meanwhile. Load it again.", "changed_meanwhile"
    )


def _write(db: Session, held: AlertRuleOut, by: Actor, **values: Any) -> None:
    """Raise the version in one statement that also checks it; keep how the rule read."""
    done = db.connection().execute(
        update(AlertRule)
        .where(col(AlertRule.id) == held.id, col(AlertRule.version) == held.version)
        .values(**values, version=held.version + 1, changed_at=clock.now(), changed_by=by.staff_id)
    )
    if done.rowcount == 0:
        raise _changed()
    kept = held.model_dump(
        mode="json", exclude={"id", "shown", "put_aside", "version", "changed_at", "changed_by"}
    )
    db.add(
        AlertRuleVersion(
            rule_id=held.id,
            no=held.version,
            definition=kept,
            replaced_at=clock.now(),
            replaced_by=by.staff_id,
        )
    )
    db.flush()


def _told(
    db: Session, deed: Deed, rule_id: UUID, version: int, by: Actor, *, is_active: bool
) -> None:
    new_edition(db, _hotel(by))
    audit.note(db, deed, by=by, subject="alert_rule", subject_id=rule_id)
    events.record(
        db,
        AlertRuleChanged(
            rule_id=rule_id,
            version=version,
            is_active=is_active,
            hotel_id=by.hotel_id,
            by_id=by.staff_id,
        ),
    )


def new_edition(db: Session, hotel_id: UUID) -> None:
    """Let every process read the hotel's rules anew."""
    if insert_once(db, AlertBook, "hotel_id", hotel_id=hotel_id, edition=new_id()):
        return
    db.connection().execute(
        update(AlertBook).where(col(AlertBook.hotel_id) == hotel_id).values(edition=new_id())
    )


# ---------------------------------------------------------------- on a stay
def put_aside(
    db: Session,
    stay_id: UUID,
    key: str,
    *,
    guest_id: UUID,
    hotel_id: UUID,
    rule_id: UUID | None,
    by: Actor,
) -> bool:
    """Put an alert aside for this stay; False when it was. The caller has found it on the stay
    and knows that it may be."""
    by.need("alerts.put_aside")
    fresh = insert_once(
        db, AlertDismissal, "stay_id", "alert_key", stay_id=stay_id, alert_key=key,
        guest_id=guest_id, hotel_id=hotel_id, rule_id=rule_id, put_aside_at=clock.now(),
        put_aside_by=by.staff_id,
    )  # fmt: skip
    if rule_id is not None:
        note_showings(db, [(rule_id, stay_id)])
    if fresh:
        _told_of_stay(db, stay_id, guest_id, hotel_id, by, again=False)
    return fresh


def bring_back(
    db: Session, stay_id: UUID, key: str, *, guest_id: UUID, hotel_id: UUID, by: Actor
) -> bool:
    """Show an alert again that was put aside; False when it was not."""
    by.need("alerts.put_aside")
    gone = db.connection().execute(
        delete(AlertDismissal).where(
            col(AlertDismissal.stay_id) == stay_id, col(AlertDismissal.alert_key) == key
        )
    )
    if gone.rowcount == 0:
        return False
    _told_of_stay(db, stay_id, guest_id, hotel_id, by, again=True)
    return True


def note_showings(db: Session, pairs: Iterable[tuple[UUID, UUID]]) -> int:
    """That these rules stand on these stays; each pair counts once. Returns how many were new."""
    wanted = list(dict.fromkeys(pairs))
    new: list[tuple[UUID, UUID]] = []
    for part in chunks(wanted, _AT_ONCE):
        known = db.connection().execute(
            select(col(AlertShowing.rule_id), col(AlertShowing.stay_id)).where(
                col(AlertShowing.stay_id).in_({stay_id for _, stay_id in part})
            )
        )
        there = {(row[0], row[1]) for row in known}
        new += [pair for pair in part if pair not in there]
    now = clock.now()
    for part in chunks(new, _AT_ONCE):
        db.connection().execute(
            insert(AlertShowing),
            [{"rule_id": rule, "stay_id": stay, "first_at": now} for rule, stay in part],
        )
    return len(new)


def _told_of_stay(
    db: Session, stay_id: UUID, guest_id: UUID, hotel_id: UUID, by: Actor, *, again: bool
) -> None:
    audit.note(
        db,
        Deed.UNDONE if again else Deed.CHANGED,
        by=by,
        subject="alert",
        subject_id=stay_id,
        guest_id=guest_id,
        fields=["put_aside"],
    )
    events.record(
        db,
        AlertPutAside(
            stay_id=stay_id, again=again, guest_id=guest_id, hotel_id=hotel_id, by_id=by.staff_id
        ),
    )
