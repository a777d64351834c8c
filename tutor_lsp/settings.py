"""The settings of the language server: three environment variables, and what the editor passes on.

Only the user decides where to connect. `serverUrl` is read from the environment and from `initializationOptions`, which
the editor's plugin fills from the user's (machine) settings. It is not read from `workspace/configuration`, because
editors merge settings of the opened folder into that: a downloaded assignment must not redirect code or tokens. The
same holds for `studentNumber`: no assignment decides what is private.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from tutor_lsp.service.address import WrongAddress, check_server_url

if TYPE_CHECKING:
    from collections.abc import Mapping

AnswerIn = Literal["notifications", "document", "message"]

_LEVELS = range(1, 6)

STUDENT_NUMBER = r"\d{7,8}|[A-Za-z]\d{6,8}"
"""The default pattern of student numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one language server. The defaults mean local mode."""

    server_url: str | None = None
    """The service's address, as `check_server_url` returns it. None: the service that the student is signed in to."""
    access_token: str | None = field(default=None, repr=False)
    """`TUTOR_ACCESS_TOKEN`, for tests and demos."""
    own_data_dir: Path | None = None
    """`TUTOR_DATA_DIR`. None: the user's data folder."""
    programming_level: int = 3
    """The student's level from 1 to 5, in local mode. The service knows the levels of its students."""
    maths_level: int = 3
    diagnostics: bool = True
    """Whether the language server looks for errors by itself."""
    answer_in: AnswerIn | None = None
    """How answers are shown. None: the best way that the editor supports."""
    student_number: str = STUDENT_NUMBER
    """A regular expression. A word of code or of a message that it matches as a whole does not leave the computer."""
    fault: str | None = None
    """What is wrong with the settings, in a sentence for the student. With a fault no question is answered."""

    @property
    def data_dir(self) -> Path:
        """The folder for all files."""
        if self.own_data_dir is not None:
            return self.own_data_dir
        import platformdirs  # noqa: PLC0415 - keeps the start fast

        return platformdirs.user_data_path("ask-tutor")


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Return the settings of `TUTOR_SERVER_URL`, `TUTOR_ACCESS_TOKEN` and `TUTOR_DATA_DIR`. An empty one is unset."""
    data_dir = environment.get("TUTOR_DATA_DIR")
    settings = Settings(
        access_token=environment.get("TUTOR_ACCESS_TOKEN") or None,
        own_data_dir=Path(data_dir).absolute() if data_dir else None,
    )
    return _with_server_url(settings, "TUTOR_SERVER_URL", environment.get("TUTOR_SERVER_URL"))


def with_initialization_options(settings: Settings, options: Any) -> Settings:
    """Return the settings with the options of `initialize`. The environment's server takes precedence over them."""
    settings = with_configuration(settings, options)
    if isinstance(options, dict):
        settings = _with_student_number(settings, options.get("studentNumber"))
    if settings.server_url is not None or settings.fault is not None or not isinstance(options, dict):
        return settings
    return _with_server_url(settings, "tutor.serverUrl", options.get("serverUrl"))


def with_configuration(settings: Settings, section: Any) -> Settings:
    """Return the settings with the editor's section `tutor`, except `serverUrl`. A value of a wrong type is ignored."""
    if not isinstance(section, dict):
        return settings
    diagnostics, answer_in = section.get("diagnostics"), section.get("answerIn")
    return replace(
        settings,
        programming_level=_level(section.get("programmingLevel"), settings.programming_level),
        maths_level=_level(section.get("mathsLevel"), settings.maths_level),
        diagnostics=diagnostics if isinstance(diagnostics, bool) else settings.diagnostics,
        answer_in=answer_in if answer_in in get_args(AnswerIn) else settings.answer_in,
    )


def _with_server_url(settings: Settings, name: str, url: Any) -> Settings:
    if not isinstance(url, str) or not url.strip():
        return settings
    try:
        return replace(settings, server_url=check_server_url(url))
    except WrongAddress as error:
        return replace(settings, fault=f"The setting {name} {error}.")


def _with_student_number(settings: Settings, pattern: Any) -> Settings:
    if not isinstance(pattern, str) or not pattern:
        return settings
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        fault = settings.fault or "The setting tutor.studentNumber is not a regular expression."
        return replace(settings, fault=fault)
    return replace(settings, student_number=pattern)


def _level(value: Any, otherwise: int) -> int:
    return value if type(value) is int and value in _LEVELS else otherwise
