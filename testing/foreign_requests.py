"""A request for every route of the service that names, wherever it can, the things of a course.

Values are found by the names of parameters and fields. A name that is not known here raises `KeyError`, so that nobody
adds a route or a field without a word on what it would be of another course.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor_server.api.routes import Access
from tutor_server.api.service_routes import ROUTES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import BaseModel

    from tutor_server.api.routes import Route

GENERAL: Mapping[str, Any] = {
    "code": "BCDFGHJK",
    "daily_messages": 5,
    "decision": "approve",
    "expires_at": "2026-03-02T12:00:00Z",
    "goal": "admin",
    "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
    "id_token": "x",
    "is_off": "yes",
    "off": True,
    "order": 1,
    "refresh_token": "x",
    "role": "instructor",
    "state": "x",
    "status": "completed",
    "text": "---\ntitle: Taken over\norder: 1\n---\n",
    "ticket": "x",
    "title": "Taken over",
    "until": "2026-03-02",
    **dict.fromkeys(("current_password", "key", "new_password", "password"), "not the password"),
}
"""Values that name nothing of a course."""
LEFT_OUT = frozenset(
    name
    for line in (
        "action added after again agreed allowed_names changed client_id client_name csrf daily_budget_usd",
        "daily_message_cap days device_code done ends error expires_on file files iss join_code join_code_expires_at",
        "ladder limit login_hint logout_token lti_message_hint maths_level max_hint_level message messages_per_minute",
        "monthly_budget_usd objectives off_reason other page programming_level providers reason reference removed",
        "starter starts statement target_link_uri tests token type user_code without_address",
    )
    for name in line.split()
)
"""Optional fields that name nothing of a course, and the token of a form, which the browser adds."""
ENDS = frozenset({"DELETE /api/me", "POST /account/sign-out", "POST /admin/sign-out"})
"""Routes that only end somebody's own account or sign-in. They are left out."""


@dataclass(frozen=True, slots=True)
class Things:
    """How the things of a course are named: the course, a module, a conversation and a member of it."""

    course: str
    module: str
    session: str
    email: str
    slug: str
    """The short name of the module, also if `module` is its id."""

    @property
    def values(self) -> Mapping[str, Any]:
        """What a parameter or field of a name is."""
        own: dict[str, Any] = {
            **dict.fromkeys(("course", "course_id"), self.course),
            **dict.fromkeys(("module", "module_id"), self.module),
            "slug": self.slug,
            "session_id": self.session,
            "email": self.email,
            "name": "ratings.csv",
        }
        return {**own, **GENERAL}


@dataclass(frozen=True, slots=True)
class ForeignRequest:
    """A request for a route."""

    route: Route
    path: str
    query: Mapping[str, str]
    content: Mapping[str, Any] | None = None

    @property
    def name(self) -> str:
        """Method and path of the route."""
        return f"{self.route.method} {self.route.path}"

    @property
    def said(self) -> tuple[str, Mapping[str, str], Mapping[str, Any] | None]:
        """All that the request says."""
        return self.path, self.query, self.content

    @property
    def is_page(self) -> bool:
        """Whether a browser sends the request, with the form of a page."""
        return not self.route.path.startswith(("/api/", "/metrics"))


def requests_about(things: Things) -> Sequence[ForeignRequest]:
    """Return a request for each route but the socket's and those of `ENDS`."""
    found = [_request(route, things.values) for route in ROUTES if route.access is not Access.SOCKET]
    return [each for each in found if each.name not in ENDS]


def _request(route: Route, values: Mapping[str, Any]) -> ForeignRequest:
    path = route.path
    for name in route.path_parameters:
        path = path.replace(f"{{{name}}}", str(values["module" if name == "slug" else name]))
    query = {name: str(value) for name, value in _filled(route.query, values).items()}
    sent = _filled(route.body or route.form, values)
    if route.form is not None:
        sent = {name: str(value) for name, value in sent.items()}
    elif "is_off" in sent:
        sent |= {"is_off": True}
    has_content = route.body is not None or route.form is not None
    return ForeignRequest(route, path, query, sent if has_content else None)


def _filled(model: type[BaseModel] | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a model that have a value. Raise `KeyError` for one that is not known."""
    names = () if model is None else model.model_fields
    return {name: values[name] for name in names if name not in LEFT_OUT}
