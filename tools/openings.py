"""Check the first words of docstrings and comments: `python -m tools.openings [docstrings] [nouns]`.

`docstrings`: no docstring of a function opens with a verb that does not say what the function does, such as "Give".
`nouns`: no docstring and no comment opens with words that stand in place of a noun, such as "Whoever".
Without an argument, both are checked. `docs/style.md` lists the wordings to use instead.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("benchmarks", "migrations", "testing", "tests", "tools")
PACKAGES = "tutor_*"
# Programs of students are exempt, because students do not follow the project's style.
EXEMPT = re.compile(r"/(?:vscode_classroom|node_modules|neovim_programs|vscode_programs)/")
VAGUE_VERB = re.compile(r"(?:Gives?|Tells? whether|Says?)\b")
STANDS_FOR_A_NOUN = re.compile(r"(?:What (?:is|are|was|were)|Who|Whoever|Whatever)\b")


class Finding(NamedTuple):
    """A docstring or comment with an opening that is not allowed, and its line."""

    line: int
    opening: str


def vague_docstrings(source: str) -> Iterator[Finding]:
    """Yield the docstrings of functions that open with a verb that does not say what the function does."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found = VAGUE_VERB.match(ast.get_docstring(node) or "")
            if found:
                yield Finding(node.body[0].lineno, found[0])


def avoided_nouns(source: str) -> Iterator[Finding]:
    """Yield the docstrings and comments that open with words in place of a noun."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            found = STANDS_FOR_A_NOUN.match(ast.get_docstring(node) or "")
            if found:
                yield Finding(node.body[0].lineno, found[0])
    after_comment = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            row = token.start[0]
            found = STANDS_FOR_A_NOUN.match(token.string.lstrip("#: "))
            # A comment directly below another one continues that one, so its first words are no opening.
            if found and row != after_comment:
                yield Finding(row, found[0])
            after_comment = row + 1


CHECKS: dict[str, tuple[Callable[[str], Iterator[Finding]], str]] = {
    "docstrings": (vague_docstrings, "name the action: Return, Yield, Raise, Build, Check, Write; “Return whether …”"),
    "nouns": (avoided_nouns, "name the thing or the person: the client, the student, the worker, the value"),
}


def sources() -> Iterator[Path]:
    """Yield the Python files of the product, its tests, benchmarks and tools."""
    folders = [*sorted(ROOT.glob(PACKAGES)), *(ROOT / name for name in FOLDERS)]
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            if not EXEMPT.search(path.as_posix()):
                yield path


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the named checks. Return 1 if one of them finds something, else 0."""
    names = (sys.argv[1:] if arguments is None else arguments) or CHECKS
    status = 0
    for path in sources():
        source = path.read_text(encoding="utf-8")
        for name in names:
            find, advice = CHECKS[name]
            for line, opening in find(source):
                print(f"{path.relative_to(ROOT)}:{line}: opens with “{opening}”; {advice}")
                status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
