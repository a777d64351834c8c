"""The parts of this service as an LTI tool."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor_server.lti.connecting import Connecting
    from tutor_server.lti.deep_linking import LinkingModules
    from tutor_server.lti.entering import Entering
    from tutor_server.lti.launches import Launches
    from tutor_server.lti.roster import PlatformRosters
    from tutor_server.lti.tool_keys import ToolKeys


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """The use cases of a service that has keys for LTI."""

    keys: ToolKeys
    launches: Launches
    entering: Entering
    connecting: Connecting
    linking: LinkingModules
    rosters: PlatformRosters
