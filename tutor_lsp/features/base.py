"""The interface of a feature."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

Handler = Callable[[Any], Awaitable[Any]]
"""A handler of one message. It gets the params, or the argument of a command, and returns the result."""


class Feature(Protocol):
    """One function of the language server that an editor can use.

    `server` builds each feature, registers its handlers, and calls its other methods. An exception in a method is
    logged, and does not affect the other features. A feature overrides the methods that it needs; the defaults do
    nothing.
    """

    def handlers(self) -> Mapping[str, Handler]:
        """Return the handlers of LSP methods, and of the custom methods of `protocol.CUSTOM_PARAMS`.

        Several features may handle the same notification. A handler raises `Refused` with a reason for the student.
        """
        return {}

    def commands(self) -> Mapping[str, Handler]:
        """Return the handlers of the commands of `protocol.COMMAND_ARGUMENTS`."""
        return {}

    async def initialized(self) -> None:
        """Run as a background task after `initialized`. It may run until the server ends."""
        return

    async def shutdown(self) -> None:
        """Stop everything that is running. It may be called more than once."""
        return
