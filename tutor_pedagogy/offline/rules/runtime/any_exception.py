"""Rules for every exception: `exit` without a call, a `raise` of the program's own, and the fallback."""

from __future__ import annotations

import ast
import re

from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

_NOT_RAISED = re.compile(r"^exceptions must|\(\) missing \d|\(\) takes .{1,80} given|unexpected keyword")
"""Messages of exceptions that Python raises while it makes the exception that the program wants to raise."""


@runtime_rule("exit-not-called", before=("unpacking-count",))
def exit_not_called(case: CrashContext) -> Match | None:
    """Return the line that names `exit` without calling it, above the failing line in the same function."""
    for node in case.program.each(ast.Expr):
        match node.value:
            case ast.Name(id="exit" | "quit" as name) as value:
                if node.lineno < case.line and case.program.function_at(node.lineno) is case.function:
                    return case.at(value, replace=(value, f"{name}()"), name=value)
    return None


@runtime_rule("raised-on-purpose")
def raised_on_purpose(case: CrashContext) -> Match | None:
    """Return the `raise` statement in the student's code that ended the program."""
    if not isinstance(case.statement, ast.Raise) or _NOT_RAISED.search(case.crash.message):
        return None
    raised = case.statement.exc
    name = case.text(raised.func if isinstance(raised, ast.Call) else raised) if raised is not None else ""
    if case.crash.exception in ("TypeError", "NameError", "AttributeError") and case.crash.exception not in name:
        return None
    condition = next((up.test for up in case.program.above(case.statement) if isinstance(up, ast.If)), None)
    return case.at(
        case.line,
        exception=Code(case.crash.exception),
        message=Code(case.message[:100]) if case.message else "",
        test=condition or "",
    )


@runtime_rule("other")
def other(case: CrashContext) -> Match:
    """Return the failing line, for an exception that no other rule explains."""
    message = Code(case.message[:120]) if case.message else ""
    return case.here(exception=Code(case.crash.exception), message=message)
