"""Calls that do not fit the function: too many or too few values, a missing `self`, unknown keywords."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.engine.program import BUILTINS
from tutor_pedagogy.offline.engine.spelling import edit_distance
from tutor_pedagogy.offline.rules.runtime.rule import runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Function
    from tutor_pedagogy.offline.rules.runtime.context import CrashContext


@runtime_rule(
    "method-without-self",
    ("TypeError",),
    r"(?<![\w.<>])(?P<name>[\w.<>]++)\(\) "
    r"(?:takes (?P<wanted>.{1,60}?) positional arguments? but|got multiple values)",
    before=("too-many-arguments",),
)
def method_without_self(case: CrashContext) -> Match | None:
    function = _function(case)
    if function is None:
        return None
    parent = case.program.parents.get(function)
    first = function.args.args[0].arg if function.args.args else ""
    if not isinstance(parent, ast.ClassDef) or first in ("self", "cls"):
        return None
    if any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in function.decorator_list):
        return None
    line = case.program.line(function.lineno)
    edit = None
    if "(" in line:
        at = line.index("(") + 1
        rest = line[at:]
        edit = case.program.edit(
            function.lineno, f"{line[:at]}self{'' if rest.lstrip().startswith(')') else ', '}{rest}"
        )
    return Match(
        lines=(function.lineno,),
        expression=line.strip(),
        edit=edit,
        slots={"function": Code(function.name), "class_name": Code(parent.name)},
    )


def _function(case: CrashContext) -> Function | None:
    """Give the function that a message names, of several methods with one name that of the named class."""
    owner, _, name = case.match["name"].rpartition(".")
    for node in case.program.nodes if owner else ():
        if isinstance(node, ast.ClassDef) and node.name == owner.rpartition(".")[2]:
            return next((n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == name), None)
    return case.program.functions.get(name)


@runtime_rule(
    "class-in-place-of-object",
    ("TypeError",),
    r"(?<![\w.<>])(?P<name>[\w.<>]++)\(\) missing 1 required positional argument",
    before=("too-few-arguments",),
)
def class_in_place_of_object(case: CrashContext) -> Match | None:
    """Find where a class was stored under a name in place of one of its objects."""
    if "missing 1 required" not in case.crash.message:
        return None
    classes = {node.name for node in case.program.nodes if isinstance(node, ast.ClassDef)}
    for call in case.calls:
        match call.func:
            case ast.Attribute(value=ast.Name(id=name)):
                value = case.program.last_value(name, case.line + 1)
                if isinstance(value, ast.Name) and value.id in classes:
                    return Match(
                        lines=(value.lineno,),
                        expression=case.program.line(value.lineno).strip(),
                        edit=case.rewrite(value, f"{value.id}()"),
                        slots={"name": Code(name), "class_name": Code(value.id)},
                    )
    return None


@runtime_rule(
    "self-outside-class",
    ("TypeError",),
    r"(?<![\w.<>])(?P<name>[\w.<>]++)\(\) missing \d+ required positional",
    before=("too-few-arguments",),
)
def self_outside_class(case: CrashContext) -> Match | None:
    """Find a plain function whose first parameter is the `self` of a method."""
    function = _function(case)
    if function is None or isinstance(case.program.parents.get(function), ast.ClassDef):
        return None
    if not function.args.args or function.args.args[0].arg != "self":
        return None
    line = case.program.line(function.lineno)
    return Match(
        lines=(function.lineno,),
        expression=line.strip(),
        edit=case.program.edit(function.lineno, re.sub(r"\(\s*self\s*,?\s*", "(", line, count=1)),
        slots={"function": Code(function.name)},
    )


@runtime_rule(
    "too-many-arguments",
    ("TypeError",),
    r"(?<![\w.<>])(?P<name>[\w.<>]++)\(\) takes (?P<wanted>.{1,60}?) positional arguments? but "
    r"(?P<given>.{1,120}?) (?:was|were) given",
    before=("builtin-arguments",),
)
def too_many_arguments(case: CrashContext) -> Match | None:
    """More arguments than parameters: the header is the culprit where the body shows that a parameter is missing."""
    function = _function(case)
    slots = {"function": Code(case.match["name"]), "given": case.match["given"], "wanted": case.match["wanted"]}
    if function is None:
        calls = case.calls
        return case.here(calls[0] if calls else None, slots=slots)
    wrong = _wrong_call(case, function)
    if wrong is not None:
        return case.here(wrong, slots=slots)
    return Match(lines=(function.lineno,), expression=case.program.line(function.lineno).strip(), slots=slots)


def _wrong_call(case: CrashContext, function: Function) -> ast.Call | None:
    """Give the call on the failing line where the other calls, or its own form, show that it is the call that errs."""
    is_method = isinstance(case.program.parents.get(function), ast.ClassDef)
    calls = _calls_of(case, function)
    here = [call for call in calls if call.lineno == case.line]
    here += [c for c in case.calls if c not in here and case.text(c.func).endswith(f".{function.name}")]
    if not here:
        return None
    if _needs_a_parameter(case, function):
        return None
    passes_self = bool(here[0].args) and case.text(here[0].args[0]) == "self"
    others = [call for call in calls if call not in here]
    inside = case.program.function_at(case.line)
    in_program = is_method and bool(inside or others)
    others_fit = bool(others) and any(_fits(function, call, is_method=is_method) for call in others)
    return here[0] if passes_self or others_fit or (in_program and not others) else None


def _fits(function: Function, call: ast.Call, *, is_method: bool) -> bool:
    """Tell whether a call gives as many values as a function takes."""
    taken = len(function.args.args) - is_method
    given = len(call.args) + len(call.keywords)
    return bool(function.args.vararg) or taken - len(function.args.defaults) <= given <= taken


def _calls_of(case: CrashContext, function: Function) -> list[ast.Call]:
    """Give the calls of a function, or of the class that it sets up."""
    parent = case.program.parents.get(function)
    is_set_up = function.name == "__init__" and isinstance(parent, ast.ClassDef)
    name = parent.name if is_set_up and isinstance(parent, ast.ClassDef) else function.name
    return [
        node
        for node in case.program.nodes
        if isinstance(node, ast.Call) and case.text(node.func).rpartition(".")[2] == name
    ]


def _needs_a_parameter(case: CrashContext, function: Function) -> bool:
    """Tell whether a function uses a name that nothing in the program binds, as a parameter would."""
    return any(
        isinstance(node, ast.Name)
        and isinstance(node.ctx, ast.Load)
        and node.id not in case.program.bound_names
        and node.id not in BUILTINS
        for node in walk(function)
    )


@runtime_rule(
    "method-called-on-class",
    ("TypeError",),
    r"missing \d+ required positional arguments?:",
    before=("too-few-arguments",),
)
def method_called_on_class(case: CrashContext) -> Match | None:
    if "'self'" not in case.crash.message:
        return None
    for call in case.calls:
        if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
            return case.here(call, class_name=Code(call.func.value.id), method=Code(call.func.attr))
    return None


@runtime_rule(
    "too-few-arguments",
    ("TypeError",),
    r"(?<![\w.<>])(?P<name>[\w.<>]++)\(\) missing \d+ required (?:positional|keyword-only) arguments?",
    before=("builtin-arguments",),
)
def too_few_arguments(case: CrashContext) -> Match | None:
    function = _function(case)
    names = re.findall(r"'(\w+)'", case.crash.message)
    slots = {"function": Code(case.match["name"]), "parameter": Code(names[0] if names else "the parameter")}
    if case.match["name"].endswith("__init__"):
        slots["function"] = Code(case.match["name"].split(".")[0])
    calls = [
        call
        for call in case.calls
        if function is not None and case.text(call.func).rpartition(".")[2] in (function.name, slots["function"])
    ]
    call = calls[0] if calls else next(iter(case.calls), None)
    is_top = case.program.function_at(case.line) is None
    unused = function is not None and names and not _is_used(function, names[0])
    if function is not None and names and (unused or (is_top and _needs_a_start(function, names[0]))):
        line = case.program.line(function.lineno)
        return Match(lines=(function.lineno,), expression=line.strip(), slots=slots)
    return case.here(call, slots=slots)


def _needs_a_start(function: Function, name: str) -> bool:
    """Tell whether a parameter is the function's own affair: never used, or handed on only when it calls itself."""
    return not _is_used(function, name) or any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == function.name
        and len(node.args) == len(function.args.args)
        for node in walk(function)
    )


