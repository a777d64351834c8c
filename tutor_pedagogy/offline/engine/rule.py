"""The base class of rules. A rule stands for one cause of errors in students' programs and has a stable name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from tutor_pedagogy.offline.engine.lesson import lesson_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

    from tutor_pedagogy.offline.engine.lesson import Lesson
    from tutor_protocol import ErrorType


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with its public name, such as `runtime.counted-from-one`. Its lesson is the Markdown file of that name."""

    name: str
    error_type: ErrorType

    @property
    def lesson(self) -> Lesson:
        """The lesson of the rule, read from its file at the first use."""
        return lesson_of(self.name)


_Rule = TypeVar("_Rule", bound=Rule)


def full_name(name: str, family: str) -> str:
    """Return a rule's public name: the given name, with the family and a dot before it if it has no family yet."""
    return name if "." in name else f"{family}.{name}"


def rules_of(modules: Iterable[ModuleType], class_: type[_Rule]) -> list[_Rule]:
    """Return every rule of a class that the modules define, in the order of their definitions."""
    return [value for module in modules for value in vars(module).values() if isinstance(value, class_)]
