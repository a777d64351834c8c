"""Tables of pandas: columns and rows that do not exist, conditions, lengths, and copies."""

from __future__ import annotations

import ast
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import called_name, is_string
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPERATORS: dict[type[ast.boolop], str] = {ast.And: "&", ast.Or: "|"}
_TABLES = ("DataFrame", "read_csv", "read_excel", "read_json", "read_table", "Series", "groupby", "read_html")


@runtime_rule("numerical.no-such-column", ("KeyError",), before=("key-not-found", "counting-new-key"))
def no_such_column(case: CrashContext) -> Match | None:
    """Return the use of a column or label that the table does not have."""
    if not _is_table(case):
        return None
    raw = case.crash.message.strip().split("\n")[0]
    named = re.search(r"'([^'\n]{1,80})'", raw)
    key = named[0] if named else raw
    literal = next((node for node in case.likely(ast.Constant) if repr(node.value) == key), None)
    if "not found in axis" in raw and (dropped := _dropped(case)) is not None:
        return dropped
    subscript = (
        next((up for up in case.program.above(literal) if isinstance(up, ast.Subscript)), None) if literal else None
    )
    subscript = subscript or case.subscript
    columns = list(_columns(case))
    near = _near(key.strip("'"), columns) if named else ""
    kind = "column" if named else "label"
    return case.here(
        literal if literal is not None and named else subscript,
        replace=(literal, repr(near).replace("'", case.text(literal)[-1])) if literal is not None and near else None,
        key=Code(key),
        owner=case.code(subscript and subscript.value, ""),
        near=Code(repr(near)) if near else "",
        kind=kind,
        is_number="it counts rows or places, and labels need not be numbers" if kind == "label" else "",
    )


def _dropped(case: CrashContext) -> Match | None:
    """Return the call of `drop` that names a column but not that it means columns; then it looks for rows."""
    call = case.call("drop")
    if call is None or not call.args or any(word.arg in ("axis", "columns") for word in call.keywords):
        return None
    name = call.args[0]
    slots = {"near": f"`columns=` before {case.text(name)}: without it, `drop` looks for rows", "kind": "row"}
    return case.here(
        call, replace=(name, f"columns={case.text(name)}"), key=name, owner=call.func, is_number="", slots=slots
    )


def _is_table(case: CrashContext) -> bool:
    """Return whether a `KeyError` comes from pandas: by its last frame, or by the value that is indexed."""
    if case.crash.library == "pandas":
        return True
    for node in case.subscripts:
        inner = node.value
        while isinstance(inner, ast.Attribute | ast.Subscript):
            inner = inner.value
        value = case.program.last_value(inner.id, case.line) if isinstance(inner, ast.Name) else None
        if isinstance(value, ast.Call) and called_name(value) in _TABLES:
            return True
    return False


def _columns(case: CrashContext) -> Iterator[str]:
    """Yield the names of columns that the program itself writes: in a table's literal, or in other subscripts."""
    for node in case.program.each(ast.Call, ast.Assign):
        match node:
            case ast.Call(func=ast.Attribute(attr="DataFrame"), args=[ast.Dict(keys=keys), *_]):
                yield from (key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str))
            case ast.Assign(targets=[ast.Subscript(slice=ast.Constant(value=str(name)))]) if node.lineno < case.line:
                yield name
            case ast.Assign(targets=[ast.Attribute(attr="columns")], value=ast.List(elts=names)):
                yield from (
                    each.value for each in names if isinstance(each, ast.Constant) and isinstance(each.value, str)
                )


@runtime_rule(
    "numerical.column-as-attribute",
    ("AttributeError",),
    r"'DataFrame' object has no attribute '(?P<name>\w+)'",
    before=("not-offered-by-object", "attribute-misspelt", "method-of-another-kind"),
)
def column_as_attribute(case: CrashContext) -> Match | None:
    """Return the misspelt column that is read like an attribute."""
    name, node = case.match["name"], case.attribute(case.match["name"])
    near = _near(name, list(_columns(case)))
    if node is None or not near.isidentifier():
        return None
    new = f"{case.text(node.value)}.{near}"
    slots = {"key": Code(repr(name)), "near": Code(new), "kind": "column", "is_number": ""}
    return case.here(node, replace=(node, new), owner=node.value, slots=slots)


