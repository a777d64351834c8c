"""A browser on the dashboard: who is signed in there, by an account or by the admin key, and the forms that it got."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import structlog
from aiohttp import hdrs, web

from tutor_server.administration.service import Actor
from tutor_server.api.account_browser import Visit
from tutor_server.api.account_forms import STALE
from tutor_server.api.admin_session import form_token, session_of
from tutor_server.api.html import dashboard_page, problem_page
from tutor_server.api.keys import ACTOR, DATABASE, SETTINGS
from tutor_server.errors import InvalidRequest, Unauthenticated
from tutor_server.storage.memberships import is_operator

if TYPE_CHECKING:
    from uuid import UUID

    from structlog.typing import FilteringBoundLogger

    from tutor_server.api.account_forms import Problem
    from tutor_server.api.admin_session import Session

log: FilteringBoundLogger = structlog.get_logger()

START = "/admin"
_GOAL = re.compile(r"/admin(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._@+-]+)*")
"""The addresses to which a sign-in may lead: pages of the dashboard, without a query."""
_MAX_GOAL_CHARACTERS = 350
"""As many as the page with the longest names has. Cookies of ten attempts fit into the header of a request (8 KB)."""


class FormRefused(InvalidRequest):
    """The form is of another browser, or its page was open for too long."""

    status, text = STALE.status, STALE.sentence


@dataclass(frozen=True, slots=True)
class DashboardVisit:
    """A request for a page of the dashboard.

    `session` is that of a browser in which the admin key was entered, or None. It goes before the account.
    """

    visit: Visit
    session: Session | None
    is_operator: bool
    """Whether the browser may do what an operator may: by its account, or by the admin key."""

    @classmethod
    async def of(cls, request: web.Request) -> DashboardVisit:
        """Return the visit of a request."""
        visit = await Visit.of(request)
        session = None if request.app[SETTINGS].admin_key is None else await session_of(request)
        if session is not None and session.is_signed_in:
            return cls(visit, session, is_operator=True)
        account = visit.account
        if account is None:
            return cls(visit, None, is_operator=False)
        is_one = await request.app[DATABASE].read(lambda connection: is_operator(connection, account.id))
        return cls(visit, None, is_operator=is_one)

    @property
    def request(self) -> web.Request:
        """The request."""
        return self.visit.request

    @property
    def is_signed_in(self) -> bool:
        """Whether the browser is signed in to an account, or with the admin key."""
        return self.session is not None or self.visit.account is not None

    @property
    def name(self) -> str:
        """What the page calls who is signed in."""
        if self.session is not None:
            return "the admin key"
        return "" if self.visit.account is None else self.visit.account.email

    @property
    def user_id(self) -> UUID | None:
        """The account that acts, or None for the admin key."""
        return None if self.session is not None or self.visit.account is None else self.visit.account.id

    @property
    def actor(self) -> Actor:
        """The person or key that acts."""
        return Actor("page", self.visit.client_address, self.user_id)

    @property
    def csrf(self) -> str:
        """The CSRF token of the forms of this browser. It changes with every sign-in."""
        return self.visit.csrf if self.session is None else form_token(self.request, self.session)

    def is_own_form(self, token: str) -> bool:
        """Return whether a form was sent from a page of this browser."""
        is_own = hmac.compare_digest(self.csrf.encode(), token.encode())
        if not is_own:
            log.warning("dashboard_form_refused")
        return is_own

    def page(
        self, template: str, problem: Problem | None = None, *, has_plots: bool = False, **values: Any
    ) -> web.Response:
        """Return a page from a template. A problem is shown above the other content, and sets the page's status."""
        page = dashboard_page(
            template,
            status=HTTPStatus.OK if problem is None else problem.status,
            problem=None if problem is None else problem.sentence,
            has_plots=has_plots,
            csrf=self.csrf,
            who=self.name,
            is_person=self.user_id is not None,
            is_operator=self.is_operator,
            **({"course": None, "note": None} | values),
        )
        if problem is not None and problem.retry_after is not None:
            page.headers[hdrs.RETRY_AFTER] = str(problem.retry_after)
        self.visit.remember(page)
        return page


VISIT: web.RequestKey[DashboardVisit] = web.RequestKey("dashboard_visit")
"""The visit of a request for a page on which somebody must be signed in."""


async def require_dashboard(request: web.Request) -> None:
    """Require a browser that is signed in to the dashboard. Raise `Unauthenticated`."""
    visit = await DashboardVisit.of(request)
    if not visit.is_signed_in:
        raise Unauthenticated
    request[VISIT], request[ACTOR] = visit, visit.actor


def require_own_form(request: web.Request, token: str) -> None:
    """Require the CSRF token of this browser's forms. Raise `FormRefused`."""
    if not request[VISIT].is_own_form(token):
        raise FormRefused


def lead_to_sign_in(request: web.Request) -> web.Response:
    """Redirect a browser that is not signed in to the sign-in, which leads back to the page. Refuse its forms."""
    if request.method != hdrs.METH_GET:
        return problem_page(FormRefused(), again=START)
    goal = goal_of(request.path)
    location = START if goal == START else f"{START}?{urlencode({'goal': goal}, safe='/@')}"
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={hdrs.LOCATION: location})


def goal_of(path: str) -> str:
    """Return a path to which a sign-in may lead: the given one if it is a page of the dashboard, else its start."""
    return path if len(path) <= _MAX_GOAL_CHARACTERS and _GOAL.fullmatch(path) else START


def go_to(path: str) -> web.Response:
    """Redirect a browser, so that a reload does not send the form again (RFC 9110 §15.4.4)."""
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={hdrs.LOCATION: path})
