"""Objects with two names by mistake: a second name in place of a copy, a list shared by a class, a view of an array."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import is_stored
from tutor_pedagogy.offline.engine.program import GROWING, SHRINKING
from tutor_pedagogy.offline.rules.logic.originals import says_that_it_stays, second_name_of_argument
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.support import arguments_for, is_printed
from tutor_pedagogy.offline.rules.logic.tree import is_name, last_line, parameters_of, reads
from tutor_pedagogy.offline.rules.runtime.origins import IN_PLACE
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_KEPT = re.compile(r"(?i)cop(?:y|i)|backup|old|orig|before|save|prev|snapshot|initial|new|other|kopie|alt\b|start")
"""Names of values that should stay as they were, or of new ones."""
_CHANGING = (GROWING | SHRINKING | IN_PLACE) - {"print"}


@logic_rule("second-name-for-a-copy", 0.8, "value long short order other", needs=(ast.Assign,), each=ast.Assign)
def second_name_for_a_copy(program: Program, node: ast.Assign) -> Iterator[Match]:
    """Yield `b = a` for a list or dictionary, if the program changes one of the two names and then shows the other."""
    yield from second_name_of_argument(program, node)
    match node:
        case ast.Assign(targets=[ast.Name(id=new)], value=ast.Name(id=old) as source) if (
            new != old and len(program.assignments(new)) == len(program.assignments(old)) == 1
        ):
            made = program.last_value(old, node.lineno)
        case _:
            return
    is_collection = isinstance(made, ast.List | ast.ListComp | ast.Dict | ast.Set)
    if not is_collection or program.loop_around(node) is not None:
        return
    here = program.function_at(node.lineno)
    changed = [(use.lineno, use.id) for use in _uses(program, new, old) if _is_changed(program, use)]
    shown = [(use.lineno, use.id) for use in _uses(program, new, old) if is_printed(program, use)]
    for line, _ in changed:
        is_here = line > node.lineno and program.function_at(line) is here
        if is_here and {new, old} == {other for at, other in shown if at > line}:
            text = program.line(node.lineno)
            start = text.rindex(program.segment(source))
            edit = program.edit(node.lineno, f"{text[:start]}{old}.copy(){text[start + len(old) :]}")
            yield program.here(
                node,
                edit=edit,
                needs_symptom=not _KEPT.search(f"{new} {old}"),
                new=Code(new),
                other=Code(old),
                changed=Code(program.line(line).strip()),
            )
            return


def _uses(program: Program, *names: str) -> Iterator[ast.Name]:
    return (use for name in names for use in program.uses.get(name, ()))


def _is_changed(program: Program, use: ast.Name) -> bool:
    """Return whether a use of a name changes the object: by a method, by an index, or by `del`."""
    up = program.parents.get(use)
    match up:
        case ast.Attribute(attr=method):
            return method in _CHANGING and isinstance(program.parents.get(up), ast.Call)
        case ast.Subscript(ctx=ast.Store() | ast.Del()):
            return up.value is use
    return False


@logic_rule(
    "attribute-shared-by-class", 0.8, "value long other", needs=(ast.ClassDef, ast.Attribute), each=ast.ClassDef
)
def attribute_shared_by_class(program: Program, node: ast.ClassDef) -> Iterator[Match]:
    """Yield a list or dictionary in a class body that methods change through `self`: all objects share it."""
    inner = list(walk(node))
    for statement in node.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.List(elts=[]) | ast.Dict(keys=[])):
                pass
            case _:
                continue
        attributes = [each for each in inner if isinstance(each, ast.Attribute) and each.attr == name]
        if name.isupper() or name.startswith("_") or any(is_stored(each, name) for each in attributes):
            continue
        if not all(is_name(each.value, "self") for each in attributes) or _is_used_on_class(program, node.name, name):
            continue
        changed = next((each for each in attributes if _is_changed_attribute(program, each)), None)
        made = [call for call in program.each(ast.Call) if is_name(call.func, node.name)]
        if changed is not None:
            yield program.here(
                statement,
                needs_symptom=len(made) == 1,
                name=Code(name),
                owner=Code(node.name),
                changed=program.header(changed),
            )


def _is_used_on_class(program: Program, owner: str, name: str) -> bool:
    return any(each.attr == name and is_name(each.value, owner) for each in program.each(ast.Attribute))


def _is_changed_attribute(program: Program, node: ast.Attribute) -> bool:
    match program.parents.get(node):
        case ast.Attribute(attr=method):
            return method in _CHANGING
        case ast.Subscript(ctx=ast.Store() | ast.Del()):
            return True
    return False


@logic_rule("numerical.view-for-a-copy", 0.7, "value other", needs=(ast.Slice, "np"), each=ast.Assign)
def view_for_a_copy(program: Program, node: ast.Assign) -> Iterator[Match]:
    """Yield a slice of a NumPy array that is kept and changed, although the program shows the array afterwards."""
    match node:
        case ast.Assign(
            targets=[ast.Name(id=name)],
            value=ast.Subscript(value=ast.Name(id=owner), slice=ast.Slice() | ast.Tuple()) as part,
        ):
            made = program.last_value(owner, node.lineno)
        case _:
            return
    match made:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="np" | "numpy"))):
            changes = [use.lineno for use in program.uses[name] if _is_changed(program, use)]
        case None:
            yield from _view_of_argument(program, node, name, owner)
            return
        case _:
            return
    shown = [use.lineno for use in program.uses[owner] if is_printed(program, use)]
    if any(_is_filled(program, use) for use in program.uses[name]):
        return
    if changes and any(line > changes[0] for line in shown):
        yield program.here(node, replace=(part, f"{program.segment(part)}.copy()"), name=Code(name), owner=Code(owner))


def _is_filled(program: Program, use: ast.Name) -> bool:
    """Return whether `view[:] = …` replaces all values of a view, which is only written to change the array."""
    match program.parents.get(use):
        case ast.Subscript(ctx=ast.Store(), slice=ast.Slice(lower=None, upper=None, step=None)):
            return True
    return False


def _view_of_argument(program: Program, node: ast.Assign, name: str, owner: str) -> Iterator[Match]:
    """Yield a slice of an array parameter that is changed in place, if the program reads the argument afterwards."""
    function = program.function_at(node.lineno)
    if function is None or owner not in parameters_of(function) or not isinstance(node.value, ast.Subscript):
        return
    for use in program.uses[name]:
        up = program.parents.get(use)
        # Only an array can be indexed with the result of a comparison.
        is_masked = (
            isinstance(up, ast.Subscript) and isinstance(up.ctx, ast.Store) and isinstance(up.slice, ast.Compare)
        )
        is_moved = isinstance(up, ast.AugAssign) and up.target is use and says_that_it_stays(program, use.lineno)
        if (is_masked or is_moved) and use.lineno > node.lineno and program.function_at(use.lineno) is function:
            given = [each for each in arguments_for(program, function, owner) if isinstance(each, ast.Name)]
            if any(reads(use, each.id) and use.lineno > each.lineno for each in given for use in program.uses[each.id]):
                copied = (node.value, f"{program.segment(node.value)}.copy()")
                yield program.here(node, replace=copied, name=Code(name), owner=Code(owner))
                return


@logic_rule("loop-variable-in-function", 0.85, "value other", needs=(ast.Lambda, ast.For), each=ast.Lambda)
def loop_variable_in_function(program: Program, node: ast.Lambda) -> Iterator[Match]:
    """Yield a function that a loop keeps for later and that reads the loop variable: it sees only the last value."""
    loop = program.loop_around(node)
    call = program.parents.get(node)
    match call, program.parents.get(call) if call is not None else None:
        case ast.Call(func=ast.Attribute(attr="append")), _:
            pass
        case ast.Assign(targets=[ast.Subscript()]), _:
            pass
        case _:
            return
    if not isinstance(loop, ast.For) or not isinstance(loop.target, ast.Name):
        return
    changed = {loop.target.id, *_given_by(loop.body)}
    own = {argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)}
    name = next((name for name in sorted(changed - own) if any(reads(inner, name) for inner in walk(node.body))), None)
    if name is not None:
        yield program.here(node, name=Code(name), header=program.header(loop))


def _given_by(body: list[ast.stmt]) -> Iterator[str]:
    """Yield the variables to which the statements of a loop give a new value in each iteration."""
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name()], value=ast.Constant()):
                pass
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AugAssign(target=ast.Name(id=name)):
                yield name


_CONSUMING = frozenset(
    ("list", "sum", "max", "min", "sorted", "tuple", "set", "any", "all", "dict", "enumerate", "join")
)


@logic_rule("iterator-used-up", 0.95, "empty zero short value less other", needs=(ast.Call,), each=ast.Assign)
def iterator_used_up(program: Program, node: ast.Assign) -> Iterator[Match]:
    """Yield the second complete use of a `map`, `filter`, `zip` or generator, which the first use has emptied."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.GeneratorExp()):
            kind = "generator"
        case ast.Assign(
            targets=[ast.Name(id=name)],
            value=ast.Call(func=ast.Name(id="map" | "filter" | "zip" | "enumerate" | "reversed" as kind)),
        ) if kind not in program.bound_names:
            pass
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id=kind))) if _yields(program, kind):
            pass
        case ast.Assign(
            targets=[ast.Name(id=name)],
            value=ast.Call(func=ast.Attribute(value=ast.Name(id="csv"), attr="reader" | "DictReader" as kind)),
        ):
            pass
        case _:
            return
    if len(program.assignments(name)) != 1:
        return
    uses = sorted((use for use in program.uses[name] if reads(use, name)), key=lambda use: use.lineno)
    whole = [use for use in uses if _is_whole_use(program, use)]
    if len(whole) > 1 and _follow(program, whole[0], whole[1]):
        first, again = whole[0], whole[1]
        if any(_jumps(call) and first.lineno < call.lineno < again.lineno for call in program.each(ast.Call)):
            return
        text = program.segment(node.value)
        edit = program.edit(node.lineno, program.line(node.lineno).replace(text, f"list({text})"))
        is_short = node.lineno == node.end_lineno
        slots: dict[str, Any] = {"name": Code(name), "kind": Code(kind), "first": program.header(first)}
        yield program.on_line(again, edit=edit if is_short else None, made=program.header(node), **slots)