def _near(name: str, columns: list[str]) -> str:
    columns = [column for column in columns if column != name]
    same = [column for column in columns if column.strip().lower() == name.strip().lower()]
    return next(iter(same or get_close_matches(name, columns, 1, 0.7)), "")


@runtime_rule(
    "numerical.and-between-arrays",
    ("ValueError",),
    r"truth value of an? (?:array|Series)",
    before=("numerical.truth-of-array",),
)
def and_between_arrays(case: CrashContext) -> Match | None:
    """Return the `and` or `or` of two comparisons of arrays or columns, or `&` without parentheses round them."""
    for node in case.likely(ast.BoolOp):
        is_test = getattr(case.program.parents.get(node), "test", None) is node
        if all(isinstance(value, ast.Compare) for value in node.values) and not is_test:
            sign = f" {_OPERATORS[type(node.op)]} "
            new = sign.join(f"({case.text(value)})" for value in node.values)
            word = Code("and" if isinstance(node.op, ast.And) else "or")
            return case.here(node, replace=(node, new), condition=node, word=word, sign=Code(sign.strip()))
    for compare in case.likely(ast.Compare):
        middle = [each for each in compare.comparators[:-1] if isinstance(each, ast.BinOp)]
        if len(compare.ops) == len(middle) + 1 and middle and isinstance(middle[0].op, ast.BitAnd | ast.BitOr):
            both = "&" if isinstance(middle[0].op, ast.BitAnd) else "|"
            left, _, right = case.text(compare).partition(f" {both} ")
            grouped = f"({left}) {both} ({right})" if right else None
            return case.here(compare, replace=(compare, grouped), condition=compare, word="", sign=Code(both))
    return None


@runtime_rule(
    "numerical.table-lengths",
    ("AssertionError", "ValueError"),
    r"Length of values \((?P<given>\d{1,9})\) does not match length of index \((?P<needed>\d{1,9})\)"
    r"|All arrays must be of the same length|[Ll]ength mismatch: Expected axis has (?P<axis>\d{1,9}) elements?"
    r", new values have (?P<new>\d{1,9})|(?P<named>\d{1,9}) columns passed, passed data had (?P<had>\d{1,9})"
    r"|Columns must be same length as key|cannot set a row with mismatched columns",
    before=("claim-not-true",),
)
def table_lengths(case: CrashContext) -> Match | None:
    """Return the list whose length differs from the number of rows or columns of a table."""
    found = case.match.groupdict()
    given, needed = found["given"] or found["new"] or found["named"], found["needed"] or found["axis"] or found["had"]
    slots = {"given": given or "", "needed": needed or ""}
    if "All arrays" in case.message and (odd := _odd_list(case)) is not None:
        return case.at(odd, values=odd, slots=slots)
    value = case.statement.value if isinstance(case.statement, ast.Assign) else None
    return case.here(
        value if value is not None and value.lineno == case.line else None, values=case.code(value, ""), slots=slots
    )


def _odd_list(case: CrashContext) -> ast.expr | None:
    """Return the only list of a table's literal whose length differs from that of the others; None if it is unknown."""
    for call in case.program.each(ast.Call):
        match call:
            case ast.Call(func=ast.Attribute(attr="DataFrame"), args=[data, *_]):
                literal = case.program.last_value(data.id, call.lineno) if isinstance(data, ast.Name) else data
                lists = [_list(case, value) for value in literal.values] if isinstance(literal, ast.Dict) else []
                lengths = [len(each.elts) for each in lists if each is not None]
                odd = [each for each in lists if each is not None and lengths.count(len(each.elts)) == 1]
                if len(odd) == 1 and lengths[2:]:  # Of two lists, either may be wrong.
                    return odd[0]
    return None


