"""`/lti/login`, `/lti/launch`, `/lti/deep-link`: the requests of a course platform, which may show them in a frame."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog
from aiohttp import hdrs, web

from tutor_server.api import lti_browser, lti_schemas
from tutor_server.api.lti_tool import tool_of
from tutor_server.api.origin import origin_of
from tutor_server.api.routes import HTML, Access, Routes
from tutor_server.errors import NotFound
from tutor_server.lti.launches import LoginRequest
from tutor_server.lti.refusals import AGAIN, LaunchRefused

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

    from tutor_server.lti.launches import Received

log: FilteringBoundLogger = structlog.get_logger()

routes = Routes("LTI")

ALL_MODULES = "*"
"""What the button for links to all modules sends. No slug can be this."""
_NO_ADDRESS = "This service does not know its public address. Ask whoever runs it to set TUTOR_PUBLIC_URL."


@routes.add("GET /lti/login", access=Access.PUBLIC, produces=HTML, refuses=(NotFound,))
async def begin_by_link(request: web.Request, query: lti_schemas.Login) -> web.Response:
    """Send the browser back to the platform, which then says who the person is."""
    return await _begin(request, query)


@routes.add("POST /lti/login", access=Access.PUBLIC, produces=HTML, refuses=(NotFound,))
async def begin_by_form(request: web.Request, form: lti_schemas.Login) -> web.Response:
    """Do the same for a platform that sends a form."""
    return await _begin(request, form)


@routes.add("POST /lti/launch", access=Access.PUBLIC, produces=HTML, refuses=(NotFound,))
async def launch(request: web.Request, form: lti_schemas.Answer) -> web.Response:
    """Verify a launch, and show the page from which the person goes on."""
    tool = tool_of(request)
    if form.error or not form.id_token:
        return refuse(_refusal_by_platform(form.error))
    try:
        received = await tool.launches.receive(form.state, form.id_token)
        return await _after(request, received)
    except LaunchRefused as refusal:
        return refuse(refusal)


@routes.add("POST /lti/deep-link", access=Access.PUBLIC, produces=HTML, refuses=(NotFound,))
async def link_modules(request: web.Request, form: lti_schemas.LaunchForm) -> web.Response:
    """Return the page that sends links to the chosen modules to the platform."""
    tool = tool_of(request)
    try:
        lti_browser.require_own_page(request)
        waiting = await tool.launches.waiting(form.ticket)
        offered = await tool.linking.offered(waiting)
        slugs = [module.slug for module in offered] if form.module == ALL_MODULES else [form.module]
        response = await tool.linking.respond(form.ticket, slugs, _origin(request))
    except LaunchRefused as refusal:
        return refuse(refusal)
    titles = [module.title for module in offered if module.slug in slugs]
    return lti_browser.sending_page("lti_links.html", waiting, response.url, token=response.token, titles=titles)


async def _begin(request: web.Request, asked: lti_schemas.Login) -> web.Response:
    tool = tool_of(request)
    wanted = LoginRequest(asked.iss, asked.client_id, asked.login_hint, asked.lti_message_hint, asked.target_link_uri)
    try:
        begun = await tool.launches.begin(wanted, _origin(request))
    except LaunchRefused as refusal:
        return refuse(refusal)
    page = web.Response(status=HTTPStatus.SEE_OTHER, headers={hdrs.LOCATION: begun.url})
    lti_browser.remember_attempt(request, page, begun.browser)
    return page


async def _after(request: web.Request, received: Received) -> web.Response:
    """Return the page after a verified launch. In a page of its own it goes on if it began in this browser."""
    found, ticket = received.launch, received.ticket
    if found.deep_linking is not None:
        modules = await tool_of(request).linking.offered(found)
        return lti_browser.framed_page(
            "lti_modules.html",
            found,
            modules=modules,
            ticket=ticket,
            all_modules=ALL_MODULES if found.deep_linking.is_multiple and len(modules) > 1 else "",
        )
    if lti_browser.is_page_of_its_own(request) and received.attempt.began_in(lti_browser.attempt_of(request)):
        page = web.Response(status=HTTPStatus.SEE_OTHER, headers={hdrs.LOCATION: "open"})
        lti_browser.remember_ticket(request, page, ticket)
        return page
    return lti_browser.framed_page(
        "lti_continue.html", found, launch=found, ticket=ticket, is_framed=not lti_browser.is_page_of_its_own(request)
    )


def refuse(refusal: LaunchRefused) -> web.Response:
    """Return the page of a refusal, and log the reason."""
    log.warning("lti_launch_refused", reason=refusal.reason)
    return lti_browser.refused_page(refusal.sentence, refusal.status)


def _origin(request: web.Request) -> str:
    origin = origin_of(request)
    if origin is None:
        raise LaunchRefused(_NO_ADDRESS, "no public address")
    return origin


def _refusal_by_platform(error: str) -> LaunchRefused:
    """Return the refusal for an error response of the platform (OpenID Connect Core 1.0 §3.1.2.6)."""
    known = error if error.isascii() and error.replace("_", "").isalpha() else "other"
    if error == "login_required":
        return LaunchRefused(f"You are not signed in to the course platform any more. {AGAIN}", known)
    return LaunchRefused(f"The course platform did not carry the launch out. {AGAIN}", known[:64])
