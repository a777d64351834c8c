"""`tutor-server lti`: registering platforms, and what a wrong key file or address says."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from testing.lti_browser import LtiBrowser
from testing.lti_platform import DEPLOYMENT, lti_platform, write_key
from testing.service import RunningService, service_environment
from testing.warm_start import TUTOR_SERVER, run_command
from tutor_server.errors import SettingsError
from tutor_server.lti.tool_keys import read_tool_keys

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from testing.service import Service, StartService

MOODLE = "https://moodle.uni.example"


async def operate(service: Service, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the operator beside a running service."""
    return await asyncio.to_thread(
        run_command,
        [TUTOR_SERVER, *arguments],
        service.data_dir.parent,
        service_environment(service.data_dir, **settings),
    )


async def test_a_platform_is_registered_listed_and_removed(start_service: StartService) -> None:
    """The three arguments of the contract are enough for Moodle; the output says what to type there."""
    async with start_service() as service:
        await operate(service, "courses", "add", "cs1", "--title", "Programming 1")
        added = await operate(
            service, "lti", "add", "--issuer", MOODLE, "--client-id", "abc", "--deployment", "1", "--deployment", "2"
        )
        again = await operate(
            service, "lti", "add", "--issuer", MOODLE, "--client-id", "abc", "--deployment", "2", "--course", "cs1"
        )
        canvas = await operate(
            *(service, "lti", "add", "--issuer", "https://canvas.instructure.com", "--client-id", "10", "--deployment"),
            "7:x",
        )
        listed = await operate(service, "lti", "list")
        removed = await operate(service, "lti", "remove", "--issuer", MOODLE, "--client-id", "abc")
        gone = await operate(service, "lti", "remove", "--issuer", MOODLE, "--client-id", "abc")
        actions = service.query("SELECT action, actor FROM admin_actions WHERE action LIKE 'lti%' ORDER BY at")

    assert (added.returncode, again.returncode, canvas.returncode, removed.returncode) == (0, 0, 0, 0)
    for said in (f"{MOODLE}/mod/lti/auth.php", f"{MOODLE}/mod/lti/token.php", f"{MOODLE}/mod/lti/certs.php"):
        assert said in added.stdout
    for path in ("launch", "login", "jwks", "config.json"):
        assert f"http://127.0.0.1:8765/lti/{path}\n" in added.stdout
    assert "TUTOR_LTI_KEY_FILES is not set" in added.stdout
    assert "https://sso.canvaslms.com/api/lti/authorize_redirect" in canvas.stdout
    assert listed.stdout.splitlines() == [
        "https://canvas.instructure.com  10  7:x  -",
        f"{MOODLE}  abc  1  -",
        f"{MOODLE}  abc  2  cs1",
    ]
    assert (gone.returncode, gone.stderr) == (1, "tutor-server: no such platform is registered\n")
    assert actions == [("lti_platform_saved", "command")] * 3 + [("lti_platform_removed", "command")]


async def test_what_cannot_be_a_platform_is_refused(start_service: StartService) -> None:
    """An address without encryption, another scheme, one that is too long, and an unknown course."""
    long = f"https://moodle.uni.example/{'x' * 2100}"
    async with start_service() as service:
        for arguments, says in (
            (("--issuer", "http://moodle.uni.example"), "--authorization-url: is an address like https://"),
            (("--issuer", MOODLE, "--keys-url", "ftp://x"), "--keys-url: is an address like https://"),
            (("--issuer", MOODLE, "--token-url", long), "--token-url: takes at most 2048"),
            (("--issuer", MOODLE, "--course", "none"), "there is no course none"),
        ):
            refused = await operate(service, "lti", "add", *arguments, "--client-id", "abc", "--deployment", "1")
            assert (refused.returncode, refused.stdout) == (1, ""), says
            assert refused.stderr.startswith(f"tutor-server: {says}")


