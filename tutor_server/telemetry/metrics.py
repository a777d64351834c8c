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


def exposition(counters: Iterable[Counter]) -> str:
    """Write counters down."""
    return "".join(line for counter in counters for line in _lines(counter))


def _lines(counter: Counter) -> Iterable[str]:
    yield f"# HELP {counter.name} {counter.help}\n"
    yield f"# TYPE {counter.name} counter\n"
    for labels, value in counter.samples:
        pairs = ",".join(f'{name}="{_escaped(str(label))}"' for name, label in labels.items())
        yield f"{counter.name}{{{pairs}}} {value:.15g}\n"


def _escaped(label: str) -> str:
    return label.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
