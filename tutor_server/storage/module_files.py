"""The files of exercises. Only the guard reads a reference: a route, a page and an export never do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import bindparam, delete, insert, select

from tutor_server.storage.models import ModuleFile
from tutor_server.storage.statement import Query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

Kind = Literal["starter", "tests", "reference"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseFile:
    """A file of an exercise. `name` is a path relative to the student's folder, with `/`."""

    name: str
    content: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """The files of a module: those that a student starts with, the tests that students may see, and a solution."""

    starter: tuple[ExerciseFile, ...] = ()
    tests: tuple[ExerciseFile, ...] = ()
    reference: tuple[ExerciseFile, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A solution, and the texts of the exercise that the student has, for the guard."""

    solution: tuple[str, ...] = field(default=(), repr=False)
    shown: tuple[str, ...] = field(default=(), repr=False)


def _row(*row: Any) -> tuple[Kind, str]:
    kind, content = row
    return kind, content


_CONTENTS: Query[tuple[Kind, str]] = Query(
    lambda _: select(ModuleFile.kind, ModuleFile.content).where(ModuleFile.module_id == bindparam("module")), _row
)


def save_exercise(connection: Connection, module_id: str, exercise: Exercise) -> None:
    """Replace all files of a module."""
    connection.execute(delete(ModuleFile).where(ModuleFile.module_id == module_id))
    kinds: tuple[tuple[Kind, Sequence[ExerciseFile]], ...] = (
        ("starter", exercise.starter),
        ("tests", exercise.tests),
        ("reference", exercise.reference),
    )
    rows = [
        {"module_id": module_id, "kind": kind, "name": file.name, "position": position, "content": file.content}
        for kind, files in kinds
        for position, file in enumerate(files)
    ]
    if rows:
        connection.execute(insert(ModuleFile), rows)


def exercise_of(connection: Connection, module_id: str, *, with_reference: bool = False) -> Exercise:
    """Return the files of a module in their order. The reference is only for the operator's own export."""
    query = (
        select(ModuleFile.kind, ModuleFile.name, ModuleFile.content)
        .where(ModuleFile.module_id == module_id)
        .order_by(ModuleFile.kind, ModuleFile.position)
    )
    if not with_reference:
        query = query.where(ModuleFile.kind != "reference")
    files: dict[str, list[ExerciseFile]] = {"starter": [], "tests": [], "reference": []}
    for kind, name, content in connection.execute(query):
        files[kind].append(ExerciseFile(name=name, content=content))
    return Exercise(starter=tuple(files["starter"]), tests=tuple(files["tests"]), reference=tuple(files["reference"]))


def reference_of(connection: Connection, module_id: str) -> Reference | None:
    """Return the reference of a module for the guard, or None if it has none."""
    found = _CONTENTS.all(connection, {"module": module_id})
    solution = tuple(content for kind, content in found if kind == "reference")
    shown = tuple(content for kind, content in found if kind != "reference")
    return Reference(solution=solution, shown=shown) if solution else None
