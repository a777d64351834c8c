"""Values of an evaluated program: Python's own built-in values, and stand-ins for what cannot or must not be native."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

if TYPE_CHECKING:
    import ast
    from collections.abc import Mapping

    from tutor_pedagogy.offline.evaluation.frames import Frame

BUILT_IN_SCALARS = (int, float, complex, str, bytes, bool, type(None))
COLLECTIONS = (list, tuple, set, frozenset, dict)


class Stopped(Exception):
    """The evaluation ends without a result: a bound was reached, or something is not known."""


class Raised(Exception):
    """The evaluated program raised an exception. `line` and `frame` are those at which it was raised.

    `callers` are the lines of the calls that led there, the outermost first.
    """

    def __init__(self, value: BaseException, line: int, frame: Frame, callers: tuple[int, ...]) -> None:
        super().__init__(type(value).__name__)
        self.value = value
        self.line = line
        self.frame = frame
        self.callers = callers


class Unknown:
    """A value that is not known, such as the user's input. Every native operation on it ends the evaluation."""

    def _stop(self, *_: object) -> NoReturn:
        raise Stopped("a value is not known")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _stop
    __hash__ = _stop
    __add__ = __radd__ = __bool__ = __len__ = __iter__ = __repr__ = __str__ = __index__ = _stop


UNKNOWN = Unknown()
"""The only instance of `Unknown`."""


class Instance:
    """The base of every class that the program defines. Attributes are kept in `vars(instance)`.

    Native operations on collections compare and hash instances, but cannot run the program's own methods. If the class
    defines such a method, they end the evaluation.
    """

    own_methods: ClassVar[frozenset[str]] = frozenset()

    def _needs(self, *methods: str) -> None:
        if not self.own_methods.isdisjoint(methods):
            raise Stopped("a method of the program would be called by a native operation")

    def __eq__(self, other: object) -> bool:
        self._needs("__eq__")
        return self is other

    def __hash__(self) -> int:
        self._needs("__eq__", "__hash__")
        return id(self)

    def __lt__(self, other: object) -> Any:
        self._needs("__lt__", "__gt__")
        return NotImplemented

    def __repr__(self) -> str:
        raise Stopped("the text of an object holds its address")


@dataclass(frozen=True, slots=True, eq=False)
class Closure:
    """A function or lambda expression that the program defines, with its default values and enclosing frame."""

    node: ast.FunctionDef | ast.Lambda
    frame: Frame
    defaults: Mapping[str, Any]
    owner: type | None = None

    @property
    def name(self) -> str:
        """The name as a traceback shows it."""
        return getattr(self.node, "name", "<lambda>")


@dataclass(frozen=True, slots=True, eq=False)
class Method:
    """A function bound to its first argument: an instance or, for a class method, a class."""

    function: Any
    receiver: Any


@dataclass(frozen=True, slots=True, eq=False)
class NativeMethod:
    """A method of a built-in value, such as `items.append`."""

    receiver: Any
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Builtin:
    """A built-in function under its name."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Decorated:
    """A class attribute under `property`, `staticmethod` or `classmethod`."""

    kind: str
    function: Closure


@dataclass(frozen=True, slots=True, eq=False)
class Super:
    """The result of `super()`: attributes are looked up after `owner` in the order of the instance's classes."""

    owner: type
    receiver: Any


@dataclass(frozen=True, slots=True, eq=False)
class Library:
    """An imported module."""

    name: str
    members: Mapping[str, Any] = field(default_factory=dict)


for _class, _name in (
    (Closure, "function"),
    (Method, "method"),
    (NativeMethod, "builtin_function_or_method"),
    (Builtin, "builtin_function_or_method"),
    (Library, "module"),
):
    _class.__name__ = _name  # CPython's messages name the types of operands.
