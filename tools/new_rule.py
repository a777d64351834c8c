"""Create a rule of the offline tutor: `python -m tools.new_rule FAMILY NAME [--module MODULE]`.

The program writes the three parts of a rule: the stub of a detector, the lesson with a placeholder in every section,
and a case in that lesson. The detector is added at the end of the given module, or in a new module of its own.
`docs/howto/add-a-rule.md` explains the next steps.
"""

from __future__ import annotations

import argparse
import ast
import keyword
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[1]
RULES = Path("tutor_pedagogy/offline/rules")
PACKAGE = "tutor_pedagogy.offline"
FILL_IN = "FILL IN: "
"""The prefix of a placeholder in a new rule, which its author must replace. A test rejects rules that contain it."""
NAME = re.compile(r"[a-z]+(?:-[a-z]+)*")
FUTURE = "from __future__ import annotations\n"
TYPES = "if TYPE_CHECKING:\n"
MODULE = re.compile(r"[a-z]+(?:_[a-z]+)*")


class RefusedError(Exception):
    """The requested rule cannot be created. The message states the reason and the remedy."""


@dataclass(frozen=True, slots=True)
class Family:
    """The template for the rules of a family: the stub of a detector, the names that it imports, and a case."""

    stub: str
    imports: dict[str, str]
    types: dict[str, str]
    """The names that only annotations use, with their modules."""
    case: str


@dataclass(frozen=True, slots=True)
class Place:
    """A part of a new rule: its file, relative to the checkout, and the number of its first line."""

    path: Path
    line: int


FAMILIES = {
    "syntax": Family(
        stub='''\
@syntax_rule("{name}", "{fill_in}the messages of Python, as patterns")
def {function}(broken: Broken) -> Iterator[Candidate]:
    """Yield {fill_in}the mistake that the rule finds, in plain words."""
    yield broken.guess(1)
''',
        imports={
            "syntax_rule": f"{PACKAGE}.rules.syntax.rule",
        },
        types={
            "Broken": f"{PACKAGE}.rules.syntax.broken",
            "Candidate": f"{PACKAGE}.rules.syntax.broken",
            "Iterator": "collections.abc",
        },
        case="answer = = 42",
    ),
    "runtime": Family(
        stub='''\
@runtime_rule("{name}", ("{fill_in}the exception",), r"{fill_in}its message, as a pattern")
def {function}(case: CrashContext) -> Match | None:
    """Return {fill_in}the mistake that the rule finds, in plain words, or None."""
    return case.here()
''',
        imports={
            "runtime_rule": f"{PACKAGE}.rules.runtime.rule",
        },
        types={
            "CrashContext": f"{PACKAGE}.rules.runtime.context",
            "Match": f"{PACKAGE}.engine.match",
        },
        case="answer = int('forty-two')",
    ),
    "logic": Family(
        stub='''\
@logic_rule("{name}", 0.6, "{fill_in}the symptoms", needs=("{fill_in}classes of ast, names",))
def {function}(program: Program) -> Iterator[Match]:
    """Yield {fill_in}the places with the pattern that the rule finds, in plain words."""
    yield program.on_line(program.cursor_line)
''',
        imports={
            "logic_rule": f"{PACKAGE}.rules.logic.rule",
        },
        types={
            "Match": f"{PACKAGE}.engine.match",
            "Program": f"{PACKAGE}.engine.program",
            "Iterator": "collections.abc",
        },
        case="answer = 42",
    ),
}

LESSON = """\
## Question

{fill_in}one or two questions that lead the eye to line $line and do not name the mistake. (Hint level 1.)

## Concept

{fill_in}the idea behind the mistake, in three or four short sentences. Say what happens on line $line. No code but
single names in backticks. (Hint level 2, for everyone.)

## Picture

{fill_in}one sentence with an everyday comparison. (Hint level 2, for beginners.)

## Precise

{fill_in}one sentence with the rule of the language in its own terms. (Hint level 2, for advanced students.)

## Place

{fill_in}one sentence after “The cause is `code` on line 1.” that says what is wrong there. (Hint level 3.)

## Plan

1. {fill_in}what to find out first.
2. {fill_in}what to look up or to recall.
3. {fill_in}what to change, in words and without code. (Hint level 3.)

## Example

{fill_in}one line that says what the example shows:

```python
word = "boat"
print(len(word))
```

{fill_in}what to learn from it. It does the right thing with other data; a second `Example` may follow. (Hint level 4.)

## Remedy

{fill_in}what to write on line $line, for when no edit could be worked out. (Hint level 5.)

## Reason

{fill_in}why the change helps. (Hint level 5.)

## Check

{fill_in}how the student sees that it works now, without a capital letter: it follows “Check it:”. (Hint level 5.)

## Cases

### Finds line 1

```python
# {fill_in}a short program with the mistake, as a student would write it.
{case}
```
"""


def new_rule(root: Path, family: str, name: str, module: str = "") -> tuple[Place, Place, Place]:
    """Write the detector, the lesson and the case of a rule, and return their places.

    Raise `RefusedError`, before writing anything, if the family, the name or the module cannot be used.
    """
    function = name.replace("-", "_")
    module = module.removesuffix(".py") or function
    _check_names(family, name, module)
    folder = root / RULES / family
    _check_unused(folder, name)
    path = folder / f"{module}.py"
    if path.exists() and module not in _modules(_list_of(folder)):
        raise RefusedError(f"{module}.py holds no rules; choose another module, or another name")
    source = path.read_text(encoding="utf-8") if path.exists() else ""
    known = _names(source)
    if function in known:
        raise RefusedError(f"{module}.py uses {function} already; choose another name, or another module")
    parts = FAMILIES[family]
    stub = parts.stub.format(name=name, function=function, fill_in=FILL_IN)
    source = f"{_with_imports(source or _empty_module(name), known, parts).rstrip()}\n\n\n{stub}"
    if not path.exists():
        _register(_list_of(folder), family, module)
    path.write_text(source, encoding="utf-8")
    lesson = LESSON.format(fill_in=FILL_IN, case=parts.case)
    (folder / f"{name}.md").write_text(lesson, encoding="utf-8")
    of_rule = RULES / family / f"{name}.md"
    return (
        Place(RULES / family / f"{module}.py", _line(source, stub)),
        Place(of_rule, 1),
        Place(of_rule, _line(lesson, "### Finds line 1")),
    )


