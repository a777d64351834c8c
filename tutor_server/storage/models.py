"""Every table of the service. Statements are SQLAlchemy Core over these tables; no session, no lazy loading."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tutor_server.storage.base import Base
from tutor_server.storage.course_models import (
    IN_DEFAULT_COURSE,
    OVER_ALL_COURSES,
    Course,
    CourseDailyUsage,
    CourseMember,
    CourseSpending,
)
from tutor_server.storage.lti_models import LtiContext, LtiDeployment, LtiLaunch, LtiMember, LtiPlatform, LtiUser

__all__ = [
    "Base",
    "Course",
    "CourseDailyUsage",
    "CourseMember",
    "CourseSpending",
    "LtiContext",
    "LtiDeployment",
    "LtiLaunch",
    "LtiMember",
    "LtiPlatform",
    "LtiUser",
]

_CASCADE = "CASCADE"
_SET_NULL = "SET NULL"


OPEN_CALLS = text("state IN ('reserved', 'sent')")
"""The condition of the partial index of calls under way. It is literal SQL, since databases cannot match a query
with bind parameters to the index."""


class User(Base):
    """An account. `subject` is a keyed hash of the e-mail address; it keys the daily counts, also after deletion.

    An empty `password_hash` matches no password: the account's owner was invited and has not chosen one yet.
    `confirmed_at` is null until the owner of the address has confirmed it. An operator stands above courses;
    `is_operator` is set by a sign-in at the identity provider, as `TUTOR_OPERATORS` says.
    """

    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    subject: Mapped[str] = mapped_column(String(64), index=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    programming_level: Mapped[int] = mapped_column(default=3)
    maths_level: Mapped[int] = mapped_column(default=3)
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    is_operator: Mapped[bool] = mapped_column(server_default=false())


class SignInIdentity(Base):
    """An identity at an identity provider (OpenID Connect `iss` and `sub`) with which an account can be signed in to.

    `verified_email` is the address that the provider said belongs to the person, at the latest sign-in; else null.
    """

    __tablename__ = "sign_in_identities"

    issuer: Mapped[str] = mapped_column(String(512), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete=_CASCADE), index=True)
    verified_email: Mapped[str | None] = mapped_column(String(254))
    created_at: Mapped[datetime]
    signed_in_at: Mapped[datetime]


class ProviderSession(Base):
    """A session at an identity provider (`sid`) from which an account was signed in to, so that its end can end that.

    Back-channel logout (OpenID Connect Back-Channel Logout 1.0) may name the session alone.
    """

    __tablename__ = "provider_sessions"

    issuer: Mapped[str] = mapped_column(String(512), primary_key=True)
    sid: Mapped[str] = mapped_column(String(255), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete=_CASCADE), index=True)
    created_at: Mapped[datetime] = mapped_column(index=True)


class OneTimeToken(Base):
    """The secret of a link that was mailed or printed, stored as a hash. Using it once deletes the row.

    `purpose` is `confirm`, `reset` or `invite`. `browser_hash` identifies the browser in which the account was made.
    """

    __tablename__ = "one_time_tokens"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete=_CASCADE), index=True)
    purpose: Mapped[str] = mapped_column(String(16))
    browser_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class PageSession(Base):
    """A browser that is signed in to the account pages, identified by the hash of its cookie's secret."""

    __tablename__ = "page_sessions"

    browser_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete=_CASCADE), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class RefreshToken(Base):
    """One refresh token of a sign-in (`family_id`), stored as a hash. Rotated tokens stay, so that reuse is noticed."""

    __tablename__ = "refresh_tokens"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    family_id: Mapped[UUID] = mapped_column(index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete=_CASCADE), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    rotated_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class EndedSignIn(Base):
    """A sign-in that has ended while its access tokens may still be valid. Every process polls this table."""

    __tablename__ = "ended_sign_ins"

    family_id: Mapped[UUID] = mapped_column(primary_key=True)
    ended_at: Mapped[datetime]


