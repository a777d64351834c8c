"""The traced run of a failing test as evidence: a cause that it shows, and its table in the texts."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.ladder.levels import HintLevel
from tutor_pedagogy.offline.engine.case_talk import with_cases
from tutor_pedagogy.offline.engine.cause import Cause
from tutor_pedagogy.offline.engine.nodes import names_in
from tutor_pedagogy.offline.engine.program import Loop
from tutor_pedagogy.offline.engine.rule import Rule
from tutor_pedagogy.offline.rules.logic import wrong_result
from tutor_pedagogy.offline.rules.logic.claims import certainty_of, is_doubted, without_refuted_edit
from tutor_pedagogy.offline.rules.logic.shown_by_cases import explain_case
from tutor_pedagogy.offline.rules.logic.traced import PASSED, explain_run
from tutor_pedagogy.offline.rules.logic.trials.reported import case_runs
from tutor_pedagogy.offline.rules.logic.unwritten import unwritten
from tutor_pedagogy.problem.tree_walk import walk
from tutor_pedagogy.trace_table import cut, header_and_rows, why_unrepeatable

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.rules.logic.symptom import Symptom
    from tutor_protocol.run_trace import Rounds, RunTrace

_OPEN = frozenset(rule for rule in vars(wrong_result).values() if isinstance(rule, Rule)) - {wrong_result.UNREACHED}
"""The rules that only say in which way a result is wrong. What a run shows tells more."""
_FEWEST_ROUNDS = 2
_MOST_NAMED = 3
_MOST_WORDS = 158
_ABOVE_TABLE = "The {kind} of the loop on line {line}, with the values after each:"


def by_run(program: Program, symptom: Symptom | None, found: Cause | None) -> Cause | None:
    """Return the cause that a traced run shows, in place of none and of a mere place to start; else what was found."""
    if symptom is not None and (empty := unwritten(program, symptom)) is not None:
        return Cause(*empty)
    if found is not None and found.rule not in _OPEN:
        return found
    seen, by_case = explain_run(program, symptom), explain_case(program, symptom)
    if by_case is not None and (by_case[2] == "certain" or seen is None or seen[2] != "certain"):
        seen = by_case
    return Cause(*seen) if seen is not None else found


def within_cases(program: Program, symptom: Symptom | None, found: Cause | None) -> Cause | None:
    """Return a cause with the certainty and the edit that the known cases allow."""
    if found is None or found.match is None or found.rule.error_type != "logic":
        return found
    if is_doubted(program, symptom, found.certainty):
        return None
    certainty = certainty_of(program, symptom, found.rule, found.match, found.certainty)
    return found._replace(match=without_refuted_edit(program, found.match), certainty=certainty)


def with_run(text: str, program: Program, cause: Cause, level: HintLevel) -> str:
    """Return the text about a wrong result with what the cases and the traced run add to it.

    Level 1 has the student predict a round of a loop, level 2 shows that round, and level 3 the whole table.
    """
    text = with_cases(text, program, cause, level)
    trace = program.submission.trace
    if trace is None or cause.rule.error_type != "logic" or level > HintLevel.STRUCTURE:
        return text
    rounds = trace.rounds if trace.unrepeatable != "other_result" else None
    told: list[str] = []
    is_told = (cause.rule is PASSED and level is HintLevel.QUESTION) or _is_of_other_loop(program, cause, rounds)
    if rounds is not None and len(rounds.rows) >= _FEWEST_ROUNDS and not is_told:
        asked = trace.turn.round if trace.turn is not None else 0
        number = asked - rounds.first if rounds.first and asked > rounds.first else 1
        number = min(number, len(rounds.rows) - 1)
        if level is HintLevel.STRUCTURE:
            told.append(_table(rounds, number, _MOST_WORDS - len(text.split()), is_whole=trace.is_whole))
        else:
            told.append(_of_rounds(rounds, number, level))
    if level is HintLevel.CONCEPT and cause.certainty == "start_here":
        told += _of_branches(program, trace, is_alone=rounds is None)
    if trace.unrepeatable is not None and level is HintLevel.QUESTION:
        told.append(why_unrepeatable(trace.unrepeatable))
    return "\n\n".join((text, *told))


def _is_of_other_loop(program: Program, cause: Cause, rounds: Rounds | None) -> bool:
    """Return whether a cause stands in a loop, and the recorded rounds are those of a loop that it is not in."""
    if rounds is None or cause.match is None or cause.certainty == "start_here":
        return False
    statement = program.statement_at(cause.match.lines[0])
    if statement is None or isinstance(statement, Loop):
        return False
    loops = [up for up in program.above(statement) if isinstance(up, Loop)]
    told = rounds.line - program.first_line
    return bool(loops) and all(loop.lineno != told for loop in loops)


def _of_branches(program: Program, trace: RunTrace, *, is_alone: bool) -> list[str]:
    """Return the question about the first branch that was not taken, and that may well be one to take.

    Every case that passes has run it, and it gives something; or nothing else is known of the run.
    """
    passing = [run.outcome.run.ran for run in case_runs(program) if run.is_passed]
    for branch in trace.untaken:
        line = branch.first_line - program.first_line
        if not _gives_something(program, line) or not is_alone or not all(ran.get(line) for ran in passing):
            continue
        asked = "Each known case that passes runs it. Is this case another one?" if passing else "Should it have been?"
        told = f"In the recorded run, line {branch.line} was tested, and the part that begins on line "
        return [f"{told}{branch.first_line} was never run. {asked}"]
    return []


def _gives_something(program: Program, line: int) -> bool:
    """Return whether the block that begins on a line adds to a collection, or returns what is no fixed value."""
    first = program.statement_at(line)
    block = [each for each in (first, *_after(program, first)) if each is not None]
    for node in (part for each in block for part in walk(each)):
        match node:
            case ast.Call(func=ast.Attribute(attr="append" | "insert" | "extend" | "add")):
                return True
            case ast.Return(value=ast.expr() as value):
                return bool(names_in(value))
    return False


def _after(program: Program, first: ast.stmt | None) -> list[ast.stmt]:
    """Return the statements that follow one in its block."""
    parent = program.parents.get(first) if first is not None else None
    for name in ("body", "orelse"):
        block = getattr(parent, name, [])
        if isinstance(block, list) and first in block:
            return block[block.index(first) + 1 :]
    return []


def _table(rounds: Rounds, number: int, room: int, *, is_whole: bool) -> str:
    """Return the table of the rounds of a loop: of the first rounds, if it is too long and the asked one is there."""
    header, rows = header_and_rows(rounds)
    kind = "rounds" if rounds.first == 1 and is_whole else "last recorded rounds"
    words = len(header.split()) + len(_ABOVE_TABLE.split())
    fitting = 0
    for row in rows:
        words += len(row.split())
        fitting += words <= room
    if kind == "rounds" and max(number, _FEWEST_ROUNDS) < fitting < len(rows):
        kind, rows = "first rounds", rows[:fitting]
    table = "\n".join((header, *rows))
    return f"{_ABOVE_TABLE.format(kind=kind, line=rounds.line)}\n\n```text\n{table}\n```"


def _of_rounds(rounds: Rounds, number: int, level: HintLevel) -> str:
    """Return the text about the rounds of a loop. `number` is that of the row to predict, from 0."""
    if level is HintLevel.CONCEPT:
        return (
            f"In the recorded run, after {_round(rounds, number)}, {_values(rounds, number)}. Is that what you planned?"
        )
    names = _listed([f"`{name}`" for name in rounds.names[:_MOST_NAMED]])
    return (
        f"Predict, then look: in the recorded run, after {_round(rounds, number - 1)}, {_values(rounds, number - 1)}. "
        f"Write down {names} after the next round, then compare with the run."
    )


def _round(rounds: Rounds, number: int) -> str:
    at = f"round {rounds.first + number}" if rounds.first else "a later round"
    return f"{at} of the loop on line {rounds.line}"


def _values(rounds: Rounds, number: int) -> str:
    pairs = list(zip(rounds.names, rounds.rows[number], strict=True))[:_MOST_NAMED]
    return _listed([f"`{name}` is `{cut(value).replace('`', ' ')}`" for name, value in pairs])


def _listed(texts: list[str]) -> str:
    return f"{', '.join(texts[:-1])} and {texts[-1]}" if len(texts) > 1 else "".join(texts)
