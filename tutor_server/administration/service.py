"""Actions of operators and instructors, shared by the HTTP API, the dashboard and the command line."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import structlog

from tutor_server.errors import NotFound
from tutor_server.storage import audit, module_files, modules, overrides, switches
from tutor_server.storage.accounts import account_of_email, account_of_user

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection
    from structlog.typing import FilteringBoundLogger

    from tutor_server.administration.module_files import GivenModule
    from tutor_server.clock import Clock
    from tutor_server.storage.database import Database
    from tutor_server.storage.overrides import Override, OwnLimits

T = TypeVar("T")

log: FilteringBoundLogger = structlog.get_logger()

NO_ACCOUNT = "No account has this e-mail address."


@dataclass(frozen=True, slots=True)
class Actor:
    """The person or key that acts, by the channel (`api`, `page` or `command`) and the address.

    `user_id` is None for a holder of the admin key, and for an operator who runs commands.
    """

    way: Literal["api", "page", "command"]
    address: str | None = None
    user_id: UUID | None = None

    def name(self, connection: Connection) -> str:
        """Return the actor's name in the audit log: the e-mail address. The admin key does not identify a person."""
        if self.user_id is None:
            return "command" if self.way == "command" else "key"
        account = account_of_user(connection, self.user_id)
        if account is None:
            raise NotFound
        return account.email


@dataclass(frozen=True, slots=True)
class AdministrationService:
    """Changes settings that apply to all students, and records who did so. Each process sees a change within 5 s."""

    database: Database
    clock: Clock
    new_id: Callable[[], UUID]

    async def switch_off(self, actor: Actor, module_id: str | None, message: str) -> switches.Off:
        """Switch the tutor off, for one module or for everything. Raise `NotFound` if the module does not exist."""
        off = switches.Off(module_id, message, self.clock.now())

        def unit(connection: Connection) -> None:
            if module_id is not None and modules.find_module(connection, module_id) is None:
                raise NotFound
            switches.switch_off(connection, off)

        await self.act(actor, "switched_off", unit, module_id=module_id, details={"message": message})
        return off

    async def switch_on(self, actor: Actor, module_id: str | None) -> None:
        """Switch the tutor on again. Raise `NotFound` if it was not off."""

        def unit(connection: Connection) -> None:
            if not switches.switch_on(connection, module_id):
                raise NotFound("This is not switched off.")

        await self.act(actor, "switched_on", unit, module_id=module_id)

    async def set_limits(self, actor: Actor, email: str, own: OwnLimits, expires_at: datetime) -> Override:
        """Set a student's own limits until a given time. Raise `NotFound`."""
        now = self.clock.now()
        details = asdict(own) | {"expires_at": expires_at.isoformat()}

        def unit(connection: Connection) -> Override:
            user_id = _user_of(connection, email)
            overrides.set_override(connection, user_id, own, now=now, expires_at=expires_at)
            audit.record(
                connection, self.action(connection, actor, "limits_set", now, user_id=user_id, details=details)
            )
            return overrides.Override(
                user_id=user_id,
                email=email,
                messages_per_minute=own.messages_per_minute,
                daily_messages=own.daily_messages,
                created_at=now,
                expires_at=expires_at,
            )

        return await self.commit("limits_set", unit)

    async def remove_limits(self, actor: Actor, email: str) -> None:
        """Remove a student's own limits. Raise `NotFound` if there were none."""
        now = self.clock.now()

        def unit(connection: Connection) -> None:
            user_id = _user_of(connection, email)
            if not overrides.remove_override(connection, user_id):
                raise NotFound("This account has no limits of its own.")
            audit.record(connection, self.action(connection, actor, "limits_removed", now, user_id=user_id))

        await self.commit("limits_removed", unit)

    async def save_modules(self, actor: Actor, given: Sequence[GivenModule]) -> None:
        """Create modules with their files, or replace those with the same ids: either all of them or none."""
        now = self.clock.now()
        ids = [self.new_id() for _ in given]

        def unit(connection: Connection) -> None:
            for action_id, one in zip(ids, given, strict=True):
                module, exercise = one.module, one.exercise
                is_new = modules.save_module(connection, module)
                module_files.save_exercise(connection, module.id, exercise)
                action = self.action(
                    connection,
                    actor,
                    "module_made" if is_new else "module_changed",
                    now,
                    module_id=module.id,
                    details={
                        "title": module.title,
                        "max_hint_level": module.max_hint_level,
                        "ladder": module.ladder,
                        "files": [file.name for file in (*exercise.starter, *exercise.tests)],
                        "has_reference": bool(exercise.reference),
                    },
                    action_id=action_id,
                )
                audit.record(connection, action)

        await self.commit("modules_saved", unit)

    async def remove_module(self, actor: Actor, module_id: str) -> None:
        """Delete a module, with every student's progress in it. Raise `NotFound`."""

        def unit(connection: Connection) -> None:
            if not modules.remove_module(connection, module_id):
                raise NotFound
            switches.switch_on(connection, module_id)

        await self.act(actor, "module_removed", unit, module_id=module_id)

    async def act(
        self,
        actor: Actor,
        action: str,
        unit: Callable[[Connection], T],
        *,
        module_id: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> T:
        """Run a unit of work, and record the action in the audit log within the same transaction."""
        now, action_id = self.clock.now(), self.new_id()

        def act(connection: Connection) -> T:
            value = unit(connection)
            row = self.action(connection, actor, action, now, module_id=module_id, details=details, action_id=action_id)
            audit.record(connection, row)
            return value

        return await self.commit(action, act)

    async def commit(self, action: str, unit: Callable[[Connection], T]) -> T:
        """Run a unit of work that records its action itself."""
        value = await self.database.commit(unit)
        self.log_action(action)
        return value

    @staticmethod
    def log_action(action: str) -> None:
        """Log an action that was carried out."""
        log.info("admin_action", action=action)

    def action(
        self,
        connection: Connection,
        actor: Actor,
        action: str,
        now: datetime,
        *,
        user_id: UUID | None = None,
        module_id: str | None = None,
        course_id: UUID | None = None,
        details: Mapping[str, Any] | None = None,
        action_id: UUID | None = None,
    ) -> audit.Action:
        """Return the line of the audit log for an action."""
        return audit.Action(
            id=action_id or self.new_id(),
            at=now,
            way=actor.way,
            actor=actor.name(connection),
            address=actor.address,
            action=action,
            user_id=user_id,
            module_id=module_id,
            course_id=course_id,
            details=details or {},
        )


def _user_of(connection: Connection, email: str) -> UUID:
    account = account_of_email(connection, email)
    if account is None:
        raise NotFound(NO_ACCOUNT)
    return account.id
