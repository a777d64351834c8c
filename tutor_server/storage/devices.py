"""Statements about devices that ask to be signed in (RFC 8628)."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import ColumnElement, delete, select, update

from tutor_server.storage.models import DeviceAuthorization
from tutor_server.storage.upsert import upsert

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection, Row

DeviceState = Literal["pending", "approved", "denied"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device that asks to be signed in: its name, address and time, the decision, and the user who made it."""

    device_code_hash: bytes = field(repr=False)
    user_code: str = field(repr=False)
    client_name: str
    address: str
    state: DeviceState = "pending"
    user_id: UUID | None = None
    interval_seconds: int
    polled_at: datetime | None = None
    created_at: datetime
    expires_at: datetime


def add_device(connection: Connection, device: Device, *, forget_before: datetime) -> bool:
    """Add a device; return whether its user code was free. Delete the devices that expired before a time."""
    connection.execute(delete(DeviceAuthorization).where(DeviceAuthorization.expires_at < forget_before))
    added = connection.execute(
        upsert(connection, DeviceAuthorization)
        .values({column: getattr(device, column) for column in _COLUMNS})
        .on_conflict_do_nothing(index_elements=["user_code"])
        .returning(DeviceAuthorization.user_code)
    )
    return added.first() is not None


def device_of_code(connection: Connection, device_code_hash: bytes) -> Device | None:
    """Return the device with a device code."""
    return _device(connection, DeviceAuthorization.device_code_hash == device_code_hash)


def waiting_device(connection: Connection, user_code: str, now: datetime) -> Device | None:
    """Return the device that waits for a decision under a user code."""
    return _device(connection, _waiting(user_code, now))


def note_poll(connection: Connection, device_code_hash: bytes, now: datetime, interval_seconds: int) -> None:
    """Store when a device polled, and how long it must wait before it polls again."""
    connection.execute(
        update(DeviceAuthorization)
        .where(DeviceAuthorization.device_code_hash == device_code_hash)
        .values(polled_at=now, interval_seconds=interval_seconds)
    )


def sign_in_to_decide(
    connection: Connection, user_code: str, *, user_id: UUID, browser_hash: bytes, now: datetime
) -> bool:
    """Store the user and browser that signed in to decide about a device; return whether the device still waits."""
    signed_in = connection.execute(
        update(DeviceAuthorization).where(_waiting(user_code, now)).values(user_id=user_id, browser_hash=browser_hash)
    )
    return signed_in.rowcount == 1


def decide(
    connection: Connection, user_code: str, state: DeviceState, *, browser_hash: bytes, now: datetime
) -> UUID | None:
    """Store the decision about a device, made in the browser that signed in.

    Return the user, or None if no device waits. The decision is made once. A denied device belongs to no user.
    """
    query = select(DeviceAuthorization.user_id).where(
        _waiting(user_code, now),
        DeviceAuthorization.user_id.is_not(None),
        DeviceAuthorization.browser_hash == browser_hash,
    )
    user_id = connection.scalar(query)
    decided = connection.execute(
        update(DeviceAuthorization)
        .where(_waiting(user_code, now), DeviceAuthorization.browser_hash == browser_hash)
        .values(state=state, browser_hash=None, user_id=user_id if state == "approved" else None)
    )
    return user_id if decided.rowcount == 1 else None


def take_approved(connection: Connection, device_code_hash: bytes) -> bool:
    """Use up the code of an approved device; return whether it could still be used."""
    taken = connection.execute(
        delete(DeviceAuthorization).where(
            DeviceAuthorization.device_code_hash == device_code_hash, DeviceAuthorization.state == "approved"
        )
    )
    return taken.rowcount == 1


_COLUMNS = tuple(column.name for column in fields(Device))


def _waiting(user_code: str, now: datetime) -> ColumnElement[bool]:
    return (
        (DeviceAuthorization.user_code == user_code)
        & (DeviceAuthorization.state == "pending")
        & (DeviceAuthorization.expires_at > now)
    )


def _device(connection: Connection, condition: ColumnElement[bool]) -> Device | None:
    query = select(*(getattr(DeviceAuthorization, column) for column in _COLUMNS)).where(condition)
    row: Row[Any] | None = connection.execute(query).first()
    return None if row is None else Device(**row._mapping)  # noqa: SLF001 - `_mapping` is documented by SQLAlchemy
