"""Reports of failing tests: the first failure of pytest, unittest, doctest or a plain `assert`, read by its parts."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import Any

from tutor_pedagogy.problem.syntax_tree import syntax_tree

_NOT_PARSED = (SyntaxError, ValueError, MemoryError, RecursionError, TypeError)
_MOST_LINES = 12
"""The maximum number of lines that one assertion is read from."""
_MOST_SPLITS = 20
_DOCTEST = re.compile(r"(?m)^Failed example:\n(?P<call>(?:[ \t]+\S[^\n]*\n)+)Expected(?P<rest> nothing\n|:\n)")
_GOT = re.compile(r"(?m)^Got(?: nothing$|:\n)")
_RULER = re.compile(
    r"(?m)^(?:={40,}|\*{40,}|_{3,} [^\n]{1,200} _{3,}|=+ short test summary[^\n]*|-{40,}\nRan \d[^\n]*)$"
)
_STATEMENT = re.compile(r"^[> ][ \t]*(?P<code>assert\b.+|(?:self|cls)\.assert\w+\(.*)$|^(?P<bare>assert\b.+)$")
_OF_UNITTEST = re.compile(r'^ {2}File "(?:[^"\n]{0,300}[/\\])?unittest[/\\]case\.py", line ')
"""The line above a statement of `unittest` itself."""
_MARKS = re.compile(r"^[E ]?[ \t]*[~^]+[ \t]*$")
_RAISED = re.compile(r"(?:E[ \t]++)?+AssertionError:?+[ \t]*+(?P<text>.*)$")
_TRUTH = re.compile(r"^(?P<got>.+) is not (?P<wanted>true|false|None)$")
_EQUALS = (
    *("assertEqual", "assertEquals", "assertAlmostEqual", "assertAlmostEquals", "assertIs"),
    *(f"assert{kind}Equal" for kind in ("List", "Dict", "Set", "Tuple", "Sequence", "MultiLine", "Count")),
)
_CALLED = re.compile(r"(?<!\w)[^\WA-Za-z_]*+([A-Za-z_]\w*+)\s*+\(")
_TRUTHS = {"assertTrue": "True", "assertFalse": "False", "assertIsNone": "None"}


@dataclass(frozen=True, slots=True)
class Report:
    """The first failure of a report: the failing call, the right and the actual result. Unknown parts are None.

    `message` is the text that the assertion adds for people.
    """

    call: str | None = None
    expected: str | None = None
    got: str | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class _Assertion:
    """An assertion's tested expression and its right result as code. `is_first`: the message has the actual first."""

    call: str | None
    expected: str | None
    is_first: bool = True
    is_near: bool = False


def read_report(text: str) -> Report | None:
    """Return the first failure in a report; None if no form of report is recognised."""
    example = _DOCTEST.search(text)
    if example is not None:
        return _of_doctest(text, example)
    lines = _first_failure(text).split("\n")
    found = _asserted(lines)
    if found is None:
        return None
    place, assertion = found
    said = _said(lines[place:])
    got, expected = _compared(said, assertion)
    is_literal = assertion.expected is not None and _is_literal(assertion.expected)
    wanted = assertion.expected if is_literal else expected
    message = next((each for each in said if not each.startswith("assert ")), "")
    return Report(assertion.call, wanted, got, message)


def called_names(call: str) -> list[str]:
    """Return the names of the functions and methods in a call, in the order in which they stand."""
    return _CALLED.findall(call)


def _of_doctest(text: str, example: re.Match[str]) -> Report:
    call = " ".join(line.strip() for line in example["call"].strip().split("\n"))
    rest = _RULER.split(text[example.end() :], maxsplit=1)[0]
    cut = _GOT.search(rest)
    wanted, got = (rest[: cut.start()], rest[cut.end() :]) if cut is not None else (rest, "")
    expected = _unindented(wanted) if "nothing" not in example["rest"] else "None"
    came = "None" if cut is not None and "nothing" in cut.group() else _unindented(got)
    return Report(call if re.search(r"\w\(", call) else None, expected or None, came or None)


def _unindented(text: str) -> str:
    lines: list[str] = []
    for line in text.strip("\n").split("\n"):
        if not line.startswith((" ", "\t")):
            break
        lines.append(line.strip())
    return "\n".join(lines)


def _first_failure(text: str) -> str:
    """Return the part of a report about its first failed assertion; the whole text if it has no parts."""
    parts = _RULER.split(text)
    return next((part for part in parts if "AssertionError" in part or re.search(r"(?m)^E +assert ", part)), text)


def _asserted(lines: list[str]) -> tuple[int, _Assertion] | None:
    """Return the last readable assertion above the first error, and the number of the line behind it."""
    last = next((n for n, line in enumerate(lines) if _is_error(line)), len(lines))
    for start in range(last - 1, -1, -1):
        found = _STATEMENT.match(lines[start])
        if found is None or (start and _OF_UNITTEST.match(lines[start - 1])):
            continue
        parts = [found["code"] or found["bare"]]
        for end in range(start + 1, min(last, start + _MOST_LINES) + 1):
            tree = _parsed("\n".join(parts))
            if tree is not None:
                assertion = _of_assertion(tree)
                return (end, assertion) if assertion is not None else None
            if end < last and not _MARKS.match(lines[end]):
                parts.append(lines[end].lstrip("> "))
        return None
    return None


