"""Numbers in several units: a carry that is not taken off, parts compared apart, a rest of the wrong number."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import names_in
from tutor_pedagogy.offline.engine.program import Loop
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.said import text_beside, texts_of_unit
from tutor_pedagogy.offline.rules.logic.support import is_imported
from tutor_pedagogy.offline.rules.logic.tree import inside, is_name, last_line, reads, stored_in
from tutor_pedagogy.problem.tree_walk import alike, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_UNITS = (
    ("year", re.compile(r"(?i)^y$|year|jahr|a\u00f1o|anio|ano$|ann[e\u00e9]e|anno")),
    ("month", re.compile(r"(?i)^.?m$|month|monat|mes(?:es)?$|mois|mese")),
    ("day", re.compile(r"(?i)^.?d$|(?:^|_)(?:day|tag|d[i\u00ed]a|jour|giorno)s?\d?$")),
    ("hour", re.compile(r"(?i)^.?h$|_h$|^h_|hour|hora|heure|stunde|std$|ora$")),
    ("minute", re.compile(r"(?i)^.?m$|_m$|^m_|minut|mins?$")),
    ("second", re.compile(r"(?i)^.?s$|second|segundo|sekunde|secs?$")),
    ("cent", re.compile(r"(?i)(?:^|_)(?:cents?|pence|rappen|c[e\u00e9]ntimos?|centavos?|centimes?)$")),
)
_PAIRS = (("year", "month"), ("month", "day"), ("hour", "minute"), ("minute", "second"))
_FULL = {"second": (60, 59), "minute": (60, 59), "hour": (24, 23), "cent": (100, 99)}
_COMPOUND = re.compile(r"(?i)compound|compuest|zinseszins|compos[e\u00e9]|compost[oa]")
_UP = re.compile(
    r"(?i)\b(?:(?:each|every|per|for (?:each|every)) (?:started|begun|commenced)|started|round(?:ed|s)? up"
    r"|(?:je |jede |pro )?(?:angefangen|begonnen)\w*|aufgerundet|aufrunden|redonde\w+ (?:hacia|para) (?:arriba|cima)"
    r"|(?:iniciad|empezad|comenzad)[ao]|entam[e\u00e9]e?s?|commenc[e\u00e9]e?s?"
    r"|arrondi\w* (?:au|vers le) (?:sup|haut)\w*)\b"
)
_TWO = 2


def _units(name: str) -> set[str]:
    return {unit for unit, pattern in _UNITS if pattern.search(name)}


def _word(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


@logic_rule("parts-compared-apart", 0.9, "truth value off other", needs=(ast.And, ast.Compare), each=ast.BoolOp)
def parts_compared_apart(program: Program, node: ast.BoolOp) -> Iterator[Match]:
    """Yield two dates or times whose bigger and smaller units are compared apart: `h >= h2 and m >= m2`."""
    if not isinstance(node.op, ast.And) or len(node.values) != _TWO:
        return
    one, other = node.values
    match one, other:
        case (
            ast.Compare(left=left, ops=[first], comparators=[right]),
            ast.Compare(left=below, ops=[second], comparators=[across]),
        ):
            pass
        case _:
            return
    ups = (ast.Gt, ast.GtE), (ast.Lt, ast.LtE)
    if not any(isinstance(first, kinds) and isinstance(second, kinds) for kinds in ups):
        return
    words = [_word(each) for each in (left, right, below, across)]
    if not all(words) or len({ast.unparse(each) for each in (left, right, below, across)}) != 2 * _TWO:
        return
    big, small = _units(words[0]) & _units(words[1]), _units(words[2]) & _units(words[3])
    found = [pair for pair in _PAIRS if pair[0] in big and pair[1] in small]
    turned = [pair for pair in _PAIRS if pair[1] in big and pair[0] in small]
    if bool(found) == bool(turned):
        return
    bigger, smaller = (one, other) if found else (other, one)
    unit, part = (found or turned)[0]
    sign = "<" if isinstance(second, ups[1]) else ">"
    strict = smaller.ops[0]
    sign += "=" if isinstance(strict, ast.GtE | ast.LtE) else ""
    texts = [
        program.segment(each) for each in (bigger.left, smaller.left, bigger.comparators[0], smaller.comparators[0])
    ]
    text = f"({texts[0]}, {texts[1]}) {sign} ({texts[2]}, {texts[3]})"
    if isinstance(program.parents.get(node), ast.BoolOp | ast.UnaryOp):
        return
    slots: dict[str, Any] = {"unit": unit, "part": part, "bigger": bigger, "smaller": smaller}
    yield program.here(node, replace=text, **slots)


@logic_rule("carry-not-taken-off", 0.9, "more value other", needs=(ast.If, ast.Compare), each=ast.If)
def carry_not_taken_off(program: Program, node: ast.If) -> Iterator[Match]:
    """Yield the carry to the next unit in an `if` that leaves the smaller unit as it is."""
    match node.test:
        case ast.Compare(
            left=ast.Name(id=name), ops=[ast.Gt() | ast.GtE() as sign], comparators=[ast.Constant(value=int(border))]
        ) if not isinstance(border, bool):
            full = border if isinstance(sign, ast.GtE) else border + 1
        case _:
            return
    if node.orelse or any(name in stored_in(each) for each in node.body):
        return
    carried = next((each for each in node.body if _is_carry(each, name, full)), None)
    here = program.function_at(node.lineno)
    later = [
        use for use in program.uses[name] if use.lineno > last_line(node) and program.function_at(use.lineno) is here
    ]
    if carried is None or not later or any(not reads(use, name) or _is_reduced(program, use) for use in later):
        return
    if program.loop_around(node) is not None and isinstance(program.loop_around(node), ast.While):
        return
    edit = None
    if node.body[-1].lineno > node.lineno:
        lines = list(program.lines)
        lines.insert(last_line(node), f"{program.indentation(node.body[0].lineno)}{name} = {name} % {full}")
        edit = edit_to(program, "\n".join(lines))
    slots: dict[str, Any] = {"name": Code(name), "full": Code(str(full)), "test": node.test}
    yield program.on_line(carried, edit=edit, **slots)


def _is_carry(statement: ast.stmt, name: str, full: int) -> bool:
    """Return whether a statement adds what a unit has too much to the next bigger unit."""
    match statement:
        case ast.AugAssign(target=ast.Name(id=target), op=ast.Add(), value=added):
            pass
        case ast.Assign(
            targets=[ast.Name(id=target)], value=ast.BinOp(left=ast.Name(id=same), op=ast.Add(), right=added)
        ) if same == target:
            pass
        case _:
            return False
    if target == name:
        return False
    match added:
        case ast.BinOp(left=ast.Name(id=divided), op=ast.FloorDiv(), right=ast.Constant(value=by)):
            return divided == name and by == full
        case ast.Constant(value=1):
            return any(full == _FULL[unit][0] for unit in _units(name) & _FULL.keys()) and len(name) > 1
    return False


def _is_reduced(program: Program, use: ast.Name) -> bool:
    parent = program.parents.get(use)
    return isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Mod | ast.Sub) and parent.left is use


@logic_rule("rest-from-the-original", 0.9, "value more less other", needs=(Loop, ast.BinOp), each=Loop)
def rest_from_the_original(program: Program, loop: Loop) -> Iterator[Match]:
    """Yield a value that each iteration works out from the start again, although a copy of it goes on changing."""
    stored = {name for statement in loop.body for name in stored_in(statement)}
    for statement in loop.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.BinOp() as value):
                pass
            case _:
                continue
        found = _of_rest(program, loop, statement, name, value) or _of_growth(program, loop, statement, value)
        if found is None:
            continue
        base, kept = found
        own = [node for node in walk(value) if reads(node, base)]
        if base in stored or len(own) != 1:
            continue
        slots: dict[str, Any] = {"base": Code(base), "kept": Code(kept), "header": program.header(loop)}
        yield program.on_line(statement, edit=_with_name(program, own[0], kept), **slots)
        return


def _with_name(program: Program, node: ast.AST, name: str) -> Any:
    line = getattr(node, "lineno", 0)
    text = program.line(line)
    start, end = (getattr(node, each, 0) for each in ("col_offset", "end_col_offset"))
    if not text.isascii():
        return None
    return program.edit(line, text[:start] + name + text[end:])


def _copied(program: Program, loop: Loop, name: str) -> str:
    """Return the name that a name is a plain copy of above a loop, or ""."""
    value = program.last_value(name, loop.lineno)
    return value.id if isinstance(value, ast.Name) and value.id != name else ""


def _of_rest(
    program: Program, loop: Loop, statement: ast.Assign, name: str, value: ast.BinOp
) -> tuple[str, str] | None:
    """Return the original and its copy, if a rest is always taken of the original: `left = amount % coin`."""
    base = _copied(program, loop, name)
    if not base or not is_name(value.left, base) or not isinstance(value.op, ast.Mod | ast.Sub | ast.FloorDiv):
        return None
    used = any(reads(node, name) and node.lineno < statement.lineno for node in inside(loop.body))  # type: ignore[attr-defined] # a name
    targets = names_in(loop.target) if isinstance(loop, ast.For) else set()
    grown = {each for node in loop.body for each in stored_in(node)} - {name} - targets
    is_own = bool(names_in(value.right) & (targets | {name})) and not names_in(value.right) & grown
    is_call = any(isinstance(node, ast.Call) for node in walk(value.right))
    is_rest = isinstance(value.op, ast.Mod | ast.FloorDiv) or name in names_in(value.right)
    return (base, name) if used and is_own and is_rest and not is_call else None


def _of_growth(program: Program, loop: Loop, statement: ast.Assign, value: ast.BinOp) -> tuple[str, str] | None:
    """Return the original and its copy, if compound growth is always taken of the original."""
    if not isinstance(value.op, ast.Mult) or statement.lineno == last_line(loop):
        return None
    added = statement.targets[0].id  # type: ignore[attr-defined] # a name, as the caller has matched
    for later in loop.body:
        match later:
            case ast.AugAssign(target=ast.Name(id=kept), op=ast.Add(), value=ast.Name(id=grown)):
                pass
            case ast.Assign(
                targets=[ast.Name(id=kept)],
                value=ast.BinOp(left=ast.Name(id=same), op=ast.Add(), right=ast.Name(id=grown)),
            ) if kept == same:
                pass
            case _:
                continue
        base = _copied(program, loop, kept)
        if grown == added and base and base in names_in(value) and kept not in names_in(value):
            said = texts_of_unit(program, loop.lineno)
            return (base, kept) if any(_COMPOUND.search(text) for text in said) else None
    return None


@logic_rule("rounded-down-against-words", 0.9, "less off value other", needs=(ast.BinOp,), each=ast.BinOp)
def rounded_down_against_words(program: Program, node: ast.BinOp) -> Iterator[Match]:
    """Yield a division that is rounded down, although the words beside it say that each started unit counts."""
    parent = program.parents.get(node)
    whole: ast.expr = node
    match node.op, parent:
        case ast.Div(), ast.Call(func=ast.Name(id="int"), args=[_]):
            whole = parent
        case ast.FloorDiv(), _:
            if isinstance(node.left, ast.BinOp | ast.UnaryOp):
                return  # `(a + b - 1) // b` and `-(-a // b)` round up.
        case _:
            return
    above = program.parents.get(whole)
    if not isinstance(above, ast.Assign | ast.Return):
        return
    target = stored_in(above) if isinstance(above, ast.Assign) else set()
    said = _words_up(program, node, target)
    if said is None or _adds_one(program, target, node.lineno) or _has_rest_test(program, node):
        return
    text = f"math.ceil({program.segment(node.left)} / {program.segment(node.right)})"
    edit = text if is_imported(program, "math") else None
    yield program.here(whole, replace=edit, said=f"\u201c{said}\u201d", left=node.left, right=node.right)


def _words_up(program: Program, node: ast.BinOp, target: set[str]) -> str | None:
    """Return the words that ask for rounding up: in the same function, or beside a constant of the same unit."""
    for text in text_beside(program, node.lineno):
        if _UP.search(text):
            return text
    function = program.function_at(node.lineno)
    for line in program.lines:
        comment = line.partition("#")[2].strip()
        if comment and _UP.search(comment):
            words = {word.rstrip("s").lower() for word in re.findall(r"[^\W\d_]{3,}", comment)}
            named = {name.rstrip("s").lower() for name in target}
            if named & words or (function is not None and any(name in words for name in [function.name.lower()])):
                return comment[:80]
    return None


def _adds_one(program: Program, names: set[str], line: int) -> bool:
    """Return whether a statement below raises the result, so that it is rounded up in another way."""
    here = program.function_at(line)
    return any(
        isinstance(node.target, ast.Name)
        and node.target.id in names
        and node.lineno > line
        and program.function_at(node.lineno) is here
        for node in program.each(ast.AugAssign)
    )


def _has_rest_test(program: Program, node: ast.BinOp) -> bool:
    """Return whether the same division is asked for its remainder, as in `if a % b:`."""
    return any(
        isinstance(each.op, ast.Mod) and alike(each.left, node.left) and alike(each.right, node.right)
        for each in program.each(ast.BinOp)
    )
