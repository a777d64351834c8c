"""Strings that cannot become one number: empty ones, and those with several numbers."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import called_name, first_argument
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit

_EMPTY = r"invalid literal for int\(\) with base \d+: '\s*'$|could not convert string to float: '\s*'$"
_SEVERAL = (
    r"(?:invalid literal for int\(\) with base \d+|could not convert string to float): '(?P<text>[-\d.,; ]{3,80})'$"
)
_DECIMAL_PARTS = 2
"""The number of parts of a number with a decimal comma."""
_ONE_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@runtime_rule("empty-string-for-number", ("ValueError",), _EMPTY, before=("text-is-no-number",))
def empty_string_for_number(case: CrashContext) -> Match | None:
    """Return the conversion of an empty string; None if it is a part of a split string, or was just typed in."""
    call = case.call("int", "float")
    argument = first_argument(call)
    if call is None or not isinstance(argument, ast.Subscript | ast.Name):
        return None
    loops = [up for up in case.program.above(call) if isinstance(up, ast.For)]
    if isinstance(argument, ast.Name) and not _is_filled_by_loop(argument.id, loops):
        return None
    return case.here(call, name=argument, function=Code(called_name(call)))


def _is_filled_by_loop(name: str, loops: list[ast.For]) -> bool:
    """Return whether a name is one of several variables of an enclosing loop."""
    targets = [part for loop in loops if isinstance(loop.target, ast.Tuple) for part in loop.target.elts]
    return any(isinstance(part, ast.Name) and part.id == name for part in targets)


@runtime_rule("several-numbers-in-string", ("ValueError",), _SEVERAL, before=("text-is-no-number",))
def several_numbers_in_string(case: CrashContext) -> Match | None:
    """Return the conversion of a string with several numbers, with an edit that converts each of them."""
    call, text = case.call("int", "float"), case.match["text"]
    if call is None or len(call.args) != 1 or call.keywords or re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", text.strip()):
        return None
    signs, statement = sorted(set(re.findall(r"[,;]", text))), case.statement
    parts = [part.strip() for part in text.split(signs[0] if signs else None)]
    is_unpacked = isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Tuple)
    is_decimal = signs == [","] and len(parts) == _DECIMAL_PARTS and " " not in text and not is_unpacked
    if is_decimal or len(signs) > 1 or len(parts) == 1 or not all(map(_ONE_NUMBER.fullmatch, parts)):
        return None
    separator = f'"{signs[0]}"' if signs else ""
    split = f"{case.text(call.args[0])}.split({separator})"
    new = None
    match statement:
        case ast.Assign(targets=[ast.Tuple(elts=targets)], value=value) if value is call:
            new = f"map({called_name(call)}, {split})" if len(targets) == len(parts) else None
        case ast.Assign(targets=[ast.Name()], value=value) if value is call:
            edit = _read_together(case, statement, call, f"map({called_name(call)}, {split})", len(parts))
            slots = {"value": Code(repr(text)), "function": Code(called_name(call)), "split": Code(split)}
            return case.here(call, edit=edit, slots=slots)
    slots = {"value": Code(repr(text)), "function": Code(called_name(call)), "split": Code(split)}
    return case.here(call, replace=(call, new), slots=slots)


def _read_together(case: CrashContext, first: ast.Assign, call: ast.Call, new: str, count: int) -> Edit | None:
    """Return the edit that reads as many numbers from one line as the lines below each other read from their own."""
    block = getattr(case.program.parents.get(first), "body", [])
    at = block.index(first) if first in block else len(block)
    reads = block[at : at + count + 1]
    names: list[str] = []
    for each in reads:
        match each:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=func, args=[ast.Call() as read])) if (
                case.text(func) == called_name(call) and called_name(read) == "input"
            ):
                names.append(name)
            case _:
                break
    if len(names) != count or reads[count - 1].end_lineno != first.lineno + count - 1:
        return None
    indent = " " * first.col_offset
    return case.program.edit(first.lineno, f"{indent}{', '.join(names)} = {new}", before_lines=count)
