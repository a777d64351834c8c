"""Contradictions between the name of a function and what it returns for small inputs, as `is_even(3)` that is True.

The function is called in the evaluator with the arguments of `well_known.py`. Whatever is doubtful counts as right: a
name that may mean two things, arguments of another type than the program uses, an exception, an unknown value.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from math import isclose
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.edits import edited_tree
from tutor_pedagogy.offline.engine.nodes import Function, is_call_of
from tutor_pedagogy.offline.evaluation import run
from tutor_pedagogy.offline.rules.logic.support import changes_parameter, is_result_used
from tutor_pedagogy.offline.rules.logic.tree import parameters_of
from tutor_pedagogy.offline.rules.logic.well_known import readings_of
from tutor_pedagogy.offline.rules.logic.well_known_classes import promises_of
from tutor_pedagogy.problem.syntax_tree import expression_tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor_pedagogy.offline.engine.finding import Edit
    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.rules.logic.well_known import Check

STEPS = 2500
"""The maximum number of steps in which all calls for one program are evaluated."""
_STEPS_OF_CALL = 500
_ROUNDING = 0.006
_RESTRICTS = re.compile(
    r"(?i)>>>|\b(?:except|exclud|without|unless|ignor|round|absolute|index|below|less than|under|drop|skip|distinct"
    r"|strict|inclusive|non-?neg|positive|natural|length|print|weighted|if not|trimmed|descend"
    r"|biggest first|largest first|highest first)"
)
"""Words in a docstring that may change what a function's name promises."""
_NO_LIST = re.compile(
    r"^(?:text|string|str\w*|s|word|sentence|file\w*|path|n|num|number|x|tree|node|root|head|d|dict\w*|matrix|grid|board)$"
)
_NO_STRING = re.compile(r"^(?:words|lst|list\w*|items|names|arr\w*|lines|l|file\w*|path|f|n|num|number|nums|numbers)$")
_NO_NUMBER = re.compile(
    r"^(?:s|text|string|word|sentence|name|lst|list\w*|items|arr\w*|nums|numbers|values|file\w*|path|voltage|v|current"
    r"|force|matrix|grid|node|root|head|tree)$"
)


@dataclass(frozen=True, slots=True)
class Call:
    """An expression whose result a name promises: its code, how a student reads it, and the right result."""

    code: str
    shown: str
    wanted: Any


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A call of a function whose result does not fit the function's name, and all calls with known results."""

    function: Function
    calls: tuple[Call, ...]
    call: Call
    got: Any

    @property
    def others(self) -> list[tuple[str, str]]:
        """The other calls that the name of the function says the result of, each with that result."""
        return [(each.code, repr(each.wanted)) for each in self.calls if each is not self.call]


def contradiction(program: Program) -> Contradiction | None:
    """Return the first call of a well-known function that gives another result than its name promises; or None."""
    if program.tree is None or program.margin:
        return None
    left = STEPS
    body = _definitions(program.tree)
    for function, readings in _promises(program):
        if not _RESTRICTS.search(ast.get_docstring(function) or ""):
            found, left = _contradicted(body, function, readings, left)
            if found is not None:
                return found
    return None


def agreement(program: Program, function: Function) -> list[tuple[str, str]]:
    """Return the calls of a well-known function that give what its name promises, each with its result.

    The list is empty if the name promises nothing, or if one of the calls gives another result or none that is known.
    """
    if program.tree is None or program.margin or _RESTRICTS.search(ast.get_docstring(function) or ""):
        return []
    body = _definitions(program.tree)
    for found, readings in _promises(program):
        for calls in readings if found is function else ():
            results, _ = _results(body, calls, STEPS)
            if results and all(
                _is_alike(result, call.wanted) and _equal(result, call.wanted) for call, result in results
            ):
                return [(call.shown, repr(result)) for call, result in results]
    return []


def mends(program: Program, found: Contradiction, edit: Edit) -> bool:
    """Return whether a function fits its name after an edit, in every call that is evaluated."""
    tree = edited_tree(program, edit)
    if tree is None:
        return False
    results, _ = _results(_definitions(tree), found.calls, STEPS)
    return results is not None and all(_equal(result, call.wanted) for call, result in results)


def _promises(program: Program) -> Iterator[tuple[Function, list[tuple[Call, ...]]]]:
    """Yield each function and method whose name says its results, with the readings of the name."""
    for function in program.functions.values():
        readings = readings_of(function.name) if _is_plain(program, function) else ()
        calls = [
            tuple(_call(function, check) for check in reading if _applies(program, function, check))
            for reading in readings
        ]
        if any(calls):
            yield function, [each for each in calls if each]
    for owner in program.each(ast.ClassDef):
        if isinstance(program.parents.get(owner), ast.Module) and not owner.bases and not owner.decorator_list:
            for method, code, shown, wanted in promises_of(owner):
                yield method, [(Call(code, shown, wanted),)]