def _jumps(call: ast.Call) -> bool:
    """Return whether a call goes back to the start of a file, after which a reader of it has rows again."""
    return isinstance(call.func, ast.Attribute) and call.func.attr == "seek"


def _yields(program: Program, name: str) -> bool:
    """Return whether a function of the program is a generator function."""
    function = program.functions.get(name)
    return (
        isinstance(function, ast.FunctionDef)
        and not function.decorator_list
        and any(isinstance(node, ast.Yield | ast.YieldFrom) for node in program.own_nodes(function))
    )


def _is_whole_use(program: Program, use: ast.Name) -> bool:
    """Return whether a use of an iterator goes through all of its items."""
    match program.parents.get(use):
        case ast.Call(func=ast.Name(id=function) | ast.Attribute(attr=function), args=[only, *_]):
            return function in _CONSUMING and only is use
        case ast.For(iter=iterated, body=body):
            return iterated is use and not any(
                isinstance(node, ast.Break | ast.Return) for s in body for node in walk(s)
            )
        case ast.comprehension(iter=iterated):
            return iterated is use
    return False


def _follow(program: Program, first: ast.AST, second: ast.AST) -> bool:
    """Return whether one node surely runs before another: both are in one block of statements."""
    one, other = (_block(program, node) for node in (first, second))
    return one is not None and one is other and getattr(first, "lineno", 0) < getattr(second, "lineno", 0)


