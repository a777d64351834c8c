"""Single slips that compile and do something else: a name that nobody asks for, a condition that never holds."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import Function, is_call_of, is_string, names_in
from tutor_pedagogy.offline.engine.program import Loop
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.support import is_printed, is_result_used
from tutor_pedagogy.offline.rules.logic.tree import is_start, last_line, reads
from tutor_pedagogy.problem.tree_walk import alike, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_SHOWING = frozenset(("__str__", "__repr__", "__format__", "__getattr__"))


@logic_rule("object-without-text", 0.8, "value string type other", needs=(ast.ClassDef, "print"), each=ast.Call)
def object_without_text(program: Program, node: ast.Call) -> Iterator[Match]:
    """Yield a `print` of an object whose class does not say how to show it."""
    if not is_call_of(node, "print"):
        return
    for shown in node.args:
        made = program.last_value(shown.id, node.lineno) if isinstance(shown, ast.Name) else None
        match made:
            case ast.Call(func=ast.Name(id=name)):
                owner = next((each for each in program.each(ast.ClassDef) if each.name == name), None)
            case _:
                continue
        if owner is None or owner.bases or owner.decorator_list or owner.keywords:
            continue
        if _SHOWING.isdisjoint(each.name for each in owner.body if isinstance(each, Function)):
            yield program.here(shown, name=shown, owner=Code(name))
            return


@logic_rule("file-emptied-in-loop", 0.8, "short less value other", needs=("open",), each=ast.Call)
def file_emptied_in_loop(program: Program, node: ast.Call) -> Iterator[Match]:
    """Yield an `open(…, "w")` of one and the same file in a loop: each iteration empties the file."""
    loop = program.loop_around(node)
    match node:
        case ast.Call(func=ast.Name(id="open"), args=[file, ast.Constant(value="w") as mode]) if isinstance(
            file, ast.Constant
        ) or _is_default(program, node, file):
            pass
        case _:
            return
    if loop is None:
        loop = _loop_that_saves(program, node)
        if loop is not None:
            yield program.here(node, replace=(mode, '"a"'), file=file, header=program.header(loop))
        elif (name := _called_again(program, node)) is not None:
            found = program.here(node, replace=(mode, '"a"'), file=file, header="", function=Code(name))
            yield replace(found, needs_symptom=True)
        return
    if program.function_at(loop.lineno) is not program.function_at(node.lineno):
        return
    leaves = any(isinstance(inner, ast.Break | ast.Return) for inner in walk(loop))
    if not leaves and isinstance(loop, ast.For):
        yield program.here(node, replace=(mode, '"a"'), file=file, header=program.header(loop))


def _is_default(program: Program, node: ast.Call, file: ast.expr) -> bool:
    """Return whether the file that is opened is a parameter with a default that every call leaves as it is."""
    function = program.function_at(node.lineno)
    if function is None or not isinstance(file, ast.Name) or not isinstance(program.parents.get(function), ast.Module):
        return False
    names = [each.arg for each in function.args.args]
    first = len(names) - len(function.args.defaults)
    is_replaced = any(isinstance(each.ctx, ast.Store) for each in program.uses.get(file.id, ()))
    if file.id not in names[first:] or is_replaced:
        return False
    calls = [program.parents.get(use) for use in program.uses.get(function.name, ())]
    place = names.index(file.id)
    return all(isinstance(call, ast.Call) and len(call.args) <= place and not call.keywords for call in calls)


def _called_again(program: Program, node: ast.Call) -> str | None:
    """Return the name of the function around an `open` that is called for several single values; else None."""
    function = program.function_at(node.lineno)
    if function is None or not isinstance(program.parents.get(function), ast.Module):
        return None
    calls = [program.parents.get(use) for use in program.uses.get(function.name, ())]
    alone = [call for call in calls if isinstance(call, ast.Call) and isinstance(program.parents.get(call), ast.Expr)]
    is_single = all(call.args and all(isinstance(each, ast.Constant) for each in call.args) for call in alone)
    return function.name if len(alone) > 1 and is_single else None


def _loop_that_saves(program: Program, node: ast.Call) -> ast.For | None:
    """Return the loop that calls the function around an `open` with each of its items, such as `save(item)`."""
    function = program.function_at(node.lineno)
    for use in program.uses.get(function.name, ()) if function is not None else ():
        match program.parents.get(use):
            case ast.Call(args=[ast.Name(id=given)]) as call if isinstance(program.parents.get(call), ast.Expr):
                loop = program.loop_around(call)
                if isinstance(loop, ast.For) and isinstance(loop.target, ast.Name) and loop.target.id == given:
                    return loop
    return None


@logic_rule("main-never-asked", 0.95, "none empty other", needs=("__name__",), each=ast.Compare)
def main_never_asked(program: Program, node: ast.Compare) -> Iterator[Match]:
    """Yield a comparison of `__name__` with another string than `"__main__"`, so that the program never starts."""
    match node:
        case ast.Compare(
            left=ast.Name(id="__name__"), ops=[ast.Eq()], comparators=[ast.Constant(value=str(word)) as text]
        ) if word != "__main__" and word.strip("_ ").lower() == "main":
            yield program.here(node, replace=(text, '"__main__"'), text=text)


@logic_rule("values-are-one-list", 0.9, "value long other", needs=("fromkeys",), each=ast.Call)
def values_are_one_list(program: Program, node: ast.Call) -> Iterator[Match]:
    """Yield a `dict.fromkeys` with a list or dictionary, which all keys then share."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="dict"), attr="fromkeys"), args=[keys, value]):
            if isinstance(value, ast.List | ast.Dict | ast.Set) or is_call_of(value, "list", "dict", "set"):
                fresh = f"{{key: {program.segment(value)} for key in {program.segment(keys)}}}"
                yield program.here(node, replace=(node, fresh), value=value)


