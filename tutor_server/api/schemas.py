"""Models of JSON requests and responses."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from tutor_pedagogy.ladder.levels import MAX_STUDENT_LEVEL, MIN_STUDENT_LEVEL, HintLevel
from tutor_pedagogy.ladder.policy import Ladder
from tutor_protocol import Limit
from tutor_server.administration import module_files
from tutor_server.administration.exercise_files import GivenFile
from tutor_server.administration.module_files import GivenModule, ModuleContent, ModuleId, Order
from tutor_server.errors import ValidationFailed
from tutor_server.identity.passwords import MAX_PASSWORD_CHARACTERS

MIN_PASSWORD_CHARACTERS = 8
MAX_EMAIL_CHARACTERS = 254
"""The maximum number of characters of an e-mail address by RFC 5321 §4.5.3.1.3, without the angle brackets."""

MODULE_ID = re.compile(module_files.MODULE_ID)

NO_NUL = {"pattern": r"^[^\u0000]*$"}
"""The JSON Schema pattern of strings without NUL. Every body with NUL is refused, since PostgreSQL cannot store it."""

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_EMAIL = re.compile(rf"(?!.*=\?)[a-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL})*")
"""The e-mail format that browsers accept (HTML, valid e-mail address): ASCII, so that no two addresses look the same.

`=?` is not allowed, because it begins an encoded word (RFC 2047): a mail to `=?utf-8?q?ada?=@…` would go to `ada@…`.
"""


def _lower_case_email(value: str) -> str:
    if not value.isascii() or not _EMAIL.fullmatch(value := value.lower()):
        raise ValueError("is not an e-mail address")
    return value


def _whole(value: object) -> object:
    """Return an integer for a whole float such as 4.0, since JSON Schema counts both as integers."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def parse_email(text: str) -> str:
    """Return an e-mail address in lower case. Raise `ValueError` if the text is none."""
    if len(text) > MAX_EMAIL_CHARACTERS:
        raise ValueError("is too long")
    return _lower_case_email(text)


Email = Annotated[
    str,
    Field(
        max_length=MAX_EMAIL_CHARACTERS,
        json_schema_extra={"format": "email", "pattern": f"^{_EMAIL.pattern.replace('a-z', 'a-zA-Z')}$"},
    ),
    AfterValidator(_lower_case_email),
]
NewPassword = Annotated[
    SecretStr,
    Field(min_length=MIN_PASSWORD_CHARACTERS, max_length=MAX_PASSWORD_CHARACTERS, json_schema_extra=NO_NUL),
]
GivenPassword = Annotated[SecretStr, Field(max_length=MAX_PASSWORD_CHARACTERS, json_schema_extra=NO_NUL)]
GivenToken = Annotated[SecretStr, Field(max_length=512, json_schema_extra=NO_NUL)]
StudentLevel = Annotated[int, Field(strict=True, ge=MIN_STUDENT_LEVEL, le=MAX_STUDENT_LEVEL), BeforeValidator(_whole)]
MaxHintLevel = Annotated[
    int, Field(strict=True, ge=min(HintLevel).value, le=max(HintLevel).value), BeforeValidator(_whole)
]


class Body(BaseModel):
    """The base of all models of requests and responses."""

    model_config = ConfigDict(
        frozen=True, from_attributes=True, hide_input_in_errors=True, json_schema_serialization_defaults_required=True
    )


class Error(Body):
    """The error envelope, the same on every route.

    `retry_after` is in seconds; it and `limit` are present if a limit was exceeded. `error` is an error code of RFC
    8628, on the routes of device sign-in. `course_id` is the course that refused, if one did.
    """

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    detail: str
    code: str
    limit: Limit | None = None
    retry_after: int | None = None
    resets_at: datetime | None = None
    error: str | None = None
    course_id: UUID | None = None


class Registration(Body):
    """The body of `POST /api/auth/register`."""

    email: Email
    password: NewPassword
    programming_level: StudentLevel = 3
    maths_level: StudentLevel = 3


class Login(Body):
    """The body of `POST /api/auth/login`."""

    email: Email
    password: GivenPassword


class RefreshRequest(Body):
    """The body of `POST /api/auth/refresh` and `POST /api/auth/logout`."""

    refresh_token: GivenToken


