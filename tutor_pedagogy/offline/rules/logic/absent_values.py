"""Tests for "is there a value?" by its truth, which take 0 and what is empty for no value."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.rules.logic.moves import with_parts
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.said import texts_of_unit
from tutor_pedagogy.offline.rules.logic.symptom import is_complaint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_ZERO = re.compile(r"(?i)(?<![\w.,-])0(?![\w.,]*\d)|\bzero\b|\bnull\b(?! )|\bcero\b|\bz[e\u00e9]ro\b")
_EMPTY = re.compile(r"(?i)\bempty\b|''|\"\"|\[\]|\bleer\b|\bvide\b|\bvac[i\u00ed]")
_NONE = re.compile(r"\bNone\b")
_TESTS = (ast.If, ast.While, ast.IfExp)


class TruthTest(NamedTuple):
    """A part of a program that asks for the truth of a name, and the code that asks for None in its place."""

    name: ast.Name
    part: ast.expr
    text: str
    is_turned: bool
    """Whether the part is true for what is false."""


def truth_test(program: Program, node: ast.AST) -> TruthTest | None:
    """Return the test of a name for its own truth that is a node: a condition, `not name`, or `name or default`."""
    match node:
        case ast.BoolOp(
            op=ast.Or(), values=[ast.Name() as name, ast.Constant() | ast.List() | ast.Dict() as other]
        ) if not isinstance(program.parents.get(node), (*_TESTS, ast.BoolOp, ast.UnaryOp, ast.comprehension)):
            return TruthTest(
                name, node, f"{program.segment(other)} if {name.id} is None else {name.id}", is_turned=True
            )
        case ast.UnaryOp(op=ast.Not(), operand=ast.Name() as name):
            return TruthTest(name, node, f"{name.id} is None", is_turned=True)
        case ast.Name(ctx=ast.Load()):
            parent = program.parents.get(node)
            is_test = (isinstance(parent, _TESTS) and parent.test is node) or (
                isinstance(parent, ast.comprehension) and any(each is node for each in parent.ifs)
            )
            return TruthTest(node, node, f"{node.id} is not None", is_turned=False) if is_test else None
    return None


def is_empty_value(value: Any) -> bool:
    """Return whether a value is 0 or empty, and so false without being None or False."""
    return value is not None and type(value) in (int, float, str, list, dict, tuple) and not value


@logic_rule(
    "zero-counts-as-false",
    0.85,
    "value zero less truth other",
    each=ast.If | ast.IfExp | ast.BoolOp | ast.comprehension,
)
def zero_counts_as_false(program: Program, node: ast.AST) -> Iterator[Match]:
    """Yield a test of a value for its own truth that met 0 or something empty in the run, where None alone is meant.

    That None is meant says the question, or the text of the function beside a None that the test has met as well.
    """
    parts: list[ast.expr] = [node] if isinstance(node, ast.BoolOp) else getattr(node, "ifs", None) or []
    if isinstance(node, ast.If | ast.IfExp):
        parts = [node.test]
    for part in parts:
        test = truth_test(program, part)
        seen = program.seen.get(test.name, ()) if test is not None else ()
        value = next((each for each in seen if is_empty_value(each)), None)
        if test is None or value is None:
            continue
        has_met_none = any(each is None for each in seen)
        texts = _texts(program, part) if has_met_none else []
        is_said = any(map(_NONE.search, texts)) and not any(_ZERO.search(text) or _EMPTY.search(text) for text in texts)
        if not is_said and not _is_asked(program, value, has_met_none=has_met_none):
            continue
        may_be_none = has_met_none or test.is_turned
        if not may_be_none and not isinstance(value, int | float):
            continue  # `if names:` is the usual test for an empty collection.
        edit = with_parts(program, [(part, test.text)]) if may_be_none else None
        slots: dict[str, Any] = {"name": Code(test.name.id), "value": Code(repr(value))}
        yield program.here(part, edit=edit, needs_symptom=not is_said, **slots)


def _is_asked(program: Program, value: Any, *, has_met_none: bool) -> bool:
    """Return whether a complaint names zero or what is empty, or is about a test that took it for None."""
    question = program.submission.question or ""
    if not is_complaint(question):
        return False
    words = _ZERO if isinstance(value, int | float) else _EMPTY
    return bool(words.search(question)) or has_met_none


def _texts(program: Program, node: ast.expr) -> list[str]:
    """Return the docstring of the function around a node, and the comments in it."""
    return [text for text in texts_of_unit(program, node.lineno) if text and text != program.submission.question]
