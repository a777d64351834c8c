"""Find the tests of a student's file: those of its exercise, else those beside it, else its own examples."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tutor_pedagogy.problem.syntax_tree import syntax_tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

Kind = Literal["pytest", "unittest", "doctest", "cases"]

MAX_FILE_BYTES = 256 * 1024
MAX_CASES = 200
CASES_FOLDER = "cases"
_NOT_PARSED = (SyntaxError, ValueError, MemoryError, RecursionError)


@dataclass(frozen=True, slots=True)
class FoundTests:
    """Files with tests of one kind. For `cases` they are the input files."""

    kind: Kind
    files: tuple[Path, ...]


def program_of(path: Path) -> Path:
    """Return the program that a file of tests is about, if it lies beside it, else the file itself."""
    if path.stem.startswith("test_"):
        program = path.with_name(path.name.removeprefix("test_"))
    elif path.stem.endswith("_test"):
        program = path.with_name(f"{path.stem.removesuffix('_test')}{path.suffix}")
    else:
        return path
    return program if program.is_file() else path


def find_tests(program: Path, of_exercise: Sequence[Path] = ()) -> list[FoundTests]:
    """Return the tests of a program, at an absolute path. The list is empty if there are none.

    `of_exercise` are the files of tests that its exercise names; those that do not exist do not count. Without them,
    `test_NAME.py` and `NAME_test.py` beside the program are taken with its cases, and without those its doctests.
    """
    named = [path for path in of_exercise if path.is_file()]
    beside = [program.with_name(f"test_{program.name}"), program.with_name(f"{program.stem}_test{program.suffix}")]
    files = named or [path for path in beside if path.is_file()]
    if not files and program_of(program) == program and _is_test_file(program):
        files = [program]
    cases = [path for path in named if path.suffix == ".in"] if named else list(_cases_of(program))
    found = list(_by_kind(path for path in files if path.suffix not in {".in", ".out"}))
    complete = [path for path in cases if path.with_suffix(".out").is_file()]
    if complete:
        found.append(FoundTests("cases", tuple(sorted(complete)[:MAX_CASES])))
    if not found and not files and _has_examples(program):
        found.append(FoundTests("doctest", (program,)))
    return found


def _is_test_file(path: Path) -> bool:
    return path.stem.startswith("test_") or path.stem.endswith("_test")


def _cases_of(program: Path) -> Iterator[Path]:
    """Yield the inputs of a program: `NAME.in` and `NAME.….in` beside it, and those in the folder `cases`.

    `cases/NAME` holds those of one program if several programs share the folder.
    """
    for path in program.parent.glob(f"{_escaped(program.stem)}*.in"):
        rest = path.stem.removeprefix(program.stem)
        if not rest or not rest[0].isalnum():
            yield path
    folder = program.parent / CASES_FOLDER
    own = folder / program.stem
    yield from (own if own.is_dir() else folder).glob("*.in")


def _escaped(name: str) -> str:
    return "".join(f"[{character}]" if character in "*?[" else character for character in name)


def _by_kind(files: Iterable[Path]) -> Iterator[FoundTests]:
    by_kind: dict[Kind, list[Path]] = {}
    for path in files:
        by_kind.setdefault(_kind_of(path), []).append(path)
    for kind, paths in by_kind.items():
        yield FoundTests(kind, tuple(paths))


def _kind_of(path: Path) -> Kind:
    """Return the kind of tests in a file, which is not run. pytest or unittest tells why a file cannot be parsed."""
    if path.suffix not in {".py", ".pyw"}:
        return "doctest"
    text = _text_of(path)
    tree = _parsed(text)
    if tree is None:
        return "pytest" if "pytest" in text else "unittest"
    if any(map(_needs_pytest, tree.body)):
        return "pytest"
    if any(isinstance(node, ast.ClassDef) and _is_test_case(node) for node in tree.body):
        return "unittest"
    return "doctest" if ">>>" in text else "pytest"


def _needs_pytest(node: ast.stmt) -> bool:
    match node:
        case ast.Import(names=names):
            return any(name.name.partition(".")[0] == "pytest" for name in names)
        case ast.ImportFrom(module=str(module)):
            return module.partition(".")[0] == "pytest"
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return name.startswith("test")
        case ast.ClassDef(name=name):
            return name.startswith("Test") and not node.bases
    return False


def _is_test_case(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base).endswith("TestCase") for base in node.bases)


def _has_examples(program: Path) -> bool:
    """Return whether a docstring of a program has an example."""
    text = _text_of(program)
    tree = _parsed(text) if ">>>" in text else None
    if tree is None:
        return False
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return any(
        ">>>" in (ast.get_docstring(node, clean=False) or "") for node in ast.walk(tree) if isinstance(node, documented)
    )


def _text_of(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(MAX_FILE_BYTES).decode("utf-8", "replace")


def _parsed(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return syntax_tree(text)
    except _NOT_PARSED:
        return None
