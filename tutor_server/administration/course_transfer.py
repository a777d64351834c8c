"""A course as one JSON document: its settings, modules and members. It holds no secret, costs or students' work.

The modules have their files, also the references, which are the operator's own.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tutor_pedagogy.ladder.policy import Ladder
from tutor_server.administration.module_files import GivenModule, MaxHintLevel, ModuleContent, ModuleId, Title
from tutor_server.storage.memberships import ROLES
from tutor_server.storage.spending import Budgets

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from tutor_server.storage.courses import StoredCourse
    from tutor_server.storage.members import Member
    from tutor_server.storage.memberships import Role

Limit = Annotated[int, Field(ge=1, le=100_000)]
Nanodollars = Annotated[int, Field(ge=0, lt=2**63)]


class TransferRefused(ValueError):
    """The document is no course. The message is one line that names the field."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class _WithSlug(_Part):
    slug: ModuleId


class TransferredModule(ModuleContent, _WithSlug):
    """A module, by its slug, with the files of its exercise."""


class TransferredMember(_Part):
    """A member with the role."""

    email: Annotated[str, Field(max_length=254)]
    role: Literal["student", "assistant", "instructor"]


class TransferredCourse(_Part):
    """The document. The join code is a secret, so an imported course gets a new one."""

    version: Literal[1] = 1
    slug: ModuleId
    title: Title
    starts: datetime | None = None
    ends: datetime | None = None
    ladder: Ladder | None = None
    max_hint_level: MaxHintLevel | None = None
    messages_per_minute: Limit | None = None
    daily_message_cap: Limit | None = None
    daily_budget_nanodollars: Nanodollars | None = None
    monthly_budget_nanodollars: Nanodollars | None = None
    providers: list[Annotated[str, Field(max_length=32)]] | None = None
    modules: list[TransferredModule] = Field(default_factory=list)
    members: list[TransferredMember] = Field(default_factory=list)

    def changed(self, course: StoredCourse) -> StoredCourse:
        """Return a course with the settings of this document. Its id, slug, switch and join code stay."""
        return replace(
            course,
            title=self.title,
            starts=self.starts,
            ends=self.ends,
            ladder=self.ladder,
            max_hint_level=self.max_hint_level,
            messages_per_minute=self.messages_per_minute,
            daily_message_cap=self.daily_message_cap,
            budgets=Budgets(self.daily_budget_nanodollars, self.monthly_budget_nanodollars),
            providers=None if self.providers is None else tuple(self.providers),
        )

    def given_modules(self, course_id: UUID) -> list[GivenModule]:
        """Return the modules with their files. Raise `TransferRefused`."""
        return [_given(module, course_id) for module in self.modules]

    def roles(self) -> Mapping[str, Role]:
        """Return the members' roles by address."""
        return {member.email.lower(): ROLES[member.role] for member in self.members}


def export_course(course: StoredCourse, modules: Iterable[GivenModule], members: Iterable[Member]) -> str:
    """Return a course as a document."""
    document = TransferredCourse.model_validate(
        {
            "slug": course.slug,
            "title": course.title,
            "starts": course.starts,
            "ends": course.ends,
            "ladder": course.ladder,
            "max_hint_level": course.max_hint_level,
            "messages_per_minute": course.messages_per_minute,
            "daily_message_cap": course.daily_message_cap,
            "daily_budget_nanodollars": course.budgets.daily,
            "monthly_budget_nanodollars": course.budgets.monthly,
            "providers": course.providers and list(course.providers),
            "modules": [
                _without(asdict(given.module), "id", "course_id") | asdict(given.exercise) for given in modules
            ],
            "members": [{"email": member.email, "role": member.role} for member in members],
        }
    )
    return document.model_dump_json(indent=2)


def parse_course(text: str) -> TransferredCourse:
    """Return the course in a document. Raise `TransferRefused`."""
    try:
        return TransferredCourse.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the document"
        raise TransferRefused(f"{where}: {first['msg']}") from None


def _given(module: TransferredModule, course_id: UUID) -> GivenModule:
    try:
        return module.given(module.slug, course_id)
    except ValueError as error:
        raise TransferRefused(f"modules: {module.slug}: {error}") from None


def _without(values: dict[str, object], *names: str) -> dict[str, object]:
    return {name: value for name, value in values.items() if name not in names}