@logic_rule("value-named-not-returned", 0.95, "none other", needs=(Function,), each=Function)
def value_named_not_returned(program: Program, function: Function) -> Iterator[Match]:
    """Yield the last line of a function that only names a value, although the program uses the function's result."""
    last = function.body[-1]
    match last:
        case ast.Expr(value=ast.Name(id=name)):
            is_local = any(program.function_at(line) is function for line, _ in program.assignments(name))
        case _:
            return
    if is_local and program.returns_nothing(function) and is_result_used(program, function):
        text = program.line(last.lineno).strip()
        yield program.on_line(last, replace=(text, f"return {text}"), name=Code(name), function=Code(function.name))


@logic_rule("step-stored-elsewhere", 0.9, "zero less value endless empty other", needs=(Loop,), each=ast.Assign)
def step_stored_elsewhere(program: Program, node: ast.Assign) -> Iterator[Match]:
    """Yield `x = count + 1` in a loop, if nothing reads `x`, and `count` keeps its start value."""
    loop = program.loop_around(node)
    match node:
        case ast.Assign(
            targets=[ast.Name(id=name)], value=ast.BinOp(left=ast.Name(id=meant), op=ast.Add() | ast.Sub() | ast.Mult())
        ) if name != meant and loop is not None and len(bound := program.assignments(meant)) == 1:
            pass
        case _:
            return
    is_read = any(reads(use, name) for use in program.uses[name])
    is_unchanged = bound[0][1] is not None and is_start(bound[0][1]) and bound[0][0] < loop.lineno
    shown = any(reads(use, meant) and use.lineno > last_line(loop) for use in program.uses.get(meant, ()))
    if not is_read and is_unchanged and shown:
        yield program.here(node, replace=(name, meant), name=Code(name), meant=Code(meant))


_CASES = {
    "lower": str.lower,
    "upper": str.upper,
    "casefold": str.casefold,
    "capitalize": str.capitalize,
    "title": str.title,
}


@logic_rule("case-never-equal", 0.95, "truth value endless other", needs=(str, ast.Compare), each=ast.Compare)
def case_never_equal(program: Program, node: ast.Compare) -> Iterator[Match]:
    """Yield a comparison such as `answer.lower() == "Yes"`, which no string can fulfil."""
    match node:
        case ast.Compare(
            left=ast.Call() | ast.Name() as left,
            ops=[ast.Eq() | ast.NotEq()],
            comparators=[ast.Constant(value=str(word)) as text],
        ):
            method = _case_of(program, left)
        case _:
            return
    if method in _CASES and _CASES[method](word) != word:
        quote = program.segment(text)[:1]
        yield program.here(node, replace=(text, f"{quote}{_CASES[method](word)}{quote}"), left=left, text=text)


