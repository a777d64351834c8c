"""Walking syntax trees: the same nodes in the same order as the standard library's walk, contexts apart."""

from __future__ import annotations

import ast

from tutor_server.pedagogy.tree_walk import children, walk

EVERYTHING = """
import os.path as path
from math import *
@decorated(1, *more, key=2, **rest)
class A(B, metaclass=C):
    x: int = 3
    y: str
    async def f(self, a, /, b=1, *args, c, d=2, **kwargs) -> None:
        global one, two
        async with a as b, c: pass
        async for i in await g(): continue
        return [x async for x in y if z]
def g(*, only, other=None):
    try:
        nonlocal_ = yield
        yield from range(3)
    except (E, F) as error:
        raise G from error
    else:
        del a[1:2, ..., ::3], b.c
    finally:
        assert a, "text"
match point:
    case {"x": 1, **others} | [1, 2, *_] | Point(x=0, y=None) | "a" if others: print(f"{x!r:>{width}} and {y}")
    case (1 | 2) as number: ...
while not (1 < x <= 2 != 3) and -x or (y := lambda z, w=4: z if w else ~z): break
else: x += {**a, "b": {1, *c}, **d}["e"] @ b
for i, (j, *k) in enumerate({a: b for a in c for b in d}): x[i] = y.z = 1.5, b"c", None, {z for z in w}, (v for v in u)
"""


def test_a_walk_gives_the_nodes_of_the_standard_library_in_its_order() -> None:
    """Rules take the first node that fits: another order would find other places."""
    tree = ast.parse(EVERYTHING)
    assert walk(tree) == [node for node in ast.walk(tree) if not isinstance(node, ast.expr_context)]


def test_the_children_of_every_node_are_those_of_the_standard_library() -> None:
    """A field without nodes is never looked into, and none that holds some is left out."""
    for node in ast.walk(ast.parse(EVERYTHING)):
        below = [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.expr_context)]
        assert children(node) == below
