"""The points that the words of a question name: an empty list, `is` beside `==`, a range that gets shorter, a shift."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import Function, is_call_of, names_in
from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.evaluation import run
from tutor_pedagogy.offline.purposes.explain.told_point import Point
from tutor_pedagogy.offline.purposes.own_values import all_shown, seen, shown
from tutor_pedagogy.problem.syntax_tree import expression_tree
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Program

_EMPTY = re.compile(
    r"\bempty\b|\bno (?:items|elements|numbers|values)\b|vac[ií][ao]s?|\bleere?[rns]?\b|\bvides?\b|vazi[ao]s?|空",
    re.IGNORECASE,
)
_IDENTITY = re.compile(r"(?<![a-z])is(?![a-z])[^.?!]{0,16}==|==[^.?!]{0,16}(?<![a-z])is(?![a-z])", re.IGNORECASE)
_WHY = re.compile(r"\bwhy\b|por ?qu[eéê]|warum|wieso|weshalb|pourquoi|为什么|为何", re.IGNORECASE)
_SHIFT = re.compile(r"<<|>>|shift|verschieb|despla|d[eé]cal|desloc|移", re.IGNORECASE)
_STEPS = 600
_MOST_COMPARED = 3
_REASONS = {
    "ZeroDivisionError": "there is nothing to count, so the number to divide by is `0`",
    "IndexError": "there is no item at that index",
    "ValueError": "that function needs at least one item",
    "KeyError": "there is no value under that key",
}


def empty(program: Program, node: ast.AST, asked: str) -> Point | None:
    """Return what the function does for an empty list, string or dictionary, if the question is about that."""
    if not _EMPTY.search(asked) or not isinstance(program.tree, ast.Module):
        return None
    function = program.function_at(getattr(node, "lineno", program.cursor_line))
    if function is None and len(program.functions) == 1:
        function = next(iter(program.functions.values()))
    call = _with_nothing(program, function) if function is not None else None
    if call is None or function is None:
        return None
    done = run(program.tree, call=call, steps=_STEPS)
    span = code_span(ast.unparse(call))
    start, end = function.lineno, function.end_lineno or function.lineno
    if done.ending == "raised" and start <= done.line <= end and type(done.exception).__name__ in _REASONS:
        name = type(done.exception).__name__
        at, kind = program.shown(done.line), code_span(name)
        parameter = code_span(function.args.args[0].arg)
        return Point(
            "empty-case",
            f"{span} ends with {kind} on line {at}, since {_REASONS[name]}.",
            (
                f"In {span}, line {at} raises {kind}: {_REASONS[name]}.",
                (
                    f"To handle it, ask for the empty case before that line, with an `if`; {parameter} alone, or `not` "
                    "in "
                    "front of it, is enough as the condition, since an empty collection counts as false."
                ),
                (
                    "What should come out is your decision: a `return` with a value that says that there is no result, "
                    "or "
                    "an exception with a message of your own."
                ),
            ),
            done.line,
            "",
            kind,
            "empty",
        )
    value = shown(done.value) if done.ending == "finished" and done.is_certain else None
    if value is None:
        return None
    return Point(
        "empty-case",
        f"{span} gives {value}: nothing fails for an empty collection.",
        (
            f"{span} runs to its end and gives {value}.",
            "If that is the answer that you want for an empty collection, there is nothing to handle.",
            "If you want another one, ask for the empty case at the beginning, with an `if`.",
        ),
        function.lineno,
        "Is this the answer that you want?",
        value,
        "empty",
    )


def _with_nothing(program: Program, function: Function) -> ast.Call | None:
    """Return a call of the function that the program has, with an empty value for its first collection; else None."""
    for call in program.each(ast.Call):
        if not is_call_of(call, function.name) or call.keywords or program.function_at(call.lineno) is function:
            continue
        values = [seen(program, each).get(each, []) for each in call.args]
        if not all(values):
            continue
        for at, value in enumerate(values):
            if type(value[0]) in (list, str, dict, tuple):
                arguments = [expression_tree(repr(each[0])) for each in values if shown(each[0])]
                if len(arguments) != len(values):
                    return None
                arguments[at] = expression_tree(repr(type(value[0])()))
                return ast.copy_location(ast.Call(ast.Name(function.name, ast.Load()), arguments, []), call)
    return None


def identity(program: Program, node: ast.AST, asked: str) -> Point | None:
    """Return what `is` and `==` ask, with the names and values of the program."""
    del node
    if not _IDENTITY.search(asked):
        return None
    steps = [
        "`==` asks whether two values are equal. `is` asks whether two names stand for one and the same object.",
    ]
    for each in program.each(ast.Assign):
        match each:
            case ast.Assign(targets=[ast.Name(id=other)], value=value) if other not in names_in(value):
                pass
            case _:
                continue
        line, span = program.shown(each.lineno), code_span(program.segment(each))
        source = _copied(value)
        found = seen(program, value).get(value, [])
        if not found or type(found[0]) not in (list, dict, set):
            continue
        if isinstance(value, ast.Name):
            steps.append(
                f"{span} on line {line} makes no copy: {code_span(value.id)} and {code_span(other)} are two names for "
                "one object, so a change by one name shows under the other, too."
            )
        elif source is not None:
            steps.append(
                f"{span} on line {line} makes a new object with the same items, so a later change of "
                f"{code_span(source)} does not show in {code_span(other)}."
            )
    compared: list[ast.Compare] = program.each(ast.Compare)
    rows = []
    for test in [node for node in compared if _is_one(node)][:_MOST_COMPARED]:
        told = all_shown(seen(program, test).get(test, [])[:1])
        if told:
            rows.append(f"{code_span(program.segment(test))} is {told[0]}")
    if rows:
        steps.append(f"So {', and '.join(rows)}.")
    return Point("identity", steps[0], tuple(steps), topic="identity")


def _is_one(node: ast.Compare) -> bool:
    return len(node.ops) == 1 and isinstance(node.ops[0], ast.Is | ast.Eq)


def _copied(value: ast.expr) -> str | None:
    """Return the name of the collection that an expression copies, or None."""
    match value:
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Slice(lower=None, upper=None, step=None)):
            return name
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="copy"), args=[]):
            return name
        case ast.Call(func=ast.Name(id="list" | "dict" | "set"), args=[ast.Name(id=name)], keywords=[]):
            return name
    return None


def shift(program: Program, node: ast.AST, asked: str) -> Point | None:
    """Return what a shift of a number does, if the question is about one that the line has."""
    found = next(
        (each for each in walk(node) if isinstance(each, ast.BinOp) and isinstance(each.op, ast.LShift | ast.RShift)),
        None,
    )
    if found is None or not _SHIFT.search(asked):
        return None
    left, right, span = ast.unparse(found.left), ast.unparse(found.right), code_span(program.segment(found))
    left = left if isinstance(found.left, ast.Name | ast.Constant) else f"({left})"
    power = f"2 ** {right}" if isinstance(found.right, ast.Name | ast.Constant) else f"2 ** ({right})"
    is_left = isinstance(found.op, ast.LShift)
    same = power if (left, is_left) == ("1", True) else f"{left} {'*' if is_left else '//'} {power}"
    values = all_shown(seen(program, found).get(found, [])[:1])
    steps = [
        f"{span} writes {code_span(left)} in binary and moves its digits {'left' if is_left else 'right'} by "
        f"{code_span(right)} places"
        + (
            ", with a `0` in each place that becomes free."
            if is_left
            else "; digits that fall out at the end are gone."
        ),
        (
            f"Each place to the {'left doubles' if is_left else 'right halves'} the number, as one place to the "
            f"{'left' if is_left else 'right'} in our usual numbers "
            f"{'multiplies it by ten' if is_left else 'divides it by ten'}."
        ),
        f"So for whole numbers {span} is the same as {code_span(same)}.",
    ]
    if values:
        steps.append(f"The first time that the line runs, {span} is {values[0]}.")
    return Point("shift", steps[0], tuple(steps))


def shrinking(program: Program, node: ast.AST, asked: str) -> Point | None:
    """Return why the end of a `range` is below the length, if the loop reads the next item as well."""
    if (
        not isinstance(node, ast.For)
        or not _WHY.search(asked)
        or "-" not in asked
        or not isinstance(node.target, ast.Name)
    ):
        return None
    match node.iter:
        case ast.Call(func=ast.Name(id="range"), args=[end] | [ast.Constant(value=0), end]) if isinstance(
            end, ast.BinOp
        ):
            pass
        case _:
            return None
    index = node.target.id
    lists = [
        each.value.id
        for each in walk(node)
        if isinstance(each, ast.Subscript)
        and isinstance(each.value, ast.Name)
        and ast.unparse(each.slice) == f"{index} + 1"
    ]
    if not lists:
        return None
    name, line = lists[0], program.shown(node.lineno)
    sizes = [other for other in names_in(end) if any(_is_size(value, name) for _, value in program.assignments(other))]
    if not sizes:
        return None
    size, following = code_span(sizes[0]), code_span(f"{name}[{index} + 1]")
    steps = [
        f"The loop on line {line} also reads {following}, the item after the one at {code_span(index)}.",
        (
            f"With {size} as the end, {code_span(index)} would at last be {code_span(sizes[0] + ' - 1')}, and "
            f"{following} "
            f"would have the index {size}. There is no item at it, so Python would raise `IndexError`."
        ),
    ]
    outer = next((up for up in program.above(node) if isinstance(up, ast.For)), None)
    if isinstance(outer, ast.For) and isinstance(outer.target, ast.Name) and outer.target.id in names_in(end):
        around, kept = outer.target.id, _kept(node, name, index)
        if kept and is_call_of(outer.iter, "range") and len(getattr(outer.iter, "args", ())) == 1:
            steps.append(
                f"Each round of the outer loop moves the {kept} of the items that are left to the end. So after "
                f"{code_span(around)} rounds that many items at the end are in their places, and need no more look: "
                f"this is why {code_span(around)} is taken away, too."
            )
    return Point(
        "shrinking",
        steps[1],
        tuple(steps),
    )


def _is_size(value: ast.expr | None, name: str) -> bool:
    return value is not None and ast.unparse(value) == f"len({name})"


def _kept(loop: ast.For, name: str, index: str) -> str:
    """Return which item the neighbours' swaps of a loop move to the end: `largest`, `smallest`, or "" for no swaps."""
    one, two = f"{name}[{index}]", f"{name}[{index} + 1]"
    match loop.body:
        case [
            ast.If(test=ast.Compare(left=left, ops=[op], comparators=[right]), body=[ast.Assign() as swap], orelse=[])
        ]:
            pass
        case _:
            return ""
    if ast.unparse(swap) not in (f"({one}, {two}) = ({two}, {one})", f"{one}, {two} = ({two}, {one})"):
        return ""
    if (ast.unparse(left), ast.unparse(right)) not in ((one, two), (two, one)):
        return ""
    is_greater = isinstance(op, ast.Gt) == (ast.unparse(left) == one)
    return ("largest" if is_greater else "smallest") if isinstance(op, ast.Gt | ast.Lt) else ""


