"""The test cases of the guard's rules, read from `tutor_pedagogy/guard/cases/<rule>.md`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import tutor_pedagogy.guard

FOLDER = Path(tutor_pedagogy.guard.__file__).with_name("cases")
_SECTION = re.compile(
    r"^## (?P<kind>Withheld|Passes) at levels? (?P<first>\d)(?: (?:to|and) (?P<last>\d))?\n(?P<replies>.*?)(?=^## |\Z)",
    re.MULTILINE | re.DOTALL,
)
_REPLY = re.compile(r"^- (?P<line>[^\n]*)$|^````\n(?P<block>.*?)^````$", re.MULTILINE | re.DOTALL)
_NEXT_ANSWER = "=====\n"


@dataclass(frozen=True)
class Case:
    """A reply about the program of all cases, the earlier replies, and the hint levels to which the case applies."""

    rule: str
    is_withheld: bool
    levels: tuple[int, ...]
    earlier: tuple[str, ...]
    reply: str

    def __str__(self) -> str:
        return f"{self.rule}-{'withheld' if self.is_withheld else 'passes'}-{self.reply[:30]!r}"


def program() -> str:
    """Return the program to which the replies of all cases refer."""
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    return text.partition("````python\n")[2].partition("````")[0]


def reference() -> str:
    """Return the reference solution that the guard knows in all cases."""
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    return text.rpartition("````python\n")[2].partition("````")[0]


def rules_with_cases() -> set[str]:
    """Return the names of the rules that have a file of cases."""
    return {path.stem for path in FOLDER.glob("*.md")} - {"README"}


def cases() -> list[Case]:
    """Return all cases of all rules, sorted by rule."""
    return [case for rule in sorted(rules_with_cases()) for case in _cases_in(rule)]


def _cases_in(rule: str) -> list[Case]:
    found = []
    for section in _SECTION.finditer((FOLDER / f"{rule}.md").read_text(encoding="utf-8")):
        levels = tuple(range(int(section["first"]), int(section["last"] or section["first"]) + 1))
        for match in _REPLY.finditer(section["replies"]):
            *earlier, reply = [match["line"]] if match["line"] else match["block"].split(_NEXT_ANSWER)
            found.append(Case(rule, section["kind"] == "Withheld", levels, tuple(earlier), reply))
    return found
