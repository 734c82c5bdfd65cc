"""Metrics for Prometheus: requests and long work. Nothing of any study, arm or answer.

Counters of all web processes meet in a folder (`PROMETHEUS_MULTIPROC_DIR`); what is in the database is read
at each scrape.
"""

from collections import Counter as Tally
from collections.abc import Iterator

from django.conf import settings
from django.utils import timezone
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from readerstudy.studies.models import Run
from readerstudy.studies.runs.presence import worker_seen_at

REQUESTS = Counter(
    "readerstudy_http_requests", "Requests answered, by page and status", ["page", "method", "status"]
)
SECONDS = Histogram(
    "readerstudy_http_request_seconds",
    "Seconds until the answer began, by page",
    ["page"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)


class Database(Collector):
    def collect(self) -> Iterator[Metric]:
        runs = GaugeMetricFamily(
            "readerstudy_runs_open", "Runs that wait, run or lost their worker", labels=["state"]
        )
        states = Tally(run.state for run in Run.objects.open())
        for state in ("waiting", "running", "vanished"):
            runs.add_metric([state], states[state])
        yield runs
        seen = worker_seen_at()
        if seen is not None:
            yield GaugeMetricFamily(
                "readerstudy_worker_seen_seconds",
                "Seconds since a worker last said that it is there",
                value=(timezone.now() - seen).total_seconds(),
            )


def exposition() -> bytes:
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(settings.METRICS_FOLDER))  # type: ignore[no-untyped-call]
    registry.register(Database())
    text: bytes = generate_latest(registry)
    return text
