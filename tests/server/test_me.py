"""`/api/me`: a student exports or erases everything that is stored about them."""

from __future__ import annotations

import asyncio
import os
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from testing.chat_client import Closed, connect
from testing.device_page import Browser, approve_a_device
from testing.modules import store_modules
from testing.service import service_environment
from testing.warm_start import TUTOR_SERVER, run_command
from tutor_server.storage.course_models import DEFAULT_COURSE
from tutor_server.storage.models import Base
from tutor_server.storage.personal_data import NOT_PERSONAL, SECRETS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiohttp import ClientSession

    from testing.service import Service, SignUp, StartService, Student


@pytest.fixture
async def course(start_service: StartService) -> AsyncIterator[Service]:
    """Yield a service of a course with one module."""
    async with start_service() as service:
        store_modules(service, ("loops", 1))
        yield service


async def leave_traces(service: Service, client: ClientSession, student: Student) -> None:
    """Make a student use each function that stores personal data."""
    await approve_a_device(service.url, student.email, student.password)
    browser = Browser(service.url)
    await browser.open("/account")
    await browser.send("/account/sign-in", email=student.email, password=student.password)
    await browser.close()
    store_link(service, student)
    store_identity(service, student)
    store_membership(service, student)
    store_launches(service, student)
    async with connect(service.url, student.access_token) as chat:
        frames = await chat.answer(question="Why does it stop?", module_id="loops")
        await chat.send({"type": "rate", "message_id": frames[-1]["message_id"], "helpful": True})
        await chat.answer(run_id=str(uuid4()))
    done = await asyncio.to_thread(
        run_command,
        [TUTOR_SERVER, "users", "limit", student.email, "--per-day", "50", "--hours", "1"],
        service.data_dir.parent,
        service_environment(service.data_dir),
    )
    assert done.returncode == 0, done.stderr
    url = f"{service.url}/api/progress/loops"
    async with client.put(url, json={"status": "in_progress"}, headers=student.headers) as response:
        assert response.status == 200


def store_link(service: Service, student: Student) -> None:
    """Store the database row of an e-mailed link."""
    now = datetime.now(UTC).replace(tzinfo=None).isoformat(" ")
    with closing(sqlite3.connect(service.data_dir / "tutor.sqlite3")) as connection, connection:
        connection.execute(
            "INSERT INTO one_time_tokens (token_hash, user_id, purpose, created_at, expires_at) VALUES (?, ?, ?, ?, ?)",
            (os.urandom(32), student.id.replace("-", ""), "reset", now, now),
        )


def store_identity(service: Service, student: Student) -> None:
    """Store the database rows of a sign-in at an identity provider."""
    now = datetime.now(UTC).replace(tzinfo=None).isoformat(" ")
    user_id, issuer = student.id.replace("-", ""), "https://id.uni.example"
    with closing(sqlite3.connect(service.data_dir / "tutor.sqlite3")) as connection, connection:
        connection.execute(
            "INSERT INTO sign_in_identities (issuer, subject, user_id, created_at, signed_in_at)"
            " VALUES (?, ?, ?, ?, ?)",
            (issuer, user_id, user_id, now, now),
        )
        connection.execute(
            "INSERT INTO provider_sessions (issuer, sid, user_id, created_at) VALUES (?, ?, ?, ?)",
            (issuer, user_id, user_id, now),
        )


def store_membership(service: Service, student: Student) -> None:
    """Store the database row of a member of a course."""
    now = datetime.now(UTC).replace(tzinfo=None).isoformat(" ")
    with closing(sqlite3.connect(service.data_dir / "tutor.sqlite3")) as connection, connection:
        connection.execute(
            "INSERT INTO course_members (course_id, email, role, created_at) VALUES (?, ?, 'student', ?)",
            (DEFAULT_COURSE.hex, student.email, now),
        )


