"""Keys of the values that the composition root stores in the application, and middlewares and handlers in requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from tutor_server.administration.courses import CourseAdministration
    from tutor_server.administration.dashboard_sessions import DashboardSessions
    from tutor_server.administration.service import Actor, AdministrationService
    from tutor_server.admission.call_queue import FairCallQueue
    from tutor_server.clock import Clock
    from tutor_server.errors import TutorError
    from tutor_server.identity.access_tokens import AccessToken, Authenticator
    from tutor_server.identity.accounts import Accounts
    from tutor_server.identity.address_proofs import AddressProofs
    from tutor_server.identity.device_sign_ins import DeviceSignIns
    from tutor_server.identity.oidc.single_sign_on import SingleSignOn
    from tutor_server.identity.throttling import Throttle
    from tutor_server.limits import Deadlines
    from tutor_server.lti.tool import Tool
    from tutor_server.settings import Settings
    from tutor_server.storage.database import Database
    from tutor_server.storage.spending import Budgets
    from tutor_server.tutoring.course_book import CourseBook
    from tutor_server.tutoring.off_switch import OffSwitch
    from tutor_server.tutoring.refusals import RefusalCount

SETTINGS: web.AppKey[Settings] = web.AppKey("settings")
CLOCK: web.AppKey[Clock] = web.AppKey("clock")
DEADLINES: web.AppKey[Deadlines] = web.AppKey("deadlines")
DATABASE: web.AppKey[Database] = web.AppKey("database")
NEW_ID: web.AppKey[Callable[[], UUID]] = web.AppKey("new_id")
AUTHENTICATOR: web.AppKey[Authenticator] = web.AppKey("authenticator")
THROTTLE: web.AppKey[Throttle] = web.AppKey("throttle")
ACCOUNT_PAGE_KEY: web.AppKey[bytes] = web.AppKey("account_page_key")
ACCOUNTS: web.AppKey[Accounts] = web.AppKey("accounts")
ADDRESS_PROOFS: web.AppKey[AddressProofs] = web.AppKey("address_proofs")
DEVICE_PAGE_KEY: web.AppKey[bytes] = web.AppKey("device_page_key")
DEVICE_SIGN_INS: web.AppKey[DeviceSignIns] = web.AppKey("device_sign_ins")

SINGLE_SIGN_ON: web.AppKey[SingleSignOn | None] = web.AppKey("single_sign_on")
SINGLE_SIGN_ON_KEY: web.AppKey[bytes] = web.AppKey("single_sign_on_key")

LTI: web.AppKey[Tool | None] = web.AppKey("lti")

ADMINISTRATION: web.AppKey[AdministrationService] = web.AppKey("administration")
ADMIN_PAGE_KEY: web.AppKey[bytes] = web.AppKey("admin_page_key")
DASHBOARD_SESSIONS: web.AppKey[DashboardSessions] = web.AppKey("dashboard_sessions")
COURSES: web.AppKey[CourseAdministration] = web.AppKey("courses")
COURSE_BOOK: web.AppKey[CourseBook] = web.AppKey("course_book")
UNPRICED: web.AppKey[tuple[str, ...]] = web.AppKey("unpriced")
"""The models of the chain whose price is not known, so that no budget can hold."""
REFUSALS: web.AppKey[RefusalCount] = web.AppKey("refusals")
BUDGETS: web.AppKey[Budgets] = web.AppKey("budgets")
OFF_SWITCH: web.AppKey[OffSwitch] = web.AppKey("off_switch")
QUEUES: web.AppKey[Mapping[str, FairCallQueue]] = web.AppKey("queues")

ERROR_ANSWER: web.RequestKey[Callable[[TutorError], web.Response]] = web.RequestKey("error_answer")
"""The function that renders an error as a page. Without this key, errors are answered with the JSON envelope."""
CALLER: web.RequestKey[AccessToken] = web.RequestKey("caller")
"""The verified access token of the request's sender."""
ACTOR: web.RequestKey[Actor] = web.RequestKey("actor")
"""Who acts on the routes and pages of courses: it is set once the sender has been authenticated."""
