"""Symptoms that a question tells only in half: the right result of a call, a variable or the output.

The wrong result is what the evaluator gives. Where it gives the right one, or none that is known, nothing is read.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation import UNKNOWN, run
from tutor_pedagogy.offline.rules.logic.symptom import MAX_TEXT, NO_VALUES, Symptom, symptom_of
from tutor_pedagogy.offline.rules.logic.trials.expectations import equal, expression, fits, is_plain, literal
from tutor_pedagogy.offline.rules.logic.trials.outline import Outline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.program import Program

_LONGEST = 200
_VALUE = (
    r"(?P<v>'[^'\n]{0,80}'|\"[^\"\n]{0,80}\"|\[[^\]\n]{0,120}\]|\([^)\n]{0,120}\)|\{[^}\n]{0,120}\}"
    r"|-?\d{1,15}(?:\.\d{1,15})?(?![\w%])|[A-Za-z]\w{0,40})"
)
_MUST = (
    r"(?:should|must|ought to|has to|needs to|is supposed to"
    r"|sollte|soll|muss|devrait|doit|deber[ií]a|tiene que|deve(?:ria)?)"
    r"(?: (?:just|only|really|actually|still|clearly))?"
    r"(?: (?:be|give|return|print|show|equal|say|have been|sein|geben|\u00eatre|etre|donner|ser|dar))?"
    r"(?: (?:just|only|really))?:? "
)
_AFTER_CALL = re.compile(rf"[`'\"”]?,? (?:it )?{_MUST}{_VALUE}", re.IGNORECASE)
_ALONE = re.compile(
    rf"^\W*(?:it |this |the (?:result|output|answer) |i )?(?:{_MUST}|expect(?:ed)?:? |want(?:ed)?:? ){_VALUE}",
    re.IGNORECASE,
)
_COUNTED = re.compile(rf"{_MUST}(?P<v>\d{{1,9}}) (?P<what>[A-Za-z]\w{{1,30}})", re.IGNORECASE)
_NAMED = re.compile(rf"(?<![\w.(])(?P<name>[A-Za-z]\w{{1,40}})`? {_MUST}{_VALUE}", re.IGNORECASE)


def completed(program: Program, symptom: Symptom | None, question: str | None) -> Symptom | None:
    """Return the symptom of a question with the wrong result of the evaluator where it tells the right one only."""
    if not question or program.tree is None or program.margin:
        return symptom
    if symptom is not None and (symptom.call or symptom.got or symptom.expected or symptom.entered or symptom.outputs):
        return symptom
    text = question[:MAX_TEXT]
    return (
        _of_call(program, text)
        or _of_variable(program, text)
        or _of_output(program, text)
        or _of_count(program, text)
        or symptom
    )


def _of_call(program: Program, text: str) -> Symptom | None:
    for name in program.functions:
        start = text.find(f"{name}(")
        end = _end_of_call(text, start) if start >= 0 else None
        told = _AFTER_CALL.match(text, end) if end is not None else None
        if told is None or end is None:
            continue
        outline = Outline(program)
        call = expression(text[start:end])
        if call is None or not outline.holds(call):
            return None
        tree = ast.Module(body=outline.needed_for(call), type_ignores=[])
        done = run(tree, call=call)
        got = done.value
        if done.ending != "finished" or not is_plain(got):
            return None
        wanted = _wanted(program, told["v"], got)
        return symptom_of(ast.unparse(call), wanted, repr(got)) if wanted is not None else None
    return None


def _end_of_call(text: str, start: int) -> int | None:
    """Return the place behind the parenthesis that closes a call."""
    depth = 0
    for place in range(start, min(len(text), start + _LONGEST)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth == 0 and text[place] == ")":
            return place + 1
    return None


def _of_variable(program: Program, text: str) -> Symptom | None:
    """Return the symptom of a variable of the module, with the value that it has at the end."""
    for told in _NAMED.finditer(text):
        is_bound = told["name"] in program.bound_names and program.run is not None and program.run.ending == "finished"
        got = program.run.names.get(told["name"], UNKNOWN) if is_bound and program.run is not None else UNKNOWN
        wanted = _wanted(program, told["v"], got) if is_plain(got) else None
        if wanted is not None:
            return _printed(wanted, got)
    return None


def _of_output(program: Program, text: str) -> Symptom | None:
    """Return the symptom of the only line that a program prints, where that is one value."""
    told = _ALONE.match(text)
    if told is None or program.run is None or program.run.ending != "finished" or not program.run.output:
        return None
    lines = [line for line in program.run.output.split("\n") if line.strip()]
    is_value, got = literal(lines[0].rpartition(": ")[2]) if len(lines) == 1 else (False, None)
    wanted = _wanted(program, told["v"], got) if is_value else None
    return _printed(wanted, got) if wanted is not None else None


def _of_count(program: Program, text: str) -> Symptom | None:
    """Return the symptom of the only printed line that shows another number of the thing that the question counts."""
    told = _COUNTED.search(text)
    if told is None or program.run is None or program.run.ending != "finished" or not program.run.output:
        return None
    shown = re.compile(rf"(?<![\w.])(\d{{1,9}}) {re.escape(told['what'])}\b")
    lines = [(line, found[1]) for line in program.run.output.split("\n") if (found := shown.search(line)) is not None]
    if len(lines) != 1 or lines[0][1] == told["v"]:
        return None
    return _printed(told["v"], int(lines[0][1]))


def _printed(wanted: str, got: Any) -> Symptom:
    told = symptom_of("", wanted, repr(got))
    return Symptom(told.kinds, None, wanted, str(got))


def _wanted(program: Program, told: str, got: Any) -> str | None:
    """Return the right result as `repr` writes it; None if it is the one that comes, or cannot be compared with it."""
    is_value, value = literal(told)
    if not is_value:
        return repr(told) if told in _strings(program) and told not in NO_VALUES and told != got else None
    if equal(got, value) or fits(got, value) or str(got) == str(value):
        return None
    numbers = all(type(each) in (int, float) for each in (got, value))
    return repr(value) if numbers or got is None or type(got) is type(value) else None


def _strings(program: Program) -> Iterator[str]:
    return (node.value for node in program.each(ast.Constant) if isinstance(node.value, str))
