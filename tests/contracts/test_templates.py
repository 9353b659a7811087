"""Templates live under a policy without unsafe-*: nothing inline, nothing from elsewhere."""

import re
from pathlib import Path

import pytest

from web.rendering import HERE, STATIC, environment
from web.wording import LANGUAGES

TEMPLATES = HERE / "templates"
NAMES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))
FORBIDDEN = {
    "an inline style": re.compile(r"""<[^>]*\sstyle\s*=|<style\b"""),
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>"),
    "an inline handler": re.compile(r"""<[^>]*\son[a-z]+\s*=\s*["']"""),
    "a handler of htmx that needs eval": re.compile(r"""\bhx-on\b|hx-[a-z-]+=["']js:"""),
    "a script address": re.compile(r"""["']\s*javascript:"""),
    "something from elsewhere": re.compile(r"""(?:src|href|action)=["'](?:https?:)?//"""),
    "unescaped output": re.compile(r"\|\s*safe\b|autoescape\s+false"),
}
BAD = """<p style="color:red"><script>x()</script><a onclick="x()" href="javascript:x()"></a>
<b hx-on:click="x()"></b><img src="//elsewhere/x.png">{{ name|safe }}"""


def text_of(name: str) -> str:
    """The template without its comments."""
    return re.sub(r"{#.*?#}", "", (TEMPLATES / name).read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("what", FORBIDDEN)
def test_template_has_no(name: str, what: str) -> None:
    assert FORBIDDEN[what].findall(text_of(name)) == []


@pytest.mark.parametrize("what", FORBIDDEN)
def test_rule_finds_what_it_looks_for(what: str) -> None:
    assert FORBIDDEN[what].findall(BAD)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_template_compiles_in_every_language(name: str, language: str) -> None:
    environment(language).get_template(name)


@pytest.mark.parametrize("name", [name for name in NAMES if "/_" not in f"/{name}"])
def test_page_extends_the_frame_and_a_fragment_does_not(name: str) -> None:
    text = text_of(name)
    if name == "base.html" or name.startswith("macros/"):
        assert "{% extends" not in text
    else:
        assert text.lstrip().startswith("{% extends")


@pytest.mark.parametrize(
    "path",
    [path for path in STATIC.rglob("*.js") if "vendor" not in path.parts],
    ids=lambda path: Path(path).name,
)
def test_own_scripts_make_no_code_of_text(path: Path) -> None:
    assert re.findall(r"\beval\(|\bnew Function\b|document\.write\b", path.read_text()) == []


def test_vendored_files_carry_their_licence() -> None:
    for folder in (STATIC / "vendor", STATIC / "fonts"):
        assert list(folder.glob("*LICENSE*")), f"{folder.name} has no licence"
