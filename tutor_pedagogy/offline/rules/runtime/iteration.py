"""Iteration, unpacking and `in`: values without items, wrong counts, and collections changed during iteration."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from tutor_pedagogy.offline.engine.nodes import first_argument, is_call_of, is_division, parts_of
from tutor_pedagogy.offline.rules.runtime.initial_values import only_value
from tutor_pedagogy.offline.rules.runtime.none_values import none_match, none_source
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.offline.rules.runtime.type_names import count_in_words, in_words
from tutor_pedagogy.problem.tree_walk import walk

_WITH_LENGTH = frozenset(("list", "tuple", "str", "dict", "set"))
_LONGEST_ITEM = 60
"""The number of characters up to which an item is shown to the student."""
_TAKES_ALL = frozenset(("list", "tuple", "set", "sorted", "sum", "max", "min"))
_TAKES_ITEMS = ("list", "set", "tuple", "print", "sorted", "len", "sum", "max", "min", "enumerate", "zip")
"""Built-in functions that take a collection. The source of a None is their argument, not their result."""


@runtime_rule(
    "none-gone-through",
    ("TypeError",),
    r"'NoneType' object is not iterable|cannot unpack non-iterable NoneType|argument of type 'NoneType' is not",
    before=("loop-over-other",),
)
def none_gone_through(case: CrashContext) -> Match | None:
    """Return the source of the None over which the failing line iterates."""
    calls = [call for call in case.calls if not is_call_of(call, *_TAKES_ITEMS)]
    source = next(filter(None, (none_source(case, call) for call in calls)), None)
    wrong = case.node if case.node in calls else _iterated(case)
    return source or none_match(case, wrong, wrong)


def _iterated(case: CrashContext) -> ast.expr | None:
    """Return the expression over which the line iterates or in which it searches, or None."""
    statement = case.statement
    if isinstance(statement, ast.For) and statement.lineno <= case.line <= statement.iter.lineno:
        return statement.iter
    for node in case.program.each(ast.comprehension):
        if node.iter.lineno == case.line:
            return node.iter
    for call in case.calls:
        if call.args:
            return call.args[0]
    for compare in case.likely(ast.Compare):
        if isinstance(compare.ops[0], ast.In | ast.NotIn):
            return compare.comparators[0]
    return None


@runtime_rule(
    "loop-over-number",
    ("TypeError",),
    r"^'(?P<type>int|float|bool|numpy\.float64|numpy\.int64|complex)' object is not iterable",
    before=("loop-over-other",),
)
def loop_over_number(case: CrashContext) -> Match | None:
    """Return the number over which a loop iterates."""
    iterated = _iterated(case)
    if iterated is None:
        return case.here(name=Code(case.marked or ""))
    whole = case.call("sum")
    if whole is not None and len(whole.args) > 1 and whole.args[0] is iterated:
        new = f"sum([{', '.join(map(case.text, whole.args))}])"
        return case.here(whole, replace=(whole, new), name=iterated)
    if isinstance(case.statement, ast.For) and any(
        is_call_of(node, "int") and case.text(node) == f"int({case.text(case.statement.target)})"
        for inner in case.statement.body
        for node in walk(inner)
    ):
        return case.here(iterated, replace=(iterated, f"str({case.text(iterated)})"), name=iterated)
    is_range = isinstance(case.statement, ast.For) and case.match["type"] == "int" and not _is_item(case, iterated)
    return case.here(iterated, replace=(iterated, f"range({case.text(iterated)})" if is_range else None), name=iterated)


def _is_item(case: CrashContext, node: ast.expr) -> bool:
    """Return whether an expression is the variable of an enclosing loop over the items of a collection."""
    return any(
        isinstance(loop, ast.For) and case.text(loop.target) == case.text(node) and not is_call_of(loop.iter, "range")
        for loop in case.loops_above(node)
    )


@runtime_rule(
    "no-iterator", ("TypeError",), r"^'(?P<type>[\w.]+)' object is not an iterator", before=("loop-over-other",)
)
def no_iterator(case: CrashContext) -> Match | None:
    """Return the assignment of the collection that `next` gets although it needs an iterator, or else the call."""
    call = case.call("next")
    owner = first_argument(call)
    if call is None or owner is None:
        return None
    found = only_value(case, owner)
    if found is None:
        return case.here(call, name=owner, type=case.type_words)
    line, value = found
    is_only_use = isinstance(owner, ast.Name) and all(
        is_call_of(case.program.parents.get(use), "next")
        for use in case.program.uses.get(owner.id, ())
        if isinstance(use.ctx, ast.Load)
    )
    replace = (value, f"iter({case.text(value)})" if is_only_use else None)
    return case.at(line, replace=replace, name=owner, type=case.type_words)


@runtime_rule(
    "loop-over-other", ("TypeError",), r"^'(?P<type>[\w.]+)' object is not (?:iterable|an iterator|reversible)"
)
def loop_over_other(case: CrashContext) -> Match | None:
    """Return the failing line, which iterates over a value that is not iterable."""
    return case.here(type=case.type_words)


@runtime_rule(
    "range-of-collection",
    ("TypeError",),
    r"'(?P<type>[\w.]+)' object cannot be interpreted as an integer",
    before=("whole-number-needed",),
)
def range_of_collection(case: CrashContext) -> Match | None:
    """Return the call of `range` with an argument that is not an integer."""
    call = next((call for call in case.calls if is_call_of(call, "range")), None)
    for argument in call.args if call is not None else ():
        if call is None or (isinstance(argument, ast.Constant) and isinstance(argument.value, int)):
            continue
        text, around = case.text(argument), case.program.parents.get(call)
        replaced: ast.expr = argument
        if is_call_of(around, "len"):
            replaced, new = around, f"range(len({text}))"
        elif case.match["type"] in _WITH_LENGTH:
            new = f"len({text})"
        elif case.match["type"] == "float" and is_division(argument):
            new = f"{case.text(argument.left)} // {case.text(argument.right)}"
        else:
            new = f"int({text})"
        return case.here(call, replace=(replaced, new), name=argument, type=case.type_words)
    return None


@runtime_rule(
    "whole-number-needed",
    ("TypeError",),
    r"'(?P<type>[\w.]+)' object cannot be interpreted as an integer",
)
def whole_number_needed(case: CrashContext) -> Match | None:
    """Return the call or the subscript that needs an integer."""
    node = case.first(ast.Call, ast.Subscript)
    return case.here(node, name=case.code(node, case.marked or ""), type=case.type_words)


@runtime_rule(
    "items-of-dictionary",
    ("TypeError", "ValueError"),
    r"values to unpack|cannot unpack non-iterable",
    before=("unpacking-count",),
)
def items_of_dictionary(case: CrashContext) -> Match | None:
    """Return the dictionary over which a loop with two variables iterates without `items`."""
    match case.statement:
        case ast.For(target=ast.Tuple(elts=[_, _]), iter=iterated):
            value = case.program.last_value(iterated.id, case.line) if isinstance(iterated, ast.Name) else iterated
            if isinstance(value, ast.Dict | ast.DictComp) or is_call_of(value, "dict", "defaultdict", "Counter"):
                return case.at(iterated, replace=(iterated, f"{case.text(iterated)}.items()"), name=iterated)
    return None


@runtime_rule("pairs-wanted", ("TypeError", "ValueError"), r"dictionary update sequence element")
def pairs_wanted(case: CrashContext) -> Match:
    """Return the call that builds a dictionary from items that are not pairs."""
    return case.here(case.call())


@runtime_rule(
    "unpacking-count",
    ("TypeError", "ValueError"),
    r"too many values to unpack|not enough values to unpack|need more than"
    r"|cannot unpack non-iterable (?P<type>\w+)",
)
def unpacking_count(case: CrashContext) -> Match | None:
    """Return the line that unpacks a value into a number of names that differs from its number of items."""
    slots: dict[str, str | ast.AST]
    match case.statement:
        case ast.Assign(targets=[target, *_], value=value):
            names = parts_of(target)
            slots = {"targets": target, "value": value, "held": _held(case)}
            return case.here(slots=slots, count=count_in_words(len(names)) if names else "")
        case ast.For(target=target, iter=value):
            header = f"for {case.text(target)} in {case.text(value)}"
            one = _odd_item(case, target, value)
            slots = {"targets": target, "value": value, "each": value, "one": one, "held": _held(case)}
            found = replace(case.here(header, slots=slots, count=""), is_symptom=True)
            counted = case.rewrite(value, f"enumerate({case.text(value)})") if _has_counter(target) else None
            return replace(found, choices=(counted,)) if counted is not None else found
    return case.here(targets="", value="", count="", held=_held(case))


def _has_counter(target: ast.expr) -> bool:
    """Return whether the first variable of a loop has the usual name of a counter and the second one is a tuple."""
    parts = parts_of(target)
    is_counter = bool(parts) and isinstance(parts[0], ast.Name) and parts[0].id in ("i", "n", "nr", "index", "count")
    return is_counter and len(parts) == 2 and isinstance(parts[1], ast.Tuple)  # noqa: PLR2004 - a counter and an item


def _odd_item(case: CrashContext, target: ast.expr, value: ast.expr) -> str:
    """Return the first item that does not fill the variables of a loop, as Python writes it; empty if not known."""
    items, wanted = case.value(value), len(parts_of(target))
    for item in items if isinstance(items, list | tuple) else ():
        if not isinstance(item, list | tuple | str | dict | set) or len(item) != wanted:
            text = repr(item)
            return Code(text) if len(text) <= _LONGEST_ITEM and text.isprintable() else ""
    return ""


def _held(case: CrashContext) -> str:
    """Return a sentence with the numbers that the message tells."""
    numbers = re.search(r"expected (?P<names>\d+)(?:, got (?P<parts>\d+))?", case.crash.message)
    if numbers is None:
        return ""
    parts = numbers["parts"] or f"more than {numbers['names']}"
    return f"There are {numbers['names']} names, and in this run {parts} items."


@runtime_rule(
    "changed-while-looping", ("RuntimeError",), r"changed (?:size )?during iteration|mutated during iteration"
)
def changed_while_looping(case: CrashContext) -> Match | None:
    """Return the collection that a loop changes while it iterates over it."""
    iterated = _iterated(case)
    if isinstance(case.statement, ast.For):
        iterated = case.statement.iter
        return case.here(iterated, replace=(iterated, f"list({case.text(iterated)})"), name=iterated)
    return case.here(iterated, name=case.code(iterated, ""))


@runtime_rule("join-of-numbers", ("TypeError",), r"sequence item \d+: expected str instance, (?P<type>\w+) found")
def join_of_numbers(case: CrashContext) -> Match | None:
    """Return the call of `join` with items that are not strings. It has no edit if an item is None or a function."""
    found = case.match["type"]
    slots = {"type": in_words(found)}
    if found in ("NoneType", "function", "method", "builtin_function_or_method"):
        slots["stray"] = in_words(found)
    for call in case.calls:
        match call:
            case ast.Call(func=ast.Attribute(attr="join"), args=[items, *_]):
                replace: tuple[ast.expr, str] = (items, f"map(str, {case.text(items)})")
                if isinstance(items, ast.GeneratorExp):  # Its parentheses may be those of the call.
                    replace = (items.elt, f"str({case.text(items.elt)})")
                return case.here(call, replace=None if "stray" in slots else replace, name=items, slots=slots)
    return case.here(name=Code(case.marked or ""), slots=slots)


@runtime_rule(
    "nothing-to-search-in", ("TypeError",), r"argument of type '(?P<type>[\w.]+)' is not (?:iterable|a container)"
)
def nothing_to_search_in(case: CrashContext) -> Match | None:
    """Return the search with `in` in a value that cannot be searched."""
    compare = case.first(ast.Compare)
    name = case.code(compare and compare.comparators[0], case.marked or "")
    return case.here(compare, name=name, type=case.type_words)


@runtime_rule("no-length", ("TypeError",), r"object of type '(?P<type>[\w.]+)' has no len\(\)")
def no_length(case: CrashContext) -> Match | None:
    """Return the call of `len` with a value that has no length."""
    call = next((call for call in case.calls if is_call_of(call, "len") and call.args), None)
    counted = first_argument(call)
    if counted is not None and case.match["type"] == "int":
        around = case.program.parents.get(call) if call is not None else None
        bound = call if call is not None and is_call_of(around, "range") else None
        replace = (bound, case.text(counted)) if bound is not None else (counted, f"str({case.text(counted)})")
        return case.here(call, replace=replace, name=counted, type=case.type_words)
    return case.here(call, name=case.code(first_argument(call), case.marked or ""), type=case.type_words)


@runtime_rule("nothing-left", ("StopIteration",))
def nothing_left(case: CrashContext) -> Match | None:
    """Return the line that requests the next item of an exhausted iterator."""
    return case.here(taker=_taker(case, first_argument(case.call("next"))))


def _taker(case: CrashContext, iterator: ast.expr | None) -> str:
    """Return the line above that has taken all items of an iterator; empty if none is seen."""
    if not isinstance(iterator, ast.Name):
        return ""
    made = max((line for line, _ in case.bound(iterator.id) if line < case.line), default=0)
    for use in case.program.uses.get(iterator.id, ()):
        if made < use.lineno < case.line and case.program.function_at(use.lineno) is case.function:
            match case.program.parents.get(use):
                case ast.Call(func=ast.Name(id=name), args=[only]) if only is use and name in _TAKES_ALL:
                    return str(case.program.shown(use.lineno))
                case ast.For(iter=iterated, body=body) if iterated is use:
                    if not any(isinstance(node, ast.Break | ast.Return) for each in body for node in walk(each)):
                        return str(case.program.shown(use.lineno))
                case ast.comprehension(iter=iterated) if iterated is use:
                    return str(case.program.shown(use.lineno))
    return ""
