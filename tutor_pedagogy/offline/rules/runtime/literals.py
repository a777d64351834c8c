"""Values that are wrong where the code writes them: a number in quotes, an entry unlike the others, a key misspelt."""

from __future__ import annotations

import ast
import re
from collections import Counter
from difflib import get_close_matches
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.rules.runtime.rule import runtime_rule
from tutor_pedagogy.offline.rules.runtime.unconverted import is_about_text
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.program import Function
    from tutor_pedagogy.offline.rules.runtime.context import CrashContext
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_FEWEST_ALIKE = 2
"""Entries of one form that make another form the exception."""
_NUMBERS = r"(?:int|float)"
_CALCULATED = re.compile(
    rf"'(?:str' and '{_NUMBERS}|{_NUMBERS}' and 'str)'|concatenate str \(not \"{_NUMBERS}\"\)"
    r"|must be real number, not str|multiply sequence by non-int"
    r"|'str' object cannot be interpreted as an integer|str doesn't define __round__"
)


@runtime_rule("number-in-quotes", ("TypeError",), _CALCULATED, before=("compared-kinds", "text-plus-other"))
def number_in_quotes(case: CrashContext) -> Match | None:
    """Find the one number that the code writes as a text and hands on, to where it is calculated with."""
    if is_about_text(case):
        return None
    quoted = [(node, said) for node, said in _texts(case) if _NUMBER.fullmatch(said) and _is_handed_on(case, node)]
    if len(quoted) != 1:
        return None
    text, number = quoted[0]
    return Match(
        lines=(text.lineno,),
        expression=case.text(text),
        edit=case.rewrite(text, number),
        slots={"text": Code(case.text(text)), "use": Code(case.program.line(case.line).strip())},
    )


def _texts(case: CrashContext) -> Iterator[tuple[ast.Constant, str]]:
    """Give the texts that the code writes, with what they say."""
    for node in case.program.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node, node.value


def _is_handed_on(case: CrashContext, node: ast.expr) -> bool:
    """Tell whether a value goes into a call of the code's own, a collection or a name."""
    match case.program.parents.get(node):
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args) if node in args:
            called = case.program.functions.get(name)
            if called is not None:
                given = [arg.arg for arg in called.args.args if arg.arg != "self"]
                at = args.index(node)
                return at < len(given) and not _is_wanted_as_text(called, given[at])
            return any(isinstance(n, ast.ClassDef) and n.name == name for n in case.program.nodes)
        case ast.Dict(values=values):
            return node in values
        case ast.List() | ast.Tuple():
            return True
    return False


def _is_wanted_as_text(function: Function, name: str) -> bool:
    """Tell whether a function goes through a parameter, or asks it for a part, as one does with a text."""
    for node in walk(function):
        match node:
            case (
                ast.For(iter=ast.Name(id=used))
                | ast.comprehension(iter=ast.Name(id=used))
                | ast.Subscript(value=ast.Name(id=used))
                | ast.Attribute(value=ast.Name(id=used))
                | ast.Call(func=ast.Name(id="len" | "int" | "float" | "enumerate"), args=[ast.Name(id=used), *_])
            ) if used == name:
                return True
    return False


@runtime_rule(
    "comma-in-number", ("TypeError",), r"\btuple\b|multiply sequence by non-int", before=("text-in-calculation",)
)
def comma_in_number(case: CrashContext) -> Match | None:
    """Find a number with a comma in place of the point, which makes two values of it."""
    for node in case.program.nodes:
        match node:
            case ast.Assign(
                targets=[ast.Name(id=name)], value=ast.Tuple(elts=[*_, first, ast.Constant(value=int())]) as pair
            ):
                text = case.text(pair)
                while isinstance(first, ast.BinOp):
                    first = first.right
                if isinstance(first, ast.Constant) and re.search(r"\d,\d+$", text):
                    return Match(
                        lines=(node.lineno,),
                        expression=text,
                        edit=case.rewrite(pair, ".".join(text.rsplit(",", 1))),
                        slots={"name": Code(name)},
                    )
    return None


