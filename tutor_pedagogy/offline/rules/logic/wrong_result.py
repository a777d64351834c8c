"""Explanations from a wrong result alone: one rule for each way in which a value can be wrong."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import is_call_of, names_in
from tutor_pedagogy.offline.engine.program import Loop
from tutor_pedagogy.offline.engine.rule import Rule
from tutor_pedagogy.offline.rules.logic.case_lines import first_line_apart
from tutor_pedagogy.offline.rules.logic.case_values import cut_between_items, is_one_off_each_time
from tutor_pedagogy.offline.rules.logic.followed import state_at
from tutor_pedagogy.offline.rules.logic.makers import maker_of_output, maker_of_result, prints
from tutor_pedagogy.offline.rules.logic.tree import last_line
from tutor_pedagogy.offline.rules.runtime.origins import falls_through
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.nodes import Function
    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.evaluation import Run
    from tutor_pedagogy.offline.rules.logic.symptom import Symptom

_LONGEST_VALUE = 60
_MANY_NAMES = 2
_LABEL = re.compile(r"[^\W\d_]{4,}")
"""A word of a label and of a question that is long enough to tell one result from another."""
_LIKE_NOTHING = frozenset(("None", "False", "-1", "0", "''", '""', "[]", "()", "{}", "True"))
"""Expected results that may only mean "nothing found", and `True`, which may come from the function's last line.

For these, no `return` is reported as unreached.
"""

NOTHING = Rule("logic.result-is-none", "logic")
TYPE = Rule("logic.result-of-another-kind", "logic")
TRUTH = Rule("logic.answer-turned-round", "logic")
OFF = Rule("logic.result-off-by-one", "logic")
AMOUNT = Rule("logic.result-too-big-or-small", "logic")
ORDER = Rule("logic.result-in-another-order", "logic")
LENGTH = Rule("logic.result-too-long-or-short", "logic")
ENDLESS = Rule("logic.never-comes-to-an-end", "logic")
FORM = Rule("logic.text-in-another-form", "logic")
VALUE = Rule("logic.result-differs", "logic")
ROUNDED = Rule("logic.result-not-rounded", "logic")
UNREACHED = Rule("logic.return-never-reached", "logic")

_BY_SYMPTOM: dict[str, Rule] = {
    "unrounded": ROUNDED,
    **dict.fromkeys(("none", "printed"), NOTHING),
    **dict.fromkeys(("type", "string", "rounding"), TYPE),
    "truth": TRUTH,
    "off": OFF,
    **dict.fromkeys(("less", "more", "zero"), AMOUNT),
    "order": ORDER,
    **dict.fromkeys(("short", "long", "empty"), LENGTH),
    "endless": ENDLESS,
    "form": FORM,
    "value": VALUE,
}


def explain_result(program: Program, symptom: Symptom, run: Run | None = None) -> tuple[Rule, Match] | None:
    """Return the rule for a kind of wrong result, and the line at which the student should start; or None."""
    known = (_BY_SYMPTOM[kind] for kind in symptom.kinds if kind in _BY_SYMPTOM)
    rule = next(known, VALUE if symptom.call or symptom.got else None)
    rule = AMOUNT if rule is OFF and not is_one_off_each_time(program) else rule
    if rule is None or (rule is NOTHING and not symptom.call and _always_gives_a_value(program)):
        return None
    if rule is LENGTH and (symptom.expected or "").startswith(("'", '"')):
        rule = VALUE  # A string has characters, and often no step that collects them.
    named = symptom.function_in(program)
    function = named or program.function_at(program.cursor_line) or _first(program, symptom)
    is_text = (symptom.expected or "").startswith(("'", '"'))
    line = (
        _line(program, rule, run, function, symptom.got, is_text=is_text)
        if function is not None
        else _output(program, symptom)
    )
    name = Code(named.name) if named is not None else ""
    got = _value(symptom.got) or ""
    apart = first_line_apart(program) if rule is not ENDLESS else None
    line = apart or _changing_line(program, symptom, named) or line
    state = state_at(program, run, line)
    return rule, program.on_line(line, got=got, state=state, **_slots(symptom, name))


def _changing_line(program: Program, symptom: Symptom, named: Function | None) -> int | None:
    """Return the cursor's line if it is in another method than the one that a test calls without arguments, else None.

    Such a call only shows the object, and what is wrong with it was done by a method before.
    """
    at = program.function_at(program.cursor_line)
    is_showing = named is not None and (symptom.call or "").endswith(f".{named.name}()")
    if not is_showing or at is None or at is named or program.submission.cursor.line <= 0:
        return None
    is_step = program.line(program.cursor_line).strip() and program.cursor_line > at.lineno
    return program.cursor_line if is_step and isinstance(program.parents.get(at), ast.ClassDef) else None


def _always_gives_a_value(program: Program) -> bool:
    """Return whether every function of the program returns something but None on every way through it."""
    functions = list(program.functions.values())
    return bool(functions) and not any(
        program.returns_nothing(each)
        or falls_through(program, each)
        or any(result.value is None for result in program.returns_of(each))
        for each in functions
    )


def _first(program: Program, symptom: Symptom) -> Function | None:
    """Return the first function; if a test calls none of the program's by name, the last one that returns a value."""
    functions = list(program.functions.values())
    if symptom.call is not None:
        functions = [each for each in functions if not program.returns_nothing(each)][-1:]
    return next(iter(functions), None)


