"""Comprehensions and generator expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation.assignments import bind
from tutor_pedagogy.offline.evaluation.bounds import END
from tutor_pedagogy.offline.evaluation.frames import Frame
from tutor_pedagogy.offline.evaluation.lazy import Generator
from tutor_pedagogy.offline.evaluation.searching import check_keys
from tutor_pedagogy.offline.evaluation.values import Stopped

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator, Sequence

    from tutor_pedagogy.offline.evaluation.machine import Machine

MAX_GENERATORS = 8
"""The maximum number of `for` clauses of a comprehension."""


def _rounds(machine: Machine, frame: Frame, generators: Sequence[ast.comprehension], source: Any) -> Iterator[Frame]:
    """Yield the frame of a comprehension once for each combination of items that passes the conditions."""
    inner = Frame({}, parent=frame, function=frame.function, qualified=frame.qualified, is_comprehension=True)
    yield from _nested(machine, inner, generators, source)


def _nested(machine: Machine, inner: Frame, generators: Sequence[ast.comprehension], source: Any) -> Iterator[Frame]:
    first, *others = generators
    if first.is_async or len(generators) > MAX_GENERATORS:
        raise Stopped("a comprehension is not evaluated")
    iterator = machine.items(inner, source)
    while (item := machine.advance(inner, iterator)) is not END:
        machine.spend()
        bind(machine, inner, first.target, item)
        if all(machine.test(inner, condition) for condition in first.ifs):
            if others:
                yield from _nested(machine, inner, others, machine.evaluate(inner, others[0].iter))
            else:
                yield inner


def list_comprehension(machine: Machine, frame: Frame, node: ast.ListComp) -> Any:
    """Return the list that a list comprehension builds."""
    source = machine.evaluate(frame, node.generators[0].iter)
    with machine.nested(2 + len(node.generators)):
        rounds = _rounds(machine, frame, node.generators, source)
        return machine.bounded([machine.evaluate(inner, node.elt) for inner in rounds])


def generator(machine: Machine, frame: Frame, node: ast.GeneratorExp) -> Any:
    """Return the iterator of a generator expression."""
    source = machine.items(frame, machine.evaluate(frame, node.generators[0].iter))
    if len(node.generators) > MAX_GENERATORS:
        raise Stopped("a comprehension is not evaluated")
    rounds = _rounds(machine, frame, node.generators, source)
    machine.captured.append(frame)
    return Generator(machine, frame, (machine.evaluate(inner, node.elt) for inner in rounds))


def set_comprehension(machine: Machine, frame: Frame, node: ast.SetComp) -> Any:
    """Return the set that a set comprehension builds."""
    source = machine.evaluate(frame, node.generators[0].iter)
    with machine.nested(2 + len(node.generators)):
        rounds = _rounds(machine, frame, node.generators, source)
        return set_of(machine, frame, [machine.evaluate(inner, node.elt) for inner in rounds])


def dictionary_comprehension(machine: Machine, frame: Frame, node: ast.DictComp) -> Any:
    """Return the dictionary that a dictionary comprehension builds."""
    source = machine.evaluate(frame, node.generators[0].iter)
    made: dict[Any, Any] = {}
    with machine.nested(2 + len(node.generators)):
        for inner in _rounds(machine, frame, node.generators, source):
            key = machine.evaluate(inner, node.key)
            set_key(machine, frame, made, key, machine.evaluate(inner, node.value))
    return made


def set_key(machine: Machine, frame: Frame, made: dict[Any, Any], key: Any, value: Any) -> None:
    """Add a key to a new dictionary."""
    check_keys(machine, (key,), len(made))
    machine.native(frame, made.__setitem__, key, value)
    machine.bounded(made)


def set_of(machine: Machine, frame: Frame, values: list[Any]) -> Any:
    """Return a set of values."""
    check_keys(machine, values, 0)
    return machine.native(frame, set, values)
