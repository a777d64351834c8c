"""Results that do not come back: printed, forgotten, given back too early or as another kind of value."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.engine.program import SHRINKING, Function, Loop
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.tree import is_start, loops_of
from tutor_pedagogy.offline.rules.runtime.origins import IN_PLACE, falls_through
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.program import Program
_SPELLED_CONSTANT = re.compile(r"""['"](True|False|None)['"](?:\.\w+\(\))*""")
"""A text that spells a value of Python's own, as people print it."""
_ABOUT_SHOWING = re.compile(
    r"(?:^|_)(?:show|print|display|draw|report|greet|say|hello|welcome|menu|write|output|log|tell|announce|introduce"
    r"|histogram|plot|chart|receipt|test|debug|dump|describe|line|table)"
)
"""Names of functions that are there to print."""
_ABOUT_ALL = re.compile(
    r"(?:^|_)(?:all|every|only|sorted|prime|unique|palindrome|none|no)(?:_|$)|isprime|issorted|ispalindrome"
)
_ADDED_AND_GIVEN = 2
"""Mentions of a name in a loop that only adds to it and gives it back."""


@logic_rule("print-in-place-of-return", 0.8, ("none", "printed", "other"), needs=(Function, "print"))
def print_in_place_of_return(program: Program) -> Iterator[Match]:
    """Find a function with parameters that prints its answer at the end of a branch and gives nothing back."""
    for function in program.functions.values():
        prints = _prints(program, function)
        parameters = [arg.arg for arg in function.args.args if arg.arg not in ("self", "cls")]
        if not prints or not parameters or function.name in ("main", "__init__"):
            continue
        given = [node for node in program.returns_of(function) if node.value is not None]
        if given and not all(
            isinstance(node.value, ast.Name) and node.value.id in {a.arg for a in function.args.args} for node in given
        ):
            continue
        if not given and not program.returns_nothing(function):
            continue
        called_alone = any(
            isinstance(node.value, ast.Call)
            and isinstance(node.value.func, ast.Name)
            and node.value.func.id == function.name
            and program.function_at(node.lineno) is not function
            for node in program.each(ast.Expr)
        )
        if not given and (called_alone or _shows(program, function, prints)):
            continue
        first = prints[0]
        line = program.line(first.lineno)
        text = program.segment(first)
        edit = None
        if len(first.args) == 1 and not first.keywords and line.strip() == text:
            shown = program.segment(first.args[0])
            constant = _SPELLED_CONSTANT.fullmatch(shown)
            edit = program.edit(first.lineno, line.replace(text, f"return {constant[1] if constant else shown}"))
        yield Match(
            lines=(first.lineno,),
            expression=text,
            edit=edit,
            slots={"function": Code(function.name), "shown": Code(program.segment(first.args[0]))},
        )


def _prints(program: Program, function: Function) -> list[ast.Call]:
    return sorted(
        (
            node
            for node in program.own_nodes(function)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print" and node.args
        ),
        key=lambda node: node.lineno,
    )


def _shows(program: Program, function: Function, prints: list[ast.Call]) -> bool:
    """Tell whether printing is what a function is for: by its name, or since it prints line after line."""
    if _ABOUT_SHOWING.search(function.name.lower()):
        return True
    return any(call.keywords for call in prints) or any(
        isinstance(up, ast.For | ast.While) for call in prints for up in program.above(call)
    )


@logic_rule("text-in-place-of-truth-value", 0.8, ("kind", "text"), needs=(ast.Return, str))
def text_in_place_of_truth_value(program: Program) -> Iterator[Match]:
    for node in program.each(ast.Return):
        match node:
            case ast.Return(value=ast.Constant(value="True" | "False" | "None" | "true" | "false" as text) as value):
                line = program.line(node.lineno)
                shown = program.segment(value)
                yield Match(
                    lines=(node.lineno,),
                    expression=line.strip(),
                    edit=program.edit(node.lineno, line.replace(shown, text.capitalize(), 1)),
                    slots={"text": Code(shown)},
                )


