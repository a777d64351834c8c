"""Models of JSON requests and responses about courses."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StringConstraints

from tutor_pedagogy.ladder.policy import Ladder  # noqa: TC001 - pydantic reads the annotations at run time
from tutor_server.administration.join_codes import PATTERN, normalised
from tutor_server.administration.module_files import LadderName, ModuleId, Title
from tutor_server.administration.roster import Outcome  # noqa: TC001 - pydantic reads the annotations at run time
from tutor_server.api.schemas import NO_NUL, Body, MaxHintLevel, OwnLimit, PeriodUsage

RoleName = Literal["student", "assistant", "instructor"]


def _no_id(slug: str) -> str:
    try:
        UUID(slug)
    except ValueError:
        return slug
    raise ValueError("looks like an id: a course is found by its id or its slug")


Slug = Annotated[ModuleId, AfterValidator(_no_id)]
"""The slug of a course has the same alphabet as a module's: characters that need no escaping in URLs and files."""
Moment = Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(3000, 1, 1, tzinfo=UTC))]
"""A time that both databases can store in UTC."""
Reason = Annotated[str, Field(max_length=300, json_schema_extra=NO_NUL)]
JoinCode = Annotated[
    str, BeforeValidator(lambda code: normalised(code) if isinstance(code, str) else code), Field(pattern=PATTERN)
]


def _as_float(value: object) -> object:
    """Return a whole number as a float, since JSON Schema counts both as numbers."""
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


Dollars = Annotated[float, Field(strict=True, gt=0, le=1_000_000), BeforeValidator(_as_float)]
ProviderName = Annotated[str, StringConstraints(max_length=32, pattern=r"^[^\u0000]*$")]
Providers = Annotated[list[ProviderName], Field(min_length=1, max_length=20)]


class CourseChange(Body):
    """The body of `PATCH /api/courses/{id}`: a field that is left out is not changed; null: the service's limit."""

    slug: Slug | None = None
    title: Title | None = None
    starts: Moment | None = None
    ends: Moment | None = None
    ladder: LadderName | None = None
    max_hint_level: MaxHintLevel | None = None
    messages_per_minute: OwnLimit | None = None
    daily_message_cap: OwnLimit | None = None
    daily_budget_usd: Dollars | None = None
    monthly_budget_usd: Dollars | None = None
    providers: Providers | None = None
    off: Annotated[bool, Field(strict=True)] | None = None
    off_reason: Reason | None = None
    join_code: JoinCode | None = None
    join_code_expires_at: Moment | None = None


class NewCourse(CourseChange):
    """The body of `POST /api/admin/courses`. Without a join code one is made; null means that there is none."""

    slug: Slug
    title: Title


class JoinCourse(Body):
    """The body of `POST /api/courses/join`."""

    code: Annotated[str, Field(max_length=64, json_schema_extra=NO_NUL)]


class LeaveCourse(Body):
    """The body of `POST /api/courses/leave`: the id or the slug of the course."""

    course: Annotated[str, Field(max_length=64, json_schema_extra=NO_NUL)]


class NewJoinCode(Body):
    """The body of `POST /api/courses/{id}/join-code`."""

    expires_at: Moment | None = None


class CourseSwitch(Body):
    """The body of `POST /api/courses/{id}/switch`. Students see the reason."""

    off: Annotated[bool, Field(strict=True)]
    reason: Reason = ""


class Course(Body):
    """A course. A limit that is null is the service's. The join code is shown to instructors and operators only."""

    id: UUID
    slug: str
    title: str
    starts: datetime | None
    ends: datetime | None
    ladder: Ladder | None
    max_hint_level: int | None
    messages_per_minute: int | None
    daily_message_cap: int | None
    daily_budget_usd: float | None
    monthly_budget_usd: float | None
    providers: list[str] | None
    off: bool
    off_reason: str
    join_code: str | None
    join_code_expires_at: datetime | None
    role: Literal["student", "assistant", "instructor", "operator"]


class OwnCourse(Course):
    """A course of the caller's, and how many messages the caller may still send in it today."""

    remaining_today: int


class OwnCourses(Body):
    """A page of the caller's courses, ordered by slug."""

    items: list[OwnCourse]
    next: str | None


class Courses(Body):
    """A page of courses, ordered by slug."""

    items: list[Course]
    next: str | None


class RoleChange(Body):
    """The body of `PUT /api/courses/{id}/members/{email}`."""

    role: RoleName


class Member(Body):
    """A member of a course. `joined_at` is null until the address has a confirmed account."""

    email: str
    role: RoleName
    joined_at: datetime | None


class Members(Body):
    """A page of members, ordered by e-mail address."""

    items: list[Member]
    next: str | None


class RosterRow(Body):
    """What became of a row of a roster, by its line in the file. `reason` says why it was refused."""

    line: int
    email: str
    role: RoleName
    outcome: Outcome
    reason: str | None


class Roster(Body):
    """What became of a roster. Unless `applied`, no row was carried out: `outcome` says what would become of it."""

    applied: bool
    rows: list[RosterRow]


class CourseUsage(Body):
    """The sum of a course's usage in a period. `slug` is null for calls that belong to no course."""

    course_id: UUID
    slug: str | None
    calls: int
    input_tokens: int
    output_tokens: int
    estimated_cost_usd: float
    unpriced_calls: int


class CoursesPeriodUsage(PeriodUsage):
    """Usage in a period, also by course."""

    by_course: list[CourseUsage]


class UsageByCourse(Body):
    """The current UTC day, ISO week and month."""

    day: CoursesPeriodUsage
    week: CoursesPeriodUsage
    month: CoursesPeriodUsage
