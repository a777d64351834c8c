"""Collections that are filled otherwise than meant: nested, overwritten, read while they change, only in part."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import Function, called_name, is_call_of, names_in
from tutor_pedagogy.offline.engine.program import Loop
from tutor_pedagogy.offline.rules.logic.moves import with_parts
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.tree import (
    inside,
    is_name,
    last_line,
    method_called,
    parameters_of,
    range_call,
    reads,
    stored_in,
)
from tutor_pedagogy.problem.tree_walk import alike

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_FLAT = re.compile(r"(?i)flat|flach|plan[oa]|aplat")
_SORTS = re.compile(r"(?i)sort|bubble|order|ordena|tri(?:er)?$")
_NEIGHBOURS = re.compile(r"(?i)neighbo|nachbar|vecin|vizin|voisin|around|count|adjacent")


@logic_rule("list-added-as-one-item", 0.85, "value long short other", needs=("append", ast.For), each=ast.For)
def list_added_as_one_item(program: Program, loop: ast.For) -> Iterator[Match]:
    """Yield `flat.append(group)` in a loop over lists, where the name says that the result should be flat."""
    for statement in loop.body:
        match statement:
            case ast.Expr(
                value=ast.Call(
                    func=ast.Attribute(value=ast.Name(id=owner), attr="append") as called, args=[ast.Name(id=item)]
                )
            ) if is_name(loop.target, item):
                pass
            case _:
                continue
        function = program.function_at(loop.lineno)
        is_told = _FLAT.search(owner) or (function is not None and _FLAT.search(function.name))
        items = program.seen.get(next((use for use in program.uses[item] if reads(use, item)), loop), [])
        if is_told and items and all(isinstance(each, list | tuple) for each in items):
            edit = with_parts(program, [(called, f"{owner}.extend")])
            yield program.on_line(
                statement, edit=edit, owner=Code(owner), item=Code(item), value=Code(repr(items[0])[:40])
            )
            return


@logic_rule("rest-of-one-list-left", 0.9, "short value empty less other", needs=(ast.While, ast.And), each=ast.While)
def rest_of_one_list_left(program: Program, loop: ast.While) -> Iterator[Match]:
    """Yield a loop that merges two lists until one ends, in a function that never adds the rest of the other one."""
    found = _merged(program, loop)
    if found is not None and not found[2]:
        names, kept, _ = found
        slots: dict[str, Any] = {"one": Code(names[0]), "other": Code(names[1]), "kept": Code(kept)}
        yield program.on_line(last_line(loop), needs_symptom=False, header=program.header(loop), **slots)


@logic_rule("other-rest-forgotten", 0.9, "short value empty less other", needs=(ast.While, ast.And), each=ast.While)
def other_rest_forgotten(program: Program, loop: ast.While) -> Iterator[Match]:
    """Yield the line that adds the rest of one of two merged lists, in a function that never adds the other rest."""
    found = _merged(program, loop)
    if found is None or len(found[2]) != 1:
        return
    names, kept, rests = found
    other = rests.pop()
    one = names[0] if names[1] == other else names[1]
    function = program.function_at(loop.lineno)
    uses = [
        use
        for use in program.uses[other]
        if use.lineno > last_line(loop) and program.function_at(use.lineno) is function
    ]
    slots: dict[str, Any] = {"one": Code(one), "other": Code(other), "kept": Code(kept)}
    yield program.on_line(uses[0].lineno, header=program.header(loop), **slots)


def _merged(program: Program, loop: ast.While) -> tuple[list[str], str, set[str]] | None:
    """Return the two lists that a loop merges, the list that gets the items, and the lists used after the loop."""
    match loop.test:
        case ast.BoolOp(op=ast.And(), values=[ast.Compare() as first, ast.Compare() as second]):
            tested = [_length_tested(each) for each in (first, second)]
        case _:
            return None
    function = program.function_at(loop.lineno)
    names = [each for each in tested if each]
    if function is None or len(set(names)) != 2:  # noqa: PLR2004 - two lists
        return None
    added = [
        node
        for node in inside(loop.body)
        if isinstance(node, ast.Call) and method_called(node)[1] == "append" and names_in(*node.args) & set(names)
    ]
    kept = {method_called(node)[0] for node in added}
    later = [node for node in program.own_nodes(function) if getattr(node, "lineno", 0) > last_line(loop)]
    rests = {node.id for node in later if isinstance(node, ast.Name) and node.id in names}
    is_merge = {name for node in added for name in names_in(*node.args)} >= set(names)
    if len(added) > 1 and len(kept) == 1 and is_merge:
        return names, kept.pop(), rests
    return None


def _length_tested(node: ast.Compare) -> str:
    """Return the name of a list in `i < len(name)`; "" for another comparison."""
    match node:
        case ast.Compare(
            left=ast.Name(), ops=[ast.Lt()], comparators=[ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=name)])]
        ):
            return name
    return ""


@logic_rule("entry-made-new-after-update", 0.9, "less value other", needs=(ast.In, ast.Subscript))
def entry_made_new_after_update(program: Program) -> Iterator[Match]:
    """Yield `stock[key] = …` right after an `if key in stock` that has just changed this entry: `else` is missing."""
    for _, first, second in program.neighbours:
        match first, second:
            case (
                ast.If(
                    test=ast.Compare(left=key, ops=[ast.In()], comparators=[ast.Name(id=owner)]),
                    body=[*_, ast.stmt() as last],
                    orelse=[],
                ),
                ast.Assign(targets=[ast.Subscript(value=ast.Name(id=again), slice=place)]),
            ) if owner == again and alike(key, place):
                pass
            case _:
                continue
        leaves = isinstance(last, ast.Return | ast.Continue | ast.Break | ast.Raise)
        changes = any(
            isinstance(node, ast.Subscript) and owner in names_in(node.value) and isinstance(node.ctx, ast.Store)
            for node in inside(first.body)
        ) or any(isinstance(node, ast.AugAssign | ast.Call) and owner in names_in(node) for node in inside(first.body))
        if leaves or not changes or owner in names_in(second.value):
            continue
        edit = None
        if last_line(second) == second.lineno:
            margin = program.indentation(second.lineno)
            step = program.indentation(first.body[0].lineno)
            edit = program.edit(second.lineno, f"{margin}else:\n{step}{program.line(second.lineno).strip()}")
        slots: dict[str, Any] = {"owner": Code(owner), "key": key, "test": first.test}
        yield program.on_line(second, edit=edit, **slots)


@logic_rule(
    "list-made-anew-for-key", 0.75, "value short less other", needs=(ast.Subscript, ast.List, ast.For), each=ast.For
)
def list_made_anew_for_key(program: Program, loop: ast.For) -> Iterator[Match]:
    """Yield `book[name] = [grade]` in a loop whose run stores the same key twice: the earlier items are lost."""
    for statement in loop.body:
        match statement:
            case ast.Assign(
                targets=[ast.Subscript(value=ast.Name(id=owner), slice=ast.Name(id=key) as place)],
                value=ast.List(elts=[item]),
            ):
                pass
            case _:
                continue
        keys = [str(each) for each in program.seen.get(place, [])]
        if len(set(keys)) < len(keys):
            slots: dict[str, Any] = {"owner": Code(owner), "key": Code(key), "item": item}
            text = (
                f"{program.indentation(statement.lineno)}{owner}.setdefault({key}, []).append({program.segment(item)})"
            )
            yield program.on_line(statement, edit=program.edit(statement.lineno, text), **slots)
            return


@logic_rule("sorted-by-one-pass", 0.9, "order value other", needs=(ast.For, ast.Subscript), each=ast.For)
def sorted_by_one_pass(program: Program, loop: ast.For) -> Iterator[Match]:
    """Yield the only loop of a sort that swaps neighbours: one pass does not sort every list."""
    function = program.function_at(loop.lineno)
    if program.loop_around(loop) is not None or range_call(loop.iter) is None or function is None:
        return
    if not isinstance(loop.target, ast.Name) or not _SORTS.search(function.name):
        return
    own = program.own_nodes(function)
    if sum(isinstance(node, Loop) for node in own) != 1 or any(
        is_call_of(node, function.name, "sorted") for node in own
    ):
        return
    for node in inside(loop.body):
        match node:
            case ast.Assign(
                targets=[ast.Tuple(elts=[ast.Subscript() as one, ast.Subscript() as other])],
                value=ast.Tuple(elts=[a, b]),
            ) if ast.unparse(one) == ast.unparse(b) and ast.unparse(other) == ast.unparse(a):
                if names_in(one.value) == names_in(other.value):
                    yield program.on_line(
                        loop, name=Code(loop.target.id), items=one.value, swap=Code(program.segment(node))
                    )
                    return


@logic_rule("field-changed-while-read", 0.85, "value other", needs=(ast.Subscript, Function), each=Function)
def field_changed_while_read(program: Program, function: Function) -> Iterator[Match]:
    """Yield the store into a grid in a loop that still asks a function for the neighbours in the same grid."""
    for node in program.own_nodes(function):
        match node:
            case ast.Assign(
                targets=[
                    ast.Subscript(value=ast.Subscript(value=ast.Name(id=grid), slice=ast.Name()), slice=ast.Name())
                ]
            ) if grid in parameters_of(function):
                outer = [up for up in program.above(node) if isinstance(up, ast.For)]
            case _:
                continue
        if len(outer) < 2 or grid in stored_in(function):  # noqa: PLR2004 - rows and columns
            continue
        asked = [
            call
            for call in inside(outer[-1].body)
            if isinstance(call, ast.Call)
            and any(is_name(each, grid) for each in call.args)
            and _NEIGHBOURS.search(called_name(call))
            and called_name(call) in program.functions
        ]
        if asked:
            slots: dict[str, Any] = {"grid": Code(grid), "asked": asked[0]}
            yield program.on_line(node, **slots)
            return


@logic_rule("loss-for-each-letter", 0.85, "more less value zero other", needs=(ast.For, ast.AugAssign), each=ast.For)
def loss_for_each_letter(program: Program, loop: ast.For) -> Iterator[Match]:
    """Yield `lives -= 1` in the `else` of a test of one letter, in a loop through all letters of the word."""
    match loop:
        case ast.For(
            body=[
                ast.If(
                    test=ast.Compare(ops=[ast.Eq()]),
                    orelse=[
                        ast.AugAssign(target=ast.Name(id=name), op=ast.Sub(), value=ast.Constant(value=1)) as step,
                        *_,
                    ],
                ) as test
            ]
        ):
            pass
        case _:
            return
    if re.search(r"(?i)li[fv]e|leben|vida|tries|attempt|chance|guess|turn|left|versuch|health|energy", name):
        yield program.on_line(step, name=Code(name), test=test.test, header=program.header(loop))


@logic_rule("find-as-truth-value", 0.95, "truth value long more other", needs=("find",))
def find_as_truth_value(program: Program) -> Iterator[Match]:
    """Yield `text.find(part)` as a condition: -1 for "not found" is true, and 0 for the very beginning is false."""
    for node in program.each(ast.If, ast.While, ast.IfExp):
        test = node.test  # type: ignore[attr-defined] # all three have one
        plain = test.operand if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) else test
        match plain:
            case ast.Call(func=ast.Attribute(attr="find", value=owner), args=[part]) if "find" not in program.functions:
                is_negated = plain is not test
                word = "not in" if is_negated else "in"
                edit = with_parts(program, [(test, f"{program.segment(part)} {word} {program.segment(owner)}")])
                yield program.here(
                    test, edit=edit, needs_symptom=not _is_text(part), owner=owner, part=part, call=plain
                )


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Name | ast.Constant | ast.JoinedStr)


@logic_rule("reversed-of-the-original", 0.9, "truth value other", needs=(ast.Slice, ast.Compare), each=ast.Compare)
def reversed_of_the_original(program: Program, node: ast.Compare) -> Iterator[Match]:
    """Yield `clean == text[::-1]` where `clean` was made from `text`: both sides need the cleaned string."""
    match node:
        case ast.Compare(
            left=ast.Name(id=clean),
            ops=[ast.Eq()],
            comparators=[ast.Subscript(value=ast.Name(id=raw) as old) as turned],
        ):
            pass
        case ast.Compare(
            left=ast.Subscript(value=ast.Name(id=raw) as old) as turned,
            ops=[ast.Eq()],
            comparators=[ast.Name(id=clean)],
        ):
            pass
        case _:
            return
    is_reversed = isinstance(turned.slice, ast.Slice) and isinstance(turned.slice.step, ast.UnaryOp)
    if not is_reversed or clean == raw or not _is_made_from(program, clean, raw, node):
        return
    edit = with_parts(program, [(old, clean)])
    yield program.here(node, edit=edit, clean=Code(clean), raw=Code(raw))


def _is_made_from(program: Program, clean: str, raw: str, node: ast.Compare) -> bool:
    """Return whether a string is made from another one: by an expression, or in a loop over its characters."""
    function = program.function_at(node.lineno)
    for at, value in program.assignments(clean):
        if program.function_at(at) is function and value is not None and raw in names_in(value):
            return True
    loops = program.own_nodes(function) if function is not None else program.nodes
    return any(isinstance(loop, ast.For) and is_name(loop.iter, raw) and clean in stored_in(loop) for loop in loops)


@logic_rule("count-starts-at-one", 0.95, "off more value other", needs=("get",), each=ast.BinOp)
def count_starts_at_one(program: Program, node: ast.BinOp) -> Iterator[Match]:
    """Yield `counts.get(key, 1) + 1`, which counts the first one as two."""
    match node:
        case ast.BinOp(
            left=ast.Call(func=ast.Attribute(attr="get", value=owner), args=[key, ast.Constant(value=1) as start]),
            op=ast.Add(),
            right=ast.Constant(value=1),
        ):
            edit = with_parts(program, [(start, "0")])
            yield program.here(node, edit=edit, owner=owner, key=key)
