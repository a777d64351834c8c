"""Wrong arguments or results of built-in functions, classes and special methods."""

from __future__ import annotations

import ast

from tutor_pedagogy.offline.engine.nodes import first_argument, is_call_of
from tutor_pedagogy.offline.rules.runtime.guessed_types import guessed_type
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.problem.tree_walk import walk


@runtime_rule(
    "collection-for-number",
    ("TypeError",),
    r"(?P<name>int|float)\(\) argument must be .{0,120}, not '(?P<type>list|tuple|set|dict|map)'",
)
def collection_for_number(case: CrashContext) -> Match | None:
    """Return the call of `int` or `float` with a whole collection as its argument."""
    name = case.match["name"]
    for call in case.calls:
        if is_call_of(call, name) and call.args:
            new = f"list(map({name}, {case.text(call.args[0])}))"
            return case.here(
                call, replace=(call, new), function=Code(name), argument=call.args[0], type=case.type_words
            )
    return None


@runtime_rule(
    "super-not-called",
    ("AttributeError", "TypeError"),
    r"requires a 'super' object|of 'super' object needs|type object 'super' has no attribute",
)
def super_not_called(case: CrashContext) -> Match | None:
    """Return the access to a method of `super` without the parentheses after `super`."""
    for node in case.likely(ast.Attribute):
        match node.value:
            case ast.Name(id="super") as word:
                return case.here(node, replace=(word, "super()"), method=Code(node.attr))
    return None


@runtime_rule(
    "text-form-without-text", ("TypeError",), r"(?<!\w)(?P<method>__\w+__) returned non-string \(type (?P<type>\w+)\)"
)
def text_form_without_text(case: CrashContext) -> Match | None:
    """Return the line at which a special method such as `__str__` prints or returns something other than a string."""
    methods = [node for node in case.program.each(ast.FunctionDef) if node.name == case.match["method"]]
    wrong = [node for node in methods if not _surely_returns_string(case, node)]
    if len(wrong) != 1 and len(methods) != 1:
        return None
    method = (wrong or methods)[0]
    slots: dict[str, str | ast.AST] = {"method": Code(method.name), "type": case.type_words}
    prints = [node for node in walk(method) if is_call_of(node, "print")]
    if prints:
        shown = prints[-1]
        is_plain = len(shown.args) == 1 and not shown.keywords
        return case.at(
            shown.lineno, replace=(shown, f"return {case.text(shown.args[0])}" if is_plain else None), slots=slots
        )
    results = [node for node in walk(method) if isinstance(node, ast.Return)]
    last = (results or method.body)[-1]
    value = last.value if isinstance(last, ast.Return) else None
    if value is not None:
        slots["value"] = value
    replace = (
        (value, f"str({case.text(value)})") if value is not None and method.name in ("__str__", "__repr__") else None
    )
    return case.at(last, replace=replace, slots=slots)


def _surely_returns_string(case: CrashContext, method: ast.FunctionDef) -> bool:
    """Return whether each `return` of a method gives a string."""
    values = [each.value for each in case.program.returns_of(method)]
    kinds = [guessed_type(value, case.classes, case.program.functions) for value in values if value is not None]
    return bool(kinds) and len(kinds) == len(values) and set(kinds) == {"str"}


@runtime_rule("function-wanted", ("TypeError",), r"first argument must be callable or None")
def function_wanted(case: CrashContext) -> Match | None:
    """Return the call of `defaultdict` with an initial value in place of a function, as in `defaultdict(0)`."""
    call = case.call("defaultdict")
    argument = first_argument(call)
    if call is None or argument is None:
        return None
    made = {"0": "int", "[]": "list", '""': "str", "{}": "dict"}.get(case.text(argument))
    return case.here(call, replace=(argument, made), argument=argument)
