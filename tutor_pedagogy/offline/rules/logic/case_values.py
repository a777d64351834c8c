"""The values of the cases that a test report tells: how a result differs, and what only the failing cases have."""

from __future__ import annotations

import ast
from collections import Counter
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.commas import commas
from tutor_pedagogy.offline.rules.logic.trials.expectations import expression, literal
from tutor_pedagogy.offline.rules.logic.trials.reported import cases_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor_pedagogy.offline.engine.program import Program
    from tutor_protocol import KnownCase

_LONGEST = 60
_KINDS: dict[type, str] = {
    list: "a list",
    tuple: "a tuple",
    dict: "a dictionary",
    set: "a set",
    str: "a string",
    bool: "a truth value",
    int: "an integer",
    float: "a float",
    type(None): "`None`",
}
_MANY = 2
_DEEPEST = 2
"""The number of open brackets after which a value may be cut: those of a call, and of a list that it is given."""
_UNCALLED = ("<built-in method ", "<bound method ", "<function ", "<built-in function ", "<method ")


def failing_case(program: Program) -> KnownCase | None:
    """Return the first known case that fails."""
    return next((case for case in cases_of(program) if case.outcome != "passed"), None)


def smallest_case(program: Program, function: str) -> KnownCase | None:
    """Return the known case with the shortest call of a function, by its name."""
    calls = [case for case in cases_of(program) if case.kind == "call" and function_of(case.given) == function]
    return min(calls, key=lambda case: len(case.given) + len(case.expected), default=None)


def nearest_passing(program: Program, failing: KnownCase) -> KnownCase | None:
    """Return the passing case whose text is most like that of a failing one."""
    passing = [case for case in cases_of(program) if case.outcome == "passed" and case.kind == failing.kind]
    alike = [case for case in passing if function_of(case.given) == function_of(failing.given)]
    return max(alike, key=lambda case: SequenceMatcher(None, case.given, failing.given).ratio(), default=None)


def quotable(text: str | None) -> bool:
    """Return whether a text can stand in a sentence as code."""
    return bool(text) and len(text or "") <= _LONGEST and (text or "").isprintable() and "`" not in (text or "")


def cut_between_items(text: str, longest: int) -> str:
    """Return the beginning of a call or a value up to the end of an item of its outer brackets."""
    best = ""
    for place, depth in commas(text[:longest]):
        if 0 < depth <= _DEEPEST:
            best = text[:place]
    return best or text[:longest].rsplit(" ", 1)[0]


def is_one_off_each_time(program: Program) -> bool:
    """Return whether no failing case has a result that is wrong by another number than 1."""
    for case in cases_of(program):
        if case.outcome == "failed" and case.got is not None:
            (_, wanted), (_, came) = literal(case.expected), literal(case.got)
            if isinstance(wanted, int | float) and isinstance(came, int | float) and abs(wanted - came) != 1:
                return False
    return True


def difference(expected: str, got: str) -> str:
    """Return a sentence that says how a result differs from the right one; "" if that is not known."""
    if got.startswith(_UNCALLED):
        return "The result is a function or method itself: its name stands there without the parentheses that call it."
    known, wanted = literal(expected)
    seen, came = literal(got)
    if not known or not seen:
        return ""
    if came is None or wanted is None or type(wanted) is not type(came):
        return (
            f"The result is {_KINDS.get(type(came), 'something')}, and {_KINDS.get(type(wanted), 'another')} is right."
        )
    return _of_one_type(wanted, came)


def _of_one_type(wanted: Any, came: Any) -> str:
    match wanted:
        case bool():
            return f"The answer is `{came}`, and `{wanted}` is right: the opposite."
        case int() | float():
            return _of_numbers(wanted, came)
        case str():
            return _of_texts(wanted, came)
        case list() | tuple():
            return _of_items(list(wanted), list(came))
    return ""


def _of_numbers(wanted: float, came: float) -> str:
    if wanted == -came:
        return "The number is right but for its sign."
    size = "small" if came < wanted else "big"
    away = abs(wanted - came)
    return f"The result is too {size} by `{away}`." if isinstance(away, int) else f"The result is too {size}."


def _of_texts(wanted: str, came: str) -> str:
    if wanted.lower() == came.lower():
        return "The text is right but for capital and small letters."
    if "".join(wanted.split()) == "".join(came.split()):
        return "The text is right but for its spaces and line ends."
    if wanted == came[::-1]:
        return "The text is right, but turned round."
    place = next((n for n, (a, b) in enumerate(zip(wanted, came, strict=False)) if a != b), min(len(wanted), len(came)))
    return f"The first {place} characters are right, and then the texts differ." if place else ""


