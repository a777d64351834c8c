"""Learning modules from a folder of Markdown files: YAML front matter, then the problem statement.

    ---
    title: Loops
    order: 10
    objectives: [iterate over a list, stop a loop]
    allowed_names: [enumerate, zip]
    max_hint_level: 4
    ladder: attempts
    starter: loops.py
    tests: [test_loops.py, cases/1.in, cases/1.out]
    reference: solutions/loops.py
    ---
    Write a function that …

`starter`, `tests` and `reference` name files beside the Markdown file. Students get the first two, and never the last.
The file's name without `.md` is the module's id, unless the front matter has an `id`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from tutor_pedagogy.ladder.levels import HintLevel
from tutor_pedagogy.ladder.policy import Ladder
from tutor_server.administration.exercise_files import (
    FileNames,
    GivenFiles,
    exercise_of_files,
    read_beside,
    read_files,
    with_plain_line_ends,
)
from tutor_server.storage.course_models import DEFAULT_COURSE
from tutor_server.storage.module_files import Exercise
from tutor_server.storage.modules import Module

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path
    from uuid import UUID

MAX_STATEMENT_CHARACTERS = 20_000
_KINDS = ("starter", "tests", "reference")
MODULE_ID = r"^[a-z0-9][a-z0-9._-]{0,63}$"
"""The pattern of an id: characters that need no escaping in URLs and in `.tutor.toml`."""
_PARTS = re.compile(r"\A\ufeff?---[ \t]*\n(?P<front>.*?\n)---[ \t]*(?:\n(?P<statement>.*))?\Z", re.DOTALL)


def _ladder(name: Any) -> Any:
    """Return the policy of a name. Validation in strict mode accepts no plain text for it."""
    return Ladder(name) if isinstance(name, str) and name in list(Ladder) else name


ModuleId = Annotated[str, Field(pattern=MODULE_ID)]
Title = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\u0000]*$")]
Order = Annotated[int, Field(ge=-(2**31), lt=2**31)]
Statement = Annotated[str, Field(max_length=MAX_STATEMENT_CHARACTERS, pattern=r"^[^\u0000]*$")]
Objectives = Annotated[list[Annotated[str, Field(max_length=300, pattern=r"^[^\u0000]*$")]], Field(max_length=50)]
Names = Annotated[list[Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.]{0,63}$")]], Field(max_length=500)]
LadderName = Annotated[Ladder, BeforeValidator(_ladder)]
MaxHintLevel = Annotated[int, Field(ge=min(HintLevel).value, le=max(HintLevel).value)]


class ModuleFilesRefused(Exception):
    """A file is not a valid module. The message is one line that names the file."""


class _FrontMatter(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    id: ModuleId | None = None
    title: Title
    order: Order
    objectives: Objectives = Field(default_factory=list)
    allowed_names: Names = Field(default_factory=list)
    max_hint_level: MaxHintLevel | None = None
    ladder: LadderName | None = None
    starter: FileNames = Field(default_factory=list)
    tests: FileNames = Field(default_factory=list)
    reference: FileNames = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class GivenModule:
    """A module with the files of its exercise."""

    module: Module
    exercise: Exercise = field(default_factory=Exercise)
    names_files: bool = True
    """Whether the source says which files the module has. Front matter without their names does not."""


@dataclass(frozen=True, slots=True)
class MarkdownFile:
    """The Markdown file of a module. `beside` returns a file that its front matter names."""

    name: str
    content: bytes = field(repr=False)
    beside: Callable[[str], bytes]
    default_id: str = ""
    """The id unless the front matter has one; empty stands for the file's name without `.md`."""


class ModuleContent(BaseModel):
    """What a module is made of but its id: the texts, the rules and the files, with their bounds."""

    title: Title
    order: Order
    statement: Statement = ""
    objectives: Objectives = Field(default_factory=list)
    allowed_names: Names = Field(default_factory=list)
    max_hint_level: MaxHintLevel | None = None
    ladder: LadderName | None = None
    starter: GivenFiles = Field(default_factory=list)
    tests: GivenFiles = Field(default_factory=list)
    reference: Annotated[GivenFiles, Field(repr=False)] = Field(default_factory=list)

    def given(self, slug: str, course_id: UUID = DEFAULT_COURSE) -> GivenModule:
        """Return the module with its files; its id is the slug. Raise `ValueError`, whose message says why."""
        module = Module(
            id=slug,
            course_id=course_id,
            title=self.title,
            order=self.order,
            statement=self.statement,
            objectives=tuple(self.objectives),
            allowed_names=tuple(self.allowed_names),
            max_hint_level=self.max_hint_level,
            ladder=self.ladder,
        )
        return GivenModule(module, exercise_of_files(self.starter, self.tests, self.reference))


