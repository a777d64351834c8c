"""Steps of a value on its way through a program, and the places at which the search for it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import ast

    from tutor_pedagogy.offline.engine.nodes import Function

Kind = Literal[
    "assigned", "passed", "left out", "returned", "ends", "looped", "entry", "key", "added", "stored", "began"
]


@dataclass(frozen=True, slots=True)
class Step:
    """A place that a value passed on its way to the failing line.

    `node` is the value there: the assigned value, the argument, the returned expression or the entry. For a function
    that ends without a value, it is the last statement. `holder` is the name of the variable, parameter or function.
    """

    kind: Kind
    node: ast.expr | ast.stmt
    holder: str
    call: ast.Call | None = None

    @property
    def line(self) -> int:
        """The number of the line on which the value is given on."""
        return self.call.lineno if self.call is not None else self.node.lineno


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the program: the function, the line up to which it has run, and the lines of its callers."""

    function: Function | None
    line: int
    callers: tuple[int, ...] | None
    """The lines of the calls that led here, outermost first; None if they are not known."""


Way = tuple[Step, ...]
