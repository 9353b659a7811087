"""How often chance alone looks like a habit: binomial tails and the bound over many codes.

The question asked of every code is "k of n stays, where k of n would be usual": under the
hypothesis of no habit each of the guest's n stays shows the code with the hotel's base rate p, so
k is binomial and the p-value is its upper tail. Where the stays were in several hotels, p is their
mean: by Hoeffding (1956, "On the distribution of the number of successes in independent trials",
Ann. Math. Statist. 27) the binomial of the mean has the heavier tail beyond n p + 1, so the test
stays on the safe side.

Many codes are tried on each guest. The bound over all of them is Bonferroni's sum, but of the
chances that are really there: k is a whole number, so that most codes can only reach a p-value
well below the threshold (Tarone 1990, "A modified Bonferroni method for discrete data",
Biometrics 46; Westfall & Wolfinger 1997, "Multiple tests with discrete distributions", Am. Stat.
51). The one threshold is taken as large as that sum allows.
"""

from collections.abc import Mapping
from functools import lru_cache
from math import ceil, comb

from crm.sensing.terms import MIN_CASES, MIN_LIFT, MIN_SHARE_PERCENT

PER_MILLE = 1000


@lru_cache(maxsize=65_536)
def tail(cases: int, out_of: int, per_mille: int) -> float:
    """P(X ≥ ``cases``) of a binomial X with ``out_of`` trials and a rate of ``per_mille``."""
    p = per_mille / PER_MILLE
    return sum(comb(out_of, k) * p**k * (1.0 - p) ** (out_of - k) for k in range(cases, out_of + 1))


def rate_per_mille(cases: int, stays: int) -> int:
    """A hotel's base rate, rounded up, by Laplace's rule of succession: (cases + 1) ÷ (stays + 2).

    So nothing is impossible that was not seen yet, and a young house is careful.
    """
    return min(PER_MILLE, ceil(PER_MILLE * (cases + 1) / (stays + 2)))


def least_cases(out_of: int, per_mille: int) -> int:
    """The cases that a habit needs whatever the chance: number, share and lift.

    More than ``out_of`` when none are enough.
    """
    by_lift = ceil(out_of * per_mille / PER_MILLE * MIN_LIFT - 1e-9)
    return max(MIN_CASES, ceil(out_of * MIN_SHARE_PERCENT / 100), by_lift)


def critical(rates: Mapping[int, int], out_of: int, allowed: float) -> dict[int, int]:
    """From which number of cases on a code of each rate is proposed, of ``out_of`` stays.

    ``rates`` counts the codes that are tried, by their base rate in per mille; ``allowed`` is the
    chance that any of them is proposed without there being a habit. Rates that no number of cases
    makes unusual enough are left out.
    """
    steps = sorted(
        (tail(cases, out_of, rate), -cases, rate)
        for rate in rates
        for cases in range(least_cases(out_of, rate), out_of + 1)
    )
    found: dict[int, int] = {}
    spent = 0.0
    for chance, minus_cases, rate in steps:
        cases = -minus_cases
        beyond = tail(cases + 1, out_of, rate) if rate in found else 0.0
        spent += rates[rate] * (chance - beyond)
        if spent > allowed:
            break
        found[rate] = cases
    return found
