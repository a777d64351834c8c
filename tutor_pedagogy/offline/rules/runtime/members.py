"""What belongs to an object, a dictionary, a list or a module, and is used in a way that it does not offer."""

from __future__ import annotations

import ast
import re

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.lessons.runtime import members as lessons
from tutor_pedagogy.offline.rules.runtime.case import Case, RuntimeRule, Site
from tutor_pedagogy.offline.rules.runtime.operands import none_site
from tutor_pedagogy.offline.rules.runtime.origins import none_origin
from tutor_pedagogy.problem.tree_walk import walk

_TYPE_ERROR = frozenset(("TypeError",))


def _without_self(case: Case) -> Site | None:
    """Find a name in a method that the class gives to its objects."""
    name, program = case.match["name"], case.program
    function = program.function_at(case.line)
    owner = program.parents.get(function) if function is not None else None
    if function is None or not isinstance(owner, ast.ClassDef) or not function.args.args:
        return None
    first = function.args.args[0].arg
    is_method = any(isinstance(node, ast.FunctionDef) and node.name == name for node in owner.body)
    is_value = any(
        isinstance(node, ast.Attribute) and node.attr == name and isinstance(node.ctx, ast.Store)
        for node in walk(owner)
    ) or any(
        isinstance(target, ast.Name) and target.id == name
        for node in owner.body
        if isinstance(node, ast.Assign)
        for target in node.targets
    )
    if not (is_method or is_value):
        return None
    node = next((n for n in case.nodes_here if isinstance(n, ast.Name) and n.id == name), None)
    edit = case.rewrite(node, f"{first}.{name}") if node is not None else None
    return Site(
        lines=(case.line,),
        expression=name,
        edit=edit,
        facts={"name": Code(name), "class_name": Code(owner.name)},
    )


def _in_place(case: Case) -> Site | None:
    """Find the call in place whose result is what the crash stumbles over."""
    nodes = list(case.likely(ast.Name, ast.Call, ast.Attribute, ast.Subscript))
    if case.crash.exception == "AttributeError":
        nodes = [node.value for node in nodes if isinstance(node, ast.Attribute)]
    for node in nodes:
        origin = none_origin(case.program, node, case.line)
        match origin:
            case "in-place", ast.Call(func=ast.Attribute(attr=method)) as call:
                site = none_site(case, node)
                if site is not None:
                    facts = {"call": Code(case.text(call)), "method": Code(method)}
                    return Site(lines=site.lines, expression=site.expression, edit=site.edit, facts=facts)
    return None


def _items(case: Case) -> Site | None:
    """Find a loop with two names over a dictionary."""
    statement = case.program.statement_at(case.line)
    if not isinstance(statement, ast.For) or not isinstance(statement.target, ast.Tuple):
        return None
    made = statement.iter
    value = case.program.last_value(made.id, case.line) if isinstance(made, ast.Name) else made
    is_dictionary = isinstance(value, ast.Dict | ast.DictComp) or (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Name)
        and value.func.id in ("dict", "defaultdict", "Counter")
    )
    if not is_dictionary or len(statement.target.elts) != 2:  # noqa: PLR2004 - key and value
        return None
    text = case.text(made)
    return Site(
        lines=(statement.lineno,),
        expression=text,
        edit=case.rewrite(made, f"{text}.items()"),
        facts={"name": Code(text)},
    )


def _pairs(case: Case) -> Site:
    return case.here(next(iter(case.likely(ast.Call)), None))


def _list(case: Case) -> Site | None:
    """Find a list, written out or under a name, on a side of an operation."""
    for node in case.likely(ast.BinOp):
        if isinstance(node, ast.BinOp):
            for side, type_ in ((node.left, case.match["left"]), (node.right, case.match["right"])):
                if type_ in ("list", "tuple"):
                    return case.here(node, list_side=Code(case.text(side)), operation=Code(case.text(node)))
    return None


def _last_position(case: Case) -> Site | None:
    """Find a fixed position that is the length of what stands in the code."""
    for node in case.likely(ast.Subscript):
        if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Constant):
            continue
        owner = node.value
        value = case.program.last_value(owner.id, case.line) if isinstance(owner, ast.Name) else owner
        length = (
            len(value.elts)
            if isinstance(value, ast.List | ast.Tuple)
            else len(value.value)
            if isinstance(value, ast.Constant) and isinstance(value.value, str)
            else 0
        )
        if length and node.slice.value == length:
            return case.here(
                node,
                edit=case.rewrite(node.slice, str(length - 1)),
                owner=Code(case.text(owner)),
                index=Code(str(length)),
            )
    return None


def _package(case: Case) -> Site:
    name = case.match["name"]
    return case.here(name=Code(name), module=Code(case.match["module"]))


RULES = (
    RuntimeRule(
        "runtime.name-without-self",
        "runtime",
        lessons.NAME_WITHOUT_SELF,
        frozenset(("NameError", "UnboundLocalError")),
        re.compile(r"(?:name|local variable) '(?P<name>\w+)'"),
        _without_self,
    ),
    RuntimeRule(
        "runtime.result-of-method-in-place",
        "runtime",
        lessons.RESULT_OF_METHOD_IN_PLACE,
        frozenset(("TypeError", "AttributeError")),
        re.compile(r"NoneType"),
        _in_place,
    ),
    RuntimeRule(
        "runtime.items-of-dictionary",
        "runtime",
        lessons.ITEMS_OF_DICTIONARY,
        frozenset(("ValueError", "TypeError")),
        re.compile(r"values to unpack|cannot unpack non-iterable"),
        _items,
    ),
    RuntimeRule(
        "runtime.pairs-wanted",
        "runtime",
        lessons.PAIRS_WANTED,
        frozenset(("TypeError", "ValueError")),
        re.compile(r"dictionary update sequence element"),
        _pairs,
    ),
    RuntimeRule(
        "runtime.list-in-calculation",
        "runtime",
        lessons.LIST_IN_CALCULATION,
        _TYPE_ERROR,
        re.compile(
            r"unsupported operand type\(s\) for (?!\+|\^)\S{1,8}(?: \S{1,8}){0,3}: '(?P<left>list|tuple|int|float)' and"
            r" '(?P<right>list|tuple|int|float)'"
        ),
        _list,
    ),
    RuntimeRule(
        "runtime.counted-from-one",
        "runtime",
        lessons.COUNTED_FROM_ONE,
        frozenset(("IndexError",)),
        re.compile(r"(?:list|tuple|string) index out of range"),
        _last_position,
    ),
    RuntimeRule(
        "runtime.not-a-package",
        "runtime",
        lessons.NOT_A_PACKAGE,
        frozenset(("ModuleNotFoundError",)),
        re.compile(r"No module named '(?P<name>[\w.]+)'; '(?P<module>[\w.]+)' is not a package"),
        _package,
    ),
)
