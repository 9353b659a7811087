"""Charts are plain SVG: no style, no script, and nothing of a name is markup."""

import re
from xml.etree import ElementTree as ET

from web import charts

NAME = '<script>alert("x")</script>'
BARS = [
    charts.ParetoBar(NAME, 6, 0.6, NAME, "/causes?cause=a&by=room"),
    charts.ParetoBar("空调噪音空调噪音空调噪音", 4, 1.0, "4"),
]


def parts_of(drawn, kind):
    found = ET.fromstring(str(drawn))
    return [each for each in found.iter() if each.get("class", "").split()[:1] == [kind]]


def test_bars_and_line_are_read_off_one_axis():
    drawn = charts.pareto(BARS, "t")
    long, short = (float(bar.get("width")) for bar in parts_of(drawn, "bar"))
    assert (long, short) == (charts.BAR_WIDTH * 0.6, charts.BAR_WIDTH * 0.4)
    dots = [float(dot.get("cx")) for dot in parts_of(drawn, "sum-dot")]
    assert dots == [charts.BAR_FROM + charts.BAR_WIDTH * 0.6, charts.BAR_FROM + charts.BAR_WIDTH]


def test_names_are_text_and_nothing_needs_an_inline_style():
    drawn = str(charts.pareto(BARS, NAME))
    assert "<script" not in drawn
    assert "&lt;script&gt;" in drawn
    assert not re.search(r"\sstyle=|<style", drawn)
    assert 'href="/causes?cause=a&amp;by=room"' in drawn


def test_points_stand_where_their_values_are_and_gaps_stay_gaps():
    points = [
        charts.ChartPoint("1", "a", 2.0, 0.0, 4.0),
        charts.ChartPoint("2", "b", None, None, None),
        charts.ChartPoint("3", "c", 4.0, 0.0, 3.0, "beyond", is_small=True),
        charts.ChartPoint("4", "d", 1.0, 0.0, 3.0, "run"),
    ]
    drawn = charts.control_chart(points, 2.0, "t", "mean 2.00")
    spots = parts_of(drawn, "spot")
    assert [spot.tag.rpartition("}")[2] for spot in spots] == ["circle", "polygon", "rect"]
    assert spots[1].get("class") == "spot beyond is-small"
    mean = parts_of(drawn, "mean")[0].get("points").split()[0].split(",")[1]
    assert spots[0].get("cy") == mean
    assert len(parts_of(drawn, "limit")) == 4


def test_a_chart_of_nothing_is_drawn():
    assert "<svg" in charts.control_chart([], None, "t", "")
    assert "<svg" in charts.pareto([], "t")


def test_long_names_are_cut_by_their_width():
    assert charts.short("Air conditioner", 20) == "Air conditioner"
    assert charts.short("空调噪音空调噪音空调噪音", 20) == "空调噪音空调噪音空…"
