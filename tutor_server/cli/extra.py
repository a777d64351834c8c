"""Check that the service's libraries are installed: `pip install ask-tutor` installs only the editor side's."""

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
    "cryptography",
    "genai_prices",
    "httpx2",
    "jinja2",
    "jwt",
    "markdown_it",
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
"""Names by which the libraries are imported. uvloop is missing, because it is optional: Windows lacks it."""


def missing_libraries() -> list[str]:
    """Return the names of the service's libraries that are not installed. Nothing is imported."""
    return [name for name in LIBRARIES if find_spec(name) is None]


def how_to_install(missing: list[str]) -> str:
    """Return the message for an operator whose installation lacks libraries of the service."""
    return f"the service needs libraries that are not installed ({', '.join(missing[:3])}): pip install '{EXTRA}'"
