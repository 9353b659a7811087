"""What a monitoring system reads at ``/metrics``: requests, jobs, streams, the process itself.

Routes are named by their template, never by an address, so that no guest's id gets into a time
series. With several processes behind one port the counters live in files that all of them share
(`shared_between_processes`), since each scrape reaches only one of them.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import APIRouter, Request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from sqlmodel import Session
from starlette.responses import Response

from crm.kit import jobs, migrating
from web.deps import Db

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"

REQUESTS = Counter("keshi_requests", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram(
    "keshi_request_seconds",
    "From the first byte of a request to the last of its answer; streams left out.",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
IN_FLIGHT = Gauge("keshi_requests_in_flight", "Being answered now.", multiprocess_mode="livesum")
STREAMS = Gauge("keshi_streams", "Live screens that listen.", multiprocess_mode="livesum")
VIEWS = Gauge(
    "keshi_views_waiting", "Views not yet written to the audit.", multiprocess_mode="livesum"
)

router = APIRouter()


@contextmanager
def shared_between_processes() -> Iterator[None]:
    """Let the processes that are started in this block count into the same files."""
    with tempfile.TemporaryDirectory(prefix="keshi-metrics-") as folder:
        os.environ[SHARED_FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[SHARED_FOLDER]


@router.get("/metrics")
def metrics(request: Request, db: Db) -> Response:
    """The figures in Prometheus' text form; the state of the jobs is counted now."""
    registry = REGISTRY
    if os.environ.get(SHARED_FOLDER):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    now = CollectorRegistry()
    _jobs(now, db)
    info = Gauge("keshi_info", "What runs here.", ["version", "revision"], registry=now)
    info.labels(request.app.version, migrating.head()).set(1)
    return Response(
        generate_latest(registry) + generate_latest(now), media_type=CONTENT_TYPE_LATEST
    )


def _jobs(registry: CollectorRegistry, db: Session) -> None:
    standing = jobs.queue(db)
    number = Gauge("keshi_jobs", "Jobs by their state.", ["state"], registry=registry)
    for state in ("waiting", "due", "claimed", "buried"):
        number.labels(state).set(getattr(standing, state))
    Gauge(
        "keshi_jobs_oldest_due_seconds",
        "How long the job that is due longest has waited.",
        registry=registry,
    ).set(standing.oldest_s)