def _slots(symptom: Symptom, function: str) -> dict[str, Any]:
    return {
        "call": _value(symptom.call),
        "expected": _value(symptom.expected) or "",
        "function": function,
    }


def explain_unreached(program: Program, symptom: Symptom) -> tuple[Rule, Match] | None:
    """Return the condition above the `return` of the expected value, in a function that returned None."""
    function = symptom.function_in(program)
    if function is None or not symptom.expected or symptom.expected in _LIKE_NOTHING:
        return None
    for result in program.returns_of(function):
        fits = not isinstance(result.value, ast.Constant) or program.segment(result.value) == symptom.expected
        node = next((up for up in program.above(result) if isinstance(up, ast.If | ast.While)), None)
        if result.value is not None and fits and isinstance(node, ast.If) and node.lineno >= function.lineno:
            return UNREACHED, program.here(node.test, condition=node.test, **_slots(symptom, Code(function.name)))
    return None


def _output(program: Program, symptom: Symptom) -> int:
    """Return the line that makes what the program prints; the line that prints it if that is not known."""
    done = program.run
    is_known = done is not None and done.ending == "finished"
    made = maker_of_output(program, prints(program), done.ran if done is not None and is_known else None)
    return made.lineno if made is not None and symptom.got else _last_output(program)


def _last_output(program: Program) -> int:
    """Return the line of the last `print`, which shows the result of a program without functions; else the cursor's.

    A `print` with a label that the question names comes before the others.
    """
    shown = [node for node in program.each(ast.Call) if is_call_of(node, "print")]
    asked = set(_LABEL.findall((program.submission.question or "").lower()))
    labelled = [node for node in shown if asked and asked & set(_LABEL.findall(_label(node)))]
    return max((node.lineno for node in labelled or shown), default=program.cursor_line)


