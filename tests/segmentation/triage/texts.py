"""324 complaints in Chinese and English, written for Keshi, and closed cases that hold them."""

import csv
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from crm.complaints import master
from crm.complaints.tables import Complaint
from crm.complaints.terms import CaseSource, CaseStatus, Severity
from segmentation.triage.learning import Example
from tests.factories import put

FILE = Path(__file__).parents[2] / "data" / "complaint_texts.csv"
THEN = datetime(2026, 11, 1, 4, tzinfo=UTC)


@cache
def rows() -> tuple[dict[str, str], ...]:
    with FILE.open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


@cache
def written() -> tuple[Example, ...]:
    """The texts as examples, every one of a guest of its own."""
    return tuple(
        Example(row["words"], row["category"], row["severity"], str(no))
        for no, row in enumerate(rows())
    )


@cache
def shipped_glossary() -> tuple[tuple[str, str], ...]:
    """The master list as it is shipped, without what is sensitive."""
    return tuple(
        (word[name], word["parent"] or word["code"])
        for word in master.shipped()
        if not word["is_sensitive"]
        for name in ("name_en", "name_zh")
    )


def a_closed_case(db, hotel_id, no, words, category="noise", severity="minor", **more):
    """A complaint that was closed ``no`` minutes after a certain day."""
    facts = {
        "hotel_id": hotel_id, "number": 1000 + no, "source": CaseSource.IN_HOUSE,
        "category": category, "severity": Severity(severity), "headline": (words or "")[:40],
        "words": words, "status": CaseStatus.CLOSED, "currency": "CNY",
        "opened_at": THEN, "closed_at": THEN + timedelta(minutes=no),
    }  # fmt: skip
    return put(db, Complaint(**(facts | more)))


PLAIN = {
    "noise": ("隔壁太吵了睡不着", "a loud party next door"),
    "food": ("早餐的粥是冷的", "the soup was cold and salty"),
    "billing": ("账单多收了钱", "the bill is wrong, charged twice"),
}
ENDINGS = (
    "昨天晚上", "今天早上", "在七楼", "两次", "really", "again", "yesterday", "this morning",
    "太过分", "请处理", "please help", "第二天", "so we asked", "请尽快", "we waited", "三天",
    "once more", "整晚", "all evening", "每天",
)  # fmt: skip


def plain_cases(count=240):
    """(words, category, severity): matters so plain that everybody could tell them apart."""
    found = []
    for no in range(count):
        category = list(PLAIN)[no % 3]
        text = PLAIN[category][no // 3 % 2]
        one, two = ENDINGS[no // 6 % 20], ENDINGS[(no // 6 + 7 * (no // 120) + 3) % 20]
        found.append((f"{one} {text} {two}", category, "moderate" if no % 2 else "minor"))
    return found


def cases_of_plain(count=360):
    """The same as examples, every one of a guest of its own."""
    return [Example(*told, str(no)) for no, told in enumerate(plain_cases(count))]
