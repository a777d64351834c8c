"""The provider over the offline tutor: always there, free, and the same every time."""

from __future__ import annotations

import re
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING, ClassVar

from tutor_server.llm.provider import Finish, Usage

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence

    from tutor_pedagogy.offline import Explanation
    from tutor_server.llm.batching import Pacing
    from tutor_server.llm.provider import Event, Request

    Explain = Callable[[Request], Awaitable[Explanation]]

OFFLINE = "offline"
"""The provider's name: it needs no settings and never fails."""

_SENTENCE_END = re.compile(r"(?<=[.!?]\s)|(?<=\n)")


class OfflineProvider:
    """Answers with the offline tutor's explanation, as `explain` finds it in bounded time."""

    name: ClassVar[str] = OFFLINE
    model: ClassVar[str] = "offline-1"
    is_remote: ClassVar[bool] = False

    def __init__(self, explain: Explain) -> None:
        self._explain = explain

    @asynccontextmanager
    async def stream(self, request: Request, _pacing: Pacing) -> AsyncIterator[AsyncIterator[Sequence[Event]]]:
        """Open the answer; there is nothing to fail."""
        async with aclosing(self._events(request)) as events:
            yield events

    async def _events(self, request: Request) -> AsyncGenerator[Sequence[Event], None]:
        explanation = await self._explain(request)
        for sentence in _SENTENCE_END.split(explanation.text):
            if sentence:
                yield (sentence,)
        yield (Usage(0, 0), Finish("stop", rule=explanation.rule))

    async def close(self) -> None:
        """Release nothing."""
