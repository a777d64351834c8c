"""The texts for "make it faster, shorter or cleaner", about the improvements found in the syntax tree."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import is_call_of
from tutor_pedagogy.offline.engine.writing import LONGEST_SPAN, code_span, fenced
from tutor_pedagogy.offline.purposes.improve.improvements import improvements
from tutor_pedagogy.offline.purposes.improve.slowness import loop_depth
from tutor_pedagogy.offline.purposes.known_subjects import known_ladder, known_subject
from tutor_pedagogy.offline.purposes.tables import table
from tutor_pedagogy.offline.purposes.texts import Ladder, examples_of, fill, numbered, quoted_line, sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.purposes.improve.improvements import Improvement

_SPEED = re.compile(
    r"fast|quick|speed|slow|optimi|efficien|performance|time|r[aá]pid|schnell|rapide|otimi|更快|太慢|优化",
    re.IGNORECASE,
)
_LENGTH = re.compile(r"short|fewer|less|long|simpl|repetit|cort|kürz|court|curt|更短|简", re.IGNORECASE)


_SMALL = frozenset(("vague-name", "names-for-items", "magic-number", "capital-function", "long-function"))
"""Improvements that give way to what the question itself names."""


def improve_ladder(program: Program) -> Ladder:
    """Return the five texts about the possible improvements of a program."""
    found = _in_order(program, improvements(program), program.submission.question or "")
    told = known_subject(program) if all(each.name in _SMALL for each in found) else None
    if told is not None and (not found or told.is_clear):
        return known_ladder(program, told)
    wanted = _wanted(program.submission.question or "")
    lacking = (
        f"Of the ways that I know to make it {wanted[1]}, I find none here. "
        if wanted and found and not _is_wanted(found[0], wanted[0])
        else ""
    )
    main = found[0] if found else None
    entry = table("improvements")[main.name if main else "nothing"]
    line = main.line if main else program.cursor_line
    shown = program.shown(line)
    slots = {"line": str(shown), **({name: _slot(value) for name, value in main.slots.items()} if main else {})}
    what = fill(entry["what"], slots)
    named = {each.name: each for each in reversed(found[1:]) if each.name != found[0].name and each.line != line}
    others = list({each.line: each for each in reversed(named.values())}.values())[:2]
    also = f"\n\nAlso: {'; '.join(_told(program, each) for each in others)}." if others else ""
    return Ladder(
        line=line,
        expression=None,
        question=(
            f"{lacking}Nothing has to be wrong for this. I look at {quoted_line(program, line)}: {what}. Ask "
            f"yourself: {fill(entry['question'], slots)}"
        ),
        concept=fill(entry["concept"], slots),
        topic=main.name if main else "nothing",
        structure=(
            f"{sentence(what)}. It is on line {shown}.\n\n"
            f"{numbered(fill(step, slots) for step in entry['plan'])}\n\nKeep the old version until the new one "
            "gives the same results."
        ),
        examples=examples_of(
            (entry["example"],), "The same idea in another program:", "The comments show what it prints."
        ),
        without=(
            f"Copy the whole program into a new file, with data of your own that you can check by hand. Change line "
            f"{shown} there, and compare both results. When they agree for three inputs, change your "
            "program."
        ),
        solution=(
            f"{lacking}Line {shown}: {what}. {fill(entry['remedy'], slots)}{_new(main)}{also}\n\n**Check it:** run the "
            f"old and the new version with the same three {_inputs(program)}. Both must give the same."
        ),
    )


def _new(found: Improvement | None) -> str:
    """Return the block with the shorter code, or ""."""
    new = str(found.slots.get("new", "")) if found is not None else ""
    return f"\n\n{fenced(new)}" if new else ""


def _inputs(program: Program) -> str:
    """Return the noun for what the program is tried with. An empty input would stop one that reads numbers."""
    is_asking = any(is_call_of(node, "input") for node in program.each(ast.Call))
    return "inputs, with values at the limits of its conditions" if is_asking else "inputs, one of them very small"


def _kind(improvement: Improvement) -> str:
    kind: str = table("improvements")[improvement.name]["kind"]
    return kind


def _is_wanted(improvement: Improvement, kind: str) -> bool:
    is_long = bool(table("improvements")[improvement.name].get("is_long"))
    return _kind(improvement) == kind or (kind == "long" and is_long)


def _wanted(question: str) -> tuple[str, str] | None:
    if _SPEED.search(question):
        return "slow", "faster"
    return ("long", "shorter") if _LENGTH.search(question) else None


def _in_order(program: Program, found: Sequence[Improvement], question: str) -> list[Improvement]:
    """Return the improvements by weight, with the kind that the question asks for first."""
    wanted = _wanted(question)
    known = table("improvements")
    is_speed = wanted is not None and wanted[0] == "slow"
    return sorted(
        [each for each in found if is_speed or each.name != "loop-in-loop"],
        key=lambda each: (
            wanted is not None and not _is_wanted(each, wanted[0]),
            -_inner(program, each) if wanted is not None and wanted[0] == "slow" else 0,
            -known[each.name]["weight"],
            each.line,
        ),
    )


def _inner(program: Program, each: Improvement) -> int:
    """Return how many loops stand around a slow part, which says how often it runs. A search counts as one more."""
    return loop_depth(program, each.line) + (_kind(each) == "slow" and each.name not in _NO_LOOP)


_NO_LOOP = frozenset(("loop-in-loop", "all-divisors", "search-without-break"))


def _told(program: Program, each: Improvement) -> str:
    slots = {"line": str(program.shown(each.line)), **{name: _slot(value) for name, value in each.slots.items()}}
    told = fill(table("improvements")[each.name]["what"], slots)
    where = f"line {program.shown(each.line)}"
    return told if where in told else f"{told} ({where})"


def _slot(value: str | int) -> str:
    if isinstance(value, int):
        return str(value)
    if value.startswith(", ") or not value:
        return value
    return code_span(value) if len(value) <= LONGEST_SPAN and value.isprintable() else "the code"
