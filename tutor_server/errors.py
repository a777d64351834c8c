"""The refusals and failures of the service. Domain code raises them; the edges turn them into JSON error envelopes.

A wrong setting is the operator's error: it ends the command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tutor_protocol import Limit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID


class SettingsError(Exception):
    """A setting is wrong. The message is one line that names the variable; `others` are lines about other settings."""

    def __init__(self, message: str, others: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.others = tuple(others)


WAIT = "Please wait and try again."
"""The request at the end of an error's sentence. HTML pages replace it by the number of minutes to wait."""


class TutorError(Exception):
    """An error with a stable code, a sentence for people and an HTTP status.

    `retry_after` is in whole seconds. `course_id` is the course whose limit or switch refused, if one did.
    `oauth_error` is the error code of RFC 6749 and RFC 8628. `detail` is shown to people: it holds no traceback, path,
    secret or student's code.
    """

    code: ClassVar[str] = "INTERNAL_ERROR"
    status: ClassVar[int] = 500
    limit: ClassVar[Limit | None] = None
    retryable: ClassVar[bool | None] = None
    challenge: ClassVar[str] = "Bearer"
    """The `WWW-Authenticate` challenge of a 401 response (RFC 9110 §11.6.1: every 401 has one)."""
    oauth_error: ClassVar[str | None] = None
    text: ClassVar[str] = "Something went wrong on our side. Please try again."

    def __init__(
        self,
        detail: str | None = None,
        *,
        retry_after: int | None = None,
        resets_at: datetime | None = None,
        course_id: UUID | None = None,
    ) -> None:
        self.detail = detail or self.text
        self.retry_after = retry_after
        self.resets_at = resets_at
        self.course_id = course_id
        super().__init__(self.detail)


class ValidationFailed(TutorError):
    """The request violates the API contract."""

    code, status, text = "VALIDATION_FAILED", 422, "The request is not valid."


class MalformedRequest(ValidationFailed):
    """The request cannot be parsed."""

    status, text = 400, "The request could not be read."


class RequestTimeout(TutorError):
    """The head or the body of the request did not arrive in time."""

    code, status, text = "REQUEST_TIMEOUT", 408, "The request took too long to arrive."


class TooManyConnections(TutorError):
    """The process is near its limit of file descriptors, and the client's address has used its share of connections."""

    code, status, retryable = "TOO_MANY_CONNECTIONS", 503, True
    text = "The tutor has too many connections right now. Please try again in a moment."


class PayloadTooLarge(TutorError):
    """The request exceeds a size limit."""

    code, status, text = "PAYLOAD_TOO_LARGE", 413, "The request is too large."


class UnsupportedMediaType(TutorError):
    """The body does not have the content type that the route expects."""

    code, status, text = "UNSUPPORTED_MEDIA_TYPE", 415, "Send the body as application/json."


class NotFound(TutorError):
    """The requested resource does not exist, or belongs to another user."""

    code, status, text = "NOT_FOUND", 404, "Not found."


class MethodNotAllowed(TutorError):
    """The route exists, but does not support the method."""

    code, status, text = "METHOD_NOT_ALLOWED", 405, "This method is not allowed here."


class Unauthenticated(TutorError):
    """The request has no valid access token."""

    code, status, text = "UNAUTHENTICATED", 401, "Sign in first."


class TokenExpired(Unauthenticated):
    """The access token has expired; the refresh token can be exchanged for a new one."""

    code, text = "TOKEN_EXPIRED", "The access token has expired."


class TokenInvalid(TutorError):
    """The refresh token is unknown, used or revoked."""

    code, status, text = "TOKEN_INVALID", 401, "Sign in again."


class InvalidCredentials(TutorError):
    """The e-mail address is unknown or the password is wrong; the response does not reveal which."""

    code, status, text = "INVALID_CREDENTIALS", 401, "E-mail or password is wrong."


class AccountDisabled(TutorError):
    """The operator has disabled the account. Only a caller who knows its password gets this error."""

    code, status, text = "ACCOUNT_DISABLED", 403, "This account is disabled. Ask your instructor."


class EmailUnconfirmed(TutorError):
    """The owner of the account's e-mail address has not confirmed it yet."""

    code, status, retryable = "EMAIL_UNCONFIRMED", 403, False
    text = "Confirm your e-mail address first: open the link that was mailed to you. Your account page sends it again."


