"""Names defined elsewhere: further down, in another function, or in a branch that did not run."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.engine.nodes import Function, called_name, parameters
from tutor_pedagogy.offline.engine.program import BUILTINS
from tutor_pedagogy.offline.rules.runtime.names import closest_name
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit

_NOT_DEFINED = re.compile(r"name '(?P<name>\w+)' is not defined")
_NOT_BOUND = re.compile(r"local variable '(?P<name>\w+)'")
_NAME = re.compile(r"(?:local variable|name) '(?P<name>\w+)'")


@runtime_rule("name-defined-later", ("NameError",), _NOT_DEFINED, before=("text-without-quotes",))
def name_defined_later(case: CrashContext) -> Match | None:
    """Return the use of a name that is defined only further down, at the same level."""
    name, program = case.match["name"], case.program
    body = program.tree.body if program.tree else []
    later = [node.lineno for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name]
    if case.function is not None and not later:
        return None
    later += [line for line, _ in program.assignments(name) if program.function_at(line) is None]
    if not later or min(later) <= (case.crash.callers or (case.line,))[0]:
        return None
    return case.here(name, name=Code(name), other_line=str(program.shown(min(later))))


@runtime_rule("name-of-another-function", ("NameError",), _NOT_DEFINED, before=("value-only-on-some-paths",))
def name_of_another_function(case: CrashContext) -> Match | None:
    """Return the use of a name that is a local variable of another function."""
    name, here = case.match["name"], case.function
    inner = case.program.functions.get(name)
    around = case.program.function_at(inner.lineno - 1) if inner is not None else None
    if inner is not None and around is not None and inner in case.program.own_nodes(around) and around is not here:
        return case.here(name, name=Code(name), function=Code(around.name))
    for line, _ in case.program.assignments(name):
        owner = case.program.function_at(line)
        is_around = owner and here and owner.lineno <= here.lineno <= (owner.end_lineno or 0)
        if owner is not None and not is_around:
            closest = closest_name(case, name)
            if closest and here is not None and any(arg.arg == closest for arg in here.args.args):
                return None
            found = case.here(name, name=Code(name), function=Code(owner.name))
            handed = _handed_out(case, owner, name) if here is None else None
            return replace(found, choices=(handed,)) if handed is not None else found
    return None


def _handed_out(case: CrashContext, function: Function, name: str) -> Edit | None:
    """Return the edit that returns a variable at the end of a function and stores it where the function is called."""
    calls = [
        node
        for node in case.program.each(ast.Call)
        if called_name(node) == function.name and case.program.function_at(node.lineno) is None
    ]
    alone = calls[0] if len(calls) == 1 else None
    is_stored = name in {
        target.id for node in function.body for target in getattr(node, "targets", ()) if isinstance(target, ast.Name)
    }
    around = case.program.parents.get(alone) if alone is not None else None
    if alone is None or not is_stored or not isinstance(around, ast.Expr) or around.lineno != around.end_lineno:
        return None
    if not case.program.returns_nothing(function) or around.col_offset or alone.lineno < (function.end_lineno or 0):
        return None
    lines = [*case.program.lines]
    lines[around.lineno - 1] = f"{name} = {case.text(around)}"
    lines.insert(function.end_lineno or 0, f"{' ' * function.body[0].col_offset}return {name}")
    return edit_to(case.program, "\n".join(lines))


@runtime_rule("answer-not-kept", ("NameError",), _NAME, before=("name-of-another-function", "name-misspelt"))
def answer_not_kept(case: CrashContext) -> Match | None:
    """Return the call whose result is discarded although its function returns the variable that is missing here."""
    name = case.match["name"]
    for node in case.program.each(ast.Expr):
        match node.value:
            case ast.Call(func=ast.Name(id=called)) as call if called in case.program.functions:
                if node.lineno < case.line and _returns(case, case.program.functions[called], name):
                    new = f"{name} = {case.text(call)}"
                    return case.at(call, replace=(call, new), name=Code(name), function=call.func)
    return None


def _returns(case: CrashContext, function: Function, name: str) -> bool:
    """Return whether a function returns a variable of this name."""
    values = [each.value for each in case.program.returns_of(function)]
    return any(isinstance(value, ast.Name) and value.id == name for value in values)


@runtime_rule(
    "value-only-on-some-paths",
    ("NameError", "UnboundLocalError"),
    rf"{_NOT_BOUND.pattern}|free variable '(?P<free>\w+)'|name '(?P<unbound>\w+)' is not defined",
    before=("text-without-quotes", "used-before-first-value"),
)
def value_only_on_some_paths(case: CrashContext) -> Match | None:
    """Return the use of a name that is only set in a branch or loop above, which did not run."""
    name = case.match["name"] or case.match["unbound"]
    if not name:
        return None
    program, function = case.program, case.function
    bound = [line for line, _ in program.assignments(name) if function is None or program.function_at(line) is function]
    first = next((line for line in bound if line < case.line), None)
    if first is None:
        return None
    blocks = program.each(ast.If, ast.For, ast.While, ast.Try)
    around = [node for node in blocks if node.lineno <= first <= (node.end_lineno or 0)]
    inner = max(around, key=lambda node: node.lineno, default=None)
    if inner is None and case.match["unbound"]:
        return None
    header = program.line(inner.lineno).strip() if inner is not None else ""
    what = (
        "loop" if isinstance(inner, ast.For | ast.While) else "`try` block" if isinstance(inner, ast.Try) else "branch"
    )
    tried = Code("try") if isinstance(inner, ast.Try) else ""
    slots = {"name": Code(name), "function": _function_name(case), "header": Code(header or name), "tried": tried}
    return case.here(name, slots=slots, what=what)


def _function_name(case: CrashContext) -> Code:
    """Return the name of the function that contains the failing line; empty outside functions."""
    return Code(case.function.name if case.function else "")


@runtime_rule("own-value-hides-builtin", ("UnboundLocalError",), _NAME, before=("used-before-first-value",))
def own_value_hides_builtin(case: CrashContext) -> Match | None:
    """Return the line that makes a built-in function's name a local variable of the function that calls it."""
    name = case.match["name"]
    bound = case.bound(name)
    if name not in BUILTINS or case.function is None or not bound:
        return None
    return case.at(bound[0][0], name=Code(name), function=Code(case.function.name))


