"""The OpenAPI 3.1 document of the service, generated from the declarations of its routes."""

from __future__ import annotations

import inspect
from collections import defaultdict
from http import HTTPStatus
from types import NoneType
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from tutor_server.api import schemas
from tutor_server.api.bodies import FORM
from tutor_server.api.caller import ADMIN_KEY
from tutor_server.api.routes import JSON, PARTS_OF_PAGES, Access

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pydantic.json_schema import JsonSchemaMode

    from tutor_server.api.routes import Route
    from tutor_server.errors import TutorError

    Json = dict[str, Any]
    Models = Mapping[Any, Json]
    """The JSON schemas of models, by model and mode (validation or serialization)."""

_SECURITY: dict[Access, list[Json]] = {
    Access.PUBLIC: [],
    Access.DASHBOARD: [],
    Access.SIGNED_IN: [{"bearer": []}],
    Access.SOCKET: [{"bearer": []}],
    Access.ADMIN: [{"adminKey": []}],
    Access.OPERATOR: [{"adminKey": []}, {"bearer": []}],
    Access.COURSE: [{"bearer": []}, {"adminKey": []}],
}
_HEADERS = {
    HTTPStatus.UNAUTHORIZED: ("WWW-Authenticate", "How to sign a request (RFC 9110 §11.6.1).", {"type": "string"}),
    HTTPStatus.TOO_MANY_REQUESTS: (
        "Retry-After",
        "Seconds after which it is worth another try.",
        {"type": "integer", "minimum": 1},
    ),
}


def document(routes: Sequence[Route], version: str) -> Json:
    """Return the OpenAPI document of the routes; `version` is the service's. HTML pages are left out."""
    routes = [route for route in routes if route.produces not in PARTS_OF_PAGES]
    models, schemas_by_name = _schemas(routes)
    paths: dict[str, Json] = defaultdict(dict)
    refusals: Json = {}
    for route in routes:
        paths[route.path][route.method.lower()] = _operation(route, models)
        refusals |= {_name(errors): _refusal(status, errors) for status, errors in _errors_by_status(route)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Ask Tutor",
            "version": version,
            "summary": "A programming tutor inside the editor.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "paths": dict(paths),
        "components": {
            "schemas": schemas_by_name,
            "responses": dict(sorted(refusals.items())),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "adminKey": {"type": "apiKey", "in": "header", "name": ADMIN_KEY},
            },
        },
    }


class _Untitled(GenerateJsonSchema):
    """Generates schemas whose fields have no titles, since a title would only repeat the field's name."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic defines the signature
        return False


def _schemas(routes: Iterable[Route]) -> tuple[Models, Json]:
    """Return a reference to each model's schema, and the referenced schemas by name."""
    used: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {(schemas.Error, "serialization"): None}
    for route in routes:
        used |= {(model, "validation"): None for model in (route.body, route.form) if model is not None}
        used |= {(model, "serialization"): None for model in route.answers if issubclass(model, BaseModel)}
    models, definitions = models_json_schema(
        list(used), ref_template="#/components/schemas/{model}", schema_generator=_Untitled
    )
    by_name = {name: _without(schema, "title") for name, schema in definitions["$defs"].items()}
    envelope = by_name[schemas.Error.__name__]
    envelope["properties"] = {name: _or_left_out(kind) for name, kind in envelope["properties"].items()}
    return models, by_name


def _operation(route: Route, models: Models) -> Json:
    summary, _, description = (inspect.getdoc(route.handler) or "").partition("\n\n")
    operation: Json = {
        "operationId": route.handler.__name__,
        "tags": [route.tag],
        "summary": summary,
        "security": _SECURITY[route.access],
        "responses": _responses(route, models),
    }
    if description:
        operation["description"] = description
    if parameters := [*_path_parameters(route), *_query_parameters(route)]:
        operation["parameters"] = parameters
    for content_type, model in ((JSON, route.body), (FORM, route.form)):
        if model is not None:
            schema = models[model, "validation"]
            operation["requestBody"] = {"required": True, "content": {content_type: {"schema": schema}}}
    return operation


def _path_parameters(route: Route) -> Iterable[Json]:
    for name, kind in route.path_parameters.items():
        yield {"name": name, "in": "path", "required": True, "schema": TypeAdapter(kind).json_schema()}


def _query_parameters(route: Route) -> Iterable[Json]:
    if route.query is None:
        return
    schema = route.query.model_json_schema(schema_generator=_Untitled)
    for name, kind in schema["properties"].items():
        yield {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "schema": _or_left_out(kind),
        }


def _responses(route: Route, models: Models) -> Json:
    responses = {
        str(status): {"$ref": f"#/components/responses/{_name(errors)}"} for status, errors in _errors_by_status(route)
    }
    for kind, status in route.answers.items():
        schema = None if kind is NoneType else models[kind, "serialization"]
        responses[str(status)] = _answer(status, route.produces, schema)
    if not route.answers:
        responses[str(route.status)] = _own_answer(route)
    return dict(sorted(responses.items()))


def _answer(status: int, content_type: str, schema: Json | None) -> Json:
    answer: Json = {"description": HTTPStatus(status).phrase}
    if schema is not None:
        answer["content"] = {content_type: {"schema": schema}}
    return answer


def _own_answer(route: Route) -> Json:
    """Return the description of a response that the handler builds itself. A WebSocket handshake has no body."""
    has_body = route.status == HTTPStatus.OK
    schema = {"type": "object" if route.produces == JSON else "string"}
    return _answer(route.status, route.produces, schema if has_body else None)


def _errors_by_status(route: Route) -> Iterable[tuple[int, list[type[TutorError]]]]:
    by_status: dict[int, list[type[TutorError]]] = defaultdict(list)
    for error in route.errors:
        by_status[error.status].append(error)
    return by_status.items()


def _name(errors: Iterable[type[TutorError]]) -> str:
    return "Or".join(sorted(error.__name__ for error in errors))


def _refusal(status: int, errors: Iterable[type[TutorError]]) -> Json:
    codes = sorted({error.code for error in errors})
    envelope = {"$ref": f"#/components/schemas/{schemas.Error.__name__}", "properties": {"code": {"enum": codes}}}
    refusal = _answer(status, JSON, envelope)
    refusal["description"] = " ".join(dict.fromkeys(error.text for error in errors))
    if status in _HEADERS:
        name, description, schema = _HEADERS[HTTPStatus(status)]
        refusal["headers"] = {name: {"description": description, "schema": schema}}
    return refusal


def _or_left_out(schema: Json) -> Json:
    """Describe fields that may be null in the model as optional, since null fields are omitted."""
    schema = {name: value for name, value in schema.items() if (name, value) != ("default", None)}
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    return _without(schema, "anyOf") | kinds[0] if kinds else schema


def _without(schema: Json, unwanted: str) -> Json:
    return {name: value for name, value in schema.items() if name != unwanted}
