"""The queries and forms of LTI, and its answers in JSON. Fields have the names of the specifications."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class Login(_Body):
    """The request with which a platform begins a launch (1EdTech Security Framework 1.0 §5.1.1.1)."""

    iss: str = Field(default="", max_length=512)
    client_id: str = Field(default="", max_length=255)
    login_hint: str = Field(default="", repr=False)
    lti_message_hint: str = Field(default="", repr=False)
    target_link_uri: str = Field(default="", max_length=2048)


class Answer(_Body):
    """The form with which a platform ends a launch (1EdTech Security Framework 1.0 §5.1.1.3)."""

    state: str = Field(default="", repr=False, max_length=500)
    id_token: str = Field(default="", repr=False)
    error: str = ""


class LaunchForm(_Body):
    """The fields of all forms of the pages after a launch. `ticket` is the secret of the launch."""

    csrf: str = ""
    ticket: str = Field(default="", repr=False, max_length=100)
    password: SecretStr = SecretStr("")
    course: str = Field(default="", max_length=64)
    module: str = Field(default="", max_length=64)
    agreed: str = ""


class ConnectAddress(_Body):
    """The query of the page that shows how to connect an editor."""

    course: str = Field(default="", max_length=64)
    module: str = Field(default="", max_length=64)
    added: int = Field(default=-1, ge=-1, le=1_000_000)
    changed: int = Field(default=0, ge=0, le=1_000_000)
    removed: int = Field(default=0, ge=0, le=1_000_000)
    without_address: int = Field(default=0, ge=0, le=1_000_000)


class KeySet(_Body):
    """The answer of `GET /lti/jwks`: a JWK Set (RFC 7517)."""

    keys: list[dict[str, str]]


class Configuration(_Body):
    """The answer of `GET /lti/config.json`, in the form that Canvas reads from a URL."""

    title: str
    description: str
    oidc_initiation_url: str
    target_link_uri: str
    public_jwk_url: str
    scopes: list[str]
    claims: list[str]
    extensions: list[dict[str, Any]]
