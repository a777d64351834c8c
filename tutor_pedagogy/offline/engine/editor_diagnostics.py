"""Diagnostics of the editor's type checkers and linters, translated into the exceptions that they warn of.

Pyright and Pylance, mypy, ruff and pyflakes each word their warnings differently. A warning is turned into the crash
that would follow, so that the rule, place and lesson of that exception are found for it.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.crash import Crash

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Program
    from tutor_protocol import Diagnostic

_WORST_IGNORED_SEVERITY = 3
"""The LSP 3.17 DiagnosticSeverity from which on diagnostics are ignored: information and hints are about style."""

_UNSUPPORTED = "unsupported operand type(s) for {s}: '{d}' and '{a}'"
_NO_ATTRIBUTE = "'{d}' object has no attribute '{a}'"
_REPORTS: dict[str, dict[str, str]] = {
    "NameError": {
        r'^"<a>" is not defined|^undefined name [`\'"]<b>|^name "<c>" is not defined': "name '{a}' is not defined",
    },
    "UnboundLocalError": {
        r'^"<a>" is (?:possibly )?unbound|^local variable [`\']<b>[`\'].*(?:before assignment|without)': (
            "cannot access local variable '{a}' where it is not associated with a value"
        ),
    },
    "AttributeError": {
        r'^"<a>" is not a known (?:attribute|member) of "None"': "'NoneType' object has no attribute '{a}'",
        r'^"<a>" is not a known (?:attribute|member) of module "(?P<d>[\w.]+)"': "module '{d}' has no attribute '{a}'",
        r'^cannot access (?:attribute|member) "<a>" for (?:class|type) "(?:type\[)?<d>': _NO_ATTRIBUTE,
        r'^"<d>(?:\[.*\])?" has no attribute "<a>"': _NO_ATTRIBUTE,
    },
    "TypeError": {
        r'^operator "(?P<s>[<>]=?)" not supported for types "<d>.*?" and "<a>': (
            "'{s}' not supported between instances of '{d}' and '{a}'"
        ),
        r'^operator "\S+" not supported for "None"': "unsupported operand type(s) for +: 'NoneType' and 'int'",
        r'^operator "\+=?" not supported for types "(?P<d>str|list|tuple).*?" and "<a>': (
            'can only concatenate {d} (not "{a}") to {d}'
        ),
        r'^operator "(?P<s>\S+?)=?" not supported for types "<d>.*?" and "<a>': _UNSUPPORTED,
        r'^unsupported operand types for (?P<s>\S+) \("<d>.*?" and "<a>': _UNSUPPORTED,
        r'^object of type "None" is not subscriptable': "'NoneType' object is not subscriptable",
        r'^object of type "None" cannot be used as iterable|^"None" is not iterable': (
            "'NoneType' object is not iterable"
        ),
        r'^"__getitem__" method not defined on type "<a>': "'{a}' object is not subscriptable",
        r'^"__setitem__" method not defined on type "<a>': "'{a}' object does not support item assignment",
        r'^"<a>" is not iterable': "'{a}' object is not iterable",
        r'^(?:object|expression) of type "<a>" (?:is not callable|cannot be called)|^"<b>" not callable': (
            "'{a}' object is not callable"
        ),
        r'^arguments? missing for parameters? "<a>"': "{f}() missing 1 required positional argument: '{a}'",
        r"^expected (?P<a>\d+) positional arguments?": "{f}() takes {a} positional arguments but more were given",
        r'^no parameter named "<a>"': "{f}() got an unexpected keyword argument '{a}'",
    },
    "ModuleNotFoundError": {r'^import "(?P<a>[\w.]+)" could not be resolved': "No module named '{a}'"},
    "ImportError": {r'^"<a>" is unknown import symbol': "cannot import name '{a}' from 'this module'"},
}
"""The patterns of diagnostics, each with CPython's message, by the exception that the diagnostics warn of.

`<a>` to `<d>` in a pattern stand for named groups that match one word.
"""
_WORDS = [
    (re.compile(re.sub(r"(?<!P)<([a-d])>", r"(?P<\1>\\w++)", pattern), re.IGNORECASE), exception, message)
    for exception, reports in _REPORTS.items()
    for pattern, message in reports.items()
]
_ONLY_AT_CURSOR = frozenset(("ModuleNotFoundError", "ImportError"))
"""Exceptions that only count on the cursor's line, because the checker may use another Python environment."""
_PLAIN_TYPES = {"None": "NoneType", "LiteralString": "str"}
_LITERAL = re.compile(r"Literal\[(?P<quote>['\"])?[^\]\n]*+(?P<closed>\])?")


def foresee(diagnostics: tuple[Diagnostic, ...], program: Program) -> Crash | None:
    """Return the crash that the most important diagnostic warns of: one on the cursor's line, else the most severe."""
    here = program.cursor_line
    serious = [d for d in diagnostics if d.severity < _WORST_IGNORED_SEVERITY]
    for diagnostic in sorted(serious, key=lambda d: (d.line + 1 != here, d.severity, d.line, d.character)):
        crash = _as_crash(diagnostic, program)
        if crash is not None and (crash.line == here or crash.exception not in _ONLY_AT_CURSOR):
            return crash
    return None


def _literal_type(literal: re.Match[str]) -> str:
    """Return the type name, `str` or `int`, for `Literal[…]`. A literal without a closing bracket stays unchanged."""
    if not literal["closed"]:
        return literal[0]
    return "str" if literal["quote"] else "int"


def _as_crash(diagnostic: Diagnostic, program: Program) -> Crash | None:
    line = diagnostic.line + 1
    text = program.line(line)
    if not text.strip():
        return None
    reported = _LITERAL.sub(_literal_type, diagnostic.message)
    for pattern, exception, message in _WORDS:
        match = pattern.match(reported)
        if match is None:
            continue
        groups = {name: value for name, value in match.groupdict().items() if value is not None}
        words = {name: _PLAIN_TYPES.get(value, value) for name, value in groups.items()}
        words.setdefault("a", words.get("b") or words.get("c") or "")
        words["f"] = _called(program, line)
        shift = len(program.margin)
        start, end = max(diagnostic.character - shift, 0), max(diagnostic.end_character - shift, 0)
        marks = (start, end) if diagnostic.end_line == diagnostic.line and start < end <= len(text) else None
        return Crash(exception, message.format_map(words), line, marks=marks, carets=marks)
    return None


def _called(program: Program, line: int) -> str:
    """Return the name of a function called on a line, preferably the student's, for diagnostics that omit it."""
    called = [
        node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        for node in program.nodes
        if isinstance(node, ast.Call) and node.lineno == line and isinstance(node.func, ast.Name | ast.Attribute)
    ]
    own = [name for name in called if name in program.functions]
    return next(iter(own or called), "the function")