def _block(program: Program, node: ast.AST) -> list[ast.stmt] | None:
    """Return the block of statements that the statement of a node belongs to."""
    statement = next((up for up in (node, *program.above(node)) if isinstance(up, ast.stmt)), None)
    around = program.parents.get(statement) if statement is not None else None
    blocks = (getattr(around, field, None) for field in ("body", "orelse", "finalbody"))
    return next((block for block in blocks if isinstance(block, list) and statement in block), None)


@logic_rule("file-read-twice", 0.95, "empty short zero value other", needs=("open",), each=ast.Assign)
def file_read_twice(program: Program, node: ast.Assign) -> Iterator[Match]:
    """Yield the second reading of a file that an earlier `read`, `readlines` or loop has read to its end."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id="open"))):
            yield from _read_again(program, name, node)


@logic_rule("file-read-twice-in-with", 0.95, "empty short zero value other", needs=("open", ast.With), each=ast.With)
def file_read_twice_in_with(program: Program, node: ast.With) -> Iterator[Match]:
    """Yield the second reading of a file in a `with` block that an earlier reading has read to its end."""
    for item in node.items:
        match item:
            case ast.withitem(context_expr=ast.Call(func=ast.Name(id="open")), optional_vars=ast.Name(id=name)):
                yield from _read_again(program, name, node)


def _read_again(program: Program, name: str, opened: ast.Assign | ast.With) -> Iterator[Match]:
    """Yield the second complete reading of a file in the same block, without a jump back between the two."""
    end = last_line(opened) if isinstance(opened, ast.With) else len(program.lines)
    later = [line for line, _ in program.assignments(name) if line > opened.lineno]
    end = min([end, *(line - 1 for line in later)])
    uses = [use for use in program.uses[name] if opened.lineno < use.lineno <= end and reads(use, name)]
    readings = sorted((use for use in uses if _reads_all(program, use)), key=lambda use: use.lineno)
    jumps = [
        use.lineno for use in uses if isinstance(up := program.parents.get(use), ast.Attribute) and up.attr == "seek"
    ]
    if len(readings) > 1 and _follow(program, *readings[:2]):
        first, again = readings[0], readings[1]
        if not any(first.lineno <= line <= again.lineno for line in jumps) and program.loop_around(first) is None:
            jump = f"{program.indentation(again.lineno)}{name}.seek(0)\n{program.line(again.lineno)}"
            edit = program.edit(again.lineno, jump)
            yield program.on_line(again, edit=edit, name=Code(name), first=program.header(first))


def _reads_all(program: Program, use: ast.Name) -> bool:
    up = program.parents.get(use)
    match up, program.parents.get(up) if up is not None else None:
        case ast.Attribute(attr="read" | "readlines"), ast.Call(args=[]):
            return True
        case ast.Call(func=ast.Attribute(attr="reader" | "DictReader" | "load")), _:
            return False
    return _is_whole_use(program, use)
