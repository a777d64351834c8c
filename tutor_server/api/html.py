"""Pages for people: their templates, their style sheet, and a policy that lets nothing else in."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

if TYPE_CHECKING:
    from tutor_server.errors import TutorError

_TEMPLATES = Environment(
    loader=PackageLoader("tutor_server.api"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_STYLE = (files("tutor_server.api") / "templates" / "page.css").read_text(encoding="utf-8")
_STYLE_HASH = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = "; ".join(
    (
        "default-src 'none'",
        f"style-src 'sha256-{_STYLE_HASH}'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)


def problem_page(error: TutorError) -> web.Response:
    """Show a refusal or failure that no form of the page has a place for."""
    return html_page("problem.html", status=error.status, problem=error.detail)


def html_page(template: str, *, status: int = 200, problem: str | None = None, **values: Any) -> web.Response:
    """Fill in a template; what is filled in is escaped. `problem` is a sentence shown above the rest."""
    text = _TEMPLATES.get_template(template).render(
        style=Markup(_STYLE),  # noqa: S704 - our own file
        problem=problem,
        **values,
    )
    response = web.Response(status=status, text=text, content_type="text/html")
    response.headers["Content-Security-Policy"] = _POLICY
    return response
