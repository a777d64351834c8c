"""The state of the abstract interpreter in one block: the types of the names, and the exceptions found."""

from __future__ import annotations

import ast
from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING, Protocol

from tutor_pedagogy.offline.engine.crash import Crash
from tutor_pedagogy.offline.engine.nodes import Function
from tutor_pedagogy.offline.engine.parsing import characters
from tutor_pedagogy.offline.engine.program import BUILTINS
from tutor_pedagogy.offline.foresight import libraries
from tutor_pedagogy.offline.foresight.predicted import PredictedException
from tutor_pedagogy.offline.foresight.value_types import ANY, NEVER, NONE, UNBOUND, Type, collection, dictionary, join

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.foresight.classes import Classes
    from tutor_pedagogy.offline.foresight.scopes import Scope, Scopes

Names = dict[str, Type]

_OF_CELLS = frozenset(("_", "display", "get_ipython"))
"""Names that IPython defines in every notebook."""
_BINDING_BY_NAME = frozenset(("globals", "exec", "setattr", "global_enum", "_convert_"))
"""Words in code that may define names at run time, so that a missing name is no certain NameError."""
_PARENTS = {
    "UnboundLocalError": "NameError",
    "ZeroDivisionError": "ArithmeticError",
    "IndexError": "LookupError",
    "KeyError": "LookupError",
}
EVERYTHING = frozenset(("Exception",))


class Interpreter(Protocol):
    """The attributes and methods of the interpreter that its frames use."""

    program: Program
    scopes: Scopes
    classes: Classes
    module: Frame
    is_over: bool
    """Whether the whole module has been interpreted, so that only uncalled functions are left."""
    knows_earlier_cells: bool
    """Whether the submission contains the earlier cells, so that the names that they bind are known."""
    asks_for_types: bool
    """Whether the program may test the type of a value, or whether it is None."""

    def called(self, function: Function, arguments: Names, frame: Frame, call: ast.Call) -> Type:
        """Return the type of a call's result, and record the exceptions that the call raises for these arguments."""

    def step(self) -> None:
        """Count one step: an evaluated expression or exception propagated by a call. Raise `TooLong` at the limit."""


class Frame:
    """The state in one block: `names` maps names to their present types, `crashes` are the exceptions found."""

    def __init__(self, interpreter: Interpreter, scope: Scope, around: Frame | None = None) -> None:
        self.interpreter = interpreter
        self.scope = scope
        self.around = around
        self.names: Names = {} if isinstance(scope.block, ast.ClassDef) else dict.fromkeys(scope.own, UNBOUND)
        self.crashes: list[Crash] = []
        self.caught: list[frozenset[str]] = []
        self.returned: Type = NEVER
        self.loops: list[tuple[list[Names], list[Names]]] = []
        """For each enclosing loop, the types of the names at its `break` and at its `continue` statements."""
        self.depth: int = 0 if around is None else around.depth

    def predict(self, node: ast.AST, predicted: PredictedException) -> Type:
        """Record an exception at a node unless an enclosing `try` catches it. Return NEVER: the node has no value."""
        if not self._is_caught(predicted.exception):
            self.crashes.append(crash_at(self.interpreter.program, node, predicted))
        return NEVER

    def check(self, node: ast.AST, outcome: Type | PredictedException) -> Type:
        """Return the type of an outcome. If it is a predicted exception, record it at the node and return NEVER."""
        return self.predict(node, outcome) if isinstance(outcome, PredictedException) else outcome

    def note(self, crashes: Iterable[Crash], line: int) -> None:
        """Record the exceptions found in a called function, as propagated by its call on this line."""
        for crash in crashes:
            self.interpreter.step()
            if not self._is_caught(crash.exception):
                self.crashes.append(replace(crash, callers=(line, *crash.callers)))

    def _is_caught(self, exception: str) -> bool:
        names = {exception, "Exception", _PARENTS.get(exception, "Exception")}
        return any(names & caught for caught in self.caught)

    def add_item(self, node: ast.expr, item: Type, key: Type = ANY) -> None:
        """Extend the item type of the collection that a name refers to with the type of an added item."""
        if isinstance(node, ast.Name) and (type_ := self.names.get(node.id)) is not None:
            if type_.name == "list":
                self.names[node.id] = collection("list", join(type_.item or ANY, item))
            elif type_.name == "dict" and type_.parts:
                self.names[node.id] = dictionary(join(type_.parts[0], key), join(type_.parts[1], item))
            elif type_.name == "set":
                self.names[node.id] = Type("set")

    def look_up(self, node: ast.Name) -> Type:
        """Return the type of a name where it is read, or NEVER if the name is not bound there."""
        name = node.id
        if name in self.interpreter.scopes.declared:
            return ANY  # The name is global or nonlocal somewhere, so another function may bind it.
        type_ = self.names.get(name)
        if type_ is None:
            return self._from_outside(node)
        if type_ is not UNBOUND:
            return type_
        if isinstance(self.scope.block, Function):
            message = f"cannot access local variable '{name}' where it is not associated with a value"
            return self.predict(node, PredictedException("UnboundLocalError", message))
        return ANY if name in BUILTINS else self._undefined(node)

    def _from_outside(self, node: ast.Name) -> Type:
        name, interpreter = node.id, self.interpreter
        if isinstance(self.scope.block, ast.ClassDef) and self.around is not None:
            return self.around.look_up(node)
        if self.scope.is_from_around(name):
            return ANY
        type_ = interpreter.module.names.get(name)
        if type_ is None:
            return libraries.builtin(name) if name in BUILTINS else self._undefined(node)
        if type_ is UNBOUND and not interpreter.is_over and name not in BUILTINS:
            return self._undefined(node)
        if type_ == NONE:
            return ANY  # None is often a placeholder that another function or module replaces.
        return type_ if type_.is_known or type_.of else ANY

    def _undefined(self, node: ast.Name) -> Type:
        program, name = self.interpreter.program, node.id
        is_elsewhere = self.interpreter.scopes.has_star_import or name in _OF_CELLS or program.first_line
        is_special = name.startswith("__") and name.endswith("__")
        if is_elsewhere or is_special or not _BINDING_BY_NAME.isdisjoint(program.words):
            return ANY
        if program.is_cell and (name in program.bound_names or not self.interpreter.knows_earlier_cells):
            return ANY
        return self.predict(node, PredictedException("NameError", f"name '{name}' is not defined"))


def join_names(one: Names, other: Names) -> Names:
    """Return the types of the names after two branches join: for each name, a type that covers both branches."""
    return {name: join(type_, other.get(name, type_)) for name, type_ in one.items()} | {
        name: type_ for name, type_ in other.items() if name not in one
    }


def join_branches(first: Names, *others: Names) -> Names:
    """Return the types of the names after several branches join: for each name, a type that covers all of them."""
    return reduce(join_names, others, first)


def crash_at(program: Program, node: ast.AST, predicted: PredictedException) -> Crash:
    """Return the crash for a predicted exception; the marked columns are those that Python would mark."""
    line = getattr(node, "lineno", 0)
    text = program.line(line)
    marks = None
    if isinstance(node, ast.expr) and node.end_lineno == line:
        marks = (characters(text, node.col_offset), characters(text, node.end_col_offset or 0))
    return Crash(predicted.exception, predicted.message, line, marks=marks, carets=marks)