def store_launches(service: Service, student: Student) -> None:
    """Store the database rows of somebody who came from a course platform."""
    now, later = datetime.now(UTC).replace(tzinfo=None).isoformat(" "), "2100-01-01 00:00:00"
    user_id, platform, course = student.id.replace("-", ""), uuid4().hex, DEFAULT_COURSE.hex
    registration = {"issuer": "https://moodle.uni.example", "client_id": platform, "created_at": now}
    hashes = {"state_hash": os.urandom(32), "ticket_hash": os.urandom(32)}
    of_course = {"deployment_id": "1", "context_id": "c"}
    rows: dict[str, dict[str, Any]] = {
        "lti_platforms": {"id": platform, "authorization_url": "x", "token_url": "x", "keys_url": "x"} | registration,
        "lti_deployments": {"platform_id": platform, "deployment_id": "1", "created_at": now},
        "lti_contexts": of_course | {"course_id": course, "created_at": now},
        "lti_users": {"subject": "s", "user_id": user_id, "created_at": now, "launched_at": now},
        "lti_members": of_course | {"email": student.email, "role": "student", "seen_at": now},
        "lti_launches": hashes | {"content": "{}", "email": student.email, "expires_at": later},
    }
    with closing(sqlite3.connect(service.data_dir / "tutor.sqlite3")) as connection, connection:
        for table, row in rows.items():
            values = row | ({"platform_id": platform} if table in {"lti_contexts", "lti_users", "lti_members"} else {})
            marks = ", ".join("?" * len(values))
            connection.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", list(values.values()))


async def export(service: Service, client: ClientSession, student: Student) -> dict[str, Any]:
    """Request the export."""
    async with client.get(f"{service.url}/api/me/export", headers=student.headers) as response:
        assert response.status == 200
        body: dict[str, Any] = await response.json()
        return body


async def test_t8_the_export_holds_every_stored_field(course: Service, client: ClientSession, sign_up: SignUp) -> None:
    """T8: the export has every table and column with the student's data, except secrets."""
    student = await sign_up(course)
    await leave_traces(course, client, student)

    exported = await export(course, client, student)

    assert set(exported) == set(Base.metadata.tables) - NOT_PERSONAL
    for table, rows in exported.items():
        columns = {column.name for column in Base.metadata.tables[table].columns}
        assert rows, table
        assert set(rows[0]) == {column for column in columns if f"{table}.{column}" not in SECRETS}
    assert exported["users"][0]["email"] == student.email
    assert "Why does it stop?" in {message["content"] for message in exported["chat_messages"]}


async def test_t7_deletion_leaves_nothing_of_the_student(
    course: Service, client: ClientSession, sign_up: SignUp
) -> None:
    """T7: after the erasure no table refers to the student, the cost rows are anonymous, and the socket is closed."""
    student, other = await sign_up(course), await sign_up(course)
    await leave_traces(course, client, student)
    await leave_traces(course, client, other)
    calls = course.query("SELECT count(*) FROM model_calls")

    async with connect(course.url, student.access_token) as chat:
        listening = asyncio.create_task(chat.receive())
        async with client.delete(f"{course.url}/api/me", headers=student.headers) as response:
            assert response.status == 204
        with pytest.raises(Closed) as closed:
            await listening

    assert closed.value.code == 4001
    assert course.query("SELECT count(*) FROM model_calls") == calls
    everything = "\n".join(str(row) for table in Base.metadata.tables for row in course.query(f"SELECT * FROM {table}"))
    assert not re.search(f"{student.id.replace('-', '')}|{student.email}", everything)
    assert re.search(other.email, everything)
    async with client.get(f"{course.url}/api/auth/me", headers=student.headers) as response:
        assert response.status in {401, 404}


async def test_erasing_does_not_reset_the_day(
    start_service: StartService, client: ClientSession, sign_up: SignUp
) -> None:
    """After the erasure, the daily count is kept under a keyed hash of the e-mail address."""
    async with start_service(TUTOR_DAILY_MESSAGE_CAP="1") as service:
        student = await sign_up(service)
        async with connect(service.url, student.access_token) as chat:
            await chat.answer(run_id=str(uuid4()))
        async with client.delete(f"{service.url}/api/me", headers=student.headers) as response:
            assert response.status == 204
        again = await sign_up(service, email=student.email.upper())
        async with connect(service.url, again.access_token) as chat:
            refusal = (await chat.answer())[0]

    assert refusal["code"] == "DAILY_CAP_REACHED"
