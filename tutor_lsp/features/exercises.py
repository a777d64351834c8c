"""Start an exercise of the course in a folder."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pygls.uris import to_fs_path

from tutor_lsp import protocol
from tutor_lsp.features.base import Feature
from tutor_lsp.features.modules import in_course
from tutor_lsp.lsp.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor_lsp.features.base import Handler
    from tutor_lsp.tutors.choice import TutorChoice


class Exercises(Feature):
    """Feature: the command `tutor.start`."""

    def __init__(self, choice: TutorChoice) -> None:
        self._choice = choice

    def commands(self) -> Mapping[str, Handler]:
        """Return the handlers of the commands."""
        return {protocol.START: self.start}

    async def start(self, argument: protocol.StartExercise) -> protocol.ExerciseStarted:
        """Lay the files of an exercise into a folder (command `tutor.start`). No file of the student's is overwritten.

        Raise `Refused` without a course or such a module, or if the folder cannot be used.
        """
        from tutor_lsp.tutors.course import start_exercise  # noqa: PLC0415 - needed only in a course

        path = to_fs_path(argument.folder) if urlsplit(argument.folder).scheme == "file" else None
        if path is None:
            raise Refused("An exercise can be started in a folder on your disk only.")
        folder = Path(path)
        start = partial(start_exercise, module_id=argument.module_id, folder=folder)
        exercise, laid = await in_course(self._choice, start)
        programs = [name for name, _ in exercise.starter if name.endswith(".py")]
        return protocol.ExerciseStarted(
            title=" ".join(exercise.title.split()),
            written=laid.written,
            kept=laid.kept,
            message=laid.summary,
            statement=(folder / f"{argument.module_id}.md").absolute().as_uri(),
            program=(folder / programs[0]).absolute().as_uri() if programs else None,
        )
