"""From a row of the timeline to its line: which sentence fits, and what fills it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from crm.preferences.terms import PreferenceSource, Sensitivity
from crm.preferences.wording import with_value
from crm.profile.rules import shortened
from crm.profile.schemas import Happening, Phrase, Term
from crm.profile.sights import Reader
from crm.staff.terms import Sight
from crm.stays.terms import StayStatus

NOTE_MAX = 160
Values = dict[str, str | int | Any]
Told = tuple[str, str, Values] | None
"""The kind of the line, the code of its sentence after ``happened.``, and the values."""


def line(row: Any, at: datetime, reader: Reader, zone: ZoneInfo) -> Happening | None:
    """The line of one row as this reader may read it; None when it is not theirs to read."""
    told = _TELL[row.source](row, reader)
    if told is None:
        return None
    kind, code, values = told
    return Happening(
        on=row.day or at.astimezone(zone).date(),
        at=at.astimezone(UTC),
        kind=kind,
        text=Phrase(code=f"happened.{code}", values=values),
        source=row.source,
        source_id=str(row.id if row.id is not None else row.no),
        stay_id=row.id if row.source == "stay" else row.other,
    )


def _stay(row: Any, reader: Reader) -> Told:
    nights, room, score = row.n1, row.s2, reader.clear("stay.score", row.n2)
    status = StayStatus(row.s1)
    values: Values = {"nights": nights, "until": row.until}
    if status is StayStatus.CHECKED_OUT:
        code = "stay_left"
        if score is not None:
            code, values = "stay_left_scored", values | {"score": score}
    else:
        code = f"stay_{status.value}"
    if room and status in (StayStatus.CHECKED_OUT, StayStatus.IN_HOUSE):
        return "stay", f"{code}_room", values | {"room": room}
    return "stay", code, values


def _complaint(row: Any, _: Reader) -> Told:
    values: Values = {"no": row.n1, "what": row.s2}
    if row.s3 != "complaint":
        return "case", "case_word", values | {"kind": Term(kind="case_kind", value=row.s3)}
    if row.ended is None:
        return "case", "case_open", values | {"status": Term(kind="case_status", value=row.s1)}
    hours = max(1, round((row.ended - row.at).total_seconds() / 3600))
    return "case", "case_closed", values | {"hours": hours}


def _preference(row: Any, reader: Reader) -> Told:
    sight = reader.preferences.sight(Sensitivity(row.s3), row.doc)
    if sight is Sight.NONE:
        return None
    values: Values = {"what": with_value(row.s1 if sight is Sight.CLEAR else row.s2, row.s5)}
    source = PreferenceSource(row.s4)
    if source in (PreferenceSource.SEEN, PreferenceSource.SENSED) and row.s6:
        by = Term(kind="department", value=row.s6)
        return "note", "preference_seen_by", values | {"by": by}
    return "note", f"preference_{source.value}", values


def _note(row: Any, _: Reader) -> Told:
    return "note", "note", {"words": shortened(row.s1, NOTE_MAX)}


def _points(row: Any, _: Reader) -> Told:
    sign = "+" if row.n1 >= 0 else "−"
    values: Values = {
        "points": f"{sign}{abs(row.n1):,}",
        "kind": Term(kind="points", value=row.s1),
    }
    if row.s2:
        return "points", "points_words", values | {"words": row.s2}
    return "points", "points", values


def _tier(row: Any, _: Reader) -> Told:
    values: Values = {"tier": Term(kind="tier", value=row.s2)}
    if row.s1 is None:
        return "tier", "tier_first", values
    return "tier", "tier", values | {"before": Term(kind="tier", value=row.s1)}


def _consent(row: Any, _: Reader) -> Told:
    values: Values = {
        "channel": Term(kind="channel", value=row.s1),
        "purpose": Term(kind="purpose_of_consent", value=row.s2),
    }
    return "contact", f"consent_{row.s3}", values


def _edit(row: Any, _: Reader) -> Told:
    payload: dict[str, Any] = row.doc or {}
    if row.s1 == "guest.vip_set":
        level = payload.get("level")
        return ("edit", "vip_set", {"level": level}) if level else ("edit", "vip_gone", {})
    if row.s1 == "guest.caution_set":
        level = payload.get("level")
        return "edit", "caution_set" if level else "caution_gone", {}
    if row.s1 == "guest.identity_set":
        return "edit", "identity", {"what": Term(kind="identity", value=payload["identity"])}
    if row.s1 == "guest.registered":
        return "edit", "registered", {}
    return "edit", "amended", {}


_TELL: dict[str, Callable[[Any, Reader], Told]] = {
    "stay": _stay,
    "complaint": _complaint,
    "preference": _preference,
    "note": _note,
    "points": _points,
    "tier": _tier,
    "consent": _consent,
    "edit": _edit,
}
