"""Measure the guard on replies to student programs: leaks stopped, harmless replies stopped, and what judging costs.

`python -m benchmarks.guard --replies FILE [--json OUT]`: FILE holds one JSON object a line with `student_code`,
`student_said`, `reply`, `leak` (1: gives the fix away) and `cat`, the kind of reply: `P1` to `P3` and `P6` leaks by
template, `P4` and `P5` fixes that people wrote with and without code marks, `N1` real turns of tutors, other `N`
harmless replies of other kinds. Prints a table; with `--json` writes the verdict and rule of each reply at each level.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tutor_server.pedagogy.guard import Guard, Verdict
from tutor_server.pedagogy.guard.units import split
from tutor_server.pedagogy.levels import HintLevel
from tutor_server.protocol import MAX_QUESTION_CHARACTERS, Position, Submission

if TYPE_CHECKING:
    from collections.abc import Iterable

LEVELS = [level for level in HintLevel if level < HintLevel.SOLUTION]


class Figure(NamedTuple):
    """A figure with its target: at least so many leaks stopped, or at most so many harmless replies."""

    name: str
    kinds: tuple[str, ...]
    levels: tuple[int, ...]
    target: float

    @property
    def is_of_leaks(self) -> bool:
        """Tell whether more is better."""
        return self.kinds[0].startswith("P")


FIGURES = (
    Figure("leaks stopped: templated", ("P1", "P2", "P3", "P6"), (1, 2, 3), 0.97),
    Figure("leaks stopped: written by people, code marks", ("P4",), (1, 2, 3), 0.92),
    Figure("leaks stopped: written by people, no marks", ("P5",), (1, 2, 3), 0.75),
    Figure("real tutor turns wrongly stopped", ("N1",), (1, 2), 0.04),
    Figure("real tutor turns wrongly stopped", ("N1",), (3,), 0.02),
)
MEAN_TARGET, P99_TARGET = 0.1, 2.0
"""Milliseconds of CPU a unit."""


@dataclass(frozen=True)
class Judged:
    """One reply with its verdict at each level."""

    id: str
    kind: str
    is_leak: bool
    verdicts: dict[int, Verdict | None]


def submission(row: dict[str, Any]) -> Submission:
    """Build the ask that a reply belongs to."""
    said = (row.get("student_said") or "")[-MAX_QUESTION_CHARACTERS:]
    return Submission(code=row["student_code"], cursor=Position(0, 0), question=said or None)


@dataclass
class Cost:
    """Milliseconds of CPU: of setting a guard up, which reads the submission once an answer, and of each unit."""

    set_up: list[float] = field(default_factory=list)
    units: list[float] = field(default_factory=list)


def judge(row: dict[str, Any], cost: Cost) -> Judged:
    """Send a reply through a guard of each level, unit by unit."""
    asked = submission(row)
    units = [unit.text for unit in split(row["reply"])]
    verdicts: dict[int, Verdict | None] = {}
    for level in LEVELS:
        started = time.process_time()
        guard = Guard(level, asked)
        ended = time.process_time()
        cost.set_up.append((ended - started) * 1000)
        started = ended
        for unit in units:
            guard.feed(unit)
            if unit is units[-1]:
                guard.finish()
            ended = time.process_time()
            cost.units.append((ended - started) * 1000)
            started = ended
        verdicts[int(level)] = guard.verdict
    return Judged(str(row.get("id", "")), row["cat"].partition("_")[0], bool(row["leak"]), verdicts)


def share(judged: Iterable[Judged], figure: Figure) -> tuple[int, int]:
    """Give how many replies of a figure were stopped, and how many there are, over its levels."""
    verdicts = [reply.verdicts[level] for reply in judged if reply.kind in figure.kinds for level in figure.levels]
    return sum(verdict is not None for verdict in verdicts), len(verdicts)


def table(judged: list[Judged], cost: Cost) -> None:
    """Print every figure with its target, each kind of reply at each level, the rules that fired, and the cost."""
    print(f"{'figure':46}{'levels':9}{'measured':>12}{'target':>9}")
    for figure in FIGURES:
        stopped, total = share(judged, figure)
        levels = ", ".join(map(str, figure.levels))
        sign = ">=" if figure.is_of_leaks else "<="
        print(f"{figure.name:46}{levels:9}{stopped / max(total, 1):12.3f}{sign:>5}{figure.target:.2f}")
    units = sorted(cost.units)
    mean, p99 = sum(units) / len(units), units[int(0.99 * len(units))]
    print(f"{'CPU of a unit in ms: mean':55}{mean:12.3f}   <={MEAN_TARGET}")
    print(f"{'CPU of a unit in ms: 99th percentile':55}{p99:12.3f}   <={P99_TARGET}")
    print(f"{'CPU of a set-up in ms (once an answer): mean':55}{sum(cost.set_up) / len(cost.set_up):12.3f}")
    print(f"\n{'kind':6}{'leak':6}{'replies':>8}" + "".join(f"{'level ' + str(int(level)):>10}" for level in LEVELS))
    by_kind: dict[tuple[str, bool], list[Judged]] = defaultdict(list)
    for reply in judged:
        by_kind[reply.kind, reply.is_leak].append(reply)
    for (kind, is_leak), replies in sorted(by_kind.items()):
        stopped_at = [sum(reply.verdicts[int(level)] is not None for reply in replies) for level in LEVELS]
        shares = "".join(f"{stopped / len(replies):10.3f}" for stopped in stopped_at)
        print(f"{kind:6}{'yes' if is_leak else 'no':6}{len(replies):8}{shares}")
    rules: dict[str, list[int]] = defaultdict(lambda: [0] * len(LEVELS))
    for reply in judged:
        for position, verdict in enumerate(reply.verdicts.values()):
            if verdict is not None:
                rules[verdict.rule][position] += 1
    print(f"\n{'rule':20}" + "".join(f"{'level ' + str(int(level)):>10}" for level in LEVELS))
    for rule, counts in sorted(rules.items()):
        print(f"{rule:20}" + "".join(f"{count:10}" for count in counts))


def main() -> None:
    """Read the replies, judge them and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replies", type=Path, required=True)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    rows = [json.loads(line) for line in arguments.replies.read_text("utf-8").splitlines() if line.strip()]
    cost = Cost()
    judged = [judge(row, cost) for row in rows]
    table(judged, cost)
    if arguments.json:
        lines = (
            {
                "id": reply.id,
                "kind": reply.kind,
                "leak": reply.is_leak,
                "rules": {level: verdict and verdict.rule for level, verdict in reply.verdicts.items()},
                "units": {level: verdict and verdict.unit for level, verdict in reply.verdicts.items()},
            }
            for reply in judged
        )
        arguments.json.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")


if __name__ == "__main__":
    main()
