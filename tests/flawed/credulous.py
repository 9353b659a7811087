"""Ways of finding habits that are wrong, planted so that the proof must notice."""

from collections.abc import Mapping

from crm.sensing.chance import critical, least_cases


def by_frequency(rates: Mapping[int, int], out_of: int, allowed: float) -> dict[int, int]:
    """Often enough is enough: no look at what chance would do."""
    return {
        rate: least_cases(out_of, rate) for rate in rates if least_cases(out_of, rate) <= out_of
    }


def each_code_alone(rates: Mapping[int, int], out_of: int, allowed: float) -> dict[int, int]:
    """The whole chance of being wrong for every code, as if one were tried."""
    found: dict[int, int] = {}
    for rate in rates:
        found |= critical({rate: 1}, out_of, 0.05)
    return found


def deaf(rates: Mapping[int, int], out_of: int, allowed: float) -> dict[int, int]:
    """On every single stay or not at all."""
    return dict.fromkeys(critical(rates, out_of, allowed), out_of)
