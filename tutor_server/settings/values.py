"""Checks of settings' values. Each function returns the value, or raises `ValueError` with a sentence.

A sentence never repeats a secret, nor a URL that may contain one.
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from tutor_server.hosts import can_be_looked_up, is_loopback

if TYPE_CHECKING:
    from urllib.parse import SplitResult

    from sqlalchemy import URL

    Network = ipaddress.IPv4Network | ipaddress.IPv6Network

POSTGRESQL, SQLITE = "postgresql+asyncpg", "sqlite+aiosqlite"
MAX_PORT = 65535
WRONG_PORT = "the port is not a number from 1 to 65535"
ESCAPES = "in a password write / as %2F, @ as %40, : as %3A, # as %23 and ? as %3F"

TLS_MODES = frozenset({"disable", "allow", "prefer", "require", "verify-ca", "verify-full"})
_POSTGRESQL_OPTIONS = frozenset(
    {"gsslib", "host", "krbsrvname", "passfile", "port", "prepared_statement_cache_size", "ssl", "target_session_attrs"}
)
"""Options of a PostgreSQL URL whose values asyncpg takes as text."""
_INSTEAD = {
    "postgres": POSTGRESQL,
    "postgresql": POSTGRESQL,
    "postgresql+psycopg": POSTGRESQL,
    "postgresql+psycopg2": POSTGRESQL,
    "postgresql+pg8000": POSTGRESQL,
    "sqlite": SQLITE,
    "sqlite3": SQLITE,
    "sqlite+pysqlite": SQLITE,
}
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.?|[0-9a-fA-F:.]+")

MIN_ADMIN_KEY = 16
_FEWEST_CHARACTERS = 6
MAKE_A_KEY = 'make one with: python3 -c "import secrets; print(secrets.token_urlsafe(32))"'


def text(value: str) -> str:
    """Raise `ValueError` for a value that is not text, or contains NUL, which no path or database can store."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("is not a text in UTF-8") from None
    if "\0" in value:
        raise ValueError("holds a NUL character")
    return value


def database_url(value: str) -> str:
    """Check a database URL, as SQLAlchemy and the driver parse it."""
    scheme, separator, _ = value.partition("://")
    if scheme in {POSTGRESQL, SQLITE} and separator:
        url = _parsed_database_url(value)
        return _sqlite_url(value, url) if scheme == SQLITE else _postgresql_url(value, url)
    if instead := _INSTEAD.get(scheme.lower()):
        raise ValueError(f"starts with {scheme}:, write {instead}:// in its place")
    raise ValueError(f"starts with {SQLITE}:// or {POSTGRESQL}://")


def _parsed_database_url(value: str) -> URL:
    try:
        return make_url(value)
    except ArgumentError:
        raise ValueError(f"cannot be read as an address; {ESCAPES}") from None
    except ValueError:
        raise ValueError(f"{WRONG_PORT}; {ESCAPES}") from None


def _sqlite_url(value: str, url: URL) -> str:
    if url.host or url.username or url.port is not None:
        raise ValueError(
            f"has two slashes before the file: write {SQLITE}:///file or, from the root, {SQLITE}:////file"
        )
    if url.database in {None, "", ":memory:"}:
        raise ValueError(f"names no file: write {SQLITE}:////var/lib/ask-tutor/tutor.sqlite3, for example")
    if url.query:
        raise ValueError("has options, which SQLite is not given here: leave out what follows the ?")
    return value


def _postgresql_url(value: str, url: URL) -> str:
    if url.port is not None and not 1 <= url.port <= MAX_PORT:
        raise ValueError(WRONG_PORT)
    if "sslmode" in url.query:
        raise ValueError("has the option sslmode: write ?ssl=require in its place, as asyncpg calls it")
    if unknown := sorted(set(url.query) - _POSTGRESQL_OPTIONS):
        raise ValueError(f"has options that asyncpg does not take ({_shown(', '.join(unknown))}): leave them out")
    if url.query.get("ssl", "require") not in TLS_MODES:
        raise ValueError(f"ssl is one of {', '.join(sorted(TLS_MODES))}")
    _require_hosts(url)
    return value


def _require_hosts(url: URL) -> None:
    """Raise `ValueError` if the driver cannot parse the hosts and ports, which may also be given as options."""
    try:
        _, options = url.get_dialect()().create_connect_args(url)
    except (SQLAlchemyError, AssertionError, ValueError):
        raise ValueError("names hosts or numbers that cannot be read: write ?host=one:5432&host=two:5432") from None
    hosts = options.get("host") or ""
    for host in [hosts] if isinstance(hosts, str) else hosts:
        if not host.startswith("/"):  # A value that begins with a slash is the folder of a Unix socket.
            _require_host(host)


def redis_url(value: str) -> str:
    """Check a Redis URL, as the Redis client parses it."""
    from redis.asyncio import ConnectionPool  # noqa: PLC0415 - a service without Redis need not load its client
    from redis.exceptions import RedisError  # noqa: PLC0415 - a service without Redis need not load its client

    url = _split(value)
    if "://" not in value or url.scheme not in {"redis", "rediss", "unix"}:
        raise ValueError("is an address like redis://redis.uni.example:6379/0 (rediss:// for TLS)")
    if url.scheme != "unix":
        _require_port(url)
        _require_host(url.hostname or "")
        if not url.path.removeprefix("/").isdecimal() and url.path not in {"", "/"}:
            raise ValueError("names its database by a number, as in redis://redis.uni.example:6379/0")
        if url.fragment:
            raise ValueError(f"holds a #; {ESCAPES}")
    elif not url.path:
        raise ValueError("names no socket: write unix:///run/redis/redis.sock, for example")
    try:
        pool: Any = ConnectionPool.from_url(value)  # The type stub leaves `make_connection` untyped.
        pool.make_connection()  # Making a connection object parses the options, but does not connect.
    except (AttributeError, LookupError, TypeError, ValueError, RedisError):
        raise ValueError("has options that the Redis client does not take: check what follows the ?") from None
    return value


