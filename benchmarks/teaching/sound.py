"""Counts false claims of a mistake, in correct programs and in modules that are in use."""

from __future__ import annotations

import random
import sysconfig
import warnings
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.figures import Figure, share
from benchmarks.teaching.bugs import is_claim, runs_clean
from benchmarks.teaching.mending import compiles
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import explain, sure_mistakes
from tutor_protocol import MAX_CODE_BYTES, Position, Submission

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.teaching.rows import Row

_WITH_MISTAKES = frozenset(("test", "tests", "idle_test", "testing", "benchmarks", "examples", "__pycache__"))
"""Folders whose modules may hold mistakes on purpose."""
_STUDENT = StudentLevels()


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim in a program without a mistake: its rule, its certainty and its line from 1.

    The certainty is `underlined` for a mistake that an editor underlines before the student asks.
    """

    program: str
    rule: str
    certainty: str
    line: int

    def as_json(self) -> dict[str, object]:
        """Return the claim as JSON-compatible data."""
        return {"false_claim_in": self.program, "rule": self.rule, "certainty": self.certainty, "line": self.line}


def claims_in(name: str, submission: Submission) -> list[Claim]:
    """Return the claims of an answer without a report, and those that an editor underlines before the student asks."""
    answer = explain(submission, HintLevel.QUESTION, _STUDENT)
    found = [Claim(name, answer.rule, answer.certainty, answer.lines[0])] if is_claim(answer) else []
    return found + [Claim(name, one.rule, "underlined", one.line + 1) for one in sure_mistakes(submission)]


def of_programs(rows: Sequence[Row]) -> dict[str, list[Claim]]:
    """Return the claims in each correct program. A program that ends with an exception here is left out."""
    return {row.id: claims_in(row.id, row.submission()) for row in rows if runs_clean(row, row.code)}


def of_modules(paths: Iterable[Path]) -> dict[str, list[Claim]]:
    """Return the claims in each module. A module that is too long or does not compile here is left out."""
    found = {}
    for path in paths:
        code = path.read_bytes().decode("utf-8", "replace")
        if len(code.encode()) <= MAX_CODE_BYTES and code.strip() and compiles(code):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found[str(path)] = claims_in(str(path), Submission(code=code, cursor=Position(0, 0)))
    return found


def modules(folders: Iterable[Path], limit: int, seed: int) -> list[Path]:
    """Return at most `limit` modules of these folders, drawn by a random seed, without tests and examples.

    The folder name `stdlib` means the standard library of this Python.
    """
    found: set[Path] = set()
    for folder in folders:
        root = Path(sysconfig.get_path("stdlib")) if str(folder) == "stdlib" else folder
        skipped = _WITH_MISTAKES | ({"site-packages", "dist-packages"} if str(folder) == "stdlib" else set())
        found |= {path for path in root.rglob("*.py") if skipped.isdisjoint(path.relative_to(root).parts)}
    every = sorted(found)
    return sorted(random.Random(seed).sample(every, limit)) if len(every) > limit else every


def figures(claims: dict[str, list[Claim]], *, at_most: float) -> list[Figure]:
    """Return the share of programs with a claim, and the number by rule and certainty."""
    asked = [[claim for claim in found if claim.certainty != "underlined"] for found in claims.values()]
    counts = Counter((claim.rule, claim.certainty) for found in claims.values() for claim in found)
    underlined = [any(claim.certainty == "underlined" for claim in found) for found in claims.values()]
    return [
        share("with a claim when asked", [bool(found) for found in asked], at_most=at_most),
        share("with a line that is underlined unasked", underlined, at_most=at_most),
        *(Figure(f"  {rule}, {certainty}", number, unit="") for (rule, certainty), number in counts.most_common()),
    ]
