"""Walk syntax trees: as `ast.walk`, but several times faster, for rules that look at every node again and again."""

from __future__ import annotations

import ast

_WITHOUT_FIELDS = (ast.Constant, ast.Global, ast.Nonlocal)
"""Classes whose fields hold no nodes."""
_WITHOUT_NODES = frozenset(
    ("arg", "asname", "attr", "conversion", "ctx", "id", "is_async", "kind", "kwd_attrs", "level", "module", "rest")
) | {"simple", "str", "tag", "type_comment"}
"""Fields that hold texts, numbers or, as `ctx`, only what the place of a node says."""
_WITH_GAPS = frozenset(("keys", "kw_defaults"))
"""Lists in which None stands where there is no node: `{**more}`, a parameter without a default."""


class _Fields(dict[type[ast.AST], tuple[str, ...]]):
    """The fields of each class of node in which other nodes can be."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        names = () if kind in _WITHOUT_FIELDS else kind._fields
        fields = self[kind] = tuple(name for name in names if name not in _WITHOUT_NODES)
        return fields


_fields = _Fields()


def children(node: ast.AST) -> list[ast.AST]:
    """Give the nodes right below a node, in the order of its fields, without contexts such as `ast.Load`."""
    found: list[ast.AST] = []
    _add_children(node, found)
    return found


def walk(node: ast.AST) -> list[ast.AST]:
    """Give a node and every node below it, breadth first, without contexts such as `ast.Load`."""
    found = [node]
    for each in found:
        _add_children(each, found)
    return found


def _add_children(node: ast.AST, found: list[ast.AST]) -> None:
    for field in _fields[node.__class__]:
        value = getattr(node, field, None)
        if value.__class__ is list:
            found += value if field not in _WITH_GAPS else filter(None, value)
        elif isinstance(value, ast.AST):
            found.append(value)
