"""Every setting of the language server: three environment variables, and what the editor passes on.

Where to connect is the user's own affair: `serverUrl` is read from the environment and from `initializationOptions`,
which the editor's plugin fills from the user's (machine) settings. It is not read from `workspace/configuration`, into
which editors merge settings of the opened folder: a downloaded assignment must not redirect code or tokens. The same
goes for `studentNumber`: no assignment decides what is private.
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
"""How student numbers look, where nobody says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the language server was told. Defaults give local mode."""

    server_url: str | None = None
    """The service's address, in the form of `check_server_url`; None: the one that the student is signed in to."""
    access_token: str | None = field(default=None, repr=False)
    """`TUTOR_ACCESS_TOKEN`, for tests and demos."""
    own_data_dir: Path | None = None
    """`TUTOR_DATA_DIR`; None: the user's data folder."""
    programming_level: int = 3
    """Of the student, 1 to 5; in local mode. The service knows its students' levels itself."""
    maths_level: int = 3
    diagnostics: bool = True
    """Whether the language server looks for errors by itself."""
    answer_in: AnswerIn | None = None
    """How answers are shown; None: as the editor can."""
    student_number: str = STUDENT_NUMBER
    """A regular expression; words of code and of messages that it matches as a whole do not leave the computer."""
    fault: str | None = None
    """What is wrong with the settings, in a sentence for the student; then no question is answered."""

    @property
    def data_dir(self) -> Path:
        """The folder for everything on disk."""
        if self.own_data_dir is not None:
            return self.own_data_dir
        import platformdirs  # noqa: PLC0415 - at the start nothing is loaded that is not needed

        return platformdirs.user_data_path("ask-tutor")


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Read `TUTOR_SERVER_URL`, `TUTOR_ACCESS_TOKEN` and `TUTOR_DATA_DIR`; an empty one counts as unset."""
    data_dir = environment.get("TUTOR_DATA_DIR")
    settings = Settings(
        access_token=environment.get("TUTOR_ACCESS_TOKEN") or None,
        own_data_dir=Path(data_dir).absolute() if data_dir else None,
    )
    return _with_server_url(settings, "TUTOR_SERVER_URL", environment.get("TUTOR_SERVER_URL"))


def with_initialization_options(settings: Settings, options: Any) -> Settings:
    """Add what the editor passes in `initialize`. The environment's server goes first; unknown fields are ignored."""
    settings = with_configuration(settings, options)
    if isinstance(options, dict):
        settings = _with_student_number(settings, options.get("studentNumber"))
    if settings.server_url is not None or settings.fault is not None or not isinstance(options, dict):
        return settings
    return _with_server_url(settings, "tutor.serverUrl", options.get("serverUrl"))


def with_configuration(settings: Settings, section: Any) -> Settings:
    """Add the editor's section `tutor`, but for `serverUrl`. A value of the wrong kind counts as absent."""
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
