"""A dozen rules that ship with the house: useful ones to switch on, four harmless ones already on.

Loaded when a hotel is made, once: what the hotel made of them since is its own.
"""

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from crm.alerts.schemas import AlertRuleIn
from crm.alerts.service import new_edition
from crm.alerts.tables import AlertRule
from crm.kit import clock
from crm.kit.ids import new_id


class Shipped(NamedTuple):
    """A rule as it ships: its name for good, whether it begins switched on, what it says."""

    name: str
    is_active: bool
    definition: dict[str, Any]


def _rule(
    name: str,
    title: str,
    of: list[dict[str, Any]],
    en: str,
    zh: str,
    *,
    on: bool = False,
    weight: str = "note",
    kind: str = "welcome",
    moments: tuple[str, ...] = ("check_in",),
    places: tuple[str, ...] = ("bar", "board"),
    told: tuple[list[str], str, str] | None = None,
) -> Shipped:
    departments, instruction_en, instruction_zh = told or ([], None, None)
    return Shipped(
        name,
        on,
        {
            "name": title,
            "who": {"match": "all", "of": of},
            "text_en": en,
            "text_zh": zh,
            "weight": weight,
            "kind": kind,
            "moments": list(moments),
            "places": list(places),
            "departments": departments,
            "instruction_en": instruction_en,
            "instruction_zh": instruction_zh,
        },
    )


SHIPPED = (
    _rule(
        "jubilee", "Tenth, twentieth … stay",
        [{"kind": "nth_stay", "at_least": 10, "every": 10}],
        "A round number of stays: thank the guest for it", "逢十次入住：请当面致谢",
        on=True, kind="occasion", places=("bar", "board", "briefing"),
    ),
    _rule(
        "first_of_member", "Member on the first stay here",
        [{"kind": "first_stay"}, {"kind": "tier"}],
        "Member, but new to this hotel: show the way", "会员首次入住本店：请引路介绍",
        on=True,
    ),
    _rule(
        "long_stay", "Long stay begins",
        [{"kind": "long_stay"}],
        "Long stay: ask about laundry, kitchen and post", "长住开始：请询问洗衣、厨房与邮件需求",
        on=True, kind="stay", places=("bar", "briefing"),
        told=(["HK"], "Long stay: agree on the days for linen and cleaning",
              "长住：请商定换布草与清洁日"),
    ),
    _rule(
        "with_children", "Family with children",
        [{"kind": "children"}],
        "Travels with children: cot, child seat, early dinner?",
        "携儿童入住：婴儿床、餐椅、早晚餐？",
        on=True, kind="comfort",
        told=(["HK", "FB"], "Children in the room: set it up safely", "房内有儿童：请做好安全布置"),
    ),
    _rule(
        "vip_arrives", "VIP 1 or 2 arrives",
        [{"kind": "vip", "any_of": ["V1", "V2"]}],
        "Call the duty manager for the welcome", "请通知值班经理迎接",
        weight="take_care", moments=("booking", "check_in"), places=("bar", "board", "briefing"),
        told=(["HK", "FB"], "VIP set-up: have it checked before arrival", "贵宾布置：抵店前须检查"),
    ),
    _rule(
        "open_case_leaves", "Leaves with an open case",
        [{"kind": "open_case"}],
        "A case is still open: ask whether it was put right",
        "投诉未结：退房前请询问是否已妥善处理",
        weight="take_care", kind="recovery", moments=("check_out",),
    ),
    _rule(
        "stale_regular", "Regular whose file is stale",
        [{"kind": "nth_stay", "at_least": 3}, {"kind": "stale_file", "months": 12}],
        "Check phone, address and wishes with the guest",
        "档案久未核对：请与客人核对电话、地址与喜好",
        kind="file",
    ),
    _rule(
        "birthday_long", "Birthday within a stay of three nights and more",
        [{"kind": "birthday_in_stay"}, {"kind": "nights", "at_least": 3}],
        "Birthday during the stay: agree on the surprise", "住店期间生日：请商定惊喜安排",
        kind="occasion", moments=("booking", "check_in", "in_house"), places=("bar", "briefing"),
    ),
    _rule(
        "speaks_japanese_korean", "Speaks Japanese or Korean",
        [{"kind": "language", "any_of": ["ja", "ko"]}],
        "Offer a colleague who speaks the language", "请安排会该语言的同事接待",
        kind="comfort",
    ),
    _rule(
        "top_tier_one_night", "Platinum or Diamond for one night",
        [{"kind": "tier", "any_of": ["platinum", "diamond"]},
         {"kind": "nights", "at_least": 0, "at_most": 1}],
        "One night only: ready room and fast check-in", "仅住一晚：请提前备房并快速办理入住",
        weight="take_care",
    ),
    _rule(
        "company_first", "First stay for a partner company",
        [{"kind": "first_stay"}, {"kind": "company"}],
        "First stay for a partner company: offer the sales card",
        "协议单位客人首次入住：请递交销售名片",
    ),
    _rule(
        "third_stay", "Third stay, not a member",
        [{"kind": "nth_stay", "at_least": 3}, {"kind": "tier", "negated": True}],
        "Comes back and is no member: offer the programme", "多次入住尚非会员：请介绍会员计划",
    ),
)  # fmt: skip


TITLES = {shipped.name: str(shipped.definition["name"]) for shipped in SHIPPED}
"""The names that the rules ship with."""


def load(db: Session, hotel_id: UUID) -> int:
    """Give a hotel the shipped rules that it never had; returns how many were added."""
    had = set(
        db.connection()
        .execute(select(col(AlertRule.shipped_as)).where(col(AlertRule.hotel_id) == hotel_id))
        .scalars()
    )
    added = 0
    for place, shipped in enumerate(SHIPPED, 1):
        if shipped.name in had:
            continue
        asked = AlertRuleIn.model_validate(shipped.definition | {"position": place * 10})
        db.add(
            AlertRule(
                id=new_id(),
                hotel_id=hotel_id,
                is_active=shipped.is_active,
                shipped_as=shipped.name,
                changed_at=clock.now(),
                weight=asked.weight,
                kind=asked.kind,
                **asked.model_dump(mode="json", exclude={"weight", "kind"}),
            )
        )
        added += 1
    if added:
        db.flush()
        new_edition(db, hotel_id)
    return added
