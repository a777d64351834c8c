"""Expectations in prose: calls with their results in docstrings and comments, and calls that a report only hints at."""

from __future__ import annotations

import ast
import re
from itertools import islice
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import Function, parameters
from tutor_pedagogy.offline.rules.logic.trials.evidence_tests import comes_about
from tutor_pedagogy.offline.rules.logic.trials.expectations import Expectation, expression, literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.rules.logic.symptom import Symptom
    from tutor_pedagogy.offline.rules.logic.trials.outline import Outline
    from tutor_pedagogy.offline.rules.logic.trials.stage import Stage

_LONGEST = 200
_MOST = 4
_RESULT = re.compile(
    r"(?i)`?[\"']?[ \t]*(?:->|=>|→|==|=|:|gives?|returns?|is|yields?|(?:should|must) (?:be|give|return)|ergibt|da)"
    r"[ \t]*(?P<v>\S[^\n]*)"
)
_VALUE = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|\[[^\]\n]*\]|\([^)\n]*\)|\{[^}\n]*\}|-?\d+(?:\.\d+)?|True|False|None")
_LITERAL = re.compile(r"(?<![\w.'\"])(?:-?\d+(?:\.\d+)?(?![\w.]*\w)|'[^'\n]{1,40}'|\"[^\"\n]{1,40}\")")


_POINTED = r"(?i)\b(?:for|of|with|when|input|enter(?:ing)?|typ(?:e|ing)) (?:it (?:is|gets) )?{}(?!\w)"
"""The words before the value that a sentence is about."""


def of_prose(outline: Outline) -> Iterator[Expectation]:
    """Yield the expectations in sentences such as "e.g. area(4, 3) gives 6.0", in docstrings and comments."""
    names = [name for name in outline.program.functions if not name.startswith("__")]
    if not names:
        return
    for text in _texts(outline):
        for name in names:
            if f"{name}(" in text:
                yield from _in_text(outline, text, name)


def _texts(outline: Outline) -> Iterator[str]:
    """Yield the lines of docstrings, and the comments on lines of their own."""
    for node in outline.program.each(ast.Module, *Function.__args__):
        match node.body[:1]:
            case [ast.Expr(value=ast.Constant(value=str(text)))]:
                yield from (line for line in text.split("\n") if ">>>" not in line)
    yield from (line for line in outline.program.lines if line.lstrip().startswith("#"))


def _in_text(outline: Outline, text: str, name: str) -> Iterator[Expectation]:
    start = text.find(f"{name}(")
    depth = 0
    for place in range(start, min(len(text), start + _LONGEST)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth == 0 and text[place] == ")":
            told = _RESULT.match(text, place + 1)
            value = _VALUE.match(told["v"]) if told is not None else None
            call = expression(text[start : place + 1])
            if value is None or call is None or not outline.holds(call):
                return
            is_value, wanted = literal(value.group())
            if is_value:
                yield Expectation(
                    form="value",
                    text=text[start : place + 1],
                    body=outline.needed_for(call),
                    call=call,
                    wanted=wanted,
                    source="prose",
                )
            return


def of_hint(outline: Outline, stage: Stage, symptom: Symptom, text: str) -> Expectation | None:
    """Return the only call of a function that gives the reported wrong result, with a value that the report mentions.

    Reports such as "'Pling' != 'PlingPlang': the sound for 15" do not show their call.
    """
    if symptom.call or symptom.entered or not symptom.got or not symptom.expected:
        return None
    is_value, wanted = literal(symptom.expected)
    values = dict.fromkeys(_LITERAL.findall(text))
    given = [value for value in values if value not in (symptom.got, symptom.expected)][:_MOST]
    found: list[Expectation] = []
    pointed: list[Expectation] = []
    for function in islice(outline.program.functions.values(), _MOST):
        if len(parameters(function)) - len(function.args.defaults) != 1 or not is_value:
            continue
        if not isinstance(outline.program.parents.get(function), ast.Module):
            continue
        for value in given:
            call = expression(f"{function.name}({value})")
            if call is None or not outline.holds(call):
                continue
            tried = Expectation(
                form="value",
                text=ast.unparse(call),
                body=outline.needed_for(call),
                call=call,
                wanted=wanted,
                got=symptom.got,
                source="test",
            )
            outcome = stage.outcome(tried, limit=200)
            if outcome.is_known and comes_about(tried, outcome):
                found.append(tried)
                pointed += [tried] if re.search(_POINTED.format(re.escape(value)), text) else []
    for fitting in (found, pointed):
        if len(fitting) == 1:
            return fitting[0]
    return None
