"""Imports: bind the names of modules and of their members, and predict ImportErrors of known modules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.offline.foresight import libraries
from tutor_pedagogy.offline.foresight.predicted import PredictedException
from tutor_pedagogy.offline.foresight.value_types import ANY, Type

if TYPE_CHECKING:
    import ast

    from tutor_pedagogy.offline.foresight.frame import Frame

_MODULES = frozenset(("math", "random", "time", libraries.NUMPY))


def import_modules(frame: Frame, node: ast.Import) -> None:
    """Record the types of the names that an `import` binds."""
    for alias in node.names:
        name = alias.name if alias.asname else alias.name.partition(".")[0]
        frame.names[alias.asname or name] = Type("module", of=name) if name in _MODULES else ANY


def import_names(frame: Frame, node: ast.ImportFrom) -> None:
    """Record the types of the names that a `from … import` binds, and predict an ImportError for a missing name."""
    module = node.module or ""
    for alias in node.names:
        if alias.name == "*":
            continue
        type_ = libraries.of_module(module, alias.name) if module in _MODULES and not node.level else ANY
        if isinstance(type_, PredictedException):
            message = f"cannot import name '{alias.name}' from '{module}' (unknown location)"
            type_ = frame.predict(node, PredictedException("ImportError", message))
        frame.names[alias.asname or alias.name] = type_
