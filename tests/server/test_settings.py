"""Settings: defaults as in the contract, one-line errors, and secrets that are never shown."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tutor_server.errors import SettingsError
from tutor_server.limits import Deadlines
from tutor_server.settings import Settings, load_settings

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "marker-" * 6


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Remove the machine's own environment variables, and change to an empty folder."""
    for prefix in ("TUTOR_", "ANTHROPIC_", "OPENAI_"):
        for name in [name for name in os.environ if name.startswith(prefix)]:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_the_defaults_are_the_contracts() -> None:
    """Without any variable, the settings are the contract's defaults."""
    settings = load_settings()

    assert (
        settings.messages_per_minute,
        settings.connections_per_user,
        settings.daily_message_cap,
        settings.llm_calls_per_minute,
        settings.call_bounds,
        settings.llm_queue_seconds,
        settings.deadlines,
        settings.max_hint_level,
        settings.context_tokens,
        settings.max_output_tokens,
        settings.log_level,
        settings.chain,
    ) == (20, 3, 100, 200, {}, 20, Deadlines(15, 20, 120), 5, 8000, 800, "info", ("offline",))


def test_each_remote_provider_has_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """`TUTOR_LLM_CONCURRENCY` is the bound of each provider that is called over the network."""
    monkeypatch.setenv("TUTOR_LLM_CONCURRENCY", "4")
    monkeypatch.setenv("TUTOR_LLM_PROVIDERS", "openai,anthropic,offline")
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "a-key")

    assert load_settings().call_bounds == {"openai": 4, "anthropic": 4}


