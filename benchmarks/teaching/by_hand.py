"""Reads judgements made by people, and prints their shares with confidence intervals and how far two readers agree.

A judgement is one JSON object on a line: `case`, `family`, `reader`, `cause`, `ladder` (of hints), `note`. Lines that
do not start with a brace are ignored, so that a file of cards can be read after its forms are filled in. One line, the
state, says when, from which commit and from which data the cards were made.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from itertools import combinations
from math import sqrt
from typing import TYPE_CHECKING, Any

from benchmarks.figures import Figure

if TYPE_CHECKING:
    from collections.abc import Sequence

CAUSES = ("yes", "part", "no")
LADDERS = ("helpful", "flawed", "generic", "misleading")
LONGEST_NOTE = 200
_Z = 1.959964
"""The standard normal quantile of a 95 % interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The origin of a file of cards: the day, the commit, the data file, the number of cards and the random seed."""

    date: str
    commit: str
    data: str
    sha256: str
    cards: int
    seed: int

    def as_line(self) -> str:
        """Return the state as one line of JSON."""
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One reader's judgement of one case."""

    case: str
    family: str
    reader: str
    cause: str
    ladder: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """The judgements in one or more files of the same state; `blank` counts the forms that were not filled in."""

    state: State
    judgements: tuple[Judgement, ...]
    blank: int = 0

    def as_text(self) -> str:
        """Return the state and the judgements as JSON lines. They contain no program, so that they can be kept."""
        lines = [self.state.as_line(), *(json.dumps(asdict(one), ensure_ascii=False) for one in self.judgements)]
        return "\n".join(lines) + "\n"


def read(texts: Sequence[str]) -> Judged:
    """Return the judgements in the texts of files.

    Raise `ValueError` for a value that a form does not allow, for a note that is too long or contains code, if a reader
    judges a case twice, and if the files have different states or none.
    """
    rows = [json.loads(line) for text in texts for line in text.splitlines() if line.startswith("{")]
    states = {State(**row) for row in rows if "commit" in row}
    if len(states) != 1:
        raise ValueError(f"the files belong to {len(states)} states; they must belong to one")
    forms = [row for row in rows if "case" in row]
    filled = [_judgement(row) for row in forms if row["cause"] or row["ladder"]]
    twice = [key for key, count in Counter((one.case, one.reader) for one in filled).items() if count > 1]
    if twice:
        raise ValueError(f"case {twice[0][0]} is judged twice by {twice[0][1]!r}")
    return Judged(states.pop(), tuple(filled), len(forms) - len(filled))


def _judgement(row: dict[str, Any]) -> Judgement:
    found = Judgement(**row)
    if found.cause not in CAUSES or found.ladder not in LADDERS or not found.reader:
        raise ValueError(f"case {found.case}: reader, cause ({', '.join(CAUSES)}) or ladder ({', '.join(LADDERS)})")
    if len(found.note) > LONGEST_NOTE or "`" in found.note or "\n" in found.note:
        raise ValueError(f"case {found.case}: a note has at most {LONGEST_NOTE} characters and no code")
    return found


def figures(judgements: Sequence[Judgement]) -> list[Figure]:
    """Return the share of each judgement by one reader, with its interval: over all cases, and for each family."""
    groups = {"all": list(judgements)}
    for judgement in sorted(judgements, key=lambda one: one.family):
        groups.setdefault(judgement.family, []).append(judgement)
    found: list[Figure] = []
    for name, group in groups.items():
        unhelpful = [one.ladder in ("generic", "misleading") for one in group]
        found += [
            shared(f"{name}: true cause", [one.cause == "yes" for one in group], at_least=80),
            shared(f"{name}: true cause or a part of it", [one.cause != "no" for one in group]),
            shared(f"{name}: ladder misleading", [one.ladder == "misleading" for one in group], at_most=4),
            shared(f"{name}: ladder unhelpful (generic or misleading)", unhelpful, at_most=20),
            *(shared(f"{name}: ladder {kind}", [one.ladder == kind for one in group]) for kind in LADDERS[:3]),
        ]
    return found


def shared(name: str, values: Sequence[bool], *, at_least: float | None = None, at_most: float | None = None) -> Figure:
    """Return a share as a figure, with its 95 % confidence interval as a part of its counts."""
    low, high = wilson(sum(values), len(values))
    counts = f"{sum(values)} of {len(values)}, {low:.0f} to {high:.0f} %"
    return Figure(name, 100 * sum(values) / len(values) if values else 0.0, at_least, at_most, counts)


def wilson(successes: int, number: int) -> tuple[float, float]:
    """Return the 95 % score interval of a share, in per cent (Wilson 1927); 0 to 100 if there is nothing to count."""
    if not number:
        return 0.0, 100.0
    part, z2 = successes / number, _Z * _Z
    middle = part + z2 / (2 * number)
    half = _Z * sqrt(part * (1 - part) / number + z2 / (4 * number * number))
    low, high = ((middle + side) / (1 + z2 / number) for side in (-half, half))
    return 100 * max(low, 0.0), 100 * min(high, 1.0)


def kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Return Cohen's kappa (1960), the agreement of two readers beyond chance; 1 if both always give the same value."""
    if not pairs:
        return 0.0
    agreed = sum(one == other for one, other in pairs) / len(pairs)
    ones, others = (Counter(column) for column in zip(*pairs, strict=True))
    chance = sum(ones[value] * others[value] for value in ones) / len(pairs) ** 2
    return 1.0 if chance == 1 else (agreed - chance) / (1 - chance)


def pairs_of_readers(judgements: Sequence[Judgement]) -> dict[tuple[str, str], list[tuple[Judgement, Judgement]]]:
    """Return, for each pair of readers, their judgements of the cases that both have judged."""
    by_reader: dict[str, dict[str, Judgement]] = {}
    for one in judgements:
        by_reader.setdefault(one.reader, {})[one.case] = one
    return {
        (first, second): [
            (by_reader[first][case], by_reader[second][case])
            for case in sorted(by_reader[first].keys() & by_reader[second].keys())
        ]
        for first, second in combinations(sorted(by_reader), 2)
    }


def agreement(pairs: Sequence[tuple[Judgement, Judgement]]) -> list[Figure]:
    """Return how often two readers agree, and Cohen's kappa, on the cause and on the ladder of hints."""
    causes = [(one.cause, other.cause) for one, other in pairs]
    ladders = [(one.ladder, other.ladder) for one, other in pairs]
    found: list[Figure] = []
    for name, values in (("cause", causes), ("ladder", ladders)):
        found += [
            shared(f"{name}: both say the same", [one == other for one, other in values]),
            Figure(f"{name}: Cohen's kappa", kappa(values), counts=f"{len(values)} cases", unit=""),
        ]
    return found


def disagreements(pairs: Sequence[tuple[Judgement, Judgement]]) -> list[str]:
    """Return a line for each case about which two readers disagree, with their notes."""
    return [
        f"case {one.case} ({one.family}): {one.reader}: {one.cause}, {one.ladder}. {one.note}".rstrip()
        + f" | {other.reader}: {other.cause}, {other.ladder}. {other.note}".rstrip()
        for one, other in pairs
        if (one.cause, one.ladder) != (other.cause, other.ladder)
    ]
