"""What did not happen in a failing test: branches that were never taken, and a `return` that was never reached."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.run_trace.program import own_nodes
from tutor_protocol.run_trace import MAX_UNTAKEN, NoneCall, Untaken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.run_trace.program import Function, TracedProgram
    from tutor_pedagogy.run_trace.steps import Trace

_CALLED_AT_MODULE_LEVEL = "<module>"


def untaken(trace: Trace, program: TracedProgram, tested: Function | None, expected: str) -> tuple[Untaken, ...]:
    """Return the branches that were never taken, although their condition was tested.

    A branch with the expected result comes first, then those of the tested function.
    """
    if not trace.is_counted:
        return ()
    found: list[tuple[bool, bool, int, Untaken]] = []
    for function in program.functions:
        if not any(trace.ran.get(statement.lineno) for statement in function.body):
            continue
        for line, block in _blocks(function):
            first = block[0].lineno
            if trace.ran.get(line) and first > line and not trace.ran.get(first):
                branch = Untaken(line=line, first_line=first)
                found.append((not _gives(block, expected), function is not tested, line, branch))
    return tuple(branch for *_, branch in sorted(found, key=lambda each: each[:3]))[:MAX_UNTAKEN]


def none_call(trace: Trace, program: TracedProgram, tested: Function | None, expected: str) -> NoneCall | None:
    """Return the last call that came to the end of its function without a `return`, although its result is needed.

    That is a function that returns a value elsewhere, or the tested one.
    """
    for returned in reversed(trace.returns):
        if returned.value != "None" or returned.function == _CALLED_AT_MODULE_LEVEL:
            continue
        function = program.function_at(returned.line)
        if function is None or function.name != returned.function or _is_generator(function):
            continue
        statement = program.statement_at(returned.line)
        has_value = any(isinstance(node, ast.Return) and node.value is not None for node in own_nodes(function))
        is_needed = has_value or (function is tested and expected not in ("", "None"))
        if is_needed and not isinstance(statement, ast.Return):
            return NoneCall(function=function.name, line=returned.line)
    return None


def _blocks(function: Function) -> Iterator[tuple[int, list[ast.stmt]]]:
    """Yield each block that is only run under a condition, with the line of the condition."""
    for node in own_nodes(function):
        match node:
            case ast.If(body=body, orelse=other):
                yield node.lineno, body
                if other and not (len(other) == 1 and isinstance(other[0], ast.If)):
                    yield node.lineno, other
            case ast.While(body=body) | ast.For(body=body):
                yield node.lineno, body


def _gives(block: list[ast.stmt], expected: str) -> bool:
    """Return whether a block returns or stores the expected result as a constant."""
    for statement in block:
        match statement:
            case ast.Return(value=ast.Constant(value=value)) | ast.Assign(value=ast.Constant(value=value)):
                if repr(value) == expected:
                    return True
    return False


def _is_generator(function: Function) -> bool:
    return any(isinstance(node, ast.Yield | ast.YieldFrom) for node in own_nodes(function))
