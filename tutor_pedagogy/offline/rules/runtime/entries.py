"""Entries of collections: stored in one form and used in another, used as a whole, or mutable as a key."""

from __future__ import annotations

import ast
from dataclasses import replace as changed
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import is_call_of, is_stored, is_string, names_in, parts_of
from tutor_pedagogy.offline.rules.runtime.rule import CrashContext, Match, runtime_rule
from tutor_pedagogy.offline.rules.runtime.type_names import count_in_words, in_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.finding import Edit

_VIEWS = frozenset(("items", "values", "pop", "get", "popleft"))
_WHOLE = frozenset(("pair", "entry", "item", "row", "record", "line", "element", "t", "p", "e", "x", "i", "r"))
"""Usual variable names for a whole entry. A variable with another name is assumed to be a part of an entry."""
_DOCUMENTS = frozenset(("text", "content", "data", "string", "document", "message", "source"))
"""Usual variable names for a string of many lines."""
_COUNTERS = frozenset(
    ("i", "k", "n", "no", "nr", "number", "index", "idx", "pos", "position", "place", "rank", "count")
)
"""Usual names of loop counters: such a variable counts the entries and is not part of an entry."""


@runtime_rule(
    "entry-stored-otherwise",
    ("TypeError", "ValueError"),
    r"cannot unpack non-iterable (?P<type>\w+) object|(?:not enough|too many) values to unpack",
    before=("unpacking-count",),
)
def entry_stored_otherwise(case: CrashContext) -> Match | None:
    """Return the only line that fills a collection, if it stores fewer parts than the failing line unpacks."""
    target, value = _unpacked(case)
    if not isinstance(target, ast.Tuple) or value is None:
        return None
    names = {part.id for part in target.elts if isinstance(part, ast.Name)}
    stored = _stored_in(case, _owner(case, value))
    if len(stored) != 1 or not names or names_in(target.elts[0]) & _COUNTERS:
        return None
    entry = stored[0]
    parts = [entry] if isinstance(entry, ast.Name) else parts_of(entry)
    are_names = all(isinstance(part, ast.Name) and part.id in names for part in parts)
    if not 0 < len(parts) < len(target.elts) or not are_names:
        return None
    return case.at(entry.lineno, entry=entry, targets=target, count=count_in_words(len(target.elts)))


def _unpacked(case: CrashContext) -> tuple[ast.expr | None, ast.expr | None]:
    """Return the target and the value of the unpacking on the failing line. Of nested tuples, return the inner one."""
    for node in case.program.each(ast.Assign, ast.For, ast.comprehension):
        match node:
            case ast.Assign(targets=[ast.Tuple() as target], value=value) if node.lineno == case.line:
                return target, value
            case (
                ast.For(target=ast.Tuple() as target, iter=value)
                | ast.comprehension(target=ast.Tuple() as target, iter=value)
            ) if getattr(node, "lineno", value.lineno) == case.line:
                inner = [part for part in target.elts if isinstance(part, ast.Tuple)]
                return (inner[0] if inner else target), value
    return None, None


def _owner(case: CrashContext, value: ast.expr) -> str:
    """Return the source text of the collection that an expression reads or iterates over."""
    match value:
        case ast.Call(func=ast.Name(id="sorted" | "list" | "reversed"), args=[inner, *_]):
            return _owner(case, inner)
        case ast.Call(func=ast.Attribute(value=inner, attr=method)) if method in _VIEWS:
            return case.text(inner)
        case ast.Subscript(value=inner):
            return case.text(inner)
    return case.text(value)


def _stored_in(case: CrashContext, owner: str) -> list[ast.expr]:
    """Return the values that the program stores in a collection."""
    return [value for inner, value in _stores(case) if case.text(inner) == owner]


def _stores(case: CrashContext) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield each collection in which the program stores a value, with that value."""
    for node in case.program.each(ast.Call, ast.Assign):
        match node:
            case ast.Call(func=ast.Attribute(value=inner, attr="append" | "add"), args=[value]):
                yield inner, value
            case ast.Assign(targets=[ast.Subscript(value=inner)], value=value):
                yield inner, value


@runtime_rule(
    "entry-taken-whole",
    ("AttributeError", "KeyError", "TypeError"),
    r"['\"]tuple['\"]|^\(|'str' object has no attribute|(?:string|tuple) indices must be integers",
    before=("method-of-another-kind", "text-in-calculation"),
)
def entry_taken_whole(case: CrashContext) -> Match | None:
    """Return the loop over tuples or other entries whose body uses a whole entry as if it were one of its parts."""
    message = case.crash.message
    given = "tuple" if "tuple" in message or message.startswith("(") else "str"
    for node in case.likely(ast.Name):
        for up in case.program.above(node) if _is_used_as_part(case, node) else ():
            if isinstance(up, ast.For) and isinstance(up.target, ast.Name) and up.target.id == node.id:
                is_bound_again = any(up.lineno < line <= case.line for line, _ in case.program.assignments(node.id))
                if is_bound_again or (node.id in _WHOLE and not _is_name_of_part(case, up.iter, node.id)):
                    return None
                iterated = case.value(up.iter)
                if given == "str" and isinstance(iterated, list | tuple):
                    return None  # One of its entries is a string, and not each.
                if isinstance(iterated, list | tuple) and any(type(each) is not tuple for each in iterated):
                    return None
                found = case.at(up, name=node, iterable=up.iter, use=case.source, type=in_words(given))
                return changed(found, choices=_values_of(case, up.iter, iterated))
    return None


def _values_of(case: CrashContext, node: ast.expr, value: object) -> tuple[Edit, ...]:
    """Return the edits that go through what a dictionary holds: all its values, or the list under its only key."""
    match node:
        case ast.Call(func=ast.Attribute(value=owner, attr="items"), args=[]):
            edit = case.rewrite(node, f"{case.text(owner)}.values()")
            return (edit,) if edit is not None else ()
    if not isinstance(value, dict):
        return ()
    text = case.text(node)
    forms = [f"{text}.values()"]
    lists = [key for key, held in value.items() if isinstance(held, list) and isinstance(key, str)]
    if len(lists) == 1 and (len(value) == 1 or not all(isinstance(held, list | dict) for held in value.values())):
        forms = [f'{text}["{key}"]' for key in lists]
    return tuple(edit for form in forms if (edit := case.rewrite(node, form)) is not None)


def _is_used_as_part(case: CrashContext, node: ast.Name) -> bool:
    """Return whether the exception's message fits the way in which a name is used here."""
    message = case.crash.message
    match case.program.parents.get(node):
        case ast.Subscript(value=value, slice=index):
            if case.crash.exception == "KeyError":
                return index is node and message.startswith("(") and _is_loop_over_parts(case, node)
            is_key = message.startswith("tuple") and is_string(index)
            return value is node and "indices must be integers" in message and not is_key
        case ast.Attribute(attr=name):
            return f"attribute '{name}'" in message and ("'tuple'" in message or _is_own_attribute(case, name))
        case ast.BinOp() | ast.Compare() | ast.AugAssign():
            return case.crash.exception == "TypeError" and ("'tuple'" in message or '"tuple"' in message)
    return False


