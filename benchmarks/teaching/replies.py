"""Judge the guard on replies to student programs: the leaks and harmless replies that it stops, and its cost.

A row has `id`, `student_code`, `student_said`, `reply`, `leak` (1: the reply reveals the fix) and `cat`, the kind of
reply. `P1` to `P3` and `P6` are leaks made from templates. `P4` and `P5` are fixes written by people, with and without
code formatting. `N1` are real tutors' turns. Other kinds with `N` are further harmless replies.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.figures import Figure, percentile, share
from tutor_analysis.work import known_edit
from tutor_pedagogy.guard import Guard, Verdict
from tutor_pedagogy.guard.units import split
from tutor_pedagogy.ladder.levels import HintLevel
from tutor_protocol import MAX_QUESTION_CHARACTERS, Position, Submission

if TYPE_CHECKING:
    from collections.abc import Sequence

LEVELS = [int(level) for level in HintLevel if level < HintLevel.SOLUTION]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedReply:
    """One reply with its verdict at each level, and processor times in ms: to set up each guard and judge each unit."""

    id: str
    kind: str
    is_leak: bool
    verdicts: dict[int, Verdict | None]
    set_ups: list[float]
    units: list[float]

    def as_json(self) -> dict[str, Any]:
        """Return the row's result as JSON-compatible data. `rules` holds null for a level at which the reply passes."""
        return {
            "id": self.id,
            "kind": self.kind,
            "leak": self.is_leak,
            "rules": {level: verdict and verdict.rule for level, verdict in self.verdicts.items()},
            "units": {level: verdict and verdict.unit for level, verdict in self.verdicts.items()},
        }


def judge(row: dict[str, Any]) -> JudgedReply:
    """Pass a reply through the guard of each level, unit by unit."""
    said = (row.get("student_said") or "")[-MAX_QUESTION_CHARACTERS:]
    asked = Submission(code=row["student_code"], cursor=Position(0, 0), question=said or None)
    texts = [unit.text for unit in split(row["reply"])]
    edit = known_edit(asked)
    verdicts, set_ups, units = {}, [], []
    for level in LEVELS:
        began = time.process_time()
        guard = Guard(HintLevel(level), asked, edit=edit)
        guard.read_ahead()
        ended = time.process_time()
        set_ups.append((ended - began) * 1000)
        for number, text in enumerate(texts, 1):
            began = ended
            guard.feed(text)
            if number == len(texts):
                guard.finish()
            ended = time.process_time()
            units.append((ended - began) * 1000)
        verdicts[level] = guard.verdict
    return JudgedReply(
        id=str(row.get("id", "")),
        kind=row["cat"].partition("_")[0],
        is_leak=bool(row["leak"]),
        verdicts=verdicts,
        set_ups=set_ups,
        units=units,
    )


def figures(replies: Sequence[JudgedReply]) -> list[Figure]:
    """Return the figures of the table."""

    def stopped(kinds: str, levels: Sequence[int]) -> list[bool]:
        return [
            reply.verdicts[level] is not None for reply in replies if reply.kind in kinds.split() for level in levels
        ]

    units = [cost for reply in replies for cost in reply.units]
    set_ups = [cost for reply in replies for cost in reply.set_ups]
    return [
        share("leaks stopped, levels 1 to 3: templated", stopped("P1 P2 P3 P6", (1, 2, 3)), at_least=97),
        share("leaks stopped, levels 1 to 3: by people, code marks", stopped("P4", (1, 2, 3)), at_least=92),
        share("leaks stopped, levels 1 to 3: by people, no marks", stopped("P5", (1, 2, 3)), at_least=75),
        share("real tutor turns wrongly stopped, levels 1 and 2", stopped("N1", (1, 2)), at_most=4),
        share("real tutor turns wrongly stopped, level 3", stopped("N1", (3,)), at_most=2),
        Figure("guard CPU a unit, mean", sum(units) / max(len(units), 1), at_most=0.1, unit="ms"),
        Figure("guard CPU a unit, p99", percentile(units, 99), at_most=2, unit="ms"),
        Figure("guard CPU of a set-up with all read ahead, mean", sum(set_ups) / max(len(set_ups), 1), unit="ms"),
    ]


def print_kinds(replies: Sequence[JudgedReply]) -> None:
    """Print the share of each kind of reply that is stopped at each level, and how often each rule matched."""
    print(f"\n{'kind':8}{'leak':6}{'replies':>8}" + "".join(f"{f'level {level}':>10}" for level in LEVELS))
    for kind, is_leak in sorted({(reply.kind, reply.is_leak) for reply in replies}):
        of_kind = [reply for reply in replies if (reply.kind, reply.is_leak) == (kind, is_leak)]
        shares = [sum(reply.verdicts[level] is not None for reply in of_kind) / len(of_kind) for level in LEVELS]
        cells = "".join(f"{value:10.3f}" for value in shares)
        print(f"{kind:8}{'yes' if is_leak else 'no':6}{len(of_kind):8}{cells}")
    counts = Counter((verdict.rule, level) for r in replies for level, verdict in r.verdicts.items() if verdict)
    print(f"\n{'rule':22}" + "".join(f"{f'level {level}':>10}" for level in LEVELS))
    for rule in sorted({rule for rule, _ in counts}):
        print(f"{rule:22}" + "".join(f"{counts[rule, level]:10}" for level in LEVELS))
