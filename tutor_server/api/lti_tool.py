"""`/lti/config.json` and `/lti/jwks`: what platforms read about this service as a tool."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from tutor_server.api import lti_schemas
from tutor_server.api.keys import LTI
from tutor_server.api.origin import origin_of
from tutor_server.api.routes import Access, Routes
from tutor_server.errors import NotFound
from tutor_server.lti.launches import LAUNCH_PATH
from tutor_server.lti.platforms import MEMBERS_SCOPE

if TYPE_CHECKING:
    from tutor_server.lti.tool import Tool

routes = Routes("LTI")

TITLE = "Ask Tutor"
_PLACEMENTS = (("course_navigation", "LtiResourceLinkRequest"), ("link_selection", "LtiDeepLinkingRequest"))


def tool_of(request: web.Request) -> Tool:
    """Return the use cases. Raise `NotFound` if no keys are set."""
    tool = request.app[LTI]
    if tool is None:
        raise NotFound
    return tool


@routes.add("GET /lti/jwks", access=Access.PUBLIC, refuses=(NotFound,))
async def key_set(request: web.Request) -> lti_schemas.KeySet:
    """Return the public keys of this service as a tool."""
    return lti_schemas.KeySet.model_validate(tool_of(request).keys.key_set)


@routes.add("GET /lti/config.json", access=Access.PUBLIC, refuses=(NotFound,))
async def configuration(request: web.Request) -> lti_schemas.Configuration:
    """Return the configuration of the tool. Without a public address there is none."""
    tool_of(request)
    origin = origin_of(request)
    if origin is None:
        raise NotFound
    target = f"{origin}{LAUNCH_PATH}"
    return lti_schemas.Configuration(
        title=TITLE,
        description="A programming tutor that gives hints in the student's own editor. It sends no scores.",
        oidc_initiation_url=f"{origin}/lti/login",
        target_link_uri=target,
        public_jwk_url=f"{origin}/lti/jwks",
        scopes=[MEMBERS_SCOPE],
        claims=["iss", "sub", "email"],
        extensions=[
            {
                "platform": "canvas.instructure.com",
                "privacy_level": "email_only",
                "settings": {
                    "placements": [
                        {"placement": name, "message_type": message, "text": TITLE, "target_link_uri": target}
                        for name, message in _PLACEMENTS
                    ]
                },
            }
        ],
    )
