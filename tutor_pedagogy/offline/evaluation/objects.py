"""Classes and objects of the evaluated program: attributes, methods and instances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation.methods import is_method
from tutor_pedagogy.offline.evaluation.values import (
    DICTIONARIES,
    SCALARS,
    STAND_INS,
    TEXTS,
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
    type_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tutor_pedagogy.offline.evaluation.frames import Frame
    from tutor_pedagogy.offline.evaluation.machine import Machine

MAX_CLASSES = 200
"""The maximum number of classes of a program, and of the direct and indirect bases of one class."""
_MISSING = object()
_CLASS_METHODS = ("__init_subclass__", "__class_getitem__")
"""Methods that are class methods without a decorator."""
_KNOWN_TYPES = SCALARS | TEXTS | DICTIONARIES | {list, tuple, set, frozenset}


def attribute(machine: Machine, frame: Frame, value: Any, name: str) -> Any:
    """Return `value.name`."""
    match value:
        case Unknown():
            found: Any = UNKNOWN
        case Library(members=members):
            found = members.get(name, UNKNOWN)
        case Super():
            found = _of_super(machine, frame, value, name)
        case type():
            found = _of_class(machine, frame, value, name)
        case Instance() | BaseException():
            found = _of_object(machine, frame, value, name)
        case _:
            found = _of_native(machine, frame, value, name)
    return found


def type_of(value: Any) -> Any:
    """Return the type of a value, or `UNKNOWN` for a value whose type has no built-in name, such as a function."""
    is_known = isinstance(value, Instance | BaseException) or type(value) in _KNOWN_TYPES
    return type(value) if is_known else UNKNOWN


def _of_object(machine: Machine, frame: Frame, value: Any, name: str) -> Any:
    member = _member(machine, type(value).__mro__, name)
    if isinstance(member, Decorated) and member.kind == "property":
        found: Any = _property(machine, frame, member, value)
    elif name in vars(value):
        found = vars(value)[name]
    elif member is not _MISSING:
        found = _bound(member, value, type(value))
    elif name == "__class__":
        found = type(value)
    elif "__getattr__" in getattr(type(value), "own_methods", ()):
        found = machine.asked(value, "__getattr__", name)
    elif isinstance(value, BaseException) and name == "args":
        found = value.args
    elif isinstance(value, BaseException) and name == "__init__":
        found = NativeMethod(value, name)
    elif _is_special(name) or hasattr(Instance if isinstance(value, Instance) else type(value), name):
        found = UNKNOWN  # The attribute may exist in CPython, but the evaluator does not support it.
    else:
        error = AttributeError(f"'{type_name(value)}' object has no attribute '{name}'", name=name)
        machine.throw(frame, error)
    return found


def _property(machine: Machine, frame: Frame, member: Decorated, value: Any) -> Any:
    machine.enter(2)
    found = machine.call(frame, member.function, (value,), {})
    machine.depth -= 2
    return found


def _of_super(machine: Machine, frame: Frame, value: Super, name: str) -> Any:
    receiver = value.receiver
    kind = receiver if isinstance(receiver, type) else type(receiver)
    order = kind.__mro__
    if value.owner not in order:
        message = "super(type, obj): obj must be an instance or subtype of type"
        machine.throw(frame, TypeError(message))
    member = _member(machine, order[order.index(value.owner) + 1 :], name)
    if isinstance(member, Decorated) and member.kind == "property":
        return _property(machine, frame, member, receiver)
    if member is not _MISSING:
        return member if isinstance(receiver, type) and isinstance(member, Closure) else _bound(member, receiver, kind)
    if isinstance(receiver, BaseException) and name == "__init__":
        return NativeMethod(receiver, name)
    if hasattr(object, name):
        return Method(Builtin(f"object.{name}"), receiver)
    if isinstance(receiver, BaseException):
        return UNKNOWN
    return machine.throw(frame, AttributeError(f"'super' object has no attribute '{name}'", name=name))


def _of_native(machine: Machine, frame: Frame, value: Any, name: str) -> Any:
    if is_method(value, name):
        return NativeMethod(value, name)
    if isinstance(value, Closure) and name in ("__name__", "__qualname__"):
        return value.name if name == "__name__" else UNKNOWN
    if name == "__class__":
        return type_of(value)
    if _is_special(name) or (type(value) not in STAND_INS and hasattr(type(value), name)):
        return UNKNOWN  # The attribute may exist in CPython, but the evaluator does not support it.
    if isinstance(value, Closure | Method) or (isinstance(value, Builtin) and "." in value.name):
        return UNKNOWN  # A program can set attributes on functions; members of modules, as `chain`, can be classes.
    if isinstance(value, Decorated):
        raise Stopped("a decorator is not evaluated")
    return machine.throw(frame, AttributeError(f"'{type_name(value)}' object has no attribute '{name}'", name=name))


def set_attribute(machine: Machine, frame: Frame, value: Any, name: str, new: Any) -> None:
    """Run `value.name = new`."""
    if value is UNKNOWN or _is_special(name):
        raise Stopped("an attribute is set on an object that is not known")
    if isinstance(value, type) and value in machine.members:
        machine.members[value][name] = new
        return
    if not isinstance(value, Instance | BaseException):
        _refuse(machine, frame, value, name)
    own = getattr(type(value), "own_methods", ())
    if "__setattr__" in own:
        machine.asked(value, "__setattr__", name, new)
        return
    set_plainly(machine, frame, value, name, new)


def set_plainly(machine: Machine, frame: Frame, value: Any, name: str, new: Any) -> None:
    """Set an attribute of an instance as `object.__setattr__` does."""
    if not isinstance(value, Instance | BaseException) or not isinstance(name, str):
        raise Stopped("an attribute is set on an object that is not known")
    member = _member(machine, type(value).__mro__, name)
    if isinstance(member, Decorated) and member.kind == "property":
        if member.setter is None:
            message = f"property '{name}' of '{type_name(value)}' object has no setter"
            machine.throw(frame, AttributeError(message))
        machine.enter(3)
        machine.call(frame, member.setter, (value, new), {})
        machine.depth -= 3
        return
    if "__slots__" in getattr(type(value), "own_methods", ()):
        raise Stopped("the program defines __slots__")
    if isinstance(value, BaseException) and not vars(value).get(name) and hasattr(BaseException, name):
        raise Stopped("an attribute of an exception is set")
    vars(value)[name] = new


def _refuse(machine: Machine, frame: Frame, value: Any, name: str) -> None:
    if type(value) in STAND_INS or isinstance(value, type) or hasattr(type(value), name):
        raise Stopped("an attribute is set on an object that is not known")
    message = f"'{type_name(value)}' object has no attribute '{name}'"
    machine.throw(frame, AttributeError(message, name=name))


def delete_attribute(machine: Machine, frame: Frame, value: Any, name: str) -> None:
    """Run `del value.name`."""
    if not isinstance(value, Instance) or "__delattr__" in type(value).own_methods:
        raise Stopped("an attribute is deleted from an object that is not known")
    if name not in vars(value):
        if _member(machine, type(value).__mro__, name) is not _MISSING:
            raise Stopped("an attribute of a class is deleted")
        machine.throw(frame, AttributeError(f"'{type_name(value)}' object has no attribute '{name}'", name=name))
    del vars(value)[name]


def make_class(machine: Machine, frame: Frame, name: str, bases: Sequence[Any], members: Mapping[str, Any]) -> type:
    """Return a new class with these members."""
    native = tuple(base for base in bases if base is not object) or (Instance,)
    for base in native:
        if not isinstance(base, type) or not issubclass(base, Instance | BaseException):
            raise Stopped("a class has a base that is not evaluated")
    machine.spend(sum(len(base.__mro__) for base in native))
    if len(machine.members) >= MAX_CLASSES or sum(len(base.__mro__) for base in native) > MAX_CLASSES:
        raise Stopped("there are too many classes")
    inherited: frozenset[str] = frozenset().union(*(getattr(base, "own_methods", frozenset()) for base in native))
    own = frozenset(each for each in members if each.startswith("__"))
    if "__eq__" in own:
        inherited -= {"__hash__"}
    names = {"own_methods": inherited | own, "__module__": "__main__", "machine": machine}
    made: type = machine.native(frame, type, name, native, names)
    machine.members[made] = dict(members)
    return made


def defined(machine: Machine, kind: type, name: str) -> Any:
    """Return a member that the program defines in a class or its bases, or None."""
    found = _member(machine, kind.__mro__, name)
    return None if found is _MISSING else found


def _of_class(machine: Machine, frame: Frame, value: type, name: str) -> Any:
    member = _member(machine, value.__mro__, name)
    if name == "__name__":
        found: Any = value.__name__
    elif isinstance(member, Decorated):
        found = Method(member.function, value) if member.kind == "classmethod" else member.function
    elif isinstance(member, Closure) and name in _CLASS_METHODS:
        found = Method(member, value)
    elif member is not _MISSING:
        found = member
    elif issubclass(value, BaseException) and name == "__init__":
        found = Builtin("BaseException.__init__")
    elif value not in machine.members:
        found = Builtin(f"{value.__name__}.{name}") if _is_function(value, name) else UNKNOWN
    elif hasattr(object, name):
        found = Builtin(f"object.{name}")
    elif _is_special(name) or issubclass(value, BaseException):
        found = UNKNOWN
    else:
        error = AttributeError(f"type object '{value.__name__}' has no attribute '{name}'", name=name)
        machine.throw(frame, error)
    return found


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _is_function(kind: type, name: str) -> bool:
    return is_method(kind, name, of_type=True) or (kind is dict and name == "fromkeys")


def _bound(found: Any, receiver: Any, kind: type) -> Any:
    """Return a class member as an instance sees it: a function becomes a method that is bound to the instance."""
    if isinstance(found, Decorated):
        if found.kind == "property":
            raise Stopped("a property is not evaluated")
        return Method(found.function, kind) if found.kind == "classmethod" else found.function
    if isinstance(found, Closure) and not isinstance(receiver, type):
        return Method(found, receiver)
    return found


def _member(machine: Machine, order: Iterable[type], name: str) -> Any:
    for kind in order:
        members = machine.members.get(kind)
        if members is not None and name in members:
            return members[name]
    return _MISSING
