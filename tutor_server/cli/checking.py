"""`tutor-server check`: tests a configuration against the real database, Redis, mail server and providers."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from tutor_server.cli.checking_places import eviction_problem, folder_problems, reachability_problems
from tutor_server.clock import SystemClock
from tutor_server.errors import SettingsError
from tutor_server.identity.oidc.fetching import ProviderUnavailable
from tutor_server.identity.oidc.provider import Client, IdentityProvider
from tutor_server.identity.registration import UNCONFIRMED_DOMAINS
from tutor_server.ledger.budgets import budgets_of
from tutor_server.ledger.max_call_cost import INSTRUCTIONS_TOKENS, max_call_cost
from tutor_server.llm.model_profiles import profiles_by_child_process
from tutor_server.llm.offline import OFFLINE
from tutor_server.llm.price_file import PriceFile, read_price_file
from tutor_server.llm.prices import Prices
from tutor_server.llm.provider_check import Needs, check_provider
from tutor_server.lti.tool_keys import read_tool_keys
from tutor_server.mail.server import MAIL_FAILURES, MailServer, mail_problem
from tutor_server.process.starting import DATABASE_FAILURES, database_problem
from tutor_server.storage.database import open_database
from tutor_server.storage.migrations import is_at_head
from tutor_server.storage.spending import Budgets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redis.asyncio import Redis

    from tutor_server.llm.model_profiles import ModelProfile
    from tutor_server.settings import Settings

REDIS_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check, as one line without secrets."""

    subject: str
    text: str
    is_wrong: bool = False
    is_warning: bool = False


async def check(settings: Settings) -> list[Finding]:
    """Return the findings of all checks of the settings. Nothing is changed."""
    profiles, sdk_problem = _profiles(settings)
    prices, own = _prices(settings, profiles, datetime.now(UTC))
    findings = [await _database(settings), await _redis(settings), prices]
    if sdk_problem is not None:
        findings.append(sdk_problem)
    findings += [
        Finding("data folder", f"{wrong}; see TUTOR_DATA_DIR", is_wrong=True)
        for wrong in folder_problems(settings.data_dir)
    ]
    findings += [Finding("public address", wrong, is_wrong=True) for wrong in reachability_problems(settings)]
    for name in settings.chain:
        findings += await _provider(name, settings, profiles, own)
    if settings.oidc_issuer is not None:
        findings.append(await _identity_provider(settings))
    if settings.lti_key_files:
        findings.append(_course_platforms(settings))
    if settings.smtp_url is not None:
        findings.append(await _mail(settings.smtp_url.get_secret_value(), settings.public_url))
    elif (settings.registration or "").startswith("domains:"):
        findings.append(Finding("registration", f"TUTOR_REGISTRATION: {UNCONFIRMED_DOMAINS}", is_wrong=True))
    return findings


async def _database(settings: Settings) -> Finding:
    url = make_url(settings.effective_database_url)
    if url.get_backend_name() == "sqlite" and url.database and not os.access(url.database, os.F_OK):
        return _future_file(Path(url.database), settings.data_dir)
    database = open_database(settings.effective_database_url)
    try:
        at_head = await database.read(is_at_head)
    except DATABASE_FAILURES as error:
        return Finding("database", f"{database_problem(error)}; check TUTOR_DATABASE_URL", is_wrong=True)
    finally:
        await database.close()
    if at_head:
        return Finding("database", "connected, at the newest schema")
    if url.get_backend_name() == "sqlite":
        return Finding("database", "connected; `tutor-server serve` will bring it to the newest schema")
    return Finding("database", "not at the newest schema: run `tutor-server migrate`", is_wrong=True)


def _future_file(file: Path, data_dir: Path) -> Finding:
    if not file.parent.exists() and file.absolute().parent != data_dir.absolute():
        return Finding("database", f"{file.parent} does not exist; check TUTOR_DATABASE_URL", is_wrong=True)
    folder = next(parent for parent in file.absolute().parents if parent.exists())
    if os.access(folder, os.W_OK | os.X_OK):
        return Finding("database", f"{file} will be made by `tutor-server serve`")
    return Finding("database", f"{folder} is not writable; check TUTOR_DATA_DIR", is_wrong=True)


def _profiles(settings: Settings) -> tuple[Sequence[ModelProfile], Finding | None]:
    """Return the models' profiles; or none and a finding, if the SDKs cannot be set up."""
    try:
        return profiles_by_child_process(settings.remote_models), None
    except SettingsError as error:
        return (), Finding("providers", str(error), is_wrong=True)