@logic_rule("text-in-place-of-number", 0.7, ("kind", "text"), needs=(ast.Return, str))
def text_in_place_of_number(program: Program) -> Iterator[Match]:
    for node in program.each(ast.Return):
        match node:
            case ast.Return(value=ast.Constant(value=str(text)) as value) if text.lstrip(
                "-"
            ).isdigit() and not _gives_texts(program, node):
                line = program.line(node.lineno)
                shown = program.segment(value)
                yield Match(
                    lines=(node.lineno,),
                    expression=line.strip(),
                    edit=program.edit(node.lineno, line.replace(shown, text, 1)),
                    slots={"text": Code(shown)},
                )


def _gives_texts(program: Program, result: ast.Return) -> bool:
    """Tell whether the function of a `return` has another one that gives a text."""
    function = program.function_at(result.lineno)
    others = [node.value for node in program.returns_of(function) if node is not result] if function else []
    for value in others:
        bound = [v for _, v in program.assignments(value.id)] if isinstance(value, ast.Name) else [value]
        for given in bound:
            match given:
                case ast.Constant(value=str(text)) if not text.lstrip("-").isdigit():
                    return True
                case ast.JoinedStr() | ast.Call(func=ast.Name(id="str" | "bin" | "hex" | "format")):
                    return True
                case ast.Call(func=ast.Attribute(attr="join" | "strip" | "lower" | "upper" | "replace")):
                    return True
    return False


@logic_rule("answer-in-first-round", 0.8, ("none", "truth", "value", "short", "other"), needs=(Loop, ast.Return))
def answer_in_first_round(program: Program) -> Iterator[Match]:
    """Find a loop that gives an answer in its first round, whatever the first item is."""
    for node in loops_of(program):
        last = node.body[-1]
        inner = [n for n in node.body if isinstance(n, ast.If) and any(isinstance(m, ast.Return) for m in n.body)]
        counts = any(isinstance(n, ast.If) or _collects(n) for n in node.body[:-1])
        goes_on = isinstance(node, ast.While) and any(isinstance(n, ast.Continue) for s in node.body for n in walk(s))
        if isinstance(last, ast.Return) and (inner or counts) and not goes_on:
            line = program.line(last.lineno)
            indent = program.line(node.lineno)[
                : len(program.line(node.lineno)) - len(program.line(node.lineno).lstrip())
            ]
            yield Match(
                lines=(last.lineno,),
                expression=line.strip(),
                edit=program.edit(last.lineno, indent + line.strip()),
                slots={"header": Code(program.line(node.lineno).strip())},
            )
        elif isinstance(node, ast.For) and isinstance(last, ast.If) and _always_returns(last):
            others = [branch for branch in _branches(last)[1:] if isinstance(branch[-1], ast.Return)]
            if others and not _compares_with_end(last):
                answers = [branch[-1] for branch in _branches(last)]
                early = [answer for answer in answers if _gives(program, answer, "True")]
                final = early[0] if early and _needs_all(program, node) else others[-1][-1]
                yield _too_early(program, final, node)


def _collects(statement: ast.stmt) -> bool:
    """Tell whether a statement makes a new value out of the old one of a name, or puts something in."""
    match statement:
        case ast.AugAssign():
            return True
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return any(isinstance(n, ast.Name) and n.id == name for n in walk(value))
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr=method))):
            return method in IN_PLACE
    return False


def _too_early(program: Program, answer: ast.stmt, loop: ast.For) -> Match:
    return Match(
        lines=(answer.lineno,),
        expression=program.line(answer.lineno).strip(),
        slots={"header": Code(program.line(loop.lineno).strip())},
    )


def _gives(program: Program, answer: ast.stmt, value: str | None) -> bool:
    return isinstance(answer, ast.Return) and answer.value is not None and program.segment(answer.value) == value


def _needs_all(program: Program, loop: ast.For) -> bool:
    """Tell whether the name of the function says that its answer is yes only if every item fits."""
    function = program.function_at(loop.lineno)
    return function is not None and bool(_ABOUT_ALL.search(function.name.lower()))


def _branches(node: ast.If) -> list[list[ast.stmt]]:
    branches = [node.body]
    rest = node.orelse
    while len(rest) == 1 and isinstance(rest[0], ast.If):
        branches.append(rest[0].body)
        rest = rest[0].orelse
    if rest:
        branches.append(rest)
    return branches