class DeviceAuthorization(Base):
    """A device that asks to be signed in (RFC 8628), until it is signed in or deleted.

    `state` is `pending`, `approved` or `denied`. `user_id` is the user who signed in to decide; `browser_hash`
    identifies the user's browser.
    """

    __tablename__ = "device_authorizations"

    device_code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    user_code: Mapped[str] = mapped_column(String(8), unique=True)
    client_name: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete=_CASCADE), index=True)
    browser_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    interval_seconds: Mapped[int]
    polled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class ChatSession(Base):
    """A conversation of a student, of one type (`editor`, `notebook`) and at most one module."""

    __tablename__ = "chat_sessions"
    __table_args__ = (Index(None, "user_id", "session_type"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete=_CASCADE))
    session_type: Mapped[str] = mapped_column(String(16))
    course_id: Mapped[UUID] = mapped_column(server_default=IN_DEFAULT_COURSE)
    module_id: Mapped[str | None] = mapped_column(ForeignKey("learning_modules.id", ondelete=_SET_NULL))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ChatMessage(Base):
    """A message: the student's question with the unit of code that it is about (`user`), or an answer (`assistant`)."""

    __tablename__ = "chat_messages"
    __table_args__ = (Index(None, "session_id", "created_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("chat_sessions.id", ondelete=_CASCADE))
    role: Mapped[str] = mapped_column(String(16))
    content: Mapped[str] = mapped_column(Text)
    code: Mapped[str | None] = mapped_column(Text)
    hint_level: Mapped[int]
    created_at: Mapped[datetime]


class Problem(Base):
    """A version of a unit of a student's code, and the hint level of the problem that it begins.

    `fingerprint` identifies the version: it is `code_fingerprint`, or a hash of that and of the reported error if the
    same code was asked about with another error before. A version that is an attempt at an earlier version's problem
    has that version's id as `root_id`; its own `hint_level` is not used. `has_effort` is whether an effort is banked.
    `unit` is a hash of the kind and qualified name of the unit. `snapshot` is what the next ask is compared with; it
    holds digests of lines and no code.
    """

    __tablename__ = "problems"
    __table_args__ = (
        UniqueConstraint("user_id", "fingerprint"),
        Index(None, "user_id", "code_fingerprint"),
        Index(None, "user_id", "unit", "updated_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete=_CASCADE))
    fingerprint: Mapped[str] = mapped_column(String(64))
    code_fingerprint: Mapped[str] = mapped_column(String(64), server_default="")
    root_id: Mapped[UUID | None]
    hint_level: Mapped[int]
    has_effort: Mapped[bool] = mapped_column(server_default=false())
    unit: Mapped[str | None] = mapped_column(String(32))
    snapshot: Mapped[dict[str, Any] | None]
    updated_at: Mapped[datetime]


class SeenRun(Base):
    """A run of a student's program or tests that came with an ask. Each run counts as an effort once."""

    __tablename__ = "seen_runs"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete=_CASCADE), primary_key=True)
    run_id: Mapped[UUID] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(index=True)


class Ask(Base):
    """One ask from acceptance to its outcome.

    `id` is sent to the client as `message_id`, and is also the id of the message that stores the answer.

    `state` is `running`, `done`, `failed` (after some text), `cancelled` or `released` (failed before any text: the
    request id can be used again). `topic` is the offline tutor's rule that explains the error in the program,
    `finding_line` its line from 1 and `finding_certainty` how sure the tutor is of it.
    `edit` is the edit that the answer shows at the highest level: `lines`, from the first to the one behind it, from 0
    in the ask's code, and the `text` that takes their place. It is null if the operator does not store code.
    `said` holds digests of the answer's sentences, so that none of the offline tutor's is said twice in a session.
    `was_cut` is whether the model stopped before its own end, such as at the maximum length.
    `delta_ends` holds the offset in the answer at which each delta ended, so that a replay numbers the deltas as the
    first time.
    """

    __tablename__ = "asks"
    __table_args__ = (
        UniqueConstraint("user_id", "request_id"),
        Index(None, "created_at"),
        Index(
            "ix_asks_running",
            "owner",
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete=_CASCADE))
    request_id: Mapped[UUID]
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("chat_sessions.id", ondelete=_CASCADE), index=True)
    problem_id: Mapped[UUID] = mapped_column(ForeignKey("problems.id", ondelete=_CASCADE), index=True)
    module_id: Mapped[str | None] = mapped_column(String(64))
    course_id: Mapped[UUID] = mapped_column(server_default=IN_DEFAULT_COURSE)
    state: Mapped[str] = mapped_column(String(16))
    owner: Mapped[str] = mapped_column(String(32))
    hint_level: Mapped[int]
    max_hint_level: Mapped[int]
    level_raised: Mapped[bool]
    error_type: Mapped[str] = mapped_column(String(16))
    purpose: Mapped[str | None] = mapped_column(String(16))
    change: Mapped[str | None] = mapped_column(String(8))
    follow_up_to: Mapped[UUID | None]
    topic: Mapped[str | None] = mapped_column(String(64))
    finding_line: Mapped[int | None]
    finding_certainty: Mapped[str | None] = mapped_column(String(16))
    edit: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    remaining_today: Mapped[int]
    day: Mapped[date]
    error_code: Mapped[str | None] = mapped_column(String(32))
    delta_ends: Mapped[list[int] | None]
    provider: Mapped[str | None] = mapped_column(String(32))
    model: Mapped[str | None] = mapped_column(String(128))
    fallback: Mapped[bool] = mapped_column(default=False)
    withheld_rule: Mapped[str | None] = mapped_column(String(64))
    has_model_words: Mapped[bool | None]
    said: Mapped[bytes | None] = mapped_column(LargeBinary)
    was_cut: Mapped[bool] = mapped_column(server_default=false())
    input_tokens: Mapped[int] = mapped_column(default=0)
    output_tokens: Mapped[int] = mapped_column(default=0)
    helpful: Mapped[bool | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class LearningModule(Base):
    """A module of a course: its statement, the names that hints may use, and its highest hint level.

    `slug` names the module in its course. It is null in the course `default`, where the id is the slug.
    """

    __tablename__ = "learning_modules"
    __table_args__ = (Index(None, "course_id", "slug", unique=True), Index(None, "course_id", "order"))

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    course_id: Mapped[UUID] = mapped_column(server_default=IN_DEFAULT_COURSE)
    slug: Mapped[str | None] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200))
    order: Mapped[int]
    statement: Mapped[str] = mapped_column(Text, default="")
    objectives: Mapped[list[str]] = mapped_column(default=list)
    allowed_names: Mapped[list[str]] = mapped_column(default=list)
    max_hint_level: Mapped[int | None]
    ladder: Mapped[str | None] = mapped_column(String(16))


