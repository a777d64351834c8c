"""HTML pages: templates, the style sheet, and a Content Security Policy."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

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


def path_segment(text: str) -> str:
    """Return a text as one segment of a URL's path. E-mail addresses may hold `/`, `?`, `#` and `+` (RFC 5322 §3.2.3).

    A browser would otherwise take the address `../members/ada@uni.example` for the page of another member.
    """
    return quote(text, safe="@")


_TEMPLATES.filters["path_segment"] = path_segment


def _style(name: str) -> Markup:
    return Markup((files("tutor_server.api") / "templates" / name).read_text(encoding="utf-8"))  # noqa: S704 - the style sheet is part of the package, not input


def _policy(style: Markup, *more: str) -> str:
    """Return a Content Security Policy (Level 3) that allows only the page's own style sheet and the sources `more`."""
    style_hash = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    own = (f"style-src 'sha256-{style_hash}'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'")
    return "; ".join(("default-src 'none'", *own, *more))


_PAGE_STYLE, _DASHBOARD_STYLE = _style("page.css"), _style("dashboard.css")
_PAGE_POLICY = _policy(_PAGE_STYLE)
_DASHBOARD_POLICY = _policy(_DASHBOARD_STYLE)
_PLOTS_POLICY = _policy(_DASHBOARD_STYLE, "script-src 'self'")


def problem_page(error: TutorError, again: str) -> web.Response:
    """Return a page for an error that belongs to no form; `again` is the URL at which the student can start again."""
    return html_page("problem.html", status=error.status, problem=error.detail, again=again)


def html_page(template: str, *, status: int = 200, problem: str | None = None, **values: Any) -> web.Response:
    """Return a page from a template; values are escaped. `problem` is a sentence shown above the other content."""
    return _page(template, _PAGE_STYLE, _PAGE_POLICY, status=status, problem=problem, **values)


def dashboard_page(template: str, *, status: int = 200, has_plots: bool, **values: Any) -> web.Response:
    """Return a page of the dashboard from a template. Only a page with plots may run scripts: the service's own."""
    policy = _PLOTS_POLICY if has_plots else _DASHBOARD_POLICY
    return _page(template, _DASHBOARD_STYLE, policy, status=status, has_plots=has_plots, **values)


def _page(template: str, style: Markup, policy: str, *, status: int, **values: Any) -> web.Response:
    text = _TEMPLATES.get_template(template).render(style=style, **values)
    response = web.Response(status=status, text=text, content_type="text/html")
    response.headers["Content-Security-Policy"] = policy
    return response
