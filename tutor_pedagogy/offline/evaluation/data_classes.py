"""Classes under `@dataclass`: their fields, and the methods that the decorator adds."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation.frames import Frame
from tutor_pedagogy.offline.evaluation.values import Closure, Made, Stopped, Super
from tutor_pedagogy.problem.syntax_tree import syntax_tree
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor_pedagogy.offline.evaluation.machine import Machine

_OPTIONS = frozenset(("eq", "order", "repr"))
_SPECIAL = frozenset(("ClassVar", "InitVar", "KW_ONLY"))
_MAX_FIELDS = 50
_ABSENT = Super(object, None)
"""The default value of a parameter for which `default_factory` makes the actual value at each call."""
_FIELDS = "__dataclass_fields__"


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    default: Any = _ABSENT
    factory: Any = None

    @property
    def is_optional(self) -> bool:
        return self.default is not _ABSENT or self.factory is not None


def as_data_class(
    machine: Machine, node: ast.ClassDef, kind: type, annotations: Mapping[str, ast.expr], options: Mapping[str, Any]
) -> None:
    """Add the methods of `@dataclass` to a class. They are generated as Python source, which the evaluator runs."""
    if not options.keys() <= _OPTIONS or any(type(value) is not bool for value in options.values()):
        raise Stopped("a data class is not evaluated")
    members = machine.members[kind]
    fields: dict[str, _Field] = {}
    for base in reversed(kind.__mro__[1:]):
        fields |= machine.members.get(base, {}).get(_FIELDS, {})
    for name, annotation in annotations.items():
        machine.spend()
        if any(isinstance(each, ast.Name) and each.id in _SPECIAL for each in walk(annotation)):
            raise Stopped("a data class is not evaluated")
        fields[name] = _field(members, name)
    _check(list(fields.values()))
    members[_FIELDS] = fields
    members["__match_args__"] = tuple(fields)
    written = _written(list(fields.values()), kind.__name__, options, has_more="__post_init__" in kind.own_methods)  # type: ignore[attr-defined] # Every class that the program defines has this attribute.
    frame = Frame({"absent": _ABSENT, **{f"make_{each.name}": each.factory for each in fields.values()}})
    frame.parent = machine.module
    own = set()
    for function in syntax_tree(written).body:
        if not isinstance(function, ast.FunctionDef) or function.name in members:
            continue
        for inner in walk(function):
            if isinstance(inner, ast.expr | ast.stmt):
                inner.lineno = node.lineno
        defaults = {each.name: each.default for each in fields.values() if each.is_optional}
        members[function.name] = Closure(function, frame, defaults, kind, f"{kind.__qualname__}.{function.name}")
        own.add(function.name)
    if "__eq__" in own and "__hash__" not in members:
        kind.own_methods -= {"__hash__"}  # type: ignore[attr-defined] # Every class that the program defines has this attribute.
    kind.own_methods |= own  # type: ignore[attr-defined] # Every class that the program defines has this attribute.


def _field(members: dict[str, Any], name: str) -> _Field:
    if name not in members:
        return _Field(name)
    default = members[name]
    if isinstance(default, Made) and default.kind == "dataclasses.field":
        members.pop(name)
        given: dict[str, Any] = default.results
        if "default" in given:
            members[name] = given["default"]
        return _Field(name, given.get("default", _ABSENT), given.get("default_factory"))
    if type(default) in (list, dict, set):
        raise Stopped("a data class has a default that can change")
    return _Field(name, default)


def _check(fields: list[_Field]) -> None:
    """Raise `Stopped` for too many fields, or if a field without a default follows one with a default."""
    places = [place for place, each in enumerate(fields) if each.is_optional]
    if len(fields) > _MAX_FIELDS or (places and len(fields) - places[0] != len(places)):
        raise Stopped("a data class is not evaluated")


def _written(fields: list[_Field], kind: str, options: Mapping[str, Any], *, has_more: bool) -> str:
    """Return the source of the generated methods. The names of the fields in it are valid identifiers."""
    parameters = "".join(f", {each.name}" + "=absent" * each.is_optional for each in fields)
    body = [
        f"    self.{each.name} = make_{each.name}() if {each.name} is absent else {each.name}\n"
        if each.factory is not None
        else f"    self.{each.name} = {each.name}\n"
        for each in fields
    ]
    if has_more:
        body.append("    self.__post_init__()\n")
    functions = [f"def __init__(self{parameters}):\n" + ("".join(body) or "    pass\n")]
    shown = ", ".join(f"{each.name}={{self.{each.name}!r}}" for each in fields)
    if options.get("repr", True):
        functions.append(f"def __repr__(self):\n    return f'{kind}({shown})'\n")
    compared = [("eq", "=="), *((name, sign) for name, sign in _ORDERS if options.get("order"))]
    for name, sign in compared if options.get("eq", True) else ():
        mine, others = (f"({''.join(f'{one}.{each.name}, ' for each in fields)})" for one in ("self", "other"))
        functions.append(
            f"def __{name}__(self, other):\n"
            f"    return {mine} {sign} {others} if other.__class__ is self.__class__ else NotImplemented\n"
        )
    return "".join(functions)


_ORDERS = (("lt", "<"), ("le", "<="), ("gt", ">"), ("ge", ">="))
