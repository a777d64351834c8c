"""Files that give nothing: emptied by the mode of `open`, or read to their end before."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import called_name, names_in
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

_NOTHING_READ = re.compile(
    r"invalid literal for int\(\) with base \d+: ''$|could not convert string to float: ''$|\(char 0\)"
    r"|index out of range|(?:arg|iterable argument) is (?:an )?empty|not enough values to unpack|^$|division by zero"
    r"|Ran out of input|No columns to parse|requires at least one data point"
)
_FAILURES = (
    *("ValueError", "JSONDecodeError", "IndexError", "StopIteration", "EOFError", "ZeroDivisionError"),
    *("EmptyDataError", "StatisticsError", "UnpicklingError"),
)
_BEFORE = (
    *("text-is-no-number", "empty-string-for-number", "empty-collection", "not-json", "nothing-left"),
    *("division-by-zero", "unpacking-count", "nothing-to-choose-from", "line-without-parts", "split-at-another-sign"),
    *("letters-for-lines", "entry-stored-otherwise", "position-out-of-range", "line-with-fewer-parts"),
)
_READING = frozenset(("read", "readline", "readlines"))
_TO_THE_END = frozenset(("read", "readlines"))
_READERS = frozenset(("load", "reader", "DictReader", "list", "enumerate", "read_csv", "sum", "sorted"))


def _opened(case: CrashContext) -> Iterator[tuple[str, ast.Call]]:
    """Yield the calls of `open`, each with the name that its file gets."""
    for node in case.program.each(ast.Assign, ast.withitem):
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id="open")) as call)
                | ast.withitem(context_expr=ast.Call(func=ast.Name(id="open")) as call, optional_vars=ast.Name(id=name))
            ):
                yield name, call


def _mode(call: ast.Call) -> ast.expr | None:
    named = next((each.value for each in call.keywords if each.arg == "mode"), None)
    return named or (call.args[1] if len(call.args) > 1 else None)


def _reads(case: CrashContext, name: str, opened: ast.Call) -> list[tuple[ast.expr, str]]:
    """Return the places at which a file is read, in order of lines, with the name of the method or function."""
    function = case.program.function_at(opened.lineno)
    again = [call.lineno for other, call in _opened(case) if other == name and call.lineno > opened.lineno]
    found: list[tuple[ast.expr, str]] = []
    for use in case.program.uses.get(name, []):
        is_later = opened.lineno <= use.lineno < min(again, default=len(case.program.lines) + 1)
        if not is_later or case.program.function_at(use.lineno) is not function or isinstance(use.ctx, ast.Store):
            continue
        parent = case.program.parents.get(use)
        match parent:
            case ast.Attribute(attr=method):
                found.append((parent, method))
            case ast.Call() as call if use in call.args and called_name(call) in _READERS:
                found.append((call, called_name(call)))
            case ast.For(iter=iterated) | ast.comprehension(iter=iterated) if iterated is use:
                found.append((use, "loop"))
    return sorted(found, key=lambda each: (each[0].lineno, each[0].col_offset))


def _reaches(case: CrashContext, node: ast.expr) -> bool:
    """Return whether the value that is read at a node is used on the failing line, as far as the tree shows."""
    if node.lineno == case.line or node.lineno in case.crash.callers:
        return True
    statement = case.program.statement_at(node.lineno)
    match statement:
        case ast.Assign(targets=targets):
            names = names_in(*targets)
        case ast.For(target=target):
            return statement.lineno <= case.line or bool(names_in(target))
        case ast.Return():
            return True
        case _:
            return False
    used = {node.id for node in case.nodes_here if isinstance(node, ast.Name)}
    derived = {
        name
        for each in case.program.each(ast.Assign)
        if names & names_in(each.value) and each.lineno <= case.line
        for name in names_in(*each.targets)
    }
    return bool(used & (names | derived)) or isinstance(case.statement, ast.For)


@runtime_rule("file-emptied-by-mode", _FAILURES, _NOTHING_READ, before=_BEFORE)
def file_emptied_by_mode(case: CrashContext) -> Match | None:
    """Return the call of `open` whose mode empties the file that is read next."""
    for name, call in _opened(case):
        mode = _mode(call)
        match mode:
            case ast.Constant(value=str(text)) if "w" in text and "+" in text:
                reads = _reads(case, name, call)
                first = reads[0] if reads else None
                if first is not None and (first[1] in _READING | _READERS or first[1] == "loop"):
                    if not _reaches(case, first[0]):
                        continue
                    writes = any(method.startswith("write") or method == "dump" for _, method in reads)
                    new = None if writes else '"r"' if "b" not in text else '"rb"'
                    slots: dict[str, str | ast.AST] = {"mode": mode, "file": Code(name)}
                    slots["read_line"] = str(case.program.shown(first[0].lineno))
                    found = case.at(call, replace=(mode, new), slots=slots)
                    return replace(found, is_proved=True)
    return None


@runtime_rule("file-read-to-its-end", _FAILURES, _NOTHING_READ, before=_BEFORE)
def file_read_to_its_end(case: CrashContext) -> Match | None:
    """Return the line that has read a file to its end before the failing line reads it again."""
    for name, call in _opened(case):
        reads = _reads(case, name, call)
        for at, (first, how) in enumerate(reads[:-1]):
            again, method = reads[at + 1]
            is_whole = how in _TO_THE_END | _READERS or how == "loop"
            is_read = method in _READING | _READERS or method == "loop"
            inside = isinstance(case.program.parents.get(first), ast.For) and again.lineno <= _end(case, first)
            if is_whole and is_read and not inside and _reaches(case, again):
                statement = case.program.statement_at(again.lineno)
                is_alone = statement is not None and again.lineno > first.lineno
                edit = case.insert_line(statement.lineno, f"{name}.seek(0)") if statement and is_alone else None
                slots: dict[str, str | ast.AST] = {"file": Code(name), "first": first}
                slots["again_line"] = str(case.program.shown(again.lineno))
                return replace(case.at(first.lineno, edit=edit, slots=slots), is_proved=True)
    return None


def _end(case: CrashContext, node: ast.expr) -> int:
    loop = case.program.parents.get(node)
    return getattr(loop, "end_lineno", 0) or 0
