"""Values of the right kind that are still not allowed: conversions, zero, empty collections, things not found."""

from __future__ import annotations

import ast
import re

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.lessons.logic.conditions import FUNCTION_NAMED_IN_CONDITION
from tutor_pedagogy.offline.lessons.runtime import values as lessons
from tutor_pedagogy.offline.rules.runtime.case import Case, RuntimeRule, Site

_LONG_MESSAGE = 100
_VALUE_ERROR = frozenset(("ValueError",))


def _call(case: Case, *names: str) -> ast.Call | None:
    for call in case.likely(ast.Call):
        if isinstance(call, ast.Call):
            called = case.text(call.func).rpartition(".")[2]
            if not names or called in names:
                return call
    return None


def _converted(case: Case) -> Site | None:
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


def _let_through(case: Case) -> Site | None:
    """Find the condition around the failing line that names a test of texts, but does not call it."""
    statement = case.program.statement_at(case.line)
    for up in case.program.above(statement) if statement is not None else ():
        match up:
            case ast.If(test=ast.Attribute(attr="isdigit" | "isdecimal" | "isnumeric" | "isalpha" | "isalnum") as test):
                text = case.text(test)
                return Site(
                    lines=(test.lineno,),
                    expression=text,
                    edit=case.rewrite(test, f"{text}()"),
                    facts={"name": Code(text)},
                )
    return None


def _look(text: str) -> str:
    if not text.strip():
        return "it is empty"
    if re.fullmatch(r"\s*-?\d+[.,]\d*\s*", text):
        return "it has a point or comma in it"
    if re.search(r"\d", text) and re.search(r"[^\d\s.]", text):
        return "it mixes digits with other characters"
    return "it is not made of digits"


def _domain(case: Case) -> Site | None:
    call = _call(case, "sqrt", "log", "log10", "log2", "acos", "asin", "pow") or _call(case)
    name = case.text(call.args[0]) if call is not None and call.args else case.marked or "the value"
    function = case.text(call.func) if call is not None else "the function"
    return case.here(call, name=Code(name), function=Code(function))


def _not_found(case: Case) -> Site | None:
    call = _call(case, "remove", "index", "rindex")
    if call is None:
        return case.here(owner=Code(case.marked or "the collection"), item="the item")
    owner = case.text(call.func.value) if isinstance(call.func, ast.Attribute) else "the collection"
    item = case.text(call.args[0]) if call.args else "the item"
    return case.here(call, owner=Code(owner), item=Code(item))


def _empty(case: Case) -> Site | None:
    call = _call(case, "max", "min", "mean", "median", "stdev", "reduce")
    name = case.text(call.args[0]) if call is not None and call.args else "the collection"
    return case.here(call, name=Code(name), function=Code(case.text(call.func) if call is not None else "the function"))


def _zero(case: Case) -> Site | None:
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


def _zero_from_loop(case: Case) -> Site | None:
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
                        return Site(
                            lines=(up.lineno,),
                            expression=case.text(made),
                            edit=case.rewrite(made, new),
                            facts={"name": Code(name), "division": Code(case.text(node))},
                        )
    return None


def _date(case: Case) -> Site | None:
    call = _call(case, "strptime", "fromisoformat", "date", "datetime", "isoformat") or _call(case)
    return case.here(call, message=Code(case.crash.message.split("\n")[0][:140]))


def _argument(case: Case) -> Site | None:
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


def _too_big(case: Case) -> Site | None:
    nodes = list(case.likely(ast.BinOp, ast.Call))
    return case.here(nodes[0] if nodes else None)


def _zero_from_start(case: Case) -> Site | None:
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
            return Site(
                lines=(zeros[0],),
                expression=line.strip(),
                facts={"name": Code(name), "division": Code(case.text(node))},
            )
    return None


def _closed(case: Case) -> Site | None:
    call = _call(case, "read", "write", "readline", "readlines", "writelines")
    owner = case.text(call.func.value) if call is not None and isinstance(call.func, ast.Attribute) else "the file"
    return case.here(call, owner=Code(owner))


