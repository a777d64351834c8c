"""Where a run in thought stands: the names of one block with what is known of their values, and what went wrong."""

from __future__ import annotations

import ast
from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING, Protocol

from tutor_pedagogy.offline.engine.crash import Crash
from tutor_pedagogy.offline.engine.program import BUILTINS, Function, characters
from tutor_pedagogy.offline.foresight import libraries
from tutor_pedagogy.offline.foresight.kinds import ANY, NEVER, NONE, UNBOUND, Kind, collection, dictionary, join
from tutor_pedagogy.offline.foresight.operators import Complaint

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.foresight.classes import Classes
    from tutor_pedagogy.offline.foresight.scopes import Scope, Scopes

Names = dict[str, Kind]

_OF_CELLS = frozenset(("_", "display", "get_ipython"))
"""Names that IPython gives to every notebook."""
_BINDING_BY_TEXT = frozenset(("globals", "exec", "setattr", "global_enum", "_convert_"))
"""Words that give values to names which the code then uses without having bound them."""
_PARENTS = {
    "UnboundLocalError": ("NameError",),
    "IndexError": ("LookupError",),
    "KeyError": ("LookupError",),
    "ZeroDivisionError": ("ArithmeticError",),
}
EVERYTHING = frozenset(("Exception",))


class Thought(Protocol):
    """The whole run in thought, as a block of it sees it."""

    program: Program
    scopes: Scopes
    classes: Classes
    module: Frame
    is_over: bool
    """Whether the module has been gone through, so that only functions are left that nothing calls."""
    knows_earlier_cells: bool
    """Whether the cells before this one were sent along, and tell which names they bind."""
    asks_for_kinds: bool
    """Whether a condition of the program may tell names apart by their kind."""

    def called(self, function: Function, arguments: Names, frame: Frame, call: ast.Call) -> Kind:
        """Go through a function with its arguments, note what goes wrong in it, and give what it gives back."""

    def step(self) -> None:
        """Count one more expression, or error that a call hands on; raises `TooLong` when it is enough."""


class Frame:
    """One block on its way: `names` holds what is known now, `dangers` what was found."""

    def __init__(self, thought: Thought, scope: Scope, around: Frame | None = None) -> None:
        self.thought = thought
        self.scope = scope
        self.around = around
        self.names: Names = {} if isinstance(scope.block, ast.ClassDef) else dict.fromkeys(scope.own, UNBOUND)
        self.dangers: list[Crash] = []
        self.caught: list[frozenset[str]] = []
        self.returned: Kind = NEVER
        self.loops: list[tuple[list[Names], list[Names]]] = []
        """Of each loop around: what is known at its `break` and at its `continue` statements."""
        self.depth: int = 0 if around is None else around.depth

    def refuse(self, node: ast.AST, complaint: Complaint) -> Kind:
        """Note an exception at a node, unless something around catches it; nothing comes out of the node."""
        if not self._is_caught(complaint.exception):
            self.dangers.append(crash_at(self.thought.program, node, complaint))
        return NEVER

    def check(self, node: ast.AST, outcome: Kind | Complaint) -> Kind:
        """Give a kind as it is, and note a complaint at a node."""
        return self.refuse(node, outcome) if isinstance(outcome, Complaint) else outcome

    def note(self, dangers: Iterable[Crash], line: int) -> None:
        """Take over what was found in a function that is called at a line."""
        for danger in dangers:
            self.thought.step()
            if not self._is_caught(danger.exception):
                self.dangers.append(replace(danger, callers=(line, *danger.callers)))

    def _is_caught(self, exception: str) -> bool:
        names = {exception, "Exception", *_PARENTS.get(exception, ())}
        return any(names & caught for caught in self.caught)

    def add_item(self, node: ast.expr, item: Kind, key: Kind = ANY) -> None:
        """Note that a collection which goes by a name holds an item as well."""
        if isinstance(node, ast.Name) and (kind := self.names.get(node.id)) is not None:
            if kind.name == "list":
                self.names[node.id] = collection("list", join(kind.item or ANY, item))
            elif kind.name == "dict" and kind.parts:
                self.names[node.id] = dictionary(join(kind.parts[0], key), join(kind.parts[1], item))
            elif kind.name == "set":
                self.names[node.id] = Kind("set")

    def look_up(self, node: ast.Name) -> Kind:
        """Give what is known of a name's value where it is used."""
        name = node.id
        if name in self.thought.scopes.declared:
            return ANY  # Other functions give it values as well.
        kind = self.names.get(name)
        if kind is None:
            return self._from_outside(node)
        if kind is not UNBOUND:
            return kind
        if isinstance(self.scope.block, Function):
            said = f"cannot access local variable '{name}' where it is not associated with a value"
            return self.refuse(node, Complaint("UnboundLocalError", said))
        return ANY if name in BUILTINS else self._undefined(node)

    def _from_outside(self, node: ast.Name) -> Kind:
        name, thought = node.id, self.thought
        if isinstance(self.scope.block, ast.ClassDef) and self.around is not None:
            return self.around.look_up(node) if name in self.around.names else self.around._from_outside(node)  # noqa: SLF001 - of its own class
        if self.scope.is_from_around(name):
            return ANY
        kind = thought.module.names.get(name)
        if kind is None:
            return libraries.builtin(name) if name in BUILTINS else self._undefined(node)
        if kind is UNBOUND and not thought.is_over and name not in BUILTINS:
            return self._undefined(node)
        if kind == NONE:
            return ANY  # Nothing yet, to be replaced by what some other function or module gives.
        return kind if kind.is_known or kind.of else ANY

    def _undefined(self, node: ast.Name) -> Kind:
        program, name = self.thought.program, node.id
        if self.thought.scopes.has_star_import or name in _OF_CELLS or program.first_line:
            return ANY
        if name.startswith("__") and name.endswith("__"):
            return ANY
        if not _BINDING_BY_TEXT.isdisjoint(program.words):
            return ANY
        if program.is_cell and (name in program.bound_names or not self.thought.knows_earlier_cells):
            return ANY
        return self.refuse(node, Complaint("NameError", f"name '{name}' is not defined"))


def join_names(one: Names, other: Names) -> Names:
    """Give what is known of the names after either of two ways."""
    return {name: join(kind, other.get(name, kind)) for name, kind in one.items()} | {
        name: kind for name, kind in other.items() if name not in one
    }


def join_ways(first: Names, *others: Names) -> Names:
    """Give what is known of the names after any of several ways."""
    return reduce(join_names, others, first)


def crash_at(program: Program, node: ast.AST, complaint: Complaint) -> Crash:
    """Say a complaint as the crash that it will be, with the node marked as Python would."""
    line = getattr(node, "lineno", 0)
    text = program.line(line)
    marks = None
    if isinstance(node, ast.expr) and node.end_lineno == line:
        marks = (characters(text, node.col_offset), characters(text, node.end_col_offset or 0))
    return Crash(complaint.exception, complaint.message, line, marks=marks, carets=marks)
