"""A tab that notices whatever hostile words achieve in it, and reads what it shows of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Dialog, Error, Request

from crm.complaints.terms import CODE_MAX
from tests.prove.scripts_planted import MARK, Sown
from web.forms import code_from

PAGES_IN_A_ROW = 5

FROM_THE_START = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.__violations.push(event.violatedDirective + " " + event.blockedURI + " " + event.sample));
"""
SETTLED = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 20)))"
READ = (Path(__file__).parent / "scripts_read.js").read_text("utf-8")


@dataclass
class Watched:
    """``faults`` is what went wrong, by address; ``shown`` the numbers seen word for word."""

    browser: Browser
    url: str
    cookies: dict[str, str]
    sown: Sown
    faults: dict[str, list[str]] = field(default_factory=dict)
    shown: set[int] = field(default_factory=set)
    sights: int = 0
    pages: int = 0
    at: str = ""

    def __post_init__(self) -> None:
        self.context = self.browser.new_context(viewport={"width": 1366, "height": 640})
        self.context.add_cookies(
            [{"name": k, "value": v, "url": self.url} for k, v in self.cookies.items()]
        )
        self.context.add_init_script(FROM_THE_START)
        self.tab = self.context.new_page()
        self.tab.on("dialog", self._dialog)
        self.tab.on("console", self._said)
        self.tab.on("request", self._asked)
        self.tab.on("popup", lambda popup: self.fault(f"opened {popup.url}"))
        self.tab.on("pageerror", lambda error: self.fault(f"error {error}"))

    def close(self) -> None:
        self.context.close()

    def fault(self, what: str) -> None:
        self.faults.setdefault(self.at, []).append(what[:300])

    def open(self, path: str) -> None:
        """Load a page and look at it."""
        self.at = path
        self.tab.goto(self.url + path)
        self.look()

    def swap_in(
        self, path: str, *, method: str = "GET", values: dict[str, str] | None = None
    ) -> None:
        """Let htmx put a fragment into the page that is open, and look at it."""
        self.at = path
        self.tab.evaluate(
            "([method, path, values]) => htmx.ajax(method, path,"
            " {target: '#main', swap: 'innerHTML', values})",
            [method, path, values or {}],
        )
        self.look()

    def look(self) -> None:
        """What stands here of the payloads: word for word, and with no effect."""
        read = self._read()
        self.pages += 1
        for found in read["found"]:
            if not self._is_code(found):
                self.fault(found)
        here = set(self.word_for_word(read["texts"]))
        self.shown |= here
        self.sights += len({self.sown.payload[number] for number in here})

    def _read(self) -> dict[str, Any]:
        """What the page says; where it gives way to the next meanwhile, what that one says."""
        for _ in range(PAGES_IN_A_ROW):
            try:
                self.tab.evaluate(SETTLED)
                read: dict[str, Any] = self.tab.evaluate(READ)
            except Error as error:
                if "context was destroyed" not in str(error):
                    raise
                self.tab.wait_for_load_state("load")
            else:
                return read
        raise AssertionError(f"{self.at} never stands still")

    def word_for_word(self, texts: Iterable[str]) -> Iterable[int]:
        """The numbers whose payload stands whole in these texts; a changed one is a fault."""
        for text in texts:
            decoded = unquote(text)
            for found in set(MARK.findall(text)):
                words = self.sown.words.get(int(found), "\0")
                if words in text:
                    yield int(found)
                elif self.sown.listed.get(int(found), "\0") in text or self._is_code(text):
                    continue
                elif words not in decoded and not self._is_cut(words, text):
                    self.fault(f"changed {words!r} in {text[:200]!r}")

    def _is_code(self, text: str) -> bool:
        """The code that a form made of a name: small letters, digits and ``_``, nothing else."""
        return any(
            (code := code_from(self.sown.words.get(int(found), ""))[:CODE_MAX])
            and code in text.lower()
            and not MARK.search(text.lower().replace(code, ""))
            for found in MARK.findall(text)
        )

    @staticmethod
    def _is_cut(words: str, text: str) -> bool:
        """Shortened on purpose: what is there is a beginning, and an ellipsis says so."""
        left = text[: text.rfind("…") + 1].removesuffix("…").rstrip()
        return any(left.endswith(words[:most].rstrip()) for most in range(1, len(words)))

    def _dialog(self, dialog: Dialog) -> None:
        self.fault(f"dialog {dialog.message}")
        dialog.dismiss()

    def _said(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "Refused to" in message.text:
            self.fault(f"console {message.text}")

    def _asked(self, request: Request) -> None:
        target = urlsplit(request.url)
        if target.scheme in ("data", "blob", "about"):
            return
        elsewhere = target.netloc != urlsplit(self.url).netloc
        marked = MARK.search(unquote(target.path)) and request.url != self.url + self.at
        if elsewhere or marked:
            self.fault(f"asked {request.url}")
