"""The composition root: builds every part of the service and wires them together."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import structlog
from aiohttp import web
from uuid_utils.compat import uuid7

from tutor_analysis.analyst import Analyst
from tutor_analysis.pool import Pool
from tutor_server.administration.dashboard_sessions import DashboardSessions
from tutor_server.administration.retention import RetentionSweep
from tutor_server.administration.service import AdministrationService
from tutor_server.admission.frame_rate import FrameAllowances
from tutor_server.api import (
    account_links,
    account_new,
    account_page,
    admin,
    admin_course,
    admin_page,
    auth,
    chat_socket,
    device,
    device_page,
    health,
    history,
    me,
    metrics,
    modules,
)
from tutor_server.api.chat_socket import CHAT_SOCKETS, ChatSockets
from tutor_server.api.envelope import envelope
from tutor_server.api.handling import definitions
from tutor_server.api.keys import (
    ACCOUNT_PAGE_KEY,
    ACCOUNTS,
    ADDRESS_PROOFS,
    ADMIN_PAGE_KEY,
    ADMINISTRATION,
    AUTHENTICATOR,
    BUDGETS,
    CLOCK,
    DASHBOARD_SESSIONS,
    DATABASE,
    DEADLINES,
    DEVICE_PAGE_KEY,
    DEVICE_SIGN_INS,
    NEW_ID,
    OFF_SWITCH,
    SETTINGS,
    THROTTLE,
)
from tutor_server.api.request_log import request_log
from tutor_server.api.security_headers import add_security_headers
from tutor_server.clock import Clock, SystemClock
from tutor_server.composition.shared_state import shared_state
from tutor_server.identity.access_tokens import AccessTokens, Authenticator
from tutor_server.identity.accounts import Accounts
from tutor_server.identity.address_proofs import AddressProofs
from tutor_server.identity.device_sign_ins import DeviceSignIns
from tutor_server.identity.email_links import EmailLinks
from tutor_server.identity.keys import derive_keys
from tutor_server.identity.page_sessions import PageSessions
from tutor_server.identity.passwords import Passwords
from tutor_server.identity.refresh_tokens import RefreshTokens
from tutor_server.identity.registration import RegistrationPolicy, Registrations
from tutor_server.identity.revocations import Revocations
from tutor_server.identity.throttling import Throttle
from tutor_server.ledger.budgets import budgets_of
from tutor_server.ledger.calls import Ledger
from tutor_server.ledger.lease_keeper import LeaseKeeper
from tutor_server.ledger.max_call_cost import max_call_cost
from tutor_server.limits import MAX_BODY_BYTES, Deadlines, FrameRate, Leases
from tutor_server.llm.factory import build_chain, remote_models
from tutor_server.llm.model_profiles import profiles_by_child_process
from tutor_server.llm.price_file import read_price_file
from tutor_server.llm.prices import Prices
from tutor_server.process.memory import give_back_memory
from tutor_server.storage.database import open_database
from tutor_server.tutoring.off_switch import OffSwitch
from tutor_server.tutoring.opening import Opening
from tutor_server.tutoring.refusals import RefusalCount
from tutor_server.tutoring.rules import Rules
from tutor_server.tutoring.settling import Settling
from tutor_server.tutoring.tutor import Tutor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Hashable, Sequence

    from structlog.typing import FilteringBoundLogger

    from tutor_analysis.pool import NotAnalysed, PoolLimits
    from tutor_server.identity.attempts import Attempts
    from tutor_server.llm.model_profiles import ModelProfile, RemoteModel
    from tutor_server.mail.outbox import Outbox
    from tutor_server.settings import Settings

log: FilteringBoundLogger = structlog.get_logger()

ROUTES = (
    *health.routes,
    *auth.routes,
    *device.routes,
    *device_page.routes,
    *account_page.routes,
    *account_new.routes,
    *account_links.routes,
    *modules.routes,
    *history.routes,
    *me.routes,
    *admin.routes,
    *metrics.routes,
    *admin_course.routes,
    *admin_page.routes,
    *chat_socket.routes,
)
"""Every route of the service."""


def build_app(
    settings: Settings,
    *,
    clock: Clock | None = None,
    new_id: Callable[[], UUID] = uuid7,
    random_bytes: Callable[[int], bytes] = secrets.token_bytes,
    deadlines: Deadlines | None = None,
    leases: Leases | None = None,
    analysis: PoolLimits | None = None,
    find_profiles: Callable[[Sequence[RemoteModel]], Sequence[ModelProfile]] = profiles_by_child_process,
) -> web.Application:
    """Build the service. It connects to nothing before its first request, and closes what it opened on cleanup.

    Ids of what is written begin with their time: rows that are written together then stand together in the database's
    indexes, where those of random ids would each change a page of their own.
    Raises `SettingsError` where the secret or the price file in the data folder is wrong.
    """
    clock = clock or SystemClock()
    deadlines = deadlines or Deadlines()
    leases = leases or Leases()
    app = web.Application(middlewares=[request_log, envelope], client_max_size=MAX_BODY_BYTES)
    app.on_response_prepare.append(add_security_headers)
    app[SETTINGS] = settings
    app[CLOCK] = clock
    app[DEADLINES] = deadlines
    app[NEW_ID] = new_id
    app[DATABASE] = database = open_database(settings.effective_database_url, unit_seconds=deadlines.database)

    shared = shared_state(settings, database, clock, new_id=new_id, leases=leases, deadlines=deadlines)
    for work in shared.work:
        app.cleanup_ctx.append(_keeping(work))
    revocations = _add_identity(app, settings, shared.attempts, random_bytes=random_bytes)
    profiles = find_profiles(remote_models(settings))
    prices = Prices.of(read_price_file(settings.data_dir), profiles)
    analyst = Analyst(Pool(analysis), _log_unanalysed)
    chain = build_chain(
        settings,
        profiles,
        deadlines,
        lambda asked: analyst.explain(UUID(asked.user), asked.submission, asked.level, asked.student),
        clock=clock.monotonic,
    )
    ledger = Ledger(
        database=database,
        limiter=shared.limiter,
        clock=clock,
        new_id=new_id,
        owner=random_bytes(16).hex(),
        price=prices.estimated_cost,
        leases=leases,
        budgets=budgets_of(settings),
        max_call_cost=max_call_cost(settings, profiles, prices, clock.now()),
    )
    opening = Opening(
        database=database,
        limiter=shared.limiter,
        ledger=ledger,
        analyst=analyst,
        first_provider=chain.providers[0],
        rules=Rules(
            daily_messages=settings.daily_message_cap,
            max_hint_level=settings.max_hint_level,
            context_tokens=settings.context_tokens,
            max_output_tokens=settings.max_output_tokens,
            store_code=settings.store_code,
        ),
        clock=clock,
        new_id=new_id,
        new_word=lambda: random_bytes(12).hex(),
    )
    app[ADMINISTRATION] = administration = AdministrationService(database, clock, new_id)
    app[DASHBOARD_SESSIONS] = DashboardSessions(administration)
    app[OFF_SWITCH] = off_switch = OffSwitch(database)
    app[BUDGETS] = budgets_of(settings)
    refusals = RefusalCount(database, clock)
    app[CHAT_SOCKETS] = sockets = ChatSockets(
        tutor=Tutor(
            opening=opening,
            analyst=analyst,
            settling=Settling(database, shared.limiter, clock, store_code=settings.store_code),
            replicas=shared.replicas,
            chain=chain,
            off_switch=off_switch,
            refusals=refusals,
            database=database,
            deadlines=deadlines,
        ),
        analyst=analyst,
        authenticator=app[AUTHENTICATOR],
        slots=shared.slots,
        allowances=FrameAllowances(FrameRate.allowing(settings.messages_per_minute), clock),
        clock=clock,
        deadlines=deadlines,
    )
    revocations.subscribe(sockets.end_sign_ins)

    app.add_routes(definitions(ROUTES))

    async def end_answers(_app: web.Application) -> None:
        await sockets.close()

    async def close(_app: web.Application) -> None:
        await refusals.write()
        await chain.close()
        await analyst.close()
        await database.close()
        if shared.close is not None:
            await shared.close()

    app.cleanup_ctx.append(_keeping(LeaseKeeper(ledger).run))
    app.cleanup_ctx.append(_keeping(off_switch.run))
    app.cleanup_ctx.append(_keeping(refusals.run))
    app.cleanup_ctx.append(_keeping(give_back_memory))
    app.cleanup_ctx.append(_keeping(RetentionSweep(database, clock, settings.retention_days).run))
    app.on_shutdown.append(end_answers)
    app.on_cleanup.append(close)
    return app


def _add_identity(
    app: web.Application,
    settings: Settings,
    attempts: Attempts,
    *,
    random_bytes: Callable[[int], bytes],
) -> Revocations:
    """Build what knows who people are; give what tells that a sign-in has ended.

    People's ids are random: providers and logs know them, and are not to learn when somebody registered.
    """
    clock, database = app[CLOCK], app[DATABASE]
    keys = derive_keys(settings.signing_secret())
    passwords = Passwords()
    access_tokens = AccessTokens(keys.access_tokens, clock=clock, new_id=uuid4)
    revocations = Revocations(database, clock)
    app[AUTHENTICATOR] = Authenticator(access_tokens, revocations)
    app[THROTTLE] = throttle = Throttle(attempts)
    links = EmailLinks(_outbox(settings, clock), clock, random_bytes)
    registrations = Registrations(
        database=database,
        passwords=passwords,
        policy=RegistrationPolicy.parse(settings.registration or "open", by_mail=links.are_mailed),
        throttle=throttle,
        links=links,
        revocations=revocations,
        subject=keys.subject,
        clock=clock,
        new_id=uuid4,
    )
    app[ACCOUNTS] = accounts = Accounts(
        database=database,
        passwords=passwords,
        access_tokens=access_tokens,
        refresh_tokens=RefreshTokens(keys.refresh_tokens, random_bytes=random_bytes),
        registrations=registrations,
        throttle=throttle,
        revocations=revocations,
        subject=keys.subject,
        clock=clock,
        new_id=uuid4,
    )
    app[ADDRESS_PROOFS] = AddressProofs(database, accounts, PageSessions(database, clock), clock)
    app[ACCOUNT_PAGE_KEY] = keys.account_page
    app[DEVICE_PAGE_KEY] = keys.device_page
    app[ADMIN_PAGE_KEY] = keys.admin_page
    app[DEVICE_SIGN_INS] = DeviceSignIns(
        database=database, accounts=accounts, throttle=throttle, clock=clock, new_id=uuid4, random_bytes=random_bytes
    )

    async def learn_revocations(_app: web.Application) -> None:
        await revocations.catch_up()

    async def close(_app: web.Application) -> None:
        if links.outbox is not None:
            await links.outbox.close()
        passwords.close()

    app.on_startup.append(learn_revocations)
    app.cleanup_ctx.append(_keeping(revocations.run))
    app.on_cleanup.append(close)
    return revocations


def _log_unanalysed(owner: Hashable, step: str, failure: NotAnalysed) -> None:
    """Log that a step of analysis gave no result: the student gets a generic hint, and nothing of theirs is logged."""
    note = log.error if failure.reason == "failed" else log.warning
    note("not_analysed", user=str(owner), step=step, reason=failure.reason, exception_type=failure.detail or None)


def _outbox(settings: Settings, clock: Clock) -> Outbox | None:
    if settings.smtp_url is None or settings.smtp_from is None:
        return None
    from tutor_server.mail.outbox import Outbox  # noqa: PLC0415 - an installation without mail does without SMTP
    from tutor_server.mail.server import MailServer  # noqa: PLC0415 - likewise

    return Outbox(MailServer.parse(settings.smtp_url.get_secret_value()), settings.smtp_from, clock)


def _keeping(work: Callable[[], Coroutine[None, None, None]]) -> Callable[[web.Application], AsyncIterator[None]]:
    """Make a context of the application in which `work` runs beside it. Its failure is logged."""

    def tell(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (failure := task.exception()) is not None:
            log.error("background_work_failed", work=task.get_name(), exc_info=failure)

    async def keep(_app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(work(), name=work.__qualname__)
        task.add_done_callback(tell)
        yield
        task.cancel()
        await asyncio.wait({task})

    return keep