def _check_names(family: str, name: str, module: str) -> None:
    """Raise `RefusedError` if the family does not exist, or if a name has a form that is not allowed."""
    if family not in FAMILIES:
        raise RefusedError(f"there is no family {family!r}; the families are {', '.join(FAMILIES)}")
    if not NAME.fullmatch(name):
        raise RefusedError(
            f"{name!r} is no name for a rule: use small letters, and hyphens between words, as in counted-from-one"
        )
    if not MODULE.fullmatch(module) or keyword.iskeyword(module):
        raise RefusedError(f"{module!r} is no name for a module: use small letters and underscores")
    if keyword.iskeyword(name):
        raise RefusedError(f"{name} is a keyword of Python, and the detector has the same name: use more words")


def _check_unused(folder: Path, name: str) -> None:
    """Raise `RefusedError` if the family already has a lesson or a detector of this name."""
    if not (folder / "__init__.py").is_file():
        raise RefusedError(f"there is no folder {folder}; run this from a checkout")
    if (folder / f"{name}.md").exists():
        raise RefusedError(f"{folder.name}.{name} exists: {RULES / folder.name / name}.md is its lesson")
    for path in sorted(folder.glob("*.py")):
        if f'_rule("{name}"' in re.sub(r"\(\s+", "(", path.read_text(encoding="utf-8")):
            raise RefusedError(f"{folder.name}.{name} exists: its detector is in {path.name}")


def _empty_module(name: str) -> str:
    """Return the source of a new module, without its imports."""
    return (
        f'"""{FILL_IN}the subject of the rule {name}, and of others to come."""\n\n'
        f"{FUTURE}\nfrom typing import TYPE_CHECKING\n\n{TYPES}"
    )


def _names(source: str) -> set[str]:
    """Return the names that a module imports or defines."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case ast.alias(name=name, asname=alias):
                names.add(alias or name)
    return names


def _with_imports(source: str, known: set[str], family: Family) -> str:
    """Return a module's source with its missing imports added. Ruff sorts the lines afterwards."""
    lines = [f"from {package} import {name}\n" for name, package in family.imports.items() if name not in known]
    source = source.replace(FUTURE, FUTURE + "".join(lines), 1)
    lines = [f"    from {package} import {name}\n" for name, package in family.types.items() if name not in known]
    return source.replace(TYPES, TYPES + "".join(lines), 1)


def _list_of(folder: Path) -> Path:
    """Return the file with the `MODULES` of a family: `catalogue.py` if the family has one."""
    catalogue = folder / "catalogue.py"
    return catalogue if catalogue.is_file() else folder / "__init__.py"


def _modules(package: Path) -> set[str]:
    """Return the modules of a family that hold rules: the names in its `MODULES`."""
    for node in ast.parse(package.read_text(encoding="utf-8")).body:
        match node:
            case ast.Assign(targets=[ast.Name(id="MODULES")], value=ast.Tuple(elts=parts)):
                return {part.id for part in parts if isinstance(part, ast.Name)}
    return set()


def _register(package: Path, family: str, module: str) -> None:
    """Add a module to the imports of its family and to `MODULES`. Ruff formats both afterwards."""
    source = package.read_text(encoding="utf-8")
    ends: list[tuple[int | None, int | None]] = []
    for node in ast.parse(source).body:
        match node:
            case ast.ImportFrom(module=path, names=[*_, last]) if path == f"{PACKAGE}.rules.{family}":
                ends.append((last.end_lineno, last.end_col_offset))
            case ast.Assign(targets=[ast.Name(id="MODULES")], value=ast.Tuple(elts=[*_, element])):
                ends.append((element.end_lineno, element.end_col_offset))
    if len(ends) != len(("import", "MODULES")):
        raise RefusedError(f"{package} does not import its modules as expected; name one of them with --module")
    lines = source.splitlines(keepends=True)
    for line, column in ends:
        at = (line or 0) - 1
        lines[at] = f"{lines[at][:column]}, {module}{lines[at][column:]}"
    package.write_text("".join(lines), encoding="utf-8")


def _line(text: str, part: str) -> int:
    return text.count("\n", 0, text.index(part)) + 1


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Create the rule that the arguments name. Return 1 if it is refused, else 0."""
    parser = argparse.ArgumentParser(prog="python -m tools.new_rule", description=__doc__)
    parser.add_argument("family", help=", ".join(FAMILIES))
    parser.add_argument("name", help="words in small letters with hyphens, such as counted-from-one")
    parser.add_argument("--module", default="", help="the module of the family that gets the detector")
    options = parser.parse_args(arguments)
    try:
        detector, lesson, case = new_rule(root, options.family, options.name, options.module)
    except RefusedError as refused:
        print(f"new_rule: {refused}", file=sys.stderr)
        return 1
    print(f"{options.family}.{options.name} has three places, each with parts marked {FILL_IN.strip()}")
    print(f"  detector  {detector.path}:{detector.line}")
    print(f"  lesson    {lesson.path}")
    print(f"  case      {case.path}:{case.line}")
    print("Run `ruff check --fix` and `ruff format`, then go on as docs/howto/add-a-rule.md says.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
