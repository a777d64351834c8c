"""The metrics of the queues in front of providers. They are read from the state that all workers share."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from tutor_server.errors import LimiterUnavailable
from tutor_server.telemetry.metrics import Counter, Gauge

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tutor_server.admission.call_queue import FairCallQueue
    from tutor_server.admission.queue_store import QueueFigures
    from tutor_server.telemetry.metrics import Metric


async def queue_metrics(queues: Mapping[str, FairCallQueue]) -> Sequence[Metric]:
    """Return the metrics of each provider's queue. Without Redis there are no samples."""
    figures: dict[str, QueueFigures] = {}
    with suppress(LimiterUnavailable):
        for provider, queue in queues.items():
            figures[provider] = await queue.figures()

    def samples(value: Callable[[QueueFigures], float]) -> list[tuple[dict[str, str | int], float]]:
        return [({"provider": provider}, value(each)) for provider, each in figures.items()]

    return (
        Gauge(
            "tutor_queue_calls",
            "Calls that a provider with a bound is answering.",
            samples(lambda each: each.calls),
        ),
        Gauge("tutor_queue_waiting", "Asks that wait for such a call.", samples(lambda each: each.waiting)),
        Counter("tutor_queue_waited_total", "Asks that waited and got one.", samples(lambda each: each.waited)),
        Counter(
            "tutor_queue_waited_seconds_total",
            "Seconds that these asks waited.",
            samples(lambda each: each.waited_seconds),
        ),
        Counter(
            "tutor_queue_passed_on_total",
            "Asks that went to the next provider, since they waited too long or would have.",
            samples(lambda each: each.passed_on),
        ),
    )
