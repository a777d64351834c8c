"""Short lines that say the same as longer ones: conditions, choices, counts in a dictionary, strings with values."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import is_call_of, names_in, summands
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.program import Program

Found = tuple[str, int, dict[str, str | int]]
_MOST_NODES, _MOST_WIDTH, _MOST_STATEMENTS = 60, 90, 400


def counting_keys(program: Program) -> Iterator[Found]:
    """Yield each `if` that sets a key's count to 1 or raises it by 1."""
    for node in program.each(ast.If):
        match node:
            case ast.If(
                test=ast.Compare(left=key, ops=[op], comparators=[ast.Name(id=owner)]), body=[one], orelse=[other]
            ) if isinstance(op, ast.In | ast.NotIn):
                raised, first = (one, other) if isinstance(op, ast.In) else (other, one)
            case _:
                continue
        place = f"{owner}[{ast.unparse(key)}]"
        known = ast.unparse(raised) in (f"{place} += 1", f"{place} = {place} + 1")
        if known and ast.unparse(first) == f"{place} = 1":
            new = f"{place} = {owner}.get({ast.unparse(key)}, 0) + 1"
            yield "counts-by-hand", node.lineno, {"name": owner, "new": new}


def choosing(program: Program) -> Iterator[Found]:
    """Yield each `if` with an `else` that assigns one of two values to the same name, and each nested or `else: if`."""
    for node in program.each(ast.If):
        match node:
            case ast.If(
                test=test,
                body=[ast.Assign(targets=[ast.Name(id=name)], value=one)],
                orelse=[ast.Assign(targets=[ast.Name(id=same)], value=other)],
            ) if name == same and not isinstance(one, ast.IfExp) and not isinstance(other, ast.IfExp):
                new = f"{name} = {ast.unparse(one)} if {ast.unparse(test)} else {ast.unparse(other)}"
                if len(new) <= _MOST_WIDTH and not (_is_truth(one) and _is_truth(other)):
                    yield "choice-by-hand", node.lineno, {"name": name, "new": new}
            case ast.If(orelse=[ast.If() as inner]) if program.line(inner.lineno).lstrip().startswith("if "):
                yield (
                    "else-if",
                    inner.lineno,
                    {"code": f"if {ast.unparse(inner.test)}:", "new": f"elif {ast.unparse(inner.test)}:"},
                )
            case ast.If(test=test, orelse=[], body=[ast.If(test=second, orelse=[])]):
                new = f"if {_side(test)} and {_side(second)}:"
                if len(new) <= _MOST_WIDTH:
                    yield "nested-if", node.lineno, {"new": new}


def _is_truth(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, bool)


def _side(test: ast.expr) -> str:
    text = ast.unparse(test)
    is_weak = isinstance(test, ast.IfExp | ast.Lambda) or (isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or))
    return f"({text})" if is_weak else text


def returning(program: Program) -> Iterator[Found]:
    """Yield each variable that is only made to be returned on the next line."""
    for first, last in ((first, last) for _, first, last in program.neighbours):
        match first, last:
            case ast.Assign(targets=[ast.Name(id=name)], value=value), ast.Return(value=ast.Name(id=same)) if (
                name == same
            ):
                new = f"return {ast.unparse(value)}"
                if len(new) <= _MOST_WIDTH and name not in names_in(value):
                    yield "return-directly", first.lineno, {"name": name, "new": new}


def small_forms(program: Program) -> Iterator[Found]:
    """Yield conditions that Python writes shorter, and strings that are joined from parts with `str`."""
    for node in program.each(ast.BoolOp):
        match node:
            case ast.BoolOp(
                op=ast.And(),
                values=[
                    ast.Compare(left=ast.Name(id=one), ops=[first], comparators=[low]),
                    ast.Compare(left=ast.Name(id=two), ops=[second], comparators=[high]),
                ],
            ) if one == two:
                if isinstance(first, ast.Gt | ast.GtE) and isinstance(second, ast.Lt | ast.LtE):
                    signs = ("<" if isinstance(first, ast.Gt) else "<=", "<" if isinstance(second, ast.Lt) else "<=")
                    new = f"{ast.unparse(low)} {signs[0]} {one} {signs[1]} {ast.unparse(high)}"
                    yield "between", node.lineno, {"code": program.segment(node), "new": new}
    for each in program.each(ast.BinOp):
        parts = summands(each) if not isinstance(program.parents.get(each), ast.BinOp) else []
        made = [part for part in parts if is_call_of(part, "str") and len(getattr(part, "args", ())) == 1]
        words = [part for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        if made and words and all(part in made or part in words or isinstance(part, ast.Name) for part in parts):
            inner = "".join(_in_fstring(part) for part in parts)
            if len(inner) <= _MOST_WIDTH and "\\" not in inner and '"' not in inner:
                yield "fstring-by-hand", each.lineno, {"code": program.segment(each), "new": f'f"{inner}"'}


def _in_fstring(part: ast.expr) -> str:
    match part:
        case ast.Constant(value=str() as text):
            return text.replace("{", "{{").replace("}", "}}") if text.isprintable() else "\\"
        case ast.Call(args=[inner]):
            return f"{{{ast.unparse(inner)}}}"
    return f"{{{ast.unparse(part)}}}"


def repeated_blocks(program: Program) -> Iterator[Found]:
    """Yield the first run of two to five statements that stands again directly below, with other names and values."""
    for node in program.with_blocks:
        for block in (getattr(node, "body", None), getattr(node, "orelse", None)):
            if isinstance(block, list) and len(block) <= _MOST_STATEMENTS:
                forms = [_form(each) for each in block]
                for size in (5, 4, 3, 2):
                    at = next(
                        (
                            start
                            for start in range(len(forms) - 2 * size + 1)
                            if forms[start : start + size] == forms[start + size : start + 2 * size]
                            and len(set(forms[start : start + size])) > 1
                        ),
                        None,
                    )
                    if at is not None:
                        yield (
                            "repeated-block",
                            block[at].lineno,
                            {
                                "count": size,
                                "last": program.shown(block[at + size].lineno),
                            },
                        )
                        return


def _form(node: ast.stmt) -> str:
    """Return a statement without its names and values, but with the names of what it calls."""
    return " ".join(
        each.func.id if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) else type(each).__name__
        for each in walk(node)[:_MOST_NODES]
    )


CHECKS = (counting_keys, choosing, returning, small_forms, repeated_blocks)
