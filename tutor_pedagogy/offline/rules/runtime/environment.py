"""What the world outside the program does not give: files, modules, input, and what the program raises itself."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.rules.runtime.rule import runtime_rule

if TYPE_CHECKING:
    from tutor_pedagogy.offline.rules.runtime.context import CrashContext


@runtime_rule("raised-on-purpose")
def raised_on_purpose(case: CrashContext) -> Match | None:
    statement = case.program.statement_at(case.line)
    if not isinstance(statement, ast.Raise) or case.crash.message.startswith("exceptions must"):
        return None
    message = case.crash.message.split("\n")[0]
    above = [node for node in case.program.above(statement) if isinstance(node, ast.If)]
    test = Code(case.text(above[0].test)) if above else "no condition at all"
    return Match(
        lines=(case.line,),
        expression=case.program.line(case.line).strip(),
        slots={
            "exception": Code(case.crash.exception),
            "message": Code(message[:100]) if message else "no words",
            "test": test,
        },
    )


@runtime_rule("raise-of-no-exception", ("TypeError",), r"exceptions must (?:derive|be)")
def raise_of_no_exception(case: CrashContext) -> Match | None:
    statement = case.program.statement_at(case.line)
    if isinstance(statement, ast.Raise) and statement.exc is not None:
        text = case.text(statement.exc)
        return case.here(statement.exc, edit=case.rewrite(statement.exc, f"ValueError({text})"), name=Code(text))
    return case.here(name=Code(case.marked or "the value"))


@runtime_rule("file-not-there", ("FileNotFoundError", "IsADirectoryError", "NotADirectoryError"))
def file_not_there(case: CrashContext) -> Match | None:
    return _file(case)


def _file(case: CrashContext) -> Match | None:
    names = re.findall(r"'([^']*)'", case.crash.message)
    return case.here(_call(case, "open") or _call(case), file=Code(names[-1] if names else "the file"))


def _call(case: CrashContext, *names: str) -> ast.Call | None:
    for call in case.likely(ast.Call):
        if isinstance(call, ast.Call) and (not names or case.text(call.func).rpartition(".")[2] in names):
            return call
    return None


@runtime_rule("file-not-allowed", ("FileExistsError", "PermissionError"))
def file_not_allowed(case: CrashContext) -> Match | None:
    return _file(case)


@runtime_rule("file-opened-the-other-way", ("UnsupportedOperation",))
def file_opened_the_other_way(case: CrashContext) -> Match | None:
    call = _call(case, "read", "write", "readline", "readlines") or _call(case)
    wanted = "read from" if "read" in case.crash.message else "written to"
    return case.here(call, wanted=wanted)


@runtime_rule("module-not-found", ("ModuleNotFoundError",), r"No module named '(?P<name>[\w.]+)'")
def module_not_found(case: CrashContext) -> Match | None:
    name = case.match["name"]
    return case.here(module=Code(name))


@runtime_rule("name-not-in-module", ("ImportError",), r"cannot import name '(?P<name>\w+)' from '(?P<module>[\w.]+)'")
def name_not_in_module(case: CrashContext) -> Match | None:
    return case.here(name=Code(case.match["name"]), module=Code(case.match["module"]))


@runtime_rule("no-more-input", ("EOFError",))
def no_more_input(case: CrashContext) -> Match | None:
    return case.here(_call(case, "input"))


@runtime_rule("stopped-in-a-loop", ("KeyboardInterrupt", "TimeoutError"))
def stopped_in_a_loop(case: CrashContext) -> Match | None:
    line = case.program.line(case.line).strip()
    loops = [
        node
        for node in case.program.nodes
        if isinstance(node, ast.While) and node.lineno <= case.line <= (node.end_lineno or 0)
    ]
    if loops:
        loop = loops[-1]
        return Match(lines=(loop.lineno,), expression=case.text(loop.test), slots={"test": Code(case.text(loop.test))})
    return case.here(test=Code(line))


@runtime_rule("text-in-another-encoding", ("UnicodeDecodeError", "UnicodeEncodeError"))
def text_in_another_encoding(case: CrashContext) -> Match | None:
    return case.here(_call(case, "open", "read", "decode", "encode"))


@runtime_rule("not-json", ("JSONDecodeError",))
def not_json(case: CrashContext) -> Match | None:
    return case.here(_call(case, "loads", "load"), message=Code(case.crash.message.split("\n")[0][:120]))


@runtime_rule("claim-not-true", ("AssertionError",))
def claim_not_true(case: CrashContext) -> Match | None:
    statement = case.program.statement_at(case.line)
    test = case.text(statement.test) if isinstance(statement, ast.Assert) else case.marked or "the claim"
    return case.here(claim=Code(test))
