"""Data files: names from a listed folder, header lines, and the rows of CSV files."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import called_name, first_argument
from tutor_pedagogy.offline.rules.runtime.measures import kind_of_number
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator


_MISSING = ("FileNotFoundError", "IsADirectoryError", "NotADirectoryError")
_NUMBERS = r"(?:int|float)"


@runtime_rule("listed-name-without-folder", _MISSING, before=("file-not-there",))
def listed_name_without_folder(case: CrashContext) -> Match | None:
    """Return the use of a name from `os.listdir` without the folder that was listed."""
    for name in case.likely(ast.Name):
        around = case.program.parents.get(name)
        if not isinstance(around, ast.Call) or called_name(around) == "join":
            continue
        for up in case.program.above(name):
            match up:
                case ast.For(target=ast.Name(id=target), iter=ast.Call(args=[folder]) as listed) if (
                    target == name.id and called_name(listed) == "listdir"
                ):
                    has_os = "os" in case.program.uses
                    new = f"os.path.join({case.text(folder)}, {name.id})" if has_os else None
                    return case.at(around, edit=case.rewrite(name, new), name=name, folder=folder, listed=listed)
    return None


def _opens(case: CrashContext) -> Iterator[tuple[str, ast.Call]]:
    """Yield the calls of `open` above the failing line, each with the name that its file gets."""
    for node in case.program.each(ast.Assign, ast.withitem):
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call)
                | ast.withitem(context_expr=ast.Call() as call, optional_vars=ast.Name(id=name))
            ) if called_name(call) == "open" and call.lineno <= case.line:
                yield name, call


@runtime_rule(
    "header-read-as-number",
    ("ValueError",),
    r"(?:invalid literal for int\(\) with base 10|could not convert string to float): "
    r"'(?P<text>(?!(?i:n/?an?|none|null|unknown|missing)')[A-Za-z][\w /-]*)(?:\\n)?'",
    before=("text-is-no-number",),
)
def header_read_as_number(case: CrashContext) -> Match | None:
    """Return the loop over the lines of a file whose first line holds names and is not skipped."""
    if case.statement is None or any(
        called_name(call) in ("next", "DictReader") for call in case.program.each(ast.Call)
    ):
        return None
    for up in case.program.above(case.statement):
        if not isinstance(up, ast.For):
            continue
        source = case.program.last_value(up.iter.id, up.lineno) if isinstance(up.iter, ast.Name) else up.iter
        if isinstance(source, ast.Call) and called_name(source) == "reader":
            file = first_argument(source)
            skipped = up.iter if isinstance(up.iter, ast.Name) else file
        elif isinstance(up.iter, ast.Name) and up.iter.id in {name for name, _ in _opens(case)}:
            skipped = up.iter
        else:
            continue
        edit = case.insert_line(up.lineno, f"next({case.text(skipped)})") if isinstance(skipped, ast.Name) else None
        return case.at(up, edit=edit, text=Code(case.match["text"]), source=up.iter)
    return None


@runtime_rule(
    "row-values-are-strings",
    ("TypeError",),
    rf"'(?:str' and '{_NUMBERS}|{_NUMBERS}' and 'str)'|multiply sequence by non-int|not '?str'?$",
    before=("parts-still-texts", "text-plus-other", "text-in-calculation", "compared-kinds"),
)
def row_values_are_strings(case: CrashContext) -> Match | None:
    """Return the value of a row of a CSV file that is used as a number without conversion."""
    for node in case.likely(ast.Subscript, ast.Name):
        value = case.program.last_value(node.id, case.line) if isinstance(node, ast.Name) else node
        if isinstance(value, ast.Subscript) and isinstance(value.value, ast.Name) and _readers(case, value.value):
            around = case.program.parents.get(value)
            if not (isinstance(around, ast.Call) and called_name(around) in ("int", "float")):
                return case.at(value, replace=(value, f"float({case.text(value)})"), value=value, use=case.source)
    for node in case.likely(ast.Name):
        if isinstance(node.ctx, ast.Load) and _is_cell(case, node):
            new = f"{kind_of_number(case, [node])}({node.id})"
            return case.at(node, replace=(node, new), value=node, use=case.source)
    return None


def _is_cell(case: CrashContext, node: ast.Name) -> bool:
    """Return whether the loop around a name gives it a cell of each row of a CSV file."""
    around = case.program.parents.get(node)
    if isinstance(around, ast.Call) and called_name(around) in ("int", "float"):
        return False
    for loop in case.loops_above(node):
        match loop:
            case ast.For(target=ast.Tuple(elts=parts), iter=source) if any(
                isinstance(part, ast.Name) and part.id == node.id for part in parts
            ):
                made = case.program.last_value(source.id, loop.lineno) if isinstance(source, ast.Name) else source
                return made is not None and any(
                    isinstance(each, ast.Call) and called_name(each) == "reader" for each in walk(made)
                )
    return False


def _readers(case: CrashContext, name: ast.Name) -> list[ast.Call]:
    """Return the calls of `csv.reader` or `csv.DictReader` over which the loops with this variable go."""
    found: list[ast.Call] = []
    for loop in case.program.each(ast.For):
        if isinstance(loop.target, ast.Name) and loop.target.id == name.id:
            source = loop.iter
            if isinstance(source, ast.Name):
                source = case.program.last_value(source.id, loop.lineno) or source
            found += [n for n in walk(source) if isinstance(n, ast.Call) and called_name(n) in ("reader", "DictReader")]
    return found


@runtime_rule("row-is-dictionary", ("KeyError",), before=("key-not-found", "numerical.no-such-column"))
def row_is_dictionary(case: CrashContext) -> Match | None:
    """Return the index or key that is missing in a row that `csv.DictReader` reads as a dictionary."""
    for node in case.subscripts:
        readers = _readers(case, node.value) if isinstance(node.value, ast.Name) else []
        if isinstance(node.slice, ast.Constant) and any(called_name(call) == "DictReader" for call in readers):
            spaced = _line_with_space(case, node.slice.value)
            return case.here(node, row=node.value, index=node.slice, spaced=str(spaced) if spaced else "")
    return None


def _line_with_space(case: CrashContext, key: object) -> int:
    """Return the line of a string of the program in which a space stands between a comma and a key; 0 if none does."""
    for node in case.program.each(ast.Constant):
        if isinstance(node.value, str) and isinstance(key, str) and re.search(rf", {re.escape(key)}(?!\w)", node.value):
            return case.program.shown(node.lineno)
    return 0
