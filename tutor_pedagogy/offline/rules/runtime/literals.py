"""Wrong literals: a number in quotes, an entry of another length than the others, a misspelt key."""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.engine.nodes import parameters, parts_of
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.offline.rules.runtime.unconverted import has_string_operand
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.nodes import Function

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_FEWEST_ALIKE = 2
"""The minimum number of uniform entries, or of lines that look up a key, that show what the code expects."""
_CASES = (str.islower, str.isupper, str.istitle)
_MOST_QUOTED = 2
"""The maximum number of numbers in quotes that one edit changes: the two sides of an operation."""
_NUMBERS = r"(?:int|float)"


@runtime_rule(
    "number-in-quotes",
    ("TypeError", "ValueError"),
    rf"'(?:str' and '{_NUMBERS}|{_NUMBERS}' and 'str)'|concatenate str \(not \"{_NUMBERS}\"\)"
    r"|must be real number, not str|multiply sequence by non-int"
    r"|'str' object cannot be interpreted as an integer|str doesn't define __round__"
    r"|Unknown format code '\w' for object of type 'str'|bad operand type for \S+ '?str|not all arguments converted",
    before=("compared-kinds", "form-of-another-kind", "places-and-values", "text-plus-other"),
)
def number_in_quotes(case: CrashContext) -> Match | None:
    """Return the number in quotes that the failing calculation uses, if the program passes on only one."""
    if has_string_operand(case):
        return None
    quoted = [(node, text) for node, text in _strings(case) if _NUMBER.fullmatch(text) and _is_passed_on(case, node)]
    if not quoted or len(quoted) > _MOST_QUOTED:
        return None
    string, number = quoted[0]
    found = case.at(string, replace=(string, number), text=string, use=case.source)
    if len(quoted) == 1:
        return found
    are_used = all(isinstance(case.program.parents.get(node), ast.Assign) for node, _ in quoted)
    lines = [*case.program.lines]
    for node, text in quoted:
        lines[node.lineno - 1] = lines[node.lineno - 1].replace(case.text(node), text, 1)
    return replace(found, edit=edit_to(case.program, "\n".join(lines))) if are_used else None


def _strings(case: CrashContext) -> Iterator[tuple[ast.Constant, str]]:
    """Yield the string literals of the program with their values."""
    for node in case.program.each(ast.Constant):
        if isinstance(node.value, str):
            yield node, node.value


def _is_passed_on(case: CrashContext, node: ast.expr) -> bool:
    """Return whether a value is passed to the program's own function or class, or stored in a collection."""
    match case.program.parents.get(node):
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args) if node in args:
            called, at = case.program.functions.get(name), args.index(node)
            if called is None:
                return name in case.classes
            return at < len(parameters(called)) and not _is_wanted_as_string(called, parameters(called)[at])
        case ast.Assign(targets=[ast.Name(id=name)]):
            return any(name == each.id for each in case.likely(ast.Name))
        case ast.Dict(values=values):
            return node in values
        case ast.List() | ast.Tuple():
            return True
    return False


def _is_wanted_as_string(function: Function, name: str) -> bool:
    """Return whether a function uses a parameter like a string: it iterates over it, indexes it or converts it."""
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
    """Return the number with a decimal comma, which makes it a tuple."""
    for node in case.program.each(ast.Assign):
        match node:
            case ast.Assign(
                targets=[ast.Name() as name], value=ast.Tuple(elts=[*_, first, ast.Constant(value=int())]) as pair
            ):
                while isinstance(first, ast.BinOp):
                    first = first.right
                if isinstance(first, ast.Constant) and re.search(r"\d,\d+$", case.text(pair)):
                    return case.at(pair, replace=(pair, ".".join(case.text(pair).rsplit(",", 1))), name=name)
    return None


@runtime_rule(
    "comma-makes-tuple",
    ("AttributeError", "TypeError", "ValueError"),
    r"\btuple\b",
    before=(
        "method-of-another-kind",
        "text-in-calculation",
        "list-in-calculation",
        "attribute-misspelt",
        "not-callable",
    ),
)
def comma_makes_tuple(case: CrashContext) -> Match | None:
    """Return the value before a comma at the end of an assignment: the comma makes a tuple of it."""
    for node in case.program.each(ast.Assign):
        match node:
            case ast.Assign(targets=[ast.Name() as name], value=ast.Tuple(elts=[only]) as pair):
                text = case.text(pair)
                if not text.startswith("(") and text.endswith(","):
                    edit = case.rewrite(pair, text[:-1].rstrip())
                    return replace(case.at(pair, edit=edit, name=name, value=only), needs_edit=True)
    return None


