"""A course platform that is not ours (lti1p3platform) in a process of its own, and tokens signed with its key."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
from aiohttp import ClientSession
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from testing.identity_provider import new_key
from testing.real_identity_provider import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

CLIENT_ID, DEPLOYMENT, CONTEXT = "tool-7", "deployment-1", "c-1"
LTI = "https://purl.imsglobal.org/spec/lti/claim/"


def pem_of(key: RSAPrivateKey) -> str:
    """Return a private key as PEM."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def write_key(file: Path) -> Path:
    """Write a new private key to a file."""
    file.write_text(pem_of(new_key()), encoding="ascii")
    return file


def query_of(url: str) -> dict[str, str]:
    """Return the query of a URL."""
    return dict(parse_qsl(urlsplit(url).query))


@dataclass
class LtiPlatform:
    """A running platform."""

    url: str
    key: RSAPrivateKey = field(default_factory=new_key)

    @property
    def arguments(self) -> list[str]:
        """What `tutor-server lti add` is told about the platform, apart from its deployments."""
        addresses = {"authorization-url": "authorize", "token-url": "token", "keys-url": "keys"}
        given = [f"--{name}={self.url}/{path}" for name, path in addresses.items()]
        return [f"--issuer={self.url}", f"--client-id={CLIENT_ID}", *given]

    def launch_url(self, path: str = "start", **asked: Any) -> str:
        """Return where a launch begins. `sub`, `email`, `role`, `module`, `deep` and `context` say which."""
        return f"{self.url}/{path}?{urlencode(asked, doseq=True)}"

    async def key_id(self) -> str:
        """Return the id of the platform's key."""
        async with ClientSession() as session, session.get(f"{self.url}/keys") as response:
            return str((await response.json())["keys"][0]["kid"])

    async def serve(self, tool: str) -> None:
        """Register a tool at the platform, in place of the one before, and forget what that one has sent."""
        async with ClientSession() as session, session.put(f"{self.url}/test/tool", json=tool) as response:
            assert response.status == 200

    async def set_members(self, members: list[dict[str, Any]]) -> None:
        """Replace the members of the course."""
        async with ClientSession() as session, session.put(f"{self.url}/test/members", json=members) as response:
            assert response.status == 200

    async def seen(self) -> dict[str, Any]:
        """Return what the tool has sent: links, and the scopes of requests for tokens."""
        async with ClientSession() as session, session.get(f"{self.url}/test/seen") as response:
            answer: dict[str, Any] = await response.json()
            return answer

    async def sign(self, claims: dict[str, Any], **headers: Any) -> str:
        """Return a token with the platform's own signature."""
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": await self.key_id()} | headers)

    def claims(self, begun: str, now: float, **more: Any) -> dict[str, Any]:
        """Return the claims of a right launch, for the location to which the tool has sent the browser."""
        asked = query_of(begun)
        return {
            "iss": self.url,
            "aud": asked["client_id"],
            "sub": "s-1",
            "email": "ada@uni.example",
            "iat": int(now),
            "exp": int(now) + 300,
            "nonce": asked["nonce"],
            f"{LTI}message_type": "LtiResourceLinkRequest",
            f"{LTI}version": "1.3.0",
            f"{LTI}deployment_id": DEPLOYMENT,
            f"{LTI}target_link_uri": asked["redirect_uri"],
            f"{LTI}resource_link": {"id": "link-1"},
            f"{LTI}context": {"id": CONTEXT, "title": "Course c-1"},
            f"{LTI}roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"],
        } | more


@contextmanager
def lti_platform(host: str = "127.0.0.1") -> Iterator[LtiPlatform]:
    """Run the platform. `host` is the name in its addresses: another name makes another site."""
    port = free_port()
    platform = LtiPlatform(f"http://{host}:{port}")
    public = platform.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    configuration = {
        "issuer": platform.url,
        "host": "127.0.0.1",
        "port": port,
        "client_id": CLIENT_ID,
        "deployment": DEPLOYMENT,
        "private_key": pem_of(platform.key),
        "public_key": public,
    }
    command = [sys.executable, "-m", "testing.lti_platform_program", json.dumps(configuration)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"listening\n"
            yield platform
        finally:
            process.terminate()
