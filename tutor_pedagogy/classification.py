"""Classify the error that a student asks about: a syntax error, a run-time error, wrong behaviour, or none known."""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.purposes.other_language.foreign import foreign_language
from tutor_pedagogy.offline.purposes.questions import kind_of_question
from tutor_pedagogy.problem.syntax_tree import COMPILED, syntax_tree

if TYPE_CHECKING:
    from tutor_protocol import Diagnostic, ErrorType, Submission

_MAX_COMPILED_BYTES = 64 * 1024
"""The maximum size of code that is compiled. Longer code is classified without compiling it."""

_MOST_LAMBDAS = 100
"""The maximum number of lambdas in code that is compiled from text. Other code is compiled from its syntax tree.

CPython takes quadratic time for the text of nested lambdas, but refuses a deeply nested syntax tree at once.
"""

_MAX_TRACEBACK_CHARACTERS = 64 * 1024
"""The maximum number of characters of a traceback that are read, at its end, which names the exception."""

_SYNTAX_ERRORS = frozenset({"SyntaxError", "IndentationError", "TabError"})

_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_FRAME = re.compile(r'[ \t|]+File "|-+> *\d|\s*(?:\+ )?(?:Exception Group )?Traceback \(most recent call last\)')
_EXCEPTION = re.compile(r"(?:E   +|[ \t]*\| )?(?P<path>[^\W\d]\w*(?:\.[^\W\d]\w*)*)(?::(?: |$)|\s*$| \(note:)")
_EXCEPTION_NAME = re.compile(r"\b(?:[A-Z]\w*(?:Error|Exception|Interrupt|Group)|StopIteration|StopAsyncIteration)\b")
_FAILING_TEST = re.compile(
    r"^E   +assert\b|^FAILED \S+|^FAIL: |^Failed example:|^Expected:?$|^Failed: "
    r"|\bexpected\b.{0,200}\b(?:got|but|actual|was|received)\b|\bgot\b.{0,200}\b(?:expected|instead of)\b"
    r"|\b\d+ (?:tests? )?failed\b|\bassert(?:ion)? failed\b|\bwrong (?:answer|output|result)\b",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)

_SYNTAX_CODES = re.compile(
    r"invalid-syntax|syntax-error|syntax|parse-error|E999|E90[12]|E0001|F62[12]|F70[1-7]|F831", re.IGNORECASE
)
_SYNTAX_MESSAGE = re.compile(
    r"\s*(?:(?:Syntax|Indentation|Tab)Error\b|invalid syntax|unexpected indent|unindent does not match"
    r"|expected an indented block|unterminated |unexpected EOF)",
    re.IGNORECASE,
)
_PYRIGHT_SOURCES = frozenset({"pylance", "pyright", "basedpyright"})
"""Diagnostic sources that put a rule name into `code`, except for syntax errors, which have an empty `code`."""

_RUNTIME_CODES = re.compile(
    # These are codes of pyflakes, Ruff and flake8: undefined names, and formats that do not fit their values.
    r"F82[123]|F50[1-9]|F52[1-5]"
    # These are codes of pylint: names, imports, members and calls.
    r"|E04\d\d|E06\d\d|E11\d\d|E13\d\d"
    r"|undefined-variable|used-before-assignment|possibly-used-before-assignment|no-member|import-error"
    r"|no-name-in-module|not-callable|no-value-for-parameter|too-many-function-args|unexpected-keyword-arg"
    r"|unsubscriptable-object|not-an-iterable|unsupported-\w+(?:-\w+)*"
    # These are codes of mypy.
    r"|name-defined|attr-defined|union-attr|call-arg|call-overload|arg-type|operator|index|used-before-def"
    r"|possibly-undefined|import-not-found|import"
    # These are codes of pyright.
    r"|report(?:UndefinedVariable|Unbound\w*|PossiblyUnbound\w*|AttributeAccessIssue|Optional\w+|CallIssue"
    r"|ArgumentType|IndexIssue|OperatorIssue|MissingImports|GeneralTypeIssues|SelfClsParameterName"
    r"|AbstractUsage|TypedDictNotRequiredAccess|Unhashable|FunctionMemberAccess)"
    # These are codes of ty.
    r"|unresolved-(?:reference|attribute|import)|possibly-unbound\w*|possibly-unresolved-reference|call-non-callable"
    r"|missing-argument|too-many-positional-arguments|unknown-argument|invalid-argument-type|non-subscriptable"
    r"|not-iterable|index-out-of-bounds|division-by-zero"
)
_RUNTIME_MESSAGE = re.compile(
    r"\bundefined (?:name|variable)\b|\bis not defined\b|\breferenced before assignment\b|\bis possibly unbound\b"
    r"|\bis unbound\b|\bcould not be resolved\b|\bhas no (?:attribute|member)\b|\bdivision by zero\b",
    re.IGNORECASE,
)
_NOT_ABOUT_A_MISTAKE = frozenset(("explain", "start", "check", "improve"))
_WARNING = 2
"""The maximum number of an LSP 3.17 `DiagnosticSeverity` that counts as an error: warnings do, hints do not."""

