"""How REST answers: version tags, preconditions, and an answer given once per Idempotency-Key."""

import hashlib
import re
from collections.abc import Callable

from fastapi import HTTPException, Request
from pydantic import BaseModel
from sqlmodel import Session
from starlette.responses import Response

from crm.kit import remembered
from crm.kit.errors import Conflict, Invalid
from crm.staff.actor import Actor

JSON = "application/json"


def with_etag(out: BaseModel, version: int, *, status: int = 200) -> Response:
    """A single resource with its version as the ETag."""
    return Response(
        out.model_dump_json(), status, headers={"ETag": f'"{version}"'}, media_type=JSON
    )


def as_json(out: BaseModel, *, status: int = 200) -> Response:
    return Response(out.model_dump_json(), status, media_type=JSON)


def need_match(request: Request, version: int) -> None:
    """428 without If-Match, 412 when somebody changed the resource meanwhile."""
    given = request.headers.get("if-match")
    if given is None:
        raise HTTPException(428, "if_match_needed")
    if given.strip() not in (f'"{version}"', "*"):
        raise HTTPException(412, "changed_meanwhile")


def version_named(request: Request) -> int | None:
    """The version that If-Match names, for a service that tells more than "changed"; None for any.

    428 without If-Match, 412 for what is no version of ours.
    """
    given = request.headers.get("if-match")
    if given is None:
        raise HTTPException(428, "if_match_needed")
    if given.strip() == "*":
        return None
    named = re.fullmatch(r'"([0-9]{1,9})"', given.strip(), re.ASCII)
    if named is None:
        raise HTTPException(412, "changed_meanwhile")
    return int(named[1])


def created_once(
    request: Request,
    db: Session,
    me: Actor,
    produce: Callable[[], tuple[BaseModel, str]],
    *,
    asked: BaseModel | None = None,
    status: int = 201,
    shown_once: frozenset[str] = frozenset(),
) -> Response:
    """Run ``produce`` and answer 201 with Location; the same Idempotency-Key answers the same.

    ``produce`` gives the body and the path of what it created. ``asked`` is the request's
    body: the same key with another body is refused. The key is taken first, so that a twin in
    flight waits for this answer and gives the same. The remembered answer is written in the
    transaction of the effect, so a crash keeps both or none. Fields in ``shown_once`` (secrets)
    are null in what is remembered.
    """
    key = request.headers.get("idempotency-key")
    if key is None:
        out, location = produce()
        return Response(
            out.model_dump_json(), status, headers={"Location": location}, media_type=JSON
        )
    if not remembered.is_key(key):
        raise Invalid(
            "An Idempotency-Key has 1 to 128 printable ASCII characters and no space.",
            "idempotency_key",
        )
    asked_hash = hashlib.sha256(
        f"{request.method} {request.url.path} {asked.model_dump_json() if asked else ''}".encode()
    ).hexdigest()
    actor = str(me.id or me.name)
    before = remembered.reserve(db, actor, key, request_hash=asked_hash)
    if before is not None:
        if before.request_hash != asked_hash:
            raise Conflict(
                "This Idempotency-Key was used for another request.", "idempotency_reused"
            )
        return Response(before.body, before.status, headers=before.headers, media_type=JSON)
    out, location = produce()
    body, headers = out.model_dump_json().encode(), {"Location": location}
    kept = out.model_copy(update=dict.fromkeys(shown_once)).model_dump_json().encode()
    remembered.keep(db, actor, key, status=status, headers=headers, body=kept)
    return Response(body, status, headers=headers, media_type=JSON)