@runtime_rule(
    "entry-unlike-others",
    ("IndexError", "TypeError", "ValueError"),
    r"values to unpack|cannot unpack non-iterable|tuple index out of range|list index out of range",
    before=("empty-collection", "unpacking-count"),
)
def entry_unlike_others(case: CrashContext) -> Match | None:
    """Find the one entry of a written table that has more or fewer parts than the others."""
    for node in case.program.nodes:
        if not isinstance(node, ast.List | ast.Tuple) or len(node.elts) <= _FEWEST_ALIKE:
            continue
        sizes = [len(row.elts) if isinstance(row, ast.Tuple | ast.List) else 0 for row in node.elts]
        usual, count = Counter(sizes).most_common(1)[0]
        if count == len(sizes) - 1 and usual:
            row = next(row for row, size in zip(node.elts, sizes, strict=True) if size != usual)
            return Match(
                lines=(row.lineno,),
                expression=case.text(row),
                slots={"entry": Code(case.text(row)), "count": str(usual)},
            )
    return None


@runtime_rule("key-in-two-spellings", ("KeyError",), r"'.[^'\n]*+'", before=("key-not-found",))
def key_in_two_spellings(case: CrashContext) -> Match | None:
    """Find where the code writes a key that the dictionary has in another spelling."""
    wanted = case.crash.message.strip()[1:-1]
    if any(isinstance(node, ast.Constant) and node.value == wanted for node in case.nodes_here) or not wanted:
        return None
    written = [node for node, said in _texts(case) if said == wanted]
    for table in (node for node in case.program.nodes if isinstance(node, ast.Dict)):
        keys = {key.value: key for key in table.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}
        alike = [key for key in keys if key.lower() == wanted.lower()] or get_close_matches(wanted, keys, 1, 0.75)
        if wanted in keys or not alike or not written:
            continue
        in_table = [node for node in written if any(up is table for up in case.program.above(node))]
        is_table_wrong = len(written) > 1 or bool(in_table)
        wrong: ast.expr = keys[alike[0]] if is_table_wrong else written[0]
        right = wanted if is_table_wrong else alike[0]
        return Match(
            lines=(wrong.lineno,),
            expression=case.text(wrong),
            edit=case.rewrite(wrong, case.text(wrong).replace(alike[0] if is_table_wrong else wanted, right)),
            slots={"here": Code(case.text(wrong)), "other": Code(repr(right))},
        )
    return None


@runtime_rule("entry-without-key", ("KeyError",), r"'.[^'\n]*+'", before=("key-not-found",))
def entry_without_key(case: CrashContext) -> Match | None:
    """Find the one written entry that lacks a key which several lines look up."""
    key = case.crash.message.strip()[1:-1]
    looked_up = {
        node.lineno
        for node in case.program.nodes
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and node.slice.value == key
    }
    entries = []
    for node in case.program.nodes:
        if isinstance(node, ast.Dict) and node.keys:
            names = [part.value for part in node.keys if isinstance(part, ast.Constant)]
            if key in names:
                return None
            if any(_is_looked_up(case, name) for name in names):
                entries.append(node)
    if len(looked_up) < _FEWEST_ALIKE or len(entries) != 1:
        return None
    entry = entries[0]
    return Match(
        lines=(entry.lineno,),
        expression=case.text(entry),
        slots={"entry": Code(case.text(entry)), "key": Code(key)},
    )


def _is_looked_up(case: CrashContext, key: object) -> bool:
    return any(
        isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and node.slice.value == key
        for node in case.program.nodes
    )


@runtime_rule("start-is-no-key", ("KeyError",), before=("key-not-found",))
def start_is_no_key(case: CrashContext) -> Match | None:
    """Find the first value of a name that is itself used as a key, and is none of the dictionary."""
    for subscript in case.likely(ast.Subscript):
        if not isinstance(subscript, ast.Subscript) or not isinstance(subscript.slice, ast.Name):
            continue
        name = subscript.slice.id
        here = case.program.function_at(case.line)
        for line, value in case.program.assignments(name):
            if (
                isinstance(value, ast.Constant)
                and repr(value.value) == case.crash.message.strip()
                and case.program.function_at(line) is here
            ):
                return Match(
                    lines=(line,),
                    expression=case.program.line(line).strip(),
                    slots={
                        "name": Code(name),
                        "owner": Code(case.text(subscript.value)),
                        "use": Code(case.text(subscript)),
                    },
                )
    return None