_BEHAVIOUR = re.compile(
    r"\b(?:wrong|incorrect|unexpected|instead|expect\w*|should(?:n'?t)?|suppose[ds]?|output\w*|outcome|answer|results?"
    r"|returns|returning|returned|prints?|printing|gives?|giving|gets?|getting|shows?|displays?|behav\w+|fail\w*|pass(?:es|ing)?"
    r"|stuck|loops?|looping|forever|infinite\w*|never|nothing|always|bugs?|broken|breaks?|works?|working|happen\w*|fix"
    r"|mistake|problem|same|off by one|too (?:many|few|much|big|small|large|high|low)|not (?:right|correct)|why)\b",
    re.IGNORECASE,
)


def classify(submission: Submission) -> ErrorType:
    """Return the type of error by the most reliable source: traceback, diagnostics, code, then question.

    The code is compiled and never run. An `AssertionError` or the report of a failing test means wrong behaviour,
    "logic". Code in another language, and a question that is not about a mistake, are of no type. Never raises.
    """
    compiles = _compiles(submission)
    if foreign_language(submission.code, submission.language, parses=compiles) is not None:
        return "none"
    return (
        (_of_traceback(submission.traceback) if submission.traceback else None)
        or _of_diagnostics(submission.diagnostics, "syntax")
        or ("syntax" if not compiles else None)
        or _of_diagnostics(submission.diagnostics, "runtime")
        or _of_question(submission.question or "")
        or "none"
    )


def _of_traceback(traceback: str) -> ErrorType | None:
    text = _ANSI.sub("", traceback[-_MAX_TRACEBACK_CHARACTERS:])
    name = _exception(text.splitlines())
    if name is not None:
        return _of_exception(name)
    return "logic" if _FAILING_TEST.search(text) else None


def _of_exception(name: str) -> ErrorType:
    if name in _SYNTAX_ERRORS:
        return "syntax"
    return "logic" if name == "AssertionError" else "runtime"


def _exception(lines: list[str]) -> str | None:
    """Return the name of the exception that ended the program, or None.

    It is the first name after the traceback's last frame. Without one, it is the last exception name in the text.
    """
    frames = [number for number, line in enumerate(lines) if _FRAME.match(line)]
    if frames:
        margin = _margin(lines[frames[-1]])
        for line in lines[frames[-1] + 1 :]:
            name = _named(line.lstrip() if _margin(line) < margin else line)
            if name is not None and not name.endswith("Warning"):
                return name
    named = [name for name in map(_named, lines) if name is not None and _EXCEPTION_NAME.fullmatch(name)]
    return named[-1] if named else None


def _margin(line: str) -> int:
    return len(line) - len(line.lstrip())


def _named(line: str) -> str | None:
    match = _EXCEPTION.match(line)
    return match["path"].rpartition(".")[2] if match else None


def _of_diagnostics(diagnostics: tuple[Diagnostic, ...], kind: ErrorType) -> ErrorType | None:
    return kind if any(_of_diagnostic(diagnostic) == kind for diagnostic in diagnostics) else None


def _of_diagnostic(diagnostic: Diagnostic) -> ErrorType | None:
    if diagnostic.severity > _WARNING:
        return None
    unnamed_rule = diagnostic.source.lower() in _PYRIGHT_SOURCES and not diagnostic.code and diagnostic.severity == 1
    if unnamed_rule or _SYNTAX_CODES.fullmatch(diagnostic.code) or _SYNTAX_MESSAGE.match(diagnostic.message):
        return "syntax"
    if _RUNTIME_CODES.fullmatch(diagnostic.code) or _RUNTIME_MESSAGE.search(diagnostic.message):
        return "runtime"
    return None


def _compiles(submission: Submission) -> bool:
    """Return whether the code compiles. Code that is too long or too deeply nested to be compiled counts as correct.

    A part of a larger document is only parsed, because its `return` may belong to a function around it.
    """
    code = submission.code
    if len(code.encode("utf-8", "surrogatepass")) > _MAX_COMPILED_BYTES:
        return True
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT if submission.kind == "cell" else 0
    if submission.kind == "cell":
        code = _without_magics(code)
    try:
        if submission.first_line and submission.kind != "cell":
            syntax_tree(textwrap.dedent(code))
            return True
        source = syntax_tree(code, flags) if code.count("lambda") > _MOST_LAMBDAS else code
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source, "<submission>", "exec", flags=flags, dont_inherit=True)
        COMPILED.keep(code, flags, answer=True)
    except SyntaxError:
        return False
    except ValueError:  # `compile` raises it for NUL characters and lone surrogates.
        return False
    except (MemoryError, RecursionError, SystemError):
        return True
    return True


def _without_magics(code: str) -> str:
    """Return a cell with its `%magic`, `!command` and `name?` lines (IPython) blank, or "" for a `%%magic` cell."""
    if code.lstrip().startswith("%%"):
        return ""
    return re.sub(r"(?m)^[ \t]*(?:[%!?].*|[\w.]+\?{1,2}[ \t]*)$", "", code)


def _of_question(question: str) -> ErrorType | None:
    """Return the type of error that the student's question names or describes."""
    name = _exception(question.splitlines())
    if name is None:
        mentioned = _EXCEPTION_NAME.findall(question)
        name = mentioned[-1] if mentioned else None
    if name is not None:
        return _of_exception(name)
    if kind_of_question(question) in _NOT_ABOUT_A_MISTAKE:
        return None
    return "logic" if _BEHAVIOUR.search(question) or _FAILING_TEST.search(question) else None
