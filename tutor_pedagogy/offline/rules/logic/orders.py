"""Orders and repeats: a sort that turns every key round, a comparison of sets in which repeats are lost."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import called_name
from tutor_pedagogy.offline.rules.logic.moves import with_parts
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.said import texts_of_unit
from tutor_pedagogy.offline.rules.logic.symptom import is_complaint
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_THEN_BY_NAME = re.compile(
    r"(?i)(?:first|most|highest|longest|biggest|best|zuerst|meisten|h\u00f6chste|primero|m[a\u00e1]s|d'abord|plus)\b[^\n]{0,60}"
    r"(?:alphabet|a to z|a-z|by name|nach namen?|alfab|por nombre|par nom)"
)
_MULTISET = re.compile(
    r"(?i)anagram|anagrama|rearrange|re-?order(?:ed|ing)|permut|(?:in )?another order|andere reihenfolge"
)
_BIGGEST_FIRST = re.compile(
    r"(?i)\b(?:biggest|highest|largest|most|longest|max\w*|big|high|urgen\w+|greatest|gr\u00f6\u00dft\w*|h\u00f6chst\w*)\b"
    r"[^.?!]{0,40}\bfirst\b|\bfirst\b[^.?!]{0,30}\b(?:biggest|highest|largest|most|longest)\b|\bleast\b[^.?!]{0,30}\bfirst\b"
    r"|\bzuerst\b|\bprimero\b|\ben premier\b"
)
_TWO = 2


@logic_rule("all-keys-turned", 0.9, "order value other", needs=(ast.keyword, ast.Tuple), each=ast.Call)
def all_keys_turned(program: Program, node: ast.Call) -> Iterator[Match]:
    """Yield a sort by several keys with `reverse=True`, if the words want the second key in its usual order."""
    given = {each.arg: each for each in node.keywords}
    if called_name(node) not in ("sorted", "sort") or not {"key", "reverse"} <= given.keys():
        return
    turned = given["reverse"]
    if not isinstance(turned.value, ast.Constant) or turned.value.value is not True:
        return
    keys = _keys(program, given["key"].value)
    if keys is None or len(keys) < _TWO or not any(_THEN_BY_NAME.search(each) for each in _texts(program, node)):
        return
    yield program.here(node, first=keys[0], second=keys[1])


def _texts(program: Program, node: ast.Call) -> Iterator[str]:
    yield from texts_of_unit(program, node.lineno)
    yield from (each.partition("#")[2] for each in program.lines[: node.lineno] if "#" in each)


def _keys(program: Program, key: ast.expr) -> list[ast.expr] | None:
    """Return the parts of a key function's result, if that is a tuple of names and items."""
    match key:
        case ast.Lambda(body=ast.Tuple(elts=parts)):
            pass
        case ast.Name(id=name) if name in program.functions:
            match program.returns_of(program.functions[name]):
                case [ast.Return(value=ast.Tuple(elts=parts))]:
                    pass
                case _:
                    return None
        case _:
            return None
    is_plain = not any(isinstance(part, ast.UnaryOp) for part in parts)
    return parts if is_plain else None


@logic_rule("repeats-lost-in-set", 0.95, "truth value other", needs=(ast.Compare, "set"), each=ast.Compare)
def repeats_lost_in_set(program: Program, node: ast.Compare) -> Iterator[Match]:
    """Yield the comparison of two sets where the words ask for the same items in another order."""
    match node:
        case ast.Compare(
            left=ast.Call(func=ast.Name(id="set") as one, args=[left]),
            ops=[ast.Eq() | ast.NotEq()],
            comparators=[ast.Call(func=ast.Name(id="set") as other, args=[right])],
        ):
            pass
        case _:
            return
    function = program.function_at(node.lineno)
    around = function if function is not None else program.tree
    if around is None or not any(_MULTISET.search(each) for each in texts_of_unit(program, node.lineno)):
        return
    counts = ("sorted", "Counter", "count", "len")
    if any(isinstance(each, ast.Call) and called_name(each) in counts for each in walk(around)):
        return
    slots: dict[str, Any] = {"one": Code(program.segment(left)), "other": Code(program.segment(right))}
    yield program.here(node, edit=with_parts(program, [(one, "sorted"), (other, "sorted")]), **slots)


@logic_rule("smallest-first-from-heap", 0.85, "order value other", needs=(ast.Call,), each=ast.Call)
def smallest_first_from_heap(program: Program, node: ast.Call) -> Iterator[Match]:
    """Yield what is put into a heap as it is, although the question wants the biggest one first."""
    if called_name(node) != "heappush" or len(node.args) != _TWO:
        return
    question = program.submission.question or ""
    if not is_complaint(question) or not _BIGGEST_FIRST.search(question):
        return
    put = node.args[1]
    key = put.elts[0] if isinstance(put, ast.Tuple) and put.elts else put
    if isinstance(key, ast.Name | ast.Attribute | ast.Subscript) and not _is_turned(program, key):
        text = f"-{program.segment(key)}"
        edit = with_parts(program, [(key, text)])
        yield program.here(node, edit=edit if isinstance(put, ast.Tuple) else None, needs_symptom=True, key=key)


def _is_turned(program: Program, key: ast.expr) -> bool:
    """Return whether a minus sign has turned a value round before."""
    if not isinstance(key, ast.Name):
        return False
    value = program.last_value(key.id, key.lineno)
    return isinstance(value, ast.UnaryOp)