def _always_returns(node: ast.If) -> bool:
    branches = _branches(node)
    tail: list[ast.stmt] = [node]
    while isinstance(tail[-1], ast.If):
        if not tail[-1].orelse:
            return False
        tail = tail[-1].orelse
    return all(isinstance(branch[-1], ast.Return) for branch in branches)


def _compares_with_end(node: ast.If) -> bool:
    return any(
        isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name) and inner.func.id == "len"
        for inner in walk(node.test)
    )


@logic_rule(
    "answer-at-first-fit", 0.85, ("none", "value", "short", "less", "other"), needs=(ast.For, ast.If, ast.Return)
)
def answer_at_first_fit(program: Program) -> Iterator[Match]:
    """Find a count or collection that is given back as soon as the first item has been added."""
    for node in program.each(ast.If):
        match node.body:
            case [*_, added, ast.Return(value=value) as last] if value is not None and _collects(added):
                pass
            case _:
                continue
        loop = program.parents.get(node)
        changed = {n.id for n in walk(added) if isinstance(n, ast.Name)} & {
            n.id for n in walk(value) if isinstance(n, ast.Name)
        }
        for name in sorted(changed):
            start = program.last_value(name, node.lineno)
            here = program.function_at(node.lineno)
            inside = [n for n in program.uses[name] if program.function_at(n.lineno) is here and _loop_holds(loop, n)]
            if isinstance(loop, ast.For) and start is not None and is_start(start) and len(inside) == _ADDED_AND_GIVEN:
                yield Match(
                    lines=(last.lineno,),
                    expression=program.line(last.lineno).strip(),
                    slots={"name": Code(name), "header": Code(program.line(loop.lineno).strip())},
                )


def _loop_holds(loop: ast.AST | None, node: ast.Name) -> bool:
    """Tell whether a name stands within the lines of a loop."""
    return isinstance(loop, ast.For) and loop.lineno < node.lineno <= (loop.end_lineno or 0)


@logic_rule("answer-of-method-in-place", 0.9, ("none", "other"), needs=(ast.Call, ast.Attribute))
def answer_of_method_in_place(program: Program) -> Iterator[Match]:
    """Find where the answer of a method in place is given back or stored."""
    for node in program.each(ast.Return, ast.Assign):
        match node:
            case ast.Return(value=ast.Call(func=ast.Attribute(value=owner, attr=method)) as call) if (
                method in IN_PLACE - {"add", "update", "print"}
            ):
                yield Match(
                    lines=(node.lineno,),
                    expression=program.segment(call),
                    slots={
                        "call": Code(program.segment(call)),
                        "method": Code(method),
                        "owner": Code(program.segment(owner)),
                    },
                )
            case ast.Assign(
                targets=[ast.Name(id=name)],
                value=ast.Call(func=ast.Attribute(value=ast.Name(id=owner_name), attr=method)) as call,
            ) if method in IN_PLACE - {"add", "update", "print"} and _is_list(program, owner_name):
                line = program.line(node.lineno)
                indent = line[: len(line) - len(line.lstrip())]
                edit = program.edit(node.lineno, indent + program.segment(call)) if name == owner_name else None
                yield Match(
                    lines=(node.lineno,),
                    expression=program.segment(call),
                    edit=edit,
                    slots={"call": Code(program.segment(call)), "method": Code(method), "owner": Code(owner_name)},
                )


def _is_list(program: Program, name: str) -> bool:
    return any(
        isinstance(value, ast.List | ast.ListComp)
        or (isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in ("list", "sorted"))
        for _, value in program.assignments(name)
    ) or not program.assignments(name)


@logic_rule("answer-of-call-forgotten", 0.9, ("none", "other"), needs=(Function, ast.Expr, ast.Call))
def answer_of_call_forgotten(program: Program) -> Iterator[Match]:
    """Find where a function calls itself and lets go of the answer."""
    for function in program.functions.values():
        if program.returns_nothing(function):
            continue
        for node in program.own_nodes(function):
            match node:
                case ast.Expr(value=ast.Call(func=ast.Name(id=name)) as call) if (
                    name == function.name and not _has_effect(program, function)
                ):
                    line = program.line(node.lineno)
                    text = line.strip()
                    yield Match(
                        lines=(node.lineno,),
                        expression=text,
                        edit=program.edit(node.lineno, line.replace(text, f"return {text}", 1)),
                        slots={"function": Code(function.name), "call": Code(program.segment(call))},
                    )


