"""Every setting of the service in one class. Names and defaults are the public contract's."""

from __future__ import annotations

import ipaddress
import os
import secrets
import tempfile
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from tutor_server.hosts import is_loopback
from tutor_server.pedagogy.levels import HintLevel

ProviderName = Literal["anthropic", "openai", "offline"]
PositiveInt = Annotated[int, Field(ge=1, le=1_000_000_000)]
"""More fits no column of the database."""
ModelName = Annotated[str, Field(max_length=128)]
"""A longer one fits no column either."""
Dollars = Annotated[Decimal, Field(gt=0, le=1_000_000, decimal_places=6)]

MIN_SECRET_BYTES = 32


class SettingsError(Exception):
    """A setting is wrong; the message is one line that names the variable."""


class Settings(BaseSettings):
    """The service's configuration, read from the environment and, for `tutor-server`, from `.env`."""

    model_config = SettingsConfigDict(
        env_prefix="TUTOR_", env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    data_dir: Path = Field(default_factory=lambda: platformdirs.user_data_path("ask-tutor"))
    """Where the SQLite file and generated secrets live."""
    database_url: str = Field(default="", repr=False)
    """SQLAlchemy URL; empty: `tutor.sqlite3` in the data folder."""
    redis_url: SecretStr | None = None
    """Limits, slots and answer buffers shared by several processes; unset: in this process."""
    jwt_secret: SecretStr | None = None
    """Signs access tokens, at least 32 bytes; unset: generated and kept in the data folder."""
    admin_key: SecretStr | None = None
    """Opens the admin routes, sent as header `X-Admin-Key`; unset: they answer 404."""
    registration: str | None = None
    """`open`, `closed` or `domains:uni.example,…`; must be set for a host that is not loopback."""
    smtp_url: SecretStr | None = None
    """The mail server, `smtps://user:password@mail.uni.example` or `smtp://…`; unset: nothing is mailed."""
    smtp_from: str | None = None
    """Whom mails are from."""
    public_url: str | None = None
    """The address people use."""
    trusted_proxies: Annotated[tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...], NoDecode] = ()
    """Proxies, comma-separated addresses or networks, whose forwarded client address is believed."""

    llm_providers: Annotated[tuple[ProviderName, ...], NoDecode] = ()
    """The chain, comma-separated; unset: the providers whose key is set, else `offline`."""
    anthropic_api_key: SecretStr | None = Field(default=None, validation_alias="ANTHROPIC_API_KEY")
    anthropic_base_url: str | None = Field(default=None, validation_alias="ANTHROPIC_BASE_URL")
    anthropic_model: ModelName = "claude-sonnet-5-5"
    openai_api_key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    openai_base_url: str | None = Field(default=None, validation_alias="OPENAI_BASE_URL")
    openai_model: ModelName = "gpt-6.1-terra"

    messages_per_minute: PositiveInt = 20
    connections_per_user: PositiveInt = 3
    daily_message_cap: PositiveInt = 100
    llm_calls_per_minute: PositiveInt = 200
    daily_budget_usd: Dollars | None = None
    """What all calls to providers may cost in a UTC day; unset: as much as it takes."""
    monthly_budget_usd: Dollars | None = None
    """Likewise in a calendar month."""
    max_hint_level: HintLevel = HintLevel.SOLUTION
    retention_days: Annotated[int, Field(ge=1, le=36_500)] | None = None
    """After how many days questions, code and answers are forgotten; unset: when the student deletes them."""
    store_code: bool = True
    """Whether the students' code, and code in questions and answers, is stored."""
    context_tokens: Annotated[int, Field(ge=500, le=10_000_000)] = 8000
    max_output_tokens: Annotated[int, Field(ge=50, le=10_000_000)] = 800

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] | None = None
    """Unset: `console` on a terminal, else `json`."""

    @field_validator("llm_providers", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(item.strip() for item in value.split(",") if item.strip())
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _lower(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value

    @field_validator("jwt_secret")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value().encode()) < MIN_SECRET_BYTES:
            raise ValueError(f"needs at least {MIN_SECRET_BYTES} bytes")
        return value

    @field_validator("database_url")
    @classmethod
    def _known_driver(cls, value: str) -> str:
        if value and value.partition("://")[0] not in {"sqlite+aiosqlite", "postgresql+asyncpg"}:
            raise ValueError("starts with sqlite+aiosqlite:// or postgresql+asyncpg://")
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            from redis import Redis  # noqa: PLC0415 - only where it is used

            try:
                Redis.from_url(value.get_secret_value())  # connects to nothing
            except ValueError:
                raise ValueError("is an address like redis://redis.uni.example:6379/0") from None
        return value

    @field_validator("smtp_url")
    @classmethod
    def _mail_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            from tutor_server.mail.server import MailServer  # noqa: PLC0415 - only where it is used

            try:
                MailServer.parse(value.get_secret_value())
            except ValueError as error:
                raise ValueError(f"is an address like smtps://user:password@mail.uni.example: {error}") from None
        return value

    @field_validator("smtp_from")
    @classmethod
    def _sender(cls, value: str | None) -> str | None:
        if value is not None:
            from tutor_server.mail.server import is_sender  # noqa: PLC0415 - only where it is used

            if not is_sender(value):
                raise ValueError("is an address like tutor@uni.example or Ask Tutor <tutor@uni.example>")
        return value

    @field_validator("anthropic_api_key", "openai_api_key")
    @classmethod
    def _fit_for_a_header(cls, value: SecretStr | None) -> SecretStr | None:
        key = value.get_secret_value().strip() if value is not None else ""  # a file's last line end is no part of it
        if not (key.isascii() and key.isprintable()):
            raise ValueError("holds a character that no header can: copy the key again")
        return SecretStr(key) if key else None

    @field_validator("anthropic_base_url", "openai_base_url")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value is not None:
            url = urlsplit(value)
            if url.scheme not in {"http", "https"} or not url.hostname:
                raise ValueError("is an address that starts with https:// or http://")
        return value

    @field_validator("public_url")
    @classmethod
    def _reachable_safely(cls, value: str | None) -> str | None:
        if value is None:
            return None
        url = urlsplit(value)
        if not url.hostname or url.query or url.fragment or url.username is not None:
            raise ValueError("is an address like https://tutor.uni.example")
        if url.scheme != "https" and not (url.scheme == "http" and is_loopback(url.hostname)):
            raise ValueError("starts with https://, since passwords are typed there")
        return value.rstrip("/")

    @field_validator("registration")
    @classmethod
    def _known_policy(cls, value: str | None) -> str | None:
        if value in {None, "open", "closed"}:
            return value
        scheme, _, domains = str(value).partition(":")
        if scheme != "domains" or not domains.strip(" ,"):
            raise ValueError("is open, closed or domains:uni.example,…")
        return value

    @field_validator("llm_providers")
    @classmethod
    def _chain_order(cls, value: tuple[ProviderName, ...]) -> tuple[ProviderName, ...]:
        if len(set(value)) != len(value):
            raise ValueError("names a provider twice")
        if "offline" in value[:-1]:
            raise ValueError("offline never fails, so it can only end the chain")
        return value

    @model_validator(mode="after")
    def _chain_has_keys(self) -> Self:
        keys = {"anthropic": self.anthropic_api_key, "openai": self.openai_api_key or self.openai_base_url}
        for name in self.llm_providers:
            if name in keys and keys[name] is None:
                raise ValueError(f"TUTOR_LLM_PROVIDERS names {name}, but {name.upper()}_API_KEY is not set")
        return self

    @model_validator(mode="after")
    def _mail_has_a_sender(self) -> Self:
        if self.smtp_url is not None and self.smtp_from is None:
            raise ValueError("TUTOR_SMTP_FROM: must be set with TUTOR_SMTP_URL: whom mails are from")
        return self

    @property
    def chain(self) -> tuple[ProviderName, ...]:
        """The providers to try, in order."""
        if self.llm_providers:
            return self.llm_providers
        found: list[ProviderName] = []
        if self.anthropic_api_key:
            found.append("anthropic")
        if self.openai_api_key:
            found.append("openai")
        return tuple(found) or ("offline",)

    @property
    def effective_database_url(self) -> str:
        """The database to open."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'tutor.sqlite3'}"

    def signing_secret(self) -> bytes:
        """Give the secret behind tokens, generated once into the data folder where none is set."""
        if self.jwt_secret is not None:
            return self.jwt_secret.get_secret_value().encode()
        path = self.data_dir / "jwt-secret"
        try:
            if not path.exists():
                self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
                _write_once(path, secrets.token_hex(MIN_SECRET_BYTES).encode())
            secret = path.read_bytes()
        except OSError as error:
            raise SettingsError(f"TUTOR_JWT_SECRET: not set, and {path} cannot be used: {error.strerror}") from error
        if len(secret) < MIN_SECRET_BYTES:
            raise SettingsError(f"TUTOR_JWT_SECRET: not set, and {path} holds fewer than {MIN_SECRET_BYTES} bytes")
        return secret


def _write_once(path: Path, content: bytes) -> None:
    """Make a file that only this user can read, whole or not at all; where another process was first, keep its file."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        Path(draft).unlink()


def load_settings(env_file: Path | None = None) -> Settings:
    """Read the settings. Raises `SettingsError` with one line that names the wrong variable, or the file."""
    try:
        return Settings(_env_file=env_file)  # type: ignore[call-arg]
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        message = first["msg"].removeprefix("Value error, ")
        if not first["loc"]:
            raise SettingsError(message) from None
        field = str(first["loc"][0])
        name = field if field.isupper() else f"TUTOR_{field.upper()}"
        raise SettingsError(f"{name}: {message}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{env_file}: is not a text in UTF-8") from None
    except OSError as error:
        raise SettingsError(f"{env_file}: cannot be read: {error.strerror}") from error