def _is_plain(program: Program, function: Function) -> bool:
    """Return whether a function is at the top level, without decorator and with positional parameters only."""
    arguments = function.args
    is_simple = not (arguments.vararg or arguments.kwarg or arguments.kwonlyargs or function.decorator_list)
    is_free = isinstance(program.parents.get(function), ast.Module) and isinstance(function, ast.FunctionDef)
    works_in_place = program.returns_nothing(function) and changes_parameter(program, function)
    has_result = not program.returns_nothing(function) or is_result_used(program, function)
    has_result = has_result and not works_in_place
    return is_free and is_simple and has_result and not any(isinstance(node, ast.Yield) for node in ast.walk(function))


def _contradicted(
    body: list[ast.stmt], function: Function, readings: Sequence[tuple[Call, ...]], left: int
) -> tuple[Contradiction | None, int]:
    """Return the contradiction to the reading that fits a function best, and the steps that are left."""
    best: list[tuple[int, Contradiction]] = []
    for calls in readings:
        results, left = _results(body, calls, left)
        if results is None or not all(_is_alike(result, call.wanted) for call, result in results):
            continue
        failing = [(call, result) for call, result in results if not _equal(result, call.wanted)]
        if not failing:
            return None, left
        passed = len(results) - len(failing)
        if passed or (len(readings) == 1 and _is_closed(*failing[0])):
            best.append((passed, Contradiction(function, calls, *failing[0])))
    return (max(best, key=lambda pair: pair[0])[1] if best else None), left


def _is_closed(call: Call, got: Any) -> bool:
    """Return whether a result can only be meant as the checked one: no string or list with other contents."""
    if isinstance(call.wanted, str | list):
        return got is None or set(map(str, got)) <= set(map(str, call.wanted))
    return True


def _applies(program: Program, function: Function, check: Check) -> bool:
    """Return whether a function can be called with a check's arguments, by its parameters and by its other calls."""
    names = parameters_of(function)
    given = len(check.arguments)
    if given != len(names) - len(function.args.defaults):
        return False
    for name, argument in zip(names, check.arguments, strict=False):
        pattern = _NO_STRING if isinstance(argument, str) else _NO_LIST if isinstance(argument, list) else _NO_NUMBER
        if pattern.match(name.lower()):
            return False
    return all(
        kind is None or kind == _kind_of_value(argument)
        for call in program.each(ast.Call)
        if is_call_of(call, function.name)
        for kind, argument in zip(_kinds(program, call), check.arguments, strict=False)
    )


def _kinds(program: Program, call: ast.Call) -> Iterator[str | None]:
    """Yield the kind of each argument of a call, as far as it is a literal or a name for one."""
    for argument in call.args:
        value = program.last_value(argument.id, call.lineno) if isinstance(argument, ast.Name) else argument
        yield _kind(value)


def _kind(value: ast.expr | None) -> str | None:
    try:
        return None if value is None else _kind_of_value(ast.literal_eval(value))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


def _kind_of_value(value: Any) -> str | None:
    """Return a word for the type of a value, with the type of the first item of a list."""
    match value:
        case bool():
            return "truth value"
        case int() | float():
            return "number"
        case list() | tuple():
            return f"list of {_kind_of_value(value[0])}" if value else None
    return type(value).__name__


def _definitions(tree: ast.Module) -> list[ast.stmt]:
    """Return the statements that only define something: functions, classes, imports, and names for literals."""
    plain = (ast.Constant, ast.List, ast.Dict, ast.Set, ast.Tuple, ast.UnaryOp)
    return [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom)
        or (isinstance(node, ast.Assign) and isinstance(node.value, plain))
    ]


def _results(body: list[ast.stmt], calls: Sequence[Call], left: int) -> tuple[list[tuple[Call, Any]] | None, int]:
    """Return each call with its result, and the steps that are left. None if a result is not known."""
    found: list[tuple[Call, Any]] = []
    module = ast.Module(body=body, type_ignores=[])
    for call in calls:
        done = run(module, call=expression_tree(call.code), steps=min(left, _STEPS_OF_CALL))
        left -= done.steps
        if done.ending == "raised" and len(found) > 1:
            continue  # The function may refuse this argument on purpose.
        if done.ending != "finished" or not done.is_certain or not _is_known(done.value):
            return None, left
        found.append((call, done.value))
    return found, left


def _is_known(value: Any) -> bool:
    return value is None or isinstance(value, bool | int | float | str | list | tuple | dict)


def _call(function: Function, check: Check) -> Call:
    text = f"{function.name}({', '.join(map(repr, check.arguments))})"
    return Call(text, text, check.result)


def _is_alike(result: Any, wanted: Any) -> bool:
    """Return whether a result has the type of the wanted one, or is None."""
    if result is None or isinstance(result, bool) or isinstance(wanted, bool):
        return result is None or (isinstance(result, bool) and isinstance(wanted, bool))
    numbers = isinstance(result, int | float) and isinstance(wanted, int | float)
    return numbers or type(result) is type(wanted)


def _equal(result: Any, wanted: Any) -> bool:
    """Return whether a result is the wanted one. A rounded number is right, too."""
    if isinstance(result, int | float) and isinstance(wanted, int | float) and not isinstance(wanted, bool):
        return isclose(result, wanted, rel_tol=1e-3, abs_tol=_ROUNDING)
    if isinstance(result, tuple) and isinstance(wanted, tuple):
        return len(result) == len(wanted) and all(map(_equal, result, wanted))
    return bool(result == wanted)
