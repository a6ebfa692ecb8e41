"""What a Prometheus scrapes. Labels are kinds, teams, causes, providers: never values, never names of people."""

from collections import Counter as Tally
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric, generate_latest

from eiginfra import __version__
from eiginfra.engine.healing import HealingPlan
from eiginfra.engine.mode import Mode
from eiginfra.reconcile.round import End, Round
from eiginfra.render.still_access import people_and_machines

_BUCKETS = (0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800)


class _Registry(CollectorRegistry):
    """Every sample bears the cohort: one Prometheus may look at several loops."""

    def __init__(self, cohort: str) -> None:
        super().__init__()
        self._cohort = cohort

    def collect(self) -> Iterator[Metric]:
        """All figures, with the cohort."""
        for metric in super().collect():
            metric.samples = [sample._replace(labels={"cohort": self._cohort, **sample.labels}) for sample in metric.samples]
            yield metric


class Metrics:
    """The figures of one loop, in a registry of their own."""

    def __init__(self, cohort: str, mode: Mode) -> None:
        self._registry = registry = _Registry(cohort)
        self._drift = Gauge(
            "eiginfra_drift",
            "Resources that drift after the last full round",
            ("kind", "team", "cause"),
            registry=registry,
        )
        self._pending = Gauge(
            "eiginfra_pending",
            "Changes that were merged and wait for an apply, after the last full round",
            ("kind", "team"),
            registry=registry,
        )
        self._oldest = Gauge("eiginfra_pending_oldest_seconds", "How long the oldest of these waits; 0 if there is none", registry=registry)
        self._remaining = Gauge("eiginfra_still_access", "People who still have access where they should not", registry=registry)
        self._held = Gauge("eiginfra_drift_held", "Of these, those that the policy leaves to people", registry=registry)
        self._found = Counter("eiginfra_drift_found", "Drift that was not known before", ("kind", "team", "cause"), registry=registry)
        self._heals = Counter("eiginfra_heals", "Attempts to heal", ("kind", "team", "outcome"), registry=registry)
        self._rounds = Counter("eiginfra_rounds", "Rounds by how they ended", ("end",), registry=registry)
        self._seconds = Histogram("eiginfra_round_duration_seconds", "Length of rounds", buckets=_BUCKETS, registry=registry)
        self._success = Gauge("eiginfra_last_success_timestamp_seconds", "When a round last did all it was meant to", registry=registry)
        self._requests = Counter("eiginfra_requests", "Requests sent, retries included", ("provider", "method"), registry=registry)
        self._errors = Counter("eiginfra_errors", "Rounds and heals that failed, by type of error", ("type",), registry=registry)
        self._webhook = Counter("eiginfra_webhook", "Rounds whose news were sent or not", ("outcome",), registry=registry)
        info = Gauge("eiginfra_build_info", "Always 1", ("version", "mode"), registry=registry)
        info.labels(__version__, mode.value).set(1)
        for end in End:
            self._rounds.labels(end.value)
        self._shown: set[tuple[str, str, str]] = set()
        self._waited: set[tuple[str, str]] = set()

    def text(self) -> bytes:
        """All of it, in Prometheus' text format."""
        return generate_latest(self._registry)

    def count(self, seen: Round, now: float) -> None:
        """Enter a round; now: seconds since 1970."""
        self._rounds.labels(seen.end.value).inc()
        self._seconds.observe(seen.seconds)
        if seen.end.well:
            self._success.set(now)
        for provider, methods in seen.requests.items():
            for method, number in methods.items():
                self._requests.labels(provider, method).inc(number)
        if seen.problem is not None:
            self._errors.labels(type(seen.problem).__name__).inc()
        if seen.healing is not None:
            self._count_state(seen, seen.healing)
        for change in seen.news.found:
            self._found.labels(change.address.kind, change.team or "", change.cause or "").inc()
        for result in seen.report.results if seen.report is not None else ():
            self._heals.labels(result.change.address.kind, result.change.team or "", result.outcome.value).inc()
            if result.exit_code:
                self._errors.labels("heal").inc()

    def _count_state(self, seen: Round, healing: HealingPlan) -> None:
        """What is left after a full round: drift, held drift, pending changes."""
        standing = Tally((change.address.kind, change.team or "", change.cause or "") for change in seen.news.standing)
        for labels in self._shown | standing.keys():
            self._drift.labels(*labels).set(standing[labels])
        self._shown |= standing.keys()
        self._held.set(len(healing.held))
        self._remaining.set(len(people_and_machines(healing.plan.remaining)))
        waiting = Tally((change.address.kind, change.team or "") for change in healing.pending)
        for kind, team in self._waited | waiting.keys():
            self._pending.labels(kind, team).set(waiting[kind, team])
        self._waited |= waiting.keys()
        self._oldest.set(seen.pending_seconds)

    def told(self, *, sent: bool) -> None:
        """Whether a round's news reached the webhook."""
        self._webhook.labels("sent" if sent else "failed").inc()
