"""Values of the right type that are not allowed: failed conversions, zero, empty collections, missing items."""

from __future__ import annotations

import ast
import re

from tutor_pedagogy.offline.engine.nodes import first_argument, is_call_of
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

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
    is_decimal = is_call_of(call, "int") and re.fullmatch(r"\s*-?\d+\.\d*\s*", text)
    edit = case.rewrite(call, f"int(float({name}))") if call is not None and is_decimal else None
    return case.here(call, edit=edit, value=Code(repr(text)), name=name, look=_look(text))


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
    return case.here(call, owner=case.code(owner, ""), item=case.code(first_argument(call), ""))


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
                        new = f"range(1, {', '.join(rest or [first])})"
                        return case.at(made, replace=(made, new), name=variable, division=node)
    return None


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
            return case.here(node, name=node.right, value=node.left)
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
    return case.here(call, message=Code(case.message[:140]))


@runtime_rule("number-too-big", ("OverflowError",))
def number_too_big(case: CrashContext) -> Match | None:
    """Return the operation or call whose result is too large."""
    return case.here(case.first(ast.BinOp, ast.Call))


@runtime_rule("file-already-closed", ("ValueError",), r"I/O operation on closed file")
def file_already_closed(case: CrashContext) -> Match | None:
    """Return the call that uses a closed file."""
    call = case.call("read", "write", "readline", "readlines", "writelines")
    owner = call.func.value if call is not None and isinstance(call.func, ast.Attribute) else None
    return case.here(call, owner=case.code(owner, ""))


@runtime_rule(
    "value-not-accepted",
    ("ValueError",),
    r"base must be|arg not in range|[Ss]ample larger|empty range for|negative shift"
    r"|must be (?:>=?|non-?negative|positive|in|between|greater)|not a valid"
    r"|unknown format code|Invalid format|[Uu]nsupported format|substitution|unmatched"
    r"|Exceeds the limit|Single '|embedded null|empty separator|length 1"
    r"|conflicts with class variable",
)
def value_not_accepted(case: CrashContext) -> Match | None:
    """Return the call with a value that the function does not accept."""
    call, message = case.call(), case.message
    # A long message lists all valid values after its first clause, so the first clause is enough.
    clause = message if len(message) <= _LONG_MESSAGE else message.partition(": ")[0][:140]
    return case.here(call, function=case.code(call and call.func, ""), message=Code(clause))
