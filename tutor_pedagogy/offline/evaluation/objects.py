"""Classes and objects of the evaluated program: attributes, methods and instances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation.methods import is_method
from tutor_pedagogy.offline.evaluation.values import (
    UNKNOWN,
    Builtin,
    Closure,
    Decorated,
    Instance,
    Library,
    Method,
    NativeMethod,
    Stopped,
    Super,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tutor_pedagogy.offline.evaluation.frames import Frame
    from tutor_pedagogy.offline.evaluation.machine import Machine

_MISSING = object()
_TYPE_NAMES: dict[type, str] = {
    Closure: "function",
    Method: "method",
    NativeMethod: "builtin_function_or_method",
    Builtin: "builtin_function_or_method",
    Library: "module",
}


def type_name(value: Any) -> str:
    """Return the name of a value's type in an exception's message."""
    return _TYPE_NAMES.get(type(value), type(value).__name__)


def attribute(machine: Machine, frame: Frame, value: Any, name: str) -> Any:
    """Return `value.name`."""
    match value:
        case Unknown():
            found: Any = UNKNOWN
        case Library(members=members):
            found = members.get(name, UNKNOWN)
        case Super(owner=owner, receiver=receiver):
            order = type(receiver).__mro__
            member = _member(machine, order[order.index(owner) + 1 :], name)
            found = _bound(machine, frame, member, receiver, name)
        case type():
            found = _of_class(machine, frame, value, name)
        case Instance() | BaseException() if name in vars(value):
            found = vars(value)[name]
        case Instance() | BaseException() if type(value) in machine.members:
            found = _bound(machine, frame, _member(machine, type(value).__mro__, name), value, name)
        case _:
            found = _of_native(machine, frame, value, name)
    return found


def _of_native(machine: Machine, frame: Frame, value: Any, name: str) -> Any:
    if is_method(value, name):
        return NativeMethod(value, name)
    if isinstance(value, BaseException) and name == "args":
        return value.args
    if isinstance(value, Closure) and name == "__name__":
        return value.name
    if hasattr(value, name) and not isinstance(value, tuple(_TYPE_NAMES)):
        return UNKNOWN  # The attribute exists, but it is not evaluated.
    if name.startswith("__"):
        raise Stopped("a special attribute is not evaluated")
    return machine.throw(frame, AttributeError(f"'{type_name(value)}' object has no attribute '{name}'", name=name))


def set_attribute(machine: Machine, frame: Frame, value: Any, name: str, new: Any) -> None:
    """Run `value.name = new`."""
    if isinstance(value, type) and value in machine.members:
        machine.members[value][name] = new
        return
    if not isinstance(value, Instance | BaseException):
        if value is UNKNOWN:
            raise Stopped("an attribute is set on an object that is not known")
        machine.throw(frame, AttributeError(f"'{type_name(value)}' object has no attribute '{name}'", name=name))
    member = _member(machine, type(value).__mro__, name)
    if isinstance(member, Decorated) and member.kind == "property":
        raise Stopped("a property is set")
    if "__setattr__" in getattr(type(value), "own_methods", ()):
        raise Stopped("the program defines __setattr__")
    vars(value)[name] = new


def make_class(machine: Machine, frame: Frame, name: str, bases: Sequence[Any], members: Mapping[str, Any]) -> type:
    """Return a new class with these members."""
    native = tuple(base for base in bases if base is not object) or (Instance,)
    for base in native:
        is_exception = isinstance(base, type) and issubclass(base, BaseException)
        if not is_exception and not (isinstance(base, type) and issubclass(base, Instance)):
            raise Stopped("a class has a base that is not evaluated")
    inherited: frozenset[str] = frozenset().union(*(getattr(base, "own_methods", frozenset()) for base in native))
    own = frozenset(each for each in members if each.startswith("__"))
    made: type = machine.native(frame, type, name, native, {"own_methods": inherited | own, "__module__": "__main__"})
    machine.members[made] = dict(members)
    return made


def defined(machine: Machine, kind: type, name: str) -> Any:
    """Return a member of a class or of its bases; None if the program defines none."""
    found = _member(machine, kind.__mro__, name)
    return None if found is _MISSING else found


def _of_class(machine: Machine, frame: Frame, value: type, name: str) -> Any:
    found = _member(machine, value.__mro__, name)
    if name == "__name__":
        return value.__name__
    if found is _MISSING:
        if value in machine.members and not hasattr(value, name):
            message = f"type object '{value.__name__}' has no attribute '{name}'"
            machine.throw(frame, AttributeError(message, name=name))
        return UNKNOWN
    if isinstance(found, Decorated):
        return Method(found.function, value) if found.kind == "classmethod" else found.function
    return found


def _bound(machine: Machine, frame: Frame, found: Any, receiver: Any, name: str) -> Any:
    """Return a class member as it is seen through an instance."""
    if found is _MISSING:
        if (
            name in ("__init__", "__str__", "__repr__")
            or hasattr(Instance, name)
            or isinstance(receiver, BaseException)
        ):
            return UNKNOWN if not hasattr(object, name) else Builtin(f"object.{name}")
        if "__getattr__" in getattr(type(receiver), "own_methods", ()):
            raise Stopped("the program defines __getattr__")
        return machine.throw(
            frame, AttributeError(f"'{type_name(receiver)}' object has no attribute '{name}'", name=name)
        )
    if isinstance(found, Decorated):
        if found.kind == "property":
            return machine.call(frame, found.function, (receiver,), {})
        return Method(found.function, type(receiver)) if found.kind == "classmethod" else found.function
    if isinstance(found, Closure):
        return Method(found, receiver)
    return found


def _member(machine: Machine, order: Iterable[type], name: str) -> Any:
    for kind in order:
        members = machine.members.get(kind)
        if members is not None and name in members:
            return members[name]
    return _MISSING
