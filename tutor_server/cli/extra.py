"""Whether the service's libraries are installed: `pip install ask-tutor` brings those of a student only."""

from __future__ import annotations

from importlib.util import find_spec

EXTRA = "ask-tutor[server]"

LIBRARIES = (
    "aiosmtplib",
    "aiosqlite",
    "alembic",
    "anthropic",
    "argon2",
    "asyncpg",
    "genai_prices",
    "httpx2",
    "jinja2",
    "jwt",
    "multidict",
    "openai",
    "orjson",
    "pydantic",
    "pydantic_settings",
    "redis",
    "sqlalchemy",
    "structlog",
    "uuid_utils",
    "yaml",
)
"""As they are imported. uvloop is not among them: the service runs without it, as on Windows."""


def missing_libraries() -> list[str]:
    """Return the libraries of the service that cannot be imported, without importing any."""
    return [name for name in LIBRARIES if find_spec(name) is None]


def how_to_install(missing: list[str]) -> str:
    """Return the line for an operator whose installation lacks libraries of the service."""
    return f"the service needs libraries that are not installed ({', '.join(missing[:3])}): pip install '{EXTRA}'"
