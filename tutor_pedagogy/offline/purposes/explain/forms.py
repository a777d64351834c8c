"""The main construct and the main call of a piece of code, which an explanation is about."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.purposes.entries import entry_of_class
from tutor_pedagogy.offline.purposes.explain.calls import entry_of
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Program

_DEEP = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda, ast.IfExp, ast.JoinedStr, ast.Slice)
"""Node classes that make the main construct of every simple statement that contains one."""


def form_of(program: Program, node: ast.AST) -> tuple[str, str | None]:
    """Return the main construct of a piece of code, and the glossary key of its main call or None."""
    inner = (
        walk(node) if not isinstance(node, ast.For | ast.While | ast.If | ast.With | ast.Try | ast.Match) else [node]
    )
    heart = next((each for each in inner if isinstance(each, _DEEP)), None)
    call = _main_call(node)
    says = entry_of(program, call) if call is not None else None
    if isinstance(heart, ast.Slice) and heart.lower is None and heart.upper is None and heart.step is None:
        return "whole-slice", None
    if isinstance(heart, ast.Slice):
        return "slice", says
    if heart is not None:
        return entry_of_class(type(heart).__name__), None
    if isinstance(node, ast.Expr | ast.Assign | ast.AnnAssign) and call is not None:
        return (
            "method"
            if isinstance(call.func, ast.Attribute) and (says or ".").startswith((".", "list", "dict"))
            else "call"
        ), says
    return _simple_entry(node), says


def _simple_entry(node: ast.AST) -> str:
    match node:
        case ast.Expr(value=value):
            return _simple_entry(value)
        case ast.Assign(targets=[ast.Tuple() | ast.List()]):
            return "unpack"
        case ast.Assign(value=ast.List() | ast.Dict() | ast.Set() as value):
            return entry_of_class(type(value).__name__)
        case ast.Assign(value=ast.Compare() | ast.BoolOp() | ast.Subscript() as value):
            return _simple_entry(value)
        case ast.Assign() | ast.AnnAssign() | ast.NamedExpr():
            return "assign"
        case ast.Compare(ops=[_, _, *_]):
            return "chained"
        case ast.Compare(ops=[ast.In() | ast.NotIn()]):
            return "membership"
        case ast.Compare():
            return "compare"
        case ast.BinOp(op=ast.Mod()):
            return "remainder"
        case ast.BinOp(op=ast.FloorDiv()):
            return "floordiv"
        case ast.BinOp(op=ast.Pow()):
            return "power"
        case ast.UnaryOp(op=ast.Not()):
            return "not"
        case ast.If(test=ast.Compare(ops=[_, _, *_])) | ast.While(test=ast.Compare(ops=[_, _, *_])):
            return "chained"
        case ast.Nonlocal():
            return "nonlocal"
        case ast.Call(func=ast.Attribute()):
            return "method"
        case ast.Call():
            return "call"
        case ast.Constant(value=str()):
            return "string"
        case ast.Constant(value=None):
            return "none"
    return entry_of_class(type(node).__name__)


def _main_call(node: ast.AST) -> ast.Call | None:
    match node:
        case ast.Expr(value=value) | ast.Assign(value=value) | ast.Return(value=value) | ast.AugAssign(value=value):
            return _main_call(value) if value is not None else None
        case ast.For(iter=value):
            return _main_call(value)
        case ast.Call():
            return node
    return None
