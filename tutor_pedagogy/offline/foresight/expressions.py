"""Going through an expression in thought: the kind of value it gives, and where Python would refuse."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.foresight import members, operators
from tutor_pedagogy.offline.foresight.calls import Given, attribute, call
from tutor_pedagogy.offline.foresight.kinds import (
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
    Kind,
    collection,
    dictionary,
    items_of,
    join,
    join_all,
    tuple_of,
)
from tutor_pedagogy.offline.foresight.operators import Complaint
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tutor_pedagogy.offline.foresight.frame import Frame

_CONSTANTS: dict[type, Kind] = {
    str: STR,
    int: INT,
    float: FLOAT,
    bool: BOOL,
    bytes: BYTES,
    type(None): NONE,
    complex: Kind("complex"),
}
ASKING = frozenset(("isinstance", "type", "callable", "hasattr", "issubclass"))
_MADE_LATER = frozenset(("NameError",))
"""What a lambda meets no more by the time it is called: names that get their values after it."""
_UNHASHABLE = frozenset(("list", "dict", "set"))


def kind_of(frame: Frame, node: ast.expr) -> Kind:
    """Give the kind of value of an expression, and note what goes wrong in it."""
    frame.thought.step()
    read = _READERS.get(type(node))
    return read(frame, node) if read is not None else _others(frame, node)


def _others(frame: Frame, node: ast.expr) -> Kind:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            kind_of(frame, child)
    return ANY


def _constant(_: Frame, node: ast.Constant) -> Kind:
    return _CONSTANTS.get(type(node.value), ANY)


def _name(frame: Frame, node: ast.Name) -> Kind:
    return frame.look_up(node)


def _attribute(frame: Frame, node: ast.Attribute) -> Kind:
    owner = kind_of(frame, node.value)
    if owner is NEVER or not isinstance(node.ctx, ast.Load):
        return owner if owner is NEVER else ANY
    return frame.check(node, attribute(frame, owner, node.attr))


def _subscript(frame: Frame, node: ast.Subscript) -> Kind:
    owner, index = kind_of(frame, node.value), _index(frame, node.slice)
    if isinstance(node.ctx, ast.Store):
        complaint = members.item_assigned(owner, index)
        return frame.refuse(node, complaint) if complaint is not None else ANY
    if isinstance(node.ctx, ast.Del):
        return ANY
    return frame.check(node, members.item(owner, index))


def _index(frame: Frame, node: ast.expr) -> Kind | None:
    if isinstance(node, ast.Slice):
        for part in (node.lower, node.upper, node.step):
            if part is not None:
                kind_of(frame, part)
        return None
    return kind_of(frame, node)


def _call(frame: Frame, node: ast.Call) -> Kind:
    called = kind_of(frame, node.func)
    given = [kind_of(frame, argument) for argument in node.args]
    named = {word.arg or "**": kind_of(frame, word.value) for word in node.keywords}
    if called is NEVER or NEVER in given or NEVER in named.values():
        return NEVER
    return frame.check(node, call(frame, node, called, Given(given, named)))


def _binary(frame: Frame, node: ast.BinOp) -> Kind:
    left, right = kind_of(frame, node.left), kind_of(frame, node.right)
    return frame.check(node, operators.binary(node.op, left, right))


def _unary(frame: Frame, node: ast.UnaryOp) -> Kind:
    if isinstance(node.op, ast.Not):
        asked(frame, node.operand)
        return BOOL
    return frame.check(node, operators.unary(node.op, kind_of(frame, node.operand)))


def _compare(frame: Frame, node: ast.Compare) -> Kind:
    left, given = kind_of(frame, node.left), BOOL
    for number, (sign, comparator) in enumerate(zip(node.ops, node.comparators, strict=True), 1):
        right = kind_of(frame, comparator)
        given = frame.check(node, operators.compare(sign, left, right))
        if number < len(node.ops) and (complaint := operators.truth(given)) is not None:
            return frame.refuse(node, complaint)
        left = right
    return given


def _boolean(frame: Frame, node: ast.BoolOp) -> Kind:
    before = dict(frame.names)
    kinds = [asked(frame, value) for value in node.values[:1]]
    for number, value in enumerate(node.values[1:], 2):
        narrow(frame, node.values[number - 2])
        kinds.append(asked(frame, value) if number < len(node.values) else kind_of(frame, value))
    frame.names.update((name, kind) for name, kind in before.items() if kind is not UNBOUND)
    return join_all(kinds)


def _either(frame: Frame, node: ast.IfExp) -> Kind:
    asked(frame, node.test)
    before = dict(frame.names)
    narrow(frame, node.test)
    given = join(kind_of(frame, node.body), kind_of(frame, node.orelse))
    frame.names.update((name, kind) for name, kind in before.items() if kind is not UNBOUND)
    return given


def asked(frame: Frame, node: ast.expr) -> Kind:
    """Go through an expression whose truth is asked for."""
    kind = kind_of(frame, node)
    complaint = operators.truth(kind)
    return frame.refuse(node, complaint) if complaint is not None else kind


def narrow(frame: Frame, test: ast.expr) -> set[str]:
    """Forget the kinds of names that a condition tells apart by their kind; give these names."""
    found: set[str] = set()
    if not frame.thought.asks_for_kinds and NONE not in frame.names.values():
        return found
    for node in walk(test):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in ASKING:
                found |= _names(node)
            case (
                ast.Compare(ops=[ast.Is() | ast.IsNot(), *_]) | ast.Compare(comparators=[ast.Constant(value=None), *_])
            ):
                found |= _names(node)
            case ast.Name(id=name) if frame.names.get(name) == NONE:
                found.add(name)
    for name in found & frame.names.keys():
        if frame.names[name] is not UNBOUND:
            frame.names[name] = ANY
    return found


def _names(node: ast.AST) -> set[str]:
    return {inner.id for inner in walk(node) if isinstance(inner, ast.Name)}


def _list(frame: Frame, node: ast.List) -> Kind:
    return collection("list", join_all(_elements(frame, node.elts)))


def _tuple(frame: Frame, node: ast.Tuple) -> Kind:
    kinds = _elements(frame, node.elts)
    if any(isinstance(element, ast.Starred) for element in node.elts):
        return collection("tuple", join_all(kinds))
    return tuple_of(*kinds)


def _set(frame: Frame, node: ast.Set) -> Kind:
    kinds = _elements(frame, node.elts)
    for element, kind in zip(node.elts, kinds, strict=True):
        if kind.name in _UNHASHABLE:
            return frame.refuse(element, Complaint("TypeError", f"unhashable type: '{kind.name}'"))
    return collection("set", join_all(kinds))


def _elements(frame: Frame, nodes: Sequence[ast.expr]) -> list[Kind]:
    return [ANY if kind is NEVER else kind for kind in (kind_of(frame, node) for node in nodes)]


def _dict(frame: Frame, node: ast.Dict) -> Kind:
    keys: list[Kind] = []
    for key in node.keys:
        kind = kind_of(frame, key) if key is not None else ANY
        if kind.name in _UNHASHABLE and key is not None:
            return frame.refuse(key, Complaint("TypeError", f"unhashable type: '{kind.name}'"))
        keys.append(kind)
    values = [
        kind_of(frame, value) if key is not None else ANY for key, value in zip(node.keys, node.values, strict=True)
    ]
    return dictionary(join_all(keys), join_all(values))


def _comprehension(frame: Frame, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Kind:
    before = dict(frame.names)
    _generators(frame, node.generators)
    item = kind_of(frame, node.elt)
    frame.names = before
    name = {ast.ListComp: "list", ast.SetComp: "set"}.get(type(node), "generator")
    return collection(name, ANY if item is NEVER else item)


def _dict_comprehension(frame: Frame, node: ast.DictComp) -> Kind:
    before = dict(frame.names)
    _generators(frame, node.generators)
    key, value = kind_of(frame, node.key), kind_of(frame, node.value)
    frame.names = before
    return dictionary(key, value)


def _generators(frame: Frame, generators: Sequence[ast.comprehension]) -> None:
    for generator in generators:
        bind_target(frame, generator.target, handed_out(frame, generator.iter, asynchronous=bool(generator.is_async)))
        for test in generator.ifs:
            asked(frame, test)
            narrow(frame, test)


def handed_out(frame: Frame, node: ast.expr, *, asynchronous: bool = False) -> Kind:
    """Give what a loop over an expression hands out."""
    kind = kind_of(frame, node)
    complaint = None if asynchronous else members.iterated(kind)
    if complaint is not None:
        return frame.refuse(node, complaint)
    return NEVER if kind is NEVER else items_of(kind)


def bind_target(frame: Frame, target: ast.expr, kind: Kind) -> None:
    """Give a value to what stands left of an equals sign, or after `for`."""
    match target:
        case ast.Name(id=name):
            frame.names[name] = kind
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            _taken_apart(frame, target, elements, kind)
        case ast.Starred(value=value):
            bind_target(frame, value, collection("list", ANY))
        case ast.Subscript(value=ast.Name(id=name) as owner):
            key = kind_of(frame, target.slice) if frame.names.get(name, ANY).name == "dict" else ANY
            kind_of(frame, target)
            frame.add_item(owner, kind, key)
        case _:
            kind_of(frame, target)


def _taken_apart(frame: Frame, target: ast.expr, elements: Sequence[ast.expr], kind: Kind) -> None:
    count, starred = len(elements), any(isinstance(element, ast.Starred) for element in elements)
    given = len(kind.parts) if kind.name == "tuple" else 0
    parts: Sequence[Kind] = [items_of(kind)] * count
    if kind.is_number or kind == NONE or kind.name in FUNCTIONS:
        parts = [frame.refuse(target, Complaint("TypeError", f"cannot unpack non-iterable {kind.said} object"))] * count
    elif given and not starred and given != count:
        few, many = f"not enough values to unpack (expected {count}, got {given})", "too many values to unpack"
        said = f"{many} (expected {count})" if given > count else few
        parts = [frame.refuse(target, Complaint("ValueError", said))] * count
    elif given == count and not starred:
        parts = kind.parts
    for element, part in zip(elements, parts, strict=True):
        bind_target(frame, element, part)


def _walrus(frame: Frame, node: ast.NamedExpr) -> Kind:
    kind = kind_of(frame, node.value)
    bind_target(frame, node.target, kind)
    return kind


def _lambda(frame: Frame, node: ast.Lambda) -> Kind:
    before = frame.names
    frame.names = {name: kind if kind.name in FUNCTIONS else ANY for name, kind in before.items()}
    listed = node.args
    every = [*listed.posonlyargs, *listed.args, *listed.kwonlyargs, listed.vararg, listed.kwarg]
    frame.names |= {argument.arg: ANY for argument in every if argument is not None}
    frame.caught.append(_MADE_LATER)
    kind_of(frame, node.body)
    frame.caught.pop()
    frame.names = before
    return Kind("function")


def _text(frame: Frame, node: ast.JoinedStr) -> Kind:
    for value in node.values:
        if isinstance(value, ast.FormattedValue):
            kind_of(frame, value.value)
            if value.format_spec is not None:
                kind_of(frame, value.format_spec)
    return STR


_READERS: dict[type[ast.expr], Callable[[Frame, Any], Kind]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Call: _call,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.BoolOp: _boolean,
    ast.IfExp: _either,
    ast.List: _list,
    ast.Tuple: _tuple,
    ast.Set: _set,
    ast.Dict: _dict,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _dict_comprehension,
    ast.NamedExpr: _walrus,
    ast.Lambda: _lambda,
    ast.JoinedStr: _text,
}
