"""Runs of a program in the evaluator: the public functions and their results."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from tutor_pedagogy.offline.evaluation import calls, expressions, objects, statements
from tutor_pedagogy.offline.evaluation.frames import Frame
from tutor_pedagogy.offline.evaluation.machine import Machine
from tutor_pedagogy.offline.evaluation.values import UNKNOWN, Raised, Stopped
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from tutor_pedagogy.offline.evaluation.frames import Scope


MISTAKE = "the evaluator failed"
"""The beginning of `Run.reason` if the evaluator itself failed with an exception."""
STEPS_OF_VALUE = 200
"""The maximum number of steps for computing the value of one expression."""
_PURE = (
    *(ast.Name, ast.Constant, ast.Attribute, ast.Subscript, ast.Slice, ast.Compare, ast.BinOp, ast.BoolOp),
    *(ast.UnaryOp, ast.Tuple, ast.List, ast.Dict, ast.Set, ast.Call),
    *(ast.operator, ast.cmpop, ast.boolop, ast.unaryop),
)
_PURE_FUNCTIONS = frozenset(("len", "type", "isinstance", "abs", "min", "max", "sum", "str", "int", "float", "sorted"))
STEPS = 4000
"""The maximum number of steps of one run. Expressions, statements and items of native operations count as steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The result of evaluating a program.

    `ending` is `finished`, `raised` or `stopped`. A run stops if it reaches a bound, or if it depends on a value that
    is not known. `line` is the last line that ran, from 1. `value` is that of the evaluated call, if any. `names` are
    the module's variables at the end or, after an exception, those that are visible at the line that raised it.
    `printed` holds the printed texts in order, with None for a text that is not known.
    """

    ending: Literal["finished", "raised", "stopped"]
    line: int
    exception: BaseException | None = None
    reason: str = ""
    callers: tuple[int, ...] = ()
    """The lines of the calls that led to the exception, from the outermost to the innermost."""
    value: Any = UNKNOWN
    names: Mapping[str, Any] = field(default_factory=dict)
    printed: tuple[str | None, ...] = ()
    is_certain: bool = True
    """False if a value in the run was not known. For example, a call of an unknown function could have failed."""
    ran: Mapping[int, int] = field(default_factory=dict)
    """The number of times that a statement on each line was run."""
    tests: Mapping[ast.AST, set[bool]] = field(default_factory=dict)
    """The truth values that occurred for each condition."""
    seen: Mapping[ast.AST, list[Any]] = field(default_factory=dict)
    """The first values of each watched expression."""
    steps: int = 0

    @property
    def output(self) -> str | None:
        """The printed text, or None if a part of it is not known."""
        return None if None in self.printed else "".join(text for text in self.printed if text is not None)


class _Interpreter(Machine):
    evaluate = expressions.evaluate
    test = expressions.test
    execute = statements.execute
    call = calls.call
    attribute = objects.attribute


def value_of(expression: ast.expr, names: Mapping[str, Any]) -> Any:
    """Return the value of an expression with these variables, or `UNKNOWN` if it is not known or has side effects."""
    if not all(isinstance(node, _PURE) and _is_pure(node) for node in walk(expression)):
        return UNKNOWN
    frame = Frame(dict(names))
    try:
        return _Interpreter(STEPS_OF_VALUE, frame).evaluate(frame, expression)
    except (Raised, Stopped):
        return UNKNOWN
    except Exception:  # noqa: BLE001 - a fault of the evaluator must not end the student's answer
        return UNKNOWN


def _is_pure(node: ast.AST) -> bool:
    return not isinstance(node, ast.Call) or (isinstance(node.func, ast.Name) and node.func.id in _PURE_FUNCTIONS)


def run(
    tree: ast.Module,
    *,
    call: ast.expr | None = None,
    steps: int = STEPS,
    watched: Collection[ast.AST] = (),
    inputs: Iterable[str] | None = None,
    names: Mapping[str, Any] | None = None,
    scopes: dict[ast.AST, Scope] | None = None,
    is_guessed: bool = False,
) -> Run:
    """Evaluate a module, and then the expression `call` if it is given. Python does not execute the code.

    `steps` and the maximum size of each value bound the cost. Files, random numbers, the time and modules that are not
    supported have unknown values, and so does `input()` without `inputs`. A run stops if it depends on such a value.
    `inputs` are the lines that `input()` returns. `names` are the variables that exist at the start of the module; the
    program may change their values. Runs of one tree may share `scopes`, which holds the scopes of its functions.
    In a run that `is_guessed`, random functions give one of their possible results.
    """
    module = Frame(dict(names or {}))
    machine = _Interpreter(steps, module, watched, inputs, is_guessed=is_guessed)
    if scopes is not None:
        machine.scopes = scopes
    value: Any = UNKNOWN
    ending: Literal["finished", "raised", "stopped"] = "finished"
    exception: BaseException | None = None
    reason = ""
    callers: tuple[int, ...] = ()
    found: Mapping[str, Any] = module.names
    try:
        machine.execute(module, tree.body)
        if call is not None:
            value = machine.evaluate(module, call)
    except Raised as raised:
        found, machine.line, callers = raised.frame.visible, raised.line, raised.callers
        ending, exception, reason = _raised(machine, module, raised.value)
    except Stopped as stopped:
        ending, reason = "stopped", str(stopped)
    except Exception as error:  # noqa: BLE001 - a fault of the evaluator must not end the student's answer
        ending, reason = "stopped", f"{MISTAKE}: {type(error).__name__}: {error}"
    done = Run(
        ending=ending,
        line=machine.line,
        exception=exception,
        reason=reason,
        callers=callers,
        value=value,
        names=dict(found),
        printed=tuple(machine.output),
        is_certain=machine.is_certain,
        ran=machine.ran,
        tests=machine.tests,
        seen=machine.seen,
        steps=steps - max(machine.steps_left, 0),
    )
    machine.close()
    return done


def _raised(
    machine: Machine, frame: Frame, value: BaseException
) -> tuple[Literal["raised", "stopped"], BaseException | None, str]:
    """Return the ending, the exception and the reason. A run whose exception has too large arguments is `stopped`."""
    try:
        machine.weigh(value.args)
    except Stopped as stopped:
        return "stopped", None, str(stopped)
    del frame
    return "raised", value, ""