class ModuleFile(Base):
    """A file of a module's exercise. `kind` is `starter`, `tests` or `reference`, which no student ever sees."""

    __tablename__ = "module_files"

    module_id: Mapped[str] = mapped_column(ForeignKey("learning_modules.id", ondelete=_CASCADE), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    position: Mapped[int]
    content: Mapped[str] = mapped_column(Text)


class ModuleProgress(Base):
    """A student's progress in a module."""

    __tablename__ = "user_module_progress"
    __table_args__ = (UniqueConstraint("user_id", "module_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete=_CASCADE), index=True)
    module_id: Mapped[str] = mapped_column(ForeignKey("learning_modules.id", ondelete=_CASCADE))
    status: Mapped[str] = mapped_column(String(16))
    updated_at: Mapped[datetime]


class DailyUsage(Base):
    """The number of messages that a student sent on one UTC day, under the keyed hash of the e-mail address."""

    __tablename__ = "daily_usage"

    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    messages: Mapped[int]


class ModelCall(Base):
    """The ledger: one row for each provider call, open (`sent`, or `reserved` if nothing is sent), then `settled`.

    `input_tokens` counts the whole prompt, with the tokens that were read from the provider's cache or written to it.

    `unsent`: the call was reserved but not made; `swept`: the process died before it settled the call.

    `course_id` is `EVERYWHERE` for calls that no student caused. `user_id` and `ask_id` become null when the student is
    deleted; the cost stays. Cost is in nano-dollars; null: no price is known.
    """

    __tablename__ = "model_calls"
    __table_args__ = (
        Index(None, "created_at"),
        Index(
            "ix_model_calls_open",
            "lease_expires_at",
            sqlite_where=OPEN_CALLS,
            postgresql_where=OPEN_CALLS,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ask_id: Mapped[UUID | None] = mapped_column(ForeignKey("asks.id", ondelete=_SET_NULL), index=True)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete=_SET_NULL), index=True)
    course_id: Mapped[UUID] = mapped_column(server_default=IN_DEFAULT_COURSE)
    provider: Mapped[str] = mapped_column(String(32))
    model: Mapped[str] = mapped_column(String(128))
    state: Mapped[str] = mapped_column(String(16))
    owner: Mapped[str] = mapped_column(String(32))
    lease_expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    reserved_nanodollars: Mapped[int | None] = mapped_column(BigInteger)
    input_tokens: Mapped[int | None]
    cache_read_tokens: Mapped[int | None]
    cache_write_tokens: Mapped[int | None]
    output_tokens: Mapped[int | None]
    cost_nanodollars: Mapped[int | None] = mapped_column(BigInteger)
    is_estimated: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[str | None] = mapped_column(String(32))
    latency_ms: Mapped[int | None]
    first_content_ms: Mapped[int | None]


class UsageRollup(Base):
    """Sums of the settled ledger by UTC day, course, provider and model, changed in the settling transaction."""

    __tablename__ = "usage_rollups"

    day: Mapped[date] = mapped_column(primary_key=True)
    course_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=IN_DEFAULT_COURSE)
    provider: Mapped[str] = mapped_column(String(32), primary_key=True)
    model: Mapped[str] = mapped_column(String(128), primary_key=True)
    calls: Mapped[int] = mapped_column(BigInteger)
    input_tokens: Mapped[int] = mapped_column(BigInteger)
    output_tokens: Mapped[int] = mapped_column(BigInteger)
    cost_nanodollars: Mapped[int] = mapped_column(BigInteger)
    unpriced_calls: Mapped[int] = mapped_column(BigInteger)


class Spending(Base):
    """Spending of a UTC day (`2026-03-01`) or month (`2026-03`): costs of calls, and reservations of calls under way.

    It changes in the same transaction as the ledger, so that concurrent calls cannot exceed a budget. `warned_at` is
    the time at which the operator was warned that little is left.
    """

    __tablename__ = "spending"

    period: Mapped[str] = mapped_column(String(10), primary_key=True)
    committed_nanodollars: Mapped[int] = mapped_column(BigInteger)
    warned_at: Mapped[datetime | None]


class LimitOverride(Base):
    """Limits of one student that replace the general ones, or those of a course, until they expire.

    Null: the general limit. `course_id` is `EVERYWHERE` for limits that replace the general ones.
    """

    __tablename__ = "limit_overrides"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete=_CASCADE), primary_key=True)
    course_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=OVER_ALL_COURSES)
    messages_per_minute: Mapped[int | None]
    daily_messages: Mapped[int | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SwitchedOff(Base):
    """A switch that is off, for the module whose id is `scope`, or for the whole tutor if `scope` is empty."""

    __tablename__ = "switched_off"

    scope: Mapped[str] = mapped_column(String(64), primary_key=True)
    message: Mapped[str] = mapped_column(String(300))
    since: Mapped[datetime]


class AdminAction(Base):
    """The audit log: actions of operators and instructors, with their channel (`api`, `page`, `command`) and address.

    `actor` is the e-mail address of the person who acted, `key` for a holder of the admin key, `command` for the
    command line. `user_id` is the student concerned, and becomes null when the account is deleted.
    """

    __tablename__ = "admin_actions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    way: Mapped[str] = mapped_column(String(16))
    actor: Mapped[str] = mapped_column(String(254), server_default="key")
    address: Mapped[str | None] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(32))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete=_SET_NULL), index=True)
    module_id: Mapped[str | None] = mapped_column(String(64))
    course_id: Mapped[UUID | None]
    details: Mapped[dict[str, Any]]


