"""Values that nobody reads: a new local name in place of the global one or of the attribute, a lost loop variable."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import Function, called_name, is_call_of, is_string, names_in
from tutor_pedagogy.offline.engine.program import Loop
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.tree import inside, is_name, last_line, parameters_of, reads, stored_in
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_FOUND = re.compile(
    r"^(?:found|is_\w+|has_\w+|exists|any_\w+|in_\w+|present|contains|valid|match\w*|success|flag|seen)$"
)


@logic_rule("local-in-place-of-global", 0.95, "value zero empty less other", needs=(Function,), each=Function)
def local_in_place_of_global(program: Program, function: Function) -> Iterator[Match]:
    """Yield an assignment to a local name that nothing reads, while the module shows a variable of that name later."""
    own = program.own_nodes(function)
    declared = {name for node in own if isinstance(node, ast.Global | ast.Nonlocal) for name in node.names}
    known = set(parameters_of(function)) | declared
    known |= _names_read(function)
    calls = [use.lineno for use in program.uses.get(function.name, ()) if program.function_at(use.lineno) is None]
    for node in own if calls else ():
        match node:
            case ast.Assign(targets=[ast.Name(id=name)]) if name not in known and not name.startswith("_"):
                known.add(name)
            case _:
                continue
        outer = [line for line, _ in program.assignments(name) if program.function_at(line) is None]
        shown = [use for use in program.uses[name] if reads(use, name) and program.function_at(use.lineno) is None]
        shown += _read_by_others(program, function, name, max(calls))
        is_before = any(line < min(calls) for line in outer) and not any(line > min(calls) for line in outer)
        if is_before and any(use.lineno >= min(calls) for use in shown):
            first = function.body[0]
            line = f"{program.indentation(first.lineno)}global {name}\n{program.line(first.lineno)}"
            is_plain = not (isinstance(first, ast.Expr) and is_string(first.value))
            edit = program.edit(first.lineno, line) if is_plain else None
            yield program.on_line(node, edit=edit, name=Code(name), function=Code(function.name))
            return


def _read_by_others(program: Program, function: Function, name: str, line: int) -> list[ast.Name]:
    """Return the uses of a module's variable in other functions that the module calls after a line."""
    found = []
    for use in program.uses[name]:
        other = program.function_at(use.lineno)
        if other is None or other is function or not reads(use, name) or name in stored_in(other):
            continue
        called = [each.lineno for each in program.uses.get(other.name, ()) if program.function_at(each.lineno) is None]
        is_own = name not in [each.arg for each in other.args.args]
        found += [each for each in program.uses[other.name] if each.lineno > line and is_own and called]
    return found


def _names_read(function: Function) -> set[str]:
    """Return the names that a function, or one inside of it, reads."""
    return {node.id for node in walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


@logic_rule("local-in-place-of-attribute", 0.95, "value zero empty less other", needs=(ast.ClassDef,), each=Function)
def local_in_place_of_attribute(program: Program, function: Function) -> Iterator[Match]:
    """Yield an assignment to a local name that nothing reads, in a method of a class with an attribute of that name."""
    owner = program.parents.get(function)
    if not isinstance(owner, ast.ClassDef) or parameters_of(function)[:1] != ["self"]:
        return
    own = program.own_nodes(function)
    known = _names_read(function)
    for node in own if not any(isinstance(each, ast.Global | ast.Nonlocal) for each in own) else ():
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Attribute(attr=again)) if name == again:
                continue  # A short name for the attribute itself.
            case ast.Assign(targets=[ast.Name(id=name) as target]) if name not in known:
                known.add(name)
            case _:
                continue
        attributes = [each for each in walk(owner) if isinstance(each, ast.Attribute) and each.attr == name]
        if any(is_name(each.value, "self") for each in attributes):
            changed = f"self.{program.line(node.lineno).strip()}"
            edit = program.edit(node.lineno, program.indentation(node.lineno) + changed)
            yield program.here(node, edit=edit, name=target, method=Code(function.name), owner=Code(owner.name))
            return


@logic_rule("loop-variable-lost", 0.85, "value string order other", needs=(ast.For,), each=ast.For)
def loop_variable_lost(program: Program, loop: ast.For) -> Iterator[Match]:
    """Yield a new value for a loop variable that nothing reads: the item in the list stays as it was."""
    match loop.target, loop.body[-1]:
        case ast.Name(id=name), ast.Assign(targets=[ast.Name(id=changed)]) | ast.AugAssign(target=ast.Name(id=changed)):
            last = loop.body[-1]
        case _:
            return
    is_sequence = isinstance(loop.iter, ast.Name | ast.Attribute) or is_call_of(loop.iter, "list")
    is_sequence = is_sequence or (isinstance(loop.iter, ast.Call) and called_name(loop.iter) == "values")
    value = getattr(last, "value", None)
    if changed != name or not is_sequence or value is None:
        return
    if isinstance(last, ast.Assign) and name not in names_in(value):
        return
    here = program.function_at(loop.lineno)
    is_read = any(
        reads(use, name) and use.lineno > last_line(loop) and program.function_at(use.lineno) is here
        for use in program.uses[name]
    )
    if not is_read:
        yield program.here(last, name=Code(name), owner=loop.iter, header=program.header(loop))


