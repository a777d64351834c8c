"""The OpenAPI document, and the route declarations from which it is built."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from aiohttp import web
from openapi_spec_validator import OpenAPIV31SpecValidator

from testing.service import service_environment
from testing.warm_start import TUTOR_SERVER
from tutor_server.api import schemas
from tutor_server.api.openapi import document
from tutor_server.api.routes import Access, Routes
from tutor_server.api.service_routes import ROUTES
from tutor_server.errors import EmailTaken
from tutor_server.identity.access_tokens import AccessToken

if TYPE_CHECKING:
    from pathlib import Path

ENVELOPE = "#/components/schemas/Error"


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    """Return the OpenAPI document of the service."""
    return document(ROUTES, "1.2.3")


def operations(described: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return every operation by method and path."""
    return {
        f"{method.upper()} {path}": operation
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    }


def resolve(described: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """Return the value to which a `$ref` points, or the value itself."""
    found = part
    if "$ref" in part:
        found = described
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
    return found


def test_the_document_is_valid(described: dict[str, Any]) -> None:
    """The document is valid OpenAPI 3.1, by its JSON Schema and rules."""
    OpenAPIV31SpecValidator(described).validate()

    assert described["openapi"] == "3.1.0"
    assert described["info"]["version"] == "1.2.3"


def test_the_command_prints_it(tmp_path: Path) -> None:
    """`tutor-server openapi` prints the document and changes nothing."""
    environment = service_environment(tmp_path / "data")
    done = subprocess.run([TUTOR_SERVER, "openapi"], env=environment, capture_output=True, check=True)

    printed = json.loads(done.stdout)
    # These paths are pages for people, which the document omits.
    of_pages = ("/account", "/auth", "/device", "/admin", "/join", "/lti")
    pages = {route.path for route in ROUTES if route.path.startswith(of_pages)} - {"/lti/config.json", "/lti/jwks"}
    assert printed["paths"].keys() == {route.path for route in ROUTES} - pages - {"/"}
    assert (done.stderr, (tmp_path / "data").exists()) == (b"", False)


def test_every_operation_has_a_name_of_its_own(described: dict[str, Any]) -> None:
    """Each operation has a unique `operationId`, from which generated clients make names."""
    names = [operation["operationId"] for operation in operations(described).values()]

    assert len(set(names)) == len(names)


def test_every_error_is_the_envelope(described: dict[str, Any]) -> None:
    """Each error response has `detail` and `code`, and lists the possible codes."""
    for name, operation in operations(described).items():
        for status, response in operation["responses"].items():
            if int(status) < 400:
                continue
            schema = resolve(described, response)["content"]["application/json"]["schema"]
            if schema["$ref"] != ENVELOPE:  # The response of health extends the envelope.
                assert {"detail", "code"} <= set(resolve(described, schema)["required"])
            else:
                assert schema["properties"]["code"]["enum"], (name, status)


def test_who_may_call_is_declared(described: dict[str, Any]) -> None:
    """Every operation except sign-in, health and pages declares its authentication."""
    security = {name: operation["security"] for name, operation in operations(described).items()}

    assert {name for name, needed in security.items() if needed == []} == {
        "GET /api/health",
        "POST /api/auth/register",
        "POST /api/auth/login",
        "POST /api/auth/refresh",
        "POST /api/auth/logout",
        "POST /api/auth/device",
        "POST /api/auth/device/token",
        "GET /lti/config.json",
        "GET /lti/jwks",
    }
    of_operators = {"GET /api/admin/courses", "POST /api/admin/courses", "GET /api/admin/usage"}
    assert {name for name, needed in security.items() if needed == [{"adminKey": []}]} == {
        name for name in security if "/api/admin/" in name
    } - of_operators | {"GET /metrics"}
    assert {name for name, needed in security.items() if needed == [{"adminKey": []}, {"bearer": []}]} == of_operators
    assert {name for name, needed in security.items() if needed == [{"bearer": []}, {"adminKey": []}]} == {
        name for name in security if "/api/courses/{course_id}" in name
    }


def test_a_body_a_page_and_what_they_give(described: dict[str, Any]) -> None:
    """In the document, bodies and queries have the fields and limits of the models that validate them."""
    register = operations(described)["POST /api/auth/register"]
    sessions = operations(described)["GET /api/chat/sessions"]

    body = resolve(described, register["requestBody"]["content"]["application/json"]["schema"])
    assert body["required"] == ["email", "password"]
    assert body["properties"]["password"]["minLength"] == 8
    assert set(register["responses"]) == {"201", "400", "403", "408", "409", "413", "415", "422", "429", "500", "503"}
    assert {parameter["name"]: parameter["schema"] for parameter in sessions["parameters"]} == {
        "limit": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50},
        "cursor": {"type": "string", "format": "cursor"},
        "type": {"type": "string", "enum": ["editor", "notebook"]},
    }


def test_what_a_handler_takes_is_its_declaration() -> None:
    """The routes are declared by their handlers' parameters: path parameters, form, caller, and possible errors."""
    routes = Routes("things")

    @routes.add("DELETE /things/{thing_id}", refuses=(EmailTaken,))
    async def drop(request: web.Request, caller: AccessToken, thing_id: UUID, form: schemas.Login) -> None:
        """Drop a thing.

        For good.
        """

    (route,) = routes
    assert (route.method, route.path, route.access) == ("DELETE", "/things/{thing_id}", Access.SIGNED_IN)
    assert (route.path_parameters, route.form, route.takes_caller) == ({"thing_id": UUID}, schemas.Login, True)
    (operation,) = operations(document([route], "0")).values()
    assert (operation["summary"], operation["description"]) == ("Drop a thing.", "For good.")
    assert operation["parameters"][0]["schema"] == {"type": "string", "format": "uuid"}
    assert list(operation["requestBody"]["content"]) == ["application/x-www-form-urlencoded"]
    assert {"204", "401", "404", "409", "415"} <= set(operation["responses"])


def test_a_handler_that_takes_what_nobody_gives_is_refused() -> None:
    """A handler parameter of unknown meaning raises `TypeError` at the start."""
    routes = Routes("things")

    with pytest.raises(TypeError, match=r"GET /things: nothing is known to give the handler for"):

        @routes.add("GET /things")
        async def things(request: web.Request, session_id: UUID) -> None:
            """List things."""
