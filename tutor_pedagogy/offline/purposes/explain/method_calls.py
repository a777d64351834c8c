"""What `self` is in a call of a method that the program defines, with the objects and lines of the program."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import Function
from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.purposes.explain.calls import given_values
from tutor_pedagogy.offline.purposes.explain.told_point import Point
from tutor_pedagogy.offline.purposes.texts import listed
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Program


def method_called(program: Program, node: ast.AST) -> Point | None:
    """Return the point for a line that calls a method of a class in the program, or that stands in such a method."""
    made = _made(program)
    line = getattr(node, "lineno", program.cursor_line)
    here = program.function_at(line)
    wanted = here.name if here is not None and here.name != "__init__" else None
    if here is not None and wanted is None:
        return None
    calls = [
        (each, each.func.value.id, each.func.attr)
        for each in program.each(ast.Call)
        if isinstance(each.func, ast.Attribute) and isinstance(each.func.value, ast.Name) and each.func.value.id in made
    ]
    inner = {id(each) for each in walk(node)}
    fitting = [each for each in calls if id(each[0]) in inner] or [each for each in calls if each[2] == wanted]
    for call, owner, name in fitting:
        method = next((each for each in made[owner].body if isinstance(each, Function) and each.name == name), None)
        if method is not None and not method.decorator_list and method.args.args:
            return _told(program, call, owner, method, made)
    return None


def _made(program: Program) -> dict[str, ast.ClassDef]:
    """Return the variables that hold an object of a class of the program and nothing else, each with the class."""
    plans = {each.name: each for each in program.each(ast.ClassDef)}
    found: dict[str, ast.ClassDef] = {}
    for each in program.each(ast.Assign):
        match each:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id=called))) if (
                called in plans and len(program.assignments(name)) == 1
            ):
                found[name] = plans[called]
    return found


def _told(
    program: Program, call: ast.Call, owner: str, method: Function, made: dict[str, ast.ClassDef]
) -> Point | None:
    given = given_values(call, method)
    if given is None:
        return None
    names = [each.arg for each in method.args.args]
    own, before = code_span(names[0]), code_span(owner)
    shown_call, line = code_span(program.segment(call)), program.shown(call.lineno)
    steps = [
        (
            f"{shown_call} on line {line} calls the method {code_span(method.name)}, which begins on line "
            f"{program.shown(method.lineno)}."
        ),
        f"Python passes the object before the dot, {before}, as the first parameter, {own}. "
        + (f"The parentheses name only the rest: {listed(given)}." if given else "So the parentheses can be empty."),
    ]
    used = next(
        (
            each
            for each in walk(method)
            if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id == names[0]
        ),
        None,
    )
    others = [name for name, plan in made.items() if name != owner and plan is made[owner] and name != names[0]]
    if used is not None:
        text = code_span(ast.unparse(used))
        steps.append(
            f"So in this call {text} on line {program.shown(used.lineno)} is {code_span(f'{owner}.{used.attr}')}. "
            f"Without {own} the method would not know whose {code_span(used.attr)} is meant."
        )
    if others:
        steps.append(
            f"{code_span(others[0])} is another object of the class. In a call with {code_span(others[0])} before the "
            f"dot, {own} is that object."
        )
    else:
        steps.append(
            f"In a call with another object of {code_span(made[owner].name)} before the dot, {own} is that one."
        )
    return Point(
        "self",
        f"In {shown_call}, {own} is the object before the dot, {before}. Python passes it by itself, so the "
        "parentheses do not name it.",
        tuple(steps),
        call.lineno,
    )
