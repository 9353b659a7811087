"""Asks an API what its own OpenAPI description lets anybody ask, and holds it to its answers.

schemathesis makes the requests: the boundary of every parameter and field, valid and broken
ones by chance, and chains in which an answer names what the next request is about.
"""

import json
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import schemathesis
from schemathesis import engine
from schemathesis.config import SchemathesisConfig
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from schemathesis.python import asgi
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REFUSALS = [400, 401, 403, 404, 405, 409, 412, 413, 414, 415, 422, 428, 429]
STEPS_MAX = 6
OWN_IDS_OFTEN = 0.6
"""How often a request is about something that is there, instead of about a random id."""


@dataclass
class Findings:
    """How many requests were sent, what they were answered, and what was wrong with that."""

    statuses: Counter[int] = field(default_factory=Counter)
    reached: set[str] = field(default_factory=set)  # "METHOD /path" with an answer below 300
    wrong: dict[tuple[str, str, str], str] = field(default_factory=dict)

    @property
    def requests(self) -> int:
        return self.statuses.total()

    @property
    def checks_failed(self) -> set[str]:
        return {check for check, _, _ in self.wrong}

    def __str__(self) -> str:
        return "\n".join(f"{' · '.join(key)}\n    {how}" for key, how in sorted(self.wrong.items()))


class Counted:
    """The app as a server runs it: a crash is a 500; what is told is what was sent."""

    def __init__(self, app: ASGIApp, statuses: Counter[int]) -> None:
        self.app, self.statuses = app, statuses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        status = 0

        async def counting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self.statuses[status] += 1
            await send(message)

        try:
            await self.app(scope, receive, counting if scope["type"] == "http" else send)
        except Exception:
            if status < HTTPStatus.INTERNAL_SERVER_ERROR:
                raise


def ask(
    app: ASGIApp,
    description: dict[str, Any],
    *,
    phase: str,
    headers: Mapping[str, str],
    ids: Mapping[str, Sequence[str]],
    seed: int,
    examples: int = 10,
    only: Container[str] | None = None,
) -> Findings:
    """One phase (coverage, fuzzing, stateful) over every operation, as whoever ``headers`` say.

    ``only`` are operations as "METHOD /path".

    ``ids`` are things that are there, by the name of the parameter of a path. The same seed
    asks the same.
    """
    found = Findings()
    schema = schemathesis.openapi.from_dict(
        description, config=_settings(phase, headers, ids, seed, examples)
    )
    schema.app = Counted(app, found.statuses)
    if only is not None:
        schema = schema.include(lambda ctx: ctx.operation.label in only)
    try:
        for event in engine.from_schema(schema).execute():
            if isinstance(event, ScenarioFinished):
                _note(event, found)
            elif isinstance(event, NonFatalError | FatalError):
                told = getattr(event, "value", None) or getattr(event, "exception", "")
                found.wrong["machinery", phase, type(told).__name__] = str(told)[:500]
    finally:
        asgi.shutdown_lifespans()
    return found


def _note(event: ScenarioFinished, found: Findings) -> None:
    recorder = event.recorder
    for case_id, checks in recorder.checks.items():
        operation = recorder.cases[case_id].value.operation.label
        for check in checks:
            if check.failure_info is not None:
                failure = check.failure_info.failure
                how = f"{failure.message[:400]}\n    {check.failure_info.code_sample[:600]}"
                found.wrong.setdefault((check.name, operation, failure.title), how)
    for case_id, interaction in recorder.interactions.items():
        if interaction.response is not None and interaction.response.status_code < 300:
            found.reached.add(recorder.cases[case_id].value.operation.label)


def _settings(
    phase: str,
    headers: Mapping[str, str],
    ids: Mapping[str, Sequence[str]],
    seed: int,
    examples: int,
) -> SchemathesisConfig:
    phases: dict[str, Any] = {
        name: {"enabled": name == phase} for name in ("examples", "coverage", "fuzzing", "stateful")
    }
    phases["stateful"]["max-steps"] = STEPS_MAX
    bound = {f"path.{name}": name for name in ids} | {"header.If-Match": "version"}
    return SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "headers": dict(headers),
            "cache": {"enabled": False},
            "continue-on-failure": True,
            "generation": {
                "max-examples": examples,
                "deterministic": True,
                "database": "none",
                "no-shrink": True,
                "with-security-parameters": False,
            },
            "phases": phases,
            "parameters": {
                where: {"dictionary": name, "probability": OWN_IDS_OFTEN}
                for where, name in bound.items()
            },
            "dictionaries": {name: {"values": list(values)} for name, values in ids.items()}
            | {"version": {"values": ["*", '"1"', '"2"']}},
            "checks": {
                # What is no schema's business (a phone that is none, a day that does not
                # exist) is refused too, so not all that fits the description is accepted.
                "positive_data_acceptance": {"enabled": False},
                "negative_data_rejection": {"expected-statuses": REFUSALS},
                "missing_required_header": {"expected-statuses": REFUSALS},
            },
        }
    )


def copied(description: dict[str, Any]) -> dict[str, Any]:
    """A description of one's own: schemathesis adds inferred links to what it is given."""
    copy: dict[str, Any] = json.loads(json.dumps(description))
    return copy
