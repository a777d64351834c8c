"""Candidates with another attribute of the same object."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.rules.logic.trials.candidate import Candidate, Change, with_text
from tutor_pedagogy.offline.rules.logic.trials.kinds import NAME
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tutor_pedagogy.offline.engine.program import Program

_MOST = 4


def of_attribute(program: Program, node: ast.Attribute) -> Iterator[Candidate]:
    """Yield another attribute that the class stores in `self`, in place of one that is read."""
    match node:
        case ast.Attribute(value=ast.Name(id="self"), ctx=ast.Load()):
            owner = next((up for up in program.above(node) if isinstance(up, ast.ClassDef)), None)
        case _:
            return
    parent = program.parents.get(node)
    if owner is None or (isinstance(parent, ast.Call) and parent.func is node):
        return
    beside = {each.attr for each in walk(parent) if isinstance(each, ast.Attribute)} if parent is not None else set()
    stored = dict.fromkeys(
        each.attr
        for each in walk(owner)
        if isinstance(each, ast.Attribute)
        and isinstance(each.ctx, ast.Store)
        and isinstance(each.value, ast.Name)
        and each.value.id == "self"
    )
    for name in [each for each in stored if each not in beside][:_MOST]:
        yield Candidate(
            kind=NAME,
            weight=0.42,
            node=node,
            changes=(Change(node, "attr", name),),
            write=_text(program, node, f"self.{name}"),
        )
    for name in [each for each in stored if each in beside and each != node.attr and isinstance(parent, ast.BinOp)]:
        yield Candidate(
            kind=NAME,
            weight=0.34,
            node=node,
            changes=(Change(node, "attr", name),),
            write=_text(program, node, f"self.{name}"),
        )


def _text(program: Program, node: ast.AST, text: str) -> Callable[[], str | None]:
    return lambda: with_text(program, node, text)
