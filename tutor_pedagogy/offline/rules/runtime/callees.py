"""What built-in functions, classes and special methods are given, or give back, that they cannot work with."""

from __future__ import annotations

import ast
from difflib import get_close_matches
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.rules.runtime.operands import kind, none_site
from tutor_pedagogy.offline.rules.runtime.rule import runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.rules.runtime.context import CrashContext


@runtime_rule(
    "collection-for-number",
    ("TypeError",),
    r"(?P<name>int|float)\(\) argument must be .{0,120}, not '(?P<given>list|tuple|set|dict|map)'",
)
def collection_for_number(case: CrashContext) -> Match | None:
    """Find where one number is made, and a whole collection is handed over."""
    name = case.match["name"]
    for call in case.likely(ast.Call):
        if isinstance(call, ast.Call) and call.args and case.text(call.func) == name:
            argument = case.text(call.args[0])
            return case.here(
                call,
                edit=case.rewrite(call, f"list(map({name}, {argument}))"),
                function=Code(name),
                argument=Code(argument),
                kind=kind(case.match["given"]),
            )
    return None


@runtime_rule(
    "super-not-called",
    ("AttributeError", "TypeError"),
    r"requires a 'super' object|of 'super' object needs|type object 'super' has no attribute",
)
def super_not_called(case: CrashContext) -> Match | None:
    for node in case.likely(ast.Attribute):
        match node:
            case ast.Attribute(value=ast.Name(id="super") as word, attr=method):
                return case.here(node, edit=case.rewrite(word, "super()"), method=Code(method))
    return None


@runtime_rule(
    "text-form-without-text", ("TypeError",), r"(?<!\w)(?P<method>__\w+__) returned non-string \(type (?P<given>\w+)\)"
)
def text_form_without_text(case: CrashContext) -> Match | None:
    """Find the special method that shows its text in place of giving it back."""
    for node in case.program.nodes:
        if isinstance(node, ast.FunctionDef) and node.name == case.match["method"]:
            shown = [n for n in walk(node) if isinstance(n, ast.Call) and case.text(n.func) == "print"]
            results = [n for n in walk(node) if isinstance(n, ast.Return)]
            place: ast.stmt | ast.expr = (shown or results or [node.body[-1]])[-1]
            edit = None
            if shown and len(shown[-1].args) == 1 and not shown[-1].keywords:
                edit = case.rewrite(shown[-1], f"return {case.text(shown[-1].args[0])}")
            return Match(
                lines=(place.lineno,),
                expression=case.program.line(place.lineno).strip(),
                edit=edit,
                slots={"method": Code(node.name), "kind": kind(case.match["given"])},
            )
    return None


@runtime_rule("not-in-class", ("AttributeError",), r"type object '(?P<type>\w+)' has no attribute '(?P<name>\w+)'")
def not_in_class(case: CrashContext) -> Match | None:
    """Find a part of a class that it does not have."""
    given, name = case.match["type"], case.match["name"]
    known = [
        inner.id if isinstance(inner, ast.Name) else inner.name
        for node in case.program.nodes
        if isinstance(node, ast.ClassDef) and node.name == given
        for inner in walk(node)
        if isinstance(inner, ast.FunctionDef) or (isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store))
    ]
    close = get_close_matches(name, known, 1, 0.7)
    for node in case.likely(ast.Attribute):
        if isinstance(node, ast.Attribute) and node.attr == name:
            edit = case.rewrite(node, f"{case.text(node.value)}.{close[0]}") if close else None
            return case.here(node, edit=edit, attribute=Code(name), class_name=Code(given))
    return None


@runtime_rule("function-wanted", ("TypeError",), r"first argument must be callable or None")
def function_wanted(case: CrashContext) -> Match | None:
    """Find `defaultdict(0)`, where the function that makes a first value is wanted."""
    for call in case.likely(ast.Call):
        if isinstance(call, ast.Call) and call.args and case.text(call.func).endswith("defaultdict"):
            argument = call.args[0]
            made = {"0": "int", "[]": "list", '""': "str", "{}": "dict"}.get(case.text(argument))
            edit = case.rewrite(argument, made) if made else None
            return case.here(call, edit=edit, argument=Code(case.text(argument)))
    return None


@runtime_rule("none-as-argument", ("TypeError",), r"must be [\w -]{1,120}, not (?:'?NoneType'?|None)\b")
def none_as_argument(case: CrashContext) -> Match | None:
    """Find where the None that a function was given comes from."""
    for call in case.likely(ast.Call):
        for argument in call.args if isinstance(call, ast.Call) else ():
            site = none_site(case, argument)
            if site is not None:
                return site
    return None
