"""From what went wrong to what the asker gets: problem+json, a page, or a fragment.

One shape for every error (RFC 9457), and no answer echoes a value: a refused phone number
is as private as an accepted one.
"""

import json
import logging
from http import HTTPStatus
from typing import Any, NamedTuple

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm.exc import StaleDataError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.types import Message, Receive, Scope, Send

from crm.kit.db import CommitUnsure, Trouble, trouble_of
from crm.kit.errors import ChangedMeanwhile, CrmError
from web.gate import API, PasswordChangeNeeded, SignInNeeded, recognise
from web.limits import TooMany
from web.rendering import frame_of, is_fragment, render
from web.security import HEADERS
from web.wording import mark, wording

log = logging.getLogger("keshi.web")

STATUS = {
    "not_found": 404,
    "not_allowed": 403,
    "conflict": 409,
    "rule_broken": 409,
    "invalid": 422,
    "sign_in": 401,
    "password_change": 403,
    "too_many": 429,
}
PROBLEM = "application/problem+json"
POINTER_MAX = 200


class Told(NamedTuple):
    """An error as a page shows it: what happened, what to do next."""

    title: str
    text: str
    detail: str
    icon: str
    retry: bool
    reference: str


PLAIN: dict[int, tuple[str, str, str]] = {
    400: (
        "circle-alert",
        mark("This request could not be read."),
        mark("Go back and try it once more."),
    ),
    401: ("log-in", mark("Please sign in."), mark("Your session is over. Sign in again.")),
    403: (
        "lock",
        mark("Your role does not include this."),
        mark("Ask a manager, or whoever gives out roles here."),
    ),
    404: (
        "search-x",
        mark("This is not here."),
        mark("It may have been removed, or it is outside your reach. Check the link, or search."),
    ),
    405: (
        "circle-alert",
        mark("This is not possible here."),
        mark("Go back and use the buttons of the page."),
    ),
    409: (
        "git-compare-arrows",
        mark("That does not go together with what is there now."),
        mark("Load the page again, look at what changed, and repeat what is still needed."),
    ),
    412: (
        "git-compare-arrows",
        mark("Somebody else changed this meanwhile."),
        mark("Load it again and make your change on what is there now."),
    ),
    413: ("file-x", mark("This is too large."), mark("Send a smaller file.")),
    414: ("circle-alert", mark("This address is too long."), mark("Shorten what you search for.")),
    415: ("file-x", mark("This kind of data is not taken here."), mark("Send JSON in UTF-8.")),
    422: (
        "pencil-line",
        mark("Something in the form needs another look."),
        mark("Go back, correct the marked fields, and save again. Nothing was changed."),
    ),
    428: (
        "git-compare-arrows",
        mark("It is not clear which version you changed."),
        mark("Send the ETag you read as If-Match."),
    ),
    429: ("timer", mark("Too many requests."), mark("Wait a minute and try again.")),
    503: (
        "database",
        mark("The database does not answer right now."),
        mark("Nothing was changed. Wait a moment and try again; tell IT if it stays so."),
    ),
    507: (
        "hard-drive",
        mark("The disk is full."),
        mark("Nothing was changed. Reading still works; tell IT to make room."),
    ),
    500: (
        "triangle-alert",
        mark("Something went wrong on our side."),
        mark("Nothing was half saved. Try again, and tell IT the number below if it stays so."),
    ),
}

Plain = tuple[str, str, str]
"""Icon, what happened, what to do next."""

UNSURE: Plain = (
    "database",
    mark("The database went away while this was being saved."),
    mark(
        "It may be saved or not. Look first, then repeat what is missing; "
        "a machine sends it again with the same Idempotency-Key."
    ),
)


