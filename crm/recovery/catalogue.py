"""The offers that every hotel starts with; a hotel's own rows stand in their place."""

from typing import NamedTuple

from crm.complaints.terms import Severity
from crm.recovery import rules
from crm.recovery.terms import OfferKind


class Shipped(NamedTuple):
    """An offer with its cost to the hotel and value to the guest in euros."""

    code: str
    kind: OfferKind
    name_en: str
    name_zh: str
    cost: int
    value: int
    points: int = 0
    least: Severity = Severity.MINOR


SHIPPED = (
    Shipped("LETTER", OfferKind.LETTER, "Handwritten note", "手写致歉信", 1, 5),
    Shipped("VISIT", OfferKind.VISIT, "A manager visits", "经理拜访", 0, 10),
    Shipped("FRUIT", OfferKind.GIFT, "Fruit plate and note", "水果盘与致意卡", 6, 18),
    Shipped("CAKE", OfferKind.GIFT, "Cake to the room", "房内蛋糕", 8, 25),
    Shipped("LATEOUT", OfferKind.LATE_CHECK_OUT, "Late check-out, 16:00",
            "延迟退房至16:00", 10, 50),
    Shipped("POINTS1", OfferKind.POINTS, "2,000 points", "2,000积分", 10, 16, 2000),
    Shipped("WAIVE", OfferKind.WAIVED_LINE, "Waive a line of the bill", "免除账单一项", 0, 0),
    Shipped("VOUCHER", OfferKind.VOUCHER, "Restaurant voucher", "餐饮抵用券", 20, 50, 0,
            Severity.MODERATE),
    Shipped("UPGRADE", OfferKind.UPGRADE, "Upgrade by one room type", "房型升级一级", 25, 90, 0,
            Severity.MODERATE),
    Shipped("POINTS2", OfferKind.POINTS, "10,000 points", "10,000积分", 50, 80, 10_000,
            Severity.SERIOUS),
    Shipped("SUITE", OfferKind.UPGRADE, "Upgrade to a suite", "升级套房", 80, 300, 0,
            Severity.SERIOUS),
    Shipped("NIGHT", OfferKind.VOUCHER, "Voucher for a free night", "免费房晚券", 70, 220, 0,
            Severity.SERIOUS),
)  # fmt: skip
CODES = frozenset(one.code for one in SHIPPED)


def amounts(offer: Shipped, currency: str) -> tuple[int, int]:
    """Cost and value of a shipped offer in minor units of a currency."""
    return rules.euros(offer.cost, currency), rules.euros(offer.value, currency)
