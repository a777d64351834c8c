"""The settings of the language server, from three environment variables and from the editor.

Only the user decides where to connect. `serverUrl` is read from the environment and from `initializationOptions`, which
the editor's plugin fills from the user's (machine) settings. It is not read from `workspace/configuration`, because
editors merge the opened folder's settings into that: a downloaded assignment must not redirect code or tokens. The
same holds for `studentNumber`, because no assignment may decide what is private.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

from tutor_lsp.service.address import WrongAddress, check_server_url

if TYPE_CHECKING:
    from collections.abc import Mapping

AnswerIn = Literal["notifications", "document", "message"]
LadderName = Literal["code", "attempts", "earned"]

_LEVELS = range(1, 6)
_MOST_SEARCH_SECONDS = 30

STUDENT_NUMBER = r"\d{7,8}|[A-Za-z]\d{6,8}"
"""The default regular expression for student numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one language server. The defaults mean local mode."""

    server_url: str | None = None
    """The service's address, as `check_server_url` returns it. None means that of the student's sign-in."""
    access_token: str | None = field(default=None, repr=False)
    """The access token in `TUTOR_ACCESS_TOKEN`, for tests and demos."""
    own_data_dir: Path | None = None
    """The data folder in `TUTOR_DATA_DIR`. If it is unset, the user's data folder is used."""
    programming_level: int = 3
    """The student's level from 1 to 5, used in local mode. The service stores the levels of its students."""
    maths_level: int = 3
    ladder: LadderName = "code"
    """The ladder policy in `TUTOR_LADDER`, used in local mode. A service has its own."""
    diagnostics: bool = True
    """Whether the language server checks documents for errors by itself."""
    edit_search_seconds: float = 2.5
    """The longest time for searching an edit after a failing test. With 0, no edit is searched."""
    answer_in: AnswerIn | None = None
    """How answers are shown. If None, in the best way that the editor supports."""
    student_number: str = STUDENT_NUMBER
    """The regular expression for student numbers. A word that it fully matches never leaves the computer."""
    fault: str | None = None
    """The problem with the settings, in a sentence for the student, or None. While it is set, no ask is answered."""

    @property
    def data_dir(self) -> Path:
        """The folder in which all data is stored."""
        if self.own_data_dir is not None:
            return self.own_data_dir
        import platformdirs  # noqa: PLC0415 - keeps the start-up fast

        return platformdirs.user_data_path("ask-tutor")


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Return the settings from the environment. An empty variable counts as unset."""
    data_dir = environment.get("TUTOR_DATA_DIR")
    settings = Settings(
        access_token=environment.get("TUTOR_ACCESS_TOKEN") or None,
        own_data_dir=Path(data_dir).absolute() if data_dir else None,
    )
    settings = _with_ladder(settings, environment.get("TUTOR_LADDER"))
    return _with_server_url(settings, "TUTOR_SERVER_URL", environment.get("TUTOR_SERVER_URL"))


def with_initialization_options(settings: Settings, options: Any) -> Settings:
    """Return the settings with the options of `initialize`. The environment's server URL takes precedence."""
    settings = with_configuration(settings, options)
    if isinstance(options, dict):
        settings = _with_student_number(settings, options.get("studentNumber"))
    if settings.server_url is not None or settings.fault is not None or not isinstance(options, dict):
        return settings
    return _with_server_url(settings, "tutor.serverUrl", options.get("serverUrl"))


def with_configuration(settings: Settings, section: Any) -> Settings:
    """Return the settings with the editor's section `tutor`, except `serverUrl`. Values of a wrong type are ignored."""
    if not isinstance(section, dict):
        return settings
    diagnostics, answer_in = section.get("diagnostics"), section.get("answerIn")
    return replace(
        settings,
        programming_level=_level(section.get("programmingLevel"), settings.programming_level),
        maths_level=_level(section.get("mathsLevel"), settings.maths_level),
        diagnostics=diagnostics if isinstance(diagnostics, bool) else settings.diagnostics,
        edit_search_seconds=_seconds(section.get("editSearchSeconds"), settings.edit_search_seconds),
        answer_in=answer_in if answer_in in get_args(AnswerIn) else settings.answer_in,
    )


def _with_server_url(settings: Settings, name: str, url: Any) -> Settings:
    if not isinstance(url, str) or not url.strip():
        return settings
    try:
        return replace(settings, server_url=check_server_url(url))
    except WrongAddress as error:
        return replace(settings, fault=f"The setting {name} {error}.")


def _with_ladder(settings: Settings, name: str | None) -> Settings:
    if not name:
        return settings
    if name.lower() not in get_args(LadderName):
        return replace(settings, fault=f"The setting TUTOR_LADDER is one of {', '.join(get_args(LadderName))}.")
    return replace(settings, ladder=cast("LadderName", name.lower()))


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


def _seconds(value: Any, otherwise: float) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value <= _MOST_SEARCH_SECONDS else otherwise
