"""The state of one evaluation: its bounds, its output, and its records for the result."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from typing import TYPE_CHECKING, Any, NoReturn

from tutor_pedagogy.offline.evaluation.bounds import (
    END,
    ITEMS_PER_STEP,
    MAX_LENGTH,
    MAX_OUTPUT,
    MAX_PRINTS,
    MAX_WRAPPED,
    SEEN,
)
from tutor_pedagogy.offline.evaluation.budget import Budget
from tutor_pedagogy.offline.evaluation.inspection import copied, is_ordered, without_traceback
from tutor_pedagogy.offline.evaluation.own_iterator import OwnIterator
from tutor_pedagogy.offline.evaluation.values import (
    UNKNOWN,
    Instance,
    Raised,
    Stopped,
    type_name,
)

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from tutor_pedagogy.offline.evaluation.frames import Frame, Scope


class Machine(Budget, ABC):
    """Evaluates one program. Functions in other modules evaluate each kind of node; this class holds their state."""

    def __init__(
        self,
        steps: int,
        module: Frame,
        watched: Collection[ast.AST] = (),
        inputs: Iterable[str] | None = None,
        *,
        is_guessed: bool = False,
    ) -> None:
        super().__init__(steps)
        self.line = 0
        self.is_certain = True
        self.annotations_are_strings = False
        self.module = module
        self.watched = frozenset(watched)
        self.inputs = None if inputs is None else iter(inputs)
        self.is_guessed = is_guessed
        self.seen: dict[ast.AST, list[Any]] = {}
        self.ran: Counter[int] = Counter()
        self.tests: dict[ast.AST, set[bool]] = {}
        self.output: list[str | None] = []
        self.members: dict[type, dict[str, Any]] = {}
        self.scopes: dict[ast.AST, Scope] = {}
        self.handled: list[Raised] = []
        self.captured: list[Frame] = []
        self._printed = 0
        self._wrapped = 0

    @abstractmethod
    def evaluate(self, frame: Frame, node: ast.expr) -> Any:
        """Return the value of an expression."""

    @abstractmethod
    def execute(self, frame: Frame, statements: Sequence[ast.stmt]) -> Any:
        """Run statements. Return the signal that ended them early, or None."""

    @abstractmethod
    def test(self, frame: Frame, node: ast.expr) -> bool:
        """Return the truth value of a condition, and record it."""

    @abstractmethod
    def call(self, frame: Frame, function: Any, arguments: Sequence[Any], named: Mapping[str, Any]) -> Any:
        """Call a function or another callable value, and return the result."""

    @abstractmethod
    def attribute(self, frame: Frame, value: Any, name: str) -> Any:
        """Return an attribute of a value."""

    def throw(self, frame: Frame, exception: BaseException) -> NoReturn:
        """Raise an exception of the evaluated program at the line that is being run."""
        raise Raised(exception, self.line, frame, tuple(self.callers))

    def native(self, frame: Frame, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Any:
        """Return the result of a native function. An exception in it counts as raised by the program."""
        try:
            result = function(*arguments, **named)
        except (Stopped, Raised):
            raise
        except Exception as error:  # noqa: BLE001 - a native operation may raise any exception, which the program would see
            self.fail(frame, error)
        return self.charged(result)

    def fail(self, frame: Frame, error: Exception) -> NoReturn:
        """Raise an exception of a native operation as an exception of the program."""
        if isinstance(error, RecursionError | MemoryError):
            raise Stopped("a value is too large, or nested too deeply") from None
        self.throw(frame, without_traceback(error))

    def advance(self, frame: Frame, iterator: Iterator[Any]) -> Any:
        """Return the next item of an iterator, or `END` after the last."""
        try:
            return next(iterator, END)
        except (Stopped, Raised):
            raise
        except Exception as error:  # noqa: BLE001 - a native iterator may raise any exception, which the program would see
            self.fail(frame, error)

    def method(self, value: Any, name: str, *arguments: Any) -> Any:
        """Return the result of a special method that the program defines, or `UNKNOWN` if it is not known."""
        self.enter(5)
        result = self.call(self.module, self.attribute(self.module, value, name), arguments, {})
        self.depth -= 5
        return result

    def asked(self, value: Any, name: str, *arguments: Any) -> Any:
        """Return the result of a special method that the program defines. Raise `Stopped` if it is not known."""
        result = self.method(value, name, *arguments)
        if result is UNKNOWN:
            raise Stopped("a value is not known")
        return result

    def truth(self, frame: Frame, value: Any) -> bool:
        """Return the truth value of a value. Raise `Stopped` if it is not known."""
        if value is UNKNOWN:
            raise Stopped("a condition depends on a value that is not known")
        own = getattr(value, "own_methods", None) if isinstance(value, Instance | BaseException) else None
        if own:
            for name in ("__bool__", "__len__"):
                if name in own:
                    result = self.asked(value, name)
                    if not isinstance(result, bool if name == "__bool__" else int):
                        self.throw(frame, TypeError(f"{name} should return bool, returned {type_name(result)}"))
                    return bool(result)
            return True
        return bool(value)

    def items(self, frame: Frame, value: Any) -> Iterator[Any]:
        """Return an iterator over a value. Raise `Stopped` if the order of its items is not fixed."""
        kind = type(value)
        if value is UNKNOWN:
            raise Stopped("the items of a value are not known")
        if isinstance(value, Instance):
            return self._own_items(frame, value)
        if kind in (set, frozenset) and not is_ordered(value):
            raise Stopped("the order of a set is not fixed")
        iterator: Iterator[Any] = self.native(frame, iter, value)
        return iterator

    def _own_items(self, frame: Frame, value: Instance) -> Iterator[Any]:
        own = type(value).own_methods
        if "__iter__" not in own:
            if "__getitem__" in own:
                raise Stopped("the program defines its own iterator")
            self.throw(frame, TypeError(f"'{type_name(value)}' object is not iterable"))
        found = self.asked(value, "__iter__")
        if isinstance(found, Instance):
            if "__next__" not in type(found).own_methods:
                self.throw(frame, TypeError(f"iter() returned non-iterator of type '{type_name(found)}'"))
            return OwnIterator(self, found)
        if not hasattr(type(found), "__next__"):
            self.throw(frame, TypeError(f"iter() returned non-iterator of type '{type_name(found)}'"))
        iterator: Iterator[Any] = found
        return iterator

    def wrapped(self) -> None:
        """Count a new iterator over other iterators."""
        self._wrapped += 1
        if self._wrapped > MAX_WRAPPED:
            raise Stopped("there are too many iterators")

    def listed(self, frame: Frame, value: Any) -> list[Any]:
        """Return the items of a value as a list, after charging steps for their number."""
        iterator = self.items(frame, value)
        found: list[Any] = []
        while (item := self.advance(frame, iterator)) is not END:
            found.append(item)
            if len(found) % ITEMS_PER_STEP == 0:
                self.spend()
                if len(found) > MAX_LENGTH:
                    raise Stopped("a collection is too long")
        return found

    def write(self, text: str | None) -> None:
        """Add printed text to the output. None means that the text is not known."""
        self._printed += len(text or "")
        if self._printed > MAX_OUTPUT or len(self.output) >= MAX_PRINTS:
            raise Stopped("the program prints too much")
        self.output.append(text)

    def see(self, node: ast.AST, value: Any) -> None:
        """Record the value of a watched expression."""
        kept = self.seen.setdefault(node, [])
        if len(kept) < SEEN:
            kept.append(self.charged(copied(value)))

    def close(self) -> None:
        """Clear the frames and classes of the program, so that no reference cycle is left."""
        for frame in (self.module, *self.captured):
            frame.names = {}
        for kind in self.members:
            kind.machine = None  # type: ignore[attr-defined] # Every class that the program defines has this attribute.
        self.members.clear()
