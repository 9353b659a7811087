"""A small app whose pages show hostile words in every wrong way that the proof must notice."""

from fastapi import FastAPI
from jinja2 import Environment
from starlette.responses import HTMLResponse

from web.security import CONTENT_SECURITY_POLICY

UNSAFE_INLINE = "default-src 'self' 'unsafe-inline'"

PAGES = {
    "escaped": "<p title='{{ words }}'>{{ words }}</p><textarea>{{ words }}</textarea>",
    "said to be safe": "<p>{{ words|safe }}</p>",
    "attribute without quotes": "<input value={{ words }}>",
    "link to anywhere": '<a href="{{ words }}">open</a>',
    "words in a script": "<script>const words = {{ words|tojson }}</script>",
    "words in a style": '<p style="color: {{ words }}">x</p>',
    "words as a name": '<form id="{{ words }}"></form>',
    "words asked by htmx": '<b hx-get="{{ words }}">x</b>',
    "words cleaned": "<p>{{ words|replace('<', '') }}</p>",
}
_environment = Environment(autoescape=True)


def scripted() -> FastAPI:
    """The app: ``/NAME?words=…``, and under ``/unsafe`` a twin that lets inline scripts run."""
    app = FastAPI(docs_url=None, openapi_url=None)

    @app.get("/{name}")
    def strict(name: str, words: str) -> HTMLResponse:
        return _page(name, words, CONTENT_SECURITY_POLICY)

    @app.get("/unsafe/{name}")
    def unsafe(name: str, words: str) -> HTMLResponse:
        return _page(name, words, UNSAFE_INLINE)

    return app


def _page(name: str, words: str, policy: str) -> HTMLResponse:
    inside = _environment.from_string(PAGES[name]).render(words=words)
    return HTMLResponse(
        f"<!doctype html><html><body>{inside}</body></html>",
        headers={"Content-Security-Policy": policy},
    )