@runtime_rule(
    "entry-unlike-others",
    ("IndexError", "TypeError", "ValueError"),
    r"values to unpack|cannot unpack non-iterable|tuple index out of range|list index out of range",
    before=("entry-of-another-length", "empty-collection", "unpacking-count"),
)
def entry_unlike_others(case: CrashContext) -> Match | None:
    """Return the only entry of a table of literals that has more or fewer parts than the others."""
    for table in case.program.each(ast.List, ast.Tuple):
        sizes = [0 if isinstance(row, ast.Set) else len(parts_of(row)) for row in parts_of(table)]
        if len(sizes) > _FEWEST_ALIKE:
            usual, count = Counter(sizes).most_common(1)[0]
            if count == len(sizes) - 1 and usual:
                row = next(row for row, size in zip(parts_of(table), sizes, strict=True) if size != usual)
                return case.at(row, entry=row, count=str(usual))
    return None


@runtime_rule("key-in-two-spellings", ("KeyError",), r"'.[^'\n]*+'", before=("key-in-another-case", "key-not-found"))
def key_in_two_spellings(case: CrashContext) -> Match | None:
    """Return the key that is spelt differently from the key in the dictionary."""
    wanted = case.crash.message.strip()[1:-1]
    written = [node for node, text in _strings(case) if text == wanted]
    if not written:
        return None
    if any(node in case.nodes_here for node in written):
        return _slip_in_one_table(case, wanted)
    for table in case.program.each(ast.Dict):
        keys = {key.value: key for key in table.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}
        alike = [key for key in keys if key.lower() == wanted.lower()] or get_close_matches(wanted, keys, 1, 0.75)
        if wanted in keys or not alike:
            continue
        is_inside = any(up is table for node in written for up in case.program.above(node))
        wrong, spelt, right = written[0], wanted, alike[0]
        known, count = len(written), sum(text == alike[0] for _, text in _strings(case))
        count = count or 1
        is_key = known > count or alike[0] != alike[0].strip()
        if not is_key and known == count and is_inside and not _is_odd_one(wanted, alike[0], [*keys]):
            words = set(re.findall(r"\w+", re.sub(r"\"[^\"\n]*\"|'[^'\n]*'", " ", case.program.code)))
            if (wanted in words) is (alike[0] in words):  # Nothing tells which of the two is the right one.
                return case.at(wrong, here=wrong, other="", known=keys[alike[0]])
            is_key = wanted in words
        if is_key:
            wrong, spelt, right = keys[alike[0]], alike[0], wanted
        replace = (wrong, case.text(wrong).replace(spelt, right))
        return case.at(wrong, replace=replace, here=wrong, other=Code(repr(right)), known="")
    return None


def _is_odd_one(wanted: str, near: str, keys: list[str]) -> bool:
    """Return whether a string differs only in its case from a key, as no key of the dictionary does."""
    if wanted.lower() != near.lower() or len(keys) < _FEWEST_ALIKE:
        return False
    return any(all(map(test, keys)) and not test(wanted) for test in _CASES)


def _slip_in_one_table(case: CrashContext, wanted: str) -> Match | None:
    """Return the misspelt key of the only dictionary literal that lacks a key that the others have."""
    tables = [
        {key.value: key for key in table.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}
        for table in case.program.each(ast.Dict)
    ]
    having = [keys for keys in tables if wanted in keys]
    alike = [
        keys[close[0]] for keys in tables if wanted not in keys and (close := get_close_matches(wanted, keys, 1, 0.75))
    ]
    if not having or len(alike) != 1:
        return None
    wrong, spelt = alike[0], str(alike[0].value)
    return case.at(
        wrong, replace=(wrong, case.text(wrong).replace(spelt, wanted)), here=wrong, other=Code(repr(wanted))
    )


@runtime_rule("entry-without-key", ("KeyError",), r"'.[^'\n]*+'", before=("key-not-found",))
def entry_without_key(case: CrashContext) -> Match | None:
    """Return the dictionary literal that lacks a key, if it is the only one and several lines look up the key."""
    key = case.crash.message.strip()[1:-1]
    looked_up = [
        (node.lineno, node.slice.value)
        for node in case.program.each(ast.Subscript)
        if isinstance(node.slice, ast.Constant)
    ]
    used = {value for _, value in looked_up}
    tables = [
        (node, {part.value for part in node.keys if isinstance(part, ast.Constant)})
        for node in case.program.each(ast.Dict)
    ]
    entries = [node for node, keys in tables if keys & used]
    is_written = any(key in keys for _, keys in tables)
    if is_written or len(entries) != 1 or len({line for line, value in looked_up if value == key}) < _FEWEST_ALIKE:
        return None
    return case.at(entries[0], entry=entries[0], key=Code(key))


@runtime_rule("start-is-no-key", ("KeyError",), before=("key-not-found",))
def start_is_no_key(case: CrashContext) -> Match | None:
    """Return the initial value of a variable that is used as a key, if the dictionary lacks that key."""
    for subscript in case.subscripts:
        for line, value in case.bound(subscript.slice.id) if isinstance(subscript.slice, ast.Name) else ():
            if isinstance(value, ast.Constant) and repr(value.value) == case.crash.message.strip():
                return case.at(line, name=subscript.slice, owner=subscript.value, use=subscript)
    return None
