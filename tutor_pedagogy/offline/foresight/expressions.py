"""Interpret expressions: the type of each value, and the exceptions that Python would raise."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.nodes import names_in
from tutor_pedagogy.offline.foresight import members, operators
from tutor_pedagogy.offline.foresight.calls import Given, attribute, call
from tutor_pedagogy.offline.foresight.frame import Frame
from tutor_pedagogy.offline.foresight.predicted import PredictedException, type_error
from tutor_pedagogy.offline.foresight.scopes import parameters_of
from tutor_pedagogy.offline.foresight.value_types import (
    ANY,
    BOOL,
    BYTES,
    FLOAT,
    FUNCTIONS,
    INT,
    NEVER,
    NONE,
    STR,
    UNBOUND,
    Type,
    collection,
    dictionary,
    items_of,
    join,
    join_all,
    tuple_of,
)
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


_CONSTANTS: dict[type, Type] = {
    str: STR,
    int: INT,
    float: FLOAT,
    bool: BOOL,
    bytes: BYTES,
    type(None): NONE,
    complex: Type("complex"),
}
ASKING = frozenset(("isinstance", "type", "callable", "hasattr", "issubclass"))
_MADE_LATER = frozenset(("NameError",))
"""Exceptions that are not predicted in a lambda's body, because its names may be bound before it is called."""


def type_of(frame: Frame, node: ast.expr) -> Type:
    """Return the type of an expression's value, and record the exceptions predicted in it."""
    frame.interpreter.step()
    read = _READERS.get(type(node))
    return read(frame, node) if read is not None else _others(frame, node)


def _others(frame: Frame, node: ast.expr) -> Type:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            type_of(frame, child)
    return ANY


def _constant(_: Frame, node: ast.Constant) -> Type:
    return _CONSTANTS.get(type(node.value), ANY)


def _attribute(frame: Frame, node: ast.Attribute) -> Type:
    owner = type_of(frame, node.value)
    if owner is NEVER or not isinstance(node.ctx, ast.Load):
        return owner if owner is NEVER else ANY
    return frame.check(node, attribute(frame, owner, node.attr))


def _subscript(frame: Frame, node: ast.Subscript) -> Type:
    owner, index = type_of(frame, node.value), _index(frame, node.slice)
    if isinstance(node.ctx, ast.Store):
        return frame.check(node, members.item_assigned(owner, index) or ANY)
    if isinstance(node.ctx, ast.Del):
        return ANY
    return frame.check(node, members.item(owner, index))


def _index(frame: Frame, node: ast.expr) -> Type | None:
    """Return the type of an index, or None for a slice."""
    type_ = type_of(frame, node)
    return None if isinstance(node, ast.Slice) else type_


def _call(frame: Frame, node: ast.Call) -> Type:
    called = type_of(frame, node.func)
    given = [type_of(frame, argument) for argument in node.args]
    named = {word.arg or "**": type_of(frame, word.value) for word in node.keywords}
    if called is NEVER or NEVER in given or NEVER in named.values():
        return NEVER
    return frame.check(node, call(frame, node, called, Given(given, named)))


def _binary(frame: Frame, node: ast.BinOp) -> Type:
    left, right = type_of(frame, node.left), type_of(frame, node.right)
    return frame.check(node, operators.binary(node.op, left, right))


def _unary(frame: Frame, node: ast.UnaryOp) -> Type:
    if isinstance(node.op, ast.Not):
        asked(frame, node.operand)
        return BOOL
    return frame.check(node, operators.unary(node.op, type_of(frame, node.operand)))


def _compare(frame: Frame, node: ast.Compare) -> Type:
    left, given = type_of(frame, node.left), BOOL
    for number, (op, comparator) in enumerate(zip(node.ops, node.comparators, strict=True), 1):
        right = type_of(frame, comparator)
        given = frame.check(node, operators.compare(op, left, right))
        if number < len(node.ops) and (predicted := operators.truth(given)) is not None:
            return frame.predict(node, predicted)
        left = right
    return given


def _boolean(frame: Frame, node: ast.BoolOp) -> Type:
    before = dict(frame.names)
    types = [asked(frame, value) for value in node.values[:1]]
    for number, value in enumerate(node.values[1:], 2):
        narrow(frame, node.values[number - 2])
        # An operand in front may ask whether a name still has its first value, None.
        is_guarded = any(frame.names.get(name) == NONE for name in names_in(value))
        if is_guarded:
            frame.caught.append(frozenset(("TypeError", "AttributeError")))
        types.append(asked(frame, value) if number < len(node.values) else type_of(frame, value))
        if is_guarded:
            frame.caught.pop()
    frame.names.update((name, type_) for name, type_ in before.items() if type_ is not UNBOUND)
    return join_all(types)


def _either(frame: Frame, node: ast.IfExp) -> Type:
    asked(frame, node.test)
    before = dict(frame.names)
    narrow(frame, node.test)
    given = join(type_of(frame, node.body), type_of(frame, node.orelse))
    frame.names.update((name, type_) for name, type_ in before.items() if type_ is not UNBOUND)
    return given


def asked(frame: Frame, node: ast.expr) -> Type:
    """Return the type of an expression used as a condition, and record the exceptions predicted in it."""
    type_ = type_of(frame, node)
    return frame.check(node, operators.truth(type_) or type_)


def narrow(frame: Frame, test: ast.expr) -> set[str]:
    """Forget the types of the names that a condition tests for their type or for None. Return these names."""
    found: set[str] = set()
    if not frame.interpreter.asks_for_types and NONE not in frame.names.values():
        return found
    for node in walk(test):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in ASKING:
                found |= names_in(node)
            case (
                ast.Compare(ops=[ast.Is() | ast.IsNot(), *_]) | ast.Compare(comparators=[ast.Constant(value=None), *_])
            ):
                found |= names_in(node)
            case ast.Name(id=name) if frame.names.get(name) == NONE:
                found.add(name)
    for name in found & frame.names.keys():
        if frame.names[name] is not UNBOUND:
            frame.names[name] = ANY
    return found


