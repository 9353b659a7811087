"""The arithmetic of causes and ratios: Pareto, u-chart, percentiles, Wilson's interval.

Each formula stands here once, with its source; pages, REST and files show what is computed here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from math import ceil, sqrt
from typing import NamedTuple
from zoneinfo import ZoneInfo

from crm.causes.terms import BARS_MAX, PER_NIGHTS, RUN_LENGTH, SMALL_EXPECTED, Signal
from crm.kit.errors import mark
from crm.notes.terms import Shift

SIGMAS = 3.0
Z_95 = 1.959963984540054
"""The 97.5th percentile of the standard normal distribution: for intervals of 95 %."""

DEFINITION = mark(
    "Complaint ratio = complaints opened in the period ÷ occupied room nights of the period × 1000."
)
NIGHTS_DEFINITION = mark(
    "Occupied room nights: one for every stay and every night from arrival to the day before "
    "departure; cancelled bookings, guests who did not come and nights still to come do not count."
)
LIMITS_DEFINITION = mark(
    "Limits of the u-chart: mean ± 3 × √(mean ÷ thousands of room nights of the month), never "
    "below 0 (NIST/SEMATECH e-Handbook 6.3.3.1). Signals: a month beyond a limit; eight months in "
    "a row on one side of the mean (Western Electric)."
)
SMALL_DEFINITION = mark(
    "A month in which fewer than 5 complaints would be expected is too small for its limits to be "
    "trusted (NIST/SEMATECH e-Handbook 6.3.3.1)."
)
SATISFIED_DEFINITION = mark(
    "Satisfied: guests who answered 8, 9 or 10 of 10 ÷ guests who answered, with Wilson's interval "
    "of 95 per cent."
)
REPEAT_DEFINITION = mark(
    "Repeated: complaints of a known guest who had complained of the same category in this hotel "
    "within the 365 days before ÷ complaints of known guests."
)
REPLY_DEFINITION = mark(
    "Time to first reply: from opening to first reply, round the clock; the percentile by nearest "
    "rank is the smallest time that at least so many per cent of the answered cases did not exceed."
)


class Bar(NamedTuple):
    """One bar of a Pareto chart; ``key`` is None for the bar of others. Shares are 0 to 1."""

    key: str | None
    cases: int
    share: float
    cumulative: float


def pareto(counts: Mapping[str, int], most: int = BARS_MAX) -> list[Bar]:
    """Bars from the most frequent down, equal ones by their key; what is too much is one bar.

    Share = count ÷ sum of all counts; cumulative share = sum of the shares so far
    (Juran's ordering, as in ASQ's Quality Toolbox, "Pareto chart"). The bar of others stands
    last, however large it is. Keys with a count of 0 are left out.
    """
    order = sorted(((n, key) for key, n in counts.items() if n > 0), key=lambda c: (-c[0], c[1]))
    total = sum(n for n, _ in order)
    shown: list[tuple[str | None, int]] = [(key, n) for n, key in order[:most]]
    if len(order) > most:
        shown.append((None, sum(n for n, _ in order[most:])))
    bars, so_far = [], 0
    for key, n in shown:
        so_far += n
        bars.append(Bar(key, n, n / total, so_far / total))
    return bars


def ratio(complaints: int, nights: int) -> float | None:
    """Complaints per 1,000 occupied room nights; None where nobody slept. See `DEFINITION`."""
    return complaints * PER_NIGHTS / nights if nights else None


class Point(NamedTuple):
    """A period on the u-chart: per 1,000 room nights, None where nobody slept.

    ``expected`` is the count that the mean lets expect of so many nights.
    """

    complaints: int
    nights: int
    ratio: float | None
    lower: float | None
    upper: float | None
    expected: float
    is_small: bool
    signals: tuple[Signal, ...]


class Chart(NamedTuple):
    """``mean`` is None when there was no night at all."""

    mean: float | None
    points: list[Point]


def u_chart(periods: Sequence[tuple[int, int]]) -> Chart:
    """A u-chart of ``(complaints, occupied room nights)`` of successive periods.

    With c_i complaints and n_i = nights ÷ 1000 units: mean u̅ = Σc_i ÷ Σn_i and limits
    u̅ ± 3·√(u̅ ÷ n_i), the lower one not below 0 (NIST/SEMATECH e-Handbook of Statistical Methods,
    6.3.3.1 "Counts Control Charts"; Montgomery, Introduction to Statistical Quality Control, 7.3.2,
    for units of different size). The Poisson's approximation by a normal distribution that the
    limits rest on wants a mean of at least 5 (same place of the handbook): `Point.is_small`.

    Signals: a point beyond a limit (rule 1) and eight consecutive points on one side of the mean
    (rule 4) of the Western Electric Statistical Quality Control Handbook, 1956, as given in
    NIST/SEMATECH 6.3.2. From the eighth point of a run on each one is marked. A period without
    nights is no point, one that lies on the mean ends a run.
    """
    nights = sum(n for _, n in periods)
    mean = ratio(sum(c for c, _ in periods), nights)
    points, side, run = [], 0, 0
    for complaints, slept in periods:
        here = ratio(complaints, slept)
        if mean is None or here is None:
            points.append(
                Point(complaints, slept, None, None, None, 0.0, is_small=False, signals=())
            )
            continue
        half = SIGMAS * sqrt(mean * PER_NIGHTS / slept)
        lower, upper = max(0.0, mean - half), mean + half
        now = (here > mean) - (here < mean)
        run = 0 if now == 0 else run + 1 if now == side else 1
        side = now
        expected = mean * slept / PER_NIGHTS
        points.append(
            Point(
                complaints, slept, here, lower, upper, expected, expected < SMALL_EXPECTED,
                tuple(_signals(here, lower, upper, run)),
            )
        )  # fmt: skip
    return Chart(mean, points)


def _signals(here: float, lower: float, upper: float, run: int) -> Iterator[Signal]:
    if here > upper:
        yield Signal.ABOVE
    if here < lower:
        yield Signal.BELOW
    if run >= RUN_LENGTH:
        yield Signal.RUN


def percentile(values: Iterable[float], percent: int) -> float | None:
    """The nearest-rank percentile: of n sorted values the one at place ⌈percent ÷ 100 × n⌉.

    NIST/SEMATECH e-Handbook 7.2.6.2 names several definitions; this one always is a value that
    was observed. None of no values.
    """
    ordered = sorted(values)
    if not ordered:
        return None
    return ordered[max(1, ceil(percent * len(ordered) / 100)) - 1]


class Proportion(NamedTuple):
    """``part`` of ``of``; share and its interval of 95 % from 0 to 1, None of nothing."""

    part: int
    of: int
    share: float | None
    low: float | None
    high: float | None


def proportion(part: int, of: int) -> Proportion:
    """A share with Wilson's score interval, which stays within 0 and 1 for few answers, too."""
    if not of:
        return Proportion(part, of, None, None, None)
    low, high = wilson(part / of, of)
    return Proportion(part, of, part / of, low, high)


