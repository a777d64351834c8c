"""The pages after a launch: sign-in, the connection of courses, and how to connect an editor."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from aiohttp import web

from tutor_server.administration.service import Actor
from tutor_server.api import lti_browser, lti_schemas
from tutor_server.api.account_browser import Visit
from tutor_server.api.account_forms import STALE, Problem, problem_of, read_login
from tutor_server.api.keys import DATABASE
from tutor_server.api.lti_launch import refuse
from tutor_server.api.lti_tool import tool_of
from tutor_server.api.origin import origin_of
from tutor_server.api.routes import HTML, Access, Routes
from tutor_server.errors import AccountDisabled, CourseTaken, InvalidCredentials, NotFound, TooManyAttempts
from tutor_server.lti.entering import Entered, OwnerWanted
from tutor_server.lti.refusals import LaunchRefused
from tutor_server.storage import lti, modules
from tutor_server.storage.memberships import Role, memberships_of, require_membership

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from tutor_server.storage.accounts import Account
    from tutor_server.storage.memberships import Membership
    from tutor_server.storage.modules import Module

routes = Routes("LTI")

_REFUSALS = (InvalidCredentials, AccountDisabled, TooManyAttempts)
_EXTENSION = "vscode://ask-tutor.ask-tutor/connect"


@routes.add("GET /lti/open", access=Access.PUBLIC, produces=HTML, refuses=(NotFound,))
async def go_on(request: web.Request) -> web.Response:
    """Carry out the launch of this browser, which began it in a page of its own."""
    page = await _enter(request, lti_browser.ticket_of(request))
    lti_browser.forget_ticket(request, page)
    return page


@routes.add("POST /lti/open", access=Access.PUBLIC, produces=HTML, refuses=(NotFound,))
async def go_on_by_form(request: web.Request, form: lti_schemas.LaunchForm) -> web.Response:
    """Carry out a launch whose page the person has seen: it names the address, and another site cannot send it."""
    tool_of(request)
    try:
        lti_browser.require_own_page(request)
    except LaunchRefused as refusal:
        return refuse(refusal)
    return await _enter(request, form.ticket)


@routes.add("POST /lti/link", access=Access.PUBLIC, produces=HTML, refuses=(NotFound, *_REFUSALS))
async def link(request: web.Request, form: lti_schemas.LaunchForm) -> web.Response:
    """Join the person with the account of the address, whose owner agrees and has proved to be its owner."""
    tool, visit = tool_of(request), await Visit.of(request)
    signed_in, email = visit.renewed(), ""
    try:
        _require_own_form(visit, form)
        email = (await tool.launches.waiting(form.ticket)).email or ""
        if visit.account is not None and form.agreed:
            entered = await tool.entering.join_signed_in(form.ticket, visit.account, signed_in.browser)
        else:
            password = read_login(email, form.password).password.get_secret_value()
            entered = await tool.entering.join(form.ticket, password, visit.client_address, signed_in.browser)
    except LaunchRefused as refusal:
        return refuse(refusal)
    except _REFUSALS as error:
        problem = problem_of(error, wrong_password="The password is wrong.")  # noqa: S106 - a sentence, not a password
        return _link_page(visit, form.ticket, email, problem)
    return await _after(signed_in, entered, form.ticket)


@routes.add("POST /lti/course", access=Access.PUBLIC, produces=HTML, refuses=(NotFound, CourseTaken))
async def connect_course(request: web.Request, form: lti_schemas.LaunchForm) -> web.Response:
    """Connect the platform's course with a course of the instructor, or with a new one."""
    tool, visit = tool_of(request), await Visit.of(request)
    try:
        actor = _actor(visit, form)
        course = await tool.connecting.connect(actor, form.ticket, form.course)
    except LaunchRefused as refusal:
        return refuse(refusal)
    return visit.go_to(_connect_path(course.slug, None))


