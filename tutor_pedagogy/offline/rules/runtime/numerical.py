"""Errors of numpy, matplotlib and their like: shapes, kinds of numbers, truth of an array, linear systems."""

from __future__ import annotations

import ast
import re

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.lessons.runtime import numerical as lessons
from tutor_pedagogy.offline.rules.runtime.case import Case, RuntimeRule, Site
from tutor_pedagogy.problem.tree_walk import walk

_VALUE_ERROR = frozenset(("ValueError",))
_TYPE_ERROR = frozenset(("TypeError",))
_ANY = frozenset(("ValueError", "TypeError"))
_SHAPE = re.compile(r"\(\d*(?:,\s?\d*)*\)")


def _expression(case: Case, *kinds: type[ast.expr]) -> ast.expr | None:
    return next(iter(case.likely(*kinds)), None)


def _truth(case: Case) -> Site | None:
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


def _shapes(case: Case) -> Site | None:
    shapes = _SHAPE.findall(case.crash.message)
    node = _expression(case, ast.BinOp, ast.Compare, ast.Call)
    if "boolean index" in case.crash.message:
        node = _expression(case, ast.Subscript)
    facts = {
        "first": Code(shapes[0]) if shapes else "one shape",
        "second": Code(shapes[1]) if len(shapes) > 1 else "another shape",
    }
    statement = case.program.statement_at(case.line)
    if node is None and isinstance(statement, ast.Assign | ast.AugAssign):
        node = statement.value
    return case.here(node, facts=facts)


def _one_number(case: Case) -> Site | None:
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


def _ragged(case: Case) -> Site | None:
    call = _expression(case, ast.Call)
    if "with a sequence." in case.crash.message and call is None:
        return None
    argument = case.text(call.args[0]) if isinstance(call, ast.Call) and call.args else case.marked or "the data"
    return case.here(call, name=Code(argument))


def _one_place(case: Case) -> Site | None:
    """Find where several values are stored at one place of an array."""
    statement = case.program.statement_at(case.line)
    if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Subscript):
        return None
    target = statement.targets[0]
    return case.here(target, place=Code(case.text(target)), value=Code(case.text(statement.value)))


def _axis(case: Case) -> Site | None:
    node = _expression(case, ast.Subscript)
    owner = case.text(node.value) if isinstance(node, ast.Subscript) else "the array"
    index = case.text(node.slice) if isinstance(node, ast.Subscript) else "the position"
    numbers = re.search(
        r"index (?P<index>-?\d+) is out of bounds for axis (?P<axis>\d+) with size (?P<size>\d+)", case.crash.message
    )
    facts: dict[str, str] = {"owner": Code(owner), "index": Code(index)}
    facts["size"] = numbers["size"] if numbers else "fewer"
    facts["value"] = numbers["index"] if numbers else "a value too big"
    return case.here(node, facts=facts)


def _too_many_indices(case: Case) -> Site | None:
    node = _expression(case, ast.Subscript)
    owner = case.text(node.value) if isinstance(node, ast.Subscript) else "the array"
    return case.here(node, owner=Code(owner))


def _index_kind(case: Case) -> Site | None:
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


def _casting(case: Case) -> Site | None:
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
        return Site(
            lines=(case.line,), expression=case.program.line(case.line).strip(), edit=edit, facts={"name": Code(target)}
        )
    return case.here(name=Code(target))


def _plotted(case: Case) -> Site | None:
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


def _singular(case: Case) -> Site | None:
    call = _expression(case, ast.Call)
    matrix = case.text(call.args[0]) if isinstance(call, ast.Call) and call.args else "the matrix"
    return case.here(call, name=Code(matrix))


def _shape_argument(case: Case) -> Site | None:
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


def _texts_in_array(case: Case) -> Site | None:
    node = _expression(case, ast.BinOp, ast.Call)
    return case.here(node)


def _reshaped(case: Case) -> Site | None:
    numbers = re.search(r"array of size (\d+) into shape (\([^()\n]*+\))", case.crash.message)
    call = _expression(case, ast.Call)
    return case.here(
        call, size=numbers[1] if numbers else "some", shape=Code(numbers[2]) if numbers else "the new shape"
    )


def _empty_array(case: Case) -> Site | None:
    call = _expression(case, ast.Call)
    return case.here(call)


