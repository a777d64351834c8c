"""Lists of the caller that a function changes under a second name, although they should stay as they were."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.program import GROWING, SHRINKING
from tutor_pedagogy.offline.rules.logic.moves import with_parts
from tutor_pedagogy.offline.rules.logic.said import texts_of_unit
from tutor_pedagogy.offline.rules.logic.support import arguments_for, reads_below
from tutor_pedagogy.offline.rules.logic.tree import is_name, parameters_of
from tutor_pedagogy.offline.rules.runtime.origins import IN_PLACE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.nodes import Function
    from tutor_pedagogy.offline.engine.program import Program

_CHANGING = (GROWING | SHRINKING | IN_PLACE) - {"print"}
_STAYS = re.compile(
    r"(?i)\bkeeps? (?:its|their|the) (?:own )?order|\bunchanged\b|\bunmodified\b|\buntouched\b"
    r"|\b(?:must|should|has to|have to) (?:not (?:be )?(?:change|modif|touch)|stay|remain|keep)"
    r"|\bstays? (?:as|the same)|\bnot (?:be )?(?:changed|modified)|\bwithout chang"
    r"|\bdo(?:es)?(?: not|n't) (?:change|modify)|\b(?:a|as) (?:new (?:list|dict)|copy)\b"
    r"|\bunver\u00e4ndert|\bbleib|sans (?:le |la |les )?modifier|sin (?:modificar|cambiar)"
)
"""Words that say that something should stay as it is."""


def says_that_it_stays(program: Program, line: int) -> bool:
    """Return whether the words around a line, without the question, say that something should stay as it is."""
    question = (program.submission.question or "")[:400]
    return any(text != question and _STAYS.search(text) for text in texts_of_unit(program, line))


def second_name_of_argument(program: Program, node: ast.Assign) -> Iterator[Match]:
    """Yield `new = parameter`, if the function changes the new name and the run shows it on the list of the caller.

    Without words that say that the list should stay, the result must be that name, and be kept beside the list.
    """
    function = program.function_at(node.lineno)
    match node:
        case ast.Assign(targets=[ast.Name(id=new)], value=ast.Name(id=old) as source) if (
            function is not None and old in parameters_of(function) and len(program.assignments(new)) == 1
        ):
            pass
        case _:
            return
    changed = next((use for use in program.uses[new] if use.lineno > node.lineno and _is_changed(program, use)), None)
    if changed is None or any(
        is_name(target, old) for each in program.own_nodes(function) for target in _targets(each)
    ):
        return
    told = says_that_it_stays(program, node.lineno)
    is_handed_back = any(each.value is not None and is_name(each.value, new) for each in program.returns_of(function))
    if (told or is_handed_back) and _is_lost(program, function, old, keeps_result=not told):
        edit = with_parts(program, [(source, f"{old}.copy()")])
        slots: dict[str, Any] = {"new": Code(new), "other": Code(old)}
        yield program.here(node, edit=edit, changed=Code(program.line(changed.lineno).strip()), **slots)


def _is_changed(program: Program, use: ast.Name) -> bool:
    """Return whether a use of a name changes the object: by a method, by an index, or by `del`."""
    up = program.parents.get(use)
    match up:
        case ast.Attribute(attr=method):
            return method in _CHANGING and isinstance(program.parents.get(up), ast.Call)
        case ast.Subscript(ctx=ast.Store() | ast.Del()):
            return up.value is use
    return False


def _targets(node: ast.AST) -> list[ast.expr]:
    return node.targets if isinstance(node, ast.Assign) else []


def _is_lost(program: Program, function: Function, parameter: str, *, keeps_result: bool) -> bool:
    """Return whether a list of the caller is another one at the end than its literal, and is read after the call.

    With `keeps_result`, the result of the call must have a name of its own that is read as well.
    """
    done = program.run
    if done is None or done.ending != "finished":
        return False
    for given in arguments_for(program, function, parameter):
        call = program.parents.get(given)
        kept = program.parents.get(call) if call is not None else None
        name = kept.targets[0] if isinstance(kept, ast.Assign) else None
        is_kept = isinstance(name, ast.Name) and isinstance(given, ast.Name) and name.id != given.id
        if not isinstance(given, ast.Name) or (keeps_result and not is_kept):
            continue
        bound = program.assignments(given.id)
        value = bound[0][1] if len(bound) == 1 else None
        if not isinstance(value, ast.List | ast.Dict) or not reads_below(program, given.id, given.lineno):
            continue
        try:
            first = ast.literal_eval(value)
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            continue
        if given.id in done.names and done.names[given.id] != first:
            return True
    return False
