"""The value that a name has after a round of a loop, for a question that names the round."""

from __future__ import annotations

import ast
import copy
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.dialogue.meaning import names_in
from tutor_pedagogy.dialogue.tables import filled, table
from tutor_pedagogy.dialogue.wordings import code_line
from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.evaluation import run
from tutor_pedagogy.offline.purposes.own_values import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.dialogue.asked import Question

_ORDINALS = {
    "first": 1, "1st": 1, "one": 1, "primera": 1, "ersten": 1, "premier": 1, "second": 2, "2nd": 2, "two": 2,
    "segunda": 2, "zweiten": 2, "third": 3, "3rd": 3, "three": 3, "tercera": 3, "dritten": 3, "fourth": 4, "4th": 4,
}  # fmt: skip
_LAST = frozenset(("last", "final", "letzten", "última", "dernier"))
_ROUND = re.compile(
    r"\b(?:after|at the end of|nach|después de|tras|apr[eè]s)\b(?: (?:the|der|dem|la|el|le))? "
    rf"(?P<word>{'|'.join((*_ORDINALS, *_LAST))}|(?P<n>\d{{1,2}})) (?:\w+ )?"
    r"(?:round|iteration|pass|turn|time|loop|runde|durchlauf|vuelta|iteraci[oó]n|tour)s?\b",
    re.IGNORECASE,
)
_STEPS = 2_000


def value_after_round(asked: Question) -> Iterator[tuple[str, str]]:
    """Yield the value of a name after the round that the question names."""
    program, match = asked.diagnosis.program, _ROUND.search(asked.text)
    names = [name for name in names_in(program, asked.text) if name not in program.functions]
    loop = _loop(asked)
    if match is None or not names or loop is None or program.tree is None:
        return
    tree = copy.deepcopy(program.tree)
    inner = next(
        (node for node in ast.walk(tree) if isinstance(node, ast.For | ast.While) and node.lineno == loop.lineno), None
    )
    if inner is None or any(isinstance(node, ast.Continue | ast.Break | ast.Return) for node in ast.walk(inner)):
        return
    read = ast.copy_location(ast.Name(names[0], ast.Load()), inner.body[-1])
    inner.body.append(ast.copy_location(ast.Expr(read), inner.body[-1]))
    done = run(tree, steps=_STEPS, watched=[read])
    values = done.seen.get(read, [])
    number = int(match["n"]) if match["n"] else _ORDINALS.get(match["word"].lower(), 0)
    if match["word"].lower() in _LAST and done.ending == "finished" and len(values) == done.ran.get(inner.lineno, 0):
        number = len(values)
    if not 0 < number <= len(values) or (span := shown(values[number - 1])) is None:
        return
    slots = {"line": program.shown(loop.lineno), "name": code_span(names[0]), "value": span}
    said = filled(table("facts")["round"], **slots, number=number)
    bound = [line for line, _ in program.assignments(names[0]) if _is_in(line, loop)]
    is_kept = bool(bound) and done.ending == "finished" and not any(done.ran.get(line) for line in bound)
    yield "", f"{said} {table('facts')['round_stays']}" if is_kept else said


def _is_in(line: int, loop: ast.For | ast.While) -> bool:
    return loop.lineno < line <= (loop.end_lineno or loop.lineno)


def _loop(asked: Question) -> ast.For | ast.While | None:
    program, line = asked.diagnosis.program, code_line(asked.diagnosis)
    loops: list[ast.For | ast.While] = program.each(ast.For, ast.While)
    around = [loop for loop in loops if loop.lineno <= line <= (loop.end_lineno or loop.lineno)]
    if around:
        return max(around, key=lambda loop: loop.lineno)
    return loops[0] if len(loops) == 1 else None