def install(app: FastAPI) -> None:
    """Let the app answer every error from here."""
    app.add_exception_handler(CrmError, _crm_error)
    app.add_exception_handler(RequestValidationError, _unfit)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(StaleDataError, _stale)
    app.add_exception_handler(IntegrityError, _collision)
    for trouble in (OperationalError, InterfaceError, NoConnectionFree, CommitUnsure):
        app.add_exception_handler(trouble, _database_trouble)
    app.add_exception_handler(Exception, _unexpected)


def answer(
    request: Request,
    status: int,
    code: str,
    *,
    detail: str = "",
    errors: list[dict[str, str]] | None = None,
    headers: dict[str, str] | None = None,
    plain: Plain | None = None,
) -> Response:
    """The one shape of an error for this asker; ``plain`` where the status says too little."""
    if request.url.path.startswith(API):
        detail = detail or (plain[2] if plain else "")
        return problem(request, status, code, detail=detail, errors=errors, headers=headers)
    words = wording(frame_of(request).language)
    icon, title, text = plain or PLAIN.get(status, PLAIN[500 if status >= 500 else 400])
    trouble = Told(
        words.gettext(title),
        words.gettext(text),
        detail,
        icon,
        retry=status in (409, 412, 500, 503),
        reference=getattr(request.state, "request_id", "") if status >= 500 else "",
    )
    if is_fragment(request):
        return render(
            request, "errors/_flash.html", status=status, headers=headers, trouble=trouble
        )
    return render(request, "errors/trouble.html", status=status, headers=headers, trouble=trouble)


