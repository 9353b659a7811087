"""Money as people type it into a field, and back: one way for every form of the house."""

from decimal import Decimal, DecimalException

from babel.numbers import get_currency_precision

from crm.kit.errors import Invalid
from crm.kit.schema import MONEY_MAX


def minor_of(typed: str, currency: str, pointer: str) -> int:
    """An amount as people write it, ``1,250.50``, in minor units; `Invalid` for anything else."""
    places = get_currency_precision(currency)
    try:
        value = Decimal(typed.strip().replace(",", "")).scaleb(places)
    except DecimalException:  # no number, or one beyond all numbers: 1e999999
        value = Decimal("NaN")
    if not value.is_finite() or value != value.to_integral_value() or not 0 <= value <= MONEY_MAX:
        raise Invalid("Write an amount such as 120 or 120.50.", "amount", pointer=pointer)
    return int(value)


def plain_of(minor: int | None, currency: str) -> str:
    """An amount as it is typed; empty for none."""
    if minor is None:
        return ""
    value = Decimal(minor).scaleb(-get_currency_precision(currency))
    return f"{value.normalize():f}"