def wilson(share: float, of: float) -> tuple[float, float]:
    """Wilson's score interval of 95 % of a share from 0 to 1 of ``of`` (above 0) observations.

    With p = share: (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) ÷ (1 + z²/n)
    (E. B. Wilson 1927; NIST/SEMATECH e-Handbook 7.2.4.1). A weighted share is of as many
    observations as are worth so many unweighted ones: ``of`` need not be whole.
    """
    z2 = Z_95 * Z_95
    half = Z_95 * sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    middle, below = share + z2 / (2 * of), 1 + z2 / of
    return max(0.0, (middle - half) / below), min(1.0, (middle + half) / below)


class Difference(NamedTuple):
    """First share minus second with its interval of 95 %, from −1 to 1."""

    value: float
    low: float
    high: float


def newcombe(first: tuple[float, float], second: tuple[float, float]) -> Difference:
    """The difference of two independent shares, each given with its number of observations.

    Method 10 of R. G. Newcombe, "Interval estimation for the difference between independent
    proportions", Statistics in Medicine 17 (1998), 873-890. With l and u Wilson's limits of each
    share: from d − √((p₁−l₁)² + (u₂−p₂)²) to d + √((u₁−p₁)² + (p₂−l₂)²).
    """
    (one, _), (two, _) = first, second
    (low_one, high_one), (low_two, high_two) = wilson(*first), wilson(*second)
    value = one - two
    return Difference(
        value,
        value - sqrt((one - low_one) ** 2 + (high_two - two) ** 2),
        value + sqrt((high_one - one) ** 2 + (two - low_two) ** 2),
    )


# ---------------------------------------------------------------- days and nights
def months(first: date, last: date) -> list[date]:
    """The first days of the months from that of ``first`` to that of ``last``."""
    found, at = [], first.replace(day=1)
    while at <= last:
        found.append(at)
        at = month_after(at)
    return found


def month_after(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def nights_by_month(arrival: date, departure: date, until: date) -> Iterator[tuple[date, int]]:
    """The nights of a stay by the first day of their month; the night of a day belongs to it.

    Neither the day of departure nor ``until`` and what follows it is a night slept.
    """
    at, end = arrival, min(departure, until)
    while at < end:
        upto = min(end, month_after(at))
        yield at.replace(day=1), (upto - at).days
        at = upto


def day_begins(on: date, zone: str) -> datetime:
    """The instant at which a day begins in a hotel, in UTC."""
    return datetime(on.year, on.month, on.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def shift_of_hour(hour: int) -> Shift:
    """The shift of an hour on the hotel's clock: from 07:00, from 15:00, from 23:00."""
    if hour < 7 or hour >= 23:
        return Shift.NIGHT
    return Shift.EARLY if hour < 15 else Shift.LATE
