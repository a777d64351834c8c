"""Deep Linking 2.0: an instructor puts links to modules into a platform's course."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor_server.lti.attempts import hash_of
from tutor_server.lti.claims import CONTENT_ITEMS, DATA, DEPLOYMENT, LTI_VERSION, MESSAGE_TYPE, VERSION
from tutor_server.lti.enrolling import context_of
from tutor_server.lti.launches import LAUNCH_PATH
from tutor_server.lti.refusals import AGAIN, LaunchRefused
from tutor_server.storage import lti, lti_people, modules
from tutor_server.storage.memberships import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from sqlalchemy import Connection

    from tutor_server.clock import Clock
    from tutor_server.lti.claims import DeepLinking, Launch
    from tutor_server.lti.launches import Launches
    from tutor_server.lti.tool_keys import ToolKeys
    from tutor_server.storage.modules import Module

MOST_MODULES = 500
_RESPONSE_SECONDS = 300
_NOT_CONNECTED = "This course is not connected with the tutor yet. Open the tutor from the course once, then try again."


@dataclass(frozen=True, slots=True)
class Response:
    """What the browser sends to the platform: a signed list of links."""

    url: str
    token: str


@dataclass(frozen=True, slots=True)
class LinkingModules:
    """The use cases. A launch stands for its person: pages in a frame have no cookie. They raise `LaunchRefused`."""

    launches: Launches
    tool_keys: ToolKeys
    clock: Clock
    new_id: Callable[[], UUID]

    async def offered(self, launch: Launch) -> Sequence[Module]:
        """Return the modules of the course, in their order."""
        _request_of(launch)
        now = self.clock.now()

        def unit(connection: Connection) -> Sequence[Module]:
            context = context_of(connection, launch, now)
            if context is None:
                raise LaunchRefused(_NOT_CONNECTED, "not connected", status=404)
            return modules.modules_in_order(connection, courses=(context.course_id,), after=None, limit=MOST_MODULES)

        return await self.launches.database.commit(unit)

    async def respond(self, ticket: str, slugs: Sequence[str], origin: str) -> Response:
        """Return the response with links to some modules. The launch is used up."""
        launch = await self.launches.waiting(ticket)
        linking = _request_of(launch)
        offered = {module.slug: module for module in await self.offered(launch)}
        chosen = [offered[slug] for slug in dict.fromkeys(slugs) if slug in offered]
        if not linking.is_multiple:
            chosen = chosen[:1]

        def unit(connection: Connection) -> lti.Platform | None:
            is_used = lti_people.use_launch(connection, hash_of(ticket))
            return lti.find_platform(connection, launch.platform_id) if is_used else None

        platform = await self.launches.database.commit(unit)
        if platform is None:
            raise LaunchRefused(f"These links were sent already. {AGAIN}", "ticket")
        now = int(self.clock.now().timestamp())
        claims: dict[str, Any] = {
            "iss": platform.client_id,
            "aud": platform.issuer,
            "iat": now,
            "exp": now + _RESPONSE_SECONDS,
            "nonce": self.new_id().hex,
            DEPLOYMENT: launch.deployment,
            MESSAGE_TYPE: "LtiDeepLinkingResponse",
            VERSION: LTI_VERSION,
            CONTENT_ITEMS: [_link(module, origin) for module in chosen],
        }
        if linking.data is not None:
            claims[DATA] = linking.data
        return Response(linking.return_url, self.tool_keys.sign(claims))


def _request_of(launch: Launch) -> DeepLinking:
    if launch.deep_linking is None:
        raise LaunchRefused(f"Your course did not ask for links. {AGAIN}", "no deep linking")
    if launch.role is None or launch.role < Role.ASSISTANT:
        raise LaunchRefused("Only instructors can put links into the course.", "role")
    return launch.deep_linking


def _link(module: Module, origin: str) -> dict[str, Any]:
    """Return a link to a module (Deep Linking 2.0 §3.1). The platform sends its parameter with each launch."""
    return {
        "type": "ltiResourceLink",
        "title": module.title,
        "url": f"{origin}{LAUNCH_PATH}",
        "custom": {"module": module.slug},
        "window": {"targetName": "_blank"},
    }
