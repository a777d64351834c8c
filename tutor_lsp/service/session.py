"""HTTP sessions with the service, and messages to the student about network errors."""

from __future__ import annotations

import asyncio
import importlib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tutor_lsp.service.address import is_loopback
from tutor_lsp.service.tls import insecure, tls_context

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    import aiohttp

CONNECT_SECONDS = 10.0

SIGNED_OUT_MESSAGE = "Sign in to ask the tutor: in your editor, or with `tutor sign-in` in a terminal."

_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _TOO_MANY_REQUESTS, _SERVER_ERROR = 401, 403, 404, 429, 500
_PROXY_AUTHENTICATION_REQUIRED = 407
_PROXY = "The proxy that your computer is set to use"


class ServiceFault(Exception):
    """The service cannot be used. The message is a sentence for the student."""


class Unreachable(ServiceFault):
    """The service could not be reached."""


class SignedOut(ServiceFault):
    """The service rejects the student's access token, or the student has none."""

    def __init__(self, message: str = SIGNED_OUT_MESSAGE) -> None:
        super().__init__(message)


async def open_session(headers: Mapping[str, str]) -> aiohttp.ClientSession:
    """Return a session without cookies that follows no redirects. The caller closes it."""
    # Importing aiohttp takes a fifth of a second. A thread imports it, so that the editor need not wait.
    tls = await asyncio.to_thread(_load)
    import aiohttp  # noqa: PLC0415 - the thread has imported it

    redirects = aiohttp.TraceConfig()
    redirects.on_request_redirect.append(_refuse_redirect)
    return aiohttp.ClientSession(
        headers=headers,
        connector=aiohttp.TCPConnector(ssl=tls),
        cookie_jar=aiohttp.DummyCookieJar(),
        trace_configs=[redirects],
    )


async def proxy_for(server_url: str) -> str | None:
    """Return the proxy that the environment or the system sets for an address, or None. Loopback has none.

    aiohttp's own `trust_env` would also read ~/.netrc, and then reject our Authorization header.
    """
    return await asyncio.to_thread(_proxy_for, server_url)


def host_of(server_url: str) -> str:
    """Return the host name of the service, which messages to the student use as its name."""
    return urlsplit(server_url).hostname or server_url


def fault_of(server_url: str, error: BaseException) -> ServiceFault:
    """Return the `ServiceFault` for an exception that aiohttp raised, with a sentence for the student."""
    import aiohttp  # noqa: PLC0415 - `open_session` has already imported it
    from yarl import URL  # noqa: PLC0415 - needed only after an error

    host = host_of(server_url)
    match error:
        case aiohttp.WSServerHandshakeError(status=status):
            return refusal(server_url, status)
        case aiohttp.ClientConnectorCertificateError(certificate_error=cause):
            told = insecure(host, cause)
        case aiohttp.ClientConnectorSSLError(os_error=cause):
            told = insecure(host, cause)
        case aiohttp.ClientProxyConnectionError():
            told = f"{_PROXY} cannot be reached."
        case aiohttp.ClientHttpProxyError(status=status) if status == _PROXY_AUTHENTICATION_REQUIRED:
            told = f"{_PROXY} wants a name and a password."
        case aiohttp.ClientHttpProxyError(status=status):
            told = f"{_PROXY} does not let you through to {host} ({status})."
        case aiohttp.ClientConnectorDNSError(host=looked_up) if looked_up != URL(server_url).raw_host:
            told = f"{_PROXY} cannot be reached."
        case aiohttp.ClientConnectorDNSError():
            told = f"There is no computer named {host}, or you are not connected to the network."
        case TimeoutError():
            told = f"The tutor at {host} does not answer."
        case _:
            told = f"The tutor at {host} cannot be reached."
    return Unreachable(told)


def refusal(server_url: str, status: int) -> ServiceFault:
    """Return the `ServiceFault` for an unexpected HTTP status, with a sentence for the student."""
    host = host_of(server_url)
    if status == _UNAUTHORIZED:
        return SignedOut()
    if status == _FORBIDDEN:
        return Unreachable(f"{host} does not let this computer in.")
    if status == _NOT_FOUND:
        return Unreachable(f"There is no tutor service at {host}.")
    if status == _TOO_MANY_REQUESTS or status >= _SERVER_ERROR:
        return Unreachable(f"The tutor at {host} is not available right now. Please ask again in a moment.")
    return Unreachable(f"Something else answers at {host}, perhaps the sign-in page of this network.")


def _load() -> ssl.SSLContext:
    importlib.import_module("aiohttp")
    return tls_context()


def _proxy_for(server_url: str) -> str | None:
    from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415 - slow, but aiohttp has already imported it

    parts = urlsplit(server_url)
    host = parts.hostname or ""
    if is_loopback(host) or proxy_bypass(host):
        return None
    proxy = getproxies().get(parts.scheme)
    return f"http://{proxy}" if proxy and "://" not in proxy else proxy or None


async def _refuse_redirect(*_: object) -> None:
    raise Unreachable("The tutor service sends its visitors to another address. Check the address that you have set.")
