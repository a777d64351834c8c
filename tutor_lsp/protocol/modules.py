"""The modules of the course, and their exercises."""

from __future__ import annotations

from collections.abc import Sequence

import attrs


@attrs.frozen(kw_only=True)
class ModulesArgument:
    """The argument of `tutor.modules`. If it names a document, the result includes the module of its folder."""

    uri: str | None = None


@attrs.frozen(kw_only=True)
class ModuleArgument:
    """A module of the course."""

    module_id: str


@attrs.frozen(kw_only=True)
class ChooseModule:
    """Choose a module for all asks from a folder. The server writes it into the folder's `.tutor.toml`."""

    folder: str
    """A `file:` URI."""
    module_id: str


@attrs.frozen(kw_only=True)
class StartExercise:
    """Lay the files of a module's exercise into a folder, and choose the module for it."""

    module_id: str
    folder: str
    """A `file:` URI. The folder is made if it does not exist."""


@attrs.frozen(kw_only=True)
class ExerciseStarted:
    """The files of an exercise are in a folder. `kept` are files of the student's that were left as they are."""

    title: str
    written: Sequence[str]
    kept: Sequence[str]
    message: str
    """One sentence for the student."""
    statement: str
    """The URI of the Markdown file with the exercise's statement."""
    program: str | None = None
    """The URI of the file to begin with, if the exercise has one."""


@attrs.frozen(kw_only=True)
class CourseModule:
    """A module of the course, with the student's progress."""

    id: str
    title: str
    status: str
    """`not_started`, `in_progress` or `completed`."""


@attrs.frozen(kw_only=True)
class ModuleList:
    """The modules of the course in their order. `chosen` is the id that `.tutor.toml` sets for the document."""

    modules: Sequence[CourseModule]
    chosen: str | None = None
