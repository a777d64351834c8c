"""Errors from outside the calculation: files, input, interruption, encodings, JSON, and assertions."""

from __future__ import annotations

import ast
import re

from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule


@runtime_rule("raise-of-no-exception", ("TypeError",), r"exceptions must (?:derive|be)")
def raise_of_no_exception(case: CrashContext) -> Match | None:
    """Return the value after `raise` that is not an exception."""
    value = case.statement.exc if isinstance(case.statement, ast.Raise) else None
    if value is None:
        return case.here(name=Code(case.marked or ""))
    return case.here(value, replace=(value, f"ValueError({case.text(value)})"), name=value)


@runtime_rule("file-not-there", ("FileNotFoundError", "IsADirectoryError", "NotADirectoryError"))
def file_not_there(case: CrashContext) -> Match | None:
    """Return the call that opens a file that does not exist."""
    return _opened(case)


@runtime_rule("file-not-allowed", ("FileExistsError", "PermissionError"))
def file_not_allowed(case: CrashContext) -> Match | None:
    """Return the call that opens a file without permission."""
    return _opened(case)


def _opened(case: CrashContext) -> Match:
    """Return the call that opens a file, with the name of the file."""
    files = re.findall(r"'([^']*)'", case.crash.message)
    return case.here(case.call("open") or case.call(), file=Code(files[-1] if files else ""))


@runtime_rule("file-opened-the-other-way", ("UnsupportedOperation",))
def file_opened_the_other_way(case: CrashContext) -> Match | None:
    """Return the call that reads from a file opened for writing, or the reverse."""
    wanted = "read from" if "read" in case.crash.message else "written to"
    return case.here(case.call("read", "write", "readline", "readlines") or case.call(), wanted=wanted)


@runtime_rule("no-more-input", ("EOFError",))
def no_more_input(case: CrashContext) -> Match | None:
    """Return the call of `input` at the end of the input."""
    return case.here(case.call("input"))


@runtime_rule("stopped-in-a-loop", ("KeyboardInterrupt", "TimeoutError"))
def stopped_in_a_loop(case: CrashContext) -> Match | None:
    """Return the condition of the `while` loop in which the program was interrupted."""
    loops = [loop for loop in case.program.each(ast.While) if loop.lineno <= case.line <= (loop.end_lineno or 0)]
    return case.at(loops[-1].test, test=loops[-1].test) if loops else case.here(test=case.source)


@runtime_rule("text-in-another-encoding", ("UnicodeDecodeError", "UnicodeEncodeError"))
def text_in_another_encoding(case: CrashContext) -> Match | None:
    """Return the call that reads or writes text with the wrong encoding."""
    return case.here(case.call("open", "read", "decode", "encode"))


@runtime_rule("not-json", ("JSONDecodeError",))
def not_json(case: CrashContext) -> Match | None:
    """Return the call that parses a string that is not valid JSON."""
    return case.here(case.call("loads", "load"), message=Code(case.message[:120]))


@runtime_rule("claim-not-true", ("AssertionError",))
def claim_not_true(case: CrashContext) -> Match | None:
    """Return the failing line with the condition of its `assert`."""
    test = case.statement.test if isinstance(case.statement, ast.Assert) else None
    return case.here(claim=case.code(test, case.marked or ""))