def _prices(settings: Settings, profiles: Sequence[ModelProfile], now: datetime) -> tuple[Finding, PriceFile]:
    """Return the finding about prices, and the operator's own prices."""
    own: PriceFile = {}
    try:
        own = read_price_file(settings.data_dir)
        max_call_cost(settings, profiles, Prices.of(own, profiles), now)
    except SettingsError as error:
        return Finding("prices", str(error), is_wrong=True), own
    if own:
        return Finding("prices", f"own ones for {', '.join(sorted(model for _, model in own))}"), own
    return Finding("prices", "those of the built-in list"), own


async def _provider(name: str, settings: Settings, profiles: Sequence[ModelProfile], own: PriceFile) -> list[Finding]:
    """Return the findings about one provider, from one real call of a few tokens."""
    subject = f"provider {name}"
    if name == OFFLINE:
        return [Finding(subject, "ready")]
    profile = next((profile for profile in profiles if profile.provider == name), None)
    if profile is None:  # Another finding says why.
        return []
    model = next(model for model in settings.remote_models if model.provider == name)
    needs = Needs(
        context_tokens=settings.context_tokens,
        instructions_tokens=INSTRUCTIONS_TOKENS,
        max_output_tokens=settings.max_output_tokens,
        has_budget=budgets_of(settings) != Budgets(),
    )
    report = await check_provider(model, profile, needs, settings.deadlines, has_price=(name, model.name) in own)
    if report.problem is not None:
        return [Finding(subject, report.problem, is_wrong=True)]
    return [Finding(subject, "ready"), *(Finding(subject, text, is_warning=True) for text in report.warnings)]


async def _redis(settings: Settings) -> Finding:
    if settings.redis_url is None:
        return Finding("redis", "not set: the limits hold in this one process")
    from redis.asyncio import Redis
    from redis.exceptions import RedisError

    try:
        async with Redis.from_url(
            settings.redis_url.get_secret_value(),
            socket_connect_timeout=REDIS_SECONDS,
            socket_timeout=REDIS_SECONDS,
        ) as redis:
            await redis.ping()
            problem = await _eviction(redis)
    except (RedisError, OSError, ValueError) as error:
        return Finding("redis", f"cannot be reached ({type(error).__name__}); check TUTOR_REDIS_URL", is_wrong=True)
    if problem is not None:
        return Finding("redis", f"{problem}; see TUTOR_REDIS_URL", is_wrong=True)
    return Finding("redis", "connected")


async def _identity_provider(settings: Settings) -> Finding:
    client = Client(settings.oidc_issuer or "", settings.oidc_client_id or "")
    provider = IdentityProvider(client, SystemClock())
    try:
        await provider.endpoints()
        keys = await provider.count_keys()
    except ProviderUnavailable as error:
        return Finding("single sign-on", f"{client.issuer} {error}; check TUTOR_OIDC_ISSUER", is_wrong=True)
    if not keys:
        return Finding("single sign-on", f"{client.issuer} publishes no key that could sign", is_wrong=True)
    address = settings.public_url or "http://127.0.0.1:8765"
    return Finding("single sign-on", f"ready; register {address}/auth/oidc/callback there as the redirect address")


def _course_platforms(settings: Settings) -> Finding:
    try:
        count = len(read_tool_keys(settings.lti_key_files).keys)
    except SettingsError as error:
        return Finding("course platforms", str(error), is_wrong=True)
    return Finding("course platforms", f"ready, with {count} key{'' if count == 1 else 's'}; the first signs")


async def _mail(url: str, public_url: str | None) -> Finding:
    try:
        await MailServer.parse(url).test()
    except MAIL_FAILURES as error:
        reason = f"the server cannot be used ({mail_problem(error)}); check TUTOR_SMTP_URL"
        return Finding("mail", reason, is_wrong=True)
    if public_url is None:
        return Finding("mail", "connected, but links lead to this machine alone: set TUTOR_PUBLIC_URL")
    return Finding("mail", "connected")


async def _eviction(redis: Redis) -> str | None:
    from redis.exceptions import ResponseError

    try:
        return eviction_problem(await redis.info("memory"))
    except ResponseError:  # A user of a shared Redis may lack the permission for INFO.
        return None
