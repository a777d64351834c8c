"""Error messages for wrong settings: wrong values, misspelt names and unsafe combinations."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from testing.service import service_environment
from testing.warm_start import TUTOR_SERVER, run_command
from tutor_server.errors import SettingsError
from tutor_server.settings import SETTING_NAMES, ignored_settings, load_settings
from tutor_server.settings.names import meant
from tutor_server.settings.provider_settings import known_providers

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

JWT = "a secret that is long enough for tests"
ESCAPES = "in a password write / as %2F, @ as %40, : as %3A, # as %23 and ? as %3F"
PORT = f"the port is not a number from 1 to 65535; {ESCAPES}"
MAKE_A_KEY = 'make one with: python3 -c "import secrets; print(secrets.token_urlsafe(32))"'
BELOW = "a domain does not stand for those below it; write each one, such as cs.uni.example"
ASCII = "addresses have letters of other alphabets in their ASCII form; write xn--…"
HOST = "names a host that cannot be one: a part between its dots is empty or has more than 63 letters"
HOSTS = "names hosts or numbers that cannot be read: write ?host=one:5432&host=two:5432"
DATABASE, REDIS, PUBLIC = "TUTOR_DATABASE_URL", "TUTOR_REDIS_URL", "TUTOR_PUBLIC_URL"
PROXIES, REGISTRATION, ADMIN_KEY = "TUTOR_TRUSTED_PROXIES", "TUTOR_REGISTRATION", "TUTOR_ADMIN_KEY"


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Remove the machine's own environment variables, and change to an empty folder."""
    for name in [name for name in os.environ if name.startswith(("TUTOR_", "ANTHROPIC_", "OPENAI_"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def run(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return run_command([TUTOR_SERVER, *arguments], folder, service_environment(folder / "data", **settings))


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        (DATABASE, "postgresql://t:marker@db/t", "starts with postgresql:, write postgresql+asyncpg:// in its place"),
        (DATABASE, "postgres://t:marker@db/t", "starts with postgres:, write postgresql+asyncpg:// in its place"),
        (
            DATABASE,
            "postgresql+psycopg2://t:marker@db/t",
            "starts with postgresql+psycopg2:, write postgresql+asyncpg:// in its place",
        ),
        (DATABASE, "sqlite:///tutor.sqlite3", "starts with sqlite:, write sqlite+aiosqlite:// in its place"),
        (DATABASE, "mysql://t:marker@db/t", "starts with sqlite+aiosqlite:// or postgresql+asyncpg://"),
        (
            DATABASE,
            "sqlite+aiosqlite://tutor.sqlite3",
            "has two slashes before the file: write sqlite+aiosqlite:///file or, from the root, sqlite+aiosqlite:////file",
        ),
        (
            DATABASE,
            "sqlite+aiosqlite://",
            "names no file: write sqlite+aiosqlite:////var/lib/ask-tutor/tutor.sqlite3, for example",
        ),
        (
            DATABASE,
            "sqlite+aiosqlite:///:memory:",
            "names no file: write sqlite+aiosqlite:////var/lib/ask-tutor/tutor.sqlite3, for example",
        ),
        (
            DATABASE,
            "sqlite+aiosqlite:///a?mode=ro",
            "has options, which SQLite is not given here: leave out what follows the ?",
        ),
        (
            DATABASE,
            "postgresql+asyncpg://t:marker@db/t?sslmode=require",
            "has the option sslmode: write ?ssl=require in its place, as asyncpg calls it",
        ),
        (
            DATABASE,
            "postgresql+asyncpg://t:marker@db/t?connect_timeout=5&options=-c",
            "has options that asyncpg does not take (connect_timeout, options): leave them out",
        ),
        (
            DATABASE,
            "postgresql+asyncpg://t:marker@db/t?ssl=on",
            "ssl is one of allow, disable, prefer, require, verify-ca, verify-full",
        ),
        (DATABASE, "postgresql+asyncpg://t:marker@db:five/t", PORT),
        (DATABASE, "postgresql+asyncpg://t:marker@db:65536/t", "the port is not a number from 1 to 65535"),
        (DATABASE, "postgresql+asyncpg:/t:marker", "starts with sqlite+aiosqlite:// or postgresql+asyncpg://"),
        (DATABASE, "postgresql+asyncpg://t:marker@db..uni.example/t", HOST),
        (DATABASE, "postgresql+asyncpg://t:marker@/t?host=one&host=two", HOSTS),
        (DATABASE, "postgresql+asyncpg://t:marker@db/t?port=five", HOSTS),
        (DATABASE, "postgresql+asyncpg://t:marker@db/t?prepared_statement_cache_size=many", HOSTS),
        (REDIS, f"redis://:marker@{'r' * 64}/0", HOST),
        (
            REDIS,
            "redis://:marker@redis?retry=3",
            "has options that the Redis client does not take: check what follows the ?",
        ),
        (REDIS, "redis:6379", "is an address like redis://redis.uni.example:6379/0 (rediss:// for TLS)"),
        (REDIS, "redis+sentinel://marker", "is an address like redis://redis.uni.example:6379/0 (rediss:// for TLS)"),
        (REDIS, "redis://:marker@redis:six/0", PORT),
        (REDIS, "redis://:mar/ker@redis", PORT),
        (REDIS, "redis://redis:0/0", PORT),
        (REDIS, "redis://redis/cache", "names its database by a number, as in redis://redis.uni.example:6379/0"),
        (REDIS, "redis://redis/0#marker", f"holds a #; {ESCAPES}"),
        (
            REDIS,
            "redis://redis?sslmode=marker",
            "has options that the Redis client does not take: check what follows the ?",
        ),
        (REDIS, "unix://", "names no socket: write unix:///run/redis/redis.sock, for example"),
        (PUBLIC, "tutor.uni.example", "is an address like https://tutor.uni.example"),
        (PUBLIC, "http://tutor.uni.example", "starts with https://, since passwords are typed there"),
        (PUBLIC, "https://tutor.uni.example:port", PORT),
        (PUBLIC, "https://tutor uni example", "is an address like https://tutor.uni.example"),
        (PROXIES, " , ", "names no proxy: write its address, such as 127.0.0.1, or leave the setting out"),
        (
            PROXIES,
            "10.0.0.1/8",
            "10.0.0.1/8 is neither an address, such as 10.0.0.7, nor a network, such as 10.0.0.0/24",
        ),
        (
            PROXIES,
            "127.0.0.1,proxy",
            "proxy is neither an address, such as 10.0.0.7, nor a network, such as 10.0.0.0/24",
        ),
        (REGISTRATION, "domains:", "is open, closed or domains:uni.example,…"),
        (
            REGISTRATION,
            "domains:uni.example,@uni.example",
            "@uni.example matches nobody's e-mail: write what follows the @ alone",
        ),
        (
            REGISTRATION,
            "domains:https://uni.example",
            "https://uni.example matches nobody's e-mail: write the domain alone, without https://",
        ),
        (
            REGISTRATION,
            "domains:*.uni.example",
            f"*.uni.example matches nobody's e-mail: {BELOW}",
        ),
        (
            REGISTRATION,
            "domains:m\u00fcnchen.example",
            f"m\u00fcnchen.example matches nobody's e-mail: {ASCII}",
        ),
        (
            REGISTRATION,
            "domains:uni.example;other.example",
            "uni.example;other.example matches nobody's e-mail: it is not a domain such as uni.example",
        ),
        (
            REGISTRATION,
            "domains:" + "x" * 64,
            f"{'x' * 60}… matches nobody's e-mail: it is not a domain such as uni.example",
        ),
        (ADMIN_KEY, "marker", f"has fewer than 16 characters, so that it could be guessed; {MAKE_A_KEY}"),
        (ADMIN_KEY, "m" * 40, f"repeats few characters, so that it could be guessed; {MAKE_A_KEY}"),
        ("OPENAI_BASE_URL", "http://models:port/v1", PORT),
        ("ANTHROPIC_BASE_URL", "http://models..example", HOST),
        ("TUTOR_LLM_PROVIDERS", "gemini", f"'gemini' is no provider: write {known_providers()}"),
        ("TUTOR_LLM_PROVIDERS", "sk-ant-12345", f"a name is no provider: write {known_providers()}"),
        ("TUTOR_LLM_PROVIDERS", ",", f"names no provider: write {known_providers()}, or leave the setting out"),
        ("TUTOR_JWT_SECRET", "\udcff" * 40, "is not a text in UTF-8"),
    ],
)
def test_a_wrong_value_is_told_what_to_write(monkeypatch: pytest.MonkeyPatch, name: str, value: str, line: str) -> None:
    """The error for a wrong value says what is wrong and what to write instead, but contains no secret."""
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as refusal:
        load_settings()

    assert str(refusal.value) == f"{name}: {line}"
    assert "marker" not in line


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (DATABASE, "postgresql+asyncpg://t:p%2Fw@db:5432/t?ssl=verify-full"),
        (DATABASE, "postgresql+asyncpg:///t?host=/var/run/postgresql"),
        (DATABASE, "postgresql+asyncpg://t@/t?host=one:5432&host=two:5432&target_session_attrs=primary"),
        (DATABASE, "sqlite+aiosqlite:///tutor.sqlite3"),
        (REDIS, "redis://redis"),
        (REDIS, "rediss://user:p%2Fw@redis:6380/1?ssl_cert_reqs=none"),
        (REDIS, "unix:///run/redis.sock?db=1"),
        (PUBLIC, "https://tutor.uni.example:8443"),
        (PROXIES, "10.0.0.7, 2001:db8::/32"),
        (REGISTRATION, "domains:uni.example, CS.uni.example"),
        (REGISTRATION, "domains:xn--mnchen-3ya.example"),
        (ADMIN_KEY, "an-admin-key-of-16"),
    ],
)
def test_right_values_pass(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """Valid values are accepted in all usual spellings."""
    monkeypatch.setenv(name, value)

    load_settings()


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("TUTOR_REGISTRATON", "TUTOR_REGISTRATION"),
        ("TUTOR_REIGSTRATION", "TUTOR_REGISTRATION"),
        ("TUTOR_REGISTRATIONS", "TUTOR_REGISTRATION"),
        ("TUTOR_ADMINKEY", "TUTOR_ADMIN_KEY"),
        ("TUTOR_DATABSE_ULR", "TUTOR_DATABASE_URL"),
        ("tutor_admin_kye", "TUTOR_ADMIN_KEY"),
        ("TUTOR_SERVER_URI", "TUTOR_SERVER_URL"),
    ],
)
def test_a_slip_in_a_name_is_an_error(monkeypatch: pytest.MonkeyPatch, wrong: str, right: str) -> None:
    """A name that is within two edits of a setting's name is an error, which does not show the value."""
    monkeypatch.setenv(wrong, "marker")

    with pytest.raises(SettingsError) as refusal:
        load_settings()

    assert str(refusal.value) == f"{wrong.upper()}: unknown; did you mean {right}?"


