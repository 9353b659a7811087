"""A hotel's own words on folios: what its teas, dishes and outlets are called there."""

from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.kit.errors import Invalid
from crm.kit.rows import cols
from crm.preferences.tables import PreferenceCode
from crm.preferences.terms import Sensitivity
from crm.sensing import reading, rules
from crm.sensing.schemas import FolioRuleOut, FolioRulesIn, FolioRulesOut
from crm.sensing.tables import FolioRule
from crm.staff.actor import Actor

_WORD = "habits.word"


def folio_rules(db: Session, hotel_id: UUID, *, by: Actor) -> FolioRulesOut:
    """The hotel's own rules in their order; the shipped ones come after them."""
    by.need(_WORD)
    rows = db.connection().execute(
        select(*cols(FolioRule.words, FolioRule.code, FolioRule.value))
        .where(col(FolioRule.hotel_id) == hotel_id)
        .order_by(col(FolioRule.no))
    )
    return FolioRulesOut(rules=[FolioRuleOut.model_validate(row) for row in rows])


def write_folio_rules(db: Session, hotel_id: UUID, asked: FolioRulesIn, *, by: Actor) -> None:
    """Put these in the place of the hotel's own rules.

    `Invalid` with the place of the rule that speaks of a code of health, faith, children or
    safety, of a code that is not there, or by a word that bills must not be read for.
    """
    by.need(_WORD)
    rows = db.connection().execute(select(*cols(PreferenceCode.code, PreferenceCode.sensitivity)))
    known = {row.code: row.sensitivity for row in rows}
    for place, rule in enumerate(asked.rules):
        if not rules.may_be_sensed(rule.code, known.get(rule.code, Sensitivity.SPECIAL)):
            raise Invalid(
                "Bills are not read for this code. Choose another one.",
                "code_not_sensed",
                pointer=f"/rules/{place}/code",
            )
        if reading.is_silent(reading.plain(rule.words)):
            raise Invalid(
                "Bills are not read for these words: they touch health, faith or children.",
                "words_not_sensed",
                pointer=f"/rules/{place}/words",
            )
    connection = db.connection()
    connection.execute(delete(FolioRule).where(col(FolioRule.hotel_id) == hotel_id))
    if asked.rules:
        connection.execute(
            insert(FolioRule),
            [
                {"hotel_id": hotel_id, "no": no} | rule.model_dump()
                for no, rule in enumerate(asked.rules, 1)
            ],
        )
    audit.note(
        db, Deed.CHANGED, by=by, subject="hotel", subject_id=hotel_id, fields=["folio_rules"]
    )
