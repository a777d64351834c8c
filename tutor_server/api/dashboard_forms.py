"""Queries and forms of the dashboard's pages."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from tutor_server.api.bodies import UploadedFiles  # noqa: TC001 - pydantic reads it
from tutor_server.api.schemas import Body, GivenToken

DAYS = (7, 30, 90)

Short = Annotated[str, Field(max_length=300)]


class Address(Body):
    """The query of a page: the days that its figures cover, where a sign-in leads, the last action, and a place."""

    days: Annotated[int, Field(ge=1, le=366)] = 30
    goal: str = ""
    done: str = ""
    after: str = ""
    email: str = ""


class Form(Body):
    """The fields that all forms of the dashboard have."""

    csrf: str = ""


class SignIn(Form):
    """The form of `POST /admin/sign-in`: an account's address and password, or the admin key."""

    goal: str = ""
    email: str | None = None
    password: SecretStr = SecretStr("")
    key: GivenToken = SecretStr("")


class Switch(Form):
    """The form of `POST /admin/switch`; an empty module id stands for the whole tutor."""

    is_off: Literal["yes", "no"] = "yes"
    module_id: Annotated[str, Field(max_length=64)] = ""
    message: Short = ""


class CourseSwitch(Form):
    """The form that switches a course off or on. Students read the reason."""

    is_off: Literal["yes", "no"] = "yes"
    reason: Short = ""


class CourseSettings(Form):
    """The settings of a course as a person writes them; an empty field stands for the service's own limit."""

    title: str = ""
    slug: str = ""
    starts: str = ""
    ends: str = ""
    ladder: str = ""
    max_hint_level: str = ""
    messages_per_minute: str = ""
    daily_message_cap: str = ""
    daily_budget_usd: str = ""
    monthly_budget_usd: str = ""
    providers: str = ""


class NewMember(Form):
    """The form that adds a member, or changes the role of one."""

    email: str = ""
    role: str = "student"


class JoinCode(Form):
    """The form that makes a new join code, with the last day on which it opens the course, or takes the code away."""

    action: Literal["make", "close"] = "make"
    expires_on: str = ""


class Roster(Form):
    """A roster, as a file or pasted into the page."""

    file: bytes = Field(default=b"", repr=False)
    text: str = Field(default="", repr=False)


class MemberLimits(Form):
    """The form that sets the limits of one member until the end of a day (UTC)."""

    messages_per_minute: str = ""
    daily_messages: str = ""
    until: str = ""


class ModuleText(Form):
    """The form of a module, with what its buttons do. Objectives stand on a line each, names between commas."""

    action: Literal["preview", "save"] = "save"
    slug: str = ""
    title: str = ""
    order: str = ""
    statement: str = ""
    objectives: str = ""
    allowed_names: str = ""
    max_hint_level: str = ""
    ladder: str = ""


class ModuleUpload(Form):
    """Modules as files, or one as Markdown pasted into the page, and its slug in the course."""

    slug: str = ""
    files: UploadedFiles = Field(default=(), repr=False)
    text: str = Field(default="", repr=False)
