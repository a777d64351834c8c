"""Exceptions of numpy, matplotlib and the like: shapes, number types, truth value of an array, linear systems."""

from __future__ import annotations

import ast
import re

from tutor_pedagogy.offline.engine.nodes import SYMBOLS, called_name, first_argument
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

_SHAPE = re.compile(r"\(\d*(?:,\s?\d*)*\)")


@runtime_rule("numerical.truth-of-array", ("ValueError",), r"truth value of an? (?:array|Series|DataFrame)")
def truth_of_array(case: CrashContext) -> Match | None:
    """Return the condition that uses a whole array as a truth value."""
    test = case.statement.test if isinstance(case.statement, ast.If | ast.While | ast.Assert) else None
    test = test or case.first(ast.BoolOp, ast.IfExp, ast.Compare, ast.UnaryOp, ast.Call)
    test = test.test if isinstance(test, ast.IfExp) else test
    if test is None:
        return case.here(test=Code(case.marked or ""))
    new = None
    match test, case.statement:
        case ast.Compare(ops=[ast.Eq() | ast.NotEq() as sign]), _:
            new = f"({case.text(test)}).{'all' if isinstance(sign, ast.Eq) else 'any'}()"
        case ast.Compare(), ast.If(body=[ast.Return(value=ast.Constant(value=bool()))]):
            new = f"({case.text(test)}).any()"
    return case.here(test, replace=(test, new), test=test)


@runtime_rule("numerical.matrix-sizes", ("ValueError",), r"matmul|not aligned|mismatch in its core dimension")
def matrix_sizes(case: CrashContext) -> Match | None:
    """Return the product of two matrices whose sizes do not match."""
    return _shapes(case)


@runtime_rule(
    "numerical.shapes-do-not-fit",
    ("IndexError", "TypeError", "ValueError"),
    r"could not (?:be )?broadcast|boolean index did not match|shape mismatch|must match exactly"
    r"|must have same number of dimensions|dimension(?:s)? (?:mismatch|do not match)",
)
def shapes_do_not_fit(case: CrashContext) -> Match | None:
    """Return the operation on two arrays whose shapes do not match."""
    return _shapes(case)


def _shapes(case: CrashContext) -> Match | None:
    """Return the operation on two arrays, with the shapes that the message names."""
    is_mask = "boolean index" in case.crash.message
    node = case.subscript if is_mask else case.first(ast.BinOp, ast.Compare, ast.Call)
    if node is None and isinstance(case.statement, ast.Assign | ast.AugAssign):
        node = case.statement.value
    first, second = _two_shapes(case, "", "")
    mask = node.slice if is_mask and isinstance(node, ast.Subscript) else ""
    whole = node.value if is_mask and isinstance(node, ast.Subscript) else ""
    return case.here(node, first=first, second=second, mask=mask, whole=whole)


def _two_shapes(case: CrashContext, *otherwise: str) -> list[str]:
    """Return the two shapes that the message names. The given words replace shapes that it does not name."""
    shapes = [Code(shape) for shape in _SHAPE.findall(case.crash.message)[:2]]
    return [*shapes, *otherwise[len(shapes) :]]


@runtime_rule(
    "numerical.one-number-needed",
    ("TypeError",),
    r"only (?:size-1|length-1|0-dimensional) arrays can be converted"
    r"|only integer scalar arrays can be converted to a scalar index",
)
def one_number_needed(case: CrashContext) -> Match | None:
    """Return the call that expects a single number but gets an array."""
    for call in case.calls:
        match call:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="math"), attr=name), args=[argument, *_]):
                return case.here(call, replace=(call.func, f"np.{name}"), function=call.func, name=argument)
            case ast.Call(func=ast.Name(id="int" | "float"), args=[argument, *_]):
                return case.here(call, function=call.func, name=argument)
    if "scalar index" in case.message:
        return None
    other = case.call()
    function = case.code(other and other.func, "")
    return case.here(other, function=function, name=case.code(first_argument(other), ""))


@runtime_rule(
    "numerical.list-indexed-with-array",
    ("TypeError",),
    r"only integer scalar arrays can be converted to a scalar index",
    before=("numerical.one-number-needed",),
)
def list_indexed_with_array(case: CrashContext) -> Match | None:
    """Return the list that is indexed with a whole array."""
    node = case.subscript
    if node is None:
        return None
    new = f"np.array({case.text(node.value)})" if "np" in case.program.bound_names else None
    return case.here(node, replace=(node.value, new), owner=node.value, index=node.slice)


@runtime_rule(
    "numerical.several-values-at-one-place",
    ("ValueError",),
    re.compile(r"setting an array element with a sequence\.?$", re.MULTILINE),
)
def several_values_at_one_place(case: CrashContext) -> Match | None:
    """Return the array item to which several values are assigned."""
    match case.statement:
        case ast.Assign(targets=[ast.Subscript() as target, *_], value=value):
            return case.here(target, place=target, value=value)
    return None


@runtime_rule(
    "numerical.rows-of-different-length",
    ("TypeError", "ValueError"),
    r"inhomogeneous|setting an array element with a sequence",
)
def rows_of_different_length(case: CrashContext) -> Match | None:
    """Return the call that creates an array from rows of different lengths."""
    call = case.call()
    if "with a sequence." in case.crash.message and call is None:
        return None
    return case.here(call, name=case.code(first_argument(call), case.marked or ""))


