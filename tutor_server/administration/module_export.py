"""Write modules into a folder, in the form in which `read_modules` reads them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tutor_server.administration.module_files import GivenModule
    from tutor_server.storage.modules import Module

REFERENCE_FOLDER = "reference"


class ExportRefused(Exception):
    """A file is there already. The message names it."""


def write_modules(folder: Path, given: Sequence[GivenModule]) -> None:
    """Write a folder for each module: its Markdown file, and the files of its exercise beside it.

    No file is overwritten: raise `ExportRefused` if one exists. Raise `OSError` if a file cannot be written.
    """
    for one in given:
        module, exercise = one.module, one.exercise
        own = folder / module.id
        reference = [
            replace(file, name=f"{REFERENCE_FOLDER}/{file.name.replace('/', '_')}") for file in exercise.reference
        ]
        files = {
            "starter": [file.name for file in exercise.starter],
            "tests": [file.name for file in exercise.tests],
            "reference": [file.name for file in reference],
        }
        for file in (*exercise.starter, *exercise.tests, *reference):
            _write(own / file.name, file.content)
        _write(own / f"{module.id}.md", markdown_of(module, files))


def markdown_of(module: Module, files: Mapping[str, Sequence[str]] | None = None) -> str:
    """Return a module as Markdown with front matter; `files` are the names of its files by kind."""
    front: dict[str, Any] = {
        "title": module.title,
        "order": module.order,
        "objectives": list(module.objectives),
        "allowed_names": list(module.allowed_names),
        "max_hint_level": module.max_hint_level,
        "ladder": module.ladder and str(module.ladder),
        **(files or {}),
    }
    return f"---\n{_yaml(front)}---\n{module.statement}\n"


def _yaml(front: dict[str, Any]) -> str:
    import yaml  # noqa: PLC0415 - modules are rarely written, and the import takes 1 MB

    given = {name: value for name, value in front.items() if value not in (None, [])}
    text: str = yaml.safe_dump(given, allow_unicode=True, sort_keys=False)
    return text


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise ExportRefused(f"{path} exists already") from None
