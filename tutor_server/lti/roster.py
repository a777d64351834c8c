"""Names and Roles 2.0: takes over the members of a platform's course."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import structlog

from tutor_server.identity.oidc.fetching import ProviderUnavailable, fetch
from tutor_server.identity.oidc.tokens import address_in
from tutor_server.lti.claims import MOST_ID_CHARACTERS
from tutor_server.lti.enrolling import is_followed
from tutor_server.lti.refusals import LaunchRefused
from tutor_server.lti.roles import role_of
from tutor_server.storage import accounts, audit, lti, lti_people, members
from tutor_server.storage.memberships import Role, require_membership

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection
    from structlog.typing import FilteringBoundLogger

    from tutor_server.administration.service import Actor, AdministrationService
    from tutor_server.lti.platforms import Platforms
    from tutor_server.storage.lti import Context

log: FilteringBoundLogger = structlog.get_logger()

MOST_PAGES, MOST_MEMBERS = 200, 20_000
ROSTER_SECONDS = 25.0
"""Seconds for all pages of a roster together."""
_MEDIA_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
_NO_SERVICE = "The course platform offers no list of members for this course, or nobody has launched it since."


@dataclass(frozen=True, slots=True)
class Named:
    """A person of the platform's roster."""

    subject: str
    email: str | None
    role: Role | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many members were added, got another role, were removed, and could not be taken over without an address."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    without_address: int = 0

    def __add__(self, other: Outcome) -> Outcome:
        """Return the sums of both."""
        return Outcome(
            self.added + other.added,
            self.changed + other.changed,
            self.removed + other.removed,
            self.without_address + other.without_address,
        )


@dataclass(frozen=True, slots=True)
class PlatformRosters:
    """The use case. Members and roles that were changed here stay as they are."""

    platforms: Platforms
    administration: AdministrationService

    async def take_over(self, actor: Actor, reference: str) -> Outcome:
        """Write the members of all courses of platforms that a course is connected with.

        Raise `NotFound`, or `LaunchRefused` if a platform gives no list.
        """

        def contexts(connection: Connection) -> Sequence[Context]:
            course = require_membership(connection, actor.user_id, reference, Role.INSTRUCTOR).course
            return [each for each in lti.contexts_of(connection, course.id) if each.members_url is not None]

        found = await self.administration.database.read(contexts)
        if not found:
            raise LaunchRefused(_NO_SERVICE, "no names and roles", status=404)
        total = Outcome()
        for context in found:
            total += await self._take_over(actor, reference, context, await self._named(context))
        return total

    async def _named(self, context: Context) -> Sequence[Named]:
        platform = await self.platforms.with_id(context.platform_id)
        if platform is None:
            raise LaunchRefused(_NO_SERVICE, "unknown platform", status=404)
        try:
            async with asyncio.timeout(ROSTER_SECONDS):
                token = await self.platforms.access_token(platform.client)
                return await _read_members(context.members_url or "", token)
        except (TimeoutError, ProviderUnavailable) as error:
            reason = str(error) or "deadline"
            log.warning("lti_members_unavailable", issuer=platform.client.issuer, reason=reason)
            sentence = "The course platform did not give its list of members. Please try again in a moment."
            raise LaunchRefused(sentence, "unavailable", status=HTTPStatus.SERVICE_UNAVAILABLE) from None

    async def _take_over(self, actor: Actor, reference: str, context: Context, named: Sequence[Named]) -> Outcome:
        now = self.administration.clock.now()

        def unit(connection: Connection) -> Outcome:
            course = require_membership(connection, actor.user_id, reference, Role.INSTRUCTOR).course
            roles, nameless = _roles(connection, context, named)
            told = lti_people.told_roles(connection, context)
            stored = members.stored_roles(connection, course.id, {*roles, *told})
            wanted = {
                email: role
                for email, role in roles.items()
                if is_followed(stored.get(email), told.get(email), role)
                and not (stored.get(email) is None and _is_out(connection, context, email, told))
            }
            gone = {email for email, role in told.items() if email not in roles and stored.get(email) in {role, None}}
            lost = {
                email
                for email in {*wanted, *gone}
                if stored.get(email) == Role.INSTRUCTOR.label and wanted.get(email) is not Role.INSTRUCTOR
            }
            is_kept = Role.INSTRUCTOR in wanted.values() or members.has_other_instructor(connection, course.id, lost)
            if lost and not is_kept:
                gone, wanted = gone - lost, {each: role for each, role in wanted.items() if each not in lost}
            before = members.save_members(connection, course.id, wanted, now)
            removed = sum(members.remove_member(connection, course.id, email, now) for email in sorted(gone))
            for email, role in roles.items():
                lti_people.note_role(connection, context, email, role.label, now)
            for email in gone:
                lti_people.forget_role(connection, context, email)
            outcome = Outcome(
                added=sum(role is None for role in before.values()),
                changed=sum(role not in {None, wanted[email].label} for email, role in before.items()),
                removed=removed,
                without_address=nameless,
            )
            details = {name: getattr(outcome, name) for name in outcome.__slots__}
            row = self.administration.action(
                connection, actor, "lti_members_taken_over", now, course_id=course.id, details=details
            )
            audit.record(connection, row)
            return outcome

        return await self.administration.commit("lti_members_taken_over", unit)


def _is_out(connection: Connection, context: Context, email: str, told: Mapping[str, str]) -> bool:
    """Return whether somebody was removed here after the platform had named them."""
    return email in told or members.is_removed(connection, context.course_id, email)


def _roles(connection: Connection, context: Context, named: Sequence[Named]) -> tuple[Mapping[str, Role], int]:
    """Return the roles by address, and how many members have none. Who has launched counts by the account's address."""
    joined = lti_people.users_of(connection, context.platform_id)
    roles: dict[str, Role] = {}
    nameless = 0
    for person in named:
        account = None
        if person.subject in joined:
            account = accounts.account_of_user(connection, joined[person.subject])
        email = person.email if account is None else account.email
        if email is None:
            nameless += person.role is not None
        elif person.role is not None:
            roles[email] = max(person.role, roles.get(email, person.role))
    return roles, nameless


async def _read_members(url: str, token: str) -> Sequence[Named]:
    """Return all pages of a list of members (NRPS 2.0 §2.4). Raise `ProviderUnavailable`."""
    found: list[Named] = []
    headers = {"Authorization": f"Bearer {token}", "Accept": _MEDIA_TYPE}
    following = url
    for _ in range(MOST_PAGES):
        page = await fetch(following, headers=headers)
        listed = page.content.get("members")
        if page.status != HTTPStatus.OK or not isinstance(listed, list):
            raise ProviderUnavailable(f"the list of members answered {page.status}")
        found += [person for person in map(_person, listed) if person is not None]
        if page.next_url is None and not found:
            raise ProviderUnavailable("the list of members is empty")
        if page.next_url is None:
            return found
        following = page.next_url
        if urlsplit(following)[:2] != urlsplit(url)[:2]:
            raise ProviderUnavailable("the list of members goes on at another host")
        if len(found) > MOST_MEMBERS:
            break
    raise ProviderUnavailable("the list of members is too long")


def _person(member: Any) -> Named | None:
    """Return an active member of the list. Somebody without a status is active (NRPS 2.0 §2.2)."""
    if not isinstance(member, dict) or member.get("status", "Active") != "Active":
        return None
    subject, roles = member.get("user_id"), member.get("roles")
    if not isinstance(subject, str) or len(subject) > MOST_ID_CHARACTERS or not isinstance(roles, list):
        return None
    return Named(subject, address_in(member.get("email")), role_of(roles))
