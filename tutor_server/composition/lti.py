"""Builds the parts of this service as an LTI tool."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from tutor_server.lti.attempts import Attempts
from tutor_server.lti.connecting import Connecting
from tutor_server.lti.deep_linking import LinkingModules
from tutor_server.lti.entering import Entering
from tutor_server.lti.launches import Launches
from tutor_server.lti.platforms import Platforms
from tutor_server.lti.roster import PlatformRosters
from tutor_server.lti.tool import Tool
from tutor_server.lti.tool_keys import read_tool_keys

if TYPE_CHECKING:
    from tutor_server.administration.service import AdministrationService
    from tutor_server.composition.identity import Identity
    from tutor_server.composition.inputs import Inputs
    from tutor_server.composition.storage import Storage


def build_lti(
    inputs: Inputs, storage: Storage, identity: Identity, administration: AdministrationService
) -> Tool | None:
    """Build the parts, or return None if no keys are set. Raise `SettingsError` for a file without a fit key."""
    if not inputs.settings.lti_key_files:
        return None
    database, clock = storage.database, inputs.clock
    keys = read_tool_keys(inputs.settings.lti_key_files)
    platforms = Platforms(database, clock, keys, uuid4)
    launches = Launches(database, platforms, Attempts(identity.keys.lti, clock), clock)
    return Tool(
        keys=keys,
        launches=launches,
        entering=Entering(
            database=database,
            launches=launches,
            accounts=identity.accounts,
            sessions=identity.address_proofs.sessions,
            clock=clock,
            new_id=uuid4,
        ),
        connecting=Connecting(launches, administration),
        linking=LinkingModules(launches, keys, clock, uuid4),
        rosters=PlatformRosters(platforms, administration),
    )