def _list(frame: Frame, node: ast.List) -> Type:
    return collection("list", join_all(_elements(frame, node.elts)))


def _tuple(frame: Frame, node: ast.Tuple) -> Type:
    types = _elements(frame, node.elts)
    if any(isinstance(element, ast.Starred) for element in node.elts):
        return collection("tuple", join_all(types))
    return tuple_of(*types)


def _set(frame: Frame, node: ast.Set) -> Type:
    types = _elements(frame, node.elts)
    return collection("set", join_all(types)) if _are_hashable(frame, node.elts, types) else NEVER


def _are_hashable(frame: Frame, nodes: Sequence[ast.expr | None], types: Sequence[Type]) -> bool:
    """Return whether all values are hashable, as dictionary keys and set items must be; else record the exception."""
    for node, type_ in zip(nodes, types, strict=True):
        if node is not None and (predicted := members.not_hashable(type_)) is not None:
            frame.predict(node, predicted)
            return False
    return True


def _elements(frame: Frame, nodes: Sequence[ast.expr]) -> list[Type]:
    return [ANY if type_ is NEVER else type_ for type_ in (type_of(frame, node) for node in nodes)]


def _dict(frame: Frame, node: ast.Dict) -> Type:
    keys = [type_of(frame, key) if key is not None else ANY for key in node.keys]
    if not _are_hashable(frame, node.keys, keys):
        return NEVER
    pairs = zip(node.keys, node.values, strict=True)
    values = [type_of(frame, value) if key is not None else ANY for key, value in pairs]
    return dictionary(join_all(keys), join_all(values))


def _comprehension(frame: Frame, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Type:
    before = dict(frame.names)
    _generators(frame, node.generators)
    parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
    first, *value = [type_of(frame, part) for part in parts]
    frame.names = before
    if value:
        return dictionary(first, *value)
    name = {ast.ListComp: "list", ast.SetComp: "set"}.get(type(node), "generator")
    return collection(name, ANY if first is NEVER else first)


def _generators(frame: Frame, generators: Sequence[ast.comprehension]) -> None:
    for generator in generators:
        bind_target(frame, generator.target, handed_out(frame, generator.iter, asynchronous=bool(generator.is_async)))
        for test in generator.ifs:
            asked(frame, test)
            narrow(frame, test)


def handed_out(frame: Frame, node: ast.expr, *, asynchronous: bool = False) -> Type:
    """Return the type of the items of an iterated value, and record an exception if the value is not iterable."""
    type_ = type_of(frame, node)
    predicted = None if asynchronous else members.iterated(type_)
    return frame.check(node, predicted or (NEVER if type_ is NEVER else items_of(type_)))


def bind_target(frame: Frame, target: ast.expr, type_: Type) -> None:
    """Record the type of the names in a target of an assignment or of a `for` loop."""
    match target:
        case ast.Name(id=name):
            frame.names[name] = type_
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            _taken_apart(frame, target, elements, type_)
        case ast.Starred(value=value):
            bind_target(frame, value, collection("list", ANY))
        case ast.Subscript(value=ast.Name(id=name) as owner):
            key = type_of(frame, target.slice) if frame.names.get(name, ANY).name == "dict" else ANY
            type_of(frame, target)
            frame.add_item(owner, type_, key)
        case _:
            type_of(frame, target)


def _taken_apart(frame: Frame, target: ast.expr, elements: Sequence[ast.expr], type_: Type) -> None:
    count, given = len(elements), len(type_.parts) if type_.name == "tuple" else 0
    parts: Sequence[Type] = [items_of(type_)] * count
    if type_.is_number or type_ == NONE or type_.name in FUNCTIONS:
        refused = type_error(f"cannot unpack non-iterable {type_.shown} object")
        parts = [frame.predict(target, refused)] * count
    elif given and not any(isinstance(element, ast.Starred) for element in elements):
        parts = type_.parts
        if given != count:
            few = f"not enough values to unpack (expected {count}, got {given})"
            message = f"too many values to unpack (expected {count})" if given > count else few
            parts = [frame.predict(target, PredictedException("ValueError", message))] * count
    for element, part in zip(elements, parts, strict=True):
        bind_target(frame, element, part)


def _walrus(frame: Frame, node: ast.NamedExpr) -> Type:
    type_ = type_of(frame, node.value)
    bind_target(frame, node.target, type_)
    return type_


def _lambda(frame: Frame, node: ast.Lambda) -> Type:
    before = frame.names
    frame.names = {name: type_ if type_.name in FUNCTIONS else ANY for name, type_ in before.items()}
    frame.names |= dict.fromkeys(parameters_of(node.args), ANY)
    frame.caught.append(_MADE_LATER)
    type_of(frame, node.body)
    frame.caught.pop()
    frame.names = before
    return Type("function")


def _formatted_string(frame: Frame, node: ast.JoinedStr) -> Type:
    _others(frame, node)
    return STR


_READERS: dict[type[ast.expr], Callable[[Frame, Any], Type]] = {
    ast.Constant: _constant,
    ast.Name: Frame.look_up,
    ast.JoinedStr: _formatted_string,
    ast.NamedExpr: _walrus,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Call: _call,
    ast.Lambda: _lambda,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.BoolOp: _boolean,
    ast.IfExp: _either,
    ast.List: _list,
    ast.Tuple: _tuple,
    ast.Set: _set,
    ast.Dict: _dict,
    **dict.fromkeys((ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp), _comprehension),
}