def test_a_short_whole_answer_needs_no_other_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """If only the deadline of the whole answer is set, the defaults of the others may be longer."""
    monkeypatch.setenv("TUTOR_WHOLE_ANSWER_SECONDS", "10")

    assert load_settings().deadlines == Deadlines(15, 20, 10)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TUTOR_DATABASE_URL", "mysql://db"),
        ("TUTOR_DATABASE_URL", "/var/lib/tutor.sqlite3"),
        ("TUTOR_REDIS_URL", "redis.uni.example:6379"),
        ("TUTOR_REDIS_URL", "http://redis.uni.example"),
        ("TUTOR_REDIS_URL", "redis://redis.uni.example:port/0"),
        ("TUTOR_JWT_SECRET", "x" * 31),
        ("TUTOR_REGISTRATION", "maybe"),
        ("TUTOR_SMTP_URL", "mail.uni.example"),
        ("TUTOR_SMTP_URL", "http://mail.uni.example"),
        ("TUTOR_SMTP_URL", "smtp://mail.uni.example:port"),
        ("TUTOR_SMTP_URL", "smtp://ada:marker@mail.uni.example?starttls=off"),
        ("TUTOR_SMTP_FROM", "tutor"),
        ("TUTOR_SMTP_FROM", "a@uni.example, b@uni.example"),
        ("TUTOR_REGISTRATION", "domains:"),
        ("TUTOR_REGISTRATION", "domains: , "),
        ("TUTOR_PUBLIC_URL", "tutor.uni.example"),
        ("TUTOR_PUBLIC_URL", "http://tutor.uni.example"),
        ("TUTOR_PUBLIC_URL", "https://user@tutor.uni.example"),
        ("TUTOR_PUBLIC_URL", "https://tutor.uni.example/?a=b"),
        ("TUTOR_PUBLIC_URL", "https://[::1"),
        ("OPENAI_BASE_URL", "localhost:11434/v1"),
        ("OPENAI_BASE_URL", "ftp://models.example/v1"),
        ("ANTHROPIC_BASE_URL", "http://"),
        ("OPENAI_API_KEY", "sk-one\nsk-two"),
        ("ANTHROPIC_API_KEY", "sk-\u0430bc"),
        ("TUTOR_OPENAI_MODEL", "m" * 129),
        ("TUTOR_TRUSTED_PROXIES", "10.0.0.1,proxy.example"),
        ("TUTOR_LLM_PROVIDERS", "anthropic,gemini"),
        ("TUTOR_LLM_PROVIDERS", "offline,offline"),
        ("TUTOR_LLM_PROVIDERS", "offline,openai"),
        ("TUTOR_LLM_PROVIDERS", "anthropic"),
        ("TUTOR_LLM_PROVIDERS", "openai,offline"),
        ("TUTOR_MESSAGES_PER_MINUTE", "0"),
        ("TUTOR_MESSAGES_PER_MINUTE", "many"),
        ("TUTOR_CONNECTIONS_PER_USER", "-1"),
        ("TUTOR_DAILY_MESSAGE_CAP", "1.5"),
        ("TUTOR_DAILY_MESSAGE_CAP", "9" * 20),
        ("TUTOR_RETENTION_DAYS", "9" * 9),
        ("TUTOR_LLM_CALLS_PER_MINUTE", "0"),
        ("TUTOR_LLM_CONCURRENCY", "0"),
        ("TUTOR_LLM_CONCURRENCY", "four"),
        ("TUTOR_LLM_QUEUE_SECONDS", "-1"),
        ("TUTOR_LLM_QUEUE_SECONDS", "121"),
        ("TUTOR_FIRST_CONTENT_SECONDS", "0"),
        ("TUTOR_FIRST_CONTENT_SECONDS", "130"),
        ("TUTOR_BETWEEN_CONTENTS_SECONDS", "nan"),
        ("TUTOR_WHOLE_ANSWER_SECONDS", "601"),
        ("TUTOR_MAX_HINT_LEVEL", "6"),
        ("TUTOR_CONTEXT_TOKENS", "499"),
        ("TUTOR_MAX_OUTPUT_TOKENS", "1"),
        ("TUTOR_LOG_LEVEL", "loud"),
        ("TUTOR_LOG_FORMAT", "xml"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """The error for a wrong setting is one line that starts with the variable's name."""
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as refusal:
        load_settings()

    assert str(refusal.value).startswith(name)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TUTOR_JWT_SECRET", "marker"),
        ("OPENAI_API_KEY", "marker\x7f"),
        ("TUTOR_REDIS_URL", "redis://:marker@redis.example:marker/0"),
    ],
)
def test_a_wrong_secret_is_not_repeated(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """The error for a wrong secret does not contain the secret."""
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as refusal:
        load_settings()

    assert "marker" not in str(refusal.value)


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither `repr` nor `str` of the settings shows a secret, even one inside a URL."""
    for name in ("TUTOR_JWT_SECRET", "TUTOR_ADMIN_KEY", "ANTHROPIC_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, SECRET)
    monkeypatch.setenv("TUTOR_REDIS_URL", f"redis://:{SECRET}@redis.example/0")
    monkeypatch.setenv("TUTOR_DATABASE_URL", f"postgresql+asyncpg://tutor:{SECRET}@db.example/tutor")

    settings = load_settings()

    assert "marker" not in repr(settings)
    assert "marker" not in str(settings)


def test_an_empty_variable_is_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment variable with an empty value counts as unset."""
    monkeypatch.setenv("TUTOR_DAILY_MESSAGE_CAP", "")
    monkeypatch.setenv("TUTOR_JWT_SECRET", "")

    assert (load_settings().daily_message_cap, load_settings().jwt_secret) == (100, None)


@pytest.mark.parametrize("end", ["\n", "\r\n", " "])
def test_a_key_is_without_the_end_of_the_line_it_was_read_from(monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    """A line end after a key, as in a file of secrets, is removed, since no HTTP header can contain it."""
    monkeypatch.setenv("OPENAI_API_KEY", SECRET + end)

    assert load_settings().remote_model("openai").api_key == SECRET


def test_the_chain_is_the_providers_whose_key_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """By default the chain has Anthropic, then OpenAI, if their keys are set; an explicit chain takes precedence."""
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    assert load_settings().chain == ("openai",)
    monkeypatch.setenv("ANTHROPIC_API_KEY", SECRET)
    assert load_settings().chain == ("anthropic", "openai")
    monkeypatch.setenv("TUTOR_LLM_PROVIDERS", "openai, offline")
    assert load_settings().chain == ("openai", "offline")


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A variable in the environment takes precedence over the same variable in `.env`."""
    (tmp_path / ".env").write_text("TUTOR_DAILY_MESSAGE_CAP=5\nTUTOR_MESSAGES_PER_MINUTE=6\n")
    monkeypatch.setenv("TUTOR_MESSAGES_PER_MINUTE", "7")

    settings = load_settings(tmp_path / ".env")

    assert (settings.daily_message_cap, settings.messages_per_minute) == (5, 7)


def test_a_file_of_settings_that_is_no_text(tmp_path: Path) -> None:
    """The error for a `.env` that is not text is one line with the file's name."""
    (tmp_path / ".env").write_bytes("TUTOR_LOG_LEVEL=info".encode("utf-16"))

    with pytest.raises(SettingsError, match=r"\.env: is not a text"):
        load_settings(tmp_path / ".env")


def test_a_secret_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """The error for an unreadable secret is one line with the variable that can replace it."""
    (tmp_path / "jwt-secret").mkdir()

    with pytest.raises(SettingsError, match=r"^TUTOR_JWT_SECRET: .* cannot be used"):
        Settings.model_validate({"data_dir": tmp_path}).signing_secret()


def test_the_secret_is_made_once_and_for_this_user(tmp_path: Path) -> None:
    """Several processes that start simultaneously create one common secret, which only this user can read."""
    data_dir = tmp_path / "data"
    settings = [Settings.model_validate({"data_dir": data_dir}) for _ in range(8)]

    with ThreadPoolExecutor(8) as threads:
        secrets = set(threads.map(Settings.signing_secret, settings))

    (secret,) = secrets
    assert len(secret) >= 32
    assert stat.S_IMODE((data_dir / "jwt-secret").stat().st_mode) == 0o600
    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("https://tutor.uni.example", "https://tutor.uni.example"),
        ("https://uni.example/tutor/", "https://uni.example/tutor"),
        ("http://localhost:8765", "http://localhost:8765"),
        ("http://[::1]:8765/", "http://[::1]:8765"),
    ],
)
def test_the_public_address(monkeypatch: pytest.MonkeyPatch, value: str, address: str) -> None:
    """The public URL must be https, or plain http on loopback; a trailing slash is ignored."""
    monkeypatch.setenv("TUTOR_PUBLIC_URL", value)

    assert load_settings().public_url == address


def test_mail_needs_a_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error for a missing sender names the variable; the password in the server's URL is never shown."""
    monkeypatch.setenv("TUTOR_SMTP_URL", "smtps://ada:marker@mail.uni.example")
    with pytest.raises(SettingsError, match=r"^TUTOR_SMTP_FROM: must be set with TUTOR_SMTP_URL"):
        load_settings()
    monkeypatch.setenv("TUTOR_SMTP_FROM", "Ask Tutor <tutor@uni.example>")
    assert "marker" not in repr(load_settings())
