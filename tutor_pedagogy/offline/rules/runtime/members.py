"""What belongs to an object, a dictionary, a list or a module, and is used in a way that it does not offer."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.rules.runtime.operands import none_site
from tutor_pedagogy.offline.rules.runtime.origins import none_origin
from tutor_pedagogy.offline.rules.runtime.rule import runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.rules.runtime.context import CrashContext


@runtime_rule(
    "name-without-self",
    ("NameError", "UnboundLocalError"),
    r"(?:name|local variable) '(?P<name>\w+)'",
    before=("text-without-quotes",),
)
def name_without_self(case: CrashContext) -> Match | None:
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
    return Match(
        lines=(case.line,),
        expression=name,
        edit=edit,
        slots={"name": Code(name), "class_name": Code(owner.name)},
    )


@runtime_rule(
    "result-of-method-in-place",
    ("AttributeError", "TypeError"),
    r"NoneType",
    before=("attribute-of-none", "index-of-wrong-kind", "none-gone-through", "none-in-operation", "none-looked-into"),
)
def result_of_method_in_place(case: CrashContext) -> Match | None:
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
                    slots = {"call": Code(case.text(call)), "method": Code(method)}
                    return Match(lines=site.lines, expression=site.expression, edit=site.edit, slots=slots)
    return None


@runtime_rule(
    "items-of-dictionary",
    ("TypeError", "ValueError"),
    r"values to unpack|cannot unpack non-iterable",
    before=("unpacking-count",),
)
def items_of_dictionary(case: CrashContext) -> Match | None:
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
    return Match(
        lines=(statement.lineno,),
        expression=text,
        edit=case.rewrite(made, f"{text}.items()"),
        slots={"name": Code(text)},
    )


@runtime_rule("pairs-wanted", ("TypeError", "ValueError"), r"dictionary update sequence element")
def pairs_wanted(case: CrashContext) -> Match:
    return case.here(next(iter(case.likely(ast.Call)), None))


@runtime_rule(
    "list-in-calculation",
    ("TypeError",),
    r"unsupported operand type\(s\) for (?!\+|\^)\S{1,8}(?: \S{1,8}){0,3}: '(?P<left>list|tuple|int|float)' and"
    r" '(?P<right>list|tuple|int|float)'",
    before=("text-in-calculation",),
)
def list_in_calculation(case: CrashContext) -> Match | None:
    """Find a list, written out or under a name, on a side of an operation."""
    for node in case.likely(ast.BinOp):
        if isinstance(node, ast.BinOp):
            for side, type_ in ((node.left, case.match["left"]), (node.right, case.match["right"])):
                if type_ in ("list", "tuple"):
                    return case.here(node, list_side=Code(case.text(side)), operation=Code(case.text(node)))
    return None


@runtime_rule(
    "counted-from-one", ("IndexError",), r"(?:list|tuple|string) index out of range", before=("empty-collection",)
)
def counted_from_one(case: CrashContext) -> Match | None:
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


@runtime_rule(
    "not-a-package",
    ("ModuleNotFoundError",),
    r"No module named '(?P<name>[\w.]+)'; '(?P<module>[\w.]+)' is not a package",
    before=("module-not-found",),
)
def not_a_package(case: CrashContext) -> Match:
    name = case.match["name"]
    return case.here(name=Code(name), module=Code(case.match["module"]))