@logic_rule("found-overwritten", 0.85, "truth value none other", needs=(Loop, ast.If), each=ast.If)
def found_overwritten(program: Program, node: ast.If) -> Iterator[Match]:
    """Yield an `else` in a loop that sets a flag back, so that only the last item counts."""
    loop = program.parents.get(node)
    match node.body, node.orelse:
        case [ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=bool(one)))], [
            ast.Assign(targets=[ast.Name(id=other)], value=ast.Constant(value=bool(two))) as back
        ] if name == other and one is not two and isinstance(loop, ast.For):
            pass
        case _:
            return
    if not _FOUND.match(name) or loop.body[-1] is not node:
        return
    uses = [use for use in program.uses[name] if reads(use, name)]
    is_read_inside = any(loop.lineno <= use.lineno <= last_line(loop) for use in uses)
    if any(use.lineno > last_line(loop) for use in uses) and not is_read_inside:
        yield program.here(back, name=Code(name), test=node.test, header=program.header(loop))


@logic_rule("counter-always-fresh", 0.95, "less value off other", needs=(Loop, ast.AugAssign), each=Loop)
def counter_always_fresh(program: Program, loop: Loop) -> Iterator[Match]:
    """Yield a start value that a loop sets just before it adds a constant, so that the sum is always the same."""
    starts: dict[str, ast.stmt] = {}
    for statement in loop.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=int())):
                starts[name] = statement
            case ast.AugAssign(target=ast.Name(id=name), value=ast.Constant(value=int())) if name in starts:
                start = starts.pop(name)
                changes = [line for line, _ in program.assignments(name) if loop.lineno <= line <= last_line(loop)]
                if len(changes) == 2:  # noqa: PLR2004 - the start value and the sum
                    yield program.here(start, name=Code(name), header=program.header(loop))


@logic_rule("inner-counter-not-reset", 0.85, "short less value other", needs=(ast.While,), each=ast.While)
def inner_counter_not_reset(program: Program, inner: ast.While) -> Iterator[Match]:
    """Yield the start value of an inner loop's counter that stands above the outer loop: it counts only once."""
    outer = program.loop_around(inner)
    match inner.test:
        case ast.Compare(left=ast.Name(id=name), ops=[_], comparators=[ast.Name() | ast.Constant() | ast.Call()]):
            pass
        case _:
            return
    if outer is None or not _counts_up(inner, name):
        return
    asked = names_in(outer.test) if isinstance(outer, ast.While) else names_in(outer.target)
    starts = [(line, value) for line, value in program.assignments(name) if value is not None]
    others = [line for line, _ in starts if outer.lineno <= line <= last_line(outer)]
    is_used_by_outer = name in asked or any(
        reads(node, name) and not inner.lineno <= getattr(node, "lineno", 0) <= last_line(inner) for node in walk(outer)
    )
    above = [line for line, value in starts if line < outer.lineno and isinstance(value, ast.Constant)]
    uses_outer = bool(asked & {node.id for node in inside(inner.body) if isinstance(node, ast.Name)})
    if above and not others and not is_used_by_outer and uses_outer:
        yield program.on_line(above[-1], name=Code(name), inner=program.header(inner), outer=program.header(outer))


def _counts_up(loop: ast.While, name: str) -> bool:
    """Return whether a loop adds a constant to a name in each iteration."""
    return any(isinstance(node, ast.AugAssign) and is_name(node.target, name) for node in loop.body) and not any(
        isinstance(node, ast.Break | ast.Return) for node in inside(loop.body)
    )


@logic_rule("parameter-not-stored", 0.95, "value other", needs=(ast.ClassDef,), each=Function)
def parameter_not_stored(program: Program, function: Function) -> Iterator[Match]:
    """Yield `self.height = width` in a method whose parameter `height` nothing reads."""
    names = parameters_of(function)
    if names[:1] != ["self"]:
        return
    for node in function.body:
        match node:
            case ast.Assign(
                targets=[ast.Attribute(value=ast.Name(id="self"), attr=attribute)], value=ast.Name(id=given) as value
            ) if attribute in names and given in names and given != attribute:
                if not any(reads(inner, attribute) for inner in walk(function)):
                    line = program.line(node.lineno)
                    start = line.rindex(given)
                    edit = program.edit(node.lineno, line[:start] + attribute + line[start + len(given) :])
                    yield program.here(node, edit=edit, name=Code(attribute), other=value)


_LABEL = re.compile(
    r"(?:^|\b(?!of |in |per |for |with )\w+ )([a-z_]\w{3,})(?:'s)? ?(?:is|are|was|=|:|->) ?:?$", re.IGNORECASE
)
"""The end of a label that names a value, such as `The area is` or `area:`."""


@logic_rule("label-of-another-value", 0.85, "value other", needs=("print",), each=ast.Call)
def label_of_another_value(program: Program, node: ast.Call) -> Iterator[Match]:
    """Yield a `print` with the name of one variable in its text and another variable beside it."""
    match node:
        case ast.Call(func=ast.Name(id="print"), args=[ast.Constant(value=str(label)), ast.Name(id=shown) as value]):
            named = _LABEL.search(label.strip())
        case _:
            return
    name = named[1].lower() if named else ""
    is_unread = name in program.bound_names and not any(reads(use, name) for use in program.uses.get(name, ()))
    if name != shown and is_unread and program.assignments(name) and shown.lower() not in label.lower():
        yield program.here(node, replace=(f", {program.segment(value)}", f", {name}"), name=Code(name), other=value)
