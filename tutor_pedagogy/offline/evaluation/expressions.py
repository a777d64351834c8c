"""Expressions of the evaluated program."""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING, Any, NoReturn

from tutor_pedagogy.offline.evaluation import comprehensions, operators
from tutor_pedagogy.offline.evaluation.assignments import bind
from tutor_pedagogy.offline.evaluation.bounds import ITEMS_PER_STEP, MAX_DEPTH
from tutor_pedagogy.offline.evaluation.frames import mangled
from tutor_pedagogy.offline.evaluation.inspection import is_iterable
from tutor_pedagogy.offline.evaluation.libraries import NAMES
from tutor_pedagogy.offline.evaluation.searching import check_keys
from tutor_pedagogy.offline.evaluation.texts import formatted, repr_of, text_of
from tutor_pedagogy.offline.evaluation.values import UNKNOWN, Builtin, Closure, Stopped, Super, type_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tutor_pedagogy.offline.evaluation.frames import Frame
    from tutor_pedagogy.offline.evaluation.machine import Machine

_MISSING = object()
_COMPREHENSIONS_ARE_INLINED = sys.version_info >= (3, 12)


def evaluate(machine: Machine, frame: Frame, node: ast.expr) -> Any:
    """Return the value of an expression."""
    machine.steps_left -= 1
    if machine.steps_left < 0:
        raise Stopped("the program takes too many steps")
    reader = _READERS.get(type(node))
    if reader is None:
        raise Stopped("an expression is not evaluated")
    machine.depth += 1
    if machine.depth > MAX_DEPTH:
        machine.depth -= 1
        raise Stopped("calls are nested too deeply")
    try:
        value = reader(machine, frame, node)
    finally:
        machine.depth -= 1
    if value is UNKNOWN:
        machine.is_certain = False
    if machine.watched and node in machine.watched:
        machine.see(node, value)
    return value


def test(machine: Machine, frame: Frame, node: ast.expr) -> bool:
    """Return the truth value of a condition, and record it."""
    result = machine.truth(frame, machine.evaluate(frame, node))
    machine.tests.setdefault(node, set()).add(result)
    return result


def look_up(machine: Machine, frame: Frame, name: str) -> Any:
    """Return the value of a name. An unbound name raises `NameError` or `UnboundLocalError`."""
    at: Frame | None = frame
    while at is not None:
        if not at.is_class or at is frame:
            value = at.names.get(name, _MISSING)
            if value is not _MISSING:
                return value
            scope = at.scope
            if scope is not None:
                if name in scope.bound:
                    return _unbound(machine, frame, at, name)
                if name in scope.outer:
                    at = frame.module
                    if name in at.names:
                        return at.names[name]
        at = at.parent
    if name in NAMES:
        return NAMES[name]
    if name.startswith("__"):
        return UNKNOWN
    return machine.throw(frame, NameError(f"name '{name}' is not defined", name=name))


def _unbound(machine: Machine, frame: Frame, at: Frame, name: str) -> NoReturn:
    """Raise the exception for reading a variable of a function, or of an enclosing function, that has no value yet."""
    if at is frame or (at is frame.around and _COMPREHENSIONS_ARE_INLINED):
        message = f"cannot access local variable '{name}' where it is not associated with a value"
        machine.throw(frame, UnboundLocalError(message))
    message = f"cannot access free variable '{name}' where it is not associated with a value in enclosing scope"
    machine.throw(frame, NameError(message))


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
    if isinstance(node.func, ast.Name) and node.func.id == "super" and not node.args:
        around = frame.around
        if around.owner is None:
            machine.throw(frame, RuntimeError("super(): __class__ cell not found"))
        return Super(around.owner, around.receiver)
    function = machine.evaluate(frame, node.func)
    arguments = _items(machine, frame, node.args, _receiver_of_star(function))
    named: dict[str, Any] = {}
    for keyword in node.keywords:
        value = machine.evaluate(frame, keyword.value)
        if keyword.arg is not None:
            named[keyword.arg] = value
        elif isinstance(value, dict) and all(type(name) is str for name in value):
            machine.spend(len(value) // ITEMS_PER_STEP)
            named.update(value)
        else:
            raise Stopped("named arguments are not known")
    machine.line = line
    return machine.call(frame, function, arguments, named)


def _items(machine: Machine, frame: Frame, nodes: Sequence[ast.expr], starred: str = "Value") -> list[Any]:
    """Return the values of a display such as `[a, *b]`, or of arguments.

    `starred` is the subject of the error message for a value after `*` that is not iterable.
    """
    found: list[Any] = []
    for node in nodes:
        if not isinstance(node, ast.Starred):
            found.append(machine.evaluate(frame, node))
            continue
        value = machine.evaluate(frame, node.value)
        if value is not UNKNOWN and not is_iterable(value):
            if not starred:
                raise Stopped("the items of a value are not known")
            machine.throw(frame, TypeError(f"{starred} after * must be an iterable, not {type_name(value)}"))
        found += machine.listed(frame, value)
        machine.bounded(found)
    return found


def _receiver_of_star(function: Any) -> str:
    if isinstance(function, Closure):
        return f"__main__.{function.qualified}() argument"
    return f"{function.name}() argument" if isinstance(function, Builtin) and "." not in function.name else ""


def _attribute(machine: Machine, frame: Frame, node: ast.Attribute) -> Any:
    return machine.attribute(frame, machine.evaluate(frame, node.value), mangled(frame, node.attr))


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
    return comprehensions.set_of(machine, frame, _items(machine, frame, node.elts))


def _dictionary(machine: Machine, frame: Frame, node: ast.Dict) -> Any:
    made: dict[Any, Any] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            more = machine.evaluate(frame, value)
            if not isinstance(more, dict):
                raise Stopped("a dictionary is made of objects")
            check_keys(machine, more, len(made))
            made.update(more)
            machine.bounded(made)
        else:
            name = machine.evaluate(frame, key)
            comprehensions.set_key(machine, frame, made, name, machine.evaluate(frame, value))
    return made


def _f_string(machine: Machine, frame: Frame, node: ast.JoinedStr) -> Any:
    parts = [machine.evaluate(frame, part) for part in node.values]
    return UNKNOWN if any(part is UNKNOWN for part in parts) else machine.joined("", parts)


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
    machine.captured.append(frame)
    owner = frame.around.owner
    return Closure(node, frame, defaults_of(machine, frame, node.args), owner, frame.qualify("<lambda>"))


def defaults_of(machine: Machine, frame: Frame, arguments: ast.arguments) -> dict[str, Any]:
    """Return the default values of parameters, by parameter name."""
    positional = [*arguments.posonlyargs, *arguments.args]
    given = positional[len(positional) - len(arguments.defaults) :]
    found = {each.arg: machine.evaluate(frame, value) for each, value in zip(given, arguments.defaults, strict=True)}
    for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is not None:
            found[each.arg] = machine.evaluate(frame, default)
    return found


def _walrus(machine: Machine, frame: Frame, node: ast.NamedExpr) -> Any:
    value = machine.evaluate(frame, node.value)
    bind(machine, frame.around, node.target, value)
    return value


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
    ast.ListComp: comprehensions.list_comprehension,
    ast.GeneratorExp: comprehensions.generator,
    ast.SetComp: comprehensions.set_comprehension,
    ast.DictComp: comprehensions.dictionary_comprehension,
}
