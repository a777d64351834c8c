"""Causes that the traced run of a failing test shows: a value that turns wrong, and a call that came to its end."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.rule import Rule
from tutor_pedagogy.offline.rules.logic.followed import symptom_name
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.rules.logic.symptom import Symptom
    from tutor_protocol import Certainty, RunTrace
    from tutor_protocol.run_trace import NoneCall, Turn

LOST = Rule("logic.right-value-changed-again", "logic")
PARTED = Rule("logic.first-wrong-part", "logic")
PASSED = Rule("logic.grows-past-result", "logic")
ENDED = Rule("logic.end-without-return", "logic")
UNTAKEN = Rule("logic.branch-of-result-not-taken", "logic")
STILL = Rule("logic.loop-stands-still", "logic")
RULES = (LOST, PARTED, PASSED, ENDED, UNTAKEN, STILL)
_OF_TURN = {"lost": LOST, "parted": PARTED, "passed": PASSED}
_LONGEST = 60
_FEWEST_STILL, _MOST_NAMED = 3, 3


def explain_run(program: Program, symptom: Symptom | None) -> tuple[Rule, Match, Certainty] | None:
    """Return what the traced run of the failing test shows, its place and certainty; None without such a run."""
    trace = program.submission.trace
    if trace is None or symptom is None:
        return None
    shown = (look(program, symptom, trace) for look in (_still, _none_call, _turn, _untaken))
    found = next((each for each in shown if each is not None), None)
    if found is None:
        return None
    return found if trace.unrepeatable is None else (found[0], found[1], "start_here")


def _still(program: Program, symptom: Symptom, trace: RunTrace) -> tuple[Rule, Match, Certainty] | None:
    """Return the `while` loop whose last rounds have left its condition as it was, in a run that did not end."""
    rounds = trace.rounds
    line = None if rounds is None else _line(program, rounds.line)
    loop = None if line is None else program.statement_at(line)
    if rounds is None or trace.is_whole or len(rounds.rows) < _FEWEST_STILL or not isinstance(loop, ast.While):
        return None
    read = _read_by(loop.test)
    columns = [at for at, name in enumerate(rounds.names) if read is None or name in read]
    seen = {tuple(row[at] for at in columns) for row in rounds.rows}
    if not columns or len(seen) > 1 or any("…" in text for row in seen for text in row):
        return None
    told = [f"`{rounds.names[at]}` is `{rounds.rows[-1][at]}`" for at in columns if _code(rounds.rows[-1][at])]
    told = told[:_MOST_NAMED]
    values = f"{', '.join(told[:-1])} and {told[-1]}" if len(told) > 1 else "".join(told)
    return STILL, program.on_line(loop, call=symptom_name(symptom), values=values), "likely"


def _read_by(test: ast.expr) -> set[str] | None:
    """Return the names that a condition reads; None if it may depend on more than their values."""
    nodes = list(walk(test))
    if any(isinstance(node, ast.Call | ast.Attribute | ast.NamedExpr) for node in nodes):
        return None
    return {node.id for node in nodes if isinstance(node, ast.Name)}


def _none_call(program: Program, symptom: Symptom, trace: RunTrace) -> tuple[Rule, Match, Certainty] | None:
    call = trace.none_call
    line = None if call is None else _line(program, call.line)
    if call is None or line is None:
        return None
    is_result = symptom.got == "None" and call.function in symptom.functions[:1]
    return ENDED, program.on_line(line, **_slots(symptom, call)), "certain" if is_result else "likely"


def _turn(program: Program, symptom: Symptom, trace: RunTrace) -> tuple[Rule, Match, Certainty] | None:
    turn = trace.turn
    line = None if turn is None else _line(program, turn.line)
    if turn is None or line is None:
        return None
    slots = {**_slots(symptom, turn), "condition": _condition(program, line)}
    return _OF_TURN[turn.kind], program.on_line(line, **slots), "likely"


def _untaken(program: Program, symptom: Symptom, trace: RunTrace) -> tuple[Rule, Match, Certainty] | None:
    """Return the condition above the branch that gives the expected result, if it was tested and never led there."""
    for branch in trace.untaken:
        line, first = _line(program, branch.line), _line(program, branch.first_line)
        match program.statement_at(first) if first is not None else None:
            case ast.Return(value=ast.Constant(value=value)) if repr(value) == symptom.expected:
                pass
            case _:
                continue
        if line is not None and isinstance(program.statement_at(line), ast.If):
            slots: dict[str, Any] = {
                "call": symptom_name(symptom),
                "expected": _code(symptom.expected),
                "first": str(branch.first_line),
            }
            return UNTAKEN, program.on_line(line, **slots), "likely"
    return None


def _slots(symptom: Symptom, seen: Turn | NoneCall) -> dict[str, Any]:
    slots: dict[str, Any] = {"call": symptom_name(symptom), "expected": _code(symptom.expected)}
    if hasattr(seen, "function"):
        return {**slots, "function": Code(seen.function)}
    number = f"round {seen.round} of the loop" if seen.round else ""
    return {**slots, "name": Code(seen.name), "before": _code(seen.before), "after": _code(seen.after), "round": number}


def _condition(program: Program, line: int) -> str:
    """Return the line of the innermost condition around a line, within its loop; "" without one."""
    statement = program.statement_at(line)
    for up in program.above(statement) if statement is not None else ():
        if isinstance(up, ast.If) and up.lineno != line:
            return str(program.shown(up.lineno))
        if not isinstance(up, ast.With | ast.Try | ast.If):
            break
    return ""


def _line(program: Program, shown: int) -> int | None:
    """Return the line of the code for a line of the document; None if it is not in the code."""
    line = shown - program.first_line
    return line if 1 <= line <= len(program.lines) and program.line(line).strip() else None


def _code(text: str | None) -> str:
    return Code(text) if text and len(text) <= _LONGEST and text.isprintable() and "`" not in text else ""
