"""Values of the right kind that are still not allowed: conversions, zero, empty collections, things not found."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.rules.runtime.rule import runtime_rule

if TYPE_CHECKING:
    from tutor_pedagogy.offline.rules.runtime.context import CrashContext

_LONG_MESSAGE = 100


@runtime_rule(
    "test-of-text-not-called",
    ("ValueError",),
    r"invalid literal for int\(\)|could not convert string to float",
    before=("text-is-no-number",),
)
def test_of_text_not_called(case: CrashContext) -> Match | None:
    """Find the condition around the failing line that names a test of texts, but does not call it."""
    statement = case.program.statement_at(case.line)
    for up in case.program.above(statement) if statement is not None else ():
        match up:
            case ast.If(test=ast.Attribute(attr="isdigit" | "isdecimal" | "isnumeric" | "isalpha" | "isalnum") as test):
                text = case.text(test)
                return Match(
                    lines=(test.lineno,),
                    expression=text,
                    edit=case.rewrite(test, f"{text}()"),
                    slots={"name": Code(text)},
                )
    return None


@runtime_rule(
    "text-is-no-number",
    ("ValueError",),
    re.compile(
        (
            r"(?:invalid literal for int\(\) with base \d+"
            r"|could not convert string to float): (?P<q>['\"])?(?P<text>.*?)(?(q)(?P=q))$"
        ),
        re.MULTILINE,
    ),
)
def text_is_no_number(case: CrashContext) -> Match | None:
    call = _call(case, "int", "float")
    text = case.match["text"]
    argument = Code(case.text(call.args[0])) if call is not None and call.args else Code("the text")
    edit = None
    if (
        call is not None
        and re.fullmatch(r"\s*-?\d+\.\d*\s*", text)
        and isinstance(call.func, ast.Name)
        and call.func.id == "int"
    ):
        edit = case.rewrite(call, f"int(float({case.text(call.args[0])}))")
    return case.here(call, edit=edit, value=Code(repr(text)), name=argument, look=_look(text))


def _call(case: CrashContext, *names: str) -> ast.Call | None:
    for call in case.likely(ast.Call):
        if isinstance(call, ast.Call):
            called = case.text(call.func).rpartition(".")[2]
            if not names or called in names:
                return call
    return None


def _look(text: str) -> str:
    if not text.strip():
        return "it is empty"
    if re.fullmatch(r"\s*-?\d+[.,]\d*\s*", text):
        return "it has a point or comma in it"
    if re.search(r"\d", text) and re.search(r"[^\d\s.]", text):
        return "it mixes digits with other characters"
    return "it is not made of digits"


@runtime_rule(
    "numerical.math-domain",
    ("ValueError",),
    r"math domain error|expected a (?:nonnegative|positive) input|must be in the range",
)
def math_domain(case: CrashContext) -> Match | None:
    call = _call(case, "sqrt", "log", "log10", "log2", "acos", "asin", "pow") or _call(case)
    name = case.text(call.args[0]) if call is not None and call.args else case.marked or "the value"
    function = case.text(call.func) if call is not None else "the function"
    return case.here(call, name=Code(name), function=Code(function))


@runtime_rule(
    "not-in-collection",
    ("KeyError", "ValueError"),
    r"x not in (?:list|tuple|deque)|is not in (?:list|tuple|deque|range)|substring not found|\.index\(x\)",
)
def not_in_collection(case: CrashContext) -> Match | None:
    call = _call(case, "remove", "index", "rindex")
    if call is None:
        return case.here(owner=Code(case.marked or "the collection"), item="the item")
    owner = case.text(call.func.value) if isinstance(call.func, ast.Attribute) else "the collection"
    item = case.text(call.args[0]) if call.args else "the item"
    return case.here(call, owner=Code(owner), item=Code(item))


@runtime_rule(
    "nothing-to-choose-from",
    ("StatisticsError", "TypeError", "ValueError"),
    r"arg is an empty sequence|iterable argument is empty|requires at least one data point"
    r"|empty (?:iterable|sequence) with no initial|at least two data points|no median for empty",
)
def nothing_to_choose_from(case: CrashContext) -> Match | None:
    call = _call(case, "max", "min", "mean", "median", "stdev", "reduce")
    name = case.text(call.args[0]) if call is not None and call.args else "the collection"
    return case.here(call, name=Code(name), function=Code(case.text(call.func) if call is not None else "the function"))


@runtime_rule("loop-starts-at-zero", ("ZeroDivisionError",), before=("division-by-zero",))
def loop_starts_at_zero(case: CrashContext) -> Match | None:
    """Find where the divisor is a loop variable that starts at 0."""
    for node in case.likely(ast.BinOp):
        if not isinstance(node, ast.BinOp) or not isinstance(node.right, ast.Name):
            continue
        for up in case.program.above(node):
            match up:
                case ast.For(target=ast.Name(id=name), iter=ast.Call(func=ast.Name(id="range"), args=args) as made) if (
                    name == node.right.id
                ):
                    if len(args) == 1 or (isinstance(args[0], ast.Constant) and args[0].value == 0):
                        first = case.text(args[0])
                        new = (
                            f"range(1, {first})"
                            if len(args) == 1
                            else f"range(1, {', '.join(case.text(a) for a in args[1:])})"
                        )
                        return Match(
                            lines=(up.lineno,),
                            expression=case.text(made),
                            edit=case.rewrite(made, new),
                            slots={"name": Code(name), "division": Code(case.text(node))},
                        )
    return None


@runtime_rule("divisor-starts-at-zero", ("ZeroDivisionError",), before=("division-by-zero",))
def divisor_starts_at_zero(case: CrashContext) -> Match | None:
    """Find the first value of a divisor that counts up in the loop in which it divides."""
    for node in case.likely(ast.BinOp):
        match node:
            case ast.BinOp(op=ast.Div() | ast.FloorDiv() | ast.Mod(), right=ast.Name(id=name)):
                pass
            case _:
                continue
        here = case.program.function_at(case.line)
        bound = [item for item in case.program.assignments(name) if case.program.function_at(item[0]) is here]
        loops = [up for up in case.program.above(node) if isinstance(up, ast.While)]
        counted = bool(loops) and any(loops[-1].lineno < line <= (loops[-1].end_lineno or 0) for line, _ in bound)
        zeros = [line for line, value in bound if isinstance(value, ast.Constant) and value.value == 0]
        if counted and len(zeros) == 1 and zeros[0] < case.line:
            line = case.program.line(zeros[0])
            return Match(
                lines=(zeros[0],),
                expression=line.strip(),
                slots={"name": Code(name), "division": Code(case.text(node))},
            )
    return None


@runtime_rule("division-by-zero", ("DivisionByZero", "InvalidOperation", "ZeroDivisionError"))
def division_by_zero(case: CrashContext) -> Match | None:
    for node in case.likely(ast.BinOp):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div | ast.FloorDiv | ast.Mod):
            return case.here(node, name=Code(case.text(node.right)), value=Code(case.text(node.left)))
    statement = case.program.statement_at(case.line)
    if isinstance(statement, ast.AugAssign):
        return case.here(name=Code(case.text(statement.value)), value=Code(case.text(statement.target)))
    call = _call(case)
    if call is not None and call.args:
        return case.here(call, name=Code(case.text(call.args[-1])), value=Code(case.text(call.args[0])))
    return case.here(name="the divisor", value="the number")


@runtime_rule(
    "date-of-another-form",
    ("ValueError",),
    r"time data|unconverted data|[Ii]nvalid isoformat|month must be in|day is out of range"
    r"|hour must be in|minute must be in|second must be in|year .{0,120}out of range"
    r"|is a bad directive",
    before=("value-not-accepted",),
)
def date_of_another_form(case: CrashContext) -> Match | None:
    call = _call(case, "strptime", "fromisoformat", "date", "datetime", "isoformat") or _call(case)
    return case.here(call, message=Code(case.crash.message.split("\n")[0][:140]))


@runtime_rule("number-too-big", ("OverflowError",))
def number_too_big(case: CrashContext) -> Match | None:
    nodes = list(case.likely(ast.BinOp, ast.Call))
    return case.here(nodes[0] if nodes else None)


@runtime_rule("file-already-closed", ("ValueError",), r"I/O operation on closed file")
def file_already_closed(case: CrashContext) -> Match | None:
    call = _call(case, "read", "write", "readline", "readlines", "writelines")
    owner = case.text(call.func.value) if call is not None and isinstance(call.func, ast.Attribute) else "the file"
    return case.here(call, owner=Code(owner))


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
    call = _call(case)
    return case.here(
        call,
        function=Code(case.text(call.func) if call is not None else "the function"),
        message=Code(_first_clause(case.crash.message)),
    )


def _first_clause(message: str) -> str:
    """Give a message, of a long one what stands before its list of everything that would be right."""
    line = message.partition("\n")[0]
    return line if len(line) <= _LONG_MESSAGE else line.partition(": ")[0][:140]
