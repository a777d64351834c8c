"""LemonLDAP::NG from Debian as an identity provider, in a process of its own, with the users of its demonstration.

It is unlike oidc-provider: written in Perl, it signs with a key from its configuration file, says nothing about whether
an address is confirmed, and gives the address only at its endpoint for user information.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import ClientError, ClientSession
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from testing.account_page import fill, picture
from testing.real_identity_provider import CLIENT_ID, CLIENT_SECRET, free_port, service_settings
from testing.waiting import POLL_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from testing.chromium import Page

START_SECONDS = 60
PROCESSES = 2
"""Chromium keeps connections open, and a logout calls the service, which may call back."""
CONFIGURATION = "conf/lmConf-1.json"
INI = """\
[all]
logLevel = error
logger = Lemonldap::NG::Common::Logger::Std
userLogger = Lemonldap::NG::Common::Logger::Std
useSafeJail = 0
checkTime = 1
[configuration]
type = File
dirName = {folder}/conf
localStorage = Cache::NullCache
[portal]
staticPrefix = /static
templateDir = /usr/share/lemonldap-ng/portal/templates
languages = en
[handler]
"""
PROGRAM = """\
use Lemonldap::NG::Portal;
Lemonldap::NG::Portal->run({});
"""
STRONG = 2048


@dataclass(slots=True)
class LemonldapProvider:
    """A provider whose configurations and sessions are files in `folder`. `starman` is the program that serves it."""

    url: str
    folder: Path
    starman: str
    process: asyncio.subprocess.Process | None = None

    @property
    def settings(self) -> dict[str, str]:
        """The service's settings for this provider."""
        return service_settings(self.url)

    async def rotate_key(self, name: str) -> None:
        """Sign with another key from now on, and publish that one alone.

        The provider starts again: a process that it only told to end could sign with the old key for a while.
        """
        files = sorted((self.folder / "conf").glob("lmConf-*.json"))
        configuration = json.loads(files[-1].read_text()) | signing_key(name) | {"cfgNum": len(files) + 1}
        (self.folder / "conf" / f"lmConf-{len(files) + 1}.json").write_text(json.dumps(configuration))
        await self.stop()
        await self.start(name)

    async def start(self, key: str) -> None:
        """Run the provider, and wait until it publishes its key."""
        self.process = await asyncio.create_subprocess_exec(
            self.starman,
            *("--listen", self.url.removeprefix("http://"), "--workers", str(PROCESSES), "portal.psgi"),
            cwd=self.folder,
            env=os.environ | {"LLNG_DEFAULTCONFFILE": str(self.folder / "lemonldap-ng.ini")},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        served = set[str]()
        async with asyncio.timeout(START_SECONDS):
            while served != {key}:
                served = await self._key_ids()
                await asyncio.sleep(POLL_SECONDS)

    async def stop(self) -> None:
        """End every process of the provider."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        await self.process.wait()

    async def _key_ids(self) -> set[str]:
        try:
            async with ClientSession() as client, client.get(f"{self.url}/oauth2/jwks") as response:
                return {key["kid"] for key in (await response.json())["keys"]}
        except ClientError:
            return set()


def signing_key(name: str) -> dict[str, str]:
    """Return the part of the configuration with a new key."""
    key = rsa.generate_private_key(65537, STRONG)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return {
        "oidcServicePrivateKeySig": private.decode(),
        "oidcServicePublicKeySig": public.decode(),
        "oidcServiceKeyIdSig": name,
        "oidcServiceKeyTypeSig": "RSA",
    }


def configuration(folder: Path, url: str, service: str) -> dict[str, Any]:
    """Return a configuration of the provider with the service as its one client."""

    def kept_in(name: str) -> dict[str, str]:
        return {"Directory": str(folder / name), "LockDirectory": str(folder / name / "lock")}

    options = {
        "ClientID": CLIENT_ID,
        "ClientSecret": CLIENT_SECRET,
        "DisplayName": "Ask Tutor",
        "RedirectUris": f"{service}/auth/oidc/callback",
        "IDTokenSignAlg": "RS256",
        "RequirePKCE": 1,
        "UserIDAttr": "uid",
        "LogoutUrl": f"{service}/auth/oidc/backchannel-logout",
        "LogoutType": "back",
        "LogoutSessionRequired": 1,
    }
    without_mail = ("captcha_mail_enabled", "captcha_register_enabled", "portalDisplayResetPassword")
    return {
        "cfgNum": 1,
        "cfgAuthor": "tests",
        "cfgDate": "1796000000",
        "cfgVersion": "2.21.2",
        "cookieName": "lemonldap",
        "exportedHeaders": {},
        "groups": {},
        "handlerInternalCache": 0,  # A process that keeps sessions for 15 seconds does not see what another one wrote.
        "httpOnly": 1,
        "key": "sixteen letters.",
        "tokenUseGlobalStorage": 1,
        "whatToTrace": "_whatToTrace",
        "portal": f"{url}/",
        "domain": "127.0.0.1",
        "securedCookie": 0,
        "authentication": "Demo",
        "userDB": "Same",
        "passwordDB": "Null",
        "registerDB": "Null",
        **dict.fromkeys((*without_mail, "portalDisplayRegister"), 0),
        "demoExportedVars": {name: name for name in ("cn", "mail", "uid")},
        "globalStorage": "Apache::Session::File",
        "globalStorageOptions": kept_in("sessions"),
        "persistentStorage": "Apache::Session::File",
        "persistentStorageOptions": kept_in("persistent"),
        "localSessionStorage": "Cache::NullCache",
        "locationRules": {"127.0.0.1": {"default": "accept"}},
        "macros": {"_whatToTrace": "lc($_user)"},
        "issuerDBOpenIDConnectActivation": 1,
        "oidcServiceMetaDataIssuer": url,
        "oidcServiceAllowAuthorizationCodeFlow": 1,
        **signing_key("first"),
        "oidcRPMetaDataOptions": {"tutor": {f"oidcRPMetaDataOptions{name}": text for name, text in options.items()}},
        "oidcRPMetaDataExportedVars": {"tutor": {"email": "mail", "name": "cn"}},
    }


@asynccontextmanager
async def lemonldap_provider(starman: str, folder: Path, service_port: int) -> AsyncIterator[LemonldapProvider]:
    """Run the provider, with its files in a folder, for a service on a port. `starman` is the program that serves."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    for name in ("conf", "sessions/lock", "persistent/lock"):
        (folder / name).mkdir(parents=True)
    told = configuration(folder, url, f"http://127.0.0.1:{service_port}")
    (folder / CONFIGURATION).write_text(json.dumps(told))
    (folder / "lemonldap-ng.ini").write_text(INI.format(folder=folder))
    (folder / "portal.psgi").write_text(PROGRAM)
    provider = LemonldapProvider(url, folder, starman)
    try:
        await provider.start("first")
        yield provider
    finally:
        await provider.stop()


async def sign_in_at_lemonldap(page: Page, name: str) -> None:
    """Sign in on the provider's own pages, whose passwords are the names, and let it tell the service who it is."""
    await _focus(page, "#userfield")
    await fill(page, name, name)
    await picture(page, "lemonldap-consent")
    await _focus(page, "form [type=submit]")
    await page.press("Enter", loads=True)


async def _focus(page: Page, selector: str) -> None:
    """Move the focus to an element of the provider's page, whose names are only there with scripts."""
    assert await page.evaluate(f"(() => {{ document.querySelector('{selector}').focus(); return true; }})()")
