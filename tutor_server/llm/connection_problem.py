"""Says in a line for the operator why a provider cannot be reached."""

from __future__ import annotations

import aiohttp


def connection_problem(error: BaseException, url: str, base_url: str) -> str:
    """Return what is wrong, and what to check. `base_url` is the name of the setting with the base URL."""
    kind = type(error).__name__
    match error:
        case aiohttp.InvalidURL():
            problem = f"{base_url} is not a URL"
        case aiohttp.ClientHttpProxyError(status=status):
            problem = f"cannot be reached: the proxy answered {status}; check the variables of the proxy"
        case aiohttp.ClientConnectorCertificateError():
            problem = (
                f"cannot be reached: its certificate is not trusted; check {base_url}, or name the file of your own "
                "authority in SSL_CERT_FILE"
            )
        case aiohttp.ClientConnectorSSLError():
            problem = f"cannot be reached: it does not speak TLS there; write http:// in {base_url}, or another port"
        case aiohttp.ClientConnectorDNSError():
            problem = f"cannot be reached: its host is not known; check {base_url}"
        case aiohttp.ClientConnectorError(os_error=ConnectionRefusedError()):
            problem = f"cannot be reached: nothing listens there; start the server, or check {base_url}"
        case aiohttp.ClientError() if url.startswith("http://"):
            problem = f"closed the connection ({kind}); check {base_url}: it may need https://"
        case _:
            problem = f"cannot be reached ({kind}); check {base_url} and the network"
    return problem
