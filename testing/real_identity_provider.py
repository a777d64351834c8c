"""A real identity provider in a process of its own: oidc-provider, which the OpenID Foundation has certified."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

FOLDER = Path(__file__).parents[1] / "tests" / "e2e" / "identity_provider_programs"
CLIENT_ID, CLIENT_SECRET = "ask-tutor", "a secret of the client, longer than 32 bytes"
NAME = "Uni Example"
SIGN_IN = f"Sign in with {NAME}"
"""The link on the pages of a service that leads to the provider."""
START_SECONDS = 30


@dataclass(frozen=True, slots=True)
class RealIdentityProvider:
    """A running provider."""

    url: str

    @property
    def settings(self) -> dict[str, str]:
        """The service's settings for this provider."""
        return service_settings(self.url)


def service_settings(url: str) -> dict[str, str]:
    """Return a service's settings for a provider at an address, with the tests' client."""
    return {
        "TUTOR_OIDC_ISSUER": url,
        "TUTOR_OIDC_CLIENT_ID": CLIENT_ID,
        "TUTOR_OIDC_CLIENT_SECRET": CLIENT_SECRET,
        "TUTOR_OIDC_NAME": NAME,
    }


def free_port() -> int:
    """Return a port that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@asynccontextmanager
async def real_identity_provider(node: str, service_port: int) -> AsyncIterator[RealIdentityProvider]:
    """Run the provider, with a client for a service on a port. `node` is the path of Node."""
    service, port = f"http://127.0.0.1:{service_port}", free_port()
    client = {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "redirect_uris": [f"{service}/auth/oidc/callback"],
        "backchannel_logout_uri": f"{service}/auth/oidc/backchannel-logout",
    }
    process = await asyncio.create_subprocess_exec(
        node,
        "provider.mjs",
        json.dumps({"client": client, "port": port}),
        cwd=FOLDER,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(START_SECONDS):
            assert (await process.stdout.readline()).startswith(b"listening on ")
        yield RealIdentityProvider(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        await process.communicate()