def read_modules(folder: Path) -> list[GivenModule]:
    """Return the modules from all `.md` files of a folder except `README.md`. Raise `ModuleFilesRefused`.

    A module may also have a folder of its own: `loops/loops.md`.
    """
    if not folder.is_dir():
        raise ModuleFilesRefused(f"{folder} is not a folder")
    modules = parse_modules(_on_disk(folder))
    if not modules:
        raise ModuleFilesRefused(f"{folder} has no Markdown files (.md)")
    return modules


def parse_modules(files: Iterable[MarkdownFile]) -> list[GivenModule]:
    """Return the modules of Markdown files except `README.md`. Raise `ModuleFilesRefused`."""
    modules, seen = [], dict[str, str]()
    for file in files:
        if file.name.lower() == "readme.md":
            continue
        try:
            default_id = file.default_id or file.name.removesuffix(".md")
            given = parse_module(file.content.decode("utf-8"), default_id, file.beside)
        except ValueError as error:  # UnicodeDecodeError is a subclass of ValueError.
            reason = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
            raise ModuleFilesRefused(f"{file.name}: {reason}") from None
        module_id = given.module.id
        if module_id in seen:
            raise ModuleFilesRefused(f"{file.name}: has the id of {seen[module_id]}, {module_id}")
        seen[module_id] = file.name
        modules.append(given)
    return modules


def parse_module(text: str, default_id: str, beside: Callable[[str], bytes]) -> GivenModule:
    """Return the module in one file's text, with the files beside it, which `beside` returns by name.

    Raise `ValueError`, whose message says what is wrong.
    """
    module, names = parse_text(text, default_id)
    files = {kind: read_files(beside, names.get(kind, []), kind) for kind in _KINDS}
    exercise = exercise_of_files(files["starter"], files["tests"], files["reference"])
    return GivenModule(module, exercise, names_files=bool(names))


def parse_text(text: str, default_id: str) -> tuple[Module, Mapping[str, FileNames]]:
    """Return the module in one file's text, and the names of its files by kind, of which it may say nothing.

    Raise `ValueError`, whose message says what is wrong.
    """
    import yaml  # noqa: PLC0415 - modules are rarely read, and the import takes 1 MB

    parts = _PARTS.match(with_plain_line_ends(text))
    if parts is None:
        raise ValueError("does not begin with front matter between two lines of ---")
    try:
        front: Any = yaml.safe_load(parts["front"])
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 2}: " if mark else ""
        raise ValueError(f"{where}the front matter is not YAML") from None
    except RecursionError:
        raise ValueError("the front matter is nested too deeply") from None
    try:
        given = _FrontMatter.model_validate(front)
        statement = (parts["statement"] or "").strip()
        if len(statement) > MAX_STATEMENT_CHARACTERS or "\0" in statement:
            raise ValueError(f"the statement is longer than {MAX_STATEMENT_CHARACTERS:,} characters, or holds NUL")
        if not re.match(MODULE_ID, given.id or default_id):
            raise ValueError("the file's name is no module id (a-z, 0-9, . _ -); give one as id")
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise ValueError(f"{'.'.join(map(str, first['loc'])) or 'front matter'}: {first['msg']}") from None
    module = Module(
        id=given.id or default_id,
        title=given.title,
        order=given.order,
        statement=statement,
        objectives=tuple(given.objectives),
        allowed_names=tuple(given.allowed_names),
        max_hint_level=given.max_hint_level,
        ladder=given.ladder,
    )
    names = {"starter": given.starter, "tests": given.tests, "reference": given.reference}
    return module, {kind: listed for kind, listed in names.items() if kind in given.model_fields_set}


def _on_disk(folder: Path) -> Iterator[MarkdownFile]:
    own = (path / f"{path.name}.md" for path in folder.iterdir() if path.is_dir())
    for file in sorted([*folder.glob("*.md"), *(path for path in own if path.is_file())]):
        try:
            content = file.read_bytes()
        except OSError as error:
            raise ModuleFilesRefused(f"{file.name}: {error}") from None
        yield MarkdownFile(file.name, content, partial(read_beside, file.parent))
