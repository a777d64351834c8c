"""The state of one evaluation: its bounds, its output, and what it has seen."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from typing import TYPE_CHECKING, Any, NoReturn

from tutor_pedagogy.offline.evaluation.values import COLLECTIONS, UNKNOWN, Instance, Raised, Stopped

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from tutor_pedagogy.offline.evaluation.frames import Frame, Scope

MAX_BITS = 4096
"""The maximum size of an integer, in bits."""
MAX_LENGTH = 10_000
"""The maximum number of items of a collection, or of characters of a string."""
MAX_OUTPUT = 20_000
"""The maximum number of characters that the program may print."""
MAX_DEPTH = 150
"""The maximum number of syntax tree nodes that are evaluated inside each other, over all calls."""
SEEN = 8
"""The number of values that are kept for a watched expression."""
ITEMS_PER_STEP = 16
"""The number of items that a native operation on a collection handles for the price of one step."""


class Machine(ABC):
    """Evaluates one program. Its parts are functions in other modules; this class holds what they share."""

    def __init__(self, steps: int, watched: Collection[ast.AST] = ()) -> None:
        self.steps_left = steps
        self.depth = 0
        self.line = 0
        self.is_certain = True
        self.callers: list[int] = []
        self.watched = frozenset(watched)
        self.seen: dict[ast.AST, list[Any]] = {}
        self.ran: Counter[int] = Counter()
        self.tests: dict[ast.AST, set[bool]] = {}
        self.output: list[str | None] = []
        self.members: dict[type, dict[str, Any]] = {}
        self.scopes: dict[ast.AST, Scope] = {}
        self._printed = 0

    @abstractmethod
    def evaluate(self, frame: Frame, node: ast.expr) -> Any:
        """Return the value of an expression."""

    @abstractmethod
    def execute(self, frame: Frame, statements: Sequence[ast.stmt]) -> Any:
        """Run statements. Return the signal that ended them early, or None."""

    @abstractmethod
    def call(self, frame: Frame, function: Any, arguments: Sequence[Any], named: Mapping[str, Any]) -> Any:
        """Call a value. Return the result."""

    @abstractmethod
    def attribute(self, frame: Frame, value: Any, name: str) -> Any:
        """Return an attribute of a value."""

    def spend(self, steps: int = 1) -> None:
        """Count steps. Raise `Stopped` if none are left."""
        self.steps_left -= steps
        if self.steps_left < 0:
            raise Stopped("the program takes too many steps")

    def throw(self, frame: Frame, exception: BaseException) -> NoReturn:
        """Raise an exception of the evaluated program at the present line."""
        raise Raised(exception, self.line, frame, tuple(self.callers))

    def native(self, frame: Frame, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Return the result of a native function. What it raises counts as raised by the program."""
        try:
            return self.bounded(function(*arguments, **named))
        except (Stopped, Raised):
            raise
        except RecursionError as error:
            raise Stopped("a value is nested too deeply") from error
        except Exception as error:  # noqa: BLE001 - every exception of a native operation is the program's own
            error.__traceback__ = None
            self.throw(frame, error)

    def bounded(self, value: Any) -> Any:
        """Return a value whose size is within the bounds. Raise `Stopped` for a larger one."""
        if isinstance(value, int):
            if value.bit_length() > MAX_BITS:
                raise Stopped("an integer is too large")
        elif isinstance(value, (str, bytes, *COLLECTIONS)) and len(value) > MAX_LENGTH:
            raise Stopped("a collection or a string is too long")
        return value

    def truth(self, frame: Frame, value: Any) -> bool:
        """Return the truth value of a value. Raise `Stopped` if it is not known."""
        if value is UNKNOWN:
            raise Stopped("a condition depends on a value that is not known")
        if isinstance(value, Instance):
            for name in ("__bool__", "__len__"):
                if name in type(value).own_methods:
                    return bool(self.call(frame, self.attribute(frame, value, name), (), {}))
            return True
        return bool(value)

    def items(self, frame: Frame, value: Any) -> Iterator[Any]:
        """Return an iterator over a value. Raise `Stopped` if the order of its items is not fixed."""
        if value is UNKNOWN:
            raise Stopped("the items of a value are not known")
        if isinstance(value, Instance):
            self._stop_at_own_iterator(value)
        if isinstance(value, set | frozenset) and not is_ordered(value):
            raise Stopped("the order of a set is not fixed")
        iterator: Iterator[Any] = self.native(frame, iter, value)
        return iterator

    def _stop_at_own_iterator(self, value: Instance) -> None:
        if not type(value).own_methods.isdisjoint(("__iter__", "__getitem__")):
            raise Stopped("the program defines its own iterator")

    def listed(self, frame: Frame, value: Any) -> list[Any]:
        """Return the items of a value as a list, at the price of their number."""
        if isinstance(value, range) and len(value) > MAX_LENGTH:
            raise Stopped("a range is too long")
        found: list[Any] = []
        iterator = self.items(frame, value)
        while True:
            try:
                item = next(iterator)
            except StopIteration:
                break
            except RuntimeError as error:
                self.throw(frame, error)
            found.append(item)
            if len(found) > MAX_LENGTH:
                raise Stopped("a collection is too long")
        self.spend(len(found) // ITEMS_PER_STEP)
        return found

    def pay_for(self, *values: Any) -> None:
        """Count the steps of a native operation that may look at every item of these values."""
        total = sum(len(value) for value in values if isinstance(value, (*COLLECTIONS, str, bytes)))
        self.spend(total // ITEMS_PER_STEP)

    def write(self, text: str | None) -> None:
        """Add printed text to the output. None stands for text that is not known."""
        self._printed += len(text or "")
        if self._printed > MAX_OUTPUT:
            raise Stopped("the program prints too much")
        self.output.append(text)

    def see(self, node: ast.AST, value: Any) -> None:
        """Keep the value of a watched expression."""
        kept = self.seen.setdefault(node, [])
        if len(kept) < SEEN:
            kept.append(copied(value))


def is_ordered(values: set[Any] | frozenset[Any]) -> bool:
    """Return whether a set has the same order in every process: at most one item, or small integers only."""
    return len(values) <= 1 or all(isinstance(item, int) for item in values)


def copied(value: Any) -> Any:
    """Return a shallow copy of a built-in collection, so that later changes do not alter it; else the value."""
    return type(value)(value) if type(value) in COLLECTIONS else value


def is_known(values: Iterable[Any]) -> bool:
    """Return whether every value is known."""
    return all(value is not UNKNOWN for value in values)
