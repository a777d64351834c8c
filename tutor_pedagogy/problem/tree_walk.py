"""Walk syntax trees like `ast.walk`, but several times faster, because each rule looks at every node."""

from __future__ import annotations

import ast

_WITHOUT_FIELDS = (ast.Constant, ast.Global, ast.Nonlocal)
"""Node classes whose fields contain no nodes."""
_WITHOUT_NODES = frozenset(
    ("arg", "asname", "attr", "conversion", "ctx", "id", "is_async", "kind", "kwd_attrs", "level", "module", "rest")
) | {"simple", "str", "tag", "type_comment"}
"""Names of the fields that are not walked: they contain strings or numbers, or a context (`ctx`) like `ast.Load`."""
_WITH_GAPS = frozenset(("keys", "kw_defaults"))
"""Names of list fields with None for a missing node, as for `{**more}` or for a parameter without a default."""


class _Fields(dict[type[ast.AST], tuple[str, ...]]):
    """The fields that can contain nodes, for each class of nodes."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        names = () if kind in _WITHOUT_FIELDS else kind._fields
        fields = self[kind] = tuple(name for name in names if name not in _WITHOUT_NODES)
        return fields


_fields = _Fields()


def children(node: ast.AST) -> list[ast.AST]:
    """Return the children of a node in the order of its fields, without contexts such as `ast.Load`."""
    found: list[ast.AST] = []
    if _fields[node.__class__]:
        _add_children(node, found)
    return found


def walk(node: ast.AST) -> list[ast.AST]:
    """Return a node and its descendants in breadth-first order, without contexts such as `ast.Load`."""
    found = [node]
    for each in found:
        if _fields[each.__class__]:
            _add_children(each, found)
    return found


def parents(tree: ast.AST) -> dict[ast.AST, ast.AST]:
    """Return a mapping from each descendant to its parent, in breadth-first order, without contexts (`ast.Load`)."""
    found: dict[ast.AST, ast.AST] = {}
    nodes = [tree]
    for node in nodes:
        for field in _fields[node.__class__]:
            value = getattr(node, field, None)
            if value.__class__ is list:
                for child in filter(None, value):
                    found[child] = node
                    nodes.append(child)
            elif isinstance(value, ast.AST):
                found[value] = node
                nodes.append(value)
    return found


def _add_children(node: ast.AST, found: list[ast.AST]) -> None:
    for field in _fields[node.__class__]:
        value = getattr(node, field, None)
        if value.__class__ is list:
            found += value if field not in _WITH_GAPS else filter(None, value)
        elif isinstance(value, ast.AST):
            found.append(value)


def alike(one: object, other: object) -> bool:
    """Return whether two trees, or lists of trees, are equal except for their positions."""
    waiting = [(one, other)]
    while waiting:
        a, b = waiting.pop()
        if a.__class__ is not b.__class__:
            return False
        if isinstance(a, ast.AST):
            waiting += [(getattr(a, field, None), getattr(b, field, None)) for field in a._fields]
        elif isinstance(a, list) and isinstance(b, list):
            if len(a) != len(b):
                return False
            waiting += zip(a, b, strict=True)
        elif a != b:
            return False
    return True
