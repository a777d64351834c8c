"""Calls handlers: takes their arguments from the request, and builds the response from their result."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tutor_server.api.bodies import read_fields, read_form, read_json
from tutor_server.api.caller import require_admin, require_operator, require_person, signed_in
from tutor_server.api.dashboard_visit import lead_to_sign_in, require_dashboard, require_own_form
from tutor_server.api.html import problem_page
from tutor_server.api.keys import ERROR_ANSWER
from tutor_server.api.routes import HTML, Access
from tutor_server.api.strict_text import is_plain
from tutor_server.errors import NotFound, Unauthenticated

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from tutor_server.api.routes import Route
    from tutor_server.errors import TutorError


_REQUIRE: Mapping[Access, Callable[[web.Request], Awaitable[None]]] = {
    Access.ADMIN: require_admin,
    Access.OPERATOR: require_operator,
    Access.COURSE: require_person,
    Access.DASHBOARD: require_dashboard,
}
"""What authenticates the sender of a request, by the access that its route requires."""


def definitions(routes: Iterable[Route]) -> list[web.RouteDef]:
    """Return the routes as aiohttp route definitions."""
    return [web.RouteDef(route.method, route.path, _handler(route), {}) for route in routes]


def _handler(route: Route) -> Any:
    start = f"/{route.path.split('/')[1]}"
    """The URL of the page on which a student can start again after an error of this route."""

    @functools.wraps(route.handler)
    async def handle(request: web.Request) -> web.StreamResponse:
        if route.produces == HTML or route.access is Access.DASHBOARD:
            request[ERROR_ANSWER] = lambda error: _error_page(request, error, start)
        answer = await route.handler(request, **await _arguments(route, request))
        if isinstance(answer, web.StreamResponse):
            return answer
        status = route.answers[type(answer)]
        if answer is None:
            return web.Response(status=status)
        return web.Response(status=status, body=answer.model_dump_json().encode(), content_type=route.produces)

    return handle


async def _arguments(route: Route, request: web.Request) -> dict[str, Any]:
    """Return the handler's arguments; the caller is authenticated before anything else is read."""
    arguments: dict[str, Any] = {}
    if route.access is Access.SIGNED_IN:
        caller = signed_in(request)
        if route.takes_caller:
            arguments["caller"] = caller
    elif route.access in _REQUIRE:
        await _REQUIRE[route.access](request)
    for name, kind in route.path_parameters.items():
        arguments[name] = _path_parameter(request.match_info[name], kind)
    if route.query is not None:
        arguments["query"] = read_fields(request.query, route.query)
    if route.body is not None:
        arguments["body"] = await read_json(request, route.body)
    if route.form is not None:
        arguments["form"] = await read_form(request, route.form)
        if route.access is Access.DASHBOARD:
            require_own_form(request, arguments["form"].csrf)
    return arguments


def _error_page(request: web.Request, error: TutorError, start: str) -> web.Response:
    if isinstance(error, Unauthenticated):
        return lead_to_sign_in(request)
    return problem_page(error, again=start)


def _path_parameter(text: str, kind: type) -> Any:
    """Return an id in the path. Raise `NotFound` for a malformed id, since no object can have it."""
    try:
        if is_plain(text):
            return kind(text)
    except ValueError:
        pass
    raise NotFound
