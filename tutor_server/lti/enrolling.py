"""Membership by LTI: which course a launch belongs to, and the role that a platform's course gives in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_server.lti.refusals import LaunchRefused
from tutor_server.storage import lti, lti_people, members
from tutor_server.storage.lti import Context
from tutor_server.storage.memberships import ROLES, Role

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from tutor_server.lti.claims import Launch

_NO_ROLE = "Your role in the course there is not one that takes part here. Ask your instructor."
_REMOVED = "You were removed from this course. Ask your instructor."


def context_of(connection: Connection, launch: Launch, now: datetime) -> Context | None:
    """Return the platform's course of a launch if it is connected with a course here.

    A deployment that belongs to one course connects its courses by itself.
    """
    known = lti.find_context(connection, launch.platform_id, launch.deployment, launch.context)
    if known is None:
        deployment = lti.find_deployment(connection, launch.platform_id, launch.deployment)
        if deployment is None or deployment.course_id is None:
            return None
        known = Context(launch.platform_id, launch.deployment, launch.context, deployment.course_id, None)
    elif known.members_url == launch.members_url:
        return known
    context = replace(known, members_url=launch.members_url)
    lti.connect_context(connection, context, now)
    return context


def enrol(connection: Connection, context: Context, email: str, role: Role | None, now: datetime) -> None:
    """Write the role that a launch says for an address. Raise `LaunchRefused` if it does not take part.

    A role that was changed here since the platform's last word stays, and so does a removal.
    """
    stored = members.stored_role(connection, context.course_id, email)
    told = lti_people.told_role(connection, context, email)
    if role is None:
        if stored is None:
            raise LaunchRefused(_NO_ROLE, "role")
        return
    if stored is None and (told is not None or members.is_removed(connection, context.course_id, email)):
        raise LaunchRefused(_REMOVED, "removed")
    if is_followed(stored, told, role) and not _is_last_instructor(connection, context, email, role, stored):
        members.save_members(connection, context.course_id, {email: role}, now)
    lti_people.note_role(connection, context, email, role.label, now)


def is_followed(stored: str | None, told: str | None, role: Role) -> bool:
    """Return whether a platform's word on a role counts: nobody has said otherwise here.

    Somebody who became a member here before the platform's first word keeps a higher role.
    """
    if stored is None or stored == told:
        return True
    return told is None and role > ROLES[stored]


def _is_last_instructor(connection: Connection, context: Context, email: str, role: Role, stored: str | None) -> bool:
    return (
        stored == Role.INSTRUCTOR.label
        and role < Role.INSTRUCTOR
        and not members.has_other_instructor(connection, context.course_id, [email])
    )
