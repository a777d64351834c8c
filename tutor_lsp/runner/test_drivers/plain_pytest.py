"""Run tests of pytest that need none of its services: functions with `assert`, also with `parametrize`.

pytest takes a second for each process, so an edit is tried without it where that makes no difference.
"""

from __future__ import annotations

import ast
import itertools
import os
from typing import TYPE_CHECKING

from .with_unittest import load

if TYPE_CHECKING:
    from typing import Any

    from .events import Events

_OTHER = ("fixture", "conftest", "setup_", "teardown_", "usefixtures", "xfail", "skip", "unittest", "async def")
_SETTINGS = frozenset(("conftest.py", "pytest.ini", "pyproject.toml", "setup.cfg", "tox.ini"))


def is_plain(files: list[str], root: str) -> bool:
    """Return whether the tests in some files need nothing of pytest but `parametrize` and what can be imported."""
    if any(_SETTINGS & set(names) for _, __, names in os.walk(root)):
        return False
    for file in files:
        with open(file, encoding="utf-8", errors="replace") as opened:
            text = opened.read()
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError):
            return False
        if any(word in text for word in _OTHER) or not all(map(_is_given, _functions(tree))):
            return False
    return True


def run(files: list[str], events: Events, first: str) -> None:
    """Run the tests of some files, that with the name `first` and its like before the others."""
    for file in files:
        name = os.path.basename(file)
        events.loading(name)
        try:
            tests = list(_tests(load(file)))
        except BaseException as error:
            events.unloaded(name, error)
            continue
        events.loaded()
        for name, function, given in sorted(tests, key=lambda test: test[0] != first.partition("[")[0]):
            events.started(name)
            try:
                function(**given)
            except BaseException as error:
                events.failed(name, error)
            else:
                events.passed(name)


def _functions(tree: ast.Module) -> list[ast.FunctionDef]:
    of_classes = [each for node in tree.body if isinstance(node, ast.ClassDef) for each in node.body]
    found = [node for node in (*tree.body, *of_classes) if isinstance(node, ast.FunctionDef)]
    return [node for node in found if node.name.startswith("test")]


def _is_given(function: ast.FunctionDef) -> bool:
    """Return whether a decorator names every argument of a test."""
    texts = [node for decorator in function.decorator_list for node in ast.walk(decorator)]
    words = [node.value for node in texts if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    named = {word.strip() for text in words for word in text.split(",")}
    return {each.arg for each in function.args.args} <= named | {"self"}


def _tests(module: Any) -> Any:
    """Yield the name, the function and the arguments of each test of a module, in the order of its lines."""
    for name, value in list(vars(module).items()):
        if name.startswith("test") and callable(value) and getattr(value, "__module__", None) == module.__name__:
            yield from _each(name, value, value)
        elif name.startswith("Test") and isinstance(value, type) and value.__module__ == module.__name__:
            for method, function in list(vars(value).items()):
                if method.startswith("test") and callable(function):
                    yield from _each(name + "." + method, function, getattr(value(), method))


def _each(name: str, marked: Any, function: Any) -> Any:
    marks = [mark for mark in getattr(marked, "pytestmark", ()) if mark.name == "parametrize"]
    rows = []
    for mark in marks:
        names, values = mark.args[0], mark.args[1]
        names = [each.strip() for each in names.split(",")] if isinstance(names, str) else list(names)
        rows.append([_row(names, value) for value in values])
    for chosen in itertools.product(*rows):
        given: dict[str, Any] = {}
        for part in chosen:
            given.update(part)
        yield name, function, given


def _row(names: list[str], value: Any) -> dict[str, Any]:
    value = (
        getattr(value, "values", value)
        if type(value).__name__ == "ParameterSet"
        else ((value,) if len(names) == 1 else value)
    )
    return dict(zip(names, value))  # noqa: B905 - of Python 3.8
