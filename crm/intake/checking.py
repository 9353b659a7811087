"""The dry run: every row read and matched, nothing written but files beside the upload.

It reads in short transactions, so a desk never waits for it, and keeps the findings in a file:
a million bad rows are no reason to hold a writer.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import islice
from typing import TextIO

from sqlmodel import Session

from crm.intake.decisions import Decision, FileMemory, Parsed
from crm.intake.faults import Fault
from crm.intake.planning import Plan
from crm.intake.reading import rows_of
from crm.intake.storage import ImportFolder
from crm.intake.terms import LineOutcome
from crm.kit.ids import new_id

BATCH = 1000
FIRST_PROBLEMS = 200

Reading = Callable[[], AbstractContextManager[Session]]


@dataclass
class Findings:
    """What a dry run found: how many rows of each outcome, and of each reason."""

    rows: int = 0
    outcomes: Counter[LineOutcome] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    first: list[dict[str, object]] = field(default_factory=list)


def check(
    reading: Reading,
    plan: Plan,
    folder: ImportFolder,
    progress: Callable[[int, float], None] = lambda _rows, _share: None,
) -> Findings:
    """Go through all rows. ``progress`` hears of rows done and the share of the file (0 to 1)."""
    findings = Findings()
    memory = FileMemory()
    duplicates: list[int] = []
    size = max(folder.rows.stat().st_size, 1)
    # Written aside first: a check that is run twice at once leaves one whole set of files.
    draft = folder.findings.with_suffix(f".{new_id().hex}")
    with draft.open("w", encoding="utf-8") as out:
        for batch in _batches(plan, folder):
            for parsed in batch:
                _mark_duplicate(plan, parsed, memory, duplicates)
            with reading() as db:
                decisions = plan.decide(db, batch, memory)
            for decision in decisions:
                _keep(decision, findings, out)
            progress(findings.rows, batch[-1].row.end / size)
    draft.replace(folder.findings)
    draft.write_text(json.dumps(duplicates), encoding="utf-8")
    draft.replace(folder.duplicates)
    return findings


def _batches(plan: Plan, folder: ImportFolder) -> Iterator[list[Parsed]]:
    rows = rows_of(folder.rows)
    while batch := [plan.parse(row) for row in islice(rows, BATCH)]:
        yield batch


def _mark_duplicate(plan: Plan, parsed: Parsed, memory: FileMemory, duplicates: list[int]) -> None:
    """A key that stands above: the later row is refused, whatever it says."""
    if parsed.faults:
        return
    key = plan.kind_import.key_of(parsed)
    if key is not None and memory.times("key", key):
        duplicates.append(parsed.row.line)
        parsed.faults.append(Fault("", "duplicate_key"))


def _keep(decision: Decision, findings: Findings, out: TextIO) -> None:
    findings.rows += 1
    findings.outcomes[decision.outcome] += 1
    if decision.outcome not in (LineOutcome.REJECTED, LineOutcome.UNCLEAR):
        return
    reasons = reasons_of(decision)
    findings.reasons.update(sorted({r["code"] for r in reasons}))
    found = {"line": decision.line, "outcome": decision.outcome.value, "reasons": reasons}
    if len(findings.first) < FIRST_PROBLEMS:
        findings.first.append(found)
    out.write(json.dumps(found, ensure_ascii=False) + "\n")


def reasons_of(decision: Decision) -> list[dict[str, str]]:
    """Why a row is rejected or unclear, as (column, code) pairs."""
    if decision.reason is not None:
        return [{"column": "", "code": decision.reason}]
    return [{"column": fault.column, "code": fault.code} for fault in decision.faults]
