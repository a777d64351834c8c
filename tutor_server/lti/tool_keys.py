"""The keys of this service as a tool: private keys in files, their public parts in a key set, with rotation."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import jwt
import orjson

from tutor_server.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

SETTING = "TUTOR_LTI_KEY_FILES"
ALGORITHM = "RS256"
"""The algorithm that every platform must support (1EdTech Security Framework 1.0 §5.1.1)."""
FEWEST_BITS = 2048


@dataclass(frozen=True, slots=True)
class ToolKey:
    """A private key. `kid` is the thumbprint of its public part (RFC 7638), the same in every process."""

    private_key: Any = field(repr=False)
    kid: str
    public: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToolKeys:
    """The keys in the order of their files. The first one signs; platforms accept the others, too.

    A key is changed in two steps: a new file is named as the second, and a day later, when every platform has read it,
    as the first.
    """

    keys: Sequence[ToolKey]

    @property
    def key_set(self) -> Mapping[str, Any]:
        """The public parts, as a JWK Set (RFC 7517)."""
        return {"keys": [key.public for key in self.keys]}

    def sign(self, claims: Mapping[str, Any]) -> str:
        """Return a token with these claims."""
        key = self.keys[0]
        return jwt.encode(dict(claims), key.private_key, algorithm=ALGORITHM, headers={"kid": key.kid})


def read_tool_keys(files: Sequence[Path]) -> ToolKeys:
    """Return the keys in these files. Raise `SettingsError` for a file that holds no fit RSA key."""
    keys = [_read(file) for file in files]
    if len({key.kid for key in keys}) < len(keys):
        raise SettingsError(f"{SETTING}: names the same key twice")
    return ToolKeys(keys)


def _read(file: Path) -> ToolKey:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415 - not loaded without LTI
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415 - not loaded without LTI

    try:
        key = load_pem_private_key(file.read_bytes(), password=None)
    except OSError as error:
        raise SettingsError(f"{SETTING}: {file} cannot be read: {error.strerror}") from error
    except (ValueError, TypeError):
        raise SettingsError(f"{SETTING}: {file} holds no private key without a password (PEM)") from None
    if not isinstance(key, RSAPrivateKey) or key.key_size < FEWEST_BITS:
        raise SettingsError(f"{SETTING}: {file} holds no RSA key of at least {FEWEST_BITS} bits")
    numbers = key.public_key().public_numbers()
    required = {"e": _number(numbers.e), "kty": "RSA", "n": _number(numbers.n)}
    kid = _text(hashlib.sha256(orjson.dumps(required, option=orjson.OPT_SORT_KEYS)).digest())
    return ToolKey(key, kid, required | {"kid": kid, "use": "sig", "alg": ALGORITHM})


def _number(value: int) -> str:
    return _text(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