RULES = (
    RuntimeRule(
        "numerical.truth-of-array",
        "runtime",
        lessons.TRUTH_OF_ARRAY,
        _VALUE_ERROR,
        re.compile(r"truth value of an? (?:array|Series|DataFrame)"),
        _truth,
    ),
    RuntimeRule(
        "numerical.matrix-sizes",
        "runtime",
        lessons.MATRIX_SIZES,
        _VALUE_ERROR,
        re.compile(r"matmul|not aligned|mismatch in its core dimension"),
        _shapes,
    ),
    RuntimeRule(
        "numerical.shapes-do-not-fit",
        "runtime",
        lessons.SHAPES_DO_NOT_FIT,
        _ANY | frozenset(("IndexError",)),
        re.compile(
            r"could not (?:be )?broadcast|boolean index did not match|shape mismatch|must match exactly"
            r"|must have same number of dimensions|dimension(?:s)? (?:mismatch|do not match)"
        ),
        _shapes,
    ),
    RuntimeRule(
        "numerical.one-number-needed",
        "runtime",
        lessons.ONE_NUMBER_NEEDED,
        _TYPE_ERROR,
        re.compile(
            r"only (?:size-1|length-1|0-dimensional) arrays can be converted"
            r"|only integer scalar arrays can be converted to a scalar index"
        ),
        _one_number,
    ),
    RuntimeRule(
        "numerical.several-values-at-one-place",
        "runtime",
        lessons.SEVERAL_VALUES_AT_ONE_PLACE,
        _VALUE_ERROR,
        re.compile(r"setting an array element with a sequence\.?$", re.MULTILINE),
        _one_place,
    ),
    RuntimeRule(
        "numerical.rows-of-different-length",
        "runtime",
        lessons.ROWS_OF_DIFFERENT_LENGTH,
        _ANY,
        re.compile(r"inhomogeneous|setting an array element with a sequence"),
        _ragged,
    ),
    RuntimeRule(
        "numerical.position-outside-array",
        "runtime",
        lessons.POSITION_OUTSIDE_ARRAY,
        frozenset(("IndexError",)),
        re.compile(r"out of bounds for axis"),
        _axis,
    ),
    RuntimeRule(
        "numerical.too-many-indices",
        "runtime",
        lessons.TOO_MANY_INDICES,
        frozenset(("IndexError",)),
        re.compile(r"too many indices for array|invalid index to scalar variable"),
        _too_many_indices,
    ),
    RuntimeRule(
        "numerical.position-is-no-integer",
        "runtime",
        lessons.POSITION_IS_NO_INTEGER,
        frozenset(("IndexError",)),
        re.compile(r"only integers, slices|arrays used as indices must be of integer"),
        _index_kind,
    ),
    RuntimeRule(
        "numerical.kind-of-number-kept",
        "runtime",
        lessons.KIND_OF_NUMBER_KEPT,
        _ANY | frozenset(("UFuncTypeError", "_UFuncOutputCastingError")),
        re.compile(r"Cannot cast ufunc|same_kind"),
        _casting,
    ),
    RuntimeRule(
        "numerical.plot-of-two-lengths",
        "runtime",
        lessons.PLOT_OF_TWO_LENGTHS,
        _VALUE_ERROR,
        re.compile(r"x and y must (?:have same first dimension|be the same size)|x and y can be no greater"),
        _plotted,
    ),
    RuntimeRule(
        "numerical.system-without-solution",
        "runtime",
        lessons.SYSTEM_WITHOUT_SOLUTION,
        frozenset(("LinAlgError",)),
        re.compile(""),
        _singular,
    ),
    RuntimeRule(
        "numerical.shape-as-one-value",
        "runtime",
        lessons.SHAPE_AS_ONE_VALUE,
        _TYPE_ERROR,
        re.compile(
            r"Cannot interpret '|data type not understood|array\(\) takes from|data type '[^'\n]*+' not understood"
        ),
        _shape_argument,
    ),
    RuntimeRule(
        "numerical.texts-in-array",
        "runtime",
        lessons.TEXTS_IN_ARRAY,
        _ANY | frozenset(("UFuncTypeError", "_UFuncNoLoopError")),
        re.compile(
            r"did not contain a loop with signature|ufunc '(?!bitwise)\w+' not supported|dtype\('<U"
            r"|when using the string \w+ ufunc"
        ),
        _texts_in_array,
    ),
    RuntimeRule(
        "numerical.reshape-count",
        "runtime",
        lessons.RESHAPE_COUNT,
        _VALUE_ERROR,
        re.compile(r"cannot reshape array|total size of new array"),
        _reshaped,
    ),
    RuntimeRule(
        "numerical.empty-array",
        "runtime",
        lessons.EMPTY_ARRAY,
        _VALUE_ERROR,
        re.compile(r"zero-size array"),
        _empty_array,
    ),
)
