"""Calls whose arguments have the wrong shape: a tuple as one argument, a parenthesis too early, a function's result."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.engine.nodes import called_name, is_call_of, parameters
from tutor_pedagogy.offline.engine.parsing import characters
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.nodes import Function

_MISSING = r"\b(?P<name>\w{1,80})\(\) missing (?P<count>\d{1,4}) required positional arguments?:"
_TAKING_FUNCTIONS = frozenset(("map", "filter", "sorted", "sort", "max", "min", "reduce", "apply", "starmap", "Thread"))
_THOUSANDS = re.compile(r"(?<![\w.])\d{1,3}(?:, ?\d{3}){1,6}(?![\w.])")


def _called(case: CrashContext, call: ast.Call) -> Function | None:
    return case.program.functions.get(called_name(call))


@runtime_rule("tuple-as-one-argument", ("TypeError",), _MISSING, before=("too-few-arguments", "arguments-swapped"))
def tuple_as_one_argument(case: CrashContext) -> Match | None:
    """Return the only argument of a call, if it holds as many values as the function has parameters."""
    for call in case.calls:
        function = _called(case, call)
        if called_name(call) != case.match["name"] or function is None or len(call.args) != 1 or call.keywords:
            continue
        given, wanted = call.args[0], parameters(function)
        if isinstance(given, ast.Starred) or int(case.match["count"]) != len(wanted) - 1:
            continue
        if _count(case, given) == len(wanted):
            slots: dict[str, str | ast.AST] = {"function": Code(function.name), "given": given}
            slots |= {"count": str(len(wanted)), "names": Code(", ".join(wanted))}
            return case.at(given, replace=(given, f"*{case.text(given)}"), slots=slots)
    return None


def _count(case: CrashContext, node: ast.expr) -> int:
    """Return how many values a tuple or list has, also one that a function returns; 0 if that is not known."""
    if isinstance(node, ast.Call) and (function := _called(case, node)) is not None:
        returned = [each.value for each in case.program.returns_of(function)]
        counts = {len(each.elts) if isinstance(each, ast.Tuple) else 0 for each in returned}
        return counts.pop() if len(counts) == 1 else 0
    if isinstance(node, ast.Name | ast.Subscript | ast.Attribute):
        value = case.value(node)
        if isinstance(value, tuple | list):
            return len(value)
        if isinstance(node, ast.Name):
            made = case.program.last_value(node.id, case.line)
            return _count(case, made) if isinstance(made, ast.Tuple | ast.Call) else 0
    return len(node.elts) if isinstance(node, ast.Tuple) else 0


@runtime_rule("parenthesis-too-early", ("TypeError",), _MISSING, before=("too-few-arguments",))
def parenthesis_too_early(case: CrashContext) -> Match | None:
    """Return the inner call that lacks the arguments which the call around it has too many of."""
    for inner in case.calls:
        outer = case.program.parents.get(inner)
        function = _called(case, inner)
        if called_name(inner) != case.match["name"] or function is None or not isinstance(outer, ast.Call):
            continue
        around, missing = _called(case, outer), int(case.match["count"])
        if inner not in outer.args or inner.lineno != outer.end_lineno or (around is None and not _takes_one(outer)):
            continue
        at = outer.args.index(inner)
        rest = outer.args[at + 1 :]
        surplus = len(outer.args) - (1 if around is None else len(parameters(around)))
        if len(rest) < missing or (around is not None and surplus != missing):
            continue
        moved = ", ".join(map(case.text, [*inner.args, *rest[:missing]]))
        after = [*outer.args[:at], *rest[missing:]]
        parts = [case.text(each) for each in after]
        parts.insert(at, f"{case.text(inner.func)}({moved})")
        words = [f"{each.arg}={case.text(each.value)}" for each in outer.keywords if each.arg]
        new = f"{case.text(outer.func)}({', '.join([*parts, *words])})"
        slots: dict[str, str | ast.AST] = {"inner": inner, "outer": Code(called_name(outer)), "rest": rest[0]}
        return case.at(inner, replace=(outer, new), slots=slots)
    return None


def _takes_one(call: ast.Call) -> bool:
    return is_call_of(call, "print", "str", "abs", "len")


@runtime_rule(
    "function-called-too-early",
    ("TypeError",),
    r"'(?P<type>\w+)' object is not callable",
    before=("not-callable", "product-without-sign", "builtin-hidden", "none-in-operation", "key-is-no-function"),
)
def function_called_too_early(case: CrashContext) -> Match | None:
    """Return the call of a function whose result is passed where the function itself is needed."""
    for call, given in _functions_given(case):
        if isinstance(given, ast.Call) and (function := _called(case, given)) is not None:
            new = case.text(given.func) if len(given.args) <= len(parameters(function)) else None
            slots: dict[str, str | ast.AST] = {"inner": given, "outer": Code(called_name(call))}
            slots |= {"function": given.func, "type": case.type_words}
            return case.at(given, replace=(given, new), slots=slots)
    return None


def _functions_given(case: CrashContext) -> Iterator[tuple[ast.Call, ast.expr]]:
    """Yield the calls on the failing line that need a function, and what they get for it."""
    for call in case.calls:
        if called_name(call) in _TAKING_FUNCTIONS:
            yield from ((call, each.value) for each in call.keywords if each.arg in ("key", "target", "function"))
            if called_name(call) in ("map", "filter", "reduce", "apply", "starmap") and call.args:
                yield call, call.args[0]


@runtime_rule(
    "comma-in-argument",
    ("TypeError",),
    r"\(\) takes .{1,60}? positional arguments? but .{1,120}? (?:was|were) given|expected at most \d+ arguments?",
    before=("too-many-arguments", "builtin-arguments"),
)
def comma_in_argument(case: CrashContext) -> Match | None:
    """Return the call in which a comma divides a number such as 1,500 into two arguments."""
    for call in case.calls:
        numbers = [each for each in call.args if isinstance(each, ast.Constant) and type(each.value) is int]
        if len(numbers) < 2 or call.lineno != call.end_lineno:  # noqa: PLR2004 - a number that is cut has two parts
            continue
        text = case.text(call)
        found = _THOUSANDS.search(text)
        if found is not None:
            joined = found[0].replace(",", "").replace(" ", "")
            new = text[: found.start()] + joined + text[found.end() :]
            return case.at(call, replace=(call, new), number=Code(found[0]), function=Code(called_name(call)))
    return None


@runtime_rule(
    "argument-not-handed-on",
    ("TypeError",),
    rf"(?:\w{{1,80}}\.)?{_MISSING} '(?P<missing>\w{{1,80}})'$",
    before=("too-few-arguments", "builtin-arguments", "tuple-as-one-argument"),
)
def argument_not_handed_on(case: CrashContext) -> Match | None:
    """Return the call of a function by itself that lacks the last parameter, which the function only hands on."""
    function, name, missing = case.function, case.match["name"], case.match["missing"]
    if function is None or function.name != name or not parameters(function) or parameters(function)[-1] != missing:
        return None
    if any(line > function.lineno for line, _ in case.bound(missing)):
        return None
    wanted = len(parameters(function))
    own = [
        call
        for call in case.program.each(ast.Call)
        if called_name(call) == name and case.program.function_at(call.lineno) is function
    ]
    short = [
        call for call in own if len(call.args) == wanted - 1 and not call.keywords and call.lineno == call.end_lineno
    ]
    here = next((call for call in short if call.lineno == case.line), None)
    if here is None or len(short) != len(own):
        return None
    lines = [*case.program.lines]
    for call in sorted(short, key=lambda each: (each.lineno, each.end_col_offset or 0), reverse=True):
        text = lines[call.lineno - 1]
        end = characters(text, call.end_col_offset or 0) - 1
        lines[call.lineno - 1] = f"{text[:end]}{', ' if call.args else ''}{missing}{text[end:]}"
    slots: dict[str, str | ast.AST] = {"function": Code(name), "parameter": Code(missing), "call": here}
    slots["start"] = str(case.program.shown(function.lineno))
    return case.at(here, edit=edit_to(case.program, "\n".join(lines)), slots=slots)
