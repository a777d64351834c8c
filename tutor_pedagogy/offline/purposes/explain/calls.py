"""Sentences that describe calls, indices and slices with the student's own arguments."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Protocol

from tutor_pedagogy.offline.engine.nodes import called_name
from tutor_pedagogy.offline.engine.program import BUILTINS
from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.purposes.literal_types import literal_type
from tutor_pedagogy.offline.purposes.tables import table
from tutor_pedagogy.offline.purposes.texts import listed

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.nodes import Function
    from tutor_pedagogy.offline.engine.program import Program

_FEW = 7
_PREFIXES = ("math", "random", "time", "sys")


class Spans(Protocol):
    """The interface for writing the code of a node as a code span."""

    def span(self, node: ast.AST) -> str:
        """Return the code of a node as a code span."""


def given_values(call: ast.Call, method: Function) -> list[str] | None:
    """Return what the parameters of a method get in a call; None if it is not known which value is for which."""
    names = [each.arg for each in method.args.args[1:]]
    if any(isinstance(each, ast.Starred) for each in call.args) or len(call.args) > len(names):
        return None
    given = [*zip(names, call.args, strict=False), *((each.arg, each.value) for each in call.keywords if each.arg)]
    return [f"{code_span(name)} gets {code_span(ast.unparse(value))}" for name, value in given]


_KNOWN = {
    "defaultdict": "makes a dictionary that makes a first value by itself for a key that is not there yet",
    "Counter": "counts how often each item comes, and is used like a dictionary of these counts",
    "deque": "makes a list that is fast at both ends",
    "namedtuple": "makes a type of tuples whose parts have names",
    "randint": "gives a random whole number between its two values, both included",
    "choice": "gives one item at random",
    "shuffle": "brings the items of a list into a random order, in place",
    "sample": "gives several different items at random",
    "sleep": "waits for that many seconds",
}
"""What well-known functions of the standard library do, as the predicate of a sentence."""
_OF_DATA = {
    "arange": "makes an array of numbers in even steps, which stops before its end",
    "linspace": "makes an array of evenly spaced numbers, from the first value to the last",
    "array": "makes an array of the values that it gets",
    "zeros": "makes an array that is filled with zeros",
    "ones": "makes an array that is filled with ones",
    "mean": "gives the average of the values",
    "median": "gives the middle one of the values in order",
    "read_csv": "reads a file with a table into a data frame",
    "DataFrame": "makes a table with named columns",
    "Series": "makes one column of values with labels",
}
"""What the usual functions and methods for tables of numbers do, in a program that imports one of their modules."""
_DATA_MODULES = frozenset(("numpy", "pandas", "statistics"))


def call_says(spans: Spans, program: Program, call: ast.Call) -> str:
    """Return what a call does, as the predicate of a sentence."""
    own = _own_says(spans, program, call)
    if own is not None:
        return own
    entry = entry_of(program, call)
    if entry == "range" and not call.keywords:
        return _range_says(spans, call.args)
    if entry is not None and (said := _with_arguments(spans, program, entry, call)) is not None:
        return said
    if entry is not None:
        says: str = table("glossary")[entry]["says"]
        return says
    known = _KNOWN.get(called_name(call))
    if known is not None and called_name(call) not in program.functions:
        return known
    if called_name(call) not in program.functions and _imports_data(program):
        known = _OF_DATA.get(called_name(call))
        if known is not None:
            return known
    what = code_span(called) if (called := _dotted(call.func)) else "the function"
    values = [spans.span(argument) for argument in call.args]
    with_values = f" with {listed(values)}" if values else ""
    return f"calls {what}{with_values}; I do not know this function, so look it up where it comes from"


def _imports_data(program: Program) -> bool:
    """Return whether a program imports a module for tables of numbers."""
    whole = {each.name for node in program.each(ast.Import) for each in node.names}
    return bool((whole | {node.module for node in program.each(ast.ImportFrom)}) & _DATA_MODULES)


def entry_of(program: Program, call: ast.Call) -> str | None:
    """Return the glossary key for a call of a builtin, a common method or a function of a known module, or None."""
    glossary = table("glossary")
    match call.func:
        case ast.Name(id=name) if name in BUILTINS and name in glossary and name not in program.bound_names:
            return name
        case ast.Name(id=name):
            return _imported(program, name)
        case ast.Attribute(value=ast.Name(id=module), attr=name) if f"{module}.{name}" in glossary:
            return f"{module}.{name}" if module in program.bound_names else None
        case ast.Attribute(value=ast.Name(id="self")):
            return None
        case ast.Attribute(value=owner, attr=name):
            kind = literal_type(program, owner)
            typed = f"{kind.__name__}.{name}" if kind is not None else ""
            if typed in glossary:
                return typed
            return f".{name}" if f".{name}" in glossary and not _is_own_method(program, name) else None
    return None


def _imported(program: Program, name: str) -> str | None:
    """Return the glossary key for a function that a line such as `from math import sqrt` imports, or None."""
    for node in program.each(ast.ImportFrom):
        if node.module in _PREFIXES and any((each.asname or each.name) == name for each in node.names):
            real = next(each.name for each in node.names if (each.asname or each.name) == name)
            key = f"{node.module}.{real}"
            return key if key in table("glossary") else None
    return None


def _is_own_method(program: Program, name: str) -> bool:
    return name in program.functions


def _own_says(spans: Spans, program: Program, call: ast.Call) -> str | None:
    values = [spans.span(argument) for argument in call.args]
    with_values = f" with {listed(values)}" if values else ""
    match call.func:
        case ast.Name(id=name) if name in program.functions:
            return (
                f"calls your function from line {program.shown(program.functions[name].lineno)}{with_values} and "
                "is what it returns"
            )
        case ast.Name(id=name):
            for node in program.each(ast.ClassDef):
                if node.name == name:
                    return f"makes a new object of your class from line {program.shown(node.lineno)}{with_values}"
        case ast.Attribute(value=owner, attr=name) if name in program.functions:
            line = program.shown(program.functions[name].lineno)
            return f"calls the method from line {line} on {spans.span(owner)}{with_values} and is what it returns"
    return None


def _range_says(spans: Spans, arguments: list[ast.expr]) -> str:
    shown = [spans.span(argument) for argument in arguments]
    numbers = [each.value for each in arguments if isinstance(each, ast.Constant) and isinstance(each.value, int)]
    if 0 < len(numbers) == len(arguments) and 0 not in numbers[2:]:
        row = [str(number) for number in range(*numbers)[:_FEW]]
        if 0 < len(row) < _FEW:
            return f"counts {listed(row)}"
    match arguments:
        case [_]:
            return f"counts 0, 1, 2 and so on, and stops before {shown[0]}"
        case [_, _]:
            return f"counts from {shown[0]} and stops before {shown[1]}"
        case [_, _, ast.UnaryOp(op=ast.USub(), operand=step)]:
            return f"counts down from {shown[0]} in steps of {spans.span(step)} and stops before {shown[1]}"
        case [_, _, _]:
            return f"counts from {shown[0]} in steps of {shown[2]} and stops before {shown[1]}"
    return "counts from a start and stops before an end"


def _with_arguments(spans: Spans, program: Program, entry: str, call: ast.Call) -> str | None:
    """Return what a call of a very common function does with its own arguments, or None for any other call."""
    first = spans.span(call.args[0]) if call.args else ""
    match entry, call:
        case "max" | "min", ast.Call(args=[argument], keywords=[ast.keyword(arg="key", value=key)]):
            what = "key" if literal_type(program, argument) is dict else "item"
            size = "largest" if entry == "max" else "smallest"
            return (
                f"returns the {what} of {first} for which {spans.span(key)} gives the {size} value, and not that value"
            )
        case "int", ast.Call(args=[argument], keywords=[]):
            return _int_says(spans, argument)
        case "print", ast.Call(args=[], keywords=[]):
            return "shows an empty line on the screen"
        case "print", ast.Call(args=[ast.Constant(value=str()) | ast.JoinedStr()], keywords=[]):
            return "shows the string on the screen, without its quotes, and then begins a new line"
        case "print", ast.Call(args=[ast.expr() as only], keywords=[]) if not isinstance(only, ast.Starred):
            return f"shows the value of {first} on the screen and then begins a new line"
        case "len", ast.Call(args=[argument], keywords=[]):
            of = "characters" if literal_type(program, argument) is str else "items"
            return f"is the number of {of} in {first}"
        case "sum", ast.Call(args=[_], keywords=[]):
            return f"adds up all the items of {first}"
        case ".append", ast.Call(func=ast.Attribute(value=owner), args=[_], keywords=[]):
            return f"adds {first} as one new item at the end of the list {spans.span(owner)}"
        case ".pop", ast.Call(args=[_], keywords=[]):
            return f"removes the item at the index or key {first} and returns it"
        case "sorted", ast.Call(args=[_], keywords=[]):
            return f"makes a new list with the items of {first} in order, the smallest first"
    return None


def _int_says(spans: Spans, argument: ast.expr) -> str:
    match argument:
        case ast.Call(func=ast.Name(id="input")):
            return "turns the string that the user typed into a whole number"
    return f"turns {spans.span(argument)} into a whole number; a fraction is cut off"


def _dotted(func: ast.expr) -> str:
    match func:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id=owner), attr=name):
            return f"{owner}.{name}"
        case ast.Attribute(attr=name):
            return name
    return ""


def subscript_says(spans: Spans, program: Program, node: ast.Subscript) -> str:
    """Return what an index, a key or a slice selects, as the predicate of a sentence."""
    owner = spans.span(node.value)
    kind = literal_type(program, node.value)
    item = "character" if kind is str else "item"
    match node.slice:
        case ast.Slice():
            return _slice_says(spans, node.slice, owner)
        case ast.Constant(value=str()):
            return f"is the value that {owner} has under the key {spans.span(node.slice)}"
        case _ if kind is dict:
            return f"is the value that {owner} has under the key {spans.span(node.slice)}"
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1)):
            return f"is the last {item} of {owner}"
        case ast.Constant(value=0) if kind is not None:
            return f"is the first {item} of {owner}, since an index counts from 0"
        case _ if kind in (list, str, tuple):
            return f"is the {item} of {owner} at the index {spans.span(node.slice)}, which counts from 0"
    return f"is what {owner} has at the index or key {spans.span(node.slice)}"


def _slice_says(spans: Spans, part: ast.Slice, owner: str) -> str:
    start = spans.span(part.lower) if part.lower is not None else None
    end = spans.span(part.upper) if part.upper is not None else None
    match part.step:
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1)) if start is None and end is None:
            return f"is a copy of {owner} in reverse order"
        case None | ast.Constant(value=1):
            step = ""
        case _:
            step = f", in steps of {spans.span(part.step)}"
    if start is None and end is None:
        return f"is a copy of {owner}{step}"
    begin = f"begins at the index {start}" if start else "begins at the start"
    stop = f"ends before the index {end}" if end else "goes on to the end"
    return f"is the part of {owner} that {begin} and {stop}{step}"
