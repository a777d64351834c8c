"""Reads the programs with a mistake and their tests from local copies of public sets."""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SETS = ("refactory", "quixbugs")
_GENERATORS = frozenset(("flatten", "kheapsort"))
"""Programs of QuixBugs whose result is compared as a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestedProgram:
    """A program with a mistake. `cases` are the calls with their expected results, both as Python expressions."""

    __test__ = False
    """Tells pytest that this is no class of tests."""
    id: str
    source: str
    code: str
    cases: tuple[tuple[str, str], ...]
    setup: str = ""
    """Code that the tests need before the calls."""
    fixed: str | None = None


def programs_of(name: str, folder: Path) -> list[TestedProgram]:
    """Return the programs of a set, from a folder with a copy of it. Raise `ValueError` if the set is unknown."""
    match name:
        case "refactory":
            return _refactory(folder)
        case "quixbugs":
            return _quixbugs(folder)
    raise ValueError(f"{name!r} is none of {', '.join(SETS)}")


def drawn(programs: list[TestedProgram], count: int, seed: int) -> list[TestedProgram]:
    """Return at most `count` programs with different code, drawn by a seed, as many of each source as possible."""
    by_source: dict[str, list[TestedProgram]] = defaultdict(list)
    for program in {re.sub(r"\s+", " ", program.code): program for program in programs}.values():
        by_source[program.source].append(program)
    drawing = random.Random(seed)
    groups = [drawing.sample(group, len(group)) for _, group in sorted(by_source.items())]
    longest = max(map(len, groups), default=0)
    return [group[number] for number in range(longest) for group in groups if number < len(group)][:count]


def _refactory(folder: Path) -> list[TestedProgram]:
    """Return the programs in `data.zip` of Refactory: attempts of students at five exercises."""
    found = []
    for exercise in sorted(folder.glob("question_*")):
        inputs = sorted((exercise / "ans").glob("input_*.txt"))
        cases = [(_text(path), _text(path.with_name(path.name.replace("input", "output")))) for path in inputs]
        shared = exercise / "code" / "global.py"
        setup = _text(shared) if shared.is_file() else ""
        found += [
            TestedProgram(
                id=f"refactory-{path.stem}",
                source=f"refactory {exercise.name}",
                code=path.read_text(encoding="utf-8", errors="replace").expandtabs(4),
                cases=tuple(cases),
                setup=setup,
            )
            for path in sorted((exercise / "code" / "wrong").glob("*.py"))
        ]
    return found


def _quixbugs(folder: Path) -> list[TestedProgram]:
    """Return the programs of QuixBugs whose tests are data: well-known algorithms with a mistake in one line."""
    found = []
    for path in sorted((folder / "json_testcases").glob("*.json")):
        name = path.stem
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        cases = []
        for arguments, expected in lines:
            given = arguments if isinstance(arguments, list) else [arguments]
            call = f"{name}({', '.join(map(repr, given))})"
            cases.append((f"list({call})" if name in _GENERATORS else call, repr(expected)))
        found.append(
            TestedProgram(
                id=f"quixbugs-{name}",
                source="quixbugs",
                code=_text(folder / "python_programs" / path.with_suffix(".py").name) + "\n",
                cases=tuple(cases),
                fixed=_text(folder / "correct_python_programs" / path.with_suffix(".py").name) + "\n",
            )
        )
    return found


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip()
