"""Interpret statements: track the types of the names over all branches that Python may take."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.bindings import name_bound
from tutor_pedagogy.offline.engine.vocabulary import words
from tutor_pedagogy.offline.foresight import members, operators
from tutor_pedagogy.offline.foresight.expressions import asked, bind_target, handed_out, narrow, type_of
from tutor_pedagogy.offline.foresight.frame import EVERYTHING, Frame, join_branches, join_names
from tutor_pedagogy.offline.foresight.imports import import_modules, import_names
from tutor_pedagogy.offline.foresight.predicted import PredictedException
from tutor_pedagogy.offline.foresight.value_types import ANY, NONE, UNBOUND, Type, join
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tutor_pedagogy.offline.engine.nodes import Function
    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.foresight.frame import Names

_MOST_ITERATIONS = 4
"""The maximum number of iterations of a loop that are interpreted. They end earlier once no type changes."""
_EXPECTING = frozenset(("raises", "assertRaises", "assertRaisesRegex", "suppress", "warns"))
_SIMPLE = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr)
_PLATFORM_NAMES = words("version_info platform TYPE_CHECKING PY2 PY3 version implementation")


_UNSUPPORTED = re.compile(r"(unsupported operand type\(s\) for [^: ]+)(?: or pow\(\))?(?=:)")
"""The `unsupported operand` message up to its operator. For an augmented assignment, `=` is added to the operator."""


def run(frame: Frame, statements: Sequence[ast.stmt]) -> bool:
    """Interpret statements. Return whether Python reaches the statement after them."""
    for statement in statements:
        step = _STEPS.get(type(statement))
        if step is not None and step(frame, statement) is False:
            return False
    return True


def _assign(frame: Frame, node: ast.Assign | ast.AnnAssign) -> None:
    if node.value is None:
        return
    type_ = type_of(frame, node.value)
    for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
        bind_target(frame, target, type_)


def _augmented(frame: Frame, node: ast.AugAssign) -> None:
    target, value = node.target, type_of(frame, node.value)
    if not isinstance(target, ast.Name):
        type_of(frame, target)
        return
    current = frame.look_up(ast.copy_location(ast.Name(target.id, ast.Load()), target))
    # The node covers the whole statement, because a traceback marks the whole line.
    marked = ast.copy_location(ast.BinOp(target, node.op, node.value), node)
    frame.names[target.id] = frame.check(marked, _added(node.op, current, value))


def _added(op: ast.operator, current: Type, value: Type) -> Type | PredictedException:
    if isinstance(op, ast.Add) and current.name == "list":
        return members.iterated(value) or Type("list")
    result = operators.binary(op, current, value)
    if isinstance(result, PredictedException):
        return result._replace(message=_UNSUPPORTED.sub(r"\1=", result.message))
    return result


def _expression(frame: Frame, node: ast.Expr) -> bool:
    type_of(frame, node.value)
    match node.value:
        case ast.Call(func=ast.Name(id="exit" | "quit")):
            return False
        case ast.Call(func=ast.Attribute(value=ast.Name(id="sys" | "os"), attr="exit" | "_exit" | "abort")):
            return False
    return True


def _return(frame: Frame, node: ast.Return) -> bool:
    frame.returned = join(frame.returned, NONE if node.value is None else type_of(frame, node.value))
    return False


def _raise(frame: Frame, node: ast.Raise) -> bool:
    if node.exc is not None:
        type_of(frame, node.exc)
    return False


def _assert(frame: Frame, node: ast.Assert) -> None:
    asked(frame, node.test)
    narrow(frame, node.test)


def _delete(frame: Frame, node: ast.Delete) -> None:
    for target in node.targets:
        if isinstance(target, ast.Name):
            if target.id in frame.names:
                frame.names[target.id] = UNBOUND
        else:
            type_of(frame, target)


def _if(frame: Frame, node: ast.If) -> bool:
    asked(frame, node.test)
    before = dict(frame.names)
    told_apart = narrow(frame, node.test)
    narrowed = dict(frame.names)
    noted = len(frame.crashes)
    first = run(frame, node.body)
    after_first = frame.names
    frame.names = narrowed
    second = run(frame, node.orelse)
    if _is_of_another_platform(frame, node.test):
        del frame.crashes[noted:]
    if first and second:
        frame.names = join_names(after_first, frame.names)
        for name in told_apart - _stored(node) if told_apart else ():
            frame.names[name] = before.get(name, ANY)
    elif first:
        frame.names = after_first
    return first or second


def _is_of_another_platform(frame: Frame, test: ast.expr) -> bool:
    """Return whether a condition is constant, or depends on the platform or the Python version."""
    if isinstance(test, ast.Constant):
        return True
    program = frame.interpreter.program
    return not _PLATFORM_NAMES.isdisjoint(program.features) and not _PLATFORM_NAMES.isdisjoint(program.words_of(test))


def _stored(node: ast.AST) -> set[str]:
    """Return the names that a node binds or deletes, except parameters."""
    found: set[str] = set()
    for inner in walk(node):
        if isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load):
            found.add(inner.id)
        elif not isinstance(inner, ast.Name | ast.arg) and (name := name_bound(inner)) is not None:
            found.add(name)
    return found


def _for(frame: Frame, node: ast.For | ast.AsyncFor) -> bool:
    item = handed_out(frame, node.iter, asynchronous=isinstance(node, ast.AsyncFor))
    for name in _stored(node.target) & frame.names.keys():
        frame.names[name] = ANY

    def begin() -> None:
        bind_target(frame, node.target, item)

    _loop(frame, node, begin)
    return _after_loop(frame, node, may_end=True)


def _while(frame: Frame, node: ast.While) -> bool:
    def begin() -> None:
        asked(frame, node.test)
        narrow(frame, node.test)

    _loop(frame, node, begin)
    return _after_loop(frame, node, may_end=not (isinstance(node.test, ast.Constant) and node.test.value))


def _loop(frame: Frame, node: ast.For | ast.AsyncFor | ast.While, begin: Callable[[], None]) -> None:
    """Interpret a loop until an iteration leaves the types of the names unchanged, and keep these types."""
    known = dict(frame.names)
    found, frame.crashes = frame.crashes, []
    _first_lines(frame, node, begin)
    sure, frame.crashes = frame.crashes, []
    frame.names = known
    breaks: list[Names] = []
    for _ in range(_MOST_ITERATIONS):
        frame.crashes = []
        frame.loops.append(([], []))
        frame.names = dict(known)
        begin()
        ends = run(frame, node.body)
        breaks, continues = frame.loops.pop()
        after = join_branches(known, *([frame.names] if ends else []), *continues)
        if after == known:
            break
        known = after
    else:
        for name in _stored(node) & known.keys():
            known[name] = ANY
        frame.crashes = []
    known_already = frozenset(sure)
    frame.crashes = [*found, *sure, *(crash for crash in frame.crashes if crash not in known_already)]
    frame.names = known
    frame.loops.append((breaks, []))  # `_after_loop` removes this entry.


def _first_lines(frame: Frame, node: ast.For | ast.AsyncFor | ast.While, begin: Callable[[], None]) -> None:
    """Interpret the statements that the first iteration surely runs: those before the first branch of the body."""
    begin()
    for statement in node.body:
        if isinstance(statement, _SIMPLE):
            run(frame, [statement])
            continue
        if isinstance(statement, ast.If | ast.While):
            asked(frame, statement.test)
        break


def _after_loop(frame: Frame, node: ast.For | ast.AsyncFor | ast.While, *, may_end: bool) -> bool:
    breaks, _ = frame.loops.pop()
    if isinstance(node, ast.While):
        narrow(frame, node.test)
    ways = [frame.names] if may_end and run(frame, node.orelse) else []
    ways += breaks
    if not ways:
        return False
    frame.names = join_branches(*ways)
    return True


def _break(frame: Frame, _: ast.Break) -> bool:
    if frame.loops:
        frame.loops[-1][0].append(dict(frame.names))
    return False


def _continue(frame: Frame, _: ast.Continue) -> bool:
    if frame.loops:
        frame.loops[-1][1].append(dict(frame.names))
    return False


def _try(frame: Frame, node: ast.Try | ast.TryStar) -> bool:
    before = dict(frame.names)
    program = frame.interpreter.program
    frame.caught.append(frozenset().union(*(_caught_by(handler, program) for handler in node.handlers)))
    ends = run(frame, node.body)
    frame.caught.pop()
    ends = ends and run(frame, node.orelse)
    ways = [frame.names] if ends else []
    changed = {name for statement in node.body for name in _stored(statement)}
    broken = {name: ANY if name in changed else type_ for name, type_ in before.items()}
    for handler in node.handlers:
        frame.names = dict(broken)
        if handler.name is not None:
            frame.names[handler.name] = ANY
        if run(frame, handler.body):
            ways.append(frame.names)
    frame.names = join_branches(*(ways or [broken]))
    return run(frame, node.finalbody) and bool(ways)


def _caught_by(handler: ast.ExceptHandler, program: Program) -> frozenset[str]:
    names = program.words_of(handler.type) if handler.type is not None else {"BaseException"}
    return EVERYTHING if "BaseException" in names else frozenset(names)


def _with(frame: Frame, node: ast.With | ast.AsyncWith) -> bool:
    expects = False
    for item in node.items:
        type_of(frame, item.context_expr)
        called = item.context_expr.func if isinstance(item.context_expr, ast.Call) else item.context_expr
        name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
        expects = expects or name in _EXPECTING
        if item.optional_vars is not None:
            bind_target(frame, item.optional_vars, ANY)
    if not expects:
        return run(frame, node.body)
    frame.caught.append(EVERYTHING)
    run(frame, node.body)
    frame.caught.pop()
    return True


def _function(frame: Frame, node: Function) -> None:
    for default in (*node.decorator_list, *node.args.defaults, *node.args.kw_defaults):
        if default is not None:
            type_of(frame, default)
    plain = not node.decorator_list and isinstance(node, ast.FunctionDef)
    frame.names[node.name] = Type("function", node=node) if plain else ANY


def _class(frame: Frame, node: ast.ClassDef) -> None:
    for part in (*node.decorator_list, *node.bases):
        type_of(frame, part)
    inside = Frame(frame.interpreter, frame.interpreter.scopes.of(node), frame)
    inside.caught = frame.caught
    run(inside, node.body)
    frame.crashes += inside.crashes
    frame.names[node.name] = Type("type", of=node.name, node=node) if not node.decorator_list else ANY


def _match(frame: Frame, node: ast.Match) -> None:
    type_of(frame, node.subject)
    before = dict(frame.names)
    ways = [before]
    for case in node.cases:
        frame.names = dict(before)
        for inner in walk(case.pattern):
            name = getattr(inner, "name", None) or getattr(inner, "rest", None)
            if isinstance(name, str):
                frame.names[name] = ANY
        if isinstance(node.subject, ast.Name):
            frame.names[node.subject.id] = ANY
        if case.guard is not None:
            asked(frame, case.guard)
        if run(frame, case.body):
            ways.append(frame.names)
    frame.names = join_branches(*ways)


_STEPS: dict[type[ast.stmt], Callable[[Frame, Any], bool | None]] = {
    ast.Assign: _assign,
    ast.AnnAssign: _assign,
    ast.AugAssign: _augmented,
    ast.Expr: _expression,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.Assert: _assert,
    ast.Delete: _delete,
    ast.Import: import_modules,
    ast.ImportFrom: import_names,
    ast.If: _if,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.Break: _break,
    ast.Continue: _continue,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Match: _match,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
}
"""Functions that interpret a statement, by node class. They return False if Python never reaches the next one."""
