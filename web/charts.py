"""Charts drawn by the server: SVG with classes only, so that no page needs an inline style.

Pure: facts in, markup out. Every chart has a table beside it that says the same; what colour
tells is told by shape and words, too.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from markupsafe import Markup

ROW = 28
BAR_FROM, BAR_WIDTH, BAR_HEIGHT = 148, 236, 16
PARETO_WIDTH = 432
TOP = 26
NAME_WIDTH = 20
"""So many half-width characters of a name fit beside its bar."""

CHART_WIDTH, CHART_HEIGHT = 1000, 290
LEFT, RIGHT, ABOVE, BELOW = 44, 92, 14, 34

SPAN_WIDTH, SPAN_ROW = 500, 32
SPAN_FROM, SPAN_TO = 168, 482
SPAN_NAME = 24


class ParetoBar(NamedTuple):
    """``cumulative`` from 0 to 1; ``told`` is the whole bar in words, ``href`` where it leads."""

    name: str
    cases: int
    cumulative: float
    told: str
    href: str | None = None


class ChartPoint(NamedTuple):
    """A period; None where there was nothing to count. ``shape``: "", "beyond" or "run"."""

    label: str
    told: str
    value: float | None
    lower: float | None
    upper: float | None
    shape: str = ""
    is_small: bool = False


class Span(NamedTuple):
    """A difference with its interval, from −1 to 1; without one ``told`` stands in its place."""

    name: str
    told: str
    value: float | None
    low: float | None
    high: float | None
    is_clear: bool = False
    """Whether the interval lies on one side of zero."""


def pareto(bars: Sequence[ParetoBar], title: str) -> Markup:
    """Bars from the top down with the cumulative share as a line over them.

    Both are read off one axis, in per cent of all: the first bar ends where the line begins.
    """
    height = TOP + ROW * len(bars) + 6
    total = sum(bar.cases for bar in bars) or 1
    parts = [_percent_axis(height)]
    line = []
    for place, bar in enumerate(bars):
        top = TOP + ROW * place
        middle = top + ROW / 2
        line.append((BAR_FROM + BAR_WIDTH * bar.cumulative, middle))
        drawn = Markup(
            '<title>{told}</title><rect class="bar-row" x="0" y="{top}" width="{width}" '
            'height="{row}"></rect><text class="bar-name" x="{name_at}" y="{base}">{name}</text>'
            '<rect class="bar" x="{left}" y="{bar_top}" width="{long}" height="{high}" rx="2">'
            "</rect>"
        ).format(
            told=bar.told, top=top, width=PARETO_WIDTH, row=ROW, name_at=BAR_FROM - 8,
            base=_n(middle + 4), name=short(bar.name, NAME_WIDTH), left=BAR_FROM,
            bar_top=_n(middle - BAR_HEIGHT / 2), long=_n(max(2.0, BAR_WIDTH * bar.cases / total)),
            high=BAR_HEIGHT,
        )  # fmt: skip
        if bar.href:
            drawn = Markup('<a class="bar-link" href="{}">{}</a>').format(bar.href, drawn)
        else:
            drawn = Markup("<g>{}</g>").format(drawn)
        parts.append(drawn)
    parts.append(_line("sum-line", line))
    parts += [
        Markup('<circle class="sum-dot" cx="{}" cy="{}" r="3"></circle>').format(_n(x), _n(y))
        for x, y in line
    ]
    return _svg("pareto", PARETO_WIDTH, height, title, parts, links=any(bar.href for bar in bars))


def _percent_axis(height: int) -> Markup:
    marks = []
    for percent in (0, 50, 80, 100):
        x = BAR_FROM + BAR_WIDTH * percent / 100
        kind = "axis-80" if percent == 80 else "axis"
        marks.append(
            Markup(
                '<line class="{kind}" x1="{x}" y1="{top}" x2="{x}" y2="{end}"></line>'
                '<text class="axis-name" x="{x}" y="14">{percent} %</text>'
            ).format(kind=kind, x=_n(x), top=TOP - 6, end=height - 4, percent=percent)
        )
    return Markup("").join(marks)


def control_chart(
    points: Sequence[ChartPoint],
    mean: float | None,
    title: str,
    mean_name: str,
    *,
    most: float | None = None,
) -> Markup:
    """A control chart: the values, their mean, and the limits as steps.

    ``most`` is the end of the scale where it has one.
    """
    values = [v for p in points for v in (p.value, p.upper) if v is not None]
    top = most or _round_up(max([*values, mean or 0.0, 1.0]))
    across = (CHART_WIDTH - LEFT - RIGHT) / max(1, len(points))
    high = CHART_HEIGHT - ABOVE - BELOW

    def y_of(value: float) -> float:
        return ABOVE + high * (1 - value / top)

    parts = [
        Markup(
            '<line class="axis" x1="{left}" y1="{y}" x2="{right}" y2="{y}"></line>'
            '<text class="axis-name is-left" x="{at}" y="{base}">{value}</text>'
        ).format(
            left=LEFT, right=CHART_WIDTH - RIGHT, y=_n(y_of(step)), at=LEFT - 6,
            base=_n(y_of(step) + 4), value=f"{step:g}",
        )
        for step in (top * part / 4 for part in range(5))
    ]  # fmt: skip
    for name, which in (("limit", "upper"), ("limit", "lower")):
        steps = [
            [
                (LEFT + across * place, y_of(value)),
                (LEFT + across * (place + 1), y_of(value)),
            ]
            for place, point in enumerate(points)
            for value in [getattr(point, which)]
            if value is not None
        ]
        parts += [_line(name, part) for part in _joined(steps)]
    if mean is not None:
        level = y_of(mean)
        parts.append(_line("mean", [(LEFT, level), (CHART_WIDTH - RIGHT, level)]))
        parts.append(
            Markup('<text class="axis-name is-mean" x="{}" y="{}">{}</text>').format(
                CHART_WIDTH - RIGHT + 6, _n(level + 4), mean_name
            )
        )
    spots = [
        (LEFT + across * (place + 0.5), None if p.value is None else y_of(p.value))
        for place, p in enumerate(points)
    ]
    parts += [_line("value-line", part) for part in _runs(spots)]
    every = max(1, len(points) // 13 + 1)
    for place, (point, (x, y)) in enumerate(zip(points, spots, strict=True)):
        if place % every == 0:
            parts.append(
                Markup('<text class="axis-name" x="{}" y="{}">{}</text>').format(
                    _n(x), CHART_HEIGHT - 12, point.label
                )
            )
        if y is not None:
            parts.append(_spot(point, x, y))
    return _svg("control-chart", CHART_WIDTH, CHART_HEIGHT, title, parts, links=False)


def _spot(point: ChartPoint, x: float, y: float) -> Markup:
    """A dot, hollow where numbers are small; a diamond beyond the limits, a square in a run."""
    kind = " ".join(filter(None, ("spot", point.shape, "is-small" if point.is_small else "")))
    if point.shape == "beyond":
        corners = ((x, y - 7), (x + 7, y), (x, y + 7), (x - 7, y))
        drawn = Markup('<polygon class="{}" points="{}">').format(kind, _points(corners))
        end = Markup("</polygon>")
    elif point.shape == "run":
        drawn = Markup('<rect class="{}" x="{}" y="{}" width="10" height="10">').format(
            kind, _n(x - 5), _n(y - 5)
        )
        end = Markup("</rect>")
    else:
        drawn = Markup('<circle class="{}" cx="{}" cy="{}" r="4">').format(kind, _n(x), _n(y))
        end = Markup("</circle>")
    return drawn + Markup("<title>{}</title>").format(point.told) + end


def spans(rows: Sequence[Span], title: str) -> Markup:
    """Differences under each other, each a dot on its interval, around the line of zero.

    A diamond where the interval lies on one side of zero, else a hollow dot.
    """
    ends = [abs(v) for row in rows for v in (row.low, row.high) if v is not None]
    reach = min(100.0, _round_up(max([*(100 * end for end in ends), 1.0])))
    height = TOP + SPAN_ROW * len(rows) + 6

    def x_of(value: float) -> float:
        return SPAN_FROM + (SPAN_TO - SPAN_FROM) * (0.5 + 50 * value / reach)

    parts = []
    for part in (-1.0, -0.5, 0.0, 0.5, 1.0):
        x, points = x_of(part * reach / 100), part * reach
        parts.append(
            Markup(
                '<line class="{kind}" x1="{x}" y1="{top}" x2="{x}" y2="{end}"></line>'
                '<text class="axis-name" x="{x}" y="14">{points}</text>'
            ).format(
                kind="axis" if part else "zero", x=_n(x), top=TOP - 6, end=height - 4,
                points=f"{points:+g}" if points else "0",
            )
        )  # fmt: skip
    for place, row in enumerate(rows):
        middle = TOP + SPAN_ROW * (place + 0.5)
        parts.append(
            Markup('<text class="bar-name" x="{}" y="{}">{}</text>').format(
                SPAN_FROM - 10, _n(middle + 4), short(row.name, SPAN_NAME)
            )
        )
        if row.value is None or row.low is None or row.high is None:
            parts.append(
                Markup('<text class="span-none" x="{}" y="{}">{}</text>').format(
                    _n(x_of(0) + 8), _n(middle + 4), row.told
                )
            )
            continue
        parts.append(_line("span", [(x_of(row.low), middle), (x_of(row.high), middle)]))
        shape = "beyond" if row.is_clear else ""
        spot = ChartPoint(row.name, row.told, row.value, None, None, shape, not row.is_clear)
        parts.append(_spot(spot, x_of(row.value), middle))
    return _svg("spans", SPAN_WIDTH, height, title, parts, links=False)


def short(text: str, most: int) -> str:
    """As much of a text as ``most`` half-width characters hold; wide ones count twice."""
    wide = 0
    for place, char in enumerate(text):
        wide += 2 if unicodedata.east_asian_width(char) in "WF" else 1
        if wide > most:
            return text[: max(1, place - 1)].rstrip() + "…"
    return text


def _svg(
    kind: str, width: int, height: int, title: str, parts: Iterable[Markup], *, links: bool
) -> Markup:
    """An image by name; with links in it a group, since what is in an image is not reached."""
    return Markup(
        '<svg class="chart {kind}" viewBox="0 0 {width} {height}" role="{role}" '
        'aria-label="{title}">{parts}</svg>'
    ).format(
        kind=kind, width=width, height=height, role="group" if links else "img",
        title=title, parts=Markup("").join(parts),
    )  # fmt: skip


def _line(kind: str, points: Sequence[tuple[float, float]]) -> Markup:
    return Markup('<polyline class="{}" points="{}"></polyline>').format(kind, _points(points))


def _points(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)


def _joined(steps: list[list[tuple[float, float]]]) -> list[list[tuple[float, float]]]:
    """Steps that follow each other as one line; a gap begins a new one."""
    lines: list[list[tuple[float, float]]] = []
    for step in steps:
        if lines and abs(lines[-1][-1][0] - step[0][0]) < 0.01:
            lines[-1] += step
        else:
            lines.append(list(step))
    return lines


def _runs(spots: Iterable[tuple[float, float | None]]) -> list[list[tuple[float, float]]]:
    lines: list[list[tuple[float, float]]] = [[]]
    for x, y in spots:
        if y is None:
            lines.append([])
        else:
            lines[-1].append((x, y))
    return [line for line in lines if len(line) > 1]


def _round_up(value: float) -> float:
    """The next of 1, 2, 4 or 8 times a power of ten, so that its quarters are easy to read."""
    power = 1.0
    while power * 10 < value:
        power *= 10
    return next(power * times for times in (1, 2, 4, 8, 12, 20) if power * times >= value)


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