class PasswordChange(Body):
    """The body of `POST /api/auth/password`."""

    current_password: GivenPassword
    new_password: NewPassword


class LevelsChange(Body):
    """The body of `PATCH /api/auth/me`; a field that is left out is not changed."""

    programming_level: StudentLevel | None = None
    maths_level: StudentLevel | None = None


class Me(Body):
    """An account, and the number of messages used today."""

    id: UUID
    email: str
    programming_level: int
    maths_level: int
    messages_today: int
    daily_message_cap: int
    resets_at: datetime


class Tokens(Body):
    """An access token and a refresh token; `expires_in` is the access token's lifetime in seconds (RFC 6749 §5.1)."""

    access_token: str
    refresh_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - a type of token, not a secret
    expires_in: int


class SignedIn(Tokens):
    """The response to a registration or a sign-in."""

    user: Me


class DeviceRequest(Body):
    """The body of `POST /api/auth/device` (RFC 8628 §3.1); `client_name` is shown to the student who approves."""

    client_id: str = ""
    client_name: str = ""


class DeviceTokenRequest(Body):
    """The form of `POST /api/auth/device/token` (RFC 8628 §3.4). A missing field causes OAuth's error code."""

    grant_type: str = ""
    device_code: str = Field(default="", repr=False)
    client_id: str = ""


class DevicePageAddress(Body):
    """The query of `GET /device`; the URL may contain the user code."""

    user_code: str = ""


class DevicePageForm(Body):
    """The form of `POST /device`. The page has several forms, which the handler distinguishes by their fields."""

    csrf: str = ""
    user_code: str = ""
    email: str | None = None
    password: SecretStr | None = None
    decision: str | None = None
    other: str | None = None


class AccountAddress(Body):
    """The query of the account pages: the user code of a device to return to, a link's token, and the last action."""

    user_code: str = ""
    token: str = ""
    done: str = ""


class SignOnStart(Body):
    """The query of `GET /auth/oidc/start`: where the browser goes on to, and the user code of a device.

    `page` is the page of the dashboard for the goal `admin`.
    """

    goal: Literal["account", "admin", "erase"] = "account"
    page: str = ""
    user_code: str = ""


class SignOnAnswer(Body):
    """The query with which an identity provider leads a browser back (OpenID Connect Core 1.0 §3.1.2.5, RFC 9207)."""

    code: str = Field(default="", repr=False, max_length=4096)
    state: str = Field(default="", max_length=100)
    iss: str | None = None
    error: str = ""


class LogoutForm(Body):
    """The form of `POST /auth/oidc/backchannel-logout`."""

    logout_token: str = Field(default="", repr=False)


class AccountForm(Body):
    """The fields of all forms of the account pages."""

    csrf: str = ""
    token: str = Field(default="", repr=False)
    email: str = ""
    password: SecretStr = SecretStr("")
    new_password: SecretStr = SecretStr("")
    again: SecretStr = SecretStr("")


class DeviceStarted(Body):
    """The response to `POST /api/auth/device` (RFC 8628 §3.2); times are in seconds."""

    device_code: str
    user_code: str
    verification_uri: str
    verification_uri_complete: str
    expires_in: int
    interval: int


class Health(Body):
    """The response to `GET /api/health` if the service works."""

    status: Literal["ok"] = "ok"
    database: Literal["connected"] = "connected"
    timestamp: datetime


class Unhealthy(Body):
    """The response to `GET /api/health` if the service does not work, with the fields of the error envelope."""

    status: Literal["unavailable"] = "unavailable"
    database: Literal["disconnected"] = "disconnected"
    timestamp: datetime
    detail: str
    code: Literal["DATABASE_UNAVAILABLE"] = "DATABASE_UNAVAILABLE"


class Session(Body):
    """A conversation."""

    id: UUID
    session_type: Literal["editor", "notebook"]
    course_id: UUID
    module_id: str | None
    created_at: datetime
    updated_at: datetime


class Sessions(Body):
    """A page of conversations, newest first."""

    items: list[Session]
    next: str | None


class Message(Body):
    """A message of a conversation; `code` is the function, class or module-level code that the student asked about."""

    id: UUID
    role: Literal["user", "assistant"]
    content: str
    code: str | None
    hint_level: int
    created_at: datetime


