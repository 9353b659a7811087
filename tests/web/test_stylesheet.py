"""The tokens hold what they promise: equal dark blocks, enough contrast, nothing from elsewhere."""

import re

import pytest

from web.rendering import STATIC

CSS = (STATIC / "keshi.css").read_text("utf-8")


def block(opening: str) -> dict[str, str]:
    start = CSS.index(opening) + len(opening)
    body = CSS[start : CSS.index("}", start)]
    return dict(re.findall(r"(--[\w-]+):([^;]+)", body))


LIGHT = block(":root{\n  color-scheme:light;")
DARK_BY_SYSTEM = block("@media (prefers-color-scheme:dark){:root:not([data-theme=light]){")
DARK_BY_SWITCH = block(":root[data-theme=dark]{")


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


TEXTS = [
    ("text", "bg"),
    ("text", "surface"),
    ("text", "sunken"),
    ("muted", "surface"),
    ("muted", "bg"),
    ("muted", "sunken"),
    ("muted", "note-soft"),
    ("primary", "surface"),
    ("primary", "bg"),
    ("on-primary", "primary"),
    ("on-must", "must"),
    ("must-text", "surface"),
    ("on-care", "care"),
    ("note-text", "note-soft"),
    ("good", "surface"),
]


class TestTokens:
    def test_are_the_same_dark_by_system_and_by_switch(self):
        assert DARK_BY_SYSTEM == DARK_BY_SWITCH
        assert DARK_BY_SWITCH.keys() == LIGHT.keys()

    @pytest.mark.parametrize("tokens", [LIGHT, DARK_BY_SWITCH], ids=["light", "dark"])
    @pytest.mark.parametrize(("ink", "ground"), TEXTS)
    def test_make_text_readable(self, tokens, ink, ground):
        assert contrast(tokens[f"--{ink}"], tokens[f"--{ground}"]) >= 4.5

    @pytest.mark.parametrize("tokens", [LIGHT, DARK_BY_SWITCH], ids=["light", "dark"])
    @pytest.mark.parametrize("line", ["line-strong", "focus"])
    def test_make_controls_visible(self, tokens, line):
        assert contrast(tokens[f"--{line}"], tokens["--surface"]) >= 3


class TestStylesheet:
    def test_defines_every_token_it_uses(self):
        used = set(re.findall(r"var\((--[\w-]+)", CSS))
        defined = set(re.findall(r"(--[\w-]+):", CSS))
        assert used - defined == set()

    def test_loads_nothing_from_elsewhere(self):
        assert not re.search(r"url\([\"']?(?:https?:)?//", CSS)
        for name in re.findall(r"url\(\"([^\"]+)\"\)", CSS):
            assert (STATIC / name).is_file()

    def test_has_no_text_below_the_smallest_size(self):
        sizes = [float(px) for px in re.findall(r"font(?:-size)?:[^;}]*?([\d.]+)px", CSS)]
        assert min(size for size in sizes if size != 11.5) >= 12.5, "only key caps are smaller"

    def test_keeps_still_when_less_motion_is_wished(self):
        assert "prefers-reduced-motion:reduce" in CSS

    def test_prints_patterns_and_no_spend(self):
        printed = CSS[CSS.index("@media print") :]
        assert "print-color-adjust:exact" in printed
        assert "[data-spend]{display:none!important}" in printed


class TestVendored:
    @pytest.mark.parametrize(
        "licence",
        ["fonts/inter-LICENSE.txt", "vendor/htmx-LICENSE.txt", "vendor/lucide-LICENSE.txt"],
    )
    def test_files_come_with_their_licence(self, licence):
        assert len((STATIC / licence).read_text("utf-8")) > 200
