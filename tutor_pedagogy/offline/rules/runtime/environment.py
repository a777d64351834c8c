"""Errors from outside the calculation: files, input, interruption, encodings, JSON, and assertions."""

from __future__ import annotations

import ast

from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule


@runtime_rule("raise-of-no-exception", ("TypeError",), r"exceptions must (?:derive|be)")
def raise_of_no_exception(case: CrashContext) -> Match | None:
    """Return the value after `raise` that is not an exception."""
    value = case.statement.exc if isinstance(case.statement, ast.Raise) else None
    if value is None:
        return case.here(name=Code(case.marked or ""))
    return case.here(value, replace=(value, f"ValueError({case.text(value)})"), name=value)


@runtime_rule("no-more-input", ("EOFError",))
def no_more_input(case: CrashContext) -> Match | None:
    """Return the call of `input` at the end of the input, or the loop around it that does one round too many."""
    call = case.call("input")
    for loop in case.loops_above(call) if call is not None else ():
        match loop:
            case ast.For(
                iter=ast.Call(
                    func=ast.Name(id="range"),
                    args=[ast.BinOp(left=ast.Name() as count, op=ast.Add(), right=ast.Constant(value=1)) as bound],
                )
            ):
                return case.at(loop.iter, replace=(bound, count.id))
    return case.here(call)


@runtime_rule("stopped-in-a-loop", ("KeyboardInterrupt", "TimeoutError"))
def stopped_in_a_loop(case: CrashContext) -> Match | None:
    """Return the condition of the `while` loop in which the program was interrupted."""
    loops = [loop for loop in case.program.each(ast.While) if loop.lineno <= case.line <= (loop.end_lineno or 0)]
    return case.at(loops[-1].test, test=loops[-1].test) if loops else case.here(test=case.source)


@runtime_rule("claim-not-true", ("AssertionError",))
def claim_not_true(case: CrashContext) -> Match | None:
    """Return the failing line with the condition of its `assert`."""
    test = case.statement.test if isinstance(case.statement, ast.Assert) else None
    return case.here(claim=case.code(test, case.marked or ""))
