"""H8: random requests generated from the OpenAPI document, against a real service on SQLite and on PostgreSQL.

An operation that deletes the account, changes its password or ends its sign-in is sent by a new student each time, so
that all other requests come from a student who is still signed in.
"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from testing.chat_client import connect
from testing.service import PASSWORD, Service, Student
from tutor_server.api.openapi import document
from tutor_server.api.service_routes import ROUTES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemathesis import APIOperation

    from testing.servers import PostgresServer, RedisServer

    Operation = APIOperation[Any, Any, Any, Any]

pytestmark = pytest.mark.real_time

ADMIN_KEY = "an admin key for these tests"
MODULE = "loops"
EXAMPLES, TORTURE_EXAMPLES = 15, 300

ENDS_ITS_CALLER = {"DELETE /api/me", "POST /api/auth/password", "POST /api/auth/logout", "POST /api/auth/refresh"}
TAKES_MORE_THAN_FORM = {
    "POST /api/auth/register",  # The document cannot exclude common passwords.
    "POST /api/auth/password",
    "GET /api/chat/ws",  # A WebSocket handshake is needed.
    "GET /api/modules",  # The cursor must come from the service.
    "GET /api/progress",
    "GET /api/chat/sessions",
    "GET /api/chat/sessions/{session_id}/messages",
    "GET /api/admin/modules",
    "GET /api/admin/limits",
    "GET /api/admin/audit",
    "GET /api/admin/courses",
    "GET /api/courses",
    "GET /api/courses/{course_id}/members",
    "GET /api/courses/{course_id}/modules",
    "GET /api/courses/{course_id}/overrides",
    "GET /api/courses/{course_id}/audit",
    "POST /api/admin/courses",  # A course ends after it starts, and its providers are the service's.
    "PATCH /api/courses/{course_id}",
    "POST /api/courses/{course_id}/join-code",  # The code expires in the future.
    "POST /api/courses/{course_id}/members.csv",  # The body is CSV.
    "PUT /api/courses/{course_id}/members/{email}",  # The address must be one.
    "PUT /api/courses/{course_id}/overrides",  # The address must be a member's, and the time in the future.
    "PUT /api/courses/{course_id}/modules/{slug}",  # The slug has a restricted alphabet.
    "PUT /api/admin/modules/{module_id}",  # The id has a restricted alphabet.
    "PUT /api/admin/limits",  # The address must be a student's, and the time in the future.
    "POST /api/auth/device",  # A repeated parameter is refused (RFC 6749 §3.1), even an unknown one.
    "POST /api/auth/device/token",  # A repeated parameter is refused, and the code must come from the service.
}
"""Operations that may refuse requests which match the document; the comments give the reasons."""


def operations(api: dict[str, Any]) -> dict[str, Operation]:
    """Return the operations of a document by method and path."""
    found = schemathesis.openapi.from_dict(api).get_all_operations()
    return {result.ok().label: result.ok() for result in found if isinstance(result, Ok)}


def without_security(api: dict[str, Any]) -> dict[str, Any]:
    """Remove the security declarations, so that the generated requests do not test missing credentials."""
    for path in api["paths"].values():
        for operation in path.values():
            del operation["security"]
    return api


FITTING = operations(document(ROUTES, "0"))
UNFITTING = operations(without_security(document(ROUTES, "0")))


@dataclass(frozen=True, slots=True)
class Campus:
    """A service that trusts its proxy, so that each request can come from a different address."""

    service: Service
    student: Student
    session_id: str
    addresses: Iterator[str]

    def new_student(self) -> Student:
        """Register a student for a request that ends the student's sign-in."""
        return register(self.service, next(self.addresses))

    def headers(self, student: Student) -> dict[str, str]:
        """Return the headers that authenticate a student and the operator."""
        return student.headers | {"X-Admin-Key": ADMIN_KEY, "X-Forwarded-For": next(self.addresses)}


def register(service: Service, address: str) -> Student:
    """Register a student from an address."""
    email = f"student-{address}@uni.example"
    answer = requests.post(
        f"{service.url}/api/auth/register",
        json={"email": email, "password": PASSWORD},
        headers={"X-Forwarded-For": address},
        timeout=10,
    )
    assert answer.status_code == 201, answer.text
    return Student.signed_in(answer.json(), PASSWORD)


