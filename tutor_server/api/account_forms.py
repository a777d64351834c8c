"""Validation of the account pages' forms, and the problems that a page shows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from http import HTTPStatus

from pydantic import SecretStr, ValidationError

from tutor_server.api import schemas
from tutor_server.api.bodies import first_problem
from tutor_server.errors import WAIT, InvalidCredentials, TutorError, ValidationFailed

_UNEQUAL = "The two passwords are not the same."


class FormProblem(Exception):
    """A field of a form is invalid; the message is a sentence for the student."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem that a page shows: a sentence for the student, the page's status, and the time to wait."""

    sentence: str
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY
    retry_after: int | None = None
    """Seconds until the student may try again."""


STALE = Problem(
    "This page has been open for too long, or your browser takes no cookies. Please try again.", HTTPStatus.FORBIDDEN
)


def problem_of(error: FormProblem | TutorError, *, wrong_password: str | None = None) -> Problem:
    """Return the problem that a page shows for an error.

    `wrong_password` replaces the sentence on wrong credentials on pages that ask for the password only.
    """
    if isinstance(error, FormProblem):
        return Problem(str(error))
    if isinstance(error, ValidationFailed):
        return Problem(f"The password {error.detail.removeprefix('password: ')}", error.status)
    if isinstance(error, InvalidCredentials):
        return Problem(wrong_password or error.detail)  # Not 401: browsers cannot answer its challenge.
    return Problem(sentence_of(error), error.status, error.retry_after)


def sentence_of(error: TutorError) -> str:
    """Return an error's sentence, with the minutes to wait if they are known."""
    if error.retry_after is None:
        return error.detail
    return error.detail.replace(WAIT, f"Please try again in {minutes(math.ceil(error.retry_after / 60))}.")


def minutes(count: int) -> str:
    """Return a number of minutes in words."""
    return f"{count} minute{'' if count == 1 else 's'}"


def read_login(email: str, password: SecretStr) -> schemas.Login:
    """Return the validated sign-in form. Raise `InvalidCredentials` for an e-mail or password that is invalid."""
    try:
        return schemas.Login(email=email, password=password)
    except ValidationError:
        raise InvalidCredentials from None


def read_registration(form: schemas.AccountForm) -> schemas.Registration:
    """Return the validated registration form. Raise `FormProblem`."""
    try:
        wanted = schemas.Registration(email=form.email, password=form.password)
    except ValidationError as error:
        raise _problem(error) from None
    _require_equal(form.password, form.again)
    return wanted


def read_email(form: schemas.AccountForm) -> str:
    """Return the form's e-mail address in lower case. Raise `FormProblem`."""
    try:
        return schemas.StudentOfEmail(email=form.email).email
    except ValidationError as error:
        raise _problem(error) from None


def read_new_password(form: schemas.AccountForm) -> str:
    """Return the form's new password, which was typed twice. Raise `FormProblem`."""
    try:
        wanted = schemas.PasswordChange(current_password=SecretStr(""), new_password=form.new_password)
    except ValidationError as error:
        raise _problem(error) from None
    _require_equal(form.new_password, form.again)
    return wanted.new_password.get_secret_value()


def _require_equal(password: SecretStr, again: SecretStr) -> None:
    if password.get_secret_value() != again.get_secret_value():
        raise FormProblem(_UNEQUAL)


def _problem(error: ValidationError) -> FormProblem:
    field, rule = first_problem(error)
    return FormProblem(f"This {rule}." if field == "email" else f"The password {rule}.")
