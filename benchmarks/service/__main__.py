"""Measure the whole service and a bare pass-through in one run: `python -m benchmarks.service [PART …] [--full]`.

The service runs with sign-in, limits, ledger and guard. Service and pass-through share one core; the model and the load
use the other. `--full` also measures LiteLLM. Without a PART, all parts run. docs/performance.md explains each figure.
"""

from __future__ import annotations

import argparse
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import uvloop

from benchmarks.service.cases import read_cases
from benchmarks.service.circumstances import Circumstances
from benchmarks.service.growth import growth
from benchmarks.service.offline import offline
from benchmarks.service.processes import allow_many_files, load_average, machine
from benchmarks.service.rows import ROWS
from benchmarks.service.streams import cancel, capacity, memory, streams
from benchmarks.service.table import text, write_markdown
from benchmarks.service.workers import workers
from benchmarks.service.writes import writes

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from benchmarks.service.table import Measured

PARTS: dict[str, Callable[[Circumstances], Coroutine[None, None, list[Measured]]]] = {
    part.__name__: part for part in (streams, capacity, memory, cancel, writes, offline, growth, workers)
}
SHORT_CASES = 200


def main(parts: Sequence[str], replies: Path | None, markdown: Path | None, *, is_full: bool) -> None:
    """Run the chosen parts and print their figures in one table."""
    cases = read_cases(replies, None if is_full else SHORT_CASES)
    print(f"{machine()}; {len(cases)} cases, {replies.name if replies else 'our own'}", flush=True)
    figures = []
    allow_many_files()
    for name in parts:
        before = load_average()
        with tempfile.TemporaryDirectory(prefix="tutor-bench-") as folder:
            part = uvloop.run(PARTS[name](Circumstances(cases, Path(folder), is_full)))
        circumstances = f"{machine()}; {datetime.now(UTC):%Y-%m-%d}; load average {before:.1f} before"
        print(f"\n{name} ({circumstances})\n{text(part)}", flush=True)
        if markdown is not None:
            write_markdown(markdown, name, f"{circumstances}.", part)
        figures += part
    if len(parts) > 1:
        print(f"\n{text(figures)}")
    print("\nFerro and Portkey are not measured: they cannot be installed here.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(ROWS))
    parser.add_argument("--full", action="store_true", help="four rounds, 1000 streams, the capacity, and LiteLLM")
    parser.add_argument(
        "--replies",
        type=Path,
        metavar="FILE",
        help="what the model says: one JSON object a line with `student_code`, `reply`, `leak`; unset: our own replies",
    )
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="put each part's table into this file too")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    main(options.parts or list(PARTS), options.replies, options.markdown, is_full=options.full)