def web_address(value: str) -> str:
    """Check the base URL of a provider."""
    url = _split(value)
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise ValueError("is an address that starts with https:// or http://")
    _require_port(url)
    _require_host(url.hostname)
    return value


def issuer(value: str) -> str:
    """Check the issuer of an identity provider. It is kept as it is: its tokens name it letter by letter."""
    url = _split(value)
    if url.scheme not in {"http", "https"} or not url.hostname or url.query or url.fragment or url.username is not None:
        raise ValueError("is the issuer's address, like https://login.uni.example/realms/main")
    if url.scheme != "https" and not is_loopback(url.hostname):
        raise ValueError("starts with https://, since sign-ins go there")
    if "/.well-known/" in value:
        raise ValueError("is the issuer alone, without /.well-known/openid-configuration")
    _require_port(url)
    _require_host(url.hostname)
    return value


def operators(value: str) -> tuple[str, ...]:
    """Return the addresses, in lower case, and the subjects of operators."""
    names = (name.strip() for name in value.split(","))
    return tuple(name.lower() if "@" in name else name for name in names if name)


def public_url(value: str) -> str:
    """Check the public URL; a slash at its end is ignored."""
    url = _split(value)
    if not url.hostname or not _HOST.fullmatch(url.hostname) or url.query or url.fragment or url.username is not None:
        raise ValueError("is an address like https://tutor.uni.example")
    if url.scheme != "https" and not (url.scheme == "http" and is_loopback(url.hostname)):
        raise ValueError("starts with https://, since passwords are typed there")
    _require_port(url)
    return value.rstrip("/")


def networks(value: str) -> tuple[Network, ...]:
    """Return the parsed addresses and networks of trusted proxies."""
    items = [item.strip() for item in value.split(",") if item.strip()]
    if not items:
        raise ValueError("names no proxy: write its address, such as 127.0.0.1, or leave the setting out")
    found = []
    for item in items:
        try:
            found.append(ipaddress.ip_network(item))
        except ValueError:
            raise ValueError(
                f"{_shown(item)} is neither an address, such as 10.0.0.7, nor a network, such as 10.0.0.0/24"
            ) from None
    return tuple(found)


def registration(value: str) -> str:
    """Check the registration policy."""
    scheme, _, domains = value.partition(":")
    if value in {"open", "closed"}:
        return value
    names = [name.strip() for name in domains.split(",") if name.strip()]
    if scheme != "domains" or not names:
        raise ValueError("is open, closed or domains:uni.example,…")
    for name in names:
        if reason := _no_domain(name):
            raise ValueError(f"{_shown(name)} matches nobody's e-mail: {reason}")
    return value


def admin_key(value: str) -> str:
    """Refuse an admin key that could be guessed: only its length protects it."""
    if len(value) < MIN_ADMIN_KEY:
        raise ValueError(f"has fewer than {MIN_ADMIN_KEY} characters, so that it could be guessed; {MAKE_A_KEY}")
    if len(set(value)) < _FEWEST_CHARACTERS:
        raise ValueError(f"repeats few characters, so that it could be guessed; {MAKE_A_KEY}")
    return value


def header_value(value: str) -> str:
    """Return a key without surrounding white space, such as a line break. Check that an HTTP header can contain it."""
    key = value.strip()
    if not (key.isascii() and key.isprintable()):
        raise ValueError("holds a character that no header can: copy the key again")
    return key


def _no_domain(name: str) -> str | None:
    """Return why a text is not the domain of an e-mail address, or None."""
    if "@" in name:
        return "write what follows the @ alone"
    if "/" in name or ":" in name:
        return "write the domain alone, without https://"
    if "*" in name or name.startswith("."):
        return "a domain does not stand for those below it; write each one, such as cs.uni.example"
    if not name.isascii():
        return "addresses have letters of other alphabets in their ASCII form; write xn--…"
    if not _DOMAIN.fullmatch(name.lower()):
        return "it is not a domain such as uni.example"
    return None


def _split(value: str) -> SplitResult:
    try:
        return urlsplit(value)
    except ValueError:
        raise ValueError("cannot be read as an address") from None


def _require_host(host: str) -> None:
    if not can_be_looked_up(host):
        raise ValueError(
            "names a host that cannot be one: a part between its dots is empty or has more than 63 letters"
        )


def _require_port(url: SplitResult) -> None:
    try:
        is_right = url.port != 0
    except ValueError:
        is_right = False
    if not is_right:
        raise ValueError(f"{WRONG_PORT}; {ESCAPES}")


def _shown(name: str) -> str:
    """Return a shortened text on one line, for use in an error message."""
    printable = "".join(letter if letter.isprintable() else "?" for letter in name[:61])
    return printable if len(name) <= len(printable) and len(name) <= 60 else f"{printable[:60]}…"  # noqa: PLR2004 - 60 is the maximum length that is shown
