"""Values of an evaluated program: Python's own built-in values, and stand-ins for functions, modules and instances."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Protocol

if TYPE_CHECKING:
    import ast
    from collections.abc import Mapping

    from tutor_pedagogy.offline.evaluation.frames import Frame

NUMBERS = frozenset((int, float, bool))
SCALARS = NUMBERS | {complex, type(None), range, type(...), type(NotImplemented)}
"""Types whose values contain no other values, and are compared in constant time."""
TEXTS = frozenset((str, bytes))
DICTIONARIES = frozenset((dict, Counter, defaultdict, OrderedDict))
COLLECTIONS = (list, tuple, set, frozenset, dict, deque)
PLAIN_COLLECTIONS = frozenset((list, tuple, set, frozenset, deque))
VIEWS = frozenset((type({}.keys()), type({}.values()), type({}.items())))
SIZED = TEXTS | PLAIN_COLLECTIONS | DICTIONARIES
"""Types of values with a length."""


class Stopped(Exception):
    """The evaluation ends without a result: it reached a bound, or it depends on a value that is not known."""


class Raised(Exception):
    """The evaluated program raised an exception. `line` and `frame` are the place where it was raised.

    `callers` are the lines of the calls that led to that place, from the outermost to the innermost.
    """

    def __init__(self, value: BaseException, line: int, frame: Frame, callers: tuple[int, ...]) -> None:
        super().__init__(type(value).__name__)
        self.value = value
        self.line = line
        self.frame = frame
        self.callers = callers

    def again(self) -> Raised:
        """Return the signal for re-raising the same exception. As in CPython, its line is where it was first raised."""
        return Raised(self.value, self.line, self.frame, self.callers)


class Unknown:
    """A value that is not known, such as the user's input. Any native operation on it raises `Stopped`."""

    def _stop(self, *_: object) -> NoReturn:
        raise Stopped("a value is not known")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _stop
    __hash__ = _stop
    __add__ = __radd__ = __bool__ = __len__ = __iter__ = __repr__ = __str__ = __index__ = _stop
    __contains__ = __getitem__ = __format__ = __int__ = __float__ = __mul__ = __rmul__ = _stop


UNKNOWN = Unknown()
"""The only instance of `Unknown`."""


class _Asked(Protocol):
    """The method of the machine that runs a special method."""

    def asked(self, value: Any, name: str, *arguments: Any) -> Any:
        """Return the result of a special method of a value."""


class Instance:
    """The base class of every class that the program defines. Its attributes are stored in `vars(instance)`.

    Native operations on collections may compare or hash instances. The program's own special methods then run in the
    evaluator, under the same bounds.
    """

    own_methods: ClassVar[frozenset[str]] = frozenset()
    """The names of the special methods that the program defines in the class or its bases."""
    machine: ClassVar[_Asked | None] = None
    """The machine that evaluates the program, or None after the evaluation."""

    def _asked(self, name: str, other: object) -> Any:
        if name not in self.own_methods:
            return NotImplemented
        if self.machine is None:
            raise Stopped("the evaluation has ended")
        return self.machine.asked(self, name, other)

    def __eq__(self, other: object) -> Any:
        return self._asked("__eq__", other)

    def __ne__(self, other: object) -> Any:
        if "__ne__" in self.own_methods:
            return self._asked("__ne__", other)
        result = self._asked("__eq__", other)
        return result if result is NotImplemented else not result

    def __lt__(self, other: object) -> Any:
        return self._asked("__lt__", other)

    def __le__(self, other: object) -> Any:
        return self._asked("__le__", other)

    def __gt__(self, other: object) -> Any:
        return self._asked("__gt__", other)

    def __ge__(self, other: object) -> Any:
        return self._asked("__ge__", other)

    def __hash__(self) -> int:
        if "__hash__" in self.own_methods and self.machine is not None:
            found: int = self.machine.asked(self, "__hash__")
            return found
        if "__eq__" in self.own_methods:
            raise TypeError(f"unhashable type: '{type(self).__name__}'")
        return id(self)

    def __bool__(self) -> bool:
        if not self.own_methods.isdisjoint(("__bool__", "__len__")):
            raise Stopped("a method of the program would be called by a native operation")
        return True

    def __repr__(self) -> str:
        raise Stopped("the text of an object holds its address")


@dataclass(frozen=True, slots=True, eq=False)
class Closure:
    """A function or lambda expression that the program defines, with its default values and enclosing frame."""

    node: ast.FunctionDef | ast.Lambda
    frame: Frame
    defaults: Mapping[str, Any]
    owner: type | None = None
    qualified: str = ""
    """The qualified name, which includes the enclosing classes and functions. Exception messages contain it."""
    renamed: str = ""

    @property
    def name(self) -> str:
        """The name without the enclosing classes and functions."""
        return self.renamed or str(getattr(self.node, "name", "<lambda>"))


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


@dataclass(frozen=True, slots=True)
class Builtin:
    """A built-in function under its name, such as `len`, `math.sqrt` or `str.upper`."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A function that a library function returned for these arguments, such as `lru_cache(f)` or `itemgetter(1)`."""

    kind: str
    arguments: tuple[Any, ...]
    results: dict[Any, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Decorated:
    """A function in a class that is decorated with `property`, `staticmethod` or `classmethod`."""

    kind: str
    function: Any
    setter: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class Super:
    """The result of `super()`. Attributes are looked up in the classes after `owner` in the method resolution order."""

    owner: type
    receiver: Any


@dataclass(frozen=True, slots=True, eq=False)
class Library:
    """An imported module."""

    name: str
    members: Mapping[str, Any] = field(default_factory=dict)


STAND_INS: Mapping[type, str] = {
    Closure: "function",
    Method: "method",
    NativeMethod: "builtin_function_or_method",
    Builtin: "builtin_function_or_method",
    Library: "module",
    Made: "function",
    Super: "super",
    Decorated: "property",
}
"""The types of the stand-ins, with the names of the types that CPython uses for such values."""
for _kind, _name in STAND_INS.items():
    _kind.__name__ = _name  # Messages of CPython's own exceptions contain this name of the type.


def type_name(value: Any) -> str:
    """Return the name of a value's type, as exception messages contain it."""
    return type(value).__name__