def _has_effect(program: Program, function: Function) -> bool:
    """Tell whether a function changes what was there before its call: then it may be called for that alone."""
    outer = {arg.arg for arg in (*function.args.args, *function.args.kwonlyargs)}
    own = program.own_nodes(function)
    stored = {node.id for node in own if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    for node in own:
        match node:
            case ast.Global() | ast.Nonlocal() | ast.Attribute(ctx=ast.Store()):
                return True
            case ast.Expr(value=ast.Call(func=called, args=arguments)) if not (
                isinstance(called, ast.Name) and called.id in (function.name, "print")
            ):
                handed = [*arguments, called.value] if isinstance(called, ast.Attribute) else arguments
                if any(isinstance(value, ast.Name) and value.id in outer for value in handed):
                    return True
                continue
            case ast.Subscript(ctx=ast.Store() | ast.Del(), value=changed):
                pass
            case ast.Call(func=ast.Attribute(value=changed, attr=method)) if method in IN_PLACE | SHRINKING:
                pass
            case _:
                continue
        while isinstance(changed, ast.Attribute | ast.Subscript):
            changed = changed.value
        if isinstance(changed, ast.Name) and (changed.id in outer or changed.id not in stored):
            return True
    return False


@logic_rule(
    "collection-built-but-not-returned",
    0.9,
    ("value", "long", "order", "other"),
    needs=(Function, ast.Return, ast.Call, ast.Attribute),
)
def collection_built_but_not_returned(program: Program) -> Iterator[Match]:
    """Find where a collection is built, but an untouched parameter is given back."""
    for function in program.functions.values():
        given = [node for node in program.returns_of(function) if isinstance(node.value, ast.Name)]
        if len(given) != 1 or len(program.returns_of(function)) != 1:
            continue
        parameters = {arg.arg for arg in function.args.args}
        returned = given[0].value.id if isinstance(given[0].value, ast.Name) else ""
        changed = any(
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == returned
            and node.func.attr in IN_PLACE
            for node in program.own_nodes(function)
        )
        if (
            returned not in parameters
            or changed
            or any(
                function.lineno < at <= (function.end_lineno or 0)
                for at, _ in program.assignments(returned)
                if at != function.lineno
            )
        ):
            continue
        for node in program.own_nodes(function):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id=built), attr="append" | "add" | "extend")) if (
                    built not in parameters
                ):
                    line = program.line(given[0].lineno)
                    yield Match(
                        lines=(given[0].lineno,),
                        expression=line.strip(),
                        edit=program.edit(given[0].lineno, line.replace(returned, built)),
                        slots={"name": Code(returned), "built": Code(built), "function": Code(function.name)},
                    )
                    break


@logic_rule("result-never-returned", 0.85, ("none", "other"), needs=(Function,))
def result_never_returned(program: Program) -> Iterator[Match]:
    """Find where a function builds a value in a name of its own and never hands it out."""
    for function in program.functions.values():
        if not function.args.args or function.name.startswith(("__", "test")) or not program.returns_nothing(function):
            continue
        if _prints(program, function) or _has_effect(program, function):
            continue
        bare = [node for node in program.returns_of(function) if node.value is None]
        parameters = {arg.arg for arg in function.args.args}
        if bare and len(function.body) == 1:
            yield Match(
                lines=(bare[0].lineno,),
                expression=program.line(bare[0].lineno).strip(),
                slots={"function": Code(function.name), "name": "the answer"},
            )
            continue
        built = [
            node.target.id
            for node in program.own_nodes(function)
            if isinstance(node, ast.AugAssign)
            and isinstance(node.target, ast.Name)
            and node.target.id not in parameters
        ]
        built += [
            node.func.value.id
            for node in program.own_nodes(function)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("append", "add", "extend")
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id not in parameters
        ]
        local = {
            name
            for name in built
            if any(function.lineno < at <= (function.end_lineno or 0) for at, _ in program.assignments(name))
        }
        if local:
            name = min(local)
            last = function.body[-1]
            line = last.end_lineno or last.lineno
            indent = program.line(function.body[0].lineno)[: function.body[0].col_offset]
            yield Match(
                lines=(line,),
                expression=program.line(line).strip(),
                edit=program.edit(line, f"{program.line(line)}\n{indent}return {name}"),
                slots={"function": Code(function.name), "name": Code(name)},
            )


