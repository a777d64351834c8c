"""The failing call followed through the program: the condition that decided its result, and the values there."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import called_name
from tutor_pedagogy.offline.engine.rule import Rule
from tutor_pedagogy.offline.evaluation.bounds import SEEN
from tutor_pedagogy.offline.rules.logic.trials.expectations import is_plain
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.nodes import Function
    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.evaluation import Run
    from tutor_pedagogy.offline.rules.logic.symptom import Symptom

DECISION = Rule("logic.decision-that-gave-it", "logic")
_LONGEST = 60
_LONGEST_VALUE = 30
_MOST_VALUES = 3
_MOST_SERIES = 2
_MOST_LISTED = 5


def explain_decision(program: Program, symptom: Symptom, run: Run | None) -> tuple[Rule, Match] | None:
    """Return the condition that led to the only fixed answer that the run has returned, or None."""
    if run is None:
        return None
    decisive = [
        (answer, found)
        for function in program.functions.values()
        for answer in program.returns_of(function)
        if run.ran.get(answer.lineno) == 1
        and isinstance(answer.value, ast.Constant)
        and not _calls_itself(program, function)
        if (found := _condition(program, answer)) is not None
    ]
    if len(decisive) != 1:
        return None
    answer, (node, outcome) = decisive[0]
    asked = symptom_name(symptom)
    if not asked or answer.lineno == node.lineno:
        return None
    slots: dict[str, Any] = {
        "call": asked,
        "answer": Code(program.line(answer.lineno).strip()),
        "at": str(program.shown(answer.lineno)),
        "outcome": outcome,
        "values": values_at(program, run, node.test),
        "expected": _value(symptom.expected),
        "got": _value(symptom.got),
    }
    return DECISION, program.here(node.test, **slots)


def _calls_itself(program: Program, function: Function) -> bool:
    """Return whether a function is recursive: the end of its calls gives a part of the result, and decides nothing."""
    return any(
        isinstance(node, ast.Call) and called_name(node) == function.name for node in program.own_nodes(function)
    )


def _value(text: str | None) -> str:
    return Code(text) if text and len(text) <= _LONGEST and text.isprintable() else ""


def symptom_name(symptom: Symptom) -> str:
    """Return how a text names the failing call, or the input; an empty string if that cannot be quoted."""
    text = symptom.call or symptom.entered or ""
    if not text or len(text) > _LONGEST or not text.isprintable() or "`" in text:
        return ""
    return Code(text) if symptom.call else f"the input `{text}`"


def _condition(program: Program, answer: ast.Return) -> tuple[ast.If, str] | None:
    """Return the `if` in whose block an answer stands, and the truth value that leads there; None without one."""
    inner: ast.AST = answer
    for up in program.above(answer):
        if isinstance(up, ast.If):
            return (up, "true") if any(each is inner for each in up.body) else (up, "false")
        if not isinstance(up, ast.With | ast.Try):
            return None
        inner = up
    return None


def values_at(program: Program, run: Run, node: ast.AST) -> str:
    """Return the last values of the names in a part of the code, as a student reads them; "" if none is known."""
    found: dict[str, str] = {}
    for part in walk(node):
        if not isinstance(part, ast.Name) or part.id in found or part.id in program.functions:
            continue
        seen = run.seen.get(part)
        if not seen or len(seen) >= SEEN or not is_plain(seen[-1]):
            continue
        text = repr(seen[-1])
        if len(text) <= _LONGEST_VALUE and text.isprintable() and "`" not in text:
            found[part.id] = f"`{part.id}` is `{text}`"
    shown = list(found.values())[:_MOST_VALUES]
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else "".join(shown)


def state_at(program: Program, run: Run | None, line: int) -> str:
    """Return a sentence with the values that a line has seen in a run, in their order; "" if none is known."""
    statement = program.statement_at(line)
    if run is None or statement is None or not run.ran.get(line):
        return ""
    read = first_part(statement)
    if run.ran[line] > 1 and read is not None and (series := _series(program, run, read)):
        return f"In this run, Python comes to line {program.shown(line)} {often(run.ran[line])}: {series}."
    values = values_at(program, run, read) if read is not None else ""
    time = "" if run.ran[line] == 1 else " for the last time"
    return f"When Python comes to line {program.shown(line)}{time} in this run, {values}." if values else ""


def often(times: int) -> str:
    """Return how often something happens, as a student reads it."""
    return {1: "once", 2: "twice"}.get(times, f"{times} times")


def _series(program: Program, run: Run, node: ast.AST) -> str:
    """Return the values that the names in a part of the code had one after the other, as a student reads them."""
    found: dict[str, str] = {}
    for part in walk(node):
        if isinstance(part, ast.Name) and part.id not in found and part.id not in program.functions:
            values = run.seen.get(part, [])
            if values and all(is_plain(value) for value in values):
                found[part.id] = listed([repr(value) for value in values])
    shown = [f"`{name}` is {values}" for name, values in found.items() if values][:_MOST_SERIES]
    return " and ".join(shown)


def listed(texts: list[str]) -> str:
    """Return the values of a series as a student reads them, at most five; "" if one is too long to be shown."""
    first = texts[:_MOST_LISTED]
    if not first or any(len(text) > _LONGEST_VALUE or not text.isprintable() or "`" in text for text in first):
        return ""
    quoted = [f"`{text}`" for text in first]
    if len(set(texts)) == 1:
        return quoted[0] if len(texts) == 1 else f"{quoted[0]} each time"
    if len(texts) > len(first):
        return f"{', '.join(quoted)} and so on"
    return f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def first_part(statement: ast.stmt) -> ast.AST | None:
    """Return the part of a statement that is evaluated on its own first line."""
    match statement:
        case ast.If(test=part) | ast.While(test=part) | ast.For(iter=part):
            return part
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.With() | ast.Try():
            return None
    return statement
