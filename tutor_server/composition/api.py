"""Builds the web application from the other parts: its handlers' dependencies, background work and cleanup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from tutor_server.administration.courses import CourseAdministration
from tutor_server.administration.dashboard_sessions import DashboardSessions
from tutor_server.administration.retention import RetentionSweep
from tutor_server.administration.service import AdministrationService
from tutor_server.admission.frame_rate import FrameAllowances
from tutor_server.api import keys
from tutor_server.api.chat_connection import ChatServices
from tutor_server.api.chat_socket import CHAT_SOCKETS, ChatSockets
from tutor_server.api.envelope import envelope
from tutor_server.api.handling import definitions
from tutor_server.api.request_log import request_log
from tutor_server.api.security_headers import add_security_headers
from tutor_server.api.service_routes import ROUTES
from tutor_server.composition.background_work import keep_running
from tutor_server.composition.lti import build_lti
from tutor_server.ledger.budgets import budgets_of
from tutor_server.limits import MAX_BODY_BYTES, FrameRate

if TYPE_CHECKING:
    from tutor_server.composition.identity import Identity
    from tutor_server.composition.inputs import Inputs
    from tutor_server.composition.storage import Storage
    from tutor_server.composition.tutoring import Tutoring


def build_api(inputs: Inputs, storage: Storage, identity: Identity, tutoring: Tutoring) -> web.Application:
    """Build the application. On cleanup each part is closed after the parts that use it."""
    settings, clock, database = inputs.settings, inputs.clock, storage.database
    app = web.Application(middlewares=[request_log, envelope], client_max_size=MAX_BODY_BYTES)
    app.on_response_prepare.append(add_security_headers)
    app.add_routes(definitions(ROUTES))
    sockets = _chat_sockets(inputs, storage, identity, tutoring)
    administration = AdministrationService(database, clock, inputs.new_id)

    app[keys.SETTINGS] = settings
    app[keys.CLOCK] = clock
    app[keys.DEADLINES] = inputs.deadlines
    app[keys.NEW_ID] = inputs.new_id
    app[keys.DATABASE] = database
    app[keys.COURSES] = CourseAdministration(administration)
    app[keys.COURSE_BOOK] = tutoring.book
    app[keys.REFUSALS] = tutoring.refusals
    app[keys.UNPRICED] = tutoring.models.unpriced
    app[keys.BUDGETS] = budgets_of(settings)
    app[keys.OFF_SWITCH] = tutoring.off_switch
    app[keys.QUEUES] = storage.shared.queues
    app[keys.ADMINISTRATION] = administration
    app[keys.LTI] = build_lti(inputs, storage, identity, administration)
    app[keys.DASHBOARD_SESSIONS] = DashboardSessions(administration)
    app[CHAT_SOCKETS] = sockets
    _offer_identity(app, identity)

    retention = RetentionSweep(database, clock, settings.retention_days)
    for work in (
        *storage.shared.work,
        identity.keep_operators,
        identity.revocations.run,
        *tutoring.work,
        retention.run,
    ):
        app.cleanup_ctx.append(keep_running(work))

    async def learn_revocations(_app: web.Application) -> None:
        await identity.revocations.catch_up()

    async def end_answers(_app: web.Application) -> None:
        await sockets.close()

    async def close(_app: web.Application) -> None:
        await identity.close()
        await tutoring.close()
        await storage.close()

    app.on_startup.append(learn_revocations)
    app.on_shutdown.append(end_answers)
    app.on_cleanup.append(close)
    return app


def _chat_sockets(inputs: Inputs, storage: Storage, identity: Identity, tutoring: Tutoring) -> ChatSockets:
    sockets = ChatSockets(
        ChatServices(
            tutor=tutoring.tutor,
            analyst=tutoring.analyst,
            authenticator=identity.authenticator,
            slots=storage.shared.slots,
            allowances=FrameAllowances(FrameRate.allowing(inputs.settings.messages_per_minute), inputs.clock),
            clock=inputs.clock,
            deadlines=inputs.deadlines,
        )
    )
    identity.revocations.subscribe(sockets.end_sign_ins)
    return sockets


def _offer_identity(app: web.Application, identity: Identity) -> None:
    app[keys.AUTHENTICATOR] = identity.authenticator
    app[keys.THROTTLE] = identity.throttle
    app[keys.ACCOUNTS] = identity.accounts
    app[keys.ADDRESS_PROOFS] = identity.address_proofs
    app[keys.DEVICE_SIGN_INS] = identity.device_sign_ins
    app[keys.ACCOUNT_PAGE_KEY] = identity.keys.account_page
    app[keys.DEVICE_PAGE_KEY] = identity.keys.device_page
    app[keys.SINGLE_SIGN_ON] = identity.single_sign_on
    app[keys.SINGLE_SIGN_ON_KEY] = identity.keys.single_sign_on
    app[keys.ADMIN_PAGE_KEY] = identity.keys.admin_page