def problem(
    request: Request,
    status: int,
    code: str,
    *,
    detail: str = "",
    errors: list[dict[str, str]] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """Problem details as RFC 9457 has them, with our stable code."""
    body: dict[str, Any] = {
        "type": f"/api/docs#problem-{code}",
        "title": PLAIN[status][1] if status in PLAIN else HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or (PLAIN[status][2] if status in PLAIN else ""),
        "code": code,
        "errors": errors or [],
        "request_id": getattr(request.state, "request_id", ""),
    }
    return Response(json.dumps(body, ensure_ascii=False), status, headers, media_type=PROBLEM)


def too_long(request: Request) -> Response:
    """What an address gets that is too long; made before any route or session is looked at."""
    return answer(request, 414, "uri_too_long")


def too_many(request: Request, error: TooMany) -> Response:
    """What somebody gets who asks too often: when to come back."""
    headers = {"Retry-After": str(error.seconds)}
    return answer(request, 429, error.code, detail=_said(request, error), headers=headers)


class House(FastAPI):
    """An app whose limit of bodies answers like every other refusal, with our headers."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        swapped = False

        async def worded(message: Message) -> None:
            nonlocal swapped
            if message["type"] == "http.response.start" and _is_bare_limit(message):
                swapped = True
                refusal = answer(Request(scope), 413, "content_too_large", headers=dict(HEADERS))
                await refusal(scope, receive, send)
            elif not swapped:
                await send(message)

        await super().__call__(scope, receive, worded if scope["type"] == "http" else send)


def _is_bare_limit(start: Message) -> bool:
    kind = Headers(raw=start["headers"]).get("content-type", "")
    return bool(start["status"] == 413 and kind.startswith("text/plain"))


async def _crm_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, CrmError)  # noqa: S101 - Starlette hands over by class
    if isinstance(error, SignInNeeded | PasswordChangeNeeded):
        return _to_the_gate(request, error)
    if isinstance(error, TooMany):
        return too_many(request, error)
    pointer = error.details.get("pointer")
    errors = [{"pointer": pointer, "code": error.code, "message": error.message}] if pointer else []
    status = 429 if error.code == "sign_in_throttled" else STATUS[error.kind]
    if isinstance(error, ChangedMeanwhile) and "if-match" in request.headers:
        status = 412  # somebody was faster between our look at the version and our writing
    return answer(request, status, error.code, detail=_said(request, error), errors=errors)


def _said(request: Request, error: CrmError) -> str:
    """The error's sentence: English for machines, the reader's language on a page."""
    if request.url.path.startswith(API):
        return error.message
    return error.in_words(wording(frame_of(request).language).gettext(error.template))


def _to_the_gate(request: Request, error: CrmError) -> Response:
    if request.url.path.startswith(API):
        headers = {"WWW-Authenticate": "Bearer"} if error.kind == "sign_in" else None
        return problem(
            request, STATUS[error.kind], error.code, detail=error.message, headers=headers
        )
    target = "/password" if isinstance(error, PasswordChangeNeeded) else "/sign-in"
    if is_fragment(request):
        return Response(status_code=STATUS[error.kind], headers={"HX-Redirect": target})
    if target == "/sign-in" and request.method == "GET" and request.url.path != "/":
        target = f"/sign-in?next={request.url.path}"
    return RedirectResponse(target, 303)


async def _unfit(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    found = error.errors()
    errors = [
        {
            "pointer": "/" + "/".join(_safe(part) for part in e["loc"][1:])[:POINTER_MAX],
            "code": _safe(e["type"]),
            "message": _message(e),
        }
        for e in found[:50]
    ]
    if any(e["type"] == "json_invalid" for e in found):
        return answer(request, 400, "json_invalid")
    if any(e["type"] == "model_attributes_type" for e in found) and not _is_json(request):
        return answer(request, 415, "content_type")
    return answer(request, 422, "unfit", errors=errors)


def _is_json(request: Request) -> bool:
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    return request.method in ("GET", "HEAD", "DELETE") or kind == "application/json"


def _message(found: dict[str, Any]) -> str:
    """Pydantic's own sentence, unless it could quote the value."""
    context = {k: v for k, v in (found.get("ctx") or {}).items() if isinstance(v, int | float)}
    said = str(found["msg"])
    return said if not context and "input" not in said else said.partition(",")[0][:POINTER_MAX]


def _safe(part: object) -> str:
    return "".join(c for c in str(part)[:60] if c.isprintable())


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    code = error.detail if error.detail and " " not in error.detail else _code(error.status_code)
    headers = dict(error.headers) if error.headers else None
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        # A route knows its own method only; the address may have more.
        headers = {"Allow": ", ".join(request.app.state.gate.methods_of(request.url.path))}
    if not request.url.path.startswith(API):
        await recognise(request)
    return answer(request, error.status_code, code, headers=headers)


def _code(status: int) -> str:
    return HTTPStatus(status).phrase.lower().replace(" ", "_").replace("-", "_")


async def _stale(request: Request, _: Exception) -> Response:
    status = 412 if "if-match" in request.headers else 409
    return answer(request, status, "changed_meanwhile", detail=PLAIN[412][1])


async def _collision(request: Request, error: Exception) -> Response:
    log.info("a unique key or reference held", extra={"request_id": request.state.request_id})
    return answer(request, 409, "collision")


async def _database_trouble(request: Request, error: Exception) -> Response:
    """507 when its disk is full, else 503; of a commit that broke off nobody knows how it ended."""
    trouble = trouble_of(error)
    soon = {"Retry-After": "2"}
    log.error("database trouble: %s %s", type(error).__name__, trouble, exc_info=error)
    if isinstance(error, CommitUnsure):
        return answer(request, 503, "commit_unsure", headers=soon, plain=UNSURE)
    if trouble is Trouble.FULL:
        return answer(request, 507, "disk_full")
    if trouble is Trouble.CALLED_OFF:
        request.state.called_off = True
    return answer(request, 503, "database", headers=soon)


async def _unexpected(request: Request, error: Exception) -> Response:
    log.error(
        "unexpected %s",
        type(error).__name__,
        exc_info=error,
        extra={"request_id": getattr(request.state, "request_id", "")},
    )
    # This answer is made outside of all middleware, so it brings its headers itself.
    answered = answer(request, 500, "unexpected", headers=dict(HEADERS))
    answered.headers["X-Request-Id"] = getattr(request.state, "request_id", "")
    return answered
