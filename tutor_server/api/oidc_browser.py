"""What a browser keeps during a sign-in at the identity provider: a cookie for each attempt, and a signed form."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import orjson

from tutor_server.api.dashboard_visit import goal_of
from tutor_server.api.keys import CLOCK, SINGLE_SIGN_ON_KEY
from tutor_server.api.origin import is_secure
from tutor_server.identity.oidc.attempt import LIFETIME_SECONDS, Attempt
from tutor_server.identity.oidc.tokens import Person

if TYPE_CHECKING:
    from aiohttp import web

    from tutor_server.api.account_browser import Visit
    from tutor_server.identity.oidc.single_sign_on import OwnerWanted

_GOALS = {"account": "account", "erase": "account/delete", "admin": "admin"}
"""Where a signed-in browser goes on to, by the name of the goal; `admin` may have a page of the dashboard besides."""
_MOST_ATTEMPTS = 10
"""The maximum number of attempts of a browser at the same time, such as in several tabs."""
_NAME_CHARACTERS = 8
_PROOF_LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Begun:
    """An attempt of this browser, with the name of its cookie and its goal."""

    attempt: Attempt = field(repr=False)
    cookie: str
    goal: str
    page: str
    """The page of the dashboard that the browser asked for. What a cookie says is checked only by `where`."""

    @property
    def where(self) -> str:
        """Where the signed-in browser goes on to, from the root of the service."""
        return goal_of(self.page).removeprefix("/") if self.goal == "admin" else _GOALS[self.goal]


def begin(request: web.Request, goal: str, page: str) -> Begun:
    """Return a new attempt, with the page of the dashboard to which it leads if that is its goal."""
    attempt = Attempt(secrets.token_urlsafe(32), request.app[SINGLE_SIGN_ON_KEY])
    return Begun(attempt, f"{_prefix(request)}{attempt.state[:_NAME_CHARACTERS]}", goal, goal_of(page))


def remember(request: web.Request, page: web.Response, begun: Begun) -> None:
    """Set the attempt's cookie. It is sent along when the provider leads the browser back (`SameSite=Lax`)."""
    for old in _cookies(request)[_MOST_ATTEMPTS - 1 :]:
        page.del_cookie(old, path="/", secure=is_secure(request), httponly=True, samesite="Lax")
    page.set_cookie(
        begun.cookie,
        f"{begun.attempt.secret}.{begun.goal}.{begun.page}",
        path="/",
        max_age=LIFETIME_SECONDS,
        secure=is_secure(request),
        httponly=True,
        samesite="Lax",
    )


def find(request: web.Request, state: str) -> Begun | None:
    """Return the attempt of this browser that a `state` belongs to, or None."""
    name = f"{_prefix(request)}{state[:_NAME_CHARACTERS]}"
    secret, _, rest = request.cookies.get(name, "").partition(".")
    goal, _, page = rest.partition(".")
    attempt = Attempt(secret, request.app[SINGLE_SIGN_ON_KEY])
    if not secret or goal not in _GOALS or not attempt.is_answered_by(state):
        return None
    return Begun(attempt, name, goal, page)


def forget(request: web.Request, page: web.Response, begun: Begun) -> None:
    """Delete the attempt's cookie, so that the attempt can be finished once only."""
    page.del_cookie(begun.cookie, path="/", secure=is_secure(request), httponly=True, samesite="Lax")


def sign_proof(visit: Visit, wanted: OwnerWanted, where: str) -> str:
    """Return a text with the person whom the provider has signed in, for a form of this browser that leads on."""
    expires_at = (visit.request.app[CLOCK].now() + _PROOF_LIFETIME).timestamp()
    content = asdict(wanted.person) | {
        "account": str(wanted.account.id),
        "where": where,
        "expires_at": expires_at,
    }
    body = urlsafe_b64encode(orjson.dumps(content)).decode()
    return f"{body}.{_signature(visit, body)}"


def read_proof(visit: Visit, text: str) -> tuple[Person, UUID, str] | None:
    """Return the person, the account and where it leads, of a form that this browser got within 10 minutes, or None."""
    body, _, signature = text.partition(".")
    if not hmac.compare_digest(_signature(visit, body).encode(), signature.encode()):
        return None
    content = orjson.loads(urlsafe_b64decode(body))
    if content.pop("expires_at") < visit.request.app[CLOCK].now().timestamp():
        return None
    account, where = UUID(content.pop("account")), content.pop("where")
    return Person(**content), account, where


def _signature(visit: Visit, body: str) -> str:
    key = visit.request.app[SINGLE_SIGN_ON_KEY]
    return hmac.digest(key, f"proof {visit.browser} {body}".encode(), hashlib.sha256).hex()


def _cookies(request: web.Request) -> list[str]:
    return [name for name in request.cookies if name.startswith(_prefix(request))]


def _prefix(request: web.Request) -> str:
    return "__Host-sign-on-" if is_secure(request) else "sign-on-"