@runtime_rule("name-deleted", ("NameError", "UnboundLocalError"), _NAME, before=("colon-for-equals", "name-misspelt"))
def name_deleted(case: CrashContext) -> Match | None:
    """Return the `del` above the failing line that removes the name."""
    for node in case.program.each(ast.Delete):
        for target in node.targets:
            if isinstance(target, ast.Name) and target.id == case.match["name"] and node.lineno < case.line:
                return case.at(node, name=target, other_line=str(case.program.shown(case.line)))
    return None


@runtime_rule("exception-name-gone", ("NameError", "UnboundLocalError"), _NAME, before=("colon-for-equals",))
def exception_name_gone(case: CrashContext) -> Match | None:
    """Return the `except` line whose name for the exception is used after its block, where Python has removed it."""
    name = case.match["name"]
    for handler in case.program.each(ast.ExceptHandler):
        is_after = (handler.end_lineno or 0) < case.line and case.program.function_at(handler.lineno) is case.function
        if handler.name == name and is_after:
            return case.at(handler.lineno, name=Code(name), other_line=str(case.program.shown(case.line)))
    return None


@runtime_rule(
    "outer-variable-changed-in-function", ("UnboundLocalError",), _NOT_BOUND, before=("used-before-first-value",)
)
def outer_variable_changed_in_function(case: CrashContext) -> Match | None:
    """Return the use of a global variable in a function that assigns to the same name without `global`."""
    name, function = case.match["name"], case.function
    outside = [line for line, _ in case.program.assignments(name) if case.program.function_at(line) is None]
    word = "global"
    around = [up for up in case.program.above(function) if isinstance(up, Function)] if function is not None else []
    enclosed = [line for line, _ in case.program.assignments(name) if case.program.function_at(line) in around]
    enclosed += [up.lineno for up in around if name in parameters(up)]
    if enclosed:
        outside, word = enclosed, "nonlocal"
    if function is None or not outside or not case.bound(name):
        return None
    first = function.body[0]
    names = [name, *_others_changed(case, function, name)] if word == "global" else [name]
    return case.here(
        name,
        edit=case.insert_line(first.lineno, f"{word} {', '.join(names)}") if function.lineno != first.lineno else None,
        name=Code(name),
        others=Code(", ".join(names[1:])),
        function=Code(function.name),
        other_line=str(case.program.shown(outside[-1])),
        enclosed="surrounding function" if word == "nonlocal" else "",
    )


def _others_changed(case: CrashContext, function: Function, name: str) -> list[str]:
    """Return the other global variables that a function changes, too, by the value that they had before."""
    own = case.program.own_nodes(function)
    declared = {each for node in own if isinstance(node, ast.Global | ast.Nonlocal) for each in node.names}
    declared.update(parameters(function))
    changed = [node.target.id for node in own if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)]
    first: dict[str, tuple[int, bool]] = {}
    for node in sorted(
        (n for n in own if isinstance(n, ast.Name)), key=lambda n: (n.lineno, isinstance(n.ctx, ast.Store))
    ):
        first.setdefault(node.id, (node.lineno, isinstance(node.ctx, ast.Load)))
    stored = {node.id for node in own if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    changed += [each for each, (_, is_read) in first.items() if is_read and each in stored]
    outside = {
        each
        for each in changed
        if any(case.program.function_at(line) is None for line, _ in case.program.assignments(each))
    }
    return sorted(outside - declared - {name})


@runtime_rule(
    "used-before-first-value",
    ("NameError", "UnboundLocalError"),
    rf"{_NOT_BOUND.pattern}|cannot access free variable|not associated with a value",
)
def used_before_first_value(case: CrashContext) -> Match | None:
    """Return the use of a local variable before its first assignment."""
    name = case.match["name"]
    return case.here(name, name=Code(name), function=_function_name(case)) if name else None
