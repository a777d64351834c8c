"""TLS trust and proxies on the editor side, and the error messages when they fail (E10)."""

from __future__ import annotations

import socket
from contextlib import aclosing
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from testing.certificates import PrivateAuthority, self_signed_context
from testing.connect_proxy import connect_proxy
from testing.editor_side.scripted_service import ScriptedService, accepted
from tutor_lsp.service.connection import ServiceConnection
from tutor_lsp.service.session import Unreachable
from tutor_lsp.service.tls import insecure
from tutor_lsp.sign_in.accounts import AccountService
from tutor_lsp.sign_in.credentials import StaticToken

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from pathlib import Path

    from testing.editor_side.scripted_service import Connection

HOST = "tutor.uni.test"
"""A host name that never resolves (RFC 6761 §6.2)."""


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove this computer's settings for proxies and certificates."""
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def authority(tmp_path: Path) -> PrivateAuthority:
    """Return a certificate authority that is not trusted yet."""
    return PrivateAuthority(tmp_path)


async def accepting(connection: Connection) -> None:
    """Accept the connection and send one message."""
    await connection.send(accepted(uuid4()))


async def connect(url: str) -> None:
    """Open a connection, wait for its first message, and close it."""
    connection = ServiceConnection(url, StaticToken("secret"))
    await connection.authenticate()
    async with aclosing(connection.messages([])) as messages:
        await anext(messages)


async def refusal(url: str) -> str:
    """Return the error message of a connection that cannot be opened."""
    with pytest.raises(Unreachable) as refused:
        await connect(url)
    return str(refused.value)


def port_of(url: str) -> int:
    """Return the port of a URL."""
    return int(url.rpartition(":")[2])


NOT_SECURE = "The connection to 127.0.0.1 is not secure: "
UNKNOWN = (
    "your computer does not trust the certificate authority that issued its certificate. If that is your "
    "university's own, your computer has to trust it first."
)


@pytest.mark.parametrize(
    ("shown", "why"),
    [
        (
            lambda authority, _: authority.server_context("127.0.0.1"),
            UNKNOWN,
        ),
        (lambda _, folder: self_signed_context(folder), "its certificate is self-signed."),
    ],
    ids=["private authority", "self-signed"],
)
async def test_certificate_that_the_system_does_not_trust(
    authority: PrivateAuthority, tmp_path: Path, shown: Callable[[PrivateAuthority, Path], ssl.SSLContext], why: str
) -> None:
    """If the certificate is untrusted, WebSocket and HTTP refuse the connection with the reason, and send nothing."""
    service = ScriptedService(accepting)
    async with service.serve(tls=shown(authority, tmp_path)) as url:
        assert await refusal(url) == f"{NOT_SECURE}{why} Nothing was sent."
        with pytest.raises(Unreachable) as refused:
            await AccountService(url).ask_for_device_code("an editor")
        assert str(refused.value) == f"{NOT_SECURE}{why} Nothing was sent."
    assert service.connections == []


