"""The operator's use cases for course platforms: registering, listing, removing, taking over members."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from tutor_server.administration.service import Actor, AdministrationService
from tutor_server.cli.database import OperatorRefused, opened_database
from tutor_server.clock import SystemClock
from tutor_server.errors import TutorError
from tutor_server.lti.platforms import Platforms
from tutor_server.lti.refusals import LaunchRefused
from tutor_server.lti.roster import PlatformRosters
from tutor_server.lti.tool_keys import read_tool_keys
from tutor_server.settings import values
from tutor_server.storage import audit, lti
from tutor_server.storage.courses import all_courses, find_course
from tutor_server.storage.lti import Deployment, Platform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from tutor_server.lti.roster import Outcome
    from tutor_server.settings import Settings

COMMAND = Actor("command")
CANVAS = "https://canvas.instructure.com"
_MOST_URL = 2048
_MOST_ISSUER = 512
_ADDRESSES = {
    "moodle": ("{issuer}/mod/lti/auth.php", "{issuer}/mod/lti/token.php", "{issuer}/mod/lti/certs.php"),
    "canvas": (
        "https://sso.canvaslms.com/api/lti/authorize_redirect",
        "https://sso.canvaslms.com/login/oauth2/token",
        "https://sso.canvaslms.com/api/lti/security/jwks",
    ),
}
"""Where a platform confirms launches, gives tokens and publishes its keys, by its kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the operator says about a platform. An address that is None is that of its kind."""

    issuer: str
    client_id: str
    kind: str | None
    authorization_url: str | None
    token_url: str | None
    keys_url: str | None
    token_audience: str | None
    vouches: bool
    makes_courses: bool

    def platform(self) -> Platform:
        """Return the platform. Raise `OperatorRefused` for an address that cannot be used."""
        kind = self.kind or ("canvas" if self.issuer == CANVAS else "moodle")
        usual = [each.format(issuer=self.issuer.rstrip("/")) for each in _ADDRESSES[kind]]
        authorization, token, keys = (
            given or default
            for given, default in zip((self.authorization_url, self.token_url, self.keys_url), usual, strict=True)
        )
        for name, url in (("--authorization-url", authorization), ("--token-url", token), ("--keys-url", keys)):
            _require_safe(name, url, _MOST_URL)
        _require_safe("--issuer", self.issuer, _MOST_ISSUER)
        return Platform(
            id=uuid4(),
            issuer=self.issuer,
            client_id=self.client_id,
            authorization_url=authorization,
            token_url=token,
            keys_url=keys,
            token_audience=self.token_audience,
            vouches=self.vouches,
            makes_courses=self.makes_courses,
        )


async def add_platform(settings: Settings, given: Given, deployments: Sequence[str], slug: str | None) -> Platform:
    """Register a platform with deployments, or change it. Raise `OperatorRefused`."""
    wanted, clock = given.platform(), SystemClock()

    def unit(connection: Connection) -> Platform:
        course = None if slug is None else find_course(connection, slug)
        if slug is not None and course is None:
            raise OperatorRefused(f"there is no course {slug}")
        platform = lti.save_platform(connection, wanted, clock.now())
        for name in deployments:
            deployment = Deployment(platform.id, name, None if course is None else course.id)
            lti.save_deployment(connection, deployment, clock.now())
        _record(connection, clock, "lti_platform_saved", platform)
        return platform

    async with opened_database(settings) as database:
        return await database.commit(unit)


async def list_deployments(settings: Settings) -> Sequence[tuple[Platform, Deployment, str | None]]:
    """Return every deployment with its platform and the slug of its course. Raise `OperatorRefused`."""

    def read(connection: Connection) -> Sequence[tuple[Platform, Deployment, str | None]]:
        slugs = {course.id: course.slug for course in all_courses(connection)}
        return [
            (platform, each, None if each.course_id is None else slugs.get(each.course_id))
            for platform in lti.all_platforms(connection)
            for each in lti.deployments_of(connection, platform.id)
        ]

    async with opened_database(settings) as database:
        return await database.read(read)


async def remove_platform(settings: Settings, issuer: str, client_id: str) -> None:
    """End a registration. Raise `OperatorRefused`."""
    clock = SystemClock()

    def unit(connection: Connection) -> None:
        found = [each for each in lti.platforms_of(connection, issuer) if each.client_id == client_id]
        if not found:
            raise OperatorRefused("no such platform is registered")
        lti.remove_platform(connection, found[0].id)
        _record(connection, clock, "lti_platform_removed", found[0])

    async with opened_database(settings) as database:
        await database.commit(unit)


async def take_members_over(settings: Settings, slug: str) -> Outcome:
    """Take the members of a platform's course over. Raise `OperatorRefused`."""
    if not settings.lti_key_files:
        raise OperatorRefused("TUTOR_LTI_KEY_FILES is not set, so no platform would answer")
    keys, clock = read_tool_keys(settings.lti_key_files), SystemClock()
    async with opened_database(settings) as database:
        rosters = PlatformRosters(
            Platforms(database, clock, keys, uuid4), AdministrationService(database, clock, uuid4)
        )
        try:
            return await rosters.take_over(COMMAND, slug)
        except LaunchRefused as error:
            raise OperatorRefused(error.sentence.rstrip(".")) from error
        except TutorError as error:
            raise OperatorRefused(error.detail.rstrip(".")) from error


def _record(connection: Connection, clock: SystemClock, action: str, platform: Platform) -> None:
    row = audit.Action(
        id=uuid4(),
        at=clock.now(),
        way=COMMAND.way,
        actor=COMMAND.name(connection),
        address=None,
        action=action,
        user_id=None,
        module_id=None,
        course_id=None,
        details={"issuer": platform.issuer, "client_id": platform.client_id},
    )
    audit.record(connection, row)


def _require_safe(name: str, url: str, most: int) -> None:
    """Raise `OperatorRefused` unless an address is https, or leads to this machine."""
    if len(url) > most:
        raise OperatorRefused(f"{name}: takes at most {most} characters")
    try:
        values.issuer(url.partition("?")[0])
    except ValueError:
        raise OperatorRefused(f"{name}: is an address like https://moodle.uni.example, with https") from None