@runtime_rule("numerical.position-outside-array", ("IndexError",), r"out of bounds for axis")
def position_outside_array(case: CrashContext) -> Match | None:
    """Return the index that is too large for an array."""
    numbers = re.search(
        r"index (?P<value>-?\d+) is out of bounds for axis \d+ with size (?P<size>\d+)", case.crash.message
    )
    slots = numbers.groupdict() if numbers else {"value": "", "size": ""}
    return case.here(case.subscript, slots=_owner_and_index(case) | slots)


def _owner_and_index(case: CrashContext) -> dict[str, str]:
    """Return the source of the array and of its index, as slot values."""
    node = case.subscript
    owner, index = case.code(node and node.value, ""), case.code(node and node.slice, "")
    return {"owner": owner, "index": index}


@runtime_rule(
    "numerical.too-many-indices", ("IndexError",), r"too many indices for array|invalid index to scalar variable"
)
def too_many_indices(case: CrashContext) -> Match | None:
    """Return the subscript with more indices than the array has dimensions."""
    return case.here(case.subscript, owner=_owner_and_index(case)["owner"])


@runtime_rule(
    "numerical.position-is-no-integer",
    ("IndexError",),
    r"only integers, slices|arrays used as indices must be of integer",
)
def position_is_no_integer(case: CrashContext) -> Match | None:
    """Return the array index that is not an integer."""
    edit, index = None, case.subscript and case.subscript.slice
    match index:
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            edit = case.rewrite(index, f"{case.text(left)} // {case.text(right)}")
        case ast.Name() | ast.Attribute():
            edit = case.rewrite(index, f"int({case.text(index)})")
    return case.here(case.subscript, edit=edit, slots=_owner_and_index(case))


@runtime_rule(
    "numerical.kind-of-number-kept",
    ("TypeError", "UFuncTypeError", "ValueError", "_UFuncOutputCastingError"),
    r"Cannot cast ufunc|same_kind",
)
def kind_of_number_kept(case: CrashContext) -> Match | None:
    """Return the augmented assignment whose result has another number type than the array."""
    match case.statement:
        case ast.AugAssign(target=ast.Name(id=name) as target, op=operator, value=value) as statement:
            sign = SYMBOLS.get(type(operator))
            is_line = sign is not None and statement.lineno == statement.end_lineno
            new = f"{name} = {name} {sign} {case.text(value)}"
            return case.at(case.line, edit=case.rewrite_line(statement.lineno, new) if is_line else None, name=target)
        case ast.AugAssign(target=target):
            return case.here(name=target)
    return case.here(name="")


@runtime_rule(
    "numerical.plot-of-two-lengths",
    ("ValueError",),
    r"x and y must (?:have same first dimension|be the same size)|x and y can be no greater",
)
def plot_of_two_lengths(case: CrashContext) -> Match | None:
    """Return the call that plots two arrays of different lengths."""
    first, second = _two_shapes(case, "", "")
    for call in case.calls:
        match call.args:
            case [x, y, *_]:
                return case.here(call, x=x, y=y, first=first, second=second)
    return case.here(x="", y="", first="", second="")


@runtime_rule("numerical.system-without-solution", ("LinAlgError",))
def system_without_solution(case: CrashContext) -> Match | None:
    """Return the call that tries to solve a linear system without a unique solution."""
    return case.here(case.call(), name=case.code(first_argument(case.call()), ""))


@runtime_rule(
    "numerical.shape-as-one-value",
    ("TypeError",),
    r"Cannot interpret '|data type not understood|array\(\) takes from|data type '[^'\n]*+' not understood"
    r"|only integer scalar arrays can be converted to a scalar index|stack\(\) takes 1 positional",
    before=("numerical.one-number-needed", "too-many-arguments"),
)
def shape_as_one_value(case: CrashContext) -> Match | None:
    """Return the call that gets the parts of a shape, or the items of an array, as separate arguments."""
    call = case.call("zeros", "ones", "empty", "array", "full", "rand", "concatenate", "hstack", "vstack", "stack")
    if call is None:
        return None
    name, values = case.text(call.func), ", ".join(map(case.text, call.args))
    shape = f"[{values}]" if called_name(call).endswith("array") else f"({values})"
    is_several = len(call.args) > 1 and not call.keywords
    if "scalar index" in case.message and not is_several:
        return None
    new = f"{name}({shape})" if is_several else None
    return case.here(call, replace=(call, new), function=call.func, values=Code(values))


@runtime_rule(
    "numerical.texts-in-array",
    ("TypeError", "UFuncTypeError", "ValueError", "_UFuncNoLoopError"),
    r"did not contain a loop with signature|ufunc '(?!bitwise)\w+' not supported|dtype\('<U"
    r"|when using the string \w+ ufunc",
)
def texts_in_array(case: CrashContext) -> Match | None:
    """Return the operation on an array of strings."""
    return case.here(case.first(ast.BinOp, ast.Call))


@runtime_rule("numerical.reshape-count", ("ValueError",), r"cannot reshape array|total size of new array")
def reshape_count(case: CrashContext) -> Match | None:
    """Return the call that reshapes an array to a shape with another number of items."""
    numbers = re.search(r"array of size (\d+) into shape (\([^()\n]*+\))", case.crash.message)
    size, shape = (numbers[1], Code(numbers[2])) if numbers else ("", "")
    return case.here(case.call(), size=size, shape=shape)


@runtime_rule("numerical.empty-array", ("ValueError",), r"zero-size array")
def empty_array(case: CrashContext) -> Match | None:
    """Return the call that needs at least one item but gets an empty array."""
    return case.here(case.call())
