"""What the world outside the program does not give: files, modules, input, and what the program raises itself."""

from __future__ import annotations

import ast
import re

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.lessons.runtime import outside as lessons
from tutor_pedagogy.offline.rules.runtime.case import Case, RuntimeRule, Site

_FILES = frozenset(("FileNotFoundError", "IsADirectoryError", "NotADirectoryError"))


def _call(case: Case, *names: str) -> ast.Call | None:
    for call in case.likely(ast.Call):
        if isinstance(call, ast.Call) and (not names or case.text(call.func).rpartition(".")[2] in names):
            return call
    return None


def _file(case: Case) -> Site | None:
    names = re.findall(r"'([^']*)'", case.crash.message)
    return case.here(_call(case, "open") or _call(case), file=Code(names[-1] if names else "the file"))


def _mode(case: Case) -> Site | None:
    call = _call(case, "read", "write", "readline", "readlines") or _call(case)
    wanted = "read from" if "read" in case.crash.message else "written to"
    return case.here(call, wanted=wanted)


def _module(case: Case) -> Site | None:
    name = case.match["name"]
    return case.here(module=Code(name))


def _imported(case: Case) -> Site | None:
    return case.here(name=Code(case.match["name"]), module=Code(case.match["module"]))


def _no_input(case: Case) -> Site | None:
    return case.here(_call(case, "input"))


def _stopped(case: Case) -> Site | None:
    line = case.program.line(case.line).strip()
    loops = [
        node
        for node in case.program.nodes
        if isinstance(node, ast.While) and node.lineno <= case.line <= (node.end_lineno or 0)
    ]
    if loops:
        loop = loops[-1]
        return Site(lines=(loop.lineno,), expression=case.text(loop.test), facts={"test": Code(case.text(loop.test))})
    return case.here(test=Code(line))


def _decoded(case: Case) -> Site | None:
    return case.here(_call(case, "open", "read", "decode", "encode"))


def _json(case: Case) -> Site | None:
    return case.here(_call(case, "loads", "load"), message=Code(case.crash.message.split("\n")[0][:120]))


def _raised(case: Case) -> Site | None:
    statement = case.program.statement_at(case.line)
    if not isinstance(statement, ast.Raise) or case.crash.message.startswith("exceptions must"):
        return None
    message = case.crash.message.split("\n")[0]
    above = [node for node in case.program.above(statement) if isinstance(node, ast.If)]
    test = Code(case.text(above[0].test)) if above else "no condition at all"
    return Site(
        lines=(case.line,),
        expression=case.program.line(case.line).strip(),
        facts={
            "exception": Code(case.crash.exception),
            "message": Code(message[:100]) if message else "no words",
            "test": test,
        },
    )


def _not_raisable(case: Case) -> Site | None:
    statement = case.program.statement_at(case.line)
    if isinstance(statement, ast.Raise) and statement.exc is not None:
        text = case.text(statement.exc)
        return case.here(statement.exc, edit=case.rewrite(statement.exc, f"ValueError({text})"), name=Code(text))
    return case.here(name=Code(case.marked or "the value"))


def _asserted(case: Case) -> Site | None:
    statement = case.program.statement_at(case.line)
    test = case.text(statement.test) if isinstance(statement, ast.Assert) else case.marked or "the claim"
    return case.here(claim=Code(test))


RULES = (
    RuntimeRule(
        "runtime.raised-on-purpose",
        "runtime",
        lessons.RAISED_ON_PURPOSE,
        frozenset(),
        re.compile(""),
        _raised,
    ),
    RuntimeRule(
        "runtime.raise-of-no-exception",
        "runtime",
        lessons.RAISE_OF_NO_EXCEPTION,
        frozenset(("TypeError",)),
        re.compile(r"exceptions must (?:derive|be)"),
        _not_raisable,
    ),
    RuntimeRule(
        "runtime.file-not-there",
        "runtime",
        lessons.FILE_NOT_THERE,
        _FILES,
        re.compile(""),
        _file,
    ),
    RuntimeRule(
        "runtime.file-not-allowed",
        "runtime",
        lessons.FILE_NOT_ALLOWED,
        frozenset(("PermissionError", "FileExistsError")),
        re.compile(""),
        _file,
    ),
    RuntimeRule(
        "runtime.file-opened-the-other-way",
        "runtime",
        lessons.FILE_OPENED_THE_OTHER_WAY,
        frozenset(("UnsupportedOperation",)),
        re.compile(""),
        _mode,
    ),
    RuntimeRule(
        "runtime.module-not-found",
        "runtime",
        lessons.MODULE_NOT_FOUND,
        frozenset(("ModuleNotFoundError",)),
        re.compile(r"No module named '(?P<name>[\w.]+)'"),
        _module,
    ),
    RuntimeRule(
        "runtime.name-not-in-module",
        "runtime",
        lessons.NAME_NOT_IN_MODULE,
        frozenset(("ImportError",)),
        re.compile(r"cannot import name '(?P<name>\w+)' from '(?P<module>[\w.]+)'"),
        _imported,
    ),
    RuntimeRule(
        "runtime.no-more-input",
        "runtime",
        lessons.NO_MORE_INPUT,
        frozenset(("EOFError",)),
        re.compile(""),
        _no_input,
    ),
    RuntimeRule(
        "runtime.stopped-in-a-loop",
        "runtime",
        lessons.STOPPED_IN_A_LOOP,
        frozenset(("KeyboardInterrupt", "TimeoutError")),
        re.compile(""),
        _stopped,
    ),
    RuntimeRule(
        "runtime.text-in-another-encoding",
        "runtime",
        lessons.TEXT_IN_ANOTHER_ENCODING,
        frozenset(("UnicodeDecodeError", "UnicodeEncodeError")),
        re.compile(""),
        _decoded,
    ),
    RuntimeRule(
        "runtime.not-json",
        "runtime",
        lessons.NOT_JSON,
        frozenset(("JSONDecodeError",)),
        re.compile(""),
        _json,
    ),
    RuntimeRule(
        "runtime.claim-not-true",
        "runtime",
        lessons.CLAIM_NOT_TRUE,
        frozenset(("AssertionError",)),
        re.compile(""),
        _asserted,
    ),
)
