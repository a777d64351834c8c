"""What operators and instructors do in courses. Each action checks the membership in its own transaction."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from tutor_server.administration.course_rules import keep_an_instructor, require_own
from tutor_server.administration.join_codes import new_join_code
from tutor_server.administration.roster_results import RowResult, lost_instructors, result_of
from tutor_server.errors import CourseTaken, EmailUnconfirmed, JoinCodeUnknown, NotFound
from tutor_server.storage import audit, members, module_files, modules, overrides
from tutor_server.storage.accounts import account_of_email, account_of_user
from tutor_server.storage.courses import StoredCourse, add_course, change_course, course_of_code, find_course, values_of
from tutor_server.storage.memberships import Membership, Role, require_membership, roles_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection

    from tutor_server.administration.course_transfer import TransferredCourse
    from tutor_server.administration.module_files import GivenModule
    from tutor_server.administration.roster import RosterRow
    from tutor_server.administration.service import Actor, AdministrationService
    from tutor_server.storage.members import Member
    from tutor_server.storage.modules import Module
    from tutor_server.storage.overrides import OwnLimits

T = TypeVar("T")

NO_MEMBER = "No member of this course has this e-mail address."
_SECRET = ("join_code", "join_code_expires_at")
"""Settings whose values do not stand in the audit log."""


@dataclass(frozen=True, slots=True)
class CourseAdministration:
    """Changes courses, and records who did so. `reference` is a course's id or slug; outsiders get `NotFound`."""

    administration: AdministrationService

    async def add(self, actor: Actor, course: StoredCourse) -> StoredCourse:
        """Add a course. Raise `CourseTaken`."""
        now = self.administration.clock.now()

        def unit(connection: Connection) -> StoredCourse:
            if not add_course(connection, course, now):
                raise CourseTaken
            self._record(connection, actor, "course_made", course, details=_told(course))
            return course

        return await self.administration.commit("course_made", unit)

    async def change(
        self,
        actor: Actor,
        reference: str,
        changed: Callable[[StoredCourse], StoredCourse],
        action: str = "course_changed",
    ) -> Membership:
        """Change the settings of a course.

        Raise `NotFound`, `CourseTaken`, or `ValidationFailed` if an instructor changes what an operator only may.
        """

        def unit(connection: Connection) -> Membership:
            membership = require_membership(connection, actor.user_id, reference, Role.INSTRUCTOR)
            before, after = membership.course, changed(membership.course)
            if membership.role < Role.OPERATOR:
                require_own(before, after)
            if not change_course(connection, after):
                raise CourseTaken
            old, new = _told(before), _told(after)
            details = {name: value for name, value in new.items() if old[name] != value}
            details |= {name: "changed" for name in _SECRET if getattr(before, name) != getattr(after, name)}
            self._record(connection, actor, action, after, details=details)
            return replace(membership, course=after)

        return await self.administration.commit(action, unit)

    async def renew_join_code(self, actor: Actor, reference: str, expires_at: datetime | None) -> Membership:
        """Make a new join code, which replaces the earlier one. Raise `NotFound`."""

        def unit(connection: Connection) -> Membership:
            membership = require_membership(connection, actor.user_id, reference, Role.INSTRUCTOR)
            course = replace(membership.course, join_code=new_join_code(), join_code_expires_at=expires_at)
            while not change_course(connection, course):
                course = replace(course, join_code=new_join_code())
            details = dict.fromkeys(_SECRET, "changed")
            self._record(connection, actor, "course_changed", course, details=details)
            return replace(membership, course=course)

        return await self.administration.commit("course_changed", unit)

    async def join(self, user_id: UUID, join_code: str) -> Membership:
        """Make somebody a student of the course that a code opens; a member stays what he or she is.

        Raise `JoinCodeUnknown`, or `EmailUnconfirmed`.
        """
        now = self.administration.clock.now()

        def unit(connection: Connection) -> Membership:
            account = account_of_user(connection, user_id)
            course = course_of_code(connection, join_code, now)
            if account is None or course is None or (course.ends is not None and course.ends <= now):
                raise JoinCodeUnknown
            if account.confirmed_at is None:
                raise EmailUnconfirmed
            if members.is_removed(connection, course.id, account.email):
                raise JoinCodeUnknown
            if members.stored_role(connection, course.id, account.email) is None:
                members.save_members(connection, course.id, {account.email: Role.STUDENT}, now)
            return Membership(course, roles_of(connection, user_id)[course.id])

        return await self.administration.database.commit(unit)

    async def leave(self, actor: Actor, user_id: UUID, reference: str) -> None:
        """Take an account out of a course, at its owner's wish. Raise `NotFound`, or `LastInstructor`."""
        now = self.administration.clock.now()

        def unit(connection: Connection) -> None:
            account, course = account_of_user(connection, user_id), find_course(connection, reference)
            if account is None or course is None or course.id not in roles_of(connection, user_id):
                raise NotFound
            keep_an_instructor(connection, course, [account.email])
            members.remove_member(connection, course.id, account.email, now)
            self._record(connection, actor, "member_left", course, email=account.email)

        await self.administration.commit("member_left", unit)

    async def set_member(self, actor: Actor, reference: str, email: str, role: Role) -> Member:
        """Write the role of an address in a course. Raise `NotFound`, or `LastInstructor`."""
        now = self.administration.clock.now()

        def unit(connection: Connection) -> Member:
            course = require_membership(connection, actor.user_id, reference, Role.INSTRUCTOR).course
            if role < Role.INSTRUCTOR:
                keep_an_instructor(connection, course, [email])
            before = members.save_members(connection, course.id, {email: role}, now)[email]
            action = "member_added" if before is None else "member_changed"
            self._record(connection, actor, action, course, email=email, details={"role": role.label, "before": before})
            member = members.find_member(connection, course.id, email)
            if member is None:
                raise NotFound(NO_MEMBER)
            return member

        return await self.administration.commit("member_set", unit)

    async def remove_member(self, actor: Actor, reference: str, email: str) -> None:
        """Remove a member from a course, whom the join code lets in no more. Raise `NotFound`, or `LastInstructor`."""
        now = self.administration.clock.now()

        def unit(connection: Connection) -> None:
            course = require_membership(connection, actor.user_id, reference, Role.INSTRUCTOR).course
            before = members.stored_role(connection, course.id, email)
            if before is None:
                raise NotFound(NO_MEMBER)
            keep_an_instructor(connection, course, [email])
            members.exclude_member(connection, course.id, email, now)
            self._record(connection, actor, "member_removed", course, email=email, details={"role": before})

        await self.administration.commit("member_removed", unit)

    async def import_roster(
        self, actor: Actor, reference: str, rows: Sequence[RosterRow]
    ) -> tuple[bool, Sequence[RowResult]]:
        """Carry out every row of a roster, or none if one is refused. Return whether they were, and a word on each.

        Raise `NotFound`.
        """
        now = self.administration.clock.now()

        def unit(connection: Connection) -> tuple[bool, Sequence[RowResult]]:
            course = require_membership(connection, actor.user_id, reference, Role.INSTRUCTOR).course
            roles = {row.email: row.role for row in rows if row.problem is None}
            before = members.stored_roles(connection, course.id, roles)
            lost = lost_instructors(connection, course, roles, before)
            results = [result_of(row, before.get(row.email), lost) for row in rows]
            if any(result.outcome == "refused" for result in results):
                return False, results
            members.save_members(connection, course.id, roles, now)
            counts = {name: sum(each.outcome == name for each in results) for name in ("added", "changed")}
            self._record(connection, actor, "roster_imported", course, details=counts)
            return True, results

        applied, results = await self.administration.database.commit(unit)
        if applied:
            self.administration.log_action("roster_imported")
        return applied, results

    async def save_module(self, actor: Actor, reference: str, given: GivenModule) -> Module:
        """Create a module of a course with its files, or replace the one with the same slug. Raise `NotFound`."""

        def unit(connection: Connection) -> Module:
            course = require_membership(connection, actor.user_id, reference, Role.INSTRUCTOR).course
            return self.store_module(connection, actor, course, given)

        return await self.administration.commit("modules_saved", unit)

    async def write_module(self, actor: Actor, reference: str, module: Module) -> Module:
        """Create a module of a course, or change the one with the same slug. Its files stay. Raise `NotFound`."""

        def unit(connection: Connection) -> Module:
            course = require_membership(connection, actor.user_id, reference, Role.INSTRUCTOR).course
            return self._write_module(connection, actor, course, module)

        return await self.administration.commit("modules_saved", unit)

    async def remove_module(self, actor: Actor, reference: str, slug: str) -> None:
        """Delete a module of a course, with every student's progress in it. Raise `NotFound`."""

        def unit(connection: Connection) -> None:
            course = require_membership(connection, actor.user_id, reference, Role.INSTRUCTOR).course
            module = modules.module_named(connection, (course.id,), slug)
            if module is None:
                raise NotFound
            modules.remove_module(connection, module.id)
            self._record(connection, actor, "module_removed", course, module_id=module.id)

        await self.administration.commit("module_removed", unit)

    async def set_limits(
        self, actor: Actor, reference: str, email: str, own: OwnLimits, expires_at: datetime
    ) -> overrides.Override:
        """Set a member's own limits in a course until a given time. Raise `NotFound`."""
        now = self.administration.clock.now()

        def unit(connection: Connection) -> overrides.Override:
            course = require_membership(connection, actor.user_id, reference, Role.INSTRUCTOR).course
            user_id = _member_of(connection, course, email)
            overrides.set_override(connection, user_id, own, now=now, expires_at=expires_at, course_id=course.id)
            details = asdict(own) | {"expires_at": expires_at.isoformat()}
            self._record(connection, actor, "limits_set", course, email=email, details=details)
            return overrides.Override(
                user_id=user_id,
                email=email,
                messages_per_minute=own.messages_per_minute,
                daily_messages=own.daily_messages,
                created_at=now,
                expires_at=expires_at,
            )

        return await self.administration.commit("limits_set", unit)

    async def remove_limits(self, actor: Actor, reference: str, email: str) -> None:
        """Remove a member's own limits in a course. Raise `NotFound` if there were none."""

        def unit(connection: Connection) -> None:
            course = require_membership(connection, actor.user_id, reference, Role.INSTRUCTOR).course
            account = account_of_email(connection, email)
            if account is None or not overrides.remove_override(connection, account.id, course.id):
                raise NotFound("This member has no limits of their own.")
            self._record(connection, actor, "limits_removed", course, email=email)

        await self.administration.commit("limits_removed", unit)

    async def take_over(self, actor: Actor, document: TransferredCourse, slug: str) -> StoredCourse:
        """Make a course from a document, or change the course with a slug: all of it or nothing. Nothing is removed."""
        now, new_id = self.administration.clock.now(), self.administration.new_id()

        def unit(connection: Connection) -> StoredCourse:
            known = find_course(connection, slug)
            course = document.changed(known or StoredCourse(id=new_id, slug=slug, title="", join_code=new_join_code()))
            is_stored = change_course(connection, course) if known else add_course(connection, course, now)
            if not is_stored:
                raise CourseTaken
            for given in document.given_modules(course.id):
                self.store_module(connection, actor, course, given)
            members.save_members(connection, course.id, document.roles(), now)
            self._record(connection, actor, "course_imported", course, details={"members": len(document.members)})
            return course

        return await self.administration.commit("course_imported", unit)

    def store_module(self, connection: Connection, actor: Actor, course: StoredCourse, given: GivenModule) -> Module:
        """Write a module of a course with its files, in the transaction of a caller that has checked the membership."""
        module = self._write_module(connection, actor, course, given.module)
        module_files.save_exercise(connection, module.id, given.exercise)
        return module

    def _write_module(self, connection: Connection, actor: Actor, course: StoredCourse, given: Module) -> Module:
        slug = given.slug
        known = modules.module_named(connection, (course.id,), slug)
        fresh = modules.id_in_course(course.id, slug, self.administration.new_id())
        module = replace(given, id=fresh if known is None else known.id, course_id=course.id)
        modules.save_module(connection, module)
        details = {"title": module.title, "max_hint_level": module.max_hint_level, "ladder": module.ladder}
        action = "module_made" if known is None else "module_changed"
        self._record(connection, actor, action, course, module_id=module.id, details=details)
        return module

    def _record(
        self,
        connection: Connection,
        actor: Actor,
        action: str,
        course: StoredCourse,
        *,
        email: str | None = None,
        module_id: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Add a line to the audit log. It knows people concerned by their account's id, not by their address."""
        account = None if email is None else account_of_email(connection, email)
        row = self.administration.action(
            connection,
            actor,
            action,
            self.administration.clock.now(),
            user_id=None if account is None else account.id,
            module_id=module_id,
            course_id=course.id,
            details=details,
        )
        audit.record(connection, row)


def _told(course: StoredCourse) -> dict[str, Any]:
    """Return the settings of a course for the audit log, as JSON."""
    values = {name: value for name, value in values_of(course).items() if name not in _SECRET}
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()}


def _member_of(connection: Connection, course: StoredCourse, email: str) -> UUID:
    account = account_of_email(connection, email)
    if account is None or course.id not in roles_of(connection, account.id):
        raise NotFound(NO_MEMBER)
    return account.id
