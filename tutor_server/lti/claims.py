"""What a launch says: the claims of its token (LTI 1.3 Core §5, Deep Linking 2.0 §4.4, NRPS 2.0 §3.6)."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID

import orjson

from tutor_server.hosts import is_loopback
from tutor_server.identity.oidc.tokens import TokenRefused, address_in
from tutor_server.lti.roles import role_of
from tutor_server.storage.memberships import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor_server.storage.lti import Platform

_LTI = "https://purl.imsglobal.org/spec/lti/claim/"
_DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/"
_NAMES_AND_ROLES = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"

MESSAGE_TYPE, VERSION = f"{_LTI}message_type", f"{_LTI}version"
DEPLOYMENT, TARGET = f"{_LTI}deployment_id", f"{_LTI}target_link_uri"
CONTENT_ITEMS, DATA = f"{_DEEP_LINKING}content_items", f"{_DEEP_LINKING}data"
LTI_VERSION = "1.3.0"

RESOURCE_LINK, DEEP_LINKING = "LtiResourceLinkRequest", "LtiDeepLinkingRequest"
MOST_ID_CHARACTERS = 255
"""LTI 1.3 Core §5.3: ids of deployments, courses and people have at most 255 ASCII characters."""
MOST_URL_CHARACTERS = 2048
MOST_DATA_CHARACTERS = 32 * 1024
MOST_TITLE_CHARACTERS = 200
_HALF = re.compile(r"[\ud800-\udfff]")
"""Half of a character (a surrogate), which JSON can name and no text can hold."""


@dataclass(frozen=True, slots=True)
class DeepLinking:
    """A platform's request for links to put into its course."""

    return_url: str
    data: str | None
    is_multiple: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """A launch whose token was verified. `role` is None if the platform's roles give none in a course here.

    `context` is the platform's course, empty for a launch from none.
    """

    platform_id: UUID
    deployment: str
    context: str
    title: str
    subject: str
    email: str | None
    role: Role | None
    module: str | None
    members_url: str | None
    deep_linking: DeepLinking | None = None
    frames: tuple[str, ...] = ()
    """The origins of pages that may show the launch in a frame."""

    def as_text(self) -> str:
        """Return the launch as JSON, for the database."""
        return orjson.dumps(asdict(self)).decode()

    @classmethod
    def of_text(cls, text: str) -> Launch:
        """Return the launch that `as_text` wrote."""
        values = orjson.loads(text)
        linking, role = values.pop("deep_linking"), values.pop("role")
        return cls(
            **values
            | {"platform_id": UUID(values["platform_id"]), "frames": tuple(values["frames"])}
            | {"role": None if role is None else Role(role)},
            deep_linking=None if linking is None else DeepLinking(**linking),
        )


def launch_of(claims: Mapping[str, Any], platform: Platform) -> Launch:
    """Return the launch of a verified token. Raise `TokenRefused` if a claim is missing or of a wrong form."""
    if claims.get(VERSION) != LTI_VERSION:
        raise TokenRefused("version")
    message = claims.get(MESSAGE_TYPE)
    if message not in {RESOURCE_LINK, DEEP_LINKING}:
        raise TokenRefused("message_type")
    context = _object(claims, f"{_LTI}context")
    roles = claims.get(f"{_LTI}roles", [])
    if not isinstance(roles, list):
        raise TokenRefused("roles")
    if message == RESOURCE_LINK:
        _id(_object(claims, f"{_LTI}resource_link").get("id"), "resource_link")
    custom = _object(claims, f"{_LTI}custom")
    members_url = _url(_object(claims, _NAMES_AND_ROLES).get("context_memberships_url"), platform)
    return_url = _url(_object(claims, f"{_LTI}launch_presentation").get("return_url"), platform)
    shown_by = (platform.issuer, platform.authorization_url, platform.token_url, members_url, return_url)
    title = context.get("title") or context.get("label") or ""
    return Launch(
        platform_id=platform.id,
        deployment=_id(claims.get(DEPLOYMENT), "deployment_id"),
        context=_id(context["id"], "context") if "id" in context else "",
        title=_printable(title)[:MOST_TITLE_CHARACTERS],
        subject=claims["sub"],
        email=address_in(claims.get("email")),
        role=role_of(roles),
        module=_printable(custom.get("module"))[:64] or None,
        members_url=members_url,
        deep_linking=_deep_linking(claims, platform) if message == DEEP_LINKING else None,
        frames=tuple(sorted({_origin(url) for url in shown_by if url is not None})),
    )


def _deep_linking(claims: Mapping[str, Any], platform: Platform) -> DeepLinking:
    settings = _object(claims, f"{_DEEP_LINKING}deep_linking_settings")
    return_url = _url(settings.get("deep_link_return_url"), platform)
    data, types = settings.get("data"), settings.get("accept_types")
    if return_url is None:
        raise TokenRefused("deep_link_return_url")
    if not isinstance(types, list) or "ltiResourceLink" not in types:
        raise TokenRefused("accept_types")
    if data is not None and (not isinstance(data, str) or len(data) > MOST_DATA_CHARACTERS or _HALF.search(data)):
        raise TokenRefused("data")
    return DeepLinking(return_url, data, settings.get("accept_multiple") is True)


def _object(claims: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = claims.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise TokenRefused(name.rpartition("/")[2])
    return value


def _id(value: object, name: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= MOST_ID_CHARACTERS or not value.isprintable():
        raise TokenRefused(name)
    return value


def _url(value: object, platform: Platform) -> str | None:
    """Return a URL of the platform, or None for one that is not https, unless the platform is on this machine."""
    if not isinstance(value, str) or len(value) > MOST_URL_CHARACTERS or not value.isprintable():
        return None
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return None
    is_local = is_loopback(host) and is_loopback(urlsplit(platform.issuer).hostname or "")
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_local)
    has_plain_authority = all(letter not in parts.netloc for letter in " ;,'\"@")
    return value if host and is_safe and has_plain_authority else None


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _printable(value: object) -> str:
    return "".join(letter for letter in value if letter.isprintable()) if isinstance(value, str) else ""
