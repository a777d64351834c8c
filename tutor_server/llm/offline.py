"""The provider that wraps the offline tutor: always available, free and deterministic."""

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
"""The name of the provider. It needs no settings and never fails."""

_SENTENCE_END = re.compile(r"(?<=[.!?]\s)|(?<=\n)")


class OfflineProvider:
    """Answers with the explanation of the offline tutor, which `explain` finds in bounded time."""

    name: ClassVar[str] = OFFLINE
    model: ClassVar[str] = "offline-1"
    is_remote: ClassVar[bool] = False
    thinking_tokens: ClassVar[int] = 0

    def __init__(self, explain: Explain) -> None:
        self._explain = explain

    @asynccontextmanager
    async def stream(self, request: Request, _pacing: Pacing) -> AsyncIterator[AsyncIterator[Sequence[Event]]]:
        """Open the answer. This cannot fail."""
        async with aclosing(self._events(request)) as events:
            yield events

    async def _events(self, request: Request) -> AsyncGenerator[Sequence[Event], None]:
        explanation = await self._explain(request)
        for sentence in _SENTENCE_END.split(explanation.text):
            if sentence:
                yield (sentence,)
        yield (Usage(0, 0), Finish("stop", finding=explanation.finding))

    async def close(self) -> None:
        """Do nothing: this provider has no connections."""
