"""The interface of a feature."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

Handler = Callable[[Any], Awaitable[Any]]
"""Handles one message. It takes the params, or the argument of a command, and returns the result."""


class Feature(Protocol):
    """One thing that an editor can ask of the language server.

    `server` builds each feature, registers its handlers, and runs the other methods at their time. An exception in one
    of them is logged, and the other features go on. A feature overrides what it needs; the defaults do nothing.
    """

    def handlers(self) -> Mapping[str, Handler]:
        """Return the handlers of LSP methods, and of the custom methods of `protocol.CUSTOM_PARAMS`.

        Several features may handle the same notification. A handler that raises `Refused` tells the student why.
        """
        return {}

    def commands(self) -> Mapping[str, Handler]:
        """Return the handlers of the commands of `protocol.COMMAND_ARGUMENTS`."""
        return {}

    async def initialized(self) -> None:
        """Run in a background task after `initialized`. It may run until the server ends."""
        return

    async def shutdown(self) -> None:
        """Stop what is running. May be called again."""
        return
