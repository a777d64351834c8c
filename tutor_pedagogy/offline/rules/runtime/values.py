"""Values of the right type that are not allowed: failed conversions, zero, empty collections, missing items."""

from __future__ import annotations

import ast
import datetime as dt
import re
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.engine.nodes import called_name, first_argument, names_in
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit

_DATE_FORMS = (
    *("%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d", "%d/%m/%y", "%d.%m.%y"),
    *("%H:%M", "%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%d %B %Y", "%B %d, %Y"),
    *("%d %b %Y", "%b %d %Y", "%d.%m.%Y %H:%M", "%d/%m/%Y %H:%M"),
)
"""Usual forms of dates and times."""
_LONG_MESSAGE = 100


@runtime_rule(
    "test-of-text-not-called",
    ("ValueError",),
    r"invalid literal for int\(\)|could not convert string to float",
    before=("text-is-no-number",),
)
def test_of_text_not_called(case: CrashContext) -> Match | None:
    """Return the enclosing condition that names a string method such as `isdigit` without calling it."""
    for up in case.program.above(case.statement) if case.statement is not None else ():
        match up:
            case ast.If(test=ast.Attribute(attr="isdigit" | "isdecimal" | "isnumeric" | "isalpha" | "isalnum") as test):
                return case.at(test, replace=(test, f"{case.text(test)}()"), name=test)
    return None


@runtime_rule(
    "text-is-no-number",
    ("ValueError",),
    re.compile(
        r"(?:invalid literal for int\(\) with base \d+"
        r"|could not convert string to float): (?P<q>['\"])?(?P<text>.*?)(?(q)(?P=q))$",
        re.MULTILINE,
    ),
)
def text_is_no_number(case: CrashContext) -> Match | None:
    """Return the conversion of a string that is not a valid number."""
    call, text = case.call("int", "float"), case.match["text"]
    name = case.code(first_argument(call), "")
    slots = {"value": Code(repr(text)), "name": name, "look": _look(text), "blank": name if not text.strip() else ""}
    edit = case.rewrite(call, new) if call is not None and (new := _converted(call, text, name)) else None
    return case.here(call, edit=edit, slots=slots)