def test_a_slip_in_the_file_is_an_error(tmp_path: Path) -> None:
    """A misspelt name in `.env` is an error, also after `export`, but not in a comment."""
    file = tmp_path / ".env"
    file.write_text("# TUTOR_ADMIN_KYE=marker\nexport TUTOR_REGISTRATON=open\n")

    with pytest.raises(SettingsError, match=r"^TUTOR_REGISTRATON: unknown; did you mean TUTOR_REGISTRATION\?$"):
        load_settings(file)


@pytest.mark.parametrize(
    "name",
    [
        "TUTOR_SERVICE_HOST",
        "TUTOR_SERVICE_PORT",
        "TUTOR_SERVICE_PORT_HTTP",
        "TUTOR_PORT",
        "TUTOR_PORT_8765_TCP",
        "TUTOR_PORT_8765_TCP_ADDR",
        "TUTOR_REDIS_SERVICE_HOST",
        "TUTOR_REDIS_PORT",
        "TUTOR_LOG_PORT",
        "TUTOR_SOMETHING_ELSE",
    ],
)
def test_names_of_others_are_told_and_no_error(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Unknown names, such as those that Kubernetes sets for a service called tutor, are logged, but are no error."""
    monkeypatch.setenv(name, "tcp://10.0.0.1:8765")

    load_settings()

    assert ignored_settings() == [name]


@pytest.mark.parametrize("setting", sorted(SETTING_NAMES))
def test_kubernetes_names_are_never_slips(setting: str) -> None:
    """Variables that Kubernetes sets for a service of any name are not taken for misspelt settings."""
    stem = setting.rpartition("_")[0]

    assert {meant(f"{stem}_{end}", SETTING_NAMES) for end in ("SERVICE_HOST", "PORT", "PORT_1_TCP")} == {None}


def test_names_of_our_own_programs_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables of the language server and of the tests are ignored without a log line."""
    for name in ("TUTOR_SERVER_URL", "TUTOR_ACCESS_TOKEN", "TUTOR_TEST_REQUIRE", "TUTOR_TEST_PICTURES"):
        monkeypatch.setenv(name, "x")

    load_settings()

    assert ignored_settings() == []


def test_an_ignored_name_is_in_the_log(tmp_path: Path) -> None:
    """An ignored name is logged without its value."""
    (tmp_path / ".env").write_text("TUTOR_PORT_8765_TCP=marker\n")

    done = run(tmp_path, "openapi")

    assert done.returncode == 0
    assert '"event": "setting_ignored"' in done.stderr.replace('":"', '": "')
    assert "TUTOR_PORT_8765_TCP" in done.stderr
    assert "marker" not in done.stderr


def test_check_says_all_that_is_wrong(tmp_path: Path) -> None:
    """`check` prints one line for each fault; `serve` prints the first one and stops."""
    settings = {REGISTRATION: "domains:@uni.example", PROXIES: ",", "TUTOR_ADMIN_KYE": "marker"}

    checked = run(tmp_path, "check", **settings)
    served = run(tmp_path, "serve", **settings)

    names = [line.split(": ")[1] for line in checked.stderr.splitlines()]
    assert (checked.returncode, sorted(names)) == (1, ["TUTOR_ADMIN_KYE", REGISTRATION, PROXIES])
    assert (served.returncode, served.stderr) == (1, checked.stderr.splitlines(keepends=True)[0])


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({PUBLIC: "https://tutor.uni.example"}, "TUTOR_PUBLIC_URL is set"),
        ({PROXIES: "127.0.0.1"}, "TUTOR_TRUSTED_PROXIES is set"),
    ],
)
def test_who_may_register_is_said_where_others_can_come(tmp_path: Path, settings: dict[str, str], reason: str) -> None:
    """If others can reach the service, the registration setting must be explicit; `check` and `serve` say so."""
    line = (
        f"TUTOR_REGISTRATION: must be set, since {reason} and others can reach the service; "
        "write open, closed or domains:uni.example"
    )

    served, checked = (run(tmp_path, *command, **settings) for command in (("serve", "--port", "0"), ("check",)))

    assert (served.returncode, served.stderr) == (1, f"tutor-server: {line}\n")
    assert checked.returncode == 1
    assert f"wrong public address: {line}" in checked.stdout.splitlines()


def test_an_address_of_this_machine_lets_nobody_else_in(tmp_path: Path) -> None:
    """A `TUTOR_PUBLIC_URL` on loopback does not mean that others can reach the service."""
    done = run(tmp_path, "check", TUTOR_PUBLIC_URL="http://localhost:8765")

    assert (done.returncode, done.stderr) == (0, "")


def test_another_host_needs_to_be_told_how(tmp_path: Path) -> None:
    """If others can reach the service and the secret is missing, the error says how to create one."""
    done = run(tmp_path, "serve", "--host", "0.0.0.0", TUTOR_REGISTRATION="open")  # noqa: S104 - the service refuses to start

    assert done.stderr == (
        "tutor-server: TUTOR_JWT_SECRET: must be set, since it listens on 0.0.0.0 and others can reach the service; "
        f"{MAKE_A_KEY}\n"
    )
