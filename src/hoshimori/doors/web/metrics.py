"""What the service counts about itself, as Prometheus reads it. No label holds anything that a user wrote."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from hoshimori.doors.web.world import World
from hoshimori.duty.records import STATES
from hoshimori.errors import HoshimoriError
from hoshimori.ledger.home import now_utc

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """The counters of one service."""

    def __init__(self, world: World) -> None:
        self.registry = CollectorRegistry()
        labels = ["route", "method", "status"]
        self.requests = Counter("hoshimori_http_requests", "Requests answered.", labels, registry=self.registry)
        self.seconds = Histogram(
            "hoshimori_http_seconds", "Time until the whole answer was sent.", ["route"], buckets=SECONDS, registry=self.registry
        )
        self.streams = Gauge("hoshimori_stream_clients", "Readers of the stream of changes.", registry=self.registry)
        self.faults = Counter("hoshimori_faults", "Faults of the service (status 500).", registry=self.registry)
        self.cache = Counter("hoshimori_cache", "Answers by where they came from.", ["how"], registry=self.registry)
        self.registry.register(_Floor(world))

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        self.requests.labels(route, method if method in METHODS else "other", str(status)).inc()
        self.seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        return generate_latest(self.registry)


class _Floor(Collector):
    """What the duty book says at the moment of reading."""

    def __init__(self, world: World) -> None:
        self.world = world

    def describe(self) -> Iterator[Metric]:
        return iter(())  # nothing is asked of the book before somebody reads

    def collect(self) -> Iterator[Metric]:
        readable = GaugeMetricFamily("hoshimori_duty_readable", "1 where the duty book can be read.")
        try:
            families = [self._jobs(), self._sweeps(), self._conditions(), self._alerts()]
        except HoshimoriError:
            families = []
        readable.add_metric([], float(bool(families)))
        yield readable
        yield from families

    def _jobs(self) -> Metric:
        jobs = GaugeMetricFamily("hoshimori_jobs", "Jobs by state.", labels=["state"])
        for state in STATES:
            jobs.add_metric([state], self.world.duty.jobs(states=[state], limit=1).total)
        return jobs

    def _sweeps(self) -> Metric:
        age = GaugeMetricFamily(
            "hoshimori_sweep_age_seconds", "Since the newest sweep of a watchlist was made.", labels=["watchlist"]
        )
        for name in self.world.watchlists:
            rows = self.world.duty.sweeps(name, limit=1).rows
            if rows:
                age.add_metric([name], float((now_utc() - rows[0].made_utc) / np.timedelta64(1, "s")))
        return age

    def _conditions(self) -> Metric:
        wrong = GaugeMetricFamily("hoshimori_condition", "1 for each thing that is wrong with the service.", labels=["code"])
        for name in self.world.duty.notes("condition:"):
            wrong.add_metric([name.removeprefix("condition:").split(":")[0]], 1.0)
        return wrong

    def _alerts(self) -> Metric:
        total = self.world.duty.alerts(open_only=True, limit=1).total
        return GaugeMetricFamily("hoshimori_alerts_open", "Alerts that nobody acknowledged.", value=total)
