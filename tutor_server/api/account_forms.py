"""What people type into the forms of the account pages, and what is said if it will not do."""

from __future__ import annotations

from pydantic import SecretStr, ValidationError

from tutor_server.api import schemas
from tutor_server.api.bodies import first_problem
from tutor_server.errors import InvalidCredentials, ValidationFailed

_UNEQUAL = "The two passwords are not the same."


class FormProblem(Exception):
    """What was typed will not do; the message is a sentence for the student."""


def read_login(email: str, password: SecretStr) -> schemas.Login:
    """Read what was typed to sign in. Raises `InvalidCredentials` for what no account can have."""
    try:
        return schemas.Login(email=email, password=password)
    except ValidationError:
        raise InvalidCredentials from None


def read_registration(form: schemas.AccountForm) -> schemas.Registration:
    """Read what was typed to make an account. Raises `FormProblem`."""
    try:
        wanted = schemas.Registration(email=form.email, password=form.password)
    except ValidationError as error:
        raise _problem(error) from None
    _require_equal(form.password, form.again)
    return wanted


def read_email(form: schemas.AccountForm) -> str:
    """Read an address, in lower case. Raises `FormProblem`."""
    try:
        return schemas.StudentOfEmail(email=form.email).email
    except ValidationError as error:
        raise _problem(error) from None


def read_new_password(form: schemas.AccountForm) -> str:
    """Read a new password that was typed twice. Raises `FormProblem`."""
    try:
        wanted = schemas.PasswordChange(current_password=SecretStr(""), new_password=form.new_password)
    except ValidationError as error:
        raise _problem(error) from None
    _require_equal(form.new_password, form.again)
    return wanted.new_password.get_secret_value()


def problem_with_password(error: ValidationFailed) -> str:
    """Return the sentence for the student about a password that is refused as a common one."""
    return f"The password {error.detail.removeprefix('password: ')}"


def _require_equal(password: SecretStr, again: SecretStr) -> None:
    if password.get_secret_value() != again.get_secret_value():
        raise FormProblem(_UNEQUAL)


def _problem(error: ValidationError) -> FormProblem:
    field, rule = first_problem(error)
    return FormProblem(f"This {rule}." if field == "email" else f"The password {rule}.")
