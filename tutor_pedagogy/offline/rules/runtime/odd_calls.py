"""Calls and methods that differ from the others of their kind: swapped arguments, a parameter that is missing."""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import Function, called_name, parameters
from tutor_pedagogy.offline.rules.runtime.guessed_types import guessed_type
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

_FEWEST = 2
"""The number of arguments below which none can be swapped."""


@runtime_rule(
    "arguments-in-other-order",
    ("TypeError", "AttributeError", "KeyError"),
    before=(
        *("compared-kinds", "odd-item-in-order", "text-in-calculation", "text-plus-other", "value-from-elsewhere"),
        *("method-of-another-kind", "key-not-found", "wrong-value-from-elsewhere", "letters-for-lines"),
    ),
)
def arguments_in_other_order(case: CrashContext) -> Match | None:
    """Return the only call of a function whose arguments have the types of the other calls in another order."""
    for function in case.program.functions.values():
        if len(parameters(function)) < _FEWEST:
            continue
        kinds = {call: _types(case, call) for call in _calls(case, function)}
        told = {call: each for call, each in kinds.items() if "" not in each and len(each) >= _FEWEST}
        if len(told) < _FEWEST:
            continue
        common, times = Counter(told.values()).most_common(1)[0]
        odd = [call for call, each in told.items() if each != common]
        if len(odd) != 1 or times < len(told) - 1:
            continue
        call = odd[0]
        differing = [at for at, (one, other) in enumerate(zip(told[call], common, strict=False)) if one != other]
        if len(told[call]) != len(common) or len(differing) != _FEWEST or call.lineno != call.end_lineno:
            continue
        first, second = differing
        if (told[call][first], told[call][second]) != (common[second], common[first]):
            continue
        given = [case.text(each) for each in call.args]
        given[first], given[second] = given[second], given[first]
        names = parameters(function)
        slots: dict[str, str | ast.AST] = {"function": Code(function.name), "call": call}
        slots |= {"first": Code(names[first]), "second": Code(names[second]), "given": call.args[first]}
        slots["stop"] = str(case.program.shown(case.line))
        found = case.at(call, replace=(call, f"{case.text(call.func)}({', '.join(given)})"), slots=slots)
        return replace(found, needs_edit=True)
    return None


def _calls(case: CrashContext, function: Function) -> Iterator[ast.Call]:
    """Yield the calls of a function that pass all arguments by position."""
    for call in case.program.each(ast.Call):
        is_plain = not call.keywords and not any(isinstance(each, ast.Starred) for each in call.args)
        if is_plain and called_name(call) == function.name and len(call.args) <= len(parameters(function)):
            yield call


def _types(case: CrashContext, call: ast.Call) -> tuple[str, ...]:
    kinds = (guessed_type(each, case.classes, case.program.functions) for each in call.args)
    return tuple("number" if kind in ("int", "float") else kind for kind in kinds)


@runtime_rule(
    "method-lacks-parameter",
    ("TypeError",),
    r"(?P<type>\w{1,200})\.(?P<name>\w{1,200})\(\) takes (?P<wanted>\d+) positional arguments? but (?P<given>\d+) w",
    before=("too-many-arguments",),
)
def method_lacks_parameter(case: CrashContext) -> Match | None:
    """Return the header of a method with fewer parameters than the methods of its name in all other classes."""
    owner, name, given = case.classes.get(case.match["type"]), case.match["name"], int(case.match["given"])
    methods = {
        each.name: part
        for each in case.classes.values()
        for part in each.body
        if isinstance(part, ast.FunctionDef) and part.name == name
    }
    if owner is None or owner.name not in methods or name.startswith("__"):
        return None
    mine, others = methods[owner.name], [part for each, part in methods.items() if each != owner.name]
    count = len(mine.args.args)
    if not others or count != int(case.match["wanted"]) or any(len(part.args.args) != given for part in others):
        return None
    own = [arg.arg for arg in mine.args.args]
    theirs = [arg.arg for arg in others[0].args.args]
    if own != theirs[:count] or mine.args.defaults or mine.args.vararg or mine.args.kwarg or mine.args.kwonlyargs:
        new = None
    else:
        header = case.program.line(mine.lineno)
        end = header.rfind(")")
        is_simple = header.count("(") == 1 and header.count(")") == 1 and ":" not in header[:end]
        new = f"{header[:end]}, {', '.join(theirs[count:])}{header[end:]}" if is_simple else None
    edit = case.program.edit(mine.lineno, new) if new is not None else None
    missing = theirs[count:] if own == theirs[:count] else theirs[-1:]
    slots: dict[str, str | ast.AST] = {"method": Code(name), "class_name": Code(owner.name)}
    slots |= {"missing": " and ".join(f"`{each}`" for each in missing), "stop": str(case.program.shown(case.line))}
    slots["other"] = str(case.program.shown(others[0].lineno))
    return replace(case.at(mine, edit=edit, slots=slots), is_proved=True)
