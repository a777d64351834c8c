"""Find every regular expression of the product: those compiled by imports, and those inside functions."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import FrameType

ROOT = Path(__file__).parents[2]
PACKAGES = ("tutor_protocol", "tutor_pedagogy", "tutor_analysis", "tutor_lsp", "tutor_server")
MARK = "# linear: "
"""The mark of a comment beside a pattern. Its text states why the pattern is fast enough for every text."""

_UNKNOWN = "(?:word|another)"
"""The placeholder for a part of a pattern that is only known at run time."""
_ANCHORED = {"match", "fullmatch"}
_CALLS = {"compile", "search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn"}


@dataclass(frozen=True)
class Pattern:
    """A regular expression with its place in the code and its use."""

    path: str
    line: int
    text: str | bytes
    flags: int
    searches: bool
    whole: bool
    reason: str | None
    """The reason that the comment beside the pattern states for an exemption from the check, or None."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text!r}"


def product_patterns() -> list[Pattern]:
    """Return every pattern of the product, once for each place."""
    sources = {module: _Source(module) for package in PACKAGES for module in _files(package)}
    usage = _Usage(sources)
    found: dict[tuple[str, int, str | bytes, int], Pattern] = {}
    for path, line, text, flags in _compiled_by_import(sources):
        source = sources[path]
        searches, whole = usage.of(source, line)
        found.setdefault(
            (str(path), line, text, flags), source.pattern(line, text, flags, searches=searches, whole=whole)
        )
    for source in sources.values():
        for pattern in source.in_functions():
            found.setdefault((str(source.path), pattern.line, pattern.text, pattern.flags), pattern)
    return list(found.values())


def _files(package: str) -> list[Path]:
    return sorted(path for path in (ROOT / package).rglob("*.py"))


def _compiled_by_import(sources: dict[Path, _Source]) -> list[tuple[Path, int, str | bytes, int]]:
    """Import every module of the product, and return the patterns that are compiled by that.

    Patterns of modules that are already loaded are missing.
    """
    found: list[tuple[Path, int, str | bytes, int]] = []
    original = re._compile  # type: ignore[attr-defined] # typeshed does not declare this private function

    def noting(pattern: Any, flags: Any) -> Any:
        if isinstance(pattern, (str, bytes)):
            frame: FrameType | None = sys._getframe(1)
            while frame is not None and frame.f_globals.get("__name__") == "re":
                frame = frame.f_back
            if frame is not None and Path(frame.f_code.co_filename) in sources:
                # If a function compiles a table of patterns, use the line on which the module calls the function.
                while frame is not None and frame.f_code.co_name != "<module>":
                    frame = frame.f_back
                if frame is not None and (path := Path(frame.f_code.co_filename)) in sources:
                    found.append((path, frame.f_lineno, pattern, int(flags)))
        return original(pattern, flags)

    re._compile = noting  # type: ignore[attr-defined] # typeshed does not declare this private function
    try:
        for package in PACKAGES:
            for module in pkgutil.walk_packages([str(ROOT / package)], f"{package}."):
                if not module.name.endswith("__main__"):
                    importlib.import_module(module.name)
    finally:
        re._compile = original  # type: ignore[attr-defined] # typeshed does not declare this private function
    return found


