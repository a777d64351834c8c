"""The abstract interpreter: it interprets the module, each function where it is called, and then the others."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.foresight.classes import Classes
from tutor_pedagogy.offline.foresight.expressions import ASKING
from tutor_pedagogy.offline.foresight.frame import Frame
from tutor_pedagogy.offline.foresight.scopes import Scopes, parameters_of
from tutor_pedagogy.offline.foresight.statements import run
from tutor_pedagogy.offline.foresight.value_types import ANY, NEVER, NONE, Type, join

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.crash import Crash
    from tutor_pedagogy.offline.engine.nodes import Function
    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.foresight.frame import Names

_MOST_STEPS = 12_000
"""The maximum number of steps (evaluated expressions and propagated exceptions). Earlier findings are kept."""
_MOST_SIGNATURES = 4
"""The maximum number of argument type combinations for which one function is interpreted."""
_DEEPEST_CALL = 8
_ASKING = ASKING | {ast.Is, ast.IsNot}


class TooLong(Exception):
    """The program exceeds the maximum number of steps."""


class AbstractInterpreter:
    """Interprets one program once. It tracks the types of values, but not the values."""

    def __init__(self, program: Program, tree: ast.Module) -> None:
        self.program = program
        self.scopes = Scopes(tree)
        self.classes = Classes(program)
        self.is_over = False
        cells = program.cells
        stars = any("import *" in cell.source for cell in cells)
        self.knows_earlier_cells = bool(cells) and len(program.cell_trees) == len(cells) and not stars
        self.asks_for_types = not _ASKING.isdisjoint(program.features) or any(
            constant.value is None for constant in program.each(ast.Constant)
        )
        self.module = Frame(self, self.scopes.module)
        self._known: dict[tuple[Function, tuple[Type, ...]], tuple[Type, list[Crash]]] = {}
        self._signatures: dict[Function, int] = {}
        self._steps = 0

    def crashes(self) -> list[Crash]:
        """Return the exceptions that the program would raise, as far as they were found within the step limit."""
        uncalled: list[Crash] = []
        try:
            run(self.module, self.module.scope.block.body)
            self.is_over = True
            for function in self.scopes.functions:
                if function not in self._signatures:
                    uncalled += self._read(function, self._unknown_arguments(function), 0)[1]
        except TooLong:
            pass
        found = [*self.module.crashes, *uncalled]
        del self.module  # Break the reference cycle of frame and interpreter to free their memory at once.
        return found

    def step(self) -> None:
        """Count one step: an evaluated expression or exception propagated by a call. Raise `TooLong` at the limit."""
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise TooLong

    def called(self, function: Function, arguments: Names, frame: Frame, call: ast.Call) -> Type:
        """Return the type of a call's result, and record the exceptions that the call raises for these arguments."""
        if function.decorator_list or frame.depth >= _DEEPEST_CALL:
            return ANY
        given, crashes = self._read(function, arguments, frame.depth + 1)
        frame.note(crashes, call.lineno)
        return given

    def _read(self, function: Function, arguments: Names, depth: int) -> tuple[Type, list[Crash]]:
        key = (function, tuple(arguments.values()))
        if key in self._known:
            return self._known[key]
        read = self._signatures[function] = self._signatures.get(function, 0) + 1
        if read > _MOST_SIGNATURES:
            return ANY, []
        self._known[key] = (NEVER, [])
        frame = Frame(self, self.scopes.of(function))
        frame.depth = depth
        frame.names.update(arguments)
        ends = run(frame, function.body)
        self._known[key] = (self._result(function, frame, ends=ends), frame.crashes)
        return self._known[key]

    def _result(self, function: Function, frame: Frame, *, ends: bool) -> Type:
        if isinstance(function, ast.AsyncFunctionDef):
            return ANY
        yields = self.program.each(ast.Yield, ast.YieldFrom)
        if yields and any(node in yields for node in self.program.own_nodes(function)):
            return Type("generator")
        return join(frame.returned, NONE) if ends else frame.returned

    def _unknown_arguments(self, function: Function) -> Names:
        """Return the argument types for an uncalled function: only the type of `self` is known."""
        arguments = dict.fromkeys(parameters_of(function.args), ANY)
        owner = self.program.parents.get(function)
        positional = [*function.args.posonlyargs, *function.args.args]
        if isinstance(owner, ast.ClassDef) and positional and not function.decorator_list:
            arguments[positional[0].arg] = self.classes.self_of(owner)
        return arguments
