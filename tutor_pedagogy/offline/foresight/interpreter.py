"""The whole program run in thought: the module from the top, functions as they are called, the others at the end."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.foresight.classes import Classes
from tutor_pedagogy.offline.foresight.expressions import ASKING
from tutor_pedagogy.offline.foresight.frame import Frame
from tutor_pedagogy.offline.foresight.scopes import Scopes
from tutor_pedagogy.offline.foresight.statements import run
from tutor_pedagogy.offline.foresight.value_types import ANY, NEVER, NONE, Type, join

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.crash import Crash
    from tutor_pedagogy.offline.engine.program import Function, Program
    from tutor_pedagogy.offline.foresight.frame import Names

_MOST_STEPS = 12_000
"""Expressions that are gone through and errors that calls hand on; what was found until then counts."""
_MOST_WAYS = 4
"""How many different kinds of arguments a function is gone through with."""
_DEEPEST_CALL = 8
_ASKING = ASKING | {ast.Is, ast.IsNot}


class TooLong(Exception):
    """The program is too long to go through."""


class AbstractInterpreter:
    """One program, gone through once."""

    def __init__(self, program: Program, tree: ast.Module) -> None:
        self.program = program
        self.scopes = Scopes(tree)
        self.classes = Classes(program)
        self.is_over = False
        cells = program.cells
        stars = any("import *" in cell.source for cell in cells)
        self.knows_earlier_cells = bool(cells) and len(program.cell_tree) == len(cells) and not stars
        self.asks_for_types = not _ASKING.isdisjoint(program.features) or any(
            constant.value is None for constant in program.each(ast.Constant)
        )
        self.module = Frame(self, self.scopes.module)
        self._known: dict[tuple[Function, tuple[Type, ...]], tuple[Type, list[Crash]]] = {}
        self._ways: dict[Function, int] = {}
        self._steps = 0

    def crashes(self) -> list[Crash]:
        """Go through everything and give what would go wrong."""
        loose: list[Crash] = []
        try:
            run(self.module, self.module.scope.block.body)
            self.is_over = True
            for function in self.scopes.functions:
                if function not in self._ways:
                    loose += self._gone_through(function, self._unknown(function), 0)[1]
        except TooLong:
            pass
        found = [*self.module.crashes, *loose]
        del self.module  # It knows the thought: both and the program would wait for the collector of rings.
        return found

    def step(self) -> None:
        """Count one more expression, or error that a call hands on; raises `TooLong` when it is enough."""
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise TooLong

    def called(self, function: Function, arguments: Names, frame: Frame, call: ast.Call) -> Type:
        """Go through a function with its arguments, note what goes wrong in it, and give what it gives back."""
        if function.decorator_list or frame.depth >= _DEEPEST_CALL:
            return ANY
        given, crashes = self._gone_through(function, arguments, frame.depth + 1)
        frame.note(crashes, call.lineno)
        return given

    def _gone_through(self, function: Function, arguments: Names, depth: int) -> tuple[Type, list[Crash]]:
        key = (function, tuple(arguments.values()))
        if key in self._known:
            return self._known[key]
        ways = self._ways[function] = self._ways.get(function, 0) + 1
        if ways > _MOST_WAYS:
            return ANY, []
        self._known[key] = (NEVER, [])
        frame = Frame(self, self.scopes.of(function))
        frame.depth = depth
        frame.names.update(arguments)
        ends = run(frame, function.body)
        self._known[key] = (self._given_back(function, frame, ends=ends), frame.crashes)
        return self._known[key]

    def _given_back(self, function: Function, frame: Frame, *, ends: bool) -> Type:
        if isinstance(function, ast.AsyncFunctionDef):
            return ANY
        yields = self.program.each(ast.Yield, ast.YieldFrom)
        if yields and any(node in yields for node in self.program.own_nodes(function)):
            return Type("generator")
        return join(frame.returned, NONE) if ends else frame.returned

    def _unknown(self, function: Function) -> Names:
        """Give the arguments of a function that nothing calls: only of `self` something is known."""
        listed = function.args
        every = [*listed.posonlyargs, *listed.args, *listed.kwonlyargs, listed.vararg, listed.kwarg]
        arguments = {argument.arg: ANY for argument in every if argument is not None}
        owner = self.program.parents.get(function)
        first = next(iter([*listed.posonlyargs, *listed.args]), None)
        if isinstance(owner, ast.ClassDef) and first is not None and not function.decorator_list:
            arguments[first.arg] = self.classes.self_of(owner)
        return arguments
