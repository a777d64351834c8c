"""Values in places that need a special type: after `with`, after `except`, in JSON, as a fixed attribute."""

from __future__ import annotations

import ast
import re

from tutor_pedagogy.offline.engine.nodes import first_argument, is_string
from tutor_pedagogy.offline.rules.runtime.formats import of_string
from tutor_pedagogy.offline.rules.runtime.initial_values import only_value
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.offline.rules.runtime.type_names import in_words
from tutor_pedagogy.problem.tree_walk import walk


@runtime_rule(
    "with-needs-open",
    ("AttributeError", "TypeError"),
    r"'(?P<type>\w+)' object does not support the (?:asynchronous )?context manager protocol"
    r"|^__enter__$|'(?P<older>\w+)' object has no attribute '__enter__'",
    before=("not-offered-by-object", "method-of-another-kind", "attribute-never-set", "attribute-misspelt"),
)
def with_needs_open(case: CrashContext) -> Match | None:
    """Return the value after `with` that cannot be opened and closed."""
    given = case.match["type"] or case.match["older"] or "value"
    if not isinstance(case.statement, ast.With):
        return None
    value = case.statement.items[0].context_expr
    new = f"open({case.text(value)})" if given == "str" else None
    return case.here(value, replace=(value, new), value=value, type=in_words(given))


@runtime_rule("except-without-class", ("TypeError",), r"catching classes that do not inherit from BaseException")
def except_without_class(case: CrashContext) -> Match | None:
    """Return the `except` line that names something other than a class of exceptions."""
    for handler in case.program.each(ast.ExceptHandler):
        if handler.lineno == case.line and handler.type is not None:
            value, new = handler.type, None
            if is_string(value):
                new = case.text(value)[1:-1] if re.fullmatch(r"\w+", case.text(value)[1:-1]) else None
            elif isinstance(value, ast.Call):
                new = case.text(value.func)
            elif isinstance(value, ast.BoolOp):
                new = f"({', '.join(map(case.text, value.values))})"
            elif isinstance(value, ast.List):
                new = f"({case.text(value)[1:-1]})"
            return case.here(value, replace=(value, new), value=value)
    return None


@runtime_rule("not-for-json", ("TypeError",), r"Object of type (?P<type>\w+) is not JSON serializable")
def not_for_json(case: CrashContext) -> Match | None:
    """Return the call that makes JSON of a value of a type that JSON does not have."""
    call = case.call("dumps", "dump")
    value = first_argument(call)
    new = f"list({case.text(value)})" if value is not None and isinstance(case.value(value), set) else None
    if value is not None and new is None and case.match["type"] == "set":
        found = only_value(case, value)
        new = f"list({case.text(value)})" if found is not None and isinstance(found[1], ast.Set | ast.Call) else None
    return case.here(
        call,
        replace=(value, new) if value is not None else None,
        value=case.code(value, "the value"),
        type=case.type_words,
    )


@runtime_rule(
    "attribute-cannot-be-set",
    ("AttributeError", "FrozenInstanceError"),
    r"can't set attribute|object attribute '\w+' is read-only|has no setter|cannot assign to field"
    r"|attribute '\w+' of '[\w.]+' objects is not writable",
)
def attribute_cannot_be_set(case: CrashContext) -> Match | None:
    """Return the assignment to an attribute that cannot be changed."""
    statement = case.statement
    if isinstance(statement, ast.Assign | ast.AugAssign):
        target = statement.target if isinstance(statement, ast.AugAssign) else statement.targets[0]
        if isinstance(target, ast.Attribute):
            return case.here(target, owner=target.value, attribute=Code(target.attr))
    return None


@runtime_rule(
    "property-without-setter",
    ("AttributeError",),
    r"property '(?P<name>\w+)' of '\w+' object has no setter|can't set attribute '(?P<older>\w+)'",
    before=("attribute-cannot-be-set",),
)
def property_without_setter(case: CrashContext) -> Match | None:
    """Return the line that stores a value under the name of a property, which reads it under another name."""
    name = case.match["name"] or case.match["older"]
    for node in case.likely(ast.Attribute):
        if node.attr != name or not isinstance(node.ctx, ast.Store):
            continue
        getter = case.program.functions.get(name)
        read = [part for part in walk(getter) if _is_of_self(part)] if getter is not None else []
        held = {part.attr for part in read if isinstance(part, ast.Attribute)}
        kept = held.pop() if len(held) == 1 else ""
        inside = _is_of_self(node) and kept not in ("", name)
        edit = case.rewrite(node, f"{case.text(node.value)}.{kept}") if inside else None
        slots: dict[str, str | ast.AST] = {"name": Code(name), "kept": Code(kept) if kept else "", "target": node}
        slots["getter"] = str(case.program.shown(getter.lineno)) if getter is not None else ""
        return case.at(node, edit=edit, slots=slots)
    return None


def _is_of_self(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"


@runtime_rule(
    "file-wanted",
    ("AttributeError",),
    r"'(?P<type>str|bytes)' object has no attribute '(?P<name>read)'",
    before=("method-of-another-kind", "entry-taken-whole", "value-in-place-of-object"),
)
def file_wanted(case: CrashContext) -> Match | None:
    """Return the call of `json.load` or `csv.reader` with a string, where an open file is needed."""
    for call in case.calls:
        match call.func:
            case ast.Attribute(value=ast.Name(id="json"), attr="load") if call.args:
                return case.here(call, replace=of_string(case, call, call.args[0]), value=call.args[0])
    return None
