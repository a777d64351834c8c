"""Types of the standard library: misspelt methods, paths, iterators that are used up, and empty choices."""

from __future__ import annotations

import ast
from collections import Counter, OrderedDict, defaultdict, deque
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path

from tutor_pedagogy.offline.engine.nodes import called_name, first_argument
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

_TYPES: dict[str, type] = {
    **{each.__name__: each for each in (Counter, OrderedDict, defaultdict, deque)},
    **{f"datetime.{each.__name__}": each for each in (date, datetime, timedelta)},
    **dict.fromkeys(("Path", "PosixPath", "WindowsPath"), Path),
}
_ITERATORS = ("map", "filter", "zip", "reversed", "enumerate", "iter", "reader", "DictReader")


@runtime_rule(
    "library-method-misspelt",
    ("AttributeError",),
    r"'(?P<type>[\w.]{1,60})' object has no attribute '(?P<name>\w{1,60})'",
    before=("not-offered-by-object", "method-of-another-kind", "attribute-misspelt"),
)
def library_method_misspelt(case: CrashContext) -> Match | None:
    """Return the misspelt method of an object of the standard library."""
    name, owner, node = case.match["name"], case.match["type"], case.attribute(case.match["name"])
    known = [each for each in dir(_TYPES.get(owner, object)) if not each.startswith("_")]
    close = get_close_matches(name, known, 1, 0.75)
    if node is None or not close:
        return None
    new = f"{case.text(node.value)}.{close[0]}"
    return case.here(node, replace=(node, new), attribute=Code(name), owner=Code(owner), new=Code(new))


@runtime_rule(
    "path-plus-string",
    ("TypeError",),
    r"for \+: '(?:Posix|Windows)?Path' and 'str'",
    before=("text-in-calculation", "text-plus-other"),
)
def path_plus_string(case: CrashContext) -> Match | None:
    """Return the plus sign between a path and a string."""
    match case.sides:
        case ast.BinOp() as operation, left, right:
            new = f"{case.text(left)} / {case.text(right)}"
            return case.here(operation, replace=(operation, new), left=left, right=right)
    return None


@runtime_rule(
    "iterator-used-up",
    ("ValueError",),
    r"arg is an empty sequence|iterable argument is empty",
    before=("nothing-to-choose-from",),
)
def iterator_used_up(case: CrashContext) -> Match | None:
    """Return the line that makes an iterator which is gone through twice, so that nothing is left the second time."""
    argument = first_argument(case.call("max", "min"))
    if not isinstance(argument, ast.Name):
        return None
    made = case.program.last_value(argument.id, case.line)
    is_iterator = isinstance(made, ast.GeneratorExp) or (isinstance(made, ast.Call) and called_name(made) in _ITERATORS)
    is_iterator = is_iterator or (isinstance(made, ast.Call) and _returns_iterator(case, made))
    lines = [use.lineno for use in case.program.uses.get(argument.id, ()) if isinstance(use.ctx, ast.Load)]
    first = min(lines, default=case.line)
    if made is None or not is_iterator or not made.lineno < first < case.line:
        return None
    text = case.text(made)
    new = f"[{text[1:-1]}]" if isinstance(made, ast.GeneratorExp) and text.startswith("(") else f"list({text})"
    return case.at(made, replace=(made, new), name=argument, use=Code(case.program.line(first).strip()))


def _returns_iterator(case: CrashContext, call: ast.Call) -> bool:
    """Return whether a function of the program is a generator, or returns only iterators."""
    function = case.program.functions.get(called_name(call))
    if function is None:
        return False
    if any(isinstance(node, ast.Yield | ast.YieldFrom) for node in case.program.own_nodes(function)):
        return True
    values = [each.value for each in case.program.returns_of(function)]
    return bool(values) and all(
        isinstance(value, ast.GeneratorExp) or (isinstance(value, ast.Call) and called_name(value) in _ITERATORS)
        for value in values
    )


@runtime_rule(
    "random-of-nothing", ("IndexError",), before=("taken-from-empty", "empty-collection", "position-out-of-range")
)
def random_of_nothing(case: CrashContext) -> Match | None:
    """Return the random choice from an empty collection."""
    call = case.call("choice", "choices")
    if call is None or not call.args or case.crash.library != "random":
        return None
    return case.here(call, name=call.args[0], function=call.func)
