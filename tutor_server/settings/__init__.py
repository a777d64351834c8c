"""Every setting of the service, in one class. Names and defaults are part of the public contract."""

from __future__ import annotations

import ipaddress
import os
import secrets
import tempfile
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self
from urllib.parse import urlsplit

import platformdirs
from pydantic import Field, PrivateAttr, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import DotEnvSettingsSource, NoDecode, SettingsConfigDict

from tutor_pedagogy.ladder.levels import HintLevel
from tutor_pedagogy.ladder.policy import Ladder
from tutor_server.errors import SettingsError
from tutor_server.hosts import is_loopback
from tutor_server.llm.offline import OFFLINE
from tutor_server.llm.registry import KNOWN_NAMES, SPECS
from tutor_server.settings import values as settings_values
from tutor_server.settings.call_settings import CallSettings
from tutor_server.settings.names import meant, names_in_file, unknown_names
from tutor_server.settings.provider_settings import (
    ProviderSettings,
    can_be_called,
    field_names,
    known_providers,
    remote_model,
)
from tutor_server.settings.providers_file import ProviderTable, read_providers_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

    from tutor_server.llm.model_profiles import RemoteModel

PositiveInt = Annotated[int, Field(ge=1, le=1_000_000_000)]
"""The maximum value of an integer column of the database."""
Dollars = Annotated[Decimal, Field(gt=0, le=1_000_000, decimal_places=6)]

MIN_SECRET_BYTES = 32
LONGEST_SHOWN_NAME = 20