def _of_items(wanted: list[Any], came: list[Any]) -> str:
    if len(wanted) > 1 and wanted == came[::-1]:
        return "The items are right, but in reverse order."
    if any(isinstance(each, list) for each in came) and not any(isinstance(each, list) for each in wanted):
        return "An item of the result is a list itself, and the right result holds no list in the list."
    least, most = Counter(map(repr, wanted)), Counter(map(repr, came))
    missing, extra = list((least - most).elements()), list((most - least).elements())
    place = next((n for n, (a, b) in enumerate(zip(wanted, came, strict=False)) if a != b), None)
    if not missing and not extra:
        return (
            f"The items are right, but their order is not: it differs first at index {place}."
            if place is not None
            else ""
        )
    if len(wanted) == len(came) and len(missing) == len(extra) == 1 and place is not None:
        return f"One item is wrong: at index {place} stands `{came[place]!r}`, and `{wanted[place]!r}` is right."
    told = [_named(missing, "missing"), _named(extra, "too much")]
    where = "" if place is None else f" The results differ first at index {place}."
    text = " and ".join(filter(None, told))
    return f"{text[:1].upper()}{text[1:]}.{where}" if text else where.strip()


def _named(items: list[str], what: str) -> str:
    if not items:
        return ""
    shown = ", ".join(f"`{each}`" for each in items[:_MANY])
    if len(shown) > _LONGEST or "`" in "".join(items[:_MANY]):
        return f"{len(items)} items are {what}" if len(items) > 1 else f"one item is {what}"
    more = f" and {len(items) - _MANY} more" if len(items) > _MANY else ""
    return f"{shown}{more} {'is' if len(items) == 1 else 'are'} {what}"


def contrast(program: Program) -> str:
    """Return what each failing case has in its arguments and no passing one; "" if there is no such thing."""
    failing: list[list[Any]] = []
    passing: list[list[Any]] = []
    for case in cases_of(program):
        if (arguments := _arguments(case)) is None:
            return ""
        (passing if case.outcome == "passed" else failing).append(arguments)
    if not failing or not passing:
        return ""
    for told, holds in _FEATURES:
        if all(map(holds, failing)) and not any(map(holds, passing)):
            return told
    return ""


def function_of(call: str) -> str:
    """Return the name of the function or method that a case calls."""
    return call.partition("(")[0].rpartition(".")[2].strip()


def _arguments(case: KnownCase) -> list[Any] | None:
    tree = expression(case.given) if case.kind == "call" else None
    if not isinstance(tree, ast.Call):
        return None
    found = []
    for argument in tree.args:
        try:
            found.append(ast.literal_eval(argument))
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            return None
    return found


def _sequences(arguments: list[Any]) -> list[Any]:
    return [each for each in arguments if isinstance(each, list | tuple | str)]


def _numbers(arguments: list[Any]) -> list[float]:
    flat = [item for each in arguments for item in (each if isinstance(each, list | tuple) else [each])]
    return [each for each in flat if isinstance(each, int | float) and not isinstance(each, bool)]


def _sought(arguments: list[Any]) -> tuple[float, list[float]] | None:
    """Return a number and the numbers of a sequence, if a case consists of just these."""
    match arguments:
        case [int() | float() as number, list() | tuple() as items] | [
            list() | tuple() as items,
            int() | float() as number,
        ]:
            if all(isinstance(each, int | float) for each in items):
                return number, list(items)
    return None


def _of_sought(holds: Callable[[float, list[float]], bool]) -> Callable[[list[Any]], bool]:
    def of(arguments: list[Any]) -> bool:
        found = _sought(arguments)
        return found is not None and bool(found[1]) and holds(*found)

    return of


_FEATURES: tuple[tuple[str, Callable[[list[Any]], bool]], ...] = (
    ("something empty", lambda given: any(not each for each in _sequences(given))),
    ("a sequence with a single item", lambda given: any(len(each) == 1 for each in _sequences(given))),
    ("equal items", lambda given: any(len(set(map(repr, each))) < len(each) for each in _sequences(given))),
    ("a negative number", lambda given: any(number < 0 for number in _numbers(given))),
    ("the number 0", lambda given: any(number == 0 for number in _numbers(given))),
    ("a number that is bigger than all items", _of_sought(lambda number, items: number > max(items))),
    ("a number that is smaller than all items", _of_sought(lambda number, items: number < min(items))),
    ("a number that is one of the items", _of_sought(lambda number, items: number in items)),
    ("a number that is none of the items", _of_sought(lambda number, items: number not in items)),
    ("several items", lambda given: any(len(each) > 1 for each in _sequences(given))),
    ("two equal arguments", lambda given: len(given) > 1 and given[0] == given[1]),
)
"""What the arguments of a case may have, and whether some arguments have it, the most telling first."""
