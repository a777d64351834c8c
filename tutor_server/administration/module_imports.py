"""Imports several modules into a course at once, and lists what that changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from tutor_server.storage.memberships import Role, require_membership
from tutor_server.storage.module_files import exercise_of
from tutor_server.storage.modules import module_named

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from tutor_server.administration.courses import CourseAdministration
    from tutor_server.administration.module_files import GivenModule
    from tutor_server.administration.service import Actor
    from tutor_server.storage.courses import StoredCourse
    from tutor_server.storage.module_files import Exercise, ExerciseFile, Kind
    from tutor_server.storage.modules import Module

How = Literal["added", "changed", "removed"]
_TEXTS = ("title", "order", "statement", "objectives", "allowed_names", "max_hint_level", "ladder")


@dataclass(frozen=True, slots=True)
class FileChange:
    """What became of a file of an exercise. A reference has no name here, since pages do not tell about it."""

    kind: Kind
    name: str
    how: How


@dataclass(frozen=True, slots=True)
class ImportedModule:
    """A module of an import: whether it is new, and the fields and files that are different now."""

    slug: str
    title: str
    is_new: bool
    fields: tuple[str, ...]
    files: tuple[FileChange, ...]

    @property
    def outcome(self) -> str:
        """What became of the module in one word."""
        if self.is_new:
            return "made"
        return "changed" if self.fields or self.files else "unchanged"


async def import_modules(
    courses: CourseAdministration, actor: Actor, reference: str, given: Sequence[GivenModule]
) -> Sequence[ImportedModule]:
    """Create modules of a course, or change those with the same slugs: all of them or none.

    The files of a module stay if its source names none. Raise `NotFound`.
    """

    def unit(connection: Connection) -> Sequence[ImportedModule]:
        course = require_membership(connection, actor.user_id, reference, Role.INSTRUCTOR).course
        return [_imported(courses, connection, actor, course, one) for one in given]

    return await courses.administration.commit("modules_imported", unit)


def _imported(
    courses: CourseAdministration, connection: Connection, actor: Actor, course: StoredCourse, given: GivenModule
) -> ImportedModule:
    before = module_named(connection, (course.id,), given.module.slug)
    old = None if before is None else exercise_of(connection, before.id, with_reference=True)
    if old is not None and not given.names_files:
        given = replace(given, exercise=old)
    result = _compared(before, old, given)
    if result.outcome != "unchanged":
        courses.store_module(connection, actor, course, given)
    return result


def _compared(before: Module | None, old: Exercise | None, given: GivenModule) -> ImportedModule:
    after, new = given.module, given.exercise
    return ImportedModule(
        slug=after.slug,
        title=after.title,
        is_new=before is None,
        fields=()
        if before is None
        else tuple(name for name in _TEXTS if getattr(before, name) != getattr(after, name)),
        files=(
            *_files("starter", () if old is None else old.starter, new.starter),
            *_files("tests", () if old is None else old.tests, new.tests),
            *_reference(() if old is None else old.reference, new.reference),
        ),
    )


def _files(kind: Kind, before: Sequence[ExerciseFile], after: Sequence[ExerciseFile]) -> Iterator[FileChange]:
    old, new = ({file.name: file.content for file in files} for files in (before, after))
    for name, content in new.items():
        if old.get(name) != content:
            yield FileChange(kind, name, "changed" if name in old else "added")
    for name in old:
        if name not in new:
            yield FileChange(kind, name, "removed")


def _reference(before: Sequence[ExerciseFile], after: Sequence[ExerciseFile]) -> Iterator[FileChange]:
    if before != after:
        yield FileChange("reference", "", "changed" if before and after else "added" if after else "removed")
