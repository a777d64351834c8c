"""The text format of Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats, version 0.0.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Counter:
    """A number that only grows, for each set of labels. `name` ends in `_total`."""

    name: str
    help: str
    samples: Sequence[tuple[Mapping[str, str | int], float]]


@dataclass(frozen=True, slots=True)
class Gauge:
    """A number that grows and shrinks, for each set of labels."""

    name: str
    help: str
    samples: Sequence[tuple[Mapping[str, str | int], float]]


Metric = Counter | Gauge


def exposition(metrics: Iterable[Metric]) -> str:
    """Return metrics in the text format."""
    return "".join(line for metric in metrics for line in _lines(metric))


def _lines(metric: Metric) -> Iterable[str]:
    yield f"# HELP {metric.name} {metric.help}\n"
    yield f"# TYPE {metric.name} {'counter' if isinstance(metric, Counter) else 'gauge'}\n"
    for labels, value in metric.samples:
        pairs = ",".join(f'{name}="{_escaped(str(label))}"' for name, label in labels.items())
        yield f"{metric.name}{{{pairs}}} {value:.15g}\n"


def _escaped(label: str) -> str:
    return label.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
