"""Expressions of the evaluated program."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation import operators
from tutor_pedagogy.offline.evaluation.assignments import bind
from tutor_pedagogy.offline.evaluation.builtin_functions import NAMES
from tutor_pedagogy.offline.evaluation.frames import Frame
from tutor_pedagogy.offline.evaluation.machine import MAX_DEPTH
from tutor_pedagogy.offline.evaluation.texts import formatted, repr_of, text_of
from tutor_pedagogy.offline.evaluation.values import UNKNOWN, Closure, Stopped, Super

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tutor_pedagogy.offline.evaluation.machine import Machine

_MISSING = object()


def evaluate(machine: Machine, frame: Frame, node: ast.expr) -> Any:
    """Return the value of an expression."""
    machine.spend()
    machine.depth += 1
    if machine.depth > MAX_DEPTH:
        raise Stopped("calls are nested too deeply")
    try:
        reader = _READERS.get(type(node))
        if reader is None:
            raise Stopped("an expression is not evaluated")
        value = reader(machine, frame, node)
    finally:
        machine.depth -= 1
    if value is UNKNOWN:
        machine.is_certain = False
    if node in machine.watched:
        machine.see(node, value)
    return value


def test(machine: Machine, frame: Frame, node: ast.expr) -> bool:
    """Return the truth value of a condition, and note it."""
    result = machine.truth(frame, machine.evaluate(frame, node))
    machine.tests.setdefault(node, set()).add(result)
    return result


def look_up(machine: Machine, frame: Frame, name: str) -> Any:
    """Return the value of a name. An unbound name raises `NameError` or `UnboundLocalError`."""
    scope = frame.scope
    if scope is not None and name in scope.outer:
        return _global(machine, frame, name)
    at: Frame | None = frame
    while at is not None:
        value = at.names.get(name, _MISSING)
        if value is not _MISSING:
            return value
        if at.scope is not None and name in at.scope.bound and at is frame:
            message = f"cannot access local variable '{name}' where it is not associated with a value"
            machine.throw(frame, UnboundLocalError(message))
        at = at.parent
    return _builtin(machine, frame, name)


def _global(machine: Machine, frame: Frame, name: str) -> Any:
    value = frame.module.names.get(name, _MISSING)
    return _builtin(machine, frame, name) if value is _MISSING else value


def _builtin(machine: Machine, frame: Frame, name: str) -> Any:
    if name in NAMES:
        return NAMES[name]
    if name.startswith("__"):
        return UNKNOWN
    return machine.throw(frame, NameError(f"name '{name}' is not defined", name=name))


def _constant(_machine: Machine, _frame: Frame, node: ast.Constant) -> Any:
    return node.value


def _name(machine: Machine, frame: Frame, node: ast.Name) -> Any:
    return look_up(machine, frame, node.id)


def _binary(machine: Machine, frame: Frame, node: ast.BinOp) -> Any:
    left = machine.evaluate(frame, node.left)
    right = machine.evaluate(frame, node.right)
    return operators.binary(machine, frame, type(node.op), left, right, in_place=False)


def _unary(machine: Machine, frame: Frame, node: ast.UnaryOp) -> Any:
    return operators.unary(machine, frame, type(node.op), machine.evaluate(frame, node.operand))


def _boolean(machine: Machine, frame: Frame, node: ast.BoolOp) -> Any:
    ends_at = isinstance(node.op, ast.Or)
    value: Any = None
    for part in node.values:
        value = machine.evaluate(frame, part)
        if part is not node.values[-1] and machine.truth(frame, value) is ends_at:
            break
    return value


def _comparison(machine: Machine, frame: Frame, node: ast.Compare) -> Any:
    left = machine.evaluate(frame, node.left)
    result: Any = True
    for kind, part in zip(node.ops, node.comparators, strict=True):
        right = machine.evaluate(frame, part)
        result = operators.compare(machine, frame, type(kind), left, right)
        if part is not node.comparators[-1] and not machine.truth(frame, result):
            break
        left = right
    return result


def _choice(machine: Machine, frame: Frame, node: ast.IfExp) -> Any:
    return machine.evaluate(frame, node.body if test(machine, frame, node.test) else node.orelse)


def _call(machine: Machine, frame: Frame, node: ast.Call) -> Any:
    line = machine.line
    if isinstance(node.func, ast.Name) and node.func.id == "super" and not node.args and frame.owner is not None:
        return Super(frame.owner, frame.receiver)
    function = machine.evaluate(frame, node.func)
    arguments = _items(machine, frame, node.args)
    named: dict[str, Any] = {}
    for keyword in node.keywords:
        value = machine.evaluate(frame, keyword.value)
        if keyword.arg is not None:
            named[keyword.arg] = value
        elif isinstance(value, dict):
            named.update(value)
        else:
            raise Stopped("named arguments are not known")
    machine.line = line
    return machine.call(frame, function, arguments, named)


def _items(machine: Machine, frame: Frame, nodes: Sequence[ast.expr]) -> list[Any]:
    found: list[Any] = []
    for node in nodes:
        if isinstance(node, ast.Starred):
            found += machine.listed(frame, machine.evaluate(frame, node.value))
        else:
            found.append(machine.evaluate(frame, node))
    return found


def _attribute(machine: Machine, frame: Frame, node: ast.Attribute) -> Any:
    return machine.attribute(frame, machine.evaluate(frame, node.value), node.attr)


def _subscript(machine: Machine, frame: Frame, node: ast.Subscript) -> Any:
    value = machine.evaluate(frame, node.value)
    return operators.subscript(machine, frame, value, machine.evaluate(frame, node.slice))


def _slice(machine: Machine, frame: Frame, node: ast.Slice) -> Any:
    ends = [None if part is None else machine.evaluate(frame, part) for part in (node.lower, node.upper, node.step)]
    return UNKNOWN if any(end is UNKNOWN for end in ends) else slice(*ends)


def _list(machine: Machine, frame: Frame, node: ast.List) -> Any:
    return _items(machine, frame, node.elts)


def _tuple(machine: Machine, frame: Frame, node: ast.Tuple) -> Any:
    return tuple(_items(machine, frame, node.elts))


def _set(machine: Machine, frame: Frame, node: ast.Set) -> Any:
    return machine.native(frame, set, _items(machine, frame, node.elts))


def _dictionary(machine: Machine, frame: Frame, node: ast.Dict) -> Any:
    made: dict[Any, Any] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            machine.native(frame, made.update, machine.evaluate(frame, value))
        else:
            name = machine.evaluate(frame, key)
            machine.native(frame, made.__setitem__, name, machine.evaluate(frame, value))
    return made


def _f_string(machine: Machine, frame: Frame, node: ast.JoinedStr) -> Any:
    parts = [machine.evaluate(frame, part) for part in node.values]
    return UNKNOWN if any(part is UNKNOWN for part in parts) else machine.bounded("".join(parts))


def _field(machine: Machine, frame: Frame, node: ast.FormattedValue) -> Any:
    value = machine.evaluate(frame, node.value)
    spec = machine.evaluate(frame, node.format_spec) if node.format_spec is not None else ""
    if value is UNKNOWN or spec is UNKNOWN:
        return UNKNOWN
    if node.conversion == ord("r"):
        value = repr_of(machine, frame, value)
    elif node.conversion == ord("s"):
        value = text_of(machine, frame, value)
    return formatted(machine, frame, value, spec)


def _function(machine: Machine, frame: Frame, node: ast.Lambda) -> Any:
    return Closure(node, frame, defaults_of(machine, frame, node.args))


def defaults_of(machine: Machine, frame: Frame, arguments: ast.arguments) -> dict[str, Any]:
    """Return the default values of parameters by name."""
    positional = [*arguments.posonlyargs, *arguments.args]
    given = positional[len(positional) - len(arguments.defaults) :]
    found = {each.arg: machine.evaluate(frame, value) for each, value in zip(given, arguments.defaults, strict=True)}
    for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is not None:
            found[each.arg] = machine.evaluate(frame, default)
    return found


def _walrus(machine: Machine, frame: Frame, node: ast.NamedExpr) -> Any:
    value = machine.evaluate(frame, node.value)
    bind(machine, frame, node.target, value)
    return value


def _rounds(machine: Machine, frame: Frame, generators: Sequence[ast.comprehension]) -> Iterator[Frame]:
    """Yield the frame of a comprehension once for each combination of items that passes the conditions."""
    inner = Frame({}, parent=frame, function=frame.function, owner=frame.owner, receiver=frame.receiver)
    yield from _nested(machine, inner, generators, machine.evaluate(frame, generators[0].iter))


def _nested(machine: Machine, inner: Frame, generators: Sequence[ast.comprehension], source: Any) -> Iterator[Frame]:
    first, *others = generators
    if first.is_async:
        raise Stopped("a comprehension is not evaluated")
    for item in machine.listed(inner, source):
        machine.spend()
        bind(machine, inner, first.target, item)
        if all(test(machine, inner, condition) for condition in first.ifs):
            if others:
                yield from _nested(machine, inner, others, machine.evaluate(inner, others[0].iter))
            else:
                yield inner


def _list_comprehension(machine: Machine, frame: Frame, node: ast.ListComp | ast.GeneratorExp) -> Any:
    return machine.bounded([machine.evaluate(inner, node.elt) for inner in _rounds(machine, frame, node.generators)])


def _generator(machine: Machine, frame: Frame, node: ast.GeneratorExp) -> Any:
    values = _list_comprehension(machine, frame, node)
    return (value for value in values)


def _set_comprehension(machine: Machine, frame: Frame, node: ast.SetComp) -> Any:
    values = [machine.evaluate(inner, node.elt) for inner in _rounds(machine, frame, node.generators)]
    return machine.native(frame, set, values)


def _dictionary_comprehension(machine: Machine, frame: Frame, node: ast.DictComp) -> Any:
    rounds = _rounds(machine, frame, node.generators)
    return machine.native(
        frame, dict, [(machine.evaluate(inner, node.key), machine.evaluate(inner, node.value)) for inner in rounds]
    )


_READERS: dict[type[ast.AST], Callable[[Machine, Frame, Any], Any]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.BoolOp: _boolean,
    ast.Compare: _comparison,
    ast.IfExp: _choice,
    ast.Call: _call,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Slice: _slice,
    ast.List: _list,
    ast.Tuple: _tuple,
    ast.Set: _set,
    ast.Dict: _dictionary,
    ast.JoinedStr: _f_string,
    ast.FormattedValue: _field,
    ast.Lambda: _function,
    ast.NamedExpr: _walrus,
    ast.ListComp: _list_comprehension,
    ast.GeneratorExp: _generator,
    ast.SetComp: _set_comprehension,
    ast.DictComp: _dictionary_comprehension,
}
