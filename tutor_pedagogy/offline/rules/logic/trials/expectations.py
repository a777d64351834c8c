"""Expectations: expressions of a program whose right result is known, from a failing test, an assert or a doctest."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from math import isclose
from typing import TYPE_CHECKING, Any, Literal

from tutor_pedagogy.offline.engine.nodes import Function, is_call_of
from tutor_pedagogy.problem.syntax_tree import expression_tree
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor_pedagogy.offline.rules.logic.symptom import Symptom
    from tutor_pedagogy.offline.rules.logic.trials.outline import Outline
    from tutor_pedagogy.offline.rules.logic.whole_output import Outputs
    from tutor_protocol import KnownCase

MAX_EXPECTATIONS = 8
"""The maximum number of expectations that are read from a program."""
_LONGEST = 200
_SCALARS = (int, float, complex, str, bytes, bool, type(None))
_DEEPEST = 6
_DOCTEST = re.compile(r"^[ \t]*>>> (?P<call>[^\n]+)\n[ \t]*(?P<wanted>(?!>>>)[^\s][^\n]*)$", re.MULTILINE)
_BETWEEN = re.compile(r", | and | ")
_NOT_PARSED = (SyntaxError, ValueError, MemoryError, RecursionError, TypeError)

Form = Literal["value", "shown", "printed", "line", "ending", "output", "passes"]
"""What is compared: a value, its text, the text of one `print`, one printed line, the end of the output, all of it.

The form `passes` is a program that should run to its end, so that none of its assertions fails.
"""
PASSED = "True"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Expectation:
    """An expression of a program and its right result.

    `body` holds the statements to run before `call` is evaluated. `wanted` is the right value for the form `value`,
    and the right text for the other forms. `got` is the result that the student reports, if any. `at` is the index
    of the printed line for the form `line`.
    """

    form: Form
    text: str
    body: Sequence[ast.stmt]
    call: ast.expr | None
    wanted: Any
    got: str | None = None
    at: int = 0
    source: str = "program"
    entered: tuple[str, ...] | None = None
    """The lines that are typed in."""
    case: KnownCase | None = None
    """The case of a test report that this is about."""
    told: tuple[str, str] | None = None
    """The right and the wrong value as the question tells them, where they are parts of a line."""
    shown_by: ast.stmt | None = None
    """The statement that prints the line, for the form `line`, where only one can be meant."""

    def holds(self, result: Any) -> bool:
        """Return whether a result is the right one."""
        if self.form == "value":
            return equal(result, self.wanted) or (self.source == "name" and fits(result, self.wanted))
        if self.form == "shown":
            return self.wanted in texts_of(result) or _is_same_number(result, self.wanted)
        if self.form == "passes":
            return bool(result == PASSED)
        if self.form == "output":
            return bool(result == self.wanted)
        if self.form == "ending":
            return isinstance(result, str) and ends_with(result, self.wanted)
        return isinstance(result, str) and same_text(result, self.wanted)

    @property
    def right(self) -> str:
        """The right result as a student reads it."""
        return (shown_value(self.wanted) or "") if self.form == "value" else str(self.wanted)


def is_plain(value: Any, depth: int = 0) -> bool:
    """Return whether a value consists of Python's own values only."""
    if type(value) in _SCALARS:
        return True
    if depth > _DEEPEST or type(value) not in (list, tuple, set, frozenset, dict):
        return False
    items = [*value.keys(), *value.values()] if isinstance(value, dict) else value
    return all(is_plain(item, depth + 1) for item in items)


def shown_value(value: Any) -> str | None:
    """Return a value as `repr` writes it; None for objects of the program's own classes."""
    return repr(value) if is_plain(value) else None


def equal(result: Any, wanted: Any) -> bool:
    """Return whether a result equals the wanted value and has its type; floats may differ by rounding."""
    if isinstance(result, float) and isinstance(wanted, float | int) and not isinstance(wanted, bool):
        return isclose(result, wanted, rel_tol=1e-9, abs_tol=1e-12)
    if isinstance(wanted, float) and isinstance(result, int) and not isinstance(result, bool):
        return result == wanted
    if type(result) is not type(wanted):
        return False
    if isinstance(wanted, list | tuple):
        return len(result) == len(wanted) and all(map(equal, result, wanted))
    return bool(result == wanted)


def texts_of(value: Any) -> tuple[str, ...]:
    """Return the text of a value as `repr` writes it, and as `print` does for a string."""
    shown = shown_value(value)
    if shown is None:
        return ()
    return (shown, value) if isinstance(value, str) else (shown,)


def _is_same_number(result: Any, wanted: Any) -> bool:
    """Return whether a float is the number that a text shows without its zeros."""
    is_value, value = literal(wanted) if isinstance(result, float) and isinstance(wanted, str) else (False, None)
    return is_value and type(value) in (int, float) and bool(result == value)


def ends_with(text: str, wanted: str) -> bool:
    """Return whether a text ends with another one, which begins a line or stands behind a prompt."""
    whole = text.rstrip()
    if not wanted or not whole.endswith(wanted):
        return False
    before = whole[: len(whole) - len(wanted)]
    return not before or not (before[-1].isalnum() or before[-1] in "-.")


def same_text(text: str, wanted: str) -> bool:
    """Return whether two printed texts are the same but for white space at their ends and the quotes around them."""
    if text.strip() == wanted.strip() or text.strip() == wanted.strip().strip("'\""):
        return True
    is_value, value = literal(text)
    return is_value and isinstance(value, float) and _is_same_number(value, wanted.strip())