class Settings(CallSettings, ProviderSettings):
    """The service's configuration, read from environment variables and, for `tutor-server`, from `.env`."""

    model_config = SettingsConfigDict(
        env_prefix="TUTOR_", env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    data_dir: Path = Field(default_factory=lambda: platformdirs.user_data_path("ask-tutor"))
    """The folder of the SQLite file and of generated secrets."""
    database_url: str = Field(default="", repr=False)
    """The database's SQLAlchemy URL; empty: `tutor.sqlite3` in the data folder."""
    redis_url: SecretStr | None = None
    """The Redis URL. Several processes share limits, slots and answers in Redis; unset: one process keeps them."""
    jwt_secret: SecretStr | None = None
    """The secret that signs access tokens, at least 32 bytes; unset: generated and stored in the data folder."""
    admin_key: SecretStr | None = None
    """The admin key, sent in the header `X-Admin-Key` to the admin routes; unset: these routes answer 404."""
    registration: str | None = None
    """The registration policy: `open`, `closed` or `domains:uni.example,…`; required if the host is not loopback."""
    smtp_url: SecretStr | None = None
    """The mail server, `smtps://user:password@mail.uni.example` or `smtp://…`; unset: no mail is sent."""
    smtp_from: str | None = None
    """The sender of mails."""
    oidc_issuer: str | None = None
    """The university's identity provider (OpenID Connect), as it names itself; unset: no single sign-on."""
    oidc_client_id: str | None = None
    """The name under which this service is registered at the identity provider."""
    oidc_client_secret: SecretStr | None = None
    """The secret of that registration; unset: a public client, which PKCE alone protects."""
    oidc_name: Annotated[str, Field(max_length=60)] = "your university"
    """What pages call the identity provider."""
    password_sign_in: bool = True
    """Whether people can register and sign in with a password; `false`: at the identity provider only."""
    operators: Annotated[tuple[str, ...], NoDecode] = ()
    """Addresses or subjects of operators, comma-separated: they stand above courses when they sign in there."""
    lti_key_files: Annotated[tuple[Path, ...], NoDecode] = ()
    """Files with the private keys (RSA, PEM) of this service as an LTI tool, comma-separated; unset: no LTI.

    The first one signs. Another one is published, so that platforms know it before it signs.
    """
    public_url: str | None = None
    """The URL under which people reach the service."""
    trusted_proxies: Annotated[tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...], NoDecode] = ()
    """The trusted proxies, comma-separated addresses or networks: the service trusts their `X-Forwarded-For` header."""

    llm_providers: Annotated[tuple[str, ...], NoDecode] = ()
    """The providers, comma-separated, in the order in which they are tried; unset: those with a key, else `offline`.

    Each provider has settings of its own, see `provider_settings.py`.
    """
    providers_file: Path | None = None
    """The providers file, which replaces `llm_providers` and the providers' own settings; see `providers_file.py`."""
    _provider_table: ProviderTable | None = PrivateAttr(default=None)

    messages_per_minute: PositiveInt = 20
    connections_per_user: PositiveInt = 3
    daily_message_cap: PositiveInt = 100
    llm_calls_per_minute: PositiveInt = 200
    daily_budget_usd: Dollars | None = None
    """The maximum cost of all calls to providers in a UTC day, in US dollars; unset: no budget."""
    monthly_budget_usd: Dollars | None = None
    """The maximum cost of all calls to providers in a calendar month, in US dollars; unset: no budget."""
    max_hint_level: HintLevel = HintLevel.SOLUTION
    ladder: Ladder = Ladder.CODE
    """The ladder policy: when an ask climbs to the next hint level. A module can say it for itself."""
    retention_days: Annotated[int, Field(ge=1, le=36_500)] | None = None
    """Days after which questions, code and answers are deleted; unset: only when the student deletes them."""
    store_code: bool = True
    """Whether the service stores students' code, including code in questions and answers."""
    context_tokens: Annotated[int, Field(ge=500, le=10_000_000)] = 8000
    max_output_tokens: Annotated[int, Field(ge=50, le=10_000_000)] = 800

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] | None = None
    """The format of logs; unset: `console` on a terminal, else `json`."""

    @field_validator("*", mode="before")
    @classmethod
    def _text(cls, value: Any) -> Any:
        return settings_values.text(value) if isinstance(value, str) else value

    @field_validator("llm_providers", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            names = tuple(item.strip() for item in value.split(",") if item.strip())
            if not names:
                raise ValueError(f"names no provider: write {known_providers()}, or leave the setting out")
            return names
        return value

    @field_validator("operators", mode="before")
    @classmethod
    def _names_of_operators(cls, value: Any) -> Any:
        return settings_values.operators(value) if isinstance(value, str) else value

    @field_validator("lti_key_files", mode="before")
    @classmethod
    def _key_files(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(Path(item.strip()) for item in value.split(",") if item.strip())
        return value

    @field_validator("oidc_issuer")
    @classmethod
    def _issuer(cls, value: str | None) -> str | None:
        return None if value is None else settings_values.issuer(value)

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, value: Any) -> Any:
        return settings_values.networks(value) if isinstance(value, str) else value

    @field_validator("log_level", "ladder", mode="before")
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
        return settings_values.database_url(value) if value else value

    @field_validator("redis_url")
    @classmethod
    def _redis_address(cls, value: SecretStr | None) -> SecretStr | None:
        return None if value is None else SecretStr(settings_values.redis_url(value.get_secret_value()))

    @field_validator("admin_key")
    @classmethod
    def _hard_to_guess(cls, value: SecretStr | None) -> SecretStr | None:
        return None if value is None else SecretStr(settings_values.admin_key(value.get_secret_value()))

    @field_validator("smtp_url")
    @classmethod
    def _mail_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            from tutor_server.mail.server import MailServer  # noqa: PLC0415 - a service without mail need not load the mail client

            try:
                MailServer.parse(value.get_secret_value())
            except ValueError as error:
                raise ValueError(f"is an address like smtps://user:password@mail.uni.example: {error}") from None
        return value

    @field_validator("smtp_from")
    @classmethod
    def _sender(cls, value: str | None) -> str | None:
        if value is not None:
            from tutor_server.mail.server import is_sender  # noqa: PLC0415 - a service without mail need not load the mail client

            if not is_sender(value):
                raise ValueError("is an address like tutor@uni.example or Ask Tutor <tutor@uni.example>")
        return value

    @field_validator("public_url")
    @classmethod
    def _reachable_safely(cls, value: str | None) -> str | None:
        return None if value is None else settings_values.public_url(value)

    @field_validator("registration")
    @classmethod
    def _known_policy(cls, value: str | None) -> str | None:
        return None if value is None else settings_values.registration(value)

    @field_validator("llm_providers")
    @classmethod
    def _chain_order(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if name not in KNOWN_NAMES:
                raise ValueError(f"{_shown(name)} is no provider: write {known_providers()}")
        if len(set(value)) != len(value):
            raise ValueError("names a provider twice")
        if OFFLINE in value[:-1]:
            raise ValueError("offline never fails, so it can only end the chain")
        return value

    @model_validator(mode="after")
    def _chain_has_keys(self) -> Self:
        for name in () if self.providers_file else self.llm_providers:
            if name != OFFLINE and not can_be_called(self.remote_model(name)):
                raise ValueError(f"TUTOR_LLM_PROVIDERS names {name}, but {SPECS[name].key_variable} is not set")
        return self

    @model_validator(mode="after")
    def _mail_has_a_sender(self) -> Self:
        if self.smtp_url is not None and self.smtp_from is None:
            raise ValueError("TUTOR_SMTP_FROM: must be set with TUTOR_SMTP_URL: whom mails are from")
        return self

    @model_validator(mode="after")
    def _single_sign_on_is_whole(self) -> Self:
        if self.oidc_issuer is not None and self.oidc_client_id is None:
            raise ValueError("TUTOR_OIDC_CLIENT_ID: must be set with TUTOR_OIDC_ISSUER: the name registered there")
        if self.oidc_issuer is None and self.oidc_client_id is not None:
            raise ValueError("TUTOR_OIDC_ISSUER: must be set with TUTOR_OIDC_CLIENT_ID: the identity provider")
        if self.oidc_issuer is None and not self.password_sign_in:
            raise ValueError("TUTOR_PASSWORD_SIGN_IN: is false, but without TUTOR_OIDC_ISSUER nobody could sign in")
        if self.oidc_issuer is None and self.operators:
            raise ValueError("TUTOR_OPERATORS: must be used with TUTOR_OIDC_ISSUER, where operators sign in")
        return self

    @property
    def checks_foreign_tokens(self) -> bool:
        """Whether tokens of an identity provider or of course platforms are checked, which needs public keys."""
        return self.oidc_issuer is not None or bool(self.lti_key_files)

    @property
    def chain(self) -> tuple[str, ...]:
        """The providers in the order in which they are tried."""
        if (table := self.provider_table()) is not None:
            return table.chain
        if self.llm_providers:
            return self.llm_providers
        return tuple(name for name in SPECS if self.remote_model(name).api_key) or (OFFLINE,)

    def remote_model(self, provider: str) -> RemoteModel:
        """Return a provider's model, with its key and base URL."""
        return remote_model(provider, self.model_dump(include=field_names(provider)))

    @property
    def remote_models(self) -> list[RemoteModel]:
        """The models of the chain that are called over the network: all but the offline tutor."""
        if (table := self.provider_table()) is not None:
            return list(table.models)
        return [self.remote_model(name) for name in self.chain if name != OFFLINE]

    def provider_table(self, in_env_file: Mapping[str, str | None] | None = None) -> ProviderTable | None:
        """Return the content of the providers file, or None without one. It is read once.

        Keys are in the environment or in `in_env_file`.

        Raises `SettingsError` with one line that names the file, the table and the key.
        """
        if self.providers_file is not None and self._provider_table is None:
            self._provider_table = read_providers_file(self.providers_file, {**(in_env_file or {}), **os.environ})
        return self._provider_table

    @property
    def call_bounds(self) -> dict[str, int]:
        """The maximum number of calls at once, by the name of each provider that has one."""
        bounds = {model.provider: model.concurrency or self.llm_concurrency for model in self.remote_models}
        return {provider: bound for provider, bound in bounds.items() if bound is not None}

    @property
    def effective_database_url(self) -> str:
        """The URL of the database."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'tutor.sqlite3'}"

    def registration_problem(self) -> str | None:
        """Return why `TUTOR_REGISTRATION` must be set, or None: other settings may make the service public."""
        if self.registration is not None:
            return None
        if self.trusted_proxies:
            return must_be_set("TUTOR_REGISTRATION", "TUTOR_TRUSTED_PROXIES is set")
        if self.public_url is not None and not is_loopback(urlsplit(self.public_url).hostname or ""):
            return must_be_set("TUTOR_REGISTRATION", "TUTOR_PUBLIC_URL is set")
        return None

    def signing_secret(self) -> bytes:
        """Return the secret that signs tokens. If none is set, it is generated once and stored in the data folder."""
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
    """Create a file that only this user can read, atomically. Keep the file of another process that was first."""
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


def _shown(name: str) -> str:
    """Return an unknown name as an error shows it. A long or unusual name may be a pasted key and is not repeated."""
    return repr(name) if name.isalpha() and len(name) <= LONGEST_SHOWN_NAME else "a name"


def must_be_set(name: str, reason: str) -> str:
    """Return the error for a setting that must be set once others can reach the service."""
    return f"{name}: must be set, since {reason} and others can reach the service; {_WHAT_TO_WRITE[name]}"


_WHAT_TO_WRITE = {
    "TUTOR_REGISTRATION": "write open, closed or domains:uni.example",
    "TUTOR_JWT_SECRET": settings_values.MAKE_A_KEY,
    "TUTOR_PUBLIC_URL": "write the address people use, such as https://tutor.uni.example",
}


def load_settings(env_file: Path | None = None) -> Settings:
    """Return the settings. Raise `SettingsError`, with one line a problem that names the variable or the file."""
    try:
        problems = [
            f"{name}: unknown; did you mean {known}?"
            for name in ignored_settings(env_file)
            if (known := meant(name, SETTING_NAMES)) is not None
        ]
        settings = Settings(_env_file=env_file)  # type: ignore[call-arg]  # pydantic-settings accepts `_env_file`
        settings.provider_table(_env_file_values(env_file))
    except SettingsError as error:
        problems.append(str(error))
    except ValidationError as error:
        problems += [_line(problem) for problem in error.errors(include_url=False, include_input=False)]
    except UnicodeDecodeError:
        raise SettingsError(f"{env_file}: is not a text in UTF-8") from None
    except OSError as error:
        raise SettingsError(f"{env_file}: cannot be read: {error.strerror}") from error
    if problems:
        raise SettingsError(problems[0], problems[1:])
    return settings


def _env_file_values(env_file: Path | None) -> Mapping[str, str | None]:
    """Return all variables of a file like `.env`, also those that are no settings."""
    if env_file is None or not env_file.exists():
        return {}
    return DotEnvSettingsSource(Settings, env_file=env_file, case_sensitive=True).env_vars


def ignored_settings(env_file: Path | None = None) -> list[str]:
    """Return the variables with our prefix, in the environment and the file, that none of our programs reads.

    Raise `OSError` or `UnicodeDecodeError` if the file cannot be read.
    """
    in_file = names_in_file(env_file.read_text(encoding="utf-8")) if env_file is not None and env_file.exists() else []
    return unknown_names([*os.environ, *in_file], SETTING_NAMES)


def _line(problem: ErrorDetails) -> str:
    message = problem["msg"].removeprefix("Value error, ")
    if not problem["loc"]:
        return message
    field = str(problem["loc"][0])
    return f"{field if field.isupper() else _name(field)}: {message}"


def _name(field: str) -> str:
    return f"TUTOR_{field.upper()}"


SETTING_NAMES = frozenset(_name(field) for field, info in Settings.model_fields.items() if not info.validation_alias)