@logic_rule("way-without-return", 0.55, ("none", "other"), needs=(Function, ast.If, ast.Return))
def way_without_return(program: Program) -> Iterator[Match]:
    """Find where a function gives a value on some ways and runs off its end on others."""
    for function in program.functions.values():
        if not falls_through(program, function):
            continue
        values = [node for node in program.returns_of(function) if node.value is not None]
        if not values:
            continue
        if any(isinstance(node, ast.Return) and node.value is None for node in program.own_nodes(function)):
            continue
        last = function.body[-1]
        line = last.end_lineno or last.lineno
        if not _is_open(last):
            continue
        yield Match(
            lines=(line,),
            expression=program.line(line).strip() or None,
            slots={
                "function": Code(function.name),
                "header": Code(program.line(last.lineno).strip()),
                "other": Code(program.segment(values[0])),
            },
        )


def _is_open(last: ast.stmt) -> bool:
    """Tell whether a function's last statement plainly leaves a way open: a loop or a test with one kind of answer."""
    inner = [n for n in walk(last) if isinstance(n, ast.If) and any(isinstance(m, ast.Return) for m in n.body)]
    if isinstance(last, ast.For | ast.While):
        return bool(inner) and all(not n.orelse for n in inner)
    if isinstance(last, ast.If) and not last.orelse:
        return not any(isinstance(n, ast.NotIn | ast.IsNot | ast.NotEq) for n in walk(last.test))
    return isinstance(last, ast.If) and any(_goes_on(branch[-1]) for branch in _branches(last))


def _goes_on(last: ast.stmt) -> bool:
    """Tell whether a branch plainly ends without an answer: not in a search, nor in what only has an effect."""
    match last:
        case ast.Return() | ast.If() | ast.Raise() | ast.For() | ast.While() | ast.With() | ast.Try():
            return False
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr=method))):
            return method not in IN_PLACE
    return True


@logic_rule("code-never-reached", 0.6, ("none", "value", "other"))
def code_never_reached(program: Program) -> Iterator[Match]:
    for _, first, second in program.neighbours:
        if isinstance(first, ast.Return | ast.Break | ast.Continue | ast.Raise) and not isinstance(
            second, ast.Pass | ast.Break | ast.Continue
        ):
            yield Match(
                lines=(first.lineno,),
                expression=program.line(first.lineno).strip(),
                slots={
                    "word": Code(type(first).__name__.lower()),
                    "after": Code(program.line(second.lineno).strip()),
                },
            )


@logic_rule("generator-handed-out", 0.9, ("kind", "value", "other"), needs=(Function, ast.Yield))
def generator_handed_out(program: Program) -> Iterator[Match]:
    """Find where a generator yields the call of itself, not what that yields."""
    for function in program.functions.values():
        for node in program.own_nodes(function):
            match node:
                case ast.Yield(value=ast.Call(func=ast.Name(id=name)) as call) if name == function.name:
                    yield Match(
                        lines=(node.lineno,),
                        expression=program.segment(node),
                        slots={"function": Code(function.name), "call": Code(program.segment(call))},
                    )


def answer_given_early(program: Program, site: Match, got: str | None) -> Match:
    """Of the answers that a loop gives in its first round, choose the one that came, where a test tells it."""
    for node in program.each(ast.For):
        if isinstance(node.body[-1], ast.If) and node.lineno < site.lines[0]:
            answers = [branch[-1] for branch in _branches(node.body[-1])]
            given = [answer for answer in answers if _gives(program, answer, got)]
            if given and any(answer.lineno == site.lines[0] for answer in answers):
                return _too_early(program, given[0], node)
    return site
