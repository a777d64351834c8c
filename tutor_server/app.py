"""The composition root: builds every part of the service and wires them together."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from uuid_utils.compat import uuid7

from tutor_analysis.analyst import Analyst
from tutor_analysis.pool import Pool
from tutor_server.clock import Clock, SystemClock
from tutor_server.composition.api import build_api
from tutor_server.composition.identity import build_identity
from tutor_server.composition.inputs import Inputs
from tutor_server.composition.llm import build_llm
from tutor_server.composition.storage import build_storage
from tutor_server.composition.tutoring import build_tutoring, log_unanalysed
from tutor_server.limits import Leases
from tutor_server.llm.model_profiles import profiles_by_child_process

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from aiohttp import web

    from tutor_analysis.pool import PoolLimits
    from tutor_server.composition.llm import FindProfiles
    from tutor_server.limits import Deadlines
    from tutor_server.settings import Settings


def build_app(
    settings: Settings,
    *,
    clock: Clock | None = None,
    new_id: Callable[[], UUID] = uuid7,
    random_bytes: Callable[[int], bytes] = secrets.token_bytes,
    deadlines: Deadlines | None = None,
    leases: Leases | None = None,
    analysis: PoolLimits | None = None,
    find_profiles: FindProfiles = profiles_by_child_process,
) -> web.Application:
    """Build the service. It opens no connection before its first request, and closes everything on cleanup.

    Ids of stored rows begin with their creation time, so that rows written together are neighbours in the database's
    indexes. Random ids would each change a different index page.
    Raises `SettingsError` if the secret or the price file in the data folder is wrong.
    """
    inputs = Inputs(
        settings=settings,
        clock=clock or SystemClock(),
        deadlines=deadlines or settings.deadlines,
        leases=leases or Leases(),
        new_id=new_id,
        random_bytes=random_bytes,
    )
    analyst = Analyst(Pool(analysis), log_unanalysed)
    storage = build_storage(inputs)
    identity = build_identity(inputs, storage)
    models = build_llm(inputs, analyst, find_profiles, storage.shared.queues)
    tutoring = build_tutoring(inputs, storage, models, analyst, marker_key=identity.keys.prompt_markers)
    return build_api(inputs, storage, identity, tutoring)