class PasswordSignInOff(TutorError):
    """People sign in at the identity provider only."""

    code, status, retryable = "PASSWORD_SIGN_IN_OFF", 403, False
    text = "Passwords are switched off here. Sign in with your university's account in a browser."


class EmailTaken(TutorError):
    """An account with this e-mail address already exists."""

    code, status, text = "EMAIL_TAKEN", 409, "An account with this e-mail already exists."


class RegistrationClosed(TutorError):
    """The operator's settings do not allow this e-mail address to register."""

    code, status, text = "REGISTRATION_CLOSED", 403, "Registration is closed here. Ask your instructor for an account."


class LinkUnknown(NotFound):
    """The token of the one-time link was used before, has expired, or never existed."""

    text = "This link has been used already, or has run out."


class JoinCodeUnknown(NotFound):
    """No course has this join code, or the code has expired."""

    text = "This code opens no course. Check it, or ask your instructor for a new one."


class LastInstructor(TutorError):
    """The course would be left without an instructor."""

    code, status = "LAST_INSTRUCTOR", 409
    text = "A course needs an instructor. Make somebody else an instructor first."


class CourseTaken(TutorError):
    """Another course has this slug or this join code."""

    code, status, text = "COURSE_TAKEN", 409, "Another course has this slug or this join code."


class AdminKeyInvalid(TutorError):
    """The admin key is missing or wrong."""

    code, status, text = "ADMIN_KEY_INVALID", 401, "The admin key is missing or wrong."
    challenge = "X-Admin-Key"


class TooManyAttempts(TutorError):
    """Too many attempts came from this account or address: failed attempts, or all attempts if `detail` says so."""

    code, status, retryable = "TOO_MANY_ATTEMPTS", 429, True
    text = f"Too many failed attempts. {WAIT}"


class InvalidRequest(TutorError):
    """A parameter of the device grant is missing or occurs twice (RFC 6749 §5.2)."""

    code, status, oauth_error = "INVALID_REQUEST", 400, "invalid_request"
    text = "A parameter is missing, or comes twice."


class UnsupportedGrantType(TutorError):
    """The token endpoint of the device grant supports no other grant (RFC 6749 §5.2)."""

    code, status, oauth_error = "UNSUPPORTED_GRANT_TYPE", 400, "unsupported_grant_type"
    text = "Only the device code grant is supported here."


class InvalidGrant(TutorError):
    """The device code is unknown, or was used (RFC 6749 §5.2)."""

    code, status, oauth_error = "INVALID_GRANT", 400, "invalid_grant"
    text = "This device code is not known, or was used already."


class AuthorizationPending(TutorError):
    """The student has not decided about the device yet (RFC 8628 §3.5)."""

    code, status, retryable, oauth_error = "AUTHORIZATION_PENDING", 400, True, "authorization_pending"
    text = "The sign-in is not approved yet."


class SlowDown(TutorError):
    """Like `AuthorizationPending`, but the device polls too often: it must wait 5 s longer (RFC 8628 §3.5)."""

    code, status, retryable, oauth_error = "SLOW_DOWN", 400, True, "slow_down"
    text = "The sign-in is not approved yet. Ask less often."


class AccessDenied(TutorError):
    """The student has denied the device (RFC 8628 §3.5)."""

    code, status, oauth_error = "ACCESS_DENIED", 400, "access_denied"
    text = "The sign-in was denied."


class DeviceCodeExpired(TutorError):
    """The student has not decided about the device in time (RFC 8628 §3.5)."""

    code, status, oauth_error = "EXPIRED_TOKEN", 400, "expired_token"
    text = "The code has run out. Start again."


class UserCodeUnknown(TutorError):
    """No device waits under this user code: it is mistyped, has expired, was already decided, or never existed."""

    code, status = "USER_CODE_UNKNOWN", 404
    text = "This code is not known, or has run out. Check it, or start again in your editor."


class DeviceSignInUnavailable(TutorError):
    """The operator has not set the public URL."""

    code, status = "DEVICE_SIGN_IN_UNAVAILABLE", 403
    text = "Signing in by code is not set up here. Ask your instructor."


