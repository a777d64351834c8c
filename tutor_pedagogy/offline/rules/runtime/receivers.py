"""What built-in functions, classes and special methods are given, or give back, that they cannot work with."""

from __future__ import annotations

import ast
import re
from difflib import get_close_matches

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.lessons.runtime import receivers as lessons
from tutor_pedagogy.offline.rules.runtime.case import Case, RuntimeRule, Site
from tutor_pedagogy.offline.rules.runtime.operands import kind, none_site
from tutor_pedagogy.problem.tree_walk import walk

_TYPE_ERROR = frozenset(("TypeError",))


def _collection_for_number(case: Case) -> Site | None:
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


def _none_as_argument(case: Case) -> Site | None:
    """Find where the None that a function was given comes from."""
    for call in case.likely(ast.Call):
        for argument in call.args if isinstance(call, ast.Call) else ():
            site = none_site(case, argument)
            if site is not None:
                return site
    return None


def _super_itself(case: Case) -> Site | None:
    for node in case.likely(ast.Attribute):
        match node:
            case ast.Attribute(value=ast.Name(id="super") as word, attr=method):
                return case.here(node, edit=case.rewrite(word, "super()"), method=Code(method))
    return None


def _without_text(case: Case) -> Site | None:
    """Find the special method that shows its text in place of giving it back."""
    for node in case.program.nodes:
        if isinstance(node, ast.FunctionDef) and node.name == case.match["method"]:
            shown = [n for n in walk(node) if isinstance(n, ast.Call) and case.text(n.func) == "print"]
            results = [n for n in walk(node) if isinstance(n, ast.Return)]
            place: ast.stmt | ast.expr = (shown or results or [node.body[-1]])[-1]
            edit = None
            if shown and len(shown[-1].args) == 1 and not shown[-1].keywords:
                edit = case.rewrite(shown[-1], f"return {case.text(shown[-1].args[0])}")
            return Site(
                lines=(place.lineno,),
                expression=case.program.line(place.lineno).strip(),
                edit=edit,
                facts={"method": Code(node.name), "kind": kind(case.match["given"])},
            )
    return None


def _not_in_class(case: Case) -> Site | None:
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


def _function_wanted(case: Case) -> Site | None:
    """Find `defaultdict(0)`, where the function that makes a first value is wanted."""
    for call in case.likely(ast.Call):
        if isinstance(call, ast.Call) and call.args and case.text(call.func).endswith("defaultdict"):
            argument = call.args[0]
            made = {"0": "int", "[]": "list", '""': "str", "{}": "dict"}.get(case.text(argument))
            edit = case.rewrite(argument, made) if made else None
            return case.here(call, edit=edit, argument=Code(case.text(argument)))
    return None


RULES = (
    RuntimeRule(
        "runtime.collection-for-number",
        "runtime",
        lessons.COLLECTION_FOR_NUMBER,
        _TYPE_ERROR,
        re.compile(r"(?P<name>int|float)\(\) argument must be .{0,120}, not '(?P<given>list|tuple|set|dict|map)'"),
        _collection_for_number,
    ),
    RuntimeRule(
        "runtime.super-not-called",
        "runtime",
        lessons.SUPER_NOT_CALLED,
        frozenset(("TypeError", "AttributeError")),
        re.compile(r"requires a 'super' object|of 'super' object needs|type object 'super' has no attribute"),
        _super_itself,
    ),
    RuntimeRule(
        "runtime.text-form-without-text",
        "runtime",
        lessons.TEXT_FORM_WITHOUT_TEXT,
        _TYPE_ERROR,
        re.compile(r"(?<!\w)(?P<method>__\w+__) returned non-string \(type (?P<given>\w+)\)"),
        _without_text,
    ),
    RuntimeRule(
        "runtime.not-in-class",
        "runtime",
        lessons.NOT_IN_CLASS,
        frozenset(("AttributeError",)),
        re.compile(r"type object '(?P<type>\w+)' has no attribute '(?P<name>\w+)'"),
        _not_in_class,
    ),
    RuntimeRule(
        "runtime.function-wanted",
        "runtime",
        lessons.FUNCTION_WANTED,
        _TYPE_ERROR,
        re.compile(r"first argument must be callable or None"),
        _function_wanted,
    ),
    RuntimeRule(
        "runtime.none-as-argument",
        "runtime",
        lessons.NONE_AS_ARGUMENT,
        _TYPE_ERROR,
        re.compile(r"must be [\w -]{1,120}, not (?:'?NoneType'?|None)\b"),
        _none_as_argument,
    ),
)