class DashboardSession(Base):
    """A browser that is signed in to the dashboard, identified by a keyed hash of its cookie's secret."""

    __tablename__ = "dashboard_sessions"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class GuardVerdicts(Base):
    """The number of models' answers by verdict of the guard, UTC day, model and hint level."""

    __tablename__ = "guard_verdicts"

    day: Mapped[date] = mapped_column(primary_key=True)
    course_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=IN_DEFAULT_COURSE)
    provider: Mapped[str] = mapped_column(String(32), primary_key=True)
    model: Mapped[str] = mapped_column(String(128), primary_key=True)
    hint_level: Mapped[int] = mapped_column(primary_key=True)
    verdict: Mapped[str] = mapped_column(String(64), primary_key=True)
    answers: Mapped[int] = mapped_column(BigInteger)


class AnswerRatings(Base):
    """The number of answers that students have rated, by the latest rating, UTC day of the ask, model and level."""

    __tablename__ = "answer_ratings"

    day: Mapped[date] = mapped_column(primary_key=True)
    course_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=IN_DEFAULT_COURSE)
    provider: Mapped[str] = mapped_column(String(32), primary_key=True)
    model: Mapped[str] = mapped_column(String(128), primary_key=True)
    hint_level: Mapped[int] = mapped_column(primary_key=True)
    is_helpful: Mapped[bool] = mapped_column(primary_key=True)
    answers: Mapped[int] = mapped_column(BigInteger)


class CallFailures(Base):
    """The number of calls that failed, by UTC day, course, model and reason."""

    __tablename__ = "call_failures"

    day: Mapped[date] = mapped_column(primary_key=True)
    course_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=IN_DEFAULT_COURSE)
    provider: Mapped[str] = mapped_column(String(32), primary_key=True)
    model: Mapped[str] = mapped_column(String(128), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(32), primary_key=True)
    calls: Mapped[int] = mapped_column(BigInteger)


class Refusals(Base):
    """The number of asks that each limit refused on each UTC day."""

    __tablename__ = "refusals"

    day: Mapped[date] = mapped_column(primary_key=True)
    course_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=IN_DEFAULT_COURSE)
    limit_name: Mapped[str] = mapped_column(String(32), primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)