def _is_used(function: Function, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in walk(function))


@runtime_rule(
    "class-takes-no-values",
    ("TypeError",),
    r"(?<!\w)(?P<name>\w++)\(\) takes no arguments",
    before=("builtin-arguments",),
)
def class_takes_no_values(case: CrashContext) -> Match | None:
    name = case.match["name"]
    for node in case.program.nodes:
        if isinstance(node, ast.ClassDef) and node.name == name:
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef) and (
                    re.fullmatch(r"_*in+i?ti?_*", inner.name) or edit_distance(inner.name, "__init__") <= 2  # noqa: PLR2004 - two slips
                ):
                    line = case.program.line(inner.lineno)
                    return Match(
                        lines=(inner.lineno,),
                        expression=line.strip(),
                        edit=case.program.edit(inner.lineno, line.replace(inner.name, "__init__", 1)),
                        slots={"class_name": Code(name), "written": Code(inner.name)},
                    )
            return Match(
                lines=(node.lineno,),
                expression=case.program.line(node.lineno).strip(),
                slots={"class_name": Code(name), "written": "no method of that name"},
            )
    return None


@runtime_rule(
    "unknown-keyword",
    ("AttributeError", "TypeError"),
    r"(?<![\w.<>])(?P<name>[\w.<>]++)(?:\(\))? got an unexpected keyword argument '(?P<word>\w+)'"
    r"|'(?P<w2>\w+)' is an invalid keyword argument for (?P<n2>[\w.]+)",
)
def unknown_keyword(case: CrashContext) -> Match | None:
    return _keyword(case) if case.match["word"] else _keyword_of_builtin(case)


def _keyword(case: CrashContext) -> Match | None:
    word = case.match["word"]
    for call in case.calls:
        for part in call.keywords:
            if part.arg == word:
                return Match(
                    lines=(part.value.lineno,),
                    expression=case.text(call),
                    slots={"function": Code(case.match["name"]), "word": Code(word)},
                )
    return case.here(function=Code(case.match["name"]), word=Code(word))


def _keyword_of_builtin(case: CrashContext) -> Match:
    return case.here(function=Code(case.match["n2"]), word=Code(case.match["w2"]))


@runtime_rule(
    "builtin-arguments",
    ("TypeError",),
    r"(?<![\w.])(?P<name>[\w.]++)(?:\(\))? (?:takes|expected|missing|requires) (?:exactly|at most|at least"
    r"|from|no|\d|required)",
)
def builtin_arguments(case: CrashContext) -> Match | None:
    calls = case.calls
    name = case.match["name"].rpartition(".")[2]
    call = next((c for c in calls if case.text(c.func).rpartition(".")[2] == name), calls[0] if calls else None)
    return case.here(call, function=Code(name), message=Code(case.crash.message.split("\n")[0]))
