"""Translates errors of the HTTP client into `ProviderFailure`."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import aiohttp

from tutor_server.llm.provider import ProviderFailure

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def connection_failures() -> Iterator[None]:
    """Raise errors of the HTTP client inside the context as `ProviderFailure`."""
    try:
        yield
    except (aiohttp.ClientError, OSError) as error:
        raise _connection_failure(error) from error


def _connection_failure(error: aiohttp.ClientError | OSError) -> ProviderFailure:
    kinds = "/".join(dict.fromkeys(type(cause).__name__ for cause in (error, error.__cause__) if cause is not None))
    match error:
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError() | aiohttp.InvalidURL():
            return ProviderFailure("unreachable", f"cannot be reached ({kinds})", sent=False)
        case aiohttp.ClientHttpProxyError(status=status):
            return ProviderFailure("unreachable", f"cannot be reached: the proxy answered {status}", sent=False)
        case TimeoutError():
            return ProviderFailure("timeout", f"did not answer in time ({kinds})")
        case _:
            return ProviderFailure("interrupted", f"closed the connection ({kinds})")