async def test_authority_in_the_trust_store_is_trusted(
    authority: PrivateAuthority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service is trusted if `SSL_CERT_FILE` names a file with its certificate authority."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    service = ScriptedService(accepting)
    async with service.serve(tls=authority.server_context("127.0.0.1")) as url:
        await connect(url)
    assert len(service.connections) == 1


@pytest.mark.parametrize(
    ("host", "days", "why"),
    [
        ("127.0.0.1", (-2, -1), "its certificate has expired, or your computer's clock is wrong."),
        ("127.0.0.1", (1, 2), "its certificate is not valid yet, or your computer's clock is wrong."),
        ("127.0.0.2", (-1, 1), "its certificate is for another address."),
    ],
)
async def test_wrong_certificate_of_a_trusted_authority(
    authority: PrivateAuthority,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    days: tuple[int, int],
    why: str,
) -> None:
    """If a trusted authority's certificate is invalid, for example expired, the message names the fault."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    service = ScriptedService(accepting)
    async with service.serve(tls=authority.server_context(host, *days)) as url:
        assert await refusal(url) == f"{NOT_SECURE}{why} Nothing was sent."
    assert service.connections == []


async def test_server_without_tls() -> None:
    """A TLS failure whose cause is not the certificate is not reported as a certificate fault."""
    async with ScriptedService(accepting).serve() as url:
        told = await refusal(url.replace("http:", "https:"))
    assert told.startswith("No secure connection to 127.0.0.1 could be made (")
    assert told.endswith("). Nothing was sent.")


def test_words_of_the_system_stand_for_codes_of_its_own() -> None:
    """On Windows and macOS, whose error codes are different, the message contains the system's text."""
    import ssl  # noqa: PLC0415 - only this test needs the module

    error = ssl.SSLCertVerificationError("refused")
    error.verify_code, error.verify_message = 0x800B010C, "The certificate was revoked"
    assert insecure(HOST, error) == (
        f"The connection to {HOST} is not secure: its certificate was refused (The certificate was revoked). "
        "Nothing was sent."
    )


async def test_a_damaged_trust_store_is_as_an_empty_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If `SSL_CERT_FILE` names an unusable file, services without TLS can still be reached."""
    (tmp_path / "store.pem").write_text("nothing", encoding="utf-8")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "store.pem"))
    async with ScriptedService(accepting).serve() as url:
        await connect(url)


@pytest.mark.parametrize("spelling", ["http://127.0.0.1:{}", "127.0.0.1:{}"])
async def test_proxy_of_the_environment_is_used(
    authority: PrivateAuthority, monkeypatch: pytest.MonkeyPatch, spelling: str
) -> None:
    """WebSocket and HTTP use the proxy in `HTTPS_PROXY`, with TLS from end to end."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    service = ScriptedService(accepting)
    async with (
        service.serve(tls=authority.server_context(HOST)) as url,
        connect_proxy(port_of(url)) as proxy,
    ):
        monkeypatch.setenv("HTTPS_PROXY", spelling.format(proxy.port))
        await connect(f"https://{HOST}")
        with pytest.raises(Unreachable):  # The scripted chat service has no other routes.
            await AccountService(f"https://{HOST}").ask_for_device_code("an editor")
    assert proxy.asked_for == [f"{HOST}:443"] * 2
    assert len(service.connections) == 1


async def test_certificate_is_judged_behind_a_proxy_too(
    authority: PrivateAuthority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy that intercepts TLS shows its own certificate, which must be trusted."""
    service = ScriptedService(accepting)
    async with (
        service.serve(tls=authority.server_context(HOST)) as url,
        connect_proxy(port_of(url)) as proxy,
    ):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        assert "does not trust the certificate authority" in await refusal(f"https://{HOST}")
    assert service.connections == []


async def test_no_proxy_for_the_hosts_that_need_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hosts in `NO_PROXY` are contacted without a proxy. The resolver is replaced, so no network is needed."""

    def resolve(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async with connect_proxy(1) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("NO_PROXY", "localhost,.uni.test")
        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        assert await refusal(f"https://{HOST}") == (
            f"There is no computer named {HOST}, or you are not connected to the network."
        )
    assert proxy.asked_for == []


async def test_no_proxy_for_this_computer(authority: PrivateAuthority, monkeypatch: pytest.MonkeyPatch) -> None:
    """Services on this computer are contacted without a proxy."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    service = ScriptedService(accepting)
    async with service.serve(tls=authority.server_context("127.0.0.1")) as url, connect_proxy(1) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        await connect(url)
    assert proxy.asked_for == []


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("407 Proxy Authentication Required", "wants a name and a password."),
        ("403 Forbidden", f"does not let you through to {HOST} (403)."),
    ],
)
async def test_proxy_that_refuses(monkeypatch: pytest.MonkeyPatch, status: str, told: str) -> None:
    """If the proxy refuses, the message blames the proxy, not the tutor."""
    async with connect_proxy(1, status=status) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        assert await refusal(f"https://{HOST}") == f"The proxy that your computer is set to use {told}"


async def test_proxy_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the proxy is unreachable, or its host name unknown, the message blames the proxy."""
    async with connect_proxy(1) as proxy:
        port = proxy.port
    for address in (f"127.0.0.1:{port}", "proxy.uni.test:8080"):
        monkeypatch.setenv("HTTPS_PROXY", f"http://{address}")
        assert await refusal(f"https://{HOST}") == "The proxy that your computer is set to use cannot be reached."


async def test_a_name_that_nobody_has() -> None:
    """Without a proxy, the message says that the service's host name is unknown, however the URL is written."""
    assert (await refusal("https://tutör.uni.test")).startswith("There is no computer named tutör.uni.test")