def _case_of(program: Program, node: ast.Call | ast.Name) -> str:
    """Return the method that fixes the case of all letters of a value: in its call, or in every value of its name."""
    if isinstance(node, ast.Name):
        bound = program.assignments(node.id)
        values = [value for _, value in bound if isinstance(value, ast.Call)]
        cases = {_case_of(program, value) for value in values}
        return cases.pop() if len(cases) == 1 and len(values) == len(bound) else ""
    match node:
        case ast.Call(func=ast.Attribute(attr=method), args=[]):
            return method
    return ""


@logic_rule("only-last-part-tested", 0.95, "truth value other", needs=(ast.In, ast.BoolOp), each=ast.BoolOp)
def only_last_part_tested(program: Program, node: ast.BoolOp) -> Iterator[Match]:
    """Yield `"a" and "b" in text`: only the last string is searched, the others are always true."""
    *first, last = node.values
    match last:
        case ast.Compare(ops=[ast.In() | ast.NotIn() as operator], comparators=[searched]):
            pass
        case _:
            return
    if all(is_string(value) and getattr(value, "value", "") for value in first):
        word = "in" if isinstance(operator, ast.In) else "not in"
        parts = [f"{program.segment(value)} {word} {program.segment(searched)}" for value in first]
        joined = f" {'and' if isinstance(node.op, ast.And) else 'or'} ".join([*parts, program.segment(last)])
        is_free = isinstance(node.op, ast.Or)
        slots: dict[str, Any] = (
            {"free": Code(program.segment(node))} if is_free else {"last": Code(program.segment(last))}
        )
        yield program.here(node, replace=joined, first=first[0], searched=searched, **slots)


@logic_rule("defined-twice", 0.8, "value none other", needs=(ast.FunctionDef,))
def defined_twice(program: Program) -> Iterator[Match]:
    """Yield the second of two functions with one name in one block, which replaces the first."""
    module = program.tree.body if program.tree is not None else []
    for block in (module, *(node.body for node in program.each(ast.ClassDef))):
        known: dict[str, ast.FunctionDef] = {}
        for node in block:
            if not isinstance(node, ast.FunctionDef) or node.decorator_list:
                continue
            first = known.setdefault(node.name, node)
            if first is node or alike(first.body, node.body):
                continue
            used = [use.lineno for use in program.uses.get(node.name, ()) if first.lineno < use.lineno < node.lineno]
            if not used and node.name != "_":
                yield program.on_line(node, name=Code(node.name), first=program.header(first))


@logic_rule("key-twice", 0.9, "less value short other", needs=(ast.Dict,), each=ast.Dict)
def key_twice(program: Program, node: ast.Dict) -> Iterator[Match]:
    """Yield a key that a dictionary literal holds twice with different values: only the last one counts."""
    known: dict[str, ast.expr] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
            continue
        if key.value in known and not alike(known[key.value], value):
            yield program.here(key, key=key)
            return
        known[key.value] = value


@logic_rule("comma-makes-tuple", 0.9, "type value other", needs=(ast.Tuple,), each=ast.Assign)
def comma_makes_tuple(program: Program, node: ast.Assign) -> Iterator[Match]:
    """Yield an assignment that ends with a comma, so that the name gets a tuple of one item."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name) as target], value=ast.Tuple(elts=[only]) as made):
            text = program.segment(made)
        case _:
            return
    uses = [use for use in program.uses[name] if reads(use, name)]
    calculated = [
        use for use in uses if isinstance(program.parents.get(use), ast.BinOp | ast.Compare) or is_printed(program, use)
    ]
    if name not in names_in(only) and not text.startswith("(") and made.lineno == made.end_lineno and calculated:
        yield program.here(node, replace=(text, program.segment(only)), name=target)
