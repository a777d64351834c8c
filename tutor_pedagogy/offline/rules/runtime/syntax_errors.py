"""Syntax errors without a mistake in the form of the program: evaluated strings, imported files, older versions."""

from __future__ import annotations

import ast

from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

_SYNTAX = ("SyntaxError", "IndentationError", "TabError")


@runtime_rule("evaluated-text", _SYNTAX, before=("newer-python",))
def evaluated_text(case: CrashContext) -> Match | None:
    """Return the call that reads a string as code."""
    call = case.call("eval", "exec", "literal_eval")
    return case.here(call, function=call.func) if call is not None else None


@runtime_rule("error-in-another-file", _SYNTAX, before=("newer-python",))
def error_in_another_file(case: CrashContext) -> Match | None:
    """Return the import of a module whose file does not parse."""
    match case.statement:
        case ast.Import(names=[ast.alias(name=name), *_]) | ast.ImportFrom(module=str(name)):
            return case.here(module=Code(name))
    return None


@runtime_rule("newer-python", _SYNTAX)
def newer_python(case: CrashContext) -> Match | None:
    """Return a line that an older Python refuses, although its form is right."""
    return case.here() if case.crash.line else None