class Messages(Body):
    """A page of messages, oldest first."""

    items: list[Message]
    next: str | None


class Module(Body):
    """A learning module. `slug` names it in its course; in the course `default` it is the id."""

    id: str
    course_id: UUID
    slug: str
    title: str
    order: int
    statement: str
    objectives: list[str]
    allowed_names: list[str]
    max_hint_level: int | None
    ladder: Ladder | None


class Modules(Body):
    """A page of modules in their order."""

    items: list[Module]
    next: str | None


ProgressStatus = Literal["not_started", "in_progress", "completed"]


class ProgressChange(Body):
    """The body of `PUT /api/progress/{module_id}`."""

    status: ProgressStatus


class Progress(Body):
    """The caller's progress in a module."""

    module_id: str
    status: ProgressStatus
    updated_at: datetime


class ProgressList(Body):
    """A page of the caller's progress."""

    items: list[Progress]
    next: str | None


class ModuleFiles(Body):
    """The files of a module's exercise that students may see: those to start with, and the tests."""

    starter: list[GivenFile]
    tests: list[GivenFile]


class ModuleChange(ModuleContent, Body):
    """The body of `PUT /api/admin/modules/{module_id}`: the whole module; a field that is left out becomes empty.

    No route ever returns `reference`.
    """

    order: Annotated[Order, Field(strict=True), BeforeValidator(_whole)]

    def as_given(self, module_id: str) -> GivenModule:
        """Return the module, whose id is also its slug, with its files. Raise `ValidationFailed`."""
        try:
            return self.given(module_id)
        except ValueError as error:
            raise ValidationFailed(f"body: {error}.") from None


OwnLimit = Annotated[int, Field(strict=True, ge=1, le=100_000), BeforeValidator(_whole)]


class StudentOfEmail(Body):
    """The body of `POST /api/admin/limits/remove`."""

    email: Email


class StudentLimitsChange(Body):
    """The body of `PUT /api/admin/limits`; if a limit is left out, the general limit applies."""

    email: Email
    messages_per_minute: OwnLimit | None = None
    daily_messages: OwnLimit | None = None
    expires_at: AwareDatetime


class StudentLimits(Body):
    """A student's own limits; if a limit is null, the general limit applies."""

    email: str
    messages_per_minute: int | None
    daily_messages: int | None
    created_at: datetime
    expires_at: datetime


class StudentLimitsList(Body):
    """A page of students who have limits of their own, ordered by e-mail address."""

    items: list[StudentLimits]
    next: str | None


class SwitchChange(Body):
    """The body of `PUT /api/admin/switch`; without a module, for the whole tutor. Students see `message`."""

    is_off: Annotated[bool, Field(strict=True)]
    module_id: ModuleId | None = None
    message: Annotated[str, Field(max_length=300, json_schema_extra=NO_NUL)] = ""


class Off(Body):
    """A switched-off module, or the whole tutor if `module_id` is null."""

    module_id: str | None
    message: str
    since: datetime


class SwitchedOff(Body):
    """All switched-off modules, and the whole tutor if it is switched off."""

    items: list[Off]


class AdminAction(Body):
    """An audit log entry: channel (`api`, `page`, `command`), actor, address, and what is concerned.

    That is a student, a module or a course.
    """

    id: UUID
    at: datetime
    way: str
    actor: str
    address: str | None
    action: str
    user_id: UUID | None
    module_id: str | None
    course_id: UUID | None
    details: dict[str, Any]


class AdminActions(Body):
    """A page of the audit log, newest first."""

    items: list[AdminAction]
    next: str | None


class ModelUsage(Body):
    """The usage of one model. Money is in US dollars."""

    provider: str
    model: str
    calls: int
    input_tokens: int
    output_tokens: int
    estimated_cost_usd: float


class PeriodUsage(Body):
    """Usage in a period, whose end is exclusive. Calls without a known price are counted separately."""

    model_config = ConfigDict(serialize_by_alias=True)

    starts_at: datetime = Field(serialization_alias="from")
    ends_at: datetime = Field(serialization_alias="to")
    calls: int
    input_tokens: int
    output_tokens: int
    estimated_cost_usd: float
    unpriced_calls: int
    by_model: list[ModelUsage]
