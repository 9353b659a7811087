"""Cases that are no everyday complaint: praise, suggestions, a visitor's word, a theft.

They are few and hand-written, so that each kind can be looked at on its own page. They draw
nothing from the generator of the demo: the rest of the hotel stays as it is without them.
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from lab.demo.cases import Case, Step
from lab.demo.keys import Keyring
from lab.demo.stays import DemoStay

SEED = "the demo's unusual cases"

# kind, source, hours ago, category, cause, severity, department, headline, words, reply
KIND_WORDS: tuple[tuple[str, str, int, str, str, str, str, str, str, str], ...] = (
    ("praise", "phone", 30, "service", "", "minor", "HK",
     "Thanks to the housekeeper of the floor",
     "She noticed that I had a cold and brought ginger tea without being asked.",
     "Thanked the guest; told at the morning meeting."),
    ("praise", "letter", 52, "food", "", "minor", "KIT", "早餐的片儿川让人想起外婆家",
     "我父亲八十二岁，说这碗面是三十年来最好的一碗，请转告师傅。",
     "已回信致谢，并转告厨房。"),
    ("praise", "phone", 76, "service", "", "minor", "FO",
     "The night desk found a doctor for our son",
     "At three in the morning, and somebody came along to translate. We will not forget it.",
     "Called back and thanked them."),
    ("suggestion", "checked_out", 28, "facilities", "", "minor", "ENG",
     "A hook for the bath robe beside the shower",
     "There is nowhere to hang it within reach.", "Passed on to engineering."),
    ("suggestion", "letter", 49, "food", "", "minor", "KIT", "早餐能否提前到六点",
     "赶早班高铁的客人六点就要出门，哪怕只有粥和包子也好。", "已转餐饮部研究。"),
)  # fmt: skip


def made(gone: Sequence[DemoStay], first_number: int, now: datetime) -> list[Case]:
    """Seven cases numbered from ``first_number``; ``gone`` are stays that ended lately.

    Fewer where fewer such stays are: whatever belongs to a guest is left out then.
    """
    keyring = Keyring(random.Random(SEED))
    stays = sorted(gone, key=lambda stay: str(stay.key))
    drafts = [
        *(_heard(*each, now, keyring) for each in zip(KIND_WORDS, stays[1:], strict=False)),
        _visitors(now, keyring),
        *(_theft(stay, now, keyring) for stay in stays[:1]),
    ]
    return [replace(case, number=first_number + n) for n, case in enumerate(drafts)]


def _heard(words: tuple[Any, ...], stay: DemoStay, now: datetime, keyring: Keyring) -> Case:
    """Praise or a suggestion: answered and filed within the hour."""
    kind, source, hours, category, cause, severity, department, headline, said, reply = words
    opened = now - timedelta(hours=hours)
    answered = opened + timedelta(minutes=50)
    return Case(
        key=keyring.key(opened), number=0, guest=stay.guest, stay=stay.key, room=stay.room,
        category=category, cause=cause, severity=severity, headline=headline, words=said,
        department=department, status="closed", source=source, owner="duty", opened_at=opened,
        opened_by="desk", due_at=opened + timedelta(hours=24), closed_at=answered,
        satisfaction=None, given="", cost=0, check="", kind=kind,
        steps=(
            Step(opened, "desk", "received", "Taken down in the guest's words."),
            Step(answered, "duty", "closed", reply),
        ),
    )  # fmt: skip


def _visitors(now: datetime, keyring: Keyring) -> Case:
    """Of somebody who does not stay here: without a file, a room or a stay."""
    opened = now - timedelta(minutes=35)
    return Case(
        key=keyring.key(opened), number=0, guest=None, stay=None, room="", category="food",
        cause="slow_food", severity="minor", headline="Forty minutes for a coffee in the lobby bar",
        words="I waited forty minutes, then my meeting began. Nobody said a word.",
        department="FB", status="received", source="visitor", owner="", opened_at=opened,
        opened_by="restaurant", due_at=opened + timedelta(hours=24), closed_at=None,
        satisfaction=None, given="", cost=0, check="", place="Lobby bar",
        visitor_name="Gao Ming 高鸣", visitor_contact="gao.ming@example.com",
        steps=(Step(opened, "restaurant", "received", "Taken down in the visitor's words."),),
    )  # fmt: skip


def _theft(stay: DemoStay, now: datetime, keyring: Keyring) -> Case:
    """Sensitive: read by the roles that the policy names, and by nobody else."""
    opened, looked = now - timedelta(hours=5), now - timedelta(hours=4)
    return Case(
        key=keyring.key(opened), number=0, guest=stay.guest, stay=stay.key, room=stay.room,
        category="theft", cause="from_safe", severity="serious",
        headline="A watch is missing from the safe",
        words="I found out at home: the watch that I had put into the safe is gone.",
        department="SEC", status="investigating", source="phone", owner="gm", opened_at=opened,
        opened_by="duty", due_at=opened + timedelta(hours=8), closed_at=None, satisfaction=None,
        given="", cost=0, check="", is_sensitive=True,
        steps=(
            Step(opened, "duty", "received", "Taken down on the telephone."),
            Step(looked, "gm", "investigating", "The lock of the safe is being read out."),
        ),
    )  # fmt: skip