def _is_loop_over_parts(case: CrashContext, node: ast.Name) -> bool:
    """Return whether an enclosing loop iterates over entries that have a part with this name."""
    return any(
        isinstance(up, ast.For) and isinstance(up.target, ast.Name) and _is_name_of_part(case, up.iter, node.id)
        for up in case.program.above(node)
    )


def _is_name_of_part(case: CrashContext, iterated: ast.expr, name: str) -> bool:
    """Return whether the program stores entries that have a part with this name in the collection."""
    return any(
        isinstance(entry, ast.Tuple) and any(isinstance(part, ast.Name) and part.id == name for part in entry.elts)
        for entry in _stored_in(case, _owner(case, iterated))
    )


def _is_own_attribute(case: CrashContext, name: str) -> bool:
    """Return whether the program defines a function or sets an attribute with this name."""
    return any(node.name == name for node in case.program.each(ast.FunctionDef)) or any(
        is_stored(node, name) for node in case.program.each(ast.Attribute)
    )


@runtime_rule(
    "entry-began-otherwise",
    ("AttributeError",),
    r"'(?P<type>str|int|float|tuple)' object has no attribute '(?P<name>append|add|extend|update|items)'",
    before=("method-of-another-kind",),
)
def entry_began_otherwise(case: CrashContext) -> Match | None:
    """Return the only line that stores an entry, if the entry's type lacks the method called on the failing line."""
    for node in case.likely(ast.Attribute):
        match node:
            case ast.Attribute(value=ast.Subscript(value=owner) as entry, attr=name) if name == case.match["name"]:
                stored = _stored_in(case, case.text(owner))
                if len(stored) == 1 and not isinstance(stored[0], ast.List | ast.Dict | ast.Set | ast.ListComp):
                    return case.at(stored[0].lineno, name=entry, type=case.type_words, use=case.source)
    return None


@runtime_rule(
    "letters-for-lines",
    ("ValueError",),
    r"not enough values to unpack",
    before=("unpacking-count", "string-gone-through"),
)
def letters_for_lines(case: CrashContext) -> Match | None:
    """Return the loop that iterates over the characters of a string although its body expects lines."""
    for call in case.calls:
        match call.func:
            case ast.Attribute(value=ast.Name(id=name) as line, attr="split" | "partition"):
                for up in case.program.above(call):
                    match up:
                        case ast.For(target=ast.Name(id=target), iter=ast.Name(id=text) as iterated):
                            if target == name and text.rstrip("s").lower() in _DOCUMENTS:
                                new = f"{text}.splitlines()"
                                return case.at(up, replace=(iterated, new), name=line, text=iterated, use=call)
    return None


@runtime_rule(
    "list-became-key", ("TypeError",), r"unhashable type: '(?P<type>list)'", before=("key-can-change", "lists-as-keys")
)
def list_became_key(case: CrashContext) -> Match | None:
    """Return the assignment of a list to a name that is used as a key."""
    for node in case.likely(ast.Name):
        bound = case.bound(node.id) if isinstance(node.ctx, ast.Load) else []
        if len(bound) == 1 and _makes_list(bound[0][1]) and not _is_looked_into(case, node):
            value = bound[0][1]
            if value is None:
                return None
            literal = case.text(value)
            new = f"({literal[1:-1]}{',' if len(value.elts) == 1 else ''})" if isinstance(value, ast.List) else None
            replace = (value, new or (f"tuple({literal})" if not isinstance(value, ast.ListComp) else None))
            return case.at(value, replace=replace, name=node, use=case.source)
    return None


def _makes_list(value: ast.expr | None) -> bool:
    """Return whether a value is surely a list."""
    match value:
        case ast.List() | ast.ListComp() | ast.Call(func=ast.Attribute(attr="split")):
            return True
    return is_call_of(value, "list", "sorted")


def _is_looked_into(case: CrashContext, node: ast.Name) -> bool:
    """Return whether a name is the collection that is searched or indexed, not the key."""
    parent = case.program.parents.get(node)
    return (isinstance(parent, ast.Subscript) and parent.value is node) or (
        isinstance(parent, ast.Compare) and parent.left is not node
    )
