"""The settings of calls to providers: how many at once, how long an ask waits for one, and their deadlines."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings

from tutor_server.limits import Deadlines

LONGEST_DEADLINE = 600
"""The maximum of a deadline in seconds. Clients wait half as long for a message before they give an ask up."""
LONGEST_QUEUE = 120
"""The maximum of a wait in the queue in seconds: a student who has waited longer has gone on without the hint."""

_DEFAULTS = Deadlines()
Seconds = Annotated[float, Field(gt=0, le=LONGEST_DEADLINE, allow_inf_nan=False)]


class CallSettings(BaseSettings):
    """The settings of calls, a part of `Settings`."""

    llm_concurrency: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """The maximum number of calls to a provider at once, over all processes; unset: no bound."""
    llm_queue_seconds: Annotated[float, Field(gt=0, le=LONGEST_QUEUE, allow_inf_nan=False)] = 20
    """The longest wait for one of these calls. An ask that would wait longer goes to the next provider."""
    first_content_seconds: Seconds = _DEFAULTS.first_content
    """The deadline of a call's first content. Thinking puts it off to half of `whole_answer_seconds` at most."""
    between_contents_seconds: Seconds = _DEFAULTS.between_contents
    whole_answer_seconds: Seconds = _DEFAULTS.whole_answer

    @model_validator(mode="after")
    def _deadlines_fit(self) -> Self:
        for name in ("first_content_seconds", "between_contents_seconds"):
            if name in self.model_fields_set and getattr(self, name) > self.whole_answer_seconds:
                raise ValueError(f"TUTOR_{name.upper()}: is longer than TUTOR_WHOLE_ANSWER_SECONDS")
        return self

    @property
    def deadlines(self) -> Deadlines:
        """The deadlines of an answer, with the settings of its calls."""
        return Deadlines(
            first_content=self.first_content_seconds,
            between_contents=self.between_contents_seconds,
            whole_answer=self.whole_answer_seconds,
        )
