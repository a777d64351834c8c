"""An opened ask: the request for the model, and the resources to settle in the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_server.storage.course_models import EVERYWHERE

if TYPE_CHECKING:
    from uuid import UUID

    from tutor_analysis.work import Material
    from tutor_pedagogy.conversation.talk import Talk
    from tutor_pedagogy.ladder.levels import StudentLevels
    from tutor_protocol import Accepted, ReportedFinding
    from tutor_server.admission.limiter import Grant
    from tutor_server.ledger.calls import AskCalls
    from tutor_server.llm.provider import Request


@dataclass(slots=True, kw_only=True)
class OpenAsk:
    """An opened ask. `material` is the guard's input, such as the submission and its hint level."""

    accepted: Accepted
    material: Material
    student: StudentLevels
    talk: Talk
    finding: ReportedFinding
    """The offline tutor's finding in the submission."""
    introduction: str
    """The sentences about the change since the last ask, which open the answer; or an empty string."""
    calls: AskCalls
    grant: Grant
    request: Request | None

    @property
    def course_id(self) -> UUID:
        """The course in which the ask was made; `EVERYWHERE` for one outside of courses."""
        return self.accepted.course_id or EVERYWHERE

    def hand_over(self) -> Request:
        """Return the request and drop the reference to it, since a prompt is large and an answer takes long.

        Raise `ValueError` at a second call.
        """
        request, self.request = self.request, None
        if request is None:
            raise ValueError("the request was handed over before")
        return request