def _converted(call: ast.Call, text: str, name: str) -> str | None:
    """Return the call that converts a string of this form, or None."""
    function, bare = called_name(call), text.strip()
    if len(call.args) != 1 or call.keywords:
        return None
    if function == "int" and re.fullmatch(r"[+-]?\d+\.\d*", bare):
        return f"float({name})"
    if re.fullmatch(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", bare):
        return f'{"float" if "." in bare else function}({name}.replace(",", ""))'
    if re.fullmatch(r"[+-]?\d+,\d+", bare):
        return f'float({name}.replace(",", "."))'
    sign = re.fullmatch(r"([$€£])?\s?[+-]?\d+(\.\d+)?\s?(%|€|kg|cm|m)?", bare)
    if sign and bool(sign[1]) != bool(sign[3]):
        function = "float" if sign[2] else function
        return f'{function}({name}.replace("{sign[1] or sign[3]}", ""))'
    return None


def _look(text: str) -> str:
    """Return a clause that says why a string is not a number."""
    if not text.strip():
        return "it is empty"
    if re.fullmatch(r"\s*-?\d+[.,]\d*\s*", text):
        return "it has a point or comma in it"
    is_mixed = re.search(r"\d", text) and re.search(r"[^\d\s.]", text)
    return "it mixes digits with other characters" if is_mixed else "it is not made of digits"


@runtime_rule(
    "numerical.math-domain",
    ("ValueError",),
    r"math domain error|expected a (?:nonnegative|positive) input|must be in the range",
)
def math_domain(case: CrashContext) -> Match | None:
    """Return the call of a mathematical function with a value outside its domain."""
    call = case.call("sqrt", "log", "log10", "log2", "acos", "asin", "pow") or case.call()
    name = case.code(first_argument(call), case.marked or "")
    return case.here(call, name=name, function=case.code(call and call.func, ""))


@runtime_rule(
    "not-in-collection",
    ("KeyError", "ValueError"),
    r"x not in (?:list|tuple|deque)|is not in (?:list|tuple|deque|range)|substring not found|\.index\(x\)",
)
def not_in_collection(case: CrashContext) -> Match | None:
    """Return the call that searches for an item that is not in the collection."""
    call = case.call("remove", "index", "rindex")
    if call is None:
        return case.here(owner=Code(case.marked or ""), item="")
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    item = first_argument(call)
    slots = {"owner": case.code(owner, ""), "item": case.code(item, "")}
    held, wanted = case.value(owner), case.value(item)
    if isinstance(held, list | tuple | str) and isinstance(wanted, str) and isinstance(item, ast.Constant):
        alike = [each for each in held if isinstance(each, str) and each.lower().strip() == wanted.lower().strip()]
        if len(set(alike)) == 1 and not isinstance(held, str):
            return case.here(call, replace=(item, case.text(item).replace(wanted, alike[0])), slots=slots)
    return case.here(call, slots=slots)


@runtime_rule(
    "nothing-to-choose-from",
    ("StatisticsError", "TypeError", "ValueError"),
    r"arg is an empty sequence|iterable argument is empty|requires at least one data point"
    r"|empty (?:iterable|sequence) with no initial|at least two data points|no median for empty",
)
def nothing_to_choose_from(case: CrashContext) -> Match | None:
    """Return the call that chooses from or averages an empty collection."""
    call = case.call("max", "min", "mean", "median", "stdev", "reduce")
    name, function = first_argument(call), call and call.func
    return case.here(call, name=case.code(name, ""), function=case.code(function, ""))


@runtime_rule("loop-starts-at-zero", ("ZeroDivisionError",), before=("division-by-zero",))
def loop_starts_at_zero(case: CrashContext) -> Match | None:
    """Return the `range` that starts at 0, of a loop whose variable is used as a divisor."""
    for node in case.likely(ast.BinOp):
        divisor = node.right.id if isinstance(node.right, ast.Name) else None
        for up in case.program.above(node):
            match up:
                case ast.For(target=ast.Name(id=name) as variable, iter=ast.Call(func=ast.Name(id="range")) as made):
                    first, *rest = map(case.text, made.args)
                    if name == divisor and (not rest or first == "0"):
                        is_search = isinstance(node.op, ast.Mod) and "prime" in " ".join(_words_around(case)).lower()
                        new = f"range({2 if is_search else 1}, {', '.join(rest or [first])})"
                        return case.at(made, replace=(made, new), name=variable, division=node)
    return None


def _words_around(case: CrashContext) -> set[str]:
    """Return the names in the function that contains the failing line, or in the program."""
    names = {*case.program.uses, *case.program.functions}
    return {case.function.name, *names_in(case.function)} if case.function is not None else names


@runtime_rule("divisor-starts-at-zero", ("ZeroDivisionError",), before=("division-by-zero",))
def divisor_starts_at_zero(case: CrashContext) -> Match | None:
    """Return the line that sets a divisor to 0 before the `while` loop that divides by it and counts it up."""
    for node in case.likely(ast.BinOp):
        match node:
            case ast.BinOp(op=ast.Div() | ast.FloorDiv() | ast.Mod(), right=ast.Name(id=name) as divisor):
                bound, loops = case.bound(name), [up for up in case.program.above(node) if isinstance(up, ast.While)]
                loop = loops[-1] if loops else None
                counted = loop and any(loop.lineno < line <= (loop.end_lineno or 0) for line, _ in bound)
                zeros = [line for line, value in bound if isinstance(value, ast.Constant) and value.value == 0]
                if counted and len(zeros) == 1 and zeros[0] < case.line:
                    return case.at(zeros[0], name=divisor, division=node)
    return None


@runtime_rule("division-by-zero", ("DivisionByZero", "InvalidOperation", "ZeroDivisionError"))
def division_by_zero(case: CrashContext) -> Match | None:
    """Return the division whose divisor is zero."""
    for node in case.likely(ast.BinOp):
        if isinstance(node.op, ast.Div | ast.FloorDiv | ast.Mod):
            is_literal = isinstance(node.right, ast.Constant)
            return replace(case.here(node, name=node.right, value=node.left), is_proved=is_literal)
    if isinstance(case.statement, ast.AugAssign):
        return case.here(name=case.statement.value, value=case.statement.target)
    call = case.call()
    if call is not None and call.args:
        return case.here(call, name=call.args[-1], value=call.args[0])
    return case.here(name="", value="")


@runtime_rule(
    "date-of-another-form",
    ("ValueError",),
    r"time data|unconverted data|[Ii]nvalid isoformat|month must be in|day is out of range"
    r"|hour must be in|minute must be in|second must be in|year .{0,120}out of range"
    r"|is a bad directive",
    before=("value-not-accepted",),
)
def date_of_another_form(case: CrashContext) -> Match | None:
    """Return the call that parses a date in the wrong format, or constructs a date that does not exist."""
    call = case.call("strptime", "fromisoformat", "date", "datetime", "isoformat") or case.call()
    edit = None
    match call:
        case ast.Call(func=ast.Attribute(attr="strptime"), args=[value, ast.Constant() as form]):
            text = case.value(value)
            fitting = _forms_of(text) if isinstance(text, str) else []
            edit = case.rewrite(form, f'"{fitting[0]}"') if len(fitting) == 1 else None
    return case.here(call, edit=edit, message=Code(case.message[:140]))


def _forms_of(text: str) -> list[str]:
    """Return the usual forms of a date, or of a time, that a string has."""
    found: list[str] = []
    for form in _DATE_FORMS:
        with suppress(ValueError):
            dt.datetime.strptime(text, form)  # noqa: DTZ007 - only the form of the string counts
            found.append(form)
    return found


@runtime_rule("number-too-big", ("OverflowError",))
def number_too_big(case: CrashContext) -> Match | None:
    """Return the operation or call whose result is too large."""
    return case.here(case.first(ast.BinOp, ast.Call))


@runtime_rule("file-already-closed", ("ValueError",), r"I/O operation on closed file")
def file_already_closed(case: CrashContext) -> Match | None:
    """Return the call that uses a closed file."""
    call = case.call("read", "write", "readline", "readlines", "writelines")
    owner = call.func.value if call is not None and isinstance(call.func, ast.Attribute) else None
    closed = [
        each
        for each in case.program.each(ast.Call)
        if owner is not None and case.text(each.func) == f"{case.text(owner)}.close"
    ]
    if len(closed) == 1:
        return case.at(closed[0].lineno, owner=case.code(owner, ""), closing="its call of `close`")
    inside = _into_with(case)
    return case.here(call, edit=inside, owner=case.code(owner, ""), closing="the end of its `with` block")


def _into_with(case: CrashContext) -> Edit | None:
    """Return the edit that moves the failing statement into the `with` block that stands right before it."""
    for node, first, second in case.program.neighbours:
        del node
        if isinstance(first, ast.With) and second.lineno <= case.line <= (second.end_lineno or 0):
            opened = {
                name for item in first.items if item.optional_vars is not None for name in names_in(item.optional_vars)
            }
            if not opened & names_in(second):
                return None
            step = first.body[0].col_offset - first.col_offset
            lines = [*case.program.lines]
            for number in range(second.lineno, (second.end_lineno or 0) + 1):
                lines[number - 1] = f"{' ' * step}{lines[number - 1]}" if lines[number - 1].strip() else ""
            return edit_to(case.program, "\n".join(lines))
    return None


@runtime_rule(
    "value-not-accepted",
    ("ValueError",),
    r"base must be|invalid mode|must have exactly one of create|arg not in range|[Ss]ample larger"
    r"|empty range for|negative shift"
    r"|must be (?:>=?|non-?negative|positive|in|between|greater)|not a valid"
    r"|unknown format code|Invalid format|[Uu]nsupported format|substitution|unmatched"
    r"|Exceeds the limit|Single '|embedded null|empty separator|length 1"
    r"|conflicts with class variable",
)
def value_not_accepted(case: CrashContext) -> Match | None:
    """Return the call with a value that the function does not accept."""
    call, message = case.call(), case.message
    match call:
        case ast.Call(args=[ast.Constant(value=int(low)), ast.Constant(value=int(high))]) if (
            message.startswith("empty range") and low > high
        ):
            new = f"{case.text(call.func)}({high}, {low})"
            return case.here(call, replace=(call, new), function=call.func, message=Code(message))
        case ast.Call(func=ast.Name(id="open"), args=[_, ast.Constant(value=str(mode)) as given, *_]) if (
            "mode" in message and mode[:1] in ("r", "w", "a", "x")
        ):
            return case.here(call, replace=(given, f'"{mode[:1]}"'), function=call.func, message=Code(message))
    # A long message lists all valid values after its first clause, so the first clause is enough.
    clause = message if len(message) <= _LONG_MESSAGE else message.partition(": ")[0][:140]
    return case.here(call, function=case.code(call and call.func, ""), message=Code(clause))
