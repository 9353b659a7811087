"""Every sentence of an error is a constant, so that it can be translated, and is translated."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import crm
from crm.kit.errors import CrmError
from web.wording import wording

ROOT = Path(crm.__file__).parents[1]
ERRORS = {"NotFound", "NotAllowed", "Conflict", "ChangedMeanwhile", "RuleBroken", "Invalid"}


@cache
def raised() -> list[tuple[str, ast.Call]]:
    """Every call of an error class in the house, with its place."""
    return [
        (f"{path.relative_to(ROOT)}:{node.lineno}", node)
        for package in ("crm", "segmentation", "campaigns", "web")
        for path in sorted((ROOT / package).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) in ERRORS
    ]


def templates() -> Iterator[tuple[str, str, set[str]]]:
    for place, call in raised():
        first = call.args[0] if call.args else None
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield place, first.value, {k.arg for k in call.keywords if k.arg}


def test_the_walk_finds_the_errors_of_the_house():
    assert len(raised()) > 20


def test_every_sentence_is_a_constant_or_handed_over_by_name():
    glued = [
        place
        for place, call in raised()
        if call.args and isinstance(call.args[0], ast.JoinedStr | ast.BinOp)
    ]
    assert glued == [], "write %(name)s places and pass the values as details"


def test_every_sentence_has_its_chinese():
    known = wording("zh-Hans")
    missing = sorted({t for _, t, _ in templates() if known.gettext(t) == t})
    assert missing == []


def test_every_place_of_a_sentence_is_filled():
    for place, template, names in templates():
        if "%(" in template and names:
            details = dict.fromkeys(names, "x")
            assert "%(" not in CrmError(template, "code", **details).message, place


def test_places_are_filled_in_both_languages():
    error = CrmError("The login %(taken)s is taken.", "login", taken="mei")
    assert error.message == "The login mei is taken."
    assert error.in_words("登录名 %(taken)s 已被使用。") == "登录名 mei 已被使用。"