def _list(case: CrashContext, value: ast.expr) -> ast.List | None:
    literal = case.program.last_value(value.id, case.line) if isinstance(value, ast.Name) else value
    return literal if isinstance(literal, ast.List) else None


@runtime_rule(
    "numerical.row-outside-table",
    ("IndexError",),
    r"single positional indexer is out-of-bounds|positional indexers are out",
)
def row_outside_table(case: CrashContext) -> Match | None:
    """Return the `iloc` with an index that is too large for the table."""
    node = case.subscript
    edit = None
    match node:
        case ast.Subscript(slice=ast.Call(func=ast.Name(id="len")) as count):
            edit = case.rewrite(count, f"{case.text(count)} - 1")
    return case.here(
        node, edit=edit, owner=case.code(node and node.value, ""), index=case.code(node and node.slice, "")
    )


@runtime_rule(
    "numerical.copy-of-table", ("ChainedAssignmentError", "SettingWithCopyWarning"), r"copy of|chained assignment"
)
def copy_of_table(case: CrashContext) -> Match | None:
    """Return the assignment to a selection of a table, which may be a copy."""
    edit = None
    match case.statement:
        case ast.Assign(targets=[ast.Subscript(value=ast.Subscript(value=table, slice=one), slice=two) as whole]):
            row, column = (two, one) if is_string(one) else (one, two)
            edit = case.rewrite(whole, f"{case.text(table)}.loc[{case.text(row)}, {case.text(column)}]")
    target = case.statement.targets[0] if isinstance(case.statement, ast.Assign) else None
    return case.here(target, edit=edit, target=case.code(target, ""))


@runtime_rule(
    "numerical.column-with-text",
    ("ValueError",),
    r"could not convert string to float: (?P<text>'[^'\n]{0,80}')",
    before=("text-is-no-number",),
)
def column_with_text(case: CrashContext) -> Match | None:
    """Return the conversion of a whole column or array that holds a string which is not a number."""
    call = case.call("astype", "array", "asarray", "loadtxt", "fit")
    if call is None or (called_name(call) == "astype" and case.call("float") is not None):
        return None
    edit = None
    if called_name(call) == "astype" and isinstance(call.func, ast.Attribute) and "pd" in case.program.bound_names:
        edit = case.rewrite(call, f'pd.to_numeric({case.text(call.func.value)}, errors="coerce")')
    return case.here(call, edit=edit, text=Code(case.match["text"]), call=call)


@runtime_rule(
    "numerical.zero-in-array",
    ("RuntimeWarning",),
    r"(?P<what>divide by zero|invalid value|overflow) encountered in (?P<operation>\w+)",
)
def zero_in_array(case: CrashContext) -> Match | None:
    """Return the operation on arrays that divides by zero or has no result for some items."""
    node = case.first(ast.BinOp) or case.call()
    divisor = node.right if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) else None
    slots = {"what": case.match["what"], "operation": Code(case.match["operation"])}
    return case.here(node, divisor=case.code(divisor, ""), slots=slots)


@runtime_rule("numerical.mean-of-nothing", ("RuntimeWarning",), r"Mean of empty slice|Degrees of freedom <= 0")
def mean_of_nothing(case: CrashContext) -> Match | None:
    """Return the mean of an array that has no items."""
    calls = [c for c in case.program.each(ast.Call) if called_name(c) in ("mean", "average", "std", "var", "nanmean")]
    here = [call for call in calls if call.lineno == case.crash.line] or calls
    if len(here) != 1:
        return None
    call = here[0]
    owner = call.func.value if isinstance(call.func, ast.Attribute) and not call.args else None
    argument = call.args[0] if call.args else owner
    return case.at(call, call=call, name=case.code(argument, ""))
