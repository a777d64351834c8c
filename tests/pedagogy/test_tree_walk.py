"""The fast walk over syntax trees: the same nodes in the same order as `ast.walk`, except context nodes."""

from __future__ import annotations

import ast

import pytest

from tutor_pedagogy.problem.tree_walk import alike, children, parents, walk

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
    """The walk yields the nodes in the order of `ast.walk`, since rules use the first node that matches."""
    tree = ast.parse(EVERYTHING)
    assert walk(tree) == [node for node in ast.walk(tree) if not isinstance(node, ast.expr_context)]


def test_the_children_of_every_node_are_those_of_the_standard_library() -> None:
    """The children of every node are those of `ast.iter_child_nodes`."""
    for node in ast.walk(ast.parse(EVERYTHING)):
        below = [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.expr_context)]
        assert children(node) == below


def test_the_parent_of_every_node_is_the_one_that_holds_it() -> None:
    """Every node's parent is the node that contains it; for operator objects, which nodes share, it is the last one."""
    tree = ast.parse(EVERYTHING)
    held = {child: node for node in walk(tree) for child in children(node)}
    assert list(parents(tree).items()) == list(held.items())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x + 1", "x  +  1"),
        ("x + 1", "x + 1.0"),
        ("x + 1", "x + True"),
        ("x + 1", "x - 1"),
        ("f(a, b)", "f(a)"),
        ("f(a, b)", "f(a, *b)"),
        ("x", "x.y"),
        ("'a'", "b'a'"),
        ("{**a}", "{**a}"),
        ("{**a}", "{a: a}"),
        ("lambda x, *, y=1: x", "lambda x, *, y: x"),
        (EVERYTHING, EVERYTHING),
    ],
)
def test_trees_are_alike_that_would_be_written_alike(one: str, other: str) -> None:
    """Trees are alike exactly if `ast.dump` gives the same text for them, regardless of their lines."""
    trees = [ast.parse(code).body for code in (one, "\n\n" + other)]
    dumps = [list(map(ast.dump, tree)) for tree in trees]
    assert alike(*trees) == (dumps[0] == dumps[1])
