"""Classes whose names and methods say what they compute, such as the area of a rectangle, with small calls."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_BALANCE = re.compile(r"balance|amount|money|saldo")


@dataclass(frozen=True, slots=True)
class _Promise:
    """A method that a class of a certain name should have.

    `owner` and `method` are patterns of names. `made` are the arguments of the constructor, `parameter` is a pattern
    for its first parameter. `steps` are the calls before the one of the method.
    """

    owner: str
    method: str
    made: tuple[Any, ...]
    wanted: Any
    steps: tuple[str, ...] = ()
    parameter: str = ""


_PROMISES = (
    _Promise("rect", "(?:get_|calc(?:ulate)?_)?area", (3, 5), 15),
    _Promise("rect", "(?:get_|calc(?:ulate)?_)?perimeter", (3, 5), 16),
    _Promise("square", "(?:get_|calc(?:ulate)?_)?(?:area|perimeter)", (4,), 16),
    _Promise("circle", "(?:get_|calc(?:ulate)?_)?area", (3,), 28.274),
    _Promise("circle", "(?:get_|calc(?:ulate)?_)?(?:circumference|perimeter)", (3,), 18.85),
    _Promise("box|cuboid", "(?:get_|calc(?:ulate)?_)?volume", (2, 3, 4), 24),
    _Promise("cube", "(?:get_|calc(?:ulate)?_)?volume", (3,), 27),
    _Promise("temperature|thermo|celsius", "(?:to_|get_|as_)?fahrenheit", (100,), 212, parameter="^c|celsius"),
    _Promise("stack", "pop", (), 2, ("push(1)", "push(2)")),
    _Promise("queue", "dequeue", (), 1, ("enqueue(1)", "enqueue(2)")),
)
_ACCOUNT = re.compile(r"account|bank|wallet|konto")


def promises_of(owner: ast.ClassDef) -> Iterator[tuple[ast.FunctionDef, str, str, Any]]:
    """Yield the methods of a class with a known result: the method, an expression, its wording and its right result."""
    methods = {node.name: node for node in owner.body if isinstance(node, ast.FunctionDef) and not node.decorator_list}
    if "__init__" not in methods:
        return
    first = methods["__init__"].args
    names = [argument.arg.lower() for argument in first.args[1:]]
    needed = len(names) - len(first.defaults)
    for promise in _PROMISES:
        is_made = needed == len(promise.made) and (not promise.parameter or re.search(promise.parameter, names[0]))
        if not is_made or not re.search(promise.owner, owner.name.lower()):
            continue
        for name, method in methods.items():
            has_steps = all(step.partition("(")[0] in methods for step in promise.steps)
            if has_steps and re.fullmatch(promise.method, name.lower()) and len(method.args.args) == 1:
                yield method, *_expression(owner.name, promise.made, (*promise.steps, f"{name}()")), promise.wanted
    if _ACCOUNT.search(owner.name.lower()):
        yield from _of_account(owner, methods, names)


def _of_account(
    owner: ast.ClassDef, methods: dict[str, ast.FunctionDef], names: list[str]
) -> Iterator[tuple[ast.FunctionDef, str, str, Any]]:
    """Yield `deposit` and `withdraw` of an account, if its constructor takes the balance as the last argument."""
    stored = {
        node.attr
        for node in ast.walk(methods["__init__"])
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    }
    kept = next((name for name in sorted(stored) if "balance" in name), None)
    if kept is None or not 1 <= len(names) <= 2 or not _BALANCE.search(names[-1]):  # noqa: PLR2004 - the owner and the balance
        return
    made = ("Ann", 100)[-len(names) :]
    for name, wanted in (("deposit", 130), ("withdraw", 70)):
        method = methods.get(name)
        if method is not None and len(method.args.args) == 2:  # noqa: PLR2004 - self and the amount
            yield method, *_expression(owner.name, made, (f"{name}(30)", kept)), wanted


def _expression(owner: str, made: tuple[Any, ...], steps: tuple[str, ...]) -> tuple[str, str]:
    """Return an expression for calls on a new object, and its wording."""
    new = f"{owner}({', '.join(map(repr, made))})"
    if len(steps) == 1:
        return f"{new}.{steps[0]}", f"{new}.{steps[0]}"
    parts = ", ".join(f"one.{step}" for step in steps)
    shown = "; ".join(f"one.{step}" for step in steps)
    return f"(one := {new}, {parts})[-1]", f"one = {new}; {shown}"