@routes.add("POST /lti/members", access=Access.PUBLIC, produces=HTML, refuses=(NotFound,))
async def take_members_over(request: web.Request, form: lti_schemas.LaunchForm) -> web.Response:
    """Take the members of the platform's course over."""
    tool, visit = tool_of(request), await Visit.of(request)
    try:
        actor = _actor(visit, form)
        outcome = await tool.rosters.take_over(actor, form.course)
    except LaunchRefused as refusal:
        return refuse(refusal)
    told = {name: getattr(outcome, name) for name in outcome.__slots__}
    return visit.go_to(f"lti/connect?{urlencode({'course': form.course} | told)}")


@routes.add("GET /lti/connect", access=Access.PUBLIC, produces=HTML, refuses=(NotFound,))
async def show_connection(request: web.Request, query: lti_schemas.ConnectAddress) -> web.Response:
    """Show a signed-in member of a course how to get from here to a first hint."""
    tool_of(request)
    visit, service = await Visit.of(request), origin_of(request)
    account = visit.account
    if account is None:
        return visit.go_to("account")

    def read(connection: Connection) -> tuple[Membership, Module | None, int, bool]:
        membership = require_membership(connection, account.id, query.course)
        course_id = membership.course.id
        module = modules.module_named(connection, (course_id,), query.module) if query.module else None
        has_list = any(each.members_url is not None for each in lti.contexts_of(connection, course_id))
        return membership, module, len(memberships_of(connection, account.id)), has_list

    membership, module, courses, has_list = await request.app[DATABASE].read(read)
    return visit.page(
        "lti_connect.html",
        account=account,
        course=membership.course,
        module=module,
        service=service,
        editor_link=f"{_EXTENSION}?server={quote(service or '', safe='')}",
        names_course=courses > 1,
        may_take_over=membership.role >= Role.INSTRUCTOR and has_list,
        outcome=query if query.added >= 0 else None,
    )


async def _enter(request: web.Request, ticket: str) -> web.Response:
    tool, visit = tool_of(request), await Visit.of(request)
    signed_in = visit.renewed()
    try:
        outcome = await tool.entering.enter(ticket, signed_in.browser, origin=origin_of(request) or "")
    except AccountDisabled as error:
        return refuse(LaunchRefused(error.detail, "disabled"))
    except LaunchRefused as refusal:
        if refusal.reason == "no address" and visit.account is not None:
            return _link_page(visit, ticket, visit.account.email)
        return refuse(refusal)
    if isinstance(outcome, OwnerWanted):
        return _link_page(visit, ticket, outcome.account.email)
    return await _after(signed_in, outcome, ticket)


async def _after(signed_in: Visit, entered: Entered, ticket: str) -> web.Response:
    """Return the page for a browser that was just signed in."""
    path = None
    if entered.account.confirmed_at is None:
        path = "account"  # It says what to do; a membership does not count yet.
    elif entered.course is not None:
        path = _connect_path(entered.course.slug, entered.launch.module)
    if path is not None:
        page = signed_in.go_to(path)
        signed_in.remember(page)
        return page
    try:
        choice = await tool_of(signed_in.request).connecting.choices(entered.launch, entered.account.id)
    except LaunchRefused as refusal:
        page = refuse(refusal)
        signed_in.remember(page)
        return page
    return signed_in.page("lti_course.html", choice=choice, ticket=ticket, title=entered.launch.title)


def _link_page(visit: Visit, ticket: str, email: str, problem: Problem | None = None) -> web.Response:
    is_theirs = _is_signed_in_as(visit.account, email)
    return visit.page("lti_link.html", problem, email=email, ticket=ticket, is_theirs=is_theirs)


def _actor(visit: Visit, form: lti_schemas.LaunchForm) -> Actor:
    """Return the signed-in person who has sent a form. Raise `LaunchRefused` if nobody is signed in."""
    _require_own_form(visit, form)
    if visit.account is None:
        raise LaunchRefused(STALE.sentence, "form")
    return Actor("page", visit.client_address, visit.account.id)


def _require_own_form(visit: Visit, form: lti_schemas.LaunchForm) -> None:
    if not visit.is_own_form(form.csrf):
        raise LaunchRefused(STALE.sentence, "form")


def _is_signed_in_as(account: Account | None, email: str) -> bool:
    return account is not None and account.email == email


def _connect_path(slug: str, module: str | None) -> str:
    return f"lti/connect?{urlencode({'course': slug} | ({'module': module} if module else {}))}"