RULES = (
    RuntimeRule(
        "runtime.test-of-text-not-called",
        "runtime",
        FUNCTION_NAMED_IN_CONDITION,
        _VALUE_ERROR,
        re.compile(r"invalid literal for int\(\)|could not convert string to float"),
        _let_through,
    ),
    RuntimeRule(
        "runtime.text-is-no-number",
        "runtime",
        lessons.TEXT_IS_NO_NUMBER,
        _VALUE_ERROR,
        re.compile(
            (
                r"(?:invalid literal for int\(\) with base \d+"
                r"|could not convert string to float): (?P<q>['\"])?(?P<text>.*?)(?(q)(?P=q))$"
            ),
            re.MULTILINE,
        ),
        _converted,
    ),
    RuntimeRule(
        "numerical.math-domain",
        "runtime",
        lessons.MATH_DOMAIN,
        _VALUE_ERROR,
        re.compile(r"math domain error|expected a (?:nonnegative|positive) input|must be in the range"),
        _domain,
    ),
    RuntimeRule(
        "runtime.not-in-collection",
        "runtime",
        lessons.NOT_IN_COLLECTION,
        _VALUE_ERROR | frozenset(("KeyError",)),
        re.compile(
            r"x not in (?:list|tuple|deque)|is not in (?:list|tuple|deque|range)|substring not found|\.index\(x\)"
        ),
        _not_found,
    ),
    RuntimeRule(
        "runtime.nothing-to-choose-from",
        "runtime",
        lessons.NOTHING_TO_CHOOSE_FROM,
        _VALUE_ERROR | frozenset(("StatisticsError", "TypeError")),
        re.compile(
            r"arg is an empty sequence|iterable argument is empty|requires at least one data point"
            r"|empty (?:iterable|sequence) with no initial|at least two data points|no median for empty"
        ),
        _empty,
    ),
    RuntimeRule(
        "runtime.loop-starts-at-zero",
        "runtime",
        lessons.LOOP_STARTS_AT_ZERO,
        frozenset(("ZeroDivisionError",)),
        re.compile(""),
        _zero_from_loop,
    ),
    RuntimeRule(
        "runtime.divisor-starts-at-zero",
        "runtime",
        lessons.DIVISOR_STARTS_AT_ZERO,
        frozenset(("ZeroDivisionError",)),
        re.compile(""),
        _zero_from_start,
    ),
    RuntimeRule(
        "runtime.division-by-zero",
        "runtime",
        lessons.DIVISION_BY_ZERO,
        frozenset(("ZeroDivisionError", "InvalidOperation", "DivisionByZero")),
        re.compile(""),
        _zero,
    ),
    RuntimeRule(
        "runtime.date-of-another-form",
        "runtime",
        lessons.DATE_OF_ANOTHER_FORM,
        _VALUE_ERROR,
        re.compile(
            r"time data|unconverted data|[Ii]nvalid isoformat|month must be in|day is out of range"
            r"|hour must be in|minute must be in|second must be in|year .{0,120}out of range"
            r"|is a bad directive"
        ),
        _date,
    ),
    RuntimeRule(
        "runtime.number-too-big",
        "runtime",
        lessons.NUMBER_TOO_BIG,
        frozenset(("OverflowError",)),
        re.compile(""),
        _too_big,
    ),
    RuntimeRule(
        "runtime.file-already-closed",
        "runtime",
        lessons.FILE_ALREADY_CLOSED,
        _VALUE_ERROR,
        re.compile(r"I/O operation on closed file"),
        _closed,
    ),
    RuntimeRule(
        "runtime.value-not-accepted",
        "runtime",
        lessons.VALUE_NOT_ACCEPTED,
        _VALUE_ERROR,
        re.compile(
            r"base must be|arg not in range|[Ss]ample larger|empty range for|negative shift"
            r"|must be (?:>=?|non-?negative|positive|in|between|greater)|not a valid"
            r"|unknown format code|Invalid format|[Uu]nsupported format|substitution|unmatched"
            r"|Exceeds the limit|Single '|embedded null|empty separator|length 1"
            r"|conflicts with class variable"
        ),
        _argument,
    ),
)
