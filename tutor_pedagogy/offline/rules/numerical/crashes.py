"""Errors of numpy, matplotlib and their like: shapes, kinds of numbers, truth of an array, linear systems."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.rules.runtime.rule import runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.rules.runtime.context import CrashContext

_SHAPE = re.compile(r"\(\d*(?:,\s?\d*)*\)")


@runtime_rule("numerical.truth-of-array", ("ValueError",), r"truth value of an? (?:array|Series|DataFrame)")
def truth_of_array(case: CrashContext) -> Match | None:
    statement = case.program.statement_at(case.line)
    test = statement.test if isinstance(statement, ast.If | ast.While | ast.Assert) else None
    if test is None:
        test = _expression(case, ast.BoolOp, ast.IfExp, ast.Compare, ast.UnaryOp, ast.Call)
        if isinstance(test, ast.IfExp):
            test = test.test
    joined = any(isinstance(node, ast.BoolOp) for node in walk(test)) if test is not None else False
    text = case.text(test) if test is not None else case.marked or "the condition"
    edit = None
    if isinstance(test, ast.Compare) and not joined:
        edit = case.rewrite(test, f"({text}).any()")
    return case.here(test, edit=edit, test=Code(text))


def _expression(case: CrashContext, *kinds: type[ast.expr]) -> ast.expr | None:
    return next(iter(case.likely(*kinds)), None)


@runtime_rule("numerical.matrix-sizes", ("ValueError",), r"matmul|not aligned|mismatch in its core dimension")
def matrix_sizes(case: CrashContext) -> Match | None:
    return _shapes(case)


def _shapes(case: CrashContext) -> Match | None:
    shapes = _SHAPE.findall(case.crash.message)
    node = _expression(case, ast.BinOp, ast.Compare, ast.Call)
    if "boolean index" in case.crash.message:
        node = _expression(case, ast.Subscript)
    slots = {
        "first": Code(shapes[0]) if shapes else "one shape",
        "second": Code(shapes[1]) if len(shapes) > 1 else "another shape",
    }
    statement = case.program.statement_at(case.line)
    if node is None and isinstance(statement, ast.Assign | ast.AugAssign):
        node = statement.value
    return case.here(node, slots=slots)


@runtime_rule(
    "numerical.shapes-do-not-fit",
    ("IndexError", "TypeError", "ValueError"),
    r"could not (?:be )?broadcast|boolean index did not match|shape mismatch|must match exactly"
    r"|must have same number of dimensions|dimension(?:s)? (?:mismatch|do not match)",
)
def shapes_do_not_fit(case: CrashContext) -> Match | None:
    return _shapes(case)


@runtime_rule(
    "numerical.one-number-needed",
    ("TypeError",),
    r"only (?:size-1|length-1|0-dimensional) arrays can be converted"
    r"|only integer scalar arrays can be converted to a scalar index",
)
def one_number_needed(case: CrashContext) -> Match | None:
    for call in case.likely(ast.Call):
        match call:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="math"), attr=name), args=[argument, *_]):
                edit = case.rewrite(call.func, f"np.{name}")
                return case.here(call, edit=edit, function=Code(f"math.{name}"), name=Code(case.text(argument)))
            case ast.Call(func=ast.Name(id="int" | "float" as name), args=[argument, *_]):
                return case.here(call, function=Code(name), name=Code(case.text(argument)))
    other = _expression(case, ast.Call)
    text = case.text(other.args[0]) if isinstance(other, ast.Call) and other.args else "the array"
    function = case.text(other.func) if isinstance(other, ast.Call) else "the function"
    return case.here(other, function=Code(function), name=Code(text))


@runtime_rule(
    "numerical.several-values-at-one-place",
    ("ValueError",),
    re.compile(r"setting an array element with a sequence\.?$", re.MULTILINE),
)
def several_values_at_one_place(case: CrashContext) -> Match | None:
    """Find where several values are stored at one place of an array."""
    statement = case.program.statement_at(case.line)
    if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Subscript):
        return None
    target = statement.targets[0]
    return case.here(target, place=Code(case.text(target)), value=Code(case.text(statement.value)))


@runtime_rule(
    "numerical.rows-of-different-length",
    ("TypeError", "ValueError"),
    r"inhomogeneous|setting an array element with a sequence",
)
def rows_of_different_length(case: CrashContext) -> Match | None:
    call = _expression(case, ast.Call)
    if "with a sequence." in case.crash.message and call is None:
        return None
    argument = case.text(call.args[0]) if isinstance(call, ast.Call) and call.args else case.marked or "the data"
    return case.here(call, name=Code(argument))


@runtime_rule("numerical.position-outside-array", ("IndexError",), r"out of bounds for axis")
def position_outside_array(case: CrashContext) -> Match | None:
    node = _expression(case, ast.Subscript)
    owner = case.text(node.value) if isinstance(node, ast.Subscript) else "the array"
    index = case.text(node.slice) if isinstance(node, ast.Subscript) else "the position"
    numbers = re.search(
        r"index (?P<index>-?\d+) is out of bounds for axis (?P<axis>\d+) with size (?P<size>\d+)", case.crash.message
    )
    slots: dict[str, str] = {"owner": Code(owner), "index": Code(index)}
    slots["size"] = numbers["size"] if numbers else "fewer"
    slots["value"] = numbers["index"] if numbers else "a value too big"
    return case.here(node, slots=slots)


@runtime_rule(
    "numerical.too-many-indices", ("IndexError",), r"too many indices for array|invalid index to scalar variable"
)
def too_many_indices(case: CrashContext) -> Match | None:
    node = _expression(case, ast.Subscript)
    owner = case.text(node.value) if isinstance(node, ast.Subscript) else "the array"
    return case.here(node, owner=Code(owner))


@runtime_rule(
    "numerical.position-is-no-integer",
    ("IndexError",),
    r"only integers, slices|arrays used as indices must be of integer",
)
def position_is_no_integer(case: CrashContext) -> Match | None:
    node = _expression(case, ast.Subscript)
    owner = case.text(node.value) if isinstance(node, ast.Subscript) else "the array"
    index = case.text(node.slice) if isinstance(node, ast.Subscript) else "the position"
    edit = None
    if isinstance(node, ast.Subscript):
        match node.slice:
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                edit = case.rewrite(node.slice, f"{case.text(left)} // {case.text(right)}")
            case ast.Name() | ast.Attribute():
                edit = case.rewrite(node.slice, f"int({index})")
    return case.here(node, edit=edit, owner=Code(owner), index=Code(index))


@runtime_rule(
    "numerical.kind-of-number-kept",
    ("TypeError", "UFuncTypeError", "ValueError", "_UFuncOutputCastingError"),
    r"Cannot cast ufunc|same_kind",
)
def kind_of_number_kept(case: CrashContext) -> Match | None:
    statement = case.program.statement_at(case.line)
    target = case.text(statement.target) if isinstance(statement, ast.AugAssign) else "the array"
    if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
        sign = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Pow: "**"}.get(
            type(statement.op)
        )
        edit = None
        if sign and statement.lineno == statement.end_lineno:
            line = case.program.line(statement.lineno)
            indent = line[: len(line) - len(line.lstrip())]
            edit = case.program.edit(
                statement.lineno, f"{indent}{target} = {target} {sign} {case.text(statement.value)}"
            )
        return Match(
            lines=(case.line,), expression=case.program.line(case.line).strip(), edit=edit, slots={"name": Code(target)}
        )
    return case.here(name=Code(target))


@runtime_rule(
    "numerical.plot-of-two-lengths",
    ("ValueError",),
    r"x and y must (?:have same first dimension|be the same size)|x and y can be no greater",
)
def plot_of_two_lengths(case: CrashContext) -> Match | None:
    shapes = _SHAPE.findall(case.crash.message)
    for call in case.likely(ast.Call):
        if isinstance(call, ast.Call) and len(call.args) >= 2:  # noqa: PLR2004 - x and y
            return case.here(
                call,
                x=Code(case.text(call.args[0])),
                y=Code(case.text(call.args[1])),
                first=Code(shapes[0]) if shapes else "one length",
                second=Code(shapes[1]) if len(shapes) > 1 else "another",
            )
    return case.here(x="the first values", y="the second values", first="one length", second="another")


@runtime_rule("numerical.system-without-solution", ("LinAlgError",))
def system_without_solution(case: CrashContext) -> Match | None:
    call = _expression(case, ast.Call)
    matrix = case.text(call.args[0]) if isinstance(call, ast.Call) and call.args else "the matrix"
    return case.here(call, name=Code(matrix))


@runtime_rule(
    "numerical.shape-as-one-value",
    ("TypeError",),
    r"Cannot interpret '|data type not understood|array\(\) takes from|data type '[^'\n]*+' not understood",
)
def shape_as_one_value(case: CrashContext) -> Match | None:
    for call in case.likely(ast.Call):
        if isinstance(call, ast.Call) and case.text(call.func).rpartition(".")[2] in (
            "zeros",
            "ones",
            "empty",
            "array",
            "full",
            "rand",
        ):
            name = case.text(call.func)
            values = [case.text(argument) for argument in call.args]
            opening, closing = ("[", "]") if name.endswith("array") else ("(", ")")
            edit = (
                case.rewrite(call, f"{name}({opening}{', '.join(values)}{closing})")
                if len(values) > 1 and not call.keywords
                else None
            )
            return case.here(call, edit=edit, function=Code(name), values=Code(", ".join(values)))
    return None


@runtime_rule(
    "numerical.texts-in-array",
    ("TypeError", "UFuncTypeError", "ValueError", "_UFuncNoLoopError"),
    r"did not contain a loop with signature|ufunc '(?!bitwise)\w+' not supported|dtype\('<U"
    r"|when using the string \w+ ufunc",
)
def texts_in_array(case: CrashContext) -> Match | None:
    node = _expression(case, ast.BinOp, ast.Call)
    return case.here(node)


@runtime_rule("numerical.reshape-count", ("ValueError",), r"cannot reshape array|total size of new array")
def reshape_count(case: CrashContext) -> Match | None:
    numbers = re.search(r"array of size (\d+) into shape (\([^()\n]*+\))", case.crash.message)
    call = _expression(case, ast.Call)
    return case.here(
        call, size=numbers[1] if numbers else "some", shape=Code(numbers[2]) if numbers else "the new shape"
    )


@runtime_rule("numerical.empty-array", ("ValueError",), r"zero-size array")
def empty_array(case: CrashContext) -> Match | None:
    call = _expression(case, ast.Call)
    return case.here(call)