class RateLimited(TutorError):
    """The user has reached the rate limit of the last 60 seconds."""

    code, status, limit, retryable = "RATE_LIMITED", 429, Limit.MESSAGES_PER_MINUTE, True
    text = "That was a lot of questions in one minute. Please wait a moment and ask again."


class DailyCapReached(TutorError):
    """The user has reached the daily message cap."""

    code, status, limit, retryable = "DAILY_CAP_REACHED", 429, Limit.DAILY_MESSAGES, False
    text = "You have reached your daily usage limit. It resets at midnight UTC."


class GlobalLimitReached(TutorError):
    """The rate limit of provider calls, which all users share, is reached."""

    code, status, limit, retryable = "GLOBAL_LIMIT_REACHED", 429, Limit.LLM_CALLS_PER_MINUTE, True
    text = "The tutor is very busy right now. Please try again in a moment."


class BudgetBusy(TutorError):
    """The rest of the daily budget is reserved for calls under way. They release what they do not use."""

    code, status, limit, retryable = "BUDGET_BUSY", 429, Limit.DAILY_BUDGET, True
    text = "What is left of today's budget is set aside for answers that are being written. Ask again in a moment."


class MonthlyBudgetBusy(BudgetBusy):
    """The rest of the monthly budget is reserved for calls under way. They release what they do not use."""

    limit = Limit.MONTHLY_BUDGET
    text = "What is left of this month's budget is set aside for answers that are being written. Ask again in a moment."


class BudgetReached(TutorError):
    """The daily budget that all users share is spent: the settled calls leave no room for this call."""

    code, status, limit, retryable = "BUDGET_REACHED", 429, Limit.DAILY_BUDGET, False
    text = "The tutor has used up its budget for today. It works again after midnight UTC."


class MonthlyBudgetReached(BudgetReached):
    """The monthly budget that all users share is spent: the settled calls leave no room for this call."""

    limit = Limit.MONTHLY_BUDGET
    text = "The tutor has used up its budget for this month. It works again on the first of the next month."


class CourseBudgetReached(BudgetReached):
    """The daily budget of a course is spent."""

    code = "COURSE_BUDGET_REACHED"
    text = "This course has used up its budget for today. It works again after midnight UTC."


class MonthlyCourseBudgetReached(CourseBudgetReached):
    """The monthly budget of a course is spent."""

    limit = Limit.MONTHLY_BUDGET
    text = "This course has used up its budget for this month. It works again on the first of the next month."


class CourseOff(TutorError):
    """A course is switched off, has not begun, or is over."""

    code, status, retryable = "COURSE_OFF", 503, False
    text = "The tutor is switched off in this course at the moment. Ask your instructor."


class CourseNeeded(TutorError):
    """The student is in several courses, and the ask names none."""

    code, status, retryable = "COURSE_NEEDED", 422, False
    text = "You are in several courses. Choose the course of this folder first."


class SwitchedOff(TutorError):
    """An instructor has switched the tutor off, either completely or for one module."""

    code, status, retryable = "SWITCHED_OFF", 503, False
    text = "The tutor is switched off at the moment. Ask your instructor."


class AIUnavailable(TutorError):
    """Every provider in the chain failed before it sent any text."""

    code, status, retryable = "AI_UNAVAILABLE", 503, True
    text = "The AI service is temporarily unavailable. Please try again in a moment."


class AnswerInterrupted(TutorError):
    """A provider failed after it had sent some text."""

    code, status, retryable = "ANSWER_INTERRUPTED", 502, True
    text = "The answer was interrupted. What you see so far stays; please ask again."


class Cancelled(TutorError):
    """The student cancelled the answer."""

    code, status, retryable = "CANCELLED", 409, False
    text = "Stopped."


class ShuttingDown(TutorError):
    """The service is shutting down."""

    code, status, retryable = "SHUTTING_DOWN", 503, True
    text = "The tutor is restarting. Please ask again in a moment."


class LimiterUnavailable(TutorError):
    """Redis, which holds the shared limits, cannot be reached. Asks are refused, since the limits protect money."""

    code, status, retryable = "LIMITER_UNAVAILABLE", 503, True
    text = "The tutor cannot take questions right now. Please try again in a moment."


class DatabaseUnavailable(TutorError):
    """The database cannot be reached or does not accept writes."""

    code, status, retryable = "DATABASE_UNAVAILABLE", 503, True
    text = "The tutor cannot save its records right now. Please try again in a moment."
