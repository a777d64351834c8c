"""The test cases for a program that reads what a user types."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import is_call_of
from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.evaluation import value_of

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Program

_CASES = 3
_LONGEST = 20
_SMALL_OR_CAPITAL = frozenset(("upper", "lower", "casefold", "title", "capitalize", "swapcase"))
_WITHOUT_SPACES = frozenset(("strip", "rstrip", "split"))


@dataclass(frozen=True, slots=True)
class Case:
    """A test case: a call or an input, and the reason why it may reveal a mistake."""

    code: str
    why: str
    other: str = ""
    """What comes out now, and what would with another form of the line that decides."""


def cases_of_inputs(program: Program, reads: list[ast.Call]) -> list[Case]:
    """Return cases for the first value that a user enters, with the limits that conditions compare it with first."""
    first = min(reads, key=lambda node: (node.lineno, node.col_offset))
    line = program.shown(first.lineno)
    up = program.parents.get(first)
    repeated = []
    if program.loop_around(first) is not None:
        repeated = [
            Case(
                f"two different inputs one after the other on line {line}",
                "so that you see what the program keeps of the first one",
            )
        ]
    if not is_call_of(up, "int", "float"):
        return [*repeated, *_words(program, first, line)][:_CASES]
    bounds = _compared(program, program.parents.get(up))
    edges = [
        Case(
            f"the number {bound!r} as the input on line {line}",
            f"where the condition on line {program.shown(at)} just turns",
        )
        for bound, at in bounds[:2]
    ]
    beside = [
        Case(f"the number {bound + 1!r} as the input on line {line}", f"just beside the `{bound!r}` of your condition")
        for bound, _ in bounds[:1]
        if isinstance(bound, int)
    ]
    rest = [
        *beside,
        Case(f"a word in place of a number on line {line}", "which a user can type as well"),
        Case(f"the number 0 as the input on line {line}", "the smallest one that is not negative"),
        Case(f"a very large number as the input on line {line}", "worked out by hand first"),
    ]
    return [*repeated, *edges, *rest][:_CASES]


def _compared(program: Program, place: ast.AST | None) -> list[tuple[int | float, int]]:
    """Return the numbers that the variable of an assignment is compared with, each with the line of the comparison."""
    if not (isinstance(place, ast.Assign) and isinstance(place.targets[0], ast.Name)):
        return []
    name = place.targets[0].id
    found: dict[int | float, int] = {}
    for node in program.each(ast.Compare):
        match node:
            case ast.Compare(left=ast.Name(id=left), comparators=[ast.Constant(value=int() | float() as value)]) if (
                left == name
            ):
                found.setdefault(value, node.lineno)
            case ast.Compare(left=ast.Name(id=left), comparators=[ast.Name() as other]) if left == name:
                known = _number_of(program, other.id)
                if known is not None:
                    found.setdefault(known, node.lineno)
    return sorted(found.items(), key=lambda item: item[1])


def _number_of(program: Program, name: str) -> float | None:
    """Return the number that the program's only assignment to a name gives it, or None."""
    match program.assignments(name):
        case [(_, ast.expr() as value)]:
            number = value_of(value, {})
            return number if type(number) in (int, float) else None
    return None


def _words(program: Program, first: ast.Call, line: int) -> list[Case]:
    """Return cases for an input that stays a string: a word for each branch, the last branches first."""
    methods, names = _handled(program, first)
    found = [
        Case(
            f"{code_span(word)} as the input on line {line}",
            f"which the condition on line {program.shown(at)} asks for",
        )
        for word, at in reversed(_asked_for(program, names).items())
    ]
    found.append(Case(f"an empty input on line {line}", "where the user only presses Enter"))
    if methods.isdisjoint(_SMALL_OR_CAPITAL):
        found.append(Case(f"capital letters as the input on line {line}", "which are not the same as small ones"))
    if methods.isdisjoint(_WITHOUT_SPACES):
        found.append(Case(f"an input with a space at its end on line {line}", "which nobody can see"))
    found.append(Case(f"the longest input that makes sense on line {line}", "worked out by hand first"))
    return found


def _handled(program: Program, first: ast.Call) -> tuple[set[str], set[str]]:
    """Return the methods that an input goes through, and the names that stand for it or for a part of it."""
    methods: set[str] = set()
    node: ast.AST | None = first
    around = program.parents.get(first)
    while isinstance(around, ast.Attribute | ast.Call) and not is_call_of(around):
        if isinstance(around, ast.Attribute):
            methods.add(around.attr)
        node, around = around, program.parents.get(around)
    del node
    names = (
        {around.targets[0].id} if isinstance(around, ast.Assign) and isinstance(around.targets[0], ast.Name) else set()
    )
    for name in tuple(names):
        for use in program.uses.get(name, ()):
            up = program.parents.get(use)
            if isinstance(up, ast.Attribute):
                methods.add(up.attr)
            if isinstance(up, ast.For) and up.iter is use and isinstance(up.target, ast.Name):
                names.add(up.target.id)
    return methods, names


def _asked_for(program: Program, names: set[str]) -> dict[str, int]:
    """Return the strings that conditions compare an input with, each with the line of the condition."""
    found: dict[str, int] = {}
    for node in program.each(ast.Compare):
        match node:
            case ast.Compare(left=ast.Name(id=name), ops=[ast.Eq()], comparators=[ast.Constant(value=str(word))]) if (
                name in names and 0 < len(word) <= _LONGEST and word.isprintable() and "`" not in word
            ):
                found.setdefault(word, node.lineno)
    return found