def _is_error(line: str) -> bool:
    return bool(_RAISED.match(line)) or line.startswith("E  ")


def _parsed(code: str) -> ast.stmt | None:
    try:
        return syntax_tree(code.strip()).body[0]
    except (*_NOT_PARSED, IndexError):
        return None


def _of_assertion(tree: ast.stmt) -> _Assertion | None:
    match tree:
        case ast.Assert(test=test):
            return _of_test(test)
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr=name), args=[first, *_])) if name in _TRUTHS:
            return _Assertion(_call(first), _TRUTHS[name])
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr=name), args=[first, second, *_])) if name in _EQUALS:
            return _of_pair(first, second)
    return None


def _of_test(test: ast.expr) -> _Assertion | None:
    match test:
        case ast.Compare(left=left, ops=[ast.Eq() | ast.Is()], comparators=[right]):
            return _of_pair(left, right)
        case ast.UnaryOp(op=ast.Not(), operand=tested):
            return _Assertion(_call(tested), "False")
        case (
            ast.Compare(
                left=ast.Call(func=ast.Name(id="abs"), args=[ast.BinOp(left=left, op=ast.Sub(), right=right)]),
                ops=[ast.Lt() | ast.LtE()],
            )
            | ast.Call(func=ast.Attribute(attr="isclose" | "allclose" | "array_equal"), args=[left, right, *_])
        ):
            found = _of_pair(left, right)
            return _Assertion(found.call, found.expected, found.is_first, is_near=True)
        case ast.Call():
            return _Assertion(ast.unparse(test), "True")
    return None


def _of_pair(left: ast.expr, right: ast.expr) -> _Assertion:
    """Return the assertion that two expressions are equal. The right result is the literal, else the second one."""
    is_first = not _is_constant(left) or _is_constant(right)
    if not _is_constant(left) and not _is_constant(right):
        is_first = isinstance(left, ast.Call) or not isinstance(right, ast.Call)
    tested, wanted = (left, right) if is_first else (right, left)
    match wanted:
        case ast.Call(func=ast.Name(id="approx") | ast.Attribute(attr="approx"), args=[value, *_]):
            wanted = value
    return _Assertion(_call(tested), ast.unparse(wanted), is_first)


def _call(node: ast.expr) -> str | None:
    """Return the call that an expression consists of or holds in an index or an attribute; else None."""
    inner = node
    while isinstance(inner, ast.Subscript | ast.Attribute):
        inner = inner.value
    return ast.unparse(node) if isinstance(inner, ast.Call) else None


def _is_constant(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except _NOT_PARSED:
        return isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "approx"
    return True


def _said(lines: list[str]) -> list[str]:
    """Return what the failure says: the message of its `AssertionError`, and pytest's `assert` with the values."""
    said: list[str] = []
    for line in lines:
        raised = _RAISED.match(line)
        if raised is not None:
            said.append(raised["text"].strip())
        elif line.startswith("E  ") and line[1:].strip().startswith("assert "):
            said.append(line[1:].strip())
    return said


def _compared(said: list[str], assertion: _Assertion) -> tuple[str | None, str | None]:
    """Return the actual and the right result that a failure's own words compare; None for each that is not told."""
    for each in said:
        truth = _TRUTH.match(each.partition(" : ")[0])
        if truth is not None and assertion.expected in _TRUTHS.values():
            return truth["got"], assertion.expected
        if each.startswith("assert "):
            pair = _split(each[7:], " == ") or _split(each[7:], " is ")
        else:
            pair = _split(_without_head(each), " != ")
        if pair is not None:
            return pair if assertion.is_first else (pair[1], pair[0])
        if each.startswith("assert ") and not assertion.is_near and assertion.expected in ("True", "False"):
            value = each[7:].removeprefix("not ")
            if _is_literal(value):
                return value, assertion.expected
    return None, None


def _without_head(text: str) -> str:
    return re.sub(r"^(?:Lists|Tuples|Sets|Dicts|Sequences) differ: ", "", text)


def _split(text: str, symbol: str) -> tuple[str, str] | None:
    """Return the two values around a comparison's symbol, the text behind them left out; None if none are read."""
    at = text.find(symbol)
    for _ in range(_MOST_SPLITS):
        if at < 0:
            break
        left, right = text[:at].strip(), text[at + len(symbol) :].strip()
        for tail in (" : ", " ± ", " within "):
            right = right if _is_literal(right) else right.partition(tail)[0]
        if _is_value(left) and _is_value(right):
            return left, right
        at = text.find(symbol, at + 1)
    return None


def _is_value(text: str) -> bool:
    """Return whether a text shows a whole value: a literal, an empty set, or an object in angle brackets."""
    return _is_literal(text) or text == "set()" or (text.startswith("<") and text.endswith(">"))


def _is_literal(text: str) -> bool:
    try:
        return not _is_cut(ast.literal_eval(text))
    except _NOT_PARSED:
        return False


def _is_cut(value: Any) -> bool:
    """Return whether a value is shown with dots in place of items."""
    return value is ... or (isinstance(value, list | tuple | set) and ... in value)