def counted_by_key(program: Program, node: ast.AST, asked: str) -> Point | None:
    """Return what the second argument of `get` does in a line that counts in a dictionary."""
    if "get" not in asked and "0" not in asked:
        return None
    match node:
        case ast.Call(func=ast.Attribute(attr="get")):
            node = program.parents.get(program.parents.get(node, node), node)
    match node:
        case ast.Assign(
            targets=[ast.Subscript(value=ast.Name(id=name), slice=key)],
            value=ast.BinOp(
                left=ast.Call(
                    func=ast.Attribute(value=ast.Name(id=owner), attr="get"),
                    args=[asked_key, ast.Constant(value=start)],
                ) as call,
                op=ast.Add(),
                right=added,
            ),
        ) if name == owner and ast.unparse(key) == ast.unparse(asked_key):
            pass
        case _:
            return None
    which, first, more = code_span(ast.unparse(key)), code_span(repr(start)), code_span(ast.unparse(added))
    got = all_shown(seen(program, call).get(call, [])[:4])
    keys = all_shown(seen(program, key).get(key, [])[:4])
    steps = [
        f"{code_span(ast.unparse(call))} looks for the key {which} in {code_span(name)}.",
        (
            f"If the key is not there yet, it gives {first}, the second argument: so the first time, {first} and "
            f"{more} are added, and the sum is stored under the new key."
        ),
        (
            f"If the key is there, it gives the value stored so far, and {more} is added to that: then {first} does "
            "not "
            "count."
        ),
        f"Square brackets in its place would raise `KeyError` for the first {which} of each kind.",
    ]
    if got and len(got) == len(keys):
        steps.append(
            "In your run: " + ", ".join(f"{one} finds {two}" for one, two in zip(keys, got, strict=True)) + "."
        )
    return Point("counting-key", steps[1], tuple(steps), topic="get-default")


ASKED = (identity, empty, shift)
OF_FORM = (shrinking, counted_by_key)