def add_module(service: Service) -> None:
    """Insert a module into the service's database, whether SQLite or PostgreSQL."""
    statement = (
        'INSERT INTO learning_modules (id, title, "order", statement, objectives, allowed_names)'
        f" VALUES ('{MODULE}', 'Loops', 1, '', '[]', '[]')"
    )
    file = service.data_dir / "tutor.sqlite3"
    if not file.exists():
        service.query(statement)
        return
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(statement)


async def have_a_conversation(service: Service, student: Student) -> str:
    """Send one ask; return the id of its session."""
    async with connect(service.url, student.access_token) as chat:
        return str((await chat.answer())[0]["session_id"])


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def campus(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campus]:
    """Yield a service with a module and a student who has a conversation."""
    environment = {
        "TUTOR_ADMIN_KEY": ADMIN_KEY,
        "TUTOR_TRUSTED_PROXIES": "127.0.0.1",
        "TUTOR_REGISTRATION": "open",
    }
    if request.param == "postgres":
        postgres: PostgresServer = request.getfixturevalue("postgres_server")
        redis: RedisServer = request.getfixturevalue("redis_server")
        environment |= {"TUTOR_DATABASE_URL": postgres.database(), "TUTOR_REDIS_URL": redis.url}
    service = Service(tmp_path_factory.mktemp("campus"), environment)
    addresses = (f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}" for number in count(1))
    add_module(service)
    student = register(service, next(addresses))
    session_id = asyncio.run(have_a_conversation(service, student))
    yield Campus(service, student, session_id, addresses)
    assert service.stop() == 0


def put_in(case: Any, known: dict[str, str]) -> None:
    """Replace the random values of known parameters and fields by existing ids and tokens."""
    for part in (case.path_parameters, case.body):
        if isinstance(part, dict):
            part.update({name: value for name, value in known.items() if name in part})


@pytest.mark.parametrize("label", FITTING)
def test_h8_requests_made_up_from_the_document(campus: Campus, label: str) -> None:
    """H8: no response is a 5xx, and each has the status, content type, headers and body that the document declares."""
    check_operation(campus, label, EXAMPLES)


@pytest.mark.torture
@pytest.mark.timeout(600)
@pytest.mark.parametrize("label", FITTING)
def test_h8_many_more_requests(campus: Campus, label: str) -> None:
    """H8: the responses match the document also for more requests, which differ in every run."""
    check_operation(campus, label, TORTURE_EXAMPLES, derandomize=False)


def check_operation(campus: Campus, label: str, examples: int, *, derandomize: bool = True) -> None:
    """Send requests that match the document and ones that do not; the student must be signed in afterwards."""
    cases: st.SearchStrategy[Any] = FITTING[label].as_strategy(GenerationMode.POSITIVE)
    if takes_something(label):
        cases = st.one_of(cases, UNFITTING[label].as_strategy(GenerationMode.NEGATIVE))
    excluded = [positive_data_acceptance] if label in TAKES_MORE_THAN_FORM else []

    @settings(
        max_examples=examples,
        derandomize=derandomize,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, with_what_exists=st.booleans())
    def send(*, case: Any, with_what_exists: bool) -> None:
        student = campus.new_student() if label in ENDS_ITS_CALLER else campus.student
        if with_what_exists and case.meta.generation.mode.is_positive:
            put_in(case, known_to(campus, student))
        case.call_and_validate(
            base_url=campus.service.url, headers=campus.headers(student), excluded_checks=excluded, timeout=10
        )

    send()
    me = requests.get(f"{campus.service.url}/api/auth/me", headers=campus.student.headers, timeout=10)
    assert me.status_code == 200


def takes_something(label: str) -> bool:
    """Return whether an operation has any input that can be made invalid."""
    declared = FITTING[label].definition.raw
    return bool(declared.get("parameters") or declared.get("requestBody"))


def known_to(campus: Campus, student: Student) -> dict[str, str]:
    """Return values that exist in the service, by the names of parameters and fields."""
    return {
        "module_id": MODULE,
        "session_id": campus.session_id,
        "email": student.email,
        "password": student.password,
        "current_password": student.password,
        "refresh_token": student.refresh_token,
    }