class _Source:
    """A source file of the product."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_text()
        self.lines = self.text.splitlines()
        self.tree = ast.parse(self.text)
        for node in ast.walk(self.tree):
            for child in ast.iter_child_nodes(node):
                child.parent = node  # type: ignore[attr-defined] # syntax tree nodes get this additional attribute here

    @property
    def module(self) -> str:
        return ".".join(self.path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")

    def pattern(self, line: int, text: str | bytes, flags: int, *, searches: bool, whole: bool) -> Pattern:
        return Pattern(
            str(self.path.relative_to(ROOT)),
            line,
            text,
            flags,
            searches=searches,
            whole=whole,
            reason=self._reason(line),
        )

    def statement(self, line: int) -> ast.stmt | None:
        """Return the smallest statement that contains a line."""
        holding = [
            node
            for node in ast.walk(self.tree)
            if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno)
        ]
        return min(holding, key=lambda node: (node.end_lineno or 0) - node.lineno, default=None)

    def _reason(self, line: int) -> str | None:
        expression = [
            node
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Call) and node.lineno <= line <= (node.end_lineno or node.lineno)
        ]
        first, last = line, line
        if expression:
            smallest = min(expression, key=lambda node: (node.end_lineno or 0) - node.lineno)
            first, last = smallest.lineno, smallest.end_lineno or line
        statement = self.statement(line)
        above = {first, statement.lineno if statement is not None else first}
        beside = self.lines[first - 1 : last]
        for number in above:
            while number > 1 and self.lines[number - 2].lstrip().startswith("#"):
                number -= 1  # noqa: PLW2901 - the inner loop moves to the line above until the block of comments ends
                beside.append(self.lines[number - 1])
        return next((text.split(MARK, 1)[1].strip() for text in beside if MARK in text), None)

    def in_functions(self) -> list[Pattern]:
        """Return the patterns that functions compile or use at run time."""
        found = []
        for node in ast.walk(self.tree):
            if not (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "re"
                and node.func.attr in _CALLS
                and node.args
            ):
                continue
            if not self._runs_later(node):
                continue
            text = self._evaluate(node.args[0])
            if not isinstance(text, (str, bytes)):
                continue
            try:
                re.compile(text)
            except re.error:
                text = text.replace(_UNKNOWN, "x") if isinstance(text, str) else text
            place = {"compile": 1, "sub": 4, "subn": 4, "split": 3}.get(node.func.attr, 2)
            flags = self._evaluate(node.args[place]) if len(node.args) > place else 0
            for keyword in node.keywords:
                if keyword.arg == "flags":
                    flags = self._evaluate(keyword.value)
            method = node.func.attr
            parent = node.parent  # type: ignore[attr-defined] # `__init__` has added this attribute
            if method == "compile" and isinstance(parent, ast.Attribute):
                method = parent.attr
            found.append(
                self.pattern(
                    node.lineno,
                    text,
                    int(flags if isinstance(flags, int) else 0),
                    searches=method not in _ANCHORED,
                    whole=method == "fullmatch",
                )
            )
        return found

    def _runs_later(self, node: ast.AST) -> bool:
        while (parent := getattr(node, "parent", None)) is not None:
            if isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)) and node in (
                parent.body if isinstance(parent.body, list) else [parent.body]
            ):
                return True
            node = parent
        return False

    def _evaluate(self, expression: ast.expr) -> Any:
        """Return the value of a constant expression, with placeholders for the parts known only at run time."""
        known = vars(sys.modules[self.module])
        if isinstance(expression, ast.JoinedStr):
            return "".join(
                str(part.value) if isinstance(part, ast.Constant) else self._formatted(part.value)  # type: ignore[attr-defined] # every other part of an f-string has a `value`
                for part in expression.values
            )
        if isinstance(expression, ast.BinOp) and isinstance(expression.op, ast.Add):
            left, right = self._evaluate(expression.left), self._evaluate(expression.right)
            return left + right
        try:
            return eval(compile(ast.Expression(expression), "pattern", "eval"), dict(known))  # noqa: S307 - the expression is from our own source
        except NameError:
            return _UNKNOWN

    def _formatted(self, expression: ast.expr) -> str:
        found = self._evaluate(expression)
        return str(found) if isinstance(found, (str, int)) else _UNKNOWN


class _Usage:
    """The methods by which each compiled pattern is used, anywhere in the product."""

    def __init__(self, sources: dict[Path, _Source]) -> None:
        self.methods: dict[tuple[str, str], set[str]] = {}
        for source in sources.values():
            origin = {
                alias.asname or alias.name: (node.module or "", alias.name)
                for node in ast.walk(source.tree)
                if isinstance(node, ast.ImportFrom)
                for alias in node.names
            }
            for node in ast.walk(source.tree):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                    self.methods.setdefault(origin.get(node.id, (source.module, node.id)), set()).add(_method(node))
                elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                    module = origin.get(node.value.id)
                    if module:
                        self.methods.setdefault((".".join(module), node.attr), set()).add(_method(node))

    def of(self, source: _Source, line: int) -> tuple[bool, bool]:
        """Return whether the pattern on a line is searched for, and whether it must match the whole text."""
        statement = source.statement(line)
        target = None
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            target = statement.targets[0].id
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            target = statement.target.id
        used = self.methods.get((source.module, target or ""), set()) - {"pattern"}
        if not used or not used <= _ANCHORED:
            return True, False
        return False, used == {"fullmatch"}


def _method(node: ast.expr) -> str:
    parent = node.parent  # type: ignore[attr-defined] # `__init__` has added this attribute
    if isinstance(parent, ast.Subscript) and parent.value is node:
        node, parent = parent, parent.parent  # type: ignore[attr-defined] # `__init__` has added this attribute
    return parent.attr if isinstance(parent, ast.Attribute) and parent.value is node else "?"