def literal(text: str | None) -> tuple[bool, Any]:
    """Return whether a text is a Python literal, and its value."""
    if not text or len(text) > _LONGEST:
        return False, None
    try:
        return True, ast.literal_eval(text.strip())
    except _NOT_PARSED:
        return False, None


def expression(text: str | None) -> ast.expr | None:
    """Return a text as an expression; None if it is none."""
    if not text or len(text) > _LONGEST:
        return None
    try:
        return expression_tree(text.strip())
    except _NOT_PARSED:
        return None


def fits(result: Any, wanted: Any) -> bool:
    """Return whether a number is the wanted one but for rounding."""
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (result, wanted))
    return numbers and isclose(result, wanted, rel_tol=1e-3, abs_tol=0.006)


def of_symptom(outline: Outline, symptom: Symptom | None) -> Expectation | None:
    """Return the expectation of a failing test: its call, and the result that it wants."""
    if symptom is not None and symptom.entered is not None:
        return _of_entered(outline, symptom, symptom.entered)
    if symptom is not None and symptom.outputs is not None:
        return _of_outputs(outline, symptom.outputs)
    if symptom is None or symptom.call is None:
        return None
    call = expression(symptom.call)
    is_value, wanted = literal(symptom.expected)
    if call is None or not is_value or not outline.holds(call):
        return None
    return Expectation(
        form="value",
        text=symptom.call,
        body=outline.needed_for(call),
        call=call,
        wanted=wanted,
        got=symptom.got,
        source="name" if symptom.others else "test",
    )


def _of_outputs(outline: Outline, outputs: Outputs) -> Expectation:
    """Return the expectation of the whole output of a program."""
    return Expectation(
        form="output",
        text="the program",
        body=[each for each in outline.statements if not isinstance(each, ast.Assert)],
        call=None,
        wanted="\n".join(outputs.expected),
        got="\n".join(outputs.got),
        source="test",
    )


def _of_entered(outline: Outline, symptom: Symptom, entered: str) -> Expectation:
    """Return the expectation that the output for an input ends with a text."""
    asked = sum(is_call_of(node, "input") for node in outline.program.each(ast.Call))
    parts = _BETWEEN.split(entered)
    return Expectation(
        form="ending",
        text=entered,
        body=[each for each in outline.statements if not isinstance(each, ast.Assert)],
        call=None,
        wanted=symptom.expected,
        got=symptom.got,
        source="test",
        entered=tuple(parts) if len(parts) == asked > 1 else (entered,),
    )


def of_others(outline: Outline, symptom: Symptom) -> Iterator[Expectation]:
    """Yield the expectations of the further calls that a symptom names."""
    for text, right in symptom.others:
        call = expression(text)
        is_value, wanted = literal(right)
        if call is not None and is_value and outline.holds(call):
            body = outline.needed_for(call)
            yield Expectation(form="value", text=text, body=body, call=call, wanted=wanted, source="name")


def of_asserts(outline: Outline) -> Iterator[Expectation]:
    """Yield the expectations in `assert` statements and in the assertions of `unittest`."""
    own = set(outline.statements)
    for node in outline.program.each(ast.Assert, ast.Call):
        match node:
            case ast.Assert(test=ast.Compare(left=left, ops=[ast.Eq()], comparators=[right])):
                pair: tuple[ast.expr, ast.expr] | None = (left, right)
            case ast.Assert(test=ast.Compare(left=left, ops=[ast.Is()], comparators=[ast.Constant() as right])):
                pair = (left, right)
            case ast.Assert(test=ast.UnaryOp(op=ast.Not(), operand=ast.Call() as left)):
                pair = (left, ast.Constant(value=False))
            case ast.Assert(test=ast.Call() as left):
                pair = (left, ast.Constant(value=True))
            case ast.Call(func=ast.Attribute(attr="assertEqual" | "assertEquals"), args=[left, right, *_]):
                pair = (left, right)
            case ast.Call(func=ast.Attribute(attr="assertTrue" | "assertFalse" as name), args=[left, *_]):
                pair = (left, ast.Constant(value=name == "assertTrue"))
            case _:
                pair = None
        if pair is not None:
            yield from _of_pair(outline, *pair, above=node if isinstance(node, ast.Assert) and node in own else None)


def _of_pair(
    outline: Outline, left: ast.expr, right: ast.expr, *, above: ast.stmt | None = None
) -> Iterator[Expectation]:
    """Yield the expectation that two expressions are equal. One that is no call needs all statements above it."""
    for call, value in ((left, right), (right, left)):
        if not isinstance(call, ast.Constant) and outline.holds(call):
            try:
                wanted = ast.literal_eval(value)
            except _NOT_PARSED:
                continue
            text = outline.program.segment(call) or ast.unparse(call)
            is_of_state = above is not None and not any(isinstance(part, ast.Call) for part in walk(call))
            body = outline.before(above) if above is not None and is_of_state else outline.needed_for(call)
            yield Expectation(form="value", text=text, body=body, call=call, wanted=wanted)
            return


def of_doctests(outline: Outline) -> Iterator[Expectation]:
    """Yield the expectations in the docstrings of functions and of the module."""
    if ">>>" not in outline.program.code or outline.program.tree is None:
        return
    for node in outline.program.each(ast.Module, *Function.__args__):
        first = node.body[0] if node.body else None
        match first:
            case ast.Expr(value=ast.Constant(value=str(text))) if ">>>" in text:
                for found in _DOCTEST.finditer(text):
                    call = expression(found["call"])
                    if call is not None and outline.holds(call):
                        body, wanted = outline.needed_for(call), found["wanted"].strip()
                        yield Expectation(form="shown", text=found["call"].strip(), body=body, call=call, wanted=wanted)