async def test_members_are_taken_over_by_a_command(tmp_path: Path) -> None:
    """The command asks the platform with the tool's key, and says how many members it has added."""
    settings = {"TUTOR_LTI_KEY_FILES": str(write_key(tmp_path / "key.pem"))}
    with lti_platform() as platform:
        async with RunningService(tmp_path, settings) as service:
            await platform.serve(service.url)
            await operate(service, "courses", "add", "cs1", "--title", "Programming 1")
            arguments = ("lti", "add", "--deployment", DEPLOYMENT, "--course", "cs1", *platform.arguments)
            assert (await operate(service, *arguments)).returncode == 0
            early = await operate(service, "lti", "members", "cs1", **settings)
            async with LtiBrowser(service.url) as browser:
                await browser.enter(platform, sub="ann", email="ann@uni.example")
            people = [
                {"user_id": name, "email": f"{name}@uni.example", "roles": ["Learner"]} for name in ("ann", "bob")
            ]
            await platform.set_members(people)
            taken = await operate(service, "lti", "members", "cs1", **settings)
            without_key = await operate(service, "lti", "members", "cs1")
            members = service.query("SELECT email FROM course_members ORDER BY email")

    assert (early.returncode, early.stderr[:52]) == (1, "tutor-server: The course platform offers no list of ")
    assert taken.stdout == "added: 1\nchanged: 0\nremoved: 0\nwithout address: 0\n"
    assert members == [("ann@uni.example",), ("bob@uni.example",)]
    assert without_key.stderr.startswith("tutor-server: TUTOR_LTI_KEY_FILES is not set")


def key_file(folder: Path, content: bytes) -> Path:
    """Write a file."""
    file = folder / "key.pem"
    file.write_bytes(content)
    return file


def test_a_file_without_a_fit_key_is_refused(tmp_path: Path) -> None:
    """A missing file, other content, a curve's key, a short key, a key with a password and one key twice are named."""
    pem = (Encoding.PEM, PrivateFormat.PKCS8)
    curve = ec.generate_private_key(ec.SECP256R1()).private_bytes(*pem, NoEncryption())
    short = generate_private_key(65537, 1024).private_bytes(*pem, NoEncryption())  # noqa: S505 - the key to be refused
    locked = generate_private_key(65537, 2048).private_bytes(*pem, BestAvailableEncryption(b"x"))
    for content, says in (
        (b"not a key", "holds no private key without a password (PEM)"),
        (locked, "holds no private key without a password (PEM)"),
        (curve, "holds no RSA key of at least 2048 bits"),
        (short, "holds no RSA key of at least 2048 bits"),
    ):
        with pytest.raises(SettingsError, match=r"TUTOR_LTI_KEY_FILES") as refused:
            read_tool_keys([key_file(tmp_path, content)])
        assert str(refused.value).endswith(says)
    with pytest.raises(SettingsError, match="cannot be read: No such file"):
        read_tool_keys([tmp_path / "missing.pem"])
    good = write_key(tmp_path / "good.pem")
    with pytest.raises(SettingsError, match="names the same key twice"):
        read_tool_keys([good, good])


def test_a_wrong_key_file_stops_the_start(tmp_path: Path) -> None:
    """`tutor-server serve` names the setting in one line, and shows nothing of the file."""
    environment = service_environment(
        tmp_path / "data", TUTOR_LTI_KEY_FILES=str(key_file(tmp_path, b"a secret, not a key"))
    )
    done = run_command([TUTOR_SERVER, "serve", "--port", "0"], tmp_path, environment)

    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("tutor-server: TUTOR_LTI_KEY_FILES: ")
    assert "a secret" not in done.stderr


async def test_check_says_whether_the_keys_can_sign(start_service: StartService, tmp_path: Path) -> None:
    """`tutor-server check` names a wrong file, and else how many keys there are."""
    good, wrong = write_key(tmp_path / "good.pem"), key_file(tmp_path, b"x")
    async with start_service() as service:
        ready = await operate(service, "check", TUTOR_LTI_KEY_FILES=str(good))
        broken = await operate(service, "check", TUTOR_LTI_KEY_FILES=f"{good},{wrong}")

    assert "ok    course platforms: ready, with 1 key; the first signs\n" in ready.stdout
    assert f"wrong course platforms: TUTOR_LTI_KEY_FILES: {wrong} holds no private key" in broken.stdout
