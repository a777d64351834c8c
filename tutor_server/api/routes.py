"""Declares routes: a handler's signature declares its parameters and result, its decorator the rest of the route.

The aiohttp handlers (`handling`) and the OpenAPI document (`openapi`) are generated from these declarations.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from enum import Enum, auto
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from aiohttp import web

from tutor_server.errors import (
    AdminKeyInvalid,
    DatabaseUnavailable,
    InvalidRequest,
    MalformedRequest,
    NotFound,
    PayloadTooLarge,
    RequestTimeout,
    TokenExpired,
    TooManyAttempts,
    TutorError,
    Unauthenticated,
    UnsupportedMediaType,
    ValidationFailed,
)
from tutor_server.identity.access_tokens import AccessToken

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping

    from pydantic import BaseModel

    HandlerResult = BaseModel | web.StreamResponse | None
    Handler = TypeVar("Handler", bound=Callable[..., Awaitable[HandlerResult]])

JSON = "application/json"
HTML = "text/html"
CSV = "text/csv"
SCRIPT = "text/javascript"
MARKDOWN = "text/markdown"

PARTS_OF_PAGES = frozenset({HTML, CSV, SCRIPT, MARKDOWN})
"""Content types of pages for browsers. The OpenAPI document leaves out routes that return them."""


class Access(Enum):
    """The authentication that a route requires."""

    PUBLIC = auto()
    SIGNED_IN = auto()
    """An access token is required."""
    ADMIN = auto()
    """The admin key is required."""
    OPERATOR = auto()
    """The admin key is required, or the access token of an operator."""
    COURSE = auto()
    """An access token is required, or the admin key. The handler checks the membership in the course."""
    DASHBOARD = auto()
    """A browser that is signed in to the dashboard is required, and the CSRF token of its forms. Nobody else is told
    more than to sign in. The handler checks the membership in the course."""
    SOCKET = auto()
    """An access token is required. It is checked after the handshake, since clients can read only a close code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The declaration of one route.

    `answers` maps each type that the handler returns to its status; `NoneType` stands for an empty body. Responses that
    the handler builds itself are not listed in it; `produces` names their content type.
    """

    method: str
    path: str
    tag: str
    access: Access
    handler: Callable[..., Awaitable[HandlerResult]]
    takes_caller: bool
    path_parameters: Mapping[str, type]
    query: type[BaseModel] | None
    body: type[BaseModel] | None
    form: type[BaseModel] | None
    status: int
    answers: Mapping[type, int]
    produces: str
    refuses: tuple[type[TutorError], ...]

    @property
    def errors(self) -> tuple[type[TutorError], ...]:
        """Every error that the route can return."""
        found: list[type[TutorError]] = [MalformedRequest, RequestTimeout, TutorError]
        found += _REFUSED_BY[self.access]
        if self.access is not Access.SOCKET:
            found.append(DatabaseUnavailable)
        if self.path_parameters:
            found.append(NotFound)
        if self.query or self.body or self.form:
            found.append(ValidationFailed)
        if self.body or self.form:
            found += (PayloadTooLarge, UnsupportedMediaType)
        if self.form:
            found.append(InvalidRequest)
        return tuple(dict.fromkeys((*found, *self.refuses)))


_REFUSED_BY: Mapping[Access, tuple[type[TutorError], ...]] = {
    Access.PUBLIC: (),
    Access.SIGNED_IN: (Unauthenticated, TokenExpired),
    Access.ADMIN: (AdminKeyInvalid, TooManyAttempts, NotFound),
    Access.OPERATOR: (AdminKeyInvalid, TokenExpired, TooManyAttempts, NotFound),
    Access.COURSE: (AdminKeyInvalid, Unauthenticated, TokenExpired, TooManyAttempts, NotFound),
    Access.DASHBOARD: (NotFound,),
    Access.SOCKET: (),
}


class Routes:
    """The routes of one part of the service; `tag` is the part's name in the OpenAPI document."""

    def __init__(self, tag: str) -> None:
        self._tag = tag
        self._declared: list[Route] = []

    def __iter__(self) -> Iterator[Route]:
        return iter(self._declared)

    def add(
        self,
        method_and_path: str,
        *,
        access: Access = Access.SIGNED_IN,
        status: int = 200,
        otherwise: Mapping[int, type[BaseModel]] | None = None,
        produces: str = JSON,
        refuses: tuple[type[TutorError], ...] = (),
    ) -> Callable[[Handler], Handler]:
        """Return a decorator that declares its handler as a route, such as `GET /api/modules/{module_id}`.

        Apart from `request` a handler receives, by name: `caller` (its `AccessToken`), `body` (JSON), `form`, `query`
        (each a model) and the parameters of its path (`str` or `UUID`). It returns a model, sent with `status`, or with
        the status that `otherwise` maps its type to; None, sent as 204; or a response that it has built. `refuses`
        lists the errors that it raises in addition to those of every route of this kind.
        """
        method, _, path = method_and_path.partition(" ")

        def declare(handler: Handler) -> Handler:
            signature = inspect.signature(handler, eval_str=True)
            takes = {name: parameter.annotation for name, parameter in signature.parameters.items()}
            kinds = [kind for kind in _members(signature.return_annotation) if not issubclass(kind, web.StreamResponse)]
            statuses: dict[type, int] = {model: other for other, model in (otherwise or {}).items()}
            route = Route(
                method=method,
                path=path,
                tag=self._tag,
                access=access,
                handler=handler,
                takes_caller=takes.pop("caller", None) is AccessToken,
                path_parameters={name: takes.pop(name) for name in re.findall(r"{(\w+)}", path)},
                query=takes.pop("query", None),
                body=takes.pop("body", None),
                form=takes.pop("form", None),
                status=status,
                answers={kind: 204 if kind is NoneType else statuses.get(kind, status) for kind in kinds},
                produces=produces,
                refuses=refuses,
            )
            if takes != {"request": web.Request}:
                raise TypeError(f"{method_and_path}: nothing is known to give the handler for {takes}")
            self._declared.append(route)
            return handler

        return declare


def _members(annotation: Any) -> tuple[type, ...]:
    if isinstance(annotation, UnionType):
        return get_args(annotation)
    return (NoneType if annotation is None else annotation,)
