"""Entries of a collection: stored in one form and used in another, taken whole, used as a key although they change."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.rules.runtime.operands import kind
from tutor_pedagogy.offline.rules.runtime.rule import runtime_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.rules.runtime.context import CrashContext
_VIEWS = frozenset(("items", "values", "pop", "get", "popleft"))
_WHOLE = frozenset(("pair", "entry", "item", "row", "record", "line", "element", "t", "p", "e", "x", "i", "r"))
"""Names that people give to a whole entry; any other is taken for that of a part."""
_TEXTS = frozenset(("text", "content", "data", "string", "document", "message", "source"))
"""Names for a whole text of many lines."""
_COUNTERS = frozenset(
    ("i", "k", "n", "no", "nr", "number", "index", "idx", "pos", "position", "place", "rank", "count")
)
"""Names for the number of an entry, which is counted and not stored with it."""
_UNPACKED = re.compile(r"cannot unpack non-iterable (?P<type>\w+) object|(?:not enough|too many) values to unpack")


@runtime_rule("entry-stored-otherwise", ("TypeError", "ValueError"), _UNPACKED, before=("unpacking-count",))
def entry_stored_otherwise(case: CrashContext) -> Match | None:
    """Find the one line that fills a collection, where it stores fewer parts than the failing line takes apart."""
    target, value = _taken_apart(case)
    if not isinstance(target, ast.Tuple) or value is None:
        return None
    names = {part.id for part in target.elts if isinstance(part, ast.Name)}
    stored = list(_stored_in(case, _owner(case, value)))
    if len(stored) != 1 or not names:
        return None
    entry = stored[0]
    parts = [entry] if isinstance(entry, ast.Name) else entry.elts if isinstance(entry, ast.Tuple | ast.List) else []
    count = len(target.elts)
    if isinstance(target.elts[0], ast.Name) and target.elts[0].id in _COUNTERS:
        return None
    if not parts or len(parts) >= count or not all(isinstance(part, ast.Name) and part.id in names for part in parts):
        return None
    words = {2: "two", 3: "three", 4: "four"}
    return Match(
        lines=(entry.lineno,),
        expression=case.program.line(entry.lineno).strip(),
        slots={
            "entry": Code(case.text(entry)),
            "targets": Code(case.text(target)),
            "count": words.get(count, str(count)),
        },
    )


def _taken_apart(case: CrashContext) -> tuple[ast.expr | None, ast.expr | None]:
    """Give the names and the value of the unpacking on the failing line; the innermost tuple of a nested one."""
    for node in case.program.nodes:
        match node:
            case ast.Assign(targets=[ast.Tuple() as target], value=value) if node.lineno == case.line:
                return target, value
            case ast.For(target=ast.Tuple() as target, iter=value) if node.lineno == case.line:
                pass
            case ast.comprehension(target=ast.Tuple() as target, iter=value) if value.lineno == case.line:
                pass
            case _:
                continue
        inner = [part for part in target.elts if isinstance(part, ast.Tuple)]
        return (inner[0] if inner else target), value
    return None, None


def _owner(case: CrashContext, value: ast.expr) -> str:
    """Give the text of the collection that a value is taken from."""
    match value:
        case ast.Call(func=ast.Name(id="sorted" | "list" | "reversed"), args=[inner, *_]):
            return _owner(case, inner)
        case ast.Call(func=ast.Attribute(value=inner, attr=method)) if method in _VIEWS:
            return case.text(inner)
        case ast.Subscript(value=inner):
            return case.text(inner)
    return case.text(value)


def _stored_in(case: CrashContext, owner: str) -> Iterator[ast.expr]:
    """Give the values that the code puts into a collection."""
    for node in case.program.nodes:
        match node:
            case ast.Call(func=ast.Attribute(value=inner, attr="append" | "add"), args=[value]) if (
                case.text(inner) == owner
            ):
                yield value
            case ast.Assign(targets=[ast.Subscript(value=inner)], value=value) if case.text(inner) == owner:
                yield value


@runtime_rule(
    "entry-taken-whole",
    ("AttributeError", "KeyError", "TypeError"),
    r"['\"]tuple['\"]|^\(|'str' object has no attribute|(?:string|tuple) indices must be integers",
    before=("method-of-another-kind", "text-in-calculation"),
)
def entry_taken_whole(case: CrashContext) -> Match | None:
    """Find the loop that hands out whole entries, where its body uses each as one part of it."""
    message = case.crash.message
    given = "tuple" if "tuple" in message or message.startswith("(") else "str"
    for node in case.likely(ast.Name):
        if not isinstance(node, ast.Name) or not _is_used_as_part(case, node):
            continue
        for up in case.program.above(node):
            if isinstance(up, ast.For) and isinstance(up.target, ast.Name) and up.target.id == node.id:
                bound_again = any(up.lineno < line <= case.line for line, _ in case.program.assignments(node.id))
                if bound_again or (node.id in _WHOLE and not _is_name_of_part(case, up.iter, node.id)):
                    return None
                header = case.program.line(up.lineno).strip()
                return Match(
                    lines=(up.lineno,),
                    expression=header,
                    slots={
                        "name": Code(node.id),
                        "iterable": Code(case.text(up.iter)),
                        "use": Code(case.program.line(case.line).strip()),
                        "kind": kind(given),
                    },
                )
    return None


def _is_used_as_part(case: CrashContext, node: ast.Name) -> bool:
    """Tell whether the message complains about the use that a name has at its place."""
    message = case.crash.message
    match case.program.parents.get(node):
        case ast.Subscript(value=value, slice=index):
            if case.crash.exception == "KeyError":
                return index is node and message.startswith("(") and _is_loop_over_parts(case, node)
            return value is node and "indices must be integers" in message
        case ast.Attribute(attr=name):
            return f"attribute '{name}'" in message and ("'tuple'" in message or _is_own_attribute(case, name))
        case ast.BinOp() | ast.Compare() | ast.AugAssign():
            return "'tuple'" in message or '"tuple"' in message
    return False


def _is_loop_over_parts(case: CrashContext, node: ast.Name) -> bool:
    return any(
        isinstance(up, ast.For) and isinstance(up.target, ast.Name) and _is_name_of_part(case, up.iter, node.id)
        for up in case.program.above(node)
    )


def _is_name_of_part(case: CrashContext, iterated: ast.expr, name: str) -> bool:
    """Tell whether the code stores entries in a collection of which one part has this name."""
    return any(
        isinstance(entry, ast.Tuple) and any(isinstance(part, ast.Name) and part.id == name for part in entry.elts)
        for entry in _stored_in(case, _owner(case, iterated))
    )


def _is_own_attribute(case: CrashContext, name: str) -> bool:
    return any(
        (isinstance(node, ast.FunctionDef) and node.name == name)
        or (isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr == name)
        for node in case.program.nodes
    )


@runtime_rule(
    "entry-began-otherwise",
    ("AttributeError",),
    r"'(?P<type>str|int|float|tuple)' object has no attribute '(?P<name>append|add|extend|update|items)'",
    before=("method-of-another-kind",),
)
def entry_began_otherwise(case: CrashContext) -> Match | None:
    """Find the one line that begins an entry, with a value that has not the method which the failing line calls."""
    wanted = case.match["name"]
    for node in case.likely(ast.Attribute):
        match node:
            case ast.Attribute(value=ast.Subscript(value=owner) as entry, attr=name) if name == wanted:
                pass
            case _:
                continue
        stored = list(_stored_in(case, case.text(owner)))
        if len(stored) == 1 and not isinstance(stored[0], ast.List | ast.Dict | ast.Set | ast.ListComp):
            line = stored[0].lineno
            return Match(
                lines=(line,),
                expression=case.program.line(line).strip(),
                slots={
                    "name": Code(case.text(entry)),
                    "kind": kind(case.match["type"]),
                    "use": Code(case.program.line(case.line).strip()),
                },
            )
    return None


@runtime_rule("letters-for-lines", ("ValueError",), r"not enough values to unpack", before=("unpacking-count",))
def letters_for_lines(case: CrashContext) -> Match | None:
    """Find the loop that hands out the letters of a text, where its body takes lines apart."""
    for call in case.likely(ast.Call):
        match call:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="split" | "partition")):
                pass
            case _:
                continue
        for up in case.program.above(call):
            match up:
                case ast.For(target=ast.Name(id=target), iter=ast.Name(id=text) as iterated) if (
                    target == name and text.rstrip("s").lower() in _TEXTS
                ):
                    return Match(
                        lines=(up.lineno,),
                        expression=case.program.line(up.lineno).strip(),
                        edit=case.rewrite(iterated, f"{text}.splitlines()"),
                        slots={"name": Code(name), "text": Code(text), "use": Code(case.text(call))},
                    )
    return None


@runtime_rule("list-became-key", ("TypeError",), r"unhashable type: '(?P<type>list)'", before=("key-can-change",))
def list_became_key(case: CrashContext) -> Match | None:
    """Find where a name got the list that is used as a key."""
    for node in case.likely(ast.Name):
        if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load):
            continue
        here = case.program.function_at(case.line)
        bound = [item for item in case.program.assignments(node.id) if case.program.function_at(item[0]) is here]
        if len(bound) != 1:
            continue
        line, value = bound[0]
        is_list = isinstance(value, ast.List | ast.ListComp) or (
            isinstance(value, ast.Call)
            and (
                (isinstance(value.func, ast.Attribute) and value.func.attr == "split")
                or (isinstance(value.func, ast.Name) and value.func.id in ("list", "sorted"))
            )
        )
        if is_list and value is not None and not _is_looked_into(case, node):
            return Match(
                lines=(line,),
                expression=case.text(value),
                slots={"name": Code(node.id), "use": Code(case.program.line(case.line).strip())},
            )
    return None


def _is_looked_into(case: CrashContext, node: ast.Name) -> bool:
    """Tell whether a name is the collection that is searched, not the key."""
    parent = case.program.parents.get(node)
    return (isinstance(parent, ast.Subscript) and parent.value is node) or (
        isinstance(parent, ast.Compare) and parent.left is not node
    )