def _label(call: ast.Call) -> str:
    """Return the strings that a `print` shows before its values, in lower case."""
    strings = [node.value for node in walk(call) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return " ".join(strings).lower()


def _value(text: str | None) -> str | None:
    if not text or (len(text) <= _LONGEST_VALUE and text.isprintable()):
        return Code(text) if text else None
    begins = cut_between_items(text, _LONGEST_VALUE)
    return f"`{begins}` …" if begins.isprintable() and "`" not in begins else Code(begins)


def _line(program: Program, rule: Rule, run: Run | None, function: Function, got: str | None, *, is_text: bool) -> int:
    """Return the line at which to start: the only `return` that gave a wrong truth value, if it is known."""
    if rule is TRUTH:
        results = [node for node in program.returns_of(function) if run is None or run.ran.get(node.lineno)]
        same = [node for node in results if run is not None or _gives(node, got)]
        if len(same) == 1:
            return same[0].lineno
    worker = _worker(program, function, is_text=rule in (VALUE, FORM) and is_text)
    if rule in (AMOUNT, OFF) and (formula := _formula(program, worker, run)) is not None:
        return formula.lineno
    if rule in (AMOUNT, OFF, VALUE, FORM) and (made := maker_of_result(program, worker, run.ran if run else None)):
        return made.lineno
    line = _place(program, rule, worker, run)
    if run is None or run.ran.get(line) or run.ending != "finished":
        return line
    return next((node.lineno for node in program.returns_of(worker) if run.ran.get(node.lineno)), line)


def _gives(node: ast.Return, got: str | None) -> bool:
    """Return whether a `return` can give a value: it is this constant, or no constant."""
    return not isinstance(node.value, ast.Constant) or repr(node.value.value) == got


def _worker(program: Program, function: Function, *, is_text: bool = False) -> Function:
    """Return the function that does the work: the called one, if the only statement of a function returns its value.

    A wrong string is made by the function that the only `return` calls, whatever was worked out before.
    """
    if is_text:
        match program.returns_of(function):
            case [ast.Return(value=ast.Call(func=ast.Name(id=name)))] if name in program.functions:
                return program.functions[name]
    match function.body:
        case [ast.Return(value=ast.expr() as value)]:
            called = [program.functions[name] for name in program.words_of(value) if name in program.functions]
            if len(called) == 1 and called[0] is not function:
                return called[0]
    return function


def _formula(program: Program, function: Function, run: Run | None) -> ast.Return | None:
    """Return the only `return` that ran, if it calculates with several names: all values are seen there."""
    results = [node for node in program.returns_of(function) if run is not None and run.ran.get(node.lineno)]
    if len(results) != 1 or not isinstance(results[0].value, ast.BinOp):
        return None
    return results[0] if len(names_in(results[0].value)) > _MANY_NAMES else None


def _handed_on(program: Program, results: list[ast.Return], run: Run | None) -> list[ast.Return]:
    """Return the last `return` that ran, if it puts the result together from calls of the program's functions."""
    ran = [node for node in results if run is not None and run.ran.get(node.lineno)]
    made = [node for node in ran if node.value is not None and not isinstance(node.value, ast.Name)]
    called = [node for node in made if any(is_call_of(part, *program.functions) for part in walk(node))]
    return called[-1:]


def _place(program: Program, rule: Rule, function: Function, run: Run | None = None) -> int:
    """Return the line of a function that most likely causes this kind of wrong result."""
    statements = (node for node in program.own_nodes(function) if isinstance(node, ast.stmt))
    ordered = sorted(statements, key=lambda node: node.lineno)
    loops = [node for node in ordered if isinstance(node, Loop)]
    tests = [node for node in ordered if isinstance(node, ast.If)]
    results = program.returns_of(function)
    places: Sequence[ast.stmt]
    if rule is NOTHING:
        places = ()
    elif rule is TRUTH:
        places = (*tests[-1:], *results[-1:], function)
    elif rule in (OFF, ENDLESS, ORDER, LENGTH):
        first: Sequence[ast.stmt] = (
            [node for node in loops if isinstance(node, ast.While)] if rule is ENDLESS else _builders(loops, results)
        )
        if rule is ORDER:
            first = _building(program, function, results)
        filters = [node for node in ordered if rule is LENGTH and _has_filter(node)]
        handed_on = _handed_on(program, results, run) if rule in (ORDER, LENGTH) else []
        places = (*handed_on, *first[:1], *loops[:1], *filters[:1], *tests[:1], *results[-1:], function)
    else:
        places = results[-1:]
    return places[0].lineno if places else last_line(function.body[-1])


def _has_filter(node: ast.stmt) -> bool:
    """Return whether a simple statement has a comprehension with a condition."""
    return isinstance(node, ast.Assign | ast.Return) and any(
        isinstance(part, ast.comprehension) and part.ifs for part in walk(node)
    )


def _building(program: Program, function: Function, results: list[ast.Return]) -> list[ast.stmt]:
    """Return the statements in loops that join the returned name with another value, as in `text = text + letter`."""
    if not results or not isinstance(results[-1].value, ast.Name):
        return []
    name = results[-1].value.id
    found: list[ast.stmt] = []
    for node in program.own_nodes(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=target)], value=ast.BinOp(op=ast.Add()) as value):
                is_joined = target == name and name in program.words_of(value)
            case ast.AugAssign(target=ast.Name(id=target), op=ast.Add()):
                is_joined = target == name
            case _:
                continue
        if is_joined and program.loop_around(node) is not None:
            found.append(node)
    return found


def _builders(loops: list[ast.For | ast.While], results: list[ast.Return]) -> list[ast.For | ast.While]:
    """Return the loops that update the returned variable, the last loop first."""
    if not results or not isinstance(results[-1].value, ast.Name):
        return []
    name = results[-1].value.id

    def changes(node: ast.AST) -> bool:
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner))) | ast.AugAssign(target=ast.Name(id=owner)):
                return owner == name
        return False

    return [loop for loop in reversed(loops) if any(changes(node) for node in walk(loop))]
